"""Activation functions: each is a value, a derivative, the notation of both, and a name.

Values and derivatives fill `out` and work on float64 and on complex128 (for the complex step). At a kink a value goes
to the side where the imaginary part leads, as the maximum of complex numbers does: the gradient check asks for both.
Formulas: Goodfellow, Bengio and Courville, Deep Learning (2016), §6.2-6.3; softmax and sigmoid in the forms that do not
overflow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.settings import Setting
from dlsim.engine.reference import Formula, Ref, total

Array = NDArray[Any]  # float64, or complex128 under a complex step
Settings = Mapping[str, float]
Value = Callable[[Array, Array, Settings], object]
Derivative = Callable[[Array, Array, Array, Settings], object]
"""(z, a, out, settings): fills `out` with f′(z), given a = f(z)."""

LARGEST_EXPONENT = 709.0  # e^709 is the last whole power that float64 holds


class Activation(Struct, frozen=True):
    """One entry of the table. `{z}`, `{a}` and `{alpha}` in the notation stand for the operands; `definition` is
    the function written out.

    `derivative` is None where there is none to train with (step) and where it is a whole matrix (softmax:
    `couples_units`). `kinks` are the z at which the derivative jumps; `at_kinks` says which value is taken there.
    """

    name: str
    value: Value
    derivative: Derivative | None
    notation: str
    derivative_notation: str
    definition: str
    settings: tuple[Setting, ...] = ()
    kinks: tuple[float, ...] = ()
    at_kinks: str = ""
    couples_units: bool = False
    steepest: float | None = None
    """The greatest slope of a function that levels out to both sides."""
    span: tuple[float, float] = (-inf, inf)
    """The least and the most that it comes to, at its limits and by rounding."""

    @property
    def is_trainable(self) -> bool:
        """Whether a network that holds it can be trained."""
        return self.derivative is not None or self.couples_units

    def formula(self, z: Ref, settings: Mapping[str, Ref], all_z: Sequence[Ref]) -> Formula:
        """A = f(z) as tokens; `settings` by name, `all_z` are the layer's weighted sums, for softmax."""
        if self.couples_units:
            powers: list[Formula] = [("exp(", ref, ")") for ref in all_z]
            return ("exp(", z, ") / (", *total(powers), ")")
        return fill(self.notation, {"z": z, **settings})

    def derivative_formula(self, z: Ref, a: Ref, settings: Mapping[str, Ref]) -> Formula:
        """∂a/∂z as tokens, for an activation whose units do not depend on each other."""
        return fill(self.derivative_notation, {"z": z, "a": a, **settings})


def fill(notation: str, operands: Mapping[str, Ref | None]) -> Formula:
    """`notation` cut at its {names}, each replaced by its operand."""
    tokens: list[str | Ref] = []
    rest = notation
    while rest:
        text, brace, rest = rest.partition("{")
        if text:
            tokens.append(text)
        if brace:
            name, _, rest = rest.partition("}")
            operand = operands[name]
            if operand is not None:
                tokens.append(operand)
    return tuple(tokens)


def _step(z: Array, out: Array, settings: Settings) -> None:
    np.copyto(out, z.real >= 0 if settings["at_zero"] else z.real > 0)


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
    "step",
    _step,
    None,
    "step({z})",
    "",
    "(1 if {z} > 0 else 0)",
    settings=(Setting("at_zero", "at_zero", 0.0, "flag"),),
    span=(0.0, 1.0),
)
SIGMOID = Activation(
    "sigmoid",
    _sigmoid,
    _sigmoid_derivative,
    "sigmoid({z})",
    "{a}·(1 − {a})",
    "1/(1 + exp(−{z}))",
    steepest=0.25,
    span=(0.0, 1.0),
)
TANH = Activation(
    "tanh",
    _tanh,
    _tanh_derivative,
    "tanh({z})",
    "1 − {a}²",
    "(exp({z}) − exp(−{z}))/(exp({z}) + exp(−{z}))",
    steepest=1.0,
    span=(-1.0, 1.0),
)
RELU = Activation(
    "relu",
    _relu,
    _relu_derivative,
    "max(0, {z})",
    "(1 if {z} > 0 else 0)",
    "max(0, {z})",
    kinks=(0.0,),
    at_kinks="0",
    span=(0.0, inf),
)
LEAKY_RELU = Activation(
    "leaky_relu",
    _leaky_relu,
    _leaky_relu_derivative,
    "max({alpha}·{z}, {z})",
    "(1 if {z} > 0 else {alpha})",
    "max({alpha}·{z}, {z})",
    settings=(Setting("alpha", "a", 0.01, "unit"),),
    kinks=(0.0,),
    at_kinks="a",
)
LINEAR = Activation("linear", _linear, _linear_derivative, "{z}", "1", "{z}")
SOFTMAX = Activation(
    "softmax", _softmax, None, "softmax({z})", "{a}·(1 − {a})", "", couples_units=True, span=(0.0, 1.0)
)

ACTIVATIONS: Mapping[str, Activation] = {
    entry.name: entry for entry in (STEP, SIGMOID, TANH, RELU, LEAKY_RELU, LINEAR, SOFTMAX)
}
