"""What section 2.3 claims of activations, each claim as a test that fails were it false."""

import math
from itertools import pairwise

import numpy as np
import pytest
from support.numbers import ref_to

from dlsim.engine import Simulator, UnknownNameError, load
from dlsim.engine.ensemble import Ensemble

SWEEP = [round(-5 + 0.1 * place, 1) for place in range(101)]


# activations

DEFINITIONS = {
    "step": (lambda x: float(x > 0), None),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
    "tanh": (math.tanh, lambda x: 1 / math.cosh(x) ** 2),
    "relu": (lambda x: x if x > 0 else 0.0, lambda x: float(x > 0)),
    "leaky_relu": (lambda x: x if x > 0 else 0.1 * x, lambda x: 1.0 if x > 0 else 0.1),
    "linear": (lambda x: x, lambda x: 1.0),
}


def swept(name, variant=None):
    """(values, slopes) of one function as the cursor meets them, x by x; step has no slopes."""
    simulator = Simulator(load("activations", variant=variant))
    values, slopes = [], []
    for place in range(len(SWEEP)):
        simulator.seek(iteration=place + 1)
        values.append(simulator.look_up(f"{name}(x)"))
        if name != "step":
            slopes.append(simulator.look_up(f"{name}′(x)"))
    return values, slopes


def test_all_seven_are_there_over_the_sweep_of_the_notes():
    body = load("activations").body
    assert [spec.name for spec in body.functions] == [*DEFINITIONS, "softmax"]
    assert body.sweep.tolist() == SWEEP


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_function_and_its_slope_are_what_the_notes_define(name):
    value, slope = DEFINITIONS[name]
    values, slopes = swept(name)
    assert values == pytest.approx([value(x) for x in SWEEP], rel=1e-12, abs=1e-15)
    if slope is not None:
        assert slopes == pytest.approx([slope(x) for x in SWEEP], rel=1e-10)


def test_step_has_no_slope_to_learn_from():
    with pytest.raises(UnknownNameError):
        Simulator(load("activations")).look_up("step′(x)")


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "linear"])
def test_a_slope_is_the_slope_of_its_function(name):
    values, slopes = swept(name)
    for place in range(1, 100):
        if place != 50:  # at 0 two of them have a kink
            between = (values[place + 1] - values[place - 1]) / 0.2
            assert slopes[place] == pytest.approx(between, abs=0.005)


def test_the_sigmoid_saturates_where_tanh_does_and_passes_on_at_most_a_quarter():
    sigmoid, tanh = swept("sigmoid")[1], swept("tanh")[1]
    assert max(sigmoid) == sigmoid[50] == 0.25
    assert max(tanh) == tanh[50] == 1.0
    for slopes in (sigmoid, tanh):
        assert slopes[0] < 0.01 > slopes[-1]
        assert slopes[:51] == sorted(slopes[:51])  # flatter the farther out
        assert slopes[50:] == sorted(slopes[50:], reverse=True)


def test_tanh_is_centred_at_zero_and_ranges_twice_as_far_as_the_sigmoid():
    sigmoid, tanh = swept("sigmoid")[0], swept("tanh")[0]
    assert np.mean(tanh) == pytest.approx(0, abs=1e-12)
    assert np.mean(sigmoid) == pytest.approx(0.5)
    assert max(tanh) - min(tanh) > 1.9 * (max(sigmoid) - min(sigmoid))


def test_relu_does_not_saturate_above_zero():
    assert set(swept("relu")[1][51:]) == {1.0}


@pytest.mark.parametrize(("variant", "alpha"), [(None, 0.1), ("a = 0.01", 0.01), ("a = 0.5", 0.5)])
def test_leaky_relu_returns_a_times_x_and_not_a_fixed_small_number(variant, alpha):
    values, slopes = swept("leaky_relu", variant)
    assert values[:50] == pytest.approx([alpha * x for x in SWEEP[:50]])
    assert slopes[:50] == [alpha] * 50


def test_the_two_rules_of_step_differ_at_zero_alone():
    one, other = (swept("step", variant)[0] for variant in (None, "step fires at 0"))
    assert [x for x, a, b in zip(SWEEP, one, other, strict=True) if a != b] == [0.0]


def test_softmax_over_the_sweep_shares_out_1():
    values, _ = swept("softmax")
    total = math.fsum(math.exp(x) for x in SWEEP)
    assert values == pytest.approx([math.exp(x) / total for x in SWEEP], rel=1e-12)
    assert math.fsum(values) == pytest.approx(1.0, abs=1e-14)


