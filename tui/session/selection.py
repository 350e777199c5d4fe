"""Which number is selected, and the way one came to it: from operand to operand, and back."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.model import Row, Table
from dlsim.engine.quantity import Ref, about
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.rows import Places


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


class Cells:
    """The numbers of a table in reading order."""

    def __init__(self, table: Table) -> None:
        self._rows: Sequence[Row] = table.rows
        self._places = Places(table)
        self._per_sample = table.per_sample

    def find(self, ref: Ref) -> tuple[int, int] | None:
        """(row, column) of a number, or of the one that stands for it; None where the table has none."""
        row = self._places.row(ref)
        if row is None or row >= len(self._rows):
            return None
        cells = self._rows[row].cells
        columns = [column for column, cell in enumerate(cells) if cell is not None]
        if not columns:
            return None
        return row, cells.index(ref) if ref in cells else columns[0]

    def at(self, ref: Ref) -> Ref | None:
        """The number itself where the table has it, else the first one of the line that is about it."""
        place = self.find(ref)
        return None if place is None else self._rows[place[0]].cells[place[1]]

    def beside(self, ref: Ref, by: int) -> Ref | None:
        """The next or previous number, on from line to line and round at the ends; None where `ref` is not in it."""
        place = self.find(ref)
        if place is None:
            return None
        row, column = place
        for _ in range(len(self._rows) + 1):
            cells = self._rows[row].cells
            rest = cells[column + 1 :] if by > 0 else cells[:column][::-1]
            found = next((cell for cell in rest if cell is not None), None)
            if found is not None:
                return found
            row = (row + by) % len(self._rows)
            column = -1 if by > 0 else len(self._rows[row].cells)
        return None

    def below(self, ref: Ref, by: int) -> Ref | None:
        """The number in the same column of the next or previous line that has one; None past the ends."""
        place = self.find(ref)
        if place is None:
            return None
        row, column = place
        while 0 <= row + by < len(self._rows):
            row += by
            cell = self._rows[row].cells[column]
            if cell is not None:
                return cell
        return None

    def after(self, one: Ref, ref: Ref | None, by: int, *, is_line: bool) -> Ref | None:
        """The number next to `ref` where `one`, which stands outside, comes before all of these and after them."""
        place = None if ref is None else self.find(ref)
        if ref is None or place is None:
            first = self.first() if ref == one else None
            return one if first is None else first if by > 0 else self.beside(first, -1)
        if is_line:
            return self.below(ref, by) or (one if by < 0 else None)
        found = self.beside(ref, by)
        there = None if found is None else self.find(found)
        return found if there is not None and (there > place) == (by > 0) else one

    def of_sample(self, row: int) -> Ref | None:
        """The first number of a sample, where the lines are samples."""
        line = self._rows[row * self._per_sample] if row * self._per_sample < len(self._rows) else None
        if line is None or line.sample != row:
            return None
        return next((cell for cell in line.cells if cell is not None), None)

    def first(self) -> Ref | None:
        """The first number."""
        return next((cell for row in self._rows[:1] for cell in row.cells if cell is not None), None)

    def last(self) -> Ref | None:
        """The first number of the last line."""
        return next((cell for row in self._rows[-1:] for cell in row.cells if cell is not None), None)


def of_curve(snapshot: Snapshot, name: str) -> Ref | None:
    """The number of the iteration at hand that a curve goes through; None without such a curve."""
    return snapshot.curve_numbers.get(name) if name in snapshot.curves else None


def of_curves(snapshot: Snapshot) -> Sequence[Ref]:
    """The numbers that the curves of a moment are about."""
    found = (of_curve(snapshot, name) for name in snapshot.curves)
    return [ref for ref in found if ref is not None]


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
    here = ref if ref is None else _standing_for(known, ref)
    if here is None:
        return known[0 if by > 0 else -1]
    return known[(known.index(here) + by) % len(known)]


def is_among(refs: Sequence[Ref], ref: Ref) -> bool:
    """Whether one of `refs` is about the same parameter or unit."""
    return _standing_for(refs, ref) is not None


def _standing_for(refs: Sequence[Ref], ref: Ref) -> Ref | None:
    """The number itself, or the first about the same parameter or unit."""
    return ref if ref in refs else next((one for one in refs if about(one) == about(ref)), None)
