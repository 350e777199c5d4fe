"""The app: which screen is open, and what holds on all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from dlsim.tui.keys import APP_KEYS, bindings
from dlsim.tui.screens.browser import BrowserScreen
from dlsim.tui.screens.help import HelpScreen
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.session import Session
from dlsim.tui.terminal import Terminal
from dlsim.tui.words import words

SAY = words()


class DlsimApp(App[int]):
    """Opens on the session's scenario, or without one on the browser."""

    TITLE = SAY("app.name")
    CSS_PATH = "dlsim.tcss"
    BINDINGS = bindings(APP_KEYS, SAY)
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, session: Session | None = None) -> None:
        super().__init__()
        self._session = session
        self._simulator: SimulatorScreen | None = None

    async def on_mount(self) -> None:
        """Show the first screen; keys that come early wait for it."""
        if self._session is None:
            await self.push_screen(BrowserScreen(may_close=False))
        else:
            await self._open(self._session)

    async def _open(self, session: Session) -> None:
        if self._simulator is None:
            self._simulator = SimulatorScreen(session)
            await self.push_screen(self._simulator)
        else:
            self._simulator.open(session)

    async def on_browser_screen_opened(self, message: BrowserScreen.Opened) -> None:
        """A scenario was chosen in the browser."""
        if isinstance(self.screen, BrowserScreen):
            await self.pop_screen()
        await self._open(Session(message.name))

    def action_browse(self) -> None:
        """Choose another scenario."""
        current = self._simulator.session.scenario.name if self._simulator is not None else None
        self.push_screen(BrowserScreen(may_close=self._simulator is not None, current=current))

    def action_explain(self) -> None:
        """Help for the screen one is on."""
        self.push_screen(HelpScreen(bound(self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of this screen by name, then what holds everywhere."""
        told: set[str] = set()
        for binding in bound(screen):
            if binding.action not in told and binding.id != "app.palette":
                told.add(binding.action)
                title = binding.description[:1].upper() + binding.description[1:]
                yield SystemCommand(title, binding.tooltip, partial(screen.run_action, binding.action))
        yield SystemCommand(SAY("command.theme.name"), SAY("command.theme.text"), self.action_change_theme)
        save = partial(self.set_timer, 0.1, self.deliver_screenshot)
        yield SystemCommand(SAY("command.screenshot.name"), SAY("command.screenshot.text"), save)


def bound(screen: Screen[Any]) -> list[Binding]:
    """The bindings that are ours on this screen, in the order of the table of keys."""
    return [active.binding for active in screen.active_bindings.values() if active.binding.id]


def open_app(scenario: str | None, *, variant: str | None = None, overrides: Mapping[str, Any] | None = None) -> int:
    """Open the app; the exit status. What is wrong with the scenario is raised before the screen changes."""
    import asyncio  # noqa: PLC0415 - the app's own loop, so that signals can be heard in it

    session = None if scenario is None else Session(scenario, variant=variant, overrides=overrides)
    return asyncio.run(_run(DlsimApp(session)))


async def _run(app: DlsimApp) -> int:
    def leave(status: int) -> None:
        app.exit(status)

    terminal = Terminal()
    with terminal.guarded(leave):
        left_with = await app.run_async()
    status = left_with if isinstance(left_with, int) else app.return_code or 0
    terminal.end_if_gone(status)
    return status
