"""The tables of a file as structs, which say what may stand there; errors say what does not fit.

All kinds of scenario use this. A value has a dotted path, say `network.layers.0.units`: so `--set`, variants and
edits name it, and so do messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from math import inf, isfinite
from typing import Any, ClassVar, Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from dlsim.engine.errors import ScenarioError
from dlsim.engine.names import Names
from dlsim.engine.numbers import comma_refused, general, index_in, typed_fraction
from dlsim.engine.text import clean, clean_tables, shorten, shown

Array = NDArray[np.float64]
Number = float | str
"""A number, or a fraction as a text: "1/3"."""
NAMED = ("optimizer", "activation", "output_activation")
"""Keys whose value may be a name, or a table with the name and its settings."""

COUNTS = (
    *("epochs", "batch_size", "samples", "classes", "inputs", "hidden", "units", "outputs"),
    *("seed", "schema", "after", "digits"),
)
"""Keys whose numbers are whole, so that a comma can only group them; a test asks the tables whether these are all."""

SEED = ("random_state", "random_seed")
EPOCHS = ("n_epochs", "num_epochs", "nb_epoch", "max_iter", "iterations", "steps")
"""What other libraries call keys that several tables have."""


class TomlTable(msgspec.Struct, forbid_unknown_fields=True):
    """A table of a file: the fields are its keys."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """What other libraries call some of its keys."""
    examples: ClassVar[Mapping[str, str]] = {}
    """Of each key that must be there, what may stand there, as a file has it."""

    @classmethod
    def keys(cls) -> Names:
        """Its keys, each with its usual names elsewhere."""
        return Names({key: cls.also.get(key, ()) for key in cls.__struct_encode_fields__})


Converted = TypeVar("Converted", bound=TomlTable)

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "float | str": 'a number, or a fraction such as "1/3"',
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "str | object": "a name in quotes, or a table with a name and settings",
    "str | array": "a text in quotes, or a list of them",
    "int | str": 'a whole number, or "all"',
}
_RELATIONS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
_PART = re.compile(r'\s*(?:"([^"]*)"|\'([^\']*)\'|([^."\']+?))\s*(?:\.|$)')
_PLACE = re.compile(r" - at `\$(?P<place>[^`]*)`$")
_FIELD = re.compile(r"(?s)^Object (?P<how>contains unknown|missing required) field `(?P<field>.*)`$")
_TYPE = re.compile(
    r"^Expected `(?P<type>[^`]*)`(?P<length> of length)?"
    r"(?: (?P<relation>[<>]=?) (?P<bound>[-\d.e+]+))?(?:, got .*)?$"
)


class Place:
    """Where a value stands in which file: makes the errors about it."""

    def __init__(self, file: str, key: str) -> None:
        self.file, self.key = file, key

    def __truediv__(self, part: object) -> Place:
        """The place of a part."""
        return Place(self.file, f"{self.key}.{part}" if self.key else str(part))

    def error(self, problem: str, value: object = None, remedy: str | None = None) -> ScenarioError:
        """An error about what stands here."""
        return ScenarioError(problem, file=self.file, key=shorten(self.key, 100), value=value, remedy=remedy)

    def unknown(self, what: str, name: object, known: Iterable[str] | Names) -> ScenarioError:
        """An error about a name that is in no table."""
        names = Names.listed(known)
        listed = f"there are: {', '.join(names.known)}"
        remedy = " ".join(part for part in (names.suggestion(str(name)), listed) if part)
        return self.error(names.unknown(what, str(name), shown(name)), name, remedy)


def convert(
    table: object,
    struct: type[Converted],
    place: Place,
    hints: Callable[[str], str | None] | None = None,
) -> Converted:
    """`table` as a `struct`. `hints` may say, for a key that is unknown here, where it belongs.

    Raises ScenarioError with the path of what does not fit, what was found, and what is allowed.
    """
    try:
        return msgspec.convert(table, struct)
    except msgspec.ValidationError as error:
        raise _translated(str(error), table, struct, place, hints) from None


def _translated(
    message: str, table: object, struct: type[TomlTable], place: Place, hints: Callable[[str], str | None] | None
) -> ScenarioError:
    found = _PLACE.search(message)
    steps = re.findall(r"[^.\[\]]+", found["place"]) if found else []
    value, where = table, place
    for step in steps:
        where = where / step
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and (index := index_in(step, len(value))) is not None:
            value = value[index]
    message = _PLACE.sub("", message)
    if field := _FIELD.match(message):
        name = field["field"]
        if field["how"] == "contains unknown":
            return unknown_key(where / name, name, struct.keys(), hints(name) if hints else None)
        example = struct.examples.get(name, "…")
        return where.error(f"the key '{name}' is missing", None, f"add {name} = {example}")
    if described := _TYPE.match(message):
        kind = _WORDS.get(described["type"].removesuffix(" | null"), described["type"].replace("`", ""))
        if described["relation"]:
            bound = f"{_RELATIONS[described['relation']]} {general(float(described['bound']), 15)}"
            kind = f"{kind}, its length {bound}" if described["length"] else f"{kind} {bound}"
            if described["length"] and described["relation"] == "<=" and isinstance(value, str | list):
                found_length = count(len(value), "character" if isinstance(value, str) else "item")
                return where.error(f"found {found_length}", value, f"this must be {kind}")
        if described["type"].startswith("float") and isinstance(value, str) and (refused := comma_refused(value)):
            return where.error(refused[0], value, refused[1])
        return where.error(f"found {shown(value)}", value, f"this must be {kind}")
    return where.error(shorten(message, 120), value)


def unknown_key(place: Place, name: str, known: Iterable[str] | Names, hint: str | None = None) -> ScenarioError:
    """An error about a key that means nothing where it stands; `hint` may say where it belongs."""
    names = Names.listed(known)
    listed = f"known here: {', '.join(names.known)}"
    usual = " ".join(part for part in (names.suggestion(name), listed) if part)
    return place.error(f"unknown key {shown(name)}", name, hint or usual)


def number(value: object, place: Place) -> float:
    """The finite number that `value` is, or a fraction written as a text. Raises ScenarioError for anything else."""
    if isinstance(value, str):
        if refused := comma_refused(value):
            raise place.error(refused[0], value, refused[1])
        fraction = typed_fraction(value)
        if fraction is None:
            raise place.error(f"found {shown(value)}", value, 'this must be a number, or a fraction such as "1/3"')
        return fraction
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.error(f"found {shown(value)}", value, 'this must be a number, or a fraction such as "1/3"')
    try:
        as_float = float(value)
    except OverflowError:
        as_float = float("inf")
    if not isfinite(as_float):
        raise place.error(f"{shown(value)} is not a finite number", value, "write a finite number")
    return as_float


def vector(values: Sequence[Number], place: Place) -> Array:
    """(n,), read-only. Raises ScenarioError for what is no number."""
    return frozen(np.array([number(value, place / n) for n, value in enumerate(values)], dtype=np.float64))


def matrix(rows: Sequence[Sequence[Number]], place: Place) -> Array:
    """(rows, columns), read-only. Raises ScenarioError where there are no numbers, or rows of different lengths."""
    if not rows or not rows[0]:
        raise place.error("there are no numbers in it", rows, "write rows of numbers, as in [[0, 1], [1, 0]]")
    for n, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise (place / n).error(
                f"row {n} (counted from 0) has {count(len(row), 'number')}, row 0 has {len(rows[0])}",
                row,
                "give every row the same length",
            )
    numbers = [
        row
        if all(type(value) is float for value in row)
        else [number(value, place / n / m) for m, value in enumerate(row)]
        for n, row in enumerate(rows)
    ]
    return frozen(np.array(numbers, dtype=np.float64))


def frozen(array: Array) -> Array:
    """The same array, read-only."""
    array.flags.writeable = False
    return array


def count(number: int, noun: str, plural: str = "s") -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else plural}"


# settings of activations and optimizers

Settings = Mapping[str, float]
"""Numbers by a setting's name; flags are 0.0 or 1.0."""
Range = Literal["positive", "non-negative", "unit", "any", "flag"]

