"""The conventions panel, held to the code: every rule that it may state is looked up in what the engine does."""

import math

import numpy as np
import pytest
from support.networks import layer, random_scenarios, scenario
from support.scenarios import FORWARD_ONLY, each_scenario

from dlsim.engine import Simulator, load
from dlsim.engine.conventions import conventions
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.optimizers import OPTIMIZERS


def rules(case):
    found = {}
    for rule in conventions(case):
        found.setdefault(rule.key, []).append(rule.values)
    return found


def simple(**options):
    options.setdefault("learning_rate", 0.1)
    return scenario([layer(2, "linear", [[0.5, -0.5]])], [[1.0], [2.0], [4.0]], [[0.0, 1.0]] * 3, **options)


def first_errors(case):
    """(E of each sample, the batch's loss) of the first iteration."""
    simulator = Simulator(case)
    simulator.run(1)
    tape = simulator.snapshot().tape
    return tape.batch.E.copy(), tape.batch.errors.copy(), simulator.losses[0]


def test_numbers_are_float64():
    assert "float64" in rules(simple())
    assert Simulator(simple()).parameters[0][0].dtype == np.float64


@pytest.mark.parametrize(("loss", "how"), [("mse", "mean"), ("half_squared_error", "sum")])
def test_the_reduction_over_outputs_and_batch_is_as_stated(loss, how):
    case = simple(loss=loss)
    assert rules(case)["loss_over_outputs"] == [{"loss": loss, "how": how}]
    per_sample, _, total = first_errors(case)
    t, o = case.body.data.targets, case.body.data.inputs @ case.body.network.layers[0].weights
    each = (t - o) ** 2 if loss == "mse" else 0.5 * (t - o) ** 2
    np.testing.assert_allclose(per_sample, each.mean(axis=1) if how == "mean" else each.sum(axis=1))
    assert "loss_over_batch" in rules(case)
    assert total == pytest.approx(per_sample.mean(), rel=1e-15)


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_the_step_at_zero_is_as_stated(at_zero):
    raw = load("and", overrides={"network.layers.0.activation": {"name": "step", "at_zero": bool(at_zero)}})
    (values,) = rules(raw)["step_at_zero"]
    assert values["how"] == ("fires" if at_zero else "silent")
    out = np.empty((1, 1))
    ACTIVATIONS["step"].value(np.zeros((1, 1)), out, {"at_zero": at_zero})
    assert out[0, 0] == at_zero


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu"])
def test_the_derivative_at_a_kink_is_as_stated(name):
    case = scenario([layer(1, name, [[1.0]])], [[0.0]], [[1.0]])
    (values,) = rules(case)["derivative_at_kink"]
    simulator = Simulator(case)
    while (event := simulator.step()).op != "da_dz":
        pass
    assert event.value == values["value"]


@pytest.mark.parametrize("init", ["uniform", "glorot_uniform", "he_uniform", "zeros"])
def test_the_initialiser_and_its_seed_are_as_stated(init):
    case = scenario([layer(300, init=init, biases=None)], [[0.0] * 7], [[0.0] * 300], seed=4)
    (values,) = rules(case)["initialiser"]
    assert (values["init"], values["seed"]) == (init, 4)
    limits = {
        "uniform": ("±0.05", 0.05),
        "glorot_uniform": ("±√(6/(7 + 300))", math.sqrt(6 / 307)),
        "he_uniform": ("±√(6/7)", math.sqrt(6 / 7)),
        "zeros": ("0", 0.0),
    }
    assert values["limit"] == limits[init][0]
    weights = Simulator(case).parameters[0][0]
    assert np.abs(weights).max() <= limits[init][1]
    assert np.abs(weights).max() >= 0.98 * limits[init][1]


def test_biases_that_are_not_given_start_at_zero():
    case = load("xor-train")
    assert "biases_start_at_zero" in rules(case)
    assert all((biases == 0).all() for _, biases in Simulator(case).parameters)
    assert "no_biases" in rules(load("backprop-2-2-2"))
    assert all(biases is None for _, biases in Simulator(load("backprop-2-2-2")).parameters)


@each_scenario(kinds=["network"], besides=[FORWARD_ONLY, "backprop-2-2-2"])
def test_a_fused_loss_shows_its_gradient_directly_wherever_the_panel_says_so(name):
    case = load(name)
    simulator = Simulator(case)
    last = len(case.body.network.layers)
    quantities = {(op.quantity.key, op.layer) for op in simulator.program}
    assert ("fused" in rules(case)) == (("dE_dz", last) in quantities and ("dE_da", last) not in quantities)
    assert ("forward_only" in rules(case)) == (not simulator.trains)


def test_gradients_read_the_weights_from_before_the_update():
    case = load("backprop-2-2-2")
    assert "gradients_from_old_weights" in rules(case)
    simulator = Simulator(case)
    while (event := simulator.step()).symbol != "∂E_o1/∂h1":
        pass
    assert event.substituted.endswith("·0.45")


