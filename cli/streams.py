"""Where text goes: files and pipes, and terminals that may lack the characters of it."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TextIO

SIGNS = "∂η·→╭─"
"""What nearly every screen and every line has some of."""


class Fitting(io.TextIOWrapper):
    """A terminal's stream that writes what its encoding lacks in other characters, and never fails."""

    def __init__(self, stream: io.TextIOWrapper, encoding: str) -> None:
        self.shown_in = encoding
        # Where only ASCII is left, UTF-8 is the same; of a stream that calls itself ASCII click would make another.
        own = "utf-8" if encoding == "ascii" else encoding
        super().__init__(stream.buffer, encoding=own, errors="replace", line_buffering=True)

    def write(self, text: str) -> int:
        """Write it; how many characters that were."""
        from dlsim.tui.words.lookalikes import in_encoding  # noqa: PLC0415 -- Textual-free, and few terminals need it

        return super().write(in_encoding(text, self.shown_in))


def prepare_streams() -> None:
    """Write UTF-8 to files and pipes whatever the locale says: ∂ is in nearly every line, and JSON is UTF-8 anyway.

    A terminal gets what it can show. A stream that was closed beforehand swallows what it is given.
    """
    sys.stdout, sys.stderr = _prepared(sys.stdout), _prepared(sys.stderr)


def _prepared(stream: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, Fitting):
        return stream
    encoding = shown_in(stream)
    if not stream.isatty():
        stream.reconfigure(encoding="utf-8")
    elif encoding != "utf-8":
        return Fitting(stream, encoding)
    stream.reconfigure(errors="backslashreplace")  # what no encoding has, half of a surrogate pair
    return stream


def shown_in(stream: TextIO) -> str:
    """The encoding of a terminal, by the name that Python has for it.

    In the C locale Python writes UTF-8 all the same, as most who are in it never chose it; LC_ALL is a choice.
    """
    if isinstance(stream, Fitting):
        return stream.shown_in
    is_told = os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8") == "1"
    if os.environ.get("LC_ALL") in ("C", "POSIX") and not is_told:
        return "ascii"
    return codecs.lookup(stream.encoding).name


def has_signs(stream: TextIO) -> bool:
    """Whether a terminal can be sent the characters that the app is drawn in."""
    try:
        SIGNS.encode(shown_in(stream))
    except UnicodeEncodeError:
        return False
    return True
