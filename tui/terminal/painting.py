"""What stands on the terminal, cell by cell, so that an update sends only the cells that changed, in few bytes.

Textual repaints whole widgets, line by line; a step changes a few numbers in each. `Painted` knows what was sent
before and cuts every update down to the difference. Why here and not in each widget: see docs/decisions/painting.md.

Rich and Textual open and close every style by itself, about 40 bytes for each number; most of it says again what holds.
Here only what changes from one style to the next is said. To say a colour takes eighteen bytes, to jump over a few
cells four: so all that has one look is written before the next look is said, wherever on the screen it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import groupby, pairwise, repeat
from operator import attrgetter, itemgetter
from typing import TypeAlias

from msgspec import Struct
from rich.color import Color, ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from dlsim.engine.text import breadth

TEXT = itemgetter(0)

Cell: TypeAlias = tuple[str, Style | None]
"""What one cell shows. A character of two cells stands in the first; the second holds ""."""

Run: TypeAlias = tuple[int, int, list[Cell]]
"""Cells to send: column, line, and the cells from there on."""

NEAR = 4
"""So many bytes of unchanged cells between two changed ones are sent along, if they look the same: a jump of the cursor
takes as many."""
MOST = 0.5
"""A change of more of the screen than this goes from its first line to its last: on a slow line the eye follows it."""

UNKNOWN: Cell = ("\0", None)


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
        self._lines: list[list[Cell]] = []

    def forget(self, size: Size | None = None) -> None:
        """Whatever stands there, it is not what was sent: the next update is sent whole."""
        self._size = self._size if size is None else size
        self._lines = [[UNKNOWN] * self._size.width for _ in range(self._size.height)]

    def changes(self, update: ChopsUpdate | LayoutUpdate) -> Changes | None:
        """The same update, without what stands there already; None where nothing is left of it."""
        if isinstance(update, LayoutUpdate) and update.region.size != self._size:
            self.forget(update.region.size)
        places = _whole(update) if isinstance(update, LayoutUpdate) else _parts(update)
        runs = [run for place in places for run in self._paint(*place)]
        return Changes(runs, self._size, has_colours=self._has_colours) if runs else None

    def _paint(self, x: int, y: int, strip: Strip) -> list[Run]:
        """The runs in which the strip differs from what stands there; it stands there from now on."""
        if not 0 <= y < len(self._lines):
            return []
        line = self._lines[y]
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


class Changes(CompositorUpdate):
    """An update made of runs of cells, on a screen of a size."""

    def __init__(self, runs: list[Run], size: Size, *, has_colours: bool) -> None:
        self.runs, self._size, self._has_colours = runs, size, has_colours

    def render_segments(self, console: Console) -> str:
        """What goes to the terminal."""
        system = COLOR_SYSTEMS[console.color_system or "truecolor"] if self._has_colours else None
        strokes = strokes_of(self.runs, partial(rendition_of, color_system=system))
        if sum(map(len, map(itemgetter(2), self.runs))) <= MOST * self._size.area:
            strokes = by_look(strokes)
        pen = Pen(self._size.width)
        for stroke in strokes:
            pen.move(stroke.x, stroke.y)
            pen.write(stroke.text, stroke.width, stroke.look)
        return pen.lifted()


def _whole(update: LayoutUpdate) -> list[tuple[int, int, Strip]]:
    places: list[tuple[int, int, Strip]] = []
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            places.append((x, y, strip))
            x += strip.cell_length
    return places


def _parts(update: ChopsUpdate) -> list[tuple[int, int, Strip]]:
    return [
        (x, y, strip.crop(0, min(end, last) - x))
        for y, first, last in update.spans
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False)
        if strip is not None and x <= last and end > first
    ]


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
    if len("".join(map(TEXT, cells[1:-1])).encode()) > NEAR:
        return False
    first = cells[0][1]
    look = rendition_of(first, ColorSystem.TRUECOLOR)
    others = [(text, rendition_of(style, ColorSystem.TRUECOLOR)) for text, style in cells if style != first]
    return not [other for text, other in others if text != " " or not is_same_on_blanks(other, look)]


# cells brought into order


class Stroke(Struct):
    """A text that is written in one go; `width` is how many cells it takes, `is_blank` that all of them are spaces."""

    x: int
    y: int
    text: str
    width: int
    look: Rendition
    is_blank: bool


def strokes_of(runs: Iterable[Run], rendition_of: Callable[[Style | None], Rendition]) -> list[Stroke]:
    """The runs, cut where the look changes; blanks go with what stands beside them where that shows no difference."""
    strokes: list[Stroke] = []
    for start, y, cells in runs:
        stroke: Stroke | None = None
        x = start
        for style, group in groupby(cells, key=itemgetter(1)):
            look = rendition_of(style)
            for is_blank, characters in groupby(map(TEXT, group), key=" ".__eq__):
                texts = list(characters)
                joins = stroke is not None and (  # these cells can be written on without another word
                    look == stroke.look or ((stroke.is_blank or is_blank) and is_same_on_blanks(stroke.look, look))
                )
                if stroke is None or not joins:
                    stroke = Stroke(x, y, "", 0, look, is_blank)
                    strokes.append(stroke)
                elif stroke.is_blank and not is_blank:
                    stroke.look, stroke.is_blank = look, False
                stroke.text += "".join(texts)
                stroke.width += len(texts)
                x += len(texts)
    return strokes


def by_look(strokes: Sequence[Stroke]) -> list[Stroke]:
    """The same strokes, one look after the other."""
    groups: dict[Rendition, list[Stroke]] = {}
    for stroke in strokes:
        if not stroke.is_blank:
            groups.setdefault(stroke.look, []).append(stroke)
    for stroke in strokes:
        if stroke.is_blank:
            fitting = (look for look in groups if is_same_on_blanks(look, stroke.look))
            groups.setdefault(next(fitting, stroke.look), []).append(stroke)
    return [stroke for look in _in_order(groups) for stroke in sorted(groups[look], key=attrgetter("y", "x"))]


def _in_order(looks: Iterable[Rendition]) -> list[Rendition]:
    """The looks, each put between those two where it takes the fewest bytes to come and go, plain ones at both ends."""
    ordered = [PLAIN, PLAIN]
    for look in looks:
        added = [
            len(turn(before, look)) + len(turn(look, after)) - len(turn(before, after))
            for before, after in pairwise(ordered)
        ]
        ordered.insert(added.index(min(added)) + 1, look)
    return ordered[1:-1]


# what a terminal reads

ATTRIBUTES = re.compile(r"\x1b\[([0-9;]*)m")
ENDED_BY = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29"}
ENDED_BY |= {"21": "24", "51": "54", "52": "54", "53": "55"}
"""What ends bold, dim, italic … (ECMA-48, SGR)."""
SEEN_ON_BLANKS = {"4", "7", "9", "21", "51", "52", "53"}
"""Underlined, reverse, struck … spaces are not empty."""
NO_COLOUR, NO_BACKGROUND = "39", "49"


class Rendition(Struct, frozen=True):
    """A style as a terminal knows it: its attributes and colours as codes, and what opens and closes its link."""

    attributes: tuple[str, ...]
    colour: str
    background: str
    link: tuple[str, str]


PLAIN = Rendition((), "", "", ("", ""))
NOWHERE = -1
"""A column or line that nobody can tell."""


class Pen:
    """Writes text in looks, one after the other, on a screen of so many columns; lift it at the end."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._look = PLAIN
        self._x = self._y = NOWHERE
        self._written: list[str] = []

    def move(self, x: int, y: int) -> None:
        """To a cell, from 0; a look holds on over it."""
        if (x, y) == (self._x, self._y):
            return
        way = f"\x1b[{x + 1}G" if y == self._y else f"\x1b[{y + 1};{x + 1}H"
        if y == self._y and self._x != NOWHERE:
            by = abs(x - self._x)
            way = min(way, f"\x1b[{by if by > 1 else ''}{'C' if x > self._x else 'D'}", key=len)
        self._written.append(way)
        self._x, self._y = x, y

    def write(self, text: str, width: int, look: Rendition) -> None:
        """The text, which takes so many cells, in this look."""
        if look != self._look and not (text.isspace() and is_same_on_blanks(self._look, look)):
            self._written.append(turn(self._look, look))
            self._look = look
        self._written.append(text)
        # Behind the last column the cursor stands on it or past it, as the terminal likes.
        self._x = self._x + width if self._x + width < self._columns else NOWHERE

    def lifted(self) -> str:
        """All that was written, the last look closed."""
        self._written.append(turn(self._look, PLAIN))
        self._look = PLAIN
        return "".join(self._written)


