"""Where a function lets no gradient through, or hardly any."""

import numpy as np
import pytest
from support.networks import layer, scenario

from dlsim.engine import Simulator, load
from dlsim.engine.functions.activations import ACTIVATIONS, SATURATED_BELOW, stuck
from dlsim.engine.scenario.spec import ActivationSpec

DEFAULTS = {name: {each.name: each.default for each in entry.settings} for name, entry in ACTIVATIONS.items()}


def stuck_at(name, *z, **settings):
    """([dead …], [saturated …]) at every z."""
    sums = np.array([z])
    outputs = np.empty_like(sums)
    settings = {**DEFAULTS[name], **settings}
    ACTIVATIONS[name].value(sums, outputs, settings)
    return tuple(flags[0].tolist() for flags in stuck(ActivationSpec(name, settings), sums, outputs))


@pytest.mark.parametrize(
    ("name", "z", "dead", "saturated"),
    [
        ("relu", (-1.0, 0.0, 1e-300), [True, True, False], [False] * 3),
        ("leaky_relu", (-1.0, 0.0, 1.0), [False] * 3, [False] * 3),
        ("linear", (-1.0, 0.0, 1.0), [False] * 3, [False] * 3),
        ("step", (-1.0, 0.0, 1.0), [False] * 3, [False] * 3),
        ("softmax", (-99.0, 0.0, 99.0), [False] * 3, [False] * 3),
        ("sigmoid", (-99.0, -3.7, -3.5, 0.0, 99.0), [False] * 5, [True, True, False, False, True]),
        ("tanh", (-99.0, -1.9, -1.8, 0.0, 99.0), [False] * 5, [True, True, False, False, True]),
        ("elu", (-99.0, -2.4, -2.2, 0.0, 99.0), [False] * 5, [True, True, False, False, False]),
        ("softplus", (-99.0, -2.2, -2.1, 0.0, 99.0), [False] * 5, [True, True, False, False, False]),
        ("swish", (-99.0, -2.4, -1.3, -0.8, 99.0), [False] * 5, [True, True, True, False, False]),
        ("sigmoid", (np.nan,), [False], [False]),
    ],
)
def test_relu_dies_and_what_levels_out_saturates(name, z, dead, saturated):
    assert stuck_at(name, *z) == (dead, saturated)


def test_a_leaky_relu_that_does_not_leak_dies_as_well():
    assert stuck_at("leaky_relu", -1.0, 1.0, alpha=0.0) == ([True, False], [False, False])


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.steepest is not None])
def test_nothing_is_steeper_than_its_steepest(name):
    activation, settings = ACTIVATIONS[name], DEFAULTS[name]
    sums = np.linspace(-40, 40, 80_001).reshape(1, -1)
    outputs, slopes = np.empty_like(sums), np.empty_like(sums)
    activation.value(sums, outputs, settings)
    activation.derivative(sums, outputs, slopes, settings)
    assert slopes.max() <= activation.steepest * (1 + 1e-15)
    assert slopes.max() == pytest.approx(activation.steepest, rel=1e-6)


def test_a_unit_is_stuck_where_it_is_for_every_sample():
    hidden = [layer(2, "relu", [[1.0, -1.0]]), layer(2, "tanh", [[9.0, 0.1], [0.0, 0.0]])]
    for loss, is_last_saturated in (("mse", True), ("binary_crossentropy", False)):
        layers = [*hidden, layer(1, "sigmoid", [[9], [9]])]
        tape = Simulator(scenario(layers, [[1], [2]], [[0], [1]], loss=loss)).snapshot().tape
        assert [tape.is_stuck(1, unit, is_dead=True) for unit in (0, 1)] == [False, True]
        assert [tape.is_stuck(2, unit, is_dead=True) for unit in (0, 1)] == [False, False]
        assert [tape.is_stuck(2, unit, is_dead=False) for unit in (0, 1)] == [True, False]
        assert tape.is_stuck(3, 0, is_dead=False) is is_last_saturated
        assert not tape.is_stuck(3, 0, is_dead=True)


def test_a_sweep_is_saturated_where_a_unit_would_be():
    tape = Simulator(load("activations")).snapshot().tape
    for place, spec in enumerate(tape.functions):
        if spec.name in ACTIVATIONS and not ACTIVATIONS[spec.name].couples_units:
            dead, saturated = stuck(ActivationSpec(spec.name, spec.settings), tape.sweep, tape.values[place])
            assert tape.dead(place).tolist() == dead.tolist()
            assert tape.saturated(place).tolist() == saturated.tolist()
    tanh = next(place for place, spec in enumerate(tape.functions) if spec.name == "tanh")
    assert tape.saturated(tanh).tolist() == (tape.slopes[tanh] < SATURATED_BELOW).tolist()
