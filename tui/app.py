"""The app: which screen is open, and what holds on all of them: quitting, ctrl+c, themes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from os.path import isfile
from threading import Thread
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.geometry import Size
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import AwaitMount

from dlsim.engine import builtin_scenarios
from dlsim.engine.errors import DlsimError, reason_of
from dlsim.tui.drawing.curves import get_ready
from dlsim.tui.screens.browser import BrowserScreen
from dlsim.tui.screens.help import HelpScreen, bound, told_on
from dlsim.tui.screens.palette import Commands, offers
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.session.keys import APP_KEYS, BROWSER_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.session.sessions import Sessions, place_of
from dlsim.tui.session.settings import NAME, Preferences, Store, in_short, keep
from dlsim.tui.terminal.adapter import TerminalApp
from dlsim.tui.terminal.plain import PlainFilter
from dlsim.tui.terminal.signals import Suspension, Terminal
from dlsim.tui.widgets.keyline import bindings
from dlsim.tui.widgets.styles import OWN_THEMES
from dlsim.tui.words import Caps, caps, words

SAY = words()
UNTIL_SENT = 0.05
"""Seconds until a first paint has gone to the terminal: another thread sends it, which gets few turns beside others."""
LEAST_FOR_PALETTE = (24, 10)


class DlsimApp(TerminalApp):
    """Opens on the session's scenario, or without one on the browser."""

    TITLE = SAY("app.name")
    CSS_PATH = "dlsim.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(APP_KEYS),
        Binding("ctrl+c", "help_quit", show=False, priority=True),
    ]
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}

    def __init__(
        self,
        session: Session | None = None,
        store: Store | None = None,
        *,
        only_ascii: bool = False,
        when_ready: Callable[[], None] | None = None,
    ) -> None:
        """Without a store, nothing is read and nothing remembered; a terminal may be able to show `only_ascii`.

        `when_ready` is called once the first screen stands.
        """
        super().__init__()
        self._when_ready = when_ready
        self._session = session
        self._simulator: SimulatorScreen | None = None
        self.preferences = Preferences(store, only_ascii=only_ascii)
        self._sessions = Sessions(self.preferences.last)
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self.theme = self._chosen_theme = self.preferences.theme(self.available_themes, self.theme)
        Caps.own, Caps.are_plain = self.preferences.keymap, self.preferences.is_plain
        self.line_filter = PlainFilter(only_ascii=only_ascii) if self.preferences.is_plain else None

    def get_default_screen(self) -> Screen[Any]:
        """The one below all others: with a session its screen, so that none is made that nobody would see."""
        if self._session is None:
            return super().get_default_screen()
        self._simulator = SimulatorScreen(self._sessions.keep(self._session), self.preferences)
        return self._simulator

    async def on_mount(self) -> None:
        """Show the first screen; keys that come early wait for it."""
        self.set_keymap(self.preferences.keymap)
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self._suspension = Suspension(self)
        notice = self.preferences.notice()
        if self._simulator is None:
            await self.push_screen(self._browser(notice))
        else:
            await AwaitMount(self._simulator, [self._simulator])
            self._tell(notice)

    def on_ready(self) -> None:
        """The first screen stands; what a start does not need is made ready beside it."""
        if self._when_ready is not None:
            self._when_ready()
        if not self.is_headless:
            self.set_timer(UNTIL_SENT, Thread(target=get_ready, name="dlsim-ready", daemon=True).start)

    def on_resize(self, event: events.Resize) -> None:
        """A terminal of another size may have moved or cleared what stood on it."""
        self.paint_anew()
        if isinstance(self.screen, CommandPalette) and not has_room(event.size):
            self.pop_screen()

    def action_command_palette(self) -> None:
        """Every action by name, where there is room: Textual's palette fails where its list has no cell."""
        if has_room(self.size):
            super().action_command_palette()
        else:
            self._tell(SAY("hint.no_room"))

    def _browser(self, notice: str) -> BrowserScreen:
        """The browser as the first screen: at the scenario that was open last."""
        last = self.preferences.last
        if last is None:
            return BrowserScreen(may_close=False, notice=notice)
        key = caps(SAY, BROWSER_KEYS)["scenario.choose"]
        left = SAY("hint.left", iteration=last.iteration, key=key) if last.iteration or last.cursor else ""
        files = (last.scenario,) if last.scenario not in builtin_scenarios() and isfile(last.scenario) else ()
        return BrowserScreen(may_close=False, current=last.scenario, files=files, left=left, notice=notice)

    def _tell(self, text: str) -> None:
        if text and self._simulator is not None:
            self._simulator.view.footer.notify(text)

    def _keep_theme(self, theme: Theme) -> None:
        if theme.name != self._chosen_theme:
            self._chosen_theme = theme.name
            self.preferences.choose(theme=theme.name)
            self._tell(self.preferences.notice())

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Remember where one is, then leave."""
        if self._simulator is not None and self.is_running:
            with suppress(OSError):  # the folder one was in may be gone
                self.preferences.leave(place_of(self._simulator.paused()))
        super().exit(result, return_code, message)

    async def on_browser_screen_chosen(self, message: BrowserScreen.Chosen) -> None:
        """A scenario was chosen in the browser."""
        try:
            session, hint = self._sessions.open(message.name)
        except (DlsimError, OSError) as error:  # it could be read when it was listed
            if isinstance(self.screen, BrowserScreen):
                self.screen.refuse(str(error))
            return
        if isinstance(self.screen, BrowserScreen):
            await self.pop_screen()
        if self._simulator is None:
            self._simulator = SimulatorScreen(session, self.preferences)
            await self.push_screen(self._simulator)
        elif session is not self._simulator.work.session:
            self._simulator.open(session)
        if hint is not None:
            self._tell(SAY(hint.key))

    def action_browse(self) -> None:
        """Choose another scenario."""
        current = self._simulator.work.session.source if self._simulator is not None else None
        screen = BrowserScreen(may_close=self._simulator is not None, current=current, files=self._sessions.files)
        self.push_screen(screen)

    def action_help_quit(self) -> None:
        """Ctrl-C, which leaves many a program: each screen says itself what it does; one of Textual's own is left."""
        getattr(self.screen, "interrupt", self.pop_screen)()

    def action_explain(self) -> None:
        """Help for the screen one is on."""
        self.push_screen(HelpScreen(bound(self.screen), told_on(self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of this screen by name, then what holds everywhere."""
        return (SystemCommand(one.title, one.text, one.run) for one in offers(screen, self.actions_everywhere()))

    def actions_everywhere(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """What the palette offers on every screen: (the key of its words, what does it)."""
        yield "theme", self.action_change_theme
        yield "screenshot", partial(self.set_timer, 0.1, self.save_picture)
        if not self.preferences.only_ascii:
            yield self.preferences.other_glyphs, self.choose_other_glyphs

    def action_suspend_process(self) -> None:
        """Ctrl-Z: into the background, where there is a shell that can bring dlsim back."""
        if self._suspension.can_come_back:
            self._suspension.suspend()
        else:
            self._tell(SAY("hint.no_shell"))

    def action_redraw(self) -> None:
        """Paint everything anew: another program may have written on the terminal."""
        self.paint_anew()
        self.screen.refresh()

    def choose_other_glyphs(self) -> None:
        """ASCII alone or all characters, from the next start on: what stands on screen was drawn with these."""
        chosen = self.preferences.other_glyphs
        self.preferences.choose(glyphs=chosen)
        self._tell(self.preferences.notice() or SAY(f"hint.chosen_{chosen}"))

    def save_picture(self) -> None:
        """A screenshot, as a file among the others; in a browser, as one to download."""
        if self.is_web:
            self.deliver_screenshot()
            return
        place = self.preferences.places.screenshots
        name = self._simulator.work.session.scenario.name if self._simulator is not None else NAME
        try:
            file = keep(place, name, ".svg", self.export_screenshot())
        except OSError as error:
            self._tell(SAY("hint.not_saved", place=in_short(place), problem=reason_of(error)))
        else:
            self._tell("" if self._simulator is None else self._simulator.copying.told_of_file("hint.saved", file))


def has_room(size: Size) -> bool:
    """Whether a palette fits."""
    return size.width >= LEAST_FOR_PALETTE[0] and size.height >= LEAST_FOR_PALETTE[1]


def open_app(session: Session | None, *, only_ascii: bool = False, when_ready: Callable[[], None] | None = None) -> int:
    """Open the app on a scenario, or on the browser, drawn in ASCII if nothing else can be shown; the exit status.

    `when_ready` is called once the first screen stands.
    """
    return asyncio.run(_run(DlsimApp(session, Store(), only_ascii=only_ascii, when_ready=when_ready)))


async def _run(app: DlsimApp) -> int:
    def leave(status: int) -> None:
        app.exit(status)

    terminal = Terminal()
    with terminal.guarded(leave):
        left_with = await app.run_async()
    status = left_with if isinstance(left_with, int) else app.return_code or 0
    terminal.end_if_gone(status)
    return status
