"""A whole op in the formula panel: its matrices, and number by number what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import islice
from typing import TypeAlias

from dlsim.engine.numbers import plain
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Ref, digits_of
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.equation import (
    MARK,
    MEANING,
    QUESTION,
    PanelRoom,
    batch_parts,
    hanging_room,
    in_lines,
    result,
    symbolic,
    why_parts,
    with_numbers,
    with_result,
)
from dlsim.tui.drawing.text import ELLIPSIS, Line, Link, Part, cut, gap, measure, widest, wrap
from dlsim.tui.session.selection import Selection
from dlsim.tui.words.prose import meaning

MOST_SPELT_OUT = 16
"""Of an op of no more numbers, each one's formula stands there with symbols and with numbers."""
MOST_FILLED = 64
"""Of so many, each one's formula stands there with numbers, in as many lines as it takes."""
SPELT_OUT = 0.45
"""What is lost without the formulas with symbols above those with numbers."""
ROWS = {64: 1.8, 24: 2.1, 12: 2.9, 8: 3.1, 5: 3.4, 3: 4.0, 2: 5.0}
"""Lists of at most so many numbers in a line each, and what is lost by going on to them."""

MOST_OF_PHASE = 12
"""So many numbers of each op of a phase have a line."""
LEAST_OPENED = 5
"""In lists of fewer, a marked number has no more than its line."""
Form: TypeAlias = Callable[[Ref], Line]
"""How a number's formula is written."""


def op_shown(snapshot: Snapshot, selection: Selection) -> Op | None:
    """The op that is shown whole: the last one, where none of its numbers is looked into. One of a single number is
    shown so where it is a matrix of its own.
    """
    op = snapshot.op
    if op is None or selection.is_inside or (op.size == 1 and not all(snapshot.tape.op_formula(op))):
        return None
    return op if selection.ref is None or _place(op, selection.ref) is not None else None


def phase_shown(snapshot: Snapshot, program: Program) -> Sequence[Op]:
    """The ops of the phase that was revealed last, as far as they have been."""
    if snapshot.op is None:
        return ()
    last, _ = program.locate(snapshot.position.cursor)
    first = last
    while first and program[first - 1].phase == program[last].phase:
        first -= 1
    return program[first : last + 1]


def beside(op: Op, ref: Ref | None, by: int) -> Ref | None:
    """The next or previous number of an op, from none of them the first or the last; None past its ends."""
    here = None if ref is None else _place(op, ref)
    if here is None:
        return op.ref(0 if by > 0 else op.size - 1)
    return op.ref(here + by) if 0 <= here + by < op.size else None


def op_parts(room: PanelRoom, op: Op, marked: Ref | None) -> list[Part]:
    """All that is said about an op, the line of the number `marked` among its lines."""
    say, snapshot = room.say, room.snapshot
    _, formula, shapes = snapshot.tape.op_formula(op)
    first = op.ref(0)
    keys = [f"op.{snapshot.scenario.kind}_{op.quantity.name}", f"op.{op.quantity.name}", "op.any"]
    parts = [room.said(say.first(keys, layer=op.layer or 0), "question", QUESTION), gap()]
    if formula:
        sized: Line = ((formula, "active"), ("  ", ""), (shapes, "muted")) if shapes else ((formula, "active"),)
        parts += [Part((tuple(wrap(sized, room.cells)),)), gap()]
    parts += [_rows(room, op, marked), gap()]
    told = first if op.size == 1 else marked
    if told is not None and snapshot.is_shown(told):
        parts.append(room.said(meaning(say, snapshot, told, snapshot.tape.value(told, snapshot.sample)), "", MEANING))
    if op.size == 1 and snapshot.is_shown(first):
        parts += why_parts(room, snapshot.explain(first))
    parts += batch_parts(room, snapshot.explain(first))
    symbol = "" if told is None else snapshot.symbol(told)
    key = "op.alone" if op.size == 1 else "op.look" if marked is None else "op.inside"
    return [*parts, room.said(say(key, **room.keys_in_lists, symbol=symbol), "muted", 1.5)]


def phase_parts(room: PanelRoom, ops: Sequence[Op]) -> list[Part]:
    """Of every op of a phase what it is and its numbers, of a long one the first."""
    written, lines = Written(room, None), list[Line]()
    for op in ops:
        symbol, formula, shapes = room.snapshot.tape.op_formula(op)
        refs = [op.ref(number) for number in range(min(op.size, MOST_OF_PHASE))]
        if op.size > 1 and (formula or symbol):
            lines.append(cut(((formula or symbol, "active"), ("  ", ""), (shapes, "muted")), room.cells))
        lines += written.in_a_line_each(refs, opened=False)
        if len(refs) < op.size:
            listed = room.say("answer.listed", first=1, last=len(refs), number=op.size)
            lines.append(((f"  {listed}", "muted"),))
    return [Part((tuple(lines),))]


