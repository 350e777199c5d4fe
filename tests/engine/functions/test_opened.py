"""Functions opened up: every entry says how it is worked out by hand, and the numbers written come to the value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.formulas import worked_out
from support.networks import layer, scenario

from dlsim.engine import Simulator
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.numbers import fixed

BLACK_BOXES = ("sigmoid(", "tanh(", "softmax(", "exp(")
SLOPED = sorted(name for name, entry in ACTIVATIONS.items() if entry.derivative)


def told_of(symbol, layers, inputs, targets, **training):
    """A number of the first iteration explained."""
    simulator = Simulator(scenario(layers, inputs, targets, **training))
    simulator.run(1)
    simulator.back()
    return simulator.snapshot().explain(simulator.model.find(symbol))


def of_activation(name, z, symbol="o1"):
    """What an activation of one unit makes of z, or of a layer of three of them."""
    z = np.atleast_1d(z)
    layers = [layer(len(z), name, np.eye(len(z)))]
    return told_of(symbol, layers, [z], [[0.5] * len(z)])


@pytest.mark.parametrize("entry", [*ACTIVATIONS.values(), *LOSSES.values()], ids=lambda entry: entry.name)
def test_every_function_of_the_tables_says_how_it_is_worked_out(entry):
    is_loss = entry.name in LOSSES
    slopes = entry.slope_openings if is_loss else entry.derivative_openings
    assert entry.openings
    assert slopes or not (is_loss or entry.is_trainable)
    for opening in (*entry.openings, *slopes, *(entry.slope_by_output_openings if is_loss else ())):
        assert opening.lines
        assert not any(name in line for line in opening.lines for name in BLACK_BOXES)


@pytest.mark.parametrize("name", SLOPED)
@pytest.mark.parametrize("symbol", ["o1", "∂o1/∂z1"])
@settings(max_examples=20, deadline=None)
@given(z=st.floats(-15, 15).filter(lambda z: abs(z) > 0.1))
def test_each_line_of_an_activation_comes_to_its_value_with_the_numbers_as_they_are_printed(name, symbol, z):
    told = of_activation(name, z, symbol)
    lines = told.substituted.split(" = ")
    for line in lines:
        assert worked_out(line) == pytest.approx(told.value, rel=1e-5, abs=1e-7), told.substituted
    assert worked_out(lines[0]) == pytest.approx(told.value, rel=1e-6, abs=2e-8), told.substituted


@settings(max_examples=20, deadline=None)
@given(z=st.lists(st.floats(-700, 700), min_size=2, max_size=5))
def test_each_line_of_softmax_comes_to_its_value(z):
    told = of_activation("softmax", z)
    for line in told.substituted.split(" = "):
        assert worked_out(line) == pytest.approx(told.value, rel=1e-5, abs=1e-7), told.substituted


@pytest.mark.parametrize(
    ("name", "z", "formula", "substituted"),
    [
        ("sigmoid", -1000.0, "sigmoid(z1)", "1/(1 + e^(−(-1000))) = 1/(1 + inf)"),
        ("tanh", 1000.0, "tanh(z1) = (1 − e^(−2·z1))/(1 + e^(−2·z1))", "(1 − e^(−2·1000))/(1 + e^(−2·1000))"),
        ("tanh", -1000.0, "tanh(z1) = (e^(2·z1) − 1)/(e^(2·z1) + 1)", "(e^(2·(-1000)) − 1)/(e^(2·(-1000)) + 1)"),
        ("softplus", 1000.0, "ln(1 + e^(z1)) = z1 + ln(1 + e^(−z1))", "1000 + ln(1 + e^(−1000))"),
        ("relu", -2.0, "max(0, z1)", "max(0, -2)"),
        ("leaky_relu", -2.0, "max(a·z1, z1)", "max(0.1·(-2), -2) = max(-0.2, -2)"),
        (
            "elu",
            -1.0,
            "(z1 if z1 > 0 else a·(e^(z1) − 1))",
            "(-1 if (-1) > 0 else 0.7·(e^(-1) − 1)) = 0.7·(e^(-1) − 1)",
        ),
    ],
)
def test_large_numbers_are_told_in_the_form_that_holds_for_them(name, z, formula, substituted):
    told = of_activation(name, z)
    assert told.formula == formula
    assert told.substituted.startswith(substituted)
    for line in told.substituted.split(" = "):
        assert worked_out(line) == pytest.approx(told.value), line


def test_softmax_tells_each_power_and_their_sum():
    told = of_activation("softmax", [1.0, 2.0, 3.0])
    assert told.substituted.split(" = ") == [
        "e^(1) / (e^(1) + e^(2) + e^(3))",
        "2.71828183 / (2.71828183 + 7.38905610 + 20.08553692)",
        "2.71828183 / 30.19287485",
    ]


@pytest.mark.parametrize("name", sorted(LOSSES))
@settings(max_examples=20, deadline=None)
@given(z=st.floats(-800, 800), answer=st.sampled_from([0, 1]))
def test_each_line_of_a_loss_comes_to_its_value_with_the_numbers_as_they_are_printed(name, z, answer):
    activation = LOSSES[name].fused_with or "sigmoid"
    told = told_of("E_o1", [layer(2, activation, [[1, 0.5]])], [[z]], [[answer, 1 - answer]], loss=name)
    for line in told.substituted.split(" = "):
        assert "ln 0" not in line.replace("ln 0.", "")
        assert worked_out(line) == pytest.approx(told.value, rel=1e-4, abs=1e-6), told.substituted


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_each_line_of_the_slope_of_a_loss_comes_to_its_value(name):
    activation = LOSSES[name].fused_with or "sigmoid"
    symbol = "∂E/∂z1" if LOSSES[name].fused_with else "∂E/∂o1"
    told = told_of(symbol, [layer(2, activation, [[1, 0.5]])], [[0.3]], [[1, 0]], loss=name)
    for line in told.substituted.split(" = "):
        assert worked_out(line) == pytest.approx(told.value, abs=2e-8), told.substituted


def test_a_last_line_that_is_the_number_itself_is_not_written_twice():
    told = told_of("E_o1", [layer(1, "linear", [[1.0]])], [[0.5]], [[1.0]], loss="mse")
    assert told.substituted == "(1 − 0.5)² = 0.5²"
    assert fixed(told.value) == "0.25000000"
