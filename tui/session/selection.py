"""What is selected: the number and the way one came to it, what it is made of, and where numbers stand in tables."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.model import Table
from dlsim.engine.quantity import Ref, about, present
from dlsim.engine.scenario.data import edit_of
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth
from dlsim.engine.timeline import Jump


class Stop(Struct, frozen=True):
    """A number on the way. `operand` is the one of its operands that is marked, None before one looked at them."""

    ref: Ref
    operand: int | None = None


class Selection(Struct, frozen=True):
    """The way to the selected number; empty while the screen follows the run."""

    way: tuple[Stop, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.way)

    @property
    def ref(self) -> Ref | None:
        """The selected number."""
        return self.way[-1].ref if self.way else None

    @property
    def is_inside(self) -> bool:
        """Whether one looks at what the number is made of, so that up and down go from operand to operand."""
        return bool(self.way) and (self.way[-1].operand is not None or len(self.way) > 1)

    def marked(self, snapshot: Snapshot) -> Ref | None:
        """The operand that is marked."""
        if not self.way or self.way[-1].operand is None:
            return None
        operands = snapshot.explain(self.way[-1].ref).operands
        return operands[min(self.way[-1].operand, len(operands) - 1)] if operands else None

    def within(self, snapshot: Snapshot) -> Selection:
        """As much of the way as there is in `snapshot`, which may be of another variant."""
        for number, stop in enumerate(self.way):
            if not snapshot.knows(stop.ref):
                return Selection(self.way[:number])
        return self

    def select(self, ref: Ref) -> Selection:
        """Another number, from wherever one was."""
        return Selection((Stop(ref),))

    def enter(self, snapshot: Snapshot) -> Selection:
        """Look at what the number is made of; then go to the operand that is marked."""
        if not self.way:
            event = snapshot.event
            return self if event is None else Selection((Stop(event.ref),)).enter(snapshot)
        marked = self.marked(snapshot)
        if marked is not None:
            return self.follow(marked, snapshot)
        return self._at(0) if snapshot.explain(self.way[-1].ref).operands else self

    def follow(self, ref: Ref, snapshot: Snapshot) -> Selection:
        """Go on to the answer of one of its operands."""
        operands = snapshot.explain(self.way[-1].ref).operands if self.way else ()
        here = self._at(operands.index(ref)) if ref in operands else self
        return Selection((*here.way, Stop(ref, 0 if snapshot.explain(ref).operands else None)))

    def mark(self, by: int, snapshot: Snapshot) -> Selection:
        """The next or the previous operand; round at the ends."""
        operands = snapshot.explain(self.way[-1].ref).operands if self.way else ()
        if not operands:
            return self
        present = self.way[-1].operand
        return self._at(0 if present is None else (present + by) % len(operands))

    def leave(self) -> Selection:
        """One step back: to the number one came from, out of the operands, to following the run."""
        if len(self.way) > 1:
            return Selection(self.way[:-1])
        if self.way and self.way[-1].operand is not None:
            return self._at(None)
        return Selection()

    def _at(self, operand: int | None) -> Selection:
        return Selection((*self.way[:-1], Stop(self.way[-1].ref, operand)))


def is_number(ref: Ref) -> bool:
    """Whether its value is one to show: that of the update is only how many numbers took their places."""
    return ref.quantity is not UPDATE


class Answer(Struct, frozen=True):
    """One number explained. Where it `is_shown` all its operands have been computed too; else none is told. It
    `is_absent` where it never is in this iteration: an output for a sample that is not in the batch.
    """

    told: Explanation
    is_shown: bool
    is_absent: bool

    @property
    def ref(self) -> Ref:
        """The number."""
        return self.told.ref

    @property
    def operands(self) -> tuple[Ref, ...]:
        """What its formula is made of, each once, in order."""
        return self.told.operands


def answer_to(snapshot: Snapshot, ref: Ref) -> Answer:
    """Why the number at `ref` is what it is at this moment."""
    told = snapshot.explain(ref)
    is_absent = ref.quantity.is_absent(snapshot.tape, ref)
    is_shown = not is_absent and snapshot.is_shown(ref)
    return Answer(told, is_shown, is_absent)


def other_row(snapshot: Snapshot, ref: Ref) -> int | None:
    """The row of the training data whose number this is, where that is not the sample under the lens."""
    row = ref.quantity.row_of(snapshot.tape, ref)
    return None if row == snapshot.row else row


def datum_edit(snapshot: Snapshot, ref: Ref) -> Jump | None:
    """What an edit made of an input or a target; None where it is as it came, and for any other number."""
    if ref.quantity.datum is None:
        return None
    row = other_row(snapshot, ref)
    return edit_of(snapshot.scenarios, ref, snapshot.row if row is None else row)


def in_network(snapshot: Snapshot, ref: Ref) -> Ref:
    """The place in the network of a cell of the data table, of a number that names its sample, or of one of a pass of a
    sample by itself, where that is the sample under the lens.
    """
    return ref.quantity.in_network(snapshot.tape, ref, snapshot.sample)


def in_iteration(snapshot: Snapshot, ref: Ref) -> Ref:
    """The number of the iteration that a present parameter is: the old one, and once the update is done the new one."""
    of = ref.quantity
    if of.now is not of or of.new is None or of.before is None:
        return ref
    new = ref._replace(quantity=of.new)
    return new if is_landed(snapshot) and snapshot.is_shown(new) else ref._replace(quantity=of.before)


def value_now(snapshot: Snapshot, ref: Ref) -> float | None:
    """What a parameter has become that `ref` tells as it was before the update; None for anything else."""
    if not ref.quantity.is_parameter or not is_landed(snapshot):
        return None
    return snapshot.tape.value(present(ref), snapshot.sample)


def is_landed(snapshot: Snapshot) -> bool:
    """Whether the new parameters have taken their places, while all else is what the old ones made."""
    return snapshot.position.done == snapshot.position.iteration


def has_updated(snapshot: Snapshot) -> bool:
    """The same, where anything is updated at all."""
    return is_landed(snapshot) and (UPDATE, None) in snapshot.order


def is_from_before(snapshot: Snapshot, ref: Ref) -> bool:
    """Whether `ref` is what the parameters from before the update have made."""
    return ref.quantity.of_old_parameters and has_updated(snapshot)


def of_curve(snapshot: Snapshot, name: str) -> Ref | None:
    """The number of the iteration at hand that a curve goes through; None without such a curve."""
    return snapshot.curve_numbers.get(name) if name in snapshot.curves else None


def of_curves(snapshot: Snapshot) -> Sequence[Ref]:
    """The numbers that the curves of a moment are about."""
    return [ref for name in snapshot.curves if (ref := snapshot.curve_numbers.get(name)) is not None]


def along(refs: Sequence[Ref], ref: Ref | None, by: int) -> Ref | None:
    """The next or previous of `refs`, from none of them the first or the last; None past the ends."""
    if ref not in refs:
        return refs[0 if by > 0 else -1]
    place = refs.index(ref) + by
    return refs[place] if 0 <= place < len(refs) else None


def in_rows(
    rows: Sequence[tuple[str | None, Sequence[Ref]]], here: tuple[str | None, Ref | None], by: int, *, is_line: bool
) -> tuple[str | None, Ref] | None:
    """The (variant, number) next to `here` where each row has the numbers of a variant: at first the first of the row;
    in the same column, None past the ends, or on from row to row and round.
    """
    variant, ref = here
    numbers = [(name, one) for name, refs in rows for one in refs]
    if ref is None or (variant, ref) not in numbers:
        return next((number for number in numbers if number[0] == variant), numbers[0])
    if not is_line:
        return numbers[(numbers.index((variant, ref)) + by) % len(numbers)]
    row = next(row for row, (name, _) in enumerate(rows) if name == variant)
    if not 0 <= row + by < len(rows):
        return None
    column, (name, refs) = rows[row][1].index(ref), rows[row + by]
    return name, refs[min(column, len(refs) - 1)]


def in_order(refs: Sequence[Ref], ref: Ref | None, by: int) -> Ref | None:
    """The next or previous of `refs`, round at the ends; where `ref` is none of them, from one that is about the same
    parameter or unit, else from the ends.
    """
    known = list(dict.fromkeys(refs))
    if not known:
        return None
    here = ref if ref is None else standing_for(known, ref)
    if here is None:
        return known[0 if by > 0 else -1]
    return known[(known.index(here) + by) % len(known)]


def standing_for(refs: Sequence[Ref], ref: Ref) -> Ref | None:
    """The number itself where it is one of `refs`, or the first about the same parameter or unit."""
    return ref if ref in refs else next((one for one in refs if about(one) == about(ref)), None)


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
    """A table's rows by what they are about, its groups, and its numbers in reading order."""

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
            if not ref.quantity.names_row:
                return None
            # an input, target or output of a sample; the third of a sequence's indices is its step
            return ref.index[0] * self.table.per_sample + (ref.index[2] if len(ref.index) > 2 else 0)
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

    # numbers, in reading order

    def find(self, ref: Ref) -> tuple[int, int] | None:
        """(row, column) of a number, or of the one that stands for it; None where the table has none."""
        row = self.row(ref)
        cells = () if row is None or row >= len(self.table.rows) else self.table.rows[row].cells
        column = next((column for column, cell in enumerate(cells) if cell is not None), None)
        if row is None or column is None:
            return None
        return row, cells.index(ref) if ref in cells else column

    def standing_for(self, ref: Ref) -> Ref | None:
        """The number itself where the table has it, else the first one of the line that is about it."""
        place = self.find(ref)
        return None if place is None else self.table.rows[place[0]].cells[place[1]]

    def beside(self, ref: Ref, by: int) -> Ref | None:
        """The next or previous number, on from line to line and round at the ends; None where `ref` is not in it."""
        place = self.find(ref)
        if place is None:
            return None
        (row, column), rows = place, self.table.rows
        for _ in range(len(rows) + 1):
            cells = rows[row].cells
            rest = cells[column + 1 :] if by > 0 else cells[:column][::-1]
            found = next((cell for cell in rest if cell is not None), None)
            if found is not None:
                return found
            row = (row + by) % len(rows)
            column = -1 if by > 0 else len(rows[row].cells)
        return None

    def below(self, ref: Ref, by: int) -> Ref | None:
        """The number in the same column of the next or previous line that has one; None past the ends."""
        place = self.find(ref)
        if place is None:
            return None
        row, column = place
        while 0 <= row + by < len(self.table.rows):
            row += by
            cell = self.table.rows[row].cells[column]
            if cell is not None:
                return cell
        return None

    def after(self, one: Ref, ref: Ref | None, by: int, *, is_line: bool) -> Ref | None:
        """The number next to `ref` where `one`, which stands outside, comes before all of these and after them."""
        place = None if ref is None else self.find(ref)
        if ref is None or place is None:
            first = self.end(1) if ref == one else None
            return one if first is None else first if by > 0 else self.beside(first, -1)
        if is_line:
            return self.below(ref, by) or (one if by < 0 else None)
        found = self.beside(ref, by)
        there = None if found is None else self.find(found)
        return found if there is not None and (there > place) == (by > 0) else one

    def of_sample(self, row: int) -> Ref | None:
        """The first number of a sample, where the lines are samples."""
        start = row * self.table.per_sample
        lines = [line for line in self.table.rows[start : start + 1] if line.sample == row]
        return next((cell for line in lines for cell in line.cells if cell is not None), None)

    def end(self, by: int) -> Ref | None:
        """The first number, or where one comes from behind the first of the last line."""
        rows = self.table.rows[:1] if by > 0 else self.table.rows[-1:]
        return next((cell for row in rows for cell in row.cells if cell is not None), None)


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
