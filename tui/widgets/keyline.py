"""The widget of the bottom line: draws the keys or the hint that the footer gives it. A click on a key presses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import Piece, Press, fit
from dlsim.tui.session.keys import Key
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import Words, caps

FIRST_TO_GO, LAST_TO_GO = ("app.palette",), ("app.quit", "app.close", "app.help")
"""Where there is not room for all: help lists whatever has gone."""
TROUBLE = "✗ "


class KeyCap(Struct, frozen=True):
    """A key as the line shows it; `action` is what a click does."""

    id: str
    cap: str
    name: str
    action: str


def key_caps(
    say: Words, keys: Sequence[Key], ids: Iterable[str], names: Mapping[str, str] | None = None
) -> list[KeyCap]:
    """Those of the keys that have these ids, called as the catalogue calls them, but for those in `names`."""
    named, actions = caps(say, keys), {key.id: key.action for key in keys}
    called = names or {}
    return [KeyCap(id_, named[id_], called.get(id_) or say(f"key.{id_}.name"), actions[id_]) for id_ in ids]


class KeyLine(Rows):
    """Shows as many keys as fit at the left, the last one at the right."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: Sequence[KeyCap] = ()
        self._hint = ""
        self._is_trouble = False

    def show(self, keys: Sequence[KeyCap], hint: str = "", *, is_trouble: bool = False) -> None:
        """Show these keys, or the hint instead of as many of them as it needs room for."""
        shown = (self._keys, self._hint, self._is_trouble)
        if (keys, hint, is_trouble) != shown or not self.rows:
            self._keys, self._hint, self._is_trouble = keys, hint, is_trouble
            self.draw()

    def tell(self, hint: str) -> None:
        """Show a hint, or none, with the keys that are there."""
        self.show(self._keys, hint)

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
