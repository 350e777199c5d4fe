"""A table as text to take along: CSV for a spreadsheet, Markdown for notes. Numbers in full, as repr writes them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len

from dlsim.engine.model import Table
from dlsim.engine.reference import Ref, is_counted
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.variants import NOTHING_BESIDE, Beside, Variant, loss_head
from dlsim.tui.words import Words
from dlsim.tui.words.heads import column_head, label_head


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


def sheet_of_variants(
    say: Words, variants: Sequence[Variant], apart: Sequence[Sequence[str]], beside: Beside = NOTHING_BESIDE
) -> Sheet:
    """The variants of a scenario side by side: their updates, their losses and what stands beside these on screen, and
    what sets them apart.
    """
    heads = [
        say("column.variant"),
        say("column.updates"),
        say(loss_head(variant.snapshot.is_part for variant in variants)),
    ]
    heads += [say(f"column.{beside.head}")] if beside.head else []
    rows = []
    for number, (variant, pieces) in enumerate(zip(variants, apart, strict=False)):
        losses = variant.snapshot.curves.get("loss")
        loss = repr(float(losses.values[-1])) if losses is not None and len(losses) else ""
        row = [variant.name, str(variant.snapshot.position.done), loss]
        if beside.head:
            second = beside.numbers[number]
            row.append("" if second is None else repr(float(second)))
        rows.append([*row, ", ".join(pieces)])
    return Sheet([*heads, say("column.differs")], rows, words=1)


def as_csv(sheet: Sheet) -> str:
    """Comma-separated values as RFC 4180 has them, lines ended by a line feed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([sheet.heads, *sheet.rows])
    return out.getvalue().removesuffix("\n")


def as_markdown(sheet: Sheet) -> str:
    """A Markdown table whose columns line up in a fixed font as well."""
    lines = [[cell.replace("\\", "\\\\").replace("|", "\\|") for cell in row] for row in (sheet.heads, *sheet.rows)]
    rooms = [max(3, *map(_cells, column)) for column in zip(*lines, strict=True)]
    numbers = range(1, len(rooms) - sheet.words)
    rule = ["-" * (room - 1) + ":" if place in numbers else "-" * room for place, room in enumerate(rooms)]
    return "\n".join(_line(row, rooms, numbers) for row in (lines[0], rule, *lines[1:]))


def _line(row: Sequence[str], rooms: Sequence[int], numbers: range) -> str:
    """Numbers stand at the right of their columns, words at the left."""
    gaps = [" " * (room - _cells(text)) for text, room in zip(row, rooms, strict=True)]
    cells = (
        gap + text if place in numbers else text + gap for place, (text, gap) in enumerate(zip(row, gaps, strict=True))
    )
    return f"| {' | '.join(cells)} |"


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _number(snapshot: Snapshot, table: Table, ref: Ref | None) -> str:
    value = None if ref is None else snapshot.value(ref)
    if value is None or (table.key == "data" and math.isnan(value)):  # an output that this batch did not compute
        return ""
    return str(int(value)) if is_counted(ref) else repr(float(value))
