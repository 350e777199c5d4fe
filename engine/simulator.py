"""The simulator: a run one can step through, forwards and backwards, or let go at full speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.branches import Branches
from dlsim.engine.breakpoints import Breakpoint
from dlsim.engine.comparison import Comparison, compare
from dlsim.engine.curve import Curve
from dlsim.engine.errors import PositionError, UnknownNameError, WrongKindError
from dlsim.engine.event import Event, Position, Trouble
from dlsim.engine.formula import explain
from dlsim.engine.kinds import KINDS
from dlsim.engine.loading import revise
from dlsim.engine.model import LayerParameters, Model
from dlsim.engine.program import Program
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.scenario import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.timeline import CHECKPOINT_BYTES, Timeline

Array = NDArray[np.float64]
Grain = Literal["value", "op", "phase", "iteration", "epoch"]
GRAINS: tuple[Grain, ...] = ("value", "op", "phase", "iteration", "epoch")


def program(scenario: Scenario) -> Program:
    """The ops of one iteration of `scenario`, in order."""
    return _build(scenario).program


def _build(scenario: Scenario) -> Model:
    return KINDS[scenario.kind].build(scenario)


class Simulator:
    """One run of one scenario.

    It stands at an iteration (the one on the tape, from 1) with so many of its values revealed. Where all are,
    the iteration is done; nothing revealed is the very start. Entering an iteration computes its whole tape.
    """

    def __init__(self, scenario: Scenario, *, checkpoint_bytes: int = CHECKPOINT_BYTES) -> None:
        self._branches = Branches(scenario, _build, checkpoint_bytes)
        self._cursor = 0
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
    def trouble(self) -> Trouble | None:
        """The number that is not finite at which the run stands and cannot go on, or None."""
        return self._trouble if self._trouble and self._cursor >= self._limit else None

    @property
    def event(self) -> Event | None:
        """The value revealed last, None at the very start."""
        if not self._cursor:
            return None
        op, value = self.program.locate(self._cursor)
        return self._event(op, value)

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

    # moving

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
        return self.event if grain == "value" else self._whole_event()

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
            self.stopped_by = next((condition for condition in until if condition.holds(self)), None)
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
        self._stand_after(iteration)
        if cursor and self._is_whole_or_start and (not self._is_whole or self._enter_next()):
            self._cursor = min(cursor, self._limit)
        return self.event

    # what if

    def edit(
        self, *, numbers: Mapping[str | Ref, float] | None = None, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Change parameters (by symbol or reference) or anything that the scenario sets (by its dotted path), here.

        What follows is another run: the one left stays as a ghost, and `undo` goes back to it. In the midst of an
        iteration, the edit holds from its start on; where one is done, from the next one's. ScenarioError,
        UnknownNameError or WrongKindError for what cannot be; nothing is changed then.
        """
        changes = {self._parameter(name): float(number) for name, number in (numbers or {}).items()}
        for name, number in zip(numbers or {}, changes.values(), strict=True):
            if not isfinite(number):
                raise WrongKindError(f"{name} = {number} is not a finite number")
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

    # results

    @property
    def parameters(self) -> Sequence[LayerParameters]:
        """Present weights (n×j) and biases (j,) by layer: read-only views, valid until the next call."""
        return self.model.parameters(landed=self._is_landed)

    @property
    def gradients(self) -> Sequence[LayerParameters] | None:
        """Gradients of the last iteration done, shaped as the parameters; None before the first."""
        if not self.iteration:
            return None
        if self._is_landed:
            return self.model.gradients()
        place = self._place()
        self._stand_after(self.iteration)
        gradients = tuple(
            (weights.copy(), None if biases is None else biases.copy()) for weights, biases in self.model.gradients()
        )
        self._return_to(place)
        return gradients

    @property
    def losses(self) -> Array:
        """One number per iteration done: its batch's loss before the update. Read-only."""
        return self._timeline.losses.values[: self.iteration if self.model.has_loss else 0]

    @property
    def curves(self) -> dict[str, Curve]:
        """The losses, and what else is observed from iteration to iteration, up to the present."""
        curves = {"loss": self._timeline.losses} if self.model.has_loss else {}
        return {name: curve.head(self.iteration) for name, curve in {**curves, **self._timeline.curves}.items()}

    def region(self, x: Array, y: Array) -> Array | None:
        """(len(y), len(x)): the first output over a plane of two inputs, at the present parameters; None where
        the scenario has no such plane.
        """
        return self.model.region(x, y, landed=self._is_landed)

    def loss(self) -> float | None:
        """Over the whole training set, at the present parameters; None where nothing is trained."""
        return self.model.evaluate(landed=self._is_landed)[1]

    def outputs(self) -> Array:
        """(samples, outputs) over the whole training set, at the present parameters."""
        return self.model.evaluate(landed=self._is_landed)[0]

    def accuracy(self) -> float | None:
        """Share of the training set answered right; None without targets."""
        return self.model.evaluate(landed=self._is_landed)[2]

    def look_up(self, symbol: str) -> float:
        """The figure called `symbol` in the present state.

        A present parameter; a number of a forward pass over the first sample there; or what the last iteration
        done left (a gradient, a new weight). UnknownNameError for what this scenario does not have.
        """
        ref = self.model.find(symbol)
        if ref is None:
            raise UnknownNameError("number of this scenario", symbol, ())
        if self._is_landed or not self.model.belongs_to_iteration(ref):
            return self.model.figure(ref, landed=self._is_landed)
        if not self.iteration:
            raise PositionError(f"{symbol} belongs to an iteration, and none is done yet")
        place = self._place()
        self._stand_after(self.iteration)
        figure = self.model.figure(ref, landed=True)
        self._return_to(place)
        return figure

    def snapshot(self) -> Snapshot:
        """Everything that a screen shows at this moment, frozen."""
        tape = self.model.freeze(landed=self._is_landed)
        revealed = self.program.revealed(self._cursor)
        order = {(op.quantity, op.layer): op.size for op in self.program}
        loss_size = order.get(("E", None), 0)
        is_loss_shown = bool(loss_size) and revealed.get(("E", None), 0) >= loss_size
        return Snapshot(
            scenario=self.scenario,
            position=self.position,
            sample=self.sample,
            row=int(tape.rows[self.sample]),
            event=self.event,
            next_symbol=self._next_symbol(),
            trouble=self.trouble,
            loss=float(self._timeline.losses.values[self._timeline.iteration - 1]) if is_loss_shown else None,
            curves=self.curves,
            ghosts=self._branches.ghosts,
            edits=self.edits,
            checkpoints=self._timeline.checkpoints.places,
            tables=self.model.tables,
            revealed=revealed,
            order=order,
            tape=tape,
        )

    # inside

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

    def _place(self) -> tuple[int, int]:
        return self._timeline.iteration, self._cursor

    def _return_to(self, place: tuple[int, int]) -> None:
        iteration, self._cursor = place
        self._timeline.go_to(iteration)
        self._look_for_trouble()

    def _arrival(self, grain: Grain) -> Event | None:
        return self.event if grain == "value" else self._whole_event()

    def _whole_event(self) -> Event | None:
        return self._event(self.program.locate(self._cursor)[0], None) if self._cursor else None

    def _next_symbol(self) -> str | None:
        if self._cursor >= self._limit and not (self._is_whole and self.trains):
            return None
        op, value = self.program.locate(self._cursor % self.program.values + 1)
        return self.model.tape.symbol(self.program[op].ref(value))

    def _event(self, number: int, value: int | None) -> Event:
        """The event of one value of an op, or with `value` None of the whole op."""
        op, tape, sample = self.program[number], self.model.tape, self.sample
        ref = op.ref(op.size - 1 if value is None else value)
        iteration = self._timeline.iteration
        if value is None:
            symbol, formula, filled_in = tape.op_formula(op)
            number_or_array: float | Array = tape.array(op, sample)
            tokens: Formula = ()
        else:
            told = explain(tape, ref, sample)
            symbol, formula, filled_in = told.symbol, told.formula, told.substituted
            number_or_array, tokens = told.value, told.tokens
        return Event(
            iteration=iteration,
            epoch=self.model.calendar.of(iteration)[0] + 1,
            phase=op.phase,
            op=op.quantity,
            layer=op.layer,
            sample=int(tape.rows[sample]) + 1 if tape.is_per_sample(ref) else None,
            symbol=symbol,
            value=number_or_array,
            formula=formula,
            substituted=filled_in,
            ref=ref,
            tokens=tokens,
        )


def _check(grain: str) -> None:
    if grain not in GRAINS:
        raise UnknownNameError("grain", grain, GRAINS)
