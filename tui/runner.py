"""Lets a simulator run in a thread of its own, and keeps a recent snapshot of it for whoever looks.

While it runs, the thread owns the simulator; `stop` returns once the thread has let go of it. Nobody is called
back: the screen looks at `latest` as often as it likes, so that a fast run never waits for a slow screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import perf_counter

from dlsim.engine import Simulator, Snapshot
from dlsim.engine.breakpoints import Breakpoint
from dlsim.engine.ensemble import Ensemble
from dlsim.tui.following import follow
from dlsim.tui.pictures.scene import Member

BURST_SECONDS = 0.007
"""How long the simulator runs between two looks at the clock: `stop` never waits for longer than about this."""
SNAPSHOT_SECONDS = 0.04
LARGEST_BURST = 1 << 20
CATCH_UP_SECONDS = 0.1
"""A run that falls behind its speed makes up for no more than this."""


class Runner:
    """One run, from `start` to `stop`, or until iteration `until`, a breakpoint, or a number that is not finite."""

    def __init__(
        self,
        simulator: Simulator,
        rate: float,
        until: int | None,
        *,
        ensemble: Ensemble | None = None,
        breakpoints: Sequence[Breakpoint] = (),
    ) -> None:
        self._simulator = simulator
        self._ensemble = ensemble if ensemble is not None and len(ensemble.names) > 1 else None
        self._until = until
        self._breakpoints = tuple(breakpoints)
        self._halt = Event()
        self._thread = Thread(target=self._run, name="dlsim-run", daemon=True)
        self.rate = rate
        self.published: tuple[Snapshot, tuple[Member, ...]] | None = None
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def latest(self) -> Snapshot | None:
        """The last snapshot; `published` has it with those of the other ways, all at the same moment."""
        return None if self.published is None else self.published[0]

    @property
    def is_running(self) -> bool:
        """Whether the thread still owns the simulator."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Pause: the simulator is the caller's again when this returns. An exception of the run comes out here."""
        self._halt.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure

    def _run(self) -> None:
        try:
            self._loop(perf_counter)
            self._publish()
        except BaseException as failure:
            self.failure = failure

    def _loop(self, now: Callable[[], float]) -> None:
        burst, owed, last, shown = 1, 0.0, now(), 0.0
        while not self._halt.is_set():
            room = LARGEST_BURST if self._until is None else self._until - self._simulator.iteration
            if room <= 0:
                return
            wanted = min(burst, room)
            begun = now()
            if math.isfinite(self.rate):
                owed = min(owed + (begun - last) * self.rate, 1 + self.rate * CATCH_UP_SECONDS)
                last = begun
                wanted = min(wanted, int(owed))
                if wanted == 0:
                    self._halt.wait((1 - owed) / self.rate)
                    continue
                owed -= wanted
            done = self._simulator.run(iterations=wanted, until=self._breakpoints)
            if self._ensemble is not None:
                follow(self._ensemble, is_halted=self._halt.is_set)
            ended = now()
            if done < wanted or self._simulator.stopped_by is not None:
                return
            if wanted == burst:
                fitting = int(burst * BURST_SECONDS / max(ended - begun, 1e-9))
                burst = max(1, min(fitting, 2 * burst, LARGEST_BURST))
            if ended - shown > SNAPSHOT_SECONDS:
                self._publish()
                shown = now()

    def _publish(self) -> None:
        snapshot = self._simulator.snapshot()
        members = () if self._ensemble is None else self._ensemble.members
        self.published = (
            snapshot,
            tuple(Member(name, snapshot if one is self._simulator else one.snapshot()) for name, one in members),
        )
