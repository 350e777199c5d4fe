"""A dense network in numbers: its structure, the arrays that are filled over and over, and the whole mathematics.

The structure holds widths, functions, where each parameter lies, and its symbols. The arrays are the tape. All work
arrays of a batch lie in one flat array, and so do all parameters with their optimizer state, once before and once
after the update: a checkpoint is one copy, and one sum tells whether every number is finite.

Rows are samples: X (m×n) · W (n×j) + b (1×j) = Z (m×j). Every gradient reads the weights from before the update.
Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323 (1986).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.classes import Classes, accuracy
from dlsim.engine.functions.activations import Derivative, Value
from dlsim.engine.functions.initialisers import is_drawn
from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.tape import Array, FlatSlice, Layer, LayeredStructure
from dlsim.engine.kinds.probe import FlatProbe, Shake
from dlsim.engine.scenario.spec import Body, DataSpec, LayerSpec, NetworkSpec, TrainingSpec


class NetworkBody(Body, frozen=True):
    """`[network]`, `[data]` and, unless it is forward only, `[training]`."""

    network: NetworkSpec
    data: DataSpec
    training: TrainingSpec | None

    @property
    def wording(self) -> str:
        """Without training there is one forward pass, and no epochs."""
        return "" if self.training else "forward"

    @property
    def draws_weights(self) -> bool:
        """Those of any layer."""
        return any(is_drawn(layer, layer.weights) for layer in self.network.layers)

    @property
    def has_editable_data(self) -> bool:
        """All of them."""
        return True

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

    def place_of(self, number: int, index: tuple[int, ...]) -> int:
        """The same the other way round."""
        sender, unit = index
        return unit * self.layer(number).senders + sender

    def numbered(self, number: int, weights: Array) -> Array:
        """By unit, then by sender."""
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
        if above.is_output and not above.activation.couples_units:
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


class LayerArrays(Struct):
    """One layer's share of a batch's tape, and its parameters before the update."""

    layer: Layer
    activate: Value
    differentiate: Derivative | None
    settings: dict[str, float]
    weights: Array  # (senders, units)
    weights_transposed: Array  # (units, senders), the same numbers
    biases: Array | None  # (units,)
    z: Array  # (batch, units)
    a: Array  # (batch, units)
    slope: Array  # (batch, units): ∂a/∂z
    dE_da: Array  # (batch, units), each row its sample's own
    dE_dz: Array  # (batch, units)
    share: Array  # (batch, units): ∂E/∂z divided by the batch's size; scratch space that all layers use
    dE_dW: Array  # (senders, units), mean over the batch
    dE_db: Array | None  # (units,), mean over the batch


class BatchArrays(Struct):
    """The tape of one batch. `x` and `t` are set for each batch; the rest are views of the flat arrays."""

    size: int
    layers: list[LayerArrays]
    x: Array  # (batch, inputs)
    t: Array | None  # (batch, outputs)
    errors: Array  # (batch, outputs): E_o
    E: Array  # (batch,)
    loss: float  # mean of E over the batch
    gradients: Array  # (parameters,): ∂E/∂W and ∂E/∂b of every layer
    before: Array  # (state,): parameters, then optimizer slots
    after: Array  # (state,)
    parameters: Array  # (trained,)
    new_parameters: Array  # (trained,)
    slots: tuple[Array, ...]  # each (trained,)
    new_slots: tuple[Array, ...]
    work: Array  # (trained,): the optimizer's scratch space


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


def batch_arrays(structure: Structure, size: int, work: Array, before: Array, after: Array) -> BatchArrays:
    """Views for batches of `size` samples on flat arrays that are there already.

    `work` has at least `work_size` numbers; `before` and `after` are states, (state,). All may be complex.
    """
    gradients = work[: structure.parameters]
    taken = structure.parameters

    def take(units: int) -> Array:
        nonlocal taken
        taken += size * units
        return work[taken - size * units : taken].reshape(size, units)

    weighted_sums = [take(layer.units) for layer in structure.layers]  # first: see watched_slice
    mean = take(max(layer.units for layer in structure.layers)).reshape(-1)
    layers = []
    for layer in structure.layers:
        weights = layer.weights.of(before)
        layers.append(
            LayerArrays(
                layer=layer,
                activate=layer.activation.value,
                differentiate=layer.activation.derivative,
                settings=dict(layer.spec.activation.settings),
                weights=weights,
                weights_transposed=weights.T,
                biases=layer.biases.of(before) if layer.biases else None,
                z=weighted_sums[layer.number - 1],
                a=take(layer.units),
                slope=take(layer.units),
                dE_da=take(layer.units),
                dE_dz=take(layer.units),
                share=mean[: size * layer.units].reshape(size, layer.units),
                dE_dW=layer.weights.of(gradients),
                dE_db=layer.biases.of(gradients) if layer.biases else None,
            )
        )
    return BatchArrays(
        size=size,
        layers=layers,
        x=np.empty((0, structure.widths[0])),
        t=None,
        errors=take(structure.output.units),
        E=take(1).reshape(size),
        loss=0.0,
        gradients=gradients,
        before=before,
        after=after,
        parameters=before[: structure.trained],
        new_parameters=after[: structure.trained],
        slots=structure.slot_views(before),
        new_slots=structure.slot_views(after),
        work=np.empty(structure.trained),
    )


def forward(batch: BatchArrays) -> None:
    """Fill in every layer's z = a_below·W + b and a = f(z), each (batch, units), from `batch.x` (batch, inputs)."""
    senders = batch.x
    for arrays in batch.layers:
        senders.dot(arrays.weights, out=arrays.z)
        if arrays.biases is not None:
            np.add(arrays.z, arrays.biases, out=arrays.z)
        arrays.activate(arrays.z, arrays.a, arrays.settings)
        senders = arrays.a


