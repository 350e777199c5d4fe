"""A network that runs: the ops of an iteration, the tables, the number that a symbol names, and the state."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import classes_of
from dlsim.engine.functions.initialisers import initial_weights
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
)
from dlsim.engine.kinds.layered.tape import Layer
from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.data_summaries import HELD_READ, TRAINED, besides
from dlsim.engine.kinds.network.passes import (
    BatchArrays,
    Losses,
    Naming,
    NetworkBody,
    Structure,
    answers,
    batch_arrays,
    evaluate,
    forward_pass,
    network_probe,
    watched_slice,
    work_size,
)
from dlsim.engine.kinds.network.tape import DZ_DB, DZ_DW, PART, NetworkTape
from dlsim.engine.kinds.probe import FlatProbe
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


def network_program(structure: Structure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    ops = [op for layer in structure.layers for op in _forward(layer)]
    if structure.loss is not None:
        last = structure.output
        ops.append(_units(E_O, "loss", last.number, last.units))
        ops.append(Op(E, "loss", None, 1, lambda _: Ref(E)))
        rate_is_shown = False
        for layer in reversed(structure.layers):
            ops.extend(_backward(structure, layer))
            if not rate_is_shown and _is_trained(layer) and structure.optimizer and structure.optimizer.rate_notation:
                rate_is_shown = True
                ops.append(Op(RATE, "backward", None, 1, lambda _: Ref(RATE)))
            ops.extend(_new_parameters(structure, layer))
        ops.append(Op(UPDATE, "update", None, 1, lambda _: Ref(UPDATE)))
    return Program(ops)


def _forward(layer: Layer) -> Iterator[Op]:
    yield _units(Z, "forward", layer.number, layer.units)
    yield _units(A, "forward", layer.number, layer.units)


def _backward(structure: Structure, layer: Layer) -> Iterator[Op]:
    number, units = layer.number, layer.units
    if layer.is_fused:
        yield _units(DE_DZ, "backward", number, units)
    else:
        if not layer.is_output:
            above = structure.layer(number + 1).units
            yield _pairs(PART, number, units * above, above)
        yield _units(DE_DA, "backward", number, units)
        if layer.activation.couples_units:
            yield _pairs(DA_DZ, number, units * units, units)
            yield _units(DE_DZ, "backward", number, units)
        else:
            yield _units(DA_DZ, "backward", number, units)
    for of_weights, of_biases in ((DZ_DW, DZ_DB), (DE_DW, DE_DB)):
        yield _weights(of_weights, layer)
        if layer.biases:
            yield _units(of_biases, "backward", number, units)


def _new_parameters(structure: Structure, layer: Layer) -> Iterator[Op]:
    for of in (W, B):
        if of.is_trained(layer):
            for quantity in (*map(of.new_slot, structure.slots), of.new):
                yield _weights(quantity, layer) if of is W else _units(quantity, "backward", layer.number, layer.units)


def _is_trained(layer: Layer) -> bool:
    return W.is_trained(layer) or B.is_trained(layer)


def _units(quantity: Quantity, phase: str, number: int, units: int) -> Op:
    return Op(quantity, phase, number, units, lambda unit: Ref(quantity, number, (unit,)))


def _pairs(quantity: Quantity, number: int, size: int, inner: int) -> Op:
    return Op(quantity, "backward", number, size, _split(quantity, number, inner))


def _split(quantity: Quantity, number: int, inner: int) -> Callable[[int], Ref]:
    return lambda value: Ref(quantity, number, divmod(value, inner))


def _weights(quantity: Quantity, layer: Layer) -> Op:
    def ref(value: int) -> Ref:
        unit, sender = divmod(value, layer.senders)
        return Ref(quantity, layer.number, (sender, unit))

    return Op(quantity, "backward", layer.number, layer.units * layer.senders, ref)


def network_tables(structure: Structure, data: DataSpec) -> tuple[Table, ...]:
    """Weights (as the iteration reads them, gradients, optimizer state, changes, new), layers (z, output, δ), data."""
    naming = Naming(structure)
    return (_weights_table(structure, naming), _layers_table(structure, naming), _data_table(structure, data))


def _weights_table(structure: Structure, naming: Naming) -> Table:
    columns = update_columns(structure.slots) if structure.loss is not None else ("value",)
    starts: list[tuple[int, LayerParameter, int]] = []  # (first row, of weights or biases, layer)
    count = 0
    for layer in structure.layers:
        starts.append((count, W, layer.number))
        count += layer.senders * layer.units
        if layer.biases:
            starts.append((count, B, layer.number))
            count += layer.units

    def row(place: int) -> Row:
        first, of, number = next(start for start in reversed(starts) if start[0] <= place)
        layer = structure.layer(number)
        index = structure.weight_at(number, place - first) if of is W else (place - first,)
        return parameter_row(structure, naming, Ref(of, number, index), layer)

    return Table("weights", columns, LazyRows(count, row), spare=spare_columns(structure.slots))


def _layers_table(structure: Structure, naming: Naming) -> Table:
    trains = structure.loss is not None
    rows = [
        Row(
            naming.unit("a", layer.number, (unit,)),
            (
                Ref(Z, layer.number, (unit,)),
                Ref(A, layer.number, (unit,)),
                *((Ref(DE_DZ, layer.number, (unit,)),) if trains else ()),
            ),
            group=layer.number,
        )
        for layer in structure.layers
        for unit in range(layer.units)
    ]
    return Table("layers", ("z", "activation", *(("delta",) if trains else ())), rows)


def _data_table(structure: Structure, data: DataSpec) -> Table:
    inputs, outputs = structure.widths[0], structure.widths[-1]
    has_targets = data.targets is not None
    columns = (
        *(f"=x{place + 1}" for place in range(inputs)),
        *(f"=t{place + 1}" for place in range(outputs if has_targets else 0)),
        *(f"=o{place + 1}" for place in range(outputs)),
    )

    def row(number: int) -> Row:
        cells = (
            *(Ref(X_CELL, 0, (number, place)) for place in range(inputs)),
            *(Ref(T_CELL, 0, (number, place)) for place in range(outputs if has_targets else 0)),
            *(Ref(O_CELL, 0, (number, place)) for place in range(outputs)),
        )
        return Row(str(number + 1), cells, sample=number)

    return Table("data", columns, LazyRows(len(data.inputs), row), labels="sample")


LETTERS: dict[str, Quantity] = {"x": X, "t": T, "z": Z, "h": A, "o": A, "b": B}
GRADIENTS: dict[Quantity, Quantity] = {W: DE_DW, B: DE_DB, A: DE_DA, Z: DE_DZ}


class Finder:
    """Finds the numbers of one network."""

    def __init__(self, structure: Structure, naming: Naming) -> None:
        self._structure = structure
        self._naming = naming

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names, short form or long; None where this network has none such."""
        symbol = symbol.strip()
        if symbol == "E":
            return Ref(E)
        if symbol.startswith("∂"):
            return self._parse_derivative(symbol)
        if symbol.endswith((PLUS, "+")):
            return self._parse_new(symbol[:-1])
        if symbol.startswith(CHANGE):
            new = self._parse_new(symbol.removeprefix(CHANGE))
            return (
                new._replace(quantity=new.quantity.of.change)
                if new and isinstance(new.quantity, NewParameter)
                else None
            )
        if match := re.fullmatch(r"E_o(\d+)", symbol):
            return self._unit_ref(E_O, "o", int(match[1]))
        if match := re.fullmatch(r"(.+?)_([Wb].*)", symbol):
            parameter = self._parse_plain(match[2])
            if parameter and match[1] in self._structure.slots and (of := self._trained(parameter)):
                return parameter._replace(quantity=of.slot(match[1]))
            return None
        return self._parse_plain(symbol)

    def _parse_new(self, symbol: str) -> Ref | None:
        ref = self.find(symbol)
        if ref is None or self._structure.optimizer is None:
            return None
        if isinstance(ref.quantity, OptimizerSlot):
            return ref._replace(quantity=ref.quantity.of.new_slot(ref.quantity.slot))
        of = self._trained(ref)
        return None if of is None else ref._replace(quantity=of.new)

    def _trained(self, ref: Ref) -> LayerParameter | None:
        """The weights or biases among which it is; None where an update does not change them, or it is none."""
        of = ref.quantity
        return of if isinstance(of, LayerParameter) and of.is_trained(self._structure.layer(ref.layer)) else None

    def _parse_plain(self, symbol: str) -> Ref | None:
        if match := re.fullmatch(r"W\[(\d{1,4})\]\[(\d{1,6}),\s*(\d{1,6})\]", symbol):
            layer, sender, unit = (int(part) for part in match.groups())
            if 1 <= layer <= self._naming.last:
                shape = self._structure.layer(layer)
                if 1 <= sender <= shape.senders and 1 <= unit <= shape.units:
                    return Ref(W, layer, (sender - 1, unit - 1))
            return None
        if match := re.fullmatch(r"W(\d{1,9})", symbol):
            number = int(match[1]) - 1
            if not 0 <= number < self._naming.first_weight[-1]:
                return None
            layer = bisect_right(self._naming.first_weight, number)
            unit, sender = divmod(number - self._naming.first_weight[layer - 1], self._structure.layer(layer).senders)
            return Ref(W, layer, (sender, unit))
        if match := re.fullmatch(r"([xtzhob])(\d{1,9})", symbol):
            return self._unit_ref(LETTERS[match[1]], match[1], int(match[2]))
        return None

    def _unit_ref(self, quantity: Quantity, letter: str, number: int) -> Ref | None:
        number -= 1
        if number < 0:
            return None
        if letter == "x":
            return Ref(X, 0, (number,)) if number < self._structure.widths[0] else None
        if letter in "to":
            return Ref(quantity, self._naming.last, (number,)) if number < self._structure.widths[-1] else None
        if number >= self._naming.first_unit[-1]:
            return None
        layer = bisect_right(self._naming.first_unit, number)
        if letter == "h" and layer == self._naming.last:
            return None
        if letter == "b" and self._structure.layer(layer).biases is None:
            return None
        return Ref(quantity, layer, (number - self._naming.first_unit[layer - 1],))

    def _parse_derivative(self, symbol: str) -> Ref | None:
        above, slash, below = symbol.partition("/∂")
        of = self._parse_plain(below) if slash else None
        above = above.removeprefix("∂")
        if of is None or self._structure.loss is None:
            return None
        quantity, layer, index = of.quantity, of.layer, of.index
        if above == "E":
            gradient = GRADIENTS.get(quantity)
            if gradient is None or (gradient is DE_DA and self._structure.layer(layer).is_fused):
                return None
            return Ref(gradient, layer, index)
        if match := re.fullmatch(r"E_([oz]\d+)", above):
            reached = self._parse_plain(match[1])
            if quantity is not A or reached is None or reached.layer != layer + 1:
                return None
            ref = Ref(PART, layer, (*index, *reached.index))
            return ref if above == self._naming.part_of_error(layer + 1, ref.index[1]) else None
        top = self._parse_plain(above)
        if top is None or top.layer != layer:
            return None
        if top.quantity is A and quantity is Z:
            shape = self._structure.layer(layer)
            if shape.activation.couples_units:
                return None if shape.is_fused else Ref(DA_DZ, layer, (*top.index, *index))
            return Ref(DA_DZ, layer, index) if top.index == index and not shape.is_fused else None
        if top.quantity is Z and isinstance(quantity, LayerParameter) and top.index[-1] == index[-1]:
            return Ref(DZ_DW if quantity.is_weight else DZ_DB, layer, index)
        return None


