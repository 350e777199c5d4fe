"""A recurrent network's loss as a function of any one parameter, in complex numbers: what a gradient check asks."""

from __future__ import annotations

import numpy as np

from dlsim.engine.kinds.recurrent import passes
from dlsim.engine.kinds.recurrent.arrays import BatchOfSequences, sequence_arrays, work_size
from dlsim.engine.kinds.recurrent.naming import Naming
from dlsim.engine.kinds.recurrent.structure import RecurrentStructure
from dlsim.engine.losses import Loss


class RecurrentProbe:
    """See engine/model.py: Probe. The same passes as ever, on arrays of complex numbers."""

    def __init__(self, structure: RecurrentStructure, naming: Naming, tape: BatchOfSequences, loss: Loss) -> None:
        self._loss = loss
        self._gradients = tape.gradients
        self._state = tape.before.astype(np.complex128)
        numbers = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
        self._batch = sequence_arrays(structure, tape.size, numbers, self._state, self._state)
        self._batch.x, self._batch.t = tape.x, tape.t
        self._places = _places(structure, naming)
        self.is_smooth = not any(layer.activation.kinks for layer in structure.layers)

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return len(self._places)

    def symbol(self, place: int) -> str:
        """What the parameter is called."""
        return self._places[place][0]

    def gradient(self, place: int) -> float:
        """Its gradient on the tape."""
        return float(self._gradients[self._places[place][1]])

    def loss(self, place: int, offset: complex) -> complex:
        """The batch's loss with `offset` added to the parameter, at every step where it is used."""
        flat = self._places[place][1]
        before = self._state[flat]
        self._state[flat] = before + offset
        passes.forward(self._batch)
        error = passes.loss(self._batch, self._loss)
        self._state[flat] = before
        return complex(error)

    def sides_of_kinks(self) -> bytes:
        """On which side of its activation's kink every unit stood at every step of the last pass."""
        layers = (self._batch.hidden, self._batch.output)
        sides = [layer.z.real > kink for layer in layers for kink in layer.layer.activation.kinks]
        return b"".join(side.tobytes() for side in sides)


def _places(structure: RecurrentStructure, naming: Naming) -> list[tuple[str, int]]:
    """(symbol, place in the flat array) of every parameter."""
    places = []
    for layer in structure.layers:
        for sender, unit in structure.weights_in_order(layer.number):
            flat = layer.weights.start + sender * layer.units + unit
            places.append((naming.parameter("W", layer.number, (sender, unit)), flat))
        if layer.biases:
            places.extend(
                (naming.parameter("b", layer.number, (unit,)), layer.biases.start + unit) for unit in range(layer.units)
            )
    return places
