"""The commands of `dlsim walk` that move: steps, forwards and back; runs; places to go to."""

from __future__ import annotations

from dlsim.cli.interrupts import Interrupts
from dlsim.cli.walk_base import LONG, Lines, Walk, WrongCommandError
from dlsim.engine import PositionError
from dlsim.engine.breakpoints import parse_breakpoint
from dlsim.engine.simulator import Breakpoint, Grain
from dlsim.tui.session.session import GRAINS, StepGrain

PART = 500
"""A run is done in parts of so many iterations, so that ctrl+c ends it between two of them."""


class Moves(Walk):
    """Each moves the session, and says where that has led."""

    # steps

    def _steps(self, count: int) -> Lines:
        for _ in range(count):
            before = self._simulator.position
            yield from self._forward(None)
            after = self._simulator.position
            if (before.iteration, before.cursor) == (after.iteration, after.cursor):
                return

    def _forward(self, grain: Grain | None) -> Lines:
        session, position = self._session, self._simulator.position
        hint = session.forward(grain)
        if hint is not None:
            yield self._hint(hint)
            if self._simulator.trouble is None:
                return
        yield from self._arrival(grain or session.grain, position.iteration, position.cursor)

    def _arrival(self, grain: Grain, iteration: int, cursor: int) -> Lines:
        simulator, snapshot = self._simulator, self._session.snapshot
        event = snapshot.event
        if event is None:
            yield self.tell.start(snapshot)
        elif grain in ("iteration", "epoch"):
            if not simulator.trains:
                yield from self.tell.stretch(simulator, event, 0)
        elif grain == "value":
            yield from self.tell.arrival(snapshot, event)
        else:
            goes_on = iteration == snapshot.position.iteration and cursor < snapshot.position.cursor
            yield from self.tell.stretch(simulator, event, cursor if goes_on else 0)
        yield from self.tell.iteration_done(simulator)
        yield from self.tell.trouble(simulator)

    def _back(self, grain: Grain | None) -> Lines:
        hint = self._session.back(grain)
        if hint is not None:
            yield self._hint(hint)
        else:
            yield from self.tell.back_at(self._session.snapshot)
            yield from self.tell.iteration_done(self._simulator)

    def _grain(self, argument: str) -> Lines:
        if argument:
            if argument not in GRAINS:
                raise WrongCommandError(self.tell.line("needs", command="g", argument=", ".join(GRAINS)))
            grain: StepGrain = next(each for each in GRAINS if each == argument)
            self._session.grain = grain
        else:
            self._session.next_grain()
        yield self.tell.line("grain", grain=self._say(f"grain.{self._session.grain}"))

    def _home(self) -> Lines:
        hint = self._session.home()
        yield self._hint(hint) if hint else self.tell.start(self._session.snapshot)

    def _sample(self, argument: str) -> Lines:
        """By its number in the data, as tables and answers have it."""
        number, rows = self._number("sample", argument), list(self._simulator.model.tape.rows)
        if not 1 <= number <= self._samples:
            raise self._needs("sample", "sample")
        if number - 1 not in rows:
            raise WrongCommandError(self.tell.not_in_batch(number, self._session.snapshot))
        yield from self._sample_by(rows.index(number - 1) - self._simulator.sample)

    def _sample_by(self, by: int) -> Lines:
        hint = self._session.move_lens(by) if by else None
        if hint is not None:
            yield self._hint(hint)
            return
        yield self.tell.lens(self._session.snapshot)
        event = self._session.snapshot.event
        if event is not None:
            yield from self.tell.arrival(self._session.snapshot, event)

    # runs

    def _run(self, argument: str) -> Lines:
        number = self._number("r", argument) if argument else self._rest()
        yield from self._run_for(number)

    def _rest(self) -> int:
        """Iterations to where the scenario's epochs end; past that, as many again."""
        end = self._simulator.end
        return end - self._simulator.iteration if end > self._simulator.iteration else end

    def _run_for(self, number: int) -> Lines:
        simulator = self._simulator
        if not simulator.trains:
            yield from self._forward("iteration")
            return
        before = simulator.iteration
        with Interrupts() as interrupts:
            if number > LONG:
                yield self.tell.line("running", number=f"{number:,}")
            while (left := number - (simulator.iteration - before)) and not simulator.trouble and not interrupts.came:
                simulator.run(min(left, PART))
        self._session.changed()
        yield from self._ran(simulator.iteration - before, interrupted=interrupts.came)

    def _until(self, argument: str) -> Lines:
        simulator = self._simulator
        if not simulator.trains:
            raise WrongCommandError(self._say("hint.forward_only"))
        condition = parse_breakpoint(argument, simulator)
        before, number = simulator.iteration, self._rest()
        held = holds = before > 0 and condition.holds(simulator)
        if held:
            yield self.tell.line("holds", condition=condition.text)
        with Interrupts() as interrupts:
            while (left := number - (simulator.iteration - before)) and not interrupts.came:
                simulator.run(1 if holds else min(left, PART), until=() if holds else [condition])
                if simulator.stopped_by or simulator.trouble:
                    break
                holds = holds and (not condition.is_due(simulator) or condition.holds(simulator))
        self._session.changed()
        done = simulator.iteration - before
        if simulator.stopped_by or interrupts.came or simulator.trouble:
            yield from self._ran(done, interrupted=interrupts.came, condition=condition)
        else:
            yield self.tell.counted("not_again" if held else "not_met", done, condition=condition.text)

    def _ran(self, done: int, *, interrupted: bool = False, condition: Breakpoint | None = None) -> Lines:
        simulator = self._simulator
        if interrupted:
            yield self.tell.counted("stopped", done)
        elif simulator.stopped_by and condition:
            yield self.tell.counted("stopped_by", done, condition=condition.text)
            if met_by := condition.met_by(simulator):
                parameter, gradient = met_by
                yield self.tell.line("met_by", parameter=parameter, value=self.tell.number(gradient))
            if (number := condition.number(simulator)) is not None:
                yield self.tell.line("met_at", value=self.tell.number(number))
        elif simulator.losses.size:
            key, loss = self.tell.of_loss("ran", simulator), self.tell.number(float(simulator.losses[-1]))
            yield self.tell.counted(key, done, loss=loss)
        else:
            yield self.tell.counted("ran_plain", done)
        if interrupted or condition:
            yield from self.tell.iteration_done(simulator)
        yield from self.tell.trouble(simulator)

    def _to(self, argument: str) -> Lines:
        number = self._number("to", argument)
        simulator = self._simulator
        if number and not simulator.trains:
            raise PositionError(self._say("hint.forward_only"))
        before = simulator.iteration
        if number <= before:
            simulator.seek(iteration=number)
        with Interrupts() as interrupts:
            if number - before > LONG:
                yield self.tell.line("running", number=f"{number - before:,}")
            while simulator.iteration < number and not simulator.trouble and not interrupts.came:
                simulator.seek(iteration=min(number, simulator.iteration + PART))
        if interrupts.came:
            yield self.tell.counted("stopped", simulator.iteration - before)
        self._session.changed()
        if not simulator.iteration and simulator.event is None:
            yield self.tell.start(self._session.snapshot)
        yield from self.tell.iteration_done(simulator)
        yield from self.tell.trouble(simulator)
