"""Drawing the weights: lines from unit to unit, heavier where the weight is larger, broken where it is negative.

Of the labels of the lines between two columns all stand or none, so that each is seen to name its own. A slanted line's
label ends or begins at it where no other line comes near, or interrupts it there. Where lines cross so closely that it
hides another one too, it bears a stroke that goes as its own line does, and the other one does not. Lines of a small
network bear no labels: the units that they reach list them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import W
from dlsim.engine.quantity import Ref
from dlsim.tui.drawing.canvas import Canvas, Hit, LineStyle, cells_of_line
from dlsim.tui.drawing.diagram.focus import ACTIVE, Edge, Focus, Numbers
from dlsim.tui.drawing.diagram.layout import PLANNED_DIGITS, Column, Layout
from dlsim.tui.drawing.text import number, number_alone

WEAK, STRONG = 0.34, 0.75
"""Shares of the largest weight in view: below the first a line is faint, above the second heavy."""
NOTHING = 0.02
"""With a smaller share than this a line says neither strength nor sign, and where others are left out, it is too."""
FURTHEST_HEAD = 4  # cells from the end of its line
NARROWEST_GAP = 3
"""Of no more cells than these between numbers without frames none are left blank: lines would have no room."""
CELLS_OF_A_LINE = 8
"""Of the lines between two layers, the strongest are drawn: about one for so many cells that there are."""
FEWEST_LINES = 12
MOST_LABELLED = 16
MOST_LIT_LABELLED = 4
EVENT_CELLS = 6
FEWEST = 4
FEWER = (PLANNED_DIGITS, FEWEST)
"""Digits that labels may have, as there is room; fewer where no more are asked for."""
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

    @property
    def slant(self) -> int:
        """-1 where it rises, 0 where it is level, 1 where it falls."""
        return (self.row1 > self.row0) - (self.row1 < self.row0)

    def distance(self, x: int, y: int) -> float:
        """How far the middle of a cell is from it, in cells' widths; a cell is twice as high as it is wide."""
        if not self.x0 <= x < self.x1:
            return math.inf
        slope = (self.row1 - self.row0) / (self.x1 - self.x0)
        below = y - self.row0 - slope * (x + 0.5 - self.x0)
        return 2 * abs(below) / math.hypot(1, 2 * slope)


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


class WeightLine(Course, frozen=True):
    """A line between two units in view; `ref` is the weight as it stands at the moment: the new one, once it has taken
    its place.
    """

    edge: Edge
    ref: Ref
    weight: float

    @property
    def course(self) -> Course:
        """Where it runs, and no more."""
        return Course(self.x0, self.x1, self.row0, self.row1)


class Gap(Struct, frozen=True):
    """The lines between two columns that are drawn: `plain` from the weakest to the strongest, and the lit ones."""

    plain: list[WeightLine]
    lit: list[WeightLine]
    largest: float
    is_crowded: bool  # some are not drawn
    margin: Margin
    is_listed: bool
    """Whether the units that they reach tell their names and numbers: no line then bears a label."""


