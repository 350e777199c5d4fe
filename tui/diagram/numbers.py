"""Numbers in a given number of cells: as many digits as fit, each text made from the full number."""

from __future__ import annotations

import math

from dlsim.engine.numerals import fixed

TOO_WIDE = "#"
HIDDEN = "…"


def number(value: float | None, cells: int, digits: int) -> str:
    """`value` with at most `digits` decimals in at most `cells`; "#" where that says too little of it."""
    if value is None:
        return HIDDEN
    if not math.isfinite(value):
        text = fixed(value)
        return text if len(text) <= cells else TOO_WIDE
    short = f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    fewest = 0 if abs(value) >= 10 or value == 0 else 1
    for wanted in range(digits, fewest - 1, -1):
        text = fixed(value, wanted)
        if len(text) <= cells:
            is_lost = value != 0 and float(text) == 0
            return short if is_lost and len(short) <= cells else text
    return short if len(short) <= cells else TOO_WIDE
