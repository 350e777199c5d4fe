"""The line at the bottom of the simulator's screen: the few keys of the moment, or what there is to say."""

from __future__ import annotations

from collections.abc import Iterator
from operator import is_not
from time import monotonic

from dlsim.engine.numbers import general
from dlsim.tui.session.keys import APP_KEYS, SIMULATOR_KEYS
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.keyline import KeyCap, KeyLine
from dlsim.tui.words import caps, words
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
READ_SECONDS = 2.0
"""So long what a key has to say stays while a run goes on."""


class Footer:
    """Says a hint until the next key; without one it names keys."""

    def __init__(self, work: Workspace, keyline: KeyLine) -> None:
        self._work, self._keyline = work, keyline
        self._hint, self._told_at = "", 0.0
        self._named: list[KeyCap] = []
        """The keys of the moment, named once as long as it offers the same: naming ten takes 200 calls."""
        self._named_for: tuple[tuple[str, ...], object, object, object] | None = None

    def text(self, key: str, /, **values: object) -> str:
        """The text at `key` that fits the scenario."""
        return fitting(SAY, self._work.session.scenario, key, **values)

    def tell(self, hint: Hint | None) -> None:
        """Say this, or nothing, from the next `show` on."""
        named = {name: CAPS[id_] for name, id_ in KEYS_NAMED.items()}
        self._hint = "" if hint is None else self.text(hint.key, **{**named, **hint.values})
        self._told_at = monotonic()

    def say(self, hint: Hint) -> None:
        """Say this, at once."""
        self.tell(hint)
        self.show()

    def notify(self, text: str) -> None:
        """Say a text, at once."""
        self._hint, self._told_at = text, monotonic()
        self.show()

    def forget_what_was_read(self) -> None:
        """While a run goes on, no key ends what is said: time does."""
        if monotonic() - self._told_at > READ_SECONDS:
            self.tell(None)

    def has_room(self, text: str) -> bool:
        """Whether a text can be said whole."""
        return self._keyline.has_room((), text)

    def show(self) -> None:
        """Show what there is to say, and the keys that there is room for."""
        keys, hint = self._keys(), self._hint
        if self._work.running.is_running and not hint:
            forms = list(self._running_told())
            kept = [key for key in keys if key.id in KEYS_OF_A_RUN]
            hint = next((form for form in forms if self._keyline.has_room(kept, form)), forms[-1])
        self._keyline.show(keys, hint)

    def _keys(self) -> list[KeyCap]:
        """What the moment offers; editing only where what is selected is not computed, the next picture only where
        there are several.
        """
        work = self._work
        if work.running.is_running:
            ids: tuple[str, ...] = KEYS_WHILE_RUNNING
        elif work.selection:
            is_set = work.selected_target() is not None
            ids = tuple(id_ for id_ in KEYS_WITH_SELECTION if is_set or id_ != "edit.change")
        else:
            ids = KEYS_OF_THE_MOMENT if work.session.simulator.trains else KEYS_WITHOUT_TRAINING
            ids = tuple(id_ for id_ in ids if len(work.tabs.pictures) > 1 or id_ != "look.picture")
        named_for = (ids, work.moment.scenario, work.session.grain, work.running.is_running)
        if self._named_for is None or any(map(is_not, named_for[1:], self._named_for[1:])) or ids != self._named_for[0]:
            self._named_for = named_for
            self._named = [KeyCap(id_, CAPS[id_], self._name(id_), ACTIONS[id_]) for id_ in ids]
        return self._named

    def _name(self, id_: str) -> str:
        if id_ == "step.grain":
            return SAY("grain.by", grain=SAY(f"grain.{self._work.session.grain}"))
        if id_ == "run.toggle" and self._work.running.is_running:
            return SAY("key.run.pause")
        return self.text(f"key.{id_}.name")

    def _running_told(self) -> Iterator[str]:
        """How fast the run goes and where to, and the breakpoints that it goes past: in less and less room."""
        running, speed = self._work.running, speed_in_words(self._work.session)
        if running.goal is not None:
            told = self.text("hint.running_to", iteration=running.goal, key=CAPS["select.leave"])
        else:
            key = "hint.running_past_end" if running.past_epochs else "hint.running"
            told = self.text(key, speed=speed, epochs=running.past_epochs)
        if running.passed:
            number = len(running.passed)
            key = "hint.running_past_stop" if number == 1 else "hint.running_past_stops"
            yield SAY("hint.running_past", running=told, conditions=", ".join(running.passed))
            yield SAY(key, running=told, number=number)
            yield SAY(f"{key}_in_short", number=number)
            return
        yield told


def speed_in_words(session: Session) -> str:
    """How fast a run goes."""
    speed = session.speed
    if speed.is_stepwise:
        key = "speed.step" if speed.per_second == 1 else "speed.steps"
        return SAY(key, number=general(speed.per_second), grain=SAY(f"grain.{session.grain}"))
    if speed.per_second == float("inf"):
        return SAY("speed.top")
    return fitting(SAY, session.scenario, "speed.iterations", number=f"{speed.per_second:,.0f}")
