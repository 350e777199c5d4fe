"""The strip under the header. A click or a drag on it scrubs; one on the conditions that stop runs shows them."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import UNICODE, Glyphs
from dlsim.tui.drawing.header import StripPlan, conditions_told, strip_line
from dlsim.tui.drawing.text import Link, Press, measure
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import Words


class TimelineStrip(Rows):
    """Draws the strip."""

    DEFAULT_CSS = "TimelineStrip { height: 1; }"

    def __init__(self, say: Words, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say, self.glyphs = say, glyphs
        self._snapshot: Snapshot | None = None
        self._stops: Sequence[str] = ()
        self._plan: StripPlan | None = None

    def show(self, snapshot: Snapshot, stops: Sequence[str] = ()) -> None:
        """Show this moment, and the conditions at which runs stop."""
        is_same = self._snapshot is not None and self._snapshot.course == snapshot.course and self._stops == stops
        self._snapshot, self._stops = snapshot, stops
        if not is_same:
            self.draw()

    def draw(self) -> None:
        """Draw it in the width there is."""
        if self._snapshot is not None and self.size.width:
            line, self._plan = strip_line(self._say, self._snapshot, self.size.width, self.glyphs, self._stops)
            self.show_rows([line])

    def means(self, x: int, y: int) -> Link | Press | None:
        """The last iteration of a cell, as far as the run has been; or what stops runs."""
        if not self.rows:
            return None
        (line, *_), told = self.rows, conditions_told(self._say, self._stops)
        text = "".join(piece for piece, _ in line)
        shown = next((form for form in told if text.endswith(f"{form} ")), "")
        if shown and x >= measure(line) - breadth(shown) - 1:
            return Press("", "stops.breakpoint")
        if self._plan is None or self._snapshot is None:
            return None
        iteration = min(self._plan.iteration(x), len(self._snapshot.known))
        return Press("", f"stepping.scrub_to({iteration})", drags=True)
