"""Numbers as text. Every text is made from the full number, never from one that was rounded before."""

from __future__ import annotations

import math

SMALL, LARGE = 1e-4, 1e7


def fixed(value: float, digits: int = 8) -> str:
    """`value` with `digits` decimals; very small and very large numbers in scientific notation."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    size = abs(value)
    if value == 0:
        return f"{0.0:.{digits}f}"
    if size < SMALL or size >= LARGE:
        return f"{value:.{digits - 1 if digits else 0}e}"
    return f"{value:.{digits}f}"


def plain(value: float, digits: int = 8) -> str:
    """`value` as one would write it by hand: whole if it needs no more than `digits` decimals, else `fixed`."""
    if not math.isfinite(value):
        return fixed(value)
    if abs(value) < LARGE:
        shortest = repr(float(value))
        if "e" not in shortest and len(shortest.partition(".")[2]) <= digits:
            return shortest.removesuffix(".0") if shortest != "-0.0" else "0"
    return fixed(value, digits)


def as_operand(value: float, digits: int, *, leading: bool) -> str:
    """`value` inside a formula: a negative number gets parentheses unless it leads."""
    text = plain(value, digits)
    return f"({text})" if text.startswith("-") and not leading else text
