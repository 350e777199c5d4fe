"""Which epoch and batch an iteration belongs to. A run that is edited may go on with batches of another size."""

from __future__ import annotations

from msgspec import Struct


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
