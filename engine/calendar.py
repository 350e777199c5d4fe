"""Which epoch and batch an iteration belongs to. A run that is edited may go on with batches of another size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

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
    """How far a run has come in epochs: by a calendar for each of its stretches, in order."""

    calendars: Sequence[Calendar]

    def done(self, updates: Array) -> Array:
        """How many epochs are done, parts of one included, after so many updates."""
        starts, epochs, batches = np.array([(each.start, each.epoch, each.batches) for each in self.calendars]).T
        # One that a run goes on with in the middle of an epoch begins where that epoch did: the last that has begun.
        which = np.maximum(np.searchsorted(starts, updates, side="right") - 1, 0)
        return np.asarray(epochs[which] + (updates - starts[which] + 1) / batches[which], dtype=np.float64)