RANGES: Mapping[Range, tuple[str, Callable[[float], bool]]] = {
    "positive": ("a number > 0", lambda value: 0.0 < value < inf),
    "non-negative": ("a number ≥ 0", lambda value: 0.0 <= value < inf),
    "unit": ("a number in [0, 1)", lambda value: 0.0 <= value < 1.0),
    "any": ("a finite number", lambda value: abs(value) < inf),
    "flag": ("true or false (or 1 or 0)", lambda value: value in (0.0, 1.0)),
}
"""Each in words, for messages, and whether a value lies in it."""


class Setting(msgspec.Struct, frozen=True):
    """One number that a scenario may set, say `learning_rate`; `symbol` is how formulas write it. A flag may have
    `signs` instead: what formulas write where it is off, and where it is on. `elsewhere` is what other libraries call
    it.
    """

    name: str
    symbol: str
    default: float
    range: Range = "any"
    signs: tuple[str, str] | None = None
    elsewhere: tuple[str, ...] = ()

    @property
    def also(self) -> tuple[str, ...]:
        """Its usual names: its symbol, and those of other libraries."""
        return (self.symbol, *self.elsewhere)

    def admits(self, value: float) -> bool:
        """Whether `value` lies in the setting's range (finite numbers only; flags are 0 or 1)."""
        return RANGES[self.range][1](value)

    @property
    def allowed(self) -> str:
        """The range in words, for messages."""
        return RANGES[self.range][0]


