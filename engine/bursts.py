"""Many iterations in pieces of about equal time: between two pieces somebody else gets a turn."""

from __future__ import annotations

from time import perf_counter

SECONDS = 0.003
"""About how long one goes on before the clock is looked at again."""


class Bursts:
    """How many iterations fit into a piece: one at first, then by what the last ones took."""

    def __init__(self) -> None:
        self.size = 1
        self._begun = 0.0

    def begin(self) -> None:
        """A piece begins."""
        self._begun = perf_counter()

    def end(self) -> None:
        """It is done: so long for so many."""
        spent = perf_counter() - self._begun
        self.size = max(1, 2 * self.size if 2 * spent < SECONDS else int(self.size * SECONDS / spent))
