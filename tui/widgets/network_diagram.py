"""The network diagram: units, weights between them, and the computation of the moment lit among them."""

from __future__ import annotations

from itertools import zip_longest

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from dlsim.engine.numbers import DIGITS
from dlsim.engine.program import Op
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.diagram.picture import Diagram, draw
from dlsim.tui.drawing.glyphs import UNICODE, Glyphs
from dlsim.tui.widgets.roles import RoleWidget


class NetworkDiagram(RoleWidget):
    """Draws the network of a snapshot: the same snapshot, selection, digits and size make the same picture."""

    class Picked(Message):
        """A number of the diagram was clicked."""

        def __init__(self, ref: Ref) -> None:
            super().__init__()
            self.ref = ref

    def __init__(self, *, id: str | None = None, classes: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self._snapshot: Snapshot | None = None
        self._selected: Ref | None = None
        self._digits = DIGITS
        self._whole: Op | None = None
        self._picture: Diagram | None = None
        self._drawn: Size | None = None
        self._strips: list[Strip] | None = None

    def show(
        self, snapshot: Snapshot, selected: Ref | None = None, digits: int = DIGITS, whole: Op | None = None
    ) -> None:
        """Show this moment, `selected` marked in it, with up to so many decimals, an op lit as a `whole`."""
        looks_same = selected == self._selected and digits == self._digits and whole is self._whole
        if snapshot is self._snapshot and looks_same:
            return
        before = self._picture if self._drawn == self.size else None
        self._snapshot, self._selected, self._digits, self._whole = snapshot, selected, digits, whole
        self._picture = self._strips = None
        if before is None or not self.size:
            self.refresh()
            return
        pairs = zip_longest(before.rows, self.picture.rows)
        changed = [y for y, (old, new) in enumerate(pairs) if old != new]
        if changed:  # nobody else's lines are sent to the terminal
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    @property
    def picture(self) -> Diagram:
        """What is drawn at this moment in this size."""
        if self._picture is None or self._drawn != self.size:
            self._drawn = self.size
            self._strips = None
            if self._snapshot is None:
                self._picture = Diagram((), ())
            else:
                width, height = self.size
                self._picture = draw(
                    self._snapshot,
                    width,
                    height,
                    selected=self._selected,
                    whole=self._whole,
                    glyphs=self.glyphs,
                    digits=self._digits,
                )
        return self._picture

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        picture, width = self.picture, self.size.width
        if self._strips is None:
            self._strips = [
                Strip([Segment(text, self.style_of(role)) for text, role in row], width) for row in picture.rows
            ]
        return self._strips[y] if y < len(self._strips) else Strip.blank(width, self.style_of(""))

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._strips = None

    def on_click(self, event: events.Click) -> None:
        """Tell which number was clicked."""
        ref = self.picture.at(event.x, event.y)
        if ref is not None:
            event.stop()
            self.post_message(self.Picked(ref))
