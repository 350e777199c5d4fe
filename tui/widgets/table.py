"""A table of numbers: only the rows on screen are read, the row of the active value is followed and marked."""

from __future__ import annotations

from textual import events
from textual.message import Message

from dlsim.engine.numbers import DIGITS
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.table_view import TableView
from dlsim.tui.session.rows import Places
from dlsim.tui.widgets.scrolling import ScrollingLines
from dlsim.tui.words import Words


class NumberTable(ScrollingLines):
    """Shows one table of a snapshot."""

    class Picked(Message):
        """A number of the table was clicked."""

        def __init__(self, ref: Ref) -> None:
            super().__init__()
            self.ref = ref

    class SamplePicked(Message):
        """The number of a sample was clicked: its row of the training data, from 0."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, say: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._snapshot: Snapshot | None = None
        self._key = ""
        self._selected: Ref | None = None
        self._digits = DIGITS
        self._places: Places | None = None
        self._top: int | None = None  # where the reader scrolled to, until the next step

    def show(self, snapshot: Snapshot, key: str, selected: Ref | None = None, digits: int = DIGITS) -> None:
        """Show the table called `key` at this moment, `selected` marked in it, with up to so many decimals."""
        if self._snapshot is not snapshot or self._key != key or self._selected != selected:
            self._top = None
        self._snapshot, self._key, self._selected, self._digits = snapshot, key, selected, digits
        self._draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up; the next step returns to the active row."""
        if self._snapshot is None or self._places is None:
            return
        view = self._view(self._snapshot, self._places)
        self._top = max(0, min(view.top + by, self._places.lines - view.room))
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Tell which number was clicked, or which sample's own number."""
        if self._snapshot is not None and self._places is not None:
            view = self._view(self._snapshot, self._places)
            sample, ref = view.sample_at(event.x, event.y), view.at(event.x, event.y)
            if sample is not None:
                event.stop()
                self.post_message(self.SamplePicked(sample))
            elif ref is not None:
                event.stop()
                self.post_message(self.Picked(ref))

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def _draw(self) -> None:
        if self._snapshot is None or not self.size:
            return
        table = next((table for table in self._snapshot.tables if table.key == self._key), None)
        if table is None or not len(table.rows):
            self.show_lines([((" " + self._say("column.nothing"), "muted"),)])
            return
        if self._places is None or self._places.table is not table:
            self._places = Places(table)
        view = self._view(self._snapshot, self._places)
        self.show_part(view.lines(), view.top, self._places.lines - view.top - view.room)

    def _view(self, snapshot: Snapshot, places: Places) -> TableView:
        width, height = self.size
        return TableView(self._say, snapshot, places, width, height, self._top, self._selected, self._digits)
