"""Dotted paths into tables, say `network.layers.0.units`: how `--set`, variants and edits name a value.

An input or a target has such a path wherever it comes from, so that it can be edited: that is a `Datum`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from msgspec import Struct

from dlsim.engine.errors import ScenarioError
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.numbers import index_in, typed_number
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Scenario, TrainingSpec
from dlsim.engine.text import clean, shorten, shown
from dlsim.engine.timeline import Jump

NAMED = ("optimizer", "activation", "output_activation")
"""Keys whose value may be a name, or a table with the name and its settings."""

COUNTS = (
    *("epochs", "batch_size", "samples", "classes", "inputs", "hidden", "units", "outputs"),
    *("seed", "schema", "after", "digits"),
)
"""Keys whose numbers are whole, so that a comma can only group them; a test asks the tables whether these are all."""

_PART = re.compile(r'\s*(?:"([^"]*)"|\'([^\']*)\'|([^."\']+?))\s*(?:\.|$)')


def set_path(tables: dict[str, Any], path: str, value: Any, file: str | None = None) -> dict[str, Any]:
    """A copy of `tables` in which `path` holds `value`; whether it may is for validation to say.

    Raises ScenarioError for what is no path, and for one that leads nowhere; `file` is what messages call the file.
    """
    parts = _split(path, file)
    changed = dict(tables)
    place: Any = changed  # what lies on the way is copied, nothing else: nothing else changes
    for depth, part in enumerate(parts):
        here = ".".join(parts[:depth])
        is_last = depth == len(parts) - 1
        if isinstance(place, list):
            index = _index(part, place, here, path, file)
            place[index] = _plain(value) if is_last else copy(place[index])
            place = place[index]
        elif isinstance(place, dict):
            if is_last:
                place[part] = _plain(value)
            elif isinstance(place.get(part), str) and part in NAMED:
                place[part] = {"name": place[part]}
            else:
                place[part] = copy(place.get(part, {}))
            place = place[part]
        else:
            raise ScenarioError(
                f"{here} is {shown(place)}, with nothing inside",
                file=file,
                key=path,
                value=value,
                remedy=f"set {here}",
            )
    return changed


def is_count(path: str) -> bool:
    """Whether only whole numbers may stand at a path."""
    return path.rpartition(".")[2].strip(" \"'") in COUNTS


def _split(path: str, file: str | None) -> list[str]:
    """The parts of a path; a part with dots in it stands in quotes."""
    parts: list[str] = []
    place = 0
    while place < len(path) or (parts and path.endswith(".") and place == len(path)):
        match = _PART.match(path, place)
        if match is None or match.end() == place:
            raise ScenarioError(
                f"{shown(path)} is not a path",
                file=file,
                key=shorten(path),
                value=path,
                remedy="write one such as training.optimizer.learning_rate or network.layers.0.units",
            )
        parts.append(clean(next(group for group in match.groups() if group is not None)))
        place = match.end()
        if place == len(path) and not path.endswith("."):
            break
    if not parts or len(parts) > 32:
        raise ScenarioError(
            f"{shown(path)} is not a path", file=file, value=path, remedy="write one such as training.epochs"
        )
    return parts


def _index(part: str, items: list[Any], here: str, path: str, file: str | None) -> int:
    index = index_in(part, len(items))
    if index is not None:
        return index
    numbers = f"0 to {len(items) - 1}" if len(items) > 1 else "0"
    raise ScenarioError(
        f"{here} is a list of {len(items)}, counted from 0, and has no item {shown(part)}",
        file=file,
        key=shorten(path),
        value=part,
        remedy=f"use {numbers}" if items else f"set {here} as a whole",
    )


def _plain(value: Any) -> Any:
    """A value as TOML would have given it: lists for tuples and arrays, Python's numbers for NumPy's."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


# numbers of the data


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
    is_shared = key == "targets" and width > 1 and _sum_to_one(scenario.training)
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


def _sum_to_one(training: TrainingSpec | None) -> bool:
    return training is not None and LOSSES[training.loss].targets_sum_to_one
