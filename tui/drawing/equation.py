"""Formulas as lines, and equations in a panel: symbols, numbers and result, their equals signs below each other; and
what stands below every equation.

A formula stands in one line or in several, or with its fractions stacked (∂E over ∂W5); never wider than it may be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise

from msgspec import Struct

from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.numbers import fixed, plain
from dlsim.engine.quantity import Formula, Ref, Worked, about
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import ELLIPSIS, Line, Link, Part, Piece, cut, dispensable, gap, measure, widest, wrap
from dlsim.tui.words import Words
from dlsim.tui.words.prose import reasons

OPENING, CLOSING = "«", "»"
"""In a mean over the batch, what the sample under the lens adds stands between these."""

GOES_ON = f" {ELLIPSIS}"
BREAKS = re.compile(r"( [+−·] |(?<=,) |·|[()\[\]])")
JOINS = {" ": 0, " + ": 1, " − ": 1, " · ": 2, "·": 2}
"""A line may break after a comma and before an operator: the sooner, the less it binds."""
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}

AIR, STACKED, FLAT = 0.5, 2.5, 6.0
WORKED, WORKED_OF_SELECTED = 2.9, 1.9
NUMBERS = (5.0, 6.5, 7.0)
"""What is lost with an empty line, the stacked form, the formula in symbols, with a line in which numbers are worked
out further, and with more and more of the numbers.
"""
SPELT_OUT_ALL, SPELT_OUT_LONG, SPELT_OUT_NUMBERS, SPELT_OUT = 0.4, 2.5, 3.5, 3.6
MOVES, MOVES_KEPT = 0.3, 4
"""What is lost with a line of the parameters that an update moves: so many lines stay longer than the sentences."""
MOST_MOVES = 99
TO, APART = " → ", "   "
"""Between an old value and the new one, and between what stands side by side."""
NARROW = 24
"""With less room than this to the right of the equals sign, lines begin at the left edge."""
QUESTION, MEANING, WHY, BATCH = 3.0, 2.8, 3.2, 2.0
"""What is lost without each of the sentences."""
MARK = "▶"


class PanelRoom(Struct, frozen=True):
    """What the formula panel tells of, in which words, and the room for it: sentences take `prose` cells, formulas
    `cells`, and numbers have so many `digits`. `caps` are the names of keys by binding id.
    """

    say: Words
    snapshot: Snapshot
    caps: Mapping[str, str]
    prose: int
    cells: int
    digits: int

    def wrapped(self, text: str, role: str = "muted") -> list[Line]:
        """A sentence in lines."""
        return wrap([(text, role)], self.prose)

    def said(self, text: str, role: str, cost: float) -> Part:
        """A sentence that is shown or left out."""
        return dispensable(self.wrapped(text, role), cost)

    @property
    def keys_in_lists(self) -> Mapping[str, str]:
        """What the keys are called that move in a list of operands."""
        return {name: self.caps[f"select.{name}"] for name in ("enter", "up", "down")}


# the equation


def equation(
    room: PanelRoom, told: Explanation, *, marked: Ref | None = None, is_shown: bool = True, worked_out: float = WORKED
) -> list[Part]:
    """The formula with symbols, the same with numbers, and the result, below each other's equals sign. The operand
    `marked` is marked; a number that is not shown yet has its formula alone. `worked_out` is what is lost with a line
    in which numbers are worked out further.
    """
    cells, digits = room.cells, room.digits
    left: Piece = (told.symbol, "active")
    shown = result(told.value, digits) if is_shown else ELLIPSIS
    outcome = (("= ", "muted"), (shown, "result"))
    if told.ref.quantity is UPDATE:
        return [_moves(room, told)]
    if not told.tokens:
        return [Part((((left, (" ", ""), *outcome),),))]
    ways = [symbolic(told, marked, tokens) for tokens in told.written]
    if _text(ways[0]) == shown:
        ways = [[(shown, "result")]]
    is_result = _text(ways[-1]) == shown
    lines = told.lines(digits) if is_shown else []
    worked = [_pieces(_linked(texts, tokens, "number", marked)) for tokens, texts in lines]
    if worked and _text(worked[0]) in (shown, plain(told.value, digits)):
        worked = []
    head: list[Piece] = [left, (" = ", "")]
    column = measure([left]) + 1
    forms: list[list[Line]] = []
    costs: list[float] = []

    def offer(form: list[Line], cost: float) -> None:
        """A form, and what is lost by it: one that is no shorter than the one before is none."""
        if not forms or len(form) < len(forms[-1]):
            forms.append(form)
            costs.append(cost)

    def below(at: int) -> tuple[list[list[Line]], list[Line]]:
        """The lines of numbers, and that of the result: their equals signs at a column."""
        end: list[Line] = [] if is_result else [((" " * hanging_room(at, cells)[1], ""), *outcome)]
        return [_below(each, at, cells) for each in worked], end

    boxed, at = _boxed(head, ways, cells)
    if boxed:
        numbers, end = below(at)
        filled = [*chain.from_iterable(numbers), *end]
        if filled:
            offer([*boxed, (), *filled], 0)
        offer([*boxed, *filled], AIR)
    numbers, end = below(column)
    width, edge = hanging_room(column, cells)
    flat = _hanging(head, " " * (edge + 2), in_lines(ways[0], width, used=column - edge))
    others = [_below(way, column, cells) for way in ways[1:]]
    for most in range(max(len(numbers), 1), 0, -1):
        offer(
            [*flat, *chain.from_iterable(others + numbers[:most]), *end],
            STACKED if most == len(numbers) else worked_out,
        )
    first = numbers[0] if numbers else []
    offer([*flat, *first, *end], worked_out)
    few = _below(worked[0], column, cells, most=3) if len(first) > 3 else first
    offer([*flat, *few, *end], NUMBERS[0])
    offer([*few, *end], FLAT)
    if len(few) > 1:
        offer([*_below(worked[0], column, cells, most=1), *end], NUMBERS[1])
    offer(end, NUMBERS[2])
    return [Part(tuple(map(tuple, forms)), tuple(costs[1:]))]


def _boxed(head: Sequence[Piece], ways: Sequence[Sequence[Piece]], cells: int) -> tuple[list[Line], int]:
    """The formula with its fractions stacked, and the column of its equals signs; no line where it does not fit."""
    first = stacked([*head, *ways[0]])
    if first is None or first.width > cells:
        return [], 0
    lines, column = list(first.lines), _column_of_equals(first.lines[first.baseline])
    for way in ways[1:]:
        box = stacked([("= ", "muted"), *way])
        if box is None or column + box.width > cells:
            lines += _below(way, column, cells)
        else:
            lines += [((" " * column, ""), *line) for line in box.lines]
    return lines, column


def _below(pieces: Sequence[Piece], column: int, cells: int, *, most: int | None = None) -> list[Line]:
    """A line of an equation under its first, their equals signs below each other."""
    width, column = hanging_room(column, cells)
    head: Sequence[Piece] = [(" " * column, ""), ("= ", "muted")]
    return _hanging(head, " " * (column + 2), in_lines(pieces, width, most=most))


def _moves(room: PanelRoom, told: Explanation) -> Part:
    """Which new values take their places, old → new: as many as there is room for, side by side where they fit."""
    snapshot, digits = room.snapshot, room.digits

    def number(ref: Ref) -> str:
        return plain(snapshot.tape.value(ref, snapshot.sample), digits)

    moved = told.operands[:MOST_MOVES]
    symbols = [snapshot.symbol(about(ref)) for ref in moved]
    old, new = [number(about(ref)) for ref in moved], [number(ref) for ref in moved]
    name, before, after = widest(symbols), widest(old), widest(new)
    cells = name + before + after + len(" ") + len(TO)
    across = max((room.cells + len(APART)) // (cells + len(APART)), 1)
    rows: list[Line] = []
    for start in range(0, len(moved), across):
        row: list[Piece] = []
        for ref, symbol, was, now in list(zip(moved, symbols, old, new, strict=True))[start : start + across]:
            row += [(APART, "")] if row else []
            row += [(f"{symbol:<{name}} ", Link("symbol", about(ref))), (f"{was:<{before}}{TO}", "")]
            row.append((f"{now:<{after}}", Link("number", ref)))
        rows.append(cut(tuple(row), room.cells))
    if len(told.operands) > MOST_MOVES:
        rows.append(((ELLIPSIS, "muted"),))
    fewer = range(len(rows) - 1, 0, -1)
    shorter = [(*rows[: most - 1], _going_on(rows[most - 1], room.cells)) for most in fewer]
    costs = [MOVES if most >= MOVES_KEPT else MEANING + MOVES for most in fewer]
    return Part((tuple(rows), *shorter, ()), (*costs, FLAT))


def _going_on(row: Line, cells: int) -> Line:
    """A row of pairs with the sign that more follow; where that has no room, the last pair goes for it: no number is
    cut.
    """
    if measure(row) > cells - 2 and (APART, "") in row:
        row = row[: len(row) - 1 - row[::-1].index((APART, ""))]
    return (*cut(row, cells - 2), (f" {ELLIPSIS}", ""))


def spelt_out(room: PanelRoom, told: Explanation) -> Part:
    """A sum that stands within another formula, as those over all the ways from a hidden weight to the outputs do:
    symbols, numbers and the result; of a long one the middle may go.
    """
    cells, digits = room.cells, room.digits
    head: list[Piece] = [
        (f"{room.say('answer.where')} ", "muted"),
        (told.symbol, Link("symbol", told.ref)),
        (" = ", ""),
    ]
    width, column = hanging_room(measure(head) - 2, cells)
    indent = " " * column
    used = measure(head) - column - 2
    outcome: Line = (("= ", "muted"), (result(told.value, digits), "strong"))
    tokens = symbolic(told)
    pieces = with_numbers(told, digits)

    def in_symbols(most: int | None) -> list[Line]:
        return _hanging(head, indent + "  ", in_lines(tokens, width, most=most, used=used))

    def in_numbers(most: int | None) -> list[Line]:
        lines = in_lines(pieces, width, most=most)
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
    return Part(tuple(map(tuple, forms)), costs)


def why_parts(room: PanelRoom, told: Explanation) -> list[Part]:
    """Why a gradient is a sum over several ways, or has sums in it; what δ is, where a unit begins to show it."""
    texts = reasons(room.say, room.snapshot, told, room.digits)
    return [part for text in texts for part in (gap(), room.said(text, "", WHY))]


def batch_parts(room: PanelRoom, told: Explanation) -> list[Part]:
    """That a gradient is a mean over the batch, and what « » mark in its formula, where that is on screen."""
    snapshot, say = room.snapshot, room.say
    samples = len(snapshot.tape.rows)
    if samples == 1 or not any(OPENING in token for token in told.tokens if isinstance(token, str)):
        return []
    marked = say("batch.mean_marked", samples=samples, sample=snapshot.row + 1)
    with_marks, alone = (tuple(room.wrapped(text)) for text in (marked, say("batch.mean", samples=samples)))
    return [Part((with_marks, ()), (BATCH,), about=OPENING, otherwise=(alone, ()))]


def hanging_room(column: int, cells: int) -> tuple[int, int]:
    """The cells to the right of an equals sign at `column`, and that column: the left edge where they are too few."""
    if cells - column < NARROW:
        column = 0
    return max(cells - column - 2, 1), column


def with_result(line: Line, outcome: Line, column: int, cells: int) -> list[Line]:
    """The result behind the last line of an equation, or below it, its equals sign at `column`."""
    gap = () if line[-1][0].endswith(" ") else ((" ", ""),)
    if measure(line) + len(gap) + measure(outcome) <= cells:
        return [(*line, *gap, *outcome)]
    return [line, ((" " * column, ""), *outcome)]


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def _column_of_equals(line: Line) -> int:
    column = 0
    for text, _ in line:
        if text == " = ":
            return column + 1
        column += measure([(text, "")])
    return 0


def _hanging(head: Sequence[Piece], indent: str, lines: Sequence[Line]) -> list[Line]:
    return [(*head, *line) if number == 0 else ((indent, ""), *line) for number, line in enumerate(lines)]


def result(value: float, digits: int) -> str:
    """A whole number as it stands (a gate's 0 or 1), every other with all its decimals."""
    return plain(value, digits) if value.is_integer() else fixed(value, digits)


# formulas, piece by piece


class Box(Struct, frozen=True):
    """Lines of equal width; `baseline` is the one that stands level with the neighbours."""

    lines: tuple[Line, ...]
    baseline: int

    @property
    def width(self) -> int:
        """Cells across."""
        return measure(self.lines[0])


def symbolic(told: Explanation, marked: Ref | None = None, tokens: Formula | None = None) -> list[Piece]:
    """The formula, or another way to write it, with symbols, piece by piece; `marked` is the operand to mark."""
    tokens = told.tokens if tokens is None else tokens
    return _pieces(_linked(told.symbols(tokens), tokens, "symbol", marked))


def _link(role: str, ref: Ref, marked: Ref | None) -> Link:
    return Link("chosen" if ref == marked else role, ref)


def with_numbers(told: Explanation, digits: int) -> list[Piece]:
    """The formula with every symbol's number in its place, each made from the full number."""
    return _pieces(_linked(told.numbers(digits), told.tokens, "number", None))


def _linked(texts: Sequence[str], tokens: Worked, role: str, marked: Ref | None) -> list[Piece]:
    """The texts of a formula's tokens; those of numbers lead to them."""
    pairs = zip(texts, tokens, strict=True)
    return [(text, _link(role, token, marked) if isinstance(token, Ref) else "") for text, token in pairs]


def _pieces(pieces: list[Piece]) -> list[Piece]:
    """A lone product gets air around its dots; in sums they bind tightly. The lens's own term is marked."""
    is_sum = any(" + " in text or " − " in text for text, _ in pieces)
    spaced = [(" · ", role) if text == "·" and not is_sum else (text, role) for text, role in pieces]
    marked: list[Piece] = []
    inside = False
    for text, role in spaced:
        inside = (inside or OPENING in text) and not text.startswith(CLOSING)
        is_own = (inside or CLOSING in text) and role != "chosen"
        marked.append((text, _with_role("own", role) if is_own else role))
    return marked


def _with_role(new: str, role: str) -> str:
    return Link(new, role.ref) if isinstance(role, Link) else new


class Bound(Struct, frozen=True):
    """Pieces that stay together. Before them a line may break: the sooner, the smaller `strength` is, which is how deep
    in brackets they stand and what joins them there.
    """

    pieces: Line
    cells: int
    strength: tuple[int, int]


def in_lines(pieces: Sequence[Piece], cells: int, *, most: int | None = None, used: int = 0) -> list[Line]:
    """The pieces, broken where they do not fit: between the outermost terms, and within a term or a name only where
    that alone is longer than a line. In the first line so many cells are `used`; of more than `most` lines the middle
    goes or the end.
    """
    if used + measure(pieces) <= cells:
        return [tuple(pieces)]
    lines: list[Line] = [()]
    _fill(lines, _groups(pieces), max(cells, 1), used)
    if most is None or len(lines) <= most:
        return lines
    if most >= 3:
        return [*lines[: most - 2], ((ELLIPSIS, "muted"),), lines[-1]]
    *kept, last = in_lines(pieces, cells - len(GOES_ON))[:most]
    return [*kept, (*last, (GOES_ON, "muted"))]


def _fill(lines: list[Line], groups: Sequence[Bound], cells: int, used: int) -> int:
    """Write the groups on from the last line, of which so many cells are used; how many are in the end."""
    weakest = min((group.strength for group in groups[1:]), default=None)
    starts = [place for place, group in enumerate(groups) if not place or group.strength == weakest]
    for start, end in pairwise([*starts, len(groups)]):
        term = groups[start:end]
        line = tuple(piece for group in term for piece in group.pieces)
        size = sum(group.cells for group in term)
        alone = size - line[0][0].startswith(" ")
        if used and used + size <= cells:
            lines[-1] = (*lines[-1], *line)
            used += size
        elif alone <= cells:
            lines[-1:] = [lines[-1], _without_leading_space(line)] if used else [_without_leading_space(line)]
            used = alone
        elif len(term) > 1:
            used = _fill(lines, term, cells, used)
        else:
            lines[-1:] = [*([lines[-1]] * bool(used)), *wrap(_without_leading_space(line), cells)]
            used = measure(lines[-1])
    return used


def _groups(pieces: Sequence[Piece]) -> list[Bound]:
    """The pieces in groups that stay together: an operator and what follows it."""
    groups: list[Bound] = []
    group: list[Piece] = []
    depth, strength = 0, (0, 0)
    for text, role in pieces:
        for part in (text,) if isinstance(role, Link) else filter(None, BREAKS.split(text)):
            if part in JOINS:
                groups += [Bound(tuple(group), measure(group), strength)] * bool(group)
                group, strength = [], (depth, JOINS[part])
            depth += BRACKETS.get(part, 0)
            group.append((part, role))
    return [*groups, *[Bound(tuple(group), measure(group), strength)] * bool(group)]


def _without_leading_space(line: Line) -> Line:
    (text, role), *rest = line
    return ((text.lstrip(), role), *rest)


def stacked(pieces: Sequence[Piece]) -> Box | None:
    """The pieces side by side, their baselines level, fractions of ∂ stacked; None where there is no such fraction."""
    boxes = [_box(text, role) for text, role in pieces]
    if all(len(box.lines) == 1 for box in boxes):
        return None
    above = max(box.baseline for box in boxes)
    below = max(len(box.lines) - box.baseline for box in boxes)
    lines: list[Line] = []
    for number in range(-above, below):
        line: list[Piece] = []
        for box in boxes:
            place = box.baseline + number
            if 0 <= place < len(box.lines):
                line.extend(box.lines[place])
            else:
                line.append((" " * box.width, ""))
        lines.append(tuple(line))
    return Box(tuple(lines), above)


def _box(text: str, role: str) -> Box:
    if not (text.startswith("∂") and "/∂" in text):
        return Box((((text, role),),), 0)
    top, _, bottom = text.partition("/")
    cells = max(breadth(top), breadth(bottom)) + 2
    return Box((_centred(top, role, cells), (("─" * cells, role),), _centred(bottom, role, cells)), 1)


def _centred(text: str, role: str, cells: int) -> Line:
    left = (cells - breadth(text)) // 2
    return ((" " * left, ""), (text, role), (" " * (cells - breadth(text) - left), ""))
