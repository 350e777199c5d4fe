"""A canvas of cells, each a character with a role; lines are drawn between dots, eight to a cell (Braille)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import floor
from typing import NamedTuple

from msgspec import Struct

from dlsim.tui.drawing.diagram.glyphs import UNICODE, Glyphs

BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille dots by row and column."""
ACROSS, HEAVY, BROKEN = 0x100, 0x200, 0x400
"""Marks of a cell that a level line crosses: drawn as a whole stroke where nothing else is in the cell."""
DASH, DASH_AND_GAP = 5, 8  # dots


class Pen(Struct, frozen=True):
    """How a line is drawn."""

    role: str
    heavy: bool = False
    broken: bool = False


class Run(NamedTuple):
    """Neighbouring cells of one role."""

    text: str
    role: str


class Canvas:
    """Cells in rows. What lies outside is not drawn."""

    def __init__(self, width: int, height: int, glyphs: Glyphs = UNICODE) -> None:
        self.width, self.height, self.glyphs = width, height, glyphs
        self._chars = [[" "] * width for _ in range(height)]
        self._roles = [[""] * width for _ in range(height)]
        self._lines: dict[tuple[int, int], tuple[int, str]] = {}

    def write(self, x: int, y: int, text: str, role: str) -> None:
        """Text of characters one cell wide each (symbols and numbers are)."""
        if not 0 <= y < self.height:
            return
        if x < 0:
            text, x = text[-x:], 0
        text = text[: self.width - x]
        if not text:
            return
        self._chars[y][x : x + len(text)] = text
        self._roles[y][x : x + len(text)] = [role] * len(text)

    def frame(self, x: int, y: int, width: int, height: int, role: str, *, heavy: bool) -> None:
        """A frame, and nothing inside it."""
        top, side, bottom = self.glyphs.heavy_frame if heavy else self.glyphs.frame
        self.write(x, y, top[0] + top[1] * (width - 2) + top[2], role)
        for row in range(y + 1, y + height - 1):
            self.write(x, row, side, role)
            self.write(x + 1, row, " " * (width - 2), "")
            self.write(x + width - 1, row, side, role)
        self.write(x, y + height - 1, bottom[0] + bottom[1] * (width - 2) + bottom[2], role)

    def line(self, x0: int, x1: int, row0: int, row1: int, pen: Pen, *, over: bool) -> None:
        """From the left edge of cell x0, middle of row0, to the right edge of cell x1 - 1, middle of row1.

        `over`: it passes over what was drawn before, else it joins it.
        """
        lines = self._lines
        width, height = self.width, self.height
        for dx, dy, bits in _trace(x1 - x0, row1 - row0, pen.heavy, pen.broken, self.glyphs.has_dots):
            x, y = x0 + dx, row0 + dy
            if 0 <= x < width and 0 <= y < height:
                place = (x, y)
                if over or place not in lines:
                    lines[place] = (bits, pen.role)
                else:
                    lines[place] = (bits | lines[place][0], pen.role)

    def settle(self) -> None:
        """Turn lines into characters: what is written afterwards stands above them."""
        chars, roles, glyph = self._chars, self._roles, self.glyphs.line
        for (x, y), (bits, role) in self._lines.items():
            chars[y][x] = glyph(bits)
            roles[y][x] = role
        self._lines.clear()

    def rows(self) -> Iterator[list[Run]]:
        """Every row as runs of one role."""
        for chars, roles in zip(self._chars, self._roles, strict=True):
            runs = []
            start = 0
            for place in range(1, self.width + 1):
                if place == self.width or roles[place] != roles[start]:
                    runs.append(Run("".join(chars[start:place]), roles[start]))
                    start = place
            yield runs


def cells_of_line(cells: int, rows: int, *, heavy: bool = False) -> list[tuple[int, int]]:
    """(cell to the right, cell down) of each cell that a line passes, from its start."""
    return [(x, y) for x, y, _ in _trace(cells, rows, heavy, False, True)]


@lru_cache(maxsize=4096)
def _trace(cells: int, rows: int, heavy: bool, broken: bool, has_dots: bool) -> tuple[tuple[int, int, int], ...]:
    """(cell to the right, cell down, bits) of a line over `cells` cells that ends `rows` further down."""
    if cells <= 0:
        return ()
    if rows == 0:
        bits = ACROSS | (HEAVY if heavy else 0) | (BROKEN if broken else 0)
        return tuple((x, 0, bits) for x in range(cells))
    if not has_dots:
        return _slashes(cells, rows)
    found: dict[tuple[int, int], int] = {}
    across, down = 2 * cells - 1, 4 * rows
    steps = max(across, abs(down))
    for step in range(steps + 1):
        if broken and step % DASH_AND_GAP >= DASH:
            continue
        x = round(across * step / steps)
        y = down * step / steps + 1.5
        tops = (floor(y), floor(y) + 1) if heavy else (round(y - 0.01),)
        for top in tops:
            place = (x // 2, top // 4)
            found[place] = found.get(place, 0) | BITS[top % 4][x % 2]
    return tuple((x, y, bits) for (x, y), bits in found.items())


def _slashes(cells: int, rows: int) -> tuple[tuple[int, int, int], ...]:
    """The same in whole characters, where a terminal has no dots: the bits are those of a slanted stroke."""
    stroke = 0x87 if rows > 0 else 0x78
    steps = max(cells - 1, abs(rows), 1)
    places = {(round((cells - 1) * step / steps), round(rows * step / steps)): stroke for step in range(steps + 1)}
    return tuple((x, y, bits) for (x, y), bits in places.items())
