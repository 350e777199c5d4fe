"""Lines that say what a picture's marks and shades mean; what does not fit is left out whole. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

from dlsim.engine.reference import Ref
from dlsim.engine.text import breadth
from dlsim.tui.drawing.link import Link
from dlsim.tui.drawing.pictures.cells import Cells, shortened

Piece = tuple[str, str]
Group = Sequence[Piece]


def group_breadth(group: Group) -> int:
    """The cells that a group takes."""
    return sum(breadth(text) for text, _ in group)


def write_group(cells: Cells, x: int, y: int, group: Group) -> int:
    """Write a group's pieces one after the other; the column after the last."""
    for text, role in group:
        x = cells.write(x, y, text, role)
    return x


def linked(text: str, role: str, **numbers: tuple[str, Ref]) -> Group:
    """A sentence of the catalogue with numbers in its {places}, each of which leads to what it is."""
    pieces: list[Piece] = []
    for before, place, _, _ in Formatter().parse(text):
        if before:
            pieces.append((before, role))
        if place is not None:
            told, ref = numbers[place]
            pieces.append((told, Link(role, ref)))
    return pieces


def write_line(cells: Cells, y: int, groups: Sequence[Group], *, x: int = 0, end: int | None = None) -> None:
    """Groups with two cells between them, those that fit."""
    end = cells.width if end is None else end
    start = x
    for group in groups:
        room = end - x - (2 if x > start else 0)
        if group and group_breadth(group) <= room:
            x = write_group(cells, x + (2 if x > start else 0), y, group)


def in_lines(groups: Sequence[Group], width: int) -> tuple[list[Group], list[Group]]:
    """The groups that `write_line` writes in so many cells, and those that want another line."""
    kept: list[Group] = []
    for place, group in enumerate(groups):
        if sum(group_breadth(each) + 2 for each in kept) + group_breadth(group) > width:
            return kept, list(groups[place:])
        kept.append(group)
    return kept, []


def write_columns(
    cells: Cells, place: tuple[int, int, int, int], groups: Sequence[Group], *, widest: int | None = None
) -> list[tuple[int, int]]:
    """Groups in as many columns as fit into (left, top, width, height), filled column by column; where each begins."""
    left, top, width, height = place
    if not groups or height < 1:
        return []
    room = min(max(group_breadth(group) for group in groups), widest or width) + 2
    columns = max(min((width + 2) // room, len(groups)), 1)
    rows = min(-(-len(groups) // columns), height)
    places: list[tuple[int, int]] = []
    for number, group in enumerate(groups):
        column, row = divmod(number, rows)
        if column >= columns:
            break
        x, end = left + column * room, min(left + column * room + room - 1, left + width)
        places.append((x, top + row))
        for text, role in group:
            x = cells.write(x, top + row, shortened(text, end - x), role)
    return places


def rows_needed(groups: Sequence[Group], width: int) -> int:
    """How many rows `write_columns` takes in so many cells."""
    if not groups:
        return 0
    columns = max((width + 2) // (max(group_breadth(group) for group in groups) + 2), 1)
    return -(-len(groups) // columns)
