"""What the screens for reading have in common: a frame, a text in it that scrolls, the keys below; escape returns."""

from __future__ import annotations

from textual import on
from textual.screen import Screen

from dlsim.tui.keys import READING_KEYS, bindings
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.widgets.reading import Reading
from dlsim.tui.words import words


class ReadingScreen(Screen[None]):
    """Scrolls its `reading`, which the screen itself composes."""

    BINDINGS = bindings(READING_KEYS, words())
    reading: Reading

    def action_close(self) -> None:
        """Return."""
        self.dismiss()

    def action_scroll(self, by: int) -> None:
        """One line."""
        self.reading.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """About a screenful."""
        self.reading.scroll_lines(by * max(self.reading.size.height - 2, 1))

    @on(KeyLine.Clicked)
    async def _press(self, message: KeyLine.Clicked) -> None:
        await self.run_action(message.action)
