"""Help for where one is: its keys, as they are bound, and what the panels and the words mean. Searchable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from dlsim.tui.drawing.lines import Line, Piece, wrap
from dlsim.tui.screens.reading import ReadingScreen
from dlsim.tui.session.filtering import has_all
from dlsim.tui.telling import Told
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.widgets.panel import Panel
from dlsim.tui.widgets.reading import Reading
from dlsim.tui.words import words
from dlsim.tui.words.caps import cap

SAY = words()
TERMS = ("iteration", "phase", "lens", "timeline", "notation", "settings")
LEFT = 16


class HelpScreen(ReadingScreen):
    """Shows the bindings of the screen below it, and what else is `told` there."""

    def __init__(self, bound: Iterable[Binding], told: Told) -> None:
        super().__init__()
        self._bound, self._told = tuple(bound), told

    def compose(self) -> ComposeResult:
        """A field to search with, and the text."""
        self.reading = Reading(id="help-text")
        self.panel = Panel(Input(placeholder=SAY("help.filter"), id="filter", compact=True), self.reading, id="reading")
        self.keyline = KeyLine(id="keyline")
        yield self.panel
        yield self.keyline

    def on_mount(self) -> None:
        """Show everything."""
        self._label("help.title", ("app.close", "app.down", "look.page-down"))
        self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def _search(self, wanted: str) -> None:
        self.reading.show(lambda cells: help_lines(self._bound, self._told, wanted, cells))


class Entry(Struct, frozen=True):
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


def _sections(bound: Sequence[Binding], told: Told) -> Iterator[tuple[str, Iterable[Entry]]]:
    for group in dict.fromkeys(_group(binding) for binding in bound):
        yield SAY(f"group.{group}"), _keys_of(bound, told, group)
    yield SAY("help.panels"), [_about(told, "panel", panel) for panel in told.panels]
    yield SAY("help.pictures"), [_about(told, "panel", picture) for picture in told.pictures]
    yield SAY("help.terms"), [_about(told, "term", term) for term in TERMS]


def _about(told: Told, kind: str, name: str) -> Entry:
    return Entry(told.say(f"{kind}.{name}"), told.say(f"about.{name}"), told.known(f"about.{name}"))


def _keys_of(bound: Sequence[Binding], told: Told, group: str) -> Iterable[Entry]:
    """What the keys of a group do; several keys of one action together."""
    caps: dict[str, list[str]] = {}
    for binding in bound:
        if _group(binding) == group:
            caps.setdefault(f"key.{binding.id}", []).append(cap(SAY, binding.key))
    for key, names in caps.items():
        known = f"{told.say(f'{key}.name')} {told.known(key)}"
        yield Entry("  ".join(dict.fromkeys(names)), told.say(f"{key}.text"), known)


def _group(binding: Binding) -> str:
    return str(binding.id).partition(".")[0]


def _in_lines(head: str, text: str, cells: int) -> Iterable[Line]:
    inner = cells - LEFT - 1
    if inner < 20:
        return [((head, "key"),), *[((" ", ""), *line) for line in wrap([(text, "")], max(cells - 1, 1))]]
    first: Piece = (" " + head + " " * (LEFT - cell_len(head)), "key")
    wrapped = wrap([(text, "")], inner)
    return [(first if number == 0 else (" " * (LEFT + 1), ""), *line) for number, line in enumerate(wrapped)]
