"""The widget that shows rows of text: it paints them with roles, scrolls them, and knows what a click on each means.

A panel is one too: a frame around others, whose title stands in its upper edge and may hold tabs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.containers import Container
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import GROUND
from dlsim.tui.drawing.text import ELLIPSIS, Line, Link, Piece, Press, cut, means_at, measure
from dlsim.tui.widgets.styles import least_of, legible, look_of
from dlsim.tui.words import words

SAY = words()
BY_WHEEL = 3
ABOVE, BELOW = "↑", "↓"
COMFORTABLE_WIDTH = 84
"""Text is not made wider than this: long lines are hard to read."""
MARGINS = 3
"""Cells beside a text: one before it, and two behind for a mark that there is more."""

CORNERS = 4
"""Cells of an edge that are not for tabs."""
BETWEEN, BETWEEN_CLOSE = "─", "│"
"""What parts two tabs, with a blank on either side of it, and without where there is no room for blanks."""

Layout = Callable[[int], Sequence[Line]]
"""The rows for a width in cells."""


class Rows(Widget):
    """Shows the rows that a layout makes of its width, and repaints only those that changed.

    Where there are more than fit, key and wheel scroll them, and the ends say how much is out of view. A click on a
    piece whose role is a Link or a Press posts `Clicked`. A widget that makes its rows otherwise overrides `draw`, one
    that knows what a cell means otherwise `means`.
    """

    DEFAULT_CSS = "Rows { height: 1fr; }"
    pinned = 0
    """So many rows at the top do not scroll."""

    class Clicked(Message):
        """Something was clicked: a number (a Link), or something to do (a Press), `x` and `y` cells into the rows."""

        def __init__(self, rows: Rows, means: Link | Press, y: int) -> None:
            super().__init__()
            self.rows, self.means, self.y = rows, means, y

    class Fitted(Message):
        """In another size all there is fits, or does not any more."""

    def __init__(self, *contents: Widget, id: str | None = None, row_action: str = "") -> None:
        """With `row_action` a click anywhere in a row does that, with the number of the row."""
        super().__init__(*contents, id=id)
        self.rows: tuple[Line, ...] = ()
        """What is on screen."""
        self.top = 0
        """The first row of all that is in view."""
        self.is_whole = True
        """Whether all there is stands on screen."""
        self.all: Sequence[Line] = ()
        self._layout: Layout | None = None
        self._row_action = row_action
        self._scroll_key = ""
        self._kept: int | None = None
        self._painted: dict[int, Strip] = {}
        """What was painted, by row, as long as the row stays as it is."""
        self._role_styles: dict[str, Style] = {}
        self._ground: Color | None = None

    # what is shown

    def fill(self, layout: Layout, top: int = 0) -> None:
        """Show what this makes of the width, now and in every other size; from row `top` on."""
        self._layout, self.top = layout, top
        self.draw()

    def draw(self) -> None:
        """Make the rows for the present size, and show those in view."""
        if self._layout is not None and self.size:
            self.all = self._layout(self.size.width)
            self._show_from(self.top)

    @property
    def room(self) -> int:
        """How many rows fit below those that do not scroll."""
        return max(self.size.height - self.pinned, 1)

    def _show_from(self, top: int) -> None:
        head, rest = self.all[: self.pinned], self.all[self.pinned :]
        self.top = max(0, min(top, len(rest) - self.room))
        shown = rest[self.top : self.top + self.room]
        self.show_part([*head, *shown], self.top, len(rest) - self.top - len(shown))

    def show_part(
        self, rows: Iterable[Line], above: int, below: int, foot: Iterable[Line] = (), instead: str = ""
    ) -> None:
        """Show these rows, the first and the last of them with a mark where so many more are out of view, or, in the
        last, what there is `instead`; `foot` stays below them.
        """
        shown, cells = list(rows), self.size.width
        self.is_whole = not shown or (above <= 0 and below <= 0)
        if not self.is_whole:
            for end, arrow, number, told in ((0, ABOVE, above, ""), (-1, BELOW, below, instead)):
                if number > 0:
                    forms = [told or SAY("scrolling.more", number=number)]
                    if self._scroll_key and end and not told:
                        by_key = SAY("scrolling.more_by_key", number=number, key=self._scroll_key)
                        forms = [by_key, *forms, self._scroll_key]
                    shown[end] = marked(shown[end], arrow, forms, cells)
        self.show_rows([*shown, *foot])

    def name_key(self, key: str) -> None:
        """Name the key that scrolls where there is more below; "" for none."""
        if key != self._scroll_key:
            self._scroll_key = key
            if not self.is_whole:
                self.draw()

    def show_rows(self, rows: Iterable[Line]) -> None:
        """Show these from now on, as they are."""
        new, old = tuple(rows), self.rows
        self.rows = new  # even where they look the same: they may stand for other numbers
        if new == old:
            return
        changed: list[Region] = []
        for y, (one, other) in enumerate(zip_longest(new, old, fillvalue=())):
            if one != other:
                self._painted.pop(y, None)
                changed.append(self._changed_cells(y, one, other))
        self.refresh(*changed)

    def _changed_cells(self, y: int, new: Line, old: Line) -> Region:
        """The cells of row `y` from the first piece that is another one than before to the last."""
        shorter = min(len(new), len(old))
        first = behind = 0
        while first < shorter and new[first] == old[first]:
            first += 1
        while behind < shorter - first and new[-1 - behind] == old[-1 - behind]:
            behind += 1
        wide, was_wide = [breadth(text) for text, _ in new], [breadth(text) for text, _ in old]
        left, changed = sum(wide[:first]), sum(wide[first : len(new) - behind])
        before = sum(was_wide[first : len(old) - behind])
        cells = changed if changed == before else self.size.width - left
        return Region(left, y, max(cells, 1), 1)

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        was_whole = self.is_whole
        self.draw()
        if self._kept is not None:
            self.keep_in_view(self._kept)
        if self.is_whole != was_whole:
            self.post_message(self.Fitted())

    # scrolling

    def scroll_lines(self, by: int) -> None:
        """Go down (or up, with a negative number) by so many rows."""
        self._kept = None
        if not self.is_whole:
            self._show_from(self.top + by)

    def scroll_pages(self, by: int) -> None:
        """Go down (or up) by about what is in view."""
        self.scroll_lines(by * max(self.size.height - 2, 1))

    def keep_in_view(self, row: int) -> None:
        """Scroll as little as it takes to show this row of all, and again in another size until one scrolls."""
        self._kept = row
        self._show_from(max(min(self.top, row), row - self.room + 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(BY_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_lines(-BY_WHEEL)

    # clicking

    def means(self, x: int, y: int) -> Link | Press | None:
        """What the cell at column `x` of row `y` stands for."""
        if self._row_action:
            return Press("", f"{self._row_action}({self.top + y})")
        return means_at(self.rows[y], x) if 0 <= y < len(self.rows) else None

    def on_click(self, event: events.Click) -> None:
        """Tell what was clicked, if it means anything."""
        is_own = event.widget is self or not self.children
        found = self.means(event.x, event.y) if is_own else None
        if found is not None:
            event.stop()
            self.post_message(self.Clicked(self, found, event.y))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button held, go along what is there for that."""
        found = self.means(event.x, event.y) if event.button else None
        if isinstance(found, Press) and found.drags:
            self.post_message(self.Clicked(self, found, event.y))

    # painting

    def render_line(self, y: int) -> Strip:
        """One row, filled up to the widget's width."""
        row, styles = self.rows[y] if y < len(self.rows) else (), self._role_styles
        segments = [Segment(text, styles.get(role) or self.style_of(role)) for text, role in row]
        return Strip(segments).adjust_cell_length(self.size.width, self.style_of(""))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows as they are. There is no border or padding to put around each of them."""
        painted, cells, span = self._painted, self.size.width, crop.column_span
        filters, ground = self.get_line_filters(), self.background_colors[1]
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = painted.get(y)
            if strip is None or strip.cell_length != cells:
                strip = painted[y] = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, ground)
            strips.append(strip.crop(*span))
        return strips

    def style_of(self, role: str) -> Style:
        """How a role looks in the present theme; "" is plain, `mark@deep-3` is one role on the ground of another."""
        found = self._role_styles.get(role)
        if found is None:
            front, _, ground = role.partition(GROUND)
            found = self._looked_up(front, ground) if front else self.rich_style
            if ground:
                found += Style(bgcolor=self.style_of(ground).color)
            self._role_styles[role] = found
        return found

    def _looked_up(self, role: str, ground: str) -> Style:
        """The role's colour as it can be read on the widget's own ground or on a role's, and how its text is set."""
        is_ansi = self.app.native_ansi_color
        colour, setting = look_of(role, self.app.theme_variables, is_ansi=is_ansi)
        style = self.style_of("") + setting
        if colour is not None:
            if self._ground is None:
                _, self._ground = self.background_colors
            mixed = self._ground + colour
            if not is_ansi:
                under = self.style_of(ground).color if ground else None
                on = self._ground if under is None else Color.from_rich_color(under)
                mixed = legible(mixed, on, least_of(role))
            style += Style.from_color(mixed.rich_color)
        return style

    def notify_style_update(self) -> None:
        """Another theme, or another class: work out anew how all looks."""
        super().notify_style_update()
        self._painted.clear()
        if self._role_styles:
            self._role_styles.clear()
            self._ground = None
            self.refresh()


