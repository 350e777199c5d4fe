"""What of a recurrent network never changes while it runs, and the arrays that do: its tape.

The hidden layer receives the inputs and, fed back, its own outputs of the step before: its weights are one matrix
whose first rows belong to the inputs (Wx) and whose other rows to the hidden outputs (Wh). The first axis of an array
that changes from step to step is time.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from dlsim.engine.kinds.layered.structure import Array, FlatSlice, Layer, LayeredStructure
from dlsim.engine.kinds.recurrent.file import RecurrentBody

HIDDEN, OUTPUT = 1, 2
START = -1
"""The step (from 0) before the first: h⟨0⟩ = 0."""
SHORT_WEIGHTS = 99
"""With more weights than this in all, Wh3 becomes Wh[1,2]."""


class RecurrentStructure(LayeredStructure):
    """The two layers, loss and optimizer, and the layout of the parameters in one flat array."""

    def __init__(self, body: RecurrentBody) -> None:
        super().__init__(body.network, body.training)
        self.steps = body.steps
        self.inputs, hidden_units, _ = body.network.widths
        self.fed_back = hidden_units if body.feedback else 0
        """How many hidden outputs the hidden layer receives beside the inputs."""
        self.layers = ()
        start = 0
        for number, spec in enumerate(body.network.layers, start=HIDDEN):
            senders = self.inputs + self.fed_back if number == HIDDEN else hidden_units
            weights = FlatSlice(start, start + senders * spec.units, (senders, spec.units))
            biases = FlatSlice(weights.stop, weights.stop + spec.units, (spec.units,)) if spec.bias else None
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


# the arrays


class LayerThroughTime(Struct):
    """One layer at every step. `received` is what its weights are multiplied with."""

    layer: Layer
    settings: dict[str, float]
    weights: Array  # (senders, units), before the update
    biases: Array | None  # (units,)
    received: Array  # (steps, batch, senders)
    z: Array  # (steps, batch, units)
    a: Array  # (steps, batch, units)
    slope: Array  # (steps, batch, units): ∂a/∂z
    dE_da: Array  # (steps, batch, units), each sequence its own
    dE_dz: Array  # (steps, batch, units)
    dE_dW: Array  # (senders, units), mean over the batch
    dE_db: Array | None  # (units,)


class BatchOfSequences(Struct):
    """The tape of one batch. The hidden layer's ∂E/∂h has two parts: from its own step's error, and from later."""

    size: int
    hidden: LayerThroughTime
    output: LayerThroughTime
    own: Array  # (steps, batch, hidden)
    later: Array  # (steps, batch, hidden); the last step has nothing later
    x: Array  # (steps, batch, inputs)
    t: Array  # (steps, batch, outputs); empty without targets
    errors: Array  # (steps, batch, outputs): E_o
    step_errors: Array  # (steps, batch): E of each step
    E: Array  # (batch,)
    loss: float  # mean of E over the batch
    numbers: Array  # all of the above that is computed, flat
    gradients: Array  # (parameters,)
    before: Array  # (state,): parameters, then optimizer slots
    after: Array  # (state,)

    @property
    def layers(self) -> tuple[LayerThroughTime, LayerThroughTime]:
        """From the first."""
        return self.hidden, self.output


def work_size(structure: RecurrentStructure, batch: int) -> int:
    """Numbers that a tape of `batch` sequences holds."""
    hidden, output = structure.hidden, structure.output
    per_step = hidden.senders + 7 * hidden.units + 6 * output.units + 1
    return structure.parameters + batch * (structure.steps * per_step + 1)


def sequence_arrays(
    structure: RecurrentStructure, size: int, numbers: Array, before: Array, after: Array
) -> BatchOfSequences:
    """Views for batches of `size` sequences on flat arrays that are there already.

    `numbers` has at least `work_size` numbers; `before` and `after` are states, (state,). All may be complex.
    """
    steps = structure.steps
    gradients = numbers[: structure.parameters]
    taken = structure.parameters

    def take(*shape: int) -> Array:
        nonlocal taken
        taken += int(np.prod(shape))
        return numbers[taken - int(np.prod(shape)) : taken].reshape(shape)

    def through_time(layer: Layer, received: Array) -> LayerThroughTime:
        return LayerThroughTime(
            layer=layer,
            settings=dict(layer.spec.activation.settings),
            weights=layer.weights.of(before),
            biases=layer.biases.of(before) if layer.biases else None,
            received=received,
            z=take(steps, size, layer.units),
            a=take(steps, size, layer.units),
            slope=take(steps, size, layer.units),
            dE_da=take(steps, size, layer.units),
            dE_dz=take(steps, size, layer.units),
            dE_dW=layer.weights.of(gradients),
            dE_db=layer.biases.of(gradients) if layer.biases else None,
        )

    hidden = through_time(structure.hidden, take(steps, size, structure.hidden.senders))
    return BatchOfSequences(
        size=size,
        hidden=hidden,
        output=through_time(structure.output, hidden.a),
        own=take(steps, size, structure.hidden.units),
        later=take(steps, size, structure.hidden.units),
        x=np.empty((0, size, structure.inputs)),
        t=np.empty((0, size, structure.output.units)),
        errors=take(steps, size, structure.output.units),
        step_errors=take(steps, size),
        E=take(size),
        loss=0.0,
        numbers=numbers,
        gradients=gradients,
        before=before,
        after=after,
    )
