"""Single numbers of the data: where the scenario sets them, and what an edit of one sets.

An input or a target has a path wherever it comes from, so that it can be edited: `data.inputs.17.0 = 0.5` sets one over
those of a CSV file (csv.py) or a generator (generators.py). It is the same as where all numbers stand in the scenario
itself: rows and columns from 0, the rows that are kept back included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.numbers import index_in, typed_number
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.scenario.tables import Place, count, number
from dlsim.engine.text import shown
from dlsim.engine.timeline import Jump

Array = NDArray[np.float64]

KEYS = ("inputs", "targets")
REMEDY = "give its numbers as a list, or single ones by their column: { 0 = 0.5 }"


def split_set_numbers(table: Mapping[str, Any], sources: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """`[data]` in two: (the table without the single numbers, the single numbers by "inputs" and "targets").

    There are single numbers only where one of the keys `sources` says where the samples come from.
    """
    has_source = any(key in table for key in sources)
    found = {key: table[key] for key in KEYS if has_source and isinstance(table.get(key), Mapping)}
    return {key: item for key, item in table.items() if key not in found}, found


def with_set_numbers(numbers: Array, rows: Mapping[str, Any], place: Place) -> Array:
    """(samples, columns): a copy of `numbers` with the single ones of `rows` set; the same array where there are none.

    `rows` holds, by the row's number as a text, either all numbers of the row or some by column. Raises ScenarioError
    for a row or a column that is not there, and for what is no number.
    """
    if not rows:
        return numbers
    copy = numbers.copy()
    samples, width = numbers.shape
    for key, row in rows.items():
        here = place / key
        values = copy[_counted(key, samples, "row", here)]
        if isinstance(row, Mapping):
            for column, value in row.items():
                values[_counted(column, width, "column", here / column)] = number(value, here / column)
        elif isinstance(row, list):
            if len(row) != width:
                raise here.error(f"found {count(len(row), 'number')}", row, f"a row here has {count(width, 'number')}")
            values[:] = [number(value, here / column) for column, value in enumerate(row)]
        else:
            raise here.error(f"found {shown(row)}", row, REMEDY)
    return copy


def _counted(key: str, many: int, noun: str, place: Place) -> int:
    """The row or column that a key names."""
    index = index_in(key, many)
    if index is not None and key == str(index):
        return index
    numbers = f"0 to {many - 1}" if many > 1 else "0"
    raise place.error(f"there is no {noun} {shown(key)} in the data", key, f"use {numbers}")


class Datum(Struct, frozen=True):
    """One number of the data. `path` is where the scenario sets it, wherever it comes from; `row` are the numbers that
    go with it, and `place` is its own among them; `sample` counts from 1 as on screen, what is kept back left out, and
    is None where there is only one.

    Where targets are probabilities, which the loss has sum to 1, the others share what one of them leaves, in the
    proportions in which they stand: 1 for a class makes the sample one of this class.
    """

    path: str
    sample: int | None
    place: int
    row: tuple[float, ...]
    is_shared: bool = False

    @property
    def at(self) -> int:
        """Its sample's row in the training data, from 0."""
        return (self.sample or 1) - 1

    def settings(self, value: Any) -> Mapping[str, Any]:
        """What to set, by dotted path, so that it becomes `value`, a number or a fraction as a file would have it."""
        row = self.row_with(value)
        return {self.path: value} if row is None else {self.path.rpartition(".")[0]: list(row)}

    def row_with(self, value: Any) -> tuple[float, ...] | None:
        """The row in which it is `value` and the others follow; None where they stay what they are."""
        found = typed_number(value) if isinstance(value, str) else value
        if not self.is_shared or isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 1:
            return None
        taken = float(found)
        others = sum(self.row[: self.place]) + sum(self.row[self.place + 1 :])
        many = len(self.row) - 1
        return tuple(
            taken if place == self.place else (1 - taken) * (number / others if others > 0 else 1 / many)
            for place, number in enumerate(self.row)
        )


def datum_at(scenario: Scenario, ref: Ref, row: int) -> Datum | None:
    """The number of the data at `ref`, None where it is none; `row` is that of the sample under the lens, among those
    that are trained on.
    """
    key, data, network = ref.quantity.datum, scenario.data, scenario.network
    if key is None or data is None or network is None or not scenario.has_editable_data:
        return None
    numbers, width = (data.inputs, network.inputs) if key == "inputs" else (data.targets, network.widths[-1])
    at, (unit, *steps) = (ref.index[0], ref.index[1:]) if ref.quantity.names_row else (row, ref.index)
    if numbers is None or unit >= width:  # what is fed back comes after the inputs
        return None
    path = f"data.{key}.{data.rows[at]}"
    if scenario.steps:
        step = steps[0] if steps else scenario.steps - 1
        numbers = numbers.reshape(len(numbers), scenario.steps, width)[:, step]
        is_row = isinstance(scenario.raw["data"][key][at][step], list)  # where it is one number, it may stand alone
        path = f"{path}.{step}.{unit}" if is_row else f"{path}.{step}"
    else:
        path = f"{path}.{unit}"
    training = scenario.training
    is_shared = key == "targets" and width > 1 and training is not None and LOSSES[training.loss].targets_sum_to_one
    sample = at + 1 if len(numbers) > 1 else None
    return Datum(path, sample, unit, tuple(map(float, numbers[at])), is_shared)


def edit_of(scenarios: Sequence[tuple[int, Scenario]], ref: Ref, row: int) -> Jump | None:
    """What the last edit made of the number of the data at `ref`; None where it is as it came. `scenarios` are those
    that have held, each with the iteration from which on it did.
    """
    found = [(start, _number_at(scenario, ref, row)) for start, scenario in scenarios]
    for (_, before), (start, after) in zip(found[-2::-1], found[:0:-1], strict=True):
        if before is None or after is None:
            return None
        if before != after:
            return Jump(start - 1, before, after)
    return None


def _number_at(scenario: Scenario, ref: Ref, row: int) -> float | None:
    """None where there is no such number."""
    at = ref.index[0] if ref.quantity.names_row else row
    if ref.quantity.datum is None or at >= scenario.samples:
        return None
    datum = datum_at(scenario, ref, row)
    return None if datum is None else datum.row[datum.place]
