"""What a network's numbers are like, layer by layer: means, slopes, shapes, and how the numbers spread."""

from __future__ import annotations

from functools import cached_property
from math import prod

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.network.passes import Structure
from dlsim.engine.kinds.network.quantities import NetworkTape

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
VAST = 1e300
"""Beyond this, twice a number may be too large for a number."""


class Spread:
    """So many numbers, of any shape. What has left all bounds is counted in `size` and nowhere else."""

    def __init__(self, numbers: Array) -> None:
        self.numbers = numbers
        self.size = numbers.size
        self._finite = numbers[np.isfinite(numbers)]  # (finite numbers,)

    @property
    def largest(self) -> float:
        """The greatest distance from 0; 0 without numbers."""
        return float(np.abs(self._finite).max(initial=0.0))

    @property
    def mean(self) -> float:
        """Their mean; 0 without numbers."""
        return float(self._finite.mean()) if self._finite.size else 0.0

    @property
    def deviation(self) -> float | None:
        """The standard deviation, None without numbers."""
        return float(self._finite.std()) if self._finite.size else None

    def counts(self, bins: int, limit: float) -> Counts:
        """(bins,): how many numbers lie in each of so many equal parts of −limit…limit."""
        numbers, limit = (self._finite / limit, 1.0) if limit > VAST else (self._finite, limit)
        counts, _ = np.histogram(numbers, bins=bins, range=(-limit, limit))
        return counts.astype(np.int64, copy=False)

    def within(self, bins: int, limit: float, column: int) -> NDArray[np.bool_]:
        """Which of the numbers, in their own shape, are counted in one of these parts."""
        numbers, limit = (self.numbers / limit, 1.0) if limit > VAST else (self.numbers, limit)
        ends = edges(bins, limit)
        is_below = numbers <= ends[-1] if column == bins - 1 else numbers < ends[column + 1]
        return np.asarray((numbers >= ends[column]) & is_below)


def edges(bins: int, limit: float) -> Array:
    """(bins + 1,): where each of so many equal parts of −limit…limit begins, and the last one ends."""
    return np.linspace(-1.0, 1.0, bins + 1) * limit if limit > VAST else np.linspace(-limit, limit, bins + 1)


Shape = tuple[int, int]


class LayerStatistics:
    """One layer on a tape. Each number is worked out when it is asked for: one more layer, or an iteration later, and
    it may be a number that the tape does not have yet.
    """

    def __init__(self, tape: NetworkTape, layer: int) -> None:
        self._tape, self.layer = tape, layer
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
        return self._units_that_are(is_dead=True)

    @cached_property
    def saturated(self) -> tuple[int, ...]:
        """The units, from 0, that let hardly any through for any sample; none where it does not go through them."""
        return () if self._arrays.layer.is_fused else self._units_that_are(is_dead=False)

    def _units_that_are(self, *, is_dead: bool) -> tuple[int, ...]:
        flags = self._tape.flags(self.layer, is_dead=is_dead)
        return tuple(np.flatnonzero(flags.all(axis=0)).tolist())


def layer_statistics(tape: NetworkTape) -> tuple[LayerStatistics, ...]:
    """The layers of the iteration on `tape`, from the first."""
    return tuple(LayerStatistics(tape, layer.number) for layer in tape.structure.layers)


def slope_product(tape: NetworkTape, layer: int) -> float | None:
    """The mean slopes from the output down to `layer` (from 1), multiplied; None where one of them has none.

    By such a factor what comes back shrinks or grows: Bengio, Simard and Frasconi, Learning long-term dependencies with
    gradient descent is difficult, IEEE Transactions on Neural Networks 5 (1994).
    """
    product = 1.0
    for above in reversed(layer_statistics(tape)[layer - 1 :]):
        slope = above.slope
        if slope is None:
            return None
        product *= slope
    return product


def mean_size(numbers: Array) -> float:
    """The mean distance from 0 of numbers of any shape; NaN or infinite where they are."""
    with np.errstate(all="ignore"):
        return float(np.abs(numbers).mean())


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
