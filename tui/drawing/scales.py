"""The stretch of numbers that a plot or a picture draws, and the numbers that stand at its axes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.numbers import general, power_of_ten, scientific

Array = NDArray[np.float64]
Span = tuple[float, float]

ROWS_OF_A_TICK = 3
FEWEST_TICKS = 3
FULL_SCALE = 0.4
"""A curve whose least number is below this share of its greatest is drawn down to zero."""
ROUND = (1.0, 2.0, 5.0, 10.0)
PLAIN_FROM, PLAIN_TO = 1e-4, 1e6
TINY, HUGE = 1e-300, 1e300
"""Beyond these no round numbers are looked for."""


class Scale(Struct, frozen=True):
    """The stretch of numbers that is drawn."""

    low: float
    high: float

    def place(self, values: Array) -> Array:
        """Where `values` lie between 0 and 1; divided first, so that no difference overflows."""
        size = max(abs(self.low), abs(self.high))
        return np.asarray((values / size - self.low / size) / (self.high / size - self.low / size))


def across(low: float, high: float) -> Scale:
    """The scale of x from one end to the other."""
    return Scale(low if high > low else low - 1, high)


def up(low: float, high: float, most: int, *, log: bool) -> Scale:
    """The scale of y for numbers from `low` to `high`, with so many steps between its labels: its ends are round."""
    if not log and 0 <= low < FULL_SCALE * high:
        low = 0.0
    size = max(abs(low), abs(high))
    if high / 2 - low / 2 <= 1e-12 * size:  # one and the same number: it lies in the middle
        margin = 0.5 if log else size / 10 or 1.0
        return Scale(low - margin, high + margin)
    if log:
        return Scale(math.floor(low), math.ceil(high)) if high - low >= 1 else Scale(low, high)
    step = _round_step(high / most - low / most)
    if not TINY < step < HUGE:
        return Scale(low, high)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)


def most_ticks(rows: int) -> int:
    """How many steps between the labels of y so many rows have room for: in a few rows a label may stand on each."""
    return max(rows // ROWS_OF_A_TICK, min(FEWEST_TICKS, rows - 1), 1)


def x_ticks(scale: Scale, most: int) -> list[float]:
    """The ends, and round whole numbers between them."""
    low, high = scale.low, scale.high
    step = max(_round_step((high - low) / most), 1.0)
    between = np.arange(math.ceil(low / step) * step, high, step)
    near = 0.6 * step
    return [low, *(float(tick) for tick in between if low + near < tick < high - near), high]


def y_ticks(scale: Scale, most: int, *, log: bool = False) -> list[float]:
    """Round numbers on the scale, powers of ten (as exponents) on a logarithmic one; else its ends."""
    low, high = scale.low, scale.high
    step = _round_step(high / most - low / most)
    if log:
        step = float(max(math.ceil((high - low) / most), 1))
    if not TINY < step < HUGE:
        return [low, high]
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = [tick * step for tick in range(first, last + 1)]
    return ticks if len(ticks) > 1 else [low, high]


def labels(ticks: Sequence[float], *, log: bool = False) -> list[str]:
    """The ticks as text, all in one form."""
    if log:
        is_whole = all(tick == round(tick) for tick in ticks)
        return [power_of_ten(round(tick)) if is_whole else general(_power(tick), 3) for tick in ticks]
    size = max(abs(tick) for tick in ticks)
    gap = min((abs(b - a) for a, b in itertools.pairwise(ticks)), default=size)
    if not gap or not math.isfinite(gap):
        return [general(tick, 3) for tick in ticks]
    if PLAIN_FROM <= size < PLAIN_TO:
        decimals = min(max(math.ceil(-math.log10(gap) - 1e-9), 0), 10)
        return [f"{tick + 0.0:.{decimals}f}" for tick in ticks]
    decimals = next((n for n in range(7) if all(abs(float(scientific(t, n)) - t) < gap / 100 for t in ticks)), 7)
    return ["0" if tick == 0 else scientific(tick, decimals) for tick in ticks]


def _power(exponent: float) -> float:
    return float(10.0**exponent) if exponent < 308 else math.inf


def _round_step(width: float) -> float:
    """The least of 1, 2, 5, 10 … times a power of ten that is no less than `width`."""
    if not TINY < width < HUGE:
        return width
    power = 10.0 ** math.floor(math.log10(width))
    return next((step * power for step in ROUND if step * power >= width * (1 - 1e-9)), 10 * power)


# the spans of pictures


def ticks(span: Span, most: int, *, whole: bool = False) -> tuple[list[float], int]:
    """(round numbers within `span`, at most `most` of them, `whole` ones on request; the decimals that they need)."""
    low, high = span
    if most < 1 or not high > low:
        return [], 0
    rough = max((high - low) / most, 1.0 if whole else 0.0)
    power = 10.0 ** math.floor(math.log10(rough))
    for step in ROUND:
        size = step * power
        first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
        if last - first + 1 <= most:
            decimals = max(0, -math.floor(math.log10(size) + 1e-9))
            return [round(number * size, decimals + 1) + 0.0 for number in range(first, last + 1)], decimals
    return [], 0


def label(value: float, decimals: int) -> str:
    """A number at an axis."""
    if value and (abs(value) >= 1e5 or abs(value) < 1e-4):
        return scientific(value, 0)
    return f"{value:.{decimals}f}"


def widened(low: float, high: float, share: float) -> Span:
    """A span with a margin; around a single number, one of its own."""
    if not high > low:
        return low - 1.0, high + 1.0
    margin = (high - low) * share
    return low - margin, high + margin


LARGEST = 8e307
"""Half the distance of two ends that is a number still."""
NARROWEST = 1e-12
"""A span that is a smaller share of its ends than this is none."""


def opened(span: Span) -> Span:
    """The span, or where its ends are one number, or too far apart to be told how far, one around its middle."""
    low, high = (min(max(end, -LARGEST), LARGEST) for end in span)
    if high - low > NARROWEST * max(abs(low), abs(high)):
        return low, high
    middle = low / 2 + high / 2
    room = max(abs(middle) / 10, 1.0)
    return middle - room, middle + room


def fitting_span(numbers: Sequence[float] | Array, share: float = 0.05) -> Span:
    """A span that holds all finite numbers."""
    array = np.asarray(numbers, dtype=np.float64)
    array = array[np.isfinite(array)]
    return widened(float(array.min()), float(array.max()), share) if array.size else (0.0, 1.0)
