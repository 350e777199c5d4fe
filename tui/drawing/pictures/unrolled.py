"""A recurrent network unrolled in time: a column for each step, arrows from step to step; and before that, what stands
where in so much room.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import DE_DA, DE_DZ, A, T, X, Z
from dlsim.engine.kinds.recurrent.passes import HIDDEN, OUTPUT, RecurrentStructure
from dlsim.engine.kinds.recurrent.quantities import E_T, PART_LATER, PART_OWN, RecurrentTape
from dlsim.engine.numbers import is_extreme, plain
from dlsim.engine.quantity import Quantity, Ref, operands
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas, Hit
from dlsim.tui.drawing.pictures.scene import Scene, Sketch, window
from dlsim.tui.drawing.text import (
    SIGN_AND_WHOLE,
    Link,
    Pieces,
    fit,
    groups_that_fit,
    number,
    number_alone,
    widest,
)
from dlsim.tui.session.selection import is_number

DIGITS = 6
MOST_CELLS = SIGN_AND_WHOLE + DIGITS
FEWEST_DIGITS = 2
"""So few digits no number takes from the others, however large it is: it goes without."""
NARROWEST = 11
WIDEST = 24
ARROW = 4
"""Cells of a column that the arrow to the next step takes."""
BOTH = 18
"""Cells in which a number and its gradient stand side by side."""
ROOMY = 15
"""With fewer cells a column than this the rows go without their names."""
FEW = 3
"""A layer of more units than these is cut before a row is left out."""
LEAVABLE = ("error", "target", "heading", "input")
"""The rows that are left out where there is no room for them, the least telling first."""
FRAMED = ("output", "hidden", "input")
"""The rows that stand in frames, as far as there is room for them."""
ROWS = {"target": (T, OUTPUT), "output": (A, OUTPUT), "hidden": (A, HIDDEN), "input": (X, 0), "error": (E_T, 0)}
"""What stands in a row, and of which layer."""
WITH_GRADIENTS = ("output", "hidden")
"""The rows through whose units a gradient flows back."""


def draw(scene: Scene, cells: Canvas) -> None:
    """All steps, or those around the active one where there is no room for all."""
    cells.chosen = None  # what is lit is not marked as chosen besides
    Unrolled(scene, cells).draw()


# what stands where


class Plan(Struct, frozen=True):
    """Which steps and rows there are, and which lines and cells are whose."""

    label: int
    """Cells of the rows' names; 0 where they have none."""
    steps: range
    column: int
    """Cells of a step, its arrow to the next one included."""
    rows: dict[str, range]
    """The lines of each row, without its frame, from the top down."""
    framed: tuple[str, ...]
    has_arrows: bool
    """Whether there are lines between the layers for arrows from one to the next."""
    is_double: bool
    """Whether a gradient stands in a line of its own below its unit's number."""
    has_both: bool
    """Whether it stands beside it."""

    @property
    def inner(self) -> int:
        """Cells of a step within its frame."""
        return self.column - ARROW


def plan(structure: RecurrentStructure, width: int, height: int, names: int, wanted: int) -> Plan:
    """The arrangement in so many cells: `names` is what the rows' names would take, `wanted` the step that is shown
    where there is no room for all.
    """
    label = names if (width - names) // structure.steps >= ROOMY else 0
    steps, column = _steps(structure.steps, width - label, wanted)
    trains = structure.loss is not None
    lines = {"heading": 1} | {row: count for row, count in _units(structure).items() if count}
    has_arrows = height >= sum(lines.values()) + 2
    doubled = lines | {name: 2 * lines[name] for name in WITH_GRADIENTS}
    is_double = trains and sum(doubled.values()) + 2 + 1 <= height
    lines = _fitting(doubled if is_double else lines, height)
    spare = height - sum(lines.values()) - 2 * has_arrows - 1  # a line below for what the arrows mean
    framed = FRAMED if spare >= 2 * len(FRAMED) else WITH_GRADIENTS if spare >= 4 and is_double else ()
    return Plan(
        label=label,
        steps=steps,
        column=column,
        rows=_stacked(lines, framed, has_arrows=has_arrows),
        framed=framed,
        has_arrows=has_arrows,
        is_double=is_double,
        has_both=trains and not is_double and column - ARROW - 1 >= BOTH,
    )


