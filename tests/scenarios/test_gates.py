"""The gates of section 1.2 and XOR of 1.3, row by row."""

import numpy as np
import pytest

from dlsim.engine import Simulator, load

ROWS = [(0, 0), (0, 1), (1, 0), (1, 1)]
TRUTH = [("and", [0, 0, 0, 1]), ("nand", [1, 1, 1, 0]), ("or", [0, 1, 1, 1]), ("xor-mlp", [0, 1, 1, 0])]


def outputs(scenario):
    return Simulator(scenario).outputs()[:, 0].tolist()


@pytest.mark.parametrize(("name", "truth"), TRUTH)
def test_the_truth_table(name, truth):
    scenario = load(name)
    assert [tuple(row) for row in scenario.body.data.inputs] == ROWS
    assert outputs(scenario) == truth


@pytest.mark.parametrize(("number", "weights"), [(0, [0.5, 0.5, -0.7]), (1, [0.5, 0.5, -0.8]), (2, [1.0, 1.0, -1.0])])
def test_the_three_weight_sets_of_and_are_variants_of_it(number, weights):
    scenario = load("and", variant=load("and").variants[number])
    matrix, biases = Simulator(scenario).parameters[0]
    assert [*matrix[:, 0], *biases] == weights
    assert outputs(scenario) == [0, 0, 0, 1]


def test_with_greater_or_equal_the_third_weight_set_is_no_and():
    fires_at_zero = {"network.layers.0.activation": {"name": "step", "at_zero": 1}}
    scenario = load("and", variant=load("and").variants[2], overrides=fires_at_zero)
    assert outputs(scenario) == [0, 1, 1, 1]


def test_with_the_misprinted_bias_nand_never_fires():
    assert outputs(load("nand", overrides={"network.layers.0.biases": [-0.7]})) == [0, 0, 0, 0]


def test_xor_is_the_and_of_nand_and_or():
    simulator = Simulator(load("xor-mlp"))
    for row, (x1, x2) in enumerate(ROWS):
        simulator.seek(iteration=0)
        simulator.sample = row
        values = {}
        while event := simulator.step():
            values[event.symbol] = event.value
        assert values["h1"] == float(not (x1 and x2))
        assert values["h2"] == float(x1 or x2)
        assert values["o1"] == float(x1 != x2)


def test_xor_is_learnt_from_nearly_any_first_weights():
    learnt = 0
    for seed in range(12):
        simulator = Simulator(load("xor-train", overrides={"network.seed": seed}))
        simulator.run()
        learnt += simulator.accuracy() == 1.0
    assert learnt >= 11


def test_the_two_hidden_units_that_the_lesson_speaks_of_do_get_stuck():
    simulator = Simulator(load("xor-train", variant="two hidden units"))
    simulator.run()
    assert simulator.accuracy() < 1.0
    largest_gradient = max(np.abs(weights).max() for weights, _ in simulator.gradients)
    assert largest_gradient < 0.01
