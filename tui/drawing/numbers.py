"""Numbers in a given number of cells: as many digits as fit, each text made from the full number; or all of a row with
as many decimals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.numbers import LARGE, SMALL, fixed, is_extreme, plain, scientific
from dlsim.engine.quantity import Ref

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
    is_large_or_small = value != 0 and not SMALL <= abs(value) < LARGE
    fewest = min(digits, 0 if abs(value) >= 10 or value == 0 else 1)
    for wanted in range(digits, fewest - 1, -1):
        text = scientific(value, max(wanted - 1, 0)) if is_large_or_small else f"{value + 0.0:.{wanted}f}"
        if len(text) <= cells:
            is_lost = value != 0 and float(text) == 0
            short = scientific(value, 0) if is_lost else text
            return short if len(short) <= cells else text
    text = scientific(value, 0)
    return text if len(text) <= cells else TOO_WIDE


def number_alone(value: float | None, digits: int) -> str:
    """`value` where it has room for all its digits."""
    return number(value, max(digits, LEAST_ROOM) + 4, digits)


DIGITS = 6
SIGN_AND_WHOLE = 3
"""Cells for a sign, a digit and the point."""
MOST_CELLS = SIGN_AND_WHOLE + DIGITS
FEWEST_DIGITS = 2
"""So few digits no number takes from the others, however large it is: it goes without."""


class NamedNumber(Struct, frozen=True):
    """A number to be written after its name, in so many cells."""

    x: int
    y: int
    name: str
    cells: int
    ref: Ref
    role: str
    value: float | None


def decimals_of(entries: Sequence[NamedNumber], most: int) -> int:
    """How many decimals all of these have room for, whatever their signs."""
    decimals = max(min(most, *(entry.cells - SIGN_AND_WHOLE for entry in entries)), 0)
    for entry in entries:
        if entry.value is not None and math.isfinite(entry.value) and not is_extreme(entry.value):
            while decimals > FEWEST_DIGITS and len(f"{entry.value: .{decimals}f}") > entry.cells:
                decimals -= 1
    return decimals


def text_of(entry: NamedNumber, decimals: int) -> str:
    """What is given as it was written, what is computed with so many decimals; a blank where others have a minus."""
    value, cells = entry.value, entry.cells
    text = number(value, cells, decimals)
    if value is not None and entry.ref.quantity.datum is not None and len(plain(value)) <= cells:
        text = plain(value)
    return text if text.startswith("-") or len(text) == cells else f" {text}"
