"""A network's layers in a few numbers: shapes, sizes of gradients, units that are dead or saturated."""

from __future__ import annotations

from functools import reduce

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.model import LayerParameters

Array = NDArray[np.float64]
Shape = tuple[int, int]

SATURATED_BELOW = 0.02
"""A unit of bounded output is called saturated where its slope is below this share of its steepest."""
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0}


class LayerStatistics(Struct, frozen=True):
    """One layer on a tape. `gradient` is the mean |∂E/∂W|, `delta` the sum of |∂E/∂z| over the units and `slope` the
    mean ∂a/∂z (both means over the batch). `dead` are the ReLU units that no sample of the batch wakes (z ≤ 0 for
    all), `saturated` those of sigmoid and tanh whose slope is next to nothing for all of them; both from 0.
    """

    layer: int
    gradient: float
    delta: float
    slope: float
    dead: tuple[int, ...]
    saturated: tuple[int, ...]


def layer_statistics(tape: NetworkTape) -> tuple[LayerStatistics, ...]:
    """The layers of the iteration on `tape`, from the first."""
    statistics = []
    for arrays in tape.batch.layers:
        name = arrays.layer.activation.name
        dead: NDArray[np.bool_] = np.zeros(arrays.layer.units, dtype=bool)
        if name == "relu":
            dead = np.logical_and.reduce(arrays.z <= 0, axis=0)
        saturated: NDArray[np.bool_] = np.zeros(arrays.layer.units, dtype=bool)
        if name in STEEPEST and not arrays.layer.is_fused:
            saturated = np.logical_and.reduce(arrays.slope < SATURATED_BELOW * STEEPEST[name], axis=0)
        statistics.append(
            LayerStatistics(
                layer=arrays.layer.number,
                gradient=float(np.abs(arrays.dE_dW).mean()),
                delta=float(np.abs(arrays.dE_dz).sum(axis=1).mean()),
                slope=float(arrays.slope.mean()),
                dead=tuple(np.flatnonzero(dead).tolist()),
                saturated=tuple(np.flatnonzero(saturated).tolist()),
            )
        )
    return tuple(statistics)


class LayerShapes(Struct, frozen=True):
    """X·W + B = Y of one layer, as (rows, columns); B is a single row that is added to each of Y's."""

    layer: int
    x: Shape
    weights: Shape
    biases: Shape | None
    y: Shape

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return self.weights[0] * self.weights[1] + (self.biases[1] if self.biases else 0)


def layer_shapes(structure: Structure, batch: int) -> tuple[LayerShapes, ...]:
    """The shapes of every layer's product for a batch of so many samples."""
    return tuple(
        LayerShapes(
            layer=layer.number,
            x=(batch, layer.senders),
            weights=(layer.senders, layer.units),
            biases=(1, layer.units) if layer.biases else None,
            y=(batch, layer.units),
        )
        for layer in structure.layers
    )


def product_matrix(structure: Structure, parameters: tuple[LayerParameters, ...]) -> Array | None:
    """W[1]·W[2]·…, the one matrix that does what a stack of linear layers without biases does; else None."""
    if any(layer.activation.name != "linear" or layer.biases for layer in structure.layers):
        return None
    return reduce(np.dot, [weights for weights, _ in parameters])
