"""The runs of one scenario: where one stands in the present one, and those that edits have left, between which undo and
redo go, and which the present one is compared with.

A run is kept with the place where one stood in it when it was left; undo returns to that place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from dlsim.engine.curve import Curve
from dlsim.engine.errors import PositionError
from dlsim.engine.model import Epochs, Model
from dlsim.engine.program import Program, Trouble
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.timeline import History, Segment, Timeline

KEPT = 30
"""How many runs that were left are kept."""


class Position(Struct, frozen=True):
    """Where a run stands. `iteration` is the one on the tape, from 1; `done` counts the updates made;
    `cursor` of `values` values of that iteration are revealed; `op` of `ops` likewise (0: none yet). Where `end`
    updates are done, all `epochs` of the scenario are (both 0 where nothing is trained).
    """

    iteration: int
    done: int
    epoch: int
    epochs: int
    end: int
    batch: int  # of this epoch, from 1
    batches: int
    cursor: int
    values: int
    op: int
    ops: int
    phase: str | None


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


class Ghost(Struct, frozen=True):
    """A run that an edit has left, or, where it `is_undone`, that of an edit: where the two part, its losses, and how
    its parameters went, which only few ask for.
    """

    fork: int
    curve: Curve
    epochs: Epochs
    history: Callable[[], History]
    is_undone: bool = False


class Runs:
    """The present run with a place in it, and the others.

    One stands at an iteration, the one on the tape, with the first `revealed` of its values revealed: with none of them
    the iteration has just been entered, with all of them it is done. Nothing after the first number that is not finite
    can be revealed: `limit` is how many values can.

    An edit leaves a run; undo goes back to it, redo returns.
    """

    def __init__(self, scenario: Scenario, build: Callable[[Scenario], Model], budget: int) -> None:
        self._build, self._opened = build, scenario
        self.present = Timeline([Segment(1, scenario)], build, budget)
        self._left: list[LeftRun] = []
        self._undone: list[LeftRun] = []
        self.is_last_undone = False
        """Whether the run from which one came into this one is that of an edit that was undone."""
        self._reach = 0
        self._row = 0
        self.revealed = 0
        self.limit = 0
        self._look_for_trouble()

    # the place in the present run

    @property
    def model(self) -> Model:
        """What computes the iteration on the tape."""
        return self.present.model

    @property
    def program(self) -> Program:
        """The ops of the iteration on the tape."""
        return self.present.model.program

    @property
    def is_whole(self) -> bool:
        """Whether all of the iteration on the tape is revealed."""
        return self.revealed == self.present.model.program.values

    @property
    def has_landed(self) -> bool:
        """Whether the update of the iteration on the tape is done: the parameters after it are the present ones."""
        return self.is_whole and self.present.model.trains

    @property
    def done(self) -> int:
        """How many updates are done; 0 where nothing is trained."""
        return self.present.iteration - (not self.is_whole) if self.present.model.trains else 0

    @property
    def position(self) -> Position:
        """The place, with all that a header says of it."""
        model, iteration = self.present.model, self.present.iteration
        program, calendar = model.program, model.calendar
        epoch, batch = calendar.of(iteration)
        op = program.locate(self.revealed)[0] if self.revealed else -1
        return Position(
            iteration=iteration,
            done=self.done,
            epoch=epoch + 1,
            epochs=model.epochs,
            end=calendar.first(model.epochs) - 1 if model.trains else 0,
            batch=batch + 1,
            batches=calendar.batches,
            cursor=self.revealed,
            values=program.values,
            op=op + 1,
            ops=len(program),
            phase=program[op].phase if op >= 0 else None,
        )

    @property
    def trouble(self) -> Trouble | None:
        """The number that is not finite, where one stands at it."""
        return self._trouble if self._trouble and self.revealed >= self.limit else None

    @property
    def samples(self) -> int:
        """How many samples the batch on the tape has."""
        return len(self.present.model.tape.rows)

    @property
    def sample(self) -> int:
        """The row of the batch under the lens, from 0; in a short last batch, its last one at most."""
        return min(self._row, self.samples - 1)

    @sample.setter
    def sample(self, sample: int) -> None:
        if not 0 <= sample < self.samples:
            raise PositionError(
                f"there is no sample {sample + 1} in a batch of {self.samples}; use 1 to {self.samples}"
            )
        self._row = sample

    @property
    def row(self) -> int:
        """The row of the training data under the lens, from 0."""
        return int(self.model.tape.rows[self.sample])

    # from place to place

    def reveal(self, values: int) -> None:
        """Reveal the first `values` of the iteration on the tape, or as many of them as can be."""
        self.revealed = min(values, self.limit)
        if self.is_whole:
            self.present.finish()

    def enter(self, iteration: int, *, row: int | None = None) -> None:
        """Compute an iteration, nothing of it revealed. The sample in `row` of the training data is then under the
        lens, if it is in the batch.
        """
        self.present.go_to(iteration)
        self.revealed = 0
        rows = [] if row is None else list(self.model.tape.rows)
        if row in rows:
            self._row = rows.index(row)
        self._look_for_trouble()

    def enter_next(self) -> bool:
        """Compute the next iteration, nothing of it revealed; False where nothing is trained, so that there is none."""
        if self.model.trains:
            self.enter(self.present.iteration + 1)
        return self.model.trains

    def stand_after(self, updates: int) -> None:
        """Stand where so many updates are done, 0 for the very start, or at the trouble that comes before."""
        self.enter(max(updates, 1))
        if updates:
            self.reveal(self.limit)

    @property
    def place(self) -> Bookmark:
        """Where one stands, to return to."""
        return Bookmark(self.present.iteration, self.revealed, self.done, self._row)

    def return_to(self, place: Bookmark) -> None:
        """Stand again where one stood in the present run."""
        self.enter(place.iteration)
        self.reveal(place.cursor)
        if self._trouble is None or self._trouble.sample is None:
            self._row = place.sample

    def _look_for_trouble(self) -> None:
        """Find the first number on the tape that is not finite, and put its sample under the lens."""
        self._trouble: Trouble | None = None
        self.limit = self.program.values
        found = None if self.present.is_sound else self.model.first_trouble()
        if found is None:
            return
        op, value, sample = found
        place = list(self.program).index(op)
        self.limit = (self.program.op_end(place - 1) if place else 0) + value + 1
        if sample is not None:
            self._row = sample
        tape, ref = self.model.tape, op.ref(value)
        self._trouble = Trouble(
            iteration=self.present.iteration,
            symbol=tape.symbol(ref),
            value=tape.value(ref, sample or 0),
            op=op.quantity.key,
            layer=op.layer,
            sample=None if sample is None else int(tape.rows[sample]) + 1,
            ref=ref,
        )

    # from run to run

    def edit(self, start: int, scenario: Scenario, changes: Mapping[Ref, float]) -> None:
        """Begin a run that is the same up to iteration `start`: from there on `scenario` holds, with `changes` set in
        the state before it. Where one stands in it is to be said next.
        """
        earlier = next((segment.changes for segment in self.present.segments if segment.start == start), {})
        fork = self.present.fork(Segment(start, scenario, {**earlier, **changes}), self._build)
        self._left.append(LeftRun(self.present, start, self.place))
        del self._left[:-KEPT]
        self._undone.clear()
        self.is_last_undone = False
        self._reach = 0
        self.present = fork

    def undo(self) -> bool:
        """Back to the run that the last edit left, where one stood in it; False where there is none."""
        return self._exchange(self._left, self._undone)

    def redo(self) -> bool:
        """The same with the run that the last undo left."""
        return self._exchange(self._undone, self._left)

    def _exchange(self, source: list[LeftRun], target: list[LeftRun]) -> bool:
        if not source:
            return False
        other = source.pop()
        target.append(LeftRun(self.present, other.fork, self.place))
        self.is_last_undone = target is self._undone
        self.present = other.run
        self._reach = other.run.finished
        self.return_to(other.place)
        return True

    def at(self, iteration: int, run: Timeline) -> Timeline:
        """The run at this iteration; a copy of it where it has not been so far, so that it goes no further."""
        if len(run.losses) < iteration:
            run = run.fork(Segment(iteration, run.segments[-1].scenario), self._build)
        run.go_to(iteration)
        return run

    @property
    def last_left(self) -> LeftRun | None:
        """The run from which one came into this one: by an edit, or by undoing or redoing one."""
        source = self._undone if self.is_last_undone else self._left
        return source[-1] if source else None

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
            Ghost(left.fork, run.losses.head(run.finished), run.epochs, run.whole_history, is_undone)
            for left, is_undone in reversed(others)
            if (run := left.run).finished >= left.fork
        )
