"""What goes out: lines of text, documents of JSON, progress; and the streams that they go to.

Files and pipes get UTF-8; a terminal gets what it can show.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from shutil import get_terminal_size
from typing import Any, TextIO

import click
import msgspec

from dlsim.engine import Simulator
from dlsim.engine.text import breadth, clean, filled
from dlsim.tui.words.lookalikes import in_encoding

SIGNS = "∂η·→╭─"
"""What nearly every screen and every line has some of."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def one_line(text: str) -> str:
    """`text` fit for a terminal: no control characters, no line breaks."""
    return " ".join(clean(text).split())


def write(line: str = "") -> None:
    """One line to stdout."""
    click.echo(line)


def write_json(document: Any) -> None:
    """One JSON document and a line break.

    Floats are the shortest text that reads back the same; one that is not finite is null, as JSON has no NaN.
    What a terminal cannot show it gets as the escapes that JSON has.
    """
    text = msgspec.json.encode(document).decode()
    if not text.isascii() and isinstance(sys.stdout, Fitting):
        text = _BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)
    click.echo(text)


def note(message: str) -> None:
    """A remark on stderr that is no refusal."""
    click.echo(f"dlsim: {one_line(message)}", err=True)


def status_of(simulator: Simulator, then: str = "") -> int:
    """The exit status of a verb that ran it: 1, and a remark with what follows from it, if a number was not finite."""
    if trouble := simulator.trouble:
        note(f"stopped in iteration {trouble.iteration:,}: {trouble.symbol} is {trouble.value}{then}")
    return 1 if trouble else 0


def columns(rows: Sequence[Sequence[str]], *, gap: str = "  ", right: bool = False) -> Iterator[str]:
    """Lines with their cells aligned; nothing trails."""
    widths = [max(map(breadth, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = []
        for cell, width in zip(row, widths, strict=True):
            space = " " * (width - breadth(cell))
            padded.append(space + cell if right else cell + space)
        yield gap.join(padded).rstrip()


def wrapped(line: str, width: int) -> Iterator[str]:
    """The line in lines of at most so many cells, broken at spaces; a longer word has a line of its own."""
    words = ((word, breadth(word), breadth(word) + 1) for word in line.split(" "))
    return map(" ".join, filled(words, width))


def width_of_terminal() -> int | None:
    """Cells in a line of the terminal that stdout is, as wide as it is now; None where it is none."""
    if not sys.stdout.isatty():
        return None
    return max(get_terminal_size().columns, 1)


@contextlib.contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """What says on a line of stderr how far a run has come, until it is left; silent where stderr is no terminal."""

    def draw(text: str) -> None:
        if sys.stderr.isatty():
            with contextlib.suppress(OSError):
                sys.stderr.write(f"\r{text}")
                sys.stderr.flush()

    try:
        yield lambda done: draw(f"{done:,} of {total:,} iterations ({done / max(total, 1):.0%})")
    finally:
        draw("\x1b[K")


class Fitting(io.TextIOWrapper):
    """A terminal's stream that writes what its encoding lacks in other characters, and never fails."""

    def __init__(self, stream: io.TextIOWrapper, encoding: str) -> None:
        self.shown_in = encoding
        # Where only ASCII is left, UTF-8 is the same; of a stream that calls itself ASCII click would make another.
        own = "utf-8" if encoding == "ascii" else encoding
        super().__init__(stream.buffer, encoding=own, errors="replace", line_buffering=True)

    def write(self, text: str) -> int:
        """Write it; how many characters that were."""
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
