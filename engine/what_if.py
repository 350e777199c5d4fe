"""What if: edits make another run, undo goes back to the one left, and the two can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from dlsim.engine.comparison import Comparison, compare
from dlsim.engine.errors import UnknownNameError, WrongKindError
from dlsim.engine.loading import revise
from dlsim.engine.reference import Ref
from dlsim.engine.standing import Standing


class WhatIf(Standing):
    """A run that can be edited where it stands."""

    def edit(
        self, *, numbers: Mapping[str | Ref, float] | None = None, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Change parameters (by symbol or reference) or anything that the scenario sets (by its dotted path), here.

        What follows is another run: the one left stays as a ghost, and `undo` goes back to it. In the midst of an
        iteration, the edit holds from its start on; where one is done, from the next one's. ScenarioError,
        UnknownNameError or WrongKindError for what cannot be; nothing is changed then.
        """
        changes = {self._parameter(name): float(number) for name, number in (numbers or {}).items()}
        for ref, number in changes.items():
            if not isfinite(number):
                raise WrongKindError(f"{self.model.tape.symbol(ref)} = {number} is not a finite number")
        goes_on = self._is_landed
        start = self._timeline.iteration + goes_on
        scenario = revise(self.scenario, settings) if settings else self.scenario
        self._branches.edit(start, scenario, changes)
        self._timeline.go_to(start)
        self._cursor = 0 if goes_on else min(self._cursor, self.program.values)
        self._look_for_trouble()
        self._cursor = min(self._cursor, self._limit)

    def undo(self) -> bool:
        """Back to the run that the last edit left, at the same place. False where there is nothing to undo."""
        return self._exchange(self._branches.undo)

    def redo(self) -> bool:
        """The last edit that was undone, again. False where there is none."""
        return self._exchange(self._branches.redo)

    @property
    def edits(self) -> tuple[int, ...]:
        """The iterations from which on something was edited."""
        return self._branches.edits

    def compare(self) -> Comparison | None:
        """This run beside the one that the last edit left, up to here; None where nothing was edited."""
        if self._branches.last_left is None:
            return None
        place = self._place()
        other, fork = self._branches.last_left
        comparison = compare(self._timeline, other, fork, max(place[0], fork), self.sample)
        self._return_to(place)
        return comparison

    def _parameter(self, name: str | Ref) -> Ref:
        ref = self.model.find(name) if isinstance(name, str) else name
        if ref is None or not self.model.is_parameter(ref):
            raise UnknownNameError("parameter", str(name), ())
        return ref

    def _exchange(self, turn: Callable[[], bool]) -> bool:
        iteration, cursor = self._place()
        is_start = not cursor
        if not turn():
            return False
        self._timeline.go_to(iteration)
        self._look_for_trouble()
        self._cursor = 0 if is_start else min(cursor, self._limit)
        return True
