"""The numbers of functions looked at by themselves, each defined once, and the tape that they are read from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import cache
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import ACTIVATIONS, Activation, Flags, dead, saturated, steep
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.opened import opened, power
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import UNOPENED, Formula, Opened, Quantity, Ref, Whose, fill, total
from dlsim.engine.scenario.spec import FunctionSpec

Array = NDArray[np.float64]


def is_shared(spec: FunctionSpec) -> bool:
    """Whether all x of the sweep share one whole, as in softmax: there is no value in between."""
    return spec.target is None and ACTIVATIONS[spec.name].couples_units


def evaluate(spec: FunctionSpec, x: Array) -> tuple[Array, Array]:
    """(value, slope), (points,) each, of one function at every x (points,); the slope is NaN where there is none."""
    column = x.reshape(-1, 1)
    value, slope = np.empty_like(column), np.full_like(column, np.nan)
    if spec.target is not None:
        loss = LOSSES[spec.name]
        target = np.full_like(column, spec.target)
        loss.errors_by_output(column, target, value)
        loss.slope_by_output(column, target, slope)
        slope += 0.0  # −0 becomes 0
    elif is_shared(spec):  # over the sweep as a whole, as over one vector
        row = x.reshape(1, -1)
        everything = np.empty_like(row)
        ACTIVATIONS[spec.name].value(row, everything, spec.settings)
        value[:, 0] = everything[0]
        slope[:] = value * (1.0 - value)
    else:
        activation = ACTIVATIONS[spec.name]
        activation.value(column, value, spec.settings)
        if activation.derivative is not None:
            activation.derivative(column, value, slope, spec.settings)
    return value[:, 0], slope[:, 0]


class FunctionsTape(Tape):
    """What stands at one x: every function's value and slope there; and softmax over the vector."""

    rows: Sequence[int] = (0,)

    def __init__(self, functions: Sequence[FunctionSpec], sweep: Array, vector: Array) -> None:
        self.functions = functions
        self.sweep = sweep  # (points,)
        self.vector = vector  # (units,)
        self.point = 0  # of the sweep, from 0
        evaluated = [evaluate(spec, sweep) for spec in functions]
        self.values = np.array([value for value, _ in evaluated])  # (functions, points)
        self.slopes = np.array([slope for _, slope in evaluated])  # (functions, points)
        self.sloped: tuple[int, ...] = tuple(np.flatnonzero(np.isfinite(self.slopes).any(axis=1)).tolist())
        """The functions that have a slope anywhere."""
        self.softmax = np.empty(len(vector))  # (units,)
        if len(vector):
            ACTIVATIONS["softmax"].value(vector.reshape(1, -1), self.softmax.reshape(1, -1), {})

    def at(self, point: int) -> FunctionsTape:
        """The same with the cursor at another point of the sweep."""
        moved = copy(self)
        moved.point = point
        return moved

    @property
    def x(self) -> float:
        """Where the cursor stands."""
        return float(self.sweep[self.point])

    def saturated(self, function: int) -> Flags:
        """(points,): where a function is saturated."""
        return self._where(saturated, function)

    def steep(self, function: int) -> Flags:
        """(points,): where a function that levels out changes most."""
        return self._where(steep, function)

    def dead(self, function: int) -> Flags:
        """(points,): where a function that does not level out has no slope."""
        return self._where(dead, function)

    def _where(self, is_so: Callable[[Activation, Array], Flags], function: int) -> Flags:
        spec, slopes = self.functions[function], self.slopes[function]
        if spec.target is not None:  # a loss is neither
            return np.zeros(slopes.shape, dtype=bool)
        return is_so(ACTIVATIONS[spec.name], slopes)

    def elsewhere(self, function: int, x: float) -> tuple[float, float]:
        """(value, slope) of a function at any x."""
        if is_shared(self.functions[function]):
            point = int(np.flatnonzero(self.sweep == x)[0])
            return float(self.values[function, point]), float(self.slopes[function, point])
        value, slope = evaluate(self.functions[function], np.array([x]))
        return float(value[0]), float(slope[0])

    def place(self, ref: Ref) -> int:
        """Slopes are those of the functions that have one."""
        if ref.quantity is SLOPE:
            return sum(function < ref.index[0] for function in self.sloped)
        return super().place(ref)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op: it has no formula in common."""
        return super().op_formula(op)[0], "", f"(1×{op.size})"

    def find(self, symbol: str) -> Ref | None:
        """sigmoid(x), sigmoid′(0.5), binary_crossentropy[t=1](0.2), v1, softmax(v)1, Σ softmax(v)."""
        if match := re.fullmatch(r"softmax\(v\)(\d+)", symbol):
            return self._unit(SOFTMAX, int(match[1]))
        if match := re.fullmatch(r"v(\d+)", symbol):
            return self._unit(V, int(match[1]))
        if symbol == "Σ softmax(v)" and len(self.vector):
            return Ref(SUM)
        if symbol == "x":
            return Ref(X)
        if match := re.fullmatch(r"(.+?)([′']?)\((x|[-−]?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?)\)", symbol):
            for number, spec in enumerate(self.functions):
                if spec.label == match[1]:
                    return self._function_at(number, match[3].replace("−", "-"), is_slope=bool(match[2]))
        return None

    def _function_at(self, number: int, x: str, *, is_slope: bool) -> Ref | None:
        """Where there is such a number: not every function has a slope, and not every one a value at any x."""
        spec = self.functions[number]
        if is_slope and number not in self.sloped:
            return None
        if x == "x":
            return Ref(SLOPE if is_slope else VALUE, 0, (number,))
        place = float(x)
        is_defined = 0.0 < place < 1.0 if spec.target is not None else np.isfinite(place)
        if is_shared(spec):  # shared out over the x of the sweep, so that there is none in between
            is_defined = bool((self.sweep == place).any())
        return Ref((slope_at if is_slope else value_at)(x), 0, (number,)) if is_defined else None

    def _unit(self, quantity: Quantity, number: int) -> Ref | None:
        return Ref(quantity, 0, (number - 1,)) if 0 < number <= len(self.vector) else None


# its numbers


class SweepPoint(Quantity):
    """x: where the cursor stands."""

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """A point of the sweep."""
        return tape.x


class OfFunction(Quantity):
    """A number of one of the functions, the one that its index names."""

    @staticmethod
    def spec(tape: FunctionsTape, ref: Ref) -> FunctionSpec:
        """The function."""
        return tape.functions[ref.index[0]]

    def qualities(self, tape: FunctionsTape, ref: Ref) -> Iterator[str]:
        """The function, then what it is."""
        spec = self.spec(tape, ref)
        yield spec.name
        yield "activation" if spec.target is None else "loss"


class FunctionValue(OfFunction):
    """sigmoid(x): a function at the cursor."""

    whose = Whose.BATCH

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """From the whole sweep."""
        return float(tape.values[ref.index[0], tape.point])

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """sigmoid(x)."""
        return f"{self.spec(tape, ref).label}(x)"

    def formula(self, tape: FunctionsTape, ref: Ref, sample: int) -> Formula:
        """The definition."""
        spec, x = self.spec(tape, ref), Ref(X)
        if spec.target is not None:
            return _of_loss(LOSSES[spec.name].notation, ref)
        activation = ACTIVATIONS[spec.name]
        if activation.couples_units:
            return ("e^(", x, ") / Σ e^(xⱼ)")
        return activation.defined(x, _settings(spec, ref))

    def opened(self, tape: FunctionsTape, ref: Ref, sample: int) -> Opened:
        """Worked out; of softmax over the sweep its sum."""
        return _opened(tape, ref, is_slope=False)


class FunctionSlope(OfFunction):
    """sigmoid′(x): its slope there."""

    whose = Whose.BATCH

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """From the whole sweep; NaN where there is none."""
        return float(tape.slopes[ref.index[0], tape.point])

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """sigmoid′(x)."""
        return f"{self.spec(tape, ref).label}′(x)"

    def formula(self, tape: FunctionsTape, ref: Ref, sample: int) -> Formula:
        """The derivative as it is computed: from the value, where that is shorter."""
        spec = self.spec(tape, ref)
        if spec.target is not None:
            return _of_loss(LOSSES[spec.name].slope_by_output_notation, ref)
        activation, value = ACTIVATIONS[spec.name], ref._replace(quantity=VALUE)
        return activation.derivative_formula(Ref(X), value, _settings(spec, ref))

    def opened(self, tape: FunctionsTape, ref: Ref, sample: int) -> Opened:
        """Worked out."""
        return _opened(tape, ref, is_slope=True)

    def about(self, ref: Ref) -> Ref:
        """The function."""
        return Ref(VALUE, 0, ref.index)

    def names(self, tape: FunctionsTape, ref: Ref) -> dict[str, str]:
        """The function."""
        return {"function": tape.symbol(self.about(ref))}


class ValueAt(Quantity):
    """sigmoid(0.5): a function at an x that is named, as it was written."""

    called, mark, place = "at", "", 0

    def __init__(self, x: str) -> None:
        super().__init__(f"{self.called}:{x}", name=self.called, words=(f"functions_{self.called}",))
        self.x = x

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """Computed when it is asked for."""
        return tape.elsewhere(ref.index[0], float(self.x))[self.place]

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """sigmoid(0.5), sigmoid′(0.5)."""
        return f"{tape.functions[ref.index[0]].label}{self.mark}({self.x})"


class SlopeAt(ValueAt):
    """sigmoid′(0.5): its slope there."""

    called, mark, place = "slope_at", "′", 1


class FunctionSetting(Quantity):
    """What an activation is set to: the a of leaky_relu."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"setting:{setting}", name="setting")
        self.setting = setting

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """As the scenario sets it."""
        return float(tape.functions[ref.index[0]].settings[self.setting])

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """The setting's own."""
        settings = ACTIVATIONS[tape.functions[ref.index[0]].name].settings
        return {entry.name: entry.symbol for entry in settings}[self.setting]

    def path(self, tape: Any, ref: Ref) -> str:
        """In the entry of its function."""
        return f"functions.show.{ref.index[0]}.{self.setting}"

    def qualities(self, tape: FunctionsTape, ref: Ref) -> Iterator[str]:
        """Of which activation, and which setting."""
        yield f"{tape.functions[ref.index[0]].name}_{self.setting}"
        yield self.setting


