"""Optimizers against the same rules in fifty-digit arithmetic."""

import math

import mpmath
import numpy as np
import pytest
from support.formulas import worked_out
from support.networks import layer, scenario

from dlsim.engine import Simulator
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.kinds.updates import RATE, NewSlot
from dlsim.engine.scenario.tables import Setting
from dlsim.engine.snapshot import Explanation

mpmath.mp.dps = 50
STEPS = 200


def high_precision(name, settings, gradients, start):
    """One parameter's way, by the rules as the papers and Keras 2.2.4 write them."""
    number = mpmath.mpf
    values = {entry.name: number(entry.default) for entry in OPTIMIZERS[name].settings}
    values.update({key: number(value) for key, value in settings.items()})
    p, v, a, d, m, largest = number(start), number(0), number(0), number(0), number(0), number(0)
    way = []
    for n, gradient in enumerate(gradients):
        g = number(float(gradient))
        rate = values["learning_rate"] / (1 + values["decay"] * n)
        if name == "sgd":
            v = values["momentum"] * v - rate * g
            p = p + values["momentum"] * v - rate * g if values["nesterov"] else p + v
        elif name == "adagrad":
            a += g * g
            p -= rate * g / (mpmath.sqrt(a) + values["epsilon"])
        elif name == "rmsprop":
            a = values["rho"] * a + (1 - values["rho"]) * g * g
            p -= rate * g / (mpmath.sqrt(a) + values["epsilon"])
        elif name == "adadelta":
            a = values["rho"] * a + (1 - values["rho"]) * g * g
            u = g * mpmath.sqrt(d + values["epsilon"]) / mpmath.sqrt(a + values["epsilon"])
            p -= rate * u
            d = values["rho"] * d + (1 - values["rho"]) * u * u
        elif name == "adam":
            m = values["beta_1"] * m + (1 - values["beta_1"]) * g
            v = values["beta_2"] * v + (1 - values["beta_2"]) * g * g
            largest = max(largest, v)
            t = n + 1
            corrected = rate * mpmath.sqrt(1 - values["beta_2"] ** t) / (1 - values["beta_1"] ** t)
            p -= corrected * m / (mpmath.sqrt(largest if values["amsgrad"] else v) + values["epsilon"])
        else:
            raise AssertionError(f"{name} is not written out here")
        way.append(p)
    return way


CASES = [
    ("sgd", {}),
    ("sgd", {"decay": 0.01}),
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "nesterov": 1.0, "decay": 0.005}),
    ("sgd", {"nesterov": 1.0}),
    ("adagrad", {}),
    ("adagrad", {"decay": 0.1}),
    ("rmsprop", {}),
    ("rmsprop", {"rho": 0.5, "decay": 0.01}),
    ("adadelta", {}),
    ("adadelta", {"learning_rate": 0.3, "rho": 0.5, "epsilon": 1e-3, "decay": 0.01}),
    ("adam", {}),
    ("adam", {"amsgrad": 1.0}),
    ("adam", {"decay": 0.01, "beta_1": 0.5, "amsgrad": 1.0}),
]


def test_no_optimizer_goes_without_a_case():
    assert {name for name, _ in CASES} == set(OPTIMIZERS)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_two_hundred_updates_agree_with_fifty_digits(name, settings):
    random = np.random.default_rng(1)
    scale = 10.0 ** random.uniform(-3, 1, STEPS)
    gradients = random.normal(size=STEPS) * scale
    optimizer = OPTIMIZERS[name](settings)
    p = np.array([0.7])
    state = optimizer.init(p)
    expected = high_precision(name, settings, gradients, 0.7)
    for n, gradient in enumerate(gradients, start=1):
        p, state = optimizer.update(np.array([gradient]), state, p, n)
        assert abs(p[0] - float(expected[n - 1])) <= 1e-12 * max(abs(float(expected[n - 1])), 1e-2), n


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_an_update_changes_nothing_that_it_was_given(name, settings):
    optimizer = OPTIMIZERS[name](settings)
    p, g = np.array([0.5, -1.0]), np.array([0.1, 2.0])
    state = tuple(np.array([0.2, 0.3]) for _ in optimizer.slots)
    before = [array.copy() for array in (p, g, *state)]
    optimizer.update(g, state, p, 3)
    assert all((one == other).all() for one, other in zip((p, g, *state), before, strict=True))


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_the_update_in_place_is_bit_for_bit_the_pure_one(name, settings):
    optimizer = OPTIMIZERS[name](settings)
    random = np.random.default_rng(2)
    p, g = random.normal(size=50), random.normal(size=50)
    state = tuple(random.uniform(size=50) for _ in optimizer.slots)
    pure_p, pure_state = optimizer.update(g, state, p, 7)
    work = random.normal(size=50)
    new_p, new_state = random.normal(size=50), tuple(random.normal(size=50) for _ in state)
    optimizer.update_into(g, state, p, 7, new_state, new_p, work)
    assert new_p.tobytes() == pure_p.tobytes()
    assert [slot.tobytes() for slot in new_state] == [slot.tobytes() for slot in pure_state]


