"""Drawing the weights: lines from unit to unit, heavier where the weight is larger, broken where it is negative."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.diagram.canvas import Canvas, Pen
from dlsim.tui.diagram.focus import ACTIVE, UPDATE, Edge, Focus
from dlsim.tui.diagram.layout import PLANNED_DIGITS, Column, Layout
from dlsim.tui.diagram.nodes import Hit
from dlsim.tui.diagram.numbers import number, number_alone

WEAK, STRONG = 0.34, 0.75
"""Shares of the largest weight in view: below the first a line is faint, above the second heavy."""
NOTHING = 0.02
NARROWEST_GAP = 3
"""Of no more cells than these between numbers without frames none are left blank: lines would have no room."""
CELLS_OF_A_LINE = 8
"""Of the lines between two layers, the strongest are drawn: about one for so many cells that there are."""
FEWEST_LINES = 12
MOST_LABELLED = 16
MOST_LIT_LABELLED = 4
CELLS_OF_A_LABEL = 26
"""With fewer cells to each line its label would hide too much of the others: only lit lines bear one."""
EVENT_CELLS = 6
LEFT_OF_A_SLANTED_LINE, LEFT_OF_A_LEVEL_LINE = 2, 4
"""So many cells of it a label leaves in sight at least: of a slanted one, its other rows are seen besides."""
LEVEL_PLACES = (0.5, 0.3, 0.7)
SLANTED_PLACES = (0.25, 0.75, 0.35, 0.65, 0.15, 0.85, 0.5, 0.0)
"""How far along a line its label may stand: off the middle where others cross it."""


FEWER = (PLANNED_DIGITS, 4, 3, 2)
"""Digits that a label may have, as there is room."""


class Line(NamedTuple):
    """A line between two units in view."""

    edge: Edge
    weight: float
    x0: int
    x1: int
    row0: int
    row1: int

    @property
    def ref(self) -> Ref:
        """The weight as it stands at the moment: the new one, once it has taken its place."""
        return Ref("now_W", self.edge.layer, (self.edge.sender, self.edge.unit))

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


class Gap(NamedTuple):
    """The lines between two columns that are drawn: `plain` from the weakest to the strongest, and the lit ones."""

    plain: list[Line]
    lit: list[Line]
    largest: float
    is_crowded: bool  # some are not drawn


class Label(NamedTuple):
    """Where a line's label stands, and how many cells it takes."""

    x: int
    y: int
    cells: int
    room: int  # cells that it may grow to
    digits: int | None = None  # None for the symbol alone


