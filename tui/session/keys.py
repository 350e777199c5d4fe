"""Every key in one table: its id (for a keymap of one's own), the keys, what it does; which stand on the
help's card; and what of a keymap can be used.

What a key does is an action of the screen, or of the part of the simulator's screen that is named before the dot.

The help screen, the footer and the command palette are all made from this table. Its words are in the catalogue.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from msgspec import Struct

from dlsim.engine.names import nearest
from dlsim.engine.text import clean, shorten


class Key(Struct, frozen=True):
    """A binding before it has words. The first of `keys` is the one that is named on screen."""

    id: str
    keys: str
    action: str
    priority: bool = False


SIMULATOR_KEYS = (
    Key("step.forward", "space,right", "stepping.step"),
    Key("step.back", "left,backspace", "stepping.back"),
    Key("step.grain", "g", "stepping.grain"),
    Key("time.iteration", "i", "stepping.step('iteration')"),
    Key("time.iteration-back", "I", "stepping.back('iteration')"),
    Key("time.epoch", "e", "stepping.step('epoch')"),
    Key("time.epoch-back", "E", "stepping.back('epoch')"),
    Key("time.home", "home", "stepping.home"),
    Key("time.same-start", "x", "editing.same_start"),
    Key("time.go-to", "colon", "stops.go_to"),
    Key("time.scrub-back", "less_than_sign,shift+left", "stepping.scrub(-1)"),
    Key("time.scrub", "greater_than_sign,shift+right", "stepping.scrub(1)"),
    Key("run.toggle", "r", "stepping.run"),
    Key("run.slower", "left_square_bracket", "stepping.speed(-1)"),
    Key("run.faster", "right_square_bracket", "stepping.speed(1)"),
    Key("run.breakpoint", "b", "stops.breakpoint"),
    Key("select.up", "up", "selecting.line(-1)"),
    Key("select.down", "down", "selecting.line(1)"),
    Key("select.next", "tab", "selecting.next(1)"),
    Key("select.previous", "shift+tab", "selecting.next(-1)"),
    Key("select.enter", "enter", "selecting.enter"),
    Key("select.leave", "escape", "selecting.leave"),
    Key("edit.change", "w", "editing.edit"),
    Key("edit.undo", "u", "editing.undo"),
    Key("edit.redo", "ctrl+r", "editing.redo"),
    Key("edit.random", "n", "editing.randomise"),
    Key("look.previous-sample", "comma", "stepping.lens(-1)"),
    Key("look.next-sample", "full_stop", "stepping.lens(1)"),
    Key("look.network", "1", "looking.picture(0)"),
    Key("look.table-1", "2", "looking.table(0)"),
    Key("look.table-2", "3", "looking.table(1)"),
    Key("look.table-3", "4", "looking.table(2)"),
    Key("look.loss", "5", "looking.panel('loss')"),
    Key("look.lesson", "6", "looking.panel('lesson')"),
    Key("look.conventions", "7", "looking.panel('conventions')"),
    Key("look.variants", "8", "looking.panel('variants')"),
    Key("look.picture", "p", "looking.picture(1)"),
    Key("look.picture-back", "P", "looking.picture(-1)"),
    Key("look.view", "t", "looking.view(1)"),
    Key("look.enlarge", "z", "looking.enlarge"),
    Key("look.page-down", "pagedown", "looking.scroll(1)"),
    Key("look.page-up", "pageup", "looking.scroll(-1)"),
    Key("look.log", "l", "looking.log"),
    Key("look.fewer-digits", "left_parenthesis", "looking.digits(-1)"),
    Key("look.more-digits", "right_parenthesis", "looking.digits(1)"),
    Key("look.copy", "y", "copying.formula"),
    Key("look.copy-csv", "Y", "copying.table('csv')"),
    Key("look.copy-markdown", "M", "copying.table('markdown')"),
    Key("scenario.open", "o", "app.browse"),
    Key("scenario.variant", "v", "looking.next_variant"),
    Key("scenario.check", "c", "looking.check"),
    Key("scenario.compare", "d", "editing.compare"),
    Key("app.help", "question_mark,f1", "app.explain"),
    Key("app.quit", "q", "app.quit"),
)

COMPARING_KEYS = (
    Key("edit.undo", "u", "undo"),
    Key("edit.redo", "ctrl+r", "redo"),
    Key("edit.even-out", "r", "even_out"),
    Key("scenario.compare", "d", "close"),
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
    Key("app.close", "escape,q", "close"),
    Key("app.down", "down", "scroll(1)"),
    Key("app.up", "up", "scroll(-1)"),
    *PAGE_KEYS,
)

APP_KEYS = (
    Key("app.palette", "ctrl+p", "command_palette", priority=True),
    Key("app.redraw", "ctrl+l", "redraw", priority=True),
    Key("app.suspend", "ctrl+z", "suspend_process", priority=True),
    Key("app.leave", "ctrl+q", "quit", priority=True),
)

ALL_KEYS = (*SIMULATOR_KEYS, *COMPARING_KEYS, *BROWSER_KEYS, *CHOOSING_KEYS, *READING_KEYS, *APP_KEYS)

CARD = (
    *("step.forward", "step.back", "step.grain", "time.iteration", "run.toggle", "select.down", "select.enter"),
    *("edit.change", "look.picture", "look.lesson", "scenario.open", "app.quit"),
)
"""The keys that one needs, those of most use first: help begins with them, and so does the palette."""


# keymaps of one's own

MODIFIERS = ("ctrl", "shift", "alt", "meta", "super", "hyper")
NAMED = {
    *("space", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right", *(f"f{number}" for number in range(1, 25))),
}
NAMED_OTHERWISE = {"minus", "plus", "less_than_sign", "greater_than_sign", "slash", "vertical_line"}
"""Characters whose names here are not those of Unicode."""
NEEDED = ("escape", "enter", "tab", "shift+tab", "up", "down")
"""Lists and prompts are worked with these: they stay with what has them."""
SENT_ALIKE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape", "ctrl+[": "escape"}
"""A terminal sends the one for the other."""
KEPT = {"ctrl+c", *(key for each in APP_KEYS for key in each.keys.split(","))}
"""The app's own, wherever one is."""


