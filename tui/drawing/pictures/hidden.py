"""What a hidden layer of two units makes of the data: each sample where its two outputs put it, and the line by which
the output unit parts that plane.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlsim.engine.classes import classes_of
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.kinds.layered.quantities import A
from dlsim.engine.kinds.network.data_summaries import PASSES, TRAINING
from dlsim.engine.numbers import plain
from dlsim.engine.quantity import Ref
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.region import BOUNDARY, CLASS_MARKS, LENS_MARKS, LEVELS, SHADES, finer
from dlsim.tui.drawing.pictures.scene import SIDES, Plane, Scene, Sketch, framed, moment_told, network_tape
from dlsim.tui.drawing.scales import Array, Span, fitting_span, widened
from dlsim.tui.drawing.text import Link, Pieces, groups_that_fit

MOST_POINTS = 500
"""Of more samples the first ones are drawn."""
MOST_NAMED = 8
"""So few samples stand with their inputs beside them."""
WEAK = 0.35
"""Of the way from the boundary to the end of the scale: nearer to it the ground is weak."""


def draw(scene: Scene, cells: Canvas) -> None:
    """The plane of the last hidden layer."""
    HiddenPlane(scene, cells).draw()


class HiddenPlane(Sketch):
    """Samples where the hidden layer puts them, and what the output makes of every place."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        self._tape = network_tape(scene.snapshot)
        self._data = self._tape.data
        *_, self._hidden, self._output = self._tape.structure.layers
        classes = classes_of(self._data)
        self._boundary = classes.threshold if classes else BOUNDARY

    def draw(self) -> None:
        """A line above that says what is what, the plane below it."""
        cells, layer = self.cells, self._hidden.number
        rows = range(min(len(self._data.inputs), MOST_POINTS))
        refs = [Ref(PASSES[TRAINING].a, layer, (row, unit)) for row in rows for unit in range(2)]
        places = np.array([self.snapshot.value(ref) for ref in refs], dtype=np.float64).reshape(-1, 2)
        top = 1 if cells.height >= 6 else 0
        names = (self.snapshot.symbol(Ref(A, layer, (0,))), self.snapshot.symbol(Ref(A, layer, (1,))))
        spans = self._span(places[:, 0]), self._span(places[:, 1])
        plane = framed(cells, (0, top, cells.width, cells.height - top), *spans, names)
        self._ground(plane)
        self._points(plane, places)
        if top:
            above, _ = groups_that_fit(self._meaning(), cells.width)
            cells.write_groups(0, [*above, *moment_told(self.scene, cells.width, above)])

    def _span(self, numbers: Array) -> Span:
        """All that the activation can give, or else what it gave."""
        span = self._hidden.activation.span
        return widened(*span, 0.2) if np.isfinite(span).all() else fitting_span(numbers, 0.2)

    def _ground(self, plane: Plane) -> None:
        """On which side of the boundary the output is, and the boundary."""
        weights, biases = self._tape.present_layers[-1]
        across, up = np.meshgrid(plane.columns(1), plane.rows(2))
        z = np.stack([across.ravel(), up.ravel()], axis=1) @ weights + (0.0 if biases is None else biases)
        answers = np.empty_like(z)
        ACTIVATIONS[self._output.activation.name].value(z, answers, self._output.spec.activation.settings)
        offset = (answers[:, 0] - self._boundary).reshape(across.shape)
        most = max(float(np.abs(offset).max()), 1e-12)
        level = np.where(np.abs(offset) > WEAK * most, 2, 1)
        levels = np.where(offset > 0, SIDES - 1 + level, SIDES - level)
        if self.look.mixes:
            self.cells.halves(plane.left, plane.top, LEVELS, levels)
        else:
            fronts = ["negative-weak"] * SIDES + ["positive-weak"] * SIDES
            self.cells.shades(plane.left, plane.top, SHADES[self.glyphs.has_dots], fronts, levels[0::2])
        is_step = self._output.activation.name == "step"  # which jumps: between two places its sum tells where
        plane.put(plane.border(finer(z.reshape(across.shape) if is_step else offset) > 0), "boundary")

    def _points(self, plane: Plane, places: Array) -> None:
        """Each sample's mark; of a few also which they are, together those that fall on one place."""
        lens = self.snapshot.row
        order = [row for row in range(len(places)) if row != lens] + [lens] * (lens < len(places))
        for row in order:
            is_lens = row == lens
            marks = LENS_MARKS if is_lens else CLASS_MARKS
            mark = marks[self.glyphs.has_dots][self._kind(row)]
            ref = Ref(PASSES[TRAINING].a, self._hidden.number, (row, 0))
            x, y = map(float, places[row])
            plane.mark(x, y, mark, Link("lens" if is_lens else "mark", ref))
        if len(self._data.inputs) > MOST_NAMED:
            return
        cells: dict[tuple[int, int], list[str]] = {}
        for row, place in enumerate(places):
            found = plane.cell(*map(float, place))
            if found is not None:
                told = ",".join(plain(float(number), 2) for number in self._data.inputs[row])
                cells.setdefault(found, []).append(f"({told})")
        for (x, y), names in cells.items():
            text = " ".join(names)
            room = plane.left + plane.width - x - 2
            start = x + 2 if len(text) <= room else max(x - 1 - len(text), plane.left)
            self.cells.write(start, y, text, "text")

    def _kind(self, row: int) -> int:
        targets = self._data.targets
        return 0 if targets is None else int(targets[row, 0] > self._boundary)

    def _meaning(self) -> Sequence[Pieces]:
        marks = CLASS_MARKS[self.glyphs.has_dots]
        output, bound = self.snapshot.symbol(Ref(A, self._output.number, (0,))), plain(self._boundary, 2)
        groups: list[Pieces] = []
        if self._data.targets is not None:
            low = min(float(self._data.targets.min()), 0.0)
            groups += [
                [(marks[kind], "mark"), (f" t1 = {plain(target, 2)}", "text")] for kind, target in enumerate((low, 1.0))
            ]
        groups.append([(f"{output} = {bound}", "boundary"), (f" {self.say('picture.hidden_line')}", "muted")])
        return groups
