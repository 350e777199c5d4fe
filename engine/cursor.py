"""Where one stands in a run: the iteration on its tape, how much of that is revealed, and the sample under the lens."""

from __future__ import annotations

from dlsim.engine.branches import Bookmark, Branches
from dlsim.engine.errors import PositionError
from dlsim.engine.explain import Trouble
from dlsim.engine.model import Model
from dlsim.engine.program import Program
from dlsim.engine.timeline import Timeline


class Cursor:
    """A place in the present one of `runs`, and the ways from it to another.

    It is at an iteration, the one on the tape, with the first `revealed` of its values revealed: with none of them the
    iteration has just been entered, with all of them it is done. Nothing after the first number that is not finite can
    be revealed: `limit` is how many values can.
    """

    def __init__(self, runs: Branches) -> None:
        self._runs = runs
        self._row = 0
        self.revealed = 0
        self.limit = 0
        self._look_for_trouble()

    @property
    def run(self) -> Timeline:
        """The present run."""
        return self._runs.present

    @property
    def model(self) -> Model:
        """What computes the iteration on the tape."""
        return self._runs.present.model

    @property
    def program(self) -> Program:
        """The ops of the iteration on the tape."""
        return self._runs.present.model.program

    @property
    def done(self) -> int:
        """How many updates are done; 0 where nothing is trained."""
        run = self._runs.present
        model = run.model
        return run.iteration - (self.revealed != model.program.values) if model.trains else 0

    @property
    def is_whole(self) -> bool:
        """Whether all of the iteration on the tape is revealed."""
        return self.revealed == self._runs.present.model.program.values

    @property
    def has_landed(self) -> bool:
        """Whether the update of the iteration on the tape is done: the parameters after it are the present ones."""
        return self.is_whole and self.model.trains

    @property
    def trouble(self) -> Trouble | None:
        """The number that is not finite, where one stands at it."""
        return self._trouble if self._trouble and self.revealed >= self.limit else None

    # the lens

    @property
    def samples(self) -> int:
        """How many samples the batch on the tape has."""
        return len(self.model.tape.rows)

    @property
    def sample(self) -> int:
        """The row of the batch under the lens, from 0; in a short last batch, its last one at most."""
        return min(self._row, len(self._runs.present.model.tape.rows) - 1)

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
            self.run.finish()

    def enter(self, iteration: int, *, row: int | None = None) -> None:
        """Compute an iteration, nothing of it revealed. The sample in `row` of the training data is then under the
        lens, if it is in the batch.
        """
        self.run.go_to(iteration)
        self.revealed = 0
        rows = [] if row is None else list(self.model.tape.rows)
        if row in rows:
            self._row = rows.index(row)
        self._look_for_trouble()

    def enter_next(self) -> bool:
        """Compute the next iteration, nothing of it revealed; False where nothing is trained, so that there is none."""
        if self.model.trains:
            self.enter(self.run.iteration + 1)
        return self.model.trains

    def stand_after(self, updates: int) -> None:
        """Stand where so many updates are done, 0 for the very start, or at the trouble that comes before."""
        self.enter(max(updates, 1))
        if updates:
            self.reveal(self.limit)

    @property
    def place(self) -> Bookmark:
        """Where one stands, to return to."""
        return Bookmark(self.run.iteration, self.revealed, self.done, self._row)

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
        found = None if self.run.is_sound else self.model.first_trouble()
        if found is None:
            return
        op, value, sample = found
        place = list(self.program).index(op)
        self.limit = (self.program.op_end(place - 1) if place else 0) + value + 1
        if sample is not None:
            self._row = sample
        tape, ref = self.model.tape, op.ref(value)
        self._trouble = Trouble(
            iteration=self.run.iteration,
            symbol=tape.symbol(ref),
            value=tape.value(ref, sample or 0),
            op=op.quantity.key,
            layer=op.layer,
            sample=None if sample is None else int(tape.rows[sample]) + 1,
            ref=ref,
        )
