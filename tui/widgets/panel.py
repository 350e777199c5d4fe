"""A framed panel. Its title stands in its upper edge and may hold tabs, which a click chooses."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from dlsim.tui.drawing.text import ELLIPSIS, Line, Piece, cut, measure
from dlsim.tui.widgets.lines import LineWidget

CORNERS = 4
"""Cells of an edge that are not for tabs."""
BETWEEN, BETWEEN_CLOSE = "─", "│"
"""What parts two tabs, with a blank on either side of it, and without where there is no room for blanks."""


class Ground(Container):
    """Holds others and shows nothing of itself but its ground: there are no lines to work out."""

    BLANK = True


class Panel(LineWidget):
    """Draws a frame around its contents, which leave room for it; its upper edge has one title, or tabs of which one is
    chosen. Frame and contents are all the widgets there are: each more is a millisecond of every start.
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, *contents: Widget, id: str | None = None) -> None:
        super().__init__(id=id)
        self._contents = contents
        self._tabs: Sequence[tuple[str, str]] = ()
        self._chosen = ""
        self._is_current = False
        self._is_framed = True
        self._spans: list[tuple[int, int, str]] = []

    def compose(self) -> ComposeResult:
        """The contents that are there from the start."""
        yield from self._contents

    def entitle(self, tabs: Sequence[tuple[str, str]], chosen: str = "", *, current: bool, framed: bool = True) -> None:
        """Show these (key, title) tabs in the edge; the frame of the current panel is bright."""
        self._tabs, self._chosen, self._is_current, self._is_framed = tabs, chosen, current, framed
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Choose the tab that was clicked."""
        if event.widget is not self or event.y:
            return
        for start, end, tab in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(tab))
                return

    def _draw(self) -> None:
        cells, rows = self.size
        if not cells:
            return
        role = "frame-current" if self._is_current else "frame"
        lines = [self._edge(cells, role)]
        if self._is_framed:
            side = (("│", role), (" " * (cells - 2), ""), ("│", role))
            lines += [side] * (rows - 2)
            lines.append((("╰" + "─" * (cells - 2) + "╯", role),))
        self.show_lines(lines)

    def _edge(self, cells: int, role: str) -> Line:
        """The upper edge: corners, and the tabs that fit between them."""
        self._spans = []
        left, right = ("╭─", "╮") if self._is_framed else ("──", "─")
        tabs, is_close = self._fitting(cells - CORNERS)
        goes_before, goes_on = tabs[:1] != self._tabs[:1], tabs[-1:] != self._tabs[-1:]
        pieces: list[Piece] = [(left[:-1] + ELLIPSIS if goes_before else left, role)]
        for number, (tab, title) in enumerate(tabs):
            if number:
                pieces.append((BETWEEN_CLOSE if is_close else BETWEEN, role))
            start = measure(pieces)
            before = "" if is_close and number else " "
            after = "" if is_close and number < len(tabs) - 1 else " "
            text = before + title + after
            pieces.append((text, self._role_of(tab)))
            self._spans.append((start, start + cell_len(text), tab))
        pieces = list(cut(tuple(pieces), max(cells - 1, 1)))
        rest = "─" * max(cells - measure(pieces) - 1, 0)
        pieces += [(ELLIPSIS + rest[1:] if goes_on and rest else rest, role), (right, role)] if cells > 3 else []
        return tuple(pieces)

    def _fitting(self, cells: int) -> tuple[Sequence[tuple[str, str]], bool]:
        """(the tabs that fit, whether they have to stand close together): the chosen one always, then those near it."""
        sizes = [cell_len(title) for _, title in self._tabs]
        if sum(sizes) + 3 * len(sizes) - 1 <= cells:
            return self._tabs, False
        first = next((number for number, (tab, _) in enumerate(self._tabs) if tab == self._chosen), 0)
        last = first
        while True:
            if last + 1 < len(sizes) and sum(sizes[first : last + 2]) + last + 2 - first + 1 <= cells:
                last += 1
            elif first and sum(sizes[first - 1 : last + 1]) + last - first + 3 <= cells:
                first -= 1
            else:
                return self._tabs[first : last + 1], True

    def _role_of(self, tab: str) -> str:
        if not tab:
            return "active"  # a title that names what was computed last
        if tab != self._chosen:
            return "tab"
        return "title-current" if self._is_current else "title"


def has_room_for(tabs: Sequence[tuple[str, str]], cells: int) -> bool:
    """Whether an edge of so many cells shows all these (key, title) tabs, be it close together."""
    return sum(cell_len(title) + 1 for _, title in tabs) + 1 <= cells - CORNERS
