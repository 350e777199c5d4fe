"""What a network answers over the plane of its two inputs: a heat map, the data, the boundary, and the lines where
weighted sums are 0: a single neuron's boundary, and those of a few hidden units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.classes import Classes, classes_of
from dlsim.engine.kinds.layered.quantities import A, B, W, X, Z
from dlsim.engine.kinds.network.data_summaries import CLASSES, PASSES, TRAINING, VALIDATION, samples_of
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.numbers import as_operand, general
from dlsim.engine.quantity import Ref, present
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas, Mask
from dlsim.tui.drawing.pictures.scene import SIDES, Plane, Scene, Sketch, framed, moment_told, network_tape, series
from dlsim.tui.drawing.scales import Array, Span, widened
from dlsim.tui.drawing.text import Link, Pieces, groups_that_fit

Places = NDArray[np.int64]

BOUNDARY = 0.5
"""Where targets are no classes, which have a threshold of their own."""
MOST_CLASSES = 6
LEAST_WITH_LINES, LEAST_WITH_WORDS, LEAST_WITH_REST = 14, 10, 7
"""Rows from which a line below says what the lines mean; sooner, what marks mean in words, or at all."""
LEVELS = [*(f"low-{level}" for level in range(SIDES, 0, -1)), *(f"high-{level}" for level in range(1, SIDES + 1))]
SHADES = ("  ..::##", "  ░░▒▒▓▓")
CLASS_MARKS = ("ox+*%&ABCD", "○●△▲□■◇◆▽▼")
LENS_MARKS = ("OX", "◎◉")
"""In ASCII, and where there is more than that."""
KEPT = 8
"""So many planes are not computed anew."""
MOST_LINES = 4
"""With more hidden units than this their lines are a thicket."""
ALONG = (0.12, 0.88, 0.25, 0.75, 0.5, 0.06, 0.94, 0.37, 0.63)
"""How far along a line its name may stand, the best place first."""


def views(snapshot: Snapshot) -> Sequence[str]:
    """One for each output, unless the outputs are classes: then one for all."""
    layers = snapshot.scenario.layers
    outputs = layers[-1].units
    if outputs == 1 or _shares_out(classes_of(snapshot.scenario.data)):
        return ("",)
    return tuple("=" + snapshot.symbol(Ref(A, len(layers), (unit,))) for unit in range(outputs))


def _shares_out(classes: Classes | None) -> bool:
    """Whether the plane can be shared out among the outputs, each of which stands for a class."""
    return classes is not None and classes.by == "largest" and classes.count <= MOST_CLASSES


def draw(scene: Scene, cells: Canvas) -> None:
    """The plane at this moment."""
    Region(scene, cells).draw()


class Region(Sketch):
    """Heat, lines, points, and what they mean."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        self._tape = network_tape(scene.snapshot)
        self._data = self._tape.data
        self._layers = self._tape.structure.layers
        self._said = classes_of(self._data)
        self._least = self._said.low if self._said else 0.0
        self._boundary = self._said.threshold if self._said else BOUNDARY
        self._classes = self._said.count if self._said and _shares_out(self._said) else 0
        self._lines = Lines(scene, cells, self._boundary)
        self._unit = scene.view % self._layers[-1].units
        self._has_boundary = False
        self._kind = int(self._kinds(TRAINING)[self.snapshot.row])

    def draw(self) -> None:
        """Heat, lines, points, and what they mean."""
        height = self.cells.height
        top = 1 if height >= 6 else 0
        above, below = groups_that_fit(self._meaning(), self.cells.width)
        in_words = groups_that_fit(self._meaning(in_words=True), self.cells.width)
        least = LEAST_WITH_REST if below else LEAST_WITH_WORDS if in_words[1] else LEAST_WITH_LINES
        second = 1 if height >= least else 0
        inputs = self._data.inputs
        share = 0.25 if len(inputs) <= 8 else 0.06
        x, y = (widened(float(each.min()), float(each.max()), share) for each in inputs.T)
        place = (0, top, self.cells.width, height - top - second)
        plane = framed(self.cells, place, x, y, (self._name(0), self._name(1)))
        answers = grid(self._tape, plane)
        (self._class_heat if self._classes else self._heat)(plane, answers)
        self._lines.draw(plane)
        self._points(plane)
        self._lines.name(plane)
        if self._classes and not self.look.mixes:
            self._class_names(plane, answers.argmax(axis=2)[0::2])
        told = self._lines.told(self._boundary_told(), is_drawn=self._has_boundary)
        moment = moment_told(self.scene, self.cells.width, above)
        if self._has_room(in_words, moment, told, second=bool(second)):
            above, below = in_words
        if top:
            self.cells.write_groups(0, [*above, *moment])
        if second:
            below += [] if moment else moment_told(self.scene, self.cells.width, below)
            self.cells.write_groups(height - 1, [*below, *told])

    def _has_room(
        self, in_words: tuple[list[Pieces], list[Pieces]], moment: Sequence[Pieces], told: list[Pieces], *, second: bool
    ) -> bool:
        """Whether what the marks mean can be said in words, with all else that is said beside it in fewer."""
        above, below = in_words
        width = self.cells.width
        early = moment_told(self.scene, width, above)
        late = moment_told(self.scene, width, below) if second and not early else []
        besides = told if self.cells.height >= LEAST_WITH_LINES else []
        is_said = (second or not below) and (early or late) == moment
        return is_said and not groups_that_fit([*below, *late, *besides], width)[1]

    # the plane

    def _name(self, place: int) -> str:
        features = self._data.features
        name = features[place] if len(features) > place else f"x{place + 1}"
        return name if breadth(name) <= 10 else f"x{place + 1}"

    # heat

    def _span(self) -> Span:
        """From the least to the greatest that the output can be, or that is asked of it."""
        span, targets, least = self._layers[-1].activation.span, self._data.targets, self._least
        if np.isfinite(span).all():
            return min(span[0], least), span[1]
        return (least, 1.0) if targets is None else (float(min(targets.min(), least)), float(max(targets.max(), 1.0)))

    def _heat(self, plane: Plane, answers: Array) -> None:
        low, high = self._span()
        offset = np.nan_to_num(answers[:, :, self._unit] - self._boundary, nan=0.0, posinf=high, neginf=low)
        share = np.where(offset > 0, offset / (high - self._boundary), offset / (self._boundary - low))
        levels = np.minimum((np.clip(np.abs(share), 0.0, 1.0) * SIDES).astype(np.int64), SIDES - 1)
        places = np.where(offset > 0, SIDES + levels, SIDES - 1 - levels)
        if self.look.mixes:
            self.cells.halves(plane.left, plane.top, LEVELS, places)
        else:
            fronts = ["negative-weak"] * SIDES + ["positive-weak"] * SIDES
            self.cells.shades(plane.left, plane.top, SHADES[self.glyphs.has_dots], fronts, places[0::2])
        if not self._lines.are_boundary:
            self._put_boundary(plane, plane.border(finer(offset) > 0))

    def _class_heat(self, plane: Plane, answers: Array) -> None:
        winners = answers.argmax(axis=2)
        most = (answers.max(axis=2) - self._least) / (1.0 - self._least)
        share = (most * self._classes - 1.0) / (self._classes - 1.0)
        levels = np.clip((np.nan_to_num(share) * SIDES).astype(np.int64), 0, SIDES - 1)
        roles = [f"class-{kind}-{level}" for kind in range(self._classes) for level in range(1, SIDES + 1)]
        if self.look.mixes:
            self.cells.halves(plane.left, plane.top, roles, winners * SIDES + levels)
        self._put_boundary(plane, plane.border(np.repeat(np.repeat(winners, 2, axis=0), 2, axis=1)))

    def _put_boundary(self, plane: Plane, dots: Mask) -> None:
        plane.put(dots, "boundary")
        self._has_boundary = bool(dots.any())

    def _class_names(self, plane: Plane, winners: Places) -> None:
        """Where grounds cannot be mixed, each region bears its class's name, if it has room for it among the points."""
        rows, columns = winners.shape
        blank = self.cells.blank(plane.left, plane.top, columns, rows)
        for kind in range(self._classes):
            name, own = self._class_name(kind), winners == kind
            middle = np.argwhere(own).mean(axis=0) if own.any() else np.zeros(2)
            for margin in (1, 0):
                places = np.argwhere(_runs_of(own & blank, breadth(name) + 2 * margin))
                if len(places):
                    aside = np.abs(places + np.array([0, breadth(name) / 2 + margin]) - middle)
                    far = aside @ np.array([2, 1])  # a cell is twice as high as it is wide
                    row, column = places[far.argmin()]
                    self.cells.write(plane.left + int(column) + margin, plane.top + int(row), name, "symbol")
                    break

    def _class_name(self, kind: int) -> str:
        return self._data.classes[kind] if self._data.classes else f"o{kind + 1}"

    # points

    def _class_mark(self, kind: int) -> str:
        marks = CLASS_MARKS[self.glyphs.has_dots]
        return marks[kind % len(marks)]

    def _kinds(self, part: str) -> Places:
        """(samples,): the class of each sample of some data, or on which side of the boundary its target is."""
        inputs, targets = samples_of(self._data, part)
        if targets is None:
            return np.zeros(len(inputs), dtype=np.int64)
        if self._classes:
            return np.asarray(targets.argmax(axis=1), dtype=np.int64)
        return (targets[:, min(self._unit, targets.shape[1] - 1)] > self._boundary).astype(np.int64)

    def _points(self, plane: Plane) -> None:
        if len(self._data.validation_inputs):
            self._strew(plane, VALIDATION, "text", self._kept_back_mark)
        self._strew(plane, TRAINING, "mark", self._class_mark)
        x, y = map(float, self._data.inputs[self.snapshot.row])
        plane.mark(x, y, self._lens_mark, Link("lens", self._answer(TRAINING, self.snapshot.row)))

    def _answer(self, part: str, row: int) -> Ref:
        """What a point stands for: what the network takes its sample for, or answers it."""
        if self._classes:
            return Ref(CLASSES[part].decision, 0, (row,))
        return Ref(PASSES[part].a, len(self._layers), (row, self._unit))

    def _strew(self, plane: Plane, part: str, role: str, mark_of: Callable[[int], str]) -> None:
        """The samples of a part of the data; in a cell of several, the mark of the kind that is most of them."""
        (inputs, _), kinds = samples_of(self._data, part), self._kinds(part)
        across, down = plane.across(inputs[:, 0]).astype(np.int64), plane.down(inputs[:, 1]).astype(np.int64)
        inside = (across >= 0) & (across < plane.width) & (down >= 0) & (down < plane.height)
        places = (down * plane.width + across)[inside]
        rows = np.flatnonzero(inside)[::-1]
        sample = np.zeros(plane.width * plane.height, dtype=np.int64)
        sample[places[::-1]] = rows  # the first of those that share a cell
        most = np.zeros(plane.width * plane.height, dtype=np.int64)
        winner = np.full(plane.width * plane.height, -1)
        for kind in range(int(kinds.max(initial=0)) + 1):
            count = np.bincount(places[kinds[inside] == kind], minlength=len(most))
            winner[count > most] = kind
            most = np.maximum(most, count)
        for place in np.flatnonzero(winner >= 0).tolist():
            row, column = divmod(place, plane.width)
            answer = Link(role, self._answer(part, int(sample[place])))
            self.cells.write(plane.left + column, plane.top + row, mark_of(int(winner[place])), answer)

    def _kept_back_mark(self, kind: int) -> str:
        if not self.glyphs.has_dots:
            return ",;"[kind % 2]
        return "▫▪"[kind] if kind < 2 else self._class_mark(kind)

    @property
    def _lens_mark(self) -> str:
        if self._classes:
            return self._class_mark(self._kind)
        return LENS_MARKS[self.glyphs.has_dots][self._kind]

    # what it means

    def _meaning(self, *, in_words: bool = False) -> list[Pieces]:
        """`in_words`: of two marks it is also said how they look, since a filled one is dark on a light screen only."""
        say = self.say
        groups: list[Pieces] = [*([] if self._classes else [self._scale()]), *self._kinds_told(in_words=in_words)]
        groups.append([(self._lens_mark, "lens"), (" " + say("picture.sample", sample=self.snapshot.row + 1), "text")])
        if len(self._data.validation_inputs):
            marks = self._kept_back_mark(0) + self._kept_back_mark(1)
            groups.append([(marks, "text"), (" " + say("picture.kept_back"), "muted")])
        return groups

    def _kinds_told(self, *, in_words: bool) -> list[Pieces]:
        """What the marks stand for: classes, or targets on either side of the boundary."""
        bound, symbol = general(self._boundary), f"t{self._unit + 1}"
        if self._classes:
            names = [self._class_name(kind) for kind in range(self._classes)]
        elif self._data.targets is None:
            names = []
        elif self._said:
            names = [f"{symbol} = {general(self._said.low)}", f"{symbol} = 1"]
        else:
            names = [f"{symbol} ≤ {bound}", f"{symbol} > {bound}"]
        if in_words and not self._classes and names and self.glyphs.has_dots:
            looks = [self.say("picture.hollow"), self.say("picture.filled")]
            names = [f"{look}: {name}" for look, name in zip(looks, names, strict=True)]
        return [[(self._class_mark(kind), "mark"), (f" {name}", "text")] for kind, name in enumerate(names)]

    def _scale(self) -> Pieces:
        low, high = self._span()
        group: list[tuple[str, str]] = [(f"{self._symbol} ", "symbol"), (f"{general(low)} ", "axis")]
        if self.look.mixes:
            group += [(" ", f"@{role}") for role in LEVELS]
        else:
            group.append((SHADES[self.glyphs.has_dots][1::2], "positive-weak"))
        return [*group, (f" {general(high)}", "axis")]

    def _boundary_told(self) -> str:
        if self._classes:
            return self.say("picture.largest_changes")
        return f"{self._symbol} = {general(self._boundary)}"

    @property
    def _symbol(self) -> str:
        return self.snapshot.symbol(Ref(A, len(self._layers), (self._unit,)))