def test_a_hundred_points_as_in_the_notes_give_larger_shares():
    notes = Simulator(load("activations", overrides={"functions.sweep.to": 4.9}))
    notes.seek(iteration=1)
    assert notes.position.batches == 100
    assert notes.look_up("softmax(x)") > swept("softmax")[0][0]


@pytest.mark.parametrize(
    "vector", [[1.0, 2.0, 3.0], [0.0, 0.0], [-5.0, 5.0, 0.5, 0.25], [1e308, -1e308], [1000.0, 0.0, -1000.0], [7.0]]
)
def test_softmax_of_any_vector_sums_to_1(vector):
    simulator = Simulator(load("activations", overrides={"functions.vector": vector}))
    shares = [simulator.look_up(f"softmax(v){place + 1}") for place in range(len(vector))]
    assert simulator.look_up("Σ softmax(v)") == pytest.approx(1.0, abs=1e-15)
    assert math.fsum(shares) == pytest.approx(1.0, abs=1e-15)
    in_order = [share for _, share in sorted(zip(vector, shares, strict=True))]
    assert in_order == sorted(shares)


def test_softmax_heeds_differences_alone():
    shares = [
        [Simulator(load("activations", variant=variant)).look_up(f"softmax(v){place}") for place in (1, 2, 3)]
        for variant in (None, "v + 1000")
    ]
    assert shares[0] == pytest.approx(shares[1], rel=1e-12)


# vanishing-gradient

HIDDEN = range(1, 7)


def sizes(simulator):
    """Σ |∂E/∂z| over each hidden layer's units, mean over the samples on the tape."""
    tape = simulator.model.tape
    return [
        float(
            np.mean(
                [
                    sum(abs(tape.value(ref_to("dE_dz", layer, (unit,)), sample)) for unit in range(2))
                    for sample in range(simulator.samples)
                ]
            )
        )
        for layer in HIDDEN
    ]


@pytest.fixture
def three():
    """The three networks after one iteration, by activation."""
    ensemble = Ensemble(load("vanishing-gradient"))
    ensemble.lead.run(iterations=1)
    ensemble.follow()
    return {name or "sigmoid": simulator for name, simulator in ensemble.members}


def test_the_three_have_the_same_start_and_are_deep():
    starts = [load("vanishing-gradient", variant=variant).body.network for variant in (None, "tanh", "relu")]
    assert [{layer.activation.name for layer in net.layers[:-1]} for net in starts] == [{"sigmoid"}, {"tanh"}, {"relu"}]
    for net in starts[1:]:
        assert len(net.layers) - 1 == 6  # hidden ones; two make a network deep
        assert all(np.array_equal(a.weights, b.weights) for a, b in zip(net.layers, starts[0].layers, strict=True))


def test_five_slopes_of_the_sigmoid_make_the_number_that_the_lesson_gives():
    assert f"0.22 to the fifth power is {0.22**5:.4f}:" in " ".join(load("vanishing-gradient").lesson[""].split())


def test_tanh_loses_less_than_the_sigmoid_and_relu_least(three):
    kept = {name: sizes(simulator)[0] / sizes(simulator)[-1] for name, simulator in three.items()}
    assert kept["sigmoid"] < 1e-3
    assert 0.1 < kept["tanh"] < 0.5
    assert kept["relu"] == pytest.approx(1.0, abs=1e-12)


def test_so_do_the_gradients_of_the_weights_layer_by_layer(three):
    first_to_last = {}
    for name, simulator in three.items():
        means = [np.abs(weights).mean() for weights, _ in simulator.gradients]
        first_to_last[name] = means[0] / means[5]
        if name == "sigmoid":
            assert means == sorted(means)
            assert all(above > 3 * below for below, above in pairwise(means))
    assert first_to_last["sigmoid"] < 0.001
    assert 0.3 < first_to_last["tanh"] < 1 < first_to_last["relu"]


def test_the_product_of_the_slopes_is_what_takes_it(three):
    """δ of layer 1 is that of layer 6, times a slope and a matrix for each layer: multiplied out here by hand."""
    for simulator in three.values():
        tape = simulator.model.tape
        weights = [layer.weights for layer in simulator.scenario.body.network.layers]
        for sample in range(2):
            delta, slopes = (
                [[tape.value(ref_to(what, layer, (unit,)), sample) for unit in range(2)] for layer in HIDDEN]
                for what in ("dE_dz", "da_dz")
            )
            product = np.array(delta[5])
            for layer in (4, 3, 2, 1, 0):
                product = (weights[layer + 1] @ product) * slopes[layer]
            assert product == pytest.approx(delta[0], rel=1e-12)
        for matrix in weights[1:6]:
            assert matrix.sum(axis=0).tolist() == matrix.sum(axis=1).tolist() == [1, 1]  # neither add nor take


