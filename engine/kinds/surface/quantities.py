"""Surfaces, polynomials in x or in x and y; the numbers of a point on one, each defined once; and the tape of both.

What an optimizer makes of the point (x⁺, Δx, v_x⁺, η) is defined in engine/kinds/updates.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.optimizers import Optimizer
from dlsim.engine.kinds.updates import PLUS, Parameter
from dlsim.engine.numbers import general
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, Whose

Array = NDArray[np.float64]
Term = tuple[float, tuple[int, ...]]
"""A factor, and the power of each coordinate."""

COORDINATES = ("x", "y")
LARGEST_POWER = 8
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Polynomial(Struct, frozen=True):
    """f(x) or f(x, y) as a sum of terms. `start` and `bounds` are where a point begins and what is drawn."""

    terms: tuple[Term, ...]
    start: tuple[float, ...]
    bounds: tuple[tuple[float, float], ...]

    @property
    def dimensions(self) -> int:
        """1 or 2."""
        return len(self.bounds)

    def value(self, *coordinates: Array | float) -> Array:
        """The height f at points given coordinate by coordinate, of any shape."""
        total = np.zeros(np.shape(coordinates[0]))
        for factor, powers in self.terms:
            product: Array | float = factor
            for coordinate, power in zip(coordinates, powers, strict=True):
                product = product * _power(coordinate, power)
            total = total + product
        return total

    def slope(self, axis: int) -> Polynomial:
        """∂f/∂x or ∂f/∂y, a polynomial again."""
        terms = []
        for factor, powers in self.terms:
            if powers[axis]:
                lowered = tuple(power - (place == axis) for place, power in enumerate(powers))
                terms.append((factor * powers[axis], lowered))
        return Polynomial(tuple(terms), self.start, self.bounds)

    def formula(self, refs: tuple[Ref, ...]) -> Formula:
        """The sum as tokens: x², 4·x³, products of both coordinates."""
        tokens: list[str | Ref] = []
        for factor, powers in self.terms:
            if tokens:
                tokens.append(" − " if factor < 0 else " + ")
            elif factor < 0:
                tokens.append("−")
            tokens += _term(abs(factor), powers, refs)
        return tuple(tokens) or ("0",)


def _power(base: Array | float, power: int) -> Array | float:
    """By multiplying: the same bits on every machine."""
    product: Array | float = 1.0
    for _ in range(power):
        product = product * base
    return product


def _term(factor: float, powers: tuple[int, ...], refs: tuple[Ref, ...]) -> list[str | Ref]:
    pieces: list[list[str | Ref]] = []
    if factor != 1 or not any(powers):
        pieces.append([general(factor)])
    for ref, power in zip(refs, powers, strict=True):
        if power:
            pieces.append([ref, str(power).translate(SUPERSCRIPTS) if power > 1 else ""])
    tokens: list[str | Ref] = []
    for piece in pieces:
        tokens += ["·", *piece] if tokens else piece
    return [token for token in tokens if token != ""]


def parse_term(text: str) -> tuple[int, ...] | None:
    """The powers in `text` ("x^2", "x*y^3", "1"); None where it is none such."""
    if text.strip() == "1":
        return (0, 0)
    powers = {"x": 0, "y": 0}
    for part in text.replace("·", "*").split("*"):
        match = re.fullmatch(r"\s*([xy])\s*(?:\^\s*([0-9]))?\s*", part)
        if not match or powers[match[1]]:
            return None
        powers[match[1]] = int(match[2] or 1)
    found = (powers["x"], powers["y"])
    return found if 0 < sum(found) <= LARGEST_POWER else None


SURFACES: Mapping[str, Polynomial] = {
    "bowl": Polynomial(((1.0, (2, 0)), (1.0, (0, 2))), (-1.6, 1.2), ((-2.0, 2.0), (-2.0, 2.0))),
    "ravine": Polynomial(((0.05, (2, 0)), (1.0, (0, 2))), (-7.0, 2.0), ((-8.0, 8.0), (-3.0, 3.0))),
    "saddle": Polynomial(((1.0, (2, 0)), (-1.0, (0, 2)), (0.25, (0, 4))), (-1.5, 0.001), ((-2.0, 2.0), (-2.0, 2.0))),
    "two_valleys": Polynomial(
        ((1.0, (4, 0)), (-2.0, (2, 0)), (0.3, (1, 0)), (1.0, (0, 2))),
        (1.7, 1.0),
        ((-2.0, 2.0), (-1.5, 1.5)),
    ),
    "double_well": Polynomial(((1.0, (4,)), (-2.0, (2,)), (0.3, (1,))), (1.9,), ((-2.0, 2.0),)),
}


class SurfaceTape(Tape):
    """What an iteration leaves: the point, its height and slopes, and what the optimizer makes of them."""

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
        self.surface, self.optimizer = surface, optimizer
        self.before, self.after, self.gradient = before, after, gradient  # (1 + slots, dimensions) twice, (dimensions,)
        self.height = height
        self.iteration = iteration
        self.landed = landed

    @property
    def loss(self) -> Ref:  # type: ignore[override]
        """The height."""
        return Ref(HEIGHT)

    @property
    def loss_after(self) -> Ref:  # type: ignore[override]
        """That of the moment: it is asked for once the update has landed."""
        return Ref(PRESENT_HEIGHT)

    @property
    def trained(self) -> int:
        """Every coordinate is."""
        return self.surface.dimensions

    @property
    def all_parameters(self) -> str:
        """x,y."""
        return ",".join(COORDINATES[: self.surface.dimensions])

    def parameter(self, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """A coordinate."""
        return float((self.after if is_new else self.before)[0, ref.index[0]])

    def slot(self, name: str, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """What the optimizer remembers of it."""
        state = self.after if is_new else self.before
        return float(state[1 + self.optimizer.slots.index(name), ref.index[0]])

    def is_renewed(self, of: Parameter, layer: int) -> bool:
        """Every coordinate is."""
        return True

    def trained_parameters(self) -> Iterator[Ref]:
        """The coordinates."""
        return iter(self.point_of(POINT))

    def point_of(self, coordinate: Quantity) -> tuple[Ref, ...]:
        """All coordinates."""
        return tuple(Ref(coordinate, 0, (axis,)) for axis in range(self.surface.dimensions))

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op: the vector form."""
        return super().op_formula(op)[0], VECTORS.get(op.quantity, ""), f"(1×{op.size})"