class Edges:
    """Draws the weights of one moment."""

    def __init__(self, canvas: Canvas, layout: Layout, focus: Focus, numbers: Numbers) -> None:
        self._canvas, self._layout, self._numbers = canvas, layout, numbers
        self._focus = focus
        self._texts: dict[tuple[Edge, int | None], str] = {}
        self.ports: dict[tuple[int, int], tuple[str, int, int]] = {}
        """Where lines leave ("out") or reach ("in") a unit: (x, row) → (which of them, layer, unit)."""
        self.lines: dict[Edge, WeightLine] = {}
        """Those that are drawn."""
        self._heads: dict[tuple[int, int], int] = {}
        self._largest = 0.0

    def draw(self) -> None:
        """All lines, then the lit ones over them, then their labels."""
        gaps = list(self._gaps())
        self._largest = max((gap.largest for gap in gaps), default=0.0)
        for gap in gaps:
            for line in gap.plain:
                share = self._share(line)
                if share >= NOTHING or not gap.is_crowded:
                    role = "muted" if share < NOTHING else "positive" if line.weight > 0 else "negative"
                    is_weak = share >= NOTHING and (share < WEAK or gap.is_crowded)
                    is_broken = line.weight < 0 and not gap.is_listed  # where it is listed its number has the sign
                    pen = LineStyle(role + "-weak" if is_weak else role, share >= STRONG, is_broken)
                    self._trace(line, pen, over=False)
        for role in ("", ACTIVE):  # the active one above all
            for line, is_listed in ((line, gap.is_listed) for gap in gaps for line in gap.lit):
                own = self._focus.role_of(line.edge)
                if (own == ACTIVE) == bool(role):
                    pen = LineStyle(own, heavy=True, broken=line.weight < 0 and not is_listed)
                    self._trace(line, pen, over=True)
        self._canvas.settle()
        for gap in gaps:
            for line in gap.lit:
                self._arrow(line)
            if not gap.is_listed:
                self._label(gap)

    # lines

    def _gaps(self) -> Iterator[Gap]:
        columns = self._layout.columns
        for left, right in itertools.pairwise(columns):
            x0, x1 = left.x + left.width, right.x
            if self._layout.level.inner == 0 and x1 - x0 > NARROWEST_GAP:
                x0, x1 = x0 + 1, x1 - 1
            if left.card is not None and not left.card.has_sides:
                x0 += 1
            if x1 > x0 and right.layer is not None:
                yield self._gap(left, right, right.layer, x0, x1)

    def _gap(self, left: Column, right: Column, layer: int, x0: int, x1: int) -> Gap:
        senders = {slot.unit: slot.row for slot in left.slots if slot.unit is not None}
        units = {slot.unit: slot for slot in right.slots if slot.unit is not None}
        pairs = [(sender, unit) for unit in units for sender in senders]
        refs = {pair: Ref(W.now, layer, pair) for pair in pairs}
        weights = {pair: self._numbers[ref][1] or 0.0 for pair, ref in refs.items()}

        def line(sender: int, unit: int) -> WeightLine:
            pair = (sender, unit)
            slot = units[unit]
            row = slot.row if slot.listed is None else slot.listed + sender
            return WeightLine(x0, x1, senders[sender], row, Edge(layer, *pair), refs[pair], weights[pair])

        most = max((x1 - x0) * self._canvas.height // CELLS_OF_A_LINE, FEWEST_LINES)
        by_strength = sorted(weights, key=lambda pair: abs(weights[pair]))[-most:]
        plain = [line(*pair) for pair in by_strength]
        if self._focus.is_update:
            lit = plain
        else:
            edges = [*self._focus.edges]
            if isinstance(self._focus.selected, Edge) and self._focus.selected not in edges:
                edges.append(self._focus.selected)
            pairs = [(edge.sender, edge.unit) for edge in edges if edge.layer == layer]
            lit = [line(*pair) for pair in pairs if pair in weights]
        largest = max(map(abs, weights.values()), default=0.0)
        is_listed = right.card is not None and right.card.weights > 0
        return Gap(plain, lit, largest, len(plain) < len(weights), self._margin(left), is_listed)

    def _margin(self, column: Column) -> Margin:
        """Between its boxes a column has room for the labels of the lines that leave it."""
        level = self._layout.level
        if not level.inner:
            return NO_MARGIN
        above, below = (level.above, level.below + column.more) if column.layer else (1, 1)
        rows = set(range(self._canvas.height))
        for slot in column.slots:
            rows.difference_update(range(slot.row - above, slot.row + below + 1))
        return Margin(column.x, frozenset(rows))

    def _share(self, line: WeightLine) -> float:
        """Of the largest weight in view."""
        return abs(line.weight) / self._largest if 0 < self._largest < math.inf else 1.0

    def _trace(self, line: WeightLine, pen: LineStyle, *, over: bool) -> None:
        self._canvas.line(line.x0, line.x1, line.row0, line.row1, pen, over=over)
        self.ports[line.x0 - 1, line.row0] = "out", line.edge.layer - 1, line.edge.sender
        self.ports[line.x1, line.row1] = "in", line.edge.layer, line.edge.unit
        self.lines[line.edge] = line

    def _arrow(self, line: WeightLine) -> None:
        """A head that points as its line goes, as near to its end as no line of another slant has its own."""
        glyphs, phase = self._canvas.glyphs, self._focus.phase
        if phase not in ("forward", "backward"):
            return
        cells = _passed(line)
        if phase == "forward":
            cells.reverse()
        free = (cell for cell in cells[:FURTHEST_HEAD] if self._heads.setdefault(cell, line.slant) == line.slant)
        x, y = next(free, cells[0])
        heads = glyphs.forward_heads if phase == "forward" else glyphs.backward_heads
        self._canvas.write(x, y, heads[self._heads[x, y] + 1], self._focus.role_of(line.edge))

    # labels

    def _label(self, gap: Gap) -> None:
        """The same places whatever is lit; a lit line that has none gets one over the others."""
        is_told = not gap.is_crowded and len(gap.plain) <= MOST_LABELLED
        told = gap.plain if is_told else []
        lines = sorted(told, key=lambda line: (line.row0 != line.row1, line.edge))
        courses = tuple([line.course for line in lines])
        placed = self._placed(lines, courses, gap.margin)
        lit = {line.edge for line in gap.lit}
        for line in lines:
            if line.edge in placed and line.edge not in lit:
                self._write(line, *placed[line.edge])
        for line in gap.lit:
            if line.edge not in placed and len(lit) <= MOST_LIT_LABELLED and not self._focus.is_update:
                others = courses or tuple(other.course for other in gap.plain)
                taken = tuple(found for found, _ in placed.values())
                found = place(line.course, len(self._text(line, None)), others, taken, gap.margin)
                if found is not None:
                    placed[line.edge] = found, None
            if line.edge in placed:
                self._write(line, *placed[line.edge])

    def _placed(
        self, lines: list[WeightLine], courses: tuple[Course, ...], margin: Margin
    ) -> dict[Edge, tuple[LabelPlace, int | None]]:
        """A place for the label of each line, and how many digits it has: all of them as many. Where there is no room
        for so many numbers, all are symbols alone, of None; nothing where not even symbols have room.
        """
        for digits in (*self._digits, None):
            found = places(courses, tuple([len(self._text(line, digits)) for line in lines]), margin)
            if found is not None:
                return {line.edge: (spot, digits) for line, spot in zip(lines, found, strict=True)}
        return {}

    @property
    def _digits(self) -> Sequence[int]:
        """How many the labels may have, the most first: with fewer than four a number would read as another."""
        most = self._layout.most if self._layout.most < FEWEST else max(self._layout.digits, FEWEST)
        return (*range(most, PLANNED_DIGITS, -1), *sorted({min(most, each) for each in FEWER}, reverse=True))

    def _text(self, line: WeightLine, digits: int | None) -> str:
        text = self._texts.get((line.edge, digits))
        if text is None:
            symbol = self._numbers[line.ref][0]
            text = symbol if digits is None else f"{symbol} {number_alone(line.weight, digits)}"
            self._texts[line.edge, digits] = text
        return text

    def _write(self, line: WeightLine, label: LabelPlace, digits: int | None) -> None:
        role, cells = self._focus.role_of(line.edge), label.cells - label.has_stroke
        texts, ref = [self._text(line, digits)], line.ref
        told = self._focus.told.get(line.edge)
        if told is not None and not self._is_the_label(told, line):
            own = self._told_texts(told, label.room)
            cells = max(cells, len(own[0])) if own else cells
            texts[:0] = own
            ref = told if own else ref
        text = next(iter([text for text in texts if len(text) <= cells]), "")
        if label.has_stroke:
            text = self._canvas.glyphs.strokes[line.slant + 1] + text
        x = label.x
        if label.ends >= 0:
            x += (label.cells - len(text)) // (1 if label.ends else 2)
        if not label.ends:
            x = min(max(x, line.x0), line.x1 - len(text))
        role = "chosen" if self._focus.selected == line.edge else role or "muted"
        if label.ends == 0 or label.has_stroke:
            start, end = max(x - (not label.ends), line.x0), min(x + len(text) + 1, line.x1)
            self._canvas.write(start, label.y, " " * (end - start), "")
        self._canvas.write(x, label.y, text, role)
        self._canvas.hits.append(Hit(x, label.y, len(text), ref))

    def _is_the_label(self, ref: Ref, line: WeightLine) -> bool:
        """Whether a number is the weight that the line has by now, which stands there anyway."""
        return ref.quantity in (W, W.now) and self._numbers[ref][1] == line.weight

    def _told_texts(self, ref: Ref, room: int) -> list[str]:
        """What was computed last, if it fits with enough digits to tell it from its neighbours; else its symbol."""
        symbol, value = self._numbers[ref]
        texts = []
        cells = room - len(symbol) - 1
        if cells >= EVENT_CELLS:
            digits = min(max(self._layout.digits, 4), self._layout.most)
            texts.append(f"{symbol} {number(value, cells, digits)}")
        return [text for text in (*texts, symbol) if len(text) <= room]


# where labels stand


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
    fewest_first = sorted(range(len(lines)), key=lambda which: len(choices[which]))
    for order in (range(len(lines)), fewest_first):  # in turn; or those that have the least choice before the others
        placed: dict[int, LabelPlace] = {}
        for which in order:
            taken = placed.values()
            found = next((spot for spot in choices[which] if not any(_meet(spot, other) for other in taken)), None)
            if found is None:
                break
            placed[which] = found
        hidden = frozenset(cell for label in placed.values() for cell in _hidden_by(label))
        if len(placed) == len(lines) and all(_seen(line, hidden) >= LEAST_SEEN for line in lines):
            return tuple(placed[which] for which in range(len(lines)))
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
    for x, y in sorted(_passed(line, heavy=True)):
        found[y] = found.get(y, (x, x))[0], x
    return found


@lru_cache(maxsize=256)
def _cells(line: Course) -> frozenset[tuple[int, int]]:
    return frozenset(_passed(line))


def _passed(line: Course, *, heavy: bool = False) -> list[tuple[int, int]]:
    """The cells that it passes, from its start."""
    cells = cells_of_line(line.x1 - line.x0, line.row1 - line.row0, heavy=heavy)
    return [(line.x0 + x, line.row0 + y) for x, y in cells]


def _hidden_by(label: LabelPlace) -> Iterator[tuple[int, int]]:
    """The cells of a label, and the blank on either side of it."""
    return ((x, label.y) for x in range(label.x - 1, label.x + label.cells + 1))


def _meet(one: LabelPlace, other: LabelPlace) -> bool:
    return one.y == other.y and one.x < other.x + other.cells + 2 and other.x < one.x + one.cells + 2


def _seen(line: Course, hidden: Set[tuple[int, int]]) -> float:
    """The share of a line's cells that no label hides."""
    cells = _cells(line)
    return 1 - len(cells & hidden) / len(cells)