def test_a_sigmoid_layer_takes_three_quarters_at_least_and_a_relu_that_is_on_nothing(three):
    for below, above in pairwise(sizes(three["sigmoid"])):
        assert below <= above / 4
    assert len(set(sizes(three["relu"]))) == 1


def test_the_slopes_lie_where_the_lesson_says(three):
    def slopes(name):
        tape = three[name].model.tape
        return [tape.value(ref_to("da_dz", layer, (unit,)), 0) for layer in HIDDEN for unit in range(2)]

    assert all(0.2 < slope < 0.25 for slope in slopes("sigmoid"))
    assert all(0.5 < slope < 0.85 for slope in slopes("tanh"))
    assert set(slopes("relu")) == {1.0}


def test_with_the_sigmoid_the_first_layer_does_not_learn_and_the_loss_halts(three):
    moved, losses = {}, {}
    for name, simulator in three.items():
        simulator.run(iterations=499)
        first = simulator.parameters[0][0]
        moved[name] = np.abs(first - simulator.scenario.body.network.layers[0].weights).max()
        losses[name] = simulator.loss()
    assert moved["sigmoid"] < 0.001
    assert min(moved["tanh"], moved["relu"]) > 0.3
    assert losses["sigmoid"] == pytest.approx(0.125, abs=1e-4)  # both answered with the mean of the targets
    assert max(losses["tanh"], losses["relu"]) < 0.001


# dying-relu

DEAD = (1, 2)  # the units h2 and h3
LEAKY = {0.1: "leaky_relu, a = 0.1", 0.01: "leaky_relu, a = 0.01"}
TOO_LARGE = "one step too large"


def sums_over_all_samples(simulator):
    """(samples, 3): the hidden layer's z at the present parameters."""
    weights, biases = simulator.parameters[0]
    return simulator.scenario.body.data.inputs @ weights + biases


def dead_units(simulator):
    return [unit for unit in range(3) if (sums_over_all_samples(simulator)[:, unit] <= 0).all()]


def test_two_of_three_units_are_dead_from_the_start():
    simulator = Simulator(load("dying-relu"))
    assert dead_units(simulator) == list(DEAD)
    assert sums_over_all_samples(simulator)[:, DEAD].max() <= -0.25  # by a margin


def test_a_dead_unit_gets_a_gradient_of_exactly_0_and_never_moves():
    simulator = Simulator(load("dying-relu"))
    start = [(weights.copy(), biases.copy()) for weights, biases in simulator.parameters]
    for _ in range(100):
        simulator.run(iterations=1)
        (into, into_bias), (out, _) = simulator.gradients
        assert not into[:, DEAD].any()
        assert not into_bias[list(DEAD)].any()
        assert not out[list(DEAD)].any()
        assert into[0, 0] != 0 != into_bias[0]  # the living one does learn
    simulator.run(iterations=900)
    (weights, biases), (out, _) = simulator.parameters
    assert np.array_equal(weights[:, DEAD], start[0][0][:, DEAD])
    assert np.array_equal(biases[list(DEAD)], start[0][1][list(DEAD)])
    assert np.array_equal(out[list(DEAD)], start[1][0][list(DEAD)])
    assert dead_units(simulator) == list(DEAD)
    assert simulator.loss() == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(("alpha", "iterations"), [(0.1, 100), (0.01, 1000)])