NOTES_DEFAULTS = {
    "adagrad": {"learning_rate": 0.01, "epsilon": 1e-6},
    "rmsprop": {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-6},
    "adadelta": {"learning_rate": 1.0, "rho": 0.95, "epsilon": 1e-7, "decay": 0.0},
    "adam": {
        "learning_rate": 0.001,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "decay": 0.0,
        "amsgrad": 0.0,
    },
}


def test_rmsprop_as_it_comes_takes_the_epsilon_of_the_notes():
    """W1 = 1, x = 0.01, t = 0: the gradient is 0.0001, and Keras' 1e-7 would come to 0.99684769."""
    for settings, expected in (({}, 0.99693466), ({"epsilon": 1e-7}, 0.99684769)):
        optimizer = OPTIMIZERS["rmsprop"](settings)
        p, _ = optimizer.update(np.array([0.0001]), (np.zeros(1),), np.ones(1), 1)
        assert f"{p[0]:.8f}" == f"{expected:.8f}"


@pytest.mark.parametrize("name", NOTES_DEFAULTS)
def test_the_defaults_are_those_of_the_notes(name):
    defaults = {entry.name: entry.default for entry in OPTIMIZERS[name].settings}
    assert {key: defaults[key] for key in NOTES_DEFAULTS[name]} == NOTES_DEFAULTS[name]


def test_adadelta_takes_its_first_two_steps_as_by_hand():
    """g = 0.1 twice. a = 0.0005, u = 0.1·√1e-7/√0.0005001 = 0.00141407; d = 0.05·u² = 9.998e-8; then u = 0.00143208."""
    optimizer = OPTIMIZERS["adadelta"]({})
    p, state = optimizer.update(np.array([0.1]), (np.zeros(1), np.zeros(1)), np.ones(1), 1)
    assert [f"{number[0]:.8g}" for number in (p, *state)] == ["0.99858593", "0.0005", "9.9980004e-08"]
    p, state = optimizer.update(np.array([0.1]), state, p, 2)
    assert [f"{number[0]:.8g}" for number in (p, *state)] == ["0.99715384", "0.000975", "1.9752433e-07"]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_the_formulas_of_an_update_come_to_its_numbers(name, settings):
    case = scenario([layer(1, "linear", [[0.8]])], [[0.9]], [[0.5]], optimizer=name, **settings)
    simulator = Simulator(case)
    simulator.run(3)
    simulator.back()
    tape = simulator.snapshot().tape
    refs = [
        op.ref(0)
        for op in simulator.program
        if op.quantity.is_new or op.quantity is RATE or isinstance(op.quantity, NewSlot)
    ]
    assert refs
    for ref in refs:
        told = Explanation(tape, ref, 0)
        lines = told.filled_in(15).split(" = ")
        for line in lines:
            assert worked_out(line) == pytest.approx(told.value, rel=1e-8), told.substituted
        assert "√" not in lines[-1]


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [
        ("positive", [5e-324, 1.0, 1e308], [0.0, -1.0, math.inf, math.nan]),
        ("non-negative", [0.0, 5e-324, 1e308], [-5e-324, math.inf, math.nan]),
        ("unit", [0.0, 0.5, 1 - 2**-53], [-5e-324, 1.0, math.nan]),
        ("flag", [0.0, 1.0], [0.5, -1.0, 2.0, math.nan]),
        ("any", [-1e308, 0.0, 1e308], [math.inf, -math.inf, math.nan]),
    ],
)
def test_a_setting_admits_its_range_to_the_last_bit_and_nothing_else(kind, inside, outside):
    setting = Setting("any_name", "s", 0.0, kind)
    assert [setting.admits(value) for value in (*inside, *outside)] == [True] * len(inside) + [False] * len(outside)
