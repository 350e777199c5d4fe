"""The runs of one scenario: the present one, and those that edits have left, to go back to and to compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from dlsim.engine.curve import Curve
from dlsim.engine.model import Model
from dlsim.engine.reference import Ref
from dlsim.engine.scenario import Scenario
from dlsim.engine.timeline import Stretch, Timeline

KEPT = 30
"""How many runs that were left are kept."""


class Ghost(Struct, frozen=True):
    """A run that an edit has left: where the two part, and its losses."""

    fork: int
    curve: Curve


class Branches:
    """The present run and the others. An edit leaves a run; undo goes back to it, redo returns."""

    def __init__(self, scenario: Scenario, build: Callable[[Scenario], Model], budget: int) -> None:
        self._build = build
        self.present = Timeline([Stretch(1, scenario)], build, budget)
        self._left: list[tuple[Timeline, int]] = []  # with the iteration at which it was left
        self._undone: list[tuple[Timeline, int]] = []

    def edit(self, start: int, scenario: Scenario, changes: Mapping[Ref, float]) -> None:
        """From iteration `start` on, `scenario` holds, with `changes` set in the state before it."""
        same_place = [stretch for stretch in self.present.stretches if stretch.start == start]
        earlier = same_place[0].changes if same_place else {}
        stretch = Stretch(start, scenario, {**earlier, **changes})
        fork = self.present.fork(stretch, self._build)
        self._left.append((self.present, start))
        del self._left[:-KEPT]
        self._undone.clear()
        self.present = fork

    def undo(self) -> bool:
        """Back to the run that the last edit left; False where there is none."""
        return self._exchange(self._left, self._undone)

    def redo(self) -> bool:
        """To the run that the last undo left; False where there is none."""
        return self._exchange(self._undone, self._left)

    def _exchange(self, source: list[tuple[Timeline, int]], target: list[tuple[Timeline, int]]) -> bool:
        if not source:
            return False
        other, fork = source.pop()
        target.append((self.present, fork))
        self.present = other
        return True

    @property
    def edits(self) -> tuple[int, ...]:
        """The iterations from which on something was edited in the present run."""
        first, *others = self.present.stretches
        return (*((1,) if first.changes else ()), *(stretch.start for stretch in others))

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """The runs that were left and went further than the fork, the latest first."""
        return tuple(
            Ghost(fork, run.losses.head(len(run.losses)))
            for run, fork in reversed([*self._left, *self._undone])
            if len(run.losses) >= fork
        )

    @property
    def last_left(self) -> tuple[Timeline, int] | None:
        """(run, iteration at which the present one parted from it) of the run that the last edit left."""
        return self._left[-1] if self._left else None