@lru_cache(maxsize=4096)
def is_same_on_blanks(before: Rendition, after: Rendition) -> bool:
    """Whether an empty cell shows no difference: then there is none to be said."""
    return (before.background, before.link) == (after.background, after.link) and SEEN_ON_BLANKS.isdisjoint(
        before.attributes + after.attributes
    )


@lru_cache(maxsize=4096)
def rendition_of(style: Style | None, color_system: ColorSystem | None) -> Rendition:
    """What a terminal with these colours makes of a style."""
    if style is None:
        return PLAIN
    opening, closing = Strip.render_style(style.without_color, "\0", color_system or ColorSystem.STANDARD).split("\0")
    attributes = ATTRIBUTES.search(opening)
    link = (ATTRIBUTES.sub("", opening), ATTRIBUTES.sub("", closing))
    return Rendition(
        tuple(attributes[1].split(";")) if attributes else (),
        _codes(style.color, color_system, foreground=True),
        _codes(style.bgcolor, color_system, foreground=False),
        link if link[0] else ("", ""),
    )


def _codes(color: Color | None, color_system: ColorSystem | None, *, foreground: bool) -> str:
    if color is None or color_system is None:
        return ""
    codes = ";".join(color.downgrade(color_system).get_ansi_codes(foreground=foreground))
    return "" if codes in (NO_COLOUR, NO_BACKGROUND) else codes


@lru_cache(maxsize=4096)
def turn(before: Rendition, after: Rendition) -> str:
    """From one look to another, in the shorter of two ways: what differs, or all anew."""
    anew = ["0", *after.attributes, *filter(None, (after.colour, after.background))]
    codes = min(_differing(before, after), anew, key=lambda codes: len(";".join(codes)))
    said = f"\x1b[{';'.join(codes)}m" if codes else ""
    return said if before.link == after.link else before.link[1] + said + after.link[0]


def _differing(before: Rendition, after: Rendition) -> list[str]:
    ended = {ENDED_BY[code] for code in before.attributes if code not in after.attributes}
    codes = sorted(ended)
    codes += [code for code in after.attributes if code not in before.attributes or ENDED_BY[code] in ended]
    if after.colour != before.colour:
        codes.append(after.colour or NO_COLOUR)
    if after.background != before.background:
        codes.append(after.background or NO_BACKGROUND)
    return codes
