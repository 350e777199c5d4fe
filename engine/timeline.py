"""Time: which iteration stands on the tape, checkpoints behind it, and replay from them.

It knows nothing of networks. A place is an iteration; to go back, the nearest checkpoint is restored and the
iterations from there are computed again, bit for bit the same.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import Any

import numpy as np

from dlsim.engine.curve import Curve
from dlsim.engine.model import Model

CHECKPOINT_BYTES = 64 << 20
SPACING = 8
"""Iterations between checkpoints, until thinning doubles it."""
NEAR = 24
"""How many checkpoints close to the last place gone back to are kept besides."""


class Checkpoints:
    """Saved states by the iteration they come before. Over the byte budget every other one goes."""

    def __init__(self, budget: int, cost: int) -> None:
        self.spacing = SPACING
        self._room = max(budget // max(cost, 1), 2)
        self._states: dict[int, Any] = {}
        self._places: list[int] = []  # sorted
        self._near: dict[int, Any] = {}  # the latest, in order of arrival
        self._near_room = max(min(NEAR, self._room // 4), 1)

    def __len__(self) -> int:
        return len(self._states)

    @property
    def places(self) -> tuple[int, ...]:
        """The iterations that can be restored at once."""
        return tuple(self._places)

    def add(self, iteration: int, state: Any) -> None:
        """Keep `state`, which comes before `iteration`."""
        if iteration not in self._states:
            insort(self._places, iteration)
        self._states[iteration] = state
        if len(self._states) > self._room:
            self.spacing *= 2
            self._places = [place for place in self._places if (place - 1) % self.spacing == 0]
            self._states = {place: self._states[place] for place in self._places}

    def add_near(self, iteration: int, state: Any) -> None:
        """Keep `state` for a while, as one that is likely to be wanted again soon."""
        self._near.pop(iteration, None)
        self._near[iteration] = state
        while len(self._near) > self._near_room:
            del self._near[next(iter(self._near))]

    def nearest(self, iteration: int) -> tuple[int, Any]:
        """(place, state) of the last checkpoint that is not after `iteration`."""
        place = self._places[bisect_right(self._places, iteration) - 1]
        near = max((other for other in self._near if other <= iteration), default=0)
        return (near, self._near[near]) if near > place else (place, self._states[place])

    def forget_after(self, iteration: int) -> None:
        """Drop what comes after `iteration`: the run goes another way from there."""
        self._places = [place for place in self._places if place <= iteration]
        self._states = {place: self._states[place] for place in self._places}
        self._near = {place: state for place, state in self._near.items() if place <= iteration}


class Timeline:
    """One run's time. `iteration` is the one on the tape; `losses` and `curves` are all that have
    ever been computed."""

    def __init__(self, model: Model, budget: int = CHECKPOINT_BYTES) -> None:
        self._model = model
        self.checkpoints = Checkpoints(budget, model.state_bytes)
        self.losses = Curve()
        self.curves = {name: Curve() for name in model.curves}
        model.start()
        self.checkpoints.add(1, model.save())
        self.iteration = 0
        with np.errstate(all="ignore"):
            self._enter(1)

    def go_to(self, iteration: int) -> bool:
        """Bring `iteration` onto the tape, from wherever the run stands. False where a number that is not
        finite came first: the tape then holds that one's iteration.
        """
        with np.errstate(all="ignore"):  # what is not finite is found and named, not warned about
            if iteration < self.iteration:
                self._go_back(iteration)
            return self.is_sound and self._advance(iteration)

    @property
    def is_sound(self) -> bool:
        """Whether every number on the tape is finite."""
        return self._sound

    def _advance(self, last: int) -> bool:
        for iteration in range(self.iteration + 1, last + 1):
            self._model.accept()
            self._enter(iteration)
            if not self._sound:
                return False
        return True

    def _enter(self, iteration: int) -> None:
        """Compute the tape of `iteration`, whose state before it stands ready."""
        model = self._model
        loss = model.enter(iteration)
        self.iteration = iteration
        if iteration > len(self.losses):
            self.losses.append(loss)
            for curve, number in zip(self.curves.values(), model.observe(iteration), strict=True):
                curve.append(number)
            if (iteration - 1) % self.checkpoints.spacing == 0:
                self.checkpoints.add(iteration, model.save())
        self._sound = model.is_finite()

    def _go_back(self, iteration: int) -> None:
        """Restore the nearest checkpoint and compute on to `iteration`; steps behind it are then cheap."""
        place, state = self.checkpoints.nearest(iteration)
        self._model.restore(state)
        self._enter(place)
        distance = iteration - place
        while self.iteration < iteration:
            self._model.accept()
            self._enter(self.iteration + 1)
            left = iteration - self.iteration
            if distance > 2 and left & (left - 1) == 0:  # at 1, 2, 4, 8 … before the goal
                self.checkpoints.add_near(self.iteration, self._model.save())
