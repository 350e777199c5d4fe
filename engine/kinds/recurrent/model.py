"""A recurrent network that runs: the ops of an iteration, the tables, the number that a symbol names, and the state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from dlsim.engine.classes import accuracy, classes_of
from dlsim.engine.functions.initialisers import initial_weights
from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.model import LayeredModel, LazyRows, parameter_row
from dlsim.engine.kinds.layered.quantities import (
    DA_DZ,
    DE_DA,
    DE_DB,
    DE_DW,
    DE_DZ,
    E_O,
    O_CELL,
    T_CELL,
    X_CELL,
    A,
    B,
    E,
    LayerParameter,
    T,
    W,
    X,
    Z,
    batch_errors,
    parameters_in_order,
)
from dlsim.engine.kinds.layered.tape import Layer
from dlsim.engine.kinds.probe import FlatProbe, Shake
from dlsim.engine.kinds.recurrent import passes
from dlsim.engine.kinds.recurrent.passes import (
    HIDDEN,
    OUTPUT,
    START,
    BatchOfSequences,
    RecurrentBody,
    RecurrentNaming,
    RecurrentStructure,
    at,
    sequence_arrays,
    work_size,
)
from dlsim.engine.kinds.recurrent.tape import E_T, PART_LATER, PART_OWN, RecurrentTape
from dlsim.engine.kinds.updates import (
    CHANGE,
    PLUS,
    RATE,
    UPDATE,
    NewParameter,
    OptimizerSlot,
    spare_columns,
    update_columns,
)
from dlsim.engine.model import Row, Table
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import DataSpec
from dlsim.engine.tape import first_trouble


def recurrent_program(structure: RecurrentStructure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    steps = structure.steps
    ops = [
        _units(quantity, "forward", layer, step)
        for step in range(steps)
        for layer in structure.layers
        for quantity in (Z, A)
    ]
    if structure.loss is not None:
        output = structure.output
        ops.append(Op(E_O, "loss", output.number, steps * output.units, _step_by_step(E_O, output)))
        ops.append(Op(E_T, "loss", None, steps, lambda step: Ref(E_T, 0, (step,))))
        ops.append(Op(E, "loss", None, 1, lambda _: Ref(E)))
        for step in reversed(range(steps)):
            ops.extend(_backward(structure, step))
        ops.extend(_gradients(structure))
        ops.append(Op(UPDATE, "update", None, 1, lambda _: Ref(UPDATE)))
    return Program(ops)


def _backward(structure: RecurrentStructure, step: int) -> Iterator[Op]:
    """One step: down from its own error, and back from the step after it."""
    hidden, output = structure.hidden, structure.output
    if not output.is_fused:
        yield _units(DE_DA, "backward", output, step)
        if not output.activation.couples_units:
            yield _units(DA_DZ, "backward", output, step)
    yield _units(DE_DZ, "backward", output, step)
    yield _units(PART_OWN, "backward", hidden, step)
    if structure.fed_back and step < structure.steps - 1:
        yield _units(PART_LATER, "backward", hidden, step)
    yield _units(DE_DA, "backward", hidden, step)
    if not hidden.activation.couples_units:
        yield _units(DA_DZ, "backward", hidden, step)
    yield _units(DE_DZ, "backward", hidden, step)


def _gradients(structure: RecurrentStructure) -> Iterator[Op]:
    """Each layer's gradients, from the output down; then state and new weights."""
    layers = tuple(reversed(structure.layers))
    for layer in layers:
        yield from _parameters(DE_DW, DE_DB, structure, layer)
    if structure.optimizer and structure.optimizer.rate_notation:
        yield Op(RATE, "backward", None, 1, lambda _: Ref(RATE))
    for layer in layers:
        for slot in structure.slots:
            yield from _parameters(W.new_slot(slot), B.new_slot(slot), structure, layer)
        yield from _parameters(W.new, B.new, structure, layer)


def _parameters(of_weights: Quantity, of_biases: Quantity, structure: RecurrentStructure, layer: Layer) -> Iterator[Op]:
    number = layer.number
    count = layer.senders * layer.units
    yield Op(
        of_weights, "backward", number, count, lambda value: Ref(of_weights, number, structure.weight_at(number, value))
    )
    if layer.biases:
        yield Op(of_biases, "backward", number, layer.units, lambda unit: Ref(of_biases, number, (unit,)))


def _units(quantity: Quantity, phase: str, layer: Layer, step: int) -> Op:
    number = layer.number
    return Op(quantity, phase, number, layer.units, lambda unit: Ref(quantity, number, (unit, step)))


