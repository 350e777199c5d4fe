"""The tables: of numbers, in which the row of the active value is followed and marked, and of a scenario's variants."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.numbers import DIGITS
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.table import TableView
from dlsim.tui.drawing.text import Link, Owner, Press
from dlsim.tui.drawing.variants import VariantRow, notes_on, variants_lines
from dlsim.tui.session.selection import Places
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import Words


class NumberTable(Rows):
    """Shows one table of a snapshot; only the rows on screen are read. A click picks a number, or a sample."""

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
        self.draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up; the next step returns to the active row."""
        view = self._view()
        if view is not None and self._places is not None:
            self._top = max(0, min(view.top + by, self._places.lines - view.room))
            self.draw()

    def means(self, x: int, y: int) -> Link | Press | None:
        """The sample whose own number stands there, or the number."""
        view = self._view()
        if view is None:
            return None
        sample, ref = view.sample_at(x, y), view.at(x, y)
        if sample is not None:
            return Press("", f"stepping.look_at({sample})")
        return None if ref is None else Link("", ref)

    def draw(self) -> None:
        """Show the rows in view."""
        if self._snapshot is None or not self.size:
            return
        table = next((table for table in self._snapshot.tables if table.key == self._key), None)
        if table is not None and (self._places is None or self._places.table is not table):
            self._places = Places(table)
        if table is None or self._places is None or not self._places.lines:
            self.show_rows([((" " + self._say("column.nothing"), "muted"),)])
            return
        if (view := self._view()) is not None:
            self.show_part(view.lines(), view.top, self._places.lines - view.top - view.room)

    def _view(self) -> TableView | None:
        if self._snapshot is None or self._places is None:
            return None
        width, height = self.size
        return TableView(
            self._say, self._snapshot, self._places, width, height, self._top, self._selected, self._digits
        )


class VariantsTable(Rows):
    """Shows the variants, the one under the lens always in view. A click puts a variant under the lens, and selects the
    number of it that was clicked.
    """

    def __init__(self, say: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._variants: Sequence[VariantRow] = ()
        self._beside = ""
        self._selected: Ref | None = None
        self._lead = 0

    @property
    def numbers(self) -> Sequence[tuple[str | None, Sequence[Ref]]]:
        """Of each variant that tells any, the numbers that it tells."""
        return [(variant.variant, variant.refs) for variant in self._variants if variant.refs]

    def show(self, variants: Sequence[VariantRow], beside: str = "", selected: Ref | None = None) -> None:
        """Show these, marked where the lens's number is `selected`."""
        lead = next((number for number, variant in enumerate(variants) if variant.is_lead), 0)
        if lead != self._lead or len(variants) != len(self._variants):
            self.top = max(lead - self._room + 1, 0)
        self._variants, self._lead, self._beside, self._selected = variants, lead, beside, selected
        self.draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up."""
        self.top += by
        self.draw()

    @property
    def _room(self) -> int:
        """Rows that fit below the headings."""
        return max(self.size.height - 1, 1)

    def means(self, x: int, y: int) -> Link | Press | None:
        """The variant, or a number of it."""
        number = self.top + y - 1
        if y < 1 or number >= len(self._variants):
            return None
        variant, found = self._variants[number].variant, super().means(x, y)
        if isinstance(found, Link):
            return Link("", found.ref, Owner(variant))
        return Press("", f"looking.choose_variant({variant!r})")

    def draw(self) -> None:
        """Show the headings and the rows in view."""
        if self.size:
            head, *rows = variants_lines(self._say, self._variants, self.size.width, self._beside, self._selected)
            self.top = max(0, min(self.top, len(rows) - self._room))
            shown = rows[self.top : self.top + self._room]
            notes = notes_on(self._say, self._variants, rows, self.size.width, self._room - len(rows))
            left = len(rows) - self.top - len(shown)
            self.show_part([head, *shown, *notes], self.top, left)
