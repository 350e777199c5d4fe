"""The formula panel: the question, the formula, the same with its numbers, the result, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlsim.engine.numbers import fixed
from dlsim.engine.program import Op
from dlsim.engine.scenario.spec import in_language
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.answer import MEANING, QUESTION, answer_parts, batch_parts, sums_parts, why_parts
from dlsim.tui.drawing.equation import equation
from dlsim.tui.drawing.text import Line, Link, Part, Piece, dispensable, fitted, gap, measure, spread, wrap
from dlsim.tui.drawing.whole_op import op_parts
from dlsim.tui.session.selection import Selection
from dlsim.tui.words import Words
from dlsim.tui.words.prose import fitting, meaning, question

COMFORTABLE_WIDTH = 76
"""Sentences are not made wider than this: long lines are hard to read."""
BEFORE_ERRORS, GAP = 16, 2
"""Cells kept for what comes next, so that the errors beside it are told alike from step to step, and those between."""


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
    op: Op | None = None,
) -> tuple[list[Part], Line]:
    """What the panel says in `cells`, in its forms, and its foot; `caps` are the names of keys by binding id,
    `pictures` those of the other pictures, `op` what is shown whole.
    """
    inner = max(cells - 2, 1)
    foot = _foot(say, snapshot, inner, digits)
    if op is not None:
        body = op_parts(say, snapshot, op, selection.ref, caps, min(inner, COMFORTABLE_WIDTH), inner, digits)
        body += _after(say, snapshot, caps, inner)
    elif selection:
        body = answer_parts(say, snapshot, selection, caps, min(inner, COMFORTABLE_WIDTH), inner, digits)
    elif snapshot.event is None:
        body = _invitation(say, snapshot, caps, inner, pictures)
    else:
        body = _body(say, snapshot, caps, inner, digits)
    return body, foot


def _body(say: Words, snapshot: Snapshot, caps: Mapping[str, str], cells: int, digits: int) -> list[Part]:
    assert snapshot.event is not None, "a number that was computed"
    ref = snapshot.event.ref
    told = snapshot.explain(ref)
    sums = told.sums
    prose = min(cells, COMFORTABLE_WIDTH)
    asked = tuple(wrap([(question(say, snapshot, ref), "question")], prose))
    sentence = meaning(say, snapshot, ref, told.value)
    meant = tuple(wrap([(sentence, "")], prose))
    parts = [
        dispensable(asked, QUESTION),
        gap(),
        *equation(snapshot, told, cells, digits),
        *sums_parts(say, snapshot, sums, cells, digits),
        *why_parts(say, snapshot, told, sums, prose, digits),
        gap(),
        dispensable(meant, MEANING),
    ]
    parts += batch_parts(say, snapshot, told, prose)
    return [*parts, *_after(say, snapshot, caps, prose)]


def _after(say: Words, snapshot: Snapshot, caps: Mapping[str, str], prose: int) -> list[Part]:
    after = _what_now(say, snapshot, caps)
    return [gap(), Part((tuple(wrap(after, prose)),))] if after else []


def _invitation(
    say: Words, snapshot: Snapshot, caps: Mapping[str, str], cells: int, pictures: Sequence[str]
) -> list[Part]:
    prose = min(cells, COMFORTABLE_WIDTH)
    rows, position = snapshot.tape.rows, snapshot.position
    if position.iteration > 1:
        first = fitting(say, snapshot.scenario, "formula.start_iteration", iteration=position.iteration)
    elif position.done == 0 and not _trains(snapshot) and snapshot.sample:
        first = say("formula.start_sample", sample=snapshot.row + 1, samples=len(rows))
    else:
        first = say("formula.start")
    press = say("formula.start_press", key=caps["step.forward"], next=snapshot.next_symbol or "")
    then = say("formula.start_then", back=caps["step.back"])
    others = ""
    if pictures and position.iteration == 1 and not snapshot.sample:  # they are told once, at the very start
        others = say("formula.start_pictures", key=caps["look.picture"], pictures=", ".join(pictures))
    summary = in_language(snapshot.scenario.summary, say.language)
    return [
        dispensable([*wrap([(summary, "muted")], prose), ()] if summary else [], 2),
        dispensable(wrap([(first, "question")], prose), 3),
        gap(),
        Part((tuple(wrap(_with_keys(press, caps["step.forward"]), prose)),)),
        dispensable(wrap(_with_keys(then, caps["step.back"]), prose), 4),
        dispensable(wrap(_with_keys(others, caps["look.picture"]), prose) if others else [], 2.5),
    ]


def _with_keys(sentence: str, cap: str) -> list[Piece]:
    """The sentence with the name of the key marked."""
    before, found, after = sentence.partition(cap)
    return [(before, ""), (found, "key"), (after, "")]


def _trains(snapshot: Snapshot) -> bool:
    return snapshot.position.epochs > 0


def _what_now(say: Words, snapshot: Snapshot, caps: Mapping[str, str]) -> list[Piece]:
    """At the end of a pass where nothing is trained, what can be done next."""
    position = snapshot.position
    if position.cursor < position.values or _trains(snapshot) or snapshot.trouble is not None:
        return []
    key, row = caps["step.forward"], snapshot.row + 1
    if snapshot.sample + 1 < len(snapshot.tape.rows):
        return _with_keys(say("formula.end_next", sample=row, key=key, following=row + 1), key)
    key = caps["time.home"]
    return _with_keys(say("formula.end_last", key=key, open=caps["scenario.open"]), key)


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


def _foot(say: Words, snapshot: Snapshot, cells: int, digits: int) -> Line:
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
