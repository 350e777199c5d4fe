"""Dead and saturated: where a function lets no gradient through, or hardly any. The one place that says so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.activations import ACTIVATIONS, Activation
from dlsim.engine.scenario import ActivationSpec

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SATURATED_BELOW = 0.1
"""A function that levels out is called saturated where its slope is less than this share of its steepest."""


def saturated(activation: Activation, slopes: Array) -> Flags:
    """At which of its `slopes`, of any shape, a function that levels out has all but done so."""
    if activation.steepest is None:
        return np.zeros(slopes.shape, dtype=bool)
    return np.less(slopes, SATURATED_BELOW * activation.steepest)


def dead(activation: Activation, slopes: Array) -> Flags:
    """At which of its `slopes`, of any shape, a function that does not level out gives nothing on: they are 0."""
    if activation.steepest is not None:
        return np.zeros(slopes.shape, dtype=bool)
    return np.equal(slopes, 0.0)


def stuck(spec: ActivationSpec, z: Array, a: Array) -> tuple[Flags, Flags]:
    """(dead, saturated): which units are so at their z and a, of any shape. Of no slope of their own, they are neither:
    step has none, and softmax couples its units.
    """
    activation = ACTIVATIONS[spec.name]
    slopes = np.full(z.shape, np.nan)
    if activation.derivative is not None:
        activation.derivative(z, a, slopes, spec.settings)
    return dead(activation, slopes), saturated(activation, slopes)
