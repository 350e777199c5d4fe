"""Room for numbers that go on and on: in memory while they are few, then in a file without a name.

An hour of a fast run leaves a hundred million losses. In the file they cost memory only where they are looked at.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FIRST = 1024
CHUNK = 1 << 15
"""Numbers that may lie in memory, 256 KiB; beyond it the file grows by so many."""


class Room:
    """`numbers` (capacity,) grow; arrays that were handed out before stay what they are."""

    def __init__(self) -> None:
        self.numbers: Array = np.empty(FIRST)
        self.is_in_file = False
        self._file: int | None = None

    def grow(self, size: int) -> None:
        """Make room for `size` numbers."""
        before = self.numbers
        if size <= len(before):
            return
        wanted = max(2 * len(before), size)
        after = self._mapped(size) if wanted > CHUNK else None
        was_in_file, self.is_in_file = self.is_in_file, after is not None
        if after is None:
            after = np.empty(wanted)
        if not (was_in_file and self.is_in_file):
            after[: len(before)] = before
        self.numbers = after

    def _mapped(self, size: int) -> Array | None:
        """The file, long enough; None where there can be none (a full disk, a system that cannot reserve)."""
        room = -(-size // CHUNK) * CHUNK
        try:
            if self._file is None:
                self._file = _nameless_file()
            os.posix_fallocate(self._file, 0, room * 8)
            with os.fdopen(os.dup(self._file), "r+b") as file:
                return np.asarray(np.memmap(file, np.float64, "r+", shape=(room,)))
        except (OSError, AttributeError):
            return None

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)


def _nameless_file() -> int:
    import tempfile  # noqa: PLC0415 -- few runs are so long

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
