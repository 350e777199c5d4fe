"""The palette: every action of a screen by its name, with its key, and every scenario to open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, cast

from msgspec import Struct
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits
from textual.content import Content
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider

from dlsim.tui.screens.browser import BrowserScreen, listed
from dlsim.tui.screens.help import Told, bound, told_on
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.screens.view import title_of
from dlsim.tui.session.keys import CARD
from dlsim.tui.words import cap, has_all, words
from dlsim.tui.words.finding import BY_LESSON, Findable, fits, found_in

SAY = words()
BY_NAME, BY_TITLE, BY_OTHER_NAME, BY_SCENARIO, BY_TEXT, BY_LETTERS = 600.0, 500.0, 400.0, 300.0, 200.0, 100.0
"""What an action scores that is called so, that has every word in its title, that is known by them, a scenario that is
about them, an action that speaks of them; and what an action scores at most that has only the letters.
"""
OF_USE = 0.01
"""By so much one of more use scores more than the next one that fits as well."""

Action = tuple[str, Callable[[], object]]
"""The key of an action's words, and what does it."""


class Offer(Struct, frozen=True):
    """An action: its title, what it does in a sentence, what does it; what else it is `known` by, and its key."""

    title: str
    text: str
    run: Callable[[], Any]
    known: str = ""
    key: str = ""

    def display(self, title: str | Content) -> Content:
        """The title, marked where it was searched, and the key behind it."""
        told = Content(title) if isinstance(title, str) else title
        return Content.assemble(told, "  ", (self.key, "bold")) if self.key else told


class HasActions(Protocol):
    """What the palette asks of the app."""

    def actions_everywhere(self) -> Iterable[Action]:
        """The actions that are there on every screen."""


class Commands(SystemCommandsProvider):
    """Searches them by words; letters that are in a title in their order find it too, as in any palette of Textual."""

    _listed: Sequence[Findable] = ()

    async def discover(self) -> Hits:
        """All of them, those of most use first."""
        for offer in self._offers():
            yield DiscoveryHit(offer.display(offer.title), offer.run, offer.title, offer.text)

    async def search(self, query: str) -> Hits:
        """Those that fit, and how well."""
        matcher = self.matcher(query)
        for number, offer in enumerate(self._offers()):
            letters = matcher.match(offer.title)
            score = _score(offer, query) or min(letters, BY_LETTERS)
            if score > 0:
                title = matcher.highlight(offer.title) if letters > 0 else offer.title
                yield Hit(score - number * OF_USE, offer.display(title), offer.run, offer.title, offer.text)
        self._listed = self._listed or listed()
        for number, (rank, choice) in enumerate(found_in(SAY, self._listed, query)):
            title = SAY("command.scenario.name", name=choice.name)
            run = partial(self.app.post_message, BrowserScreen.Chosen(choice.key))
            score = BY_SCENARIO if rank < BY_LESSON else BY_LETTERS
            yield Hit(score - number * OF_USE, Content(title), run, title, choice.title(SAY.language))

    def _offers(self) -> Iterator[Offer]:
        return offers(self.screen, cast("HasActions", self.app).actions_everywhere())


def _score(offer: Offer, query: str) -> float:
    """How well its words fit, 0 for not at all."""
    if has_all(offer.title, query):
        return BY_NAME if offer.title.casefold() == query.strip().casefold() else BY_TITLE
    if fits(SAY, f"{offer.title} {offer.known}", query):
        return BY_OTHER_NAME
    return BY_TEXT if fits(SAY, f"{offer.title} {offer.text} {offer.known}", query) else 0.0


def offers(screen: Screen[Any], everywhere: Iterable[Action]) -> Iterator[Offer]:
    """Those of this screen, then those that are everywhere; each title once, those of most use first."""
    told, seen = told_on(screen), set[str]()
    for offer in (*_of_keys(screen, told), *_of_pictures(screen, told), *_of_app(told, everywhere)):
        if offer.title not in seen:
            seen.add(offer.title)
            yield offer


def _of_keys(screen: Screen[Any], told: Told) -> Iterator[Offer]:
    """What the keys do: first those of the card, then the others as they stand in the table."""
    keys: dict[str, Binding] = {}
    for binding in bound(screen):
        keys.setdefault(str(binding.id), binding)
    for id_ in dict.fromkeys((*CARD, *keys)):
        name, text = told.say(f"key.{id_}.name"), told.say(f"key.{id_}.text")
        if id_ in keys and text and id_ != "app.palette":
            run = partial(screen.run_action, keys[id_].action)
            title = name[:1].upper() + name[1:]
            yield Offer(title, text, run, told.known(f"key.{id_}"), cap(SAY, keys[id_].key))


def _of_pictures(screen: Screen[Any], told: Told) -> Iterator[Offer]:
    if isinstance(screen, SimulatorScreen):
        for picture in screen.work.tabs.pictures:
            show, about = partial(screen.looking.panel, picture), f"about.{picture}"
            yield Offer(_named(told, picture), told.say(about), show, told.known(about))


def _of_app(told: Told, everywhere: Iterable[Action]) -> Iterator[Offer]:
    for key, do in everywhere:
        title, text = SAY(f"command.{key}.name"), SAY(f"command.{key}.text")
        yield Offer(title, text, do, told.known(f"command.{key}"))


def _named(told: Told, picture: str) -> str:
    """A picture by its title and by what it is usually called."""
    usual = f"command.picture.usual.{picture}"
    if usual in SAY:
        return SAY("command.picture.named", picture=title_of(picture), usual=told.say(usual))
    return SAY("command.picture.name", picture=title_of(picture))
