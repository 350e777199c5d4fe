"""The strip under the header. A click or a drag on it scrubs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message

from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.diagram.glyphs import UNICODE, Glyphs
from dlsim.tui.drawing.timeline import Stretch, conditions_told, strip_line
from dlsim.tui.widgets.lines import LineWidget
from dlsim.tui.words import Words


class TimelineStrip(LineWidget):
    """Draws the strip; a click or a drag on it scrubs."""

    class Scrubbed(Message):
        """The reader wants to be where so many updates are done."""

        def __init__(self, iteration: int) -> None:
            super().__init__()
            self.iteration = iteration

    class StopsAsked(Message):
        """The reader has clicked on the conditions at which runs stop."""

    DEFAULT_CSS = "TimelineStrip { height: 1; }"

    def __init__(self, say: Words, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say, self.glyphs = say, glyphs
        self._snapshot: Snapshot | None = None
        self._stops: Sequence[str] = ()
        self._stretch: Stretch | None = None

    def show(self, snapshot: Snapshot, stops: Sequence[str] = ()) -> None:
        """Show this moment, and the conditions at which runs stop."""
        self._snapshot, self._stops = snapshot, stops
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Go there; or show what stops runs, where that stands."""
        told = conditions_told(self._say, self._stops)
        line = "".join(text for text, _ in self.lines[0]) if self.lines else ""
        shown = next((form for form in told if line.endswith(f"{form} ")), "")
        if shown and event.x >= cell_len(line) - cell_len(shown) - 1:
            self.post_message(self.StopsAsked())
        else:
            self._scrub(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button held, go along."""
        if event.button:
            self._scrub(event.x)

    def _scrub(self, x: int) -> None:
        if self._stretch is not None and self._snapshot is not None:
            iteration = min(self._stretch.iteration(x), len(self._snapshot.known))
            self.post_message(self.Scrubbed(iteration))

    def _draw(self) -> None:
        if self._snapshot is not None and self.size.width:
            line, self._stretch = strip_line(self._say, self._snapshot, self.size.width, self.glyphs, self._stops)
            self.show_lines([line])
