"""What goes out: lines of text, documents of JSON, progress."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from shutil import get_terminal_size
from typing import Any

import click
import msgspec

from dlsim.cli.streams import Fitting
from dlsim.engine.text import breadth, clean

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
    row: list[str] = []
    taken = 0
    for word in line.split(" "):
        cells = breadth(word)
        if row and taken + 1 + cells > width:
            yield " ".join(row)
            row, taken = [word], cells
        else:
            taken += cells + bool(row)
            row.append(word)
    yield " ".join(row)


def width_of_terminal() -> int | None:
    """Cells in a line of the terminal that stdout is, as wide as it is now; None where it is none."""
    if not sys.stdout.isatty():
        return None
    return max(get_terminal_size().columns, 1)


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