def test_from_the_same_start_leaky_relu_recovers(alpha, iterations):
    relu, leaky = (Simulator(load("dying-relu", variant=variant)) for variant in (None, LEAKY[alpha]))
    for (one, one_bias), (other, other_bias) in zip(relu.parameters, leaky.parameters, strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(one_bias, other_bias)
    assert dead_units(leaky) == list(DEAD)
    came_back = set()
    for _ in range(iterations):
        leaky.run(iterations=1)
        came_back |= set(DEAD) - set(dead_units(leaky))
    assert came_back == set(DEAD)
    relu.run(iterations=iterations)
    assert leaky.loss() < relu.loss() / 3


def test_while_relu_stays_at_its_best_leaky_relu_goes_on():
    ensemble = Ensemble(load("dying-relu"))
    ensemble.lead.run()
    ensemble.follow()
    losses = {name: simulator.loss() for name, simulator in ensemble.members}
    assert losses[LEAKY[0.1]] < 0.006
    assert losses[None] >= 0.05


def test_one_step_too_large_kills_all_three():
    simulator = Simulator(load("dying-relu", variant=TOO_LARGE))
    assert dead_units(simulator) == []
    simulator.run(iterations=1)
    assert dead_units(simulator) == [0, 1, 2]
    simulator.run(iterations=100)
    (into, into_bias), (out, out_bias) = simulator.gradients
    assert not into.any()
    assert not into_bias.any()
    assert not out.any()
    assert dead_units(simulator) == [0, 1, 2]
    assert simulator.outputs()[:, 0] == pytest.approx([0.6] * 5)
    assert out_bias == pytest.approx([0.0], abs=1e-12)


# linear-collapse


def product(simulator):
    """W[1]·W[2]·…"""
    result = np.eye(2)
    for weights, _ in simulator.parameters:
        result = result @ weights
    return result


@pytest.mark.parametrize("iterations", [0, 1, 50, 500])
def test_three_linear_layers_give_what_their_one_product_matrix_gives(iterations):
    simulator = Simulator(load("linear-collapse"))
    simulator.run(iterations=iterations)
    inputs = simulator.scenario.body.data.inputs
    assert product(simulator).shape == (2, 1)
    assert simulator.outputs() == pytest.approx(inputs @ product(simulator), abs=1e-14)


def test_so_does_a_network_that_has_that_matrix_for_its_only_layer():
    deep, flat = (Simulator(load("linear-collapse", variant=variant)) for variant in (None, "one layer"))
    assert product(deep).tolist() == flat.parameters[0][0].tolist() == [[0.375], [0.75]]
    axis = np.linspace(-3, 3, 13)
    assert deep.region(axis, axis) == pytest.approx(flat.region(axis, axis), abs=1e-15)


@pytest.mark.parametrize("variant", ["relu between", "tanh between"])
def test_with_a_nonlinearity_no_matrix_gives_the_outputs(variant):
    simulator = Simulator(load("linear-collapse", variant=variant))
    inputs, outputs = simulator.scenario.body.data.inputs, simulator.outputs()
    assert np.abs(outputs - inputs @ product(simulator)).max() > 0.2
    best = np.linalg.lstsq(inputs, outputs, rcond=None)[0]
    simulator.run()
    after = np.linalg.lstsq(inputs, simulator.outputs(), rcond=None)[0]
    assert np.abs(outputs - inputs @ best).max() > 0.002
    assert np.abs(simulator.outputs() - inputs @ after).max() > 0.5


def test_depth_gains_nothing_without_a_nonlinearity_and_xor_with_one():
    ensemble = Ensemble(load("linear-collapse"))
    ensemble.lead.run()
    ensemble.follow()
    scenario = load("linear-collapse")
    inputs, targets = scenario.body.data.inputs, scenario.body.data.targets
    best = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    least = float(0.5 * ((targets - inputs @ best) ** 2).sum(axis=1).mean())
    assert least == pytest.approx(1 / 6)
    found = {name: (simulator.loss(), simulator.accuracy()) for name, simulator in ensemble.members}
    assert found[None][0] == pytest.approx(least, abs=1e-9)
    assert found["one layer"][0] == pytest.approx(least, abs=1e-9)
    for variant in ("relu between", "tanh between"):
        assert found[variant][0] < 1e-4
        assert found[variant][1] == 1


def test_the_weights_of_every_linear_layer_learn_all_the_same():
    simulator = Simulator(load("linear-collapse"))
    start = [weights.copy() for weights, _ in simulator.parameters]
    simulator.run(iterations=1)
    assert all((gradient != 0).all() for gradient, _ in simulator.gradients)
    before = simulator.losses[0]
    simulator.run(iterations=499)
    for layer, weights in enumerate(start):
        assert np.abs(simulator.parameters[layer][0] - weights).max() > 0.01
    assert simulator.loss() < before - 0.04
    assert product(simulator) == pytest.approx(np.full((2, 1), 1 / 3), abs=1e-8)


def test_but_they_take_another_way_there_than_the_one_matrix():
    deep, flat = (Simulator(load("linear-collapse", variant=variant)) for variant in (None, "one layer"))
    for simulator in (deep, flat):
        simulator.run(iterations=5)
    assert np.abs(product(deep) - product(flat)).max() > 0.01