def test_batches_and_their_order_are_as_stated():
    plain, shuffled = simple(batch_size=2), simple(batch_size=3, shuffle=True, seed=9)
    assert rules(plain)["batches"] == [{"size": 2, "samples": 3}]
    assert "not_shuffled" in rules(plain)
    assert list(Simulator(plain).snapshot().tape.rows) == [0, 1]
    assert rules(shuffled)["shuffled"] == [{"seed": 9}]


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_the_optimizers_settings_are_as_stated(name):
    case = simple(optimizer=name, decay=0.5)
    found = rules(case)
    (values,) = found[f"optimizer.{name}"]
    assert values["learning_rate"] == 0.1
    assert found["decay"] == [{"value": 0.5}]
    decaying, steady = (OPTIMIZERS[name]({**values, "decay": decay}) for decay in (0.5, 0.0))
    assert decaying.rate(3) / steady.rate(3) == pytest.approx(1 / (1 + 0.5 * 2), rel=1e-15)
    assert ("epsilon" in found) == ("epsilon" in values)


OUTSIDE_ROOT = {  # first updates at a small gradient g, where ε counts
    "adagrad": lambda g, epsilon: g / (g + epsilon),
    "rmsprop": lambda g, epsilon: g / (math.sqrt(0.1) * g + epsilon),
    "adam": lambda g, epsilon: math.sqrt(0.001) / 0.1 * 0.1 * g / (math.sqrt(0.001) * g + epsilon),
}


@pytest.mark.parametrize("name", [name for name, entry in OPTIMIZERS.items() if entry.epsilon_rule == "outside_root"])
def test_epsilon_is_outside_the_root_wherever_the_panel_says_so(name):
    (values,) = rules(simple(optimizer=name))["epsilon"]
    assert values["rule"] == "outside_root"
    optimizer = OPTIMIZERS[name]({"learning_rate": 0.1})
    p, _ = optimizer.update(np.array([1e-9]), optimizer.init(np.zeros(1)), np.zeros(1), 1)
    assert p[0] == pytest.approx(-0.1 * OUTSIDE_ROOT[name](1e-9, values["value"]))


def test_epsilon_is_inside_both_roots_of_adadelta():
    (values,) = rules(simple(optimizer="adadelta"))["epsilon"]
    assert values["rule"] == "inside_roots"
    optimizer, epsilon = OPTIMIZERS["adadelta"]({}), values["value"]
    p, _ = optimizer.update(np.array([1e-4]), optimizer.init(np.zeros(1)), np.zeros(1), 1)
    assert p[0] == pytest.approx(-1e-4 * math.sqrt(epsilon) / math.sqrt(0.05 * 1e-8 + epsilon), rel=1e-13)


def test_an_elu_whose_sides_are_equally_steep_has_no_kink_to_tell_of():
    assert ACTIVATIONS["elu"].conventions({"alpha": 1.0}, "elu") == ()
    (rule,) = ACTIVATIONS["elu"].conventions({"alpha": 0.5}, "elu")
    assert (rule.key, rule.values) == ("derivative_at_kink", {"activation": "elu", "value": 1.0})


@pytest.mark.parametrize("beta", [1.0, 1.5])
def test_the_beta_of_a_swish_is_as_stated(beta):
    case = load("xor-train", overrides={"network.layers.0.activation": {"name": "swish", "beta": beta}})
    assert rules(case)["swish"] == [{"activation": "swish", "beta": beta}]
    z, out = np.full((1, 1), 0.3), np.empty((1, 1))
    ACTIVATIONS["swish"].value(z, out, {"beta": beta})
    assert out[0, 0] == pytest.approx(0.3 / (1 + math.exp(-0.3 * beta)))


def test_an_optimizer_with_epsilon_inside_its_root_is_not_said_to_have_it_outside(monkeypatch):
    class Inside(OPTIMIZERS["adagrad"]):
        epsilon_rule = "inside_root"

    case = simple(optimizer="adagrad")
    monkeypatch.setitem(OPTIMIZERS, "adagrad", Inside)
    assert [values["rule"] for values in rules(case)["epsilon"]] == ["inside_root"]


@pytest.mark.parametrize(("name", "here"), [("adagrad", 1e-6), ("rmsprop", 1e-6)])
def test_the_notes_epsilon_is_told_beside_that_of_keras(name, here):
    assert rules(simple(optimizer=name))["default_unlike_keras"] == [{"setting": "ε", "default": here, "keras": 1e-7}]
    assert "default_unlike_keras" not in rules(simple(optimizer="adam"))


@pytest.mark.parametrize(("variant", "how"), [(None, "silent"), ("fires at 0 too", "fires")])
def test_a_search_says_what_its_neuron_does_at_exactly_zero(variant, how):
    assert rules(load("xor-single", variant=variant))["search_at_zero"] == [{"how": how}]


def test_functions_say_what_they_do_at_exactly_zero():
    found = rules(load("activations", variant="step fires at 0"))
    assert [values["how"] for values in found["step_at_zero"]] == ["fires"]
    assert {values["activation"]: values["value"] for values in found["derivative_at_kink"]} == {
        "relu": 0.0,
        "leaky_relu": 0.1,
    }


def test_every_rule_of_every_random_network_can_be_stated():
    from hypothesis import given, settings

    @settings(max_examples=30, deadline=None)
    @given(case=random_scenarios(optimizers=("sgd", "adam")))
    def check(case):
        assert all(isinstance(rule.key, str) for rule in conventions(case))

    check()