# its numbers


class Coordinate(Parameter):
    """x, y: where the point stands, as the iteration reads it."""

    def symbol(self, tape: SurfaceTape, ref: Ref) -> str:
        """x or y."""
        return COORDINATES[ref.index[0]]


class Height(Quantity):
    """f: how high the surface is where the point stands, its loss."""

    whose = Whose.BATCH
    of_forward_pass = of_old_parameters = True

    def value(self, tape: SurfaceTape, ref: Ref, sample: Any) -> float:
        """Before the update."""
        return tape.height

    def symbol(self, tape: SurfaceTape, ref: Ref) -> str:
        """f."""
        return "f"

    def formula(self, tape: SurfaceTape, ref: Ref, sample: int) -> Formula:
        """The polynomial."""
        return tape.surface.formula(tape.point_of(POINT))


class PresentHeight(Height):
    """The height of the point as it is at the moment."""

    of_forward_pass = of_old_parameters = False

    def value(self, tape: SurfaceTape, ref: Ref, sample: Any) -> float:
        """After the update, once that has landed; a place that is out of reach has a height of inf or nan."""
        if not tape.landed:
            return tape.height
        with np.errstate(all="ignore"):
            return float(tape.surface.value(*tape.after[0]))

    def formula(self, tape: SurfaceTape, ref: Ref, sample: int) -> Formula:
        """The polynomial, of the coordinates of the moment."""
        return tape.surface.formula(tape.point_of(POINT.now))

    def shown_with(self, tape: SurfaceTape, ref: Ref) -> Shown | None:
        """Once a height is known at all."""
        return Shown(HEIGHT, None, 1)

    def about(self, ref: Ref) -> Ref:
        """The height."""
        return Ref(HEIGHT)


class Slope(Quantity):
    """∂f/∂x: how steep it is there along a coordinate, whose gradient it is."""

    whose = Whose.BATCH

    def value(self, tape: SurfaceTape, ref: Ref, sample: Any) -> float:
        """Of the polynomial's derivative."""
        return float(tape.gradient[ref.index[0]])

    def symbol(self, tape: SurfaceTape, ref: Ref) -> str:
        """∂f/∂x."""
        return f"∂f/∂{COORDINATES[ref.index[0]]}"

    def formula(self, tape: SurfaceTape, ref: Ref, sample: int) -> Formula:
        """The derivative, written out."""
        return tape.surface.slope(ref.index[0]).formula(tape.point_of(POINT))

    def about(self, ref: Ref) -> Ref:
        """The coordinate."""
        return Ref(POINT, 0, ref.index)

    def names(self, tape: SurfaceTape, ref: Ref) -> dict[str, str]:
        """The function and the coordinate."""
        return {"top": "f", "bottom": COORDINATES[ref.index[0]]}


HEIGHT = Height("f", words=("surface_f",))
PRESENT_HEIGHT = PresentHeight("now_f", words=HEIGHT.words)
SLOPE = Slope("slope", words=("surface_slope",))
POINT = Coordinate("p", words=("surface_p",))
POINT.gradient = SLOPE
VECTORS = {SLOPE: "∇f", POINT.new: f"p{PLUS}"}
"""How all coordinates are written as one."""
