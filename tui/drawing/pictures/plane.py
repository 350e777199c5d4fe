"""A rectangle of cells that stands for a stretch of x and of y: axes with numbers, curves, lines. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.numbers import scientific
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas, Mask

Array = NDArray[np.float64]
Span = tuple[float, float]

STEPS = (1.0, 2.0, 5.0, 10.0)


def ticks(span: Span, most: int, *, whole: bool = False) -> tuple[list[float], int]:
    """(round numbers within `span`, at most `most` of them, `whole` ones on request; the decimals that they need)."""
    low, high = span
    if most < 1 or not high > low:
        return [], 0
    rough = max((high - low) / most, 1.0 if whole else 0.0)
    power = 10.0 ** floor(log10(rough))
    for step in STEPS:
        size = step * power
        first, last = ceil(low / size - 1e-9), floor(high / size + 1e-9)
        if last - first + 1 <= most:
            decimals = max(0, -floor(log10(size) + 1e-9))
            return [round(number * size, decimals + 1) + 0.0 for number in range(first, last + 1)], decimals
    return [], 0


def label(value: float, decimals: int) -> str:
    """A number at an axis."""
    if value and (abs(value) >= 1e5 or abs(value) < 1e-4):
        return scientific(value, 0)
    return f"{value:.{decimals}f}"


def widened(low: float, high: float, share: float) -> Span:
    """A span with a margin; around a single number, one of its own."""
    if not high > low:
        return low - 1.0, high + 1.0
    margin = (high - low) * share
    return low - margin, high + margin


LARGEST = 8e307
"""Half the distance of two ends that is a number still."""
NARROWEST = 1e-12
"""A span that is a smaller share of its ends than this is none."""


def opened(span: Span) -> Span:
    """The span, or where its ends are one number, or too far apart to be told how far, one around its middle."""
    low, high = (min(max(end, -LARGEST), LARGEST) for end in span)
    if high - low > NARROWEST * max(abs(low), abs(high)):
        return low, high
    middle = low / 2 + high / 2
    room = max(abs(middle) / 10, 1.0)
    return middle - room, middle + room


class Plane:
    """Canvas left … left + width of rows top … top + height, for x and y in spans; y grows upwards."""

    def __init__(self, cells: Canvas, left: int, top: int, width: int, height: int, x: Span, y: Span) -> None:
        self.cells, self.left, self.top = cells, left, top
        self.width, self.height, self.x, self.y = max(width, 1), max(height, 1), opened(x), opened(y)

    def columns(self, per_cell: int) -> Array:
        """x at the middle of so many columns a cell."""
        count = self.width * per_cell
        return self.x[0] + np.asarray(np.arange(count) + 0.5, dtype=np.float64) * ((self.x[1] - self.x[0]) / count)

    def rows(self, per_cell: int) -> Array:
        """y at the middle of so many rows a cell, the upper ones first."""
        count = self.height * per_cell
        return self.y[1] - np.asarray(np.arange(count) + 0.5, dtype=np.float64) * ((self.y[1] - self.y[0]) / count)

    def across(self, x: float) -> float:
        """How far across x stands, in cells from the left edge."""
        return (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width

    def down(self, y: float) -> float:
        """How far down y stands, in cells from the upper edge."""
        return (self.y[1] - y) / (self.y[1] - self.y[0]) * self.height

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell in which a point lies, None outside."""
        across, down = self.across(x), self.down(y)
        if not (-0.01 <= across <= self.width + 0.01 and -0.01 <= down <= self.height + 0.01):
            return None  # NaN is outside, too
        return self.left + min(max(int(across), 0), self.width - 1), self.top + min(max(int(down), 0), self.height - 1)

    def no_dots(self) -> Mask:
        """Room for dots, none set."""
        return np.zeros((4 * self.height, 2 * self.width), dtype=bool)

    def put(self, dots: Mask, role: str) -> None:
        """Draw dots."""
        self.cells.dots(self.left, self.top, dots, role)

    def border(self, inside: Mask) -> Mask:
        """Dots (of a mask that has as many as there are dots) where inside meets outside."""
        edge = np.zeros_like(inside)
        edge[:-1] |= inside[:-1] != inside[1:]
        edge[:, :-1] |= inside[:, :-1] != inside[:, 1:]
        return edge

    def path(self, xs: Array, ys: Array) -> Mask:
        """The dots of lines from point to point; what is not finite is a gap."""
        dots = self.no_dots()
        if not len(xs):
            return dots
        far = 8.0 * (self.width + self.height)
        with np.errstate(all="ignore"):
            across = (xs - self.x[0]) / (self.x[1] - self.x[0]) * (2 * self.width) - 0.5
            down = (self.y[1] - ys) / (self.y[1] - self.y[0]) * (4 * self.height) - 0.5
        finite = np.isfinite(across) & np.isfinite(down)
        across, down = (np.clip(np.where(finite, numbers, 0.0), -far, far) for numbers in (across, down))
        across, down, finite = (np.append(each, each[-1]) for each in (across, down, finite))  # a lone point, too
        drawn = np.flatnonzero(finite[:-1] & finite[1:])
        to_right, downwards = np.diff(across)[drawn], np.diff(down)[drawn]
        steps = np.maximum(np.abs(to_right), np.abs(downwards)).astype(np.int64) + 2
        starts = np.cumsum(steps) - steps
        share = (np.arange(int(steps.sum())) - np.repeat(starts, steps)) / np.repeat(steps - 1, steps)
        columns = np.rint(np.repeat(across[drawn], steps) + np.repeat(to_right, steps) * share).astype(np.int64)
        rows = np.rint(np.repeat(down[drawn], steps) + np.repeat(downwards, steps) * share).astype(np.int64)
        here = (columns >= 0) & (columns < dots.shape[1]) & (rows >= 0) & (rows < dots.shape[0])
        dots[rows[here], columns[here]] = True
        return dots

    def upright(self, x: float, role: str) -> None:
        """A line from top to bottom."""
        across = self.across(x)
        if 0 <= across <= self.width:
            column = self.left + min(int(across), self.width - 1)
            for row in range(self.top, self.top + self.height):
                self.cells.write(column, row, self.cells.glyphs.frame[1], role)

    def level(self, y: float, role: str) -> None:
        """A line from left to right."""
        found = self.cell(self.x[0], y)
        if found is not None:
            self.cells.write(self.left, found[1], self.cells.glyphs.level[2] * self.width, role)


