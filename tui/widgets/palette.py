"""How the diagram and the curves look: roles with their styles in the present theme, and tables of glyphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.widget import Widget

STYLES: Mapping[str, str] = {
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
    "axis": "color: $foreground 60%",
}
"""Roles, and how each looks; "" is plain."""

PREFIX = "palette--"
CLASSES = {PREFIX + role for role in STYLES}


def style_sheet(widget: str) -> str:
    """The default style sheet of a widget class that paints with these roles."""
    rules = "\n".join(f"  & > .{PREFIX}{role} {{ {rule}; }}" for role, rule in STYLES.items())
    return f"{widget} {{\n  height: 1fr;\n{rules}\n}}"


class Palette:
    """The roles' styles on one widget; `forget` them when the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}

    def __getitem__(self, role: str) -> Style:
        found = self._styles.get(role)
        if found is None:
            widget = self._widget
            found = widget.get_component_rich_style(PREFIX + role) if role else widget.rich_style
            self._styles[role] = found
        return found

    def forget(self) -> None:
        """Look them up anew."""
        self._styles.clear()


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that pictures are made of. A frame is (upper edge, side, lower edge), an edge (left, between, right)."""

    frame: tuple[str, str, str]
    heavy_frame: tuple[str, str, str]
    has_dots: bool
    level: tuple[str, str, str, str]  # a level line: thin, heavy, thin broken, heavy broken
    forward: str
    backward: str
    more: str
    more_across: str
    positive: str  # from weak to strong
    negative: str
    nothing: str
    dead: str
    flat: str
    minus: str
    join: tuple[str, str, str, str]  # where a line meets a frame: left, right, heavy left, heavy right

    def line(self, bits: int) -> str:
        """The character for a cell with these dots and level lines."""
        dots = bits & 0xFF
        if bits > 0xFF:
            heavy, broken = bool(bits & 0x200), bool(bits & 0x400)
            if not dots:
                return self.level[heavy + 2 * broken]
            if not broken:
                dots |= 0x36 if heavy else 0x12
        if not self.has_dots:
            return {0x87: "\\", 0x78: "/"}.get(dots, "X")
        return chr(0x2800 + dots)


UNICODE = Glyphs(
    frame=("╭─╮", "│", "╰─╯"),
    heavy_frame=("┏━┓", "┃", "┗━┛"),
    has_dots=True,
    level=("─", "━", "╌", "╍"),
    forward="▶",
    backward="◀",
    more="⋮",
    more_across="⋯",
    positive="░▒▓█",
    negative="-=≡≣",
    nothing="·",
    dead="∅",
    flat="≈",
    minus="−",
    join=("┤", "├", "┫", "┣"),
)
ASCII = Glyphs(
    frame=("+-+", "|", "+-+"),
    heavy_frame=("#=#", "#", "#=#"),
    has_dots=False,
    level=("-", "=", "~", "~"),
    forward=">",
    backward="<",
    more=":",
    more_across="..",
    positive=".:+#",
    negative="-=%@",
    nothing=" ",
    dead="0",
    flat="~",
    minus="-",
    join=("|", "|", "#", "#"),
)
