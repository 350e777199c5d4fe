"""A scenario and its variants, stepped together: one of them under the lens, the others at its side."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.curve import Curve
from dlsim.engine.errors import UnknownNameError
from dlsim.engine.loading import variant_of
from dlsim.engine.scenario import Scenario
from dlsim.engine.simulator import Simulator
from dlsim.engine.timeline import CHECKPOINT_BYTES


class Ensemble:
    """All ways of a scenario. `names` starts with None, the scenario as written.

    The one under the lens moves; `follow` brings the others to as many updates as it has done.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.names: tuple[str | None, ...] = (None, *scenario.variants)
        self._simulators: dict[str | None, Simulator] = {}
        self._scenario = scenario
        self._lead = scenario.variant

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

    def choose(self, name: str | None) -> Simulator:
        """Put another one under the lens, at the same place as far as it has such a one."""
        if name not in self.names:
            raise UnknownNameError("variant", str(name), (variant for variant in self.names if variant))
        before = self.lead.position
        self._lead = name
        lead = self.lead
        cursor = before.cursor if before.cursor < before.values else 0
        lead.seek(iteration=before.done, cursor=min(cursor, lead.program.values - 1))
        return lead

    def choose_next(self) -> str | None:
        """Put the next one under the lens; its name."""
        place = self.names.index(self._lead)
        name = self.names[(place + 1) % len(self.names)]
        self.choose(name)
        return name

    def follow(self) -> None:
        """Bring every other one to where the lead is; one that meets trouble stays there."""
        done = self.lead.iteration
        for name, simulator in self.members:
            if name != self._lead:
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

    def _simulator(self, name: str | None) -> Simulator:
        if name not in self._simulators:
            share = CHECKPOINT_BYTES // len(self.names)
            self._simulators[name] = Simulator(variant_of(self._scenario, name), checkpoint_bytes=share)
        return self._simulators[name]
