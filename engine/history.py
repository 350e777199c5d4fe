"""The course of a parameter: what it was after every update of which the timeline keeps the state.

These are the states that going back is made of, so a history costs a run nothing. A young run keeps them all; an old
one every second, fourth … as its checkpoints are thinned. Where something was edited, the states before and after that
are kept besides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from math import isnan, nan
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.reference import Ref

Read = Callable[[Any, Ref], float]
"""A parameter as a state has it; states of one shape have one such."""


class Edit(Struct, frozen=True):
    """The state that an edit found once so many updates were done, and the one that it made of it."""

    updates: int
    before: tuple[Any, Read]
    after: tuple[Any, Read]


class Jump(Struct, frozen=True):
    """What an edit made of a parameter once so many updates were done; `before` is NaN where it brought it along."""

    updates: int
    before: float
    after: float


class History(Struct, frozen=True):
    """The kept states of a run, oldest first."""

    updates: Sequence[int]
    """How many updates were done when each was kept."""
    states: Sequence[Any]
    reads: Sequence[tuple[int, Read]]
    """How the states are read that were kept from so many updates on."""
    edits: Sequence[Edit] = ()

    def of(self, parameter: Ref) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(updates done (k,), the parameter's value then (k,)), bit for bit as stepping shows them; where an edit
        changed it, twice: before and after. NaN where there was no such parameter.
        """
        starts = [bisect_left(self.updates, start) for start, _ in self.reads]
        stretches = zip(starts, [*starts[1:], len(self.states)], self.reads, strict=True)
        values = np.array(
            [
                number
                for start, end, (_, read) in stretches
                for number in _numbers(self.states[start:end], read, parameter)
            ]
        )
        updates = np.array(self.updates, dtype=np.int64)
        for jump in self.jumps(parameter):
            place = int(np.searchsorted(updates, jump.updates))
            is_kept = place < len(updates) and updates[place] == jump.updates
            numbers = [jump.before] if is_kept else [jump.before, jump.after]
            updates = np.insert(updates, place, [jump.updates] * len(numbers))
            values = np.insert(values, place, numbers)
        return updates, values

    def jumps(self, parameter: Ref) -> Sequence[Jump]:
        """Where edits changed a parameter."""
        found = (
            Jump(edit.updates, _number(*edit.before, parameter), _number(*edit.after, parameter)) for edit in self.edits
        )
        return [jump for jump in found if jump.before != jump.after and not isnan(jump.after)]


def _numbers(states: Sequence[Any], read: Read, parameter: Ref) -> Sequence[float]:
    """Of states of one shape; where the parameter stands in them is asked once, as they may be thousands."""
    if not states or not isinstance(states[0], np.ndarray):
        return [_number(state, read, parameter) for state in states]
    places = np.arange(states[0].size, dtype=np.float64).reshape(states[0].shape)
    place = _number(places, read, parameter)
    return [nan] * len(states) if isnan(place) else [state.item(int(place)) for state in states]


def _number(state: Any, read: Read, parameter: Ref) -> float:
    try:
        return read(state, parameter)
    except IndexError:  # a network of another shape
        return nan
