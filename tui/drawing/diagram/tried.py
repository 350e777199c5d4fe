"""The neuron that a search tries: the inputs of a row, the weights and the bias of this setting, its answer."""

from __future__ import annotations

from dlsim.engine.kinds.search.quantities import (
    ANSWER,
    BIAS,
    INPUT,
    ROW_SUM,
    WEIGHT,
    SearchTape,
)
from dlsim.engine.numbers import plain
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, LineStyle
from dlsim.tui.drawing.text import ELLIPSIS, Link, Pieces, measure

ROWS_OF_INPUT = 3
LEAST_LINE = 8
"""Cells of the lines, besides the labels on them."""
GAP = 2


def draw_tried(snapshot: Snapshot, canvas: Canvas) -> None:
    """The inputs one below the other, and beside them the neuron."""
    tape = snapshot.tape
    assert isinstance(tape, SearchTape), "a neuron that is tried"
    rows, count = tape.inputs.shape
    event = snapshot.event
    row = 0 if event is None else event.ref.index[0] if event.ref.quantity in (ROW_SUM, ANSWER) else rows - 1
    active = None if event is None else event.ref
    inputs = [_told(snapshot, Ref(INPUT, 0, (row, unit)), active) for unit in range(count)]
    weights = [_told(snapshot, Ref(WEIGHT, 0, (unit,)), active) for unit in range(count)]
    own = [_told(snapshot, Ref(quantity, 0, (row,)), active) for quantity in (ROW_SUM, ANSWER)]
    bias = _told(snapshot, Ref(BIAS), active)

    each = min(ROWS_OF_INPUT + 1, canvas.height // max(count, 1))
    is_framed = each >= ROWS_OF_INPUT
    of_input = max(map(measure, inputs)) + 4
    of_neuron = max(measure(bias) + 4, *(measure(one) + 4 for one in own))
    of_line = max(map(measure, weights)) + LEAST_LINE
    spare = max(canvas.width - of_input - of_line - of_neuron, 0)
    left, line = spare // 3, of_line + spare // 3
    top = max((canvas.height - each * count) // 2, 0)
    at = left + of_input
    middles = [top + unit * each + (1 if is_framed else 0) for unit in range(count)]
    middle = sum(middles) // count
    for unit, y in enumerate(middles):
        value = tape.value(Ref(WEIGHT, 0, (unit,)), 0)
        canvas.line(
            at, at + line, y, middle, LineStyle("negative" if value < 0 else "positive", broken=value < 0), over=False
        )
    canvas.settle()
    for unit, y in enumerate(middles):
        if is_framed:
            canvas.frame(left, y - 1, of_input, ROWS_OF_INPUT, "frame", heavy=False)
        canvas.write_pieces(left + GAP, y, inputs[unit])
        canvas.write_pieces(at + GAP, y, ((" ", ""), *weights[unit], (" ", "")))
    x = at + line
    is_active = active is not None and active.quantity in (ROW_SUM, ANSWER)
    canvas.frame(x, middle - 1, of_neuron, len(own) + 2, "active" if is_active else "frame", heavy=is_active)
    for number, pieces in enumerate(own):
        canvas.write_pieces(x + GAP, middle + number, pieces)
    canvas.write_pieces(x + 1, middle - 1, ((" ", ""), *bias, (" ", "")))


def _told(snapshot: Snapshot, ref: Ref, active: Ref | None) -> Pieces:
    """Symbol and number; a number that is not known yet is left open."""
    value = snapshot.value(ref)
    role = "active" if ref == active else "number"
    text = ELLIPSIS if value is None else plain(value)
    return [(f"{snapshot.symbol(ref)} ", "active" if ref == active else "symbol"), (text, Link(role, ref))]
