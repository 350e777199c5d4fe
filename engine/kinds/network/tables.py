"""The tables of a network: its parameters, its units, its data, each row a list of references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from dlsim.engine.kinds.layered.quantities import DE_DZ, O_CELL, T_CELL, X_CELL, A, B, LayerParameter, W, Z
from dlsim.engine.kinds.layered.structure import Layer, LayeredStructure
from dlsim.engine.kinds.layered.tape import LayerNaming
from dlsim.engine.kinds.network.structure import Naming, Structure
from dlsim.engine.kinds.updates import spare_columns, update_columns
from dlsim.engine.model import Row, Table
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import DataSpec

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
            return [self._make(place) for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        index %= self._count
        if index not in self._made:
            if len(self._made) >= KEPT_ROWS:
                self._made.clear()
            self._made[index] = self._make(index)
        return self._made[index]


def parameter_row(structure: LayeredStructure, naming: LayerNaming, ref: Ref, layer: Layer) -> Row:
    """A weight or a bias, its gradient, what the optimizer remembers, its change and its new value."""
    of = ref.quantity
    assert isinstance(of, LayerParameter), "a parameter of a layer"
    cells: list[Ref | None] = [ref]
    if structure.loss is not None:
        cells.append(ref._replace(quantity=of.gradient))
        for quantity in (*map(of.new_slot, structure.slots), of.change, of.new):
            cells.append(ref._replace(quantity=quantity) if of.is_trained(layer) else None)
    return Row(naming.parameter(of.key, ref.layer, ref.index), tuple(cells), group=ref.layer)


def network_tables(structure: Structure, data: DataSpec) -> tuple[Table, ...]:
    """Weights (as the iteration reads them, gradients, optimizer state, changes, new), layers (z, output, δ), data."""
    naming = Naming(structure)
    return (_weights(structure, naming), _layers(structure, naming), _data(structure, data))


def _weights(structure: Structure, naming: Naming) -> Table:
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


def _layers(structure: Structure, naming: Naming) -> Table:
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
            *(Ref(X_CELL, 0, (number, place)) for place in range(inputs)),
            *(Ref(T_CELL, 0, (number, place)) for place in range(outputs if has_targets else 0)),
            *(Ref(O_CELL, 0, (number, place)) for place in range(outputs)),
        )
        return Row(str(number + 1), cells, sample=number)

    return Table("data", columns, LazyRows(len(data.inputs), row), labels="sample")
