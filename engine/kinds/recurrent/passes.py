"""A recurrent network in numbers: its structure, the arrays of its tape, and the whole mathematics.

The hidden layer receives the inputs and, fed back, its own outputs of the step before: its weights are one matrix
whose first rows belong to the inputs (Wx) and whose other rows to the hidden outputs (Wh). The first axis of an array
that changes from step to step is time.

h⟨t⟩ = f(x⟨t⟩·Wx + h⟨t−1⟩·Wh + b), o⟨t⟩ = g(h⟨t⟩·Wy + b), h⟨0⟩ = 0: Elman, Finding structure in time (1990). The error
of a sequence is the sum over its steps. Backwards, h⟨t⟩ answers for its own step's error and, through h⟨t+1⟩, for all
later ones: Werbos, Backpropagation through time: what it does and how to do it (1990).
"""

from __future__ import annotations

import numpy as np

from dlsim.engine.functions.initialisers import is_drawn
from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.tape import (
    Arithmetic,
    Array,
    FlatSlice,
    Layer,
    LayerArrays,
    LayeredBatch,
    LayeredBody,
    LayeredStructure,
    of_layer,
    of_state,
    through_activation,
)


class RecurrentBody(LayeredBody, frozen=True):
    """`[recurrent]`, `[data]` and, unless it is forward only, `[training]`.

    `network` has two layers, hidden and output; the hidden layer's `weights` are those of the inputs. A sample is
    a sequence: a row of `data.inputs` holds its steps one after the other, and so do its targets and outputs:
    (sequences, steps·inputs) and (sequences, steps·outputs).
    """

    recurrent_weights: Array | None  # (hidden, hidden): from the hidden outputs of the step before
    feedback: bool
    steps: int

    @property
    def draws_weights(self) -> bool:
        """Those of either layer, or those from the step before."""
        hidden, output = self.network.layers
        given = [(hidden, hidden.weights), (output, output.weights)]
        given += [(hidden, self.recurrent_weights)] if self.feedback else []
        return any(is_drawn(*each) for each in given)


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
        """(senders·units,): Wx before Wh, each by unit, then by sender."""
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


class LayerThroughTime(LayerArrays):
    """One layer at every step."""

    received: Array  # (steps, batch, senders): what its weights are multiplied with


class BatchOfSequences(LayeredBatch):
    """The tape of one batch. The hidden layer's ∂E/∂h has two parts: from its own step's error, and from later."""

    layers: tuple[LayerThroughTime, LayerThroughTime]
    t: Array  # (steps, batch, outputs); empty without targets
    own: Array  # (steps, batch, hidden)
    later: Array  # (steps, batch, hidden); the last step has nothing later
    step_errors: Array  # (steps, batch): E of each step

    @property
    def hidden(self) -> LayerThroughTime:
        """The layer whose outputs are fed back."""
        return self.layers[0]

    @property
    def output(self) -> LayerThroughTime:
        """The last."""
        return self.layers[1]


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
    flat = of_state(structure, numbers, before, after)
    taken = structure.parameters

    def take(*shape: int) -> Array:
        nonlocal taken
        taken += int(np.prod(shape))
        return numbers[taken - int(np.prod(shape)) : taken].reshape(shape)

    def through_time(layer: Layer, received: Array) -> LayerThroughTime:
        return LayerThroughTime(
            **of_layer(layer, before, flat["gradients"]),
            received=received,
            z=take(steps, size, layer.units),
            a=take(steps, size, layer.units),
            slope=take(steps, size, layer.units),
            dE_da=take(steps, size, layer.units),
            dE_dz=take(steps, size, layer.units),
        )

    hidden = through_time(structure.hidden, take(steps, size, structure.hidden.senders))
    return BatchOfSequences(
        **flat,
        size=size,
        layers=(hidden, through_time(structure.output, hidden.a)),
        own=take(steps, size, structure.hidden.units),
        later=take(steps, size, structure.hidden.units),
        x=np.empty((0, size, structure.inputs)),
        t=np.empty((0, size, structure.output.units)),
        errors=take(steps, size, structure.output.units),
        step_errors=take(steps, size),
        E=take(size),
    )


def forward(batch: BatchOfSequences) -> None:
    """Fill in z and a (steps, batch, units) of both layers, step by step, from `batch.x` (steps, batch, inputs)."""
    hidden, output = batch.hidden, batch.output
    inputs = batch.x.shape[2]
    is_fed_back = hidden.layer.senders > inputs
    hidden.received[:, :, :inputs] = batch.x
    hidden.received[0, :, inputs:] = 0.0  # h⟨0⟩
    for step in range(len(batch.x)):
        if step and is_fed_back:
            hidden.received[step, :, inputs:] = hidden.a[step - 1]
        for layer in (hidden, output):
            np.dot(layer.received[step], layer.weights, out=layer.z[step])
            if layer.biases is not None:
                np.add(layer.z[step], layer.biases, out=layer.z[step])
            layer.activate(layer.z[step], layer.a[step], layer.settings)


def loss(batch: BatchOfSequences, function: Loss) -> float:
    """Fill in every step's errors (steps, batch, outputs) and every sequence's E (batch,), their sum.

    Return the mean of E over the batch. Needs the z and a of `forward`, and `batch.t` (steps, batch, outputs).
    """
    output = batch.output
    for step, targets in enumerate(batch.t):
        function.errors(output.z[step], output.a[step], targets, batch.errors[step])
    np.add.reduce(batch.errors, axis=2, out=batch.step_errors)
    np.add.reduce(batch.step_errors, axis=0, out=batch.E)
    return np.add.reduce(batch.E) / batch.size  # type: ignore[no-any-return]


def backward(batch: BatchOfSequences, function: Loss) -> None:
    """Fill in ∂E/∂a, ∂a/∂z, ∂E/∂z of every step, the last one first; then each weight's gradient, a sum over time."""
    hidden, output = batch.hidden, batch.output
    inputs, last = batch.x.shape[2], len(batch.x) - 1
    is_fed_back = hidden.layer.senders > inputs
    recurrent_weights = hidden.weights[inputs:]  # (hidden, hidden), empty where nothing is fed back
    for step in range(last, -1, -1):
        if output.layer.is_fused:
            function.slope(output.a[step], batch.t[step], output.dE_dz[step])
        else:
            function.slope(output.a[step], batch.t[step], output.dE_da[step])
            through_activation(
                output, output.z[step], output.a[step], output.slope[step], output.dE_da[step], output.dE_dz[step]
            )
        np.dot(output.dE_dz[step], output.weights.T, out=batch.own[step])
        if is_fed_back and step < last:
            np.dot(hidden.dE_dz[step + 1], recurrent_weights.T, out=batch.later[step])
            np.add(batch.own[step], batch.later[step], out=hidden.dE_da[step])
        else:
            np.copyto(hidden.dE_da[step], batch.own[step])
        through_activation(
            hidden, hidden.z[step], hidden.a[step], hidden.slope[step], hidden.dE_da[step], hidden.dE_dz[step]
        )
    for layer in (hidden, output):
        share = layer.dE_dz.reshape(-1, layer.layer.units) / batch.size  # the mean: each sequence adds its share
        np.dot(layer.received.reshape(-1, layer.layer.senders).T, share, out=layer.dE_dW)
        if layer.dE_db is not None:
            np.add.reduce(share, axis=0, out=layer.dE_db)


THROUGH_TIME = Arithmetic(sequence_arrays, work_size, forward, loss, backward)
