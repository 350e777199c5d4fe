"""A rectangle of cells that stands for a stretch of x and of y: axes with numbers, curves, lines."""

from __future__ import annotations

import numpy as np

from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas, Mask
from dlsim.tui.drawing.scales import Array, Span, label, opened, ticks


class Plane:
    """Cells left … left + width of rows top … top + height, for x and y in spans; y grows upwards."""

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
