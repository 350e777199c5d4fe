"""The samples that a scenario takes from a CSV file (csv.py) or a generator (generators.py).

A scenario may set single numbers of them: `data.inputs.17.0 = 0.5`. The path is the same as where all numbers stand in
the scenario itself: rows and columns from 0, the rows that are kept back included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.numbers import index_in
from dlsim.engine.scenario.tables import Place, count, number
from dlsim.engine.text import shown

Array = NDArray[np.float64]

KEYS = ("inputs", "targets")
REMEDY = "give its numbers as a list, or single ones by their column: { 0 = 0.5 }"


class Samples(Struct, frozen=True):
    """Inputs (samples × features), and either targets (samples × outputs) or a class for each sample."""

    inputs: Array
    targets: Array | None = None
    labels: NDArray[np.intp] | None = None  # (samples,), places in `classes`
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    def targets_for(self, outputs: int) -> Array | None:
        """(samples, outputs): classes are one-hot; two, for a single output, are a column of 0 and 1."""
        if self.labels is None:
            return self.targets
        if len(self.classes) == 2 and outputs == 1:
            return self.labels.astype(np.float64).reshape(-1, 1)
        one_hot: Array = np.equal(self.labels[:, None], np.arange(len(self.classes))).astype(np.float64)
        return one_hot


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
