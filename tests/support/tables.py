"""A file's tables, changed at one place."""

from __future__ import annotations

from copy import deepcopy


def changed_at(path, value, tables):
    """A copy of `tables` with the value at a path such as "training.loss" set; what is missing on the way is made."""
    found = deepcopy(tables)
    *parents, last = path.split(".")
    place = found
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return found
