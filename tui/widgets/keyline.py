"""The line at the bottom: the few keys of the moment, or a hint. A click on a key presses it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.message import Message

from dlsim.tui.widgets.lines import LineWidget, Piece, fit


class KeyCap(Struct, frozen=True):
    """A key as the line shows it; `action` is what a click does."""

    cap: str
    name: str
    action: str


class KeyLine(LineWidget):
    """Shows keys at the left, the last one at the right where there is room."""

    class Clicked(Message):
        """A key of the line was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: Sequence[KeyCap] = ()
        self._hint = ""
        self._is_trouble = False
        self._spans: list[tuple[int, int, str]] = []

    def show(self, keys: Sequence[KeyCap], hint: str = "", *, is_trouble: bool = False) -> None:
        """Show these keys, or the hint instead of as many of them as it needs room for."""
        self._keys, self._hint, self._is_trouble = keys, hint, is_trouble
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay it out anew."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(self.Clicked(action))
                return

    def _draw(self) -> None:
        cells = self.size.width
        self._spans = []
        pieces: list[Piece] = []
        used = 0
        keys = list(self._keys)
        if self._hint:
            text = fit(f" {'✗ ' if self._is_trouble else ''}{self._hint} ", cells)
            pieces.append((text, "trouble" if self._is_trouble else "hint"))
            used = cell_len(text)
        last = keys.pop() if keys else None
        reserved = self._cells_of(last) + 1 if last is not None and used + self._cells_of(last) + 1 <= cells else 0
        for key in keys:
            size = self._cells_of(key) + 1
            if used + size + reserved > cells:
                break
            self._add(pieces, key, used)
            used += size
        if last is not None and reserved:
            pieces.append((" " * (cells - used - reserved), ""))
            self._add(pieces, last, cells - reserved)
        self.show_lines([tuple(pieces)])

    @staticmethod
    def _cells_of(key: KeyCap) -> int:
        return cell_len(key.cap) + cell_len(key.name) + 2

    def _add(self, pieces: list[Piece], key: KeyCap, at: int) -> None:
        pieces += [(" ", ""), (key.cap, "key"), (f" {key.name} ", "muted")]
        self._spans.append((at, at + self._cells_of(key) + 1, key.action))
