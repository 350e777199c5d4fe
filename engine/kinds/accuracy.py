"""How many answers are right, and what the wrong ones were taken for."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.classes import Classes

Array = NDArray[np.float64]


def accuracy(classes: Classes | None, outputs: Array, targets: Array | None) -> float | None:
    """Share of answers that are right, one along the last axis; None where targets are no classes."""
    return None if classes is None or targets is None else float(classes.right(outputs, targets).mean())


class Confusion(Struct, frozen=True):
    """(classes, classes): how many samples of each class (rows) were taken for each (columns)."""

    counts: NDArray[np.int64]

    @property
    def right(self) -> int:
        """Samples that were taken for what they are."""
        return int(np.trace(self.counts))

    @property
    def samples(self) -> int:
        """All of them."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """The share that is right; 0 without samples."""
        return self.right / self.samples if self.samples else 0.0

    def recall(self, truth: int) -> float:
        """The share of a class that was taken for it; 0 without samples of it."""
        of_class = int(self.counts[truth].sum())
        return int(self.counts[truth, truth]) / of_class if of_class else 0.0


def confusion(classes: Classes, outputs: Array, targets: Array) -> Confusion:
    """Of answers and targets (rows, outputs), where classes exclude each other."""
    said, meant, count = classes.of(outputs), classes.of(targets), classes.count
    counts = np.bincount(meant * count + said, minlength=count * count)
    return Confusion(counts.astype(np.int64, copy=False).reshape(count, count))