def as_text(layout: Layout) -> Layout:
    """The same as a text to read: no wider than is comfortable, with margins."""

    def laid_out(cells: int) -> Sequence[Line]:
        rows = layout(max(min(cells - MARGINS, COMFORTABLE_WIDTH), 1))
        return [((" ", ""), *row) if row else () for row in rows]

    return laid_out


def marked(line: Line, arrow: str, forms: Iterable[str], cells: int) -> Line:
    """The line with an arrow in its last cell, and before it what it leads to, in the first of the forms that fits."""
    marks = (f"{form} {arrow}" for form in forms)
    mark = next((mark for mark in marks if measure(line) + breadth(mark) + 2 <= cells), arrow)
    kept = cut(line, max(cells - 1, 0))
    return (*kept, (" " * (cells - measure(kept) - breadth(mark)), ""), (mark, "muted"))


# frames


class Ground(Container):
    """Holds others and shows nothing of itself but its ground: there are no lines to work out."""

    BLANK = True


class Panel(Rows):
    """Draws a frame around its contents, which leave room for it; its upper edge has one title, or tabs of which one is
    chosen. Frame and contents are all the widgets there are: each more is a millisecond of every start.
    """

    def __init__(self, *contents: Widget, id: str | None = None, choosing: str = "") -> None:
        """`choosing` is the action that opens a tab, given its key."""
        super().__init__(*contents, id=id)
        self._choosing = choosing
        self._tabs: Sequence[tuple[str, str]] = ()
        self._chosen = ""
        self._is_current = False
        self._is_framed = True

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
