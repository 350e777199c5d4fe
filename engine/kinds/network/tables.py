"""The tables of a network: its parameters, its units, its data, each row a list of references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from dlsim.engine.functions.optimizers import spare_columns, update_columns
from dlsim.engine.kinds.network.naming import Naming
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.model import Row, Table
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import DataSpec


class LazyRows(Sequence[Row]):
    """Rows made when they are looked at: a table may have a hundred thousand of them."""

    def __init__(self, count: int, make: Callable[[int], Row]) -> None:
        self._count, self._make = count, make

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
            return [self._make(place) for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._make(index % self._count)


def network_tables(structure: Structure, data: DataSpec) -> tuple[Table, ...]:
    """Weights (as the iteration reads them, gradients, optimizer state, changes, new), layers (z, output, δ), data."""
    naming = Naming(structure)
    return (_weights(structure, naming), _layers(structure, naming), _data(structure, data))


def _weights(structure: Structure, naming: Naming) -> Table:
    trains = structure.loss is not None
    columns = update_columns(structure.slots) if trains else ("value",)
    starts: list[tuple[int, str, int]] = []  # (first row, "W" or "b", layer)
    count = 0
    for layer in structure.layers:
        starts.append((count, "W", layer.number))
        count += layer.senders * layer.units
        if layer.biases:
            starts.append((count, "b", layer.number))
            count += layer.units

    def row(place: int) -> Row:
        first, letter, number = next(start for start in reversed(starts) if start[0] <= place)
        shape = structure.layer(number)
        unit, sender = divmod(place - first, shape.senders)
        index = (sender, unit) if letter == "W" else (place - first,)
        cells: list[Ref | None] = [Ref(letter, number, index)]
        if trains:
            is_trained = shape.spec.train_weights if letter == "W" else shape.spec.train_biases
            cells.append(Ref(f"dE_d{letter}", number, index))
            slots = (f"new_slot:{slot}:{letter}" for slot in structure.slots)
            for quantity in (*slots, f"change_{letter}", f"new_{letter}"):
                cells.append(Ref(quantity, number, index) if is_trained else None)
        return Row(naming.parameter(letter, number, index), tuple(cells), group=number)

    return Table("weights", columns, LazyRows(count, row), spare=spare_columns(structure.slots))


def _layers(structure: Structure, naming: Naming) -> Table:
    trains = structure.loss is not None
    rows = [
        Row(
            naming.unit("a", layer.number, unit),
            (
                Ref("z", layer.number, (unit,)),
                Ref("a", layer.number, (unit,)),
                *((Ref("dE_dz", layer.number, (unit,)),) if trains else ()),
            ),
            group=layer.number,
        )
        for layer in structure.layers
        for unit in range(layer.units)
    ]
    return Table("layers", ("z", "activation", *(("delta",) if trains else ())), rows)


def _data(structure: Structure, data: DataSpec) -> Table:
    inputs, outputs = structure.widths[0], structure.widths[-1]
    has_targets = data.targets is not None
    columns = (
        *(f"=x{place + 1}" for place in range(inputs)),
        *(f"=t{place + 1}" for place in range(outputs if has_targets else 0)),
        *(f"=o{place + 1}" for place in range(outputs)),
    )

    def row(number: int) -> Row:
        cells = (
            *(Ref("X", 0, (number, place)) for place in range(inputs)),
            *(Ref("T", 0, (number, place)) for place in range(outputs if has_targets else 0)),
            *(Ref("O", 0, (number, place)) for place in range(outputs)),
        )
        return Row(str(number + 1), cells, sample=number)

    return Table("data", columns, LazyRows(len(data.inputs), row), labels="sample")
