"""How an expected figure is compared with the one that was found."""

import math

import numpy as np
import pytest

from dlsim.engine.check import agrees


@pytest.mark.parametrize(
    ("found", "expected", "digits", "ok"),
    [
        (0.437038565, 0.43703857, 8, True),  # rounds to it, half a unit away
        (0.4370385749, 0.43703857, 8, True),
        (0.4370385751, 0.43703857, 8, False),
        (0.4370385649, 0.43703857, 8, False),
        (0.1, 0.1, 15, True),
        (0.1 + 0.2, 0.3, 8, True),
        (1.004, 1.0, 2, True),
        (1.006, 1.0, 2, False),
        (1.4, 1.0, 0, True),
        (-0.0, 0.0, 8, True),
        (math.nan, 0.0, 8, False),
        (math.inf, 0.0, 8, False),
    ],
)
def test_a_figure_agrees_if_it_may_be_written_so(found, expected, digits, ok):
    assert agrees(found, expected, digits) is ok


def test_a_table_agrees_if_all_of_it_does():
    expected = np.array([[0.0], [1.0]])
    assert agrees(np.array([[0.0], [1.0]]), expected, 8)
    assert not agrees(np.array([[0.0], [0.9]]), expected, 8)
    assert not agrees(np.array([[math.nan], [1.0]]), expected, 8)
