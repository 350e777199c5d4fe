"""Proof of the gradients on the tape: each compared with one made without any chain rule.

Where the network is smooth, by the complex step, Im E(p + ih)/h: no difference is taken, so nothing cancels
(Squire and Trapp, SIAM Review 40 (1998)). Elsewhere by central differences, (E(p + h) − E(p − h))/2h; a parameter
whose two probes fall on different sides of a kink has no derivative to compare with, and is reported so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine.errors import WrongKindError
from dlsim.engine.model import Probe
from dlsim.engine.simulator import Simulator

COMPLEX_STEP = 1e-30
DIFFERENCE = 1e-6
CANCELLED = 1e-12
"""A gradient is a sum; where its terms cancel, what is left is only as exact as this part of the largest gradient."""
CHECKED_AT_MOST = 5_000
"""Of more parameters than this, so many evenly spaced ones are checked."""
WORTH_WAITING, FEWEST_CHECKED = 20_000_000, 50
"""A check is a forward pass, whose time goes with the parameters: where somebody waits, of a large network only some
are checked."""

Verdict = Literal["agrees", "differs", "not differentiable here"]
Method = Literal["complex step", "central difference"]


class GradientEntry(Struct, frozen=True):
    """One parameter's gradient, by the chain rule and without it.

    Where it `is_rounding`, both are 0 but for rounding: they agree, and their relative error means nothing.
    """

    symbol: str
    analytic: float
    numeric: float
    relative_error: float
    method: Method
    verdict: Verdict
    is_rounding: bool = False


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
    def agreeing(self) -> int:
        """How many agree."""
        return sum(entry.verdict == "agrees" for entry in self.entries)

    @property
    def kinks(self) -> int:
        """How many have nothing to agree with: no derivative here."""
        return sum(entry.verdict == "not differentiable here" for entry in self.entries)

    @property
    def worst(self) -> GradientEntry | None:
        """The entry with the largest relative error among those of which it means something."""
        compared = [
            entry for entry in self.entries if entry.verdict != "not differentiable here" and not entry.is_rounding
        ]
        return max(compared, key=lambda entry: entry.relative_error, default=None)


class GradientCheck:
    """A check of the gradients of the iteration on the tape, one by one. WrongKindError where nothing is trained."""

    def __init__(self, simulator: Simulator, *, limit: int = CHECKED_AT_MOST) -> None:
        probe = simulator.model.probe()
        if probe is None:
            raise WrongKindError("nothing is trained here, so there are no gradients to check")
        self._probe, self._iteration = probe, simulator.position.iteration
        self._places = range(0, probe.size, max(-(-probe.size // limit), 1))

    def __len__(self) -> int:
        """How many it checks."""
        return len(self._places)

    def __iter__(self) -> Iterator[GradientEntry]:
        """Check, one after the other."""
        probe = self._probe
        largest = max((abs(probe.gradient(place)) for place in self._places), default=0.0)
        check = _by_complex_step if probe.is_smooth else _by_difference
        return (check(probe, place, largest) for place in self._places)

    def report(self, entries: Iterable[GradientEntry]) -> GradientReport:
        """What these say together."""
        return GradientReport(self._iteration, self._probe.size, tuple(entries))


def check_gradients(simulator: Simulator, *, limit: int = CHECKED_AT_MOST) -> GradientReport:
    """Check them all at once, see GradientCheck."""
    check = GradientCheck(simulator, limit=limit)
    return check.report(check)


def worth_waiting(simulator: Simulator) -> int:
    """How many gradients are checked where somebody waits for it."""
    return max(FEWEST_CHECKED, min(CHECKED_AT_MOST, WORTH_WAITING // max(simulator.size, 1)))


def _by_complex_step(probe: Probe, place: int, largest: float) -> GradientEntry:
    analytic = probe.gradient(place)
    numeric = probe.loss(place, complex(0.0, COMPLEX_STEP)).imag / COMPLEX_STEP
    return _entry(probe.symbol(place), analytic, numeric, "complex step", 1e-9, max(CANCELLED * largest, 1e-15))


def _by_difference(probe: Probe, place: int, largest: float) -> GradientEntry:
    analytic = probe.gradient(place)
    above = probe.loss(place, DIFFERENCE).real
    sides = probe.sides_of_kinks()
    below = probe.loss(place, -DIFFERENCE).real
    numeric = (above - below) / (2 * DIFFERENCE)
    rounding = max(CANCELLED * largest, 1e-8 * max(1.0, abs(above)))
    entry = _entry(probe.symbol(place), analytic, numeric, "central difference", 1e-6, rounding)
    if sides == probe.sides_of_kinks():
        return entry
    return replace(entry, verdict="not differentiable here", is_rounding=False)


def _entry(
    symbol: str, analytic: float, numeric: float, method: Method, exact: float, rounding: float
) -> GradientEntry:
    """Two numbers agree up to a relative error of `exact`, or where no more than `rounding` is between them."""
    error = _relative_error(analytic, numeric)
    agrees = error <= exact or abs(analytic - numeric) <= rounding
    is_rounding = agrees and error > exact and max(abs(analytic), abs(numeric)) <= rounding
    return GradientEntry(symbol, analytic, numeric, error, method, "agrees" if agrees else "differs", is_rounding)


def _relative_error(one: float, other: float) -> float:
    size = max(abs(one), abs(other))
    return abs(one - other) / size if size else 0.0
