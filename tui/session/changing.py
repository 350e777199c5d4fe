"""What the keys of “what if” do to a session: each returns a hint, or raises what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlsim.engine.errors import DlsimError
from dlsim.engine.numbers import DIGITS, plain, typed_number
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.load import revise
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.simulator import Simulator
from dlsim.tui.session.session import Edited, Hint, Session
from dlsim.tui.session.targets import (
    BATCH_SIZE,
    OPTIMIZER,
    Target,
    has_same_batches,
    more_than_all,
    parsed,
    settings_in,
    value_at,
    written,
)

SEEDED = ("network", "recurrent")
"""Tables of a scenario whose `seed` draws the first weights."""


class NotANumberError(DlsimError):
    """What was typed is not a number."""


# what if


def change(session: Session, target: Target, text: str, digits: int = DIGITS) -> Hint:
    """Give the target another value, here; DlsimError for what cannot be, and nothing is changed then. The hint says
    numbers to so many decimals.
    """
    if target.ref is None:
        text = written(parsed(text, target.path))
    if _is_same(text, target.text):
        return Hint("hint.unchanged", {"label": target.label, "after": text})
    scenario = session.simulator.scenario
    if target.path == BATCH_SIZE and has_same_batches(scenario, text):
        return Hint("hint.unchanged_batch", {"label": target.label, "after": target.text})
    if target.ref is None:
        return _edit(session, target, text, digits)
    number = typed_number(text)
    if number is None:
        raise NotANumberError(text)
    number = float(number)
    return _edit(session, target, written(number), digits, {target.ref: number})


def _is_same(text: str, before: str) -> bool:
    """Whether two texts are the same, or the same number."""
    numbers = typed_number(text), typed_number(before)
    return text == before or (None not in numbers and numbers[0] == numbers[1])


def _edit(
    session: Session, target: Target, after: str, digits: int, numbers: Mapping[str | Ref, float] | None = None
) -> Hint:
    simulator, iteration, reached = session.simulator, next_start(session), session.simulator.position.iteration
    scenario, shapes = simulator.scenario, _shapes(simulator)
    row = None if target.datum is None else target.datum.at
    simulator.edit(numbers=numbers, settings=None if numbers else target.settings(after), row=row)
    session.changed()
    along = brought_along(scenario, simulator.scenario, target, after)
    edited = Edited(target.label, target.text, after, iteration, target.ref, along)
    session.edits.add(edited)
    values = {**_told(edited, digits), "iteration": iteration}
    if told := in_words(edited, only_changed=True):
        return Hint("hint.edited_along", {**values, "settings": told})
    drawn = [n for n, (one, other) in enumerate(zip(shapes, _shapes(simulator), strict=False), start=1) if one != other]
    if drawn:
        key = "hint.edited_drawn" if len(drawn) == 1 else "hint.edited_drawn_several"
        return Hint(key, {**values, "layers": ", ".join(map(str, drawn))})
    samples = more_than_all(simulator.scenario, target.path, after)
    if samples:
        return Hint("hint.edited_batch", {**values, "samples": samples})
    is_past = any(ghost.fork == iteration and len(ghost.curve) > reached for ghost in session.snapshot.ghosts[:1])
    return Hint("hint.edited_past" if is_past else "hint.edited", values)


def _shapes(simulator: Simulator) -> Sequence[tuple[int, ...]]:
    """Of each layer's weights: where it becomes another one, they are drawn anew."""
    return [weights.shape for weights, _ in simulator.parameters]


def next_start(session: Session) -> int:
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
    if not simulator.draws_weights:
        return Hint("hint.weights_given")
    at_start = [edited.ref for edited in session.edits.done if edited.iteration == 1 and edited.ref is not None]
    numbers: Mapping[str | Ref, float] = {}
    if at_start:  # what was set by hand is drawn anew like all the others
        tape = Simulator(revise(simulator.first_scenario, {path: before + 1})).snapshot().tape
        numbers = {ref: tape.value(ref, 0) for ref in at_start}
    simulator.edit(settings={path: before + 1}, numbers=numbers, from_start=True)
    session.changed()
    session.edits.add(Edited(label, str(before), str(before + 1), 1))
    return Hint("hint.new_weights", {"before": str(before), "after": str(before + 1)})


def _path_of_seed(session: Session) -> str | None:
    """Where the seed of the first weights stands; None where there are no weights."""
    table = next((name for name in SEEDED if name in session.snapshot.scenario.raw), None)
    return None if table is None else f"{table}.seed"


def same_start(session: Session) -> Hint:
    """Back to the very start, with the weights that the run began with; where none is drawn at random, they go without
    saying.
    """
    hint = session.home()
    later = [iteration for iteration in session.simulator.edits if iteration > 1]
    if hint is not None and not later:
        return hint
    key = "hint.same_start" if session.simulator.draws_weights else "hint.back_at_start"
    return Hint(f"{key}_edited", {"iteration": later[0]}) if later else Hint(key)


# what an edit comes to


def brief(text: str, digits: int = DIGITS) -> str:
    """A value as hints say it: a whole number in groups, another number to so many decimals."""
    number = None if "/" in text else typed_number(text)
    if number is None:
        return text
    return f"{number:,}" if isinstance(number, int) else plain(number, digits)


def brought_along(
    before: Scenario, after: Scenario, target: Target, text: str
) -> Sequence[tuple[str, str | None, str]]:
    """The optimizer's settings that have another value because it is another one, or the targets that share what is
    left beside the one that is now `text`; see Edited.
    """
    if target.datum is not None:
        return tuple(
            (name, brief(written(old)), brief(written(new))) for name, old, new in target.followers(parsed(text))
        )
    if target.path != OPTIMIZER or before.optimizer is None or after.optimizer is None:
        return ()
    old, new = settings_in(before.optimizer), settings_in(after.optimizer)
    return tuple(
        (name, written(old[name]) if name in old else None, written(value))
        for name, value in new.items()
        if value != old.get(name)
    )


def in_words(edited: Edited, *, only_changed: bool = False) -> str:
    """What an edit brought along, as one types it: `learning_rate 0.001 (it was 0.5), beta_1 0.9`. Of these perhaps
    only what the optimizer before had as well.
    """
    return ", ".join(
        f"{name} {after}" if before is None else f"{name} {after} (it was {before})"
        for name, before, after in edited.along
        if before is not None or not only_changed
    )
