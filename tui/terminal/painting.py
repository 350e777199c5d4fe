"""What stands on the terminal, cell by cell, so that an update sends the cells that changed and no others.

Textual repaints whole widgets, line by line; a step changes a few numbers in each. `Painted` knows what was sent
before and cuts every update down to the difference; `PaintingApp` is an app that sends its updates so. Why here and not
in each widget: see docs/decisions/painting.md. What is private to Textual here: tests/tui/terminal/test_privates.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import Any, cast

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console, RenderableType
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

from dlsim.engine.text import breadth
from dlsim.tui.terminal.sgr import TEXT, Cell, Look, Pen, Run, by_look, is_same_on_blanks, look_of, strokes_of

NEAR = 4
"""So many bytes of unchanged cells between two changed ones are sent along, if they look the same: a jump of the cursor
takes as many."""
MOST = 0.5
"""A change of more of the screen than this goes from its first line to its last: on a slow line the eye follows it."""

UNKNOWN: Cell = ("\0", None)


class PaintingApp(App[int]):
    """An app that sends the terminal only what is not there yet."""

    def __init__(self) -> None:
        super().__init__()
        self._painted = Painted(has_colours=not self.no_color)

    def paint_anew(self) -> None:
        """Send the next update whole: the terminal may show something else than what was sent."""
        self._painted.forget()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send an update; what holds it back, Textual knows, so it is cut when it is rendered."""
        if isinstance(renderable, ChopsUpdate | LayoutUpdate) and not self.is_inline:
            renderable = cast("RenderableType", Cut(renderable, self._painted))
        super()._display(screen, renderable)


