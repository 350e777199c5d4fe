"""The palette: every action by name, found by all that the help would find it by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Protocol, cast

from textual.app import SystemCommand
from textual.command import Hit, Hits
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider

from dlsim.tui.screens.help import Told, bound, told_on
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.screens.view import title_of
from dlsim.tui.words import has_all, words

SAY = words()
BY_TITLE, BY_WORDS = 200.0, 100.0
"""What a command scores that has every word in its title, or somewhere: above those that have only the letters."""


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