def _rows(room: PanelRoom, op: Op, marked: Ref | None) -> Part:
    """Each number in full; where that takes too many lines, a line for each; where they do not all fit, those around
    the marked one.
    """
    place = 0 if marked is None else _place(op, marked) or 0
    written = Written(room, marked)
    forms: list[tuple[Line, ...]] = []
    costs: list[float] = []
    if op.size <= MOST_SPELT_OUT:
        forms.append(tuple(line for ref in op.refs for line in written.spelt_out(ref)))
    if op.size <= MOST_FILLED:
        lines = written.filled(list(op.refs))
        if not forms or len(lines) < len(forms[-1]):
            costs += [SPELT_OUT] * bool(forms)
            forms.append(tuple(lines))
    for most, cost in ROWS.items():
        shown = window(op.size, place, most)
        if forms and len(forms[-1]) <= len(shown):
            continue
        lines = written.in_a_line_each([op.ref(number) for number in shown], opened=most >= LEAST_OPENED)
        if len(shown) < op.size:
            listed = room.say("answer.listed", first=shown.start + 1, last=shown.stop, number=op.size)
            lines.append(((f"  {listed}", "muted"),))
        if not forms or len(lines) < len(forms[-1]):
            costs += [cost] * bool(forms)
            forms.append(tuple(lines))
    return Part(tuple(forms), tuple(costs))


def window(size: int, place: int, most: int) -> range:
    """At most so many lines, the one at `place` among them; where that is not all, one is left for saying so."""
    room = size if size <= most else max(most - 1, 1)
    start = max(0, min(place - room // 2, size - room))
    return range(start, start + room)


class Written:
    """The numbers of an op in their forms: the longer lists of one form are made of the same lines."""

    def __init__(self, room: PanelRoom, marked: Ref | None) -> None:
        self._snapshot, self._marked = room.snapshot, marked
        self._cells, self._digits = room.cells, room.digits
        self._symbols, self._numbers = cache(self._with_symbols), cache(self._with_numbers)
        self._symbol, self._result = cache(room.snapshot.symbol), cache(self._shown_result)
        self._equation = cache(self._in_lines)

    def spelt_out(self, ref: Ref) -> Sequence[Line]:
        """A number's formula with symbols, the same with numbers, and the result."""
        return self._equation(ref, self._column([ref]), (self._symbols, self._numbers))

    def filled(self, refs: Sequence[Ref]) -> list[Line]:
        """Of each its formula with numbers and the result, in as many lines as it takes."""
        column = self._column(refs)
        return [line for ref in refs for line in self._equation(ref, column, (self._numbers,))]

    def in_a_line_each(self, refs: Sequence[Ref], *, opened: bool) -> list[Line]:
        """Of each its formula with numbers and the result; where they are too long, with symbols, or none at all. The
        marked one may be `opened`: it has its numbers in as many lines as it takes.
        """
        column = self._column(refs)
        room = self._cells - column - 5 - widest(self._result(ref) for ref in refs)
        fitting = (form for form in (self._numbers, self._symbols) if all(measure(form(ref)) <= room for ref in refs))
        forms, full = tuple(islice(fitting, 1)), (self._numbers,)
        in_full = self._marked if opened else None
        return [line for ref in refs for line in self._equation(ref, column, full if ref == in_full else forms)]

    def _in_lines(self, ref: Ref, column: int, forms: tuple[Form, ...]) -> Sequence[Line]:
        """The symbol, and below each other's equals sign, which is at `column`, its formula in its forms and the
        result: where that is not known yet, the formula with symbols or none.
        """
        outcome = self._result(ref)
        shown = outcome != ELLIPSIS
        if not shown:
            forms = tuple(form for form in forms if form is self._symbols)
        told = dict.fromkeys(("", outcome, plain(self._snapshot.tape.value(ref, self._snapshot.sample), self._digits)))
        head, lines = cut(self._head(ref, column), self._cells - 2), list[Line]()
        room, indent = hanging_room(column, self._cells)
        for side in (form(ref) for form in forms):
            text = "".join(piece for piece, _ in side)
            if text in told:
                continue
            told[text] = None
            start: Line = ((" " * indent, ""), ("= ", "muted")) if lines else (*head, ("= ", ""))
            first, *others = in_lines(side, room, used=measure(start) - indent - 2)
            lines += [(*start, *first), *(((" " * (indent + 2), ""), *line) for line in others)]
        if lines and not shown:
            return lines
        *above, last = lines or [head]
        return [*above, *with_result(last, (("= ", "muted"), (outcome, Link("result", ref))), indent, self._cells)]

    def _column(self, refs: Sequence[Ref]) -> int:
        """Where the equals signs stand below each other."""
        return 3 + widest(self._symbol(ref) for ref in refs)

    def _head(self, ref: Ref, column: int) -> Line:
        is_marked, symbol = ref == self._marked, self._symbol(ref)
        mark, name = (f"{MARK} " if is_marked else "  ", "accent"), Link("chosen" if is_marked else "active", ref)
        return (mark, (symbol, name), (" " * (column - 2 - breadth(symbol)), ""))

    def _shown_result(self, ref: Ref) -> str:
        value = self._snapshot.value(ref)
        return ELLIPSIS if value is None else result(value, digits_of(ref, self._digits))

    def _with_symbols(self, ref: Ref) -> Line:
        return tuple(symbolic(self._snapshot.explain(ref)))

    def _with_numbers(self, ref: Ref) -> Line:
        """The formula with numbers; of one operand alone its symbol, since the number is the result."""
        told = self._snapshot.explain(ref)
        return self._symbols(ref) if len(told.tokens) == 1 else tuple(with_numbers(told, self._digits))


def _place(op: Op, ref: Ref) -> int | None:
    """Which of its numbers `ref` is, from 0; None where it is none of them."""
    if ref.quantity is not op.quantity:
        return None
    return next((number for number, one in enumerate(op.refs) if one == ref), None)