# the plane in numbers

_grids: dict[object, Array] = {}


def grid(tape: NetworkTape, plane: Plane) -> Array:
    """(2·rows, columns, outputs): the answers at the middle of every half cell."""
    layers = tuple(
        (layer.units, layer.activation.name, *layer.spec.activation.settings.values())
        for layer in tape.structure.layers
    )
    key = tape.present.tobytes(), layers, plane.width, plane.height, plane.x, plane.y
    if key not in _grids:
        columns, rows = plane.columns(1), plane.rows(2)
        inputs = np.stack([axis.ravel() for axis in np.meshgrid(columns, rows)], axis=1)
        _grids[key] = tape.answers(inputs).reshape(len(rows), len(columns), -1)
        if len(_grids) > KEPT:
            del _grids[next(iter(_grids))]
    return _grids[key]


def finer(values: Array) -> Array:
    """Twice as many rows and columns, linear in between."""
    for axis in (0, 1):
        last = values.shape[axis] - 1
        before = values.take([0, *range(last)], axis=axis)
        after = values.take([*range(1, last + 1), last], axis=axis)
        pair = np.stack([0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after], axis=axis + 1)
        shape = list(values.shape)
        shape[axis] *= 2
        values = pair.reshape(shape)
    return values


def _runs_of(free: Mask, length: int) -> Mask:
    """Where in a row so many cells begin that are all free."""
    if free.shape[1] < length:
        return np.zeros((free.shape[0], 0), dtype=bool)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(free, length, axis=1).all(axis=2))


