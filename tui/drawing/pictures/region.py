"""What a network answers over the plane of its two inputs: a heat map, the data, the boundary."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import Classes, classes_of
from dlsim.engine.kinds.layered.quantities import A
from dlsim.engine.kinds.network.data_summaries import CLASSES, PASSES, TRAINING, VALIDATION
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import DataSpec
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas, Mask
from dlsim.tui.drawing.pictures.catalogue import lies_in_a_plane
from dlsim.tui.drawing.pictures.plane import Plane, framed
from dlsim.tui.drawing.pictures.region_lines import Lines, finer, grid
from dlsim.tui.drawing.pictures.scene import SIDES, Drawing, Look, Scene, moment_told, network_tape, room_after
from dlsim.tui.drawing.scales import Span, widened
from dlsim.tui.drawing.text import Link, Pieces, groups_that_fit

Array = NDArray[np.float64]
Places = NDArray[np.int64]

BOUNDARY = 0.5
"""Where targets are no classes, which have a threshold of their own."""
MOST_CLASSES = 6
LEAST_WITH_LINES, LEAST_WITH_REST = 14, 7
"""Rows from which a line below says what the lines mean; sooner, what the marks mean that are not told above."""
LEVELS = [*(f"low-{level}" for level in range(SIDES, 0, -1)), *(f"high-{level}" for level in range(1, SIDES + 1))]
SHADES = "  ░░▒▒▓▓"
ASCII_SHADES = "  ..::##"
CLASS_MARKS = "○●△▲□■◇◆▽▼"
ASCII_CLASS_MARKS = "ox+*%&ABCD"
LENS_MARKS = "◎◉"
ASCII_LENS_MARKS = "OX"


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


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The plane at this moment."""
    cells = Canvas(width, height, scene.look.glyphs, scene.selected)
    tape = network_tape(scene.snapshot)
    if tape is None or not lies_in_a_plane(scene.snapshot.scenario):
        return Drawing(cells)
    _Map(scene, cells, tape).draw()
    return Drawing(cells, cells.hits, is_table=True)


