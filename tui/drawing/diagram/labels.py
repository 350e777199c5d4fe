"""Where the labels of the lines between two columns stand: all of them or none, so that each is seen to name its own.

A slanted line's label ends or begins at it where no other line comes near, or interrupts it there. Where lines cross so
closely that it hides another one too, it bears a stroke that goes as its own line does, and the other one does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from dlsim.tui.drawing.canvas import cells_of_line

LEAST_SEEN = 0.4
"""Of each line at least this share of its cells stays in sight."""
LEFT_OF_A_SLANTED_LINE, LEFT_OF_A_LEVEL_LINE = 2, 4
"""So many cells of it a label leaves in sight at least in its own row."""
LEVEL_PLACES = (0.5, 0.3, 0.7)
"""How far along a level line its label may stand: off the middle where others cross it."""


class Course(Struct, frozen=True):
    """Where a line runs: from the left edge of cell x0 in row0 to the right edge of cell x1 - 1 in row1."""

    x0: int
    x1: int
    row0: int
    row1: int


class LabelPlace(Struct, frozen=True):
    """Where a label stands, how many cells it takes and how many it may grow to."""

    x: int
    y: int
    cells: int
    room: int
    ends: int = 0
    """Which end of it is at the line and stays there: 1 the right one, -1 the left one, 0 neither."""
    has_stroke: bool = False
    """Whether its first cell is for a stroke that goes as its line does."""


class Margin(Struct, frozen=True):
    """The column that the lines leave: where it begins, and in which rows it is empty and has room for labels."""

    x: int
    rows: frozenset[int]


NO_MARGIN = Margin(0, frozenset())


@lru_cache(maxsize=1024)
def places(
    lines: tuple[Course, ...], cells: tuple[int, ...], margin: Margin = NO_MARGIN
) -> tuple[LabelPlace, ...] | None:
    """A place for a label of so many cells at each of the lines, None where they cannot all stand, hide too much, or
    leave open which line one of them is about.
    """
    choices: list[list[LabelPlace]] = []
    for line, breadth in zip(lines, cells, strict=True):
        spots = _spots(line, breadth, lines, margin)
        choices.append([spot for spot in spots if not _leaves_open_which(spot, line, lines)])
        if not choices[-1]:
            return None
    fewest_first = sorted(range(len(lines)), key=lambda number: len(choices[number]))
    for order in (range(len(lines)), fewest_first):  # in turn; or those that have the least choice before the others
        placed: dict[int, LabelPlace] = {}
        for number in order:
            taken = placed.values()
            found = next((spot for spot in choices[number] if not any(_meet(spot, other) for other in taken)), None)
            if found is None:
                break
            placed[number] = found
        hidden = frozenset(cell for label in placed.values() for cell in _hidden_by(label))
        if len(placed) == len(lines) and all(_seen(line, hidden) >= LEAST_SEEN for line in lines):
            return tuple(placed[number] for number in range(len(lines)))
    return None


def place(
    line: Course, cells: int, lines: tuple[Course, ...], placed: tuple[LabelPlace, ...], margin: Margin = NO_MARGIN
) -> LabelPlace | None:
    """The first place for a line's label that is free of other labels."""
    spots = _spots(line, cells, lines, margin)
    return next((spot for spot in spots if not any(_meet(spot, other) for other in placed)), None)


def _spots(line: Course, cells: int, lines: tuple[Course, ...], margin: Margin) -> Iterator[LabelPlace]:
    """The best first."""
    room = line.x1 - line.x0
    if line.row0 == line.row1:
        yield from _beside(line, cells, lines)
        if cells + LEFT_OF_A_LEVEL_LINE <= room:
            for share in LEVEL_PLACES:
                x = round(line.x0 + room * share - cells / 2)
                yield LabelPlace(min(max(x, line.x0 + 1), line.x1 - 1 - cells), line.row0, cells, room - 4)
        return
    own = _rows(line)
    others = {other.row0 for other in lines} - {line.row0}
    rows = sorted(own.keys() - {line.row0, line.row1}, key=lambda y: abs(y - line.row0))
    near = [y for y in rows if all(abs(y - row) > abs(y - line.row0) for row in others)]
    far = [y for y in rows if y not in near and y not in others]
    yield from _apart(line, cells, lines, margin, near)
    fits = cells + LEFT_OF_A_SLANTED_LINE <= room
    if fits and sum(other.row0 == line.row0 for other in lines) == 1:
        yield LabelPlace(line.x0 + 1, line.row0, cells, room - 4)
    yield from _apart(line, cells, lines, margin, far)
    for y in (near or [line.row0]) if fits else ():
        x = min(max(own[y][0], line.x0 + 1), line.x1 - 1 - cells)
        yield LabelPlace(x, y, cells + 1, line.x1 - 1 - x, -1, has_stroke=True)


