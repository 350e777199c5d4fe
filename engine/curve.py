"""The losses of a run, or another growing series of numbers: its picture costs the same at ten points and at a million.

Beside the numbers it keeps, for blocks of 16, 32, 64 … of them, the least and the greatest, an eighth of the numbers'
own room: any stretch is drawn from about as many blocks as there are columns.

The numbers are in memory while they are few, then in a file without a name: an hour of a fast run leaves a hundred
million losses, and in the file they cost memory only where they are looked at.
"""

from __future__ import annotations

import os
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FINEST_BITS = 4
"""Blocks of fewer numbers than 2 to this power are not kept: where they are wanted there are few numbers."""
MOST_BLOCKS = 1 << 12
"""With more blocks than these the finest are no longer kept."""
FIRST = 1024
"""Numbers for which there is room at first."""
CHUNK = 1 << 15
"""Numbers that may lie in memory, 256 KiB; beyond it the file grows by so many."""


class _Pyramid:
    """Least and greatest of blocks of 16, 32, 64 … numbers, by power of 2; shared by a curve and its heads."""

    def __init__(self) -> None:
        self.finest = FINEST_BITS
        self._blocks: dict[int, tuple[Array, Array]] = {}
        self._built: dict[int, int] = {}  # how many blocks of each power stand

    def of(self, bits: int, values: Array, size: int) -> tuple[Array, Array]:
        """(least, greatest) of blocks of 2 to the power of `bits`, as many as the first `size` of `values` fill."""
        for power in range(self.finest, bits + 1):
            self._build(power, values, size)
        while size >> self.finest > MOST_BLOCKS and self.finest < bits:
            self._blocks.pop(self.finest)
            self._built.pop(self.finest)
            self.finest += 1
        return self._blocks[bits]

    def _build(self, bits: int, values: Array, size: int) -> None:
        done, due = self._built.get(bits, 0), size >> bits
        lows, highs = self._blocks.setdefault(bits, (np.empty(0), np.empty(0)))
        if done >= due:
            return
        if due > len(lows):
            room = np.empty(max(2 * len(lows), due) - done)
            lows, highs = np.concatenate([lows[:done], room]), np.concatenate([highs[:done], room])
            self._blocks[bits] = lows, highs
        below, parts = (self._blocks[bits - 1], 2) if bits > self.finest else ((values, values), 1 << bits)
        lows[done:due], highs[done:due] = _extremes(*below, slice(parts * done, parts * due), parts)
        self._built[bits] = due


def _extremes(lows: Array, highs: Array, stretch: slice, parts: int) -> tuple[Array, Array]:
    """(least, greatest) of every `parts` numbers of a stretch; NaN only where all are."""
    return (
        np.fmin.reduce(lows[stretch].reshape(-1, parts), axis=1),
        np.fmax.reduce(highs[stretch].reshape(-1, parts), axis=1),
    )


class _Room:
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
                with TemporaryFile() as file:
                    self._file = os.dup(file.fileno())
            os.posix_fallocate(self._file, 0, room * 8)
            with os.fdopen(os.dup(self._file), "r+b") as whole:
                return np.asarray(np.memmap(whole, np.float64, "r+", shape=(room,)))
        except (OSError, AttributeError):
            return None

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)


class Curve:
    """Numbers in order of arrival, with a pyramid of (least, greatest) over them. NaN marks a gap."""

    def __init__(self, values: Array | None = None) -> None:
        self._room = _Room()
        self._size = 0
        self._pyramid = _Pyramid()
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> Array:
        """(size,): all numbers, read-only; valid although the curve goes on growing."""
        view = self._room.numbers[: self._size]
        view.flags.writeable = False
        return view

    def append(self, value: float) -> None:
        """Add one number."""
        if self._size == len(self._room.numbers):
            self._room.grow(self._size + 1)
        self._room.numbers[self._size] = value
        self._size += 1

    def extend(self, values: Array) -> None:
        """Add many, (n,)."""
        end = self._size + len(values)
        self._room.grow(end)
        self._room.numbers[self._size : end] = values
        self._size = end

    def head(self, size: int) -> Curve:
        """The same curve as it stood when it had `size` numbers; shares them, costs nothing."""
        same = Curve.__new__(Curve)
        same._room, same._pyramid, same._size = self._room, self._pyramid, min(size, self._size)
        return same

    def envelope(self, columns: int, start: int = 0, stop: int | None = None) -> tuple[Array, Array, Array]:
        """(position, least, greatest), each (blocks,), of at most about 2·`columns` blocks that cover `start` … `stop`.

        Positions are the middles of the blocks, counted from 0. Blocks without a finite number are left out.
        """
        stop = self._size if stop is None else min(stop, self._size)
        level = max((max(stop - start, 0) // max(columns, 1)).bit_length() - 1, 0)
        values = self._room.numbers
        least: Array
        greatest: Array
        position: Array
        if level == 0:
            least = greatest = values[start:stop]
            position = np.arange(start, stop, dtype=np.float64)
        else:
            width = 1 << level
            first, last = start // width, stop // width
            if level < self._pyramid.finest:
                least, greatest = _extremes(values, values, slice(first * width, last * width), width)
            else:
                lows, highs = self._pyramid.of(level, values, self._size)
                least, greatest = lows[first:last], highs[first:last]
            position = (np.arange(first, last, dtype=np.float64) + 0.5) * width - 0.5
            rest = values[last * width : stop]
            if rest.size and not np.isnan(rest).all():
                least = np.append(least, np.nanmin(rest))
                greatest = np.append(greatest, np.nanmax(rest))
                position = np.append(position, last * width + (len(rest) - 1) / 2)
        shown = np.isfinite(least) & np.isfinite(greatest)
        return position[shown], least[shown], greatest[shown]
