"""Drawing the weights: lines from unit to unit, heavier where the weight is larger, broken where it is negative."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import W
from dlsim.engine.quantity import Ref
from dlsim.tui.drawing.canvas import Canvas, Hit, LineStyle, cells_of_line
from dlsim.tui.drawing.diagram.focus import ACTIVE, UPDATE, Edge, Focus, Numbers
from dlsim.tui.drawing.diagram.labels import NO_MARGIN, Course, LabelPlace, Margin, place, places
from dlsim.tui.drawing.diagram.layout import PLANNED_DIGITS, Column, Layout
from dlsim.tui.drawing.numbers import number, number_alone

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
FEWER = (PLANNED_DIGITS, 4, 3, 2, 1)
"""Digits that labels may have, as there is room."""


class WeightLine(Struct, frozen=True):
    """A line between two units in view; `ref` is the weight as it stands at the moment: the new one, once it has taken
    its place.
    """

    edge: Edge
    ref: Ref
    weight: float
    x0: int
    x1: int
    row0: int
    row1: int

    @property
    def course(self) -> Course:
        """Where it runs."""
        return Course(self.x0, self.x1, self.row0, self.row1)

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


class Gap(Struct, frozen=True):
    """The lines between two columns that are drawn: `plain` from the weakest to the strongest, and the lit ones."""

    plain: list[WeightLine]
    lit: list[WeightLine]
    largest: float
    is_crowded: bool  # some are not drawn
    margin: Margin


class Edges:
    """Draws the weights of one moment."""

    def __init__(self, canvas: Canvas, layout: Layout, focus: Focus, hits: list[Hit], numbers: Numbers) -> None:
        self._canvas, self._layout, self._numbers = canvas, layout, numbers
        self._focus, self._hits = focus, hits
        self._texts: dict[tuple[Edge, int | None], str] = {}
        self.ports: dict[tuple[int, int], str] = {}
        """The rows at which lines leave ("out") or reach ("in") a column: (x, row) → role."""
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
                    pen = LineStyle(role + "-weak" if is_weak else role, share >= STRONG, line.weight < 0)
                    self._trace(line, pen, over=False)
        for role in ("", ACTIVE):  # the active one above all
            for line in (line for gap in gaps for line in gap.lit if (self._role(line.edge) == ACTIVE) == bool(role)):
                pen = LineStyle(self._role(line.edge), heavy=True, broken=line.weight < 0)
                self._trace(line, pen, over=True)
        self._canvas.settle()
        for gap in gaps:
            for line in gap.lit:
                self._arrow(line)
            self._label(gap)

    # lines

    def _gaps(self) -> Iterator[Gap]:
        columns = self._layout.columns
        for left, right in itertools.pairwise(columns):
            x0, x1 = left.x + left.width, right.x
            if self._layout.level.inner == 0 and x1 - x0 > NARROWEST_GAP:
                x0, x1 = x0 + 1, x1 - 1
            if x1 > x0 and right.layer is not None:
                yield self._gap(left, right, right.layer, x0, x1)

    def _gap(self, left: Column, right: Column, layer: int, x0: int, x1: int) -> Gap:
        senders = {slot.unit: slot.row for slot in left.slots if slot.unit is not None}
        units = {slot.unit: slot.row for slot in right.slots if slot.unit is not None}
        pairs = [(sender, unit) for unit in units for sender in senders]
        refs = {pair: Ref(W.now, layer, pair) for pair in pairs}
        weights = {pair: self._numbers[ref][1] or 0.0 for pair, ref in refs.items()}

        def line(sender: int, unit: int) -> WeightLine:
            pair = (sender, unit)
            return WeightLine(Edge(layer, *pair), refs[pair], weights[pair], x0, x1, senders[sender], units[unit])

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
        return Gap(plain, lit, largest, len(plain) < len(weights), self._margin(left))

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

    def _role(self, edge: Edge) -> str:
        if self._focus.is_update:
            return UPDATE
        if self._focus.selected == edge and edge != self._focus.active:
            return "operand"
        return self._focus.edges.get(edge, "")

    def _trace(self, line: WeightLine, pen: LineStyle, *, over: bool) -> None:
        self._canvas.line(line.x0, line.x1, line.row0, line.row1, pen, over=over)
        self.ports[line.x0 - 1, line.row0] = "out"
        self.ports[line.x1, line.row1] = "in"
        self.lines[line.edge] = line

    def _arrow(self, line: WeightLine) -> None:
        """A head that points as its line goes, as near to its end as no line of another slant has its own."""
        glyphs, phase = self._canvas.glyphs, self._focus.phase
        if phase not in ("forward", "backward"):
            return
        cells = [(line.x0 + x, line.row0 + y) for x, y in cells_of_line(line.x1 - line.x0, line.row1 - line.row0)]
        if phase == "forward":
            cells.reverse()
        free = (cell for cell in cells[:FURTHEST_HEAD] if self._heads.setdefault(cell, line.slant) == line.slant)
        x, y = next(free, cells[0])
        heads = glyphs.forward_heads if phase == "forward" else glyphs.backward_heads
        self._canvas.write(x, y, heads[self._heads[x, y] + 1], self._role(line.edge))

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
        for so many numbers, some are symbols alone, of None; nothing where not even symbols have room.
        """

        def found_for(digits: Sequence[int | None]) -> tuple[LabelPlace, ...] | None:
            cells = tuple([len(self._text(line, own)) for line, own in zip(lines, digits, strict=True)])
            return places(courses, cells, margin)

        for fewest in self._digits:
            found = found_for([fewest] * len(lines))
            if found is not None:
                return {line.edge: (spot, fewest) for line, spot in zip(lines, found, strict=True)}
        told: list[int | None] = [None] * len(lines)
        found = found_for(told)
        if found is None:
            return {}
        for row in range(len(lines)):
            more = [*told[:row], fewest, *told[row + 1 :]]
            roomy = found_for(more)
            if roomy is not None:
                found, told = roomy, more
        return {line.edge: (spot, own) for line, spot, own in zip(lines, found, told, strict=True)}

    @property
    def _digits(self) -> Sequence[int]:
        """How many the labels may have, the most first."""
        most = self._layout.digits
        return (*range(most, PLANNED_DIGITS, -1), *sorted({min(most, fewer) for fewer in FEWER}, reverse=True))

    def _text(self, line: WeightLine, digits: int | None) -> str:
        text = self._texts.get((line.edge, digits))
        if text is None:
            symbol = self._numbers[line.ref][0]
            text = symbol if digits is None else f"{symbol} {number_alone(line.weight, digits)}"
            self._texts[line.edge, digits] = text
        return text

    def _write(self, line: WeightLine, label: LabelPlace, digits: int | None) -> None:
        role, cells = self._role(line.edge), label.cells - label.has_stroke
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
        self._hits.append(Hit(x, label.y, len(text), ref))

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
