"""What sections 1.1 to 1.3 claim of neurons, each claim as a test that fails were it false."""

import math

import numpy as np
import pytest

from dlsim.engine import Simulator, load
from dlsim.engine.ensemble import Ensemble

ROWS = [(0, 0), (0, 1), (1, 0), (1, 1)]
AND, OR = [0, 0, 0, 1], [0, 1, 1, 1]
LARGER = "a larger W for x1"
TIES = ("1, 1, -1, fires at ≥ 0", "1, 1, -1, fires at > 0")


def forward(name, variant=None):
    """The values of a forward pass by symbol, a dict for each row of the data."""
    simulator = Simulator(load(name, variant=variant))
    rows = []
    for sample in range(simulator.samples):
        simulator.seek(iteration=0)
        simulator.sample = sample
        values = {}
        while (event := simulator.step()) and event.phase == "forward":
            values[event.symbol] = event.value
        rows.append(values)
    return rows


def column(rows, symbol):
    return [row[symbol] for row in rows]


def truth_table(name, variant=None, overrides=None, output=0):
    return Simulator(load(name, variant=variant, overrides=overrides)).outputs()[:, output].tolist()


# threshold-and-bias


@pytest.mark.parametrize(
    ("variant", "weights", "threshold"),
    [(None, (0.5, 0.5), 0.7), (LARGER, (0.8, 0.5), 0.7), (TIES[0], (1.0, 1.0), 1.0)],
)
def test_a_sum_that_reaches_the_threshold_and_a_sum_with_bias_that_reaches_zero_are_one_neuron(
    variant, weights, threshold
):
    rows = forward("threshold-and-bias", variant)
    sums = [weights[0] * x1 + weights[1] * x2 for x1, x2 in ROWS]
    assert column(rows, "z1") == pytest.approx(sums)
    assert column(rows, "o2") == [float(total >= threshold) for total in sums]
    assert column(rows, "z2") == pytest.approx([total - threshold for total in sums])


@pytest.mark.parametrize("variant", [None, LARGER, *TIES])
def test_a_bias_is_a_weight_on_an_input_fixed_at_1(variant):
    scenario = load("threshold-and-bias", variant=variant)
    assert scenario.body.data.inputs[:, 2].tolist() == [1, 1, 1, 1]
    weights, biases = Simulator(scenario).parameters[0]
    assert biases[1] == weights[2, 2] != 0
    assert biases[2] == weights[2, 1] == 0
    rows = forward("threshold-and-bias", variant)
    assert column(rows, "z3") == pytest.approx(column(rows, "z2"), abs=1e-15)
    assert column(rows, "o3") == column(rows, "o2")


def test_a_larger_weight_makes_its_input_matter_more():
    before, after = (truth_table("threshold-and-bias", variant, output=1) for variant in (None, LARGER))
    assert before == AND  # neither input decides alone
    assert after == [x1 for x1, _ in ROWS]  # now the first does, and the second never
    sums = column(forward("threshold-and-bias", LARGER), "z2")
    assert sums[2] - sums[0] > sums[1] - sums[0] > 0


def test_at_exactly_zero_the_two_rules_part():
    for variant in TIES:
        assert column(forward("threshold-and-bias", variant), "z2") == [-1.0, 0.0, 0.0, 1.0]
    assert truth_table("threshold-and-bias", TIES[0], output=1) == OR
    assert truth_table("threshold-and-bias", TIES[1], output=1) == AND


def test_away_from_zero_they_do_not():
    strictly = {"network.layers.0.activation": {"name": "step", "at_zero": 0}}
    assert truth_table("threshold-and-bias", overrides=strictly, output=1) == AND


# logistic-and


def test_only_the_activation_tells_the_logistic_neuron_from_the_perceptron():
    logistic, perceptron = (load(name).body for name in ("logistic-and", "and"))
    assert logistic.network.widths == perceptron.network.widths == (2, 1)
    assert [body.network.layers[0].activation.name for body in (logistic, perceptron)] == ["sigmoid", "step"]
    assert np.array_equal(logistic.data.targets, perceptron.data.targets)


def test_it_computes_logistic_regression():
    simulator = Simulator(load("logistic-and"))
    simulator.run()
    weights, biases = simulator.parameters[0]
    by_hand = [1 / (1 + math.exp(-(weights[0, 0] * x1 + weights[1, 0] * x2 + biases[0]))) for x1, x2 in ROWS]
    assert simulator.outputs()[:, 0] == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    ("variant", "truth"), [(None, AND), ("OR", OR), ("NAND", [1, 1, 1, 0]), ("half squared error", AND)]
)
def test_it_learns_its_gate_from_zeros(variant, truth):
    simulator = Simulator(load("logistic-and", variant=variant))
    assert simulator.outputs()[:, 0].tolist() == [0.5] * 4
    simulator.run()
    assert np.abs(simulator.outputs()[:, 0] - truth).max() < 0.2
    losses = simulator.losses
    assert (losses[1:] < losses[:-1]).all()


