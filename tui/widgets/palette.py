"""How the diagram and the curves look: roles with their styles in the present theme, and the tables of glyphs."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.widget import Widget

from dlsim.tui.diagram.glyphs import ASCII, UNICODE, Glyphs

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


__all__ = ["ASCII", "UNICODE", "Glyphs", "Palette", "style_sheet"]
