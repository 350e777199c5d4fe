"""Two runs beside each other: the present one, and the one that the last edit left."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from dlsim.engine.comparison import Comparison
from dlsim.engine.numerals import DIGITS, fixed
from dlsim.tui.edits import Edited, brief
from dlsim.tui.screens.reading import ReportScreen
from dlsim.tui.widgets.lines import Line, wrap
from dlsim.tui.words import words

SAY = words()
LABEL, NUMBER = 14, 24
BESIDES_DIGITS = 6
"""Cells that -1.2345678e-05 takes besides its eight digits."""
FEWEST_DIGITS = 3


class ComparingScreen(ReportScreen):
    """Compares as it opens; escape returns."""

    TITLE_KEY = "compare.title"

    def report(self) -> None:
        """Compare, and show."""
        session = self._session
        compared = session.simulator.compare()
        if compared is None:
            return
        edits = [edited for edited in session.edits.done if edited.iteration >= compared.fork][-1:]
        left = next((len(ghost.curve) for ghost in session.snapshot.ghosts if ghost.fork == compared.fork), None)
        gone = (session.simulator.iteration, compared.fork - 1 if left is None else left)
        self.reading.show(lambda cells: comparison_lines(compared, edits, gone, cells, self._digits))


def comparison_lines(
    compared: Comparison, edits: Sequence[Edited], gone: tuple[int, int], cells: int, digits: int = DIGITS
) -> Sequence[Line]:
    """What was edited, the first number in which the runs differ, and how far apart they have come since.

    `gone` is how many iterations each has done, the present run first.
    """
    room, beside = _fitting(cells, digits)
    lines: list[Line] = []
    if edits:
        lines.append(((SAY("compare.edited"), "heading"),))
        for edited in edits:
            told = SAY(
                "compare.edit",
                label=edited.label,
                before=brief(edited.before, digits),
                after=brief(edited.after, digits),
                iteration=edited.iteration,
            )
            lines += wrap([(told, "")], cells)
        lines.append(())
    lines += [((SAY("compare.parting"), "heading"),)]
    if compared.symbol is None:
        lines += wrap([(SAY("compare.same", iteration=compared.fork), "")], cells)
    else:
        said = SAY("compare.first", symbol=compared.symbol, iteration=compared.fork)
        lines += [
            *wrap([(said, "")], cells),
            (),
            *_beside(compared.symbol, (compared.present, compared.other), room, beside),
        ]
    lines += [(), ((SAY("compare.gone"), "heading"),)]
    reached = [SAY("compare.reached", iteration=f"{done:,}") for done in gone]
    lines += [_row("", room, SAY("compare.present"), SAY("compare.other"), "muted"), _row("", room, *reached, "")]
    lines += [(), ((SAY("compare.distance", iteration=compared.iteration), "heading"),)]
    if compared.losses is None:
        lines += wrap([(SAY("compare.no_further", iteration=compared.iteration), "")], cells)
    else:
        lines += _beside(SAY("compare.loss"), compared.losses, room, beside)
        key = "compare.other_shape" if compared.parameters is None else "compare.parameters"
        distance = "" if compared.parameters is None else fixed(compared.parameters, digits)
        lines += [(), *wrap([(SAY(key, distance=distance), "")], cells)]
    return [*lines, (), *wrap([(SAY("compare.how"), "muted")], cells)]


def _fitting(cells: int, digits: int) -> tuple[int, int]:
    """(cells of a column, digits of the numbers in it): narrower columns before fewer digits."""
    room = NUMBER
    if LABEL + 2 * room + digits + BESIDES_DIGITS > cells:
        room = 1 + max(cell_len(SAY(f"compare.{head}")) for head in ("present", "other"))
    return room, min(digits, max(cells - LABEL - 2 * room - BESIDES_DIGITS, FEWEST_DIGITS))


def _beside(label: str, pair: tuple[float, float], room: int, digits: int) -> Sequence[Line]:
    """A number of both runs, and their difference."""
    present, other = pair
    heads = (SAY("compare.present"), SAY("compare.other"), SAY("compare.difference"))
    numbers = tuple(fixed(number, digits) for number in (present, other, present - other))
    return [_row("", room, *heads, "muted"), _row(label, room, *numbers, "")]


def _row(label: str, room: int, *texts: str) -> Line:
    *cells, role = texts
    return ((label.ljust(LABEL), "symbol"), *((text.ljust(room), role) for text in cells))
