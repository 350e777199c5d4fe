"""Proof of the gradients on the tape: each compared with one made without any chain rule.

Where the network is smooth, by the complex step, Im E(p + ih)/h: no difference is taken, so nothing cancels
(Squire and Trapp, SIAM Review 40 (1998)). Elsewhere by central differences, (E(p + h) − E(p − h))/2h; a parameter
whose two probes fall on different sides of a kink has no derivative to compare with, and is reported so.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dlsim.engine.errors import WrongKindError
from dlsim.engine.model import Probe
from dlsim.engine.simulator import Simulator

COMPLEX_STEP = 1e-30
DIFFERENCE = 1e-6
CANCELLED = 1e-12
"""A gradient is a sum; where its terms cancel, what is left is only as exact as this part of the largest gradient."""
CHECKED_AT_MOST = 5_000
"""Of more parameters than this, so many evenly spaced ones are checked."""

Verdict = Literal["agrees", "differs", "not differentiable here"]


class GradientEntry(Struct, frozen=True):
    """One parameter's gradient, by the chain rule and without it."""

    symbol: str
    analytic: float
    numeric: float
    relative_error: float
    method: Literal["complex step", "central difference"]
    verdict: Verdict


class GradientReport(Struct, frozen=True):
    """All of them; `total` parameters there are. `iteration` is the one on whose tape they stand."""

    iteration: int
    total: int
    entries: tuple[GradientEntry, ...]

    @property
    def ok(self) -> bool:
        """Whether none differs."""
        return all(entry.verdict != "differs" for entry in self.entries)

    @property
    def worst(self) -> GradientEntry | None:
        """The entry with the largest relative error among those that could be compared."""
        compared = [entry for entry in self.entries if entry.verdict != "not differentiable here"]
        return max(compared, key=lambda entry: entry.relative_error, default=None)


def check_gradients(simulator: Simulator, *, limit: int = CHECKED_AT_MOST) -> GradientReport:
    """Check the gradients of the iteration on the tape. WrongKindError where nothing is trained."""
    probe = simulator.model.probe()
    if probe is None:
        raise WrongKindError("nothing is trained here, so there are no gradients to check")
    places = range(0, probe.size, max(-(-probe.size // limit), 1))
    largest = max((abs(probe.gradient(place)) for place in places), default=0.0)
    check = _by_complex_step if probe.is_smooth else _by_difference
    entries = tuple(check(probe, place, largest) for place in places)
    return GradientReport(simulator.position.iteration, probe.size, entries)


def _by_complex_step(probe: Probe, place: int, largest: float) -> GradientEntry:
    analytic = probe.gradient(place)
    numeric = probe.loss(place, complex(0.0, COMPLEX_STEP)).imag / COMPLEX_STEP
    error = _relative_error(analytic, numeric)
    agrees = error <= 1e-9 or abs(analytic - numeric) <= max(CANCELLED * largest, 1e-15)
    return GradientEntry(
        probe.symbol(place), analytic, numeric, error, "complex step", "agrees" if agrees else "differs"
    )


def _by_difference(probe: Probe, place: int, largest: float) -> GradientEntry:
    analytic = probe.gradient(place)
    above = probe.loss(place, DIFFERENCE).real
    sides = probe.sides_of_kinks()
    below = probe.loss(place, -DIFFERENCE).real
    numeric = (above - below) / (2 * DIFFERENCE)
    error = _relative_error(analytic, numeric)
    verdict: Verdict = "differs"
    if sides != probe.sides_of_kinks():
        verdict = "not differentiable here"
    elif error <= 1e-6 or abs(analytic - numeric) <= max(CANCELLED * largest, 1e-8 * max(1.0, abs(above))):
        verdict = "agrees"
    return GradientEntry(probe.symbol(place), analytic, numeric, error, "central difference", verdict)


def _relative_error(one: float, other: float) -> float:
    size = max(abs(one), abs(other))
    return abs(one - other) / size if size else 0.0
