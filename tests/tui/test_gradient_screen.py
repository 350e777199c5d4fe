"""The table of checked gradients: nothing in it is cut, however narrow the screen."""

from __future__ import annotations

import pytest
from support.networks import layer, scenario

from dlsim.engine import Simulator
from dlsim.engine.gradient_check import GradientCheck
from dlsim.tui.screens.gradients import report_lines
from dlsim.tui.words import words

WITH_KINKS = scenario(
    [layer(1, "relu", [[1.0], [1.0]], biases=[0.0]), layer(1, "linear", [[1.0]])],
    [[0, 0], [1, 1]],
    [[0], [1]],
    loss="mse",
)


def table(cells):
    simulator = Simulator(WITH_KINKS)
    simulator.step("iteration")
    check = GradientCheck(simulator)
    lines = ["".join(text for text, _ in line) for line in report_lines(check.report(list(check)), cells)]
    start = next(place for place, line in enumerate(lines) if line.startswith("parameter"))
    return lines[start:]


@pytest.mark.parametrize(
    ("cells", "head", "kink"),
    [(56, "check.error_in_short", "check.kink_in_short"), (76, "check.error", "check.kink")],
)
def test_where_there_is_little_room_verdicts_are_short_and_none_is_cut(cells, head, kink):
    say, (titles, *rows) = words(), table(cells)
    assert titles.rstrip().endswith(say(head))
    assert any(row.endswith(say(kink)) for row in rows)
    assert max(len(row.rstrip()) for row in (titles, *rows)) <= cells
