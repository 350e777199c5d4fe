"""How pictures look: the diagram's roles, and the grounds, the ways and the classes that only pictures have."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget

from dlsim.tui.pictures.cells import GROUND
from dlsim.tui.pictures.scene import DEPTHS, SIDES
from dlsim.tui.widgets.palette import CLASSES, PREFIX, STYLES, Palette

OWN_STYLES = {
    **{f"deep-{level}": f"color: $primary {64 - 7 * level}%" for level in range(DEPTHS)},
    **{f"low-{level}": f"color: $warning {level * 13 - 3}%" for level in range(1, SIDES + 1)},
    **{f"high-{level}": f"color: $primary {level * 15}%" for level in range(1, SIDES + 1)},
    **{
        f"class-{kind}-{level}": f"color: {colour} {level * 14}%"
        for kind, colour in enumerate(("$primary", "$warning", "$success", "$error", "$secondary", "$accent"))
        for level in range(1, SIDES + 1)
    },
    "way-0": "color: $text-accent",
    "way-1": "color: $text-success",
    "way-2": "color: $text-primary",
    "way-3": "color: $text-error",
    "way-4": "color: $foreground",
    "way-5": "color: $text-secondary",
    "way-6": "color: $text-warning",
    "way-7": "color: $foreground 60%",
    "lead": "text-style: bold",
    "mark": "color: $foreground; text-style: bold",
    "boundary": "color: $foreground; text-style: bold",
    "strong": "text-style: bold",
    "lens": "color: $text-accent; text-style: bold reverse",
}
"""Roles, and how each looks; those of levels are grounds."""

OWN_CLASSES = {*CLASSES, *(PREFIX + role for role in OWN_STYLES)}


def picture_style_sheet(widget: str) -> str:
    """The default style sheet of a widget that paints pictures."""
    styles = {**STYLES, **OWN_STYLES}
    rules = "\n".join(f"  & > .{PREFIX}{role} {{ {rule}; }}" for role, rule in styles.items())
    return f"{widget} {{\n  height: 1fr;\n{rules}\n}}"


class Paint:
    """Styles by role, ground included."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._palette = Palette(widget)
        self._styles: dict[str, Style] = {}

    def __getitem__(self, role: str) -> Style:
        found = self._styles.get(role)
        if found is None:
            front, _, ground = role.partition(GROUND)
            found = self._palette[front]
            if ground:
                found += Style(bgcolor=self._palette[ground].color)
            self._styles[role] = found
        return found

    def forget(self) -> None:
        """Look them up anew."""
        self._palette.forget()
        self._styles.clear()
