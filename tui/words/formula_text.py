"""A formula as text to take along: one line for a number, one for each of an op."""

from __future__ import annotations

from dlsim.engine.numbers import DIGITS, fixed
from dlsim.engine.program import Op
from dlsim.engine.quantity import Ref, digits_of
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.answer import answer_to, is_number, other_row
from dlsim.tui.words import Words


def text_of(say: Words, snapshot: Snapshot, digits: int = DIGITS, *, selected: Ref | None = None) -> str | None:
    """The formula as one line of text, to be copied; None where nothing is computed yet."""
    if selected is None and snapshot.event is not None:
        selected = snapshot.event.ref
    if selected is None:
        return None
    answer = answer_to(snapshot, selected)
    if not answer.is_shown:
        return None
    told, row = answer.told, other_row(snapshot, selected)
    outcome = fixed(told.value, digits_of(selected, digits))
    filled_in = told.filled_in(digits)
    sides = [told.symbol, told.formula, filled_in, outcome]
    if not is_number(selected):  # of an update, each new value that takes its place
        sides = [filled_in]
    text = " = ".join(dict.fromkeys(side for side in sides if side))
    return text if row is None else say("answer.copied_of_sample", text=text, sample=row + 1)


def text_of_op(say: Words, snapshot: Snapshot, op: Op, digits: int = DIGITS) -> str:
    """An op as lines of text, to be copied: its matrices, then each of its numbers that has been computed."""
    head = [f"{formula}  {shapes}".strip() for _, formula, shapes in (snapshot.tape.op_formula(op),) if formula]
    return "\n".join([*head, *filter(None, (text_of(say, snapshot, digits, selected=ref) for ref in op.refs))])
