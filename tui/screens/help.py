"""What one can do where one is, and what all there means: the help screen, and the palette of every action by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, cast

from msgspec import Struct
from textual import on
from textual.app import SystemCommand
from textual.binding import Binding
from textual.command import Hit, Hits
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.widgets import Input

from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.text import breadth
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.text import Line, Piece, wrap
from dlsim.tui.screens.overlays import ReadingScreen
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.screens.view import title_of
from dlsim.tui.words import cap, has_all, words
from dlsim.tui.words.prose import fitting, keys_for

SAY = words()
TERMS = ("iteration", "phase", "lens", "timeline", "notation", "settings")
LEFT = 16
TABLES = ("weights", "layers", "data")
BESIDE = ("loss", "lesson", "variants", "conventions")
BY_TITLE, BY_WORDS = 200.0, 100.0
"""What a command scores that has every word in its title, or somewhere: above those that have only the letters."""


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
    """What has every word of `wanted` in it: keys by group, then panels, then words."""
    lines: list[Line] = []
    for title, entries in _sections(bound, told):
        found = [one for one in entries if one.text and has_all(f"{one.head} {one.text} {title} {one.known}", wanted)]
        if found and lines:
            lines.append(())
        if found:
            lines.append(((title, "heading"),))
        for one in found:
            lines.extend(_in_lines(one.head, one.text, cells))
    return lines or [((SAY("help.none"), "muted"),)]


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
    tabs = screen.work.tabs
    network = [picture for picture in tabs.pictures if picture not in PICTURES]
    pictures = [picture for picture in tabs.pictures if picture in PICTURES]
    return Told(screen.work.session.scenario, (*network, "formula", *tabs.tables, *BESIDE), pictures)


def bound(screen: Screen[Any]) -> list[Binding]:
    """The bindings that are ours on this screen, in the order of the table of keys."""
    return [active.binding for active in screen.active_bindings.values() if active.binding.id]


# the palette

Action = tuple[str, Callable[[], object]]
"""The key of an action's words, and what does it."""


class HasActions(Protocol):
    """What the palette asks of the app."""

    def actions_everywhere(self) -> Iterable[Action]:
        """The actions that are there on every screen."""


class Commands(SystemCommandsProvider):
    """Searches them by words; letters that are in a title in their order find it too, as in any palette of Textual."""

    async def search(self, query: str) -> Hits:
        """Those that fit, and how well."""
        matcher = self.matcher(query)
        everywhere = cast("HasActions", self.app).actions_everywhere()
        for (title, text, run, _), known in commands(self.screen, everywhere):
            letters = matcher.match(title)
            if has_all(title, query):
                yield Hit(BY_TITLE + letters, matcher.highlight(title), run, help=text)
            elif has_all(f"{title} {text} {known}", query):
                yield Hit(BY_WORDS, title, run, help=text)
            elif letters > 0:
                yield Hit(min(letters, BY_WORDS - 1), matcher.highlight(title), run, help=text)


def commands(screen: Screen[Any], everywhere: Iterable[Action]) -> Iterator[tuple[SystemCommand, str]]:
    """(an action of this screen, what else it is known by), then the actions that are everywhere."""
    told, named = told_on(screen), {"app.palette"}
    for binding in bound(screen):
        if {binding.action, str(binding.id)} & named:
            continue
        named |= {binding.action, str(binding.id)}
        key = f"key.{binding.id}"
        name, text = told.say(f"{key}.name"), told.say(f"{key}.text")
        if text:
            run = partial(screen.run_action, binding.action)
            yield SystemCommand(name[:1].upper() + name[1:], text, run), told.known(key)
    if isinstance(screen, SimulatorScreen):
        for picture in screen.work.tabs.pictures:
            show = partial(screen.looking.panel, picture)
            yield (
                SystemCommand(_named(told, picture), told.say(f"about.{picture}"), show),
                told.known(f"about.{picture}"),
            )
    for key, do in everywhere:
        title, text = SAY(f"command.{key}.name"), SAY(f"command.{key}.text")
        yield SystemCommand(title, text, do), told.known(f"command.{key}")


def _named(told: Told, picture: str) -> str:
    """A picture by its title and by what it is usually called."""
    usual = f"command.picture.usual.{picture}"
    if usual in SAY:
        return SAY("command.picture.named", picture=title_of(picture), usual=told.say(usual))
    return SAY("command.picture.name", picture=title_of(picture))
