"""Optimizers: each is a pure pair `init`, `update`, its notation and a name. Rules as in Keras 2.2.4.

Defaults too, but for those that an entry lists in `keras_defaults`.

A state is a tuple of arrays shaped like the parameters, one for each of the optimizer's slots (velocity, sums of
squares …). `update` is pure; `update_into` is the same arithmetic into arrays that are there already.
Sources: Polyak 1964 and Sutskever et al. 2013 (momentum), Duchi et al. 2011 (Adagrad), Hinton 2012 (RMSprop),
Kingma and Ba 2015 (Adam), Reddi et al. 2018 (AMSGrad).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.settings import Setting

Array = NDArray[np.float64]
State = tuple[Array, ...]
Settings = Mapping[str, float]

DECAY = Setting("decay", "decay", 0.0, "non-negative")


class Optimizer(ABC):
    """An optimizer with its settings. In the notation `{p}` is the parameter, `{g}` its gradient, `{rate}` the
    step size, `{v}` a slot before and `{v+}` after; other names are settings.
    """

    name: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]
    slots: tuple[str, ...] = ()
    """Symbols of the state arrays, in the order in which they are renewed."""
    slot_notation: Mapping[str, str]
    notation: str
    epsilon_rule: ClassVar[str] = ""
    """The key of the words that say where ε stands; "" for an optimizer that has none."""
    keras_defaults: ClassVar[Mapping[str, float]] = {}
    """Settings that Keras 2.2.4 has otherwise unless told, and what they are there."""

    def __init__(self, settings: Settings) -> None:
        values = {setting.name: float(settings.get(setting.name, setting.default)) for setting in self.settings}
        self.values: Mapping[str, float] = values
        self.learning_rate = values["learning_rate"]
        self.decay = values["decay"]

    def init(self, parameters: Array) -> State:
        """The state before the first update: zeros."""
        return tuple(np.zeros_like(parameters) for _ in self.slots)

    def update(self, gradients: Array, state: State, parameters: Array, iteration: int) -> tuple[Array, State]:
        """(new parameters, new state) after the update numbered `iteration`, from 1. Changes nothing."""
        new_parameters = np.empty_like(parameters)
        new_state = tuple(np.empty_like(slot) for slot in state)
        work = np.empty_like(parameters)
        self.update_into(gradients, state, parameters, iteration, new_state, new_parameters, work)
        return new_parameters, new_state

    def rate(self, iteration: int) -> float:
        """The step size of the update numbered `iteration`, from 1: η/(1 + decay·n), n updates made before."""
        return self.learning_rate / (1.0 + self.decay * (iteration - 1))

    @property
    def rate_notation(self) -> str:
        """How the step size is made; "" where it is the learning rate itself."""
        return "{learning_rate}/(1 + {decay}·{n})" if self.decay else ""

    @abstractmethod
    def update_into(
        self,
        g: Array,
        state: State,
        p: Array,
        iteration: int,
        new_state: State,
        new_p: Array,
        work: Array,
    ) -> None:
        """Fill `new_state` and `new_p`; `work` is an array of the same shape to compute in."""


class SGD(Optimizer):
    """Gradient descent: v ← μ·v − η·g, p ← p + v; with Nesterov p ← p + μ·v − η·g."""

    name = "sgd"
    settings = (
        Setting("learning_rate", "η", 0.01, "positive"),
        Setting("momentum", "μ", 0.0, "unit"),
        Setting("nesterov", "nesterov", 0.0, "flag"),
        DECAY,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.momentum = self.values["momentum"]
        self.nesterov = bool(self.values["nesterov"])
        self.notation = "{p} − {rate}·{g}"
        self.slot_notation = {}
        if self.momentum:
            self.slots = ("v",)
            self.slot_notation = {"v": "{momentum}·{v} − {rate}·{g}"}
            self.notation = "{p} + {momentum}·{v+} − {rate}·{g}" if self.nesterov else "{p} + {v+}"

    def update_into(
        self, g: Array, state: State, p: Array, iteration: int, new_state: State, new_p: Array, work: Array
    ) -> None:
        """See Optimizer."""
        rate = self.rate(iteration) if self.decay else self.learning_rate
        if not self.momentum:
            np.multiply(g, -rate, out=new_p)
            np.add(p, new_p, out=new_p)
            return
        np.multiply(g, rate, out=work)
        (v,), (new_v,) = state, new_state
        np.multiply(v, self.momentum, out=new_v)
        np.subtract(new_v, work, out=new_v)
        if self.nesterov:
            np.subtract(p, work, out=new_p)
            np.multiply(new_v, self.momentum, out=work)
            np.add(new_p, work, out=new_p)
        else:
            np.add(p, new_v, out=new_p)


class Adagrad(Optimizer):
    """Adagrad: a ← a + g², p ← p − η·g/(√a + ε)."""

    name = "adagrad"
    settings = (
        Setting("learning_rate", "η", 0.01, "positive"),
        Setting("epsilon", "ε", 1e-6, "positive"),
        DECAY,
    )
    slots = ("a",)
    slot_notation: Mapping[str, str] = {"a": "{a} + {g}²"}
    notation = "{p} − {rate}·{g}/(√{a+} + {epsilon})"
    epsilon_rule = "outside_root"
    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}  # the notes write 1e-6

    def update_into(
        self, g: Array, state: State, p: Array, iteration: int, new_state: State, new_p: Array, work: Array
    ) -> None:
        """See Optimizer."""
        (a,), (new_a,) = state, new_state
        np.multiply(g, g, out=work)
        np.add(a, work, out=new_a)
        _divided_step(self.rate(iteration), g, new_a, self.values["epsilon"], p, new_p, work)


class RMSprop(Optimizer):
    """RMSprop: a ← ρ·a + (1−ρ)·g², p ← p − η·g/(√a + ε)."""

    name = "rmsprop"
    settings = (
        Setting("learning_rate", "η", 0.001, "positive"),
        Setting("rho", "ρ", 0.9, "unit"),
        Setting("epsilon", "ε", 1e-6, "positive"),
        DECAY,
    )
    slots = ("a",)
    slot_notation: Mapping[str, str] = {"a": "{rho}·{a} + (1 − {rho})·{g}²"}
    notation = "{p} − {rate}·{g}/(√{a+} + {epsilon})"
    epsilon_rule = "outside_root"
    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}  # the notes write 1e-6

    def update_into(
        self, g: Array, state: State, p: Array, iteration: int, new_state: State, new_p: Array, work: Array
    ) -> None:
        """See Optimizer."""
        (a,), (new_a,) = state, new_state
        _moving_square(a, g, self.values["rho"], new_a, work)
        _divided_step(self.rate(iteration), g, new_a, self.values["epsilon"], p, new_p, work)


class Adam(Optimizer):
    """Adam: m, v moving averages of g, g²; p ← p − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + ε).

    AMSGrad divides by √v̂ + ε, v̂ ← max(v̂, v).
    """

    name = "adam"
    settings = (
        Setting("learning_rate", "η", 0.001, "positive"),
        Setting("beta_1", "β₁", 0.9, "unit"),
        Setting("beta_2", "β₂", 0.999, "unit"),
        Setting("epsilon", "ε", 1e-7, "positive"),
        DECAY,
        Setting("amsgrad", "amsgrad", 0.0, "flag"),
    )
    epsilon_rule = "outside_root"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.amsgrad = bool(self.values["amsgrad"])
        self.slots = ("m", "v", "v̂") if self.amsgrad else ("m", "v")
        self.slot_notation = {
            "m": "{beta_1}·{m} + (1 − {beta_1})·{g}",
            "v": "{beta_2}·{v} + (1 − {beta_2})·{g}²",
            "v̂": "max({v̂}, {v+})",
        }
        self.notation = (
            "{p} − {rate}·{m+}/(√{v̂+} + {epsilon})" if self.amsgrad else ("{p} − {rate}·{m+}/(√{v+} + {epsilon})")
        )

    def rate(self, iteration: int) -> float:
        """The step size with Adam's bias correction: η·√(1−β₂ᵗ)/(1−β₁ᵗ)."""
        correction = math.sqrt(1.0 - self.values["beta_2"] ** iteration) / (1.0 - self.values["beta_1"] ** iteration)
        return super().rate(iteration) * correction

    @property
    def rate_notation(self) -> str:
        """Decay, then the bias correction."""
        decayed = super().rate_notation or "{learning_rate}"
        return decayed + "·√(1 − {beta_2}^{t})/(1 − {beta_1}^{t})"

    def update_into(
        self, g: Array, state: State, p: Array, iteration: int, new_state: State, new_p: Array, work: Array
    ) -> None:
        """See Optimizer."""
        beta_1 = self.values["beta_1"]
        np.multiply(g, 1.0 - beta_1, out=work)
        np.multiply(state[0], beta_1, out=new_state[0])
        np.add(new_state[0], work, out=new_state[0])
        _moving_square(state[1], g, self.values["beta_2"], new_state[1], work)
        if self.amsgrad:
            np.maximum(state[2], new_state[1], out=new_state[2])
        _divided_step(self.rate(iteration), new_state[0], new_state[-1], self.values["epsilon"], p, new_p, work)


def _moving_square(average: Array, g: Array, share: float, out: Array, work: Array) -> None:
    """Out = share·average + (1 − share)·g²."""
    np.multiply(g, g, out=work)
    np.multiply(work, 1.0 - share, out=work)
    np.multiply(average, share, out=out)
    np.add(out, work, out=out)


def _divided_step(
    rate: float, direction: Array, square: Array, epsilon: float, p: Array, out: Array, work: Array
) -> None:
    """Out = p − rate·direction/(√square + ε)."""
    np.sqrt(square, out=work)
    np.add(work, epsilon, out=work)
    np.divide(direction, work, out=work)
    np.multiply(work, rate, out=work)
    np.subtract(p, work, out=out)


OPTIMIZERS: Mapping[str, type[Optimizer]] = {entry.name: entry for entry in (SGD, Adagrad, RMSprop, Adam)}
