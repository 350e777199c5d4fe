"""What a check of gradients says of a number, at each of the bounds at which it says something else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from support.networks import layer, scenario

from dlsim.engine import Simulator
from dlsim.engine.check import CHECKED_AT_MOST, GradientCheck, check_gradients, worth_waiting
from dlsim.engine.errors import WrongKindError


class Told:
    """A probe that answers what a test tells it: gradients on the tape, slopes to the right and to the left."""

    def __init__(self, gradients, slopes=None, lefts=None, *, rounding=0.0, in_range=True, larger=None, curve=0.0):
        self.told, self.slopes = gradients, slopes or gradients
        self.lefts, self.larger = lefts, larger
        self.noise, self.in_range, self.curve = rounding, in_range, curve
        self.size = len(gradients)
        self.asked = []

    def symbol(self, place):
        return f"W{place + 1}"

    def gradient(self, place):
        return self.told[place]

    def loss(self, place, offset):
        self.asked.append((place, offset))
        offset = complex(offset)
        slope = self.slopes[place]
        if self.larger is not None and abs(offset.imag) == 1e-100:
            slope = self.larger
        if self.lefts is not None and offset.imag < 0:
            slope = self.lefts[place]
        return slope * offset + self.curve * (1 + offset) ** 3

    def is_at_kink(self):
        return self.lefts is not None

    def is_in_range(self):
        return self.in_range

    def rounding(self):
        return [self.noise] * self.size


def check(*args, limit=100, with_differences=False, **kwargs):
    probe = Told(*args, **kwargs)
    simulator = SimpleNamespace(model=SimpleNamespace(probe=lambda: probe), position=SimpleNamespace(iteration=3))
    found = GradientCheck(simulator, limit=limit, with_differences=with_differences)
    return found.report(list(found)), probe


BESIDE = 1.0  # another gradient, which is right: the largest of all
CASES = [
    # analytic, numeric, rounding, in range: verdict, reason, is it rounding alone
    (0.5, 0.5, 0.0, True, "agrees", "", False),
    (0.5, 0.5 * (1 + 0.9e-9), 0.0, True, "agrees", "", False),
    (0.5, 0.5 * (1 + 1.2e-9), 0.0, True, "differs", "", False),
    (0.5, -0.5, 0.0, True, "differs", "", False),
    (0.5, 0.5 * (1 + 1.2e-9), 1e-9, True, "agrees", "", False),  # rounding may have made it
    (0.5, 0.5 * (1 + 0.9e-6), 1e-5, True, "agrees", "", False),
    (0.5, 0.5 * (1 + 1.2e-6), 1e-5, True, "undecided", "rounding", False),
    (1e-10, 2e-10, 1e-9, True, "agrees", "", True),  # both nothing beside the largest
    (1e-8, 1.5e-8, 1e-7, True, "undecided", "rounding", False),  # too much to be nothing
    (1e-10, 2e-10, 1.5e-10, True, "undecided", "rounding", False),  # more than rounding makes of nothing
    (1e-101, 5e-102, 0.0, True, "agrees", "", True),  # too small for a step to see
    (1e-99, 5e-100, 0.0, True, "differs", "", False),
    (0.5, 0.7, 0.0, False, "undecided", "too large", False),
    (0.5, 0.5, 0.0, False, "agrees", "", False),
    (float("nan"), 0.5, 0.0, True, "undecided", "not finite", False),
    (0.5, float("inf"), 0.0, True, "undecided", "not finite", False),
]


@pytest.mark.parametrize(("analytic", "numeric", "rounding", "in_range", "verdict", "reason", "is_zero"), CASES)
def test_a_verdict_on_each_side_of_every_bound(analytic, numeric, rounding, in_range, verdict, reason, is_zero):
    report, _ = check([analytic, BESIDE], [numeric, BESIDE], rounding=rounding, in_range=in_range)
    entry = report.entries[0]
    assert (entry.verdict, entry.reason, entry.is_rounding) == (verdict, reason, is_zero)


def test_the_relative_error_is_that_part_of_the_larger_of_the_two():
    report, _ = check([3.0, -4.0, 0.0, 5.0], [4.0, -3.0, 0.0, 5.0])
    assert [entry.relative_error for entry in report.entries] == [0.25, 0.25, 0.0, 0.0]


def test_where_the_step_is_lost_on_the_way_a_larger_one_decides():
    report, _ = check([0.5], [0.0], larger=0.5)
    assert [(entry.verdict, entry.numeric) for entry in report.entries] == [("agrees", 0.5)]
    report, _ = check([0.5], [0.0], larger=0.5 * (1 + 1e-8))
    assert [(entry.verdict, entry.numeric) for entry in report.entries] == [("differs", 0.0)]


def test_on_a_kink_with_two_slopes_there_is_no_derivative_and_their_mean_is_shown():
    report, _ = check([1.0], [1.0], [0.25])
    (entry,) = report.entries
    assert (entry.verdict, entry.numeric, entry.reason, entry.is_rounding) == (
        "not differentiable here",
        0.625,
        "",
        False,
    )
    assert (report.kinks, report.agreeing, report.ok, report.worst) == (1, 0, True, None)


def test_on_a_kink_with_one_slope_it_is_compared_as_elsewhere():
    report, _ = check([1.0, 2.0], [1.0, 1.5], [1.0, 1.5])
    assert [entry.verdict for entry in report.entries] == ["agrees", "differs"]


def test_a_difference_is_taken_to_both_sides_and_only_where_it_is_asked_for():
    report, probe = check([0.5], [0.5], with_differences=True, curve=1.0)
    # (E(p + h) − E(p − h))/2h of 0.5·p + (1 + p)³: its slope 3.5, and h² from the curvature
    assert report.entries[0].difference == pytest.approx(3.5 + 1e-10, abs=2e-11)
    assert [offset for _, offset in probe.asked if complex(offset).real] == [1e-5, -1e-5]
    report, probe = check([0.5])
    assert report.entries[0].difference is None
    assert probe.asked == [(0, 1e-200j)]


@pytest.mark.parametrize(
    ("size", "limit", "checked"),
    [(5, 5, [1, 2, 3, 4, 5]), (6, 5, [1, 3, 5]), (5, 2, [1, 4]), (5, 1, [1]), (3, 7, [1, 2, 3])],
)
def test_of_more_than_a_limit_evenly_spaced_ones_are_checked(size, limit, checked):
    report, _ = check([1.0] * size, limit=limit)
    assert [entry.symbol for entry in report.entries] == [f"W{number}" for number in checked]
    assert (report.total, report.iteration) == (size, 3)


def test_a_report_counts_each_verdict_and_names_the_worst_of_which_an_error_means_something():
    gradients = [1.0, 0.5, 0.5, 1e-10, 0.25, float("nan")]
    numerics = [1.0, 0.5 * (1 + 5e-10), 0.6, 3e-10, 0.25 * (1 + 1e-4), 1.0]
    report, _ = check(gradients, numerics, rounding=1e-3)
    assert [entry.verdict for entry in report.entries] == [
        "agrees",
        "agrees",
        "differs",
        "agrees",
        "undecided",
        "undecided",
    ]
    assert (report.agreeing, report.differing, report.undecided, report.not_finite) == (3, 1, 2, 1)
    assert report.worst.symbol == "W3"
    assert not report.ok
    fine, _ = check([1.0, 0.5], [1.0, 0.5 * (1 + 5e-10)])
    assert fine.ok
    assert fine.worst.symbol == "W2"
    lost, _ = check([float("nan")])
    assert (lost.differing, lost.not_finite, lost.ok) == (0, 1, False)


def test_where_nothing_is_trained_there_is_nothing_to_check():
    simulator = SimpleNamespace(model=SimpleNamespace(probe=lambda: None), position=SimpleNamespace(iteration=1))
    with pytest.raises(WrongKindError, match="no gradients to check"):
        check_gradients(simulator)


@pytest.mark.parametrize(
    ("parameters", "checked"), [(1, CHECKED_AT_MOST), (4_000, 5_000), (5_000, 4_000), (200_000, 100), (10**6, 50)]
)
def test_somebody_who_waits_gets_fewer_of_a_large_network(parameters, checked):
    assert worth_waiting(SimpleNamespace(size=parameters)) == checked


def test_a_unit_is_on_its_kink_only_for_the_parameters_that_lead_away_from_it():
    layers = [layer(1, "relu", [[0.3], [0.0]]), layer(1, "linear", [[1.0]])]
    probe = Simulator(scenario(layers, [[0.0, 1.0]], [[0.5]])).model.probe()
    found = []
    for place in range(probe.size):
        probe.loss(place, 1e-20j)
        found.append((probe.symbol(place), probe.is_at_kink(), probe.is_in_range()))
    assert found == [("W1", False, True), ("W2", True, True), ("W3", False, True)]
