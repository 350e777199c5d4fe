"""Dotted paths into tables, say `network.layers.0.units`: how `--set`, variants and edits name a value."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

import numpy as np

from dlsim.engine.errors import ScenarioError
from dlsim.engine.text import clean, shorten, shown

NAMED = ("optimizer", "activation", "output_activation")
"""Keys whose value may be a name, or a table with the name and its settings."""

COUNTS = (
    *("epochs", "batch_size", "samples", "classes", "inputs", "hidden", "units", "outputs"),
    *("seed", "schema", "after", "digits"),
)
"""Keys whose numbers are whole, so that a comma can only group them; a test asks the tables whether these are all."""

_PART = r'\s*(?:"([^"]*)"|\'([^\']*)\'|([^."\']+?))\s*(?:\.|$)'


def set_path(tables: dict[str, Any], path: str, value: Any, file: str | None = None) -> dict[str, Any]:
    """A copy of `tables` in which `path` holds `value`; whether it may is for validation to say."""
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
        match = re.compile(_PART).match(path, place)
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
    if part.isascii() and part.isdigit() and len(part) < 9 and int(part) < len(items):
        return int(part)
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
