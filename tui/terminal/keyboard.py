"""One key after the other, however fast they come.

Textual lets a key wander from the focused widget up to the app, a message at each step, and runs a binding at the end
of the way. Keys that come in one burst, over a slow line or from a script, overtake each other on it: of `backspace`
and `7` the digit comes first and is deleted. Here each is answered wholly before the next is looked at.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual import events
from textual.app import App
from textual.widgets import Input

QUIET_TURNS = 2
"""So many turns of the event loop in a row without a message waiting: then the last key is answered."""
MOST_TURNS = 60


async def answer(app: App[Any], key: events.Key) -> bool:
    """Answer a key, when all that the one before it set going is done; False where nothing here knows it."""
    await _all_handled(app)
    if await app._check_bindings(key.key, priority=True):
        return True
    field = app.focused
    if isinstance(field, Input) and key.is_printable and key.character is not None:
        with field._context():
            field.replace(key.character, *sorted(field.selection))
        return True
    return await app._check_bindings(key.key)


async def _all_handled(app: App[Any]) -> None:
    """Until no message waits anywhere on the screen."""
    pumps = (app.screen, *app.screen.walk_children())
    quiet = 0
    for _ in range(MOST_TURNS):
        quiet += 1
        for pump in pumps:
            if pump.message_queue_size:
                quiet = 0
                break
        if quiet == QUIET_TURNS:
            return
        await asyncio.sleep(0)
