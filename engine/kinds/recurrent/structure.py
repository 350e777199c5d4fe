"""What of a recurrent network never changes while it runs: widths, steps, functions, where each parameter lies.

The hidden layer receives the inputs and, fed back, its own outputs of the step before: its weights are one matrix
whose first rows belong to the inputs (Wx) and whose other rows to the hidden outputs (Wh).
"""

from __future__ import annotations

from dlsim.engine.activations import ACTIVATIONS
from dlsim.engine.kinds.layers import Layer, Segment
from dlsim.engine.kinds.recurrent.body import RecurrentBody
from dlsim.engine.losses import LOSSES, Loss
from dlsim.engine.optimizers import OPTIMIZERS, Optimizer

HIDDEN, OUTPUT = 1, 2


class RecurrentStructure:
    """The two layers, loss and optimizer, and the layout of the parameters in one flat array."""

    def __init__(self, body: RecurrentBody) -> None:
        training = body.training
        self.steps = body.steps
        self.inputs, hidden_units, _ = body.network.widths
        self.fed_back = hidden_units if body.feedback else 0
        """How many hidden outputs the hidden layer receives beside the inputs."""
        self.loss: Loss | None = LOSSES[training.loss] if training else None
        self.optimizer: Optimizer | None = (
            OPTIMIZERS[training.optimizer.name](training.optimizer.settings) if training else None
        )
        self.layers: tuple[Layer, ...] = ()
        start = 0
        for number, spec in enumerate(body.network.layers, start=HIDDEN):
            senders = self.inputs + self.fed_back if number == HIDDEN else hidden_units
            weights = Segment(start, start + senders * spec.units, (senders, spec.units))
            biases = Segment(weights.stop, weights.stop + spec.units, (spec.units,)) if spec.bias else None
            start = biases.stop if biases else weights.stop
            is_output = number == OUTPUT
            layer = Layer(
                number=number,
                senders=senders,
                units=spec.units,
                spec=spec,
                activation=ACTIVATIONS[spec.activation.name],
                weights=weights,
                biases=biases,
                is_output=is_output,
                is_fused=is_output and self.loss is not None and self.loss.fused_with is not None,
            )
            self.layers = (*self.layers, layer)
        self.parameters = start
        self.hidden, self.output = self.layers

    def layer(self, number: int) -> Layer:
        """The layer with that number, from 1."""
        return self.layers[number - 1]

    def weights_in_order(self, number: int) -> list[tuple[int, int]]:
        """(sender, unit) of a layer's weights as they are numbered: Wx before Wh, each by unit, then by sender."""
        layer = self.layer(number)
        cut = self.inputs if number == HIDDEN else layer.senders
        senders = range(cut), range(cut, layer.senders)
        return [(sender, unit) for part in senders for unit in range(layer.units) for sender in part]

    @property
    def slots(self) -> tuple[str, ...]:
        """The optimizer's slots, none where nothing is trained."""
        return self.optimizer.slots if self.optimizer else ()

    @property
    def state_size(self) -> int:
        """Numbers in the flat state: the parameters, then each optimizer slot."""
        return self.parameters * (1 + len(self.slots))
