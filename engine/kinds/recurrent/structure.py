"""What of a recurrent network never changes while it runs: widths, steps, functions, where each parameter lies.

The hidden layer receives the inputs and, fed back, its own outputs of the step before: its weights are one matrix
whose first rows belong to the inputs (Wx) and whose other rows to the hidden outputs (Wh).
"""

from __future__ import annotations

import numpy as np

from dlsim.engine.kinds.layered_structure import Array, LayeredStructure
from dlsim.engine.kinds.layers import Layer, Segment
from dlsim.engine.kinds.recurrent.body import RecurrentBody

HIDDEN, OUTPUT = 1, 2


class RecurrentStructure(LayeredStructure):
    """The two layers, loss and optimizer, and the layout of the parameters in one flat array."""

    def __init__(self, body: RecurrentBody) -> None:
        super().__init__(body.training)
        self.steps = body.steps
        self.inputs, hidden_units, _ = body.network.widths
        self.fed_back = hidden_units if body.feedback else 0
        """How many hidden outputs the hidden layer receives beside the inputs."""
        self.layers = ()
        start = 0
        for number, spec in enumerate(body.network.layers, start=HIDDEN):
            senders = self.inputs + self.fed_back if number == HIDDEN else hidden_units
            weights = Segment(start, start + senders * spec.units, (senders, spec.units))
            biases = Segment(weights.stop, weights.stop + spec.units, (spec.units,)) if spec.bias else None
            start = biases.stop if biases else weights.stop
            layer = self._dense(number, senders, spec, weights, biases, is_output=number == OUTPUT)
            self.layers = (*self.layers, layer)
        self.parameters = self.trained = start

    @property
    def hidden(self) -> Layer:
        """The layer whose outputs are fed back."""
        return self.layer(HIDDEN)

    def weight_at(self, number: int, place: int) -> tuple[int, int]:
        """Wx is numbered before Wh, each by unit, then by sender."""
        layer = self.layer(number)
        cut = self.inputs if number == HIDDEN else layer.senders
        is_fed_back = place >= cut * layer.units
        first, senders = (cut, layer.senders - cut) if is_fed_back else (0, cut)
        unit, sender = divmod(place - first * layer.units, senders)
        return first + sender, unit

    def numbered(self, number: int, weights: Array) -> Array:
        """Wx before Wh, each by unit, then by sender."""
        cut = self.inputs if number == HIDDEN else len(weights)
        return np.concatenate([weights[:cut].T.ravel(), weights[cut:].T.ravel()])
