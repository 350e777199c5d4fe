"""An input or a target as something that can be edited: its path in the scenario, and what to set there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.numbers import typed_number
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import Scenario, TrainingSpec
from dlsim.engine.timeline import Jump

QUANTITIES: Mapping[str, str] = {"x": "inputs", "X": "inputs", "t": "targets", "T": "targets"}
"""x and t belong to the sample under the lens, X and T name their row."""
EDITABLE = ("network", "recurrent")
"""Kinds whose data can be edited; by name, as an import of one would make every start wait for all of it."""


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
    key, body = QUANTITIES.get(ref.quantity), scenario.body
    if key is None or scenario.kind not in EDITABLE:
        return None
    data = body.data
    numbers, width = (data.inputs, body.network.inputs) if key == "inputs" else (data.targets, body.network.widths[-1])
    at, (unit, *steps) = (ref.index[0], ref.index[1:]) if ref.quantity in ("X", "T") else (row, ref.index)
    if numbers is None or unit >= width:  # what is fed back comes after the inputs
        return None
    path = f"data.{key}.{data.rows[at]}"
    if scenario.kind == "recurrent":
        step = steps[0] if steps else body.steps - 1
        numbers = numbers.reshape(len(numbers), body.steps, width)[:, step]
        is_row = isinstance(scenario.raw["data"][key][at][step], list)  # where it is one number, it may stand alone
        path = f"{path}.{step}.{unit}" if is_row else f"{path}.{step}"
    else:
        path = f"{path}.{unit}"
    is_shared = key == "targets" and width > 1 and _sum_to_one(body.training)
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
    at = ref.index[0] if ref.quantity in ("X", "T") else row
    if ref.quantity not in QUANTITIES or scenario.kind not in EDITABLE or at >= len(scenario.body.data.inputs):
        return None
    datum = datum_at(scenario, ref, row)
    return None if datum is None else datum.row[datum.place]


def _sum_to_one(training: TrainingSpec | None) -> bool:
    return training is not None and LOSSES[training.loss].targets_sum_to_one
