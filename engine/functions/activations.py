"""Activation functions: each entry is a value, a derivative, the notation of both, its settings and its rules.

Values and derivatives fill `out` and work on float64 and on complex128 (for the complex step). At a kink a value goes
to the side where the imaginary part leads, as the maximum of complex numbers does: the gradient check asks for both.
Formulas: Goodfellow, Bengio and Courville, Deep Learning (2016), §6.2-6.3; Clevert, Unterthiner and Hochreiter 2016
(elu), Dugas et al. 2001 (softplus), Ramachandran, Zoph and Le 2017 (swish). Softmax, sigmoid and softplus in the forms
that do not overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.opened import ORDINARY, Numbers, Opening, opened, power
from dlsim.engine.names import Names
from dlsim.engine.quantity import Formula, Opened, Ref, fill, total
from dlsim.engine.scenario.spec import ActivationSpec, Convention
from dlsim.engine.scenario.tables import Place, Setting, Settings, read_settings, unknown_key

Array = NDArray[Any]  # (batch, units); float64, or complex128 under a complex step
Value = Callable[[Array, Array, Settings], object]
"""(z, out, settings): fills `out` with f(z)."""
Derivative = Callable[[Array, Array, Array, Settings], object]
"""(z, a, out, settings): fills `out` with f′(z), given a = f(z)."""

LARGEST_EXPONENT = 709.0  # e^709 is the last whole power that float64 holds


def _kink_at_zero(settings: Settings) -> tuple[float, ...]:
    return (0.0,)


class Activation(Struct, frozen=True):
    """One entry of the table.

    In the notations `{z}` and `{a}` stand for the operands and `{alpha}`, `{beta}` … for the settings, each by its own
    name. `notation` is what a unit's formula says, `definition` the function written out where that is more.
    `derivative` is None where there is none to train with (step), and where it is a whole matrix (softmax:
    `couples_units`).
    """

    name: str
    value: Value
    derivative: Derivative | None
    notation: str
    derivative_notation: str
    openings: tuple[Opening, ...]
    """How its value is worked out by hand."""
    derivative_openings: tuple[Opening, ...]
    """How its slope is."""
    also: tuple[str, ...] = ()
    """What Keras, PyTorch and scikit-learn call it."""
    definition: str = ""
    settings: tuple[Setting, ...] = ()
    kinks: Callable[[Settings], tuple[float, ...]] = lambda _settings: ()
    """The z at which the derivative jumps. Which value it takes there is what `derivative` fills in."""
    rules: Callable[[Settings], tuple[Convention, ...]] = lambda _settings: ()
    """What the conventions panel says of it besides its kinks: where there is more than one way to do it."""
    couples_units: bool = False
    steepest: float | None = None
    """The greatest slope, with the default settings, of a function that levels out to one side or to both."""
    span: tuple[float, float] = (-inf, inf)
    """The least and the most that it comes to, at its limits and by rounding, whatever its settings."""
    keras: str = ""
    """Its name in Keras 2.2.4, or the layer that it is there if it has settings; "" where there is none."""
    thresholds: tuple[float, ...] = ()
    """Of 0 and one half, those that it rises above just where z rises above 0: there a neuron's boundary is z = 0."""

    @property
    def is_trainable(self) -> bool:
        """Whether a network that holds it can be trained. What cannot be has no slope but its jumps."""
        return self.derivative is not None or self.couples_units

    def operands(self, settings: Settings, ref_of: Callable[[str], Ref]) -> Mapping[str, Ref | str]:
        """What stands for each of its settings in a notation: `ref_of(name)`, or the sign of a flag."""
        return {
            setting.name: setting.signs[bool(settings[setting.name])] if setting.signs else ref_of(setting.name)
            for setting in self.settings
        }

    def formula(self, z: Ref, settings: Mapping[str, Ref | str], all_z: Sequence[Ref]) -> Formula:
        """A = f(z) as tokens; `settings` as `operands` has them, `all_z` the layer's weighted sums, for softmax."""
        if self.couples_units:
            powers: list[Formula] = [("e^(", ref, ")") for ref in all_z]
            return ("e^(", z, ") / (", *total(powers), ")")
        return fill(self.notation, {"z": z, **settings})

    def opened(
        self,
        operands: Mapping[str, Ref | str],
        numbers: Numbers,
        all_z: tuple[Sequence[Ref], Sequence[float]] = ((), ()),
        *,
        is_slope: bool = False,
    ) -> Opened:
        """A = f(z), or with `is_slope` ∂a/∂z, opened up; `operands` are those of the notations, each with its number in
        `numbers`, `all_z` the layer's weighted sums and their numbers, for softmax.
        """
        return opened(self.derivative_openings if is_slope else self.openings, operands, numbers, all_z)

    def derivative_formula(self, z: Ref, a: Ref, settings: Mapping[str, Ref | str]) -> Formula:
        """∂a/∂z as tokens, for an activation whose units do not depend on each other."""
        return fill(self.derivative_notation, {"z": z, "a": a, **settings})

    def defined(self, x: Ref, settings: Mapping[str, Ref | str]) -> Formula:
        """The function of x written out, as tokens."""
        return fill(self.definition or self.notation, {"z": x, **settings})

    def conventions(self, settings: Settings, label: str) -> tuple[Convention, ...]:
        """Its rules for the panel, in which it is called `label`: its own, then what its slope is taken to be at a
        kink.
        """
        found = [Convention(rule.key, {"activation": label, **rule.values}) for rule in self.rules(settings)]
        for kink in self.kinks(settings):
            found.append(
                Convention("derivative_at_kink", {"activation": label, "value": self._slope_at(kink, settings)})
            )
        return tuple(found)

    def _slope_at(self, z: float, settings: Settings) -> float:
        assert self.derivative is not None, "only a slope can jump"
        at, a, slope = np.full((1, 1), z), np.empty((1, 1)), np.empty((1, 1))
        self.value(at, a, settings)
        self.derivative(at, a, slope, settings)
        return float(slope[0, 0])


