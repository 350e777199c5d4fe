"""Reading a sweep's tape: every function's value and slope at one x, and softmax over a vector."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.formula import total
from dlsim.engine.functions.activations import ACTIVATIONS, Activation
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.settings import fill
from dlsim.engine.kinds.functions.body import FunctionsBody, FunctionSpec
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.saturation import Flags, dead, saturated

Array = NDArray[np.float64]


def evaluate(spec: FunctionSpec, x: Array) -> tuple[Array, Array]:
    """(value, slope) of one function at every x; the slope is NaN where there is none."""
    column = x.reshape(-1, 1)
    value, slope = np.empty_like(column), np.full_like(column, np.nan)
    if spec.target is not None:
        loss = LOSSES[spec.name]
        target = np.full_like(column, spec.target)
        loss.errors_by_output(column, target, value)
        loss.slope_by_output(column, target, slope)
        slope += 0.0  # −0 becomes 0
    elif spec.is_shared:  # over the sweep as a whole, as over one vector
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


class FunctionsTape:
    """See engine/model.py: Reader. Quantities: x, f, slope (by function), v, softmax, sum."""

    rows: Sequence[int] = (0,)

    def __init__(self, body: FunctionsBody, point: int, values: Array, slopes: Array, softmax: Array) -> None:
        self.body = body
        self.point = point  # of the sweep, from 0
        self.values, self.slopes = values, slopes  # (functions, points)
        self.softmax = softmax  # (units,)

    @property
    def x(self) -> float:
        """Where the cursor stands."""
        return float(self.body.sweep[self.point])

    def saturated(self, function: int) -> Flags:
        """(points,): where a function is saturated."""
        return self._where(saturated, function)

    def dead(self, function: int) -> Flags:
        """(points,): where a function that does not level out has no slope."""
        return self._where(dead, function)

    def _where(self, is_so: Callable[[Activation, Array], Flags], function: int) -> Flags:
        spec, slopes = self.body.functions[function], self.slopes[function]
        if spec.target is not None:  # a loss is neither
            return np.zeros(slopes.shape, dtype=bool)
        return is_so(ACTIVATIONS[spec.name], slopes)

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        match ref.quantity.partition(":")[0]:
            case "x":
                return self.x
            case "f":
                return float(self.values[ref.index[0], self.point])
            case "slope":
                return float(self.slopes[ref.index[0], self.point])
            case "v":
                return float(self.body.vector[ref.index[0]])
            case "softmax":
                return float(self.softmax[ref.index[0]])
            case "sum":
                return float(self.softmax.sum())
            case "target":
                return float(self.body.functions[ref.index[0]].target or 0.0)
            case "at" | "slope_at":
                return self._elsewhere(ref)
            case _:
                return float(self.body.functions[ref.index[0]].settings[ref.quantity.partition(":")[2]])

    def _elsewhere(self, ref: Ref) -> float:
        kind, _, x = ref.quantity.partition(":")
        number = ref.index[0]
        if self.body.functions[number].is_shared:
            point = int(np.flatnonzero(self.body.sweep == float(x))[0])
            return float((self.values if kind == "at" else self.slopes)[number, point])
        value, slope = evaluate(self.body.functions[number], np.array([float(x)]))
        return float(value[0] if kind == "at" else slope[0])

    def of_every_sample(self, ref: Ref) -> Array:
        """Of the only one there is."""
        return np.array([self.value(ref, 0)])

    def array(self, op: Op, sample: int) -> Array:
        """All numbers of an op."""
        return np.array([self.value(ref, sample) for ref in op.refs])

    def symbol(self, ref: Ref) -> str:
        """sigmoid(x), sigmoid′(x), v1, softmax(v)1, Σ."""
        kind, _, rest = ref.quantity.partition(":")
        match kind:
            case "x":
                return "x"
            case "f":
                return f"{self.body.functions[ref.index[0]].label}(x)"
            case "slope":
                return f"{self.body.functions[ref.index[0]].label}′(x)"
            case "v":
                return f"v{ref.index[0] + 1}"
            case "softmax":
                return f"softmax(v){ref.index[0] + 1}"
            case "sum":
                return "Σ softmax(v)"
            case "target":
                return "t"
            case "at":
                return f"{self.body.functions[ref.index[0]].label}({rest})"
            case "slope_at":
                return f"{self.body.functions[ref.index[0]].label}′({rest})"
        return next(
            entry.symbol for entry in ACTIVATIONS[self.body.functions[ref.index[0]].name].settings if entry.name == rest
        )

    def formula(self, ref: Ref, sample: int) -> Formula:
        """The definition, and the derivative as it is computed: from the value."""
        match ref.quantity:
            case "f" | "slope":
                return self._function(ref)
            case "softmax":
                everyone = [Ref("v", 0, (unit,)) for unit in range(len(self.body.vector))]
                return ACTIVATIONS["softmax"].formula(everyone[ref.index[0]], {}, everyone)
            case "sum":
                return total([(Ref("softmax", 0, (unit,)),) for unit in range(len(self.body.vector))])
        return ()

    def _function(self, ref: Ref) -> Formula:
        number = ref.index[0]
        spec, x, value = self.body.functions[number], Ref("x"), Ref("f", 0, (number,))
        is_slope = ref.quantity == "slope"
        if spec.target is not None:
            loss = LOSSES[spec.name]
            notation = loss.slope_by_output_notation if is_slope else loss.notation
            return fill(notation.replace("/{K}", ""), {"t": Ref("target", 0, (number,)), "a": x})
        activation = ACTIVATIONS[spec.name]
        settings = activation.operands(spec.settings, lambda name: Ref(f"setting:{name}", 0, (number,)))
        if activation.couples_units and not is_slope:
            return ("exp(", x, ") / Σ exp(xⱼ)")
        return activation.derivative_formula(x, value, settings) if is_slope else activation.defined(x, settings)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op."""
        first, last = self.symbol(op.ref(0)), self.symbol(op.ref(op.size - 1))
        return (first if op.size == 1 else f"{first} … {last}"), "", f"(1×{op.size})"

    def needs(self, ref: Ref) -> tuple[str, int | None, int] | None:
        """x, targets, settings and the vector are given."""
        if ref.quantity == "slope":  # its op leaves out the functions that have none
            sloped: NDArray[np.bool_] = np.logical_or.reduce(np.isfinite(self.slopes), axis=1)
            return "slope", None, int(np.count_nonzero(sloped[: ref.index[0] + 1]))
        if ref.quantity in ("f", "softmax", "sum"):
            return ref.quantity, None, (ref.index[0] if ref.index else 0) + 1
        return None

    def is_per_sample(self, ref: Ref) -> bool:
        """There are no samples."""
        return False

    def besides(self) -> Iterator[Ref]:
        """Its ops compute all that there is."""
        return iter(())

    def find(self, symbol: str) -> Ref | None:
        """sigmoid(x), sigmoid′(0.5), binary_crossentropy[t=1](0.2), v1, softmax(v)1, Σ softmax(v)."""
        if match := re.fullmatch(r"softmax\(v\)(\d+)", symbol):
            return self._unit("softmax", int(match[1]))
        if match := re.fullmatch(r"v(\d+)", symbol):
            return self._unit("v", int(match[1]))
        if symbol == "Σ softmax(v)" and len(self.body.vector):
            return Ref("sum")
        if symbol == "x":
            return Ref("x")
        if match := re.fullmatch(r"(.+?)([′']?)\((x|[-−]?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?)\)", symbol):
            for number, spec in enumerate(self.body.functions):
                if spec.label == match[1]:
                    return self._function_at(number, match[3].replace("−", "-"), is_slope=bool(match[2]))
        return None

    def _function_at(self, number: int, x: str, *, is_slope: bool) -> Ref | None:
        """Where there is such a number: not every function has a slope, and not every one a value at any x."""
        spec = self.body.functions[number]
        if is_slope and not np.isfinite(self.slopes[number]).any():
            return None
        if x == "x":
            return Ref("slope" if is_slope else "f", 0, (number,))
        place = float(x)
        is_defined = 0.0 < place < 1.0 if spec.target is not None else np.isfinite(place)
        if spec.is_shared:  # shared out over the x of the sweep, so that there is none in between
            is_defined = bool((self.body.sweep == place).any())
        return Ref(f"{'slope_at' if is_slope else 'at'}:{x}", 0, (number,)) if is_defined else None

    def _unit(self, quantity: str, number: int) -> Ref | None:
        return Ref(quantity, 0, (number - 1,)) if 0 < number <= len(self.body.vector) else None
