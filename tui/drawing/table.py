"""Tables: columns that fit; the numbers of a moment, as many rows and columns as there is room for; and all as text to
take along.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import islice
from typing import TypeVar

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import DE_DZ
from dlsim.engine.model import Row, Table
from dlsim.engine.numbers import DIGITS, fixed, plain
from dlsim.engine.program import Op
from dlsim.engine.quantity import Quantity, Ref, is_counted
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import ELLIPSIS, Line, Piece, fit, measure, padded, widest
from dlsim.tui.session.selection import Group, Places, has_updated, in_iteration
from dlsim.tui.words import Words
from dlsim.tui.words.prose import column_head, label_head, old_head

WHOLE = 3
"""Cells kept for the digits before the point, a sign included."""
EXPONENT = 3
"""Cells that 1.2345678e-12 takes after the point more than 0.12345678 does."""
FEWEST_DIGITS = 3
FEWEST_WITH_SPARE = 4
"""With fewer digits than this a table does without a spare column, or with fewer than were asked for, where those are
more than usual.
"""
BESIDE = 4
"""Cells beside labels and columns: three before them, one for the mark behind."""
LEFT_OUT = 2
"""Cells of the mark for columns that are left out."""
ACTIVE_MARK = "◀"
LENS_MARK = "▶"


# columns


class Columns(Struct, frozen=True):
    """Texts beside each other, `gap` cells between them, each in so many cells: a negative number of them for one that
    stands at the right, none for one that is left out. Numbers have so many `digits`, words have their `form`.
    """

    widths: tuple[int, ...]
    digits: int = DIGITS
    gap: int = 0
    form: str = ""

    @property
    def cells(self) -> int:
        """The cells that all of them take."""
        shown = [abs(width) for width in self.widths if width]
        return sum(shown) + self.gap * (len(shown) - 1)

    def line(self, *pieces: Piece) -> Line:
        """A piece in each, from the first on: nothing trails the last."""
        shown = [(piece, width) for piece, width in zip(pieces, self.widths, strict=False) if width]
        line: list[Piece] = []
        for place, ((text, role), width) in enumerate(shown, start=1):
            line += [(" " * self.gap, "")] * bool(line and self.gap)
            line.append((padded(text, width if place < len(shown) else min(width, 0)), role))
        return tuple(line)


class NumberColumns(Struct, frozen=True):
    """The columns of a table that are shown, None for some that are left out, each in so many cells."""

    shown: Sequence[int | None]
    digits: int
    each: int

    @property
    def cells(self) -> int:
        """The cells that all of them take."""
        return sum(LEFT_OUT if column is None else self.each for column in self.shown)


Way = TypeVar("Way", Columns, NumberColumns)


def roomiest(ways: Iterable[Way], cells: int) -> Way:
    """The first of the ways that takes no more than so many cells, else the last."""
    for way in ways:
        if way.cells <= cells:
            break
    return way


def with_point_in_column(text: str) -> str:
    """A number with blanks before it, so that points, and what has none, stand in one column."""
    if not text[-1].isdigit():
        return " " * (WHOLE - 2) + text
    before = text.partition(".")[0] if "." in text else text.partition("e")[0]
    return " " * max(WHOLE - len(before), 0) + text


# the numbers of a moment


class TableView:
    """One table at one moment, laid out for one size: the lines that are on screen, and no others."""

    def __init__(
        self,
        say: Words,
        snapshot: Snapshot,
        places: Places,
        cells: int,
        height: int,
        top: int | None = None,
        selected: Ref | None = None,
        digits: int = DIGITS,
        ops: Sequence[Op] = (),
    ) -> None:
        """`ops` are those that are shown whole: each of their rows is marked."""
        self._say, self._snapshot, self._places = say, snapshot, places
        self._lit = _told_by(snapshot, ops)
        self._table: Table = places.table
        self._cells = cells
        self.room = max(height - 1, 1)
        if places.fitted is None or places.fitted[0] != (cells, digits):
            self._label = max(places.label_cells, breadth(label_head(say, self._table))) + 1  # never glued to a number
            first = (cell for row in self._table.rows[:1] for cell in row.cells if cell is not None)
            self._is_counted = all(map(is_counted, first))
            columns = roomiest(self._ways(0 if self._is_counted else digits), cells - self._label - BESIDE)
            laid_out = (self._label, self._is_counted, columns.shown, columns.digits, columns.each)
            places.fitted = (cells, digits), laid_out
        self._fitted = places.fitted[1]
        self._label, self._is_counted, self._columns, self.digits, self._column_cells = self._fitted
        self._active = self._active_row()
        self._selected = None if selected is None else in_iteration(snapshot, selected)
        self._are_old = has_updated(snapshot)
        self._lens = snapshot.row if self._table.key == "data" else None
        self.top = self._start() if top is None else top

    def lines(self) -> Iterator[Line]:
        """The headings, then the rows in view."""
        kept: dict[int, tuple[object, Line]] = {}
        yield self._kept(kept, -1, (self._are_old, self._has_line_to_spare), self._headings)
        for line in self._lines_in_view():
            if isinstance(line, Group):
                yield self._heading(line)
            else:
                number, row, values = line
                looks = (values, *self._marks(number, row))
                yield self._kept(kept, number, looks, partial(self._row, number, row, values))
        self._places.drawn = kept
        if self._has_line_to_spare and any(map(self._is_old, range(len(self._table.columns)))):
            yield (("   " + self._say("column.old_weights"), "muted"),)
        elif self._has_line_to_spare and self._missing:
            yield (("   " + self._say("column.no_room", columns=", ".join(self._missing)), "muted"),)

    def _kept(self, kept: dict[int, tuple[object, Line]], number: int, looks: object, draw: Callable[[], Line]) -> Line:
        """The line of a row as it was drawn at another moment, if it looks the same: most do after a step, and each
        takes 40 calls to draw.
        """
        looks = (self._fitted, self._say.language, looks)
        found = self._places.drawn.get(number)
        kept[number] = found if found is not None and found[0] == looks else (looks, draw())
        return kept[number][1]

    def _lines_in_view(self) -> Sequence[Group | tuple[int, Row, Sequence[float | None]]]:
        """What stands on each: a heading, or a row with its number and the values of its cells, all read at once."""
        lines = range(self.top, min(self.top + self.room, self._places.lines))
        places = list(map(self._places.at, lines))
        numbers = [place for place in places if not isinstance(place, Group)]
        rows = self._table.rows[numbers[0] : numbers[-1] + 1] if numbers else ()
        values = iter(self._snapshot.read([cell for row in rows for cell in row.cells]))
        following = iter(rows)
        found: list[Group | tuple[int, Row, Sequence[float | None]]] = []
        for place in places:
            if isinstance(place, Group):
                found.append(place)
            else:
                row = next(following)
                found.append((place, row, [*islice(values, len(row.cells))]))
        return found

    def _marks(self, number: int, row: Row) -> tuple[bool, bool, Ref | None, Ref | None]:
        """(whether it is the active row, and the lens's, which cell is active, and which selected)."""
        event = self._snapshot.event
        active = event.told.ref if event is not None and event.told.ref in row.cells else None
        if self._lit:
            active = next((cell for cell in reversed(row.cells) if cell is not None and self._is_lit(cell)), active)
        is_lens = self._lens is not None and row.sample == self._lens
        return (
            number == self._active or (bool(self._lit) and active is not None),
            is_lens,
            active,
            self._selected if self._selected in row.cells else None,
        )

    def _is_lit(self, cell: Ref) -> bool:
        return (cell.quantity, cell.layer) in self._lit or (cell.quantity, None) in self._lit

    def sample_at(self, x: int, y: int) -> int | None:
        """The sample whose number stands at a cell of the screen, as its row of the training data, from 0."""
        row = self._row_at(y)
        return row.sample if row is not None and 0 <= x < self._label + 3 else None

    @property
    def _has_line_to_spare(self) -> bool:
        return self._places.lines < self.room

    def _is_old(self, column: int) -> bool:
        """Whether the update has changed the weights that a column's numbers were made with."""
        cell = self._table.rows[0].cells[column] if self._are_old and len(self._table.rows) else None
        return cell is not None and (cell.quantity.of_old_parameters or cell.quantity is DE_DZ)

    def _row_at(self, y: int) -> Row | None:
        line = self.top + y - 1
        if y < 1 or line >= self._places.lines:
            return None
        row = self._places.at(line)
        return None if isinstance(row, Group) else self._table.rows[row]

    def at(self, x: int, y: int) -> Ref | None:
        """The number at a cell of the screen."""
        row = self._row_at(y)
        if row is None:
            return None
        cells = row.cells
        start = self._label + 3
        for column in self._columns:
            end = start + (LEFT_OUT if column is None else self._column_cells)
            if column is not None and start <= x < end:
                return cells[column]
            start = end
        return next((cell for cell in cells if cell is not None), None) if 0 <= x < self._label + 3 else None

    # what is in view

    def _active_row(self) -> int | None:
        event = self._snapshot.event
        return None if event is None else self._places.row(event.ref)

    def _followed_row(self) -> int:
        """The row to keep in view: the selected one, else the active one, else the first that its formula uses."""
        selected = None if self._selected is None else self._places.row(self._selected)
        if selected is not None:
            return selected
        if self._lens is not None:
            return self._lens * self._table.per_sample
        if self._active is not None:
            return self._active
        tokens = self._snapshot.event.tokens if self._snapshot.event is not None else ()
        used = (self._places.row(token) for token in tokens if isinstance(token, Ref))
        return next((row for row in used if row is not None), 0)

    def _start(self) -> int:
        """The page with the followed row: it depends on that row alone, never on the way that led there."""
        if self._places.lines <= self.room:
            return 0
        of_one = self._table.per_sample  # a page begins with a sample, not in the middle of a sequence
        page = max((self.room - 2) // of_one, 1) * of_one
        start = self._places.line_of(self._followed_row()) // page * page
        return max(0, min(start - (start > 0), self._places.lines - self.room))

    # columns

    def _ways(self, most: int) -> Iterator[NumberColumns]:
        """The ways to show columns, the roomiest first: fewer digits than `most` before fewer columns."""
        room = self._cells - self._label - BESIDE
        heading = WHOLE + widest(column_head(self._say, name) for name in self._table.columns)
        fewest = min(most, FEWEST_DIGITS)
        with_spare = most if most > DIGITS else min(most, FEWEST_WITH_SPARE)
        spare = self._table.spare
        for gone in range(len(spare) + 1):
            columns = self._without(spare[:gone])
            shown = sum(column is not None for column in columns)
            widest_each = (room - LEFT_OUT * (len(columns) - shown)) // max(shown, 1)
            for digits in range(most, (with_spare if gone < len(spare) else fewest) - 1, -1):
                for exponent in (EXPONENT, 0):
                    cells = WHOLE + 1 + digits + exponent + 1
                    yield NumberColumns(columns, digits, max(cells, min(heading, widest_each)))
        cells, count = WHOLE + 1 + fewest + 1, len(self._table.columns)
        number = max((room - LEFT_OUT) // cells, 1)
        tail = min(number // 2, sum(name.startswith("=o") for name in self._table.columns) or 1)
        yield NumberColumns([*range(number - tail), None, *range(count - tail, count)], fewest, cells)

    def _without(self, names: Sequence[str]) -> list[int | None]:
        """The columns but those of these names; one None for those that follow each other."""
        columns: list[int | None] = []
        for column, name in enumerate(self._table.columns):
            if name not in names:
                columns.append(column)
            elif columns[-1:] != [None]:
                columns.append(None)
        return columns

    @property
    def _missing(self) -> list[str]:
        """The heads of the columns that went for want of room, where a table says which may go."""
        table, shown = self._table, set(self._columns)
        names = [name for column, name in enumerate(table.columns) if column not in shown and name in table.spare]
        return [column_head(self._say, name) for name in names]

    def _headings(self) -> Line:
        label = label_head(self._say, self._table)
        pieces: list[Piece] = [(f"   {label}".ljust(self._label + 3), "muted")]
        for column in self._columns:
            if column is None:
                pieces.append((ELLIPSIS + " ", "muted"))
                continue
            cells = self._column_cells
            room = cells - (1 if self._is_counted else WHOLE)
            head = old_head if self._is_old(column) and not self._has_line_to_spare else column_head
            text = head(self._say, self._table.columns[column], room)
            text = fit(" " * min(WHOLE - 1, max(cells - 1 - breadth(text), 0)) + text, cells - 1)
            pieces.append((padded(text, cells), "muted"))
        return tuple(pieces)

    def _heading(self, group: Group) -> Line:
        return ((" " + self._say("column.layer", layer=group.layer), "heading"),)

    # rows

    def _row(self, number: int, row: Row, values: Sequence[float | None]) -> Line:
        is_active, is_lens, active, selected = self._marks(number, row)
        role = "strong" if is_active or is_lens else ""
        mark = LENS_MARK if is_lens else " "
        pieces: list[Piece] = [
            (f" {mark} ", "accent" if is_lens else ""),
            (padded(row.label, self._label), role or "symbol"),
        ]
        for column in self._columns:
            if column is None:
                pieces.append(("  ", ""))
                continue
            ref = row.cells[column]
            cells = self._column_cells
            text = self._number(ref, values[column], cells)
            is_selected = ref is not None and ref == selected
            if is_selected:
                text = _bracketed(text, cells)
            leading = len(text) - len(text.lstrip())
            cell_role = "chosen" if is_selected else "active" if ref is not None and ref == active else role
            pieces += [
                (text[:leading], ""),
                (text[leading:].rstrip(), cell_role or ("muted" if ELLIPSIS in text else "")),
            ]
            pieces.append((" " * (cells - measure(pieces[-2:])), ""))
        if is_active:
            room = self._cells - measure(pieces) - 2
            pieces[-1:] = [(pieces[-1][0][: min(room, 0) or None], "")]  # the last column's gap gives way to the mark
            pieces += [(" " * max(room, 0), ""), (ACTIVE_MARK, "active")]
        return tuple(pieces)

    def _number(self, ref: Ref | None, value: float | None, cells: int) -> str:
        """The number with its point in the column's point."""
        if ref is None:
            return ""
        if value is None:
            return " " * (WHOLE - 1) + ELLIPSIS
        is_data = self._table.key == "data"
        if is_data and value != value:  # noqa: PLR0124 - not in this batch: nothing is known of it
            return ""
        text = plain(value, self.digits) if is_data or ref.quantity.is_count else fixed(value, self.digits)
        whole = with_point_in_column(text)
        if len(whole) < cells:
            return whole
        texts = [whole, *(with_point_in_column(fixed(value, digits)) for digits in range(self.digits, -1, -1))]
        texts.append(texts[-1].lstrip())  # none is cut: it would be another number
        return next((form for form in texts if len(form) < cells), fit(whole, cells - 1))


def _told_by(snapshot: Snapshot, ops: Sequence[Op]) -> Set[tuple[Quantity, int | None]]:
    """(quantity, layer) of all numbers that the ops told, and of those that stand for the last one's."""
    told = {(op.quantity, op.layer) for op in ops}
    if ops and snapshot.event is not None:
        told.add((snapshot.event.told.ref.quantity, ops[-1].layer))
    return told


def _bracketed(text: str, cells: int) -> str:
    """The number between brackets, where there is room for them: it is marked without colour as well."""
    bare = text.strip()
    leading = max(len(text) - len(text.lstrip()) - 1, 0)
    framed = " " * leading + f"[{bare}]"
    return framed if len(framed) <= cells else text


# to take along


class Sheet(Struct, frozen=True):
    """A table whose cells are text already: the first column names the rows, the others hold numbers, but for those
    at the end that hold words.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 0


def sheet_of(say: Words, snapshot: Snapshot, table: Table) -> Sheet:
    """All rows of a table at this moment; a number that is not computed yet is an empty cell."""
    heads = [label_head(say, table), *(column_head(say, name) for name in table.columns)]
    return Sheet(heads, [[row.label, *(_number(snapshot, table, ref) for ref in row.cells)] for row in table.rows])


def as_csv(sheet: Sheet) -> str:
    """Comma-separated values as RFC 4180 has them, lines ended by a line feed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([sheet.heads, *sheet.rows])
    return out.getvalue().removesuffix("\n")


def as_markdown(sheet: Sheet) -> str:
    """A Markdown table whose columns line up in a fixed font as well."""
    lines = [[cell.replace("\\", "\\\\").replace("|", "\\|") for cell in row] for row in (sheet.heads, *sheet.rows)]
    rooms = [max(3, *map(breadth, column)) for column in zip(*lines, strict=True)]
    numbers = range(1, len(rooms) - sheet.words)
    rule = ["-" * (room - 1) + ":" if place in numbers else "-" * room for place, room in enumerate(rooms)]
    return "\n".join(_line(row, rooms, numbers) for row in (lines[0], rule, *lines[1:]))


def _line(row: Sequence[str], rooms: Sequence[int], numbers: range) -> str:
    """Numbers stand at the right of their columns, words at the left."""
    gaps = [" " * (room - breadth(text)) for text, room in zip(row, rooms, strict=True)]
    cells = (
        gap + text if place in numbers else text + gap for place, (text, gap) in enumerate(zip(row, gaps, strict=True))
    )
    return f"| {' | '.join(cells)} |"


def _number(snapshot: Snapshot, table: Table, ref: Ref | None) -> str:
    value = None if ref is None else snapshot.value(ref)
    if value is None or (table.key == "data" and math.isnan(value)):  # an output that this batch did not compute
        return ""
    return str(int(value)) if is_counted(ref) else repr(float(value))
