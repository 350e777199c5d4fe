"""The proof: every gradient on the tape beside one that was computed without the chain rule."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from time import perf_counter

from dlsim.engine.gradient_check import GradientCheck, GradientEntry, GradientReport, worth_waiting
from dlsim.engine.numerals import DIGITS, fixed
from dlsim.tui.screens.reading import PIECE_SECONDS, PiecewiseReport
from dlsim.tui.widgets.lines import Line, Piece, wrap
from dlsim.tui.words import words

SAY = words()
SHOWN_AT_MOST = 1_000
LABEL, NUMBER = 12, 17
AT_ONCE = 0.1
"""Seconds. What takes longer is checked by pieces."""


class GradientScreen(PiecewiseReport):
    """Checks the gradients as it opens; escape returns."""

    TITLE_KEY = "check.title"

    def report(self) -> None:
        """Check what can be at once; what is left, by pieces."""
        simulator = self._session.simulator
        self._check = GradientCheck(simulator, limit=worth_waiting(simulator))
        self._left = iter(self._check)
        self._done: list[GradientEntry] = []
        self._pieces.resume()
        self.go_on(AT_ONCE)

    def go_on(self, seconds: float = PIECE_SECONDS) -> None:
        """Check the next ones; once all are, say what came of it."""
        end = perf_counter() + seconds
        for entry in self._left:
            self._done.append(entry)
            if perf_counter() > end:
                break
        if len(self._done) < len(self._check):
            going_on = SAY("check.going_on", done=len(self._done), number=len(self._check))
            self.reading.show(lambda cells: wrap([(going_on, "muted")], cells))
            return
        self._pieces.stop()
        report = self._check.report(self._done)
        self.reading.show(lambda cells: report_lines(report, cells, self._digits))


def report_lines(report: GradientReport, cells: int, digits: int = DIGITS) -> Sequence[Line]:
    """The verdict, then parameter by parameter."""
    lines: list[Line] = [*wrap([(_verdict(report), "result" if report.ok else "trouble")], cells), ()]
    about = ["check.method"] if report.entries else []
    about += ["check.about_kinks"] * (report.kinks > 0) + ["check.about_undecided"] * (report.undecided > 0)
    for key in about:
        lines += [*wrap([(SAY(key), "muted")], cells), ()]
    titles = ("check.parameter", "check.chain_rule", "check.independent", "check.error")
    room = NUMBER + max(digits - DIGITS, 0)
    widths = (LABEL, room, room, room)
    lines.append(tuple((SAY(title).ljust(size), "muted") for title, size in zip(titles, widths, strict=True)))
    for entry in report.entries[:SHOWN_AT_MOST]:
        pieces: list[Piece] = [(entry.symbol.ljust(LABEL), "symbol")]
        pieces += [(_aligned(number, digits, room), "") for number in (entry.analytic, entry.numeric)]
        if entry.verdict == "not differentiable here":
            pieces.append((SAY("check.kink"), "muted"))
        elif entry.verdict == "undecided":
            reason = "rounding" if isfinite(entry.analytic) and isfinite(entry.numeric) else "not_finite"
            pieces.append((SAY(f"check.undecided.{reason}"), "muted"))
        elif entry.is_rounding:
            pieces.append((SAY("check.rounding"), "muted"))
        else:
            pieces.append((f"{entry.relative_error:.1e}", "trouble" if entry.verdict == "differs" else ""))
        lines.append(tuple(pieces))
    if len(report.entries) > SHOWN_AT_MOST:
        lines.append(((SAY("check.more", shown=SHOWN_AT_MOST, total=len(report.entries)), "muted"),))
    return lines


def _verdict(report: GradientReport) -> str:
    """Whether they agree, and of how many that is said."""
    number, total = len(report.entries), report.total
    counts = {"kinks": report.kinks, "undecided": report.undecided}
    others = "".join(SAY(f"check.others.{key}", number=count) for key, count in counts.items() if count)
    key = "differ" if not report.ok else "some" if others else "agree"
    verdict = SAY(f"check.{key}", number=number, agree=report.agreeing, iteration=report.iteration, others=others)
    return verdict if number == total else f"{verdict} {SAY('check.part', number=number, total=total)}"


def _aligned(value: float, digits: int, room: int) -> str:
    text = fixed(value, digits)
    return (" " * (3 - len(text.partition(".")[0])) + text).ljust(room)