def _steps(steps: int, room: int, wanted: int) -> tuple[range, int]:
    """Which steps, and how many cells each takes."""
    column = min(room // steps, WIDEST + ARROW)
    if column >= NARROWEST + ARROW - 2:
        return range(steps), column
    column = NARROWEST + ARROW - 2
    return window(steps, wanted, max(room // column, 1)), column


def _units(structure: RecurrentStructure) -> dict[str, int]:
    """How many numbers there are in each row at a step, from the top down."""
    trains = structure.loss is not None
    return {
        "error": int(trains),
        "target": structure.output.units if trains else 0,
        "output": structure.output.units,
        "hidden": structure.hidden.units,
        "input": structure.inputs,
    }


def _fitting(lines: dict[str, int], height: int) -> dict[str, int]:
    """So many lines for each row that all of them fit: large layers are cut first, then rows are left out, and what
    room that leaves is given back.
    """
    wanted, lines = lines, dict(lines)
    leavable = [name for name in LEAVABLE if name in lines]
    while sum(lines.values()) > height:
        largest = max(lines, key=lines.__getitem__)
        if lines[largest] > FEW or (not leavable and lines[largest] > 1):
            lines[largest] -= 1
        elif leavable:
            del lines[leavable.pop(0)]
        else:
            break
    for _ in range(height - sum(lines.values())):
        cut = [name for name in lines if lines[name] < wanted[name]]
        if cut:
            lines[min(cut, key=lines.__getitem__)] += 1
    return lines


def _stacked(lines: dict[str, int], framed: tuple[str, ...], *, has_arrows: bool) -> dict[str, range]:
    """The rows one below the other, with their frames and the lines of the arrows between them."""
    rows: dict[str, range] = {}
    top = 0
    for name, count in lines.items():
        frame = int(name in framed)
        top += has_arrows and name in ("hidden", "input")
        rows[name] = range(top + frame, top + frame + count)
        top += count + 2 * frame
    return rows


# the picture


class Unrolled(Sketch):
    """Columns of boxes, and what flows between them."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        tape = scene.snapshot.tape
        assert isinstance(tape, RecurrentTape), "a picture of sequences"
        self._structure = structure = tape.structure
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
        self._active_step = self._step_of(self._active)
        names = widest(scene.say(f"picture.{row}") for row in ROWS) + 1
        self._plan = plan(structure, cells.width, cells.height, names, self._active_step or 0)

    def draw(self) -> None:
        """Columns of boxes from left to right, rows from the input below to the target above."""
        cells, plan, rows = self.cells, self._plan, self._plan.rows
        for place, step in enumerate(plan.steps):
            x = plan.label + place * plan.column
            if "heading" in rows:
                role = "active" if self._active_step == step else "muted"
                cells.write(x + 2, rows["heading"].start, self.say("picture.step", step=step + 1), role)
            for row in ROWS:
                if row in rows:
                    self._box(x, row, step)
            self._arrows_up(x, step)
            if place + 1 < len(plan.steps) and self._structure.fed_back:
                self._arrow_on(x, step, rows["hidden"])
        for entries in self._entries.values():
            self._write(entries)
        for row in ROWS if plan.label else ():
            if row in rows:
                text = fit(self.say(f"picture.{row}"), plan.label - 1)
                cells.write(0, (rows[row].start + rows[row].stop - 1) // 2, text, "muted")
        if len(plan.steps) < self._structure.steps:
            cells.write(cells.width - 2, 0, self.glyphs.more_across[:2], "muted")
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

    def _box(self, x: int, row: str, step: int) -> None:
        """The units of a row at a step, as many as there are lines for."""
        cells, inner, lines = self.cells, self._plan.inner, self._plan.rows[row]
        (quantity, layer), units = ROWS[row], _units(self._structure)[row]
        is_boxed = row in self._plan.framed
        if is_boxed:
            is_lit = self._is_active(layer, step)
            role = "active" if is_lit else "frame"
            cells.frame(x, lines.start - 1, inner + 2, len(lines) + 2, role, heavy=is_lit)
        if self._plan.is_double and row in WITH_GRADIENTS:
            lines = lines[::2]
        hidden = units - len(lines)
        first = self._first_in_view(layer, units, len(lines))
        room = inner - 1  # a blank before the frame, or before what comes from the next step
        for place, y in enumerate(lines):
            if hidden and len(lines) > 1 and place == len(lines) - 1:
                cells.write(x + 2, y, f"{self.glyphs.more} +{hidden + 1}", "muted")
                return
            if hidden and len(lines) == 1:
                mark = f"+{hidden}"
                cells.write(x + inner + 1 - len(mark), y, mark, "muted")
                room -= len(mark)
            index = (step,) if quantity is E_T else (first + place, step)
            self._numbers(x + 1 + is_boxed, y, room, row, Ref(quantity, layer, index))

    def _first_in_view(self, layer: int, units: int, room: int) -> int:
        if units <= room or self._active is None or self._active.layer != layer or not self._active.index:
            return 0
        return min(max(self._active.index[0] - 1, 0), units - room)

    def _is_active(self, layer: int, step: int) -> bool:
        active = self._active
        return active is not None and active.layer == layer and self._active_step == step

    def _numbers(self, x: int, y: int, room: int, row: str, unit: Ref) -> None:
        """A unit's number, and what flows back through it in a line of its own below it, or beside it; where there is
        no room for both, the number until the forward pass is over, then what flows back.
        """
        plan, symbol, flows = self._plan, self._symbol(unit), self._trains and row in WITH_GRADIENTS
        gradient, names = self._gradient(unit), breadth(symbol) + 1
        if flows and plan.is_double:
            back = gradient or unit._replace(quantity=DE_DZ)
            self._note(x, y, symbol, room - names, (row, False), unit, unit)
            self._note(x, y + 1, self._sign(back).ljust(names - 1), room - names, (row, True), back, unit)
        elif flows and plan.has_both:
            own = (room - names - len("δ ") - 1) // 2  # cells of each of the two numbers
            self._note(x, y, symbol, own, (row, False), unit, unit)
            if gradient is not None:
                self._note(x + names + own + 1, y, self._sign(gradient), own, (row, True), gradient, unit)
        elif gradient is not None and self._is_over:
            self._note(x, y, self._sign(gradient) + symbol, room - names - flows, (row, False), gradient, unit)
        else:
            self._note(x, y, symbol, room - names - flows, (row, False), unit, unit)

    def _symbol(self, ref: Ref) -> str:
        return self.snapshot.symbol(ref).partition("⟨")[0]

    def _sign(self, gradient: Ref) -> str:
        sign = "δ" if gradient.quantity is DE_DZ else "∂"
        self._flows[sign, self.snapshot.symbol(gradient).rstrip("0123456789⟨⟩")] = None
        return sign

    def _note(self, x: int, y: int, name: str, cells: int, row: tuple[str, bool], ref: Ref, unit: Ref) -> None:
        """A number of a unit, to be written after its name."""
        told, role = self.snapshot.value(ref), self._role(ref, unit)
        cells = max(min(cells, MOST_CELLS), 1)
        self._entries.setdefault(row, []).append(NamedNumber(x, y, name, cells, ref, role, told))

    def _write(self, entries: Sequence[NamedNumber]) -> None:
        """The numbers of a row, all with as many decimals; a click on one means it."""
        decimals = _decimals_of(entries, self.look.at_most(DIGITS))
        for entry in entries:
            x, y, role = entry.x, entry.y, entry.role
            end = self.cells.write(x, y, f"{entry.name} ", role if role != "text" else "symbol")
            end = self.cells.write(end, y, _text_of(entry, decimals), role if entry.value is not None else "muted")
            if 0 <= x < self.cells.width and 0 <= y < self.cells.height:
                self.cells.hits.append(Hit(x, y, end - x, entry.ref))

    def _gradient(self, ref: Ref) -> Ref | None:
        """What is known of the gradient at a unit: δ = ∂E/∂z, or ∂E/∂h before that."""
        if ref.quantity is not A:
            return None
        for quantity in (DE_DZ, DE_DA):
            of_unit = ref._replace(quantity=quantity)
            is_fused = quantity is DE_DA and self._structure.layer(ref.layer).is_fused
            if not is_fused and (DE_DZ, ref.layer) in self.snapshot.order and self.snapshot.is_shown(of_unit):
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
        return "chosen" if self.scene.selected == ref else "target" if ref.quantity is T else "text"

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
            is_lit = self._is_active(layer, step) and self._is_at(Z)
            is_lit |= goes_back and self._is_active(HIDDEN, step) and self._is_at(PART_OWN)
            arrow = ("▼" if goes_back else "▲") if self.glyphs.has_dots else ("v" if goes_back else "^")
            name = "Wx" if layer == HIDDEN else "Wy"
            role = "active" if is_lit else "backward" if goes_back else "muted"
            self.cells.write(x + 3, y, f"{arrow} {name}", role)

    def _arrow_on(self, x: int, step: int, lines: range) -> None:
        """From this step's hidden units to the next step's; the other way where the gradient has come back."""
        y = (lines.start + lines.stop - 1) // 2
        goes_back = self._came_back(HIDDEN, step + 1)
        is_lit = self._is_at(Z) and self._is_active(HIDDEN, step + 1)
        is_lit |= self._is_at(PART_LATER) and self._active_step == step
        glyphs = self.glyphs
        self._directions.add(glyphs.backward if goes_back else glyphs.forward)
        line = glyphs.level[1] if is_lit else glyphs.level[0]
        start = x + self._plan.inner + (2 if self._plan.framed else 1)
        room = x + self._plan.column - start
        stroke = glyphs.backward + line * (room - 1) if goes_back else line * (room - 1) + glyphs.forward
        role = "active" if is_lit else "backward" if goes_back else "forward"
        self.cells.write(start, y, stroke, role)
        if len(lines) > 1 or self._plan.framed:
            self.cells.write(start, y - 1 if y > lines.start or self._plan.framed else y + 1, "Wh"[:room], "muted")

    def _came_back(self, layer: int, step: int) -> bool:
        """Whether a layer's δ is known at a step, so that it can flow on, and gradients are what is shown."""
        if not (self._is_over or self._plan.is_double or self._plan.has_both):
            return False
        ref = Ref(DE_DZ, layer, (0, step))
        return (DE_DZ, layer) in self.snapshot.order and self.snapshot.is_shown(ref)

    def _is_at(self, quantity: Quantity) -> bool:
        return self._active is not None and self._active.quantity is quantity

    # words

    def _foot(self) -> None:
        last = max(lines.stop + (name in self._plan.framed) for name, lines in self._plan.rows.items())
        free = self.cells.height - last
        say, glyphs = self.say, self.glyphs
        groups: list[Pieces] = []
        if not self._structure.fed_back:
            groups.append([(say("picture.no_feedback"), "muted")])
        for glyph, role in ((glyphs.forward, "forward"), (glyphs.backward, "backward")):
            if glyph in self._directions:
                groups.append([(glyph, role), (f" {say(f'picture.{role}s')}", "muted")])
        groups += [[(sign, "text"), (f" {meaning}", "muted")] for sign, meaning in self._flows]
        lines = self._lines(groups)
        event = self.snapshot.event
        if event is not None:
            now: list[tuple[str, str]] = [(event.symbol, "active")]
            if is_number(event.ref):
                told = number_alone(self.snapshot.value(event.ref), self.look.digits)
                now += [(" = ", "active"), (told, Link("active", event.ref))]
            lines = [[now], *lines] if len(lines) < free else self._lines([now, *groups])
        lines = lines[: max(free, 0)]
        for y, line in enumerate(lines, self.cells.height - len(lines)):
            self.cells.write_groups(y, line)

    def _lines(self, groups: list[Pieces]) -> list[list[Pieces]]:
        """As many lines as the groups take."""
        lines: list[list[Pieces]] = []
        while groups:
            line, groups = groups_that_fit(groups, self.cells.width)
            if not line:
                line, groups = groups[:1], groups[1:]  # wider than the picture
            lines.append(line)
        return lines


# numbers after their names


class NamedNumber(Struct, frozen=True):
    """A number to be written after its name, in so many cells."""

    x: int
    y: int
    name: str
    cells: int
    ref: Ref
    role: str
    value: float | None


def _decimals_of(entries: Sequence[NamedNumber], most: int) -> int:
    """How many decimals all of these have room for, whatever their signs."""
    decimals = max(min(most, *(entry.cells - SIGN_AND_WHOLE for entry in entries)), 0)
    for entry in entries:
        if entry.value is not None and math.isfinite(entry.value) and not is_extreme(entry.value):
            while decimals > FEWEST_DIGITS and len(f"{entry.value: .{decimals}f}") > entry.cells:
                decimals -= 1
    return decimals


def _text_of(entry: NamedNumber, decimals: int) -> str:
    """What is given as it was written, what is computed with so many decimals; a blank where others have a minus."""
    value, cells = entry.value, entry.cells
    text = number(value, cells, decimals)
    if value is not None and entry.ref.quantity.datum is not None and len(plain(value)) <= cells:
        text = plain(value)
    return text if text.startswith("-") or len(text) == cells else f" {text}"
