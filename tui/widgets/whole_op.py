"""A whole op in the formula panel: its matrices, and number by number what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TypeAlias

from rich.cells import cell_len

from dlsim.engine.numerals import plain
from dlsim.engine.program import Op
from dlsim.engine.reference import Ref, digits_of, kind_of
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.link import Link
from dlsim.tui.prose import meaning
from dlsim.tui.selection import Selection
from dlsim.tui.widgets import mathematics
from dlsim.tui.widgets.answer import MARK, MEANING, QUESTION, batch_parts
from dlsim.tui.widgets.equation import result, spelt_out
from dlsim.tui.widgets.lines import ELLIPSIS, Line, Piece, cut, width, wrap
from dlsim.tui.widgets.parts import Part, dispensable, gap
from dlsim.tui.words import Words

FEWER_DIGITS = (6, 4, 3)
"""Decimals that the numbers in a line may have, where it would not fit with all of them; its result keeps all."""
LEAST_FOR_NUMBERS = 10
"""With fewer cells than this, a line has its result alone."""
MOST_SPELT_OUT = 16
"""Of an op of no more numbers, each one's formula stands there with symbols too."""
ROWS = {64: 0.45, 24: 2.1, 12: 2.9, 8: 3.1, 5: 3.4, 3: 4.0, 2: 5.0}
"""Lists of at most so many lines, and what is lost by going on to them."""
Filled: TypeAlias = Callable[[Ref, int], Line]
"""A number's formula, with the numbers of its operands to so many decimals."""


def op_shown(snapshot: Snapshot, selection: Selection) -> Op | None:
    """The op that is shown whole: the last one, where it has several numbers and none of them is looked into."""
    op = snapshot.op
    if op is None or op.size == 1 or selection.is_inside:
        return None
    return op if selection.ref is None or _place(op, selection.ref) is not None else None


def op_parts(
    say: Words,
    snapshot: Snapshot,
    op: Op,
    marked: Ref | None,
    caps: Mapping[str, str],
    prose: int,
    cells: int,
    digits: int,
) -> list[Part]:
    """All that is said about an op, the line of the number `marked` among its lines; sentences take `prose` cells."""
    _, formula, shapes = snapshot.tape.op_formula(op)
    first = op.ref(0)
    keys = [f"op.{snapshot.scenario.kind}_{kind_of(first)}", f"op.{kind_of(first)}", "op.any"]
    parts = [dispensable(wrap([(say.first(keys, layer=op.layer or 0), "question")], prose), QUESTION), gap()]
    if formula:
        sized: Line = ((formula, "active"), ("  ", ""), (shapes, "muted")) if shapes else ((formula, "active"),)
        parts.append(Part((tuple(wrap(sized, cells)),)))
        parts.append(gap())
    parts += [_rows(say, snapshot, op, marked, cells, digits), gap()]
    if marked is not None and snapshot.is_shown(marked):
        said = meaning(say, snapshot, marked, snapshot.tape.value(marked, snapshot.sample))
        parts.append(dispensable(wrap([(said, "")], prose), MEANING))
    parts += batch_parts(say, snapshot, snapshot.explain(first), prose)
    named = {name: caps[f"select.{name}"] for name in ("enter", "up", "down")}
    symbol = "" if marked is None else snapshot.symbol(marked)
    how = say("op.look" if marked is None else "op.inside", symbol=symbol, **named)
    return [*parts, dispensable(wrap([(how, "muted")], prose), 1.5)]


def _rows(say: Words, snapshot: Snapshot, op: Op, marked: Ref | None, cells: int, digits: int) -> Part:
    """A line for each number; where they do not all fit, those around the marked one."""
    place = 0 if marked is None else _place(op, marked) or 0
    filled = cache(partial(_filled, snapshot))  # the shorter lists are made of the same numbers
    forms: list[tuple[Line, ...]] = []
    costs: list[float] = []
    if op.size <= MOST_SPELT_OUT:
        told = (_spelt_out(snapshot, filled, ref, marked, cells, digits) for ref in op.refs)
        forms.append(tuple(line for lines in told for line in lines))
    for most, cost in ROWS.items():
        window = _window(op.size, place, most)
        lines = _lines(snapshot, filled, [op.ref(number) for number in window], marked, cells, digits)
        if len(window) < op.size:
            lines.append(((f"  {say('answer.more', number=op.size - len(window))}", "muted"),))
        if not forms or len(lines) < len(forms[-1]):
            costs += [cost] * bool(forms)
            forms.append(tuple(lines))
    return Part(tuple(forms), tuple(costs))


