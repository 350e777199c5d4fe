"""Whether the numbers are right: the figures that a scenario expects, and the gradients on a tape,
against finite and complex-step differences.

The answers are data, a `CheckResult` for each figure compared and a `GradientEntry` for each gradient: the command and
the screen print them.

A gradient is compared with one that is computed without the chain rule, by the complex step, Im E(p + ih)/h: no
difference is taken, so nothing cancels, and h can be so small that no kink lies between p and p + ih (Squire and Trapp,
SIAM Review 40 (1998)). Where p itself is on a kink, ih leads to its right and −ih to its left: if the two slopes
differ, there is no derivative, and that is reported. The central difference, which one would take by hand, is computed
too, to be shown.

Both gradients are rounded. How far that may go is tried out, see engine/model.py: Probe.rounding; it depends on the
network, not on the size of its loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from math import isfinite
from typing import Literal

import numpy as np
from msgspec import Struct, field

from dlsim.engine.errors import WrongKindError
from dlsim.engine.model import Array, Probe
from dlsim.engine.program import Trouble
from dlsim.engine.scenario.spec import Expectation, Scenario
from dlsim.engine.simulator import Simulator

STEP = 1e-200
"""So small that its square is 0."""
LARGER_STEP = 1e-100
"""For where the other is lost, as numbers on the way are so small that nothing is left of it."""
DIFFERENCE = 1e-5
"""The step of a central difference: near the cube root of the rounding error, where that and the curvature meet."""
SMALLEST = 1e-100
"""What is smaller, a step of that size does not see."""
EXACT = 1e-9
"""Up to this relative error two numbers are one."""
NEARLY = 1e-6
"""Up to this relative error they are where rounding may have made it; what it parts more than this is not decided."""
ZERO = 1e-9
"""What rounding may have made, and is smaller than this part of the largest gradient, is 0."""
CHECKED_AT_MOST = 5_000
"""Of more parameters than this, so many evenly spaced ones are checked."""
WORTH_WAITING, FEWEST_CHECKED = 20_000_000, 50
"""A check is a forward pass, whose time goes with the parameters: where somebody waits, of a large network only some
are checked."""

Reason = Literal["", "rounding", "not finite", "too large"]
Verdict = Literal["agrees", "differs", "not differentiable here", "undecided"]


class GradientEntry(Struct, frozen=True):
    """One parameter's gradient, by the chain rule and without it; at a kink, the mean of the slopes to either side.

    Where it `is_rounding`, both are 0 but for rounding, beside the other gradients: they agree, and their relative
    error means nothing. It is undecided where rounding leaves too little to compare, where a number is not finite, or
    where those on the way are so large that the step is no longer small beside them: that is the `reason`.
    """

    symbol: str
    analytic: float
    difference: float | None
    """(E(p + h) − E(p − h))/2h, for the eye: how much of it is rounding goes with E, so that it decides nothing. None
    where it was not asked for.
    """
    numeric: float
    relative_error: float
    verdict: Verdict
    is_rounding: bool = False
    reason: Reason = ""


class GradientReport(Struct, frozen=True):
    """All of them; `total` parameters there are. `iteration` is the one on whose tape they stand."""

    iteration: int
    total: int
    entries: tuple[GradientEntry, ...]

    @property
    def ok(self) -> bool:
        """Whether none differs, and all are finite."""
        return not self.differing and not self.not_finite

    @property
    def differing(self) -> int:
        """How many differ."""
        return sum(entry.verdict == "differs" for entry in self.entries)

    @property
    def agreeing(self) -> int:
        """How many agree."""
        return sum(entry.verdict == "agrees" for entry in self.entries)

    @property
    def kinks(self) -> int:
        """How many have nothing to agree with: no derivative here."""
        return sum(entry.verdict == "not differentiable here" for entry in self.entries)

    @property
    def undecided(self) -> int:
        """Of how many it cannot be told."""
        return sum(entry.verdict == "undecided" for entry in self.entries)

    @property
    def not_finite(self) -> int:
        """Of how many because there is no finite number to compare."""
        return sum(entry.reason == "not finite" for entry in self.entries)

    @property
    def worst(self) -> GradientEntry | None:
        """The entry with the largest relative error among those of which it means something."""
        compared = [entry for entry in self.entries if entry.verdict in ("agrees", "differs") and not entry.is_rounding]
        return max(compared, key=lambda entry: entry.relative_error, default=None)


class GradientCheck:
    """A check of the gradients of the iteration on the tape, one by one: iterate over it.

    Of more than `limit` parameters, evenly spaced ones are checked. `with_differences` adds the central differences,
    and each then takes three times as long. Raises WrongKindError where nothing is trained.
    """

    def __init__(self, simulator: Simulator, *, limit: int = CHECKED_AT_MOST, with_differences: bool = False) -> None:
        probe = simulator.model.probe()
        if probe is None:
            raise WrongKindError("nothing is trained here, so there are no gradients to check")
        self._probe, self._iteration = probe, simulator.position.iteration
        self._with_differences = with_differences
        self._places = range(0, probe.size, max(-(-probe.size // limit), 1))

    def __len__(self) -> int:
        """How many it checks."""
        return len(self._places)

    def __iter__(self) -> Iterator[GradientEntry]:
        """Check, one after the other."""
        probe = self._probe
        largest = max((abs(probe.gradient(place)) for place in self._places), default=0.0)
        return (self._compare(place, largest) for place in self._places)

    def _compare(self, place: int, largest: float) -> GradientEntry:
        probe = self._probe
        analytic, numeric = probe.gradient(place), _slope(probe, place, STEP)
        is_in_range, left = probe.is_in_range(), numeric
        if probe.is_at_kink():
            left = _slope(probe, place, -STEP)
            is_in_range &= probe.is_in_range()
        has_two_slopes = is_in_range and _relative_error(numeric, left) > EXACT
        if has_two_slopes:
            numeric = left / 2 + numeric / 2
        verdict, reason, is_rounding = self._judge(place, analytic, numeric, largest, is_in_range=is_in_range)
        if verdict == "differs" and not has_two_slopes:
            larger = _slope(probe, place, LARGER_STEP)
            if probe.is_in_range() and _relative_error(analytic, larger) <= EXACT:
                numeric, verdict = larger, "agrees"
        return GradientEntry(
            symbol=probe.symbol(place),
            analytic=analytic,
            difference=_difference(probe, place) if self._with_differences else None,
            numeric=numeric,
            relative_error=_relative_error(analytic, numeric),
            verdict="not differentiable here" if has_two_slopes else verdict,
            is_rounding=is_rounding and not has_two_slopes,
            reason="" if has_two_slopes else reason,
        )

    def _judge(
        self, place: int, analytic: float, numeric: float, largest: float, *, is_in_range: bool
    ) -> tuple[Verdict, Reason, bool]:
        """Whether the two are one number, why that cannot be told, and whether they are 0 but for rounding."""
        error, size = _relative_error(analytic, numeric), max(abs(analytic), abs(numeric))
        if not (isfinite(analytic) and isfinite(numeric)):
            return "undecided", "not finite", False
        if error <= EXACT:
            return "agrees", "", False
        if not is_in_range:
            return "undecided", "too large", False
        rounding = float(self._rounding[place])
        if abs(analytic - numeric) > max(rounding, SMALLEST):
            return "differs", "", False
        is_zero = size <= max(min(rounding, ZERO * largest), SMALLEST)
        return ("agrees", "", is_zero) if is_zero or error <= NEARLY else ("undecided", "rounding", False)

    @cached_property
    def _rounding(self) -> Array:
        """How far rounding may go: three passes, which most checks need not wait for."""
        return self._probe.rounding()

    def report(self, entries: Iterable[GradientEntry]) -> GradientReport:
        """The report on `entries`, which came from iterating."""
        return GradientReport(self._iteration, self._probe.size, tuple(entries))


def check_gradients(simulator: Simulator, *, limit: int = CHECKED_AT_MOST) -> GradientReport:
    """Check all gradients of the iteration on the tape, or `limit` evenly spaced ones.

    Raises WrongKindError where nothing is trained.

        check_gradients(Simulator(load("backprop-2-2-2"))).agreeing     # 8
    """
    check = GradientCheck(simulator, limit=limit)
    return check.report(check)


def worth_waiting(simulator: Simulator) -> int:
    """How many gradients are checked where somebody waits for it."""
    return max(FEWEST_CHECKED, min(CHECKED_AT_MOST, WORTH_WAITING // max(simulator.size, 1)))


def _slope(probe: Probe, place: int, step: float) -> float:
    return probe.loss(place, complex(0.0, step)).imag / step


def _difference(probe: Probe, place: int) -> float:
    above, below = (probe.loss(place, step).real for step in (DIFFERENCE, -DIFFERENCE))
    return (above - below) / (2 * DIFFERENCE)


def _relative_error(one: float, other: float) -> float:
    size = max(abs(one), abs(other))
    return abs(one - other) / size if size else 0.0


What = Literal["value", "outputs", "loss", "loss_below", "accuracy", "finite", "gradients"]

SLACK = 1e-6
"""A figure that others have rounded may be off by half a unit of its last digit, and by this share of it more."""


class CheckResult(Struct, frozen=True):
    """One comparison. `after` counts iterations; `symbol` is empty unless a figure of that name was compared.

    `found` is None where there is nothing to compare with; `trouble` then says which number was not finite.
    """

    what: What
    ok: bool
    after: int = 0
    symbol: str = ""
    expected: float | Array | None = None
    found: float | Array | None = None
    digits: int = 8
    trouble: Trouble | None = None
    gradients: GradientReport | None = field(default=None)


def check(scenario: Scenario) -> Iterator[CheckResult]:
    """Compare everything that `scenario` expects, by iteration, then check its gradients at the start.

    A result a figure. Nothing is raised for what differs: `ok` says it.

        all(result.ok for result in check(load("backprop-2-2-2")))      # True
    """
    simulator = Simulator(scenario)
    for expectation in sorted(scenario.expectations, key=lambda each: each.after):
        yield from _check_expectation(simulator, expectation)
    yield from check_start(scenario)


def check_start(scenario: Scenario) -> Iterator[CheckResult]:
    """Check the gradients of the first iteration; a scenario that is not trained has none."""
    simulator = Simulator(scenario)
    if simulator.model.probe() is not None:
        report = check_gradients(simulator)
        yield CheckResult("gradients", report.ok, gradients=report)


def agrees(found: float | Array, expected: float | Array, digits: int) -> bool:
    """Whether `found`, rounded to `digits` decimals, may be written as `expected`."""
    difference = np.abs(np.asarray(found) - np.asarray(expected))
    return bool(np.all(difference <= 0.5 * 10.0**-digits * (1.0 + SLACK)))  # never true of NaN


def _check_expectation(simulator: Simulator, expectation: Expectation) -> Iterator[CheckResult]:
    after, digits = expectation.after, expectation.digits
    if simulator.trains:
        simulator.seek(iteration=after)
        if simulator.iteration < after:
            yield CheckResult("finite", ok=False, after=after, trouble=simulator.trouble)
            return

    def compared(what: What, expected: float | Array, found: float | Array | None, symbol: str = "") -> CheckResult:
        ok = found is not None and agrees(found, expected, digits)
        return CheckResult(what, ok, after, symbol, expected, found, digits)

    for symbol, expected in expectation.values.items():
        yield compared("value", expected, simulator.look_up(symbol), symbol)
    if expectation.outputs is not None:
        yield compared("outputs", expectation.outputs, simulator.outputs())
    if expectation.loss is not None:
        yield compared("loss", expectation.loss, simulator.loss())
    if expectation.loss_below is not None:
        loss = simulator.loss()
        ok = loss is not None and loss < expectation.loss_below
        yield CheckResult("loss_below", ok, after, "", expectation.loss_below, loss, digits)
    if expectation.accuracy is not None:
        yield compared("accuracy", expectation.accuracy, simulator.accuracy())
