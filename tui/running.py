"""A run as the screen sees it: fast ones in the runner's thread, slow ones step by step. No Textual here."""

from __future__ import annotations

from time import monotonic

from dlsim.engine.snapshot import Snapshot
from dlsim.tui.runner import Runner
from dlsim.tui.session import Hint, Session


class Running:
    """Starts and stops runs of one session; `look` is called by a timer while one is on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._runner: Runner | None = None
        self._next_step: float | None = None  # when the next step is due, in a run step by step
        self._end: int | None = None
        self._seen: Snapshot | None = None

    @property
    def is_running(self) -> bool:
        """Whether a run is on: then the simulator is not the caller's."""
        return self._runner is not None or self._next_step is not None

    @property
    def latest(self) -> Snapshot | None:
        """The last snapshot of the run that is on; None where none is."""
        return self._runner.latest or self._seen if self._runner is not None else None

    def start(self) -> Hint | None:
        """Run on, to where the scenario's epochs end, or for ever where they have ended."""
        simulator = self._session.simulator
        if simulator.trouble is not None:
            return Hint("hint.trouble")
        self._end = self._session.run_ends_at
        self._seen = self._session.snapshot
        speed = self._session.speed
        if speed.is_stepwise or not simulator.trains:
            self._next_step = monotonic()
            return None
        self._runner = Runner(simulator, speed.per_second, self._end)
        self._runner.start()
        return None

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

    def look(self) -> tuple[Snapshot | None, Hint | None]:
        """What is new: a snapshot to show, and where the run has just ended by itself, why."""
        if self._runner is not None:
            if not self._runner.is_running:
                self.stop()
                return self._session.snapshot, self._why_it_ended()
            latest = self._runner.latest
            if latest is None or latest is self._seen:
                return None, None
            self._seen = latest
            return latest, None
        if self._next_step is None or monotonic() < self._next_step:
            return None, None
        return self._step()

    def _step(self) -> tuple[Snapshot | None, Hint | None]:
        speed = self._session.speed
        pace = speed.per_second if speed.is_stepwise else 10.0
        self._next_step = monotonic() + 1 / pace
        hint = self._session.forward()
        if hint is None and self._end is not None and self._session.simulator.iteration >= self._end:
            hint = self._why_it_ended()
        if hint is not None:
            self._next_step = None
        return self._session.snapshot, hint

    def _why_it_ended(self) -> Hint | None:
        if self._session.simulator.trouble is not None:
            return Hint("hint.trouble")
        if self._end is not None and self._session.simulator.iteration >= self._end:
            return Hint("hint.paused_end", {"epochs": f"{self._session.simulator.position.epochs:,}"})
        return None