def usable(keymap: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """(what of it can be used, a message for each entry that cannot)."""
    usual: dict[str, set[str]] = {}
    for key in ALL_KEYS:
        usual.setdefault(key.id, set()).update(key.keys.split(","))
    everywhere = {key.id for key in APP_KEYS}
    good: dict[str, str] = {}
    problems = []
    for id_, text in keymap.items():
        keys = [key.strip() for key in text.split(",") if key.strip()]
        wrong = next((key for key in keys if not is_key(key)), None)
        if id_ not in usual:
            near = nearest(id_, sorted(usual))
            hint = f"; did you mean {near!r}?" if near else ""
            problems.append(f"keymap: no action is called {_quoted(id_)}{hint}")
        elif not keys or wrong is not None:
            problems.append(f"keymap: {id_}: {_quoted(wrong or '')} is no key; write n, ?, space, f2, ctrl+n")
        elif id_ in everywhere and any(is_character(key) for key in keys):
            problems.append(f"keymap: {id_} also works while you type, so it cannot be a single character")
        elif taken := next((key for key in keys if _is_kept(key) and key not in usual[id_]), None):
            problems.append(f"keymap: {id_}: {_quoted(taken)} has a fixed use and cannot be given to another action")
        elif left := next((key for key in NEEDED if key in usual[id_] and key not in keys), None):
            problems.append(f"keymap: {id_}: {_quoted(left)} must stay among its keys: write {left},{keys[0]}")
        else:
            good[id_] = ",".join(keys)
    return good, problems


def is_key(key: str) -> bool:
    """Whether a terminal may send such a key."""
    if len(key) == 1:
        return key.isprintable()
    *modifiers, last = key.split("+")
    return all(modifier in MODIFIERS for modifier in modifiers) and (last in NAMED or is_character(last))


def _is_kept(key: str) -> bool:
    """Whether lists, prompts or the app itself would miss the key."""
    return key in KEPT or SENT_ALIKE.get(key, key) in NEEDED


def is_character(key: str) -> bool:
    """Whether the key types something: itself, or by its name (`full_stop`)."""
    if len(key) == 1:
        return key.isprintable()
    if key == "space" or key in NAMED_OTHERWISE:
        return True
    try:
        unicodedata.lookup(key.replace("_", " "))
    except (KeyError, ValueError):
        return False
    return True


def _quoted(text: str) -> str:
    return repr(shorten(clean(text)))
