"""What the app knows: the open scenario, its run, the grain and the speed.

Every method that a key calls returns a Hint when there is nothing to do at this moment, else None.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

from msgspec import Struct, field

from dlsim.engine import Simulator, Snapshot, load
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.simulator import Breakpoint, Grain
from dlsim.tui.session.variants import Member, differences, set_apart

StepGrain = Literal["value", "op", "phase"]
GRAINS: tuple[StepGrain, ...] = ("value", "op", "phase")

AIMED_SECONDS = 10.0
"""A run is begun at a speed that brings it to its end in about so long: time enough to watch."""

AT_A_GLANCE = 3_000_000
"""Products in a forward pass over the data that a paint may wait for: some milliseconds."""

SCRUBBED = 20
"""A key goes along the timeline by such a part of it."""


class Hint(Struct, frozen=True):
    """A key of the words catalogue, and what stands in its placeholders."""

    key: str
    values: Mapping[str, object] = {}


class Edited(Struct, frozen=True):
    """One change that was made, for the hints and the comparison. `along` is what it brought along, settings of another
    optimizer or the other targets of a sample: name, value before (None where there was none), value after.
    """

    label: str
    before: str
    after: str
    iteration: int
    ref: Ref | None = None
    along: Sequence[tuple[str, str | None, str]] = ()


class EditLog(Struct):
    """The changes of a run, in the order in which they were made; undone ones wait to be made again."""

    done: list[Edited] = field(default_factory=list)
    undone: list[Edited] = field(default_factory=list)

    def add(self, edited: Edited) -> None:
        """A change was made: what was undone before is gone."""
        self.done.append(edited)
        self.undone.clear()


class Speed(Struct, frozen=True):
    """How fast a run goes: so many steps at the chosen grain, or so many iterations, a second."""

    per_second: float
    unit: Literal["grain", "iteration"] = "iteration"

    @property
    def is_stepwise(self) -> bool:
        """Whether every single step is shown."""
        return self.unit == "grain"


SPEEDS: tuple[Speed, ...] = (
    Speed(1, "grain"),
    Speed(3, "grain"),
    Speed(10, "grain"),
    Speed(10),
    Speed(30),
    Speed(100),
    Speed(300),
    Speed(1_000),
    Speed(10_000),
    Speed(math.inf),
)


class Session:
    """One open scenario: the variant of it that is under the lens, and the others at its side."""

    def __init__(
        self,
        source: str,
        variant: str | None = None,
        overrides: Mapping[str, Any] | None = None,
        grain: StepGrain = "value",
        *,
        scenario: Scenario | None = None,
    ) -> None:
        """`scenario` is what `source` holds, where it has been loaded already."""
        self.source, self.overrides = source, overrides
        self.grain: StepGrain = grain
        self._snapshot: Snapshot | None = None
        self._others: dict[str | None, tuple[tuple[int, int], Snapshot]] = {}
        self.ensemble = Ensemble(scenario or load(source, variant=variant, overrides=overrides))
        self.speed = self._fitting = self._fitting_speed()
        """How fast a run goes."""
        self._edits: dict[str | None, EditLog] = {}
        self._evening_out: Generator[int] | None = None
        self._over_all: tuple[Sequence[tuple[int, int]], Sequence[float | None]] = ((), ())
        self._came_home = False
        self.breakpoints: list[Breakpoint] = []

    @property
    def edits(self) -> EditLog:
        """What was edited in the run under the lens."""
        return self._edits.setdefault(self.variant, EditLog())

    @property
    def variant(self) -> str | None:
        """The name of the one under the lens; None for the scenario as it is written."""
        return self.ensemble.lead_name

    @property
    def simulator(self) -> Simulator:
        """The one under the lens."""
        return self.ensemble.lead

    @property
    def scenario(self) -> Scenario:
        """As it stands at this moment, edits included."""
        return self.simulator.scenario

    # what is shown

    @property
    def snapshot(self) -> Snapshot:
        """The present moment, frozen; made once until something changes."""
        if self._snapshot is None:
            self._snapshot = self.simulator.snapshot()
        return self._snapshot

    def changed(self) -> None:
        """The simulator was moved by somebody else (the runner)."""
        self._snapshot = None

    @property
    def members(self) -> tuple[Member, ...]:
        """All variants of the scenario and where each stands; empty where there is only one."""
        if len(self.ensemble.names) == 1:
            return ()
        return tuple(Member(name, self._snapshot_of(name, one)) for name, one in self.ensemble.members)

    def _snapshot_of(self, name: str | None, simulator: Simulator) -> Snapshot:
        """Another place, another snapshot."""
        if simulator is self.simulator:
            return self.snapshot
        position = simulator.position
        place, kept = (position.iteration, position.cursor), self._others.get(name)
        if kept is None or kept[0] != place:
            kept = self._others[name] = (place, simulator.snapshot())
        return kept[1]

    def follow(self, seconds: float = math.inf) -> bool:
        """Bring the other variants to where this one is, for so long at most; whether all are there."""
        return self._evening_out is not None or len(self.ensemble.names) == 1 or self.ensemble.follow(seconds)

    # steps

    def forward(self, grain: Grain | None = None) -> Hint | None:
        """One step. Where nothing is trained, the samples follow each other: after one's pass the next is laid in."""
        simulator = self.simulator
        self._snapshot = None
        if simulator.advance(grain or self.grain):
            return None
        if simulator.trouble is not None:
            return Hint("hint.trouble")
        if simulator.trains or simulator.sample + 1 == simulator.samples:
            return Hint("hint.at_end")
        simulator.sample += 1
        simulator.seek(iteration=0)
        return None

    def back(self, grain: Grain | None = None) -> Hint | None:
        """One step back; before the first value of a sample, where nothing is trained, to the end of the one before."""
        simulator = self.simulator
        if simulator.position.done or simulator.position.cursor:
            simulator.back(grain or self.grain)
        elif simulator.trains or simulator.sample == 0:
            return Hint("hint.at_start")
        else:
            simulator.sample -= 1
            simulator.step("iteration")
        self._snapshot = None
        return None

    def home(self) -> Hint | None:
        """Back to the very start, with the same first weights."""
        simulator = self.simulator
        if not (simulator.position.done or simulator.position.cursor or (simulator.sample and not simulator.trains)):
            return Hint("hint.at_start")
        self._snapshot = None
        simulator.seek(iteration=0)
        self._came_home = simulator.trains
        if not simulator.trains:
            simulator.sample = 0
        return None

    def has_ahead(self, snapshot: Snapshot) -> bool:
        """Whether the run is looked at from where one came home to, with what lies ahead: until it is as far again."""
        self._came_home = self._came_home and snapshot.position.done < len(snapshot.known)
        return self._came_home

    def move_lens(self, by: int) -> Hint | None:
        """Look at another sample of the batch."""
        if self.simulator.samples == 1:
            return Hint("hint.one_sample")
        sample = self.simulator.sample + by
        if not 0 <= sample < self.simulator.samples:
            return Hint("hint.first_sample" if by < 0 else "hint.last_sample")
        self._snapshot = None
        self.simulator.sample = sample
        return None

    def look_at(self, row: int) -> Hint | None:
        """Look at the sample that is this row of the training data, from 0, if it is in the batch."""
        rows = list(self.simulator.model.tape.rows)
        if row not in rows:
            iteration = self.simulator.position.iteration
            return Hint("hint.not_in_batch", {"sample": row + 1, "iteration": iteration})
        by = rows.index(row) - self.simulator.sample
        return self.move_lens(by) if by else None

    # two runs

    def even_out(self, seconds: float, until: int | None = None) -> int | None:
        """Let the shorter of two compared runs go on for so long, `until` an iteration or as far as the longer one; how
        far it has come, None where that was all. Until then, or until `stop_evening_out`, one stands nowhere.
        """
        if self._evening_out is None:
            self._evening_out = self.simulator.even_out(until)
        end = perf_counter() + seconds
        for done in self._evening_out:
            if perf_counter() > end:
                return done
        self.stop_evening_out()
        return None

    @property
    def is_evening_out(self) -> bool:
        """Whether one is on its way."""
        return self._evening_out is not None

    def stop_evening_out(self) -> None:
        """Back to where one stood."""
        if self._evening_out is not None:
            self._evening_out.close()
            self._evening_out = None
            self.changed()

    # losses that compare

    @property
    def compares_over_all(self) -> bool:
        """Whether a batch of some variant is a part of its data, so that losses of batches do not compare; and those
        over all of it take no time to speak of.
        """
        variants = [simulator for _, simulator in self.ensemble.members]
        has_parts = any(variant.model.calendar.batches > 1 for variant in variants)
        return has_parts and 0 < sum(map(_work, variants)) <= AT_A_GLANCE

    def losses_over_all(self) -> Sequence[float | None]:
        """The loss of each variant over all its training data."""
        variants = [simulator for _, simulator in self.ensemble.members]
        key = [(id(variant.scenario), variant.iteration) for variant in variants]
        if self._over_all[0] != key:
            self._over_all = (key, [variant.loss() for variant in variants])
        return self._over_all[1]

    # along the timeline

    def scrub(self, by: int) -> Hint | None:
        """By so many twentieths of the run as far as it has ever been, within it."""
        known, done = len(self.snapshot.known), self.simulator.iteration
        if not self.simulator.trains or not known:
            return Hint("hint.nothing_run")
        if by > 0 and done >= known:
            return Hint("hint.known_end")
        if by < 0 and not done and not self.simulator.position.cursor:
            return Hint("hint.at_start")
        return self.scrub_to(done + by * max(known // SCRUBBED, 1))

    def scrub_to(self, iteration: int) -> Hint | None:
        """To where so many updates are done, within the run as far as it has ever been."""
        if not self.simulator.trains:
            return Hint("hint.nothing_run")
        iteration = max(min(iteration, len(self.snapshot.known)), 0)
        self._snapshot = None
        self.simulator.seek(iteration=iteration)
        return None

    def next_grain(self) -> StepGrain:
        """Value, op, phase, and round again."""
        self.grain = GRAINS[(GRAINS.index(self.grain) + 1) % len(GRAINS)]
        return self.grain

    # speed

    def change_speed(self, by: int) -> Hint | None:
        """Faster or slower by so many notches; the speed at which a run begins is one of them."""
        notches = sorted(
            {*SPEEDS, self._fitting, self.speed}, key=lambda speed: (not speed.is_stepwise, speed.per_second)
        )
        index = notches.index(self.speed) + by
        if not 0 <= index < len(notches):
            return Hint("hint.slowest" if by < 0 else "hint.fastest")
        self.speed = notches[index]
        return None

    def _fitting_speed(self) -> Speed:
        """So many iterations a second that the scenario's own epochs take about `AIMED_SECONDS`, and one at least."""
        if not self.simulator.trains:
            return Speed(3, "grain")
        return Speed(max(self.simulator.position.end / AIMED_SECONDS, 1.0))

    # variants

    def next_variant(self) -> Hint:
        """The same moment in the next variant; after the last one, as it is written."""
        names = self.ensemble.names
        if len(names) == 1:
            return Hint("hint.no_variants")
        return self.choose_variant(names[(names.index(self.variant) + 1) % len(names)])

    def choose_variant(self, variant: str | None) -> Hint:
        """The same moment in another variant of the scenario."""
        sample = self.simulator.sample
        self.ensemble.choose(variant)
        self.simulator.sample = min(sample, self.simulator.samples - 1)
        self._others.pop(variant, None)
        self._snapshot = None
        is_fitting, self._fitting = self.speed == self._fitting, self._fitting_speed()
        if is_fitting:  # so nobody has chosen another
            self.speed = self._fitting
        name = self.name_of(variant)
        if self.ensemble.is_held:
            values = {"variant": name, "epochs": self.simulator.epochs}
            return Hint("hint.variant_ended" if name else "hint.as_written_ended", values)
        return Hint("hint.as_written" if variant is None else "hint.variant", {"variant": name})

    def name_of(self, variant: str | None) -> str:
        """What a variant is called; as it is written, by what sets it apart from the others at this moment, "" where
        nothing does.
        """
        return set_apart(self._scenarios) if variant is None else variant

    @property
    def apart(self) -> Sequence[Sequence[str]]:
        """What sets each variant of the scenario apart from the others, in the order of the file."""
        return differences(self._scenarios)

    @property
    def _scenarios(self) -> Sequence[Scenario]:
        """Each variant as it stands: one may be edited, or on the other side of an edit."""
        return [simulator.scenario for _, simulator in self.ensemble.members]


def _work(simulator: Simulator) -> int:
    """About how many products a forward pass over all the data takes; 0 where there is none."""
    data = simulator.scenario.data
    return 0 if data is None else math.prod(data.inputs.shape[:-1]) * simulator.size
