"""A scenario and its variants, stepped together: one of them under the lens, the others at its side."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.curve import Curve
from dlsim.engine.errors import UnknownNameError
from dlsim.engine.loading import variant_of
from dlsim.engine.scenario import Scenario
from dlsim.engine.simulator import Simulator
from dlsim.engine.timeline import CHECKPOINT_BYTES


class Held(Struct, frozen=True):
    """The lead was chosen at a later moment than it could be brought to: its epochs end sooner, or it met trouble. It
    stands at `place`, (updates done, values revealed) of its own; while it has not gone further back than that, the
    others stay where `moment` updates are done, by one whose epochs end at `end`.
    """

    place: tuple[int, int]
    moment: int
    end: int


class Ensemble:
    """All ways of a scenario. `names` starts with None, the scenario as written.

    The one under the lens moves; `follow` brings the others to as many updates as it has done. Each stops where its own
    epochs end, unless those of the one under the lens end there too, or it was itself run on under the lens.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.names: tuple[str | None, ...] = (None, *scenario.variants)
        self._simulators: dict[str | None, Simulator] = {}
        self._scenario = scenario
        self._lead = scenario.variant
        self._held: Held | None = None
        self._run_on: set[str | None] = set()  # past their ends, under the lens

    @property
    def lead_name(self) -> str | None:
        """Which variant is under the lens, None for the scenario as written."""
        return self._lead

    @property
    def lead(self) -> Simulator:
        """The one under the lens."""
        return self._simulator(self._lead)

    @property
    def members(self) -> Sequence[tuple[str | None, Simulator]]:
        """(name, simulator) of all, in the order of the file."""
        return tuple((name, self._simulator(name)) for name in self.names)

    @property
    def is_held(self) -> bool:
        """Whether the lead stands where its own epochs end, short of the moment at which it was chosen."""
        held, lead = self._held, self.lead
        return held is not None and held.place[0] == lead.end and lead.trouble is None

    def goal(self, name: str | None) -> int:
        """How many updates a member has done at this moment, if nothing stops it before."""
        moment, end = self._moment
        own = self._simulator(name).end
        return moment if own == end or name in self._run_on else min(moment, own)

    def choose(self, name: str | None) -> Simulator:
        """Put another one under the lens, at the same place as far as it has such a one."""
        if name not in self.names:
            raise UnknownNameError("variant", str(name), (variant for variant in self.names if variant))
        (moment, end), before = self._moment, self.lead.position
        if before.done > before.end:
            self._run_on.add(self._lead)
        done = self.goal(name)
        self._lead = name
        lead = self.lead
        cursor = before.cursor if before.cursor < before.values and done == before.done else 0
        lead.seek(iteration=done, cursor=min(cursor, lead.program.values - 1))
        self._held = Held(_place(lead), moment, end) if lead.iteration < moment else None
        return lead

    def choose_next(self) -> str | None:
        """Put the next one under the lens; its name."""
        place = self.names.index(self._lead)
        name = self.names[(place + 1) % len(self.names)]
        self.choose(name)
        return name

    def follow(self) -> None:
        """Bring every other one to where the lead is; one that meets trouble stays there."""
        for name, simulator in self.members:
            if name != self._lead:
                done = self.goal(name)
                if simulator.iteration != done and not (simulator.trouble and simulator.iteration < done):
                    simulator.seek(iteration=done)
                self.align(simulator)

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
        lead, held = self.lead, self._held
        if held is not None and _place(lead) == held.place:
            return held.moment, held.end
        if held is not None and _place(lead) < held.place:
            self._held = None
        return lead.iteration, lead.end

    def _simulator(self, name: str | None) -> Simulator:
        if name not in self._simulators:
            share = CHECKPOINT_BYTES // len(self.names)
            self._simulators[name] = Simulator(variant_of(self._scenario, name), checkpoint_bytes=share)
        return self._simulators[name]


def _place(simulator: Simulator) -> tuple[int, int]:
    """(updates done, values revealed of the next one)."""
    position = simulator.position
    return position.done, 0 if position.done == position.iteration else position.cursor
