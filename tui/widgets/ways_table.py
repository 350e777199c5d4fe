"""The ways of a scenario side by side: what sets each apart, how far it is, its loss. A click puts one under the lens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message

from dlsim.engine.numerals import fixed
from dlsim.tui.pictures.scene import Member
from dlsim.tui.widgets.lines import Line, LineWidget, fit
from dlsim.tui.words import Words

LENS = "▶"
LOSS_CELLS = 12
LEAST_NAME, MOST_NAME = 8, 28


class Way(NamedTuple):
    """A row of the table."""

    variant: str | None
    name: str
    updates: str
    loss: str
    apart: str
    is_lead: bool


def ways_of(
    say: Words, members: Sequence[Member], names: Sequence[str], apart: Sequence[Sequence[str]], lead: str | None
) -> list[Way]:
    """The rows; the members may lag behind the one under the lens for a moment, and say so by their updates."""
    done = next((member.snapshot.position.done for member in members if member.name == lead), 0)
    rows = []
    for member, name, pieces in zip(members, names, apart, strict=True):
        position, known = member.snapshot.position, member.snapshot.curves.get("loss")
        losses = known.values if known is not None else ()
        loss = fixed(float(losses[-1])) if len(losses) else "…" if known is not None else ""
        if member.snapshot.trouble is not None:
            loss = say("ways.trouble")
        is_behind = position.done != done and member.snapshot.trouble is None
        updates = say("ways.lagging", done=f"{position.done:,}") if is_behind else f"{position.done:,}"
        rows.append(Way(member.name, name, updates, loss, ", ".join(pieces), member.name == lead))
    return rows


def ways_lines(say: Words, ways: Sequence[Way], cells: int) -> list[Line]:
    """Headings and rows in `cells`: what sets a way apart gets the room that is left."""
    if not ways:
        return [((f" {say('ways.none')}", "muted"),)]
    name_cells = min(max(max(cell_len(way.name) for way in ways), LEAST_NAME), MOST_NAME, max(cells // 3, LEAST_NAME))
    done_cells = max(len(say("column.updates")), *(cell_len(way.updates) for way in ways))
    has_loss = any(way.loss for way in ways)
    loss_cells = LOSS_CELLS if has_loss else 0
    left = cells - name_cells - done_cells - loss_cells - 8
    heads = [say("column.way"), say("column.updates"), say("column.way_loss") if has_loss else "", say("column.differs")]
    lines: list[Line] = [((f"   {_row(heads, name_cells, done_cells, loss_cells, left)}", "muted"),)]
    for way in ways:
        text = _row([way.name, way.updates, way.loss, way.apart], name_cells, done_cells, loss_cells, left)
        lines.append(((f" {LENS if way.is_lead else ' '} ", "accent"), (text, "strong" if way.is_lead else "")))
    return lines


def _row(texts: Sequence[str], name: int, done: int, loss: int, rest: int) -> str:
    first, updates, number, apart = texts
    parts = [_left(first, name), " " * (done - cell_len(updates)) + updates]
    if loss:
        parts.append(_left(number, loss))
    if rest > 4:
        parts.append(fit(apart, rest))
    return "  ".join(parts)


def _left(text: str, cells: int) -> str:
    text = fit(text, cells)
    return text + " " * (cells - cell_len(text))


class WaysTable(LineWidget):
    """Shows the ways."""

    DEFAULT_CSS = "WaysTable { height: 1fr; }"

    class Chosen(Message):
        """A way was clicked."""

        def __init__(self, variant: str | None) -> None:
            super().__init__()
            self.variant = variant

    def __init__(self, say: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._ways: Sequence[Way] = ()

    def show(self, ways: Sequence[Way]) -> None:
        """Show these."""
        self._ways = ways
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Put the way that was clicked under the lens."""
        if 1 <= event.y <= len(self._ways):
            self.post_message(self.Chosen(self._ways[event.y - 1].variant))

    def _draw(self) -> None:
        if self.size:
            self.show_lines(ways_lines(self._say, self._ways, self.size.width))
