"""The formula panel: the question, the formula, the same with its numbers, the result, and what it means; of a selected
number also where each operand comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

from dlsim.engine.kinds.layered.quantities import Derivative
from dlsim.engine.numbers import fixed
from dlsim.engine.program import Op
from dlsim.engine.quantity import Ref, digits_of
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth, in_language
from dlsim.tui.drawing.equation import (
    MARK,
    MEANING,
    QUESTION,
    WORKED,
    WORKED_OF_SELECTED,
    PanelRoom,
    batch_parts,
    equation,
    spelt_out,
    why_parts,
)
from dlsim.tui.drawing.text import (
    ELLIPSIS,
    Line,
    Link,
    Part,
    Piece,
    after_sign,
    cut,
    dispensable,
    fitted,
    gap,
    measure,
    spread,
    widest,
    wrap,
)
from dlsim.tui.drawing.whole_op import op_parts, phase_parts, window
from dlsim.tui.session.selection import Answer, Selection, answer_to, datum_edit, is_from_before, other_row, value_now
from dlsim.tui.words import Words
from dlsim.tui.words.prose import fitting, meaning, origin, question

COMFORTABLE_WIDTH = 76
"""Sentences are not made wider than this: long lines are hard to read."""
BEFORE_ERRORS, GAP = 16, 2
"""Cells kept for what comes next, so that the errors beside it are told alike from step to step, and those between."""
LISTED_AT_MOST = 24
WAY, MOMENT, OTHERS = 2.0, 2.9, 2.0
"""What is lost without the way one came, without what tells of another moment, of other samples."""
CHAIN = 2.6
"""What is lost without the key that goes through a chain."""
IN_LISTS = {LISTED_AT_MOST: 0.0, 6: 2.1, 3: 3.4, 1: 4.5}
"""Lists of at most so many operands, and what is lost by going on to them: numbers stay longer than sentences."""
LIST, TITLE = 2.2, 3.3
"""What is lost without a list in which nothing is chosen yet, and without the title of one in which something is."""


def panel_lines(parts: Sequence[Part], foot: Line, height: int) -> list[Line]:
    """The parts, fitted, and the foot in the last of `height` lines."""
    lines = fitted(parts, height - 1)
    lines = lines[: max(height - 1, 0)]
    blanks = [()] * max(height - 1 - len(lines), 0)
    return [indented(line) for line in [*lines, *blanks, foot]][-height:] if height else []


def indented(line: Line) -> Line:
    """With a blank before it."""
    return ((" ", ""), *line) if line else ()


def panel_parts(
    say: Words,
    snapshot: Snapshot,
    caps: Mapping[str, str],
    cells: int,
    digits: int,
    selection: Selection,
    pictures: Sequence[str],
    ops: Sequence[Op] = (),
) -> tuple[list[Part], Line]:
    """What the panel says in `cells`, in its forms, and its foot; `caps` are the names of keys by binding id,
    `pictures` those of the other pictures, `ops` what is shown whole.
    """
    inner = max(cells - 2, 1)
    room = PanelRoom(say, snapshot, caps, min(inner, COMFORTABLE_WIDTH), inner, digits)
    if len(ops) > 1:
        body = [*phase_parts(room, ops), *_after(room, inner)]
    elif ops:
        body = [*op_parts(room, ops[0], selection.ref), *_after(room, inner)]
    elif selection:
        body = answer_parts(room, selection)
    elif snapshot.event is None:
        body = _invitation(room, pictures)
    else:
        told = snapshot.explain(snapshot.event.ref)
        sentence = meaning(say, snapshot, told.ref, told.value)
        body = [*_explained(room, told, sentence), *batch_parts(room, told), *_chain(room, told)]
        body += _after(room, room.prose)
    return body, _foot(room)


def _chain(room: PanelRoom, told: Explanation) -> list[Part]:
    """That the factors of a derivative can be followed, one by one."""
    factors = [ref for ref in told.operands if isinstance(ref.quantity, Derivative)]
    if len(factors) < 2 or not isinstance(told.ref.quantity, Derivative):
        return []
    hint = room.say("why.chain", enter=room.caps["select.enter"])
    line = tuple(_with_keys(hint, room.caps["select.enter"]))
    return [dispensable([line] if measure(line) <= room.prose else wrap(line, room.prose), CHAIN)]


def _explained(
    room: PanelRoom,
    told: Explanation,
    sentence: str,
    *,
    marked: Ref | None = None,
    is_shown: bool = True,
    worked_out: float = WORKED,
) -> list[Part]:
    """A number's question, formula and meaning: the sums in the formula and the reasons for it where it is shown."""
    asked = question(room.say, room.snapshot, told.ref)
    parts = [room.said(asked, "question", QUESTION), gap()]
    parts += equation(room, told, marked=marked, is_shown=is_shown, worked_out=worked_out)
    if is_shown:
        parts += [*(spelt_out(room, inner) for inner in told.sums), *why_parts(room, told)]
    return [*parts, gap(), room.said(sentence, "", MEANING)]


