"""What a network is, however its layers are connected (functions, layout of its state), and the reading of its tape:
what its numbers ask of it, and in what a dense network differs from one through time.

The flat state holds the parameters, those that are trained first, then each slot of the optimizer for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.activations import ACTIVATIONS, Activation, Derivative, Value
from dlsim.engine.functions.losses import LOSSES, Loss
from dlsim.engine.functions.optimizers import OPTIMIZERS, Optimizer
from dlsim.engine.kinds.updates import Parameter
from dlsim.engine.model import LayerParameters
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown
from dlsim.engine.scenario.spec import Body, DataSpec, LayerSpec, NetworkSpec, TrainingSpec

Array = NDArray[Any]  # float64; complex128 under a complex step


class FlatSlice(Struct, frozen=True):
    """Where one layer's weights or biases lie in the flat parameter array."""

    start: int
    stop: int
    shape: tuple[int, ...]

    def of(self, flat: Array) -> Array:
        """That part of a flat array (parameters,) or longer, in its own shape: a view."""
        return flat[self.start : self.stop].reshape(self.shape)


class Layer(Struct, frozen=True):
    """One dense layer, numbered from 1. `biases` is None for a layer without any."""

    number: int
    senders: int
    units: int
    spec: LayerSpec
    activation: Activation
    weights: FlatSlice
    biases: FlatSlice | None
    is_output: bool
    is_fused: bool
    """Whether its ∂E/∂z comes straight from the loss."""

    @property
    def has_errors_of_its_own(self) -> bool:
        """Whether each of its units is an output with an error that it alone changes."""
        return self.is_output and not self.activation.couples_units

    def flat_slice(self, letter: str) -> FlatSlice:
        """Where its weights (W) or biases (b) lie."""
        found = self.weights if letter == "W" else self.biases
        assert found is not None, f"{letter} in a layer without biases"
        return found


def views(layers: Sequence[Layer], flat: Array, *, read_only: bool = False) -> tuple[tuple[Array, Array | None], ...]:
    """(weights (senders, units), biases (units,) or None) of every layer, in a flat array (parameters,) or longer."""
    if read_only:
        flat = flat.view()
        flat.flags.writeable = False
    return tuple((layer.weights.of(flat), layer.biases.of(flat) if layer.biases else None) for layer in layers)


class LayeredBody(Body, frozen=True):
    """A table of the kind's own, `[data]` and, unless it is forward only, `[training]`."""

    network: NetworkSpec
    data: DataSpec
    training: TrainingSpec | None

    @property
    def wording(self) -> str:
        """Without training there is one forward pass, and no epochs."""
        return "" if self.training else "forward"

    @property
    def has_editable_data(self) -> bool:
        """All of them."""
        return True


