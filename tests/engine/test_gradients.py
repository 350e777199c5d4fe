"""The gradients, against arithmetic that knows no chain rule of ours: the complex step and HIPS autograd."""

from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given, settings
from msgspec.structs import replace
from support.independent import (
    ACTIVATIONS,
    LOSSES,
    assert_complex_steps_agree,
    assert_gradients_are,
    parameters_of,
)
from support.networks import KINKED, SMOOTH, layer, random_scenarios, scenario, worked_example

from dlsim.engine import Simulator, WrongKindError, load
from dlsim.engine.check import check_gradients
from dlsim.engine.functions import activations as functions
from dlsim.engine.scenario.spec import ActivationSpec


def independent_gradients(case, simulator):
    """By autograd, from the formulas written out once more, over the rows of the batch on the tape."""
    body = case.body
    rows = list(simulator.snapshot().tape.rows)
    inputs, targets = body.data.inputs[rows], body.data.targets[rows]

    def loss(parameters):
        outputs = inputs
        for spec, (weights, biases) in zip(body.network.layers, parameters, strict=True):
            z = anp.dot(outputs, weights) + (0 if biases is None else biases)
            outputs = ACTIVATIONS[spec.activation.name](z)
        return anp.mean(LOSSES[body.training.loss](targets, outputs))

    return grad(loss)(parameters_of(simulator))


def test_random_networks_are_made_of_every_activation_that_can_be_trained():
    assert {*SMOOTH, *KINKED, "softmax"} == {
        name for name, entry in functions.ACTIVATIONS.items() if entry.is_trainable
    }


@settings(max_examples=80, deadline=None)
@given(case=random_scenarios())
def test_every_gradient_agrees_with_autograd(case):
    simulator = Simulator(case)
    simulator.run(2)
    simulator.step()
    expected = independent_gradients(case, simulator)
    simulator.step("iteration")
    assert_gradients_are(simulator, expected, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(case=random_scenarios(activations=SMOOTH))
def test_every_gradient_of_a_smooth_network_agrees_with_the_complex_step(case):
    simulator = Simulator(case)
    simulator.run(1)
    assert_complex_steps_agree(simulator, size=1e-3)


@settings(max_examples=30, deadline=None)
@given(case=random_scenarios())
def test_the_gradient_check_finds_no_difference_in_any_network(case):
    simulator = Simulator(case)
    simulator.run(1)
    assert check_gradients(simulator).ok


def test_the_worked_example_agrees_to_the_last_bits():
    simulator = Simulator(worked_example())
    report = check_gradients(simulator)
    assert [entry.symbol for entry in report.entries] == [f"W{number}" for number in range(1, 9)]
    assert report.worst.relative_error <= 1e-15


def test_a_kink_is_reported_as_such():
    """z is exactly 0: relu has no derivative there, and the check says so instead of failing."""
    case = scenario([layer(1, "relu", [[1.0], [-1.0]])], [[1.0, 1.0]], [[1.0]])
    report = check_gradients(Simulator(case))
    assert {entry.verdict for entry in report.entries} == {"not differentiable here"}
    assert report.ok


@pytest.mark.parametrize(("alpha", "verdict"), [(0.5, "not differentiable here"), (1.0, "agrees")])
def test_an_elu_has_a_kink_unless_its_two_sides_are_equally_steep(alpha, verdict):
    case = scenario([layer(1, "elu", [[1.0], [-1.0]])], [[1.0, 1.0]], [[1.0]])
    spec = replace(case.body.network.layers[0], activation=ActivationSpec("elu", {"alpha": alpha}))
    body = replace(case.body, network=replace(case.body.network, layers=(spec,)))
    report = check_gradients(Simulator(replace(case, body=body)))
    assert {entry.verdict for entry in report.entries} == {verdict}


def test_a_wrong_gradient_is_found(monkeypatch):
    simulator = Simulator(worked_example())
    probe = simulator.model.probe()
    true = type(probe).gradient
    monkeypatch.setattr(type(probe), "gradient", lambda self, place: true(self, place) * 1.001)
    report = check_gradients(simulator)
    assert not report.ok
    assert {entry.verdict for entry in report.entries} == {"differs"}


def test_a_forward_only_scenario_has_nothing_to_check():
    case = scenario([layer(1, "step", [[1.0]])], [[1.0]], None, loss=None)
    with pytest.raises(WrongKindError):
        check_gradients(Simulator(case))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "tanh"])
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e6])
def test_a_wrong_gradient_is_found_and_a_right_one_is_not_however_large_the_loss_is(monkeypatch, size, activation):
    layers = [layer(3, activation, init="he_uniform", biases=[0.0] * 3), layer(1, "linear", biases=[0.0])]
    inputs = [[0.1, 0.2], [0.2, 0.1], [-0.3, 0.1], [0.5, -0.4]]
    targets = [[5 * size], [3 * size], [-6 * size], [size]]
    case = scenario(layers, inputs, targets, loss="mse", learning_rate=1e-3 / max(size, 1.0))
    simulator = Simulator(case)
    simulator.run(3)
    report = check_gradients(simulator)
    assert (report.agreeing, report.worst.relative_error < 1e-9) == (13, True)
    probe = simulator.model.probe()
    wrong = min(np.flatnonzero(probe.gradients()), key=lambda place: abs(probe.gradient(place)))
    true = type(probe).gradient
    monkeypatch.setattr(type(probe), "gradient", lambda self, at: true(self, at) * (1.0001 if at == wrong else 1.0))
    differing = [entry.symbol for entry in check_gradients(simulator).entries if entry.verdict == "differs"]
    assert differing == [probe.symbol(wrong)]


