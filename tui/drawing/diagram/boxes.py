"""Drawing the units: in frames or lines with their numbers; where there are many, each in a cell or two, shaded by
how large its number is. Where there are more units than cells, some share one, and it shows the largest of them.
"""

from __future__ import annotations

from math import inf, isnan

from dlsim.engine.kinds.layered.quantities import DE_DA, DE_DZ, E_O, A, B, T, X, Z
from dlsim.engine.quantity import Ref, present
from dlsim.tui.drawing.canvas import Hit
from dlsim.tui.drawing.diagram.focus import ACTIVE, Node
from dlsim.tui.drawing.diagram.layout import ROWS_OF_AN_OUTPUT, Column, Slot
from dlsim.tui.drawing.diagram.units import OF_THE_BATCH, Units
from dlsim.tui.drawing.text import ELLIPSIS, LEAST_ROOM, TOO_WIDE, number, number_alone, true_number
from dlsim.tui.session.selection import is_number
from dlsim.tui.words import words

FEWEST_CELLS = 6
"""Cells of a number with its sign: in fewer it would read as another."""


class Boxes(Units):
    """Draws the units of one moment."""

    def draw(self, column: Column, slot: Slot) -> None:
        """One unit."""
        layer, unit = column.layer, slot.unit
        if layer is None or unit is None:
            return
        if self.layout.level.inner:
            self._framed(column, slot.row, layer, unit)
        else:
            self._line(column, slot.row, layer, unit)
        if self.layout.side is not None and layer == self.shape.last:
            self._beside(self.layout.side, slot.row, unit)

    # forms

    def _framed(self, column: Column, port: int, layer: int, unit: int) -> None:
        level, canvas = self.layout.level, self.canvas
        rows = ["a"] if layer == 0 else self._rows_of(layer, unit, level.inner + column.more)
        if level.inner == 1 and layer:
            rows = [self._telling_row(layer, unit)]
        top = port - 1 - (min(len(rows), level.inner) - 1) // 2
        role = self.focus.nodes.get((layer, unit))
        bottom = top + len(rows) + 1
        is_active = role == ACTIVE
        canvas.frame(column.x, top, column.width, len(rows) + 2, ACTIVE if is_active else "frame", heavy=is_active)
        inside = column.x + 1 + self.layout.padding
        cells = column.width - 2 - 2 * self.layout.padding
        for place, row in enumerate(rows):
            self._row(inside, top + 1 + place, cells, Node(layer, unit, row))
        if level.name == "narrow" or self._is_fed_back(layer, unit):
            self._symbol(column.x + 1, top, column.width - 2, Node(layer, unit, rows[0]))
        elif layer and self.shape.biases[layer]:
            self._in_edge(column, top, Node(layer, unit, "b"))
        below = self._below(layer, unit, rows)
        if below is not None:
            self._in_edge(column, bottom, Node(layer, unit, below))
        mark = None if below else self._mark(layer, unit)
        if mark is not None:
            sign = canvas.glyphs.flat if mark == "saturated" else ""
            word = words()(f"picture.{mark}")
            text = word if len(word) <= column.width - 2 else sign
            usual = "negative" if mark in OF_THE_BATCH else "muted"
            canvas.write(max(column.x + column.width - 2 - len(text), column.x + 1), bottom, text, role or usual)

    def _rows_of(self, layer: int, unit: int, most: int) -> list[str]:
        """What a box holds; where there is no row for an output's error, it is there at the moment it is lit."""
        if most == ROWS_OF_AN_OUTPUT and (E_O, layer) in self.snapshot.order:
            return ["z", "a", "E", "gradient"]
        third = "E" if self._wants_target(layer) and Node(layer, unit, "E") in self.focus.rows else "gradient"
        return ["z", "a", third][:most]

    def _below(self, layer: int, unit: int, rows: list[str]) -> str | None:
        """What stands in the lower edge of a frame."""
        if layer == 0:
            return "gradient" if self.focus.active == Node(layer, unit, "gradient") else None
        wants_target = self._wants_target(layer)
        if wants_target and "E" not in rows and Node(layer, unit, "E") in self.focus.rows:
            return "E"
        shows_gradient = "gradient" not in rows and self.layout.level.inner > 1
        if shows_gradient and Node(layer, unit, "gradient") in self.focus.rows:
            return "gradient"
        if wants_target:
            return "t"
        if self.layout.level.name == "narrow" and self.shape.biases[layer]:
            return "b"
        gradient = self._ref(Node(layer, unit, "gradient")) if shows_gradient else None
        return None if self._value(gradient) is None else "gradient"

    def _wants_target(self, layer: int) -> bool:
        return self.layout.side is None and self.shape.has_targets and layer == self.shape.last

    def _is_fed_back(self, layer: int, unit: int) -> bool:
        """Whether it is a hidden output of the step before: its symbol, which says which, has the upper edge."""
        return layer == 0 and unit >= self.shape.inputs

    def _symbol(self, x: int, y: int, cells: int, node: Node) -> None:
        symbol, ref = self._content(node)
        symbol = self._shortened(symbol, ref, node, cells + 2)
        if len(symbol) > cells:  # a whole name may be a little wider than its number
            x -= (len(symbol) - cells + 1) // 2
        self.canvas.write(x, y, symbol, self._role_of(node, "symbol"))
        if ref is not None:
            self.canvas.hits.append(Hit(x, y, len(symbol), ref))

    def _line(self, column: Column, port: int, layer: int, unit: int) -> None:
        row = self._telling_row(layer, unit) if layer else "a"
        if self.layout.level.name == "named":
            self._symbol(column.x + 1, port - 1, column.width - 1, Node(layer, unit, row))
        self._row(column.x, port, column.width, Node(layer, unit, row))

    def _beside(self, x: int, port: int, unit: int) -> None:
        last = self.shape.last
        cells = self.layout.width - x
        cells = min(cells, max(self.layout.digits, LEAST_ROOM) + 8)
        for row, y in (("t", port), ("E", port + 1)):
            if row == "E" and (not self.shape.trains or not self.layout.level.inner):
                continue
            node = Node(last, unit, row)
            symbol, ref = self._content(node)
            value = self._value(ref)
            if row == "E" and value is None:
                continue
            role = self._role_of(node, "target" if row == "t" else "text")
            text = number(value, cells - len(symbol) - 1, self.layout.digits)
            self.canvas.write(x, y, symbol, self._role_of(node, "target" if row == "t" else "muted"))
            self.canvas.write(x + len(symbol) + 1, y, text, role)
            if ref is not None:
                self.canvas.hits.append(Hit(x, y, cells, ref))

    # rows

    def _row(self, x: int, y: int, cells: int, node: Node) -> None:
        symbol, ref = self._content(node)
        if self.layout.level.name in ("value", "named", "narrow") or self._is_fed_back(node.layer, node.unit):
            symbol = ""
        elif ref is not None and ref.quantity.short:
            symbol = self._shortened(symbol, ref, node, cells)
        value = self._value(ref)
        text = self._text(value, cells - len(symbol) - bool(symbol), symbol, ref)
        if text == ELLIPSIS:
            # it stands where the digits will begin, so that nothing moves when they come
            text = text.ljust(min(self.layout.digits + 2, cells - len(symbol) - bool(symbol)))
        gap = cells - len(symbol) - len(text)
        lit = self._role_of(node, "")
        pieces = [(symbol, lit or "symbol"), (" " * gap, "chosen" if lit == "chosen" else "")]
        self.canvas.write_pieces(x, y, [*pieces, (text, lit or ("muted" if value is None else "text"))])
        if ref is not None:
            self.canvas.hits.append(Hit(x, y, cells, ref))

    def _in_edge(self, column: Column, y: int, node: Node) -> None:
        """A number in the upper or lower edge of a frame."""
        symbol, ref = self._content(node)
        if ref is None:
            return
        cells = column.width - 2
        symbol = self._shortened(symbol, ref, node, cells)
        value = self._value(ref)
        plain = {"t": "target", "b": "symbol"}.get(node.row, "text")
        text = self._text(value, cells - len(symbol) - 1, symbol, ref)
        written = symbol if text == TOO_WIDE else f"{symbol} {text}".rstrip()
        x = column.x + 1 + (len(written) < cells - 1)
        self.canvas.write(x, y, written[:cells], self._role_of(node, plain))
        self.canvas.hits.append(Hit(column.x + 1, y, column.width - 2, ref))

    # what is in them

    def _content(self, node: Node) -> tuple[str, Ref | None]:
        """(symbol, reference) of a row."""
        ref = self._ref(node)
        return ("δ", ref) if ref is not None and ref.quantity is DE_DZ else self._named(ref)

    def _named(self, ref: Ref | None) -> tuple[str, Ref | None]:
        if ref is None:
            return "", None
        is_of_this_step = self.shape.steps and ref.index[1:] in ((), (self.focus.step,))
        if is_of_this_step:
            return self.snapshot.symbol(ref._replace(index=ref.index[:1])), ref
        return self.numbers[ref][0], ref

    def _ref(self, node: Node) -> Ref | None:
        layer, unit = node.layer, node.unit
        of_unit = self.focus.of_unit
        if layer == 0 and node.row == "gradient":
            return self.focus.ref
        if layer == 0:
            return self.focus.of_input(unit, self.shape)
        told = self.focus.told.get(node)
        match node.row:
            case "gradient":
                if not self.shape.trains:
                    return None
                if told is not None:
                    return told
                delta = of_unit(DE_DZ, layer, unit)
                above = of_unit(DE_DA, layer, unit)
                return above if self._value(delta) is None and self._value(above) is not None else delta
            case "E":
                return of_unit(E_O, layer, unit)
            case "b":
                return told if told is not None and told.quantity is B.new else present(Ref(B, layer, (unit,)))
            case row:
                return of_unit({"z": Z, "a": A, "t": T}[row], layer, unit)

    def _shortened(self, symbol: str, ref: Ref | None, node: Node, cells: int) -> str:
        """A derivative has its whole name: a shorter one only where that has no room even without its number."""
        if ref is None or not ref.quantity.short or len(symbol) <= cells:
            return symbol
        letter = "o" if node.layer == self.shape.last else "h"
        forms = [form.format(a=letter) for form in ref.quantity.short]
        return next((form for form in forms if len(form) + 1 + FEWEST_CELLS <= cells), forms[-1])

    def _text(self, value: float | None, cells: int, symbol: str, ref: Ref | None) -> str:
        """The number; none where its name leaves it so few cells that it would read as another."""
        is_narrow = self.layout.level.name == "narrow"  # its name stands in the edge
        is_cut = cells < FEWEST_CELLS - 1 and ref is not None and symbol != "δ" and bool(ref.quantity.short)
        if is_cut and symbol:
            return ""
        write = true_number if symbol or is_narrow else number
        return write(value, cells, self.layout.digits)

    def _telling_row(self, layer: int, unit: int) -> str:
        """Where there is room for one number: the one that is lit, else what the unit has come to."""
        lit = self._lit_row(layer, unit)
        if lit is not None:
            return lit
        has_a, has_z = [self._value(self.focus.of_unit(of, layer, unit)) is not None for of in (A, Z)]
        return "a" if has_a or not has_z else "z"

    def _lit_row(self, layer: int, unit: int) -> str | None:
        if (layer, unit) not in self.focus.nodes:
            return None
        for role in (ACTIVE, None):
            for row in ("gradient", "a", "z"):
                found = self.focus.rows.get(Node(layer, unit, row))
                if found is not None and role in (found, None):
                    return row
        return None