# before the first step, between steps


def _invitation(room: PanelRoom, pictures: Sequence[str]) -> list[Part]:
    say, snapshot, caps = room.say, room.snapshot, room.caps
    position = snapshot.position
    if position.iteration > 1:
        first = fitting(say, snapshot.scenario, "formula.start_iteration", iteration=position.iteration)
    elif position.done == 0 and not _trains(snapshot) and snapshot.sample:
        first = say("formula.start_sample", sample=snapshot.row + 1, samples=len(snapshot.tape.rows))
    else:
        first = say("formula.start")
    press = say("formula.start_press", key=caps["step.forward"], next=snapshot.next_symbol or "")
    then = say("formula.start_then", back=caps["step.back"])
    others = ""
    if pictures and position.iteration == 1 and not snapshot.sample:  # they are told once, at the very start
        others = say("formula.start_pictures", key=caps["look.picture"], pictures=", ".join(pictures))
    summary = in_language(snapshot.scenario.summary, say.language)
    return [
        dispensable([*room.wrapped(summary), ()] if summary else [], 2),
        room.said(first, "question", 3),
        gap(),
        Part((tuple(wrap(_with_keys(press, caps["step.forward"]), room.prose)),)),
        dispensable(wrap(_with_keys(then, caps["step.back"]), room.prose), 4),
        dispensable(wrap(_with_keys(others, caps["look.picture"]), room.prose) if others else [], 2.5),
    ]


def _with_keys(sentence: str, cap: str) -> list[Piece]:
    """The sentence with the name of the key marked."""
    before, found, after = sentence.partition(cap)
    return [(before, ""), (found, "key"), (after, "")]


def _trains(snapshot: Snapshot) -> bool:
    return snapshot.position.epochs > 0


def _after(room: PanelRoom, cells: int) -> list[Part]:
    """At the end of a pass where nothing is trained, what can be done next."""
    say, snapshot, position = room.say, room.snapshot, room.snapshot.position
    if position.cursor < position.values or _trains(snapshot) or snapshot.trouble is not None:
        return []
    key, row = room.caps["step.forward"], snapshot.row + 1
    if snapshot.sample + 1 < len(snapshot.tape.rows):
        told = say("formula.end_next", sample=row, key=key, following=row + 1)
    else:
        key = room.caps["time.home"]
        told = say("formula.end_last", key=key, open=room.caps["scenario.open"])
    return [gap(), Part((tuple(wrap(_with_keys(told, key), cells)),))]


def _following(say: Words, snapshot: Snapshot) -> tuple[str, str]:
    """What the next step brings, and the same in short."""
    position, named = snapshot.position, dict[str, str | int]()
    if snapshot.next_symbol is None:
        if snapshot.sample + 1 >= len(snapshot.tape.rows) or snapshot.trouble is not None:
            return "", ""
        key, named["sample"] = "formula.next_sample", snapshot.sample + 2
    elif position.cursor == position.values:
        key, named["iteration"] = "formula.next_iteration", position.iteration + 1
    else:
        key, named["next"] = "formula.next", snapshot.next_symbol
    scenario = snapshot.scenario
    return fitting(say, scenario, key, **named), fitting(say, scenario, f"{key}_in_short", **named)


