"""Random numbers: the same for a seed everywhere, and as random as they should be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsim.engine.random import Random


def test_a_seed_means_the_same_numbers_for_ever():
    assert Random(0).words(2).tolist() == [11749869230777074271, 4976686463289251617]
    assert Random(0).uniforms(3).tolist() == [0.6369616873214543, 0.2697867137638703, 0.04097352393619469]
    assert Random(7, 3).permutation(8).tolist() == [2, 1, 4, 3, 5, 7, 6, 0]
    assert Random(7, 3).normals(3).tolist() == [-0.574138073150773, -3.314387286966287, -0.8835801748440302]


@given(seed=st.integers(0, 2**63 - 1), stream=st.integers(0, 2**31), n=st.integers(1, 50))
def test_a_stream_is_a_function_of_seed_and_stream(seed, stream, n):
    assert Random(seed, stream).words(n).tolist() == Random(seed, stream).words(n).tolist()


@pytest.mark.parametrize("others", [(1, 0), (0, 1), (0, 0, 0), (0,)])
def test_other_seeds_and_streams_are_other_numbers(others):
    assert Random(*others).words(4).tolist() != Random(0, 0).words(4).tolist()


@given(seed=st.integers(0, 2**63 - 1), n=st.integers(0, 300))
def test_a_permutation_holds_every_number_once(seed, n):
    assert sorted(Random(seed).permutation(n)) == list(range(n))


def test_every_order_of_three_comes_up_equally_often():
    orders = [tuple(Random(1, epoch).permutation(3)) for epoch in range(6000)]
    counts = {order: orders.count(order) for order in set(orders)}
    assert len(counts) == 6
    assert max(abs(count - 1000) for count in counts.values()) < 150


def test_uniforms_fill_the_unit_interval():
    uniforms = Random(5).uniforms(100_000)
    assert 0 <= uniforms.min() < 1e-4
    assert 1 - 1e-4 < uniforms.max() < 1
    assert np.histogram(uniforms, 10, (0, 1))[0] == pytest.approx(10_000, abs=400)


def test_normals_have_mean_nought_variance_one_and_a_bell_shape():
    normals = Random(5).normals(100_000)
    assert normals.mean() == pytest.approx(0, abs=0.015)
    assert normals.std() == pytest.approx(1, abs=0.01)
    assert (abs(normals) < 1).mean() == pytest.approx(0.683, abs=0.01)
    assert (abs(normals) < 2).mean() == pytest.approx(0.954, abs=0.005)
