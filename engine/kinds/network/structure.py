"""What of a network never changes while it runs: its widths, functions, and where each parameter lies."""

from __future__ import annotations

from dlsim.engine.kinds.layered_structure import Array, LayeredStructure
from dlsim.engine.kinds.layers import Layer, Segment
from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.scenario.spec import LayerSpec

__all__ = ["Layer", "Segment", "Structure"]


class Structure(LayeredStructure):
    """A network's layers, loss and optimizer, and the layout of its parameters.

    Trained parameters come first in the flat array, frozen ones last: an optimizer works on one slice of it.
    """

    def __init__(self, body: NetworkBody) -> None:
        super().__init__(body.training)
        self.body = body
        self.widths = body.network.widths
        places, self.trained, self.parameters = _lay_out(body.network.layers, self.widths)
        last = len(body.network.layers)
        self.layers = tuple(
            self._dense(
                number,
                self.widths[number - 1],
                spec,
                places["W", number],
                places.get(("b", number)),
                is_output=number == last,
            )
            for number, spec in enumerate(body.network.layers, start=1)
        )

    def weight_at(self, number: int, place: int) -> tuple[int, int]:
        """Weights are numbered by unit, then by sender."""
        unit, sender = divmod(place, self.layer(number).senders)
        return sender, unit

    def numbered(self, number: int, weights: Array) -> Array:
        """By unit, then by sender."""
        return weights.T.ravel()

    @property
    def weight_count(self) -> int:
        """How many weights there are, biases not counted."""
        return sum(layer.senders * layer.units for layer in self.layers)


def _lay_out(layers: tuple[LayerSpec, ...], widths: tuple[int, ...]) -> tuple[dict[tuple[str, int], Segment], int, int]:
    """({("W" or "b", layer): segment}, trained numbers, all numbers)."""
    trained: list[tuple[str, int, tuple[int, ...]]] = []
    frozen: list[tuple[str, int, tuple[int, ...]]] = []
    for number, spec in enumerate(layers, start=1):
        (trained if spec.train_weights else frozen).append(("W", number, (widths[number - 1], spec.units)))
        if spec.bias:
            (trained if spec.train_biases else frozen).append(("b", number, (spec.units,)))
    places: dict[tuple[str, int], Segment] = {}
    start = boundary = 0
    for group in (trained, frozen):
        for name, number, shape in group:
            size = shape[0] * shape[-1] if len(shape) == 2 else shape[0]
            places[name, number] = Segment(start, start + size, shape)
            start += size
        if group is trained:
            boundary = start
    return places, boundary, start
