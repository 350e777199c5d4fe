"""A dense network in numbers: its structure, the arrays that are filled over and over, and the whole mathematics.

The structure holds widths, functions, where each parameter lies, and its symbols. The arrays are the tape. All work
arrays of a batch lie in one flat array, and so do all parameters with their optimizer state, once before and once
after the update: a checkpoint is one copy, and one sum tells whether every number is finite.

Rows are samples: X (m×n) · W (n×j) + b (1×j) = Z (m×j). Every gradient reads the weights from before the update.
Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323 (1986).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlsim.engine.classes import Classes, accuracy
from dlsim.engine.functions.initialisers import is_drawn
from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.tape import (
    Arithmetic,
    Array,
    FlatSlice,
    LayerArrays,
    LayeredBatch,
    LayeredBody,
    LayeredStructure,
    of_layer,
    of_state,
    through_activation,
)
from dlsim.engine.scenario.spec import LayerSpec


class NetworkBody(LayeredBody, frozen=True):
    """`[network]`, `[data]` and, unless it is forward only, `[training]`."""

    @property
    def draws_weights(self) -> bool:
        """Those of any layer."""
        return any(is_drawn(layer, layer.weights) for layer in self.network.layers)

    @property
    def is_exportable(self) -> bool:
        """Its layers take weights as numbers."""
        return True


SHORT_WEIGHTS = 99
"""With more weights than this, W5 becomes W[2][1,2]."""


class Structure(LayeredStructure):
    """A network's layers, loss and optimizer, and the layout of its parameters.

    Trained parameters come first in the flat array, frozen ones last: an optimizer works on one slice of it.
    """

    def __init__(self, body: NetworkBody) -> None:
        super().__init__(body.network, body.training)
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

    def place_of(self, number: int, index: tuple[int, ...]) -> int:
        """The same the other way round."""
        sender, unit = index
        return unit * self.layer(number).senders + sender

    def numbered(self, number: int, weights: Array) -> Array:
        """(senders·units,): by unit, then by sender."""
        return weights.T.ravel()

    @property
    def weight_count(self) -> int:
        """How many weights there are, biases not counted."""
        return sum(layer.senders * layer.units for layer in self.layers)


class Naming:
    """How the lecture notes name the numbers of a network. z, h and b are numbered on through all layers, W by layer,
    receiver, sender.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.last = len(structure.layers)
        self.first_unit = [0]  # number of units in the layers below, by layer from 1
        self.first_weight = [0]
        for layer in structure.layers:
            self.first_unit.append(self.first_unit[-1] + layer.units)
            self.first_weight.append(self.first_weight[-1] + layer.units * layer.senders)
        self._short = structure.weight_count <= SHORT_WEIGHTS

    def unit(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """x, t, z, h, o or b of a unit; `letter` "a" stands for h or o."""
        unit = index[0]
        if letter == "a":
            if layer == 0:
                return f"x{unit + 1}"
            letter = "o" if layer == self.last else "h"
        if letter in "xto":
            return f"{letter}{unit + 1}"
        return f"{letter}{self.first_unit[layer - 1] + unit + 1}"

    def weight(self, layer: int, sender: int, unit: int) -> str:
        """W5, or W[2][1,2] in a large network."""
        if self._short:
            senders = self.structure.layer(layer).senders
            return f"W{self.first_weight[layer - 1] + unit * senders + sender + 1}"
        return f"W[{layer}][{sender + 1},{unit + 1}]"

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""
        return self.weight(layer, *index) if letter == "W" else self.unit("b", layer, index)

    def part_of_error(self, layer: int, unit: int) -> str:
        """The part of E that reaches a unit of `layer`: E_o1 where each output has an error of its own."""
        above = self.structure.layer(layer)
        if above.has_errors_of_its_own:
            return f"E_o{unit + 1}"
        return f"E_{self.unit('z', layer, (unit,))}"


def _lay_out(
    layers: tuple[LayerSpec, ...], widths: tuple[int, ...]
) -> tuple[dict[tuple[str, int], FlatSlice], int, int]:
    """({("W" or "b", layer): slice}, trained numbers, all numbers)."""
    trained: list[tuple[str, int, tuple[int, ...]]] = []
    frozen: list[tuple[str, int, tuple[int, ...]]] = []
    for number, spec in enumerate(layers, start=1):
        (trained if spec.train_weights else frozen).append(("W", number, (widths[number - 1], spec.units)))
        if spec.bias:
            (trained if spec.train_biases else frozen).append(("b", number, (spec.units,)))
    places: dict[tuple[str, int], FlatSlice] = {}
    start = boundary = 0
    for group in (trained, frozen):
        for name, number, shape in group:
            size = shape[0] * shape[-1] if len(shape) == 2 else shape[0]
            places[name, number] = FlatSlice(start, start + size, shape)
            start += size
        if group is trained:
            boundary = start
    return places, boundary, start


# the arrays


class DenseLayer(LayerArrays):
    """One layer; all layers use the same scratch space."""

    share: Array  # (batch, units): ∂E/∂z divided by the batch's size


class DenseBatch(LayeredBatch):
    """The tape of one batch."""

    layers: list[DenseLayer]


def work_size(structure: Structure, batch: int) -> int:
    """How many numbers the flat work array has for batches of up to `batch` samples."""
    units = sum(layer.units for layer in structure.layers)
    widest = max(layer.units for layer in structure.layers)
    return structure.parameters + batch * (5 * units + structure.output.units + 1 + widest)


def watched_slice(structure: Structure, batch: int) -> slice:
    """Which of the work array's numbers show, together with the new state, whether all are finite: every z.

    What comes after follows from these: a is finite where z is, and a ∂E/∂a or ∂E/∂z that is not makes a gradient, and
    so a new parameter, that is not either. Only the gradients of frozen parameters have to be looked at themselves.
    """
    end = structure.parameters + batch * sum(layer.units for layer in structure.layers)
    return slice(structure.trained, end)


def batch_arrays(structure: Structure, size: int, work: Array, before: Array, after: Array) -> DenseBatch:
    """Views for batches of `size` samples on flat arrays that are there already.

    `work` has at least `work_size` numbers; `before` and `after` are states, (state,). All may be complex.
    """
    flat = of_state(structure, work, before, after)
    taken = structure.parameters

    def take(units: int) -> Array:
        nonlocal taken
        taken += size * units
        return work[taken - size * units : taken].reshape(size, units)

    weighted_sums = [take(layer.units) for layer in structure.layers]  # first: see watched_slice
    mean = take(max(layer.units for layer in structure.layers)).reshape(-1)
    layers = [
        DenseLayer(
            **of_layer(layer, before, flat["gradients"]),
            z=weighted_sums[layer.number - 1],
            a=take(layer.units),
            slope=take(layer.units),
            dE_da=take(layer.units),
            dE_dz=take(layer.units),
            share=mean[: size * layer.units].reshape(size, layer.units),
        )
        for layer in structure.layers
    ]
    return DenseBatch(
        **flat,
        size=size,
        layers=layers,
        x=np.empty((0, structure.widths[0])),
        t=None,
        errors=take(structure.output.units),
        E=take(1).reshape(size),
    )


def forward(batch: DenseBatch) -> None:
    """Fill in every layer's z = a_below·W + b and a = f(z), each (batch, units), from `batch.x` (batch, inputs)."""
    senders = batch.x
    for arrays in batch.layers:
        senders.dot(arrays.weights, out=arrays.z)
        if arrays.biases is not None:
            np.add(arrays.z, arrays.biases, out=arrays.z)
        arrays.activate(arrays.z, arrays.a, arrays.settings)
        senders = arrays.a


def loss(batch: DenseBatch, function: Loss) -> float:
    """Fill in every output's error (batch, outputs) and every sample's E (batch,); return the mean of E over the batch.

    Needs the z and a of `forward`, and `batch.t` (batch, outputs).
    """
    output = batch.layers[-1]
    function.errors(output.z, output.a, batch.t, batch.errors)  # type: ignore[arg-type]
    np.add.reduce(batch.errors, axis=1, out=batch.E)
    if batch.size == 1:
        return batch.E[0]  # type: ignore[no-any-return]
    return np.add.reduce(batch.E) / batch.size  # type: ignore[no-any-return]


def backward(batch: DenseBatch, function: Loss) -> None:
    """Fill in ∂E/∂a, ∂a/∂z, ∂E/∂z of every layer, sample by sample, and the mean ∂E/∂W, ∂E/∂b of the batch.

    The first three are (batch, units), the gradients (senders, units) and (units,). Needs the z and a of `forward`.
    """
    for number in range(len(batch.layers) - 1, -1, -1):
        arrays = batch.layers[number]
        layer, dE_dz = arrays.layer, arrays.dE_dz
        if layer.is_fused:
            function.slope(arrays.a, batch.t, dE_dz)  # type: ignore[arg-type]
        else:
            if layer.is_output:
                function.slope(arrays.a, batch.t, arrays.dE_da)  # type: ignore[arg-type]
            else:
                above = batch.layers[number + 1]
                above.dE_dz.dot(above.weights_transposed, out=arrays.dE_da)
            through_activation(arrays, arrays.z, arrays.a, arrays.slope, arrays.dE_da, dE_dz)
        senders = batch.layers[number - 1].a if number else batch.x
        if batch.size > 1:  # the mean: each sample adds its share
            dE_dz = np.multiply(dE_dz, 1.0 / batch.size, out=arrays.share)
        senders.T.dot(dE_dz, out=arrays.dE_dW)
        if arrays.dE_db is not None:
            np.add.reduce(dE_dz, axis=0, out=arrays.dE_db)


DENSE = Arithmetic(batch_arrays, work_size, forward, loss, backward)


MOST_PRODUCTS = 30_000_000
"""Multiplications that a picture may cost: a few hundredths of a second."""
MOST_KEPT = 1 << 16
"""Arrays of no more numbers are kept for the next time: to make them anew would take longer than to fill them."""
AT_ONCE = 4096
"""Rows that go through the network together: their arrays stay in the processor's cache."""


def affordable_rows(structure: Structure) -> int:
    """How many rows a picture may ask about."""
    return max(MOST_PRODUCTS // max(structure.parameters, 1), 64)


def answers(structure: Structure, state: Array, inputs: Array) -> Array:
    """(rows, outputs): what the network answers to `inputs` (rows, inputs); `state` as in `Arithmetic.forward_pass`."""
    outputs = np.empty((len(inputs), structure.output.units))
    for rows, batch in _parts(structure, state, inputs, None):
        outputs[rows] = batch.layers[-1].a
    return outputs


def evaluate(
    structure: Structure, state: Array, inputs: Array, targets: Array | None, classes: Classes | None = None
) -> tuple[Array, float | None, float | None]:
    """(outputs, loss, accuracy) over all rows of `inputs` (rows, inputs) and `targets` (rows, outputs).

    The outputs are (rows, outputs); the loss is None where nothing is trained, the accuracy where no `classes` say when
    an answer is right.
    """
    outputs = np.empty((len(inputs), structure.output.units))
    total = 0.0
    for rows, batch in _parts(structure, state, inputs, targets):
        outputs[rows] = batch.layers[-1].a
        total += batch.loss * batch.size
    mean = None if structure.loss is None else float(total / len(inputs))
    return outputs, mean, accuracy(classes, outputs, targets)


class Losses:
    """The loss over the same data at one state after another, for a run that may stop by it."""

    def __init__(self, structure: Structure, states: tuple[Array, Array], inputs: Array, targets: Array | None) -> None:
        self._structure = structure
        self._states = states
        self._inputs, self._targets = inputs, targets
        rows = len(inputs)
        self._is_kept = rows <= AT_ONCE and work_size(structure, rows) <= MOST_KEPT
        self._kept: dict[int, DenseBatch] = {}

    def at(self, which: int) -> float | None:
        """At one of the two states, the same to the last bit as `evaluate` finds it."""
        if self._structure.loss is None:
            return None
        state, rows = self._states[which], len(self._inputs)
        if not self._is_kept:
            return evaluate(self._structure, state, self._inputs, self._targets)[1]
        if which in self._kept:
            DENSE.pass_again(self._structure, self._kept[which])
        else:
            self._kept[which] = DENSE.forward_pass(self._structure, state, self._inputs, self._targets)
        return float(self._kept[which].loss * rows / rows)  # times and by, as `evaluate` does


def _parts(
    structure: Structure, state: Array, inputs: Array, targets: Array | None
) -> Iterator[tuple[slice, DenseBatch]]:
    for start in range(0, len(inputs), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        yield rows, DENSE.forward_pass(structure, state, inputs[rows], None if targets is None else targets[rows])
