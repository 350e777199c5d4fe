"""A run as the screen sees it: fast ones in a thread of their own, slow ones step by step; and where runs go and stop.

While it runs, the thread owns the simulator; `Runner.stop` returns once the thread has let go of it. Nobody is called
back: the screen asks for a snapshot (`want`) and looks at `published` later; a fast run never waits for a slow screen.

Two threads of Python share one lock: while the screen paints, the run would take every other turn, and a key would
wait twice as long. So whoever paints lets it `rest`; see docs/decisions/running.md.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from threading import Event, Thread
from time import monotonic, perf_counter, thread_time

from dlsim.engine.breakpoints import parse_breakpoint, read_condition
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.errors import DlsimError
from dlsim.engine.numbers import DIGITS, fixed, whole_number
from dlsim.engine.simulator import Breakpoint, Simulator
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.session import Hint, Session
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
        """The last snapshot, and those of all variants at the same moment."""
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

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
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._looked_at = self._spent = 0.0
        self._is_end_told = False
        """Whether it was said that the scenario's own epochs have ended, before a run goes on past them."""
        self.is_running = False
        """Whether a run is on: then the simulator is not the caller's."""
        self.latest: Snapshot | None = None
        """The last snapshot that was seen of a run in its own thread; None where none is on."""
        self.members: tuple[Member, ...] = ()
        """All variants of the scenario at that moment."""
        self.goal: int | None = None
        """The iteration to which a run was sent; None where it was merely let go."""
        self.past_epochs = 0
        """The scenario's own epochs, where the run goes on past them; else 0."""
        self.passed: tuple[str, ...] = ()
        """Breakpoints that held when the run began, so that it goes on past them."""

    def start(self) -> Hint | None:
        """Run on, to where the scenario's epochs end; where they have ended, say so, and when asked again, for ever."""
        simulator, speed = self._session.simulator, self._session.speed
        if simulator.trouble is not None:
            return Hint("hint.trouble")
        if simulator.iteration < simulator.end or not simulator.trains:
            self._is_end_told = False
        elif not self._is_end_told:
            return self._end_told()
        self.goal, self._end = None, simulator.end if simulator.iteration < simulator.end else None
        self.past_epochs = simulator.epochs if self._end is None else 0
        self._arm()
        if speed.is_stepwise or not simulator.trains:
            self._next_step = monotonic()
        else:
            self._run(speed.per_second)
        return None

    def start_to(self, iteration: int) -> None:
        """Run on to a place, as fast as the machine goes and past all breakpoints."""
        self.goal, self._end, self.past_epochs = iteration, iteration, 0
        self._arm()
        self._run(math.inf)

    def _arm(self) -> None:
        """A run stops where a breakpoint comes to hold: those that hold already are passed."""
        simulator, points = self._session.simulator, self._session.breakpoints
        is_begun = simulator.trains and simulator.iteration > 0
        passed = [point for point in points if is_begun and point.holds(simulator)]
        self._breakpoints = tuple(point for point in points if point not in passed)
        self.passed = tuple(point.text for point in passed)
        self.is_running = True

    def _run(self, rate: float) -> None:
        session = self._session
        self.latest, self.members = session.snapshot, session.members
        self._looked_at, self._spent = 0.0, thread_time()
        self._runner = Runner(
            session.simulator,
            rate,
            self._end,
            ensemble=session.ensemble,
            breakpoints=self._breakpoints,
            passes=self.goal is not None,
        )
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

    def stop(self) -> None:
        """Pause. The simulator is the caller's again."""
        runner, self._runner, self._next_step = self._runner, None, None
        self.is_running, self.latest, self.members = False, None, ()
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
            published = self._runner.published
            if published is None or published[0] is self.latest:
                wait = min((1 + RUN_TO_PAINT) * (thread_time() - self._spent), LONGEST_WAIT)
                if monotonic() - self._looked_at >= wait:
                    self._runner.want()
                return None, None
            self.latest, self.members = published
            self._looked_at, self._spent = monotonic(), thread_time()
            return self.latest, None
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
            self.stop()
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
            if self.goal is not None:
                return gone_to(self._session, self._end, met)
            return self._end_told()
        return None

    def _end_told(self) -> Hint:
        self._is_end_told = True
        return Hint("hint.paused_end", {"epochs": self._session.simulator.epochs})