def test_what_it_learnt_is_an_and_for_the_step_as_well():
    simulator = Simulator(load("logistic-and"))
    simulator.run()
    weights, biases = simulator.parameters[0]
    learnt = {"network.layers.0.weights": weights, "network.layers.0.biases": biases}
    assert truth_table("and", overrides=learnt) == AND


def test_with_the_squared_error_it_takes_longer():
    ensemble = Ensemble(load("logistic-and"))
    ensemble.lead.run()
    ensemble.follow()
    sure = {name: simulator.outputs()[3, 0] for name, simulator in ensemble.members}
    assert sure["half squared error"] < sure[None] - 0.05


# and, nand, or: a line each


@pytest.mark.parametrize(
    ("name", "variant", "where"),
    [
        ("and", None, 1.4),
        ("and", "0.5, 0.5, -0.7", 1.4),
        ("and", "0.5, 0.5, -0.8", 1.6),
        ("and", "1.0, 1.0, -1.0", 1.0),
        ("nand", None, 1.4),
        ("or", None, 0.5 / 0.6),
    ],
)
def test_the_line_lies_where_the_lesson_says_and_parts_white_from_black(name, variant, where):
    simulator = Simulator(load(name, variant=variant))
    axis = np.linspace(-0.5, 1.5, 81)
    total = axis[None, :] + axis[:, None]  # x1 + x2
    away = np.abs(total - where) > 1e-9
    fires = (total > where) != (name == "nand")
    assert np.array_equal(simulator.region(axis, axis)[away] == 1, fires[away])
    assert simulator.accuracy() == 1


def test_the_third_weight_set_fires_as_an_or_where_ties_fire():
    assert truth_table("and", "1.0, 1.0, -1.0, fires at ≥ 0") == OR


# xor


def test_the_hidden_lines_of_xor_make_a_strip():
    simulator = Simulator(load("xor-mlp"))
    axis = np.linspace(-0.513, 1.487, 91)  # no point on a line
    total = axis[None, :] + axis[:, None]
    assert np.array_equal(simulator.region(axis, axis) == 1, (total > 0.5 / 0.6) & (total < 1.4))


def test_the_hidden_layer_makes_three_points_of_four():
    rows = forward("xor-mlp")
    assert [(row["h1"], row["h2"]) for row in rows] == [(1, 0), (1, 1), (1, 1), (0, 1)]


def test_the_boundary_bends_as_the_loss_falls():
    """How far from a plane the logit is that a single neuron would have, as a share of its spread."""
    simulator = Simulator(load("xor-train"))
    axis = np.linspace(-0.25, 1.25, 31)
    x1, x2 = (grid.ravel() for grid in np.meshgrid(axis, axis))
    plane = np.stack([x1, x2, np.ones_like(x1)], axis=1)
    losses, bends = [], []
    for iteration in (10, 50, 100, 200, 2000):
        simulator.seek(iteration=iteration)
        output = simulator.region(axis, axis).ravel()
        logit = np.log(output / (1 - output))
        rest = logit - plane @ np.linalg.lstsq(plane, logit, rcond=None)[0]
        losses.append(simulator.loss())
        bends.append(rest.std() / logit.std())
    assert losses == sorted(losses, reverse=True)
    assert bends == sorted(bends)
    assert bends[0] < 0.2
    assert bends[-1] > 0.9
    assert simulator.accuracy() == 1


def test_no_single_line_parts_what_the_trained_network_parts():
    simulator = Simulator(load("xor-train"))
    simulator.run()
    z = np.log(simulator.outputs()[:, 0] / (1 - simulator.outputs()[:, 0]))
    assert z[0] + z[3] < 0 < z[1] + z[2]  # of a plane the two sums would be equal


def test_from_small_first_weights_the_curve_stays_flat_as_the_lesson_says():
    simulator = Simulator(load("xor-train", variant="small first weights"))
    simulator.run(iterations=20_000)
    assert simulator.loss() == pytest.approx(0.125, abs=1e-4)


def test_two_hidden_units_end_with_two_rows_right_and_two_at_one_half():
    simulator = Simulator(load("xor-train", variant="two hidden units"))
    simulator.run()
    assert simulator.outputs()[:, 0] == pytest.approx([0.0, 0.5, 1.0, 0.5], abs=0.05)
