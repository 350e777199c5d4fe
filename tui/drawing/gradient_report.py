"""What a gradient check found, in lines: the verdict, then parameter by parameter."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.check import GradientEntry, GradientReport
from dlsim.engine.numbers import DIGITS, fixed, scientific
from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import Line, wrap
from dlsim.tui.words import words

SAY = words()
SHOWN_AT_MOST = 1_000
LABEL = 12
GAPS = (5, 2, 1)
"""Cells between two columns, the widest that there is room for."""


def report_lines(report: GradientReport, cells: int, digits: int = DIGITS) -> Sequence[Line]:
    """The verdict, then parameter by parameter."""
    lines: list[Line] = [*wrap([(_verdict(report), "result" if report.ok else "trouble")], cells), ()]
    columns = _columns(report, cells, digits)
    about = ["check.method" if columns.has_difference else "check.method_alone"] * bool(report.entries)
    about += ["check.about_kinks"] * (report.kinks > 0) + ["check.about_undecided"] * (report.undecided > 0)
    for key in about:
        lines += [*wrap([(SAY(key), "muted")], cells), ()]
    lines.append(columns.titles)
    lines += [columns.line(entry, digits) for entry in report.entries[:SHOWN_AT_MOST]]
    if len(report.entries) > SHOWN_AT_MOST:
        lines.append(((SAY("check.more", shown=SHOWN_AT_MOST, total=len(report.entries)), "muted"),))
    return lines


class GradientColumns(Struct, frozen=True):
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

    def numbers_of(self, entry: GradientEntry) -> Sequence[float]:
        """What an entry shows in columns of numbers."""
        difference = [entry.difference] if self.has_difference and entry.difference is not None else []
        return (entry.analytic, *difference, entry.numeric)

    def line(self, entry: GradientEntry, digits: int) -> Line:
        """What stands there of one parameter."""
        numbers = [(_aligned(number, digits).ljust(self.number), "") for number in self.numbers_of(entry)]
        word, role = _word(entry), "trouble" if entry.verdict == "differs" else ""
        last = (SAY(f"check.{word}{self.form}"), "muted")
        if word == "error":
            last = (scientific(entry.relative_error, 1), role)
        return ((entry.symbol.ljust(LABEL), "symbol"), *numbers, last)


def _columns(report: GradientReport, cells: int, digits: int) -> GradientColumns:
    """The widest that fit; the difference, which decides nothing, is the first to go."""
    entries = report.entries[:SHOWN_AT_MOST]
    has_differences = any(entry.difference is not None for entry in entries)
    said = {"error", *map(_word, entries)}
    for has_difference in (True, False)[not has_differences :]:
        numbers = [number for entry in entries for number in GradientColumns(0, has_difference, "").numbers_of(entry)]
        widest = max((len(_aligned(number, digits)) for number in numbers), default=0)
        widest = max(widest, *(breadth(SAY(f"check.{name}")) for name in ("chain_rule", "complex_step")))
        for form in ("", "_in_short"):
            last = max(breadth(SAY(f"check.{word}{form}")) for word in said)
            for gap in GAPS:
                columns = GradientColumns(widest + gap, has_difference, form)
                if LABEL + (2 + has_difference) * columns.number + last <= cells:
                    return columns
    return columns


def _word(entry: GradientEntry) -> str:
    """What the last column says: the error, or why there is none that means something."""
    if entry.verdict == "not differentiable here":
        return "kink"
    if entry.verdict == "undecided":
        return f"undecided_{entry.reason.replace(' ', '_')}"
    return "rounding" if entry.is_rounding else "error"


def _verdict(report: GradientReport) -> str:
    """Whether they agree, and of how many that is said."""
    number, total = len(report.entries), report.total
    counts = {"kinks": report.kinks, "undecided": report.undecided}
    others = "".join(SAY(f"check.others.{key}", number=count) for key, count in counts.items() if count)
    key = "differ" if report.differing else "some" if others else "agree"
    verdict = SAY(f"check.{key}", number=number, agree=report.agreeing, iteration=report.iteration, others=others)
    return verdict if number == total else f"{verdict} {SAY('check.part', number=number, total=total)}"


def _aligned(value: float, digits: int) -> str:
    text = fixed(value, digits)
    return " " * (3 - len(text.partition(".")[0])) + text
