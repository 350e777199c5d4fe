"""The tables of a recurrent network: weights, then layers and data step by step in time."""

from __future__ import annotations

from dlsim.engine.kinds.layered.quantities import DE_DZ, O_CELL, T_CELL, X_CELL, A, Z, parameters_in_order
from dlsim.engine.kinds.network.tables import LazyRows, parameter_row
from dlsim.engine.kinds.recurrent.structure import OUTPUT, RecurrentNaming, RecurrentStructure, at
from dlsim.engine.kinds.updates import spare_columns, update_columns
from dlsim.engine.model import Row, Table
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import DataSpec


def recurrent_tables(structure: RecurrentStructure, naming: RecurrentNaming, data: DataSpec) -> tuple[Table, ...]:
    """Weights (with gradients, new values and optimizer state), units step by step, data."""
    has_targets = data.targets is not None
    return (
        _weights(structure, naming),
        _layers(structure, naming),
        _data(structure, naming, len(data.inputs), has_targets=has_targets),
    )


def _weights(structure: RecurrentStructure, naming: RecurrentNaming) -> Table:
    columns = update_columns(structure.slots) if structure.loss is not None else ("value",)
    rows = [
        parameter_row(structure, naming, ref, layer)
        for layer in structure.layers
        for ref in parameters_in_order(structure, layer.number)
    ]
    return Table("weights", columns, rows, spare=spare_columns(structure.slots))


def _layers(structure: RecurrentStructure, naming: RecurrentNaming) -> Table:
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


def _data(structure: RecurrentStructure, naming: RecurrentNaming, sequences: int, *, has_targets: bool) -> Table:
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
