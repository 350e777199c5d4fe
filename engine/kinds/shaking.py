"""What rounding does, by trying: the same numbers with their last bits changed at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import Value
from dlsim.engine.random import Random
from dlsim.engine.scenario.tables import Settings

Array = NDArray[Any]

LAST_BITS = 2.0**-49
"""By this part of itself a number is shaken, up or down: some more than one rounding, as a sum has many."""

SHAKES, LARGER = 3, 8.0
"""So often it is tried, and so many times what was found then may rounding do."""


def how_far(gradients: Array, shaken: Callable[[Shake], Array]) -> Array:
    """How far rounding may have moved each of these, tried with what `shaken` makes of all that goes into them."""
    with np.errstate(all="ignore"):
        moved = [np.abs(shaken(Shake(number)) - gradients) for number in range(SHAKES)]
        return np.asarray(LARGER * np.maximum.reduce(moved))


class Shake:
    """One way of changing last bits, the same every time for a `number`."""

    def __init__(self, number: int) -> None:
        self._random = Random(0, number)

    def __call__(self, numbers: Array) -> Array:
        """A copy of them, each a little larger or a little smaller."""
        up = (self._random.words(numbers.size) >> np.uint64(63)).astype(np.float64).reshape(numbers.shape)
        return numbers * (1.0 + LAST_BITS * (2.0 * up - 1.0))

    def after(self, function: Value) -> Value:
        """The activation `function`, its values shaken."""

        def shaken(z: Array, out: Array, settings: Settings) -> None:
            function(z, out, settings)
            out[:] = self(out)

        return shaken
