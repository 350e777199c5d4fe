"""Section 3.3: the race of the optimizers, the ball that rolls out of a hollow."""

from math import sqrt

import numpy as np
import pytest
from support.race import HEIGHTS, way

from dlsim.engine import Simulator, load

NAMES = (None, "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam", "AMSGrad")
RACES = ("optimizers", "optimizers-on-a-bowl", "optimizers-on-a-saddle", "optimizers-on-two-valleys")
AVERAGING = ("Adagrad", "RMSprop", "Adam", "AMSGrad")
EPSILON = 1e-6


def run(name, variant=None, *, updates=None, **overrides):
    simulator = Simulator(
        load(name, variant=variant, overrides={key.replace("__", "."): overrides[key] for key in overrides})
    )
    simulator.run(updates)
    return simulator


def path(simulator):
    """(updates, coordinates): where each update began."""
    axes = "xy"[: simulator.parameters[0][0].size]
    return np.stack([simulator.curves[axis].values for axis in axes], axis=1)


@pytest.fixture(scope="module")
def races():
    """Every race run to its end, by scenario and variant."""
    return {(name, variant): run(name, variant) for name in RACES for variant in NAMES}


# the race itself


@pytest.mark.parametrize("name", [*RACES, "optimizers-on-a-network"])
def test_all_seven_start_from_the_same_place(name):
    on_the_ridge = ["on the ridge"] if name == "optimizers-on-a-saddle" else []
    assert [*load(name).variants] == [*NAMES[1:], *on_the_ridge]
    starts = [Simulator(load(name, variant=variant)) for variant in NAMES]
    first = [weights.tobytes() for weights, _ in starts[0].parameters]
    assert all([weights.tobytes() for weights, _ in start.parameters] == first for start in starts)
    settings = [start.scenario.body for start in starts]
    optimizers = {str(body.optimizer if hasattr(body, "optimizer") else body.training.optimizer) for body in settings}
    assert len(optimizers) == len(NAMES)


