"""What a functions scenario consists of, validated."""

from __future__ import annotations

from dlsim.engine.scenario.spec import Array, Body, FunctionSpec


class FunctionsBody(Body, frozen=True):
    """`[functions]`: what is shown, over which x, and a vector for softmax (empty for none)."""

    functions: tuple[FunctionSpec, ...]
    sweep: Array  # (points,)
    vector: Array  # (units,)

    @property
    def wording(self) -> str:
        """An iteration is an x."""
        return "functions"
