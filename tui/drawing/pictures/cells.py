"""A canvas of cells: a character, the role it is written in, the role of the ground under it, and which number it
stands for. No Textual here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from unicodedata import combining, east_asian_width

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.reference import Ref
from dlsim.engine.text import breadth
from dlsim.tui.drawing.diagram.canvas import Run
from dlsim.tui.drawing.diagram.glyphs import UNICODE, Glyphs
from dlsim.tui.drawing.diagram.nodes import Hit
from dlsim.tui.drawing.dots import BITS
from dlsim.tui.drawing.link import Link

Mask = NDArray[np.bool_]
GROUND = "@"
"""A role "active@deep-3" is written like "active" on the ground "deep-3"."""

CHOSEN = "chosen"
_ROLES: list[str] = [""]
_NUMBERS: dict[str, int] = {"": 0}


def _number(role: str) -> int:
    if role not in _NUMBERS:
        _NUMBERS[role] = len(_ROLES)
        _ROLES.append(role)
    return _NUMBERS[role]


class Cells:
    """Cells in rows. What lies outside is not drawn. What is written in a role that is a Link is one of the `hits`; it
    is marked where it stands for the number that is `chosen`.
    """

    def __init__(self, width: int, height: int, glyphs: Glyphs = UNICODE, chosen: Ref | None = None) -> None:
        self.width, self.height, self.glyphs = width, height, glyphs
        self.hits: list[Hit] = []
        self._chosen = chosen
        self._chars = np.full((height, width), " ", dtype="<U1")
        self._fronts = np.zeros((height, width), dtype=np.int32)
        self._grounds = np.zeros((height, width), dtype=np.int32)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.width, self.height

    def write(self, x: int, y: int, text: str, role: str = "") -> int:
        """Write over the grounds that are there; the column after the last character."""
        if isinstance(role, Link):
            role = self._hit(x, y, breadth(text), role)
        front = _number(role)
        for character in text:
            if combining(character):
                continue
            cells = 2 if east_asian_width(character) in "WF" else 1
            if 0 <= y < self.height and x >= 0 and x + cells <= self.width:
                self._chars[y, x] = character
                self._fronts[y, x] = front
                if cells == 2:
                    self._chars[y, x + 1] = ""
                    self._fronts[y, x + 1] = front
                    self._grounds[y, x + 1] = self._grounds[y, x]
            x += cells
        return x

    def _hit(self, x: int, y: int, cells: int, link: Link) -> str:
        """Keep what can be seen of a number; the role in which it is written."""
        seen = min(x + cells, self.width) - x
        if seen > 0 and x >= 0 and 0 <= y < self.height:
            self.hits.append(Hit(x, y, seen, link.ref, link.of))
        return CHOSEN if link.ref == self._chosen and link.of is None else str(link)

    def write_right(self, end: int, y: int, text: str, role: str = "") -> None:
        """Write so that the last character stands before column `end`."""
        self.write(end - breadth(text), y, text, role)

    def ground(self, x: int, y: int, roles: list[str], places: NDArray[np.int64]) -> None:
        """Lay the grounds `roles[places]` (rows × columns) with their upper left corner at a cell."""
        self._lay(self._grounds, x, y, roles, places)

    def halves(self, x: int, y: int, roles: list[str], places: NDArray[np.int64]) -> None:
        """The same with two rows of `places` to a row of cells, one in each half of them."""
        upper, lower = places[0::2], places[1::2]
        self._lay(self._fronts, x, y, roles, upper)
        self._lay(self._grounds, x, y, roles, lower)
        rows, columns = lower.shape
        self._chars[y : y + rows, x : x + columns] = np.where(upper == lower, " ", "▀")[
            : self.height - y, : self.width - x
        ]

    def shades(self, x: int, y: int, characters: str, roles: list[str], places: NDArray[np.int64]) -> None:
        """The characters at `places`, in roles likewise: what grounds are where colours cannot be mixed."""
        self._lay(self._fronts, x, y, roles, places)
        rows, columns = places.shape
        self._chars[y : y + rows, x : x + columns] = np.array(list(characters))[places][
            : self.height - y, : self.width - x
        ]

    def dots(self, x: int, y: int, dots: Mask, role: str) -> None:
        """Dots, four rows and two columns of them to a cell, with their upper left corner at a cell."""
        rows, columns = dots.shape[0] // 4, dots.shape[1] // 2
        bits = (dots[: rows * 4, : columns * 2].reshape(rows, 4, columns, 2) * BITS[:, None, :]).sum(axis=(1, 3))
        front = _number(role)
        for row, column in np.argwhere(bits):
            if 0 <= y + row < self.height and 0 <= x + column < self.width:
                place = y + row, x + column
                more = int(bits[row, column])
                before = ord(str(self._chars[place]) or " ")
                if self._fronts[place] == front and 0x2800 <= before < 0x2900:
                    more |= before - 0x2800
                self._chars[place] = chr(0x2800 + more) if self.glyphs.has_dots else "."
                self._fronts[place] = front

    def rows(self) -> Iterator[list[Run]]:
        """Every row as runs of one role."""
        fronts_change = self._fronts[:, 1:] != self._fronts[:, :-1]
        changes = fronts_change | (self._grounds[:, 1:] != self._grounds[:, :-1])
        for chars, fronts, grounds, changing in zip(self._chars, self._fronts, self._grounds, changes, strict=True):
            starts = [0, *(np.flatnonzero(changing) + 1).tolist(), self.width]
            texts = chars.tolist()
            yield [
                Run("".join(texts[start:stop]), _joined(int(fronts[start]), int(grounds[start])))
                for start, stop in pairwise(starts)
                if stop > start
            ]

    def blank(self, x: int, y: int, columns: int, rows: int) -> Mask:
        """Which cells of a rectangle have no character."""
        return np.asarray(self._chars[y : y + rows, x : x + columns] == " ")

    def text(self) -> str:
        """The characters alone."""
        return "\n".join("".join(row.tolist()).rstrip() for row in self._chars)

    def changes(self, before: Cells) -> Iterator[tuple[int, int, int]]:
        """(row, first column, columns) of what differs from another canvas of the same size."""
        differs = self._chars != before._chars
        differs |= self._fronts != before._fronts
        differs |= self._grounds != before._grounds
        for row in np.flatnonzero(differs.any(axis=1)).tolist():
            columns = np.flatnonzero(differs[row])
            yield row, int(columns[0]), int(columns[-1] - columns[0]) + 1

    def _lay(self, layer: NDArray[np.int32], x: int, y: int, roles: list[str], places: NDArray[np.int64]) -> None:
        numbers = np.array([_number(role) for role in roles], dtype=np.int32)
        rows, columns = places.shape
        layer[y : y + rows, x : x + columns] = numbers[places][: self.height - y, : self.width - x]


def _joined(front: int, ground: int) -> str:
    return _ROLES[front] + (GROUND + _ROLES[ground] if ground else "")


def shortened(text: str, cells: int) -> str:
    """`text`, cut with an ellipsis where it takes more than `cells`."""
    if breadth(text) <= cells:
        return text
    kept = ""
    for character in text:
        if breadth(kept + character) > cells - 1:
            break
        kept += character
    return kept.rstrip() + "…" if cells > 0 else ""
