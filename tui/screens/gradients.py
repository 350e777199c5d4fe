"""The proof: every gradient on the tape beside one that was computed without the chain rule."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from time import perf_counter

from msgspec import Struct
from rich.cells import cell_len

from dlsim.engine.gradient_check import GradientCheck, GradientEntry, GradientReport, worth_waiting
from dlsim.engine.numerals import DIGITS, fixed
from dlsim.tui.screens.reading import PIECE_SECONDS, PiecewiseReport
from dlsim.tui.widgets.lines import Line, wrap
from dlsim.tui.words import words

SAY = words()
SHOWN_AT_MOST = 1_000
LABEL, NUMBERS = 12, (17, 14, 13)
IN_LAST_COLUMN = ("error", "kink", "rounding", "undecided_rounding", "undecided_not_finite")
AT_ONCE = 0.1
"""Seconds. What takes longer is checked by pieces."""


class GradientScreen(PiecewiseReport):
    """Checks the gradients as it opens; escape returns."""

    TITLE_KEY = "check.title"

    def report(self) -> None:
        """Check what can be at once; what is left, by pieces."""
        simulator = self._session.simulator
        self._check = GradientCheck(simulator, limit=worth_waiting(simulator), with_differences=True)
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
    has_differences = any(entry.difference is not None for entry in report.entries)
    columns = _columns(cells, digits, has_differences=has_differences)
    about = ["check.method" if columns.has_difference else "check.method_alone"] * bool(report.entries)
    about += ["check.about_kinks"] * (report.kinks > 0) + ["check.about_undecided"] * (report.undecided > 0)
    for key in about:
        lines += [*wrap([(SAY(key), "muted")], cells), ()]
    lines.append(columns.titles)
    lines += [_line(entry, columns, digits) for entry in report.entries[:SHOWN_AT_MOST]]
    if len(report.entries) > SHOWN_AT_MOST:
        lines.append(((SAY("check.more", shown=SHOWN_AT_MOST, total=len(report.entries)), "muted"),))
    return lines


class Columns(Struct, frozen=True):
    """What there is room for beside the parameter: so many cells a number, the difference or not, and which words."""

    number: int
    has_difference: bool
    form: str
    """The form of the words: in full, or `_in_short`."""

    @property
    def titles(self) -> Line:
        """What stands over the columns."""
        numbers = ["chain_rule", *["difference"] * self.has_difference, "complex_step"]
        heads = [(SAY(f"check.{name}").ljust(self.number), "muted") for name in numbers]
        return ((SAY("check.parameter").ljust(LABEL), "muted"), *heads, (SAY(f"check.error{self.form}"), "muted"))

    def says(self, word: str) -> str:
        """A word of the last column."""
        return SAY(f"check.{word}{self.form}")


def _columns(cells: int, digits: int, *, has_differences: bool) -> Columns:
    """The widest that fit; the difference, which decides nothing, is the first to go."""
    more = max(digits - DIGITS, 0)
    choices = [
        Columns(number + more, has_difference, form)
        for has_difference in (True, False)[not has_differences :]
        for form in ("", "_in_short")
        for number in NUMBERS
    ]

    def breadth(columns: Columns) -> int:
        longest = max(cell_len(columns.says(word)) for word in IN_LAST_COLUMN)
        return LABEL + (2 + columns.has_difference) * columns.number + longest

    return next((columns for columns in choices if breadth(columns) <= cells), choices[-1])


def _line(entry: GradientEntry, columns: Columns, digits: int) -> Line:
    difference = [entry.difference] if columns.has_difference and entry.difference is not None else []
    numbers = (entry.analytic, *difference, entry.numeric)
    said = [(_aligned(number, digits, columns.number), "") for number in numbers]
    role = "muted"
    if entry.verdict == "not differentiable here":
        last = columns.says("kink")
    elif entry.verdict == "undecided":
        is_finite = isfinite(entry.analytic) and isfinite(entry.numeric)
        last = columns.says("undecided_rounding" if is_finite else "undecided_not_finite")
    elif entry.is_rounding:
        last = columns.says("rounding")
    else:
        last, role = f"{entry.relative_error:.1e}", "trouble" if entry.verdict == "differs" else ""
    return ((entry.symbol.ljust(LABEL), "symbol"), *said, (last, role))


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
