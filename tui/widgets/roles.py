"""Roles are looked up as they are needed: all at once, whenever styles may have changed, was most of a start."""

from __future__ import annotations

from rich.style import Style
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.widget import Widget

from dlsim.tui.pictures.cells import GROUND
from dlsim.tui.widgets.styles import PREFIX, style_sheet


class RoleWidget(Widget):
    """A widget whose component classes are its roles. There are a hundred, and a widget shows five at a time."""

    DEFAULT_CSS = style_sheet("RoleWidget")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._role_styles: dict[str, Style] = {}

    def style_of(self, role: str) -> Style:
        """How a role looks in the present theme; "" is plain, `mark@deep-3` is one role on the ground of another."""
        found = self._role_styles.get(role)
        if found is None:
            front, _, ground = role.partition(GROUND)
            found = self.get_component_rich_style(PREFIX + front) if front else self.rich_style
            if ground:
                found += Style(bgcolor=self.style_of(ground).color)
            self._role_styles[role] = found
        return found

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]  # cached there, with no type
        """None that the style sheet should work out by itself."""
        return frozenset()

    def get_component_styles(self, *names: str) -> RenderStyles:
        """The styles of these roles, each worked out when it is first asked for."""
        for name in names:
            if name not in self._component_styles:
                node = DOMNode(classes=name)
                node._attach(self)
                self.app.stylesheet.apply(node)
                self._component_styles[name] = node.styles
        return super().get_component_styles(*names)

    def notify_style_update(self) -> None:
        """Another theme, or another class: work them out anew."""
        super().notify_style_update()
        self._role_styles.clear()
        if self._component_styles:
            self._component_styles.clear()
            self.refresh()
