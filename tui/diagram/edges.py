"""Drawing the weights: lines from unit to unit, heavier where the weight is larger, broken where it is negative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.diagram.canvas import Canvas, Pen
from dlsim.tui.diagram.focus import ACTIVE, UPDATE, Edge, Focus
from dlsim.tui.diagram.layout import Layout
from dlsim.tui.diagram.nodes import Hit
from dlsim.tui.diagram.numbers import number

WEAK, STRONG = 0.34, 0.75
"""Shares of the largest weight in view: below the first a line is faint, above the second heavy."""
NOTHING = 0.02
CELLS_OF_A_LINE = 8
"""Of the lines between two layers, the strongest are drawn: about one for so many cells that there are."""
FEWEST_LINES = 12
MOST_LABELLED = 16
MOST_LIT_LABELLED = 4
EVENT_CELLS = 6
SPACIOUS = 7
"""A line that falls by so many rows bears a number on one of them."""
LEVEL_PLACES = (0.5, 0.3, 0.7)
SLANTED_PLACES = (0.25, 0.75, 0.35, 0.65, 0.15, 0.85, 0.5)
"""How far along a line its label may stand: off the middle where others cross it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two units in view."""

    edge: Edge
    weight: float
    x0: int
    x1: int
    row0: int
    row1: int

    @property
    def ref(self) -> Ref:
        """The weight."""
        return Ref("W", self.edge.layer, (self.edge.sender, self.edge.unit))


class Label(NamedTuple):
    """Where a line's label stands, and how many cells it takes."""

    x: int
    y: int
    cells: int
    room: int  # cells that it may grow to


