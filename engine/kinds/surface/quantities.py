"""The numbers of a point on a surface, each defined once, and the tape that they are read from.

What an optimizer makes of the point (x⁺, Δx, v_x⁺, η) is defined in engine/kinds/updates.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.optimizers import Optimizer
from dlsim.engine.kinds.surface.polynomial import COORDINATES, Polynomial
from dlsim.engine.kinds.updates import PLUS, Parameter
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, Whose

Array = NDArray[np.float64]


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
