"""Two runs beside each other: the present one, and the one that the last edit left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.cells import cell_len

from dlsim.engine.comparison import Comparison
from dlsim.engine.numerals import DIGITS, fixed
from dlsim.tui.edits import Edited, brief, in_words
from dlsim.tui.keys import READING_KEYS, WHAT_IF_KEYS, bindings, caps
from dlsim.tui.screens.reading import ReportScreen
from dlsim.tui.session import Session
from dlsim.tui.widgets.lines import Line, wrap
from dlsim.tui.words import words

SAY = words()
LABEL, NUMBER = 14, 24
BESIDES_DIGITS = 6
"""Cells that -1.2345678e-05 takes besides its eight digits."""
FEWEST_DIGITS = 3


class ComparingScreen(ReportScreen):
    """Compares as it opens; escape returns, and so do undo and redo, which then go to the run that they name."""

    TITLE_KEY = "compare.title"
    FOOTER = ("edit.undo", "edit.redo", "app.close")
    BINDINGS = bindings(WHAT_IF_KEYS, SAY)
    KEYS = (*WHAT_IF_KEYS, *READING_KEYS)

    def __init__(self, session: Session, digits: int, undo: Callable[[], None], redo: Callable[[], None]) -> None:
        super().__init__(session, digits)
        self._undo, self._redo = undo, redo

    def report(self) -> None:
        """Compare, and show."""
        compared = self._session.simulator.compare()
        if compared is None:
            return
        edits = [edited for edited in self._session.edits.done if edited.iteration >= compared.fork][-1:]
        keys = caps(SAY, WHAT_IF_KEYS)
        self.reading.show(lambda cells: comparison_lines(compared, edits, keys, cells, self._digits))

    def action_undo(self) -> None:
        """Return, to the run that was left."""
        self.dismiss()
        self._undo()

    def action_redo(self) -> None:
        """Return, to the run of the edit that was undone."""
        self.dismiss()
        self._redo()


def comparison_lines(
    compared: Comparison, edits: Sequence[Edited], keys: Mapping[str, str], cells: int, digits: int = DIGITS
) -> Sequence[Line]:
    """What was edited, the first number in which the runs differ, and how far apart they have come since. `keys` are
    the names of keys by binding id.
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
                iteration=f"{edited.iteration:,}",
            )
            lines += wrap([(told, "")], cells)
            if edited.along:
                lines += wrap([(SAY("compare.along", settings=in_words(edited)), "")], cells)
        lines.append(())
    lines += [((SAY("compare.parting"), "heading"),), *_parting(compared, cells, room, beside), ()]
    lines += _how_far(compared, cells, room, beside, digits)
    how = SAY("compare.how", undo=keys["edit.undo"], redo=keys["edit.redo"])
    return [*lines, (), *wrap([(how, "muted")], cells)]


def _parting(compared: Comparison, cells: int, room: int, digits: int) -> Sequence[Line]:
    """The first number in which the runs differ."""
    iteration = f"{compared.fork:,}"
    if compared.symbol is None:
        return wrap([(SAY("compare.same", iteration=iteration), "")], cells)
    said = wrap([(SAY("compare.first", symbol=compared.symbol, iteration=iteration), "")], cells)
    if compared.present is None or compared.other is None:
        key = "compare.only_there" if compared.present is None else "compare.only_here"
        said = [*said, *wrap([(SAY(key), "")], cells)]
    return [*said, (), *_beside(compared.symbol, (compared.present, compared.other), room, digits)]


def _how_far(compared: Comparison, cells: int, room: int, beside: int, digits: int) -> Sequence[Line]:
    """How far the runs have gone, and how far apart they are where both have been."""
    reached = [SAY("compare.reached", iteration=f"{done:,}") for done in compared.gone]
    lines: list[Line] = [
        ((SAY("compare.gone"), "heading"),),
        _row("", room, SAY("compare.present"), SAY("compare.other"), "muted"),
        _row("", room, *reached, ""),
        (),
    ]
    if compared.iteration is None or compared.losses is None:
        key = "compare.not_begun" if compared.gone[0] < compared.fork else "compare.no_further"
        return [*lines, *wrap([(SAY(key, iteration=f"{compared.fork:,}"), "")], cells)]
    is_last = compared.iteration == min(compared.gone) and compared.gone[0] != compared.gone[1]
    title = SAY("compare.distance_last" if is_last else "compare.distance", iteration=f"{compared.iteration:,}")
    lines += [*wrap([(title, "heading")], cells), *_beside(SAY("compare.loss"), compared.losses, room, beside)]
    key = "compare.other_shape" if compared.parameters is None else "compare.parameters"
    distance = "" if compared.parameters is None else fixed(compared.parameters, digits)
    return [*lines, (), *wrap([(SAY(key, distance=distance), "")], cells)]


def _fitting(cells: int, digits: int) -> tuple[int, int]:
    """(cells of a column, digits of the numbers in it): narrower columns before fewer digits."""
    room = NUMBER
    if LABEL + 2 * room + digits + BESIDES_DIGITS > cells:
        room = 1 + max(cell_len(SAY(f"compare.{head}")) for head in ("present", "other"))
    return room, min(digits, max(cells - LABEL - 2 * room - BESIDES_DIGITS, FEWEST_DIGITS))


def _beside(label: str, pair: tuple[float | None, float | None], room: int, digits: int) -> Sequence[Line]:
    """A number of both runs, and their difference."""
    present, other = pair
    difference = None if present is None or other is None else present - other
    heads = (SAY("compare.present"), SAY("compare.other"), SAY("compare.difference"))
    numbers = (SAY("compare.none") if number is None else fixed(number, digits) for number in (*pair, difference))
    return [_row("", room, *heads, "muted"), _row(label, room, *numbers, "")]


def _row(label: str, room: int, *texts: str) -> Line:
    *cells, role = texts
    return ((label.ljust(LABEL), "symbol"), *((text.ljust(room), role) for text in cells))
