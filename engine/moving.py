"""Moving through time: stepping on and back, running, seeking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dlsim.engine.breakpoints import Breakpoint
from dlsim.engine.errors import PositionError, UnknownNameError
from dlsim.engine.explain import Event
from dlsim.engine.results import Results

Grain = Literal["value", "op", "phase", "iteration", "epoch"]
GRAINS: tuple[Grain, ...] = ("value", "op", "phase", "iteration", "epoch")


class Moving(Results):
    """A run that goes from place to place. What it has come to can stop it: see Breakpoint."""

    def step(self, grain: Grain = "value") -> Event | None:
        """Reveal the next value, op, phase, iteration or epoch.

        The event of the last value revealed, of the whole op for every grain but "value". None where nothing is
        left: at the end of a forward-only pass, or at a number that is not finite.
        """
        _check(grain)
        if grain in ("iteration", "epoch"):
            return self._step_far(grain)
        if self._cursor >= self._limit and not (self._is_whole and self._enter_next()):
            return None
        self._cursor = min(self.program.next_stop(self._cursor, grain), self._limit)
        return self._arrival(grain)

    def back(self, grain: Grain = "value") -> Event | None:
        """The same, backwards: the event one then stands at, None at the very start."""
        _check(grain)
        iteration = self._timeline.iteration
        if grain == "iteration":
            self._stand_after(iteration - 1)
        elif grain == "epoch":
            epoch, _ = self.model.calendar.of(iteration)
            self._stand_after(self.model.calendar.first(epoch) - 1)
        else:
            cursor = self.program.previous_stop(self._cursor, grain)
            if cursor:
                self._cursor = cursor
            else:
                self._stand_after(iteration - 1)
        return self._arrival(grain)

    def run(
        self,
        iterations: int | None = None,
        *,
        epochs: int | None = None,
        until: Sequence[Breakpoint] = (),
    ) -> int:
        """Do that many more updates at full speed; how many were done. Fewer than asked for means trouble, or that
        one of the breakpoints `until` came to hold: `stopped_by` then is that one.

        Without a number, as many as the scenario's `epochs` say. Where nothing is trained: the forward pass.
        """
        if not self.trains:
            self._cursor = self._limit
            return 0
        if iterations is None:
            iterations = (self.epochs if epochs is None else epochs) * self.model.calendar.batches
        if iterations < 0:
            raise PositionError(f"cannot run {iterations} iterations; use 0 or more")
        before = self.iteration
        self.stopped_by = None
        if not until:
            if iterations:
                self._move(before + iterations)
            return self.iteration - before
        for _ in range(iterations):
            self._move(self.iteration + 1)
            self.stopped_by = next((condition for condition in until if condition.comes_to_hold(self)), None)
            if self.stopped_by or self.trouble:
                break
        return self.iteration - before

    def seek(self, *, iteration: int | None = None, epoch: int | None = None, cursor: int = 0) -> Event | None:
        """Stand where `iteration` updates (or `epoch` epochs) are done and `cursor` further values revealed.

        Raises PositionError for a place that cannot be.
        """
        if iteration is None:
            iteration = self.model.calendar.first(epoch or 0) - 1
        if iteration < 0 or not 0 <= cursor <= self.program.values:
            raise PositionError(
                f"no place at iteration {iteration}, value {cursor}; iterations count from 0, "
                f"values from 0 to {self.program.values}"
            )
        if iteration and not self.trains:
            raise PositionError("nothing is trained here: there is no iteration to go to; use iteration 0")
        if cursor and iteration + 1 == self._timeline.iteration and self._timeline.is_sound:
            self._cursor = cursor
            return self.event
        self._stand_after(iteration)
        if cursor and self._is_whole_or_start and (not self._is_whole or self._enter_next()):
            self._cursor = min(cursor, self._limit)
        return self.event

    # inside

    def _step_far(self, grain: Grain) -> Event | None:
        if not self.trains:
            if self._cursor >= self._limit:
                return None
            self._cursor = self._limit
            return self._whole_event()
        if self.trouble:
            return None
        done, calendar = self.iteration, self.model.calendar
        self._move(done + 1 if grain == "iteration" else calendar.first(calendar.of(done + 1)[0] + 1) - 1)
        return self._whole_event()

    def _arrival(self, grain: Grain) -> Event | None:
        return self.event if grain == "value" else self._whole_event()


def _check(grain: str) -> None:
    if grain not in GRAINS:
        raise UnknownNameError("grain", grain, GRAINS)
