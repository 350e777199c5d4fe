"""What the screens for reading have in common: a frame, a text in it that scrolls, the keys below; escape returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from dlsim.engine.numbers import DIGITS
from dlsim.tui.keys import bindings
from dlsim.tui.screens.leaving import Leaving
from dlsim.tui.session.keys import READING_KEYS, Key
from dlsim.tui.session.session import Session
from dlsim.tui.widgets.keyline import KeyLine, key_caps
from dlsim.tui.widgets.panel import Panel
from dlsim.tui.widgets.reading import Reading
from dlsim.tui.words import words

SAY = words()
PIECE_SECONDS, PIECES_PER_SECOND = 0.02, 30


class ReadingScreen(Leaving, Screen[None]):
    """Scrolls its `reading`. The screen itself composes it, with a `panel` around it and a `keyline` below."""

    CSS_PATH = "reading.tcss"
    BINDINGS = bindings(READING_KEYS)
    KEYS: ClassVar[Sequence[Key]] = READING_KEYS
    """What it answers to."""
    reading: Reading
    panel: Panel
    keyline: KeyLine

    def _label(self, title: str, keys: Sequence[str], hint: str = "") -> None:
        """Write the title into the frame, and below it a hint and what these keys do."""
        self.panel.entitle([("title", SAY(title))], "title", current=True)
        self.keyline.show(key_caps(SAY, self.KEYS, keys), hint)

    def action_close(self) -> None:
        """Return."""
        self.dismiss()

    def action_scroll(self, by: int) -> None:
        """One line."""
        self.reading.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """About a screenful."""
        self.reading.scroll_pages(by)

    @on(KeyLine.Clicked)
    async def _press(self, message: KeyLine.Clicked) -> None:
        await self.run_action(message.action)


class ReportScreen(ReadingScreen):
    """A report on where a session stands, made as the screen opens."""

    TITLE_KEY: ClassVar[str]
    FOOTER: ClassVar[Sequence[str]] = ("look.page-down", "app.close")
    """The ids of the keys that the footer names."""

    def __init__(self, session: Session, digits: int = DIGITS) -> None:
        super().__init__()
        self._session, self._digits = session, digits

    def compose(self) -> ComposeResult:
        """A frame, the report in it, the keys below."""
        self.reading = Reading(id="report")
        self.panel = Panel(self.reading, id="reading")
        self.keyline = KeyLine(id="keyline")
        yield self.panel
        yield self.keyline

    def on_mount(self) -> None:
        """Report, and show."""
        self._label(self.TITLE_KEY, self.FOOTER)
        self.report()

    def report(self) -> None:
        """Fill the `reading`."""
        raise NotImplementedError


class PiecewiseReport(ReportScreen):
    """A report on what takes a while: it goes on by pieces, and the screen answers in between."""

    def on_mount(self) -> None:
        """Be ready. Textual calls the `on_mount` of every class by itself, that of a report after this one."""
        self._pieces = self.set_interval(1 / PIECES_PER_SECOND, self.go_on, pause=True)

    def go_on(self) -> None:
        """Do the next piece, of about PIECE_SECONDS; called as long as `_pieces` is not paused."""
        raise NotImplementedError
