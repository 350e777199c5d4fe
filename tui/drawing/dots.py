"""Lines and marks put together cell by cell: where they meet, the later one stands, as with curves drawn one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.tui.drawing import canvas

Array = NDArray[np.float64]

BITS = np.array(canvas.BITS)
"""What a dot adds to the braille character of its cell, by row, from the top, and column."""
ROWS, COLUMNS = BITS.shape
EMPTY = 0x2800


class Characters:
    """What stands in the cells of a canvas, counted from the lower left: a character, and the number of its curve."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.cells: dict[tuple[int, int], tuple[str, int]] = {}

    def add_line(self, x: Array, y: Array, number: int) -> None:
        """The line through points from 0 to 1, in dots."""
        across, up = _steps(_places(x, COLUMNS * self.columns), _places(y, ROWS * self.rows))
        inside = (across >= 0) & (across < COLUMNS * self.columns) & (up >= 0) & (up < ROWS * self.rows)
        across, up = across[inside], up[inside]
        dots = np.zeros((self.columns, self.rows), dtype=np.int64)
        np.bitwise_or.at(dots, (across // COLUMNS, up // ROWS), BITS[ROWS - 1 - up % ROWS, across % COLUMNS])
        column, row = np.nonzero(dots)
        places = zip(column.tolist(), row.tolist(), strict=True)
        characters = ((chr(EMPTY + shown), number) for shown in dots[column, row].tolist())
        self.cells.update(zip(places, characters, strict=True))

    def add_marks(self, x: Array, y: Array, mark: str, number: int, *, on_dots: bool) -> None:
        """The same mark at each of these points: in the cell of its dot, or where lines are not made of dots, in the
        nearest one, which may be its neighbour.
        """
        columns, rows = (COLUMNS, ROWS) if on_dots else (1, 1)
        across = _places(x, columns * self.columns) // columns
        up = _places(y, rows * self.rows) // rows
        for place in zip(across.tolist(), up.tolist(), strict=True):
            self.cells[place] = mark, number


def _places(shares: Array, count: int) -> NDArray[np.int64]:
    """Which of so many places each lies in; 0 lies in the first and 1 in the last."""
    return np.floor(np.round(shares * (count - 1) + 0.5, 8)).astype(np.int64)


def _steps(across: NDArray[np.int64], up: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From each point to the next, all that lies between."""
    steps = np.maximum(np.abs(np.diff(across)), np.abs(np.diff(up)))
    done = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)

    def between(ends: NDArray[np.int64]) -> NDArray[np.int64]:
        slopes = np.diff(ends) / np.maximum(steps, 1)  # as plotext goes from point to point: dot for dot the same
        return np.append(np.repeat(ends[:-1], steps) + done * np.repeat(slopes, steps), ends[-1]).astype(np.int64)

    return between(across), between(up)
