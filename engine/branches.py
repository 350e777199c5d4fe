"""The runs of one scenario: the present one, and those that edits have left, to go back to and to compare with.

A run is kept with the place where one stood in it when it was left; undo returns to that place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from dlsim.engine.calendar import Epochs
from dlsim.engine.curve import Curve
from dlsim.engine.model import Model
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.timeline import History, Segment, Timeline

KEPT = 30
"""How many runs that were left are kept."""


class Ghost(Struct, frozen=True):
    """A run that an edit has left, or, where it `is_undone`, that of an edit: where the two part, its losses, and how
    its parameters went, which only few ask for.
    """

    fork: int
    curve: Curve
    epochs: Epochs
    history: Callable[[], History]
    is_undone: bool = False


class Bookmark(Struct, frozen=True):
    """Where one stands in a run: the iteration on the tape, how many of its values are revealed, updates done, and the
    row of the batch under the lens.
    """

    iteration: int
    cursor: int
    done: int
    sample: int = 0


class LeftRun(Struct, frozen=True):
    """A run that was left: the iteration from which on the two differ, and where one stood in it."""

    run: Timeline
    fork: int
    place: Bookmark


class Branches:
    """The present run and the others. An edit leaves a run; undo goes back to it, redo returns."""

    def __init__(self, scenario: Scenario, build: Callable[[Scenario], Model], budget: int) -> None:
        self._build, self._opened = build, scenario
        self.present = Timeline([Segment(1, scenario)], build, budget)
        self._left: list[LeftRun] = []
        self._undone: list[LeftRun] = []
        self._came_by_undo = False
        self._reach = 0

    def edit(self, start: int, scenario: Scenario, changes: Mapping[Ref, float], place: Bookmark) -> None:
        """Begin a run that is the same up to iteration `start`: from there on `scenario` holds, with `changes` set in
        the state before it. `place` is where one stands in the run that is left.
        """
        same_place = [segment for segment in self.present.segments if segment.start == start]
        earlier = same_place[0].changes if same_place else {}
        segment = Segment(start, scenario, {**earlier, **changes})
        fork = self.present.fork(segment, self._build)
        self._left.append(LeftRun(self.present, start, place))
        del self._left[:-KEPT]
        self._undone.clear()
        self._came_by_undo = False
        self._reach = 0
        self.present = fork

    def undo(self, place: Bookmark) -> Bookmark | None:
        """Make the run that the last edit left the present one; `place` is where one stands in this one. Returns where
        one stood in the other, None where there is none.
        """
        return self._exchange(self._left, self._undone, place)

    def redo(self, place: Bookmark) -> Bookmark | None:
        """The same with the run that the last undo left."""
        return self._exchange(self._undone, self._left, place)

    def _exchange(self, source: list[LeftRun], target: list[LeftRun], place: Bookmark) -> Bookmark | None:
        if not source:
            return None
        other = source.pop()
        target.append(LeftRun(self.present, other.fork, place))
        self._came_by_undo = target is self._undone
        self.present = other.run
        self._reach = other.run.finished
        return other.place

    def at(self, iteration: int, run: Timeline) -> Timeline:
        """The run at this iteration; a copy of it where it has not been so far, so that it goes no further."""
        if len(run.losses) < iteration:
            run = run.fork(Segment(iteration, run.segments[-1].scenario), self._build)
        run.go_to(iteration)
        return run

    @property
    def returned(self) -> Curve:
        """The losses of the present run as far as it had gone when undo or redo went back to it; else none."""
        return self.present.losses.head(self._reach)

    @property
    def scenarios(self) -> tuple[tuple[int, Scenario], ...]:
        """(the iteration from which on it holds, the scenario) as far as one stands; first, as 0, as it was opened."""
        segments = self.present.segments
        held = ((segment.start, segment.scenario) for segment in segments if segment.start <= self.present.iteration)
        return ((0, self._opened), *held)

    @property
    def edits(self) -> tuple[int, ...]:
        """The iterations from which on something was edited in the present run."""
        first, *others = self.present.segments
        is_edited = bool(first.changes) or first.scenario is not self._opened
        return (*((1,) if is_edited else ()), *(segment.start for segment in others))

    @property
    def ghosts(self) -> tuple[Ghost, ...]:
        """The other runs that went further than the fork: the one from which one came last here, so that a curve that
        shows one ghost shows what a comparison compares with; before it the latest.
        """
        others = [*((left, False) for left in self._left), *((left, True) for left in self._undone)]
        others.sort(key=lambda other: other[0] is self.last_left)
        return tuple(
            Ghost(
                left.fork,
                left.run.losses.head(left.run.finished),
                left.run.epochs,
                left.run.whole_history,
                is_undone,
            )
            for left, is_undone in reversed(others)
            if left.run.finished >= left.fork
        )

    @property
    def last_left(self) -> LeftRun | None:
        """The run from which one came into this one: by an edit, or by undoing or redoing one."""
        source = self._undone if self._came_by_undo else self._left
        return source[-1] if source else None

    @property
    def is_last_undone(self) -> bool:
        """Whether that is the run of an edit that was undone."""
        return self._came_by_undo
