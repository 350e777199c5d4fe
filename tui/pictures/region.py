"""What a network answers over the plane of its two inputs: a heat map, the data, the boundary. No Textual here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.numerals import as_operand
from dlsim.engine.reference import Ref
from dlsim.engine.scenario import DataSpec, NetworkSpec, Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.pictures.cells import Cells, breadth
from dlsim.tui.pictures.forward import Present, answers, network_tape, parameters, present
from dlsim.tui.pictures.legend import Group, write_line
from dlsim.tui.pictures.paint import SIDES
from dlsim.tui.pictures.plane import Plane, Span, framed, widened
from dlsim.tui.pictures.scene import Drawing, Look, Scene

Array = NDArray[np.float64]
Places = NDArray[np.int64]

BOUNDARY = 0.5
MOST_LINES = 4
"""With more hidden units than this their lines are a thicket."""
MOST_CLASSES = 6
LEVELS = [*(f"low-{level}" for level in range(SIDES, 0, -1)), *(f"high-{level}" for level in range(1, SIDES + 1))]
SHADES = "  ░░▒▒▓▓"
ASCII_SHADES = "  ..::##"
CLASS_MARKS = "○●△▲□■◇◆▽▼"
ASCII_CLASS_MARKS = "ox+*%&ABCD"
LENS_MARKS = "◎◉"
ASCII_LENS_MARKS = "OX"
SPANS: dict[str, Span] = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "step": (0.0, 1.0), "tanh": (-1.0, 1.0)}
KEPT = 8

_grids: OrderedDict[object, Array] = OrderedDict()


def suits(scenario: Scenario) -> bool:
    """Networks of two inputs, by themselves or beside a search."""
    network = getattr(scenario.body, "network", None)
    return scenario.kind in ("network", "search") and isinstance(network, NetworkSpec) and network.inputs == 2


def views(snapshot: Snapshot) -> Sequence[str]:
    """One for each output, unless the outputs are classes: then one for all."""
    outputs = snapshot.scenario.body.network.layers[-1].units
    if outputs == 1 or classes(snapshot.scenario):
        return ("",)
    return tuple("=" + snapshot.symbol(Ref("a", len(snapshot.scenario.body.network.layers), (unit,))) for unit in range(outputs))


def classes(scenario: Scenario) -> int:
    """How many classes the outputs stand for; 0 where they are numbers, or one output says it all."""
    targets = scenario.body.data.targets
    if targets is None or targets.shape[1] < 2 or targets.shape[1] > MOST_CLASSES:
        return 0
    is_one_hot = np.isin(targets, (0.0, 1.0)).all() and (targets.sum(axis=1) == 1.0).all()
    return int(targets.shape[1]) if is_one_hot else 0


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The plane at this moment."""
    cells = Cells(width, height, scene.look.glyphs)
    tape = network_tape(scene.snapshot)
    if tape is None or not suits(scene.snapshot.scenario):
        return Drawing(cells)
    _Map(scene, cells, present(tape)).draw()
    return Drawing(cells)


