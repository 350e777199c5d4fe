"""Dead and saturated: where a function lets no gradient through, or hardly any. The one place that says so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import ACTIVATIONS, Activation
from dlsim.engine.scenario.spec import ActivationSpec

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SATURATED_BELOW = 0.1
"""A function that levels out is called saturated where its slope is less than this share of its steepest."""


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
