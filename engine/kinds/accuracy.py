"""How many answers are right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def accuracy(outputs: Array, targets: Array) -> float:
    """Share of answers that are right, one along the last axis: at 0.5 for one output, by the largest for several."""
    if outputs.shape[-1] == 1:
        return float(((outputs > 0.5) == (targets > 0.5)).mean())
    return float((outputs.argmax(axis=-1) == targets.argmax(axis=-1)).mean())
