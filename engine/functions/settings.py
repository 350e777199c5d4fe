"""What the entries of the tables share: settings by name, notation with {names} in it, rules that a panel states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from dlsim.engine.quantity import Formula, Ref

Settings = Mapping[str, float]
"""Numbers by a setting's name; flags are 0.0 or 1.0."""
Range = Literal["positive", "non-negative", "unit", "any", "flag"]

RANGES: Mapping[Range, str] = {
    "positive": "a number > 0",
    "non-negative": "a number ≥ 0",
    "unit": "a number in [0, 1)",
    "any": "a finite number",
    "flag": "true or false (or 1 or 0)",
}


class Setting(Struct, frozen=True):
    """One number that a scenario may set, say `learning_rate`; `symbol` is how formulas write it. A flag may have
    `signs` instead: what formulas write where it is off, and where it is on.
    """

    name: str
    symbol: str
    default: float
    range: Range = "any"
    signs: tuple[str, str] | None = None

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


class Convention(Struct, frozen=True):
    """One rule of the conventions panel: its key in the words catalogue, and what stands in it."""

    key: str
    values: Mapping[str, str | float] = field(default_factory=dict)


def fill(notation: str, operands: Mapping[str, Ref | str]) -> Formula:
    """`notation` cut at its {names}, each replaced by its operand: a reference, or text.

    >>> fill("max({alpha}·{z}, {z})", {"z": Ref(Z), "alpha": "0.1"})
    ('max(0.1·', Ref(quantity=z, ...), ', ', Ref(quantity=z, ...), ')')

    KeyError for a name that has no operand.
    """
    tokens: list[str | Ref] = []
    rest = notation
    while rest:
        text, brace, rest = rest.partition("{")
        found: list[str | Ref] = [text] if text else []
        if brace:
            name, _, rest = rest.partition("}")
            found.append(operands[name])
        for token in found:
            if tokens and isinstance(token, str) and isinstance(tokens[-1], str):
                tokens[-1] += token
            else:
                tokens.append(token)
    return tuple(tokens)
