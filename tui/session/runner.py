"""Lets a simulator run in a thread of its own, and makes a snapshot of it when somebody wants to look.

While it runs, the thread owns the simulator; `stop` returns once the thread has let go of it. Nobody is called
back: the screen asks for a snapshot (`want`) and looks at `published` later; a fast run never waits for a slow screen.

Two threads of Python share one lock: while the screen paints, the run would take every other turn, and a key would
wait twice as long. So whoever paints lets it `rest`; see docs/decisions/running.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import perf_counter

from dlsim.engine import Simulator, Snapshot
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.simulator import Breakpoint
from dlsim.tui.session.variants import Member

BURST_SECONDS = 0.002
"""How long the simulator runs between two looks at what is asked of it."""
LARGEST_BURST = 1 << 20
CATCH_UP_SECONDS = 0.1
"""A run that falls behind its speed makes up for no more than this."""
REST_SECONDS = 0.05
"""A rest is over after so long, whatever became of the paint that it was for."""
TURN_SECONDS = 0.001
"""While it runs, a thread that wants the interpreter's lock gets it after so long; Python's own 5 ms are felt."""


class Runner:
    """One run, from `start` to `stop`, or until iteration `until`, a breakpoint, or a number that is not finite; with
    `passes`, it goes on past breakpoints and keeps which were `met` in which iteration.
    """

    def __init__(
        self,
        simulator: Simulator,
        rate: float,
        until: int | None,
        *,
        ensemble: Ensemble | None = None,
        breakpoints: Sequence[Breakpoint] = (),
        passes: bool = False,
    ) -> None:
        self._simulator = simulator
        self._ensemble = ensemble if ensemble is not None and len(ensemble.names) > 1 else None
        self._until = until
        self._breakpoints = tuple(breakpoints)
        self._passes = passes
        self.met: list[tuple[Breakpoint, int]] = []
        self._halt, self._awake, self._wanted = Event(), Event(), Event()
        self._awake.set()
        self._resting = 0
        self._thread = Thread(target=self._run, name="dlsim-run", daemon=True)
        self.rate = rate
        self.published: tuple[Snapshot, tuple[Member, ...]] | None = None
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def latest(self) -> Snapshot | None:
        """The last snapshot; `published` has it with those of the other variants, all at the same moment."""
        return None if self.published is None else self.published[0]

    @property
    def is_running(self) -> bool:
        """Whether the thread still owns the simulator."""
        return self._thread.is_alive()

    def want(self) -> None:
        """Ask for a snapshot; it is there a moment later."""
        self._wanted.set()

    def rest(self) -> None:
        """Let the run stand still, soon and not for long; several may want it at once."""
        self._resting += 1
        self._awake.clear()

    def go_on(self) -> None:
        """Let it run again, as far as the one who calls is concerned."""
        self._resting = max(self._resting - 1, 0)
        if not self._resting:
            self._awake.set()

    def stop(self) -> None:
        """Pause: the simulator is the caller's again when this returns. An exception of the run comes out here."""
        self._halt.set()
        self._awake.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure

    # in the thread

    def _run(self) -> None:
        turn = sys.getswitchinterval()
        sys.setswitchinterval(TURN_SECONDS)
        try:
            self._loop(perf_counter)
            self._publish()
        except BaseException as failure:
            self.failure = failure
        finally:
            sys.setswitchinterval(turn)

    def _loop(self, now: Callable[[], float]) -> None:
        burst, owed, last = 1, 0.0, now()
        while not self._halt.is_set():
            self._rest_if_told()
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
                    self._publish_if_wanted()
                    self._halt.wait((1 - owed) / self.rate)
                    continue
                owed -= wanted
            done = self._simulator.run(iterations=wanted, until=self._breakpoints)
            ended = now()
            self._follow()
            if self._passes and self._simulator.stopped_by is not None:
                self._pass()
                continue
            if done < wanted or self._simulator.stopped_by is not None:
                return
            if wanted == burst:
                fitting = int(burst * BURST_SECONDS / max(ended - begun, 1e-9))
                burst = max(1, min(fitting, 2 * burst, LARGEST_BURST))
            self._publish_if_wanted()

    def _pass(self) -> None:
        """What has come to hold is kept, and not looked for any more."""
        met = [point for point in self._breakpoints if point.comes_to_hold(self._simulator)]
        self.met += [(point, self._simulator.iteration) for point in met]
        self._breakpoints = tuple(point for point in self._breakpoints if point not in met)

    def _rest_if_told(self) -> None:
        if not self._awake.wait(REST_SECONDS):
            self._resting = 0
            self._awake.set()

    def _follow(self) -> None:
        """Bring the other variants to where the first one has come."""
        while self._ensemble is not None and not self._ensemble.follow(is_halted=self._is_interrupted):
            if self._halt.is_set():
                return
            self._rest_if_told()

    def _is_interrupted(self) -> bool:
        return self._halt.is_set() or not self._awake.is_set()

    def _publish_if_wanted(self) -> None:
        if self._wanted.is_set():
            self._wanted.clear()
            self._publish()

    def _publish(self) -> None:
        snapshot = self._simulator.snapshot()
        members = () if self._ensemble is None else self._ensemble.members
        self.published = (
            snapshot,
            tuple(Member(name, snapshot if one is self._simulator else one.snapshot()) for name, one in members),
        )
