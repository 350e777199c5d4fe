"""Numbers as text. Every text is made from the full number, never from one that was rounded before."""

from __future__ import annotations

import math

DIGITS = 8
"""Decimals, unless others are asked for."""
SMALL, LARGE = 1e-4, 1e7


def fixed(value: float, digits: int = DIGITS) -> str:
    """`value` with `digits` decimals; in scientific notation if it is very large or small, or would read as 0."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if not is_extreme(value):
        text = f"{value + 0.0:.{digits}f}"  # adding takes the sign from -0.0
        if not value or float(text):
            return text
    return f"{value:.{digits - 1 if digits else 0}e}"


def is_extreme(value: float) -> bool:
    """Whether a number is written in scientific notation, however many decimals it may have."""
    return value != 0 and not SMALL <= abs(value) < LARGE


def plain(value: float, digits: int = DIGITS) -> str:
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
