"""`W5=0.3`, `learning_rate=1/10`, `x1=1`: what a line of text asks to be edited, as the simulator takes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from dlsim.cli.options import parse_value
from dlsim.engine import Ref, Simulator, UnknownNameError, WrongKindError
from dlsim.engine.numbers import comma_refused, typed_fraction, typed_number
from dlsim.engine.text import shown
from dlsim.tui.session.targets import Target, target_of

NOT_SET_HERE = ("schema", "title", "summary", "lesson", "section", "kind", "expect", "variants")
NUMBERS = ("data.inputs", "data.targets")
_NEXT = re.compile(r"\s+[^\s={}\"']+\s*=")
"""What sets one change apart from the one before, outside brackets and quotes."""


class Changes(Struct):
    """The arguments of `Simulator.edit`, and what they are about."""

    numbers: dict[str | Ref, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    data: dict[str, tuple[Target, float]] = field(default_factory=dict)
    """What a setting is about, by its path, where it is a number of the data that was named by its symbol: which, and
    what it becomes.
    """


def read_changes(text: str, simulator: Simulator, find: Callable[[str], Ref | None]) -> Changes:
    """What `text` says: several changes are set apart by spaces. An error for what cannot be read or found."""
    changes, snapshot = Changes(), simulator.snapshot()
    for part in _parts(text.strip()):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise WrongKindError(f"{shown(part)} is not a change; write one such as W5=0.3 or learning_rate=1/10")
        ref = find(name)
        if ref is not None and simulator.model.is_parameter(ref):
            changes.numbers[ref] = read_number(value)
        elif ref is not None and (target := target_of(simulator, snapshot, ref)) and target.datum is not None:
            number = read_number(value)
            settings = target.datum.settings(number)
            if target.datum.is_shared and settings.keys() & changes.settings.keys():
                raise WrongKindError("the targets of a sample sum to 1 here and change together: give one at a time")
            changes.settings |= settings
            changes.data |= dict.fromkeys(settings, (target, number))
        else:
            path = _path_of_setting(name, simulator)
            changes.settings[path] = _setting(path, value)
    return changes


def _parts(text: str) -> Iterator[str]:
    """The changes one by one: a blank in brackets, braces or quotes is their own."""
    start = depth = 0
    quote = ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and text[:place].rstrip().endswith(("=", ",", "[", "{")):
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth = max(depth - 1, 0)
        elif not depth and sign.isspace() and _NEXT.match(text, place):
            yield text[start:place]
            start = place
    yield text[start:]


def read_number(text: str) -> float:
    """A number, or a fraction. WrongKindError for neither."""
    number = typed_number(text)
    if refused := comma_refused(text):
        raise WrongKindError("; ".join(refused))
    if number is None:
        raise WrongKindError(f"{shown(text)} is not a number; write 0.3, -2, 1e-3 or 1/3")
    return float(number)


def _setting(name: str, text: str) -> Any:
    fraction = typed_fraction(text)
    value = parse_value(name, text) if fraction is None else fraction
    numbers = next((path for path in NUMBERS if name == path or name.startswith(f"{path}.")), None)
    if numbers and isinstance(value, Mapping):  # it would take the place of all that were edited before
        raise WrongKindError(f"{name} is changed number by number; write, say: {numbers}.0.0=0.5")
    return value


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