def test_gradients_that_are_not_finite_do_not_agree():
    layers = [layer(1, "linear", [[2.0]]), layer(1, "linear", [[3.0]])]
    simulator = Simulator(scenario(layers, [[1.0]], [[0.0]], loss="mse", learning_rate=5.0))
    simulator.run(100)
    assert simulator.trouble
    report = check_gradients(simulator)
    assert report.agreeing < len(report.entries)
    assert all(np.isfinite(entry.numeric) for entry in report.entries if entry.verdict == "agrees")


def test_at_a_minimum_nothing_is_left_to_compare_and_no_gradient_is_told_as_wrong():
    case = scenario(
        [layer(1, "linear", [[0.3]])], [[0.1], [0.2], [0.7]], [[0.2], [0.4], [1.4]], loss="mse", learning_rate=1.0
    )
    simulator = Simulator(case)
    simulator.run(500)
    report = check_gradients(simulator)
    assert report.ok
    assert report.agreeing + report.undecided == 1


def test_a_unit_that_a_parameter_does_not_move_off_its_kink_is_none():
    """Nothing comes in by x2, so its weight leaves z where it is: the slope is 0 to either side."""
    case = scenario([layer(1, "relu", [[0.0], [1.0]])], [[1.0, 0.0]], [[1.0]])
    verdicts = {entry.symbol: entry.verdict for entry in check_gradients(Simulator(case)).entries}
    assert verdicts == {"W1": "not differentiable here", "W2": "agrees"}


def report_of(analytic, numeric, rounding=0.0):
    """The report on a smooth loss with these gradients, found with and without the chain rule."""
    probe = SimpleNamespace(
        size=len(analytic),
        gradient=lambda place: analytic[place],
        loss=lambda place, step: complex(0.5, numeric[place] * step.imag),
        is_at_kink=lambda: False,
        is_in_range=lambda: True,
        rounding=lambda: np.full(len(analytic), rounding),
        symbol=lambda place: f"W{place + 1}",
    )
    simulator = SimpleNamespace(model=SimpleNamespace(probe=lambda: probe), position=SimpleNamespace(iteration=1))
    return check_gradients(simulator)


@pytest.mark.parametrize(
    ("largest", "rounding", "verdict"), [(1.0, 0.0, "differs"), (1.0, 1e-12, "agrees"), (1e-4, 1e-12, "undecided")]
)
def test_what_rounding_may_have_made_is_zero_only_beside_much_larger_gradients(largest, rounding, verdict):
    """The second one is off by 3e-14: next to nothing beside 1, but not beside 0.0001."""
    assert report_of((largest, 1e-13), (largest, 1.3e-13), rounding).entries[1].verdict == verdict


