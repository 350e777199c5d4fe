"""Optimizers: each entry is a pure pair `init`, `update`, its notation, its settings, a name and its rules.

Rules as in Keras 2.2.4; defaults too, but for those that an entry lists in `keras_defaults`. Below them, how formulas
and tables write an update of one parameter: step size, state, new value.

A state is a tuple of arrays shaped like the parameters, one for each of the optimizer's slots (velocity, sums of
squares …). `update` is pure; `update_into` is the same arithmetic into arrays that are there already.
Sources: Polyak 1964 and Sutskever et al. 2013 (momentum), Duchi et al. 2011 (Adagrad), Hinton 2012 (RMSprop),
Zeiler 2012 (Adadelta), Kingma and Ba 2015 (Adam), Reddi et al. 2018 (AMSGrad).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.opened import Opening, Part
from dlsim.engine.names import Names
from dlsim.engine.scenario.spec import Convention, OptimizerSpec
from dlsim.engine.scenario.tables import Place, Setting, Settings, read_settings
from dlsim.engine.text import shown

Array = NDArray[np.float64]
State = tuple[Array, ...]
Slots = Sequence[Array | float]
"""A state, or that of a single parameter."""

DEFAULT_OPTIMIZER = "sgd"
LEARNING_RATES = ("lr", "eta", "eta0", "learning_rate_init", "step_size", "learning rate", "rate")
"""What other libraries call the learning rate."""

DECAY = Setting("decay", "decay", 0.0, "non-negative", elsewhere=("lr_decay", "learning_rate_decay"))


def _learning_rate(default: float) -> Setting:
    return Setting("learning_rate", "η", default, "positive", elsewhere=LEARNING_RATES)


def _rho(default: float) -> Setting:
    return Setting("rho", "ρ", default, "unit", elsewhere=("alpha", "decay_rate"))


def _epsilon(default: float) -> Setting:
    return Setting("epsilon", "ε", default, "positive", elsewhere=("eps",))


class Optimizer(ABC):
    """An optimizer with its settings. In the notation `{p}` is the parameter, `{g}` its gradient, `{rate}` the
    step size, `{v}` a slot before and `{v+}` after; other names are settings.
    """

    name: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    """What Keras, PyTorch and scikit-learn call it."""
    settings: ClassVar[tuple[Setting, ...]]
    slots: tuple[str, ...] = ()
    """Symbols of the state arrays, in the order in which they are renewed."""
    slot_notation: Mapping[str, str]
    notation: str
    roots: ClassVar[Mapping[str, Part]] = {}
    """What in its notations is worked out by itself, and how: the square roots."""
    epsilon_rule: ClassVar[str] = ""
    """The key of the words that say where ε stands; "" for an optimizer that has none."""
    forms: ClassVar[Mapping[str, float | bool]] = {}
    """Settings that make another optimizer of it, with words of its own, and a usual value of each; each only where
    those before it are set.
    """
    keras: ClassVar[str]
    """The class in keras.optimizers."""
    keras_arguments: ClassVar[Mapping[str, str]] = {"learning_rate": "lr"}
    """Settings that Keras calls otherwise."""
    own_rate_notation: str = ""
    """The rate that each parameter has for itself, which its step is multiplied by; "" where all have the same."""
    own_rate_head: str = ""
    """The same in short, over a column."""
    has_direction: ClassVar[bool] = False
    """Its memory holds a direction too, which tells more than that rate does."""
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

    def own_rate(self, iteration: int, state: Slots, new_state: Slots) -> Array | float:
        """The rate of each parameter in the update numbered `iteration`, from the slots before and after it: shaped as
        these are, or one number where all have the same.
        """
        return self.rate(iteration)

    def opening(self, notation: str) -> Opening | None:
        """How one of its notations is worked out by hand; None where there is no root in it."""
        roots = {root: f"root {place}" for place, root in enumerate(self.roots) if root in notation}
        worked = notation
        for root, name in roots.items():
            worked = worked.replace(root, f"{{{name}}}")
        parts = {name: self.roots[root] for root, name in roots.items()}
        return Opening((notation, worked), parts) if roots else None

    @property
    def form(self) -> str:
        """What it is with its settings: momentum, nesterov, amsgrad …, or else its name; words go by it."""
        return (self.name, *takewhile(self.values.__getitem__, self.forms))[-1]

    def conventions(self) -> tuple[Convention, ...]:
        """Its rules for the panel: the update, where ε stands, which defaults are not those of Keras, the decay."""
        rules = [Convention(f"optimizer.{self.name}", dict(self.values))]
        if self.epsilon_rule:
            rules.append(Convention("epsilon", {"rule": self.epsilon_rule, "value": self.values["epsilon"]}))
        for setting in self.settings:
            if setting.name in self.keras_defaults:
                values = {"default": setting.default, "keras": self.keras_defaults[setting.name]}
                rules.append(Convention("default_unlike_keras", {"setting": setting.symbol, **values}))
        if self.decay:
            rules.append(Convention("decay", {"value": self.decay}))
        return tuple(rules)

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
    also = ("gd", "gradient_descent", "stochastic_gradient_descent", "batch_gradient_descent", "steepest_descent")
    settings = (
        _learning_rate(0.01),
        Setting("momentum", "μ", 0.0, "unit", elsewhere=("mu", "mom")),
        Setting("nesterov", "nesterov", 0.0, "flag", elsewhere=("nesterovs_momentum", "nesterov_momentum", "nag")),
        DECAY,
    )
    forms: ClassVar[Mapping[str, float | bool]] = {"momentum": 0.9, "nesterov": True}
    keras = "SGD"

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
        _learning_rate(0.01),
        _epsilon(1e-6),
        DECAY,
    )
    slots = ("a",)
    slot_notation: Mapping[str, str] = {"a": "{a} + {g}²"}
    notation = "{p} − {rate}·{g}/(√{a+} + {epsilon})"
    keras = "Adagrad"
    roots: ClassVar[Mapping[str, Part]] = {"√{a+}": lambda of: math.sqrt(of["a+"])}
    epsilon_rule = "outside_root"
    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}  # the notes write 1e-6
    own_rate_notation = "{rate}/(√{a+} + {epsilon})"
    own_rate_head = "η/√a"

    def own_rate(self, iteration: int, state: Slots, new_state: Slots) -> Array | float:
        """See Optimizer."""
        return _divided_rate(self.rate(iteration), new_state[0], self.values["epsilon"])

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
        _learning_rate(0.001),
        _rho(0.9),
        _epsilon(1e-6),
        DECAY,
    )
    slots = ("a",)
    slot_notation: Mapping[str, str] = {"a": "{rho}·{a} + (1 − {rho})·{g}²"}
    notation = "{p} − {rate}·{g}/(√{a+} + {epsilon})"
    keras = "RMSprop"
    roots: ClassVar[Mapping[str, Part]] = {"√{a+}": lambda of: math.sqrt(of["a+"])}
    epsilon_rule = "outside_root"
    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}  # the notes write 1e-6
    own_rate_notation = "{rate}/(√{a+} + {epsilon})"
    own_rate_head = "η/√a"

    def own_rate(self, iteration: int, state: Slots, new_state: Slots) -> Array | float:
        """See Optimizer."""
        return _divided_rate(self.rate(iteration), new_state[0], self.values["epsilon"])

    def update_into(
        self, g: Array, state: State, p: Array, iteration: int, new_state: State, new_p: Array, work: Array
    ) -> None:
        """See Optimizer."""
        (a,), (new_a,) = state, new_state
        _moving_square(a, g, self.values["rho"], new_a, work)
        _divided_step(self.rate(iteration), g, new_a, self.values["epsilon"], p, new_p, work)


class Adadelta(Optimizer):
    """Adadelta: a ← ρ·a + (1−ρ)·g², u = g·√(d+ε)/√(a+ε), p ← p − η·u, d ← ρ·d + (1−ρ)·u²."""

    name = "adadelta"
    settings = (
        _learning_rate(1.0),
        _rho(0.95),
        _epsilon(1e-7),
        DECAY,
    )
    slots = ("a", "d")
    slot_notation: Mapping[str, str] = {
        "a": "{rho}·{a} + (1 − {rho})·{g}²",
        "d": "{rho}·{d} + (1 − {rho})·({g}·√({d} + {epsilon})/√({a+} + {epsilon}))²",
    }
    notation = "{p} − {rate}·{g}·√({d} + {epsilon})/√({a+} + {epsilon})"
    keras = "Adadelta"
    roots: ClassVar[Mapping[str, Part]] = {
        "√({d} + {epsilon})": lambda of: math.sqrt(of["d"] + of["epsilon"]),
        "√({a+} + {epsilon})": lambda of: math.sqrt(of["a+"] + of["epsilon"]),
    }
    epsilon_rule = "inside_roots"
    own_rate_notation = "{rate}·√({d} + {epsilon})/√({a+} + {epsilon})"
    own_rate_head = "η·√d/√a"

    def own_rate(self, iteration: int, state: Slots, new_state: Slots) -> Array | float:
        """See Optimizer."""
        epsilon = self.values["epsilon"]
        rate: Array | float = self.rate(iteration) * np.sqrt(state[1] + epsilon) / np.sqrt(new_state[0] + epsilon)
        return rate

    def update_into(
        self, g: Array, state: State, p: Array, iteration: int, new_state: State, new_p: Array, work: Array
    ) -> None:
        """See Optimizer."""
        (a, d), (new_a, new_d) = state, new_state
        rho, epsilon = self.values["rho"], self.values["epsilon"]
        _moving_square(a, g, rho, new_a, work)
        np.add(new_a, epsilon, out=new_p)
        np.sqrt(new_p, out=new_p)
        np.add(d, epsilon, out=work)
        np.sqrt(work, out=work)
        np.multiply(g, work, out=work)
        np.divide(work, new_p, out=work)  # u
        np.multiply(work, self.rate(iteration), out=new_p)
        np.subtract(p, new_p, out=new_p)
        _moving_square(d, work, rho, new_d, work)


class Adam(Optimizer):
    """Adam: m, v moving averages of g, g²; p ← p − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + ε).

    AMSGrad divides by √v̂ + ε, v̂ ← max(v̂, v).
    """

    name = "adam"
    settings = (
        _learning_rate(0.001),
        Setting("beta_1", "β₁", 0.9, "unit", elsewhere=("beta1", "b1")),
        Setting("beta_2", "β₂", 0.999, "unit", elsewhere=("beta2", "b2")),
        _epsilon(1e-7),
        DECAY,
        Setting("amsgrad", "amsgrad", 0.0, "flag"),
    )
    forms: ClassVar[Mapping[str, float | bool]] = {"amsgrad": True}
    keras = "Adam"
    has_direction = True
    roots: ClassVar[Mapping[str, Part]] = {
        "√{v+}": lambda of: math.sqrt(of["v+"]),
        "√{v̂+}": lambda of: math.sqrt(of["v̂+"]),
        "√(1 − {beta_2}^{t})": lambda of: math.sqrt(1.0 - of["beta_2"] ** of["t"]),
    }
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
        scale = self.slots[-1]
        self.own_rate_notation = f"{{rate}}/(√{{{scale}+}} + {{epsilon}})"
        self.own_rate_head = f"η_t/√{scale}"

    def own_rate(self, iteration: int, state: Slots, new_state: Slots) -> Array | float:
        """See Optimizer."""
        return _divided_rate(self.rate(iteration), new_state[-1], self.values["epsilon"])

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


def _divided_rate(rate: float, square: Array | float, epsilon: float) -> Array | float:
    """rate/(√square + ε)."""
    divided: Array | float = rate / (np.sqrt(square) + epsilon)
    return divided


def _moving_square(average: Array, g: Array, share: float, out: Array, work: Array) -> None:
    """Out = share·average + (1 − share)·g²; `work` may be `g` itself."""
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


OPTIMIZERS: Mapping[str, type[Optimizer]] = {entry.name: entry for entry in (SGD, Adagrad, RMSprop, Adadelta, Adam)}
OPTIMIZER_NAMES = Names.of(
    OPTIMIZERS,
    absent=(
        *("adamax", "nadam", "adamw", "radam", "sparse_adam", "adabelief", "adafactor", "yogi", "lion", "lamb", "lars"),
        *(
            "ftrl",
            "asgd",
            "rprop",
            "lbfgs",
            "l_bfgs",
            "bfgs",
            "newton",
            "newton_cg",
            "conjugate_gradient",
            "sag",
            "saga",
        ),
        *("liblinear", "levenberg_marquardt"),
    ),
)
"""What others call them, and what others have besides."""
SETTING_NAMES = Names.of({setting.name: setting for entry in OPTIMIZERS.values() for setting in entry.settings})


def read_optimizer(value: str | dict[str, Any], place: Place) -> OptimizerSpec:
    """`optimizer` as a file has it: a name, or a table of its name and settings. ScenarioError for anything else."""
    table = {"name": value} if isinstance(value, str) else value
    name = table.get("name", DEFAULT_OPTIMIZER)
    if not isinstance(name, str):
        raise (place / "name").error(f"found {shown(name)}", name, f"there are: {', '.join(OPTIMIZERS)}")
    if name not in OPTIMIZERS:
        if remedy := _as_form(name, table):
            raise place.error(OPTIMIZER_NAMES.unknown("optimizer", name, shown(name)), name, remedy)
        raise place.unknown("optimizer", name, OPTIMIZER_NAMES)
    return OptimizerSpec(name, read_settings(table, name, OPTIMIZERS[name].settings, place))


def _as_form(name: str, table: Mapping[str, Any]) -> str:
    """How an optimizer is written that is another one with some of its settings, say momentum; "" for none."""
    for entry in OPTIMIZERS.values():
        for wanted in Names.of({setting.name: setting for setting in entry.settings}).exactly(name):
            if wanted in entry.forms:
                before = list(entry.forms)[: list(entry.forms).index(wanted) + 1]
                settings = {"name": entry.name, **{form: entry.forms[form] for form in before}}
                return (
                    f"it is {entry.name} with {wanted}: write optimizer = {_written({**settings, **_but_name(table)})}"
                )
    return ""


def _but_name(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in table.items() if key != "name"}


def _written(table: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(f'{key} = {shown(value)}' for key, value in table.items())} }}"


def setting_of_optimizer(key: str, table: object) -> str | None:
    """How a `key` of the `table` [training] is written that belongs to its optimizer, whatever others call it; None
    where it does not.
    """
    if not (isinstance(table, Mapping) and (found := SETTING_NAMES.exactly(key))):
        return None
    written = table.get("optimizer", DEFAULT_OPTIMIZER)
    optimizer = dict(written) if isinstance(written, Mapping) else {"name": written}
    chosen = OPTIMIZERS.get(optimizer.get("name", DEFAULT_OPTIMIZER), OPTIMIZERS[DEFAULT_OPTIMIZER])
    owner = chosen if any(setting.name == found[0] for setting in chosen.settings) else _first_with(found[0])
    settings = {"name": owner.name, **(_but_name(optimizer) if owner is chosen else {}), found[0]: table[key]}
    return f"it belongs to the optimizer: write optimizer = {_written(settings)}"


def _first_with(setting: str) -> type[Optimizer]:
    return next(entry for entry in OPTIMIZERS.values() if any(each.name == setting for each in entry.settings))
