"""The help: first a card of the keys one needs, then all that one can do where one is, and what it means. Which keys
there are stands in session/keys.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input

from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.text import breadth
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.text import Line, Piece, wrap
from dlsim.tui.screens.browser import listed
from dlsim.tui.screens.overlays import ReadingScreen
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.session.keys import ALL_KEYS, CARD
from dlsim.tui.words import cap, words
from dlsim.tui.words.finding import BY_LESSON, fits, found_in
from dlsim.tui.words.prose import fitting, keys_for

SAY = words()
TERMS = ("iteration", "phase", "lens", "timeline", "notation", "settings", "notes", "shell")
LEFT = 16
TABLES = ("weights", "layers", "data")
BESIDE = ("loss", "lesson", "variants", "conventions")
ORDER = {key.id: number for number, key in reversed(tuple(enumerate(ALL_KEYS)))}


class HelpScreen(ReadingScreen):
    """Shows the bindings of the screen below it, and what else is `told` there."""

    def __init__(self, bound: Iterable[Binding], told: Told) -> None:
        super().__init__("help.title", ("app.close", "app.down", "look.page-down"), SAY("help.filter"))
        self._bound, self._told = tuple(bound), told

    def on_mount(self) -> None:
        """Show everything."""
        self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def _search(self, wanted: str) -> None:
        self.read(lambda cells: help_lines(self._bound, self._told, wanted, cells))


class HelpEntry(Struct, frozen=True):
    """What the help says under a head, and what else it is `known` by."""

    head: str
    text: str
    known: str = ""


def help_lines(bound: Sequence[Binding], told: Told, wanted: str, cells: int) -> Sequence[Line]:
    """What has every word of `wanted` in it: keys by group, then panels, then words, then scenarios about it; where
    nothing is wanted, the card and then everything.
    """
    lines: list[Line] = list(card_lines(bound, told, cells)) if not wanted.strip() else []
    for title, entries in _sections(bound, told):
        found = [one for one in entries if one.text and fits(SAY, f"{one.head} {one.text} {title} {one.known}", wanted)]
        if found and lines:
            lines.append(())
        if found:
            lines.append(((title, "heading"),))
        for one in found:
            lines.extend(_in_lines(one.head, one.text, cells))
    scenarios = list(_scenarios_about(wanted, cells)) if wanted.strip() else []
    return [*lines, *([()] if lines and scenarios else []), *scenarios] or [((SAY("help.none"), "muted"),)]


def card_lines(bound: Sequence[Binding], told: Told, cells: int) -> Iterator[Line]:
    """The keys that one needs, a line each, and how to get at the rest; none on a screen that has few of them."""
    caps: dict[str, str] = {}
    for binding in bound:
        caps.setdefault(str(binding.id), cap(SAY, binding.key))
    entries = [(caps[id_], told.say(f"card.{id_}")) for id_ in CARD if id_ in caps and told.say(f"key.{id_}.text")]
    if len(entries) < len(CARD) // 2:
        return
    yield ((SAY("help.card"), "heading"),)
    for name, text in entries:
        yield from _in_lines(name, text, cells)
    yield ()
    yield from wrap([(SAY("help.rest"), "muted")], cells)


def _scenarios_about(wanted: str, cells: int) -> Iterator[Line]:
    """The scenarios that are about it."""
    found = [choice for rank, choice in found_in(SAY, listed(), wanted) if rank < BY_LESSON]
    if found:
        yield ((SAY("help.scenarios"), "heading"),)
    for choice in found:
        text = SAY("help.scenario", name=choice.name, title=choice.title(SAY.language))
        yield from _in_lines(choice.section, text, cells)


def _sections(bound: Sequence[Binding], told: Told) -> Iterator[tuple[str, Iterable[HelpEntry]]]:
    for group in dict.fromkeys(_group(binding) for binding in bound):
        yield SAY(f"group.{group}"), _keys_of(bound, told, group)
    yield SAY("help.panels"), [_about(told, "panel", panel) for panel in told.panels]
    yield SAY("help.pictures"), [_about(told, "panel", picture) for picture in told.pictures]
    yield SAY("help.terms"), [_about(told, "term", term) for term in TERMS]


def _about(told: Told, kind: str, name: str) -> HelpEntry:
    return HelpEntry(told.say(f"{kind}.{name}"), told.say(f"about.{name}"), told.known(f"about.{name}"))


def _keys_of(bound: Sequence[Binding], told: Told, group: str) -> Iterable[HelpEntry]:
    """What the keys of a group do; several keys of one action together."""
    caps: dict[str, list[str]] = {}
    for binding in bound:
        if _group(binding) == group:
            caps.setdefault(f"key.{binding.id}", []).append(cap(SAY, binding.key))
    for key, names in caps.items():
        known = f"{told.say(f'{key}.name')} {told.known(key)}"
        yield HelpEntry("  ".join(dict.fromkeys(names)), told.say(f"{key}.text"), known)


def _group(binding: Binding) -> str:
    return str(binding.id).partition(".")[0]


def _in_lines(head: str, text: str, cells: int) -> Iterable[Line]:
    inner = cells - LEFT - 1
    if inner < 20:
        return [((head, "key"),), *[((" ", ""), *line) for line in wrap([(text, "")], max(cells - 1, 1))]]
    first: Piece = (" " + head + " " * (LEFT - breadth(head)), "key")
    wrapped = wrap([(text, "")], inner)
    return [(first if number == 0 else (" " * (LEFT + 1), ""), *line) for number, line in enumerate(wrapped)]


# what help and palette tell of


class Told(Struct, frozen=True):
    """Of a scenario its panels and pictures; where none is open, those that most have."""

    scenario: Scenario | None = None
    panels: Sequence[str] = ("network", "formula", *TABLES, *BESIDE)
    pictures: Sequence[str] = tuple(PICTURES)
    has_lesson: bool = True

    def say(self, key: str) -> str:
        """The text at `key` as it fits; "" for what there is not."""
        if key.startswith("key.look.lesson.") and not self.has_lesson:
            return ""
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
    tabs = screen.work.tabs
    network = [picture for picture in tabs.pictures if picture not in PICTURES]
    pictures = [picture for picture in tabs.pictures if picture in PICTURES]
    beside = [panel for panel in BESIDE if panel != "lesson" or tabs.has_lesson]
    panels = (*network, "formula", *tabs.tables, *beside)
    return Told(screen.work.session.scenario, panels, pictures, tabs.has_lesson)


def bound(screen: Screen[Any]) -> list[Binding]:
    """The bindings that are ours on this screen, in the order of the table of keys."""
    found = [active.binding for active in screen.active_bindings.values() if active.binding.id]
    return sorted(found, key=lambda binding: ORDER.get(str(binding.id), len(ORDER)))
