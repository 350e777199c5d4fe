"""The few keys of the moment, and how fast a run goes, in words."""

from __future__ import annotations

from dlsim.engine.numbers import general
from dlsim.tui.session.keys import APP_KEYS, SIMULATOR_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.widgets.keyline import KeyCap
from dlsim.tui.words import words
from dlsim.tui.words.caps import caps
from dlsim.tui.words.prose import fitting

SAY = words()
CAPS = caps(SAY, (*SIMULATOR_KEYS, *APP_KEYS))
ACTIONS = {key.id: key.action for key in (*SIMULATOR_KEYS, *APP_KEYS)}

KEYS_NAMED = {
    "undo": "edit.undo",
    "redo": "edit.redo",
    "compare": "scenario.compare",
    "same": "time.same-start",
    "random": "edit.random",
    "edit": "edit.change",
    "enter": "select.enter",
    "up": "select.up",
    "down": "select.down",
    "run": "run.toggle",
}
"""Keys that hints speak of."""


def named_keys() -> dict[str, str]:
    """As they are named at present."""
    return {name: CAPS[id_] for name, id_ in KEYS_NAMED.items()}


KEYS_OF_THE_MOMENT = (
    "step.forward",
    "step.back",
    "time.iteration",
    "time.epoch",
    "run.toggle",
    "step.grain",
    "scenario.open",
    "look.picture",
    "app.help",
    "app.palette",
)
KEYS_WITHOUT_TRAINING = (
    "step.forward",
    "step.back",
    "look.next-sample",
    "step.grain",
    "run.toggle",
    "scenario.open",
    "look.picture",
    "app.help",
    "app.palette",
)
KEYS_WITH_SELECTION = (
    "select.down",
    "select.next",
    "select.enter",
    "edit.change",
    "look.copy",
    "select.leave",
    "step.forward",
    "app.help",
    "app.palette",
)
KEYS_OF_A_RUN = ("run.toggle", "run.slower", "run.faster", "app.quit")
"""Those for which a run is told in fewer words, if need be."""
KEYS_WHILE_RUNNING = (*KEYS_OF_A_RUN, "app.palette")


def keys_of_the_moment(
    session: Session,
    *,
    is_running: bool,
    is_selecting: bool = False,
    is_set: bool = False,
    has_pictures: bool = True,
) -> list[KeyCap]:
    """What the footer offers; editing only where what is selected `is_set` and not computed, the next picture only
    where there are several.
    """
    if is_running:
        ids: tuple[str, ...] = KEYS_WHILE_RUNNING
    elif is_selecting:
        ids = tuple(id_ for id_ in KEYS_WITH_SELECTION if is_set or id_ != "edit.change")
    else:
        ids = KEYS_OF_THE_MOMENT if session.simulator.trains else KEYS_WITHOUT_TRAINING
        ids = tuple(id_ for id_ in ids if has_pictures or id_ != "look.picture")
    return [KeyCap(id_, CAPS[id_], _name(id_, session, is_running=is_running), ACTIONS[id_]) for id_ in ids]


def _name(id_: str, session: Session, *, is_running: bool) -> str:
    if id_ == "step.grain":
        return SAY("grain.by", grain=SAY(f"grain.{session.grain}"))
    if id_ == "run.toggle" and is_running:
        return SAY("key.run.pause")
    return fitting(SAY, session.scenario, f"key.{id_}.name")


def speed_in_words(session: Session) -> str:
    """How fast a run goes."""
    speed = session.speed
    if speed.is_stepwise:
        key = "speed.step" if speed.per_second == 1 else "speed.steps"
        return SAY(key, number=general(speed.per_second), grain=SAY(f"grain.{session.grain}"))
    if speed.per_second == float("inf"):
        return SAY("speed.top")
    return fitting(SAY, session.scenario, "speed.iterations", number=f"{speed.per_second:,.0f}")
