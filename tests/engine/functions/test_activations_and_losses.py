"""Activations and losses: known values, fifty digits, slopes by the complex step, numbers at the edge of float64."""

import warnings

import mpmath
import numpy as np
import pytest
from support.formulas import worked_out
from support.networks import layer, scenario

from dlsim.engine import Simulator
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.snapshot import Explanation

DEFAULTS = {
    name: {entry.name: entry.default for entry in activation.settings} for name, activation in ACTIVATIONS.items()
}


def value(name, z, **settings):
    z = np.atleast_2d(np.array(z))
    out = np.empty_like(z, dtype=complex if np.iscomplexobj(z) else float)
    ACTIVATIONS[name].value(z.astype(out.dtype), out, {**DEFAULTS[name], **settings})
    return out


@pytest.mark.parametrize(
    ("name", "z", "settings", "expected"),
    [
        ("step", [-1.0, 0.0, 1e-300, 2.0], {}, [0, 0, 1, 1]),
        ("step", [-1.0, 0.0, 1e-300, 2.0], {"at_zero": 1.0}, [0, 1, 1, 1]),
        ("sigmoid", [0.0, 0.08, 0.11], {}, [0.5, 0.5199893401555818, 0.5274723043445937]),
        ("tanh", [0.0, 1.0], {}, [0.0, 0.7615941559557649]),
        ("relu", [-2.0, 0.0, 3.0], {}, [0, 0, 3]),
        ("leaky_relu", [-2.0, 0.0, 3.0], {}, [-0.02, 0, 3]),
        ("leaky_relu", [-2.0, 3.0], {"alpha": 0.1}, [-0.2, 3]),
        ("elu", [-1.0, 0.0, 3.0], {}, [-0.6321205588285577, 0, 3]),
        ("elu", [-1.0, 3.0], {"alpha": 0.5}, [-0.31606027941427883, 3]),
        ("softplus", [-1.0, 0.0, 1.0], {}, [0.3132616875182229, 0.6931471805599453, 1.3132616875182228]),
        ("swish", [-1.0, 0.0, 1.0], {}, [-0.2689414213699951, 0, 0.7310585786300049]),
        ("swish", [-1.0, 1.0], {"beta": 1.5}, [-0.18242552380635635, 0.8175744761936437]),
        ("linear", [-2.0, 3.0], {}, [-2, 3]),
        ("softmax", [0.0, np.log(2.0), np.log(5.0)], {}, [0.125, 0.25, 0.625]),
    ],
)
def test_activations_have_their_known_values(name, z, settings, expected):
    np.testing.assert_allclose(value(name, z, **settings)[0], expected, rtol=1e-15, atol=1e-16)


@pytest.mark.parametrize(
    ("z", "expected"),
    [([1e308, -1e308, 0.0], [1, 0, 0]), ([1e20, 0.0, -1e20], [1, 0, 0]), ([-1e308, -1e308], [0.5, 0.5])],
)
def test_softmax_of_huge_logits_is_still_softmax(z, expected):
    assert value("softmax", z)[0].tolist() == expected


def test_a_sigmoid_far_below_0_is_0_and_not_a_least_number():
    assert value("sigmoid", [-1e300, -800.0, 800.0, 1e300])[0].tolist() == [0, 0, 1, 1]
    assert value("sigmoid", np.array([-1e300 + 1e-200j, -800.0 + 1e-200j]))[0].tolist() == [0, 0]
    assert value("sigmoid", [-700.0])[0, 0] == pytest.approx(np.exp(-700.0), rel=1e-13)


SLOPED = [(name, {}) for name, entry in ACTIVATIONS.items() if entry.derivative]
SLOPED += [("leaky_relu", {"alpha": 0.3}), ("elu", {"alpha": 0.7}), ("elu", {"alpha": 3.0}), ("swish", {"beta": 1.5})]


def slope_of(name, z, **settings):
    slope = np.empty_like(z)
    ACTIVATIONS[name].derivative(z, value(name, z, **settings), slope, {**DEFAULTS[name], **settings})
    return slope


