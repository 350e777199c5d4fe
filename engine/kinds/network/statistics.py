"""A network's layers in a few numbers: shapes, sizes of gradients, units that are dead or saturated."""

from __future__ import annotations

from functools import cached_property
from math import prod

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.network.spread import Spread
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.saturation import Flags, dead, own_slopes, saturated

Array = NDArray[np.float64]
Shape = tuple[int, int]


class LayerStatistics:
    """One layer on a tape. Each number is worked out when it is asked for: one more layer, or an iteration later, and
    it may be a number that the tape does not have yet.
    """

    def __init__(self, tape: NetworkTape, layer: int) -> None:
        self.layer = layer
        self._arrays = tape.batch.layers[layer - 1]
        self.units = self._arrays.layer.units
        self._present_weights, _ = tape.present_layers[layer - 1]

    @property
    def gradient(self) -> float:
        """The mean |∂E/∂W| over the weights."""
        return mean_size(self._arrays.dE_dW)

    @property
    def delta(self) -> float:
        """The mean |∂E/∂z| over the units and the batch."""
        return mean_size(self._arrays.dE_dz)

    @property
    def slope(self) -> float | None:
        """The mean |∂h/∂z| over the units and the batch; None where the gradient does not go through the units' own
        slopes: softmax, and an output that is fused with the loss.
        """
        layer = self._arrays.layer
        return None if layer.is_fused or layer.activation.couples_units else mean_size(self._arrays.slope)

    @property
    def deltas(self) -> Array:
        """(batch, units): ∂E/∂z."""
        return self._arrays.dE_dz

    @property
    def slopes(self) -> Array:
        """(batch, units): ∂h/∂z, as far as the way back goes through it."""
        return self._arrays.slope

    @cached_property
    def own_slopes(self) -> Array:
        """(batch, units): ∂h/∂z where the units have slopes of their own, whether anything is trained or not."""
        return own_slopes(self._arrays.layer.spec.activation, self._arrays.z, self._arrays.a)

    @property
    def weights(self) -> Spread:
        """The weights that hold at the moment."""
        return Spread(self._present_weights)

    @property
    def gradients(self) -> Spread:
        """∂E/∂W of every weight."""
        return Spread(self._arrays.dE_dW)

    @cached_property
    def dead(self) -> tuple[int, ...]:
        """The units, from 0, that let no gradient through for any sample of the batch."""
        return _units(self._stuck[0])

    @cached_property
    def saturated(self) -> tuple[int, ...]:
        """The units, from 0, that let hardly any through for any sample; none where it does not go through them."""
        return () if self._arrays.layer.is_fused else _units(self._stuck[1])

    def flags(self, *, is_dead: bool) -> Flags:
        """(batch, units): where a unit is dead, or else saturated."""
        return self._stuck[0 if is_dead else 1]

    @cached_property
    def _stuck(self) -> tuple[Flags, Flags]:
        """(dead, saturated), each (batch, units)."""
        activation = self._arrays.layer.activation
        return dead(activation, self.own_slopes), saturated(activation, self.own_slopes)


def layer_statistics(tape: NetworkTape) -> tuple[LayerStatistics, ...]:
    """The layers of the iteration on `tape`, from the first."""
    return tuple(LayerStatistics(tape, layer.number) for layer in tape.structure.layers)


def slope_product(tape: NetworkTape, layer: int) -> float | None:
    """The mean slopes from the output down to `layer`, multiplied; None where one of them has none."""
    product = 1.0
    for above in reversed(layer_statistics(tape)[layer - 1 :]):
        slope = above.slope
        if slope is None:
            return None
        product *= slope
    return product


def mean_size(numbers: Array) -> float:
    """The mean distance from 0."""
    with np.errstate(all="ignore"):
        return float(np.abs(numbers).mean())


def _units(flags: Flags) -> tuple[int, ...]:
    """Those, from 0, that are flagged in every row of (batch, units)."""
    return tuple(np.flatnonzero(flags.all(axis=0)).tolist())


class LayerShapes(Struct, frozen=True):
    """X·W + b = Y of one layer, as (rows, columns); b is a single row that is added to each of Y's."""

    layer: int
    x: Shape
    weights: Shape
    biases: Shape | None
    y: Shape

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return prod(self.weights) + prod(self.biases or (0,))


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
