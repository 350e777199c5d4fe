"""Named numbers that stand in one row of a picture, all with as many decimals. No Textual here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.numbers import is_extreme, plain
from dlsim.engine.reference import Ref
from dlsim.tui.drawing.diagram.numbers import number

DIGITS = 6
SIGN_AND_WHOLE = 3
"""Cells for a sign, a digit and the point."""
MOST_CELLS = SIGN_AND_WHOLE + DIGITS
FEWEST_DIGITS = 2
"""So few digits no number takes from the others, however large it is: it goes without."""


class Entry(Struct, frozen=True):
    """A number to be written after its name, in so many cells."""

    x: int
    y: int
    name: str
    cells: int
    ref: Ref
    role: str
    value: float | None


def decimals_of(entries: Sequence[Entry], most: int) -> int:
    """How many decimals all of these have room for, whatever their signs."""
    decimals = max(min(most, *(entry.cells - SIGN_AND_WHOLE for entry in entries)), 0)
    for entry in entries:
        if entry.value is not None and math.isfinite(entry.value) and not is_extreme(entry.value):
            while decimals > FEWEST_DIGITS and len(f"{entry.value: .{decimals}f}") > entry.cells:
                decimals -= 1
    return decimals


def text_of(entry: Entry, decimals: int) -> str:
    """What is given as it was written, what is computed with so many decimals; a blank where others have a minus."""
    value, cells = entry.value, entry.cells
    text = number(value, cells, decimals)
    if value is not None and entry.ref.quantity.datum is not None and len(plain(value)) <= cells:
        text = plain(value)
    return text if text.startswith("-") or len(text) == cells else f" {text}"
