"""A run as the screen sees it: fast ones in the runner's thread, slow ones step by step. No Textual here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import monotonic, thread_time

from dlsim.engine.numbers import DIGITS, fixed
from dlsim.engine.simulator import Breakpoint
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.runner import Runner
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.variants import Member

RUN_TO_PAINT = 4
"""A run has so many times the time that this thread, the screen's, has spent since it looked last: what takes long to
paint is looked at less often."""
LONGEST_WAIT = 0.25
"""Seconds from one look to the next at the most, however busy the screen is."""


class Running:
    """Starts and stops runs of one session; `look` is called by a timer while one is on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._runner: Runner | None = None
        self._next_step: float | None = None  # when the next step is due, in a run step by step
        self._end: int | None = None
        self._is_sent = False  # to a place that was asked for, not to where the epochs end
        self.past_epochs = 0
        """The scenario's own epochs, where the run goes on past them; else 0."""
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self.passed: tuple[str, ...] = ()
        """Breakpoints that held when the run began, so that it goes on past them."""
        self._seen: Snapshot | None = None
        self._looked_at = self._spent = 0.0

    @property
    def is_running(self) -> bool:
        """Whether a run is on: then the simulator is not the caller's."""
        return self._runner is not None or self._next_step is not None

    @property
    def latest(self) -> Snapshot | None:
        """The last snapshot of the run that is on; None where none is."""
        return self._runner.latest or self._seen if self._runner is not None else None

    @property
    def members(self) -> tuple[Member, ...]:
        """All variants of the scenario at the moment of `latest`."""
        if self._runner is None:
            return self._session.members
        return self._runner.published[1] if self._runner.published is not None else ()

    def start(self) -> Hint | None:
        """Run on, to where the scenario's epochs end, or for ever where they have ended."""
        simulator = self._session.simulator
        if simulator.trouble is not None:
            return Hint("hint.trouble")
        self._end = self._session.run_ends_at
        self._is_sent = False
        self.past_epochs = simulator.epochs if self._end is None else 0
        self._arm()
        self._seen = self._session.snapshot
        speed = self._session.speed
        if speed.is_stepwise or not simulator.trains:
            self._next_step = monotonic()
            return None
        self._run(speed.per_second)
        return None

    def start_to(self, iteration: int) -> None:
        """Run on to a place, as fast as the machine goes and past all breakpoints."""
        self._end, self._is_sent, self.past_epochs = iteration, True, 0
        self._arm()
        self._seen = self._session.snapshot
        self._run(math.inf)

    @property
    def goal(self) -> int | None:
        """The iteration to which a run was sent; None where it was merely let go."""
        return self._end if self._is_sent else None

    def _run(self, rate: float) -> None:
        session = self._session
        self._runner = Runner(
            session.simulator,
            rate,
            self._end,
            ensemble=session.ensemble,
            breakpoints=self._breakpoints,
            passes=self._is_sent,
        )
        self._looked_at, self._spent = 0.0, thread_time()
        self._runner.want()
        self._runner.start()

    # a screen that paints lets the run rest

    def rest(self) -> None:
        """Somebody paints, or is about to: a run in its own thread stands still for a moment."""
        if self._runner is not None:
            self._runner.rest()

    def go_on(self) -> None:
        """It is painted."""
        if self._runner is not None:
            self._runner.go_on()

    def _arm(self) -> None:
        """A run stops where a breakpoint comes to hold: those that hold already are passed."""
        simulator, points = self._session.simulator, self._session.breakpoints
        is_begun = simulator.trains and simulator.iteration > 0
        passed = [point for point in points if is_begun and point.holds(simulator)]
        self._breakpoints = tuple(point for point in points if point not in passed)
        self.passed = tuple(point.text for point in passed)

    def stop(self) -> None:
        """Pause. The simulator is the caller's again."""
        runner, self._runner, self._next_step = self._runner, None, None
        if runner is not None:
            self._session.changed()
            runner.stop()

    def change_speed(self, by: int) -> Hint | None:
        """Faster or slower; a run that is on goes on."""
        hint = self._session.change_speed(by)
        if hint is None and self.is_running:
            if self._runner is not None and not self._session.speed.is_stepwise:
                self._runner.rate = self._session.speed.per_second
            else:
                self.stop()
                return self.start()
        return hint

    def look(self, digits: int = DIGITS) -> tuple[Snapshot | None, Hint | None]:
        """What is new: a snapshot to show, and where the run has just ended by itself, why, numbers to so many
        decimals.
        """
        if self._runner is not None:
            if not self._runner.is_running:
                met = self._runner.met
                self.stop()
                return self._session.snapshot, self._why_it_ended(digits, met)
            latest = self._runner.latest
            if latest is None or latest is self._seen:
                wait = min((1 + RUN_TO_PAINT) * (thread_time() - self._spent), LONGEST_WAIT)
                if monotonic() - self._looked_at >= wait:
                    self._runner.want()
                return None, None
            self._seen = latest
            self._looked_at, self._spent = monotonic(), thread_time()
            return latest, None
        if self._next_step is None or monotonic() < self._next_step:
            return None, None
        return self._step(digits)

    def _step(self, digits: int) -> tuple[Snapshot | None, Hint | None]:
        speed = self._session.speed
        pace = speed.per_second if speed.is_stepwise else 10.0
        self._next_step = monotonic() + 1 / pace
        done = self._session.simulator.iteration
        hint = self._session.forward()
        if hint is None and self._session.simulator.iteration > done:
            point = next((point for point in self._breakpoints if point.comes_to_hold(self._session.simulator)), None)
            hint = self._stop_told(point, digits)
        if hint is None and self._end is not None and self._session.simulator.iteration >= self._end:
            hint = self._why_it_ended(digits)
        if hint is not None:
            self._next_step = None
        return self._session.snapshot, hint

    def _stop_told(self, point: Breakpoint | None, digits: int) -> Hint | None:
        if point is None:
            return None
        simulator = self._session.simulator
        told = {"condition": point.text, "iteration": simulator.iteration}
        met_by, number = point.met_by(simulator), point.number(simulator)
        if number is not None:
            return Hint("hint.stopped_by_number", {**told, "value": fixed(number, digits)})
        if met_by is None:
            return Hint("hint.stopped_by", told)
        parameter, gradient = met_by
        return Hint("hint.stopped_by_gradient", {**told, "parameter": parameter, "value": fixed(gradient, digits)})

    def _why_it_ended(self, digits: int, met: Sequence[tuple[Breakpoint, int]] = ()) -> Hint | None:
        if self._session.simulator.trouble is not None:
            return Hint("hint.trouble")
        told = self._stop_told(self._session.simulator.stopped_by, digits)
        if told is not None:
            return told
        if self._end is not None and self._session.simulator.iteration >= self._end:
            if self._is_sent:
                return gone_to(self._session, self._end, met)
            return Hint("hint.paused_end", {"epochs": self._session.simulator.position.epochs})
        return None


def gone_to(session: Session, iteration: int, met: Sequence[tuple[Breakpoint, int]] = ()) -> Hint:
    """Where one has come by number, and which breakpoints came to hold on the way."""
    epochs, _ = session.simulator.model.calendar.of(iteration + 1)  # that of the next one, from 0
    told: dict[str, object] = {"iteration": iteration, "epoch": epochs}
    if not met:
        return Hint("hint.gone_to", told)
    (point, first), *others = met
    told |= {"condition": point.text, "first": first, "others": ", ".join(other.text for other, _ in others)}
    return Hint("hint.gone_past_several" if others else "hint.gone_past", told)
