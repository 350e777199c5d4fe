"""What a surface scenario consists of, validated."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.kinds.surface.polynomial import Polynomial
from dlsim.engine.scenario.spec import OptimizerSpec


class SurfaceBody(Struct, frozen=True):
    """`[surface]` and `[training]`; `name` is the surface's, "own" for one written out in the file."""

    name: str
    surface: Polynomial
    optimizer: OptimizerSpec
    epochs: int