class LossTarget(Quantity):
    """t: the target that a loss is looked at with."""

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """As the scenario sets it."""
        return float(tape.functions[ref.index[0]].target or 0.0)

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """t."""
        return "t"

    def path(self, tape: Any, ref: Ref) -> str:
        """In the entry of its function."""
        return f"functions.show.{ref.index[0]}.target"


class VectorEntry(Quantity):
    """v1: a number of the vector that softmax is looked at with."""

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """As the scenario sets it."""
        return float(tape.vector[ref.index[0]])

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """v1."""
        return f"v{ref.index[0] + 1}"

    def path(self, tape: Any, ref: Ref) -> str:
        """In the vector."""
        return f"functions.vector.{ref.index[0]}"


class Share(Quantity):
    """softmax(v)1: its share of the whole."""

    whose = Whose.BATCH

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """Of softmax over the vector."""
        return float(tape.softmax[ref.index[0]])

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """softmax(v)1."""
        return f"softmax(v){ref.index[0] + 1}"

    def formula(self, tape: FunctionsTape, ref: Ref, sample: int) -> Formula:
        """Of all numbers of the vector."""
        everyone = [Ref(V, 0, (unit,)) for unit in range(len(tape.vector))]
        return ACTIVATIONS["softmax"].formula(everyone[ref.index[0]], {}, everyone)

    def opened(self, tape: FunctionsTape, ref: Ref, sample: int) -> Opened:
        """Every power, and their sum."""
        everyone = [Ref(V, 0, (unit,)) for unit in range(len(tape.vector))]
        own = ref.index[0]
        all_z = everyone, tape.vector.tolist()
        return ACTIVATIONS["softmax"].opened({"z": everyone[own]}, {"z": float(tape.vector[own])}, all_z)


