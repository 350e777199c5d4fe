"""Samples on their way into a scenario: inputs, with targets or with classes."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Samples(Struct, frozen=True):
    """Inputs (samples × features), and either targets (samples × outputs) or a class for each sample."""

    inputs: Array
    targets: Array | None = None
    labels: NDArray[np.intp] | None = None  # (samples,), places in `classes`
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    def targets_for(self, outputs: int) -> Array | None:
        """(samples, outputs): classes are one-hot; two, for a single output, are a column of 0 and 1."""
        if self.labels is None:
            return self.targets
        if len(self.classes) == 2 and outputs == 1:
            return self.labels.astype(np.float64).reshape(-1, 1)
        one_hot: Array = np.equal(self.labels[:, None], np.arange(len(self.classes))).astype(np.float64)
        return one_hot
