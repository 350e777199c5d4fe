"""A loss as a function of any one parameter, in complex numbers: what a gradient check asks; and what rounding does, by
trying: the same numbers with their last bits changed at random.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import Value
from dlsim.engine.functions.losses import LARGEST_LOGIT, Loss
from dlsim.engine.kinds.layered.tape import Arithmetic, BatchType, Layer, LayeredStructure, LayerNaming
from dlsim.engine.random import Random
from dlsim.engine.scenario.tables import Settings

Array = NDArray[Any]

LAST_BITS = 2.0**-49
"""By this part of itself a number is shaken, up or down: some more than one rounding, as a sum has many."""

SHAKES, LARGER = 3, 8.0
"""So often it is tried, and so many times what was found then may rounding do."""


def how_far(gradients: Array, shaken: Callable[[Shake], Array]) -> Array:
    """(size,): how far rounding may have moved `gradients` (size,), by what `shaken` makes of all they come from."""
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


class FlatProbe(Generic[BatchType]):
    """See engine/model.py: Probe. The loss of the batch on a tape: the same passes as ever, on complex numbers."""

    def __init__(
        self,
        arithmetic: Arithmetic[BatchType],
        structure: LayeredStructure,
        naming: LayerNaming,
        tape: BatchType,
        function: Loss,
    ) -> None:
        self._arithmetic, self._structure, self._naming = arithmetic, structure, naming
        self._tape, self._function = tape, function
        self._state = tape.before.astype(np.complex128)
        self._numbers = np.zeros(arithmetic.work_size(structure, tape.size), dtype=np.complex128)
        self._batch = arithmetic.arrays(structure, tape.size, self._numbers, self._state, self._state)
        self._batch.x, self._batch.t = tape.x.astype(np.complex128), tape.t

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
        return float(self._tape.gradients[self._flat(place)])

    def gradients(self) -> Array:
        """(size,): those of all, place by place."""
        return self._ordered(self._tape.gradients)

    def rounding(self) -> Array:
        """(size,): see engine/model.py: Probe."""
        return self._ordered(how_far(self._tape.gradients, self._shaken))

    def _shaken(self, shake: Shake) -> Array:
        """(parameters,): the gradients with the last bits changed of all that goes into them."""
        arithmetic, tape, state = self._arithmetic, self._tape, shake(self._tape.before)
        batch = arithmetic.arrays(self._structure, tape.size, np.zeros(self._numbers.shape), state, state)
        batch.x, batch.t = shake(tape.x), shake(tape.t)  # type: ignore[arg-type]
        for arrays in batch.layers:
            arrays.activate = shake.after(arrays.activate)
        arithmetic.forward(batch)
        arithmetic.backward(batch, self._function)
        return batch.gradients

    def _ordered(self, flat: Array) -> Array:
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
            self._arithmetic.forward(self._batch)
            error = self._arithmetic.loss(self._batch, self._function)
        self._state[flat] = before
        return complex(error)

    def is_at_kink(self) -> bool:
        """Whether a unit stood on its activation's kink in the last passes, and was moved away from it."""
        return any(
            bool(np.any((arrays.z.real == kink) & (arrays.z.imag != 0)))
            for arrays in self._batch.layers
            for kink in arrays.layer.activation.kinks(arrays.layer.spec.activation.settings)
        )

    def is_in_range(self) -> bool:
        """Whether z of every unit is, in the last passes, to either side of the imaginary axis."""
        return all(
            bool(np.all(np.abs(arrays.z.real) <= LARGEST_LOGIT) and np.all(np.abs(arrays.z.imag) <= SMALL))
            for arrays in self._batch.layers
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
