"""The gradients, against arithmetic that knows no chain rule of ours: the complex step and HIPS autograd."""

from types import SimpleNamespace

import autograd.numpy as anp
import pytest
from autograd import grad
from hypothesis import given, settings
from support.independent import (
    ACTIVATIONS,
    LOSSES,
    assert_complex_steps_agree,
    assert_gradients_are,
    parameters_of,
)
from support.networks import SMOOTH, layer, random_scenarios, scenario, worked_example

from dlsim.engine import Simulator, WrongKindError
from dlsim.engine.gradient_check import check_gradients


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


def report_of(analytic, numeric):
    """The report on a smooth loss with these gradients, found with and without the chain rule."""
    probe = SimpleNamespace(
        size=len(analytic),
        is_smooth=True,
        gradient=lambda place: analytic[place],
        loss=lambda place, step: complex(0.5, numeric[place] * step.imag),
        symbol=lambda place: f"W{place + 1}",
    )
    simulator = SimpleNamespace(model=SimpleNamespace(probe=lambda: probe), position=SimpleNamespace(iteration=1))
    return check_gradients(simulator)


@pytest.mark.parametrize(("largest", "is_ok"), [(1.0, True), (1e-3, False)])
def test_what_is_left_of_terms_that_cancel_is_measured_by_the_largest_gradient(largest, is_ok):
    """The second one is off by 3e-14: next to nothing beside 1, but not beside 0.001."""
    assert report_of((largest, 1e-13), (largest, 1.3e-13)).ok == is_ok


@pytest.mark.parametrize(
    ("analytic", "numeric", "is_rounding"),
    [(1e-17, -3e-18, True), (0.0, 1e-17, True), (0.0, 0.0, False), (1e-17, 1e-17, False), (0.25, 0.25, False)],
)
def test_two_gradients_that_are_zero_to_rounding_are_said_to_be_and_not_compared(analytic, numeric, is_rounding):
    report = report_of((0.5, analytic), (0.5 * (1 + 1e-12), numeric))
    assert report.ok
    assert [entry.is_rounding for entry in report.entries] == [False, is_rounding]
    assert report.worst.relative_error < 1e-9


def test_two_tiny_gradients_of_opposite_signs_that_differ_by_more_than_rounding_are_told_as_different():
    """Each is below the 5e-13 that rounding may leave here, and 9e-13 lies between them."""
    entry = report_of((0.5, 4.5e-13), (0.5, -4.5e-13)).entries[1]
    assert (entry.verdict, entry.is_rounding) == ("differs", False)
