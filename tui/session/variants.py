"""What sets a scenario's variants apart: the settings that differ, and a name for the one without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from operator import is_
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.numbers import general, in_full
from dlsim.engine.scenario.data import KEYS as SET_ONE_BY_ONE
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.scenario.tables import NAMED
from dlsim.engine.snapshot import Snapshot

SETTINGS_NAMED = 3
LONGEST = 28
ABOUT_ALL = ("schema", "title", "summary", "lesson", "section", "kind", "variants", "expect")
"""Tables in which the variants of a scenario never differ."""


class Member(Struct, frozen=True):
    """One variant of a scenario (name None: as it is written) and where it stands."""

    name: str | None
    snapshot: Snapshot


Told = TypeVar("Told")
Leaves: TypeAlias = Mapping[tuple[str, ...], Any]
"""Every setting of a scenario by its path."""


def remembering(tell: Callable[[Sequence[Scenario]], Told]) -> Callable[[Sequence[Scenario]], Told]:
    """Ask anew only where a scenario is another one than the last time: none changes itself, and each key asks."""
    last: list[tuple[Sequence[Scenario], Told]] = []

    def remembered(scenarios: Sequence[Scenario]) -> Told:
        if not (last and len(last[0][0]) == len(scenarios) and all(map(is_, last[0][0], scenarios))):
            last[:] = [(tuple(scenarios), tell(scenarios))]
        return last[0][1]

    return wraps(tell)(remembered)


@remembering
def differences(variants: Sequence[Scenario]) -> list[tuple[str, ...]]:
    """For each, its own value of every setting in which any two differ: "units 4", "sgd", "momentum 0.9". What it
    shares with the fewest others comes first.
    """
    found = [_settings(variant) for variant in variants]
    return [_pieces(mine, _sharing(mine, found)) for mine in found]


def label_of(scenario: Scenario, others: Sequence[Scenario]) -> str:
    """What to call a scenario beside the others, by what holds in it now; "" where nothing short tells it apart.
    Numbers of the data that it has alone, as edited ones are, come after all settings.
    """
    found = [_settings(one) for one in (scenario, *others)]
    sharing = _sharing(found[0], found)
    told = _pieces(found[0], sorted(sharing, key=lambda path: _is_datum(path) and sharing[path] == 1))
    label = ", ".join(told[:SETTINGS_NAMED])
    while len(label) > LONGEST and "," in label:
        label = label.rpartition(",")[0]
    return label if len(label) <= LONGEST else ""


def _sharing(mine: Leaves, found: Sequence[Leaves]) -> Mapping[tuple[str, ...], int]:
    """How many have the same value as this one, itself among them, of every setting in which any two differ: the fewest
    first.
    """
    paths = dict.fromkeys(path for variant in found for path in variant)
    differing = [path for path in paths if any(variant.get(path) != found[0].get(path) for variant in found)]
    differing.sort(key=lambda path: path[-1] not in NAMED)
    counts = {path: sum(other.get(path) == mine[path] for other in found) for path in differing if path in mine}
    return dict(sorted(counts.items(), key=lambda each: each[1]))


def _pieces(mine: Leaves, paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_piece(path, mine[path]) for path in paths))


def _settings(variant: Scenario) -> Leaves:
    return dict(_leaves({key: table for key, table in variant.raw.items() if key not in ABOUT_ALL}))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not (_is_datum((*path, str(key))) and isinstance(item, Mapping)):
                yield from _leaves(item, path if key == "name" and path else (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, str(number)))
    else:
        yield path, value


def _is_datum(path: tuple[str, ...]) -> bool:
    """Whether inputs or targets stand there."""
    return path[0] == "data" and not set(SET_ONE_BY_ONE).isdisjoint(path[1:2])


def _piece(path: tuple[str, ...], value: Any) -> str:
    """A setting and its value, as short as they can be told."""
    name = path[-1].replace("_", " ")
    if path[-1] in NAMED or path[-1].isdigit():
        return in_full(value) if isinstance(value, float) else str(value)
    if isinstance(value, bool):
        return name if value else f"no {name}"
    if isinstance(value, list):
        return f"{name} {_flat(value)}"
    return f"{name} {general(value)}" if isinstance(value, float) else f"{name} {value}"


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_flat(item) for item in value)
    return general(value) if isinstance(value, (int, float)) else str(value)


@remembering
def set_apart(scenarios: Sequence[Scenario]) -> str:
    """What at this moment sets the scenario as it is written apart from its variants: its optimizer, its activation; ""
    where nothing does, or it is not among them.
    """
    written = next((scenario for scenario in scenarios if scenario.variant is None), None)
    if written is None:
        return ""
    others = [scenario for scenario in scenarios if scenario.variant is not None]
    for tell in (_optimizer_name, _first_activation):
        mine = tell(written)
        if mine and all(tell(other) != mine for other in others):
            return mine
    own, *theirs = [one.optimizer.settings if one.optimizer else {} for one in (written, *others)]
    for name, value in own.items():  # a setting that no variant shares, say "momentum 0"
        if theirs and all(name in other and other[name] != value for other in theirs):
            return f"{name.replace('_', ' ')} {general(value)}"
    return label_of(written, others)


def _optimizer_name(scenario: Scenario) -> str:
    """An optimizer with what it adds to plain descent."""
    optimizer = scenario.optimizer
    if optimizer is None:
        return ""
    forms = OPTIMIZERS[optimizer.name].forms
    return " ".join((optimizer.name, *(form for form in forms if optimizer.settings.get(form))))


def _first_activation(scenario: Scenario) -> str:
    layers = scenario.layers
    return str(layers[0].activation.name) if layers else ""
