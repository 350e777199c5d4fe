"""Drawing the units where each has a cell or two: a shade for how large its number is, and a sign. Where there are more
units than cells, some share one, and it shows the largest of them.
"""

from __future__ import annotations

from math import inf, isnan

from dlsim.engine.kinds.layered.quantities import A, X, Z
from dlsim.engine.reference import Ref
from dlsim.tui.drawing.diagram.focus import ACTIVE, Node
from dlsim.tui.drawing.diagram.layout import Column
from dlsim.tui.drawing.diagram.nodes import Hit, Units
from dlsim.tui.drawing.diagram.numbers import HIDDEN, number_alone
from dlsim.tui.session.answer import is_number
from dlsim.tui.words import words

MOST_OF_A_NUMBER = 24
"""Cells that are kept for the number computed last: the legend does not come and go with it."""
NOTHING = 1e-3
"""A number this small beside the largest of its layer is drawn as none."""


class Blocks(Units):
    """Draws layers as blocks of cells, and the active number in a line below them."""

    def draw_column(self, column: Column) -> None:
        """One layer's block."""
        layer, glyphs = column.layer, self.canvas.glyphs
        if layer is None:
            self.canvas.write(column.x, self.canvas.height // 2, glyphs.more_across[: column.width], "muted")
            return
        known = self._known_row(layer)
        numbers = [self._number(layer, unit, known) for unit in range(self.shape.widths[layer])]
        sizes = [_size(value) for value, _ in numbers]
        largest = max((abs(value) for value, _ in numbers if value is not None and not isnan(value)), default=0.0)
        lit = {unit: role for (of, unit), role in self.focus.nodes.items() if of == layer}
        chosen = self.focus.selected
        for slot in column.slots:
            if slot.unit is None:
                continue
            x, together = column.x + slot.x, range(slot.unit, slot.unit + slot.units)
            unit = slot.unit
            if slot.units > 1:
                told = [each for each in together if each in lit] or together
                unit = max(told, key=lambda each: (lit.get(each) == ACTIVE, sizes[each]))
            text, role = self._cell(numbers[unit][0], largest)
            if isinstance(chosen, Node) and (chosen.layer, chosen.unit) == (layer, unit):
                role = "chosen"
            elif unit in lit:
                role = "active-chosen" if lit[unit] == ACTIVE else lit[unit]
            self.canvas.write(x, slot.row, text, role)
            self.hits.extend(Hit(x, slot.row, self.layout.cell, numbers[each][1]) for each in together if each != unit)
            self.hits.append(Hit(x, slot.row, self.layout.cell, numbers[unit][1]))  # which a click means

    def draw_line(self) -> None:
        """On the lowest line what a cell's shade says, and the number that was computed last."""
        if self.layout.caption is None:
            return
        legend = self._legend()
        has_legend = len(legend) + 2 + MOST_OF_A_NUMBER <= self.layout.width
        if has_legend:
            self.canvas.write(0, self.layout.height - 1, legend, "muted")
        if self.focus.ref is None:
            return
        symbol = self.snapshot.symbol(self.focus.ref)
        ref = self.focus.ref
        value = number_alone(self.snapshot.value(ref), self.layout.most) if is_number(ref) else ""
        text = f"{symbol} {value}".rstrip()
        x = max((self.layout.width - len(text)) // 2, 0)
        if has_legend:
            x = min(max(x, len(legend) + 2), self.layout.width - len(text))
        self.canvas.write(x, self.layout.height - 1, text, ACTIVE)
        self.hits.append(Hit(x, self.layout.height - 1, len(text), self.focus.ref))

    def _legend(self) -> str:
        """Two cells tell the sign apart, one has shades of its own for it."""
        glyphs, say = self.canvas.glyphs, words()
        if self.layout.cell > 1:
            return f"{glyphs.positive} {say('diagram.shades')}"
        signs = f"{glyphs.positive} {say('diagram.above_zero')}  {glyphs.negative} {say('diagram.below_zero')}"
        if self.layout.shared == 1:
            return signs
        shared = say("diagram.shared", units=self.layout.shared)
        both = f"{signs}  {shared}"
        return both if len(both) + 2 + MOST_OF_A_NUMBER <= self.layout.width else shared

    def _known_row(self, layer: int) -> str | None:
        """The row to read for every unit of a layer that is not lit, None where it differs from unit to unit."""
        last = self.focus.of_unit(A, layer, self.shape.widths[layer] - 1)
        if layer == 0 or self.snapshot.is_shown(last):
            return "a"
        return None if self.snapshot.is_shown(self.focus.of_unit(Z, layer, 0)) else ""

    def _number(self, layer: int, unit: int, known: str | None) -> tuple[float | None, Ref]:
        if known is None or (layer, unit) in self.focus.nodes:
            row = self._telling_row(layer, unit) if layer else "a"
            ref = self._ref(Node(layer, unit, row)) or self.focus.of_unit(A, layer, unit)
            return self.snapshot.value(ref), ref
        ref = self.focus.of_unit(A if layer else X, layer, unit)
        return (self.snapshot.tape.value(ref, self.snapshot.sample) if known else None), ref

    def _cell(self, value: float | None, largest: float) -> tuple[str, str]:
        glyphs, cells = self.canvas.glyphs, self.layout.cell
        if value is None:
            return HIDDEN + " " * (cells - 1), "muted"
        if isnan(value):
            return "!" * cells, "trouble"
        share = 1.0 if largest == inf else abs(value) / largest if largest else 0.0
        if share < NOTHING:
            return glyphs.nothing + " " * (cells - 1), "muted"
        strength = min(int(share * 4), 3)
        role = "positive" if value > 0 else "negative"
        if cells == 1:
            return (glyphs.positive if value > 0 else glyphs.negative)[strength], role
        return glyphs.positive[strength] + ("+" if value > 0 else glyphs.minus), role


def _size(value: float | None) -> float:
    """By which numbers compare: what is no number above all, what is not known below."""
    if value is None:
        return -1.0
    return inf if isnan(value) else abs(value)
