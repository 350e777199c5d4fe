"""What of a network never changes while it runs: its widths, functions, and where each parameter lies."""

from __future__ import annotations

from collections.abc import Iterator

from dlsim.engine.activations import ACTIVATIONS
from dlsim.engine.kinds.layers import Layer, Segment
from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.losses import LOSSES, Loss
from dlsim.engine.optimizers import OPTIMIZERS, Optimizer
from dlsim.engine.scenario import LayerSpec

__all__ = ["Layer", "Segment", "Structure"]


class Structure:
    """A network's layers, loss and optimizer, and the layout of its parameters.

    Trained parameters come first in the flat array, frozen ones last: an optimizer works on one slice of it.
    """

    def __init__(self, body: NetworkBody) -> None:
        self.body = body
        self.widths = body.network.widths
        training = body.training
        self.loss: Loss | None = LOSSES[training.loss] if training else None
        self.optimizer: Optimizer | None = (
            OPTIMIZERS[training.optimizer.name](training.optimizer.settings) if training else None
        )
        places, self.trained, self.parameters = _lay_out(body.network.layers, self.widths)
        last = len(body.network.layers)
        self.layers = tuple(
            Layer(
                number=number,
                senders=self.widths[number - 1],
                units=spec.units,
                spec=spec,
                activation=ACTIVATIONS[spec.activation.name],
                weights=places["W", number],
                biases=places.get(("b", number)),
                is_output=number == last,
                is_fused=number == last and self.loss is not None and self.loss.fused_with is not None,
            )
            for number, spec in enumerate(body.network.layers, start=1)
        )
        self.output = self.layers[-1]

    def layer(self, number: int) -> Layer:
        """The layer with that number, from 1."""
        return self.layers[number - 1]

    def weights_in_order(self, number: int) -> Iterator[tuple[int, int]]:
        """(sender, unit) of a layer's weights as they are numbered: by unit, then by sender."""
        layer = self.layer(number)
        return ((sender, unit) for unit in range(layer.units) for sender in range(layer.senders))

    @property
    def weight_count(self) -> int:
        """How many weights there are, biases not counted."""
        return sum(layer.senders * layer.units for layer in self.layers)

    @property
    def state_size(self) -> int:
        """Numbers in the flat state: the parameters, then each optimizer slot of the trained ones."""
        return self.parameters + len(self.slots) * self.trained

    @property
    def slots(self) -> tuple[str, ...]:
        """The optimizer's slots, none where nothing is trained."""
        return self.optimizer.slots if self.optimizer else ()


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
