"""The proof: every gradient on the tape beside one that was computed without the chain rule."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.gradient_check import CHECKED_AT_MOST, GradientReport, check_gradients
from dlsim.engine.numerals import DIGITS, fixed
from dlsim.tui.screens.reading import ReportScreen
from dlsim.tui.widgets.lines import Line, Piece, wrap
from dlsim.tui.words import words

SAY = words()
SHOWN_AT_MOST = 1_000
LABEL, NUMBER = 12, 17
WORTH_WAITING, FEWEST_CHECKED = 20_000_000, 50
"""A check is a forward pass, whose time goes with the parameters: of a large network only some are checked."""


class GradientScreen(ReportScreen):
    """Checks the gradients as it opens; escape returns."""

    TITLE_KEY = "check.title"

    def report(self) -> None:
        """Check, and show."""
        simulator = self._session.simulator
        size = sum(array.size for pair in simulator.parameters for array in pair if array is not None)
        report = check_gradients(simulator, limit=max(FEWEST_CHECKED, min(CHECKED_AT_MOST, WORTH_WAITING // size)))
        self.reading.show(lambda cells: report_lines(report, cells, self._digits))


def report_lines(report: GradientReport, cells: int, digits: int = DIGITS) -> Sequence[Line]:
    """The verdict, then parameter by parameter."""
    verdict = SAY(
        "check.agree" if report.ok else "check.differ", number=len(report.entries), iteration=report.iteration
    )
    lines: list[Line] = [*wrap([(verdict, "result" if report.ok else "trouble")], cells), ()]
    method = report.entries[0].method if report.entries else ""
    if method:
        lines += [*wrap([(SAY(f"check.method.{method.replace(' ', '_')}"), "muted")], cells), ()]
    titles = ("check.parameter", "check.chain_rule", "check.independent", "check.error")
    room = NUMBER + max(digits - DIGITS, 0)
    widths = (LABEL, room, room, room)
    lines.append(tuple((SAY(title).ljust(size), "muted") for title, size in zip(titles, widths, strict=True)))
    for entry in report.entries[:SHOWN_AT_MOST]:
        kink = entry.verdict == "not differentiable here"
        pieces: list[Piece] = [(entry.symbol.ljust(LABEL), "symbol")]
        pieces += [(_aligned(number, digits, room), "") for number in (entry.analytic, entry.numeric)]
        if kink:
            pieces.append((SAY("check.kink"), "muted"))
        elif entry.is_rounding:
            pieces.append((SAY("check.rounding"), "muted"))
        else:
            pieces.append((f"{entry.relative_error:.1e}", "trouble" if entry.verdict == "differs" else ""))
        lines.append(tuple(pieces))
    if len(report.entries) > SHOWN_AT_MOST or report.total > len(report.entries):
        shown = min(len(report.entries), SHOWN_AT_MOST)
        lines.append(((SAY("check.more", shown=shown, total=report.total), "muted"),))
    return lines


def _aligned(value: float, digits: int, room: int) -> str:
    text = fixed(value, digits)
    return (" " * (3 - len(text.partition(".")[0])) + text).ljust(room)
