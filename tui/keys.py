"""The table of keys as bindings of Textual, and how what they do is found."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from dlsim.tui.session.keys import Key

NAMESPACES = ("app", "screen", "focused")
"""Those that Textual finds itself."""


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """The keys as Textual's bindings. Their words are asked for by id where they are shown: few at the start."""
    return [Binding(key.keys, action(key.action), id=key.id, show=False, priority=key.priority) for key in keys]


def action(does: str) -> str:
    """What a key does as Textual calls it: `do("stepping.step")` of a screen's part, everything else as it stands."""
    part, is_of_part, _ = does.partition("(")[0].partition(".")
    return f"do({does!r})" if is_of_part and part not in NAMESPACES else does
