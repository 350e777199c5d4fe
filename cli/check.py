"""`dlsim check`: what scenarios expect of themselves, every variant, and their gradients."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import click
import numpy as np

from dlsim.cli.options import complete_scenario, load_named
from dlsim.cli.output import one_line, write
from dlsim.engine import Scenario, builtin_scenarios, load
from dlsim.engine.check import CheckResult, GradientReport, check
from dlsim.engine.numbers import in_full, plain, scientific
from dlsim.engine.text import in_language

MOST_ROWS = 8
"""Of a longer table of outputs the rest is left out in a line."""
LABELS = {"loss_below": "loss", "finite": "run"}
"""Of what is called otherwise in a file."""

UNDECIDED = {
    "rounding": "undecided: rounding",
    "too large": "undecided: numbers too large for the step",
    "not finite": "cannot be compared: not finite",
}
"""What is said of gradients of which it cannot be told whether they agree."""


@click.command("check")
@click.argument("scenarios", metavar="[NAME-or-FILE]…", nargs=-1, shell_complete=complete_scenario)
@click.option("--all", "every", is_flag=True, help="Check every built-in scenario, as without names.")
def check_command(scenarios: tuple[str, ...], every: bool) -> int:
    """Validate scenarios, compare every figure that they expect, check their gradients.

    The status is 1 if a check failed.
    """
    if scenarios and every:
        raise click.UsageError("either names, or --all")
    # All are read first: a wrong file is refused before any check.
    found = [_all_variants(name) for name in scenarios or builtin_scenarios()]
    failed = checks = 0
    for number, (written, *variants) in enumerate(found):
        if number:
            write()
        write(f"{one_line(written.name)}  {one_line(in_language(written.title, 'en'))}")
        for line, ok in _checks(written, variants):
            checks += 1
            failed += not ok
            write(f"  {'✓' if ok else '✗'} {line}")
    write()
    write(f"{_count(len(found), 'scenario')}, {_count(checks, 'check')}, {failed} failed")
    return 1 if failed else 0


def _all_variants(name: str) -> list[Scenario]:
    """The scenario as written, and every variant of it."""
    written = load_named(name)
    return [written, *(load(name, variant=variant) for variant in written.variants)]


def _checks(written: Scenario, variants: Sequence[Scenario]) -> Iterator[tuple[str, bool]]:
    """Every check of a scenario as (line, whether it holds)."""
    for result in check(written):
        yield _line(result), result.ok
    for variant in variants:
        name = f"variant {one_line(variant.variant or '')}"
        results = list(check(variant))
        yield f"{name}: loads", True
        for result in results:
            yield f"{name}: {_line(result)}", result.ok


def _line(result: CheckResult) -> str:
    """What was compared, with what was expected and found."""
    if result.gradients is not None:
        return _gradient_line(result.gradients)
    name = one_line(result.symbol) or LABELS.get(result.what, result.what)
    where = f"after {result.after}: {name}"
    if result.what == "finite":
        trouble = result.trouble
        reason = f"{trouble.symbol} is {trouble.value} in iteration {trouble.iteration:,}" if trouble else "it stopped"
        return f"{where} never gets there, {one_line(reason)}"
    expected, found = (_figure(number, result.digits) for number in (result.expected, result.found))
    if result.what == "loss_below":
        return f"{where} = {found}, expected below {expected}"
    if result.ok:
        return f"{where} = {expected}"
    return f"{where}: expected {expected}, found {found}"


def _gradient_line(report: GradientReport) -> str:
    """How many gradients agree with those found by the complex step, and what is to be said of the others."""
    parts = [f"{report.agreeing} of {len(report.entries)} agree with complex step"]
    if report.kinks:
        parts.append(f"{report.kinks} not differentiable here")
    parts.extend(
        f"{count} {UNDECIDED[reason]}"
        for reason, count in Counter(entry.reason for entry in report.entries).items()
        if reason
    )
    worst = report.worst
    if worst is not None and math.isfinite(worst.relative_error):
        parts.append(f"largest relative difference {scientific(worst.relative_error, 1)}")
    if zeros := sum(entry.is_rounding for entry in report.entries):
        parts.append(f"{zeros} both zero to rounding")
    wrong = [entry for entry in report.entries if entry.verdict == "differs"]
    parts.extend(
        f"{entry.symbol} is {in_full(entry.analytic)}, should be {in_full(entry.numeric)}" for entry in wrong[:5]
    )
    return f"gradients: {'; '.join(parts)}"


def _figure(number: object, digits: int) -> str:
    """A number at its digits, or a table as rows; each made from the full number."""
    if number is None:
        return "nothing"
    values = np.asarray(number, dtype=np.float64)
    if values.ndim == 0:
        return plain(float(values), digits)
    rows = [" ".join(plain(float(value), digits) for value in row) for row in values[:MOST_ROWS]]
    return f"[{', '.join(rows if len(values) <= MOST_ROWS else [*rows, '…'])}]"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
