"""The formula panel's answer about a selected number: its formula, its meaning, and where each operand comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

from dlsim.engine.numbers import fixed
from dlsim.engine.quantity import Ref, digits_of
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.equation import OPENING, equation, spelt_out
from dlsim.tui.drawing.text import (
    ELLIPSIS,
    Line,
    Link,
    Part,
    Piece,
    after_sign,
    cut,
    dispensable,
    gap,
    measure,
    widest,
    wrap,
)
from dlsim.tui.session.selection import Answer, Selection, answer_to, datum_edit, is_from_before, other_row, value_now
from dlsim.tui.words import Words
from dlsim.tui.words.prose import fitting, meaning, origin, question, reasons

MARK = "▶"
LISTED_AT_MOST = 24
WAY, QUESTION, MEANING, MOMENT, WHY, BATCH = 2.0, 3.0, 2.8, 2.9, 3.2, 2.0
"""What is lost without the way one came, without each of the sentences."""
IN_LISTS = {LISTED_AT_MOST: 0.0, 6: 2.1, 3: 3.4, 1: 4.5}
"""Lists of at most so many operands, and what is lost by going on to them: numbers stay longer than sentences."""
LIST, TITLE = 2.2, 3.3
"""What is lost without a list in which nothing is chosen yet, and without the title of one in which something is."""


def answer_parts(
    say: Words,
    snapshot: Snapshot,
    selection: Selection,
    caps: Mapping[str, str],
    prose: int,
    cells: int,
    digits: int,
) -> list[Part]:
    """All that is said about the selected number; sentences take `prose` cells, formulas `cells`."""
    assert selection.ref is not None
    answer, marked = answer_to(snapshot, selection.ref), selection.marked(snapshot)
    parts: list[Part] = []
    if len(selection.way) > 1:
        parts.append(dispensable([cut(_way(say, snapshot, selection), cells)], WAY))
    asked = wrap([(question(say, snapshot, answer.ref), "question")], prose)
    parts += [dispensable(asked, QUESTION), gap()]
    parts += equation(snapshot, answer.told, cells, digits, marked=marked, is_shown=answer.is_shown)
    if answer.is_shown:
        parts += sums_parts(say, snapshot, answer.spelt_out, cells, digits)
        parts += why_parts(say, snapshot, answer.told, answer.spelt_out, prose, digits)
        meant = meaning(say, snapshot, answer.ref, answer.told.value)
    else:
        meant = say("answer.not_in_batch" if answer.is_absent else "answer.hidden")
    parts += [gap(), dispensable(wrap([(meant, "")], prose), MEANING)]
    if (row := other_row(snapshot, answer.ref)) is not None:
        text = say("answer.of_sample", sample=row + 1, lens=snapshot.row + 1)
        parts.append(dispensable(wrap([(text, "muted")], prose), BATCH))
    if (now := value_now(snapshot, answer.ref)) is not None:
        text = say("answer.before_update", symbol=answer.told.symbol, now=fixed(now, digits))
        parts.append(dispensable(wrap([(text, "muted")], prose), BATCH))
    if answer.is_absent:
        return parts
    if is_from_before(snapshot, answer.ref):
        own = f"answer.from_before_{answer.ref.quantity.key}"  # where a picture shows the new place already
        text = say.first([own, "answer.from_before"])
        parts.append(dispensable(wrap([(text, "muted")], prose), MOMENT if own in say else BATCH))
    parts += batch_parts(say, snapshot, answer.told, prose)
    return [*parts, gap(), *_made_of(say, snapshot, answer, selection, marked, caps, prose, cells, digits)]


def sums_parts(say: Words, snapshot: Snapshot, sums: Sequence[Explanation], cells: int, digits: int) -> list[Part]:
    """Of a hidden weight: the sums over all the ways to the outputs, below the formula in which they stand."""
    where = say("answer.where")
    return [part for inner in sums for part in spelt_out(snapshot, inner, cells, digits, where=where)]


def why_parts(
    say: Words, snapshot: Snapshot, told: Explanation, sums: Sequence[Explanation], prose: int, digits: int
) -> list[Part]:
    """Why a gradient is a sum over several ways, or has `sums` in it; what δ is, where a unit begins to show it."""
    texts = reasons(say, snapshot, told, sums, digits)
    return [part for text in texts for part in (gap(), dispensable(wrap([(text, "")], prose), WHY))]


def batch_parts(say: Words, snapshot: Snapshot, told: Explanation, prose: int) -> list[Part]:
    """That a gradient is a mean over the batch, and what « » mark in its formula, where that is on screen."""
    samples = len(snapshot.tape.rows)
    if samples == 1 or not any(OPENING in token for token in told.tokens if isinstance(token, str)):
        return []
    marked = say("batch.mean_marked", samples=samples, sample=snapshot.row + 1)
    with_marks, alone = (tuple(wrap([(text, "muted")], prose)) for text in (marked, say("batch.mean", samples=samples)))
    return [Part((with_marks, ()), (BATCH,), about=OPENING, otherwise=(alone, ()))]


def _way(say: Words, snapshot: Snapshot, selection: Selection) -> Line:
    """The numbers that one came through."""
    text = ""
    for stop in selection.way:
        symbol = snapshot.symbol(stop.ref)
        text = say("answer.way", before=text, symbol=symbol) if text else symbol
    return ((text, "muted"),)


def _made_of(
    say: Words,
    snapshot: Snapshot,
    answer: Answer,
    selection: Selection,
    marked: Ref | None,
    caps: Mapping[str, str],
    prose: int,
    cells: int,
    digits: int,
) -> list[Part]:
    """Every operand with its number and what made it; where they do not all fit, those around the marked one."""
    if not answer.operands:
        constant = say("answer.constant") if answer.told.tokens else ""
        text = constant or _origin_of_given(say, snapshot, answer.ref, digits)
        return [dispensable(wrap([(text, "muted")], prose), LIST)]
    key = "answer.made_of_inside" if selection.is_inside else "answer.made_of"
    named = {name: caps[f"select.{name}"] for name in ("enter", "up", "down")}
    title = say(key, escape=caps["select.leave"], **named)
    place = answer.operands.index(marked) if marked in answer.operands else 0
    titled = wrap([(title, "muted")], prose)

    def around(most: int) -> tuple[Line, ...]:
        return _around(say, snapshot, answer, place, most, marked, cells, digits)

    forms, costs = [around(LISTED_AT_MOST)], []
    if marked is None:  # all of it or nothing: its numbers stand in the formula
        return [dispensable([*titled, *forms[0]], LIST)]
    for most, cost in IN_LISTS.items():
        if len(form := around(most)) < len(forms[-1]):
            forms.append(form)
            costs.append(cost)
    return [dispensable(titled, TITLE), Part(tuple(forms), tuple(costs))]


def _origin_of_given(say: Words, snapshot: Snapshot, ref: Ref, digits: int) -> str:
    """What made a number that is not made of others: an update, an edit, or nothing that dlsim knows of."""
    done = snapshot.position.iteration - 1
    jump = next((jump for jump in snapshot.history.jumps(ref) if jump.updates == done), None)
    jump = jump or datum_edit(snapshot, ref)
    if jump is not None:
        done = jump.updates
        key = "answer.edited_in" if isnan(jump.before) else "answer.edited" if done else "answer.edited_at_start"
        return fitting(say, snapshot.scenario, key, iteration=done, before=fixed(jump.before, digits))
    if ref.quantity.is_of_others:
        return say("answer.summed_up")
    learnt = ref.quantity.is_learnt and done > 0
    return say("answer.left_by_update" if learnt else "answer.given", iteration=done)


def _rows(
    say: Words,
    snapshot: Snapshot,
    operands: Sequence[Ref],
    marked: Ref | None,
    cells: int,
    digits: int,
    *,
    is_shown: bool,
) -> tuple[Line, ...]:
    symbols = [snapshot.symbol(ref) for ref in operands]
    numbers = [_number(snapshot, ref, digits, is_shown=is_shown) for ref in operands]
    symbol_cells = widest(symbols)
    number_cells = widest(numbers)
    lines: list[Line] = []
    for ref, symbol, number in zip(operands, symbols, numbers, strict=True):
        is_marked = ref == marked
        name: Piece = (symbol, Link("chosen" if is_marked else "symbol", ref))
        line: list[Piece] = [(f" {MARK} " if is_marked else "   ", "accent"), name]
        line.append((" " * (symbol_cells - breadth(symbol) + 2), ""))
        line.append((number, Link("number", ref)))
        where = origin(say, snapshot, ref)
        padding = " " * (number_cells - breadth(number) + 2)
        if measure(line) + len(padding) + 8 < cells:
            line += [(padding, ""), (where, Link("muted", ref))]
        lines.append(cut(tuple(line), cells))
    return tuple(lines)


def _number(snapshot: Snapshot, ref: Ref, digits: int, *, is_shown: bool) -> str:
    if is_shown or snapshot.is_shown(ref):
        text = fixed(snapshot.tape.value(ref, snapshot.sample), digits_of(ref, digits))
        return after_sign(text)
    return after_sign(ELLIPSIS)


def _around(
    say: Words,
    snapshot: Snapshot,
    answer: Answer,
    place: int,
    most: int,
    marked: Ref | None,
    cells: int,
    digits: int,
) -> tuple[Line, ...]:
    """Lines of at most so many operands, the one at `place` among them; which they are of how many stands below."""
    operands = answer.operands
    room = len(operands) if len(operands) <= most else max(most - 1, 1)
    start = max(0, min(place - room // 2, len(operands) - room))
    shown = operands[start : start + room]
    rows = _rows(say, snapshot, shown, marked, cells, digits, is_shown=answer.is_shown)
    if room == len(operands):
        return rows
    if most == 1:
        return ((*rows[0], (f"  {place + 1}/{len(operands)}", "muted")),)
    listed = say("answer.listed", first=start + 1, last=start + room, number=len(operands))
    return (*rows, ((f"   {listed}", "muted"),))
