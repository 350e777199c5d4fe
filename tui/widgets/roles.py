"""Roles are looked up as they are needed: all at once, whenever styles may have changed, was most of a start."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.css.parse import parse_declarations
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from dlsim.tui.drawing.canvas import GROUND
from dlsim.tui.widgets.styles import DIM_IN_ANSI, STYLES

VARIABLE = re.compile(r"\$([\w-]+)")


class RoleWidget(Widget):
    """A widget that paints with roles. There are a hundred, and a widget shows five at a time."""

    DEFAULT_CSS = "RoleWidget { height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._role_styles: dict[str, Style] = {}
        self._ground: Color | None = None

    def style_of(self, role: str) -> Style:
        """How a role looks in the present theme; "" is plain, `mark@deep-3` is one role on the ground of another."""
        found = self._role_styles.get(role)
        if found is None:
            front, _, ground = role.partition(GROUND)
            found = self._looked_up(front) if front else self.rich_style
            if ground:
                found += Style(bgcolor=self.style_of(ground).color)
            self._role_styles[role] = found
        return found

    def _looked_up(self, role: str) -> Style:
        """The role's colour on the widget's own ground, and how its text is set."""
        rule = STYLES[role]
        if self.app.native_ansi_color and role in DIM_IN_ANSI:
            rule += "; text-style: dim"
        colour, setting = _parsed(_resolved(rule, self.app.theme_variables))
        style = self.style_of("") + setting
        if colour is not None:
            if self._ground is None:
                _, self._ground = self.background_colors
            style += Style.from_color((self._ground + colour).rich_color)
        return style

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are. There is no border or padding to put around each of them."""
        strips = [self.render_line(y) for y in crop.line_range]
        ground = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, ground) for strip in strips]
        return [strip.crop(*crop.column_span) for strip in strips]

    def notify_style_update(self) -> None:
        """Another theme, or another class: work them out anew."""
        super().notify_style_update()
        if self._role_styles:
            self._role_styles.clear()
            self._ground = None
            self.refresh()


def _resolved(rule: str, variables: dict[str, str]) -> str:
    """The rule with the theme's colours in the place of their names, which may stand for other names."""
    while "$" in rule:
        rule = VARIABLE.sub(lambda name: variables[name[1]], rule)
    return rule


@lru_cache(maxsize=1024)
def _parsed(rule: str) -> tuple[Color | None, Style]:
    """Its colour, if any, and how its text is set: bold, underlined or reverse."""
    styles = parse_declarations(f"{rule};", ("roles", ""))
    return styles.color if styles.has_rule("color") else None, Style.parse(str(styles.get_rule("text_style", "")))