@pytest.mark.parametrize(
    ("analytic", "numeric", "is_rounding"),
    [(1e-17, -3e-18, True), (0.0, 1e-17, True), (0.0, 0.0, False), (1e-17, 1e-17, False), (0.25, 0.25, False)],
)
def test_two_gradients_that_are_zero_to_rounding_are_said_to_be_and_not_compared(analytic, numeric, is_rounding):
    report = report_of((0.5, analytic), (0.5 * (1 + 1e-12), numeric), 1e-16)
    assert report.ok
    assert [entry.is_rounding for entry in report.entries] == [False, is_rounding]
    assert report.worst.relative_error < 1e-9


def test_two_tiny_gradients_of_opposite_signs_that_differ_by_more_than_rounding_are_told_as_different():
    """Each is below the 5e-13 that rounding may leave here, and 9e-13 lies between them."""
    entry = report_of((0.5, 4.5e-13), (0.5, -4.5e-13), 5e-13).entries[1]
    assert (entry.verdict, entry.is_rounding) == ("differs", False)


@pytest.mark.parametrize("largest", [1e150, 1e250, 1e308])
@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ([layer(2, "tanh", [[0.0, 0.0], [0.1, 0.2]]), layer(1, "sigmoid", [[0.3], [0.7]])], "mse"),
        ([layer(2, "relu", [[0.3, 0.4], [0.1, 0.2]]), layer(1, "linear", [[1e-9], [2e-9]])], "mse"),
        ([layer(2, "relu", [[0.3, 0.8], [0.1, 0.2]]), layer(2, "softmax", [[0.4, 0.9], [0.8, 0.1]])], "categorical"),
    ],
)
def test_a_right_gradient_is_never_said_to_differ_however_large_the_inputs_are(layers, loss, largest):
    """The step times such an input may be no small number at all, and the loss may hold logits below a bound."""
    is_categorical = loss == "categorical"
    targets = [[1.0, 0.0], [0.0, 1.0]] if is_categorical else [[1.0], [0.0]]
    loss = "categorical_crossentropy" if is_categorical else loss
    report = check_gradients(Simulator(scenario(layers, [[largest, 1.0], [0.5, 0.3]], targets, loss=loss)))
    assert not report.differing
    assert {entry.reason for entry in report.entries if entry.verdict == "undecided"} <= {"too large", "not finite"}


def test_a_sigmoid_that_is_next_to_nothing_is_no_false_alarm_however_large_the_weights_are():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.edit(settings={"training.optimizer.learning_rate": 1e300})
    simulator.run(3)
    report = check_gradients(simulator)
    assert (report.agreeing, report.differing) == (8, 0)


def test_a_step_that_is_lost_behind_a_small_number_is_tried_larger():
    layers = [layer(1, "sigmoid", [[-400.0]]), layer(1, "linear", [[1e200]])]
    report = check_gradients(Simulator(scenario(layers, [[1.0]], [[1.0]], loss="mse")))
    assert report.entries[0].analytic > 1e50
    assert (report.agreeing, report.differing) == (2, 0)


def test_where_the_loss_is_not_finite_nothing_is_compared_and_the_check_fails():
    layers = [layer(1, "linear", [[1.0]]), layer(1, "linear", [[1.0]])]
    report = check_gradients(Simulator(scenario(layers, [[1.0]], [[1e300]], loss="mse")))
    assert (report.agreeing, report.differing, report.not_finite, report.ok) == (0, 0, len(report.entries), False)


def test_at_a_kink_the_complex_step_shows_the_mean_and_the_chain_rule_may_take_the_slope_of_one_side():
    """E = ½·(1 − relu(w))²: its slope is 0 to the left of w = 0, and −1 to the right."""
    case = scenario([layer(1, "relu", [[0.0]])], [[1.0]], [[1.0]], loss="half_squared_error")
    (entry,) = check_gradients(Simulator(case)).entries
    assert (entry.analytic, entry.numeric, entry.verdict) == (0.0, -0.5, "not differentiable here")
