"""Functions and their slopes over the sweep, together and singly, with a cursor; softmax as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.functions.quantities import SLOPE, SOFTMAX, SUM, VALUE, FunctionsTape, V, X
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Ref
from dlsim.engine.saturation import SATURATED_BELOW
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, rows_needed
from dlsim.tui.drawing.numbers import number, number_alone
from dlsim.tui.drawing.pictures.plane import Plane, framed
from dlsim.tui.drawing.pictures.scene import Drawing, Scene
from dlsim.tui.drawing.scales import Span, fitting_span
from dlsim.tui.drawing.text import Link, Pieces, fit

Array = NDArray[np.float64]

WIDE = 72
LEGEND_CELLS = 36
TALLER = {"activation": 2.0, "loss": 5.0}
"""Together, what is so many times taller than most is cut off: the others would lie flat."""
CURSOR = Ref(X)
"""Where the cursor stands."""
ROLES = 8


def views(snapshot: Snapshot) -> Sequence[str]:
    """All together, each by itself, softmax over the vector."""
    tape = snapshot.tape
    if not isinstance(tape, FunctionsTape):
        return ("",)
    singly = tuple("=" + spec.label for spec in tape.functions)
    return ("together", *singly, *(("softmax",) if len(tape.vector) else ()))


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The chosen view."""
    cells = Canvas(width, height, scene.look.glyphs, scene.selected)
    tape = scene.snapshot.tape
    if not isinstance(tape, FunctionsTape):
        return Drawing(cells)
    of = _Curves(scene, cells, tape)
    view = scene.view % len(views(scene.snapshot))
    if view == 0:
        of.together()
    elif view <= len(tape.functions):
        of.singly(view - 1)
    else:
        of.softmax()
    return Drawing(cells, cells.hits)