@pytest.mark.parametrize(("name", "settings"), SLOPED)
def test_derivatives_agree_with_the_complex_step(name, settings):
    z = np.array([[-2.5, -1.3, -0.2, 0.4, 1.7, 3.0]])
    expected = value(name, z + 1e-30j, **settings).imag / 1e-30
    np.testing.assert_allclose(slope_of(name, z, **settings), expected, rtol=1e-13)  # 1 − a cancels as a nears 1


@pytest.mark.parametrize(("name", "settings"), SLOPED)
def test_at_0_a_complex_step_goes_to_the_side_where_it_leads(name, settings):
    """That is how a check of gradients finds the two slopes of a kink, and that where there is none they are one."""
    zero, step = np.zeros((1, 1)), 1e-30
    right, left = (value(name, zero + 1j * h, **settings)[0, 0].imag / h for h in (step, -step))
    if 0.0 in ACTIVATIONS[name].kinks({**DEFAULTS[name], **settings}):
        expected = [slope_of(name, zero + at, **settings)[0, 0] for at in (1e-13, -1e-13)]
        assert abs(expected[0] - expected[1]) > 0.1
    else:
        expected = [slope_of(name, zero, **settings)[0, 0]] * 2
    assert [right, left] == pytest.approx(expected, rel=1e-12)


WRITTEN_OUT = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "relu": lambda z: max(z, 0),
    "leaky_relu": lambda z, alpha: z if z > 0 else alpha * z,
    "elu": lambda z, alpha: z if z > 0 else alpha * (mpmath.exp(z) - 1),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "swish": lambda z, beta: z / (1 + mpmath.exp(-beta * z)),
    "linear": lambda z: z,
}
WIDE = np.array([[-40.0, -17.3, -3.0, -1.278, -1e-3, -1e-9, 1e-9, 1e-3, 0.7, 2.4, 17.3, 40.0]])


@pytest.mark.parametrize(("name", "settings"), SLOPED)
def test_values_and_slopes_agree_with_fifty_digits(name, settings):
    numbers = {key: mpmath.mpf(number) for key, number in {**DEFAULTS[name], **settings}.items()}
    with mpmath.workdps(50):
        for z, a, slope in zip(
            WIDE[0], value(name, WIDE, **settings)[0], slope_of(name, WIDE, **settings)[0], strict=True
        ):
            exact = WRITTEN_OUT[name](mpmath.mpf(z), **numbers)
            assert abs(a - exact) <= 2e-14 * abs(exact), z
            exact_slope = mpmath.diff(lambda at: WRITTEN_OUT[name](at, **numbers), mpmath.mpf(z), h=mpmath.mpf("1e-15"))
            assert abs(slope - exact_slope) <= 2e-15 * max(abs(exact_slope), 1), z


@pytest.mark.parametrize("name", ["elu", "softplus"])
def test_slopes_far_below_0_are_small_numbers_and_not_what_rounding_left_over(name):
    z = np.array([[-30.0, -700.0]])
    np.testing.assert_allclose(slope_of(name, z), np.exp(z), rtol=1e-12)


def test_a_swish_of_what_no_number_holds_is_still_a_swish():
    z = np.array([[1e308, -1e308]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert value("swish", z, beta=10.0).tolist() == [[1e308, 0]]
        assert slope_of("swish", z, beta=10.0).tolist() == [[1, 0]]


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.derivative])
@pytest.mark.parametrize("weight", [0.8, -0.8])
def test_the_formula_of_an_activation_and_of_its_slope_comes_to_its_value(name, weight):
    simulator = Simulator(scenario([layer(1, name, [[weight]])], [[0.9]], [[0.5]]))
    simulator.run(1)
    simulator.back()
    tape = simulator.snapshot().tape
    for symbol in ("o1", "∂o1/∂z1"):
        told = Explanation(tape, simulator.model.find(symbol), 0)
        for line in told.filled_in(15).split(" = "):
            assert worked_out(line) == pytest.approx(told.value, rel=1e-13), told.substituted


