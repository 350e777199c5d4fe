"""Reading a surface's tape: the point, its height, its slopes, and what the optimizer makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.optimizers import (
    CHANGE,
    NEW,
    PLUS,
    Optimizer,
    rate_formula,
    rate_symbol,
    setting_symbol,
    step_formula,
)
from dlsim.engine.kinds.surface.polynomial import COORDINATES, Polynomial
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref

Array = NDArray[np.float64]


class SurfaceTape:
    """See engine/model.py: Reader. Quantities: p (the point), now_p, f, slope, new_p, change_p, slots, rate.

    p and f are the point that this iteration reads and its height; now_p and now_f those that hold at the moment: what
    the update made of them once it has landed.
    """

    rows: Sequence[int] = (0,)

    def __init__(
        self,
        surface: Polynomial,
        optimizer: Optimizer,
        before: Array,
        after: Array,
        gradient: Array,
        height: float,
        iteration: int,
        *,
        landed: bool,
    ) -> None:
        self._surface, self._optimizer = surface, optimizer
        self._slopes = tuple(surface.slope(axis) for axis in range(surface.dimensions))
        self.before, self.after, self.gradient = before, after, gradient  # (1 + slots, dimensions) twice, (dimensions,)
        self.height = height
        self.iteration = iteration
        self._landed = landed

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        match ref.quantity:
            case "p":
                return float(self.before[0, ref.index[0]])
            case "now_p":
                return float((self.after if self._landed else self.before)[0, ref.index[0]])
            case "new_p":
                return float(self.after[0, ref.index[0]])
            case "change_p":
                return float(self.after[0, ref.index[0]]) - float(self.before[0, ref.index[0]])
            case "f":
                return self.height
            case "now_f":
                return self._height_now
            case "slope":
                return float(self.gradient[ref.index[0]])
            case "rate":
                return self._optimizer.rate(self.iteration)
            case "update":
                return float(self._surface.dimensions)
            case "count:n":
                return float(self.iteration - 1)
            case "count:t":
                return float(self.iteration)
        kind, _, rest = ref.quantity.partition(":")
        if kind == "setting":
            return float(self._optimizer.values[rest])
        state = self.after if kind == "new_slot" else self.before
        return float(state[1 + self._optimizer.slots.index(rest), ref.index[0]])

    def of_every_sample(self, ref: Ref) -> Array:
        """Of the only one there is."""
        return np.array([self.value(ref, 0)])

    def array(self, op: Op, sample: int) -> Array:
        """All numbers of an op."""
        return np.array([self.value(ref, sample) for ref in op.refs])

    def symbol(self, ref: Ref) -> str:
        """Such as x, y, f, ∂f/∂x, x⁺."""
        coordinate = COORDINATES[ref.index[0]] if ref.index else ""
        match ref.quantity:
            case "p" | "now_p":
                return coordinate
            case "new_p":
                return coordinate + PLUS
            case "change_p":
                return CHANGE + coordinate
            case "slope":
                return f"∂f/∂{coordinate}"
            case "f" | "now_f":
                return "f"
            case "rate":
                return rate_symbol(self._optimizer)
            case "update":
                return f"{self._names} ← {self._names}{PLUS}"
        kind, _, rest = ref.quantity.partition(":")
        if kind == "setting":
            return setting_symbol(self._optimizer, rest)
        if kind in ("slot", "new_slot"):
            return f"{rest}_{coordinate}{PLUS if kind == 'new_slot' else ''}"
        return rest

    def formula(self, ref: Ref, sample: int) -> Formula:
        """What the number is made of."""
        point = tuple(Ref("p", 0, (axis,)) for axis in range(self._surface.dimensions))
        match ref.quantity:
            case "f":
                return self._surface.formula(point)
            case "now_f":
                return self._surface.formula(tuple(ref._replace(quantity="now_p") for ref in point))
            case "slope":
                return self._slopes[ref.index[0]].formula(point)
            case "rate":
                return rate_formula(self._optimizer)
            case "new_p":
                return self._step("", ref.index)
            case "change_p":
                return (Ref("new_p", 0, ref.index), " − ", point[ref.index[0]])
            case "update":
                tokens: list[str | Ref] = []
                for axis in range(self._surface.dimensions):
                    tokens += [f"{', ' if axis else ''}{COORDINATES[axis]} ← ", Ref("new_p", 0, (axis,))]
                return tuple(tokens)
        kind, _, slot = ref.quantity.partition(":")
        return self._step(slot, ref.index) if kind == "new_slot" else ()

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op: the vector form."""
        first, last = self.symbol(op.ref(0)), self.symbol(op.ref(op.size - 1))
        names = {"slope": "∇f", "new_p": f"p{PLUS}"}
        return (first if op.size == 1 else f"{first} … {last}"), names.get(op.quantity, ""), f"(1×{op.size})"

    def needs(self, ref: Ref) -> tuple[str, int | None, int] | None:
        """Points, settings and the state before are always on screen."""
        if ref.quantity in ("p", "now_p") or ref.quantity.startswith(("setting:", "count:", "slot:")):
            return None
        if ref.quantity == "rate" and not self._optimizer.rate_notation:
            return None
        if ref.quantity == "now_f":  # once the height is known at all
            return "f", None, 1
        return NEW.get(ref.quantity, ref.quantity), None, (ref.index[0] if ref.index else 0) + 1

    def is_per_sample(self, ref: Ref) -> bool:
        """There are no samples on a surface."""
        return False

    def besides(self) -> Iterator[Ref]:
        """Its ops compute all that there is."""
        return iter(())

    @property
    def _names(self) -> str:
        return ",".join(COORDINATES[: self._surface.dimensions])

    @property
    def _height_now(self) -> float:
        if not self._landed:
            return self.height
        with np.errstate(all="ignore"):  # a place that is out of reach has a height of inf or nan
            return float(self._surface.value(*self.after[0]))

    def _step(self, slot: str, index: tuple[int, ...]) -> Formula:
        return step_formula(
            self._optimizer,
            slot,
            Ref("p", 0, index),
            Ref("slope", 0, index),
            lambda name, is_new: Ref(f"{'new_' if is_new else ''}slot:{name}", 0, index),
        )
