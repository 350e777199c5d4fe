"""Text to read: lines made for the width there is, scrolled by key and by wheel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from dlsim.tui.drawing.text import Line
from dlsim.tui.widgets.scrolling import ScrollingLines

Layout = Callable[[int], Sequence[Line]]
"""The lines for a width in cells."""

COMFORTABLE_WIDTH = 84
MARGINS = 3
"""Cells beside the lines: one before them, and two behind for a mark that there is more."""


class Reading(ScrollingLines):
    """Shows what a layout makes of the width, from the line it was scrolled to."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._laid_out_by: Layout = lambda _cells: ()
        self._all: Sequence[Line] = ()
        self._top = 0

    def show(self, layout: Layout, top: int = 0) -> None:
        """Show this text, from its beginning or from line `top` on."""
        self._laid_out_by, self._top = layout, top
        self._lay_out()

    def scroll_lines(self, by: int) -> None:
        """Go down (or up, with a negative number) by so many lines."""
        self._top = max(0, min(self._top + by, len(self._all) - self.size.height))
        self._draw()

    def keep_in_view(self, line: int) -> None:
        """Scroll as little as it takes to show this line."""
        height = max(self.size.height, 1)
        self._top = max(min(self._top, line), line - height + 1, 0)
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._lay_out()

    @property
    def top(self) -> int:
        """The first line in view."""
        return self._top

    def _lay_out(self) -> None:
        if self.size:
            self._all = self._laid_out_by(max(min(self.size.width - MARGINS, COMFORTABLE_WIDTH), 1))
            self._top = max(0, min(self._top, len(self._all) - self.size.height))
            self._draw()

    def _draw(self) -> None:
        shown = self._all[self._top : self._top + self.size.height]
        below = len(self._all) - self._top - len(shown)
        self.show_part([((" ", ""), *line) if line else () for line in shown], self._top, below)


class Choices(Reading):
    """A list to choose from, one choice a line."""

    class Clicked(Message):
        """A line was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def show_choices(self, layout: Layout, chosen: int) -> None:
        """Show these from where they were scrolled to, one of them chosen and in view."""
        self.show(layout, self.top)
        self.keep_in_view(chosen)

    def on_click(self, event: events.Click) -> None:
        """Tell which line."""
        self.post_message(self.Clicked(self.top + event.y))
