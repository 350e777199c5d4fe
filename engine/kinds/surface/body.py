"""What a surface scenario consists of, validated."""

from __future__ import annotations

from dataclasses import dataclass

from dlsim.engine.kinds.surface.polynomial import Polynomial
from dlsim.engine.scenario import OptimizerSpec


@dataclass(frozen=True, slots=True)
class SurfaceBody:
    """`[surface]` and `[training]`; `name` is the surface's, "own" for one written out in the file."""

    name: str
    surface: Polynomial
    optimizer: OptimizerSpec
    epochs: int