class _Map:
    """One moment's plane in one size."""

    def __init__(self, scene: Scene, cells: Canvas, tape: NetworkTape) -> None:
        self._scene, self._cells, self._tape = scene, cells, tape
        self._look: Look = scene.look
        self._snapshot = scene.snapshot
        self._data: DataSpec = tape.data
        self._layers = tape.structure.layers
        self._said = classes_of(self._data)
        self._boundary = self._said.threshold if self._said else BOUNDARY
        self._classes = self._said.count if self._said and _shares_out(self._said) else 0
        self._lines = Lines(scene, cells, tape, self._boundary)
        self._unit = scene.view % self._layers[-1].units
        self._has_boundary = False
        self._winners: Places | None = None  # by cell, where the outputs are classes

    def draw(self) -> None:
        """Heat, lines, points, and what they mean."""
        height = self._cells.height
        top = 1 if height >= 6 else 0
        above, below = groups_that_fit(self._meaning(), self._cells.width)
        second = 1 if height >= (LEAST_WITH_REST if below else LEAST_WITH_LINES) else 0
        x, y = self._spans()
        place = (0, top, self._cells.width, height - top - second)
        plane = framed(self._cells, place, x, y, (self._name(0), self._name(1)))
        answered = grid(self._tape, plane)  # (2·rows, columns, outputs)
        if self._classes:
            self._class_heat(plane, answered)
        else:
            self._heat(plane, answered[:, :, self._unit])
        self._lines.draw(plane)
        self._points(plane)
        self._lines.name(plane)
        if self._winners is not None and not self._look.mixes:
            self._class_names(plane, self._winners)
        moment = moment_told(self._scene, room_after(above, self._cells.width))
        if top:
            self._cells.write_groups(0, [*above, *moment])
        if second:
            below += [] if moment else moment_told(self._scene, room_after(below, self._cells.width))
            told = self._lines.told(self._boundary_told(), is_drawn=self._has_boundary)
            self._cells.write_groups(height - 1, [*below, *told])

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

    # heat

    def _span(self) -> Span:
        """From the least to the greatest that the output can be, or that is asked of it."""
        least, most = (self._said.low if self._said else 0.0), 1.0
        span, targets = self._layers[-1].activation.span, self._data.targets
        if np.isfinite(span).all():
            return min(span[0], least), span[1]
        return (least, most) if targets is None else (float(min(targets.min(), least)), float(max(targets.max(), most)))

    def _heat(self, plane: Plane, values: Array) -> None:
        low, high = self._span()
        offset = np.nan_to_num(values - self._boundary, nan=0.0, posinf=high, neginf=low)
        share = np.where(offset > 0, offset / (high - self._boundary), offset / (self._boundary - low))
        levels = np.minimum((np.clip(np.abs(share), 0.0, 1.0) * SIDES).astype(np.int64), SIDES - 1)
        self._lay(plane, np.where(offset > 0, SIDES + levels, SIDES - 1 - levels), LEVELS)
        if not self._lines.are_boundary:
            self._put_boundary(plane, plane.border(finer(offset) > 0))

    def _class_heat(self, plane: Plane, grid: Array) -> None:
        winners = grid.argmax(axis=2)
        low = self._said.low if self._said else 0.0
        most = (grid.max(axis=2) - low) / (1.0 - low)
        share = (most * self._classes - 1.0) / (self._classes - 1.0)
        levels = np.clip((np.nan_to_num(share) * SIDES).astype(np.int64), 0, SIDES - 1)
        roles = [f"class-{kind}-{level}" for kind in range(self._classes) for level in range(1, SIDES + 1)]
        if self._look.mixes:
            self._cells.halves(plane.left, plane.top, roles, winners * SIDES + levels)
        self._put_boundary(plane, plane.border(np.repeat(np.repeat(winners, 2, axis=0), 2, axis=1)))
        self._winners = winners[0::2]

    def _put_boundary(self, plane: Plane, dots: Mask) -> None:
        plane.put(dots, "boundary")
        self._has_boundary = bool(dots.any())

    def _class_names(self, plane: Plane, winners: Places) -> None:
        """Where grounds cannot be mixed, each region bears its class's name, if it has room for it among the points."""
        rows, columns = winners.shape
        blank = self._cells.blank(plane.left, plane.top, columns, rows)
        for kind in range(self._classes):
            name, own = self._class_name(kind), winners == kind
            middle = np.argwhere(own).mean(axis=0) if own.any() else np.zeros(2)
            for margin in (1, 0):
                places = np.argwhere(_runs_of(own & blank, breadth(name) + 2 * margin))
                if len(places):
                    aside = np.abs(places + np.array([0, breadth(name) / 2 + margin]) - middle)
                    far = aside @ np.array([2, 1])  # a cell is twice as high as it is wide
                    row, column = places[far.argmin()]
                    self._cells.write(plane.left + int(column) + margin, plane.top + int(row), name, "symbol")
                    break

    def _class_name(self, kind: int) -> str:
        return self._data.classes[kind] if self._data.classes else f"o{kind + 1}"

    def _lay(self, plane: Plane, places: Places, roles: list[str]) -> None:
        if self._look.mixes:
            self._cells.halves(plane.left, plane.top, roles, places)
        else:
            shades = SHADES if self._look.glyphs.has_dots else ASCII_SHADES
            fronts = ["negative-weak"] * SIDES + ["positive-weak"] * SIDES
            self._cells.shades(plane.left, plane.top, shades, fronts, places[0::2])

    # points

    def _class_mark(self, kind: int) -> str:
        marks = CLASS_MARKS if self._look.glyphs.has_dots else ASCII_CLASS_MARKS
        return marks[kind % len(marks)]

    def _kinds(self, targets: Array | None, rows: int) -> Places:
        if targets is None:
            return np.zeros(rows, dtype=np.int64)
        if self._classes:
            return np.asarray(targets.argmax(axis=1), dtype=np.int64)
        return (targets[:, min(self._unit, targets.shape[1] - 1)] > self._boundary).astype(np.int64)

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
            self._cells.write(*found, self._lens_mark(self._kind_of(row)), Link("lens", self._answer(TRAINING, row)))

    def _answer(self, part: str, row: int) -> Ref:
        """What a point stands for: what the network takes its sample for, or answers it."""
        if self._classes:
            return Ref(CLASSES[part].decision, 0, (row,))
        return Ref(PASSES[part].a, len(self._layers), (row, self._unit))

    def _strew(self, plane: Plane, inputs: Array, targets: Array | None, *, is_kept_back: bool) -> None:
        kinds = self._kinds(targets, len(inputs))
        across = ((inputs[:, 0] - plane.x[0]) / (plane.x[1] - plane.x[0]) * plane.width).astype(np.int64)
        down = ((plane.y[1] - inputs[:, 1]) / (plane.y[1] - plane.y[0]) * plane.height).astype(np.int64)
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
            kind = int(winner[place])
            mark = self._kept_back_mark(kind) if is_kept_back else self._class_mark(kind)
            answer = self._answer(VALIDATION if is_kept_back else TRAINING, int(sample[place]))
            role = Link("text" if is_kept_back else "mark", answer)
            self._cells.write(plane.left + column, plane.top + row, mark, role)

    def _kept_back_mark(self, kind: int) -> str:
        if not self._look.glyphs.has_dots:
            return ",;"[kind % 2]
        return "▫▪"[kind] if kind < 2 else self._class_mark(kind)

    def _lens_mark(self, kind: int) -> str:
        if kind > 1 or self._classes:
            return self._class_mark(kind)
        return (LENS_MARKS if self._look.glyphs.has_dots else ASCII_LENS_MARKS)[kind]

    # what it means

    def _meaning(self) -> list[Pieces]:
        say = self._scene.say
        groups: list[Pieces] = self._classes_told() if self._classes else [self._scale(), *self._targets_told()]
        mark = self._lens_mark(self._kind_of(self._snapshot.row))
        groups.append([(mark, "lens"), (" " + say("picture.sample", sample=self._snapshot.row + 1), "text")])
        if len(self._data.validation_inputs):
            marks = self._kept_back_mark(0) + self._kept_back_mark(1)
            groups.append([(marks, "text"), (" " + say("picture.kept_back"), "muted")])
        return groups

    def _classes_told(self) -> list[Pieces]:
        kinds = range(self._classes)
        return [[(self._class_mark(kind), "mark"), (f" {self._class_name(kind)}", "text")] for kind in kinds]

    def _targets_told(self) -> list[Pieces]:
        if self._data.targets is None:
            return []
        bound = general(self._boundary)
        signs = (f"= {general(self._said.low)}", "= 1") if self._said else (f"≤ {bound}", f"> {bound}")
        symbol = f"t{self._unit + 1}"
        return [[(self._class_mark(kind), "mark"), (f" {symbol} {signs[kind]}", "text")] for kind in (0, 1)]

    def _kind_of(self, row: int) -> int:
        targets = self._data.targets
        return int(self._kinds(None if targets is None else targets[row : row + 1], 1)[0])

    def _scale(self) -> Pieces:
        low, high = self._span()
        symbol = self._snapshot.symbol(Ref(A, len(self._layers), (self._unit,)))
        group: list[tuple[str, str]] = [(f"{symbol} ", "symbol"), (f"{general(low)} ", "axis")]
        if self._look.mixes:
            group += [(" ", f"@{role}") for role in LEVELS]
        else:
            shades = SHADES if self._look.glyphs.has_dots else ASCII_SHADES
            group.append((shades[1::2], "positive-weak"))
        return [*group, (f" {general(high)}", "axis")]

    def _boundary_told(self) -> str:
        if self._classes:
            return self._scene.say("picture.largest_changes")
        symbol = self._snapshot.symbol(Ref(A, len(self._layers), (self._unit,)))
        return f"{symbol} = {general(self._boundary)}"


def _runs_of(free: Mask, length: int) -> Mask:
    """Where in a row so many cells begin that are all free."""
    if free.shape[1] < length:
        return np.zeros((free.shape[0], 0), dtype=bool)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(free, length, axis=1).all(axis=2))
