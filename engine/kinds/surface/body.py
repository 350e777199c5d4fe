"""What a surface scenario consists of, validated."""

from __future__ import annotations

from dlsim.engine.kinds.surface.polynomial import COORDINATES, Polynomial
from dlsim.engine.scenario.spec import Body, OptimizerSpec


class SurfaceBody(Body, frozen=True):
    """`[surface]` and `[training]`; `name` is the surface's, "own" for one written out in the file."""

    name: str
    surface: Polynomial
    optimizer: OptimizerSpec
    epochs: int

    @property
    def coordinates(self) -> tuple[str, ...]:
        """x, or x and y."""
        return COORDINATES[: self.surface.dimensions]
