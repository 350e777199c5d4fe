"""What running networks share: state and batches, ops, the rows of their tables, and the number that a symbol names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.initialisers import initial_weights
from dlsim.engine.kinds.layered.quantities import (
    DE_DA,
    DE_DB,
    DE_DW,
    DE_DZ,
    E_AFTER,
    E_O,
    O_CELL,
    T_CELL,
    X_CELL,
    A,
    B,
    LayerParameter,
    T,
    W,
    X,
    Z,
)
from dlsim.engine.kinds.layered.tape import (
    Arithmetic,
    BatchType,
    Layer,
    LayeredBody,
    LayeredStructure,
    LayeredTape,
    LayerNaming,
    views,
)
from dlsim.engine.kinds.probe import FlatProbe
from dlsim.engine.kinds.updates import (
    CHANGE,
    OWN_RATE,
    PLUS,
    NewParameter,
    OptimizerSlot,
    spare_columns,
    update_columns,
)
from dlsim.engine.model import Batches, FlatState, LayerParameters, Row, Table
from dlsim.engine.program import Op, Program, first_trouble
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[np.float64]
TapeType = TypeVar("TapeType", bound=LayeredTape)


class LayeredModel(FlatState, ABC, Generic[TapeType, BatchType]):
    """The part of a model (see engine/model.py: Model) that does not depend on how its layers are connected."""

    structure: LayeredStructure
    naming: LayerNaming
    program: Program
    arithmetic: Arithmetic[BatchType]
    reader: Callable[..., TapeType]
    """The tape's class: it reads the arrays of a batch."""
    besides: Callable[[Any], Iterator[Ref]]
    """See engine/program.py: Tape.besides."""
    _finder: Finder

    def __init__(self, structure: LayeredStructure, naming: LayerNaming, body: LayeredBody) -> None:
        self.structure, self.naming, self._body, self._data = structure, naming, body, body.data
        training, samples = body.training, len(body.data.inputs)
        seed = training.seed if training and training.shuffle else None
        self._batches = Batches(samples, training.batch_size if training else samples, seed)
        super().__init__(self._initial_state(), structure.optimizer, self._batches.calendar)
        self.trains = self.has_loss = training is not None
        self.epochs = training.epochs if training else 0
        self.layer_names = tuple((layer.units, layer.activation.name) for layer in structure.layers)
        self.tables = (
            weights_table(structure, naming),
            layers_table(structure, naming, body.steps),
            data_table(structure, naming, body.data, body.steps),
        )
        self._work: dict[int, Array] = {}
        self._arrays: dict[tuple[int, int], BatchType] = {}
        self._iteration = 1
        self._rows: Sequence[int] = range(self._batches.size)
        self._current = self._arrays_for(self._batches.size)

    # state

    def _initial_state(self) -> Array:
        """(state,): where the scenario begins; weights from the layer before, what is fed back by itself."""
        structure, seed = self.structure, self._body.network.seed
        state = np.zeros(structure.state_size)
        for layer, (weights, biases) in zip(structure.layers, structure.parameter_views(state), strict=True):
            spec, senders = layer.spec, layer.senders - (structure.fed_back if layer.number == 1 else 0)
            drawn = initial_weights(spec, senders, seed, layer.number) if spec.weights is None else spec.weights
            weights[:senders] = drawn
            if biases is not None and spec.biases is not None:
                biases[:] = spec.biases
        return state

    def carry_over(self, before: LayeredModel[TapeType, BatchType]) -> None:
        """Parameters of layers that fit are kept, and what an optimizer of the same kind remembers."""
        state = self._initial.copy()
        after = before._state(landed=False)  # it has been accepted
        mine, others = self.structure, before.structure
        for new, old in zip(mine.parameter_views(state), others.parameter_views(after), strict=False):
            self._carry_layer(new, old, others)
        if mine.slots == others.slots and mine.state_size == others.state_size and mine.trained == others.trained:
            state[mine.parameters :] = after[others.parameters :]
        self.restore(state)

    @abstractmethod
    def _carry_layer(self, new: LayerParameters, old: LayerParameters, before: Any) -> None:
        """Lay into a layer's new parameters what fits of the old ones, which had the structure `before`."""

    def is_parameter(self, ref: Ref) -> bool:
        """Weights and biases."""
        return isinstance(ref.quantity.before, LayerParameter) and not ref.quantity.is_new

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """A weight or a bias."""
        return Ref((W, B)[which], layer, index)

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias in the state before the update; one that its layer does not have is left alone."""
        array = self._array_of(self._state(landed=False), ref)
        if array is not None:
            array[ref.index] = number

    def number_in(self, state: Array, ref: Ref) -> float:
        """A weight or a bias as a saved state (state,) has it."""
        array = self._array_of(state, ref) if self.is_parameter(ref) else None
        return float("nan") if array is None else float(array[ref.index])

    def _array_of(self, state: Array, ref: Ref) -> Array | None:
        """The layer's weights or biases among which a parameter is; None in a layer that has none."""
        weights, biases = self.structure.parameter_views(state)[ref.layer - 1]
        return weights if ref.quantity.before is W else biases

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """(weights, biases) of every layer, before or after the update; read-only views."""
        return views(self.structure.layers, self._state(landed=landed), read_only=True)

    def gradients(self) -> tuple[LayerParameters, ...]:
        """(∂E/∂W, ∂E/∂b) of every layer on the tape; read-only views."""
        return views(self.structure.layers, self._current.gradients, read_only=True)

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Gradients, slopes, new weights, optimizer state."""
        return not ref.quantity.of_forward_pass

    # one iteration

    def enter(self, iteration: int) -> float:
        """Compute the whole tape of `iteration`; the loss of its batch (NaN where nothing is trained)."""
        rows, place = self._batches.of(iteration)
        batch = self._arrays_for(len(rows))
        self._iteration, self._current, self._rows = iteration, batch, rows
        batch.x, batch.t = self._samples(place)
        arithmetic, loss = self.arithmetic, self.structure.loss
        arithmetic.forward(batch)
        if loss is None:
            return float("nan")
        batch.loss = arithmetic.loss(batch, loss)
        arithmetic.backward(batch, loss)
        self._optimizer.update_into(  # type: ignore[union-attr]
            batch.gradients[: self.structure.trained],
            batch.slots,
            batch.parameters,
            self._update_number(iteration),
            batch.new_slots,
            batch.new_parameters,
            batch.work,
        )
        return batch.loss

    @abstractmethod
    def _samples(self, place: Any) -> tuple[Array, Array | None]:
        """(inputs, targets) at some rows of the training data, shaped as in `LayeredBatch`."""

    def _numbers_for(self, size: int) -> Array:
        """(numbers,): what batches of so many samples are computed in, whichever of the two states is before."""
        if size not in self._work:
            self._work[size] = np.zeros(self.arithmetic.work_size(self.structure, size))
        return self._work[size]

    def _arrays_for(self, size: int) -> BatchType:
        key = size, self._before
        if key not in self._arrays:
            before, after = self._state(landed=False), self._state(landed=True)
            numbers = self._numbers_for(size)
            self._arrays[key] = self.arithmetic.arrays(self.structure, size, numbers, before, after)
        return self._arrays[key]

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value, row of the batch) of the first number that is not finite."""
        return first_trouble(self.program, self.tape)

    # reading

    @property
    def tape(self) -> TapeType:
        """The tape itself."""
        return self._reader(self._current)

    def freeze(self, *, landed: bool) -> TapeType:
        """A copy of the tape."""
        batch = self._current
        numbers, before, after = batch.numbers.copy(), batch.before.copy(), batch.after.copy()
        copy = self.arithmetic.arrays(self.structure, batch.size, numbers, before, after)
        copy.x, copy.t = batch.x, batch.t
        return self._reader(copy, landed=landed)

    def _reader(self, batch: BatchType, *, landed: bool = False) -> TapeType:
        update = self._update_number(self._iteration)
        return self.reader(
            self.structure, self.naming, batch, self._data, self._rows, update, besides=self.besides, landed=landed
        )

    def probe(self) -> FlatProbe[BatchType] | None:
        """The loss on the tape as a function of each parameter."""
        loss = self.structure.loss
        return None if loss is None else FlatProbe(self.arithmetic, self.structure, self.naming, self._current, loss)

    def find(self, symbol: str) -> Ref | None:
        """See engine/model.py: Model. Without a loss there is no error, and without targets no target."""
        found = self._finder.find(symbol)
        if found is None or (found.quantity.phase == "loss" and self.structure.loss is None):
            return None
        return None if found.quantity is T and self._data.targets is None else found

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model. Numbers of a forward pass are those of the first sample."""
        if not ref.quantity.of_forward_pass:
            return self.tape.value(ref, 0)
        batch = self.arithmetic.forward_pass(self.structure, self._state(landed=landed), *self._samples(slice(1)))
        return self._reader(batch, landed=landed).value(ref, 0)


# ops


def single(quantity: Quantity, phase: str) -> Op:
    """An op of one number, which belongs to no layer."""
    return Op(quantity, phase, None, 1, lambda _: Ref(quantity))


def unit_op(quantity: Quantity, phase: str, layer: Layer, *step: int) -> Op:
    """A number for each unit of a layer; through time, at a step (from 0)."""
    number = layer.number
    return Op(quantity, phase, number, layer.units, lambda unit: Ref(quantity, number, (unit, *step)))


def weight_op(quantity: Quantity, structure: LayeredStructure, layer: Layer) -> Op:
    """A number for each weight of a layer, in the order in which they are numbered."""
    number, count = layer.number, layer.senders * layer.units
    return Op(
        quantity, "backward", number, count, lambda place: Ref(quantity, number, structure.weight_at(number, place))
    )


# tables


KEPT_ROWS = 256
"""So many rows of a table are kept that were made: those on screen are made once, not at every step, 17 calls each."""


class LazyRows(Sequence[Row]):
    """Rows made when they are looked at: a table may have a hundred thousand of them, of which the latest are kept."""

    def __init__(self, count: int, make: Callable[[int], Row]) -> None:
        self._count, self._make = count, make
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, range(self._count))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self._made.get(place) or self[place] for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        index %= self._count
        if index not in self._made:
            if len(self._made) >= KEPT_ROWS:
                self._made.clear()
            self._made[index] = self._make(index)
        return self._made[index]


def parameter_row(structure: LayeredStructure, naming: LayerNaming, ref: Ref, layer: Layer) -> Row:
    """The row of a parameter: itself, its gradient, what the optimizer remembers, its change and its new value.

    Without a loss there is the parameter alone; what is frozen has a gradient, and nothing after it.
    """
    of = ref.quantity
    assert isinstance(of, LayerParameter), "a parameter of a layer"
    cells: list[Ref | None] = [ref]
    if structure.loss is not None:
        cells.append(ref._replace(quantity=of.gradient))
        for quantity in (*of.memory(structure.optimizer), of.change, of.new):
            cells.append(ref._replace(quantity=quantity) if of.is_trained(layer) else None)
    return Row(naming.parameter(of.key, ref.layer, ref.index), tuple(cells), group=ref.layer)


def weights_table(structure: LayeredStructure, naming: LayerNaming) -> Table:
    """Weights and biases, as the iteration reads them, with gradients, optimizer state, changes and new values."""
    columns = update_columns(structure.optimizer) if structure.loss is not None else ("value",)
    starts: list[tuple[int, LayerParameter, Layer]] = []  # (first row, of weights or biases, layer)
    count = 0
    for layer in structure.layers:
        starts.append((count, W, layer))
        count += layer.senders * layer.units
        if layer.biases:
            starts.append((count, B, layer))
            count += layer.units

    def row(place: int) -> Row:
        first, of, layer = next(start for start in reversed(starts) if start[0] <= place)
        index = structure.weight_at(layer.number, place - first) if of is W else (place - first,)
        return parameter_row(structure, naming, Ref(of, layer.number, index), layer)

    return Table("weights", columns, LazyRows(count, row), spare=spare_columns(structure.optimizer))


def layers_table(structure: LayeredStructure, naming: LayerNaming, steps: int) -> Table:
    """A line for every unit, by layer; through time for every unit at every step, in the order of time."""
    quantities = (Z, A, *((DE_DZ,) if structure.loss is not None else ()))
    moments: list[tuple[int, ...]] = [(step,) for step in range(steps)] or [()]
    rows = [
        Row(
            naming.unit("a", layer.number, (unit, *moment)),
            tuple(Ref(quantity, layer.number, (unit, *moment)) for quantity in quantities),
            group=None if moment else layer.number,
        )
        for moment in moments
        for layer in structure.layers
        for unit in range(layer.units)
    ]
    return Table("layers", ("z", "activation", "delta")[: len(quantities)], rows)


def data_table(structure: LayeredStructure, naming: LayerNaming, data: DataSpec, steps: int) -> Table:
    """A line for every sample, or for every sequence at every step: what comes in, what should come out, what does."""
    output, last = structure.output, structure.output.number if steps else 0
    targets = output.units if data.targets is not None else 0
    units = [
        (quantity, word if steps else "", layer, unit)
        for quantity, word, layer, count in (
            (X_CELL, "input", 0, structure.layer(1).senders - structure.fed_back),
            (T_CELL, "target", last, targets),
            (O_CELL, "output", last, output.units),
        )
        for unit in range(count)
    ]
    columns = tuple(f"{word}={naming.unit(quantity.letter, layer, (unit,))}" for quantity, word, layer, unit in units)

    def row(place: int) -> Row:
        number, *step = divmod(place, steps) if steps else (place,)
        cells = tuple(Ref(quantity, layer, (number, unit, *step)) for quantity, _, layer, unit in units)
        return Row(f"{number + 1}{f'⟨{step[0] + 1}⟩' if step else ''}", cells, sample=number)

    rows = LazyRows(len(data.inputs) * max(steps, 1), row)
    return Table("data", columns, rows, labels="sample_time" if steps else "sample", per_sample=max(steps, 1))


# symbols

LETTERS: dict[str, Quantity] = {"x": X, "t": T, "z": Z, "h": A, "o": A, "b": B, "E_o": E_O}
GRADIENTS: dict[Quantity, Quantity] = {W: DE_DW, B: DE_DB, A: DE_DA, Z: DE_DZ}


class Finder(ABC):
    """Finds the numbers of one network."""

    structure: LayeredStructure

    @abstractmethod
    def plain(self, symbol: str) -> Ref | None:
        """The input, unit, parameter or error that a symbol names."""

    @abstractmethod
    def derivative(self, above: str, of: Ref) -> Ref | None:
        """∂above/∂`of`, of a unit's number or a parameter."""

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names; None where this network has none such."""
        symbol = symbol.strip()
        if symbol.startswith("∂"):
            above, slash, below = symbol.removeprefix("∂").partition("/∂")
            of = self.plain(below) if slash and self.structure.loss else None
            return self.derivative(above, of) if of and of.quantity in GRADIENTS else None
        if symbol.endswith((PLUS, "+")):
            is_error = symbol[:-1] in ("E", "mean E") and self.structure.optimizer is not None
            return Ref(E_AFTER) if is_error else self._new(symbol[:-1])
        if symbol.startswith(CHANGE):
            new = self._new(symbol.removeprefix(CHANGE))
            if new is None or not isinstance(new.quantity, NewParameter):
                return None
            return new._replace(quantity=new.quantity.of.change)
        if symbol.startswith(OWN_RATE) and self.structure.optimizer and self.structure.optimizer.own_rate_notation:
            of = self.plain(symbol.removeprefix(OWN_RATE))
            trained = self._trained(of)
            return of._replace(quantity=trained.own_rate) if of and trained else None
        slot, _, name = symbol.partition("_")
        if slot in self.structure.slots:
            parameter = self.plain(name)
            trained = self._trained(parameter)
            return parameter._replace(quantity=trained.slot(slot)) if parameter and trained else None
        return self.plain(symbol)

    def _new(self, symbol: str) -> Ref | None:
        ref = self.find(symbol)
        if ref is None or self.structure.optimizer is None:
            return None
        if isinstance(ref.quantity, OptimizerSlot):
            return ref._replace(quantity=ref.quantity.of.new_slot(ref.quantity.slot))
        of = self._trained(ref)
        return None if of is None else ref._replace(quantity=of.new)

    def _trained(self, ref: Ref | None) -> LayerParameter | None:
        """The weights or biases among which it is; None where an update does not change them, or it is none."""
        if ref is None or not isinstance(ref.quantity, LayerParameter):
            return None
        return ref.quantity if ref.quantity.is_trained(self.structure.layer(ref.layer)) else None