def read_activation(value: str | dict[str, Any], place: Place) -> ActivationSpec:
    """`activation` as a file has it: a name, or a table of its name and settings. ScenarioError for anything else."""
    table = {"name": value} if isinstance(value, str) else value
    name = table.get("name")
    if not isinstance(name, str):
        settings = {setting.name: setting for entry in ACTIVATIONS.values() for setting in entry.settings}
        known = Names.listed(("name",)) | Names.of(settings)
        for key in table:
            if key not in known.known:
                raise unknown_key(place / key, key, known)
        raise (place / "name").error("the activation has no name", name, f"there are: {', '.join(ACTIVATIONS)}")
    if name not in ACTIVATIONS:
        raise place.unknown("activation", name, ACTIVATION_NAMES)
    return ActivationSpec(name, read_settings(table, name, ACTIVATIONS[name].settings, place))


def _step(z: Array, out: Array, settings: Settings) -> None:
    np.copyto(out, z.real >= 0 if settings["at_zero"] else z.real > 0)


def _step_rules(settings: Settings) -> tuple[Convention, ...]:
    return (Convention("step_at_zero", {"how": "fires" if settings["at_zero"] else "silent"}),)


@np.errstate(over="ignore", invalid="ignore")
def _sigmoid(z: Array, out: Array, settings: Settings) -> None:
    np.negative(z, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    np.divide(1.0, out, out=out)  # where e^−z is beyond all numbers, 1/(1 + ∞) is 0, as it should be
    if out.dtype.kind == "c":  # and no number, of complex ones
        np.copyto(out, 0.0, where=z.real < -LARGEST_EXPONENT)


def _sigmoid_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    np.subtract(1.0, a, out=out)
    np.multiply(out, a, out=out)


def _tanh(z: Array, out: Array, settings: Settings) -> None:
    np.tanh(z, out=out)


def _tanh_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    np.multiply(a, a, out=out)
    np.subtract(1.0, out, out=out)


def _relu(z: Array, out: Array, settings: Settings) -> None:
    np.maximum(z, 0.0, out=out)


def _relu_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    np.greater(z.real, 0.0, out=out, casting="unsafe")


def _leaky_relu(z: Array, out: Array, settings: Settings) -> None:
    # max(a·z, z) is z above 0 and a·z below for a < 1; written so, it holds for every a ≤ 1.
    np.multiply(z, settings["alpha"], out=out)
    np.maximum(out, z, out=out)


def _leaky_relu_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    np.greater(z.real, 0.0, out=out, casting="unsafe")
    np.maximum(out, settings["alpha"], out=out)


def _elu(z: Array, out: Array, settings: Settings) -> None:
    # max(z, 0) + a·(e^min(z, 0) − 1): one of the two is always 0, and no power overflows.
    np.minimum(z, 0.0, out=out)
    np.expm1(out, out=out)
    np.multiply(out, settings["alpha"], out=out)
    np.add(out, np.maximum(z, 0.0), out=out)


def _elu_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    np.minimum(z, 0.0, out=out)
    np.exp(out, out=out)
    np.multiply(out, settings["alpha"], out=out)
    np.copyto(out, 1.0, where=z.real >= 0.0)


def _elu_kinks(settings: Settings) -> tuple[float, ...]:
    return () if settings["alpha"] == 1.0 else (0.0,)


def _softplus(z: Array, out: Array, settings: Settings) -> None:
    # ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|), taken on the same side of 0 whatever a complex step adds
    np.multiply(z, np.where(z.real < 0.0, 1.0, -1.0), out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    np.add(out, np.where(z.real < 0.0, 0.0, z), out=out)


def _softplus_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    _sigmoid(z, out, settings)


@np.errstate(over="ignore")  # β·z beyond all numbers: its sigmoid is 0 or 1
def _swish(z: Array, out: Array, settings: Settings) -> None:
    _sigmoid(z * settings["beta"], out, settings)
    np.multiply(out, z, out=out)


@np.errstate(over="ignore")
def _swish_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    # With a = z·σ, the derivative σ + β·z·σ·(1 − σ) is σ + β·a·(1 − σ).
    sigmoid = np.empty_like(out)
    _sigmoid(z * settings["beta"], sigmoid, settings)
    np.subtract(1.0, sigmoid, out=out)
    np.multiply(out, a, out=out)
    np.multiply(out, settings["beta"], out=out)
    np.add(out, sigmoid, out=out)


def _swish_rules(settings: Settings) -> tuple[Convention, ...]:
    return (Convention("swish", dict(settings)),)


def _linear(z: Array, out: Array, settings: Settings) -> None:
    np.copyto(out, z)


def _linear_derivative(z: Array, a: Array, out: Array, settings: Settings) -> None:
    out.fill(1.0)


def _softmax(z: Array, out: Array, settings: Settings) -> None:
    # In halves, so that no difference of two numbers overflows; e^-1418 is 0.
    np.multiply(z, 0.5, out=out)
    np.subtract(out, np.maximum.reduce(out, axis=1, keepdims=True), out=out)
    np.maximum(out, -LARGEST_EXPONENT, out=out)
    np.multiply(out, 2.0, out=out)
    np.exp(out, out=out)
    np.divide(out, np.add.reduce(out, axis=1, keepdims=True), out=out)


STEP = Activation(
    name="step",
    value=_step,
    derivative=None,
    notation="(1 if {z} {at_zero} 0 else 0)",
    derivative_notation="",
    also=("heaviside", "unit_step", "binary_step", "step_function", "hard_limit", "hardlim", "threshold", "perceptron"),
    openings=(Opening(("(1 if {z} {at_zero} 0 else 0)",)),),
    derivative_openings=(),
    settings=(Setting("at_zero", "at_zero", 0.0, "flag", signs=(">", "≥")),),
    rules=_step_rules,
    span=(0.0, 1.0),
    thresholds=(0.0, 0.5),
)
SIGMOID = Activation(
    name="sigmoid",
    keras="sigmoid",
    value=_sigmoid,
    derivative=_sigmoid_derivative,
    notation="sigmoid({z})",
    derivative_notation="{a}·(1 − {a})",
    also=("logistic", "expit", "logsig", "σ"),
    openings=(Opening(("1/(1 + e^(−{z}))", "1/(1 + {power})"), {"power": lambda of: power(-of["z"])}),),
    derivative_openings=(Opening(("{a}·(1 − {a})",)),),
    definition="1/(1 + e^(−{z}))",
    steepest=0.25,
    span=(0.0, 1.0),
    thresholds=(0.5,),
)
TANH = Activation(
    name="tanh",
    keras="tanh",
    value=_tanh,
    derivative=_tanh_derivative,
    notation="tanh({z})",
    derivative_notation="1 − {a}²",
    also=("hyperbolic_tangent", "tansig"),
    openings=(
        Opening(
            ("(e^({z}) − e^(−{z}))/(e^({z}) + e^(−{z}))", "({up} − {down})/({up} + {down})"),
            {"up": lambda of: power(of["z"]), "down": lambda of: power(-of["z"])},
            holds=lambda of: abs(of["z"]) <= ORDINARY,
        ),
        Opening(
            ("(1 − e^(−2·{z}))/(1 + e^(−2·{z}))", "(1 − {power})/(1 + {power})"),
            {"power": lambda of: power(-2 * of["z"])},
            written=True,
            holds=lambda of: of["z"] > 0,
        ),
        Opening(
            ("(e^(2·{z}) − 1)/(e^(2·{z}) + 1)", "({power} − 1)/({power} + 1)"),
            {"power": lambda of: power(2 * of["z"])},
            written=True,
        ),
    ),
    derivative_openings=(Opening(("1 − {a}²", "1 − {square}"), {"square": lambda of: of["a"] * of["a"]}),),
    definition="(e^({z}) − e^(−{z}))/(e^({z}) + e^(−{z}))",
    steepest=1.0,
    span=(-1.0, 1.0),
    thresholds=(0.0,),
)
RELU = Activation(
    name="relu",
    keras="relu",
    value=_relu,
    derivative=_relu_derivative,
    notation="max(0, {z})",
    derivative_notation="(1 if {z} > 0 else 0)",
    also=("rectifier", "rectified_linear", "rectified_linear_unit", "rect", "ramp"),
    openings=(Opening(("max(0, {z})",)),),
    derivative_openings=(Opening(("(1 if {z} > 0 else 0)",)),),
    kinks=_kink_at_zero,
    span=(0.0, inf),
    thresholds=(0.0,),
)
LEAKY_RELU = Activation(
    name="leaky_relu",
    keras="LeakyReLU",
    value=_leaky_relu,
    derivative=_leaky_relu_derivative,
    notation="max({alpha}·{z}, {z})",
    derivative_notation="(1 if {z} > 0 else {alpha})",
    also=("lrelu", "leaky"),
    openings=(
        Opening(("max({alpha}·{z}, {z})", "max({product}, {z})"), {"product": lambda of: of["alpha"] * of["z"]}),
    ),
    derivative_openings=(Opening(("(1 if {z} > 0 else {alpha})",)),),
    settings=(Setting("alpha", "a", 0.01, "unit", elsewhere=("negative_slope", "slope", "leak", "α")),),
    kinks=_kink_at_zero,
    thresholds=(0.0,),
)
ELU = Activation(
    name="elu",
    keras="ELU",
    value=_elu,
    derivative=_elu_derivative,
    also=("exponential_linear", "exponential_linear_unit"),
    notation="({z} if {z} > 0 else {alpha}·(e^({z}) − 1))",
    derivative_notation="(1 if {z} ≥ 0 else {alpha}·e^({z}))",
    openings=(
        Opening(("({z} if {z} > 0 else {alpha}·(e^({z}) − 1))", "{z}"), holds=lambda of: of["z"] > 0),
        Opening(
            ("({z} if {z} > 0 else {alpha}·(e^({z}) − 1))", "{alpha}·(e^({z}) − 1)", "{alpha}·({power} − 1)"),
            {"power": lambda of: power(of["z"])},
        ),
    ),
    derivative_openings=(
        Opening(("(1 if {z} ≥ 0 else {alpha}·e^({z}))",), holds=lambda of: of["z"] >= 0),
        Opening(
            ("(1 if {z} ≥ 0 else {alpha}·e^({z}))", "{alpha}·e^({z})", "{alpha}·{power}"),
            {"power": lambda of: power(of["z"])},
        ),
    ),
    settings=(Setting("alpha", "a", 1.0, "positive", elsewhere=("α",)),),
    kinks=_elu_kinks,
    steepest=1.0,
    thresholds=(0.0,),
)
SOFTPLUS = Activation(
    name="softplus",
    keras="softplus",
    value=_softplus,
    derivative=_softplus_derivative,
    also=("smooth_relu",),
    notation="ln(1 + e^({z}))",
    derivative_notation="1/(1 + e^(−{z}))",
    openings=(
        Opening(
            ("ln(1 + e^({z}))", "ln(1 + {power})", "ln {sum}"),
            {"power": lambda of: power(of["z"]), "sum": lambda of: 1 + of["power"]},
            holds=lambda of: of["z"] <= ORDINARY,
        ),
        Opening(
            ("{z} + ln(1 + e^(−{z}))", "{z} + ln(1 + {power})"),
            {"power": lambda of: power(-of["z"])},
            written=True,
        ),
    ),
    derivative_openings=(Opening(("1/(1 + e^(−{z}))", "1/(1 + {power})"), {"power": lambda of: power(-of["z"])}),),
    steepest=1.0,
    span=(0.0, inf),
)
SWISH = Activation(
    name="swish",
    value=_swish,
    derivative=_swish_derivative,
    notation="{z}·sigmoid({beta}·{z})",
    derivative_notation="sigmoid({beta}·{z}) + {beta}·{a}·(1 − sigmoid({beta}·{z}))",
    also=("silu", "sigmoid_linear_unit"),
    openings=(
        Opening(("{z}/(1 + e^(−{beta}·{z}))", "{z}/(1 + {power})"), {"power": lambda of: power(-of["beta"] * of["z"])}),
    ),
    derivative_openings=(
        Opening(
            (
                "1/(1 + e^(−{beta}·{z})) + {beta}·{a}·(1 − 1/(1 + e^(−{beta}·{z})))",
                "1/(1 + {power}) + {beta}·{a}·(1 − 1/(1 + {power}))",
                "{sigmoid} + {beta}·{a}·(1 − {sigmoid})",
            ),
            {"power": lambda of: power(-of["beta"] * of["z"]), "sigmoid": lambda of: 1 / (1 + of["power"])},
        ),
    ),
    definition="{z}/(1 + e^(−{beta}·{z}))",
    settings=(Setting("beta", "β", 1.0, "positive"),),
    rules=_swish_rules,
    steepest=1.0998393201288669,  # where β·z = 2.39935728
    thresholds=(0.0,),
)
LINEAR = Activation(
    name="linear",
    keras="linear",
    value=_linear,
    derivative=_linear_derivative,
    notation="{z}",
    derivative_notation="1",
    also=("identity", "none", "purelin", "id"),
    openings=(Opening(("{z}",)),),
    derivative_openings=(Opening(("1",)),),
    thresholds=(0.0,),
)
SOFTMAX = Activation(
    name="softmax",
    keras="softmax",
    value=_softmax,
    derivative=None,
    notation="softmax({z})",
    derivative_notation="{a}·(1 − {a})",
    also=("normalized_exponential",),
    openings=(
        Opening(
            ("e^({z}) / ({all})", "{power} / ({all})", "{power} / {sum_of_all}"),
            {"power": lambda of: power(of["z"])},
            each=("e^({of})", "{part}"),
            of_each=lambda of: power(of["of"]),
            holds=lambda of: of["least"] >= -ORDINARY and of["largest"] <= ORDINARY,
        ),
        Opening(
            ("e^({z} − {largest}) / ({all})", "{power} / ({all})", "{power} / {sum_of_all}"),
            {"power": lambda of: power(of["z"] - of["largest"])},
            each=("e^({of} − {largest})", "{part}"),
            of_each=lambda of: power(of["of"] - of["largest"]),
            written=True,
        ),
    ),
    derivative_openings=(Opening(("{a}·(1 − {a})",)),),
    couples_units=True,
    span=(0.0, 1.0),
)

ACTIVATIONS: Mapping[str, Activation] = {
    entry.name: entry for entry in (STEP, SIGMOID, TANH, RELU, LEAKY_RELU, ELU, SOFTPLUS, SWISH, LINEAR, SOFTMAX)
}
ACTIVATION_NAMES = Names.of(
    ACTIVATIONS,
    absent=(
        *("selu", "gelu", "celu", "glu", "prelu", "rrelu", "relu6", "crelu", "thresholded_relu", "maxout", "mish"),
        *("softsign", "softmin", "softshrink", "hardshrink", "tanhshrink", "hard_sigmoid", "hard_tanh", "hard_swish"),
        *("log_sigmoid", "log_softmax", "sparsemax", "exponential", "sign", "sine", "gaussian", "squareplus"),
    ),
)
"""What others call them, and what others have besides."""


# dead and saturated: where a function lets no gradient through, or hardly any

Flags = NDArray[np.bool_]
SATURATED_BELOW = 0.1
"""A function that levels out is called saturated where its slope is less than this share of its steepest."""
STEEP_ABOVE = 0.5
"""And steep where it is more than this share."""


def saturated_below(activation: Activation) -> float | None:
    """The slope under which a function that levels out has all but done so; None where it does not level out."""
    return None if activation.steepest is None else SATURATED_BELOW * activation.steepest


def can_die(activation: Activation) -> bool:
    """Whether a unit with this activation can have no slope at all: one of its own, which does not level out."""
    return activation.derivative is not None and activation.steepest is None


def saturated(activation: Activation, slopes: Array) -> Flags:
    """At which of its `slopes`, of any shape, a function that levels out has all but done so."""
    bound = saturated_below(activation)
    return np.zeros(slopes.shape, dtype=bool) if bound is None else np.less(np.abs(slopes), bound)


def steep(activation: Activation, slopes: Array) -> Flags:
    """At which of its `slopes`, of any shape, a function that levels out changes most."""
    if activation.steepest is None:
        return np.zeros(slopes.shape, dtype=bool)
    return np.greater(np.abs(slopes), STEEP_ABOVE * activation.steepest)


def dead(activation: Activation, slopes: Array) -> Flags:
    """At which of its `slopes`, of any shape, a function that does not level out gives nothing on: they are 0."""
    if activation.steepest is not None:
        return np.zeros(slopes.shape, dtype=bool)
    return np.equal(slopes, 0.0)


def own_slopes(spec: ActivationSpec, z: Array, a: Array) -> Array:
    """Those of units at their z and a, of any shape; NaN where they have none of their own: step has none, and softmax
    couples its units.
    """
    slopes, derivative = np.full(z.shape, np.nan), ACTIVATIONS[spec.name].derivative
    if derivative is not None:
        derivative(z, a, slopes, spec.settings)
    return slopes


def stuck(spec: ActivationSpec, z: Array, a: Array) -> tuple[Flags, Flags]:
    """(dead, saturated): which units are so at their z and a, of any shape; without slopes of their own, none."""
    activation, slopes = ACTIVATIONS[spec.name], own_slopes(spec, z, a)
    return dead(activation, slopes), saturated(activation, slopes)