def _step_by_step(quantity: Quantity, layer: Layer) -> Callable[[int], Ref]:
    def ref(value: int) -> Ref:
        step, unit = divmod(value, layer.units)
        return Ref(quantity, layer.number, (unit, step))

    return ref


def recurrent_tables(structure: RecurrentStructure, naming: RecurrentNaming, data: DataSpec) -> tuple[Table, ...]:
    """Weights (with gradients, new values and optimizer state), units step by step, data."""
    has_targets = data.targets is not None
    return (
        _weights_table(structure, naming),
        _layers_table(structure, naming),
        _data_table(structure, naming, len(data.inputs), has_targets=has_targets),
    )


def _weights_table(structure: RecurrentStructure, naming: RecurrentNaming) -> Table:
    columns = update_columns(structure.slots) if structure.loss is not None else ("value",)
    rows = [
        parameter_row(structure, naming, ref, layer)
        for layer in structure.layers
        for ref in parameters_in_order(structure, layer.number)
    ]
    return Table("weights", columns, rows, spare=spare_columns(structure.slots))


def _layers_table(structure: RecurrentStructure, naming: RecurrentNaming) -> Table:
    """A line for every unit at every step, in the order of time."""
    quantities = (Z, A, *((DE_DZ,) if structure.loss is not None else ()))
    rows = [
        Row(
            naming.unit("a", layer.number, (unit, step)),
            tuple(Ref(quantity, layer.number, (unit, step)) for quantity in quantities),
        )
        for step in range(structure.steps)
        for layer in structure.layers
        for unit in range(layer.units)
    ]
    return Table("layers", ("z", "activation", "delta")[: len(quantities)], rows)


def _data_table(structure: RecurrentStructure, naming: RecurrentNaming, sequences: int, *, has_targets: bool) -> Table:
    """A line for every sequence at every step: what comes in then, what should come out, and what does."""
    outputs = structure.output.units
    units = [
        (quantity, word, layer, unit)
        for quantity, word, layer, count in (
            (X_CELL, "input", 0, structure.inputs),
            (T_CELL, "target", OUTPUT, outputs if has_targets else 0),
            (O_CELL, "output", OUTPUT, outputs),
        )
        for unit in range(count)
    ]
    columns = tuple(f"{word}={naming.unit(quantity.letter, layer, (unit,))}" for quantity, word, layer, unit in units)

    def row(place: int) -> Row:
        number, step = divmod(place, structure.steps)
        cells = tuple(Ref(quantity, layer, (number, unit, step)) for quantity, _, layer, unit in units)
        return Row(f"{number + 1}{at(step)}", cells, sample=number)

    rows = LazyRows(sequences * structure.steps, row)
    return Table("data", columns, rows, labels="sample_time", per_sample=structure.steps)


LETTERS: dict[str, Quantity] = {"x": X, "t": T, "z": Z, "h": A, "o": A, "b": B, "E_o": E_O}
GRADIENTS: dict[Quantity, Quantity] = {W: DE_DW, B: DE_DB, A: DE_DA, Z: DE_DZ}

_UNIT = re.compile(r"(E_o|[xtzhob])(\d{1,6})(?:[⟨<](\d{1,6})[⟩>])?")
_WEIGHT = re.compile(r"W([xhy])(?:(\d{1,9})|\[(\d{1,6}),\s*(\d{1,6})\])")
_STEPS = re.compile(r"E[⟨<](\d{1,6})(?:…(\d{1,6}))?[⟩>]")


