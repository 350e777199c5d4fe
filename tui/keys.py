"""The table of keys as bindings of Textual."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from dlsim.tui.session.keys import Key


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """The keys as Textual's bindings. Their words are asked for by id where they are shown: few at the start."""
    return [Binding(key.keys, key.action, id=key.id, show=False, priority=key.priority) for key in keys]
