"""`[data]` as a file has it: rows written there, a CSV file or a generator, single numbers set; what is kept back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from dlsim.engine.errors import nearest
from dlsim.engine.kinds.kind import Source
from dlsim.engine.numbers import general
from dlsim.engine.random import Random
from dlsim.engine.scenario.csv import read_csv
from dlsim.engine.scenario.data import Samples, split_set_numbers, with_set_numbers
from dlsim.engine.scenario.generators import GENERATORS, generated
from dlsim.engine.scenario.spec import Array, DataSpec
from dlsim.engine.scenario.tables import Number, Place, Table, convert, count, frozen, matrix, number, unknown_key
from dlsim.engine.text import shorten, shown

Rows = NDArray[np.intp]
MOST_SAMPLES = 100_000
DEFAULT_SAMPLES = 200
DEFAULT_NOISE = 0.1
MOST_NOISE = 1e307
"""A sample may lie six times as far away, and must still be a number: the largest is 1.8e308."""
KEPT_BACK_STREAM = 2
WAYS: Mapping[str, tuple[str, ...]] = {
    "inputs": ("targets",),
    "file": ("features", "target"),
    "generator": ("samples", "noise", "classes"),
}
"""The three ways of giving data: the key that chooses one, and the keys that go with it."""
ELSEWHERE = ("file", "generator")
"""Those in which the numbers do not stand in the scenario: single ones may be set over them."""


class DataTable(Table):
    """`[data]`."""

    inputs: list[list[Number]] | None = None
    targets: list[list[Number]] | None = None
    file: str | None = None
    features: list[str] | None = None
    target: str | list[str] | None = None
    generator: str | None = None
    samples: Annotated[int, Meta(ge=2, le=MOST_SAMPLES)] | None = None
    noise: Number | None = None
    classes: Annotated[int, Meta(ge=2)] | None = None
    validation_fraction: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    seed: Annotated[int, Meta(ge=0)] = 0


def read_data(table: object, place: Place, source: Source, *, outputs: int) -> DataSpec:
    """The samples, some of them kept back; classes become targets for so many `outputs`."""
    changed: Mapping[str, Any] = {}
    if isinstance(table, dict):
        table, changed = split_set_numbers(table, ELSEWHERE)
        _refuse_mixture(table, place)
    data = convert(table, DataTable, place)
    if data.file is not None:
        samples, name = _of_file(data, data.file, place, source), shorten(data.file)
    elif data.generator is not None:
        samples, name = _generated(data, data.generator, place), data.generator
    else:
        samples, name = _written(data, place), "inline"
    inputs = with_set_numbers(samples.inputs, changed.get("inputs", {}), place / "inputs")
    targets = samples.targets_for(outputs)
    if targets is not None:
        targets = with_set_numbers(targets, changed.get("targets", {}), place / "targets")
    elif "targets" in changed:
        raise (place / "targets").error("the data have no targets to change", changed["targets"], "remove it")
    kept, back = _kept_back(len(inputs), data, place)
    return DataSpec(
        inputs=_rows(inputs, kept),
        targets=None if targets is None else _rows(targets, kept),
        validation_inputs=_rows(inputs, back),
        validation_targets=None if targets is None else _rows(targets, back),
        rows=kept,
        features=samples.features,
        classes=samples.classes,
        source=name,
    )


def _rows(numbers: Array, rows: Rows) -> Array:
    """These rows, read-only; where they are all of them, it is no copy."""
    return frozen(numbers if len(rows) == len(numbers) else numbers[rows])


def _refuse_mixture(table: Mapping[str, object], place: Place) -> None:
    """Exactly one way of giving data, and only the keys that go with it."""
    known = DataTable.__struct_fields__
    for key in table:
        if key not in known:
            raise unknown_key(place / key, key, known)
    chosen = [way for way in WAYS if way in table]
    if len(chosen) != 1:
        raise place.error(
            f"found {' and '.join(chosen)}" if chosen else "there is no data",
            chosen,
            f"give one of {', '.join(WAYS)}",
        )
    fitting = WAYS[chosen[0]]
    for way, keys in WAYS.items():
        for key in keys:
            if way != chosen[0] and key in table:
                near = nearest(key, fitting)
                raise (place / key).error(
                    f"{key} goes with {way}, but this is {chosen[0]}",
                    table[key],
                    f"did you mean '{near}'?" if near else f"{chosen[0]} takes {', '.join(fitting)}",
                )


def _written(data: DataTable, place: Place) -> Samples:
    inputs = matrix(data.inputs or (), place / "inputs")
    if data.targets is None:
        return Samples(inputs)
    targets = matrix(data.targets, place / "targets")
    if len(targets) != len(inputs):
        raise (place / "targets").error(
            f"found {count(len(targets), 'row')} for {count(len(inputs), 'row')} of inputs",
            data.targets,
            "give a row of targets for each row of inputs",
        )
    return Samples(inputs, targets)


def _of_file(data: DataTable, name: str, place: Place, source: Source) -> Samples:
    """Those of a CSV file, as it was when the scenario was opened where it was read then."""
    asked = (name, repr(data.features), repr(data.target))
    if asked not in source.opened:
        source.opened[asked] = read_csv(name, source.folder, place, data.features, data.target)
    return source.opened[asked]


def _generated(data: DataTable, name: str, place: Place) -> Samples:
    if name not in GENERATORS:
        raise (place / "generator").unknown("generator", name, GENERATORS)
    generator = GENERATORS[name]
    classes = 2 if data.classes is None else data.classes
    if generator.is_regression and data.classes is not None:
        raise (place / "classes").error(f"{name} has no classes", classes, "remove it")
    if classes > generator.most_classes:
        raise (place / "classes").error(
            f"found {classes}", classes, f"{name} has {'2' if generator.most_classes == 2 else '2 to 10'}"
        )
    noise = DEFAULT_NOISE if data.noise is None else number(data.noise, place / "noise")
    if noise < 0:
        raise (place / "noise").error(f"found {shown(data.noise)}", data.noise, "this must be a number ≥ 0")
    if noise > MOST_NOISE:
        raise (place / "noise").error(
            f"found {shown(data.noise)}, so large that samples would overflow",
            data.noise,
            f"this must be a number ≤ {general(MOST_NOISE)}",
        )
    samples = DEFAULT_SAMPLES if data.samples is None else data.samples
    return generated(name, samples, noise, data.seed, classes)


def _kept_back(samples: int, data: DataTable, place: Place) -> tuple[Rows, Rows]:
    """(rows to train on, rows kept back), each in the order of the data; chosen by the seed."""
    if data.validation_fraction and samples < 2:
        raise (place / "validation_fraction").error(
            "a single sample cannot be kept back", data.validation_fraction, "remove it, or give more samples"
        )
    return kept_back(samples, data.validation_fraction, data.seed)


def kept_back(samples: int, fraction: float, seed: int) -> tuple[Rows, Rows]:
    """The same for so many samples: which rows are which depends on nothing else."""
    if not fraction:
        return np.arange(samples), np.arange(0)
    back = min(max(round(samples * fraction), 1), samples - 1)
    order = Random(seed, KEPT_BACK_STREAM).permutation(samples)
    return np.sort(order[back:]), np.sort(order[:back])