class RecurrentFinder:
    """Finds the numbers of one network."""

    def __init__(self, structure: RecurrentStructure, naming: RecurrentNaming) -> None:
        self._structure = structure
        self._naming = naming

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names; None where this network has none such."""
        symbol = symbol.strip()
        if symbol == "E":
            return Ref(E) if self._structure.loss else None
        if symbol.startswith("∂"):
            return self._derivative(symbol)
        if symbol.endswith((PLUS, "+")):
            return self._new(symbol[:-1])
        if symbol.startswith(CHANGE):
            new = self._new(symbol.removeprefix(CHANGE))
            return (
                new._replace(quantity=new.quantity.of.change)
                if new and isinstance(new.quantity, NewParameter)
                else None
            )
        if (match := _STEPS.fullmatch(symbol)) and match[2] is None:
            step = int(match[1]) - 1
            is_there = self._structure.loss is not None and 0 <= step < self._structure.steps
            return Ref(E_T, 0, (step,)) if is_there else None
        slot, underscore, name = symbol.partition("_")
        if underscore and slot in self._structure.slots:
            of = self._weight(name) or self._unit(name)
            parameter = None if of is None else of.quantity
            return of._replace(quantity=parameter.slot(slot)) if isinstance(parameter, LayerParameter) else None  # type: ignore[union-attr]
        return self._weight(symbol) or self._unit(symbol)

    def _new(self, symbol: str) -> Ref | None:
        ref = self.find(symbol)
        if ref is None or self._structure.optimizer is None:
            return None
        if isinstance(ref.quantity, OptimizerSlot):
            return ref._replace(quantity=ref.quantity.of.new_slot(ref.quantity.slot))
        return ref._replace(quantity=ref.quantity.new) if isinstance(ref.quantity, LayerParameter) else None

    def _weight(self, symbol: str) -> Ref | None:
        match = _WEIGHT.fullmatch(symbol)
        if match is None:
            return None
        layer = OUTPUT if match[1] == "y" else HIDDEN
        first = self._structure.inputs if match[1] == "h" else 0
        senders = {"x": self._structure.inputs, "h": self._structure.fed_back, "y": self._structure.output.senders}
        count = senders[match[1]]
        if match[2] is not None:
            unit, sender = divmod(int(match[2]) - 1, count) if count else (-1, -1)
        else:
            sender, unit = int(match[3]) - 1, int(match[4]) - 1
        if not (0 <= sender < count and 0 <= unit < self._structure.layer(layer).units):
            return None
        return Ref(W, layer, (first + sender, unit))

    def _unit(self, symbol: str) -> Ref | None:
        """A unit's number at a step; a bias, which has no step."""
        match = _UNIT.fullmatch(symbol)
        if match is None:
            return None
        structure, letter, unit = self._structure, match[1], int(match[2]) - 1
        hidden, outputs = structure.hidden.units, structure.output.units
        layer = {"x": 0, "h": HIDDEN}.get(letter, OUTPUT)
        if letter in "zb":
            layer, unit = (HIDDEN, unit) if unit < hidden else (OUTPUT, unit - hidden)
        count = {0: structure.inputs, HIDDEN: hidden, OUTPUT: outputs}[layer]
        if not 0 <= unit < count or (letter == "E_o" and structure.loss is None):
            return None
        if letter == "b":
            has_bias = match[3] is None and structure.layer(layer).biases is not None
            return Ref(B, layer, (unit,)) if has_bias else None
        first = START if letter == "h" and structure.fed_back else 0
        if match[3] is None or not first <= int(match[3]) - 1 < structure.steps:
            return None
        return Ref(LETTERS[letter], layer, (unit, int(match[3]) - 1))

    def _derivative(self, symbol: str) -> Ref | None:
        above, slash, below = symbol.removeprefix("∂").partition("/∂")
        of = (self._weight(below) or self._unit(below)) if slash and self._structure.loss else None
        if of is None or of.index[-1] == START:
            return None
        layer = self._structure.layer(of.layer) if of.layer else None
        if above == "E" and layer is not None:
            gradient = GRADIENTS.get(of.quantity)
            is_hidden_in_fusion = gradient is DE_DA and layer.is_fused
            return of._replace(quantity=gradient) if gradient and not is_hidden_in_fusion else None
        if (match := _STEPS.fullmatch(above)) and of.quantity is A and of.layer == HIDDEN:
            return self._part(of, match[0].replace("<", "⟨").replace(">", "⟩"))
        top = self._unit(above)
        if layer is None or top is None or (top.quantity, of.quantity) != (A, Z):
            return None
        has_slope = not layer.is_fused and not layer.activation.couples_units
        return of._replace(quantity=DA_DZ) if top[1:] == of[1:] and has_slope else None

    def _part(self, of: Ref, errors: str) -> Ref | None:
        """The part of ∂E/∂h that comes from its own step's error, or from later ones."""
        step = of.index[1]
        if errors == f"E{at(step)}":
            return of._replace(quantity=PART_OWN)
        has_later = self._structure.fed_back and step + 1 < self._structure.steps
        return of._replace(quantity=PART_LATER) if has_later and errors == self._naming.later_steps(step) else None


def recurrent_probe(
    structure: RecurrentStructure, naming: RecurrentNaming, tape: BatchOfSequences, loss: Loss
) -> FlatProbe:
    """The loss of the sequences on `tape` as a function of any one parameter: passes on arrays of complex numbers."""
    state = tape.before.astype(np.complex128)
    numbers = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = sequence_arrays(structure, tape.size, numbers, state, state)
    batch.x, batch.t = tape.x, tape.t

    def loss_anew() -> complex:
        passes.forward(batch)
        return passes.loss(batch, loss)

    def shaken(shake: Shake) -> NDArray[Any]:
        state = shake(tape.before)
        batch = sequence_arrays(structure, tape.size, np.zeros(numbers.shape), state, state)
        batch.x, batch.t = shake(tape.x), shake(tape.t)
        for arrays in (batch.hidden, batch.output):
            activation = arrays.layer.activation
            arrays.layer = replace(arrays.layer, activation=replace(activation, value=shake.after(activation.value)))
        passes.forward(batch)
        passes.backward(batch, loss)
        return batch.gradients

    return FlatProbe(structure, naming, tape.gradients, state, (batch.hidden, batch.output), loss_anew, shaken)