class SumOfShares(Quantity):
    """Σ softmax(v): what all shares come to."""

    whose = Whose.BATCH

    def value(self, tape: FunctionsTape, ref: Ref, sample: Any) -> float:
        """1, up to rounding."""
        return float(tape.softmax.sum())

    def symbol(self, tape: FunctionsTape, ref: Ref) -> str:
        """Σ softmax(v)."""
        return "Σ softmax(v)"

    def formula(self, tape: FunctionsTape, ref: Ref, sample: int) -> Formula:
        """All shares."""
        return total([(Ref(SOFTMAX, 0, (unit,)),) for unit in range(len(tape.vector))])


X = SweepPoint("x", words=("functions_x",))
VALUE = FunctionValue("f", words=("functions_f",))
SLOPE = FunctionSlope("slope", words=("functions_slope",))
value_at, slope_at, setting = cache(ValueAt), cache(SlopeAt), cache(FunctionSetting)
TARGET = LossTarget("target", words=("functions_t",))
V = VectorEntry("v", words=("functions_v",))
SOFTMAX = Share("softmax", words=("functions_softmax",))
SUM = SumOfShares("sum", words=("functions_sum",))


def _of_loss(notation: str, ref: Ref) -> Formula:
    """A loss of one output, or its slope: x is the prediction."""
    return fill(notation.replace("/{K}", ""), {"t": ref._replace(quantity=TARGET), "a": Ref(X)})


def _opened(tape: FunctionsTape, ref: Ref, *, is_slope: bool) -> Opened:
    """A function at the cursor, or its slope there, opened up."""
    spec, x = tape.functions[ref.index[0]], Ref(X)
    if spec.target is not None:
        loss = LOSSES[spec.name].of(1)
        operands: dict[str, Ref | str] = {"t": ref._replace(quantity=TARGET), "a": x}
        openings = loss.slope_by_output_openings if is_slope else loss.openings
    else:
        activation = ACTIVATIONS[spec.name]
        if activation.couples_units:
            return UNOPENED if is_slope else _share_opened(tape)
        operands = {"z": x, "a": ref._replace(quantity=VALUE), **_settings(spec, ref)}
        openings = activation.derivative_openings if is_slope else activation.openings
    numbers = {name: tape.value(one, 0) for name, one in operands.items() if isinstance(one, Ref)}
    return opened(openings, operands, numbers)


def _share_opened(tape: FunctionsTape) -> Opened:
    """Softmax over the sweep: e^x and the sum of all, as far as these are numbers."""
    own, everything = power(tape.x), float(sum(map(power, tape.sweep.tolist())))
    if not isfinite(everything):
        return UNOPENED
    return Opened((), (("e^(", Ref(X), ") / Σ e^(xⱼ)"), (own, " / ", everything)))


def _settings(spec: FunctionSpec, ref: Ref) -> Mapping[str, Ref | str]:
    """What stands for its settings in a notation, each by its own name."""
    return ACTIVATIONS[spec.name].operands(spec.settings, lambda name: ref._replace(quantity=setting(name)))