class _Map:
    """One moment's plane in one size."""

    def __init__(self, scene: Scene, cells: Cells, now: Present) -> None:
        self._scene, self._cells, self._now = scene, cells, now
        self._look: Look = scene.look
        self._snapshot = scene.snapshot
        self._data: DataSpec = scene.snapshot.scenario.body.data
        self._layers = now.tape.structure.layers
        self._classes = classes(scene.snapshot.scenario)
        self._unit = scene.view % self._layers[-1].units

    def draw(self) -> None:
        """Heat, lines, points, and what they mean."""
        height = self._cells.height
        top = 1 if height >= 6 else 0
        second = 1 if height >= 14 else 0
        x, y = self._spans()
        place = (0, top, self._cells.width, height - top - second)
        plane = framed(self._cells, place, x, y, (self._name(0), self._name(1)))
        grid = self._grid(plane)  # (2·rows, columns, outputs)
        if self._classes:
            self._class_heat(plane, grid)
        else:
            self._heat(plane, grid[:, :, self._unit])
        self._lines(plane)
        self._points(plane)
        if top:
            write_line(self._cells, 0, self._meaning())
        if second:
            write_line(self._cells, height - 1, self._lines_told())

    # the plane

    def _name(self, place: int) -> str:
        features = self._data.features
        name = features[place] if len(features) > place else f"x{place + 1}"
        return name if breadth(name) <= 10 else f"x{place + 1}"

    def _spans(self) -> tuple[Span, Span]:
        inputs = self._data.inputs
        low, high = inputs.min(axis=0), inputs.max(axis=0)
        share = 0.25 if len(inputs) <= 8 else 0.06
        x, y = (widened(float(low[axis]), float(high[axis]), share) for axis in (0, 1))
        return x, y

    def _grid(self, plane: Plane) -> Array:
        per_row = 2
        layers = tuple((layer.units, layer.spec.activation.name, *layer.spec.activation.settings.values()) for layer in self._layers)
        key = self._now.identity, layers, plane.width, plane.height, plane.x, plane.y
        if key in _grids:
            _grids.move_to_end(key)
            return _grids[key]
        columns, rows = plane.columns(1), plane.rows(per_row)
        inputs = np.stack([axis.ravel() for axis in np.meshgrid(columns, rows)], axis=1)
        grid = answers(self._now, inputs).reshape(len(rows), len(columns), -1)
        _grids[key] = grid
        if len(_grids) > KEPT:
            _grids.popitem(last=False)
        return grid

    # heat

    def _span(self) -> Span:
        """From the least to the greatest that the output can be, or that is asked of it."""
        name = self._layers[-1].spec.activation.name
        if name in SPANS:
            return SPANS[name]
        targets = self._data.targets
        return (0.0, 1.0) if targets is None else (float(min(targets.min(), 0)), float(max(targets.max(), 1)))

    def _heat(self, plane: Plane, values: Array) -> None:
        low, high = self._span()
        offset = np.nan_to_num(values - BOUNDARY, nan=0.0, posinf=high, neginf=low)
        share = np.where(offset > 0, offset / (high - BOUNDARY), offset / (BOUNDARY - low))
        levels = np.minimum((np.abs(share) * SIDES).astype(np.int64), SIDES - 1)
        self._lay(plane, np.where(offset > 0, SIDES + levels, SIDES - 1 - levels), LEVELS)
        if not self._is_made_of_lines():
            plane.put(plane.border(_finer(offset) > 0), "boundary")

    def _class_heat(self, plane: Plane, grid: Array) -> None:
        winners = grid.argmax(axis=2)
        share = (grid.max(axis=2) * self._classes - 1.0) / (self._classes - 1.0)
        levels = np.clip((np.nan_to_num(share) * SIDES).astype(np.int64), 0, SIDES - 1)
        roles = [f"class-{kind}-{level}" for kind in range(self._classes) for level in range(1, SIDES + 1)]
        if self._look.mixes:
            self._cells.halves(plane.left, plane.top, roles, winners * SIDES + levels)
        plane.put(plane.border(np.repeat(np.repeat(winners, 2, axis=0), 2, axis=1)), "boundary")
        if not self._look.mixes:
            self._class_letters(plane, winners[0::2])

    def _class_letters(self, plane: Plane, winners: Places) -> None:
        """Where grounds cannot be mixed, each class's mark is strewn over its region."""
        for row in range(1, plane.height, 3):
            for column in range(2 + row % 2 * 3, plane.width, 6):
                mark = self._class_mark(int(winners[row, column]))
                self._cells.write(plane.left + column, plane.top + row, mark, "muted")

    def _lay(self, plane: Plane, places: Places, roles: list[str]) -> None:
        if self._look.mixes:
            self._cells.halves(plane.left, plane.top, roles, places)
        else:
            shades = SHADES if self._look.glyphs.has_dots else ASCII_SHADES
            fronts = ["negative-weak"] * SIDES + ["positive-weak"] * SIDES
            self._cells.shades(plane.left, plane.top, shades, fronts, places[0::2])

    # lines

    def _exact_line(self) -> bool:
        """Whether the boundary is the line of a single neuron."""
        only = self._layers[0]
        return len(self._layers) == 1 and only.units == 1 and only.spec.activation.name in ("sigmoid", "step")

    def _is_made_of_lines(self) -> bool:
        """Whether the boundary can only run along the lines that are drawn anyway."""
        are_steps = all(layer.spec.activation.name == "step" for layer in self._layers)
        return self._exact_line() or (are_steps and self._drawn_units() > 0)

    def _drawn_units(self) -> int:
        first = self._layers[0]
        if len(self._layers) == 1:
            return first.units if self._exact_line() else 0
        return first.units if first.units <= MOST_LINES else 0

    def _lines(self, plane: Plane) -> None:
        weights, biases = parameters(self._now)[0]
        x, y = np.meshgrid(plane.columns(2), plane.rows(4))
        labelled: list[tuple[int, int]] = []
        for unit in range(self._drawn_units()):
            first, second = float(weights[0, unit]), float(weights[1, unit])
            z = first * x + second * y + (0.0 if biases is None else float(biases[unit]))
            dots = plane.border(z > 0)
            if self._exact_line():
                plane.put(dots, "boundary")
                continue
            if not self._is_made_of_lines():
                dots &= np.indices(dots.shape).sum(axis=0) % 4 < 2  # broken: told from the boundary by more than colour
            plane.put(dots, f"way-{unit}")
            self._label(plane, unit, dots, (first, second), labelled)

    def _label(
        self, plane: Plane, unit: int, dots: NDArray[np.bool_], uphill: tuple[float, float], taken: list[tuple[int, int]]
    ) -> None:
        """The unit's name beside its line, on the side where its weighted sum is above 0."""
        places = np.argwhere(dots)
        text = self._symbol(unit)
        if not len(places):
            return
        places = places[np.argsort(places[:, 1] + places[:, 0] / 2, kind="stable")]
        for share in (0.12, 0.88, 0.25, 0.75, 0.5):
            row, column = places[int(share * (len(places) - 1))]
            across = column // 2 + (2 if uphill[0] > 0 else -1 - len(text)) * (abs(uphill[0]) > 0.2 * abs(uphill[1]))
            down = row // 4 - (1 if uphill[1] > 0 else -1) * (abs(uphill[1]) > 0.2 * abs(uphill[0]))
            is_inside = 0 <= down < plane.height and 0 <= across <= plane.width - len(text)
            if is_inside and all(abs(down - y) > 1 or abs(across - x) > len(text) + 1 for x, y in taken):
                self._cells.write(plane.left + across, plane.top + down, text, f"way-{unit}")
                taken.append((across, down))
                return

    def _symbol(self, unit: int) -> str:
        return self._snapshot.symbol(Ref("a", 1, (unit,)))

    # points

    def _class_mark(self, kind: int) -> str:
        marks = CLASS_MARKS if self._look.glyphs.has_dots else ASCII_CLASS_MARKS
        return marks[kind % len(marks)]

    def _kinds(self, targets: Array | None, rows: int) -> Places:
        if targets is None:
            return np.zeros(rows, dtype=np.int64)
        if self._classes:
            return targets.argmax(axis=1)
        return (targets[:, min(self._unit, targets.shape[1] - 1)] > BOUNDARY).astype(np.int64)

    def _points(self, plane: Plane) -> None:
        data = self._data
        if len(data.validation_inputs):
            self._strew(plane, data.validation_inputs, data.validation_targets, is_kept_back=True)
        self._strew(plane, data.inputs, data.targets, is_kept_back=False)
        row = self._snapshot.row
        if row >= len(data.inputs):
            return
        found = plane.cell(float(data.inputs[row, 0]), float(data.inputs[row, 1]))
        if found is not None:
            targets = None if data.targets is None else data.targets[row : row + 1]
            self._cells.write(*found, self._lens_mark(int(self._kinds(targets, 1)[0])), "lens")

    def _strew(self, plane: Plane, inputs: Array, targets: Array | None, *, is_kept_back: bool) -> None:
        kinds = self._kinds(targets, len(inputs))
        across = ((inputs[:, 0] - plane.x[0]) / (plane.x[1] - plane.x[0]) * plane.width).astype(np.int64)
        down = ((plane.y[1] - inputs[:, 1]) / (plane.y[1] - plane.y[0]) * plane.height).astype(np.int64)
        inside = (across >= 0) & (across < plane.width) & (down >= 0) & (down < plane.height)
        places = (down * plane.width + across)[inside]
        most = np.zeros(plane.width * plane.height, dtype=np.int64)
        winner = np.full(plane.width * plane.height, -1)
        for kind in range(int(kinds.max(initial=0)) + 1):
            count = np.bincount(places[kinds[inside] == kind], minlength=len(most))
            winner[count > most] = kind
            most = np.maximum(most, count)
        for place in np.flatnonzero(winner >= 0).tolist():
            row, column = divmod(place, plane.width)
            kind = int(winner[place])
            mark = self._kept_back_mark(kind) if is_kept_back else self._class_mark(kind)
            self._cells.write(plane.left + column, plane.top + row, mark, "text" if is_kept_back else "mark")

    def _kept_back_mark(self, kind: int) -> str:
        if not self._look.glyphs.has_dots:
            return ",;"[kind % 2]
        return "▫▪"[kind] if kind < 2 else self._class_mark(kind)

    def _lens_mark(self, kind: int) -> str:
        if kind > 1 or self._classes:
            return self._class_mark(kind)
        return (LENS_MARKS if self._look.glyphs.has_dots else ASCII_LENS_MARKS)[kind]

    # what it means

    def _meaning(self) -> list[Group]:
        say, groups = self._scene.say, []
        if self._classes:
            names = self._data.classes or tuple(f"o{unit + 1}" for unit in range(self._classes))
            groups += [[(self._class_mark(kind), "mark"), (f" {names[kind]}", "text")] for kind in range(self._classes)]
        else:
            groups.append(self._scale())
            if self._data.targets is not None:
                symbol = f"t{self._unit + 1}"
                is_binary = bool(np.isin(self._data.targets, (0.0, 1.0)).all())
                for kind, told in ((0, f"{symbol} = 0" if is_binary else f"{symbol} ≤ 0.5"), (1, f"{symbol} = 1" if is_binary else f"{symbol} > 0.5")):
                    groups.append([(self._class_mark(kind), "mark"), (f" {told}", "text")])
        targets = None if self._data.targets is None else self._data.targets[self._snapshot.row : self._snapshot.row + 1]
        mark = self._lens_mark(int(self._kinds(targets, 1)[0]))
        groups.append([(mark, "lens"), (" " + say("picture.sample", sample=self._snapshot.row + 1), "text")])
        if len(self._data.validation_inputs):
            marks = self._kept_back_mark(0) + self._kept_back_mark(1)
            groups.append([(marks, "text"), (" " + say("picture.kept_back"), "muted")])
        return groups

    def _scale(self) -> Group:
        low, high = self._span()
        symbol = self._snapshot.symbol(Ref("a", len(self._layers), (self._unit,)))
        group = [(f"{symbol} ", "symbol"), (f"{low:g} ", "axis")]
        if self._look.mixes:
            group += [(" ", f"@{role}") for role in LEVELS]
        else:
            shades = SHADES if self._look.glyphs.has_dots else ASCII_SHADES
            group.append((shades[1::2], "positive-weak"))
        return [*group, (f" {high:g}", "axis")]

    def _lines_told(self) -> list[Group]:
        say = self._scene.say
        if self._exact_line():
            return [[(self._equation(0), "symbol"), (" = ", "text"), (self._equation_with_numbers(0), "text"), (" = 0", "text")]]
        stroke = "⣀⡠⠔ " if self._look.glyphs.has_dots else ".. "
        groups: list[Group] = []
        if not self._is_made_of_lines():
            groups.append([(stroke, "boundary"), (self._boundary_told(), "text")])
        for unit in range(self._drawn_units()):
            z = self._snapshot.symbol(Ref("z", 1, (unit,)))
            groups.append([(self._symbol(unit), f"way-{unit}"), (f" {z} > 0", "muted")])
        if self._drawn_units():
            groups.append([(say("picture.named_side"), "muted")])
        return groups

    def _boundary_told(self) -> str:
        if self._classes:
            return self._scene.say("picture.largest_changes")
        symbol = self._snapshot.symbol(Ref("a", len(self._layers), (self._unit,)))
        return f"{symbol} = {BOUNDARY:g}"

    def _equation(self, unit: int) -> str:
        symbol = self._snapshot.symbol
        terms = [f"{symbol(Ref('W', 1, (sender, unit)))}·{symbol(Ref('x', 0, (sender,)))}" for sender in (0, 1)]
        if self._layers[0].biases is not None:
            terms.append(symbol(Ref("b", 1, (unit,))))
        return " + ".join(terms)

    def _equation_with_numbers(self, unit: int) -> str:
        weights, biases = parameters(self._now)[0]
        symbol = self._snapshot.symbol
        text = ""
        numbers = [(float(weights[sender, unit]), "·" + symbol(Ref("x", 0, (sender,)))) for sender in (0, 1)]
        if biases is not None:
            numbers.append((float(biases[unit]), ""))
        for number, of in numbers:
            sign = " − " if number < 0 else " + "
            size = as_operand(round(abs(number), 4), 4, leading=True)
            text += (sign if text else sign.strip().replace("+", "")) + size + of
        return text


def _finer(values: Array) -> Array:
    """Twice as many rows and columns, linear in between."""
    for axis in (0, 1):
        before = np.concatenate([values.take([0], axis=axis), values], axis=axis).take(range(values.shape[axis]), axis=axis)
        last = values.shape[axis] - 1
        after = values.take([*range(1, last + 1), last], axis=axis)
        pair = np.stack([0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after], axis=axis + 1)
        shape = list(values.shape)
        shape[axis] *= 2
        values = pair.reshape(shape)
    return values
