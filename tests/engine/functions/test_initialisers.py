"""Initial weights: their limits, and that a layer's are its own."""

import numpy as np
import pytest
from msgspec.structs import replace
from support.scenarios import each_scenario

from dlsim.engine import Simulator, load
from dlsim.engine.functions.initialisers import INITIALISERS, initial_weights
from dlsim.engine.scenario.load import revise
from dlsim.engine.scenario.spec import ActivationSpec, LayerSpec

LAYER = LayerSpec(30, ActivationSpec("tanh"), None, "glorot_uniform", None, bias=True, biases=None)


@pytest.mark.parametrize(
    ("init", "scale", "limit"),
    [
        ("uniform", None, 0.05),
        ("uniform", 0.5, 0.5),
        ("glorot_uniform", None, (6 / (20 + 30)) ** 0.5),
        ("he_uniform", None, (6 / 20) ** 0.5),
        ("zeros", None, 0.0),
    ],
)
def test_weights_fill_the_range_that_the_initialiser_names(init, scale, limit):
    weights = initial_weights(replace(LAYER, init=init, scale=scale), 20, seed=1, layer=1)
    assert weights.shape == (20, 30)
    assert abs(weights).max() <= limit
    assert abs(weights).max() >= 0.98 * limit
    assert abs(weights.mean()) <= 0.1 * limit


def test_the_table_names_what_is_in_it():
    assert list(INITIALISERS) == ["uniform", "glorot_uniform", "he_uniform", "zeros"]
    assert all(name == entry.name and entry.notation for name, entry in INITIALISERS.items())


def test_changing_one_layer_leaves_the_weights_of_the_others():
    small, large = (replace(LAYER, units=units) for units in (2, 200))
    after_small = [initial_weights(layer, 2, 3, number) for number, layer in ((1, small), (2, LAYER))][1]
    after_large = [initial_weights(layer, 2, 3, number) for number, layer in ((1, large), (2, LAYER))][1]
    assert np.array_equal(after_small, after_large)


@pytest.mark.parametrize(("seed", "layer"), [(2, 1), (1, 2)])
def test_seeds_and_layers_differ(seed, layer):
    assert not np.array_equal(initial_weights(LAYER, 20, seed, layer), initial_weights(LAYER, 20, 1, 1))


@each_scenario()
def test_a_scenario_says_whether_another_seed_means_other_first_weights(name):
    scenario = load(name)
    simulator = Simulator(scenario)
    table = next((table for table in ("network", "recurrent") if table in scenario.raw), None)
    if table is None:
        assert not simulator.draws_weights
        return
    other = Simulator(revise(scenario, {f"{table}.seed": 12_345}))
    pairs = zip(simulator.parameters, other.parameters, strict=True)
    assert simulator.draws_weights == any((one != another).any() for (one, _), (another, _) in pairs)


@pytest.mark.parametrize(
    ("settings", "is_drawn"),
    [
        ({}, True),
        ({"recurrent.init": "zeros"}, False),
    ],
)
def test_zeros_are_not_drawn(settings, is_drawn):
    assert Simulator(revise(load("feedforward-or-recurrent"), settings)).draws_weights == is_drawn