def gone_to(session: Session, iteration: int, met: Sequence[tuple[Breakpoint, int]] = ()) -> Hint:
    """Where one has come by number, and which breakpoints came to hold on the way."""
    epochs, _ = session.simulator.model.calendar.of(iteration + 1)  # that of the next one, from 0
    told: dict[str, object] = {"iteration": iteration, "epoch": epochs}
    if not met:
        return Hint("hint.gone_to", told)
    (point, first), *others = met
    told |= {"condition": point.text, "first": first, "others": ", ".join(other.text for other, _ in others)}
    return Hint("hint.gone_past_several" if others else "hint.gone_past", told)


# places to go to and conditions, as they are typed: what they are, or can become

PLACE = re.compile(r"(?P<what>epoch|e|iteration|i)?\s*(?P<number>\S+)", re.IGNORECASE)
STARTS = (
    "loss",
    "epoch",
    "iteration",
    "accuracy",
    "batch loss",
    "validation loss",
    "not finite",
    "any |gradient|",
    "all |gradient|",
    "max |gradient|",
    "min |gradient|",
    "|gradient|",
)
"""What a condition may begin with, besides a symbol."""
NUMBERS = ("1", ".5", "0.5", "0", "e-1", "-1", "/2")
"""Ends of numbers, one of which makes any beginning of a number whole, and any condition that can hold one of those."""
ENDS_OF_COMPARISONS = (" < 0.5", " > 0.5", "= 1", "= 0", " 1")
INDICES = ("[1][1,1]", "1<1>", "⟨1⟩")
ENDS = ("1", "1⁺", "W1", "b1", *(form[start:] for form in INDICES for start in range(len(form))))
"""Ends of symbols."""
SYMBOL = "symbol"


def place_in(text: str) -> tuple[str, int] | None:
    """("iteration" or "epoch", number) of what was typed, None where it is neither."""
    match = PLACE.fullmatch(text.strip())
    number = None if match is None else whole_number(match["number"])
    if match is None or number is None:
        return None
    what = (match["what"] or "iteration").lower()
    return ("epoch" if what.startswith("e") else "iteration"), number


def iterations_until(session: Session, what: str, number: int) -> int:
    """How many iterations are done there."""
    return session.simulator.model.calendar.first(number) - 1 if what == "epoch" else number


def add_breakpoint(session: Session, text: str) -> Breakpoint:
    """Stop runs where this holds; DlsimError with examples for what cannot be read."""
    found = parse_breakpoint(text, session.simulator)
    session.breakpoints = [*(point for point in session.breakpoints if point.text != found.text), found]
    return found


def problem_with_condition(simulator: Simulator, text: str) -> DlsimError | None:
    """What is wrong with a text that no more typing could make a condition; None where it is one, or can become one."""
    error = problem_as_it_stands(simulator, text)
    return None if error is None or not text or what_follows(simulator, text)[0] else error


def what_follows(simulator: Simulator, text: str) -> tuple[str, Sequence[str]]:
    """What a beginning lacks: "number", "comparison", "start" (with the words that begin so) or the end of a SYMBOL;
    "" where the text is a condition, or can become none.
    """
    if not text or _becomes(simulator, text, [""]):
        return "", ()
    lower = " ".join(text.lower().split())
    begun = [start for start in STARTS if start.startswith(lower) and start != lower]
    begun = [start for start in begun if _becomes(simulator, start, ["", *ENDS_OF_COMPARISONS])]
    if begun:
        return "start", begun
    if _becomes(simulator, text, NUMBERS):
        return "number", ()
    if _becomes(simulator, text, ENDS_OF_COMPARISONS):
        return "comparison", ()
    begins_symbol = any(simulator.model.find(text + end) is not None for end in ENDS)
    return (SYMBOL, ()) if begins_symbol else ("", ())


def _becomes(simulator: Simulator, text: str, ends: Iterable[str]) -> bool:
    """Whether the text is a condition with one of these ends."""
    return any(not isinstance(read_condition(text + end, simulator), str) for end in ends)


def problem_as_it_stands(simulator: Simulator, text: str) -> DlsimError | None:
    """Why a text is no condition."""
    try:
        parse_breakpoint(text, simulator)
    except DlsimError as error:
        return error
    return None
