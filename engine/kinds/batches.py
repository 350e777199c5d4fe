"""Which rows of the data an iteration sees: a function of (seed, epoch), not of the way there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.calendar import Calendar
from dlsim.engine.random import Random

Indices = NDArray[np.intp]


class Batches:
    """The data cut into batches, in the order of the data or, with a `seed`, in another one every epoch."""

    def __init__(self, rows: int, size: int, seed: int | None) -> None:
        self.size = min(size, rows)
        self.calendar = Calendar(-(-rows // self.size))
        self._rows = rows
        self._seed = seed
        self._order: tuple[int, Indices] = (-1, np.arange(0))  # of an epoch; a run of many stretches has many of these

    def of(self, iteration: int) -> tuple[Sequence[int], slice | Indices]:
        """(rows of its batch, the same to index arrays with); the last batch of an epoch may be shorter."""
        epoch, number = self.calendar.of(iteration)
        start = number * self.size
        stop = min(start + self.size, self._rows)
        if self._seed is None:
            return range(start, stop), slice(start, stop)  # a slice is not copied
        rows = self._order_of(epoch, self._seed)[start:stop]
        return rows, rows  # type: ignore[return-value]  # an array reads like a sequence

    def _order_of(self, epoch: int, seed: int) -> Indices:
        if self._order[0] != epoch:
            self._order = epoch, Random(seed, epoch).permutation(self._rows)
        return self._order[1]
