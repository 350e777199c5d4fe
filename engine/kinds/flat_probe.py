"""A loss as a function of any one parameter in a flat state, in complex numbers: what a gradient check asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from dlsim.engine.kinds.layer_formulas import Naming
from dlsim.engine.kinds.layered_structure import LayeredStructure
from dlsim.engine.kinds.layers import Layer


class LayerNumbers(Protocol):
    """A layer's share of the passes that the loss is computed in."""

    @property
    def layer(self) -> Layer:
        """The layer."""

    @property
    def z(self) -> NDArray[Any]:
        """Its weighted sums."""


class FlatProbe:
    """See engine/model.py: Probe. `loss` computes it anew from `state`, by the same passes as ever."""

    def __init__(
        self,
        structure: LayeredStructure,
        naming: Naming,
        gradients: NDArray[Any],
        state: NDArray[Any],
        layers: Sequence[LayerNumbers],
        loss: Callable[[], complex],
    ) -> None:
        self._gradients = gradients
        self._state = state
        self._layers = layers
        self._loss = loss
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
        """The batch's loss with `offset` added to the parameter, wherever it is used."""
        flat = self._places[place][1]
        before = self._state[flat]
        self._state[flat] = before + offset
        error = self._loss()
        self._state[flat] = before
        return complex(error)

    def sides_of_kinks(self) -> bytes:
        """On which side of its activation's kink every unit stood in the last passes."""
        sides = [arrays.z.real > kink for arrays in self._layers for kink in arrays.layer.activation.kinks]
        return b"".join(side.tobytes() for side in sides)


def _places(structure: LayeredStructure, naming: Naming) -> list[tuple[str, int]]:
    """(symbol, place in the flat array) of every parameter, in the order of their numbers."""
    places = []
    for layer in structure.layers:
        number = layer.number
        for sender, unit in structure.weights_in_order(number):
            flat = layer.weights.start + sender * layer.units + unit
            places.append((naming.parameter("W", number, (sender, unit)), flat))
        if layer.biases:
            start = layer.biases.start
            places.extend((naming.parameter("b", number, (unit,)), start + unit) for unit in range(layer.units))
    return places
