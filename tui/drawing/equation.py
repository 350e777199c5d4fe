"""An equation in a panel: symbols, numbers and result, their equals signs below each other."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.explain import Explanation
from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.numbers import fixed, plain
from dlsim.engine.reference import Ref, about
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing import mathematics
from dlsim.tui.drawing.lines import ELLIPSIS, Line, Piece, width
from dlsim.tui.drawing.link import Link
from dlsim.tui.drawing.parts import Part, gap

AIR, STACKED, FLAT = 0.5, 2.5, 6.0
NUMBERS = (5.0, 6.5, 7.0)
"""What is lost with an empty line, the stacked form, the formula in symbols, more and more of its numbers."""
SPELT_OUT_ALL, SPELT_OUT_LONG, SPELT_OUT_NUMBERS, SPELT_OUT = 0.4, 2.5, 3.5, 3.6
MOVES = 0.3
"""What is lost with a line of the parameters that an update moves."""
MOST_MOVES = 99
NARROW = 24
"""With less room than this to the right of the equals sign, lines begin at the left edge."""


def equation(
    snapshot: Snapshot,
    told: Explanation,
    cells: int,
    digits: int,
    *,
    marked: Ref | None = None,
    is_shown: bool = True,
) -> list[Part]:
    """The formula with symbols, the same with numbers, and the result, below each other's equals sign. The operand
    `marked` is marked; a number that is not shown yet has its formula alone.
    """
    left: Piece = (told.symbol, "active")
    shown = result(told.value, digits) if is_shown else ELLIPSIS
    outcome = (("= ", "muted"), (shown, "result"))
    if told.ref.quantity is UPDATE:
        return [_moves(snapshot, told, cells)]
    if not told.tokens:
        return [Part((((left, (" ", ""), *outcome),),))]
    right = mathematics.symbolic(snapshot, told.tokens, marked)
    if _text(right) == shown:
        right = [(_text(right), "result")]
    numbers = mathematics.with_numbers(snapshot, told.tokens, digits, marked) if is_shown else right
    roomy = mathematics.stacked([left, (" = ", ""), *right])
    if roomy is not None and roomy.width > cells:
        roomy = None
    column = width([left]) + 1 if roomy is None else _column_of_equals(roomy.lines[roomy.baseline])
    room, column = hanging_room(column, cells)
    indent = " " * column
    used = max(width([left]) + 3 - len(indent) - 2, 0)
    flat = _hanging([left, (" = ", "")], indent + "  ", mathematics.in_lines(right, room, used=used))
    filled = [
        tuple(_hanging([(indent, ""), ("= ", "muted")], indent + "  ", mathematics.in_lines(numbers, room, most=most)))
        for most in (None, 3, 1)
    ]
    forms: list[tuple[Line, ...]] = [tuple(flat), ()]
    costs: list[float] = [FLAT]
    if roomy is not None:
        forms.insert(0, roomy.lines)
        costs.insert(0, STACKED)
    parts = [Part(tuple(forms), tuple(costs))]
    if roomy is not None:
        parts.append(gap(AIR))
    if is_shown and _text(numbers) not in (shown, plain(told.value, digits)):
        parts.append(Part((*filled, ()), NUMBERS))
    if _text(right) != shown:
        parts.append(Part(((((indent, ""), *outcome),),)))
    return parts


def _moves(snapshot: Snapshot, told: Explanation, cells: int) -> Part:
    """Which new values take their places: as many as there is room for."""
    pieces: list[Piece] = []
    for ref in told.operands[:MOST_MOVES]:
        before = about(ref)
        pieces += [
            (f"{', ' if pieces else ''}{snapshot.symbol(before)} ← ", ""),
            (snapshot.symbol(ref), Link("symbol", ref)),
        ]
    if len(told.operands) > MOST_MOVES:
        pieces.append((f", {ELLIPSIS}", ""))
    lines = mathematics.in_lines(pieces, cells - 2)
    shorter = [(*lines[:most], (*lines[most], (f" {ELLIPSIS}", ""))) for most in reversed(range(len(lines) - 1))]
    return Part((tuple(lines), *shorter, ()), (MOVES,) * len(shorter) + (FLAT,))


def spelt_out(
    snapshot: Snapshot, told: Explanation, cells: int, digits: int, *, where: str, marked: Ref | None = None
) -> list[Part]:
    """A sum that stands within another formula: symbols, numbers and the result; of a long one the middle may go."""
    head: list[Piece] = [(f"{where} ", "muted"), (told.symbol, Link("symbol", told.ref)), (" = ", "")]
    room, column = hanging_room(width(head) - 2, cells)
    indent = " " * column
    used = width(head) - column - 2
    outcome: Line = (("= ", "muted"), (result(told.value, digits), "strong"))
    tokens = mathematics.symbolic(snapshot, told.tokens, marked)
    pieces = mathematics.with_numbers(snapshot, told.tokens, digits, marked)

    def in_symbols(most: int | None) -> list[Line]:
        return _hanging(head, indent + "  ", mathematics.in_lines(tokens, room, most=most, used=used))

    def in_numbers(most: int | None) -> list[Line]:
        lines = mathematics.in_lines(pieces, room, most=most)
        *above, last = _hanging([(indent, ""), ("= ", "muted")], indent + "  ", lines)
        return [*above, *with_result(last, outcome, column, cells)]

    symbols = in_symbols(None)
    forms = (
        [*symbols, *in_numbers(None)],
        [*symbols, *in_numbers(3)],
        [*in_symbols(1), *in_numbers(1)],
        symbols[:1],
        (),
    )
    costs = (SPELT_OUT_ALL, SPELT_OUT_LONG, SPELT_OUT_NUMBERS, SPELT_OUT)
    return [Part(tuple(map(tuple, forms)), costs)]


def hanging_room(column: int, cells: int) -> tuple[int, int]:
    """The cells to the right of an equals sign at `column`, and that column: the left edge where they are too few."""
    if cells - column < NARROW:
        column = 0
    return max(cells - column - 2, 1), column


def with_result(line: Line, outcome: Line, column: int, cells: int) -> list[Line]:
    """The result behind the last line of an equation, or below it, its equals sign at `column`."""
    gap = () if line[-1][0].endswith(" ") else ((" ", ""),)
    if width(line) + len(gap) + width(outcome) <= cells:
        return [(*line, *gap, *outcome)]
    return [line, ((" " * column, ""), *outcome)]


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def _column_of_equals(line: Line) -> int:
    column = 0
    for text, _ in line:
        if text == " = ":
            return column + 1
        column += width([(text, "")])
    return 0


def _hanging(head: Sequence[Piece], indent: str, lines: Sequence[Line]) -> list[Line]:
    return [(*head, *line) if number == 0 else ((indent, ""), *line) for number, line in enumerate(lines)]


def result(value: float, digits: int) -> str:
    """A whole number as it stands (a gate's 0 or 1), every other with all its decimals."""
    return plain(value, digits) if value.is_integer() else fixed(value, digits)
