"""What of a recurrent network never changes while it runs: widths, steps, functions, where each parameter lies.

The hidden layer receives the inputs and, fed back, its own outputs of the step before: its weights are one matrix
whose first rows belong to the inputs (Wx) and whose other rows to the hidden outputs (Wh).
"""

from __future__ import annotations

import numpy as np

from dlsim.engine.kinds.layered.structure import Array, Layer, LayeredStructure, Segment
from dlsim.engine.kinds.recurrent.body import RecurrentBody

HIDDEN, OUTPUT = 1, 2
START = -1
"""The step (from 0) before the first: h⟨0⟩ = 0."""
SHORT_WEIGHTS = 99
"""With more weights than this in all, Wh3 becomes Wh[1,2]."""


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

    def place_of(self, number: int, index: tuple[int, ...]) -> int:
        """The same the other way round."""
        layer, (sender, unit) = self.layer(number), index
        if number == OUTPUT:
            return unit * layer.senders + sender
        first, senders = (0, self.inputs) if sender < self.inputs else (self.inputs, self.fed_back)
        return first * layer.units + unit * senders + sender - first

    def numbered(self, number: int, weights: Array) -> Array:
        """Wx before Wh, each by unit, then by sender."""
        cut = self.inputs if number == HIDDEN else len(weights)
        return np.concatenate([weights[:cut].T.ravel(), weights[cut:].T.ravel()])


class RecurrentNaming:
    """How the numbers of a network are called; ⟨2⟩ after a symbol is the second step. Weights are numbered by
    receiving, then by sending unit, as everywhere. A unit's index is (unit, step), or (unit,) of the unit alone.
    """

    def __init__(self, structure: RecurrentStructure) -> None:
        self._structure = structure
        self._short = sum(layer.senders * layer.units for layer in structure.layers) <= SHORT_WEIGHTS

    def unit(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """x, z, h, o, t of a unit at a step, or of the unit alone; `letter` "a" stands for h or o."""
        structure = self._structure
        unit = index[0]
        if letter == "x" and unit >= structure.inputs:  # what is fed back, among what the hidden layer receives
            letter, unit = "h", unit - structure.inputs
        elif letter == "a":
            letter = "h" if layer == HIDDEN else "o"
        elif letter in "zb" and layer == OUTPUT:
            unit += structure.hidden.units
        return f"{letter}{unit + 1}" + (at(index[1]) if len(index) > 1 else "")

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""
        if letter == "b":
            return self.unit("b", layer, index[:1])
        name, first, senders = self._matrix(layer, index[0])
        sender, unit = index[0] - first, index[1]
        if self._short:
            return f"W{name}{unit * senders + sender + 1}"
        return f"W{name}[{sender + 1},{unit + 1}]"

    def _matrix(self, layer: int, sender: int) -> tuple[str, int, int]:
        """(letter, first sender, senders) of the matrix that a sender's weights belong to."""
        if layer == OUTPUT:
            return "y", 0, self._structure.output.senders
        if sender < self._structure.inputs:
            return "x", 0, self._structure.inputs
        return "h", self._structure.inputs, self._structure.fed_back

    def later_steps(self, step: int) -> str:
        """The error of all steps after `step` (from 0)."""
        first, last = step + 2, self._structure.steps
        return f"E⟨{first}⟩" if first == last else f"E⟨{first}…{last}⟩"


def at(step: int) -> str:
    """A step (from 0) as symbols write it: ⟨1⟩."""
    return f"⟨{step + 1}⟩"
