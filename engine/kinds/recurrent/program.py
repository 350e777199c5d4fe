"""What a recurrent network has to show: the ops of an iteration, the tables, and the number that a symbol names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dlsim.engine.kinds.layered.model import LazyRows, parameter_row
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
    parameters_in_order,
)
from dlsim.engine.kinds.layered.structure import Layer
from dlsim.engine.kinds.recurrent.arrays import HIDDEN, OUTPUT, START, RecurrentNaming, RecurrentStructure, at
from dlsim.engine.kinds.recurrent.tape import E_T, PART_LATER, PART_OWN
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
