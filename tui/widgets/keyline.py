"""Keys on screen: how the table of keys is bound, and the line at the bottom that names them. A click presses one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import is_not
from time import monotonic

from msgspec import Struct
from textual.binding import Binding, BindingType

from dlsim.engine.numbers import general
from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import Piece, Press, fit
from dlsim.tui.session.keys import APP_KEYS, SIMULATOR_KEYS, Key
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import caps, words
from dlsim.tui.words.prose import fitting

SAY = words()
CAPS = caps(SAY, (*SIMULATOR_KEYS, *APP_KEYS))
ACTIONS = {key.id: key.action for key in (*SIMULATOR_KEYS, *APP_KEYS)}
NAMESPACES = ("app", "screen", "focused")
"""Those that Textual finds itself."""
FIRST_TO_GO, LAST_TO_GO = ("app.palette",), ("app.leave", "app.quit", "app.close", "app.help")
"""Where there is not room for all: help lists whatever has gone."""
TROUBLE = "✗ "


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """The keys as Textual's bindings. Their words are asked for by id where they are shown: few at the start."""
    return [Binding(key.keys, action(key.action), id=key.id, show=False, priority=key.priority) for key in keys]


def action(does: str) -> str:
    """What a key does as Textual calls it: `do("stepping.step")` of a screen's part, everything else as it stands."""
    part, is_of_part, _ = does.partition("(")[0].partition(".")
    return f"do({does!r})" if is_of_part and part not in NAMESPACES else does


class KeyCap(Struct, frozen=True):
    """A key as the line shows it; `action` is what a click does."""

    id: str
    cap: str
    name: str
    action: str


def key_caps(keys: Sequence[Key], ids: Iterable[str], names: Mapping[str, str] | None = None) -> list[KeyCap]:
    """Those of the keys that have these ids, called as the catalogue calls them, but for those in `names`."""
    named, actions = caps(SAY, keys), {key.id: key.action for key in keys}
    called = names or {}
    return [KeyCap(id_, named[id_], called.get(id_) or SAY(f"key.{id_}.name"), actions[id_]) for id_ in ids]


class KeyLine(Rows):
    """Shows as many keys as fit at the left, the last one at the right."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: Sequence[KeyCap] = ()
        self._hint = ""
        self._is_trouble = False
        self.is_passing = False
        """Whether the hint goes with the next key, whatever that does."""

    def show(self, keys: Sequence[KeyCap], hint: str = "", *, is_trouble: bool = False) -> None:
        """Show these keys, or the hint instead of as many of them as it needs room for."""
        shown = (self._keys, self._hint, self._is_trouble)
        if (keys, hint, is_trouble) != shown or not self.rows:
            self._keys, self._hint, self._is_trouble = keys, hint, is_trouble
            self.draw()

    def tell(self, hint: str) -> None:
        """Show a hint with the keys that are there, until the next key."""
        self.show(self._keys, hint)
        self.is_passing = True

    def hear(self) -> None:
        """The next key has come."""
        if self.is_passing:
            self.tell("")
            self.is_passing = False

    def has_room(self, keys: Iterable[KeyCap], hint: str, *, is_trouble: bool = False) -> bool:
        """Whether the hint and all these keys fit."""
        return breadth(_spaced(hint, is_trouble)) + sum(map(self._cells_of, keys)) <= self.size.width

    def draw(self) -> None:
        """Fit the hint and the keys into the size there is."""
        cells = self.size.width
        pieces: list[Piece] = []
        used = 0
        if self._hint:
            text = fit(_spaced(self._hint, self._is_trouble), cells)
            pieces.append((text, "trouble" if self._is_trouble else "hint"))
            used = breadth(text)
        keys = self._fitting(cells - used)
        for key in keys:
            size = self._cells_of(key)
            if key is self._keys[-1]:
                pieces.append((" " * (cells - used - size), ""))
                used = cells - size
            told = ((" ", ""), (key.cap, "key"), (f" {key.name} ", "muted"))
            pieces += [(text, Press(role, key.action)) for text, role in told]
            used += size
        self.show_rows([tuple(pieces)])

    def _fitting(self, cells: int) -> Sequence[KeyCap]:
        """The keys that stay: those at the end go before those at the beginning."""
        keys = list(self._keys)
        while keys and sum(map(self._cells_of, keys)) > cells:
            keys.remove(min(reversed(keys), key=_rank))
        return keys

    @staticmethod
    def _cells_of(key: KeyCap) -> int:
        return breadth(key.cap) + breadth(key.name) + 3


def _spaced(hint: str, is_trouble: bool) -> str:
    return f" {TROUBLE * is_trouble}{hint} "


def _rank(key: KeyCap) -> int:
    """The higher, the longer it stays."""
    return LAST_TO_GO.index(key.id) + 1 if key.id in LAST_TO_GO else -(key.id in FIRST_TO_GO)


# of the simulator

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
    "enlarge": "look.enlarge",
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
FEW = 10
"""Fewer iterations a second than this are told with a decimal."""
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
        if work.tabs.is_enlarged:
            ids = ("look.enlarge", *ids)
        named_for = (ids, work.moment.scenario, work.session.grain, work.running.is_running)
        if self._named_for is None or any(map(is_not, named_for[1:], self._named_for[1:])) or ids != self._named_for[0]:
            self._named_for = named_for
            self._named = [KeyCap(id_, CAPS[id_], self._name(id_), ACTIONS[id_]) for id_ in ids]
        return self._named

    def _name(self, id_: str) -> str:
        if id_ == "step.grain":
            return SAY("grain.by", grain=SAY(f"grain.{self._work.session.grain}"))
        if id_ == "look.enlarge" and self._work.tabs.is_enlarged:
            return SAY("keyline.all_panels")
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
    return fitting(
        SAY,
        session.scenario,
        "speed.iterations",
        number=f"{speed.per_second:,.{0 if speed.per_second >= FEW else 1}f}".removesuffix(".0"),
    )