Array = NDArray[np.float64]

RECURRENT_STREAM = 3
"""Layers 1 and 2 draw from streams of their own; so do the recurrent weights, whether there is feedback or not."""


class RecurrentModel(LayeredModel):
    """See engine/model.py: Model."""

    structure: RecurrentStructure
    curves = ()
    curve_numbers: Mapping[str, Ref] = {}
    _current: BatchOfSequences

    def __init__(self, body: RecurrentBody) -> None:
        self._body = body
        structure, sequences = RecurrentStructure(body), len(body.data.inputs)
        super().__init__(structure, body.training, sequences)
        self.naming = RecurrentNaming(structure)
        self.find = RecurrentFinder(structure, self.naming).find
        self.program = recurrent_program(structure)
        self.classes = classes_of(body.data, self.structure.output.units)
        self.tables = recurrent_tables(structure, self.naming, body.data)
        self._inputs = self._by_step(body.data.inputs, self.structure.inputs)
        self._targets = self._by_step(body.data.targets, self.structure.output.units)
        self._arrays: dict[tuple[int, int], BatchOfSequences] = {}
        self._kept: dict[int, BatchOfSequences] = {}  # over all sequences, by which state is present
        self._optimizer_work = np.zeros(self.structure.parameters)
        self._iteration = 1
        self._rows: Sequence[int] = range(self._batches.size)
        self._current = self._arrays_for(self._batches.size)

    def _by_step(self, rows: Array | None, width: int) -> Array:
        """(steps, sequences, width) from rows that hold step after step; no steps without rows."""
        if rows is None:
            return np.empty((0, len(self._body.data.inputs), width))
        steps = rows.reshape(len(rows), self.structure.steps, width)
        return np.ascontiguousarray(steps.transpose(1, 0, 2))

    # state

    def carry_over(self, before: RecurrentModel) -> None:
        """Matrices of the same shape keep their weights, and an optimizer of the same kind what it remembers."""
        state = self._initial.copy()
        after = before._state(landed=False)  # it has been accepted
        mine, others = self.structure, before.structure
        views = zip(mine.parameter_views(state), others.parameter_views(after), strict=True)
        for (weights, biases), (old_weights, old_biases) in views:
            if weights.shape == old_weights.shape:
                weights[:] = old_weights
            elif weights.shape[1] == old_weights.shape[1] and mine.inputs == others.inputs:
                weights[: mine.inputs] = old_weights[: mine.inputs]  # feedback was switched on or off
            if biases is not None and old_biases is not None and biases.shape == old_biases.shape:
                biases[:] = old_biases
        if mine.slots == others.slots and mine.state_size == others.state_size:
            state[mine.parameters :] = after[others.parameters :]
        self.restore(state)

    def _initial_state(self) -> Array:
        state = np.zeros(self.structure.state_size)
        structure, body = self.structure, self._body
        seed, inputs = body.network.seed, structure.inputs
        views = structure.parameter_views(state)
        senders = (inputs, structure.output.senders)
        for layer, of_layer, (weights, biases) in zip(structure.layers, senders, views, strict=True):
            given, spec = layer.spec.weights, layer.spec
            weights[:of_layer] = initial_weights(spec, of_layer, seed, layer.number) if given is None else given
            if biases is not None and spec.biases is not None:
                biases[:] = spec.biases
        if structure.fed_back:
            recurrent, spec = body.recurrent_weights, structure.hidden.spec
            if recurrent is None:
                recurrent = initial_weights(spec, structure.fed_back, seed, RECURRENT_STREAM)
            views[0][0][inputs:] = recurrent
        return state

    # one iteration

    def enter(self, iteration: int) -> float:
        """Compute the whole tape of `iteration`; the loss of its batch (NaN where nothing is trained)."""
        batch = self._fill_batch(iteration)
        passes.forward(batch)
        structure = self.structure
        if structure.loss is None or self._optimizer is None:
            return float("nan")
        batch.loss = passes.loss(batch, structure.loss)
        passes.backward(batch, structure.loss)
        self._optimizer.update_into(
            batch.gradients,
            structure.slot_views(batch.before),
            batch.before[: structure.parameters],
            self._update_number(iteration),
            structure.slot_views(batch.after),
            batch.after[: structure.parameters],
            self._optimizer_work,
        )
        return batch.loss

    def observe(self, iteration: int) -> tuple[float, ...]:
        """Nothing besides the loss."""
        return ()

    def _fill_batch(self, iteration: int) -> BatchOfSequences:
        """Lay in the batch of `iteration`."""
        rows, place = self._batches.of(iteration)
        batch = self._arrays_for(len(rows))
        self._iteration, self._current, self._rows = iteration, batch, rows
        batch.x, batch.t = self._inputs[:, place], self._targets[:, place]
        return batch

    def _arrays_for(self, size: int) -> BatchOfSequences:
        key = size, self._before
        if key not in self._arrays:
            other = self._arrays.get((size, 1 - self._before))
            numbers = other.numbers if other else np.zeros(work_size(self.structure, size))
            before, after = self._state(landed=False), self._state(landed=True)
            self._arrays[key] = sequence_arrays(self.structure, size, numbers, before, after)
        return self._arrays[key]

    # trouble

    def is_finite(self) -> bool:
        """Whether the tape and the new state hold only finite numbers."""
        batch = self._current
        return bool(np.isfinite(batch.numbers).all() and np.isfinite(batch.after).all())

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value, row of the batch) of the first number that is not finite."""
        return first_trouble(self.program, self.tape)

    # reading

    @property
    def tape(self) -> RecurrentTape:
        """The tape itself."""
        return self._reader(self._current)

    def freeze(self, *, landed: bool) -> RecurrentTape:
        """A copy of the tape."""
        batch = self._current
        numbers, before, after = batch.numbers.copy(), batch.before.copy(), batch.after.copy()
        copy = sequence_arrays(self.structure, batch.size, numbers, before, after)
        copy.x, copy.t = batch.x, batch.t
        return self._reader(copy, landed=landed)

    def _reader(self, batch: BatchOfSequences, *, landed: bool = False) -> RecurrentTape:
        update = self._update_number(self._iteration)
        return RecurrentTape(
            self.structure, self.naming, batch, self._body.data, self._rows, update, besides=batch_errors, landed=landed
        )

    def region(self, x: Array, y: Array, *, landed: bool) -> None:
        """Sequences do not lie in a plane."""
        return

    def probe(self) -> FlatProbe | None:
        """The loss on the tape as a function of each parameter."""
        loss = self.structure.loss
        return None if loss is None else recurrent_probe(self.structure, self.naming, self._current, loss)

    # the whole training set

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) at the present parameters; a row of outputs is a sequence, step after step."""
        batch = self._over_all(landed=landed)
        outputs = batch.output.a.transpose(1, 0, 2).reshape(batch.size, -1).copy()
        loss = float(batch.loss) if self.structure.loss is not None else None
        return outputs, loss, accuracy(self.classes, batch.output.a, batch.t)

    def loss(self, *, landed: bool) -> float | None:
        """Over all sequences."""
        return None if self.structure.loss is None else float(self._over_all(landed=landed).loss)

    def validate(self, *, landed: bool) -> tuple[None, None]:
        """No sequences are kept back."""
        return None, None

    def _over_all(self, *, landed: bool) -> BatchOfSequences:
        """A forward pass over all sequences, in arrays that are made once for each of the two states."""
        which = 1 - self._before if landed else self._before
        if which not in self._kept:
            self._kept[which] = self._scratch(slice(None), landed=landed)
            return self._kept[which]
        self._pass(self._kept[which])
        return self._kept[which]

    def _scratch(self, rows: slice, *, landed: bool) -> BatchOfSequences:
        """A forward pass in arrays of its own: the tape stays as it is."""
        state = self._state(landed=landed)
        x, t = self._inputs[:, rows], self._targets[:, rows]
        batch = sequence_arrays(
            self.structure, x.shape[1], np.zeros(work_size(self.structure, x.shape[1])), state, state
        )
        batch.x, batch.t = x, t
        self._pass(batch)
        return batch

    def _pass(self, batch: BatchOfSequences) -> None:
        with np.errstate(all="ignore"):
            passes.forward(batch)
            if self.structure.loss is not None:
                batch.loss = passes.loss(batch, self.structure.loss)

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model. Forward numbers are those of the first sequence."""
        if not ref.quantity.of_forward_pass:
            return self.tape.value(ref, 0)
        return self._reader(self._scratch(slice(1), landed=landed)).value(ref, 0)
