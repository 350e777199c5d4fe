"""Samples on their way into a scenario: where they come from is for csv.py and generators.py.

A scenario may set single numbers over those of its data file or generator: `data.inputs.17.0 = 0.5`. Written so, a
number has the same path as where all of them stand in the scenario: rows and columns from 0, the rows that are kept
back among them.
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


def apart(table: Mapping[str, Any], elsewhere: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the table without them, what is set of inputs and targets): none where the samples do not come from elsewhere,
    by one of these keys.
    """
    comes_from_elsewhere = any(key in table for key in elsewhere)
    found = {key: table[key] for key in KEYS if comes_from_elsewhere and isinstance(table.get(key), Mapping)}
    return {key: item for key, item in table.items() if key not in found}, found


def with_set(numbers: Array, rows: Mapping[str, Any], place: Place) -> Array:
    """(samples, columns): a copy in which what `rows` set is set; the same array where they set nothing."""
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
