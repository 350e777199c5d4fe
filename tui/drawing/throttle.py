"""How often what goes on changing is drawn."""

from __future__ import annotations


class Throttle:
    """Lets a few things happen at once and then only so many a second: a bucket that refills."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left = float(burst)
        self._seen = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next is allowed, 0 if it is and counts as having happened."""
        self._left = min(self._left + (now - self._seen) * self._per_second, self._burst)
        self._seen = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._per_second