def framed(
    cells: Canvas,
    place: tuple[int, int, int, int],
    x: Span,
    y: Span,
    names: tuple[str, str] = ("", ""),
    *,
    counts: bool = False,
) -> Plane:
    """A plane with its axes in (left, top, width, height) of the cells; without them where there is no room. `counts`:
    x is a whole number.
    """
    left, top, width, height = place
    x, y = opened(x), opened(y)
    if width < 14 or height < 5:
        return Plane(cells, left, top, width, height, x, y)
    inner_height = height - 1
    rows, decimals = ticks(y, max(inner_height * 2 // 5, 2))
    texts = [label(value, decimals) for value in rows]
    margin = max([breadth(text) for text in texts] + [breadth(names[1])], default=0) + 1
    if width - margin < 8:
        return Plane(cells, left, top, width, height, x, y)
    plane = Plane(cells, left + margin, top, width - margin, inner_height, x, y)
    side = cells.glyphs.frame[1]
    for row in range(inner_height):
        cells.write(plane.left - 1, top + row, side, "axis")
    taken = set()
    for value, text in zip(rows, texts, strict=True):
        found = plane.cell(x[0], value)
        if found is not None and found[1] not in taken:
            cells.write_right(plane.left - 1, found[1], text, "axis")
            taken.add(found[1])
    if names[1]:
        free = [row for row in (top, top + 1) if row not in taken]
        if free:
            cells.write_right(plane.left - 1, free[0], names[1], "symbol")
    _label_columns(plane, top + inner_height, names[0], whole=counts)
    return plane


def _label_columns(plane: Plane, row: int, name: str, *, whole: bool) -> None:
    values, decimals = ticks(plane.x, max(plane.width // 8, 2), whole=whole)
    end = plane.left + plane.width
    reserved = end - breadth(name) - 1 if name else end + 1
    used = plane.left - 2
    for value in values:
        text = label(value, decimals)
        start = plane.left + round(plane.across(value)) - (breadth(text) + text.startswith("-")) // 2
        start = min(max(start, plane.left), end - breadth(text))
        if start > used and start + breadth(text) <= reserved:
            plane.cells.write(start, row, text, "axis")
            used = start + breadth(text)
    if name:
        plane.cells.write_right(end, row, name, "symbol")


def fitting_span(numbers: Sequence[float] | Array, share: float = 0.05) -> Span:
    """A span that holds all finite numbers."""
    array = np.asarray(numbers, dtype=np.float64)
    array = array[np.isfinite(array)]
    return widened(float(array.min()), float(array.max()), share) if array.size else (0.0, 1.0)
