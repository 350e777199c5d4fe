"""Functions and their slopes over the sweep, together and singly, with a cursor; softmax as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlsim.engine.functions.activations import SATURATED_BELOW, STEEP_ABOVE
from dlsim.engine.kinds.functions.quantities import SLOPE, SOFTMAX, SUM, VALUE, FunctionsTape, V, X
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, rows_needed
from dlsim.tui.drawing.pictures.scene import Area, Plane, Scene, Sketch, framed, series
from dlsim.tui.drawing.scales import Array, Span, fitting_span
from dlsim.tui.drawing.text import Link, Pieces, fit, number, number_alone

WIDE = 72
LEGEND_CELLS = 36
LEAST_EACH = (30, 7)
"""Cells of a plot where each function has one of its own, side by side."""
ZONES = ("", "flat", "steep")
LEAST_PAIRED = 40
"""Cells from which values and slopes stand side by side."""
TALLER = {"activation": 2.0, "loss": 5.0}
"""Together, what is so many times taller than most is cut off: the others would lie flat."""
CURSOR = Ref(X)
"""Where the cursor stands."""


def views(snapshot: Snapshot) -> Sequence[str]:
    """All together, each by itself, softmax over the vector."""
    tape = _tape(snapshot)
    return ("together", *("=" + spec.label for spec in tape.functions), *(("softmax",) if len(tape.vector) else ()))


def draw(scene: Scene, cells: Canvas) -> None:
    """The chosen view."""
    of = FunctionCurves(scene, cells)
    view = scene.view % len(views(scene.snapshot))
    if view == 0:
        of.together()
    elif view <= len(of.functions):
        of.singly(view - 1)
    else:
        of.softmax()


def _tape(snapshot: Snapshot) -> FunctionsTape:
    assert isinstance(snapshot.tape, FunctionsTape), "a picture of functions"
    return snapshot.tape


class FunctionCurves(Sketch):
    """Values, slopes and softmax."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        self.tape = _tape(scene.snapshot)
        self.functions, self.x = self.tape.functions, self.tape.sweep
        event = scene.snapshot.event
        looked_at = (scene.selected, None if event is None else event.ref)
        here = (ref.index[0] for ref in looked_at if ref is not None and ref.quantity in (VALUE, SLOPE))
        self.at_hand = next(here, None)
        """The function that is looked at, whose curves are bright among the others; None for none."""

    def _role(self, place: int) -> str:
        return series(place) if self.at_hand in (None, place) else "muted"

    # together

    def together(self) -> None:
        """Values on the left, slopes on the right, and what each is at the cursor."""
        cells = self.cells
        columns = self._columns_of_each()
        if columns:
            self._each(columns)
            return
        is_wide = cells.width >= WIDE
        groups = [self._told(number, is_wide) for number in range(len(self.functions))]
        if is_wide:
            room, height = cells.width - LEGEND_CELLS - 2, cells.height
            head: list[Pieces] = [[(f"{self._x_told():<18}", Link("strong", CURSOR)), ("    f(x)    f′(x)", "muted")]]
            place = (room + 2, 0, LEGEND_CELLS, height)
            cells.write_columns(place, [*head, *groups], widest=LEGEND_CELLS)
        else:
            rows = min(rows_needed(groups, cells.width), max(cells.height - 7, 0))
            room, height = cells.width, cells.height - rows
            cells.write_columns((0, height, cells.width, rows), groups)
        is_paired = room >= LEAST_PAIRED
        self._plots((room, height), range(len(self.functions)), "f", is_paired=is_paired)
        if not is_wide:
            end = room // 2 if is_paired else room
            cells.write_right(end - 1, 0, self._x_told(), Link("strong", CURSOR))

    def _columns_of_each(self) -> int:
        """In how many columns there is a plot for each function, as large as can be; 0 where there is no room."""
        count, cells = len(self.functions), self.cells
        sizes = {
            columns: (cells.width // columns, cells.height // -(-count // columns)) for columns in range(2, count + 1)
        }
        fitting = [way for way, size in sizes.items() if size[0] >= LEAST_EACH[0] and size[1] >= LEAST_EACH[1]]
        return max(fitting, key=lambda way: min(sizes[way][0] // 2, sizes[way][1]), default=0)

    def _each(self, columns: int) -> None:
        """Small multiples: each function in a plot of its own, its slope behind its value, all over the same x."""
        rows = -(-len(self.functions) // columns)
        width, height = self.cells.width // columns, self.cells.height // rows
        for place in range(len(self.functions)):
            row, column = divmod(place, columns)
            left, top = column * width, row * height
            told = self._told(place, False)
            self.cells.write_groups(top, [told], x=left, end=left + width - 1)
            has_slope = self._has_slope(place)
            shown = (
                self.tape.values[[place]]
                if not has_slope
                else np.vstack([self.tape.values[place], self.tape.slopes[place]])
            )
            ends = float(self.x[0]), float(self.x[-1])
            span = self._span_above_marks(self._span(shown), place, height - 1)
            plane = framed(self.cells, (left, top + 1, width - 1, height - 1), ends, span)
            self._shade(plane, place)
            self._lines(plane)
            if has_slope:
                plane.put(plane.path(self.x, self.tape.slopes[place]), "axis")
            plane.put(plane.path(self.x, self.tape.values[place]), self._role(place))
            self._cursor_on(plane, place, VALUE)

    def _lines(self, plane: Plane) -> None:
        """The level 0, the middle x = 0, the cursor."""
        plane.level(0.0, "frame")
        plane.upright(0.0, "frame", dotted=True)
        plane.upright(self.tape.x, "muted")

    def _cursor_on(self, plane: Plane, place: int, quantity: Quantity) -> None:
        value = self.snapshot.value(Ref(quantity, 0, (place,)))
        if value is not None:
            plane.mark(self.tape.x, value, self.look.mark(place), "active")

    def _shade(self, plane: Plane, place: int) -> None:
        """Where the function is flat, and where it is steep: as grounds where colours can be mixed, as marks anyway."""
        zones = self._zones(place)
        marks = [zones[int(np.abs(self.x - x).argmin())] for x in plane.columns(1)]
        levels = {self.glyphs.flat: 1, self.glyphs.steep: 2}
        if self.look.mixes:
            grounds = np.array([[levels.get(mark, 0) for mark in marks]] * plane.height)
            self.cells.ground(plane.left, plane.top, ZONES, grounds)
        for column, mark in enumerate(marks):
            if mark != " ":
                self.cells.write(plane.left + column, plane.top + plane.height - 1, mark, self._zone_role(mark))

    def _span_above_marks(self, span: Span, place: int, height: int) -> Span:
        """With a row below the curve for the marks of zones, where it has any."""
        has_marks = any(mark != " " for mark in self._zones(place))
        return (span[0] - (span[1] - span[0]) / max(height - 2, 1), span[1]) if has_marks else span

    def _zone_role(self, mark: str) -> str:
        return "target" if mark == self.glyphs.steep else "negative"

    def _has_slope(self, place: int) -> bool:
        return bool(np.isfinite(self.tape.slopes[place]).any())

    def _told(self, place: int, is_wide: bool) -> Pieces:
        room, cells = (16, 8) if is_wide else (10, 7)
        digits, has_slope = self.look.at_most(4), self._has_slope(place)
        label = _shortened(self.functions[place].label, room)
        at_value, at_slope = Ref(VALUE, 0, (place,)), Ref(SLOPE, 0, (place,))
        value = self.snapshot.value(at_value)
        slope = number(self.snapshot.value(at_slope), cells - 1, digits) if has_slope else "–"
        mark = self._zones(place)[self.tape.point] if self.snapshot.is_shown(at_value) else " "
        mark = " " if mark == self.glyphs.steep else mark  # that is as it should be
        is_aside = self.at_hand not in (None, place)
        role = "muted" if is_aside else "text" if self.at_hand is None else "strong"
        return [
            (self.look.mark(place), Link(series(place), at_value)),
            (f" {label:<{room}}", Link(role, at_value)),
            (f"{number(value, cells - 1, digits):>{cells}}", Link(role, at_value)),
            (f"{slope:>{cells + is_wide}}", Link(role, at_slope) if has_slope else role),
            (mark, "negative"),
        ]

    def _x_told(self) -> str:
        return self.say("picture.cursor", x=general(self.tape.x))

    def _plots(self, size: tuple[int, int], numbers: Sequence[int], name: str, *, is_paired: bool) -> list[Plane]:
        """Some functions' values, and to the right of them their slopes."""
        width, height = size
        half = width // 2
        left = (0, 0, half - 1 if is_paired else width, height)
        planes = [self._plot(left, numbers, self.tape.values, f"{name}(x)")]
        if is_paired:
            planes.append(self._plot((half, 0, width - half, height), numbers, self.tape.slopes, f"{name}′(x)"))
        return planes

    def _plot(self, place: Area, numbers: Sequence[int], curves: Array, name: str) -> Plane:
        """Some functions' values or slopes."""
        cells = self.cells
        left, top, width, height = place
        shown = curves[list(numbers)]
        ends = float(self.x[0]), float(self.x[-1])
        span = self._span(shown)
        if len(numbers) == 1:
            span = self._span_above_marks(span, numbers[0], height - 1)
        plane = framed(cells, (left, top + 1, width, height - 1), ends, span, ("x", ""))
        cells.write(plane.left, top, name, "symbol")
        if len(numbers) == 1:
            self._shade(plane, numbers[0])
        self._lines(plane)
        quantity = SLOPE if curves is self.tape.slopes else VALUE
        for place_of in sorted(numbers, key=lambda place_of: place_of == self.at_hand):
            plane.put(
                plane.path(self.x, curves[place_of]), self._role(place_of) if len(numbers) > 1 else series(place_of)
            )
        for order, place_of in enumerate(numbers):
            self._strew(plane, place_of, curves[place_of], order, len(numbers))
        for place_of in numbers:
            self._cursor_on(plane, place_of, quantity)
        return plane

    def _strew(self, plane: Plane, place: int, curve: Array, order: int, of: int) -> None:
        """A function's mark here and there on its curve."""
        if of == 1:
            return
        last = len(curve) - 1
        for point in (int((order + 0.5) / of * last), last - int(order / of * last / 6)):
            plane.mark(float(self.x[point]), float(curve[point]), self.look.mark(place), self._role(place))

    def _span(self, curves: Array) -> Span:
        """All of them; of very unlike ones, what most of them need."""
        finite = np.where(np.isfinite(curves), curves, np.nan)
        largest = [float(np.nanmax(np.abs(curve))) for curve in finite if np.isfinite(curve).any()]
        if len(largest) < 2:
            return fitting_span(curves.ravel(), 0.08)
        kind = "loss" if self.functions[0].target is not None else "activation"
        limit = TALLER[kind] * lower_quartile([size for size in largest if size > 0.2] or [1.0])
        return fitting_span(np.clip(finite, -limit, limit).ravel(), 0.05)

    # singly

    def singly(self, place: int) -> None:
        """One function: value and slope, and where it is saturated."""
        cells = self.cells
        height = cells.height - (2 if cells.height >= 8 else 0)
        is_paired = self._has_slope(place) and cells.width >= LEAST_PAIRED
        zones, label = self._zones(place), self.functions[place].label
        self._plots((cells.width, height), (place,), label, is_paired=is_paired)
        if height < cells.height:
            cells.write_groups(height, [[(self._x_told(), Link("strong", CURSOR))], self._values_told(place)])
            cells.write_groups(height + 1, self._zones_told(zones))

    def _values_told(self, place: int) -> Pieces:
        group: list[tuple[str, str]] = []
        for name, quantity in (("f(x) = ", VALUE), ("  f′(x) = ", SLOPE))[: 1 + self._has_slope(place)]:
            ref = Ref(quantity, 0, (place,))
            told = number_alone(self.snapshot.value(ref), self.look.digits)
            group += [(name, "symbol"), (told, Link("text", ref))]
        return group

    def _zones(self, place: int) -> list[str]:
        """A mark for every x: saturated, of no slope, steep, or none of these."""
        glyphs, tape = self.glyphs, self.tape
        marks = np.full(len(self.x), " ")
        for flags, mark in (
            (tape.steep(place), glyphs.steep),
            (tape.dead(place), glyphs.dead),
            (tape.saturated(place), glyphs.flat),
        ):
            marks[flags] = mark
        found: list[str] = marks.tolist()
        return found

    def _zones_told(self, zones: list[str]) -> list[Pieces]:
        glyphs, say = self.glyphs, self.say
        told = {
            glyphs.flat: say("picture.saturated_here", share=f"{SATURATED_BELOW:.0%}"),
            glyphs.steep: say("picture.steep_here", share=f"{STEEP_ABOVE:.0%}"),
            glyphs.dead: say("picture.no_slope"),
        }
        return [[(mark, self._zone_role(mark)), (f" {text}", "muted")] for mark, text in told.items() if mark in zones]

    # softmax

    def softmax(self) -> None:
        """The vector, and each number's share of the whole."""
        cells, snapshot, digits = self.cells, self.snapshot, self.look.digits
        units = len(self.tape.vector)
        share_cells = digits + 2
        room = max(cells.width - 22 - max(share_cells, 10), 4)
        cells.write(0, 0, "v", "symbol")
        cells.write(12, 0, "softmax(v)", "symbol")
        step = 2 if cells.height >= 2 * units + 3 else 1
        for unit in range(min(units, max(cells.height - 2, 1))):
            row, at_share = 1 + unit * step, Ref(SOFTMAX, 0, (unit,))
            share = snapshot.value(at_share)
            one = number(float(self.tape.vector[unit]), 9, self.look.at_most(4))
            cells.write(0, row, one, Link("text", Ref(V, 0, (unit,))))
            if share is not None:
                end = cells.write(12, row, cells.bar(share, room), series(unit))
                cells.write(end + 1, row, number(share, share_cells, digits), Link("text", at_share))
            else:
                cells.write(12, row, "…", "muted")
        row = min(1 + units * step, cells.height - 1)
        if row > 0:
            end = cells.write(12, row, "Σ = ", "strong")
            cells.write(end, row, number(snapshot.value(Ref(SUM)), share_cells, digits), Link("strong", Ref(SUM)))


def _shortened(label: str, room: int) -> str:
    """A function's label; what stands in brackets is kept."""
    name, bracket, rest = label.partition("[")
    return fit(name, max(room - len(bracket + rest), 2)) + bracket + rest


def lower_quartile(sizes: Sequence[float]) -> float:
    """Below it lies a quarter of them. NumPy's own imports 16 ms of numpy.ma when it is first asked."""
    return float(np.interp((len(sizes) - 1) / 4, np.arange(len(sizes)), sorted(sizes)))
