"""A model's state as two arrays that trade places: before the update and after it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.calendar import Calendar
from dlsim.engine.functions.optimizers import Optimizer

Array = NDArray[np.float64]


class FlatState:
    """The part of a model (see engine/model.py: Model) that holds its state: parameters, then optimizer slots."""

    def __init__(self, initial: Array, optimizer: Optimizer | None, calendar: Calendar) -> None:
        self._optimizer = optimizer
        self.calendar = calendar
        self._initial = initial
        self._first_update = 1  # the optimizer's own count starts here
        self._states = (initial.copy(), initial.copy())
        self._before = 0  # which of the two is the one before the update

    def _state(self, *, landed: bool) -> Array:
        """The state after the update if that has landed, else the one before it."""
        return self._states[1 - self._before if landed else self._before]

    @property
    def data_calendar(self) -> Calendar:
        """An epoch is a pass through the data."""
        return self.calendar

    def start(self) -> None:
        """Put the initial state back."""
        self.restore(self._initial)

    def save(self) -> Array:
        """The parameters and the optimizer state before the iteration on the tape."""
        return self._states[self._before].copy()

    def restore(self, state: Array) -> None:
        """Make `state` the one before the next iteration."""
        for flat in self._states:  # what no update touches (frozen parameters) stands in both
            flat[:] = state

    def accept(self) -> None:
        """The new parameters take their places."""
        self._before = 1 - self._before

    @property
    def state_bytes(self) -> int:
        """What a saved state costs: its numbers, and the array object around them."""
        return self._initial.nbytes + 96 + 16 * self._initial.ndim

    def begin_at(self, iteration: int, before: FlatState) -> None:
        """Epochs of another length begin anew, and so does another optimizer's count."""
        self.calendar.go_on(iteration, before.calendar)
        is_same = type(self._optimizer) is type(before._optimizer)
        self._first_update = before._first_update if is_same else iteration

    def _update_number(self, iteration: int) -> int:
        """The optimizer's own count, from 1."""
        return iteration - self._first_update + 1
