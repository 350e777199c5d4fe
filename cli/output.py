"""What goes out: lines of text, documents of JSON, progress."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

import click
import msgspec

from dlsim.engine.text import clean


def prepare_streams() -> None:
    """Write UTF-8 whatever the locale says: ∂ and η are in nearly every line, and JSON is UTF-8 anyway.

    A real terminal keeps its own encoding. What an encoding lacks is written as an escape, which inside a
    JSON text still is the same character. A stream that was closed beforehand swallows what it is given.
    """
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if not stream.isatty():
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="backslashreplace")


def one_line(text: str) -> str:
    """`text` fit for a terminal: no control characters, no line breaks."""
    return " ".join(clean(text).split())


def write(line: str = "") -> None:
    """One line to stdout."""
    click.echo(line)


def write_json(document: Any) -> None:
    """One JSON document and a line break.

    Floats are the shortest text that reads back the same; one that is not finite is null, as JSON has no NaN.
    """
    click.echo(msgspec.json.encode(document).decode())


def note(message: str) -> None:
    """A remark on stderr that is no refusal."""
    click.echo(f"dlsim: {one_line(message)}", err=True)


def columns(rows: Sequence[Sequence[str]], *, gap: str = "  ", right: bool = False) -> Iterator[str]:
    """Lines with their cells aligned; nothing trails."""
    widths = [max(map(cells_wide, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = []
        for cell, width in zip(row, widths, strict=True):
            space = " " * (width - cells_wide(cell))
            padded.append(space + cell if right else cell + space)
        yield gap.join(padded).rstrip()


def cells_wide(text: str) -> int:
    """How many terminal cells `text` takes; a Korean syllable takes two, a combining accent none."""
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


class Progress:
    """A line on stderr that says how far a run has come; silent where stderr is no terminal."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.shown = sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Draw the line anew."""
        if self.shown:
            with contextlib.suppress(OSError):
                sys.stderr.write(f"\r{done:,} of {self.total:,} iterations ({done / max(self.total, 1):.0%})")
                sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self.shown:
            with contextlib.suppress(OSError):
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
