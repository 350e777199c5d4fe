"""A list over the screen to choose one thing from: what to change, or which breakpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from dlsim.engine.text import breadth
from dlsim.tui.drawing.text import Line, cut, wrap
from dlsim.tui.keys import bindings
from dlsim.tui.screens.reading import Overlay
from dlsim.tui.session.keys import CHOOSING_KEYS
from dlsim.tui.widgets.keyline import key_caps
from dlsim.tui.widgets.panel import Panel
from dlsim.tui.widgets.rows import Rows, as_text
from dlsim.tui.words import has_all, words

SAY = words()
TAKE = "choose.take"
SHOWN_KEYS = (TAKE, "choose.up", "choose.down", "app.close")


class Option(Struct, frozen=True):
    """A line of the list; `does` is what taking it does, in a word, and `path` another name by which it is found."""

    key: str
    label: str
    value: str = ""
    does: str = ""
    path: str = ""


class ChoosingScreen(Overlay[str]):
    """Returns the key of what was chosen, None where nothing was. With `typed`, what one has typed is an option too."""

    CSS_PATH = "reading.tcss"
    BINDINGS = bindings(CHOOSING_KEYS)

    def __init__(
        self, title: str, options: Sequence[Option], typed: Callable[[str], Option] | None = None, filter: str = ""
    ) -> None:
        """`filter` is what the empty field says."""
        super().__init__()
        self._title, self._options, self._typed_option = title, options, typed
        self._filter = filter or SAY("choose.filter")
        self._found = list(options)
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """A field to filter with, and the list."""
        self.field = Input(placeholder=self._filter, id="filter", compact=True)
        self.listing = Rows(id="options", row_action="take")
        self.panel = Panel(self.field, self.listing, id="reading")
        yield self.panel
        yield self.keyline

    def on_mount(self) -> None:
        """Show them all."""
        self.panel.entitle([("title", self._title)], "title", current=True)
        self._show()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        wanted = event.value.strip()
        self._found = [option for option in self._options if _is_meant(option, wanted)]
        if wanted and self._typed_option is not None:
            self._found.append(self._typed_option(wanted))
        self._chosen = 0
        self._show()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_choose()

    def _show(self) -> None:
        self.listing.fill(as_text(partial(option_lines, self._found, self._chosen)), self.listing.top)
        self.listing.keep_in_view(self._chosen)
        self._show_keys()

    def _show_keys(self) -> None:
        names = {TAKE: self._found[self._chosen].does} if self._found else None
        shown = SHOWN_KEYS if self._found else SHOWN_KEYS[-1:]
        self.keyline.show(key_caps(SAY, CHOOSING_KEYS, shown, names))

    def action_move(self, by: int) -> None:
        """Up or down the list."""
        if self._found:
            self._chosen = max(0, min(self._chosen + by, len(self._found) - 1))
            self._show()

    def action_page(self, by: int) -> None:
        """Up or down by about what is in view."""
        self.action_move(by * max(self.listing.size.height - 2, 1))

    def action_choose(self) -> None:
        """Take it."""
        if self._found:
            self.dismiss(self._found[self._chosen].key)

    def action_close(self) -> None:
        """Take none."""
        self.dismiss(None)

    def action_take(self, number: int) -> None:
        """A click takes it."""
        if number < len(self._found):
            self._chosen = number
            self.action_choose()


def _is_meant(option: Option, wanted: str) -> bool:
    """By its words, or by its path: what has a dot in it."""
    return has_all(option.label, wanted) or ("." in wanted and has_all(option.path, wanted))


def option_lines(found: Sequence[Option], chosen: int, cells: int) -> Sequence[Line]:
    """Labels, and what they are now."""
    if not found:
        return wrap([(SAY("help.none"), "muted")], cells)
    widest = max(breadth(option.label) for option in found)
    lines = []
    for number, option in enumerate(found):
        is_chosen = number == chosen
        padding = " " * (widest - breadth(option.label) + 2)
        line: Line = (
            ("▶ " if is_chosen else "  ", "accent"),
            (option.label, "picked" if is_chosen else "symbol"),
            (padding, ""),
            (option.value, "picked" if is_chosen else ""),
        )
        lines.append(cut(line, cells))
    return lines