Array = NDArray[np.float64]


class NetworkModel(LayeredModel):
    """See engine/model.py: Model."""

    structure: Structure
    naming: Naming
    _current: BatchArrays

    def __init__(self, body: NetworkBody) -> None:
        self._body = body
        self._data = body.data
        self.classes = classes_of(body.data)
        structure = Structure(body)
        super().__init__(structure, body.training, len(body.data.inputs))
        self.naming = Naming(structure)
        self.find = Finder(structure, self.naming).find
        self.program = network_program(structure)
        self.tables = network_tables(structure, body.data)
        self.curves = ("validation",) if self.trains and len(body.data.validation_inputs) else ()
        self.curve_numbers = {"validation": Ref(HELD_READ.loss), "over_all": Ref(TRAINED.loss)}
        size = self._batches.size
        self._work = np.zeros(work_size(self.structure, size))
        self._watched = self._work[watched_slice(self.structure, size)]
        self._arrays: dict[tuple[int, int], BatchArrays] = {}
        self._losses = Losses(structure, self._states, body.data.inputs, body.data.targets)
        self._iteration = 1
        self._rows: Sequence[int] = range(size)
        self._current = self._arrays_for(size)

    # state

    def _initial_state(self) -> Array:
        state = np.zeros(self.structure.state_size)
        for layer, (weights, biases) in zip(self.structure.layers, self.structure.parameter_views(state), strict=True):
            given = layer.spec.weights
            seed = self._body.network.seed
            weights[:] = initial_weights(layer.spec, layer.senders, seed, layer.number) if given is None else given
            if biases is not None and layer.spec.biases is not None:
                biases[:] = layer.spec.biases
        return state

    def carry_over(self, before: NetworkModel) -> None:
        """Layers of the same shape keep their weights, and an optimizer of the same kind what it remembers."""
        state = self._initial.copy()
        after = before._state(landed=False)  # it has been accepted
        mine, others = self.structure, before.structure
        old_parameters = others.parameter_views(after)
        for (weights, biases), (old_weights, old_biases) in zip(
            mine.parameter_views(state), old_parameters, strict=False
        ):
            if weights.shape == old_weights.shape:
                weights[:] = old_weights
                if biases is not None and old_biases is not None:
                    biases[:] = old_biases
        if mine.slots == others.slots and mine.state_size == others.state_size and mine.trained == others.trained:
            state[mine.parameters :] = after[others.parameters :]
        self.restore(state)

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias."""
        super().set_number(ref, number)
        of = ref.quantity.before
        if isinstance(of, LayerParameter) and not of.is_trained(self.structure.layer(ref.layer)):
            self._state(landed=True)[:] = self._state(landed=False)  # a frozen parameter stands in both states

    # one iteration

    def enter(self, iteration: int) -> float:
        """Compute the whole tape of `iteration`; the loss of its batch (NaN where nothing is trained)."""
        batch = self._fill_batch(iteration)
        passes.forward(batch)
        loss = self.structure.loss
        if loss is None:
            return float("nan")
        batch.loss = passes.loss(batch, loss)
        passes.backward(batch, loss)
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

    def _fill_batch(self, iteration: int) -> BatchArrays:
        """Point the arrays at the batch of `iteration`."""
        rows, place = self._batches.of(iteration)
        batch = self._arrays_for(len(rows))
        self._iteration, self._current, self._rows = iteration, batch, rows
        data = self._data
        batch.x = data.inputs[place]
        batch.t = None if data.targets is None else data.targets[place]
        return batch

    def _arrays_for(self, size: int) -> BatchArrays:
        key = size, self._before
        if key not in self._arrays:
            before, after = self._states[self._before], self._states[1 - self._before]
            self._arrays[key] = batch_arrays(self.structure, size, self._work, before, after)
        return self._arrays[key]

    # trouble

    def observe(self, iteration: int) -> tuple[float, ...]:
        """The loss over the data kept back, at the start of every epoch."""
        if not self.curves:
            return ()
        if self.calendar.of(iteration)[1]:
            return (float("nan"),)
        data, state = self._data, self._state(landed=False)
        _, loss, _ = evaluate(self.structure, state, data.validation_inputs, data.validation_targets)
        return (float("nan") if loss is None else loss,)

    def is_finite(self) -> bool:
        """Whether the tape and the new state hold only finite numbers."""
        watched, after = self._watched, self._current.after
        if isfinite(watched.dot(watched)) and isfinite(after.dot(after)) and isfinite(self._current.loss):
            return True
        # A square may overflow where its number does not.
        return bool(np.isfinite(watched).all() and np.isfinite(after).all() and isfinite(self._current.loss))

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value, row of the batch) of the first number that is not finite."""
        # What the layer below sent has been seen there already.
        return first_trouble((op for op in self.program if op.quantity not in (DZ_DW, DZ_DB)), self.tape)

    # reading

    @property
    def tape(self) -> NetworkTape:
        """The tape itself."""
        return self._reader(self._current)

    def freeze(self, *, landed: bool) -> NetworkTape:
        """A copy of the tape."""
        batch = self._current
        copy = batch_arrays(self.structure, batch.size, self._work.copy(), batch.before.copy(), batch.after.copy())
        copy.x, copy.t = batch.x, batch.t
        return self._reader(copy, landed=landed)

    def _reader(self, batch: BatchArrays, *, landed: bool = False) -> NetworkTape:
        update = self._update_number(self._iteration)
        return NetworkTape(
            self.structure, self.naming, batch, self._data, self._rows, update, besides=besides, landed=landed
        )

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """The first output over the plane of two inputs."""
        if self.structure.widths[0] != 2:
            return None
        grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
        return answers(self.structure, self._state(landed=landed), grid)[:, 0].reshape(len(y), len(x))

    def probe(self) -> FlatProbe | None:
        """The loss on the tape as a function of each parameter."""
        loss = self.structure.loss
        return None if loss is None else network_probe(self.structure, self.naming, self._current, loss)

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) over the training set at the present parameters."""
        data = self._data
        return evaluate(self.structure, self._state(landed=landed), data.inputs, data.targets, self.classes)

    def loss(self, *, landed: bool) -> float | None:
        """The same loss, to the last bit."""
        return self._losses.at(1 - self._before if landed else self._before)

    def validate(self, *, landed: bool) -> tuple[float | None, float | None]:
        """(loss, accuracy) over the data kept back."""
        data = self._data
        if not len(data.validation_inputs):
            return None, None
        state = self._state(landed=landed)
        return evaluate(self.structure, state, data.validation_inputs, data.validation_targets, self.classes)[1:]

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model."""
        if not ref.quantity.of_forward_pass:
            return self.tape.value(ref, 0)
        data = self._data
        targets = None if data.targets is None else data.targets[:1]
        batch = forward_pass(self.structure, self._state(landed=landed), data.inputs[:1], targets)
        return NetworkTape(self.structure, self.naming, batch, data, range(1), 1, besides=besides).value(ref, 0)
