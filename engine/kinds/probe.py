"""A loss as a function of any one parameter, in complex numbers: what a gradient check asks; and what rounding does, by
trying: the same numbers with their last bits changed at random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import Value
from dlsim.engine.functions.losses import LARGEST_LOGIT
from dlsim.engine.functions.settings import Settings
from dlsim.engine.kinds.layered.tape import Layer, LayeredStructure, LayerNaming
from dlsim.engine.random import Random

Array = NDArray[Any]

LAST_BITS = 2.0**-49
"""By this part of itself a number is shaken, up or down: some more than one rounding, as a sum has many."""

SHAKES, LARGER = 3, 8.0
"""So often it is tried, and so many times what was found then may rounding do."""


def how_far(gradients: Array, shaken: Callable[[Shake], Array]) -> Array:
    """How far rounding may have moved each of these, tried with what `shaken` makes of all that goes into them."""
    with np.errstate(all="ignore"):
        moved = [np.abs(shaken(Shake(number)) - gradients) for number in range(SHAKES)]
        return np.asarray(LARGER * np.maximum.reduce(moved))


class Shake:
    """One way of changing last bits, the same every time for a `number`."""

    def __init__(self, number: int) -> None:
        self._random = Random(0, number)

    def __call__(self, numbers: Array) -> Array:
        """A copy of them, each a little larger or a little smaller."""
        up = (self._random.words(numbers.size) >> np.uint64(63)).astype(np.float64).reshape(numbers.shape)
        return numbers * (1.0 + LAST_BITS * (2.0 * up - 1.0))

    def after(self, function: Value) -> Value:
        """The activation `function`, its values shaken."""

        def shaken(z: Array, out: Array, settings: Settings) -> None:
            function(z, out, settings)
            out[:] = self(out)

        return shaken


SMALL = 1e-20
"""The square of what is no larger is nothing beside 1."""


class ProbedLayer(Protocol):
    """A layer's share of the passes that the loss is computed in."""

    @property
    def layer(self) -> Layer:
        """The layer."""

    @property
    def z(self) -> NDArray[Any]:
        """Its weighted sums."""


class FlatProbe:
    """See engine/model.py: Probe. `loss` computes it anew from `state`, by the same passes as ever; `shaken` gives
    the gradients with all that goes into them shaken.
    """

    def __init__(
        self,
        structure: LayeredStructure,
        naming: LayerNaming,
        gradients: NDArray[Any],
        state: NDArray[Any],
        layers: Sequence[ProbedLayer],
        loss: Callable[[], complex],
        shaken: Callable[[Shake], NDArray[Any]],
    ) -> None:
        self._structure, self._naming = structure, naming
        self._gradients = gradients
        self._state = state
        self._layers = layers
        self._loss = loss
        self._shaken = shaken

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return self._structure.parameters

    def symbol(self, place: int) -> str:
        """What the parameter is called."""
        letter, layer, index = self._parameter(place)
        return self._naming.parameter(letter, layer.number, index)

    def gradient(self, place: int) -> float:
        """Its gradient on the tape."""
        return float(self._gradients[self._flat(place)])

    def gradients(self) -> NDArray[Any]:
        """(size,): those of all, place by place."""
        return self._ordered(self._gradients)

    def rounding(self) -> NDArray[Any]:
        """(size,): see engine/model.py: Probe."""
        return self._ordered(how_far(self._gradients, self._shaken))

    def _ordered(self, flat: NDArray[Any]) -> NDArray[Any]:
        """What a flat array holds for the parameters, place by place."""
        structure, ordered = self._structure, []
        for layer, (weights, biases) in zip(structure.layers, structure.parameter_views(flat), strict=True):
            ordered.append(structure.numbered(layer.number, weights))
            if biases is not None:
                ordered.append(biases)
        return np.concatenate(ordered)

    def loss(self, place: int, offset: complex) -> complex:
        """The batch's loss with `offset` added to the parameter, wherever it is used."""
        flat = self._flat(place)
        before = self._state[flat]
        self._state[flat] = before + offset
        with np.errstate(all="ignore"):
            error = self._loss()
        self._state[flat] = before
        return complex(error)

    def is_at_kink(self) -> bool:
        """Whether a unit stood on its activation's kink in the last passes, and was moved away from it."""
        return any(
            bool(np.any((arrays.z.real == kink) & (arrays.z.imag != 0)))
            for arrays in self._layers
            for kink in arrays.layer.activation.kinks(arrays.layer.spec.activation.settings)
        )

    def is_in_range(self) -> bool:
        """Whether z of every unit is, in the last passes, to either side of the imaginary axis."""
        return all(
            bool(np.all(np.abs(arrays.z.real) <= LARGEST_LOGIT) and np.all(np.abs(arrays.z.imag) <= SMALL))
            for arrays in self._layers
        )  # never true of NaN

    def _parameter(self, place: int) -> tuple[str, Layer, tuple[int, ...]]:
        """(letter, layer, index) of the parameter at a place: layer by layer, weights before biases."""
        for layer in self._structure.layers:
            weights = layer.senders * layer.units
            if place < weights:
                return "W", layer, self._structure.weight_at(layer.number, place)
            place -= weights
            if layer.biases is not None:
                if place < layer.units:
                    return "b", layer, (place,)
                place -= layer.units
        raise IndexError(place)

    def _flat(self, place: int) -> int:
        """Where it lies in the flat arrays."""
        letter, layer, index = self._parameter(place)
        row, unit = index if letter == "W" else (0, *index)
        return layer.flat_slice(letter).start + row * layer.units + unit