def loss(batch: BatchArrays, function: Loss) -> float:
    """Fill in every output's error (batch, outputs) and every sample's E (batch,); return the mean of E over the batch.

    Needs the z and a of `forward`, and `batch.t` (batch, outputs).
    """
    output = batch.layers[-1]
    function.errors(output.z, output.a, batch.t, batch.errors)  # type: ignore[arg-type]
    np.add.reduce(batch.errors, axis=1, out=batch.E)
    if batch.size == 1:
        return batch.E[0]  # type: ignore[no-any-return]
    return np.add.reduce(batch.E) / batch.size  # type: ignore[no-any-return]


def backward(batch: BatchArrays, function: Loss) -> None:
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
            if layer.activation.couples_units:  # softmax: ∂E/∂z_k = a_k·(∂E/∂a_k − Σ ∂E/∂a_i·a_i)
                np.multiply(arrays.dE_da, arrays.a, out=dE_dz)
                np.subtract(arrays.dE_da, dE_dz.sum(axis=1, keepdims=True), out=dE_dz)
                np.multiply(dE_dz, arrays.a, out=dE_dz)
            else:
                arrays.differentiate(arrays.z, arrays.a, arrays.slope, arrays.settings)  # type: ignore[misc]
                np.multiply(arrays.dE_da, arrays.slope, out=dE_dz)
        senders = batch.layers[number - 1].a if number else batch.x
        if batch.size > 1:  # the mean: each sample adds its share
            dE_dz = np.multiply(dE_dz, 1.0 / batch.size, out=arrays.share)
        senders.T.dot(dE_dz, out=arrays.dE_dW)
        if arrays.dE_db is not None:
            np.add.reduce(dE_dz, axis=0, out=arrays.dE_db)


MOST_PRODUCTS = 30_000_000
"""Multiplications that a picture may cost: a few hundredths of a second."""
MOST_KEPT = 1 << 16
"""Arrays of no more numbers are kept for the next time: to make them anew would take longer than to fill them."""
AT_ONCE = 4096
"""Rows that go through the network together: their arrays stay in the processor's cache."""


def affordable_rows(structure: Structure) -> int:
    """How many rows a picture may ask about."""
    return max(MOST_PRODUCTS // max(structure.parameters, 1), 64)


def forward_pass(structure: Structure, state: Array, inputs: Array, targets: Array | None = None) -> BatchArrays:
    """Every z, a and, with `targets` (rows, outputs) under a loss, every error of `inputs` (rows, inputs).

    `state` is flat and begins with the parameters: (parameters,) or more. It is read, never written.
    """
    batch = batch_arrays(structure, len(inputs), np.zeros(work_size(structure, len(inputs))), state, state)
    batch.x, batch.t = inputs, targets
    _pass(structure, batch)
    return batch


def _pass(structure: Structure, batch: BatchArrays) -> None:
    with np.errstate(all="ignore"):
        forward(batch)
        if structure.loss is not None and batch.t is not None:
            batch.loss = loss(batch, structure.loss)


def answers(structure: Structure, state: Array, inputs: Array) -> Array:
    """(rows, outputs): what the network answers to `inputs` (rows, inputs); `state` as in `forward_pass`."""
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
        self._kept: dict[int, BatchArrays] = {}

    def at(self, which: int) -> float | None:
        """At one of the two states, the same to the last bit as `evaluate` finds it."""
        if self._structure.loss is None:
            return None
        state, rows = self._states[which], len(self._inputs)
        if not self._is_kept:
            return evaluate(self._structure, state, self._inputs, self._targets)[1]
        if which in self._kept:
            _pass(self._structure, self._kept[which])
        else:
            self._kept[which] = forward_pass(self._structure, state, self._inputs, self._targets)
        return float(self._kept[which].loss * rows / rows)  # times and by, as `evaluate` does


def _parts(
    structure: Structure, state: Array, inputs: Array, targets: Array | None
) -> Iterator[tuple[slice, BatchArrays]]:
    for start in range(0, len(inputs), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        yield rows, forward_pass(structure, state, inputs[rows], None if targets is None else targets[rows])


def network_probe(structure: Structure, naming: Naming, tape: BatchArrays, function: Loss) -> FlatProbe:
    """The loss of the batch on `tape` as a function of any one parameter: its passes on arrays of complex numbers."""
    state = tape.before.astype(np.complex128)
    work = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = batch_arrays(structure, tape.size, work, state, state)
    batch.x, batch.t = tape.x.astype(np.complex128), tape.t

    def loss_anew() -> complex:
        forward(batch)
        return loss(batch, function)

    def shaken(shake: Shake) -> NDArray[Any]:
        state = shake(tape.before)
        batch = batch_arrays(structure, tape.size, np.zeros(work.shape), state, state)
        batch.x, batch.t = shake(tape.x), shake(tape.t)  # type: ignore[arg-type]
        for arrays in batch.layers:
            arrays.activate = shake.after(arrays.activate)
        forward(batch)
        backward(batch, function)
        return batch.gradients

    return FlatProbe(structure, naming, tape.gradients, state, batch.layers, loss_anew, shaken)
