"""What an activation, a loss or an optimizer can be set to: a name, a symbol, a default, a range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Range = Literal["positive", "non-negative", "unit", "any", "flag"]

RANGES: Mapping[Range, str] = {
    "positive": "a number > 0",
    "non-negative": "a number ≥ 0",
    "unit": "a number in [0, 1)",
    "any": "a finite number",
    "flag": "true or false (or 1 or 0)",
}


class Setting(Struct, frozen=True):
    """One number that a scenario may set, say `learning_rate`; `symbol` is how formulas write it."""

    name: str
    symbol: str
    default: float
    range: Range = "any"

    def admits(self, value: float) -> bool:
        """Whether `value` lies in the setting's range (finite numbers only; flags are 0 or 1)."""
        match self.range:
            case "positive":
                return 0.0 < value < float("inf")
            case "non-negative":
                return 0.0 <= value < float("inf")
            case "unit":
                return 0.0 <= value < 1.0
            case "flag":
                return value in (0.0, 1.0)
            case "any":
                return abs(value) < float("inf")

    @property
    def allowed(self) -> str:
        """The range in words, for messages."""
        return RANGES[self.range]