@pytest.mark.parametrize("name", RACES)
@pytest.mark.parametrize("variant", NAMES)
def test_each_takes_the_way_worked_out_in_plain_python(races, name, variant):
    simulator = races[name, variant]
    body = simulator.scenario.body
    expected = way(body.name, body.surface.start, {"name": body.optimizer.name, **body.optimizer.settings}, 200)
    found = path(simulator)
    if variant == "RMSprop":
        found = found[:80]  # after that it jitters around the bottom, and the last bit grows with every update
    np.testing.assert_allclose(found, expected[: len(found)], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", RACES)
def test_a_race_is_over_within_two_hundred_updates(races, name):
    assert all(races[name, variant].iteration <= 200 for variant in NAMES)


# the ravine


def test_in_the_ravine_gradient_descent_is_the_only_one_still_on_its_way(races):
    heights = {variant: races["optimizers", variant].loss() for variant in NAMES}
    assert heights.pop(None) > 0.04
    assert max(heights.values()) < 0.01
    assert heights["momentum"] < 1e-8
    assert heights["Nesterov"] < 1e-8


def test_gradient_descent_first_slides_down_the_wall_and_then_creeps_along_the_floor(races):
    way = path(races["optimizers", None])
    assert abs(way[20, 1]) < 0.03
    assert abs(way[20, 0]) > 5


def test_momentum_overshoots_and_nesterov_less(races):
    farthest = {variant: path(races["optimizers", variant])[:, 0].max() for variant in (None, "momentum", "Nesterov")}
    assert farthest[None] < 0
    assert 0.5 < farthest["Nesterov"] < farthest["momentum"]
    lowest = {variant: path(races["optimizers", variant])[:, 1].min() for variant in ("momentum", "Nesterov")}
    assert lowest["momentum"] < lowest["Nesterov"] < 0


def test_momentums_velocity_gathers_every_earlier_slope_each_step_back_weaker_by_mu():
    simulator = Simulator(load("optimizers", variant="momentum"))
    slopes = []
    for t in range(1, 31):
        simulator.step("iteration")
        slopes.append(simulator.look_up("∂f/∂x"))
        expected = -0.1 * sum(0.9 ** (t - 1 - n) * slope for n, slope in enumerate(slopes))
        assert simulator.look_up("v_x⁺") == pytest.approx(expected)


@pytest.mark.parametrize(("rate", "settles"), [(0.95, True), (1.0, False), (1.05, False)])
def test_from_a_learning_rate_of_one_gradient_descent_no_longer_settles_between_the_walls(rate, settles):
    y = path(run("optimizers", training__optimizer__learning_rate=rate))[:, 1]
    assert (abs(y[-1]) < 1e-6) == settles


# effective rates


def effective_rates(simulator, updates, rate):
    """η/(√a + ε) of the first coordinate, update by update, from the a that is on screen."""
    rates = []
    for _ in range(updates):
        simulator.step("iteration")
        rates.append(rate / (sqrt(simulator.look_up("a_x⁺")) + EPSILON))
    return np.array(rates)


STEADY_SLOPE = {"surface": {"terms": {"x": 1}, "start": [0]}}


def test_adagrads_effective_rate_dies_away_and_rmsprops_does_not():
    """On a slope that never changes; the lesson gives the command."""
    adagrad = effective_rates(Simulator(load("optimizers", variant="Adagrad", overrides=STEADY_SLOPE)), 200, 1.0)
    np.testing.assert_allclose(adagrad, 1 / np.sqrt(np.arange(1, 201)), rtol=1e-5)
    assert adagrad[99] == pytest.approx(0.1, rel=1e-4)
    rmsprop = effective_rates(Simulator(load("optimizers", variant="RMSprop", overrides=STEADY_SLOPE)), 200, 0.1)
    assert rmsprop[-1] == pytest.approx(0.1, rel=1e-4)
    assert rmsprop[50:].max() < 1.01 * rmsprop[50:].min()


def test_in_the_ravine_adagrads_rate_never_rises_and_rmsprops_does_again():
    adagrad = effective_rates(Simulator(load("optimizers", variant="Adagrad")), 200, 1.0)
    assert (np.diff(adagrad) <= 0).all()
    assert adagrad[-1] < 0.5 * adagrad[0]
    rmsprop = effective_rates(Simulator(load("optimizers", variant="RMSprop")), 200, 0.1)
    assert (np.diff(rmsprop) > 0).any()
    assert rmsprop[-1] > 10 * rmsprop.min()


def test_the_rates_worked_out_are_those_that_move_the_point():
    for variant, rate in (("Adagrad", 1.0), ("RMSprop", 0.1)):
        simulator = Simulator(load("optimizers", variant=variant))
        for _ in range(50):
            x = simulator.look_up("x")
            effective = effective_rates(simulator, 1, rate)[0]
            assert simulator.look_up("x") == pytest.approx(x - effective * simulator.look_up("∂f/∂x"), rel=1e-12)


def test_adagrad_gives_the_gentle_direction_the_larger_rate():
    simulator = Simulator(load("optimizers", variant="Adagrad"))
    for _ in range(100):
        simulator.step("iteration")
        assert simulator.look_up("a_x⁺") < simulator.look_up("a_y⁺")


def test_adams_first_step_is_its_learning_rate_thanks_to_the_bias_correction():
    simulator = Simulator(load("optimizers", variant="Adam"))
    events = {event.symbol: event for event in (simulator.step() for _ in range(simulator.program.values))}
    assert events["η_t"].value == pytest.approx(0.3 * sqrt(1 - 0.999) / (1 - 0.9))
    assert events["η_t"].value / 0.3 == pytest.approx(0.316, abs=5e-4)
    assert events["m_x⁺"].value == pytest.approx(0.1 * -0.7)
    assert events["v_x⁺"].value == pytest.approx(0.001 * 0.49)
    assert events["x⁺"].value == pytest.approx(-7 + 0.3, abs=1e-4)
    assert events["y⁺"].value == pytest.approx(2 - 0.3, abs=1e-4)
    simulator.seek(iteration=200)
    assert simulator.look_up("m_x⁺") == pytest.approx(0, abs=0.01)


def test_amsgrad_divides_by_the_largest_v_so_far():
    simulator = Simulator(load("optimizers", variant="AMSGrad"))
    squares, largest = [], []
    for _ in range(200):
        simulator.step("iteration")
        squares.append(simulator.look_up("v_y⁺"))
        largest.append(simulator.look_up("v̂_y⁺"))
    assert squares[-1] < 0.9 * max(squares)
    assert largest == np.maximum.accumulate(squares).tolist()


# the other surfaces


def test_in_a_bowl_gradient_descent_walks_straight_in(races):
    way = path(races["optimizers-on-a-bowl", None])
    np.testing.assert_allclose(way[:, 1] / way[:, 0], -0.75, rtol=1e-12)


@pytest.mark.parametrize("variant", AVERAGING)
def test_in_a_bowl_those_that_divide_by_the_slope_set_off_diagonally(races, variant):
    way = path(races["optimizers-on-a-bowl", variant])
    step = np.abs(way[1] - way[0])
    assert step[0] == pytest.approx(step[1], rel=1e-5)


def test_in_a_bowl_memory_is_no_gain(races):
    heights = {variant: races["optimizers-on-a-bowl", variant].losses[60] for variant in NAMES}
    assert heights[None] < 1e-11
    assert all(0.001 < heights[variant] < 0.01 for variant in ("momentum", "Adam", "AMSGrad"))
    momentum = path(races["optimizers-on-a-bowl", "momentum"])[:60, 0]
    assert (np.diff(np.sign(momentum)) != 0).sum() >= 3  # it swings past the bottom several times


def test_in_a_bowl_half_lands_on_the_bottom_at_once_and_in_a_ravine_no_rate_does():
    assert run("optimizers-on-a-bowl", updates=1, training__optimizer__learning_rate=0.5).loss() == 0
    for rate in np.linspace(0.05, 12, 60):
        assert run("optimizers", updates=1, training__optimizer__learning_rate=rate).loss() > 0.1


def test_adagrad_comes_to_rest_and_rmsprop_goes_on_jittering(races):
    def last_steps(variant):
        return np.abs(np.diff(path(races["optimizers-on-a-bowl", variant])[-20:], axis=0)).max()

    assert last_steps("Adagrad") < 1e-9
    assert last_steps("RMSprop") > 0.02


def test_beside_a_saddle_gradient_descent_waits_longest(races):
    def updates_until_down(variant):
        return int(np.argmax(races["optimizers-on-a-saddle", variant].losses < -0.5))

    needed = {variant: updates_until_down(variant) for variant in NAMES}
    waited = needed.pop(None)
    assert waited > 60
    assert 0 < max(needed.values()) < waited - 20
    y = {variant: path(races["optimizers-on-a-saddle", variant])[20, 1] for variant in NAMES}
    assert y[None] < 0.01
    assert all(y[variant] > 0.7 for variant in AVERAGING)
    assert all(races["optimizers-on-a-saddle", variant].loss() < -0.97 for variant in NAMES)


def test_a_variant_stands_beside_them_that_starts_on_the_ridge_and_never_leaves_it():
    simulator = Simulator(load("optimizers-on-a-saddle", variant="on the ridge"))
    simulator.seek(iteration=120)
    assert simulator.curves["y"].values.tolist() == [0.0] * 120
    assert abs(simulator.loss()) < 1e-5


@pytest.mark.parametrize("variant", NAMES)
def test_on_the_ridge_all_seven_stay_in_the_saddle_which_is_no_minimum(variant):
    simulator = run("optimizers-on-a-saddle", variant, updates=400, surface__start=[-1.5, 0])
    assert simulator.look_up("y") == 0
    assert abs(simulator.loss()) < 0.01
    assert simulator.look_up("∂f/∂y") == 0
    assert HEIGHTS["saddle"](0, 0.1) < HEIGHTS["saddle"](0, 0)  # and yet there is a way down


def test_only_velocity_carries_over_the_hill_between_two_valleys(races):
    ends = {variant: races["optimizers-on-two-valleys", variant] for variant in NAMES}
    deep = {variant for variant in NAMES if ends[variant].look_up("x") < 0}
    assert deep == {"momentum", "Nesterov"}
    assert all(ends[variant].loss() < -1.3 for variant in deep)
    assert all(-0.71 < ends[variant].loss() < -0.69 for variant in set(NAMES) - deep)


def test_with_half_its_learning_rate_nesterov_stays_in_the_near_valley():
    simulator = run("optimizers-on-two-valleys", "Nesterov", training__optimizer__learning_rate=0.01)
    assert simulator.look_up("x") == pytest.approx(0.960, abs=0.001)


# on a network


@pytest.fixture(scope="module")
def on_a_network():
    return {variant: run("optimizers-on-a-network", variant) for variant in NAMES}


def test_on_a_network_gradient_descent_is_the_slowest_at_first(on_a_network):
    losses = {}
    for variant, simulator in on_a_network.items():
        simulator.seek(iteration=25)
        losses[variant] = simulator.loss()
        simulator.seek(iteration=200)
        assert simulator.loss() < 0.33
    slowest = losses.pop(None)
    assert max(losses.values()) < 0.8 * slowest


def effective_rates_of_all_weights(variant, rate):
    """(updates, weights): η/(√a + ε), with a summed or averaged here from the gradients of each iteration."""
    simulator = Simulator(load("optimizers-on-a-network", variant=variant))
    a, rates = 0.0, []
    for _ in range(200):
        simulator.step("iteration")
        g = np.concatenate([array.ravel() for layer in simulator.gradients for array in layer])
        a = a + g**2 if variant == "Adagrad" else 0.9 * a + 0.1 * g**2
        rates.append(rate / (np.sqrt(a) + EPSILON))
        assert simulator.look_up("a_W1⁺") == pytest.approx(a[0], rel=1e-12)
    return np.array(rates)


def test_on_mini_batches_adagrads_rates_only_fall_and_rmsprops_rise_as_well():
    adagrad = effective_rates_of_all_weights("Adagrad", 0.1)
    assert (np.diff(adagrad, axis=0) <= 0).all()
    assert np.median(adagrad[-1] / adagrad[4]) < 0.5
    assert (adagrad[-1] < adagrad[-50]).all()  # still falling: the slopes never vanish
    rmsprop = effective_rates_of_all_weights("RMSprop", 0.02)
    rises = (np.diff(rmsprop, axis=0) > 0).mean()
    assert 0.3 < rises < 0.9
    assert np.median(rmsprop[-1] / rmsprop[4]) > 0.5


# the hollow


def test_gradient_descent_stays_in_the_local_minimum():
    simulator = run("momentum-escape")
    x = simulator.look_up("x")
    assert x == pytest.approx(0.96014956, abs=1e-6)
    assert abs(4 * x**3 - 4 * x + 0.3) < 1e-5  # nothing pulls any more
    assert path(simulator).min() > 0.9
    simulator.run(2000)
    assert simulator.look_up("x") == pytest.approx(0.96014956, abs=1e-8)


def test_momentum_rolls_on_into_the_global_minimum():
    simulator = run("momentum-escape", "momentum")
    assert simulator.look_up("x") == pytest.approx(-1.0355787, abs=1e-4)
    heights = HEIGHTS["double_well"](np.linspace(-2, 2, 4001))
    assert simulator.loss() == pytest.approx(heights.min(), abs=1e-6)
    assert run("momentum-escape").loss() > heights.min() + 0.5


def test_in_the_local_minimum_the_slope_is_nothing_and_the_velocity_is_not():
    simulator = Simulator(load("momentum-escape", variant="momentum"))
    while simulator.look_up("x") > 0.96014956:
        simulator.step("iteration")
    assert simulator.look_up("v_x⁺") < -0.1
    assert abs(simulator.look_up("v_x⁺")) > abs(0.01 * (4 * 0.96**3 - 4 * 0.96 + 0.3)) * 100


@pytest.mark.parametrize(
    ("variant", "has_crossed"), [("too little momentum", False), ("momentum", True), ("too much momentum", True)]
)
def test_how_far_the_ball_gets_depends_on_the_momentum(variant, has_crossed):
    simulator = run("momentum-escape", variant)
    assert (path(simulator).min() < -1) == has_crossed
    ends_in_the_deep_dip = variant == "momentum"
    assert (simulator.look_up("x") < 0) == ends_in_the_deep_dip