def _foot(room: PanelRoom) -> Line:
    """What the next step brings, and the errors by now: in full where both have room."""
    say, snapshot, cells, digits = room.say, room.snapshot, room.cells, room.digits
    rows = snapshot.tape.rows
    following, brief = _following(say, snapshot)
    if not _trains(snapshot):
        return ((following, "muted"),)
    own_error, mean_error = snapshot.tape.error, snapshot.tape.loss
    if own_error is None or mean_error is None:
        return ((following, "muted"),)
    error = snapshot.value(own_error)
    shown = say("formula.hidden") if error is None else fixed(error, digits)
    link, of_mean = Link("strong", own_error), Link("", mean_error)
    own: Line = ((say("formula.E", value=shown), link),)
    left: Line = ((following, "muted"),)
    told: list[tuple[Line, Line]] = []
    forms: list[tuple[Line, Line]] = [(left, own), ((), own)]
    if len(rows) > 1:
        loss = say("formula.hidden") if snapshot.loss is None else fixed(snapshot.loss, digits)
        mean, short = say("formula.loss", samples=len(rows), value=loss), say("formula.loss_in_short", value=loss)
        named: Line = ((say("formula.E_of_sample", value=shown), link),)
        own = ((say("formula.E_of_sample_in_short", value=shown), link),)
        beside = ((mean, named), (short, named), (mean, own), (short, own))
        told = [(left, ((text, of_mean), ("  ", ""), *one)) for text, one in beside]
        shortest = told[-1][1]
        forms = [*told, (((brief, "muted"),), shortest), ((), shortest), (left, named), ((), named), *forms]
    steady = (form for form in told if measure(form[1]) + max(measure(left), BEFORE_ERRORS) + GAP <= cells)
    fitting = (form for form in forms if measure(form[1]) + (measure(form[0]) + GAP if form[0] else 0) <= cells)
    left, right = next(steady, None) or next(fitting, forms[-1])
    return spread(left, right, cells) if left else right


# a selected number


def answer_parts(room: PanelRoom, selection: Selection) -> list[Part]:
    """All that is said about the selected number."""
    assert selection.ref is not None
    say, snapshot = room.say, room.snapshot
    answer, marked = answer_to(snapshot, selection.ref), selection.marked(snapshot)
    parts: list[Part] = []
    if len(selection.way) > 1:
        parts.append(dispensable([cut(_way(say, snapshot, selection), room.cells)], WAY))
    if answer.is_shown:
        meant = meaning(say, snapshot, answer.ref, answer.told.value)
    else:
        meant = say("answer.not_in_batch" if answer.is_absent else "answer.hidden")
    parts += _explained(
        room, answer.told, meant, marked=marked, is_shown=answer.is_shown, worked_out=WORKED_OF_SELECTED
    )
    if (row := other_row(snapshot, answer.ref)) is not None:
        parts.append(room.said(say("answer.of_sample", sample=row + 1, lens=snapshot.row + 1), "muted", OTHERS))
    if (now := value_now(snapshot, answer.ref)) is not None:
        text = say("answer.before_update", symbol=answer.told.symbol, now=fixed(now, room.digits))
        parts.append(room.said(text, "muted", OTHERS))
    if answer.is_absent:
        return parts
    if is_from_before(snapshot, answer.ref):
        own = f"answer.from_before_{answer.ref.quantity.key}"  # where a picture shows the new place already
        text = say.first([own, "answer.from_before"])
        parts.append(room.said(text, "muted", MOMENT if own in say else OTHERS))
    return [*parts, *batch_parts(room, answer.told), gap(), *_made_of(room, answer, selection, marked)]


def _way(say: Words, snapshot: Snapshot, selection: Selection) -> Line:
    """The numbers that one came through."""
    text = ""
    for stop in selection.way:
        symbol = snapshot.symbol(stop.ref)
        text = say("answer.way", before=text, symbol=symbol) if text else symbol
    return ((text, "muted"),)


