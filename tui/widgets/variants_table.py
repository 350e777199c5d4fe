"""The variants of a scenario side by side. A click puts one under the lens."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from dlsim.engine.reference import Ref
from dlsim.tui.drawing.lines import ref_at
from dlsim.tui.drawing.variants import VariantRow, notes_on, variants_lines
from dlsim.tui.widgets.scrolling import ScrollingLines
from dlsim.tui.words import Words


class VariantsTable(ScrollingLines):
    """Shows the variants, the one under the lens always in view."""

    class Chosen(Message):
        """A variant was clicked, or a number of it."""

        def __init__(self, variant: str | None, ref: Ref | None) -> None:
            super().__init__()
            self.variant, self.ref = variant, ref

    def __init__(self, say: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._variants: Sequence[VariantRow] = ()
        self._beside = ""
        self._selected: Ref | None = None
        self._lead = 0
        self._top = 0

    @property
    def numbers(self) -> Sequence[tuple[str | None, Sequence[Ref]]]:
        """Of each variant that tells any, the numbers that it tells."""
        return [(variant.variant, variant.refs) for variant in self._variants if variant.refs]

    def show(self, variants: Sequence[VariantRow], beside: str = "", selected: Ref | None = None) -> None:
        """Show these, marked where the lens's number is `selected`."""
        lead = next((number for number, variant in enumerate(variants) if variant.is_lead), 0)
        if lead != self._lead or len(variants) != len(self._variants):
            self._top = max(lead - self._room + 1, 0)
        self._variants, self._lead, self._beside, self._selected = variants, lead, beside, selected
        self._draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up."""
        self._top += by
        self._draw()

    @property
    def _room(self) -> int:
        """Rows that fit below the headings."""
        return max(self.size.height - 1, 1)

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Put the variant that was clicked under the lens, and select the number of it that was."""
        number = self._top + event.y - 1
        if event.y >= 1 and number < len(self._variants):
            self.post_message(self.Chosen(self._variants[number].variant, ref_at(self.lines[event.y], event.x)))

    def _draw(self) -> None:
        if self.size:
            head, *rows = variants_lines(self._say, self._variants, self.size.width, self._beside, self._selected)
            self._top = max(0, min(self._top, len(rows) - self._room))
            shown = rows[self._top : self._top + self._room]
            notes = notes_on(self._say, self._variants, rows, self.size.width, self._room - len(rows))
            left = len(rows) - self._top - len(shown)
            self.show_part([head, *shown, *notes], self._top, left)
