"""The lines where weighted sums are 0: a single neuron's boundary, and those of a few hidden units."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.layered.quantities import A, B, W, X, Z
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.numbers import as_operand
from dlsim.engine.quantity import Ref, present
from dlsim.tui.drawing.canvas import Canvas, Mask
from dlsim.tui.drawing.pictures.plane import Plane
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.text import Link, Pieces

Array = NDArray[np.float64]

KEPT = 8

_grids: OrderedDict[object, Array] = OrderedDict()


def grid(tape: NetworkTape, plane: Plane) -> Array:
    """(2·rows, columns, outputs): the answers at the middle of every half cell."""
    layers = tuple(
        (layer.units, layer.activation.name, *layer.spec.activation.settings.values())
        for layer in tape.structure.layers
    )
    key = tape.present.tobytes(), layers, plane.width, plane.height, plane.x, plane.y
    if key in _grids:
        _grids.move_to_end(key)
        return _grids[key]
    columns, rows = plane.columns(1), plane.rows(2)
    inputs = np.stack([axis.ravel() for axis in np.meshgrid(columns, rows)], axis=1)
    found = tape.answers(inputs).reshape(len(rows), len(columns), -1)
    _grids[key] = found
    if len(_grids) > KEPT:
        _grids.popitem(last=False)
    return found


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


MOST_LINES = 4
"""With more hidden units than this their lines are a thicket."""

ALONG = (0.12, 0.88, 0.25, 0.75, 0.5, 0.06, 0.94, 0.37, 0.63)
"""How far along a line its name may stand, the best place first."""


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


class Lines:
    """The lines of the first layer's units at one moment."""

    def __init__(self, scene: Scene, cells: Canvas, tape: NetworkTape, threshold: float) -> None:
        self._scene, self._cells, self._tape = scene, cells, tape
        self._snapshot = scene.snapshot
        self._layers = tape.structure.layers
        self._threshold = threshold
        self._drawn: list[_Line] = []

    @property
    def is_exact(self) -> bool:
        """Whether the boundary is the line of a single neuron."""
        only = self._layers[0]
        return len(self._layers) == 1 and only.units == 1 and self._threshold in only.activation.thresholds

    @property
    def are_boundary(self) -> bool:
        """Whether the boundary can only run along the lines that are drawn anyway."""
        are_steps = not any(layer.activation.is_trainable for layer in self._layers)
        return self.is_exact or (are_steps and self.units > 0)

    @property
    def units(self) -> int:
        """Of how many units the lines are drawn."""
        first = self._layers[0]
        if len(self._layers) == 1:
            return first.units if self.is_exact else 0
        return first.units if first.units <= MOST_LINES else 0

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
                plane.put(dots, f"series-{unit}")
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
        for hit in self._cells.hits:
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
                self._cells.write(plane.left + across, plane.top + down, text, f"series-{line.unit}")
                taken[max(down - 1, 0) : down + 2, max(across - 1, 0) : across + len(text) + 1] = True

    def _symbol(self, unit: int) -> str:
        return self._snapshot.symbol(Ref(A, 1, (unit,)))

    def told(self, boundary: str, *, is_drawn: bool) -> list[Pieces]:
        """What the lines mean, and which are not in the frame; `boundary` is what holds at the boundary.

        `is_drawn`: it is seen, where it is none of these lines.
        """
        say = self._scene.say
        groups: list[Pieces] = []
        outside: list[str] = []
        drawn = {line.unit for line in self._drawn}
        if self.is_exact:
            numbers = self._equation_with_numbers(0)
            groups.append([(self._equation(0), "symbol"), (" = ", "text"), *numbers, (" = 0", "text")])
            outside += [] if self._drawn else [boundary]
        elif not self.are_boundary:
            stroke = "⣀⡠⠔ " if self._scene.look.glyphs.has_dots else ".. "
            if is_drawn:
                groups.append([(stroke, "boundary"), (boundary, "text")])
            else:
                outside.append(boundary)
        for unit in range(0 if self.is_exact else self.units):
            z = self._snapshot.symbol(Ref(Z, 1, (unit,)))
            if unit in drawn:
                groups.append([(self._symbol(unit), f"series-{unit}"), (f" {z} > 0", "muted")])
            else:
                outside.append(f"{z} = 0")
        if self._drawn and not self.is_exact:
            groups.append([(say("picture.named_side"), "muted")])
        if outside:
            groups.append([(say("picture.outside", lines=", ".join(outside)), "muted")])
        return groups

    def _equation(self, unit: int) -> str:
        symbol = self._snapshot.symbol
        terms = [f"{symbol(Ref(W, 1, (sender, unit)))}·{symbol(Ref(X, 0, (sender,)))}" for sender in (0, 1)]
        if self._layers[0].biases is not None:
            terms.append(symbol(Ref(B, 1, (unit,))))
        return " + ".join(terms)

    def _equation_with_numbers(self, unit: int) -> Pieces:
        snapshot = self._snapshot
        refs = [(present(Ref(W, 1, (sender, unit))), f"·{snapshot.symbol(Ref(X, 0, (sender,)))}") for sender in (0, 1)]
        if self._layers[0].biases is not None:
            refs.append((present(Ref(B, 1, (unit,))), ""))
        pieces: list[tuple[str, str]] = []
        for ref, of in refs:
            number = snapshot.tape.value(ref, snapshot.sample)
            size = as_operand(round(abs(number), 4), 4, leading=True)
            sign = ("− " if pieces else "−") if number < 0 else ""  # a part of the number
            pieces.append((("" if not pieces else " " if sign else " + "), "text"))
            pieces += [(sign + size, Link("text", ref)), (of, "text")]
        return pieces
