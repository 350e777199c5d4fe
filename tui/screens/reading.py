"""What screens over another have in common, and those for reading: a frame, a text in it that scrolls, keys below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from dlsim.tui.keys import bindings
from dlsim.tui.session.keys import APP_KEYS, READING_KEYS, Key
from dlsim.tui.widgets.keyline import KeyLine, key_caps
from dlsim.tui.widgets.panel import Panel
from dlsim.tui.widgets.rows import Layout, Rows, as_text
from dlsim.tui.words import caps, words

SAY = words()
Answer = TypeVar("Answer")


class Overlay(Screen[Answer]):
    """Lies over another screen, or is the first one; a click on a key of its `keyline` presses it."""

    may_close = True
    """Whether there is a screen below to return to."""

    def __init__(self) -> None:
        super().__init__()
        self.keyline = KeyLine(id="keyline")

    def interrupt(self) -> None:
        """Ctrl-C says what closes the screen, and what leaves dlsim."""
        names = caps(SAY, (*READING_KEYS, *APP_KEYS))
        said = "hint.close_or_leave" if self.may_close else "hint.leave"
        self.keyline.tell(SAY(said, key=names["app.quit"], close=names["app.close"]))

    @on(Rows.Clicked)
    async def _press(self, message: Rows.Clicked) -> None:
        await self.run_action(getattr(message.means, "action", ""))


class ReadingScreen(Overlay[None]):
    """Shows a text, and where `filter` says what an empty one says, a field above it to search with."""

    CSS_PATH = "reading.tcss"
    BINDINGS = bindings(READING_KEYS)
    KEYS: ClassVar[Sequence[Key]] = READING_KEYS
    """What it answers to."""

    def __init__(self, title: str, keys: Iterable[str], filter: str = "") -> None:
        """`title` is a key of the catalogue, `keys` the ids of those that the footer names."""
        super().__init__()
        self.title_key, self._keys = title, keys
        self.reading = Rows(id="text")
        field = [Input(placeholder=filter, id="filter", compact=True)] if filter else []
        self.panel = Panel(*field, self.reading, id="reading")

    def compose(self) -> ComposeResult:
        """A frame, the text in it, the keys below."""
        self.panel.entitle([("title", SAY(self.title_key))], "title", current=True)
        self.offer(self._keys)
        yield self.panel
        yield self.keyline

    def offer(self, keys: Iterable[str], hint: str = "") -> None:
        """Write a hint below, and what these keys do."""
        self.keyline.show(key_caps(SAY, self.KEYS, keys), hint)

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
