"""The simulator: a run that one can step through, forwards and backwards, edit, or let go at full speed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from math import isfinite
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.comparison import Comparison, compare, first_difference
from dlsim.engine.curve import Curve
from dlsim.engine.errors import PositionError, UnknownNameError, WrongKindError
from dlsim.engine.kinds import KINDS
from dlsim.engine.model import LayerParameters, Model
from dlsim.engine.program import Program, Tape, Trouble
from dlsim.engine.quantity import Ref
from dlsim.engine.runs import Position, Runs
from dlsim.engine.scenario.load import revise
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Event, Explanation, Snapshot, tell
from dlsim.engine.timeline import CHECKPOINT_BYTES

Array = NDArray[np.float64]
Grain = Literal["value", "op", "phase", "iteration", "epoch"]
GRAINS: tuple[Grain, ...] = ("value", "op", "phase", "iteration", "epoch")
MOST_ITERATIONS = 1_000_000_000
"""The most that a run can be asked for: losses are kept, 8 bytes an iteration."""
Named = tuple[str, float]
"""A parameter's symbol, and its gradient."""


class Breakpoint(Struct, frozen=True):
    """A condition at which a run stops, as it was written; breakpoints.py reads it.

    `holds` asks whether it does after the last iteration done. `met_by` says whose gradient makes it hold, right after
    the iteration; None where it is about no single one. `is_due` says whether a run looks at it there; `number`, what
    it compares, where that is one number.
    """

    text: str
    holds: Callable[[Simulator], bool]
    met_by: Callable[[Simulator], Named | None] = lambda _run: None
    is_due: Callable[[Simulator], bool] = lambda _run: True
    number: Callable[[Simulator], float | None] = lambda _run: None

    def comes_to_hold(self, run: Simulator) -> bool:
        """Whether a run that looks for it stops here."""
        return self.is_due(run) and self.holds(run)