class Edges:
    """Draws the weights of one moment."""

    def __init__(self, canvas: Canvas, layout: Layout, snapshot: Snapshot, focus: Focus, hits: list[Hit]) -> None:
        self._canvas, self._layout, self._snapshot = canvas, layout, snapshot
        self._focus, self._hits = focus, hits
        self.ports: dict[tuple[int, int], str] = {}
        """The rows at which lines leave ("out") or reach ("in") a column: (x, row) → role."""
        self.lines: dict[Edge, Line] = {}
        """Those that are drawn."""
        self._heads: dict[tuple[int, int], int] = {}

    def draw(self) -> None:
        """All lines, then the lit ones over them, then their labels."""
        gaps = list(self._gaps())
        largest = max((gap.largest for gap in gaps), default=0.0)
        for gap in gaps:
            for line in gap.plain:
                share = abs(line.weight) / largest if 0 < largest < math.inf else 1.0
                if share >= NOTHING:
                    role = "positive" if line.weight > 0 else "negative"
                    is_weak = share < WEAK or gap.is_crowded
                    pen = Pen(role + "-weak" if is_weak else role, share >= STRONG, line.weight < 0)
                    self._trace(line, pen, over=False)
        for role in ("", ACTIVE):  # the active one above all
            for line in (line for gap in gaps for line in gap.lit if (self._role(line.edge) == ACTIVE) == bool(role)):
                pen = Pen(self._role(line.edge), heavy=True, broken=line.weight < 0)
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
        value, sample = self._snapshot.tape.value, self._snapshot.sample
        senders = {slot.unit: slot.row for slot in left.slots if slot.unit is not None}
        units = {slot.unit: slot.row for slot in right.slots if slot.unit is not None}
        weights = {
            (sender, unit): value(Ref("now_W", layer, (sender, unit)), sample) for unit in units for sender in senders
        }

        def line(sender: int, unit: int) -> Line:
            weight = weights[sender, unit]
            return Line(Edge(layer, sender, unit), weight, x0, x1, senders[sender], units[unit])

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
        largest = max((abs(weight) for weight in weights.values()), default=0.0)
        return Gap(plain, lit, largest, len(plain) < len(weights))

    def _role(self, edge: Edge) -> str:
        if self._focus.is_update:
            return UPDATE
        if self._focus.selected == edge and edge != self._focus.active:
            return "operand"
        return self._focus.edges.get(edge, "")

    def _trace(self, line: Line, pen: Pen, *, over: bool) -> None:
        self._canvas.line(line.x0, line.x1, line.row0, line.row1, pen, over=over)
        self.ports[line.x0 - 1, line.row0] = "out"
        self.ports[line.x1, line.row1] = "in"
        self.lines[line.edge] = line

    def _arrow(self, line: Line) -> None:
        """A head that points as its line goes; level where lines of several slants end in the same cell."""
        glyphs, phase = self._canvas.glyphs, self._focus.phase
        if phase not in ("forward", "backward"):
            return
        x, y = (line.x1 - 1, line.row1) if phase == "forward" else (line.x0, line.row0)
        slant = line.slant if self._heads.setdefault((x, y), line.slant) == line.slant else 0
        heads = glyphs.forward_heads if phase == "forward" else glyphs.backward_heads
        self._canvas.write(x, y, heads[slant + 1], self._role(line.edge))

    # labels

    def _label(self, gap: Gap) -> None:
        """The same places whatever is lit; a lit line that has none gets one over the others."""
        placed: dict[Edge, Label] = {}
        area = (gap.plain[0].x1 - gap.plain[0].x0) * self._canvas.height if gap.plain else 0
        is_spacious = len(gap.plain) * CELLS_OF_A_LABEL <= area
        lines = [] if gap.is_crowded else sorted(gap.plain, key=lambda line: (line.row0 != line.row1, line.edge))
        if len(lines) <= MOST_LABELLED:
            for digits in self._digits:
                for line in lines:
                    if line.edge not in placed:
                        self._place(line, digits, lines, placed, beside_only=not is_spacious)
        shared = min((label.digits for label in placed.values() if label.digits is not None), default=None)
        placed = {edge: self._rounded(label, shared) for edge, label in placed.items()}
        lit = {line.edge for line in gap.lit}
        for line in lines:
            if line.edge in placed and line.edge not in lit:
                self._write(line, placed[line.edge])
        for line in gap.lit:
            if line.edge not in placed and len(lit) <= MOST_LIT_LABELLED:
                self._place(line, None, lines or gap.plain, placed)
            if line.edge in placed:
                self._write(line, placed[line.edge])

    @property
    def _digits(self) -> Sequence[int | None]:
        """How many a label may have, the most first; None for the symbol alone."""
        most = self._layout.digits
        return (*range(most, PLANNED_DIGITS, -1), *sorted({min(most, fewer) for fewer in FEWER}, reverse=True), None)

    @staticmethod
    def _rounded(label: Label, digits: int | None) -> Label:
        """The label with no more digits than those: between two layers all have as many."""
        return label if label.digits is None else label._replace(digits=digits)

    def _text(self, line: Line, digits: int | None) -> str:
        symbol = self._snapshot.symbol(line.ref)
        return symbol if digits is None else f"{symbol} {number_alone(line.weight, digits)}"

    def _place(
        self,
        line: Line,
        digits: int | None,
        lines: list[Line],
        placed: dict[Edge, Label],
        *,
        beside_only: bool = False,
    ) -> None:
        """Find a place for a label with so many digits."""
        cells = len(self._text(line, digits))
        found = self._beside(line, cells, lines) if beside_only else self._spots(line, cells, lines)
        spots = (label._replace(digits=digits) for label in found)
        for label in spots:
            if not any(_meet(label, other) for other in placed.values()):
                placed[line.edge] = label
                return

    def _beside(self, line: Line, cells: int, lines: list[Line]) -> Iterator[Label]:
        """Above or below a level line, where no other line comes."""
        room = line.x1 - line.x0
        if line.row0 == line.row1 and cells < room:
            x = line.x0 + (room - cells) // 2
            if all(min(other.row0, other.row1) >= line.row0 for other in lines):
                yield Label(x, line.row0 - 1, cells, room - 1)
            if all(max(other.row0, other.row1) <= line.row0 for other in lines):
                yield Label(x, line.row0 + 1, cells, room - 1)

    def _spots(self, line: Line, cells: int, lines: list[Line]) -> Iterator[Label]:
        """Beside the line, else on it."""
        yield from self._beside(line, cells, lines)
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
            yield Label(min(max(x, line.x0 + 1), line.x1 - 1 - cells), y, cells, room - 4)

    def _write(self, line: Line, label: Label) -> None:
        role = self._role(line.edge)
        cells = label.cells
        texts = [self._text(line, label.digits)]
        if role == ACTIVE:
            own = self._event_texts(label.room)
            cells = max(cells, len(own[0])) if own else cells
            texts[:0] = own
        text = next((text for text in texts if len(text) <= cells), "")
        x = label.x + (label.cells - len(text)) // 2
        x = min(max(x, line.x0), line.x1 - len(text))
        role = "chosen" if self._focus.selected == line.edge else role or "muted"
        start, end = max(x - 1, line.x0), min(x + len(text) + 1, line.x1)
        self._canvas.write(start, label.y, " " * (end - start), "")
        self._canvas.write(x, label.y, text, role)
        self._hits.append(Hit(x, label.y, len(text), line.ref))

    def _event_texts(self, room: int) -> list[str]:
        """What was computed last, if it fits with enough digits to tell it from its neighbours; else its symbol."""
        ref = self._focus.ref
        if ref is None or ref.quantity in ("W", "now_W"):
            return []
        symbol, value = self._snapshot.symbol(ref), self._snapshot.value(ref)
        texts = []
        cells = room - len(symbol) - 1
        if cells >= EVENT_CELLS:
            digits = min(max(self._layout.digits, 4), self._layout.most)
            texts.append(f"{symbol} {number(value, cells, digits)}")
        return [text for text in (*texts, symbol) if len(text) <= room]


def _meet(one: Label, other: Label) -> bool:
    return one.y == other.y and one.x < other.x + other.cells + 2 and other.x < one.x + one.cells + 2
