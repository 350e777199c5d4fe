"""Keys of one's own: what of a keymap can be used, and what is wrong with the rest. No Textual here."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from dlsim.engine.errors import nearest
from dlsim.engine.text import clean, shorten
from dlsim.tui.keys import ALL_KEYS, APP_KEYS

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
            problems.append(f"keymap: no key is called {_quoted(id_)}{hint}")
        elif not keys or wrong is not None:
            problems.append(f"keymap: {id_}: {_quoted(wrong or '')} is no key; write n, ?, space, f2, ctrl+n")
        elif id_ in everywhere and any(is_character(key) for key in keys):
            problems.append(f"keymap: {id_} holds while one types too: a character alone would be in the way")
        elif taken := next((key for key in keys if _is_kept(key) and key not in usual[id_]), None):
            problems.append(f"keymap: {id_}: {_quoted(taken)} has a use of its own everywhere and cannot be given away")
        elif left := next((key for key in NEEDED if key in usual[id_] and key not in keys), None):
            problems.append(f"keymap: {id_}: {_quoted(left)} has to stay among its keys: write {left},{keys[0]}")
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
