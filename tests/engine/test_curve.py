"""A curve's picture: true to its numbers, and no dearer for a million of them."""

import os
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlsim.engine import Simulator, load
from dlsim.engine.curve import CHUNK, MOST_BLOCKS, Curve


@given(
    values=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=300),
    columns=st.integers(1, 40),
    data=st.data(),
)
def test_the_envelope_holds_every_number_and_no_other(values, columns, data):
    curve = Curve(np.array(values, dtype=float))
    start = data.draw(st.integers(0, len(values)))
    stop = data.draw(st.integers(start, len(values)))
    position, least, greatest = curve.envelope(columns, start, stop)
    assert len(position) <= 2 * columns + 2
    assert (least <= greatest).all()
    shown = [value for value in values[start:stop] if np.isfinite(value)]
    if shown:
        assert least.min() <= min(shown)
        assert greatest.max() >= max(shown)
    everything = {value for value in values if np.isfinite(value)}
    assert set(least) | set(greatest) <= everything


ENVELOPES = [
    # numbers, columns, start, stop: middles, least and greatest of the blocks of 0, 1, 2 …
    (5, 5, 0, None, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
    (7, 4, 0, None, [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6]),
    (8, 4, 0, None, [0.5, 2.5, 4.5, 6.5], [0, 2, 4, 6], [1, 3, 5, 7]),
    (9, 4, 0, None, [0.5, 2.5, 4.5, 6.5, 8], [0, 2, 4, 6, 8], [1, 3, 5, 7, 8]),
    (12, 3, 0, 100, [1.5, 5.5, 9.5], [0, 4, 8], [3, 7, 11]),
    (20, 4, 6, 17, [6.5, 8.5, 10.5, 12.5, 14.5, 16], [6, 8, 10, 12, 14, 16], [7, 9, 11, 13, 15, 16]),
    (20, 2, 5, 15, [5.5, 9.5, 13], [4, 8, 12], [7, 11, 14]),
    (40, 1, 0, None, [15.5, 35.5], [0, 32], [31, 39]),
    (
        70,
        4,
        16,
        70,
        [19.5, 27.5, 35.5, 43.5, 51.5, 59.5, 66.5],
        [16, 24, 32, 40, 48, 56, 64],
        [23, 31, 39, 47, 55, 63, 69],
    ),
    (70, 0, 0, 70, [31.5, 66.5], [0, 64], [63, 69]),
    (3, 4, 3, None, [], [], []),
]


@pytest.mark.parametrize(("numbers", "columns", "start", "stop", "middles", "least", "greatest"), ENVELOPES)
def test_an_envelope_has_the_least_and_the_greatest_of_each_block_at_its_middle(
    numbers, columns, start, stop, middles, least, greatest
):
    curve = Curve(np.arange(float(numbers)))
    found = curve.envelope(columns, start, stop)
    assert [array.tolist() for array in found] == [middles, least, greatest]


def test_a_block_without_a_number_is_a_gap_and_one_with_some_is_made_of_those():
    gap = float("nan")
    curve = Curve(np.array([1.0, gap, gap, gap, 5.0, 4.0, 7.0, float("inf"), gap]))
    middles, least, greatest = curve.envelope(4)
    assert (middles.tolist(), least.tolist(), greatest.tolist()) == ([0.5, 4.5], [1.0, 4.0], [1.0, 5.0])


def test_a_moment_keeps_the_curve_that_it_showed_when_the_run_goes_another_way():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(3000)
    shown = simulator.snapshot().curves["loss"]
    before = [array.copy() for array in shown.envelope(20)]
    simulator.seek(iteration=1000)
    simulator.edit(numbers={"W5": 9.0})
    simulator.run(2000)
    present = simulator.snapshot().curves["loss"]
    assert all((one == other).all() for one, other in zip(shown.envelope(20), before, strict=True))
    assert (present.values[:1000] == shown.values[:1000]).all()
    assert (present.values[1000:] != shown.values[1000:]).all()
    assert not (present.envelope(20)[2] == before[2]).all()


def test_appending_and_drawing_by_turns_shows_the_same_as_drawing_once():
    values = np.sin(np.arange(3000.0)) * np.arange(3000.0)
    grown = Curve()
    for number, value in enumerate(values):
        grown.append(value)
        if number % 37 == 0:
            grown.head(number).envelope(11)
    for one, other in zip(grown.envelope(13), Curve(values).envelope(13), strict=True):
        assert (one == other).all()


def test_a_long_run_keeps_every_number_and_little_of_it_in_memory():
    numbers = np.sin(np.arange(3.0 * CHUNK))
    curve, early = Curve(numbers[: CHUNK // 2]), None
    for start in range(CHUNK // 2, len(numbers), 7001):
        curve.extend(numbers[start : start + 7001])
        early = curve.values if early is None else early
        curve.envelope(10)
    assert (curve.values == numbers).all()
    assert (early == numbers[: len(early)]).all()
    assert curve._room.is_in_file == hasattr(os, "posix_fallocate")
    assert sum(lows.nbytes for lows, _ in curve._pyramid._blocks.values()) < 8 * 4 * MOST_BLOCKS


def test_where_there_can_be_no_file_a_long_run_stays_in_memory(monkeypatch):
    monkeypatch.setattr(os, "posix_fallocate", Mock(side_effect=OSError(28, "no space left")), raising=False)
    numbers = np.cos(np.arange(3.0 * CHUNK))
    curve = Curve(numbers[:10])
    for start in range(10, len(numbers), 50_000):
        curve.extend(numbers[start : start + 50_000])
    assert (curve.values == numbers).all()


@settings(max_examples=25)
@given(bits=st.integers(12, 20), columns=st.integers(1, 300))
def test_a_picture_of_many_numbers_is_as_true_as_one_of_few(bits, columns):
    numbers = np.sin(np.arange(float(1 << bits)) / 1000) * np.arange(1 << bits)
    curve = Curve(numbers)
    for _ in range(2):  # the second time the finest blocks may be gone
        _, least, greatest = curve.envelope(columns)
        assert least.min() == numbers.min()
        assert greatest.max() == numbers.max()
    _, least, greatest = curve.envelope(columns, len(curve) // 3, len(curve) // 2)
    assert least.min() <= numbers[len(curve) // 3 : len(curve) // 2].min()
