"""Where the labels of the lines between two columns stand: all of them or none, and so that the lines stay in sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from dlsim.tui.diagram.canvas import cells_of_line

LEAST_SEEN = 0.4
"""Of each line at least this share of its cells stays in sight."""
LEFT_OF_A_SLANTED_LINE, LEFT_OF_A_LEVEL_LINE = 2, 4
"""So many cells of it a label leaves in sight at least in its own row."""
LEVEL_PLACES = (0.5, 0.3, 0.7)
SLANTED_PLACES = (0.25, 0.75, 0.35, 0.65, 0.15, 0.85, 0.5, 0.0)
"""How far along a line its label may stand: off the middle where others cross it."""


class Stretch(Struct, frozen=True):
    """Where a line runs: from the left edge of cell x0 in row0 to the right edge of cell x1 - 1 in row1."""

    x0: int
    x1: int
    row0: int
    row1: int


class Place(Struct, frozen=True):
    """Where a label stands, how many cells it takes and how many it may grow to."""

    x: int
    y: int
    cells: int
    room: int


@lru_cache(maxsize=1024)
def places(lines: tuple[Stretch, ...], cells: tuple[int, ...]) -> tuple[Place, ...] | None:
    """A place for a label of so many cells at each of the lines, None where they cannot all stand or hide too much."""
    placed: list[Place] = []
    for line, breadth in zip(lines, cells, strict=True):
        found = place(line, breadth, lines, tuple(placed))
        if found is None:
            return None
        placed.append(found)
    hidden = frozenset(cell for label in placed for cell in _hidden_by(label))
    return tuple(placed) if all(_seen(line, hidden) >= LEAST_SEEN for line in lines) else None


def place(line: Stretch, cells: int, lines: tuple[Stretch, ...], placed: tuple[Place, ...]) -> Place | None:
    """The first place for a line's label that is free of other labels."""
    return next((spot for spot in _spots(line, cells, lines) if not any(_meet(spot, other) for other in placed)), None)


def _spots(line: Stretch, cells: int, lines: tuple[Stretch, ...]) -> Iterator[Place]:
    """Beside the line, else on it."""
    yield from _beside(line, cells, lines)
    room, fall = line.x1 - line.x0, abs(line.row1 - line.row0)
    least = LEFT_OF_A_SLANTED_LINE if fall else LEFT_OF_A_LEVEL_LINE
    if cells + least > room:
        return
    others = {other.row0 for other in lines if other.row0 != line.row0}
    for share in SLANTED_PLACES if fall else LEVEL_PLACES:
        y = round(line.row0 + (line.row1 - line.row0) * share)
        if any(abs(y - row) <= abs(y - line.row0) for row in others):
            continue  # it would seem to be about the line that leaves there
        x = round(line.x0 + room * share - cells / 2)
        yield Place(min(max(x, line.x0 + 1), line.x1 - 1 - cells), y, cells, room - 4)


def _beside(line: Stretch, cells: int, lines: tuple[Stretch, ...]) -> Iterator[Place]:
    """Above or below a level line, as near to its middle as no other line comes."""
    room = line.x1 - line.x0
    if line.row0 != line.row1 or cells >= room:
        return
    middle = line.x0 + (room - cells) // 2
    for y in (line.row0 - 1, line.row0 + 1):
        nearest = []  # to the middle, between each two lines with room for the label and a blank on either side
        for left, right in pairwise((line.x0 - 2, *_columns(lines).get(y, ()), line.x1 + 1)):
            first, last = max(left + 2, line.x0), min(right - 1, line.x1) - cells
            if first <= last:
                nearest.append(min(max(middle, first), last))
        if nearest:
            yield Place(min(nearest, key=lambda x: abs(x - middle)), y, cells, room - 1)


@lru_cache(maxsize=64)
def _columns(lines: tuple[Stretch, ...]) -> Mapping[int, Sequence[int]]:
    """Where lines pass, row by row, from left to right."""
    passed: dict[int, list[int]] = {}
    for x, y in sorted(frozenset[tuple[int, int]]().union(*map(_cells, lines))):
        passed.setdefault(y, []).append(x)
    return passed


@lru_cache(maxsize=256)
def _cells(line: Stretch) -> frozenset[tuple[int, int]]:
    return frozenset(
        (line.x0 + dx, line.row0 + dy) for dx, dy in cells_of_line(line.x1 - line.x0, line.row1 - line.row0)
    )


def _hidden_by(label: Place) -> Iterator[tuple[int, int]]:
    """The cells of a label, and the blank on either side of it."""
    return ((x, label.y) for x in range(label.x - 1, label.x + label.cells + 1))


def _meet(one: Place, other: Place) -> bool:
    return one.y == other.y and one.x < other.x + other.cells + 2 and other.x < one.x + one.cells + 2


def _seen(line: Stretch, hidden: Set[tuple[int, int]]) -> float:
    """The share of a line's cells that no label hides."""
    cells = _cells(line)
    return 1 - len(cells & hidden) / len(cells)
