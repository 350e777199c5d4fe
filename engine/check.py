"""The figures that a scenario expects, compared with what it computes; and its gradients with independent ones.

The answers are data, a `CheckResult` for each figure compared: the command prints them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from dlsim.engine.explain import Trouble
from dlsim.engine.gradient_check import GradientReport, check_gradients
from dlsim.engine.scenario.spec import Expectation, Scenario
from dlsim.engine.simulator import Simulator

Array = NDArray[np.float64]
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
