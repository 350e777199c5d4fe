"""From changed cells to strokes, each of one look and in one place, in the order that takes the fewest bytes.

To say a colour takes eighteen bytes, to jump over a few cells four: so all that has one look is written before the next
look is said, wherever on the screen it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import TypeAlias

from msgspec import Struct
from rich.style import Style

from dlsim.tui.terminal.sgr import PLAIN, Look, is_same_on_blanks, turn

TEXT = itemgetter(0)

Cell: TypeAlias = tuple[str, Style | None]
"""What one cell shows. A character of two cells stands in the first; the second holds ""."""

Run: TypeAlias = tuple[int, int, list[Cell]]
"""Cells to send: column, line, and the cells from there on."""


class Stroke(Struct):
    """A text that is written in one go; `width` is how many cells it takes, `is_blank` that all of them are spaces."""

    x: int
    y: int
    text: str
    width: int
    look: Look
    is_blank: bool


def strokes_of(runs: Iterable[Run], look_of: Callable[[Style | None], Look]) -> list[Stroke]:
    """The runs, cut where the look changes; blanks go with what stands beside them where that shows no difference."""
    strokes: list[Stroke] = []
    for start, y, cells in runs:
        stroke: Stroke | None = None
        x = start
        for style, group in groupby(cells, key=itemgetter(1)):
            look = look_of(style)
            for is_blank, characters in groupby(map(TEXT, group), key=" ".__eq__):
                texts = list(characters)
                joins = stroke is not None and (  # these cells can be written on without another word
                    look == stroke.look or ((stroke.is_blank or is_blank) and is_same_on_blanks(stroke.look, look))
                )
                if stroke is None or not joins:
                    stroke = Stroke(x, y, "", 0, look, is_blank)
                    strokes.append(stroke)
                elif stroke.is_blank and not is_blank:
                    stroke.look, stroke.is_blank = look, False
                stroke.text += "".join(texts)
                stroke.width += len(texts)
                x += len(texts)
    return strokes


def by_look(strokes: Sequence[Stroke]) -> list[Stroke]:
    """The same strokes, one look after the other."""
    groups: dict[Look, list[Stroke]] = {}
    for stroke in strokes:
        if not stroke.is_blank:
            groups.setdefault(stroke.look, []).append(stroke)
    for stroke in strokes:
        if stroke.is_blank:
            fitting = (look for look in groups if is_same_on_blanks(look, stroke.look))
            groups.setdefault(next(fitting, stroke.look), []).append(stroke)
    return [stroke for look in _in_order(groups) for stroke in sorted(groups[look], key=attrgetter("y", "x"))]


def _in_order(looks: Iterable[Look]) -> list[Look]:
    """The looks, each put between those two where it takes the fewest bytes to come and go, plain ones at both ends."""
    ordered = [PLAIN, PLAIN]
    for look in looks:
        added = [
            len(turn(before, look)) + len(turn(look, after)) - len(turn(before, after))
            for before, after in pairwise(ordered)
        ]
        ordered.insert(added.index(min(added)) + 1, look)
    return ordered[1:-1]
