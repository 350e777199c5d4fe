"""A scenario and its variants, stepped together: one of them under the lens, the others at its side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import perf_counter

from msgspec import Struct

from dlsim.engine.curve import Curve
from dlsim.engine.errors import UnknownNameError
from dlsim.engine.scenario.load import variant_of
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.simulator import Simulator
from dlsim.engine.timeline import CHECKPOINT_BYTES, Bursts


class Held(Struct, frozen=True):
    """The lead was chosen at a later moment than it could be brought to: its epochs end sooner, or it met trouble. It
    stands at `place`, (updates done, values revealed of the next); while it stands there, the others are where `moment`
    updates are done, by one whose epochs end at `end`.
    """

    place: tuple[int, int]
    moment: int
    end: int


class Ensemble:
    """All variants of a scenario. `names` starts with None, the scenario as written.

    The one under the lens, the lead, moves; `follow` brings the others to as many updates as it has done. Each stops
    where its own epochs end, or as far past them as it was run itself while it was the lead; one whose epochs end where
    the lead's do goes on with it.

        ensemble = Ensemble(load("optimizers"))
        ensemble.lead.run(20)
        ensemble.follow()
        ensemble.curves()                       # by variant: the losses of all
    """

    def __init__(self, scenario: Scenario) -> None:
        self.names: tuple[str | None, ...] = (None, *scenario.variants)
        self._simulators: dict[str | None, Simulator] = {}
        self._scenario = scenario
        self._lead = scenario.variant
        self.lead = self._simulator(self._lead)
        """The one under the lens."""
        self._held: Held | None = None
        self._run_on: dict[str | None, int] = {}  # how far past their ends, under the lens

    @property
    def lead_name(self) -> str | None:
        """Which variant is under the lens, None for the scenario as written."""
        return self._lead

    @property
    def members(self) -> Sequence[tuple[str | None, Simulator]]:
        """(name, simulator) of all, in the order of the file."""
        return tuple((name, self._simulator(name)) for name in self.names)

    @property
    def is_held(self) -> bool:
        """Whether the lead stands where its own epochs end, short of the moment at which it was chosen."""
        held, lead = self._holding, self.lead
        return held is not None and held.place[0] == lead.end and lead.trouble is None

    def goal(self, name: str | None) -> int:
        """How many updates a member has done at this moment, if nothing stops it before."""
        moment, end = self._moment
        own = self._simulator(name).end
        return moment if own == end else min(moment, max(own, self._run_on.get(name, 0)))

    def choose(self, name: str | None) -> Simulator:
        """Make the variant `name` (None: the scenario as written) the lead, at the same place if it has such a one.

        Returns its simulator. Raises UnknownNameError for a variant that is not there.
        """
        if name not in self.names:
            raise UnknownNameError("variant", str(name), (variant for variant in self.names if variant))
        self._settle()
        (moment, end), before = self._moment, self.lead.position
        done = self.goal(name)
        self._lead = name
        lead = self.lead = self._simulator(name)
        cursor = before.cursor if before.cursor < before.values and done == before.done else 0
        lead.seek(iteration=done, cursor=min(cursor, lead.program.values - 1))
        self._held = Held(_place(lead), moment, end) if lead.iteration < moment else None
        return lead

    def follow(self, seconds: float = math.inf, *, is_halted: Callable[[], bool] = lambda: False) -> bool:
        """Bring all others as far as the lead has gone; returns whether all are there.

        One that meets a number that is not finite stays there. After `seconds`, or when `is_halted` says so, the rest
        is left for the next call.
        """
        self._settle()
        latest, bursts = perf_counter() + seconds, Bursts()
        for name, simulator in self.members:
            if name == self._lead:
                continue
            done = self.goal(name)
            while not _is_there(simulator, done):
                if perf_counter() >= latest or is_halted():
                    return False
                if simulator.iteration > done:
                    simulator.seek(iteration=done)
                    break
                bursts.begin()
                simulator.run(min(bursts.size, done - simulator.iteration))
                bursts.end()
            self.align(simulator)
        return True

    def align(self, simulator: Simulator) -> None:
        """Let a member that has as many updates done stand as far into the next iteration as the lead does."""
        place, mine = self.lead.position, simulator.position
        if mine.done != place.done or simulator.trouble:
            return
        is_amid = 0 < place.cursor < place.values
        cursor = min(place.cursor, simulator.program.values - 1) if is_amid else 0
        if is_amid and mine.cursor != cursor:
            simulator.seek(iteration=place.done, cursor=cursor)
        elif not is_amid and 0 < mine.cursor < mine.values:
            simulator.seek(iteration=place.done)

    def curves(self, curve: str = "loss") -> dict[str | None, Curve]:
        """One curve of every member that has it, up to where it stands."""
        return {name: simulator.curves[curve] for name, simulator in self.members if curve in simulator.curves}

    @property
    def _moment(self) -> tuple[int, int]:
        """(updates done, those after which the epochs end) of the lead, or of the one that it was chosen after."""
        held = self._holding
        return (self.lead.iteration, self.lead.end) if held is None else (held.moment, held.end)

    @property
    def _holding(self) -> Held | None:
        """What the lead is held by, as long as it stands there."""
        return self._held if self._held is not None and _place(self.lead) == self._held.place else None

    def _settle(self) -> None:
        """The lead may have been moved: it is held no longer once it has gone back, or on by more than an iteration;
        and past its own end it is where it was run on to.
        """
        lead, place = self.lead, _place(self.lead)
        if self._held is not None and not self._held.place <= place < (self._held.place[0] + 2, 0):
            self._held = None
        if lead.iteration > lead.end:
            self._run_on[self._lead] = lead.iteration
        elif lead.iteration < lead.end:
            self._run_on.pop(self._lead, None)

    def _simulator(self, name: str | None) -> Simulator:
        if name not in self._simulators:
            share = CHECKPOINT_BYTES // len(self.names)
            self._simulators[name] = Simulator(variant_of(self._scenario, name), checkpoint_bytes=share)
        return self._simulators[name]


def _place(simulator: Simulator) -> tuple[int, int]:
    """(updates done, values revealed of the next one)."""
    position = simulator.position
    return position.done, 0 if position.done == position.iteration else position.cursor


def _is_there(simulator: Simulator, done: int) -> bool:
    """Whether there is no way to go for one that should have done so many updates."""
    return simulator.iteration == done or (simulator.trouble is not None and simulator.iteration < done)
