"""A network's loss as a function of any one parameter, in complex numbers: what a gradient check asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import BatchArrays, batch_arrays, work_size
from dlsim.engine.kinds.network.naming import Naming
from dlsim.engine.kinds.network.structure import Structure


class NetworkProbe:
    """See engine/model.py: Probe. The same forward pass as ever, on arrays of complex numbers."""

    def __init__(self, structure: Structure, naming: Naming, tape: BatchArrays) -> None:
        self._structure = structure
        self._gradients = tape.gradients
        self._state = tape.before.astype(np.complex128)
        work = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
        self._batch = batch_arrays(structure, tape.size, work, self._state, self._state)
        self._batch.x = tape.x.astype(np.complex128)
        self._batch.t = tape.t
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
        """The batch's loss with `offset` added to the parameter."""
        flat = self._places[place][1]
        before = self._state[flat]
        self._state[flat] = before + offset
        passes.forward(self._batch)
        error = passes.loss(self._batch, self._structure.loss)  # type: ignore[arg-type]
        self._state[flat] = before
        return complex(error)

    def sides_of_kinks(self) -> bytes:
        """On which side of its activation's kink every unit stood in the last pass."""
        sides: list[NDArray[np.bool_]] = [
            arrays.z.real > kink for arrays in self._batch.layers for kink in arrays.layer.activation.kinks
        ]
        return b"".join(side.tobytes() for side in sides)


def _places(structure: Structure, naming: Naming) -> list[tuple[str, int]]:
    """(symbol, place in the flat array) of every parameter, in the order of the notes."""
    places = []
    for layer in structure.layers:
        for unit in range(layer.units):
            for sender in range(layer.senders):
                flat = layer.weights.start + sender * layer.units + unit
                places.append((naming.weight(layer.number, sender, unit), flat))
        if layer.biases:
            places.extend(
                (naming.unit("b", layer.number, unit), layer.biases.start + unit) for unit in range(layer.units)
            )
    return places
