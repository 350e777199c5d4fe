"""`W5=0.3`, `learning_rate=1/10`, `x1=1`: what a line of text asks to be edited, as the simulator takes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from dlsim.cli.options import parse_value
from dlsim.engine import Ref, Simulator, UnknownNameError, WrongKindError
from dlsim.engine.datum import Datum, datum_at
from dlsim.engine.text import shown
from dlsim.engine.typed_numbers import typed_fraction, typed_number

NOT_SET_HERE = ("schema", "title", "summary", "lesson", "section", "kind", "expect", "variants")
_NEXT = re.compile(r"\s+(?=[^\s=\[\]{}\"',]+\s*=)")


class Changes(Struct):
    """The arguments of `Simulator.edit`."""

    numbers: dict[str | Ref, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    data: list[tuple[str, float, Datum]] = field(default_factory=list)
    """(symbol, new value, which) of those settings that are numbers of the data."""


def read_changes(text: str, simulator: Simulator, find: Callable[[str], Ref | None]) -> Changes:
    """What `text` says: several changes are set apart by spaces. An error for what cannot be read or found."""
    changes = Changes()
    for part in _NEXT.split(text.strip()):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise WrongKindError(f"{shown(part)} is not a change; write one such as W5=0.3 or learning_rate=1/10")
        ref = find(name)
        if ref is not None and simulator.model.is_parameter(ref):
            changes.numbers[ref] = read_number(value)
        elif ref is not None and (datum := _datum(ref, simulator)):
            number = read_number(value)
            settings = datum.settings(number)
            if datum.is_shared and settings.keys() & changes.settings.keys():
                raise WrongKindError("the targets of a sample sum to 1 here and change together: give one at a time")
            changes.settings |= settings
            changes.data.append((simulator.model.tape.symbol(ref), number, datum))
        else:
            changes.settings[_path_of_setting(name, simulator)] = _setting(name, value)
    return changes


def read_number(text: str) -> float:
    """A number, or a fraction. WrongKindError for neither."""
    number = typed_number(text)
    if number is None:
        raise WrongKindError(f"{shown(text)} is not a number; write 0.3, -2, 1e-3 or 1/3")
    return float(number)


def _setting(name: str, text: str) -> Any:
    fraction = typed_fraction(text)
    return parse_value(name, text) if fraction is None else fraction


def _datum(ref: Ref, simulator: Simulator) -> Datum | None:
    """The input or target of the sample under the lens that `ref` is."""
    return datum_at(simulator.scenario, ref, int(simulator.model.tape.rows[simulator.sample]))


def _path_of_setting(name: str, simulator: Simulator) -> str:
    """A dotted path as it is; a bare name where there is one setting of that name."""
    if "." in name:
        return name
    paths = dict(_settings(simulator))
    if name not in paths:
        raise UnknownNameError("parameter or setting", name, paths)
    return paths[name]


def _settings(simulator: Simulator) -> Iterator[tuple[str, str]]:
    """(name, path) of what a bare name can mean: what stands in the file, and the optimizer's settings."""
    raw = simulator.scenario.raw
    tables = {key: table for key, table in raw.items() if key not in NOT_SET_HERE and isinstance(table, Mapping)}
    for key, table in tables.items():
        for name, value in table.items():
            if not isinstance(value, list | Mapping):
                yield name, f"{key}.{name}"
    training = getattr(simulator.scenario.body, "training", None)
    for name in ("batch_size", "epochs", "shuffle", "loss") if training is not None else ():
        yield name, f"training.{name}"
    optimizer = simulator.scenario.optimizer
    home = next((key for key, table in tables.items() if "optimizer" in table), "training")
    for name in getattr(optimizer, "settings", ()):
        yield name, f"{home}.optimizer.{name}"
