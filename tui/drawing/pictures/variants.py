"""The variants of a scenario side by side: what each is called, its mark, its colour. No Textual here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from dlsim.engine.numbers import general
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.link import Link, Owner
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.session.variants import label_of, remembering
from dlsim.tui.words import Words

ROLES = 8


class Variant(Struct, frozen=True):
    """One variant of a scenario as pictures show it."""

    name: str
    mark: str
    role: str
    is_lead: bool
    snapshot: Snapshot

    def linked(self, role: str, ref: Ref) -> Link:
        """The role of a number of its own."""
        return Link(role, ref, None if self.is_lead else Owner(self.snapshot.scenario.variant))


def variants(scene: Scene) -> list[Variant]:
    """All of them, in the order of the file."""
    members = scene.all_members
    lead = scene.snapshot.scenario.variant
    marks = scene.look.marks
    return [
        Variant(
            name=member.name or written_name([each.snapshot.scenario for each in members], scene.say),
            mark=marks[number % len(marks)],
            role=f"series-{number % ROLES}",
            is_lead=member.name == lead,
            snapshot=member.snapshot,
        )
        for number, member in enumerate(members)
    ]


def written_name(scenarios: Sequence[Scenario], say: Words) -> str:
    """What at this moment sets the scenario as it is written apart from its variants: its optimizer, its activation."""
    return _set_apart(scenarios) or ("" if _written(scenarios) is None else say("picture.as_written"))


def _written(scenarios: Sequence[Scenario]) -> Scenario | None:
    return next((scenario for scenario in scenarios if scenario.variant is None), None)


@remembering
def _set_apart(scenarios: Sequence[Scenario]) -> str:
    written = _written(scenarios)
    if written is None:
        return ""
    others = [scenario for scenario in scenarios if scenario.variant is not None]
    for tell in _TOLD:
        mine = tell(written)
        if mine and all(tell(other) != mine for other in others):
            return mine
    return _setting_apart(written, others) or label_of(written, others)


def _setting_apart(written: Scenario, others: Sequence[Scenario]) -> str:
    """An optimizer's setting that no variant shares, say "momentum 0"."""
    mine = dict(_settings(written))
    theirs = [dict(_settings(other)) for other in others]
    for name, value in mine.items():
        if theirs and all(name in other and other[name] != value for other in theirs):
            return f"{name.replace('_', ' ')} {general(value)}"
    return ""


def _settings(scenario: Scenario) -> Iterator[tuple[str, float]]:
    optimizer = scenario.optimizer
    yield from getattr(optimizer, "settings", {}).items()


def _optimizer_name(scenario: Scenario) -> str:
    """An optimizer with what it adds to plain descent."""
    settings = dict(_settings(scenario))
    name = str(getattr(scenario.optimizer, "name", ""))
    return name + "".join(f" {extra}" for extra in ("momentum", "nesterov", "amsgrad") if settings.get(extra))


def _first_activation(scenario: Scenario) -> str:
    layers = scenario.layers
    return str(layers[0].activation.name) if layers else ""


_TOLD: tuple[Callable[[Scenario], str], ...] = (_optimizer_name, _first_activation)
