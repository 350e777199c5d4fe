"""Roles are looked up as they are needed: all at once, whenever styles may have changed, was most of a start."""

from __future__ import annotations

from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.widget import Widget


class RoleWidget(Widget):
    """A widget whose component classes are its roles. A widget has a hundred of them, and shows five at a time."""

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
        if self._component_styles:
            self._component_styles.clear()
            self.refresh()