@pytest.mark.parametrize(("name", "at_zero"), [("relu", 0.0), ("leaky_relu", 0.01), ("elu", 1.0)])
def test_the_derivative_at_a_kink_is_the_one_that_the_conventions_state(name, at_zero):
    z, slope = np.array([[0.0, -0.0]]), np.empty((1, 2))
    ACTIVATIONS[name].derivative(z, value(name, z), slope, DEFAULTS[name])
    assert slope.tolist() == [[at_zero, at_zero]]


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if not entry.couples_units])
def test_an_activation_rises_above_its_thresholds_just_where_z_rises_above_0(name):
    z = np.array([[-30.0, -1.0, -1e-9, 0.0, 1e-9, 1.0, 30.0]])
    answers = value(name, z)
    expected = tuple(threshold for threshold in (0.0, 0.5) if ((answers > threshold) == (z > 0.0)).all())
    assert ACTIVATIONS[name].thresholds == expected


EXTREMES = [0.0, 1e-308, 1.0, 745.0, 1e3, 1e308]
EXTREME_ROWS = [[one, sign * other] for one in EXTREMES for other in EXTREMES for sign in (1, -1)]
EXTREME_ROWS += [[-one, -other] for one, other in EXTREME_ROWS]


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_of_extreme_numbers_are_finite_and_warn_of_nothing(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = value(name, EXTREME_ROWS)
    assert np.isfinite(found).all()
    if name == "softmax":
        np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-15)


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy"])
def test_cross_entropies_of_extreme_logits_are_finite_never_negative_and_warn_of_nothing(name):
    loss = LOSSES[name]
    z = np.array(EXTREME_ROWS)
    a = value(loss.fused_with, z)
    for target in ([1.0, 0.0], [0.0, 1.0], [0.5, 0.5]):
        t = np.tile(target, (len(z), 1))
        errors, slope = np.empty_like(z), np.empty_like(z)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loss.errors(z, a, t, errors)
            loss.slope(a, t, slope)
        assert np.isfinite(errors).all()
        assert (errors >= 0).all()
        assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("name", "a", "t", "expected"),
    [
        ("half_squared_error", [0.60944600, 0.66384491], [0.4, 0.6], [0.02193381, 0.00203809]),
        ("mse", [0.5, 1.0], [0.0, 0.0], [0.125, 0.5]),
        ("binary_crossentropy", [0.25, 0.5], [1.0, 0.0], [np.log(4) / 2, np.log(2) / 2]),
        ("categorical_crossentropy", [0.25, 0.75], [1.0, 0.0], [np.log(4), 0.0]),
    ],
)
def test_losses_have_their_known_values(name, a, t, expected):
    a, t = np.array([a]), np.array([t])
    z = np.log(a / (1 - a)) if name == "binary_crossentropy" else np.log(a)
    errors = np.empty_like(a)
    LOSSES[name].errors(z, a, t, errors)
    np.testing.assert_allclose(errors[0], expected, atol=5e-9)


def test_a_wrong_answer_given_with_confidence_costs_more_than_one_given_with_doubt():
    errors = np.empty((3, 1))
    a = np.array([[0.9], [0.6], [0.1]])  # probability given to class 1; the truth is class 0
    LOSSES["binary_crossentropy"].errors(np.log(a / (1 - a)), a, np.zeros((3, 1)), errors)
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("name", sorted(name for name, entry in ACTIVATIONS.items() if not entry.couples_units))
def test_a_span_holds_all_values_and_ends_where_they_do(name):
    entry = ACTIVATIONS[name]
    z = np.linspace(-60.0, 60.0, 2401).reshape(-1, 1)
    a = np.empty_like(z)
    entry.value(z, a, {setting.name: setting.default for setting in entry.settings})
    low, high = entry.span
    assert low <= a.min()
    assert a.max() <= high
    assert not np.isfinite(low) or a.min() < low + 1e-9
    assert not np.isfinite(high) or a.max() > high - 1e-9