def _apart(
    line: Course, cells: int, lines: tuple[Course, ...], margin: Margin, rows: Sequence[int]
) -> Iterator[LabelPlace]:
    """Before it, behind it or on it, where no other line comes near; of these rows those last where others touch it."""
    own = _rows(line)
    passed = frozenset[tuple[int, int]]().union(*(_cells(other) for other in lines if other != line))
    touched = {y for y in rows if not passed.isdisjoint((x, y) for x in range(own[y][0] - 1, own[y][1] + 2))}
    rows = sorted(rows, key=touched.__contains__)
    for ends in (1, -1, 0):
        for y in rows:
            first, last = own[y]
            start, end = (margin.x if y in margin.rows and ends else line.x0) + 1, line.x1 - (ends == 0)
            if ends:
                x = first - 1 - cells if ends > 0 else last + 2
            else:
                x = max(min((first + last + 1 - cells) // 2, end - cells), start)
            if start <= x <= end - cells and _is_free(x, y, cells, ends, passed):
                yield LabelPlace(x, y, cells, cells if ends else line.x1 - line.x0 - 4, ends)


def _is_free(x: int, y: int, cells: int, ends: int, passed: Set[tuple[int, int]]) -> bool:
    """Whether none of these cells is in a label, right above or below it, in the blank next to its line or in
    the two on the other side.
    """
    start, end = x - 2 + (ends < 0), x + cells + 2 - (ends > 0)
    return passed.isdisjoint((each, y) for each in range(start, end)) and passed.isdisjoint(
        (each, row) for row in (y - 1, y + 1) for each in range(x, x + cells)
    )


def _leaves_open_which(label: LabelPlace, line: Course, lines: tuple[Course, ...]) -> bool:
    """Whether a label with a stroke hides, or touches, another line that goes as its own does."""
    if not label.has_stroke:
        return False
    is_falling, hidden = line.row1 > line.row0, frozenset(_hidden_by(label))
    slanted = (other for other in lines if other.row0 != other.row1 and other != line)
    return any((other.row1 > other.row0) == is_falling and not hidden.isdisjoint(_cells(other)) for other in slanted)


def _beside(line: Course, cells: int, lines: tuple[Course, ...]) -> Iterator[LabelPlace]:
    """Above or below a level line, as near to its middle as no other line comes."""
    room = line.x1 - line.x0
    if cells >= room:
        return
    middle = line.x0 + (room - cells) // 2
    begun = {other.row0 for other in lines}  # there it would seem to name the line that begins in its row
    for y in (row for row in (line.row0 - 1, line.row0 + 1) if row not in begun):
        nearest = []  # to the middle, between each two lines with room for the label and a blank on either side
        for left, right in pairwise((line.x0 - 2, *_columns(lines).get(y, ()), line.x1 + 1)):
            first, last = max(left + 2, line.x0), min(right - 1, line.x1) - cells
            if first <= last:
                nearest.append(min(max(middle, first), last))
        if nearest:
            yield LabelPlace(min(nearest, key=lambda x: abs(x - middle)), y, cells, room - 1)


@lru_cache(maxsize=64)
def _columns(lines: tuple[Course, ...]) -> Mapping[int, Sequence[int]]:
    """Where lines pass, row by row, from left to right."""
    passed: dict[int, list[int]] = {}
    for x, y in sorted(frozenset[tuple[int, int]]().union(*map(_cells, lines))):
        passed.setdefault(y, []).append(x)
    return passed


@lru_cache(maxsize=256)
def _rows(line: Course) -> Mapping[int, tuple[int, int]]:
    """The first and the last cell of each row that it passes when it is heavy, as it is when it is lit."""
    found: dict[int, tuple[int, int]] = {}
    for dx, dy in sorted(cells_of_line(line.x1 - line.x0, line.row1 - line.row0, heavy=True)):
        x, y = line.x0 + dx, line.row0 + dy
        found[y] = found.get(y, (x, x))[0], x
    return found


@lru_cache(maxsize=256)
def _cells(line: Course) -> frozenset[tuple[int, int]]:
    return frozenset(
        (line.x0 + dx, line.row0 + dy) for dx, dy in cells_of_line(line.x1 - line.x0, line.row1 - line.row0)
    )


def _hidden_by(label: LabelPlace) -> Iterator[tuple[int, int]]:
    """The cells of a label, and the blank on either side of it."""
    return ((x, label.y) for x in range(label.x - 1, label.x + label.cells + 1))


def _meet(one: LabelPlace, other: LabelPlace) -> bool:
    return one.y == other.y and one.x < other.x + other.cells + 2 and other.x < one.x + one.cells + 2


def _seen(line: Course, hidden: Set[tuple[int, int]]) -> float:
    """The share of a line's cells that no label hides."""
    cells = _cells(line)
    return 1 - len(cells & hidden) / len(cells)
