"""How numbers are spread about 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
VAST = 1e300
"""Beyond this, twice a number may be too large for a number."""


class Spread:
    """So many numbers, of any shape. What has left all bounds is counted in `size` and nowhere else."""

    def __init__(self, numbers: Array) -> None:
        self.numbers = numbers
        self.size = numbers.size
        self._finite = numbers[np.isfinite(numbers)]  # (finite numbers,)

    @property
    def largest(self) -> float:
        """The greatest distance from 0; 0 without numbers."""
        return float(np.abs(self._finite).max(initial=0.0))

    @property
    def mean(self) -> float:
        """Their mean; 0 without numbers."""
        return float(self._finite.mean()) if self._finite.size else 0.0

    @property
    def deviation(self) -> float | None:
        """The standard deviation, None without numbers."""
        return float(self._finite.std()) if self._finite.size else None

    def counts(self, bins: int, limit: float) -> Counts:
        """(bins,): how many numbers lie in each of so many equal parts of −limit…limit."""
        numbers, limit = (self._finite / limit, 1.0) if limit > VAST else (self._finite, limit)
        counts, _ = np.histogram(numbers, bins=bins, range=(-limit, limit))
        return counts.astype(np.int64, copy=False)

    def within(self, bins: int, limit: float, column: int) -> NDArray[np.bool_]:
        """Which of the numbers, in their own shape, are counted in one of these parts."""
        numbers, limit = (self.numbers / limit, 1.0) if limit > VAST else (self.numbers, limit)
        ends = edges(bins, limit)
        is_below = numbers <= ends[-1] if column == bins - 1 else numbers < ends[column + 1]
        return np.asarray((numbers >= ends[column]) & is_below)


def edges(bins: int, limit: float) -> Array:
    """(bins + 1,): where each of so many equal parts of −limit…limit begins, and the last one ends."""
    return np.linspace(-1.0, 1.0, bins + 1) * limit if limit > VAST else np.linspace(-limit, limit, bins + 1)
