"""Numbers in a given number of cells: as many digits as fit, each text made from the full number."""

from __future__ import annotations

import math

from dlsim.engine.numbers import fixed, is_extreme, scientific

TOO_WIDE = "#"
HIDDEN = "…"
LEAST_ROOM = 2
"""Room is kept for so many digits at least: what would read as 0 is written 3e-1, with no digits at all."""


def number(value: float | None, cells: int, digits: int) -> str:
    """`value` with at most `digits` decimals in at most `cells`; "#" where that says too little of it."""
    if value is None:
        return HIDDEN
    if not math.isfinite(value):
        text = fixed(value)
        return text if len(text) <= cells else TOO_WIDE
    fewest = min(digits, 0 if abs(value) >= 10 or value == 0 else 1)
    for wanted in range(digits, fewest - 1, -1):
        text = scientific(value, max(wanted - 1, 0)) if is_extreme(value) else f"{value + 0.0:.{wanted}f}"
        if len(text) <= cells:
            is_lost = value != 0 and float(text) == 0
            short = scientific(value, 0) if is_lost else text
            return short if len(short) <= cells else text
    text = scientific(value, 0)
    return text if len(text) <= cells else TOO_WIDE


def number_alone(value: float | None, digits: int) -> str:
    """`value` where it has room for all its digits."""
    return number(value, max(digits, LEAST_ROOM) + 4, digits)
