"""How every role looks: the words that lines, diagrams and pictures use for colours; one table for all. And our themes.

There are a hundred, and a widget shows five at a time: each is looked up when it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.css.parse import parse_declarations
from textual.theme import Theme

from dlsim.tui.drawing.pictures.scene import DEPTHS, SIDES

EVERYWHERE = {
    "frame": "color: $foreground 45%",
    "text": "color: $foreground 90%",
    "symbol": "color: $text-primary",
    "muted": "color: $foreground 60%",
    "active": "color: $text-accent; text-style: bold",
    "operand": "color: $foreground; text-style: bold",
    "positive": "color: $text-primary",
    "positive-weak": "color: $text-primary 55%",
    "negative": "color: $text-error",
    "negative-weak": "color: $text-error 55%",
    "target": "color: $text-success",
    "trouble": "color: $text-error; text-style: bold reverse",
    "chosen": "text-style: bold reverse",
    "active-chosen": "color: $text-accent; text-style: bold reverse",
    "forward": "color: $text-primary; text-style: bold",
    "loss": "color: $text-warning; text-style: bold",
    "backward": "color: $text-secondary; text-style: bold",
    "update": "color: $text-success; text-style: bold",
    "curve": "color: $text-accent",
    "curve-2": "color: $text-primary",
    "curve-3": "color: $text-success",
    "curve-4": "color: $text-secondary",
    "curve-5": "color: $text-warning",
    "axis": "color: $foreground 60%",
    "strong": "text-style: bold",
}
OF_TEXT = {
    "result": "color: $text-accent; text-style: bold",
    "number": "color: $foreground",
    "question": "text-style: bold",
    "accent": "color: $text-accent; text-style: bold",
    "key": "color: $text-accent; text-style: bold",
    "emphasis": "text-style: italic",
    "code": "color: $text-primary; text-style: bold",
    "heading": "color: $text-primary; text-style: bold",
    "hint": "color: $text-warning",
    "picked": "color: $text-accent; text-style: bold",
    "frame-current": "color: $primary",
    "title": "text-style: bold",
    "title-current": "color: $text-accent; text-style: bold",
    "tab": "color: $foreground 60%",
    "own": "text-style: bold underline",  # the lens's own term in a mean over the batch
    "checkpoint": "color: $text-accent; text-style: underline",
    "checkpoint-ahead": "color: $foreground 60%; text-style: underline",
}
OF_PICTURES = {
    **{f"deep-{level}": f"color: $primary {64 - 7 * level}%" for level in range(DEPTHS)},
    **{f"low-{level}": f"color: $warning {level * 13 - 3}%" for level in range(1, SIDES + 1)},
    **{f"high-{level}": f"color: $primary {level * 15}%" for level in range(1, SIDES + 1)},
    **{
        f"class-{kind}-{level}": f"color: {colour} {level * 14}%"
        for kind, colour in enumerate(("$primary", "$warning", "$success", "$error", "$secondary", "$accent"))
        for level in range(1, SIDES + 1)
    },
    "flat": "color: $warning 20%",
    "steep": "color: $success 20%",
    "series-0": "color: $text-accent",
    "series-1": "color: $text-success",
    "series-2": "color: $text-primary",
    "series-3": "color: $text-error",
    "series-4": "color: $foreground",
    "series-5": "color: $text-secondary",
    "series-6": "color: $text-warning",
    "series-7": "color: $foreground 60%",
    "lead": "text-style: bold",
    "mark": "color: $foreground; text-style: bold",
    "boundary": "color: $foreground; text-style: bold",
    "lens": "color: $text-accent; text-style: bold reverse",
}
GROUNDS = frozenset(role for role in OF_PICTURES if re.fullmatch(r"(deep|low|high|class-\d+)-\d+|flat|steep", role))
"""Those of levels and zones: other roles stand on them."""

STYLES: Mapping[str, str] = {**EVERYWHERE, **OF_TEXT, **OF_PICTURES}
"""Roles, and how each looks; "" is plain."""

LEAST, LEAST_OF_LINES = 4.5, 3.0
"""The contrast that text has with what it stands on, and that of what is no text, by the formula of WCAG 2."""
LINES = frozenset({"frame", "frame-current", "positive-weak", "negative-weak"})

DIM_IN_ANSI = frozenset({"muted", "tab", "frame", "axis"})
"""The terminal's own sixteen colours cannot be mixed: what is muted elsewhere is dim there."""

BLUE_ORANGE = Theme(
    name="blue-orange",
    primary="#4AA8E8",
    secondary="#8E9BFF",
    accent="#FFC247",
    warning="#FFD480",
    error="#F07F2E",
    success="#A8DCFF",
    foreground="#E6E9EE",
    background="#10141A",
    surface="#1A2029",
    panel="#222A35",
)
"""Safe for eyes that do not tell red from green: all that differs is blue or orange."""
OWN_THEMES = (BLUE_ORANGE,)

BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)
DARK = 0.4
"""The luminance of grounds that are left by becoming lighter, where that leads far enough."""
STEPS = 32

VARIABLE = re.compile(r"\$([\w-]+)")


def look_of(role: str, variables: dict[str, str], *, is_ansi: bool) -> tuple[Color | None, Style]:
    """The role's colour in a theme with these variables, if it has one, and how its text is set.

    KeyError for a role that is not in the table.
    """
    rule = STYLES[role]
    if is_ansi and role in DIM_IN_ANSI:
        rule += "; text-style: dim"
    while "$" in rule:  # a name may stand for another name
        rule = VARIABLE.sub(lambda name: variables[name[1]], rule)
    return _parsed(rule)


def least_of(role: str) -> float:
    """The least contrast that the role has in every theme; 1 for a ground, which is as dark as what it says."""
    return 1.0 if role in GROUNDS else LEAST_OF_LINES if role in LINES else LEAST


@lru_cache(maxsize=4096)
def legible(colour: Color, ground: Color, least: float) -> Color:
    """The colour as it is, or as far from the ground as it takes to be read there: lighter or darker."""
    if contrast(colour, ground) >= least:
        return colour
    ends = sorted((BLACK, WHITE), key=lambda end: contrast(end, ground))
    towards = WHITE if _luminance(ground) < DARK and contrast(WHITE, ground) >= least else ends[-1]
    shares = (share / STEPS for share in range(1, STEPS + 1))
    blended = (colour.blend(towards, share) for share in shares)
    return next((one for one in blended if contrast(one, ground) >= least), towards)


def contrast(one: Color, other: Color) -> float:
    """How well one can be read on the other: from 1, not at all, to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@lru_cache(maxsize=1024)
def _parsed(rule: str) -> tuple[Color | None, Style]:
    styles = parse_declarations(f"{rule};", ("roles", ""))
    return styles.color if styles.has_rule("color") else None, Style.parse(str(styles.get_rule("text_style", "")))
