"""Where a number stands in a table: which row is about it, and where each layer's rows begin."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from dlsim.engine.model import Table
from dlsim.engine.quantity import Ref, about
from dlsim.engine.text import breadth

LABELS_MEASURED = 200
"""Of a larger table the first and the last rows only."""
INDEXED_AT_MOST = 50_000
"""Larger tables are not indexed row by row: the active row is then not followed."""


Fitted = tuple[int, bool, Sequence[int | None], int, int]
"""Cells of the labels, whether all numbers count something, the columns shown (None: some are left out), the digits of
a number and the cells of a column."""


class Group(Struct, frozen=True):
    """The rows from `start` on belong to layer `layer`, up to the next group."""

    layer: int
    start: int


class Places:
    """A table's rows by what they are about, and its groups."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.groups = _groups(table)
        self.lines = len(table.rows) + len(self.groups)
        """Rows and headings together."""
        self._rows: dict[Ref, int] | None = None
        self.fitted: tuple[tuple[int, int], Fitted] | None = None
        """For which cells and digits its columns were laid out last, and how."""
        self.drawn: dict[int, tuple[object, Any]] = {}
        """The rows that were drawn last, by number, each with all that makes it look as it does; -1 for the heads."""

    @cached_property
    def label_cells(self) -> int:
        """Cells of the widest row's label."""
        rows, half = self.table.rows, LABELS_MEASURED // 2
        return max((breadth(row.label) for row in (*rows[:half], *rows[max(half, len(rows) - half) :])), default=0)

    def row(self, ref: Ref) -> int | None:
        """The row about `ref`, None where the table has none."""
        if self.table.key == "data":
            return _row_of_data(ref, self.table.per_sample)
        if self._rows is None:
            self._rows = self._index()
        subject = about(ref)
        # One entry of a softmax's Jacobian, ∂o1/∂z4, is about z4; steps of a sequence have two indices of their own.
        return self._rows.get(subject, self._rows.get(subject._replace(index=subject.index[-1:])))

    def _index(self) -> dict[Ref, int]:
        found: dict[Ref, int] = {}
        if len(self.table.rows) > INDEXED_AT_MOST:
            return found
        for number, row in enumerate(self.table.rows):
            for cell in row.cells:
                if cell is not None:
                    found.setdefault(about(cell), number)
        return found

    # lines: the rows with a heading above each group

    def line_of(self, row: int) -> int:
        """The line on which a row stands."""
        return row + sum(group.start <= row for group in self.groups)

    def at(self, line: int) -> int | Group:
        """The row on a line, or the group whose heading it is."""
        for number, group in enumerate(self.groups):
            heading = group.start + number
            if line == heading:
                return group
            if line < heading:
                return line - number
        return line - len(self.groups)


def _row_of_data(ref: Ref, per_sample: int) -> int | None:
    """Where an input, target or output of a sample stands; the third of a sequence's indices is its step."""
    if not ref.quantity.names_row:
        return None
    return ref.index[0] * per_sample + (ref.index[2] if len(ref.index) > 2 else 0)


def _groups(table: Table) -> tuple[Group, ...]:
    """Where each layer begins; layers follow each other, so that they are found by bisection."""
    rows = table.rows
    if not len(rows) or rows[0].group is None:
        return ()
    groups: list[Group] = []
    start = 0
    while start < len(rows):
        layer = rows[start].group or 0
        groups.append(Group(layer, start))
        start = bisect_left(rows, layer + 1, lo=start, key=lambda row: row.group or 0)
    return tuple(groups)
