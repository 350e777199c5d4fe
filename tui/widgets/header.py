"""The line on top."""

from __future__ import annotations

from textual import events

from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.header import header_line
from dlsim.tui.widgets.lines import LineWidget
from dlsim.tui.words import Words


class Header(LineWidget):
    """Shows where the run stands."""

    def __init__(self, say: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._snapshot: Snapshot | None = None
        self._variant = ""

    def show(self, snapshot: Snapshot, variant: str = "") -> None:
        """Show this moment of the variant of the scenario that is called so."""
        self._snapshot, self._variant = snapshot, variant
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def _draw(self) -> None:
        if self._snapshot is not None and self.size:
            self.show_lines([header_line(self._say, self._snapshot, self.size.width, self._variant)])
