"""Lines of which there are more than fit: the wheel scrolls them."""

from __future__ import annotations

from textual import events

from dlsim.tui.widgets.lines import LineWidget

BY_WHEEL = 3


class ScrollingLines(LineWidget):
    """Knows by how much to scroll; what is then in view, a widget of its own kind says."""

    def scroll_lines(self, by: int) -> None:
        """Go down (or up, with a negative number) by so many lines."""
        raise NotImplementedError

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(BY_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-BY_WHEEL)
