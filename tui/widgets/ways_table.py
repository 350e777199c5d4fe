"""The ways of a scenario side by side: what sets each apart, its updates, its loss. A click puts one under the lens."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.message import Message

from dlsim.engine.numerals import DIGITS, fixed
from dlsim.tui.pictures.ways import Way
from dlsim.tui.widgets.lines import Line, fit
from dlsim.tui.widgets.scrolling import ScrollingLines
from dlsim.tui.words import Words

LENS, UNKNOWN = "▶", "…"
LEAST_APART = 8
LEFT = 5
LEAST_NAME, MOST_NAME = 8, 28


class Row(Struct, frozen=True):
    """A row of the table."""

    variant: str | None
    mark: str
    role: str
    name: str
    updates: str
    loss: str
    second: str  # what stands beside the loss
    apart: str
    is_lead: bool


class Beside(Struct, frozen=True):
    """What stands beside the loss of each way: the key of its head, and its numbers, None where there is none."""

    head: str = ""
    numbers: Sequence[float | None] = ()


NOTHING_BESIDE = Beside()


def ways_of(
    say: Words,
    ways: Sequence[Way],
    apart: Sequence[Sequence[str]],
    digits: int = DIGITS,
    beside: Beside = NOTHING_BESIDE,
) -> list[Row]:
    """The rows, losses with so many decimals. One that stands where its epochs end, short of others, says so; and so
    does one that for a moment lags behind the one under the lens.
    """
    lead = next((way.snapshot.position for way in ways if way.is_lead), None)
    furthest = max((way.snapshot.position.done for way in ways), default=0)
    seconds = [UNKNOWN if number is None else fixed(number, digits) for number in beside.numbers] or [""] * len(ways)
    rows = []
    for way, pieces, second in zip(ways, apart, seconds, strict=False):
        snapshot = way.snapshot
        position, losses = snapshot.position, snapshot.curves.get("loss")
        updates = f"{position.done:,}"
        loss = "" if losses is None else fixed(float(losses.values[-1]), digits) if len(losses) else UNKNOWN
        told = second
        if snapshot.trouble is not None:
            loss, told = say("ways.trouble"), ""
        elif 0 < position.end <= position.done < furthest:
            updates = say("ways.ended", done=updates)
        elif lead is not None and position.done < lead.done:
            updates = say("ways.lagging", done=updates)
        variant = snapshot.scenario.variant
        rows.append(Row(variant, way.mark, way.role, way.name, updates, loss, told, ", ".join(pieces), way.is_lead))
    return rows


def ways_lines(say: Words, ways: Sequence[Row], cells: int, beside: str = "") -> list[Line]:
    """Headings and rows in `cells`; what sets a way apart gets the room that is left. `beside` is the key of the head
    over what stands beside the loss.
    """
    if not ways:
        return [((f" {say('ways.none')}", "muted"),)]
    has_loss = any(way.loss for way in ways)
    heads = [
        say("column.way"),
        say("column.updates"),
        say(f"column.loss_beside_{beside}" if beside else "column.way_loss") if has_loss else "",
        say(f"column.{beside}") if beside else "",
        say("column.differs"),
    ]
    done, loss, second = (
        max(map(cell_len, texts))
        for texts in (
            (heads[1], *(way.updates for way in ways)),
            (heads[2], *(way.loss for way in ways)),
            (heads[3], *(way.second for way in ways)),
        )
    )
    numbers = done + 2 + sum(size + 2 for size in (loss, second) if size)
    room = max(cells - numbers - LEFT, LEAST_NAME)
    name = max(min(max(cell_len(way.name) for way in ways), MOST_NAME, cells // 3, room), LEAST_NAME)
    if loss and second and LEFT + name + numbers > cells:  # what compares stays
        loss = 0
    sizes = (name, -done, loss, second, cells - LEFT - name - numbers - 2)
    lines: list[Line] = [((" " * LEFT + _row(heads, sizes), "muted"),)]
    for way in ways:
        text = _row([way.name, way.updates, way.loss, way.second, way.apart], sizes)
        mark = (f"{way.mark} ", way.role)
        lines.append(((f" {LENS if way.is_lead else ' '} ", "accent"), mark, (text, "strong" if way.is_lead else "")))
    return lines


def _row(texts: Sequence[str], sizes: Sequence[int]) -> str:
    """Texts in so many cells each; of a negative size to the right, of none left out, and the last only with room."""
    *first, (last, room) = zip(texts, sizes, strict=True)
    parts = [_aligned(text, size) for text, size in first if size]
    return "  ".join([*parts, fit(last, room)] if room >= LEAST_APART else parts)


def _aligned(text: str, size: int) -> str:
    text = fit(text, abs(size))
    blanks = " " * (abs(size) - cell_len(text))
    return blanks + text if size < 0 else text + blanks


class WaysTable(ScrollingLines):
    """Shows the ways, the one under the lens always in view."""

    class Chosen(Message):
        """A way was clicked."""

        def __init__(self, variant: str | None) -> None:
            super().__init__()
            self.variant = variant

    def __init__(self, say: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._ways: Sequence[Row] = ()
        self._beside = ""
        self._lead = 0
        self._top = 0

    def show(self, ways: Sequence[Row], beside: str = "") -> None:
        """Show these."""
        lead = next((number for number, way in enumerate(ways) if way.is_lead), 0)
        if lead != self._lead or len(ways) != len(self._ways):
            self._top = max(lead - self._room + 1, 0)
        self._ways, self._lead, self._beside = ways, lead, beside
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
        """Put the way that was clicked under the lens."""
        number = self._top + event.y - 1
        if event.y >= 1 and number < len(self._ways):
            self.post_message(self.Chosen(self._ways[number].variant))

    def _draw(self) -> None:
        if self.size:
            head, *rows = ways_lines(self._say, self._ways, self.size.width, self._beside)
            self._top = max(0, min(self._top, len(rows) - self._room))
            shown = rows[self._top : self._top + self._room]
            self.show_part([head, *shown], self._top, len(rows) - self._top - len(shown))
