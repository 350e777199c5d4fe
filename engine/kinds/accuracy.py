"""How many answers are right, and what the wrong ones were taken for."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]
Classes = NDArray[np.int64]


def accuracy(outputs: Array, targets: Array) -> float:
    """Share of answers that are right, one along the last axis."""
    return float((classes_of(outputs) == classes_of(targets)).mean())


class Confusion(Struct, frozen=True):
    """(classes, classes): how many samples of each class (rows) were taken for each (columns)."""

    counts: Classes

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


def confusion(outputs: Array, targets: Array) -> Confusion:
    """Of answers and targets (rows, outputs)."""
    said, meant = classes_of(outputs), classes_of(targets)
    classes = max(targets.shape[1], 2)
    counts = np.bincount(meant * classes + said, minlength=classes * classes)
    return Confusion(counts.astype(np.int64, copy=False).reshape(classes, classes))


def classes_of(answers: Array) -> Classes:
    """What answers along the last axis decide for: 0 or 1 by 0.5 for one output, the largest of several."""
    if answers.shape[-1] == 1:
        return (answers[..., 0] > 0.5).astype(np.int64)
    largest: Classes = answers.argmax(axis=-1)
    return largest