class Edges:
    """Draws the weights of one moment."""

    def __init__(self, canvas: Canvas, layout: Layout, snapshot: Snapshot, focus: Focus, hits: list[Hit]) -> None:
        self._canvas, self._layout, self._snapshot = canvas, layout, snapshot
        self._focus, self._hits = focus, hits
        self.ports: dict[tuple[int, int], str] = {}
        """The rows at which lines leave ("out") or reach ("in") a column: (x, row) → role."""

    def draw(self) -> None:
        """All lines, then the lit ones over them, then their labels."""
        gaps = list(self._gaps())
        largest = max((abs(line.weight) for lines in gaps for line in lines), default=0.0)
        lit: list[Line] = []
        for lines in gaps:
            lit += [line for line in lines if self._role(line.edge)]
            strongest = self._strongest(lines)
            is_crowded = len(strongest) < len(lines)
            for line in strongest:
                share = abs(line.weight) / largest if largest and largest < float("inf") else 1.0
                if share < NOTHING:
                    continue
                role = "positive" if line.weight > 0 else "negative"
                is_weak = share < WEAK or is_crowded
                pen = Pen(role + "-weak" if is_weak else role, share >= STRONG, line.weight < 0)
                self._trace(line, pen, over=False)
        lit.sort(key=lambda line: self._role(line.edge) == ACTIVE)
        for line in lit:
            self._trace(line, Pen(self._role(line.edge), heavy=True, broken=line.weight < 0), over=True)
        self._canvas.settle()
        for line in lit:
            self._arrow(line)
        for lines in gaps:
            self._label(lines, [line for line in lit if line in lines])

    # lines

    def _gaps(self) -> Iterator[list[Line]]:
        columns = self._layout.columns
        value, sample = self._snapshot.tape.value, self._snapshot.sample
        for left, right in zip(columns, columns[1:], strict=False):
            x0, x1 = left.x + left.width, right.x
            if self._layout.level.inner == 0:
                x0, x1 = x0 + 1, x1 - 1
            if x1 <= x0 or right.layer is None:
                continue
            lines = []
            for to in right.slots:
                for start in left.slots:
                    if to.unit is not None and start.unit is not None:
                        edge = Edge(right.layer, start.unit, to.unit)
                        weight = value(Ref("now_W", right.layer, (start.unit, to.unit)), sample)
                        lines.append(Line(edge, weight, x0, x1, start.row, to.row))
            yield lines

    def _strongest(self, lines: list[Line]) -> list[Line]:
        """What can be told apart of them, the strongest last."""
        if not lines:
            return []
        area = (lines[0].x1 - lines[0].x0) * self._canvas.height
        most = max(area // CELLS_OF_A_LINE, FEWEST_LINES)
        return sorted(lines, key=lambda line: abs(line.weight))[-most:]

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

    def _arrow(self, line: Line) -> None:
        phase = self._focus.phase
        if phase == "forward":
            self._canvas.write(line.x1 - 1, line.row1, self._canvas.glyphs.forward, self._role(line.edge))
        elif phase == "backward":
            self._canvas.write(line.x0, line.row0, self._canvas.glyphs.backward, self._role(line.edge))

    # labels

    def _label(self, lines: list[Line], lit: list[Line]) -> None:
        """The same places whatever is lit; a lit line that has none gets one over the others."""
        placed: dict[Edge, Label] = {}
        if len(lines) <= MOST_LABELLED:
            level_first = sorted(lines, key=lambda line: line.row0 != line.row1)
            for digits in (self._layout.digits, 2, 0):
                for line in level_first:
                    if line.edge not in placed:
                        self._place(line, digits, lines, placed)
        for line in lines:
            if line.edge in placed and line not in lit:
                self._write(line, placed[line.edge])
        for line in lit:
            if line.edge not in placed and len(lit) <= MOST_LIT_LABELLED:
                self._place(line, 0, lines, placed)
            if line.edge in placed:
                self._write(line, placed[line.edge])

    def _text(self, line: Line, digits: int) -> str:
        symbol = self._snapshot.symbol(line.ref)
        return f"{symbol} {number(line.weight, digits + 4, digits)}" if digits else symbol

    def _place(self, line: Line, digits: int, lines: list[Line], placed: dict[Edge, Label]) -> None:
        """Find a place for a label with so many digits, 0 for the symbol alone."""
        cells = len(self._text(line, digits))
        for label in self._spots(line, cells, digits, lines):
            if not any(_meet(label, other) for other in placed.values()):
                placed[line.edge] = label
                return

    def _spots(self, line: Line, cells: int, digits: int, lines: list[Line]) -> Iterator[Label]:
        """Beside a level line where no other line comes, else on the line."""
        room, fall = line.x1 - line.x0, abs(line.row1 - line.row0)
        if not fall and cells < room:
            x = line.x0 + (room - cells) // 2
            if all(min(other.row0, other.row1) >= line.row0 for other in lines):
                yield Label(x, line.row0 - 1, cells, room - 1)
            if all(max(other.row0, other.row1) <= line.row0 for other in lines):
                yield Label(x, line.row0 + 1, cells, room - 1)
        least = 4  # cells of the line that stay in sight
        if digits:
            least = 8 if not fall else 4 if fall >= SPACIOUS else 4 + cells
        if cells + least > room:
            return
        for share in SLANTED_PLACES if fall else LEVEL_PLACES:
            y = round(line.row0 + (line.row1 - line.row0) * share)
            x = round(line.x0 + room * share - cells / 2)
            yield Label(min(max(x, line.x0 + 1), line.x1 - 1 - cells), y, cells, room - 4)

    def _write(self, line: Line, label: Label) -> None:
        role = self._role(line.edge)
        cells = label.cells
        texts = [self._text(line, digits) for digits in (self._layout.digits, 2, 0)]
        if role == ACTIVE:
            own = self._event_texts(label.room)
            cells = max(cells, len(own[0])) if own else cells
            texts[:0] = own
        text = next((text for text in texts if len(text) <= cells), "")
        x = label.x + (label.cells - len(text)) // 2
        x = min(max(x, line.x0 + (label.cells < len(text))), line.x1 - len(text))
        chosen = self._focus.selected == line.edge
        self._canvas.write(
            x - (x > line.x0),
            label.y,
            f"{' ' * (x > line.x0)}{text} "[: line.x1 - x + 1],
            "chosen" if chosen else role or "muted",
        )
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
            texts.append(f"{symbol} {number(value, cells, max(self._layout.digits, 4))}")
        return [text for text in (*texts, symbol) if len(text) <= room]


def _meet(one: Label, other: Label) -> bool:
    return one.y == other.y and one.x < other.x + other.cells + 2 and other.x < one.x + one.cells + 2
