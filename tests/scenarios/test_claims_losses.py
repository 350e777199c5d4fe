"""Section 3.2: what being wrong costs, and how hard each loss pulls."""

import math

import pytest

from dlsim.engine import Simulator, load

CROSS_ENTROPIES = ("binary_crossentropy", "categorical_crossentropy")
PROBABILITIES = [k / 100 for k in range(1, 100)]


@pytest.fixture(scope="module")
def losses():
    return Simulator(load("losses"))


def cost(losses, name, truth, p):
    return losses.look_up(f"{name}[t={truth}]({p})")


def slope(losses, name, truth, p):
    return losses.look_up(f"{name}[t={truth}]′({p})")


@pytest.mark.parametrize("name", [*CROSS_ENTROPIES, "mse"])
def test_a_hit_with_low_probability_costs_more_than_one_with_high(losses, name):
    costs = [cost(losses, name, 1, p) for p in PROBABILITIES]
    assert costs == sorted(costs, reverse=True)
    assert cost(losses, name, 1, 0.1) > 10 * cost(losses, name, 1, 0.9)


@pytest.mark.parametrize("name", ["binary_crossentropy", "mse"])
def test_a_miss_with_high_probability_costs_more_than_one_with_low(losses, name):
    costs = [cost(losses, name, 0, p) for p in PROBABILITIES]
    assert costs == sorted(costs)
    assert cost(losses, name, 0, 0.9) > 10 * cost(losses, name, 0, 0.1)


@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.9, 0.99])
def test_the_costs_are_the_definitions(losses, p):
    for truth in (0, 1):
        given_to_truth = p if truth else 1 - p
        assert cost(losses, "binary_crossentropy", truth, p) == pytest.approx(-math.log(given_to_truth), rel=1e-12)
        assert cost(losses, "mse", truth, p) == pytest.approx((truth - p) ** 2)
    assert cost(losses, "half_squared_error", 1, p) == pytest.approx(cost(losses, "mse", 1, p) / 2)
    assert cost(losses, "categorical_crossentropy", 1, p) == pytest.approx(-math.log(p))
    assert cost(losses, "categorical_crossentropy", 0, p) == 0  # only the true class counts


def test_the_squared_error_has_a_ceiling_and_cross_entropy_has_none(losses):
    for digits in range(1, 300, 20):
        p = f"1e-{digits}"
        assert cost(losses, "mse", 1, p) <= 1
        assert cost(losses, "binary_crossentropy", 1, p) == pytest.approx(digits * math.log(10))


def test_cross_entropy_pulls_harder_the_surer_the_mistake_and_the_squared_error_hardly_does(losses):
    assert slope(losses, "binary_crossentropy", 1, 0.01) == pytest.approx(-100)
    assert slope(losses, "categorical_crossentropy", 1, 0.01) == pytest.approx(-100)
    assert slope(losses, "mse", 1, 0.01) == pytest.approx(-1.98)
    ratio = {
        name: slope(losses, name, 1, 0.01) / slope(losses, name, 1, 0.1) for name in ("mse", "binary_crossentropy")
    }
    assert ratio["mse"] == pytest.approx(1.1)
    assert ratio["binary_crossentropy"] == pytest.approx(10)


@pytest.mark.parametrize("truth", [0, 1])
@pytest.mark.parametrize("p", PROBABILITIES[::7])
def test_through_a_sigmoid_what_is_left_of_cross_entropys_slope_is_output_minus_target(losses, truth, p):
    assert slope(losses, "binary_crossentropy", truth, p) * p * (1 - p) == pytest.approx(p - truth)
    assert slope(losses, "mse", truth, p) * p * (1 - p) == pytest.approx(2 * (p - truth) * p * (1 - p))


def test_a_sigmoid_that_is_firmly_wrong_hardly_learns_from_the_squared_error():
    """The lesson's 0.0196 against 0.99, on a network: one neuron whose output is 0.01 where 1 is right."""

    def gradient(loss):
        changes = {
            "network": {"inputs": 1, "layers": [{"units": 1, "activation": "sigmoid", "weights": [[-math.log(99)]]}]},
            "data": {"inputs": [[1]], "targets": [[1]]},
            "training.loss": loss,
        }
        simulator = Simulator(load("backprop-2-2-2", overrides=changes))
        simulator.step("iteration")
        return simulator.gradients[0][0][0, 0]

    assert gradient("mse") == pytest.approx(-1.98 * 0.01 * 0.99)
    assert gradient("binary_crossentropy") == pytest.approx(-0.99)
