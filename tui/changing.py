"""What the keys of “what if” and of “time” do to a session: each returns a hint, or raises what is wrong.

No Textual here.
"""

from __future__ import annotations

import re

from dlsim.engine.breakpoints import Breakpoint, parse_breakpoint
from dlsim.engine.errors import DlsimError
from dlsim.engine.loading import revise
from dlsim.engine.numerals import DIGITS
from dlsim.engine.reference import Ref
from dlsim.engine.scenario import Scenario
from dlsim.engine.simulator import Simulator
from dlsim.engine.typed_numbers import typed_number
from dlsim.engine.whole_numbers import whole_number
from dlsim.tui.edits import Edited, Target, brief, brought_along, in_words, parsed, value_at, written
from dlsim.tui.session import Hint, Session

SEEDED = ("network", "recurrent")
"""Tables of a scenario whose `seed` draws the first weights."""
PLACE = r"(?i)(?P<what>epoch|e|iteration|i)?\s*(?P<number>\S+)"


class NotANumberError(DlsimError):
    """What was typed is not a number."""


# what if


def change(session: Session, target: Target, text: str, digits: int = DIGITS) -> Hint:
    """Give the target another value, here; DlsimError for what cannot be, and nothing is changed then. The hint says
    numbers to so many decimals.
    """
    if target.ref is None:
        text = written(parsed(text))
    if text == target.text:
        return Hint("hint.unchanged", {"label": target.label, "after": text})
    if target.ref is None:
        return _edit(session, target.label, target.text, text, digits, path=target.path)
    number = typed_number(text)
    if number is None:
        raise NotANumberError(text)
    number = float(number)
    return _edit(session, target.label, target.text, written(number), digits, ref=target.ref, number=number)


def _edit(
    session: Session,
    label: str,
    before: str,
    after: str,
    digits: int,
    *,
    path: str | None = None,
    ref: Ref | None = None,
    number: float = 0.0,
) -> Hint:
    simulator, iteration, reached = session.simulator, _next_start(session), session.simulator.position.iteration
    scenario = simulator.scenario
    simulator.edit(
        numbers=None if ref is None else {ref: number}, settings=None if path is None else {path: parsed(after)}
    )
    session.changed()
    edited = Edited(label, before, after, iteration, ref, brought_along(scenario, simulator.scenario, path))
    session.edits.add(edited)
    values = {**_told(edited, digits), "iteration": iteration}
    if along := in_words(edited, only_changed=True):
        return Hint("hint.edited_along", {**values, "settings": along})
    samples = _whole_batch(simulator.scenario, path, after)
    if samples:
        return Hint("hint.edited_batch", {**values, "samples": samples})
    is_past = any(ghost.fork == iteration and len(ghost.curve) > reached for ghost in session.snapshot.ghosts[:1])
    return Hint("hint.edited_past" if is_past else "hint.edited", values)


def _whole_batch(scenario: Scenario, path: str | None, after: str) -> int:
    """How many samples there are, where the batch size was changed to more than that; else 0."""
    wanted = typed_number(after)
    if path is None or path.rpartition(".")[2] != "batch_size" or wanted is None:
        return 0
    samples = len(scenario.body.data.inputs)
    return samples if wanted > samples else 0


def _next_start(session: Session) -> int:
    """The iteration from which on an edit made here holds."""
    position = session.simulator.position
    return position.iteration + (position.done == position.iteration)


def undo(session: Session, digits: int = DIGITS) -> Hint:
    """Back to the run that the last edit left."""
    if not session.simulator.undo():
        return Hint("hint.nothing_to_undo")
    session.changed()
    return Hint("hint.undone", {**_told(session.edits.undo(), digits), **_where(session)})


def redo(session: Session, digits: int = DIGITS) -> Hint:
    """The edit that was undone, again."""
    if not session.simulator.redo():
        return Hint("hint.nothing_to_redo")
    session.changed()
    return Hint("hint.redone", {**_told(session.edits.redo(), digits), **_where(session)})


def _where(session: Session) -> dict[str, object]:
    """Where one stands: undo and redo go to where one was."""
    return {"iteration": session.simulator.position.iteration}


def _told(edited: Edited | None, digits: int) -> dict[str, object]:
    assert edited is not None, "the log has every edit that the simulator has"
    return {"label": edited.label, "before": brief(edited.before, digits), "after": brief(edited.after, digits)}


# the first weights


def randomise(session: Session, label: str) -> Hint:
    """New random first weights from the next seed, from the very start; `label` is filled in with the old seed."""
    simulator = session.simulator
    if (path := _path_of_seed(session)) is None:
        return Hint("hint.no_weights")
    before = value_at(simulator.first_scenario.raw, path) or 0
    drawn = _drawn_anew(simulator, path)
    if drawn is None:
        return Hint("hint.weights_given")
    tape = drawn.snapshot().tape
    at_start = [edited.ref for edited in session.edits.done if edited.iteration == 1 and edited.ref is not None]
    simulator.edit(  # what was set by hand is drawn anew like all the others
        settings={path: before + 1}, numbers={ref: tape.value(ref, 0) for ref in at_start}, from_start=True
    )
    session.changed()
    session.edits.add(Edited(label, str(before), str(before + 1), 1))
    return Hint("hint.new_weights", {"before": str(before), "after": str(before + 1)})


def _path_of_seed(session: Session) -> str | None:
    """Where the seed of the first weights stands; None where there are no weights."""
    table = next((name for name in SEEDED if name in session.snapshot.scenario.raw), None)
    return None if table is None else f"{table}.seed"


def _drawn_anew(simulator: Simulator, path: str) -> Simulator | None:
    """The run's beginning from the next seed; None where no weight depends on it."""
    first = simulator.first_scenario
    drawn = Simulator(revise(first, {path: (value_at(first.raw, path) or 0) + 1}))
    return None if _first_weights(drawn) == _first_weights(Simulator(first)) else drawn


def _first_weights(simulator: Simulator) -> list[bytes]:
    return [array.tobytes() for pair in simulator.parameters for array in pair if array is not None]


def same_start(session: Session) -> Hint:
    """Back to the very start, with the weights that the run began with; where none is drawn at random, they go without
    saying.
    """
    hint = session.home()
    later = [iteration for iteration in session.simulator.edits if iteration > 1]
    if hint is not None and not later:
        return hint
    path = _path_of_seed(session)
    is_random = path is not None and _drawn_anew(session.simulator, path) is not None
    key = "hint.same_start" if is_random else "hint.back_at_start"
    return Hint(f"{key}_edited", {"iteration": later[0]}) if later else Hint(key)


# time


def place_in(text: str) -> tuple[str, int] | None:
    """("iteration" or "epoch", number) of what was typed, None where it is neither."""
    match = re.fullmatch(PLACE, text.strip())
    number = None if match is None else whole_number(match["number"])
    if match is None or number is None:
        return None
    what = (match["what"] or "iteration").lower()
    return ("epoch" if what.startswith("e") else "iteration"), number


def iterations_until(session: Session, what: str, number: int) -> int:
    """How many iterations are done there."""
    return session.simulator.model.calendar.first(number) - 1 if what == "epoch" else number


def add_breakpoint(session: Session, text: str) -> Breakpoint:
    """Stop runs where this holds; DlsimError with examples for what cannot be read."""
    found = parse_breakpoint(text, session.simulator)
    session.breakpoints = [*(point for point in session.breakpoints if point.text != found.text), found]
    return found
