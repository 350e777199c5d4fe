"""A network's layers in a few numbers."""

import numpy as np
import pytest
from support.networks import layer, scenario

from dlsim.engine import Simulator, load
from dlsim.engine.kinds.network.passes import Structure
from dlsim.engine.kinds.network.statistics import Spread, layer_shapes, layer_statistics, slope_product


def test_the_shapes_of_section_2_4_and_its_139_parameters():
    structure = Structure(load("matrix-shapes").body)
    shapes = layer_shapes(structure, 1)
    assert [(one.x, one.weights, one.biases, one.y) for one in shapes] == [
        ((1, 4), (4, 8), (1, 8), (1, 8)),
        ((1, 8), (8, 8), (1, 8), (1, 8)),
        ((1, 8), (8, 3), (1, 3), (1, 3)),
    ]
    assert [one.parameters for one in shapes] == [40, 72, 27]
    assert sum(one.parameters for one in shapes) == structure.parameters == 139
    assert layer_shapes(structure, 32)[2].y == (32, 3)


def test_dead_units_are_those_that_no_sample_wakes():
    layers = [layer(3, "relu", [[1.0, -1.0, 1.0]], biases=[0.0, 0.0, -9.0]), layer(1)]
    case = scenario(layers, [[1.0], [2.0]], [[0.5]] * 2)
    first, second = layer_statistics(Simulator(case).snapshot().tape)
    assert (first.dead, second.dead) == ((1, 2), ())


@pytest.mark.parametrize(("z", "saturated"), [(0.0, ()), (3.0, ()), (-8.0, (0,))])
def test_a_saturated_unit_hardly_passes_a_gradient_on(z, saturated):
    case = scenario([layer(1, "sigmoid", [[z]])], [[1.0]], [[0.5]])
    (only,) = layer_statistics(Simulator(case).snapshot().tape)
    assert only.saturated == saturated


def test_sizes_of_gradients_are_means_over_weights_and_batch():
    simulator = Simulator(load("backprop-2-2-2"))
    first, second = layer_statistics(simulator.snapshot().tape)
    assert second.gradient == pytest.approx(np.mean([0.02592286, 0.02629590, 0.00740844, 0.00751506]), abs=5e-9)
    assert second.delta == pytest.approx((0.20944600 * 0.23802157 + 0.06384491 * 0.22315485) / 2, abs=5e-9)
    assert first.slope == pytest.approx((0.24960043 + 0.24924527) / 2, abs=5e-9)


def test_slopes_are_multiplied_from_the_output_down():
    tape = Simulator(load("vanishing-gradient")).snapshot().tape
    slopes = [one.slope for one in layer_statistics(tape)]
    assert slope_product(tape, 1) == pytest.approx(np.prod(slopes))
    assert slope_product(tape, len(slopes)) == slopes[-1]


@pytest.mark.parametrize(("loss", "saturated"), [("mse", (0,)), ("binary_crossentropy", ())])
def test_an_output_is_not_saturated_where_the_loss_passes_its_slope_by(loss, saturated):
    case = scenario([layer(2), layer(1, "sigmoid", [[9.0], [9.0]])], [[1.0]], [[0.5]], loss=loss)
    tape = Simulator(case).snapshot().tape
    _, output = layer_statistics(tape)
    assert output.saturated == saturated
    assert (output.slope is None) == (slope_product(tape, 1) is None) == (not saturated)


def test_a_network_that_is_not_trained_has_dead_and_saturated_units_too():
    layers = [layer(2, "relu", [[1.0, -1.0]]), layer(2, "tanh", [[9.0, 0.1], [0.0, 0.0]])]
    first, second = layer_statistics(Simulator(scenario(layers, [[1.0], [2.0]], loss=None)).snapshot().tape)
    assert (first.dead, second.saturated) == ((1,), (0,))


def test_a_spread_counts_what_is_finite_in_equal_parts_about_zero():
    spread = Spread(np.array([[-2.0, -0.1], [0.1, 1.0], [np.inf, np.nan]]))
    assert (spread.size, spread.largest) == (6, 2.0)
    assert spread.deviation == np.std([-2.0, -0.1, 0.1, 1.0])
    assert spread.counts(3, 2.0).tolist() == [1, 2, 1]
    nothing = Spread(np.array([np.nan]))
    assert (nothing.largest, nothing.deviation, nothing.counts(3, 1.0).tolist()) == (0.0, None, [0, 0, 0])