def read_settings(table: Mapping[str, Any], owner: str, settings: Sequence[Setting], place: Place) -> dict[str, float]:
    """All of `settings` by name: what `table` sets, the others at their defaults. The table's "name" is no setting.

    `owner` is whose settings they are, in messages. Raises ScenarioError for other keys and for values out of range.
    """
    known = {setting.name: setting for setting in settings}
    values = {setting.name: setting.default for setting in settings}
    for key, value in table.items():
        if key == "name":
            continue
        if key not in known:
            if not known:
                raise (place / key).error(f"unknown key {shown(key)}", key, f"{owner} has no settings")
            raise unknown_key(place / key, key, Names.of(known))
        setting = known[key]
        is_flag = setting.range == "flag"
        values[key] = float(value) if is_flag and isinstance(value, bool) else number(value, place / key)
        if not setting.admits(values[key]):
            raise (place / key).error(f"found {shown(value)}", value, f"this must be {setting.allowed}")
    return values


# paths


def set_path(tables: dict[str, Any], path: str, value: Any, file: str = "") -> dict[str, Any]:
    """A copy of `tables` in which `path` holds `value`; whether it may is for validation to say.

    Raises ScenarioError for what is no path, and for one that leads nowhere; `file` is what messages call the file.
    """
    where = Place(file, shorten(path))
    parts = _split(path, where)
    changed = dict(tables)
    place: Any = changed  # what lies on the way is copied, nothing else: nothing else changes
    for depth, part in enumerate(parts):
        here = ".".join(parts[:depth])
        is_last = depth == len(parts) - 1
        if isinstance(place, list):
            index = _index(part, place, here, where)
            place[index] = clean_tables(value) if is_last else copy(place[index])
            place = place[index]
        elif isinstance(place, dict):
            if is_last:
                place[part] = clean_tables(value)
            elif isinstance(place.get(part), str) and part in NAMED:
                place[part] = {"name": place[part]}
            else:
                place[part] = copy(place.get(part, {}))
            place = place[part]
        else:
            raise where.error(f"{here} is {shown(place)}, with nothing inside", value, f"set {here}")
    return changed


def is_count(path: str) -> bool:
    """Whether only whole numbers may stand at a path."""
    return path.rpartition(".")[2].strip(" \"'") in COUNTS


def _split(path: str, where: Place) -> list[str]:
    """The parts of a path; a part with dots in it stands in quotes."""
    parts: list[str] = []
    place = 0
    while place < len(path) or (parts and path.endswith(".") and place == len(path)):
        match = _PART.match(path, place)
        if match is None or match.end() == place:
            remedy = "write one such as training.optimizer.learning_rate or network.layers.0.units"
            raise where.error(f"{shown(path)} is not a path", path, remedy)
        parts.append(clean(next(group for group in match.groups() if group is not None)))
        place = match.end()
        if place == len(path) and not path.endswith("."):
            break
    if not parts or len(parts) > 32:
        raise where.error(f"{shown(path)} is not a path", path, "write one such as training.epochs")
    return parts


def _index(part: str, items: list[Any], here: str, where: Place) -> int:
    index = index_in(part, len(items))
    if index is not None:
        return index
    numbers = f"0 to {len(items) - 1}" if len(items) > 1 else "0"
    raise where.error(
        f"{here} is a list of {len(items)}, counted from 0, and has no item {shown(part)}",
        part,
        f"use {numbers}" if items else f"set {here} as a whole",
    )
