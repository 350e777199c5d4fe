"""Textual's app as dlsim needs it: keys one after the other, updates in few bytes, poor glyphs replaced.

Textual lets a key wander from the focused widget up to the app, a message at each step, and runs a binding at the end
of the way. Keys that come in one burst, over a slow line or from a script, overtake each other on it: of `backspace`
and `7` the digit comes first and is deleted. Here each is answered wholly before the next is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import Input

from dlsim.tui.terminal.painting import Cut, Painted

HEARD = (events.Key, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
QUIET_TURNS = 2
"""So many turns of the event loop in a row without a message waiting: then the last key is answered."""
MOST_TURNS = 60


class TerminalApp(App[int]):
    """Sends the terminal only what is not there yet. A screen with a method `hear` is told of keys and mouse buttons
    before they are answered.
    """

    line_filter: LineFilter | None = None
    """What every line goes through after Textual's own filters."""

    def __init__(self) -> None:
        super().__init__()
        self._painted = Painted(has_colours=not self.no_color)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, and ours."""
        found = super().get_line_filters()
        return found if self.line_filter is None else [*found, self.line_filter]

    # what is sent

    def paint_anew(self) -> None:
        """Send the next update whole: the terminal may show something else than what was sent."""
        self._painted.forget()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send an update; what holds it back, Textual knows, so it is cut when it is rendered."""
        if isinstance(renderable, ChopsUpdate | LayoutUpdate) and not self.is_inline:
            renderable = cast("RenderableType", Cut(renderable, self._painted))
        super()._display(screen, renderable)

    # what comes in

    async def on_event(self, event: events.Event) -> None:
        """A key is answered wholly before the next."""
        if isinstance(event, HEARD):
            getattr(self.screen, "hear", lambda _: None)(event)
        if isinstance(event, events.Key) and not event.is_forwarded and await self._answer(event):
            self.app_focus = True
            return
        await super().on_event(event)

    async def _answer(self, key: events.Key) -> bool:
        """Answer a key, when all that the one before it set going is done; False where nothing here knows it."""
        await self._all_handled()
        if await self._check_bindings(key.key, priority=True):
            return True
        field = self.focused
        if isinstance(field, Input) and key.is_printable and key.character is not None:
            with field._context():
                field.replace(key.character, *sorted(field.selection))
            return True
        return await self._check_bindings(key.key)

    async def _all_handled(self) -> None:
        """Until no message waits anywhere on the screen."""
        pumps = (self.screen, *self.screen.walk_children())
        quiet = 0
        for _ in range(MOST_TURNS):
            quiet += 1
            for pump in pumps:  # no generator: there are thirty, looked at after every key
                if pump.message_queue_size:
                    quiet = 0
                    break
            if quiet == QUIET_TURNS:
                return
            await asyncio.sleep(0)