class Cut(CompositorUpdate):
    """An update that is cut down to what is not on the terminal yet, at the moment when it is sent there."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate, painted: Painted) -> None:
        self._update, self._painted = update, painted

    def render_segments(self, console: Console) -> str:
        """What goes to the terminal."""
        changes = self._painted.changes(self._update)
        return "" if changes is None else changes.render_segments(console)


class Painted:
    """The cells on the terminal, as far as we sent them."""

    def __init__(self, *, has_colours: bool = True) -> None:
        self._has_colours = has_colours
        self._size = Size(0, 0)
        self._is_known = False
        self._lines: list[list[Cell]] = []
        self._sent: dict[int, list[Strip]] = {}

    def forget(self, size: Size | None = None) -> None:
        """Whatever stands there, it is not what was sent: the next update is sent whole."""
        self._size = self._size if size is None else size
        self._is_known = False
        self._lines = [[UNKNOWN] * self._size.width for _ in range(self._size.height)]
        self._sent = {}

    def changes(self, update: ChopsUpdate | LayoutUpdate) -> CompositorUpdate | None:
        """The same update, without what stands there already; None where nothing is left of it."""
        if isinstance(update, LayoutUpdate):
            if update.region.size != self._size:
                self.forget(update.region.size)
            if not self._is_known:
                self._is_known = True
                lines = [list(line) for line in update.strips]
                self._sent = dict(enumerate(lines))
                return Whole(lines, self._size, has_colours=self._has_colours)
            places = _whole(update)
        else:
            places = _parts(update)
        runs = [run for place in places for run in self._paint(*place)]
        return Changes(runs, self._size, has_colours=self._has_colours) if runs else None

    def _paint(self, x: int, y: int, strip: Strip) -> list[Run]:
        """The runs in which the strip differs from what stands there; it stands there from now on."""
        if not 0 <= y < len(self._lines):
            return []
        line = self._lines[y]
        if y in self._sent:  # the cells of a full paint are told apart when something is first compared with them
            cells = [cell for sent in self._sent.pop(y) for cell in _cells(sent)]
            line[: len(cells)] = cells[: self._size.width]
        old, new = line[x : x + strip.cell_length], _cells(strip)
        if new == old:
            return []
        self._cut_in_half(line, x, x + len(old))
        line[x : x + len(old)] = new[: len(old)]
        return [(x + start, y, new[start:end]) for start, end in _stretches(old, new)]

    @staticmethod
    def _cut_in_half(line: list[Cell], start: int, end: int) -> None:
        """Of a wide character whose one half is painted over, the other half is gone too."""
        if line[start : start + 1] and line[start][0] == "" and start > 0:
            line[start - 1] = UNKNOWN
        if end < len(line) and line[end][0] == "":
            line[end] = UNKNOWN


class Whole(CompositorUpdate):
    """All lines of a screen, from the first to the last."""

    def __init__(self, lines: Sequence[Sequence[Strip]], size: Size, *, has_colours: bool) -> None:
        self._lines, self._size, self._has_colours = lines, size, has_colours

    def render_segments(self, console: Console) -> str:
        """What goes to the terminal."""
        pen, looks = Pen(self._size.width), _looks(console, has_colours=self._has_colours)
        for y, strips in enumerate(self._lines):
            x = 0
            for text, style, control in (segment for strip in strips for segment in strip):
                if not control:
                    pen.move(x, y)
                    width = breadth(text)
                    pen.write(text, width, looks(style))
                    x += width
        return pen.lifted()


class Changes(CompositorUpdate):
    """An update made of runs of cells, on a screen of a size."""

    def __init__(self, runs: list[Run], size: Size, *, has_colours: bool) -> None:
        self.runs, self._size, self._has_colours = runs, size, has_colours

    def render_segments(self, console: Console) -> str:
        """What goes to the terminal."""
        strokes = strokes_of(self.runs, _looks(console, has_colours=self._has_colours))
        if sum(map(len, map(itemgetter(2), self.runs))) <= MOST * self._size.area:
            strokes = by_look(strokes)
        pen = Pen(self._size.width)
        for stroke in strokes:
            pen.move(stroke.x, stroke.y)
            pen.write(stroke.text, stroke.width, stroke.look)
        return pen.lifted()


def _looks(console: Console, *, has_colours: bool) -> Callable[[Style | None], Look]:
    """What the terminal makes of a style."""
    system = COLOR_SYSTEMS[console.color_system or "truecolor"] if has_colours else None
    return partial(look_of, color_system=system)


def _whole(update: LayoutUpdate) -> list[tuple[int, int, Strip]]:
    places: list[tuple[int, int, Strip]] = []
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            places.append((x, y, strip))
            x += strip.cell_length
    return places


def _parts(update: ChopsUpdate) -> list[tuple[int, int, Strip]]:
    places: list[tuple[int, int, Strip]] = []
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= last and end > first:
                places.append((x, y, strip.crop(0, min(end, last) - x)))
    return places


def _cells(strip: Strip) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, control in strip:
        if control:
            continue
        width = breadth(text)
        if width == len(text) and text.isprintable():
            cells += zip(text, repeat(style))
        elif sum(map(breadth, text)) == width and all(map(breadth, text)):
            for character in text:
                cells += [(character, style), *[("", style)] * (breadth(character) - 1)]
        else:  # joined characters: they stand and fall together
            cells += [(text, style), *[("", style)] * (width - 1)] if width else []
    return cells


def _stretches(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """Where the two differ, near ones in one stretch; none begins or ends within a wide character."""
    found: list[tuple[int, int]] = []
    start = end = -1
    for index, (before, after) in enumerate(zip(old, new, strict=False)):
        if before == after:
            continue
        if start >= 0 and index > end and not _is_near(new[end - 1 : index + 1]):
            found.append((start, end))
            start = -1
        if start < 0:
            start = index
            while start > 0 and new[start][0] == "":
                start -= 1
        end = index + 1
        while end < len(new) and new[end][0] == "":
            end += 1
    if start >= 0:
        found.append((start, end))
    return found


def _is_near(cells: list[Cell]) -> bool:
    """Whether the cells between the first and the last of these are rather written than jumped over."""
    _, look = cells[0]
    if len("".join(map(TEXT, cells[1:-1])).encode()) > NEAR:
        return False
    others = [style for text, style in cells if style != look and (text != " " or not _are_same_blanks(style, look))]
    return not others


def _are_same_blanks(*styles: Style | None) -> bool:
    """Whether blanks in the two styles look the same."""
    one, other = styles
    return is_same_on_blanks(look_of(one, ColorSystem.TRUECOLOR), look_of(other, ColorSystem.TRUECOLOR))