MOST_OF_A_NUMBER = 24
"""Cells that are kept for the number computed last: the legend does not come and go with it."""
NOTHING = 1e-3
"""A number this small beside the largest of its layer is drawn as none."""


class Blocks(Boxes):
    """Draws layers as blocks of cells, and the active number in a line below them."""

    def draw_column(self, column: Column) -> None:
        """One layer's block."""
        layer, glyphs = column.layer, self.canvas.glyphs
        if layer is None:
            self.canvas.write(column.x, self.canvas.height // 2, glyphs.more_across[: column.width], "muted")
            return
        known = self._known_row(layer)
        units = range(self.shape.widths[layer])
        refs = [self.focus.of_unit(A if layer else X, layer, unit) for unit in units]
        values = self.snapshot.read(refs) if known else [None] * len(refs)
        numbers = [
            self._number(layer, unit)
            if known is None or (layer, unit) in self.focus.nodes
            else (values[unit], refs[unit])
            for unit in units
        ]
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
            self.canvas.hits.extend(
                Hit(x, slot.row, self.layout.cell, numbers[each][1]) for each in together if each != unit
            )
            self.canvas.hits.append(Hit(x, slot.row, self.layout.cell, numbers[unit][1]))  # which a click means

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
        self.canvas.hits.append(Hit(x, self.layout.height - 1, len(text), self.focus.ref))

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

    def _number(self, layer: int, unit: int) -> tuple[float | None, Ref]:
        row = self._telling_row(layer, unit) if layer else "a"
        ref = self._ref(Node(layer, unit, row)) or self.focus.of_unit(A, layer, unit)
        return self._value(ref), ref

    def _cell(self, value: float | None, largest: float) -> tuple[str, str]:
        glyphs, cells = self.canvas.glyphs, self.layout.cell
        if value is None:
            return ELLIPSIS + " " * (cells - 1), "muted"
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
