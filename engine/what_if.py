"""What if: edits make another run, undo goes back to the one left, and the two can be compared."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from math import isfinite
from typing import Any

from msgspec.structs import replace

from dlsim.engine.branches import Place
from dlsim.engine.bursts import Bursts
from dlsim.engine.comparison import Comparison, compare, first_difference
from dlsim.engine.errors import UnknownNameError, WrongKindError
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.load import revise
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.standing import Standing


class WhatIf(Standing):
    """A run that can be edited where it stands."""

    def edit(
        self,
        *,
        numbers: Mapping[str | Ref, float] | None = None,
        settings: Mapping[str, Any] | None = None,
        from_start: bool = False,
        row: int | None = None,
    ) -> None:
        """Change parameters (by symbol or reference) or anything that the scenario sets (by its dotted path), here.

        What follows is another run: the one left stays as a ghost, and `undo` goes back to it. In the midst of an
        iteration, the edit holds from its start on; where one is done, from the next one's; with `from_start`, from
        the very start. Where that is the next batch, the sample in `row` of the training data, the one that is edited,
        is under the lens afterwards if it is in it. ScenarioError, UnknownNameError or WrongKindError for what cannot
        be; nothing is changed then.
        """
        changes = {self._parameter(name): float(number) for name, number in (numbers or {}).items()}
        for ref, number in changes.items():
            if not isfinite(number):
                raise WrongKindError(f"{self.model.tape.symbol(ref)} = {number} is not a finite number")
        place = self._place()
        goes_on = self._is_landed and not from_start
        start = 1 if from_start else place.iteration + goes_on
        scenario = self.first_scenario if from_start else self.scenario
        self._branches.edit(start, revise(scenario, settings) if settings else scenario, changes, place)
        self._timeline.go_to(start)
        rows = list(self.model.tape.rows) if goes_on and row is not None else []
        if row in rows:
            self._sample = rows.index(row)
        self._cursor = 0 if goes_on or from_start else min(self._cursor, self.program.values)
        self._look_for_trouble()
        self._cursor = min(self._cursor, self._limit)

    def undo(self) -> bool:
        """Back to the run that the last edit left, where one stood in it. False where there is nothing to undo."""
        return self._stand_at(self._branches.undo(self._place()))

    def redo(self) -> bool:
        """The last edit that was undone, again, where one stood when it was. False where there is none."""
        return self._stand_at(self._branches.redo(self._place()))

    @property
    def edits(self) -> tuple[int, ...]:
        """The iterations from which on something was edited."""
        return self._branches.edits

    @property
    def first_scenario(self) -> Scenario:
        """The scenario that holds at the very start: as it was opened, or as it was edited there."""
        return self._timeline.stretches[0].scenario

    @property
    def draws_weights(self) -> bool:
        """Whether any of the weights at the very start is drawn at random."""
        return self.first_scenario.draws_weights

    def compare(self) -> Comparison | None:
        """This run beside the one from which one came into it: the one that the last edit left, or that of the edit
        that was undone last. None where nothing was edited.
        """
        left = self._branches.last_left
        if left is None:
            return None
        place, lens = self._place(), int(self.model.tape.rows[self.sample])
        at_fork = (self._branches.at(left.fork, self._timeline), self._branches.at(left.fork, left.run))
        difference = first_difference(*at_fork, lens)
        comparison = compare(self._timeline, left.run, place.done, difference, left.fork, lens)
        self._return_to(place)
        return replace(comparison, is_undone=self._branches.is_last_undone)

    def even_out(self, until: int | None = None) -> Generator[int]:
        """Let the shorter of the two runs that `compare` compares go on as far as the longer one has been, or `until`
        so many iterations are done, some at a time: after each piece, how many it has done. When that ends, or is
        closed, one stands where one stood.
        """
        left, place = self._branches.last_left, self._place()
        if left is None:
            return
        shorter, longer = sorted((self._timeline, left.run), key=lambda run: run.finished)
        goal = longer.finished if until is None else min(until, longer.finished)
        done, bursts = shorter.finished, Bursts()
        try:
            while done < goal:
                bursts.begin()
                done = min(done + bursts.size, goal)
                if not shorter.go_to(done):
                    return
                shorter.finish()
                bursts.end()
                yield done
        finally:
            self._return_to(place)

    def _parameter(self, name: str | Ref) -> Ref:
        ref = self.model.find(name) if isinstance(name, str) else name
        if ref is None or not self.model.is_parameter(ref):
            raise UnknownNameError("parameter", str(name), ())
        return ref

    def _stand_at(self, place: Place | None) -> bool:
        if place is None:
            return False
        self._return_to(place)
        return True
