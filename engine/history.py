"""The course of a parameter: what it was after every update of which the timeline keeps the state.

These are the states that going back is made of, so a history costs a run nothing. A young run keeps them all; an old
one every second, fourth … as its checkpoints are thinned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.reference import Ref


class History(Struct, frozen=True):
    """The kept states of a run up to the iteration on its tape, oldest first."""

    updates: Sequence[int]
    """How many updates were done when each was kept."""
    states: Sequence[Any]
    read: Callable[[Any, Ref], float]

    def of(self, parameter: Ref) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(updates done (k,), the parameter's value then (k,)), bit for bit as stepping shows them."""
        values = (self.read(state, parameter) for state in self.states)
        return np.array(self.updates, dtype=np.int64), np.fromiter(values, np.float64, len(self.states))
