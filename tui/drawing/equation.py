"""Formulas as lines, and equations in a panel: symbols, numbers and result, their equals signs below each other; and
what stands below every equation.

A formula stands in one line or in several, or with its fractions stacked (∂E over ∂W5); never wider than it may be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.numbers import fixed, plain
from dlsim.engine.quantity import Ref, about
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import ELLIPSIS, Line, Link, Part, Piece, dispensable, gap, measure, wrap
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
NUMBERS = (5.0, 6.5, 7.0)
"""What is lost with an empty line, the stacked form, the formula in symbols, more and more of its numbers."""
SPELT_OUT_ALL, SPELT_OUT_LONG, SPELT_OUT_NUMBERS, SPELT_OUT = 0.4, 2.5, 3.5, 3.6
MOVES = 0.3
"""What is lost with a line of the parameters that an update moves."""
MOST_MOVES = 99
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


def equation(room: PanelRoom, told: Explanation, *, marked: Ref | None = None, is_shown: bool = True) -> list[Part]:
    """The formula with symbols, the same with numbers, and the result, below each other's equals sign. The operand
    `marked` is marked; a number that is not shown yet has its formula alone.
    """
    cells, digits = room.cells, room.digits
    left: Piece = (told.symbol, "active")
    shown = result(told.value, digits) if is_shown else ELLIPSIS
    outcome = (("= ", "muted"), (shown, "result"))
    if told.ref.quantity is UPDATE:
        return [_moves(room.snapshot, told, cells)]
    if not told.tokens:
        return [Part((((left, (" ", ""), *outcome),),))]
    right = symbolic(told, marked)
    if _text(right) == shown:
        right = [(_text(right), "result")]
    numbers = with_numbers(told, digits, marked) if is_shown else right
    roomy = stacked([left, (" = ", ""), *right])
    if roomy is not None and roomy.width > cells:
        roomy = None
    column = measure([left]) + 1 if roomy is None else _column_of_equals(roomy.lines[roomy.baseline])
    width, column = hanging_room(column, cells)
    indent = " " * column
    used = max(measure([left]) + 3 - len(indent) - 2, 0)
    flat = _hanging([left, (" = ", "")], indent + "  ", in_lines(right, width, used=used))
    filled = [
        tuple(_hanging([(indent, ""), ("= ", "muted")], indent + "  ", in_lines(numbers, width, most=most)))
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
    lines = in_lines(pieces, cells - 2)
    shorter = [(*lines[:most], (*lines[most], (f" {ELLIPSIS}", ""))) for most in reversed(range(len(lines) - 1))]
    return Part((tuple(lines), *shorter, ()), (MOVES,) * len(shorter) + (FLAT,))


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


def symbolic(told: Explanation, marked: Ref | None = None) -> list[Piece]:
    """The formula with symbols, piece by piece; `marked` is the operand to mark."""
    return _pieces(_linked(told, told.symbols(), "symbol", marked))


def _link(role: str, ref: Ref, marked: Ref | None) -> Link:
    return Link("chosen" if ref == marked else role, ref)


def with_numbers(told: Explanation, digits: int, marked: Ref | None = None) -> list[Piece]:
    """The formula with every symbol's number in its place, each made from the full number."""
    return _pieces(_linked(told, told.numbers(digits), "number", marked))


def _linked(told: Explanation, texts: Sequence[str], role: str, marked: Ref | None) -> list[Piece]:
    """The texts of a formula's tokens; those of numbers lead to them."""
    pairs = zip(texts, told.tokens, strict=True)
    return [(text, "" if isinstance(token, str) else _link(role, token, marked)) for text, token in pairs]


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
