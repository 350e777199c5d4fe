"""Where a run stands: the iteration on the tape, how much of it is revealed, the sample under the lens, trouble."""

from __future__ import annotations

from dlsim.engine.branches import Branches, Place
from dlsim.engine.breakpoints import Breakpoint
from dlsim.engine.errors import PositionError
from dlsim.engine.explain import Event, Position, Trouble, tell, tell_op
from dlsim.engine.kinds import KINDS
from dlsim.engine.model import Model
from dlsim.engine.program import Program
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.timeline import CHECKPOINT_BYTES, Timeline


def build(scenario: Scenario) -> Model:
    """What runs `scenario`."""
    return KINDS[scenario.kind].build(scenario.body)


class Standing:
    """One run of one scenario, at one place.

    It stands at an iteration (the one on the tape, from 1) with so many of its values revealed. Where all are,
    the iteration is done; nothing revealed is the very start. Entering an iteration computes its whole tape.
    """

    def __init__(self, scenario: Scenario, *, checkpoint_bytes: int = CHECKPOINT_BYTES) -> None:
        self._branches = Branches(scenario, build, checkpoint_bytes)
        self._revealed = 0
        self._sample = 0
        self.stopped_by: Breakpoint | None = None
        self._look_for_trouble()

    @property
    def _timeline(self) -> Timeline:
        return self._branches.present

    # where it stands

    @property
    def scenario(self) -> Scenario:
        """The scenario that holds at the iteration on the tape: as it was opened, or as it was edited."""
        return self._timeline.scenario

    @property
    def model(self) -> Model:
        """What runs."""
        return self._timeline.model

    @property
    def program(self) -> Program:
        """The ops of an iteration."""
        return self.model.program

    @property
    def position(self) -> Position:
        """Where the run stands."""
        iteration = self._timeline.iteration
        epoch, batch = self.model.calendar.of(iteration)
        op = self.program.locate(self._cursor)[0] if self._cursor else -1
        return Position(
            iteration=iteration,
            done=self.iteration,
            epoch=epoch + 1,
            epochs=self.epochs,
            end=self.end,
            batch=batch + 1,
            batches=self.model.calendar.batches,
            cursor=self._cursor,
            values=self.program.values,
            op=op + 1,
            ops=len(self.program),
            phase=self.program[op].phase if op >= 0 else None,
        )

    @property
    def trains(self) -> bool:
        """Whether there are updates at all (False: forward only)."""
        return self.model.trains

    @property
    def has_gradients(self) -> bool:
        """Whether there are gradients that can be checked: functions have iterations, and nothing that is trained."""
        return self.model.probe() is not None

    @property
    def iteration(self) -> int:
        """Updates done."""
        if not self.trains:
            return 0
        return self._timeline.iteration - (not self._is_whole)

    @property
    def epochs(self) -> int:
        """The scenario's own length, in epochs; 0 where nothing is trained."""
        return self.model.epochs

    @property
    def end(self) -> int:
        """Updates after which the scenario's epochs are done; 0 where nothing is trained."""
        return self.model.calendar.first(self.epochs) - 1 if self.trains else 0

    @property
    def trouble(self) -> Trouble | None:
        """The number that is not finite at which the run stands and cannot go on, or None."""
        return self._trouble if self._trouble and self._cursor >= self._limit else None

    @property
    def event(self) -> Event | None:
        """The value revealed last, None at the very start."""
        if not self._cursor:
            return None
        op, value = self.program.locate(self._cursor)
        return tell(self.model, self._timeline.iteration, op, value, self.sample)

    # the lens

    @property
    def samples(self) -> int:
        """Samples in the batch on the tape."""
        return len(self.model.tape.rows)

    @property
    def sample(self) -> int:
        """The row of the batch under the lens, from 0; in a short last batch, its last one at most."""
        return min(self._sample, self.samples - 1)

    @sample.setter
    def sample(self, sample: int) -> None:
        if not 0 <= sample < self.samples:
            raise PositionError(
                f"there is no sample {sample + 1} in a batch of {self.samples}; use 1 to {self.samples}"
            )
        self._sample = sample

    # inside

    @property
    def _cursor(self) -> int:
        """How many values of the iteration on the tape are revealed."""
        return self._revealed

    @_cursor.setter
    def _cursor(self, cursor: int) -> None:
        self._revealed = cursor
        if cursor == self.program.values:
            self._timeline.finish()

    @property
    def _is_whole(self) -> bool:
        """Whether all of the iteration on the tape is revealed."""
        return self._cursor == self.program.values

    @property
    def _is_whole_or_start(self) -> bool:
        return self._is_whole or not self._cursor

    @property
    def _is_landed(self) -> bool:
        return self._is_whole and self.trains

    def _enter_next(self) -> bool:
        """Bring the next iteration onto the tape, nothing of it revealed."""
        if not self.trains:
            return False
        self._timeline.go_to(self._timeline.iteration + 1)
        self._cursor = 0
        self._look_for_trouble()
        return True

    def _move(self, done: int) -> None:
        """Stand where `done` ≥ 1 updates are done, or at the trouble that comes before."""
        self._timeline.go_to(done)
        self._look_for_trouble()
        self._cursor = self._limit

    def _stand_after(self, done: int) -> None:
        """The same for any `done`, 0 being the very start."""
        if done:
            self._move(done)
            return
        self._timeline.go_to(1)
        self._look_for_trouble()
        self._cursor = 0

    def _look_for_trouble(self) -> None:
        """Find the first number on the tape that is not finite: nothing beyond it can be revealed."""
        self._trouble: Trouble | None = None
        self._limit = self.program.values
        found = None if self._timeline.is_sound else self.model.first_trouble()
        if found is None:
            return
        op, value, sample = found
        place = list(self.program).index(op)
        self._limit = (self.program.op_end(place - 1) if place else 0) + value + 1
        if sample is not None:
            self._sample = sample
        tape, ref = self.model.tape, op.ref(value)
        self._trouble = Trouble(
            iteration=self._timeline.iteration,
            symbol=tape.symbol(ref),
            value=tape.value(ref, sample or 0),
            op=op.quantity,
            layer=op.layer,
            sample=None if sample is None else int(tape.rows[sample]) + 1,
            ref=ref,
        )

    def _place(self) -> Place:
        return Place(self._timeline.iteration, self._cursor, self.iteration, self._sample)

    def _return_to(self, place: Place) -> None:
        self._timeline.go_to(place.iteration)
        self._cursor, self._sample = place.cursor, place.sample
        self._look_for_trouble()

    def _whole_event(self) -> Event | None:
        if not self._cursor:
            return None
        return tell_op(self.model, self._timeline.iteration, self.program.locate(self._cursor)[0], self.sample)
