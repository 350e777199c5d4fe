"""A network's outputs over a grid of points, computed once for the same parameters. No Textual here."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.scenario.data import are_classes
from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.pictures.plane import Plane

Array = NDArray[np.float64]

MOST_CLASSES = 6
KEPT = 8

_grids: OrderedDict[object, Array] = OrderedDict()


def classes(scenario: Scenario) -> int:
    """How many classes the outputs stand for; 0 where they are numbers, or one output says it all."""
    targets = scenario.body.data.targets
    if targets is None or targets.shape[1] < 2 or targets.shape[1] > MOST_CLASSES:
        return 0
    is_one_hot = are_classes(targets) and (targets.sum(axis=1) == 1.0).all()
    return int(targets.shape[1]) if is_one_hot else 0


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
