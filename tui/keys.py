"""Every key in one table: its id (for a keymap of one's own), the keys, what it does. Its words are in the catalogue.

The help screen, the footer and the command palette are all made from the bindings that come out of here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from textual.binding import Binding, BindingType

from dlsim.tui.words import Words


class Key(Struct, frozen=True):
    """A binding before it has words. The first of `keys` is the one that is named on screen."""

    id: str
    keys: str
    action: str
    priority: bool = False


WHAT_IF_KEYS = (
    Key("edit.undo", "u", "undo"),
    Key("edit.redo", "ctrl+r", "redo"),
)

EVEN_OUT = Key("edit.even-out", "r", "even_out")
COMPARE_NO_MORE = Key("scenario.compare", "d", "close")
COMPARING_KEYS = (*WHAT_IF_KEYS, EVEN_OUT, COMPARE_NO_MORE)

SIMULATOR_KEYS = (
    Key("step.forward", "space,right", "step"),
    Key("step.back", "left,backspace", "back"),
    Key("step.grain", "g", "grain"),
    Key("time.iteration", "i", "forward('iteration')"),
    Key("time.iteration-back", "I", "backward('iteration')"),
    Key("time.epoch", "e", "forward('epoch')"),
    Key("time.epoch-back", "E", "backward('epoch')"),
    Key("time.home", "home", "home"),
    Key("time.same-start", "x", "same_start"),
    Key("time.go-to", "colon", "go_to"),
    Key("time.scrub-back", "less_than_sign,shift+left", "scrub(-1)"),
    Key("time.scrub", "greater_than_sign,shift+right", "scrub(1)"),
    Key("run.toggle", "r", "run"),
    Key("run.slower", "left_square_bracket", "speed(-1)"),
    Key("run.faster", "right_square_bracket", "speed(1)"),
    Key("run.breakpoint", "b", "breakpoint"),
    Key("select.up", "up", "select_line(-1)"),
    Key("select.down", "down", "select_line(1)"),
    Key("select.next", "tab", "select_next(1)"),
    Key("select.previous", "shift+tab", "select_next(-1)"),
    Key("select.enter", "enter", "enter"),
    Key("select.leave", "escape", "leave"),
    Key("edit.change", "w", "edit"),
    *WHAT_IF_KEYS,
    Key("edit.random", "n", "randomise"),
    Key("look.previous-sample", "comma", "lens(-1)"),
    Key("look.next-sample", "full_stop", "lens(1)"),
    Key("look.network", "1", "picture(0)"),
    Key("look.table-1", "2", "table(0)"),
    Key("look.table-2", "3", "table(1)"),
    Key("look.table-3", "4", "table(2)"),
    Key("look.loss", "5", "panel('loss')"),
    Key("look.lesson", "6", "panel('lesson')"),
    Key("look.conventions", "7", "panel('conventions')"),
    Key("look.variants", "8", "panel('variants')"),
    Key("look.picture", "p", "picture(1)"),
    Key("look.picture-back", "P", "picture(-1)"),
    Key("look.view", "t", "view(1)"),
    Key("look.page-down", "pagedown", "scroll(1)"),
    Key("look.page-up", "pageup", "scroll(-1)"),
    Key("look.log", "l", "log"),
    Key("look.fewer-digits", "left_parenthesis", "digits(-1)"),
    Key("look.more-digits", "right_parenthesis", "digits(1)"),
    Key("look.copy", "y", "copy"),
    Key("look.copy-csv", "Y", "copy_table('csv')"),
    Key("look.copy-markdown", "M", "copy_table('markdown')"),
    Key("scenario.open", "o", "app.browse"),
    Key("scenario.variant", "v", "variant"),
    Key("scenario.check", "c", "check"),
    Key("scenario.compare", "d", "compare"),
    Key("app.help", "question_mark,f1", "app.explain"),
    Key("app.quit", "q", "app.quit"),
)

PAGE_KEYS = (
    Key("look.page-down", "pagedown", "page(1)"),
    Key("look.page-up", "pageup", "page(-1)"),
)

BROWSER_KEYS = (
    Key("scenario.choose", "enter", "choose"),
    Key("scenario.up", "up", "move(-1)"),
    Key("scenario.down", "down", "move(1)"),
    *PAGE_KEYS,
    Key("app.close", "escape", "close"),
    Key("app.help", "f1", "app.explain"),
)

CHOOSING_KEYS = (
    Key("choose.take", "enter", "choose"),
    Key("choose.up", "up", "move(-1)"),
    Key("choose.down", "down", "move(1)"),
    *PAGE_KEYS,
    Key("app.close", "escape", "close"),
    Key("app.help", "f1", "app.explain"),
)

READING_KEYS = (
    Key("app.close", "escape", "close"),
    Key("app.down", "down", "scroll(1)"),
    Key("app.up", "up", "scroll(-1)"),
    *PAGE_KEYS,
)

APP_KEYS = (
    Key("app.palette", "ctrl+p", "command_palette", priority=True),
    Key("app.redraw", "ctrl+l", "redraw", priority=True),
    Key("app.suspend", "ctrl+z", "suspend_process", priority=True),
    Key("app.quit", "ctrl+q", "quit", priority=True),
)

ALL_KEYS = (*SIMULATOR_KEYS, EVEN_OUT, *BROWSER_KEYS, *CHOOSING_KEYS, *READING_KEYS, *APP_KEYS)


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """The keys as Textual's bindings. Their words are asked for by id where they are shown: few at the start."""
    return [Binding(key.keys, key.action, id=key.id, show=False, priority=key.priority) for key in keys]


def cap(say: Words, key: str) -> str:
    """How a key is named on screen: `→` for right, `ctrl+p` as it stands; no arrow in ASCII: `<` is a key."""
    return "+".join(_cap(say, part) for part in key.split("+"))


def _cap(say: Words, part: str) -> str:
    names = ("keycap.plain", "keycap") if Caps.are_plain else ("keycap",)
    return next((say(f"{name}.{part}") for name in names if f"{name}.{part}" in say), part)


class Caps(Mapping[str, str]):
    """The first key of every binding as it is named on screen, by id: always as the keys are at present."""

    own: Mapping[str, str] = {}
    """The keys that the user has chosen, by id; there is one keyboard, and so one of these."""
    are_plain = False
    """Whether they are named without arrows, on a terminal that has none: there is one terminal too."""

    def __init__(self, say: Words, keys: Mapping[str, str]) -> None:
        self._say, self._keys = say, keys

    def __getitem__(self, name: str) -> str:
        keys = self._keys[name]
        taken = {key for id_, own in Caps.own.items() if id_ != name for key in own.split(",")}
        free = (key for key in keys.split(",") if key not in taken)
        return cap(self._say, Caps.own[name].split(",")[0] if name in Caps.own else next(free, ""))

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def caps(say: Words, keys: Iterable[Key]) -> Mapping[str, str]:
    """The first key of every binding as it is named on screen, by id."""
    return Caps(say, {key.id: key.keys for key in keys})
