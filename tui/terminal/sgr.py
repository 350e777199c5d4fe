"""From changed cells to what a terminal reads, in few bytes.

Rich and Textual open and close every style by itself, about 40 bytes for each number; most of it says again what holds.
Here only what changes from one style to the next is said. To say a colour takes eighteen bytes, to jump over a few
cells four: so all that has one look is written before the next look is said, wherever on the screen it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import TypeAlias

from msgspec import Struct
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.strip import Strip

ATTRIBUTES = re.compile(r"\x1b\[([0-9;]*)m")
ENDED_BY = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29"}
ENDED_BY |= {"21": "24", "51": "54", "52": "54", "53": "55"}
"""What ends bold, dim, italic … (ECMA-48, SGR)."""
SEEN_ON_BLANKS = {"4", "7", "9", "21", "51", "52", "53"}
"""Underlined, reverse, struck … spaces are not empty."""
NO_COLOUR, NO_BACKGROUND = "39", "49"


class Look(Struct, frozen=True):
    """A style as a terminal knows it: its attributes and colours as codes, and what opens and closes its link."""

    attributes: tuple[str, ...]
    colour: str
    background: str
    link: tuple[str, str]


PLAIN = Look((), "", "", ("", ""))
UNKNOWN = -1
"""A column or line that nobody can tell."""


class Pen:
    """Writes text in looks, one after the other, on a screen of so many columns; lift it at the end."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._look = PLAIN
        self._x = self._y = UNKNOWN
        self._written: list[str] = []

    def move(self, x: int, y: int) -> None:
        """To a cell, from 0; a look holds on over it."""
        if (x, y) == (self._x, self._y):
            return
        way = f"\x1b[{x + 1}G" if y == self._y else f"\x1b[{y + 1};{x + 1}H"
        if y == self._y and self._x != UNKNOWN:
            by = abs(x - self._x)
            way = min(way, f"\x1b[{by if by > 1 else ''}{'C' if x > self._x else 'D'}", key=len)
        self._written.append(way)
        self._x, self._y = x, y

    def write(self, text: str, width: int, look: Look) -> None:
        """The text, which takes so many cells, in this look."""
        if look != self._look and not (text.isspace() and is_same_on_blanks(self._look, look)):
            self._written.append(turn(self._look, look))
            self._look = look
        self._written.append(text)
        # Behind the last column the cursor stands on it or past it, as the terminal likes.
        self._x = self._x + width if self._x + width < self._columns else UNKNOWN

    def lifted(self) -> str:
        """All that was written, the last look closed."""
        self._written.append(turn(self._look, PLAIN))
        self._look = PLAIN
        return "".join(self._written)


@lru_cache(maxsize=4096)
def is_same_on_blanks(before: Look, after: Look) -> bool:
    """Whether an empty cell shows no difference: then there is none to be said."""
    return (before.background, before.link) == (after.background, after.link) and SEEN_ON_BLANKS.isdisjoint(
        before.attributes + after.attributes
    )


@lru_cache(maxsize=4096)
def look_of(style: Style | None, color_system: ColorSystem | None) -> Look:
    """What a terminal with these colours makes of a style."""
    if style is None:
        return PLAIN
    opening, closing = Strip.render_style(style.without_color, "\0", color_system or ColorSystem.STANDARD).split("\0")
    attributes = ATTRIBUTES.search(opening)
    link = (ATTRIBUTES.sub("", opening), ATTRIBUTES.sub("", closing))
    return Look(
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
def turn(before: Look, after: Look) -> str:
    """From one look to another, in the shorter of two ways: what differs, or all anew."""
    anew = ["0", *after.attributes, *filter(None, (after.colour, after.background))]
    codes = min(_differing(before, after), anew, key=lambda codes: len(";".join(codes)))
    said = f"\x1b[{';'.join(codes)}m" if codes else ""
    return said if before.link == after.link else before.link[1] + said + after.link[0]


def _differing(before: Look, after: Look) -> list[str]:
    ended = {ENDED_BY[code] for code in before.attributes if code not in after.attributes}
    codes = sorted(ended)
    codes += [code for code in after.attributes if code not in before.attributes or ENDED_BY[code] in ended]
    if after.colour != before.colour:
        codes.append(after.colour or NO_COLOUR)
    if after.background != before.background:
        codes.append(after.background or NO_BACKGROUND)
    return codes


# cells brought into order

TEXT = itemgetter(0)

Cell: TypeAlias = tuple[str, Style | None]
"""What one cell shows. A character of two cells stands in the first; the second holds ""."""

Run: TypeAlias = tuple[int, int, list[Cell]]
"""Cells to send: column, line, and the cells from there on."""


class Stroke(Struct):
    """A text that is written in one go; `width` is how many cells it takes, `is_blank` that all of them are spaces."""

    x: int
    y: int
    text: str
    width: int
    look: Look
    is_blank: bool


def strokes_of(runs: Iterable[Run], look_of: Callable[[Style | None], Look]) -> list[Stroke]:
    """The runs, cut where the look changes; blanks go with what stands beside them where that shows no difference."""
    strokes: list[Stroke] = []
    for start, y, cells in runs:
        stroke: Stroke | None = None
        x = start
        for style, group in groupby(cells, key=itemgetter(1)):
            look = look_of(style)
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
    groups: dict[Look, list[Stroke]] = {}
    for stroke in strokes:
        if not stroke.is_blank:
            groups.setdefault(stroke.look, []).append(stroke)
    for stroke in strokes:
        if stroke.is_blank:
            fitting = (look for look in groups if is_same_on_blanks(look, stroke.look))
            groups.setdefault(next(fitting, stroke.look), []).append(stroke)
    return [stroke for look in _in_order(groups) for stroke in sorted(groups[look], key=attrgetter("y", "x"))]


def _in_order(looks: Iterable[Look]) -> list[Look]:
    """The looks, each put between those two where it takes the fewest bytes to come and go, plain ones at both ends."""
    ordered = [PLAIN, PLAIN]
    for look in looks:
        added = [
            len(turn(before, look)) + len(turn(look, after)) - len(turn(before, after))
            for before, after in pairwise(ordered)
        ]
        ordered.insert(added.index(min(added)) + 1, look)
    return ordered[1:-1]
