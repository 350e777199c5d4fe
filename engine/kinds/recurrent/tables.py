"""The tables of a recurrent network: weights, layers unrolled in time, data."""

from __future__ import annotations

from dlsim.engine.kinds.network.tables import LazyRows
from dlsim.engine.kinds.recurrent.naming import PLUS, Naming
from dlsim.engine.kinds.recurrent.structure import OUTPUT, RecurrentStructure
from dlsim.engine.model import Row, Table
from dlsim.engine.reference import Ref


def recurrent_tables(structure: RecurrentStructure, naming: Naming, sequences: int) -> tuple[Table, ...]:
    """Weights (with gradients, new values and optimizer state), units step by step, data."""
    return _weights(structure, naming), _layers(structure, naming), _data(structure, naming, sequences)


def _weights(structure: RecurrentStructure, naming: Naming) -> Table:
    trains = structure.loss is not None
    columns = ("value", *(("gradient", *(f"={slot}{PLUS}" for slot in structure.slots), "new") if trains else ()))
    parameters = [
        (letter, layer.number, index)
        for layer in structure.layers
        for letter, indices in (
            ("W", structure.weights_in_order(layer.number)),
            ("b", [(unit,) for unit in range(layer.units)] if layer.biases else []),
        )
        for index in indices
    ]
    rows = []
    for letter, layer, index in parameters:
        quantities = [f"now_{letter}"]
        if trains:
            quantities += [f"dE_d{letter}", *(f"new_slot:{slot}:{letter}" for slot in structure.slots), f"new_{letter}"]
        cells = tuple(Ref(quantity, layer, index) for quantity in quantities)
        rows.append(Row(naming.parameter(letter, layer, index), cells, group=layer))
    return Table("weights", columns, rows)


def _layers(structure: RecurrentStructure, naming: Naming) -> Table:
    """A line for every unit at every step, in the order of time."""
    quantities = ("z", "a", *(("dE_dz",) if structure.loss is not None else ()))
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


def _data(structure: RecurrentStructure, naming: Naming, sequences: int) -> Table:
    """A line for every sequence, its steps side by side."""
    outputs = structure.output.units
    places = [
        (quantity, layer, (unit, step))
        for quantity, layer, units in (("X", 0, structure.inputs), ("T", OUTPUT, outputs), ("O", OUTPUT, outputs))
        for step in range(structure.steps)
        for unit in range(units)
    ]
    columns = tuple(f"={naming.unit(quantity.lower(), layer, index)}" for quantity, layer, index in places)

    def row(number: int) -> Row:
        cells = tuple(Ref(quantity, layer, (number, *index)) for quantity, layer, index in places)
        return Row(str(number + 1), cells, sample=number)

    return Table("data", columns, LazyRows(sequences, row))
