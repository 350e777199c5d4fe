"""A framed panel. Its title stands in its upper edge and may hold tabs, which a click chooses."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import ELLIPSIS, Line, Piece, Press, cut, measure
from dlsim.tui.widgets.rows import Rows

CORNERS = 4
"""Cells of an edge that are not for tabs."""
BETWEEN, BETWEEN_CLOSE = "─", "│"
"""What parts two tabs, with a blank on either side of it, and without where there is no room for blanks."""


class Ground(Container):
    """Holds others and shows nothing of itself but its ground: there are no lines to work out."""

    BLANK = True


class Panel(Rows):
    """Draws a frame around its contents, which leave room for it; its upper edge has one title, or tabs of which one is
    chosen. Frame and contents are all the widgets there are: each more is a millisecond of every start.
    """

    def __init__(self, *contents: Widget, id: str | None = None, choosing: str = "") -> None:
        """`choosing` is the action that opens a tab, given its key."""
        super().__init__(id=id)
        self._choosing = choosing
        self._contents = contents
        self._tabs: Sequence[tuple[str, str]] = ()
        self._chosen = ""
        self._is_current = False
        self._is_framed = True

    def compose(self) -> ComposeResult:
        """The contents that are there from the start."""
        yield from self._contents

    def entitle(self, tabs: Sequence[tuple[str, str]], chosen: str = "", *, current: bool, framed: bool = True) -> None:
        """Show these (key, title) tabs in the edge; the frame of the current panel is bright."""
        shown = (self._tabs, self._chosen, self._is_current, self._is_framed)
        if (tabs, chosen, current, framed) != shown:
            self._tabs, self._chosen, self._is_current, self._is_framed = tabs, chosen, current, framed
            self.draw()

    def draw(self) -> None:
        """Draw the frame around the size there is."""
        cells, rows = self.size
        if not cells:
            return
        role = "frame-current" if self._is_current else "frame"
        lines = [self._edge(cells, role)]
        if self._is_framed:
            side = (("│", role), (" " * (cells - 2), ""), ("│", role))
            lines += [side] * (rows - 2)
            lines.append((("╰" + "─" * (cells - 2) + "╯", role),))
        self.show_rows(lines)

    def _edge(self, cells: int, role: str) -> Line:
        """The upper edge: corners, and the tabs that fit between them."""
        left, right = ("╭─", "╮") if self._is_framed else ("──", "─")
        tabs, is_close = self._fitting(cells - CORNERS)
        goes_before, goes_on = tabs[:1] != self._tabs[:1], tabs[-1:] != self._tabs[-1:]
        pieces: list[Piece] = [(left[:-1] + ELLIPSIS if goes_before else left, role)]
        for number, (tab, title) in enumerate(tabs):
            if number:
                pieces.append((BETWEEN_CLOSE if is_close else BETWEEN, role))
            before = "" if is_close and number else " "
            after = "" if is_close and number < len(tabs) - 1 else " "
            text = before + title + after
            role_of_tab = self._role_of(tab)
            is_pressed = self._choosing and tab
            pieces.append((text, Press(role_of_tab, f"{self._choosing}({tab!r})") if is_pressed else role_of_tab))
        pieces = list(cut(tuple(pieces), max(cells - 1, 1)))
        rest = "─" * max(cells - measure(pieces) - 1, 0)
        pieces += [(ELLIPSIS + rest[1:] if goes_on and rest else rest, role), (right, role)] if cells > 3 else []
        return tuple(pieces)

    def _fitting(self, cells: int) -> tuple[Sequence[tuple[str, str]], bool]:
        """(the tabs that fit, whether they have to stand close together): the chosen one always, then those near it."""
        sizes = [breadth(title) for _, title in self._tabs]
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
    return sum(breadth(title) + 1 for _, title in tabs) + 1 <= cells - CORNERS
