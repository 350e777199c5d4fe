"""What screens over another have in common, and the plain ones: a text to read, a list to choose one thing from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import Line, Piece, cut, wrap
from dlsim.tui.session.keys import APP_KEYS, CHOOSING_KEYS, READING_KEYS, Key
from dlsim.tui.widgets.keyline import KeyLine, bindings, key_caps
from dlsim.tui.widgets.rows import Layout, Panel, Rows, as_text
from dlsim.tui.words import caps, has_all, words
from dlsim.tui.words.finding import fits

SAY = words()
TAKE = "choose.take"
SHOWN_KEYS = (TAKE, "choose.up", "choose.down", "app.close")

Answer = TypeVar("Answer")
Item = TypeVar("Item")


class Overlay(Screen[Answer]):
    """Lies over another screen, or is the first one; a click on a key of its `keyline` presses it."""

    CSS_PATH = "overlays.tcss"
    may_close = True
    """Whether there is a screen below to return to."""

    def __init__(self) -> None:
        super().__init__()
        self.keyline = KeyLine(id="keyline")

    def interrupt(self) -> None:
        """Ctrl-C says what closes the screen, and what leaves dlsim."""
        names = caps(SAY, (*READING_KEYS, *APP_KEYS))
        said = "hint.close_or_leave" if self.may_close else "hint.leave"
        self.keyline.tell(SAY(said, key=names["app.leave"], close=names["app.close"]))

    def hear(self, event: events.InputEvent) -> None:
        """A key or a mouse button is about to be answered."""
        if isinstance(event, events.Key):
            self.keyline.hear()

    @on(Rows.Clicked)
    async def _press(self, message: Rows.Clicked) -> None:
        await self.run_action(getattr(message.means, "action", ""))


def field(says: str) -> Input:
    """A field to filter with, and what it says while it is empty."""
    return Input(placeholder=says, id="filter", compact=True)


class ReadingScreen(Overlay[None]):
    """Shows a text, and where `filter` says what an empty one says, a field above it to search with."""

    BINDINGS = bindings(READING_KEYS)
    KEYS: ClassVar[Sequence[Key]] = READING_KEYS
    """What it answers to."""

    def __init__(self, title: str, keys: Iterable[str], filter: str = "") -> None:
        """`title` is a key of the catalogue, `keys` the ids of those that the footer names."""
        super().__init__()
        self._title, self._keys = title, keys
        self.reading = Rows(id="text")
        self.panel = Panel(*([field(filter)] if filter else []), self.reading, id="reading")

    def compose(self) -> ComposeResult:
        """A frame, the text in it, the keys below."""
        self.panel.entitle([("title", SAY(self._title))], "title", current=True)
        self.offer(self._keys)
        yield self.panel
        yield self.keyline

    def offer(self, keys: Iterable[str], hint: str = "") -> None:
        """Write a hint below, and what these keys do."""
        self.keyline.show(key_caps(self.KEYS, keys), hint)

    def read(self, layout: Layout, top: int = 0) -> None:
        """Show this text, from its beginning or from line `top` on."""
        self.reading.fill(as_text(layout), top)

    def action_close(self) -> None:
        """Return."""
        self.dismiss()

    def action_scroll(self, by: int) -> None:
        """One line."""
        self.reading.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """About a screenful."""
        self.reading.scroll_pages(by)


Entry = tuple[str, str, Piece]
"""A line of a list: what stands before its name, the name, and what stands behind."""


class ListScreen(Overlay[Answer], Generic[Answer, Item]):
    """A list with one line chosen, and a field to filter it with. Its action `choose` takes what is chosen."""

    def __init__(
        self, entries: Callable[[Sequence[Item]], Sequence[Entry]], find: Callable[[str], Sequence[Item]], filter: str
    ) -> None:
        """`entries` tells what the list says of the items found, `find` which fit a typed text; `filter` is what the
        empty field says.
        """
        super().__init__()
        self._entries, self._find = entries, find
        self._found: Sequence[Item] = ()
        self._number = 0
        self.field = field(filter)
        self.listing = Rows(id="listing", row_action="take")

    @property
    def none(self) -> str:
        """Says that nothing fits."""
        return SAY("help.none")

    @property
    def chosen(self) -> Item | None:
        """The item that is chosen, if any is found."""
        return self._found[self._number] if self._found else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.filter(event.value)
        self.show()

    @on(Input.Submitted)
    async def _entered(self) -> None:
        await self.run_action("choose")

    def filter(self, wanted: str) -> None:
        """Find what fits, and choose the first."""
        self._found, self._number = self._find(wanted), 0

    def show(self) -> None:
        """Show what is found."""
        lines = partial(list_lines, self._entries(self._found), self._number, self.none)
        self.listing.fill(as_text(lines), self.listing.top)
        self.listing.keep_in_view(self._number)

    def action_move(self, by: int) -> None:
        """Up or down the list."""
        if self._found:
            self._number = max(0, min(self._number + by, len(self._found) - 1))
            self.show()


def list_lines(entries: Sequence[Entry], chosen: int, none: str, cells: int) -> Sequence[Line]:
    """The entries in columns, the chosen one marked; `none` where there are none."""
    if not entries:
        return wrap([(none, "muted")], cells)
    names = max(breadth(name) for _, name, _ in entries)
    lines = []
    for number, (before, name, (text, role)) in enumerate(entries):
        mark, chosen_role = ("▶ ", "picked") if number == chosen else ("  ", "")
        padding = " " * (names - breadth(name) + 2)
        behind = (text, role if role == "trouble" else chosen_role or role)
        line: Line = (
            (mark, "accent"),
            (before, "muted"),
            (name, chosen_role or "symbol"),
            (padding, chosen_role),
            behind,
        )
        lines.append(cut(line, cells))
    return lines


class Option(Struct, frozen=True):
    """A line of the list, and what taking it does, which `does` says in a word; `path` also finds it, and so do the
    names in `also`.
    """

    label: str
    take: Callable[[], object]
    value: str = ""
    does: str = ""
    path: str = ""
    also: Sequence[str] = ()


class ChoosingScreen(ListScreen[Callable[[], object], Option]):
    """Returns what taking the chosen option does, None where none was chosen: push it with `take`. With `typed`, what
    one has typed is an option too.
    """

    BINDINGS = bindings(CHOOSING_KEYS)

    def __init__(
        self, title: str, options: Sequence[Option], typed: Callable[[str], Option] | None = None, filter: str = ""
    ) -> None:
        """`filter` is what the empty field says."""
        super().__init__(_entries, self._fitting, filter or SAY("choose.filter"))
        self._title, self._options, self._typed_option = title, options, typed

    def compose(self) -> ComposeResult:
        """A field to filter with, and the list."""
        self.panel = Panel(self.field, self.listing, id="reading")
        yield self.panel
        yield self.keyline

    def on_mount(self) -> None:
        """Show them all."""
        self.panel.entitle([("title", self._title)], "title", current=True)
        self.filter("")
        self.show()

    def _fitting(self, text: str) -> Sequence[Option]:
        """By its words, or by its path: what has a dot in it."""
        wanted = text.strip()
        found = [
            option
            for option in self._options
            if fits(SAY, option.label, wanted)
            or ("." in wanted and has_all(option.path, wanted))
            or wanted.lower() in option.also
        ]
        return [*found, self._typed_option(wanted)] if wanted and self._typed_option is not None else found

    def show(self) -> None:
        """Show the list, and what taking the chosen one does."""
        super().show()
        names = {TAKE: self.chosen.does} if self.chosen else None
        self.keyline.show(key_caps(CHOOSING_KEYS, SHOWN_KEYS if self.chosen else SHOWN_KEYS[-1:], names))

    def action_page(self, by: int) -> None:
        """Up or down by about what is in view."""
        self.action_move(by * max(self.listing.size.height - 2, 1))

    def action_choose(self) -> None:
        """Take it."""
        if self.chosen:
            self.dismiss(self.chosen.take)

    def action_close(self) -> None:
        """Take none."""
        self.dismiss(None)

    def action_take(self, number: int) -> None:
        """A click takes it."""
        if number < len(self._found):
            self._number = number
            self.action_choose()


def take(chosen: Callable[[], object] | None) -> None:
    """Do what was chosen, now that the list is gone."""
    if chosen is not None:
        chosen()


def _entries(options: Sequence[Option]) -> Sequence[Entry]:
    return [("", option.label, (option.value, "")) for option in options]