def _window(size: int, place: int, most: int) -> range:
    """At most so many lines, the one at `place` among them; where that is not all, one is left for saying so."""
    room = size if size <= most else most - 1
    start = max(0, min(place - room // 2, size - room))
    return range(start, start + room)


def _spelt_out(
    snapshot: Snapshot, filled: Filled, ref: Ref, marked: Ref | None, cells: int, digits: int
) -> Sequence[Line]:
    """A number's formula with symbols and with all its numbers, in as many lines as it takes."""
    told = snapshot.explain(ref, digits)
    if told.substituted in (told.formula, plain(told.value, digits)):
        return _lines(snapshot, filled, [ref], marked, cells, digits)
    forms = spelt_out(snapshot, told, cells, digits, where=MARK if ref == marked else " ")[0].forms
    return [cut(line, cells) for line in (forms[0] if snapshot.is_shown(ref) else forms[-2])]


def _lines(
    snapshot: Snapshot, filled: Filled, refs: Sequence[Ref], marked: Ref | None, cells: int, digits: int
) -> list[Line]:
    """A line of each: symbol, numbers and result, the equals signs below each other."""
    symbols = [snapshot.symbol(ref) for ref in refs]
    column = max(map(cell_len, symbols))
    results = [_result(snapshot, ref, digits) for ref in refs]
    numbers = _numbers(filled, refs, cells - 2 - column - 6 - max(map(cell_len, results)), digits)
    lines: list[Line] = []
    for ref, symbol, outcome, line in zip(refs, symbols, results, numbers, strict=True):
        is_marked = ref == marked
        head: list[Piece] = [(f"{MARK} " if is_marked else "  ", "accent")]
        head += [(symbol, Link("chosen" if is_marked else "active", ref)), (" " * (column - cell_len(symbol)), "")]
        if outcome not in (ELLIPSIS, "".join(text for text, _ in line)):
            head += [(" = ", "")] * bool(line) + [*line]
        lines.append(cut((*head, (" = ", "muted"), (outcome, Link("result", ref))), cells))
    return lines


def _numbers(filled: Filled, refs: Sequence[Ref], room: int, digits: int) -> list[Line]:
    """The formulas with numbers in `room` cells, with as many decimals as fit in all of them, or cut; else none."""
    if room < LEAST_FOR_NUMBERS:
        return [()] * len(refs)
    for decimals in (digits, *(fewer for fewer in FEWER_DIGITS if fewer < digits)):
        if all(width(filled(ref, decimals)) <= room for ref in refs):
            return [filled(ref, decimals) for ref in refs]
    lines = (filled(ref, min(digits, *FEWER_DIGITS)) for ref in refs)
    return [mathematics.in_lines(line, room, most=1)[0] if line else () for line in lines]


def _filled(snapshot: Snapshot, ref: Ref, digits: int) -> Line:
    """A formula with numbers; of one operand alone its symbol, since the number is the result."""
    tokens = snapshot.tape.formula(ref, snapshot.sample)
    if len(tokens) == 1:
        return tuple(mathematics.symbolic(snapshot, tokens))
    return tuple(mathematics.with_numbers(snapshot, tokens, digits))


def _result(snapshot: Snapshot, ref: Ref, digits: int) -> str:
    value = snapshot.value(ref)
    return ELLIPSIS if value is None else result(value, digits_of(ref, digits))


def _place(op: Op, ref: Ref) -> int | None:
    """Which of its numbers `ref` is, from 0; None where it is none of them."""
    if ref.quantity != op.quantity:
        return None
    return next((number for number, one in enumerate(op.refs) if one == ref), None)
