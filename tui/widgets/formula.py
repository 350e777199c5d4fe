"""The formula panel: the question, the formula, the same with its numbers, the result, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlsim.engine.numbers import DIGITS
from dlsim.engine.program import Op
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.formula import indented, panel_lines, panel_parts
from dlsim.tui.drawing.text import Line, whole
from dlsim.tui.session.selection import Selection
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import Words

NOTHING = Selection()


class FormulaView(Rows):
    """Shows the value that was revealed last, or the one that is selected. What is said about that one is fitted to the
    room there is; where something was left out for that, it says so, and all of it can be scrolled through.
    """

    def __init__(self, say: Words, caps: Mapping[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._say = say
        self._caps = caps
        self._snapshot: Snapshot | None = None
        self._selection = NOTHING
        self._digits = DIGITS
        self._pictures: Sequence[str] = ()
        self._op: Op | None = None
        self._top: int | None = None
        """The line of the whole answer at which what is in view begins; None while it is fitted."""
        self._shared = 0
        """So many lines the fitted answer has in common with the whole one, from the first on."""

    def show(
        self,
        snapshot: Snapshot,
        selection: Selection = NOTHING,
        digits: int = DIGITS,
        pictures: Sequence[str] = (),
        op: Op | None = None,
    ) -> None:
        """Show this moment, or what the selected number says at it, with so many decimals; at the start, what other
        `pictures` there are. An `op` is shown whole.
        """
        if selection != self._selection:
            self._top = None
        self._snapshot, self._selection, self._digits, self._pictures = snapshot, selection, digits, pictures
        self._op = op
        self.draw()

    def scroll_lines(self, by: int) -> None:
        """Look further down or up in the whole answer; from its top back to the fitted one."""
        if self._top is None:
            self._top = min(by, self._shared) if by > 0 else None
        else:
            self._top = None if self._top == 0 and by < 0 else max(self._top + by, 0)
        self.draw()

    def is_operand(self, y: int) -> bool:
        """Whether a number in row `y` is one that the shown number is made of; else it stands at the foot."""
        return y < len(self.rows) - 1 and self._op is None

    def draw(self) -> None:
        """Fit what is said into the size there is."""
        if self._snapshot is None or not self.size:
            return
        cells, height = self.size
        parts, foot = panel_parts(
            self._say, self._snapshot, self._caps, cells, self._digits, self._selection, self._pictures, self._op
        )
        lines, room = panel_lines(parts, foot, height), max(height - 1, 0)
        everything = [indented(line) for line in whole(parts)] if (self._selection or self._op) and room else []
        left_out = _count(everything) - _count(lines[:room])
        if left_out <= 0:
            self._top = None
            self.show_part(lines, 0, 0)
        elif self._top is None:
            pairs = enumerate(zip(lines[:room], everything, strict=False))
            self._shared = next((place for place, (one, other) in pairs if one != other), room)
            is_shorter = not _goes_on(lines[:room], everything)
            instead = self._say("scrolling.in_full", key=self._caps["look.page-down"]) if is_shorter else ""
            self.show_part(lines[:room], 0, left_out, lines[room:], instead)
        else:
            below = max(len(everything) - room, 0)
            self._top = min(self._top, below)
            self.show_part(everything[self._top :][:room], self._top, below - self._top, lines[room:])


def _count(lines: Sequence[Line]) -> int:
    """How many say something."""
    return sum(map(bool, lines))


def _goes_on(lines: Sequence[Line], everything: Sequence[Line]) -> bool:
    """Whether what `lines` say is how `everything` begins; else they say some of it in fewer words."""
    said = [line for line in lines if line]
    return said == [line for line in everything if line][: len(said)]