def _made_of(room: PanelRoom, answer: Answer, selection: Selection, marked: Ref | None) -> list[Part]:
    """Every operand with its number and what made it; where they do not all fit, those around the marked one."""
    if not answer.operands:
        constant = room.say("answer.constant") if answer.told.tokens else ""
        return [room.said(constant or _origin_of_given(room, answer.ref), "muted", LIST)]
    key = "answer.made_of_inside" if selection.is_inside else "answer.made_of"
    title = room.say(key, escape=room.caps["select.leave"], **room.keys_in_lists)
    whole = _around(room, answer, LISTED_AT_MOST, marked)
    if marked is None:  # all of it or nothing: its numbers stand in the formula
        return [dispensable([*room.wrapped(title), *whole], LIST)]
    forms, costs = [whole], []
    for most, cost in IN_LISTS.items():
        if len(form := _around(room, answer, most, marked)) < len(forms[-1]):
            forms.append(form)
            costs.append(cost)
    return [room.said(title, "muted", TITLE), Part(tuple(forms), tuple(costs))]


def _origin_of_given(room: PanelRoom, ref: Ref) -> str:
    """What made a number that is not made of others: an update, an edit, or nothing that dlsim knows of."""
    say, snapshot = room.say, room.snapshot
    done = snapshot.position.iteration - 1
    jump = next((jump for jump in snapshot.history.jumps(ref) if jump.updates == done), None)
    jump = jump or datum_edit(snapshot, ref)
    if jump is not None:
        done = jump.updates
        key = "answer.edited_in" if isnan(jump.before) else "answer.edited" if done else "answer.edited_at_start"
        return fitting(say, snapshot.scenario, key, iteration=done, before=fixed(jump.before, room.digits))
    if ref.quantity.is_of_others:
        return say("answer.summed_up")
    learnt = ref.quantity.is_learnt and done > 0
    return say("answer.left_by_update" if learnt else "answer.given", iteration=done)


def _around(room: PanelRoom, answer: Answer, most: int, marked: Ref | None) -> tuple[Line, ...]:
    """Lines of at most so many operands, the marked one among them; which they are of how many stands below."""
    operands = answer.operands
    place = operands.index(marked) if marked in operands else 0
    shown = window(len(operands), place, most)
    rows = _rows(room, operands[shown.start : shown.stop], marked, is_shown=answer.is_shown)
    if len(shown) == len(operands):
        return rows
    if most == 1:
        return ((*rows[0], (f"  {place + 1}/{len(operands)}", "muted")),)
    listed = room.say("answer.listed", first=shown.start + 1, last=shown.stop, number=len(operands))
    return (*rows, ((f"   {listed}", "muted"),))


def _rows(room: PanelRoom, operands: Sequence[Ref], marked: Ref | None, *, is_shown: bool) -> tuple[Line, ...]:
    """A line of each operand: its symbol, its number and what made it."""
    snapshot = room.snapshot

    def number(ref: Ref) -> str:
        if not (is_shown or snapshot.is_shown(ref)):
            return after_sign(ELLIPSIS)
        return after_sign(fixed(snapshot.tape.value(ref, snapshot.sample), digits_of(ref, room.digits)))

    symbols, numbers = [snapshot.symbol(ref) for ref in operands], [number(ref) for ref in operands]
    cells_of_symbol, cells_of_number = widest(symbols) + 2, widest(numbers) + 2
    lines: list[Line] = []
    for ref, symbol, told in zip(operands, symbols, numbers, strict=True):
        is_marked = ref == marked
        line: list[Piece] = [
            (f" {MARK} " if is_marked else "   ", "accent"),
            (symbol, Link("chosen" if is_marked else "symbol", ref)),
            (" " * (cells_of_symbol - breadth(symbol)), ""),
            (told, Link("number", ref)),
        ]
        padding = " " * (cells_of_number - breadth(told))
        if measure(line) + len(padding) + 8 < room.cells:
            line += [(padding, ""), (origin(room.say, snapshot, ref), Link("muted", ref))]
        lines.append(cut(tuple(line), room.cells))
    return tuple(lines)
