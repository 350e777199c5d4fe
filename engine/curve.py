"""A growing series of numbers whose picture costs the same at ten points and at a million.

Beside the numbers it keeps, for blocks of 2, 4, 8 … of them, the least and the greatest: any stretch is drawn
from about as many blocks as there are columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class _Pyramid:
    """Least and greatest of blocks of 2, 4, 8 … numbers; shared by a curve and its heads."""

    def __init__(self) -> None:
        self.levels: list[tuple[Array, Array]] = []
        self.built: list[int] = []  # how many blocks of each level stand

    def copy(self, size: int) -> _Pyramid:
        """The blocks that lie within the first `size` numbers, in arrays of their own."""
        same = _Pyramid()
        same.levels = [(lows.copy(), highs.copy()) for lows, highs in self.levels]
        same.built = [min(built, size >> (level + 1)) for level, built in enumerate(self.built)]
        return same

    def build(self, top: int, values: Array, size: int) -> None:
        """Bring the levels up to `top` up to date with the first `size` of `values`."""
        for level in range(top):
            if level == len(self.levels):
                self.levels.append((np.empty(0), np.empty(0)))
                self.built.append(0)
            done, due = self.built[level], size >> (level + 1)
            if done >= due:
                continue
            lows, highs = self.levels[level]
            if due > len(lows):
                room = np.empty(max(2 * len(lows), due) - done)
                lows, highs = np.concatenate([lows[:done], room]), np.concatenate([highs[:done], room])
                self.levels[level] = lows, highs
            below_low, below_high = self.levels[level - 1] if level else (values, values)
            pairs, seconds = slice(2 * done, 2 * due, 2), slice(2 * done + 1, 2 * due, 2)
            np.fmin(below_low[pairs], below_low[seconds], out=lows[done:due])
            np.fmax(below_high[pairs], below_high[seconds], out=highs[done:due])
            self.built[level] = due


class Curve:
    """Numbers in order of arrival, with a pyramid of (least, greatest) over them. NaN marks a gap."""

    def __init__(self, values: Array | None = None) -> None:
        self._values: Array = np.empty(1024)
        self._size = 0
        self._pyramid = _Pyramid()
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> Array:
        """All numbers, read-only; valid although the curve goes on growing."""
        view = self._values[: self._size]
        view.flags.writeable = False
        return view

    def append(self, value: float) -> None:
        """Add one number."""
        if self._size == len(self._values):
            self._grow(self._size + 1)
        self._values[self._size] = value
        self._size += 1

    def extend(self, values: Array) -> None:
        """Add many."""
        end = self._size + len(values)
        if end > len(self._values):
            self._grow(end)
        self._values[self._size : end] = values
        self._size = end

    def truncate(self, size: int) -> None:
        """Forget all numbers from the one numbered `size` (from 0) on; heads keep what they showed."""
        if size < self._size:
            self._values = self._values.copy()
            self._pyramid = self._pyramid.copy(size)
            self._size = size

    def head(self, size: int) -> Curve:
        """The same curve as it stood when it had `size` numbers; shares them, costs nothing."""
        same = Curve.__new__(Curve)
        same._values, same._pyramid, same._size = self._values, self._pyramid, min(size, self._size)
        return same

    def envelope(self, columns: int, start: int = 0, stop: int | None = None) -> tuple[Array, Array, Array]:
        """(position, least, greatest) of at most about 2·`columns` blocks that cover `start` … `stop`.

        Positions are the middles of the blocks, counted from 0. Blocks without a finite number are left out.
        """
        stop = self._size if stop is None else min(stop, self._size)
        level = max((max(stop - start, 0) // max(columns, 1)).bit_length() - 1, 0)
        least: Array
        greatest: Array
        position: Array
        if level == 0:
            least = greatest = self._values[start:stop]
            position = np.arange(start, stop, dtype=np.float64)
        else:
            self._pyramid.build(level, self._values, self._size)
            width = 1 << level
            first, last = start // width, stop // width
            lows, highs = self._pyramid.levels[level - 1]
            least, greatest = lows[first:last], highs[first:last]
            position = (np.arange(first, last, dtype=np.float64) + 0.5) * width - 0.5
            rest = self._values[last * width : stop]
            if rest.size and not np.isnan(rest).all():
                least = np.append(least, np.nanmin(rest))
                greatest = np.append(greatest, np.nanmax(rest))
                position = np.append(position, last * width + (len(rest) - 1) / 2)
        shown = np.isfinite(least) & np.isfinite(greatest)
        return position[shown], least[shown], greatest[shown]

    def _grow(self, size: int) -> None:
        values = np.empty(max(2 * len(self._values), size))
        values[: self._size] = self._values[: self._size]
        self._values = values
