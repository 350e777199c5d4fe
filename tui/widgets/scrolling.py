"""Lines of which there are more than fit: they are scrolled by key and by wheel, and say what is out of view."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events

from dlsim.tui.drawing.text import Line, cut, measure
from dlsim.tui.widgets.lines import LineWidget
from dlsim.tui.words import words

SAY = words()
BY_WHEEL = 3
ABOVE, BELOW = "↑", "↓"


class ScrollingLines(LineWidget):
    """Marks its ends where it holds more than it shows; what is in view, a widget of its own kind says."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._is_whole = True

    @property
    def is_whole(self) -> bool:
        """Whether all there is stands on screen."""
        return self._is_whole

    def scroll_lines(self, by: int) -> None:
        """Go down (or up, with a negative number) by so many lines."""
        raise NotImplementedError

    def scroll_pages(self, by: int) -> None:
        """Go down (or up) by about what is in view."""
        self.scroll_lines(by * max(self.size.height - 2, 1))

    def show_part(
        self, lines: Iterable[Line], above: int, below: int, foot: Iterable[Line] = (), instead: str = ""
    ) -> None:
        """Draw these lines, the first and the last of them with a mark where so many more are out of view, or, in the
        last, what there is `instead`; `foot` stays below them.
        """
        shown, cells = list(lines), self.size.width
        self._is_whole = not shown or (above <= 0 and below <= 0)
        if not self._is_whole:
            for end, arrow, number, told in ((0, ABOVE, above, ""), (-1, BELOW, below, instead)):
                if number > 0:
                    shown[end] = marked(shown[end], arrow, told or SAY("scrolling.more", number=number), cells)
        self.show_lines([*shown, *foot])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(BY_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-BY_WHEEL)


def marked(line: Line, arrow: str, told: str, cells: int) -> Line:
    """The line with an arrow in its last cell, and where there is room before it, what it leads to."""
    mark = f"{told} {arrow}"
    if measure(line) + cell_len(mark) + 2 > cells:
        mark = arrow
    kept = cut(line, max(cells - 1, 0))
    return (*kept, (" " * (cells - measure(kept) - cell_len(mark)), ""), (mark, "muted"))
