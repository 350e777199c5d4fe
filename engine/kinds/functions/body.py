"""What a functions scenario consists of, validated."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.numbers import general
from dlsim.engine.scenario.spec import Array


class FunctionSpec(Struct, frozen=True):
    """An activation or, with a `target`, a loss as a function of its prediction."""

    name: str
    settings: Mapping[str, float] = field(default_factory=dict)
    target: float | None = None
    shows_settings: bool = False

    @property
    def label(self) -> str:
        """Its name, with what sets it apart from another of the same name."""
        if self.target is not None:
            return f"{self.name}[t={general(self.target)}]"
        if self.shows_settings:
            return f"{self.name}[{', '.join(f'{key}={general(value)}' for key, value in self.settings.items())}]"
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether all x of the sweep share one whole, as in softmax: there is no value in between."""
        return self.target is None and ACTIVATIONS[self.name].couples_units


class FunctionsBody(Struct, frozen=True):
    """`[functions]`: what is shown, over which x, and a vector for softmax (empty for none)."""

    functions: tuple[FunctionSpec, ...]
    sweep: Array  # (points,)
    vector: Array  # (units,)
