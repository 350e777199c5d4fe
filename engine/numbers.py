"""Numbers as text. Every text is made from the full number, never from one that was rounded before.

Exponents are written in one way, as one would type them: 1.5e-6, 1.5e8. What machines read (JSON, CSV, scenario files)
has Python's own form.
"""

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
    return scientific(value, digits - 1 if digits else 0)


def scientific(value: float, digits: int) -> str:
    """`value` with an exponent and `digits` decimals before it."""
    return _brief(f"{value:.{digits}e}")


def general(value: float, digits: int = 6) -> str:
    """`value` in at most so many significant digits, without zeros at the end."""
    return _brief(f"{value + 0.0:.{digits}g}")  # adding takes the sign from -0.0


def in_full(value: float) -> str:
    """`value` in the fewest digits that read as the same number again."""
    return _brief(repr(float(value)))


def power_of_ten(exponent: int) -> str:
    """10 to a whole power, as axes have it."""
    return f"1e{exponent}"


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


def _brief(text: str) -> str:
    """Python's text of a number, its exponent without a plus and without zeros before it."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text
