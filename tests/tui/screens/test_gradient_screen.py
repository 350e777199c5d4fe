"""The table of checked gradients: nothing in it is cut, however narrow the screen."""

from __future__ import annotations

import pytest
from support.networks import layer, scenario

from dlsim.engine import Simulator, load
from dlsim.engine.check import GradientCheck
from dlsim.tui.drawing.reports import report_lines
from dlsim.tui.words import words

WITH_KINKS = scenario(
    [layer(1, "relu", [[1.0], [1.0]], biases=[0.0]), layer(1, "linear", [[1.0]])],
    [[0, 0], [1, 1]],
    [[1], [1]],
    loss="mse",
)


def table(case, cells):
    simulator = Simulator(case)
    simulator.step("iteration")
    check = GradientCheck(simulator, with_differences=True)
    lines = ["".join(text for text, _ in line) for line in report_lines(check.report(list(check)), cells)]
    start = next(place for place, line in enumerate(lines) if line.startswith("parameter"))
    return lines[start:]


@pytest.mark.parametrize(
    ("cells", "form", "has_difference"),
    [(50, "_in_short", False), (58, "_in_short", True), (76, "", True), (110, "", True)],
)
def test_where_there_is_little_room_verdicts_are_short_and_none_is_cut(cells, form, has_difference):
    say, (titles, *rows) = words(), table(WITH_KINKS, cells)
    assert titles.rstrip().endswith(say(f"check.error{form}"))
    assert (say("check.difference") in titles) == has_difference
    assert any(row.endswith(say(f"check.kink{form}")) for row in rows)
    assert max(len(row.rstrip()) for row in (titles, *rows)) <= cells


def test_the_finite_difference_stands_beside_and_is_near_the_gradient_of_the_chain_rule():
    rows = table(load("backprop-2-2-2"), 110)[1:]
    assert len(rows) == 8
    for row in rows:
        _, chain_rule, difference, complex_step, _ = row.split()
        assert chain_rule == complex_step
        assert float(difference) == pytest.approx(float(chain_rule), abs=2e-8)
