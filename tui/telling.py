"""What help and palette tell of, in the words of the scenario that is open, and what else it is known by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from textual.binding import Binding
from textual.screen import Screen

from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.words import words
from dlsim.tui.words.prose import fitting, keys_for

SAY = words()
TABLES = ("weights", "layers", "data")
BESIDE = ("loss", "lesson", "variants", "conventions")


class Told(Struct, frozen=True):
    """Of a scenario its panels and pictures; where none is open, those that most have."""

    scenario: Scenario | None = None
    panels: Sequence[str] = ("network", "formula", *TABLES, *BESIDE)
    pictures: Sequence[str] = tuple(PICTURES)

    def say(self, key: str) -> str:
        """The text at `key` as it fits; "" for what there is not."""
        return SAY(key) if self.scenario is None else fitting(SAY, self.scenario, key)

    def known(self, key: str) -> str:
        """What else one may type to find it: other names, and of a key what it is good for."""
        also = f"also.{key}"
        keys = [also] if self.scenario is None else keys_for(self.scenario, also)
        return next((SAY(one) for one in keys if one in SAY), "")


def told_on(screen: Screen[Any]) -> Told:
    """What there is on a screen: of the scenario that is open, by the tabs it has."""
    if not isinstance(screen, SimulatorScreen):
        return Told()
    tabs = screen.tabs
    network = [picture for picture in tabs.pictures if picture not in PICTURES]
    pictures = [picture for picture in tabs.pictures if picture in PICTURES]
    return Told(screen.session.scenario, (*network, "formula", *tabs.tables, *BESIDE), pictures)


def bound(screen: Screen[Any]) -> list[Binding]:
    """The bindings that are ours on this screen, in the order of the table of keys."""
    return [active.binding for active in screen.active_bindings.values() if active.binding.id]
