"""What stands where in the picture of a recurrent network unrolled in time."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.kinds.recurrent.arrays import RecurrentStructure

NARROWEST = 11
WIDEST = 24
ARROW = 4
"""Cells of a column that the arrow to the next step takes."""
BOTH = 18
"""Cells in which a number and its gradient stand side by side."""
ROOMY = 15
"""With fewer cells a column than this the rows go without their names."""
FEW = 3
"""A layer of more units than these is cut before a row is left out."""
LEAVABLE = ("error", "target", "heading", "input")
"""The rows that are left out where there is no room for them, the least telling first."""
FRAMED = ("output", "hidden", "input")
"""The rows that stand in frames, as far as there is room for them."""
WITH_GRADIENTS = ("output", "hidden")
"""The rows through whose units a gradient flows back."""


class Plan(Struct, frozen=True):
    """Which steps and rows there are, and which lines and cells are whose."""

    label: int
    """Cells of the rows' names; 0 where they have none."""
    steps: range
    column: int
    """Cells of a step, its arrow to the next one included."""
    rows: dict[str, range]
    """The lines of each row, without its frame, from the top down."""
    framed: tuple[str, ...]
    has_arrows: bool
    """Whether there are lines between the layers for arrows from one to the next."""
    is_double: bool
    """Whether a gradient stands in a line of its own below its unit's number."""
    has_both: bool
    """Whether it stands beside it."""

    @property
    def inner(self) -> int:
        """Cells of a step within its frame."""
        return self.column - ARROW


def plan(structure: RecurrentStructure, width: int, height: int, names: int, wanted: int) -> Plan:
    """The arrangement in so many cells: `names` is what the rows' names would take, `wanted` the step that is shown
    where there is no room for all.
    """
    label = names if (width - names) // structure.steps >= ROOMY else 0
    steps, column = _steps(structure.steps, width - label, wanted)
    trains = structure.loss is not None
    lines = _wanted_lines(structure, trains=trains)
    has_arrows = height >= sum(lines.values()) + 2
    doubled = lines | {name: 2 * lines[name] for name in WITH_GRADIENTS}
    is_double = trains and sum(doubled.values()) + 2 + 1 <= height
    lines = _fitting(doubled if is_double else lines, height)
    spare = height - sum(lines.values()) - 2 * has_arrows - 1  # a line below for what the arrows mean
    framed = FRAMED if spare >= 2 * len(FRAMED) else WITH_GRADIENTS if spare >= 4 and is_double else ()
    return Plan(
        label=label,
        steps=steps,
        column=column,
        rows=_stacked(lines, framed, has_arrows=has_arrows),
        framed=framed,
        has_arrows=has_arrows,
        is_double=is_double,
        has_both=trains and not is_double and column - ARROW - 1 >= BOTH,
    )


def _steps(steps: int, room: int, wanted: int) -> tuple[range, int]:
    """Which steps, and how many cells each takes."""
    column = min(room // steps, WIDEST + ARROW)
    if column >= NARROWEST + ARROW - 2:
        return range(steps), column
    column = NARROWEST + ARROW - 2
    count = max(min(room // column, steps), 1)
    first = min(max(wanted - count // 2, 0), steps - count)
    return range(first, first + count), column


def _wanted_lines(structure: RecurrentStructure, *, trains: bool) -> dict[str, int]:
    """How many lines each row would have, from the top down."""
    units = {
        "error": int(trains),
        "target": structure.output.units if trains else 0,
        "output": structure.output.units,
        "hidden": structure.hidden.units,
        "input": structure.inputs,
    }
    return {"heading": 1} | {name: count for name, count in units.items() if count}


def _fitting(lines: dict[str, int], height: int) -> dict[str, int]:
    """So many lines for each row that all of them fit: large layers are cut first, then rows are left out, and what
    room that leaves is given back.
    """
    wanted, lines = lines, dict(lines)
    leavable = [name for name in LEAVABLE if name in lines]
    while sum(lines.values()) > height:
        largest = max(lines, key=lines.__getitem__)
        if lines[largest] > FEW or (not leavable and lines[largest] > 1):
            lines[largest] -= 1
        elif leavable:
            del lines[leavable.pop(0)]
        else:
            break
    for _ in range(height - sum(lines.values())):
        cut = [name for name in lines if lines[name] < wanted[name]]
        if cut:
            lines[min(cut, key=lines.__getitem__)] += 1
    return lines


def _stacked(lines: dict[str, int], framed: tuple[str, ...], *, has_arrows: bool) -> dict[str, range]:
    """The rows one below the other, with their frames and the lines of the arrows between them."""
    rows: dict[str, range] = {}
    top = 0
    for name, count in lines.items():
        frame = int(name in framed)
        top += has_arrows and name in ("hidden", "input")
        rows[name] = range(top + frame, top + frame + count)
        top += count + 2 * frame
    return rows