# the lines of single units


class _Line(Struct, frozen=True):
    """A unit's line as it is drawn. `uphill` is the way (across, up) in which the unit's weighted sum grows."""

    unit: int
    dots: Mask
    uphill: tuple[float, float]

    def beside(self, cells: int) -> Iterator[tuple[int, int]]:
        """Places (across, down) for a name of so many cells, on the side where the weighted sum is above 0."""
        places = np.argwhere(self.dots)
        places = places[np.argsort(places[:, 1] + places[:, 0] / 2, kind="stable")]
        across, up = self.uphill
        aside = (2 if across > 0 else -1 - cells) * (abs(across) > 0.2 * abs(up))
        below = (-1 if up > 0 else 1) * (abs(up) > 0.2 * abs(across))
        for share in ALONG:
            row, column = places[int(share * (len(places) - 1))].tolist()
            yield column // 2 + aside, row // 4 + below


class Lines(Sketch):
    """The lines of the first layer's units at one moment."""

    def __init__(self, scene: Scene, cells: Canvas, threshold: float) -> None:
        super().__init__(scene, cells)
        self._tape = network_tape(scene.snapshot)
        self._layers = self._tape.structure.layers
        self._drawn: list[_Line] = []
        first, *others = self._layers
        self.is_exact = not others and first.units == 1 and threshold in first.activation.thresholds
        """Whether the boundary is the line of a single neuron."""
        self.units = first.units if self.is_exact or (others and first.units <= MOST_LINES) else 0
        """Of how many units the lines are drawn."""
        are_steps = not any(layer.activation.is_trainable for layer in self._layers)
        self.are_boundary = self.is_exact or (are_steps and self.units > 0)
        """Whether the boundary can only run along the lines that are drawn anyway."""

    def draw(self, plane: Plane) -> None:
        """All of them: the boundary itself, or one for each hidden unit."""
        weights, biases = self._tape.present_layers[0]
        x, y = np.meshgrid(plane.columns(2), plane.rows(4))
        for unit in range(self.units):
            first, second = float(weights[0, unit]), float(weights[1, unit])
            z = first * x + second * y + (0.0 if biases is None else float(biases[unit]))
            dots = plane.border(z > 0)
            if self.is_exact:
                plane.put(dots, "boundary")
            else:
                if not self.are_boundary:  # broken: told from the boundary by more than colour
                    dots &= np.indices(dots.shape).sum(axis=0) % 4 < 2
                plane.put(dots, series(unit))
            if dots.any():
                self._drawn.append(_Line(unit, dots, (first, second)))

    def name(self, plane: Plane) -> None:
        """Each hidden unit's name beside its line, once all that is drawn stands there: none is written over."""
        if self.is_exact:
            return
        crossed = np.zeros((plane.height, plane.width), dtype=bool)
        for line in self._drawn:
            crossed |= line.dots.reshape(plane.height, 4, plane.width, 2).any(axis=(1, 3))
        taken = np.zeros_like(crossed)  # by points, and by other names with air around them
        for hit in self.cells.hits:
            x, y = hit.x - plane.left, hit.y - plane.top
            if x >= 0 and y >= 0:
                taken[y : y + 1, x : x + hit.width] = True
        for line in self._drawn:
            text = self._symbol(line.unit)
            places = [
                (across, down)
                for across, down in line.beside(len(text))
                if 0 <= down < plane.height and 0 <= across <= plane.width - len(text)
                if not taken[down, across : across + len(text)].any()
            ]
            clear = [place for place in places if not crossed[place[1], place[0] : place[0] + len(text)].any()]
            if places:
                across, down = (clear or places)[0]
                self.cells.write(plane.left + across, plane.top + down, text, series(line.unit))
                taken[max(down - 1, 0) : down + 2, max(across - 1, 0) : across + len(text) + 1] = True

    def _symbol(self, unit: int) -> str:
        return self.snapshot.symbol(Ref(A, 1, (unit,)))

    def told(self, boundary: str, *, is_drawn: bool) -> list[Pieces]:
        """What the lines mean, and which are not in the frame; `boundary` is what holds at the boundary.

        `is_drawn`: it is seen, where it is none of these lines.
        """
        say = self.say
        groups: list[Pieces] = []
        outside: list[str] = []
        drawn = {line.unit for line in self._drawn}
        if self.is_exact:
            groups.append(self._equation())
        elif is_drawn and not self.are_boundary:
            groups.append([("⣀⡠⠔ " if self.glyphs.has_dots else ".. ", "boundary"), (boundary, "text")])
        if not (self._drawn if self.is_exact else is_drawn or self.are_boundary):
            outside.append(boundary)
        for unit in range(0 if self.is_exact else self.units):
            z = self.snapshot.symbol(Ref(Z, 1, (unit,)))
            if unit in drawn:
                groups.append([(self._symbol(unit), series(unit)), (f" {z} > 0", "muted")])
            else:
                outside.append(f"{z} = 0")
        if self._drawn and not self.is_exact:
            groups.append([(say("picture.named_side"), "muted")])
        if outside:
            groups.append([(say("picture.outside", lines=", ".join(outside)), "muted")])
        return groups

    def _equation(self) -> Pieces:
        """The line of a single neuron: its terms, the same with numbers, 0."""
        snapshot = self.snapshot
        terms = [(Ref(W, 1, (sender, 0)), f"·{snapshot.symbol(Ref(X, 0, (sender,)))}") for sender in (0, 1)]
        if self._layers[0].biases is not None:
            terms.append((Ref(B, 1, (0,)), ""))
        symbols = " + ".join(snapshot.symbol(parameter) + of for parameter, of in terms)
        pieces: list[tuple[str, str]] = [(symbols, "symbol"), (" = ", "text")]
        for place, (parameter, of) in enumerate(terms):
            ref = present(parameter)
            number = snapshot.tape.value(ref, snapshot.sample)
            size = as_operand(round(abs(number), 4), 4, leading=True)
            sign = ("− " if place else "−") if number < 0 else ""  # a part of the number
            pieces.append((("" if not place else " " if sign else " + "), "text"))
            pieces += [(sign + size, Link("text", ref)), (of, "text")]
        return [*pieces, (" = 0", "text")]