class _Curves:
    """One moment's curves in one size."""

    def __init__(self, scene: Scene, cells: Canvas, tape: FunctionsTape) -> None:
        self._scene, self._cells, self._tape = scene, cells, tape
        self._snapshot = scene.snapshot
        self._functions = tape.functions
        self._x = tape.sweep
        self._marks = scene.look.marks

    # together

    def together(self) -> None:
        """Values on the left, slopes on the right, and what each is at the cursor."""
        cells = self._cells
        is_wide = cells.width >= WIDE
        groups = [self._told(number, is_wide) for number in range(len(self._functions))]
        if is_wide:
            room, height = cells.width - LEGEND_CELLS - 2, cells.height
            head: list[Pieces] = [[(f"{self._x_told():<18}", Link("strong", CURSOR)), ("    f(x)    f′(x)", "muted")]]
            place = (room + 2, 0, LEGEND_CELLS, height)
            cells.write_columns(place, [*head, *groups], widest=LEGEND_CELLS)
        else:
            rows = min(rows_needed(groups, cells.width), max(cells.height - 7, 0))
            room, height = cells.width, cells.height - rows
            cells.write_columns((0, height, cells.width, rows), groups)
        numbers = range(len(self._functions))
        if room >= 40:
            half = room // 2
            self._plot((0, 0, half - 1, height), numbers, self._tape.values, "f(x)")
            self._plot((half, 0, room - half, height), numbers, self._tape.slopes, "f′(x)")
        else:
            half = room
            self._plot((0, 0, room, height), numbers, self._tape.values, "f(x)")
        if not is_wide:
            cells.write_right(half - 1, 0, self._x_told(), Link("strong", CURSOR))

    def _told(self, place: int, is_wide: bool) -> Pieces:
        room, cells = (16, 8) if is_wide else (10, 7)
        digits = self._scene.look.at_most(4)
        label = _shortened(self._functions[place].label, room)
        at_value, at_slope = Ref(VALUE, 0, (place,)), Ref(SLOPE, 0, (place,))
        value = self._snapshot.value(at_value)
        has_slope = bool(np.isfinite(self._tape.slopes[place]).any())
        slope = number(self._snapshot.value(at_slope), cells - 1, digits) if has_slope else "–"
        mark = self._flatness(place) if self._snapshot.is_shown(Ref(VALUE, 0, (place,))) else " "
        role = self._role(place)
        return [
            (self._marks[place % len(self._marks)], Link(role, at_value)),
            (f" {label:<{room}}", Link("text", at_value)),
            (f"{number(value, cells - 1, digits):>{cells}}", Link("text", at_value)),
            (f"{slope:>{cells + is_wide}}", Link("text", at_slope) if has_slope else "text"),
            (mark, "negative"),
        ]

    def _role(self, place: int) -> str:
        return f"series-{place % ROLES}"

    def _x_told(self) -> str:
        return self._scene.say("picture.cursor", x=general(self._tape.x))

    def _plot(self, place: tuple[int, int, int, int], numbers: Sequence[int], curves: Array, name: str) -> Plane:
        """Some functions' values or slopes."""
        cells = self._cells
        left, top, width, height = place
        shown = curves[list(numbers)]
        plane = framed(cells, (left, top + 1, width, height - 1), self._ends(), self._span(shown), ("x", ""))
        cells.write(plane.left, top, name, "symbol")
        zero = plane.cell(self._x[0], 0.0)
        if zero is not None:
            plane.level(0.0, "frame")
        plane.upright(self._tape.x, "muted")
        for place_of in numbers:
            plane.put(plane.path(self._x, curves[place_of]), self._role(place_of))
        for order, place_of in enumerate(numbers):
            self._strew(plane, place_of, curves[place_of], order, len(numbers))
        is_slope = curves is self._tape.slopes
        for place_of in numbers:
            value = self._snapshot.value(Ref(SLOPE if is_slope else VALUE, 0, (place_of,)))
            found = None if value is None else plane.cell(self._tape.x, value)
            if found is not None:
                cells.write(*found, self._marks[place_of % len(self._marks)], "active")
        return plane

    def _strew(self, plane: Plane, place: int, curve: Array, order: int, of: int) -> None:
        """A function's mark here and there on its curve."""
        if of == 1:
            return
        last = len(curve) - 1
        for point in (int((order + 0.5) / of * last), last - int(order / of * last / 6)):
            found = plane.cell(float(self._x[point]), float(curve[point]))
            if found is not None:
                self._cells.write(*found, self._marks[place % len(self._marks)], self._role(place))

    def _ends(self) -> Span:
        return float(self._x[0]), float(self._x[-1])

    def _span(self, curves: Array) -> Span:
        """All of them; of very unlike ones, what most of them need."""
        finite = np.where(np.isfinite(curves), curves, np.nan)
        with np.errstate(all="ignore"):
            largest = [float(np.nanmax(np.abs(curve))) for curve in finite if np.isfinite(curve).any()]
        if len(largest) < 2:
            return fitting_span(curves.ravel(), 0.08)
        kind = "loss" if self._functions[0].target is not None else "activation"
        limit = TALLER[kind] * lower_quartile([size for size in largest if size > 0.2] or [1.0])
        return fitting_span(np.clip(finite, -limit, limit).ravel(), 0.05)

    # singly

    def singly(self, place: int) -> None:
        """One function: value and slope, and where it is saturated."""
        cells = self._cells
        height = cells.height - (2 if cells.height >= 8 else 0)
        half = cells.width // 2 if cells.width >= 40 else cells.width
        label = self._functions[place].label
        has_slope = bool(np.isfinite(self._tape.slopes[place]).any())
        is_paired = has_slope and half < cells.width
        room = half - 1 if is_paired else cells.width
        planes = [self._plot((0, 0, room, height), (place,), self._tape.values, f"{label}(x)")]
        if is_paired:
            right = (half, 0, cells.width - half, height)
            planes.append(self._plot(right, (place,), self._tape.slopes, f"{label}′(x)"))
        zones = self._zones(place)
        for plane in planes:
            for column, x in enumerate(plane.columns(1)):
                mark = zones[int(np.abs(self._x - x).argmin())]
                if mark != " ":
                    cells.write(plane.left + column, plane.top + plane.height - 1, mark, "negative")
        if height < cells.height:
            cells.write_groups(height, [[(self._x_told(), Link("strong", CURSOR))], self._values_told(place)])
            cells.write_groups(height + 1, self._zones_told(zones))

    def _values_told(self, place: int) -> Pieces:
        group: list[tuple[str, str]] = []
        has_slope = bool(np.isfinite(self._tape.slopes[place]).any())
        for name, quantity in (("f(x) = ", VALUE), *((("  f′(x) = ", SLOPE),) if has_slope else ())):
            ref = Ref(quantity, 0, (place,))
            told = number_alone(self._snapshot.value(ref), self._scene.look.digits)
            group += [(name, "symbol"), (told, Link("text", ref))]
        return group

    def _zones(self, place: int) -> list[str]:
        """A mark for every x: saturated, of no slope, or neither."""
        glyphs, tape = self._scene.look.glyphs, self._tape
        flags = zip(tape.saturated(place).tolist(), tape.dead(place).tolist(), strict=True)
        return [glyphs.flat if is_flat else glyphs.dead if is_dead else " " for is_flat, is_dead in flags]

    def _flatness(self, place: int) -> str:
        return self._zones(place)[self._tape.point]

    def _zones_told(self, zones: list[str]) -> list[Pieces]:
        glyphs, say = self._scene.look.glyphs, self._scene.say
        told = {
            glyphs.flat: say("picture.saturated_here", share=f"{SATURATED_BELOW:.0%}"),
            glyphs.dead: say("picture.no_slope"),
        }
        return [[(mark, "negative"), (f" {text}", "muted")] for mark, text in told.items() if mark in zones]

    # softmax

    def softmax(self) -> None:
        """The vector, and each number's share of the whole."""
        cells, snapshot = self._cells, self._snapshot
        units = len(self._tape.vector)
        look = self._scene.look
        share_cells = look.digits + 2
        room = max(cells.width - 22 - max(share_cells, 10), 4)
        cells.write(0, 0, "v", "symbol")
        cells.write(12, 0, "softmax(v)", "symbol")
        step = 2 if cells.height >= 2 * units + 3 else 1
        for unit in range(min(units, max(cells.height - 2, 1))):
            row = 1 + unit * step
            share = snapshot.value(Ref(SOFTMAX, 0, (unit,)))
            cells.write(
                0,
                row,
                number(float(self._tape.vector[unit]), 9, look.at_most(4)),
                Link("text", Ref(V, 0, (unit,))),
            )
            if share is not None:
                end = cells.write(12, row, cells.bar(share, room), self._role(unit))
                told = number(share, share_cells, look.digits)
                cells.write(end + 1, row, told, Link("text", Ref(SOFTMAX, 0, (unit,))))
            else:
                cells.write(12, row, "…", "muted")
        total = snapshot.value(Ref(SUM))
        row = min(1 + units * step, cells.height - 1)
        if row > 0:
            end = cells.write(12, row, "Σ = ", "strong")
            cells.write(end, row, number(total, share_cells, look.digits), Link("strong", Ref(SUM)))


def _shortened(label: str, room: int) -> str:
    """A function's label; what stands in brackets is kept."""
    name, bracket, rest = label.partition("[")
    return fit(name, max(room - len(bracket + rest), 2)) + bracket + rest


def lower_quartile(sizes: Sequence[float]) -> float:
    """Below it lies a quarter of them. NumPy's own imports 16 ms of numpy.ma when it is first asked."""
    return float(np.interp((len(sizes) - 1) / 4, np.arange(len(sizes)), sorted(sizes)))
