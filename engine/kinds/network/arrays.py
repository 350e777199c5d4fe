"""What of a network never changes while it runs, and the arrays that do: made once, filled over and over.

The structure holds widths, functions, where each parameter lies, and its symbols. The arrays are the tape. All work
arrays of a batch lie in one flat array, and so do all parameters with their optimizer state, once before and once
after the update: a checkpoint is one copy, and one sum tells whether every number is finite.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from dlsim.engine.functions.activations import Derivative, Value
from dlsim.engine.kinds.layered.structure import Array, FlatSlice, Layer, LayeredStructure
from dlsim.engine.kinds.network.file import NetworkBody
from dlsim.engine.scenario.spec import LayerSpec

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
