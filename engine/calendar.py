"""Which epoch and batch an iteration belongs to, and which rows of the data it sees: by (seed, epoch), whatever the way
there. A run that is edited may go on with batches of another size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.random import Random

Array = NDArray[np.float64]


class Calendar(Struct):
    """`batches` iterations make an epoch; epoch `epoch` (from 0) begins at iteration `start` (from 1)."""

    batches: int
    start: int = 1
    epoch: int = 0

    def of(self, iteration: int) -> tuple[int, int]:
        """(epoch, batch), both from 0."""
        epochs, batch = divmod(iteration - self.start, self.batches)
        return self.epoch + epochs, batch

    def first(self, epoch: int) -> int:
        """The first iteration of an epoch."""
        return self.start + (epoch - self.epoch) * self.batches

    def go_on(self, iteration: int, before: Calendar) -> None:
        """Count on from a run that was `before` until `iteration`: in step with it where its epochs were as long,
        else with a new epoch.
        """
        if self.batches == before.batches:
            self.start, self.epoch = before.start, before.epoch
            return
        epoch, batch = before.of(iteration)
        self.start, self.epoch = iteration, epoch + (batch > 0)


class Epochs(Struct, frozen=True):
    """How far a run has come in epochs: by a calendar for each of its segments, in order."""

    calendars: Sequence[Calendar]

    def done(self, updates: Array) -> Array:
        """How many epochs are done, parts of one included, after so many updates."""
        starts, epochs, batches = np.array([(each.start, each.epoch, each.batches) for each in self.calendars]).T
        # One that a run goes on with in the middle of an epoch begins where that epoch did: the last that has begun.
        which = np.maximum(np.searchsorted(starts, updates, side="right") - 1, 0)
        return np.asarray(epochs[which] + (updates - starts[which] + 1) / batches[which], dtype=np.float64)


Indices = NDArray[np.intp]


class Batches:
    """The data cut into batches, in the order of the data or, with a `seed`, in another one every epoch."""

    def __init__(self, rows: int, size: int, seed: int | None) -> None:
        self.size = min(size, rows)
        self.calendar = Calendar(-(-rows // self.size))
        self._rows = rows
        self._seed = seed
        self._order: tuple[int, Indices] = (-1, np.arange(0))  # of an epoch; a run of many segments has many of these

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