class Simulator:
    """One run of one scenario.

    It stands at an iteration (the one on the tape, counted from 1) with so many of its values revealed. Where all are,
    the iteration is done; nothing revealed is the very start. Entering an iteration computes its whole tape.

        sim = Simulator(load("backprop-2-2-2"))
        event = sim.step()                      # z1 = 0.08
        sim.back()
        sim.run(iterations=10_000)
        sim.parameters[0][0]                    # the weights (n×j) of the first layer

    `checkpoint_bytes` is what the states that going back starts from may take in all.
    """

    def __init__(self, scenario: Scenario, *, checkpoint_bytes: int = CHECKPOINT_BYTES) -> None:
        self._runs = Runs(scenario, _model_of, checkpoint_bytes)
        self.stopped_by: Breakpoint | None = None
        """The condition that ended the last `run`, if one did."""

    # where it stands

    @property
    def scenario(self) -> Scenario:
        """The scenario that holds at the iteration on the tape: as it was opened, or as it was edited."""
        return self._runs.present.scenario

    @property
    def first_scenario(self) -> Scenario:
        """The scenario that holds at the very start: as it was opened, or as it was edited there."""
        return self._runs.present.segments[0].scenario

    @property
    def model(self) -> Model:
        """What computes the iteration on the tape."""
        return self._runs.model

    @property
    def program(self) -> Program:
        """The ops of an iteration."""
        return self.model.program

    @property
    def position(self) -> Position:
        """Where the run stands."""
        return self._runs.position

    @property
    def iteration(self) -> int:
        """Updates done; 0 where nothing is trained."""
        return self._runs.done

    @property
    def epochs(self) -> int:
        """The scenario's own length, in epochs; 0 where nothing is trained."""
        return self.model.epochs

    @property
    def end(self) -> int:
        """Updates after which the scenario's epochs are done; 0 where nothing is trained."""
        return self.model.calendar.first(self.epochs) - 1 if self.trains else 0

    @property
    def trains(self) -> bool:
        """Whether there are updates at all (False: forward only)."""
        return self.model.trains

    @property
    def has_gradients(self) -> bool:
        """Whether there are gradients that can be checked: functions have iterations, and nothing that is trained."""
        return self.model.probe() is not None

    @property
    def draws_weights(self) -> bool:
        """Whether any of the weights at the very start is drawn at random."""
        return self.first_scenario.draws_weights

    @property
    def trouble(self) -> Trouble | None:
        """The number that is not finite at which the run stands and cannot go on, or None."""
        return self._runs.trouble

    @property
    def event(self) -> Event | None:
        """The value revealed last, None at the very start."""
        return self._event_on(self.model.tape)

    @property
    def samples(self) -> int:
        """Samples in the batch on the tape."""
        return self._runs.samples

    @property
    def sample(self) -> int:
        """The row of the batch under the lens, from 0; in a short last batch, its last one at most.

        Setting it raises PositionError for a row that the batch on the tape does not have.
        """
        return self._runs.sample

    @sample.setter
    def sample(self, sample: int) -> None:
        self._runs.sample = sample

    # going elsewhere

    def step(self, grain: Grain = "value") -> Event | None:
        """Reveal the next value, op, phase, iteration or epoch.

        Returns the event of the last value revealed, of the whole op for every grain but "value"; None where nothing is
        left: at the end of a forward-only pass, or at a number that is not finite. Raises UnknownNameError for another
        grain.
        """
        return self._arrival(grain) if self.advance(grain) else None

    def advance(self, grain: Grain = "value") -> bool:
        """The same, for who looks at the snapshot afterwards: whether anything was left. Raises as `step` does."""
        _check(grain)
        runs = self._runs
        if grain in ("iteration", "epoch"):
            return self._advance_far(grain)
        if runs.revealed >= runs.limit and not (runs.is_whole and runs.enter_next()):
            return False
        runs.reveal(runs.program.next_stop(runs.revealed, grain))
        return True

    def back(self, grain: Grain = "value") -> Event | None:
        """The same, backwards: the event one then stands at, None at the very start.

        Raises UnknownNameError for another grain.
        """
        _check(grain)
        runs, calendar = self._runs, self.model.calendar
        iteration = runs.present.iteration
        if grain == "iteration":
            runs.stand_after(iteration - 1)
        elif grain == "epoch":
            runs.stand_after(calendar.first(calendar.of(iteration)[0]) - 1)
        elif stop := self.program.previous_stop(runs.revealed, grain):
            runs.reveal(stop)
        else:
            runs.stand_after(iteration - 1)
        return self._arrival(grain)

    def run(
        self,
        iterations: int | None = None,
        *,
        epochs: int | None = None,
        until: Sequence[Breakpoint] = (),
    ) -> int:
        """Do that many more updates at full speed: so many `iterations`, or `epochs` of as many iterations as there are
        batches now. Without a number, as many as the scenario's `epochs` say. Where nothing is trained: the forward
        pass.

        Returns how many were done. Fewer than asked for means trouble, or that one of the breakpoints `until` came to
        hold: `stopped_by` then is that one. Raises PositionError for a negative number.

            sim.run(1000, until=[parse_breakpoint("loss < 0.01", sim)])
        """
        runs = self._runs
        if not self.trains:
            runs.reveal(runs.limit)
            return 0
        if iterations is None:
            iterations = (self.epochs if epochs is None else epochs) * self.model.calendar.batches
        if iterations < 0:
            raise PositionError(f"cannot run {iterations} iterations; use 0 or more")
        before = self.iteration
        self.stopped_by = None
        if not until:
            if iterations:
                runs.stand_after(before + iterations)
            return self.iteration - before
        for _ in range(iterations):
            runs.stand_after(self.iteration + 1)
            self.stopped_by = next((condition for condition in until if condition.comes_to_hold(self)), None)
            if self.stopped_by or self.trouble:
                break
        return self.iteration - before

    def seek(self, *, iteration: int | None = None, epoch: int | None = None, cursor: int = 0) -> Event | None:
        """Stand where `iteration` updates (or `epoch` epochs) are done and `cursor` further values revealed.

        Returns the event of the value revealed last, None at the very start. Raises PositionError for a place that
        cannot be.
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
        here = self._runs
        if cursor and iteration + 1 == here.present.iteration and here.present.is_sound:
            here.reveal(cursor)
            return self.event
        here.stand_after(iteration)
        if cursor and (not here.revealed or (here.is_whole and here.enter_next())):
            here.reveal(cursor)
        return self.event

    # what has come of it

    @property
    def parameters(self) -> Sequence[LayerParameters]:
        """Present weights (n×j) and biases (j,), or None, by layer: read-only views, valid until the next call."""
        return self.model.parameters(landed=self._runs.has_landed)

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(array.size for pair in self.parameters for array in pair if array is not None)

    @property
    def gradients(self) -> Sequence[LayerParameters] | None:
        """Gradients of the last iteration done, shaped as the parameters; None before the first."""
        if not self.iteration:
            return None
        if self._runs.has_landed:
            return self.model.gradients()
        place = self._runs.place
        self._runs.stand_after(self.iteration)
        gradients = tuple(
            (weights.copy(), None if biases is None else biases.copy()) for weights, biases in self.model.gradients()
        )
        self._runs.return_to(place)
        return gradients

    @property
    def losses(self) -> Array:
        """(iterations done,): each batch's loss before its update. Read-only."""
        return self._runs.present.losses.values[: self.iteration if self.model.has_loss else 0]

    @property
    def curves(self) -> dict[str, Curve]:
        """The losses, and what else is observed from iteration to iteration, up to the present."""
        run = self._runs.present
        curves = {"loss": run.losses} if self.model.has_loss else {}
        return {name: curve.head(self.iteration) for name, curve in {**curves, **run.curves}.items()}

    def loss(self) -> float | None:
        """Over the whole training set, at the present parameters; None where nothing is trained."""
        return self.model.loss(landed=self._runs.has_landed)

    def outputs(self) -> Array:
        """(samples, outputs) over the whole training set, at the present parameters."""
        return self.model.evaluate(landed=self._runs.has_landed)[0]

    def accuracy(self) -> float | None:
        """Share of the training set answered right, at the present parameters; None where targets are no classes."""
        return self.model.evaluate(landed=self._runs.has_landed)[2]

    def validation(self) -> tuple[float | None, float | None]:
        """(loss, accuracy) over the data kept back, at the present parameters; each None where there is none."""
        return self.model.validate(landed=self._runs.has_landed)

    def region(self, x: Array, y: Array) -> Array | None:
        """(len(y), len(x)): the first output over a plane of two inputs, `x` (columns,) and `y` (rows,), at the present
        parameters; None where the scenario has no such plane.
        """
        return self.model.region(x, y, landed=self._runs.has_landed)

    def look_up(self, symbol: str) -> float:
        """The figure called `symbol` in the present state.

        A present parameter; a number of a forward pass over the first sample there; or what the last iteration
        done left (a gradient, a new weight). Raises UnknownNameError for what this scenario does not have,
        PositionError for what an iteration leaves before one is done.
        """
        ref = self.model.find(symbol)
        if ref is None:
            raise UnknownNameError("number of this scenario", symbol, ())
        if self._runs.has_landed or not self.model.belongs_to_iteration(ref):
            return self.model.figure(ref, landed=self._runs.has_landed)
        if not self.iteration:
            raise PositionError(f"{symbol} belongs to an iteration, and none is done yet")
        place = self._runs.place
        self._runs.stand_after(self.iteration)
        figure = self.model.figure(ref, landed=True)
        self._runs.return_to(place)
        return figure

    def snapshot(self) -> Snapshot:
        """Everything that a screen shows at this moment, frozen."""
        runs, run = self._runs, self._runs.present
        model = run.model
        program, sample = model.program, runs.sample
        tape = model.freeze(landed=runs.has_landed)
        revealed = program.revealed(runs.revealed)
        position, event = runs.position, self._event_on(tape)
        error, ghosts = tape.error, runs.ghosts
        is_loss_shown = error is not None and revealed.get((error.quantity, None), 0) > 0
        return Snapshot(
            scenario=run.scenario,
            position=position,
            sample=sample,
            row=int(tape.rows[sample]),
            op=program[position.op - 1] if position.op else None,
            event=event,
            next_symbol=self._next_symbol(),
            trouble=runs.trouble,
            is_part=model.data_calendar.batches > 1,
            loss=float(run.losses.values[run.iteration - 1]) if is_loss_shown else None,
            curves=self.curves,
            curve_numbers={**({} if tape.loss is None else {"loss": tape.loss}), **model.curve_numbers},
            epochs=run.epochs,
            known=run.losses.head(run.finished),
            returned=runs.returned,
            returned_history=run.whole_history,
            ghosts=ghosts,
            scenarios=runs.scenarios,
            edits=runs.edits,
            checkpoints=run.checkpoints.places,
            history=run.history,
            tables=model.tables,
            revealed=revealed,
            order=program.sizes,
            tape=tape,
            course=(
                run,
                run.iteration,
                run.finished,
                runs.done,
                runs.last_left,
                [(ghost.fork, len(ghost.curve)) for ghost in ghosts],
            ),
            explained={event.ref: event.told} if event is not None and isinstance(event.told, Explanation) else {},
        )

    # what if

    def edit(
        self,
        *,
        numbers: Mapping[str | Ref, float] | None = None,
        settings: Mapping[str, Any] | None = None,
        from_start: bool = False,
        row: int | None = None,
    ) -> None:
        """Change parameters (`numbers`, by symbol or reference) or anything that the scenario sets (`settings`, by
        dotted path), here.

        What follows is another run: the one left stays as a ghost, and `undo` goes back to it. In the midst of an
        iteration, the edit holds from its start on; where one is done, from the next one's; with `from_start`, from
        the very start. Where that is the next batch, the sample in `row` of the training data, the one that is edited,
        is under the lens afterwards if it is in it.

        Raises ScenarioError, UnknownNameError or WrongKindError for what cannot be; nothing is changed then.

            sim.edit(numbers={"W5": 0.3}, settings={"training.optimizer.learning_rate": 0.1})
        """
        changes = {self._parameter(name): float(number) for name, number in (numbers or {}).items()}
        for ref, number in changes.items():
            if not isfinite(number):
                raise WrongKindError(f"{self.model.tape.symbol(ref)} = {number} is not a finite number")
        runs = self._runs
        place, goes_on = runs.place, runs.has_landed and not from_start
        start = 1 if from_start else place.iteration + goes_on
        scenario = self.first_scenario if from_start else self.scenario
        runs.edit(start, revise(scenario, settings) if settings else scenario, changes)
        runs.enter(start, row=row if goes_on else None)
        runs.reveal(0 if goes_on or from_start else place.cursor)

    def undo(self) -> bool:
        """Back to the run that the last edit left, where one stood in it. False where there is nothing to undo."""
        return self._runs.undo()

    def redo(self) -> bool:
        """The last edit that was undone, again, where one stood when it was. False where there is none."""
        return self._runs.redo()

    @property
    def edits(self) -> tuple[int, ...]:
        """The iterations from which on something was edited."""
        return self._runs.edits

    def compare(self) -> Comparison | None:
        """This run beside the one from which one came into it: the one that the last edit left, or that of the edit
        that was undone last. None where nothing was edited.
        """
        left = self._runs.last_left
        if left is None:
            return None
        run, place, lens = self._runs.present, self._runs.place, self._runs.row
        at_fork = (self._runs.at(left.fork, run), self._runs.at(left.fork, left.run))
        difference = first_difference(*at_fork, lens)
        is_undone = self._runs.is_last_undone
        comparison = compare(run, left.run, place.done, difference, left.fork, lens, is_undone=is_undone)
        self._runs.return_to(place)
        return comparison

    def even_out(self, until: int | None = None) -> Generator[int]:
        """Let the shorter of the two runs that `compare` compares go on as far as the longer one has been, or `until`
        so many iterations are done, some at a time: after each piece, how many it has done. When that ends, or is
        closed, one stands where one stood.
        """
        left, place = self._runs.last_left, self._runs.place
        if left is None:
            return
        shorter, longer = sorted((self._runs.present, left.run), key=lambda run: run.finished)
        try:
            yield from shorter.go_on(longer.finished if until is None else min(until, longer.finished))
        finally:
            self._runs.return_to(place)

    # inside

    def _advance_far(self, grain: Grain) -> bool:
        runs, calendar = self._runs, self.model.calendar
        if not self.trains:
            is_left = runs.revealed < runs.limit
            if is_left:
                runs.reveal(runs.limit)
            return is_left
        if self.trouble:
            return False
        done = self.iteration
        runs.stand_after(done + 1 if grain == "iteration" else calendar.first(calendar.of(done + 1)[0] + 1) - 1)
        return True

    def _arrival(self, grain: Grain) -> Event | None:
        return self._event_on(self.model.tape, is_whole=grain != "value")

    def _event_on(self, tape: Tape, *, is_whole: bool = False) -> Event | None:
        """What was revealed last, or the whole op of it, read from the tape of the iteration or a copy."""
        runs, model = self._runs, self.model
        if not runs.revealed:
            return None
        op, value = model.program.locate(runs.revealed)
        return tell(model, tape, runs.present.iteration, model.program[op], None if is_whole else value, runs.sample)

    def _next_symbol(self) -> str | None:
        runs, model = self._runs, self._runs.model
        program = model.program
        if runs.revealed >= runs.limit and not runs.has_landed:
            return None
        op, value = program.locate(runs.revealed % program.values + 1)
        return model.tape.symbol(program[op].ref(value))

    def _parameter(self, name: str | Ref) -> Ref:
        ref = self.model.find(name) if isinstance(name, str) else name
        if ref is None or not self.model.is_parameter(ref):
            raise UnknownNameError("parameter", str(name), ())
        return ref


def _check(grain: str) -> None:
    if grain not in GRAINS:
        raise UnknownNameError("grain", grain, GRAINS)


def program(scenario: Scenario) -> Program:
    """The ops of one iteration of `scenario`, in order, known before any of them runs.

    [op.quantity.key for op in program(load("backprop-2-2-2"))][:4]         # ["z", "a", "z", "a"]
    """
    return _model_of(scenario).program


def _model_of(scenario: Scenario) -> Model:
    return KINDS[scenario.kind].build(scenario.body)
