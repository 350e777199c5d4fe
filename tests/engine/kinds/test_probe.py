"""Shaking last bits: how rounding is tried out, which is what a check of gradients goes by."""

from __future__ import annotations

import numpy as np

from dlsim.engine.kinds.probe import Shake, how_far

NUMBERS = np.array([[1.0, -3.0, 0.0], [2.0**40, 1e-30, 7.0]])


def test_each_number_is_moved_by_the_same_part_of_itself_about_half_of_them_up():
    many = np.linspace(-5.0, 5.0, 1000) + 0.001
    moved = (Shake(0)(many) - many) / many
    assert np.abs(np.abs(moved) * 2.0**49 - 1).max() < 0.25, "a last bit or so, rounding included"
    assert 400 < (moved > 0).sum() < 600


def test_a_shake_is_the_same_every_time_and_another_for_another_number():
    assert (Shake(1)(NUMBERS) == Shake(1)(NUMBERS)).all()
    assert (Shake(1)(NUMBERS) != Shake(2)(NUMBERS)).any()
    shake = Shake(1)
    first, second = (shake(np.ones(64)) for _ in range(2))
    assert (first != second).any(), "what goes in later is shaken otherwise"
    assert Shake(0)(NUMBERS).shape == NUMBERS.shape


def test_an_activation_is_shaken_after_it_has_been_computed():
    def twice(z, out, settings):
        np.multiply(z, settings["factor"], out=out)

    out = np.empty_like(NUMBERS)
    Shake(3).after(twice)(NUMBERS, out, {"factor": 2.0})
    assert (out == Shake(3)(2.0 * NUMBERS)).all()


def test_rounding_may_move_a_number_eight_times_as_far_as_the_farthest_of_three_shakes():
    moves = iter([np.array([1.0, -2.0]), np.array([-3.0, 1.0]), np.array([0.5, 0.0]), np.array([100.0, 100.0])])
    gradients = np.array([10.0, 20.0])
    assert how_far(gradients, lambda shake: gradients + next(moves)).tolist() == [24.0, 16.0]
