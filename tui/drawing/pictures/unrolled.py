"""A recurrent network unrolled in time: a column for each step, arrows from step to step."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.kinds.layered.quantities import DE_DA, DE_DZ, A, T, X, Z
from dlsim.engine.kinds.recurrent.arrays import HIDDEN, OUTPUT, RecurrentStructure
from dlsim.engine.kinds.recurrent.tape import E_T, PART_LATER, PART_OWN, RecurrentTape
from dlsim.engine.quantity import Quantity, Ref, operands
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas, Hit
from dlsim.tui.drawing.numbers import DIGITS, MOST_CELLS, NamedNumber, decimals_of, number_alone, text_of
from dlsim.tui.drawing.pictures.scene import Drawing, Scene
from dlsim.tui.drawing.pictures.unrolled_plan import WITH_GRADIENTS, plan
from dlsim.tui.drawing.text import Link, Pieces, fit, groups_that_fit
from dlsim.tui.session.selection import is_number


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """All steps, or those around the active one where there is no room for all."""
    cells = Canvas(width, height, scene.look.glyphs)
    tape = scene.snapshot.tape
    if not isinstance(tape, RecurrentTape):
        return Drawing(cells)
    picture = _Unrolled(scene, cells, tape.structure)
    picture.draw()
    return Drawing(cells, [*picture.hits, *cells.hits])


class _Unrolled:
    """One moment in one size."""

    def __init__(self, scene: Scene, cells: Canvas, structure: RecurrentStructure) -> None:
        self._scene, self._cells, self._structure = scene, cells, structure
        self._snapshot = scene.snapshot
        self.hits: list[Hit] = []
        event = scene.snapshot.event
        self._active = event.ref if event is not None else None
        self._operands = set(operands(event.tokens if event is not None else ()))
        self._directions: set[str] = set()
        """Of the arrows in time that are drawn."""
        self._flows: dict[tuple[str, str], None] = {}
        """The signs of what flows back that are drawn, and what each means, in the order in which they came."""
        self._trains = structure.loss is not None
        self._is_over = event is not None and event.phase in ("backward", "update")
        """Whether the forward pass is: what is shown then is what flows back, where there is no room for both."""
        self._entries: dict[tuple[str, bool], list[NamedNumber]] = {}
        """The numbers of each row: of the units (False), and in places of their own those that flow back (True)."""
        names = max(breadth(scene.say(f"picture.{row}")) for row in ("target", "output", "hidden", "input")) + 1
        self._plan = plan(structure, cells.width, cells.height, names, self._step_of(self._active) or 0)

    # what stands where

    def draw(self) -> None:
        """Columns of boxes from left to right, rows from the input below to the target above."""
        cells, structure, label, rows = self._cells, self._structure, self._plan.label, self._plan.rows
        steps = self._plan.steps
        for place, step in enumerate(steps):
            x = label + place * self._plan.column
            if "heading" in rows:
                self._heading(x, step, rows["heading"].start)
            for row, (quantity, layer, units) in {
                "target": (T, OUTPUT, structure.output.units),
                "output": (A, OUTPUT, structure.output.units),
                "hidden": (A, HIDDEN, structure.hidden.units),
                "input": (X, 0, structure.inputs),
                "error": (E_T, 0, 1),
            }.items():
                if row in rows:
                    self._box(x, rows[row], quantity, layer, step, units, row)
            self._arrows_up(x, step)
            if place + 1 < len(steps) and structure.fed_back:
                self._arrow_on(x, step, rows["hidden"])
        for entries in self._entries.values():
            self._write(entries)
        if label:
            self._names()
        if steps.start or steps.stop < structure.steps:
            more = self._scene.look.glyphs.more_across
            cells.write(cells.width - 2, 0, more[:2], "muted")
        self._foot()

    @staticmethod
    def _step_of(ref: Ref | None) -> int | None:
        if ref is None:
            return None
        if ref.quantity is E_T:
            return ref.index[0]
        is_of_unit = len(ref.index) == 2 and ref.quantity.edge(ref) is None
        return max(ref.index[1], 0) if is_of_unit else None

    # boxes

    def _heading(self, x: int, step: int, y: int) -> None:
        active = self._step_of(self._active)
        text = self._scene.say("picture.step", step=step + 1)
        self._cells.write(x + 2, y, text, "active" if active == step else "muted")

    def _box(self, x: int, lines: range, quantity: Quantity, layer: int, step: int, units: int, row: str) -> None:
        cells, inner = self._cells, self._plan.inner
        is_boxed = row in self._plan.framed
        if is_boxed:
            self._frame(x, lines, layer, step)
        is_double = self._plan.is_double and row in WITH_GRADIENTS
        if is_double:
            lines = lines[::2]
        hidden = units - len(lines)
        first = self._first_in_view(layer, units, len(lines))
        room = inner - 1  # a blank before the frame, or before what comes from the next step
        for place, y in enumerate(lines):
            if hidden and len(lines) > 1 and place == len(lines) - 1:
                cells.write(x + 2, y, f"{cells.glyphs.more} +{hidden + 1}", "muted")
                return
            if hidden and len(lines) == 1:
                mark = f"+{hidden}"
                cells.write(x + inner + 1 - len(mark), y, mark, "muted")
                room -= len(mark)
            index = (step,) if quantity is E_T else (first + place, step)
            ref = Ref(quantity, layer, index)
            self._numbers(x + 1 + is_boxed, y, room, row, ref)
            if is_double:
                self._flow_below(x + 1 + is_boxed, y + 1, room, row, ref)

    def _first_in_view(self, layer: int, units: int, room: int) -> int:
        if units <= room or self._active is None or self._active.layer != layer or not self._active.index:
            return 0
        return min(max(self._active.index[0] - 1, 0), units - room)

    def _frame(self, x: int, lines: range, layer: int, step: int) -> None:
        cells, inner = self._cells, self._plan.inner
        is_lit = self._is_active(layer, step)
        glyphs = cells.glyphs.heavy_frame if is_lit else cells.glyphs.frame
        role = "active" if is_lit else "frame"
        (top, side, bottom) = glyphs
        cells.write(x, lines.start - 1, top[0] + top[1] * inner + top[2], role)
        for y in lines:
            cells.write(x, y, side, role)
            cells.write(x + inner + 1, y, side, role)
        cells.write(x, lines.stop, bottom[0] + bottom[1] * inner + bottom[2], role)

    def _is_active(self, layer: int, step: int) -> bool:
        active = self._active
        return active is not None and active.layer == layer and self._step_of(active) == step

    def _numbers(self, x: int, y: int, room: int, row: str, ref: Ref) -> None:
        """A unit's number, and what flows back through it beside it; where there is no room for both, the number until
        the forward pass is over, then what flows back.
        """
        symbol = self._symbol(ref)
        gradient = None if self._plan.is_double else self._gradient(ref)
        names = breadth(symbol) + 1
        if self._plan.has_both and row in WITH_GRADIENTS:
            own = (room - names - len("δ ") - 1) // 2  # cells of each of the two numbers
            self._note(x, y, symbol, own, (row, False), ref, ref)
            if gradient is not None:
                self._note(x + names + own + 1, y, self._sign(gradient), own, (row, True), gradient, ref)
            return
        has_sign = self._trains and row in WITH_GRADIENTS and not self._plan.is_double
        cells = room - names - has_sign
        if gradient is not None and self._is_over:
            self._note(x, y, self._sign(gradient) + symbol, cells, (row, False), gradient, ref)
        else:
            self._note(x, y, symbol, cells, (row, False), ref, ref)

    def _flow_below(self, x: int, y: int, room: int, row: str, unit: Ref) -> None:
        """What flows back through a unit, in a line of its own below the unit's number."""
        gradient = self._gradient(unit) or unit._replace(quantity=DE_DZ)
        symbol = self._symbol(unit)
        self._note(
            x, y, self._sign(gradient).ljust(breadth(symbol)), room - breadth(symbol) - 1, (row, True), gradient, unit
        )

    def _symbol(self, ref: Ref) -> str:
        return self._snapshot.symbol(ref).partition("⟨")[0]

    def _sign(self, gradient: Ref) -> str:
        sign = "δ" if gradient.quantity is DE_DZ else "∂"
        self._flows[sign, self._snapshot.symbol(gradient).rstrip("0123456789⟨⟩")] = None
        return sign

    def _note(self, x: int, y: int, name: str, cells: int, row: tuple[str, bool], ref: Ref, unit: Ref) -> None:
        """A number of a unit, to be written after its name."""
        told, role = self._snapshot.value(ref), self._role(ref, unit)
        cells = max(min(cells, MOST_CELLS), 1)
        self._entries.setdefault(row, []).append(NamedNumber(x, y, name, cells, ref, role, told))

    def _write(self, entries: Sequence[NamedNumber]) -> None:
        """The numbers of a row, all with as many decimals; a click on one means it."""
        decimals = decimals_of(entries, self._scene.look.at_most(DIGITS))
        for entry in entries:
            x, y, role = entry.x, entry.y, entry.role
            end = self._cells.write(x, y, f"{entry.name} ", role if role != "text" else "symbol")
            end = self._cells.write(end, y, text_of(entry, decimals), role if entry.value is not None else "muted")
            if 0 <= x < self._cells.width and 0 <= y < self._cells.height:
                self.hits.append(Hit(x, y, end - x, entry.ref))

    def _gradient(self, ref: Ref) -> Ref | None:
        """What is known of the gradient at a unit: δ = ∂E/∂z, or ∂E/∂h before that."""
        if ref.quantity is not A:
            return None
        for quantity in (DE_DZ, DE_DA):
            of_unit = ref._replace(quantity=quantity)
            is_fused = quantity is DE_DA and self._structure.layer(ref.layer).is_fused
            if not is_fused and (DE_DZ, ref.layer) in self._snapshot.order and self._snapshot.is_shown(of_unit):
                return of_unit
        return None

    def _role(self, ref: Ref, unit: Ref) -> str:
        active = self._active
        if active is not None:
            is_same_unit = active.layer == unit.layer and active.index == unit.index and active.quantity is not E_T
            if active == ref or is_same_unit:
                return "active"
            if ref in self._operands or unit._replace(quantity=Z) in self._operands:
                return "operand"
        return "chosen" if self._scene.selected == ref else "target" if ref.quantity is T else "text"

    # arrows

    def _arrows_up(self, x: int, step: int) -> None:
        """From the input to the hidden units, from these to the output; downwards where the gradient has come."""
        rows = self._plan.rows
        if not self._plan.has_arrows or not {"input", "hidden", "output"} <= set(rows):
            return
        for below, layer in (("input", HIDDEN), ("hidden", OUTPUT)):
            y = rows[below].start - 1 - (below in self._plan.framed)
            if y < rows["output"].stop + bool(self._plan.framed) or y < 0:
                continue
            goes_back = layer == OUTPUT and self._came_back(layer, step)
            is_lit = self._is_active(layer, step) and self._active is not None and self._active.quantity is Z
            is_lit |= goes_back and self._is_active(HIDDEN, step) and self._is_at(PART_OWN)
            arrow = ("▼" if goes_back else "▲") if self._cells.glyphs.has_dots else ("v" if goes_back else "^")
            name = "Wx" if layer == HIDDEN else "Wy"
            role = "active" if is_lit else "backward" if goes_back else "muted"
            self._cells.write(x + 3, y, f"{arrow} {name}", role)

    def _arrow_on(self, x: int, step: int, lines: range) -> None:
        """From this step's hidden units to the next step's; the other way where the gradient has come back."""
        y = (lines.start + lines.stop - 1) // 2
        goes_back = self._came_back(HIDDEN, step + 1)
        active_step = self._step_of(self._active)
        is_lit = (self._is_at(Z) and self._is_active(HIDDEN, step + 1)) or (
            self._is_at(PART_LATER) and active_step == step
        )
        glyphs = self._cells.glyphs
        self._directions.add(glyphs.backward if goes_back else glyphs.forward)
        line = glyphs.level[1] if is_lit else glyphs.level[0]
        start = x + self._plan.inner + (2 if self._plan.framed else 1)
        room = x + self._plan.column - start
        stroke = glyphs.backward + line * (room - 1) if goes_back else line * (room - 1) + glyphs.forward
        role = "active" if is_lit else "backward" if goes_back else "forward"
        self._cells.write(start, y, stroke, role)
        if len(lines) > 1 or self._plan.framed:
            self._cells.write(start, y - 1 if y > lines.start or self._plan.framed else y + 1, "Wh"[:room], "muted")

    def _came_back(self, layer: int, step: int) -> bool:
        """Whether a layer's δ is known at a step, so that it can flow on, and gradients are what is shown."""
        if not (self._is_over or self._plan.is_double or self._plan.has_both):
            return False
        ref = Ref(DE_DZ, layer, (0, step))
        return (DE_DZ, layer) in self._snapshot.order and self._snapshot.is_shown(ref)

    def _is_at(self, quantity: Quantity) -> bool:
        return self._active is not None and self._active.quantity is quantity

    # words

    def _names(self) -> None:
        rows = self._plan.rows
        for name in ("error", "target", "output", "hidden", "input"):
            if name in rows:
                text = fit(self._scene.say(f"picture.{name}"), self._plan.label - 1)
                self._cells.write(0, (rows[name].start + rows[name].stop - 1) // 2, text, "muted")

    def _foot(self) -> None:
        last = max(lines.stop + (name in self._plan.framed) for name, lines in self._plan.rows.items())
        free = self._cells.height - last
        say, glyphs = self._scene.say, self._cells.glyphs
        groups: list[Pieces] = []
        if not self._structure.fed_back:
            groups.append([(say("picture.no_feedback"), "muted")])
        if glyphs.forward in self._directions:
            groups.append([(glyphs.forward, "forward"), (" " + say("picture.forwards"), "muted")])
        if glyphs.backward in self._directions:
            groups.append([(glyphs.backward, "backward"), (" " + say("picture.backwards"), "muted")])
        groups += [[(sign, "text"), (f" {meaning}", "muted")] for sign, meaning in self._flows]
        lines = self._lines(groups)
        event = self._snapshot.event
        if event is not None:
            value = self._snapshot.value(event.ref)
            now: list[tuple[str, str]] = [(event.symbol, "active")]
            if is_number(event.ref):
                told = number_alone(value, self._scene.look.digits)
                now += [(" = ", "active"), (told, Link("active", event.ref))]
            lines = [[now], *lines] if len(lines) < free else self._lines([now, *groups])
        lines = lines[: max(free, 0)]
        for y, line in enumerate(lines, self._cells.height - len(lines)):
            self._cells.write_groups(y, line)

    def _lines(self, groups: list[Pieces]) -> list[list[Pieces]]:
        """As many lines as the groups take."""
        lines: list[list[Pieces]] = []
        while groups:
            line, groups = groups_that_fit(groups, self._cells.width)
            if not line:
                line, groups = groups[:1], groups[1:]  # wider than the picture
            lines.append(line)
        return lines
