"""From styled text to what a terminal reads, in few bytes: only what changes from one style to the next is said.

Rich and Textual open and close every style by itself, about 40 bytes for each number; most of it says again what holds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style
from textual.strip import Strip


class Look(NamedTuple):
    """A style as a terminal knows it: what opens and what closes it but for the colours, and the codes of those."""

    opening: str
    closing: str
    colour: str
    background: str


PLAIN = Look("", "", "", "")


class Pen:
    """Writes text in styles, one after the other; lift it at the end."""

    def __init__(self, color_system: ColorSystem) -> None:
        self._color_system = color_system
        self._look = PLAIN
        self._written: list[str] = []

    def move(self, x: int, y: int) -> None:
        """To a cell, from 0; a style holds on over it."""
        self._written.append(f"\x1b[{y + 1};{x + 1}H")

    def write(self, text: str, style: Style | None) -> None:
        """The text in this style."""
        look = PLAIN if style is None else look_of(style, self._color_system)
        if look != self._look:
            self._written.append(_turn(self._look, look))
            self._look = look
        self._written.append(text)

    def lifted(self) -> str:
        """All that was written, the last style closed."""
        self._written.append(_turn(self._look, PLAIN))
        self._look = PLAIN
        return "".join(self._written)


@lru_cache(maxsize=4096)
def look_of(style: Style, color_system: ColorSystem) -> Look:
    """What a terminal with these colours makes of a style."""
    opening, closing = Strip.render_style(style.without_color, "\0", color_system).split("\0")
    return Look(
        opening,
        closing,
        _codes(style.color, color_system, foreground=True),
        _codes(style.bgcolor, color_system, foreground=False),
    )


def _codes(color: Color | None, color_system: ColorSystem, *, foreground: bool) -> str:
    return "" if color is None else ";".join(color.downgrade(color_system).get_ansi_codes(foreground=foreground))


def _turn(before: Look, after: Look) -> str:
    """From one look to another: colours alone can be changed, all else is closed and opened."""
    pairs = ((before.colour, after.colour), (before.background, after.background))
    if before.opening == after.opening and all(new or not old for old, new in pairs):
        codes = [new for old, new in pairs if new != old]
        return f"\x1b[{';'.join(codes)}m" if codes else ""
    closed = before.closing or ("\x1b[0m" if before.colour or before.background else "")
    codes = [new for _, new in pairs if new]
    return closed + after.opening + (f"\x1b[{';'.join(codes)}m" if codes else "")