class LayeredStructure(ABC):
    """A network's layers, loss and optimizer. A kind fills in `layers`, and how many numbers are `parameters` and
    `trained`.
    """

    layers: tuple[Layer, ...]
    parameters: int
    trained: int
    fed_back = 0
    """How many of its own outputs the first layer receives beside the inputs."""

    def __init__(self, network: NetworkSpec, training: TrainingSpec | None) -> None:
        self.symbols: dict[Ref, str] = {}
        self.shown: dict[Ref, Shown | None] = {}
        self.loss: Loss | None = LOSSES[training.loss].of(network.widths[-1]) if training else None
        self.optimizer: Optimizer | None = (
            OPTIMIZERS[training.optimizer.name](training.optimizer.settings) if training else None
        )

    def _dense(
        self,
        number: int,
        senders: int,
        spec: LayerSpec,
        weights: FlatSlice,
        biases: FlatSlice | None,
        *,
        is_output: bool,
    ) -> Layer:
        """A layer whose parameters lie there."""
        return Layer(
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

    def layer(self, number: int) -> Layer:
        """The layer with that number, from 1."""
        return self.layers[number - 1]

    @property
    def output(self) -> Layer:
        """The last layer."""
        return self.layers[-1]

    @property
    def has_biases(self) -> bool:
        """Whether any layer has."""
        return any(layer.biases is not None for layer in self.layers)

    @abstractmethod
    def weight_at(self, number: int, place: int) -> tuple[int, int]:
        """(sender, unit) of the weight at a place, from 0, among a layer's as they are numbered."""

    @abstractmethod
    def place_of(self, number: int, index: tuple[int, ...]) -> int:
        """The place of the weight at (sender, unit)."""

    @abstractmethod
    def numbered(self, number: int, weights: Array) -> Array:
        """(senders·units,): a layer's (senders, units) in one row, in the order in which they are numbered."""

    def weights_in_order(self, number: int) -> Iterator[tuple[int, int]]:
        """(sender, unit) of a layer's weights as they are numbered."""
        layer = self.layer(number)
        return (self.weight_at(number, place) for place in range(layer.senders * layer.units))

    # the flat state

    @property
    def slots(self) -> tuple[str, ...]:
        """The optimizer's slots, none where nothing is trained."""
        return self.optimizer.slots if self.optimizer else ()

    @property
    def state_size(self) -> int:
        """Numbers in the flat state."""
        return self.parameters + len(self.slots) * self.trained

    def parameter_views(self, state: Array) -> tuple[tuple[Array, Array | None], ...]:
        """(weights (n×j), biases (j,) or None) of every layer in a flat state, or in flat gradients."""
        return views(self.layers, state)

    def slot_views(self, state: Array) -> tuple[Array, ...]:
        """Each of the optimizer's slots in a flat state, (trained,)."""
        start, width = self.parameters, self.trained
        return tuple(state[start + n * width : start + (n + 1) * width] for n in range(len(self.slots)))


T = TypeVar("T")

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class LayerArrays(Struct):
    """One layer's share of a batch's tape, and its parameters before the update. Through time each of what a batch
    changes has an axis more, the first: (steps, batch, units).
    """

    layer: Layer
    activate: Value
    differentiate: Derivative | None
    settings: dict[str, float]
    weights: Array  # (senders, units)
    weights_transposed: Array  # (units, senders), the same numbers
    biases: Array | None  # (units,)
    dE_dW: Array  # (senders, units), mean over the batch
    dE_db: Array | None  # (units,), mean over the batch
    z: Array  # (batch, units)
    a: Array  # (batch, units)
    slope: Array  # (batch, units): ∂a/∂z
    dE_da: Array  # (batch, units), each sample its own
    dE_dz: Array  # (batch, units)


def of_layer(layer: Layer, before: Array, gradients: Array) -> dict[str, Any]:
    """The fields of `LayerArrays` that no batch changes: parameters and gradients are views of the flat arrays
    `before` (state,) and `gradients` (parameters,).
    """
    weights = layer.weights.of(before)
    return {
        "layer": layer,
        "activate": layer.activation.value,
        "differentiate": layer.activation.derivative,
        "settings": dict(layer.spec.activation.settings),
        "weights": weights,
        "weights_transposed": weights.T,
        "biases": layer.biases.of(before) if layer.biases else None,
        "dE_dW": layer.weights.of(gradients),
        "dE_db": layer.biases.of(gradients) if layer.biases else None,
    }


class LayeredBatch(Struct):
    """The tape of one batch. `x` and `t` are set for each batch; the rest are views of the flat arrays. Through time
    `x`, `t` and `errors` have an axis more, the first: (steps, batch, …).
    """

    size: int
    layers: Sequence[LayerArrays]
    x: Array  # (batch, inputs)
    t: Array | None  # (batch, outputs)
    errors: Array  # (batch, outputs): E_o
    E: Array  # (batch,)
    loss: float  # mean of E over the batch
    numbers: Array  # all that is computed of the batch, flat
    gradients: Array  # (parameters,): ∂E/∂W and ∂E/∂b of every layer
    before: Array  # (state,): parameters, then optimizer slots
    after: Array  # (state,)
    parameters: Array  # (trained,)
    new_parameters: Array  # (trained,)
    slots: tuple[Array, ...]  # each (trained,)
    new_slots: tuple[Array, ...]
    work: Array  # (trained,): the optimizer's scratch space


def of_state(structure: LayeredStructure, numbers: Array, before: Array, after: Array) -> dict[str, Any]:
    """The fields of `LayeredBatch` that are views of its flat arrays: `numbers`, which begins with the gradients, and
    the states, (state,) each.
    """
    return {
        "loss": 0.0,
        "numbers": numbers,
        "gradients": numbers[: structure.parameters],
        "before": before,
        "after": after,
        "parameters": before[: structure.trained],
        "new_parameters": after[: structure.trained],
        "slots": structure.slot_views(before),
        "new_slots": structure.slot_views(after),
        "work": np.empty(structure.trained),
    }


BatchType = TypeVar("BatchType", bound=LayeredBatch)


class Arithmetic(Struct, Generic[BatchType], frozen=True):
    """How a network is computed: its arrays, and the passes that fill them."""

    arrays: Callable[[Any, int, Array, Array, Array], BatchType]
    """(structure, size, numbers, before, after): views on flat arrays that are there already."""
    work_size: Callable[[Any, int], int]
    """(structure, size): how long `numbers` is."""
    forward: Callable[[BatchType], None]
    loss: Callable[[BatchType, Loss], float]
    backward: Callable[[BatchType, Loss], None]

    def forward_pass(self, structure: LayeredStructure, state: Array, x: Array, t: Array | None) -> BatchType:
        """Every z, a and, with targets under a loss, every error of inputs, in arrays of their own.

        `x` and `t` are shaped as in `LayeredBatch`. `state` is flat and begins with the parameters: (parameters,) or
        more. It is read, never written.
        """
        size = x.shape[-2]
        batch = self.arrays(structure, size, np.zeros(self.work_size(structure, size)), state, state)
        batch.x, batch.t = x, t
        self.pass_again(structure, batch)
        return batch

    def pass_again(self, structure: LayeredStructure, batch: BatchType) -> None:
        """The same in arrays that are there already."""
        with np.errstate(all="ignore"):
            self.forward(batch)
            if structure.loss is not None and batch.t is not None:
                batch.loss = self.loss(batch, structure.loss)


def through_activation(arrays: LayerArrays, z: Array, a: Array, slope: Array, dE_da: Array, dE_dz: Array) -> None:
    """Fill in ∂E/∂z, and ∂a/∂z where units stand alone, from ∂E/∂a: all (batch, units), of one step at a time."""
    if arrays.layer.activation.couples_units:  # softmax: ∂E/∂z_k = a_k·(∂E/∂a_k − Σ ∂E/∂a_i·a_i)
        np.multiply(dE_da, a, out=dE_dz)
        np.subtract(dE_da, dE_dz.sum(axis=1, keepdims=True), out=dE_dz)
        np.multiply(dE_dz, a, out=dE_dz)
    else:
        arrays.differentiate(z, a, slope, arrays.settings)  # type: ignore[misc]
        np.multiply(dE_da, slope, out=dE_dz)


class LayerNaming(Protocol):
    """How numbers are called."""

    def unit(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A unit's number; `letter` "a" stands for h or o."""

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""


class LayeredTape(Tape):
    """The tape of one iteration of a network.

    `iteration` is the number of the update, by the optimizer's own count; `landed` says whether the new parameters
    have taken their places; `besides` lists the numbers that no op computes. What is abstract here is all in which a
    dense network and one through time differ; its `of` is a `LayerParameter`, which layered/quantities.py defines.
    """

    structure: LayeredStructure
    naming: LayerNaming
    batch: LayeredBatch
    data: DataSpec
    arithmetic: Arithmetic[Any]
    all_parameters = "W"

    def __init__(
        self,
        structure: LayeredStructure,
        naming: LayerNaming,
        batch: LayeredBatch,
        data: DataSpec,
        rows: Sequence[int],
        iteration: int,
        *,
        besides: Callable[[Any], Iterator[Ref]],
        landed: bool = False,
    ) -> None:
        self._besides = besides
        self.structure = structure
        self.symbols, self.shown = structure.symbols, structure.shown
        self.naming = naming
        self.batch = batch
        self.layers = batch.layers
        self.last_layer = len(structure.layers)
        self.data = data
        self.rows = rows
        self.iteration = iteration
        self.landed = landed
        self._place_of_row: dict[int, int] | None = None
        self._memory: dict[Hashable, Any] = {}

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What a quantity has worked out of this tape under `key`, made when it is first asked for."""
        if key not in self._memory:
            self._memory[key] = make()
        found: T = self._memory[key]
        return found

    def error_after(self) -> float:
        """The loss of the same batch with the new parameters."""
        batch = self.batch

        def make() -> float:
            after = self.arithmetic.forward_pass(self.structure, batch.after, batch.x, batch.t)
            return mean_of(after.E)

        return self.remembered("after", make)

    # parameters

    @property
    def optimizer(self) -> Optimizer | None:
        """What makes the update; None where nothing is trained."""
        return self.structure.optimizer

    @property
    def trained(self) -> int:
        """How many parameters an update renews."""
        return self.structure.trained

    @property
    def present(self) -> Array:
        """(parameters,): those that hold at the moment, after the update once that has landed."""
        state = self.batch.after if self.landed else self.batch.before
        return state[: self.structure.parameters]

    @property
    def present_layers(self) -> tuple[LayerParameters, ...]:
        """The same as (weights, biases) of every layer."""
        return self.structure.parameter_views(self.present)

    def parameter(self, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """A weight or a bias before the update or after it."""
        return self._in(self.batch.after if is_new else self.batch.before, of, ref)

    def slot(self, name: str, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """What the optimizer remembers of it, before the update or after it."""
        slots = self.structure.slot_views(self.batch.after if is_new else self.batch.before)
        return self._in(slots[self.structure.slots.index(name)], of, ref)

    def _in(self, flat: Array, of: Parameter, ref: Ref) -> float:
        """The number that an array of one for each parameter holds for a weight or a bias."""
        return float(self.structure.layer(ref.layer).flat_slice(of.key).of(flat)[ref.index])

    # samples

    def row_symbol(self, sample: int) -> str:
        """A sample's number in the training data, from 1, as a subscript."""
        return str(self.rows[sample] + 1).translate(SUBSCRIPTS)

    def place_of_row(self, row: int) -> int | None:
        """Where in the batch a row of the training data is; None where it is not in it."""
        if self._place_of_row is None:
            self._place_of_row = {each: place for place, each in enumerate(self.rows)}
        return self._place_of_row.get(row)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """See engine/program.py: Tape."""
        symbol, *found = super().op_formula(op)
        formula, shapes = self.matrices(op).get(op.quantity, found)
        return symbol, formula, shapes

    # in what networks differ

    def besides(self) -> Iterator[Ref]:
        """See engine/program.py: Tape."""
        return self._besides(self)

    @property
    def inputs(self) -> Array:
        """(batch, inputs), or (steps, batch, senders): what the first layer receives."""
        return self.batch.x

    @property
    def targets(self) -> Array | None:
        """(batch, outputs), or (steps, batch, outputs): what should come out; None without targets."""
        return self.batch.t

    def in_last_step(self, ref: Ref) -> Ref:
        """A unit's number that names no step, as that of the last one."""
        return ref

    def is_before_start(self, ref: Ref) -> bool:
        """Whether it is h⟨0⟩, which is 0 and nobody computes."""
        return False

    def is_renewed(self, of: Any, layer: int) -> bool:
        """Whether an update changes those of a layer: unless they are frozen."""
        return bool(of.is_trained(self.structure.layer(layer)))

    @abstractmethod
    def at(self, numbers: Array, ref: Ref, sample: Any) -> Any:
        """A unit's number among those of its layer, shaped as in `LayerArrays`: of a sample, or (rows,) of several."""

    @abstractmethod
    def in_data(self, numbers: Array, ref: Ref) -> float:
        """A cell of the data table, (rows, numbers in a row)."""

    @abstractmethod
    def received(self, layer: int, sender: int, step: tuple[int, ...]) -> Ref:
        """What a layer receives from a sender: an input or an output of the layer below, or of the step before."""

    @abstractmethod
    def errors(self) -> Iterable[Ref]:
        """What a sample's E is the sum of."""

    @abstractmethod
    def trained_parameters(self) -> Iterator[Ref]:
        """Those that an update renews, in order."""

    @abstractmethod
    def parts(self, ref: Ref) -> Iterable[Ref]:
        """The parts of a hidden unit's ∂E/∂h that come back over different ways."""

    @abstractmethod
    def coupled(self, ref: Ref) -> Formula:
        """∂E/∂z where the activation couples the units of a layer."""

    @abstractmethod
    def has_delta_op(self, layer: int) -> bool:
        """Whether the program has the layer's ∂E/∂z as an op of its own."""

    @abstractmethod
    def gradient(self, of: Any, ref: Ref, sample: int) -> Formula:
        """∂E/∂W: the chain rule, over all samples of the batch."""

    @abstractmethod
    def terms(self, of: Any, ref: Ref) -> Array:
        """(batch,): each sample's own ∂E/∂W, unscaled."""

    @abstractmethod
    def output_shown_with(self, ref: Ref) -> Shown | None:
        """When an output in the data table is on screen."""

    @abstractmethod
    def activation_path(self, layer: int) -> str:
        """Where the scenario sets a layer's activation."""

    @abstractmethod
    def matrices(self, op: Op) -> Mapping[Quantity, tuple[str, str]]:
        """(formula with matrices, the same with their shapes) of each op of an op's layer."""

    @abstractmethod
    def parameter_matrix(self, of: Any, layer: int) -> tuple[str, str]:
        """(W[1], (2×3)): what stands for a layer's weights or biases, and its shape."""


def mean_of(errors: Array) -> float:
    """The loss of a batch, from its samples' E (batch,): infinite where their sum is."""
    with np.errstate(all="ignore"):
        return float(np.add.reduce(errors) / len(errors))
