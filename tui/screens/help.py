"""Help for where one is: its keys, as they are bound, and what the panels and the words mean. Searchable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from dlsim.tui.filtering import has_all
from dlsim.tui.keys import cap
from dlsim.tui.pictures.catalogue import PICTURES
from dlsim.tui.screens.reading import ReadingScreen
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.widgets.lines import Line, Piece, wrap
from dlsim.tui.widgets.panel import Panel
from dlsim.tui.widgets.reading import Reading
from dlsim.tui.words import words

SAY = words()
PANELS = ("network", "formula", "weights", "layers", "data", "loss", "lesson", "variants", "conventions")
TERMS = ("iteration", "phase", "lens", "timeline", "notation", "settings")
LEFT = 16


class HelpScreen(ReadingScreen):
    """Shows the bindings of the screen below it."""

    def __init__(self, bound: Iterable[Binding]) -> None:
        super().__init__()
        self._bound = tuple(bound)

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
        self.reading.show(lambda cells: help_lines(self._bound, wanted, cells))


def help_lines(bound: Sequence[Binding], wanted: str, cells: int) -> Sequence[Line]:
    """What has every word of `wanted` in it: keys by group, then panels, then words."""
    lines: list[Line] = []

    def section(title: str, entries: Iterable[tuple[str, str]], names: Mapping[str, str] | None = None) -> None:
        """`names` are what else an entry is known by, by its text."""
        told = [(head, text, (names or {}).get(text, "")) for head, text in entries]
        found = [(head, text) for head, text, name in told if has_all(f"{head} {text} {title} {name}", wanted)]
        if not found:
            return
        if lines:
            lines.append(())
        lines.append(((title, "heading"),))
        for head, text in found:
            lines.extend(_entry(head, text, cells))

    short = {SAY(f"key.{binding.id}.text"): SAY(f"key.{binding.id}.name") for binding in bound}
    for group in dict.fromkeys(_group(binding) for binding in bound):
        section(SAY(f"group.{group}"), _keys_of(bound, group), short)
    section(SAY("help.panels"), [(SAY(f"panel.{panel}"), SAY(f"about.{panel}")) for panel in PANELS])
    section(SAY("help.pictures"), [(SAY(f"panel.{picture}"), SAY(f"about.{picture}")) for picture in PICTURES])
    section(SAY("help.terms"), [(SAY(f"term.{term}"), SAY(f"about.{term}")) for term in TERMS])
    return lines or [((SAY("help.none"), "muted"),)]


def _keys_of(bound: Sequence[Binding], group: str) -> Iterable[tuple[str, str]]:
    """(keys, what they do) of a group; several keys of one action together."""
    keys: dict[str, tuple[list[str], str]] = {}
    for binding in bound:
        if _group(binding) == group:
            found = keys.setdefault(str(binding.id), ([], SAY(f"key.{binding.id}.text")))
            found[0].append(cap(SAY, binding.key))
    return [("  ".join(dict.fromkeys(names)), text) for names, text in keys.values()]


def _group(binding: Binding) -> str:
    return str(binding.id).partition(".")[0]


def _entry(head: str, text: str, cells: int) -> Iterable[Line]:
    inner = cells - LEFT - 1
    if inner < 20:
        return [((head, "key"),), *[((" ", ""), *line) for line in wrap([(text, "")], max(cells - 1, 1))]]
    first: Piece = (" " + head + " " * (LEFT - cell_len(head)), "key")
    wrapped = wrap([(text, "")], inner)
    return [(first if number == 0 else (" " * (LEFT + 1), ""), *line) for number, line in enumerate(wrapped)]
