"""The screen one works on: its parts, and which of them does what a key or a click asks for."""

from __future__ import annotations

from inspect import isawaitable

from textual import events, on
from textual.actions import parse
from textual.app import ComposeResult
from textual.screen import Screen

from dlsim.tui.drawing.text import Link
from dlsim.tui.keys import action, bindings
from dlsim.tui.screens.copying import Copying
from dlsim.tui.screens.editing import Editing
from dlsim.tui.screens.looking import Looking, pictures_offered
from dlsim.tui.screens.selecting import Selecting
from dlsim.tui.screens.stepping import Stepping
from dlsim.tui.screens.stops import Stops
from dlsim.tui.screens.view import View
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.settings import Preferences
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.widgets.prompt import Prompt
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import caps, words

SAY = words()


class SimulatorScreen(Screen[None]):
    """A key moves the run, and the moment that it leads to is shown.

    `work` is what is known, `view` what is seen; each of the other parts answers the keys that the table of keys names
    after it.
    """

    BINDINGS = bindings(SIMULATOR_KEYS)

    def __init__(self, session: Session, preferences: Preferences) -> None:
        super().__init__()
        self.work = Workspace(session, pictures_offered(session.scenario), preferences)
        self.view = View(self.work)
        self.stepping = Stepping(self.work, self.view, self)
        self.selecting = Selecting(self.work, self.view)
        self.editing = Editing(self.work, self.view, self)
        self.stops = Stops(self.work, self.view, self.stepping, self)
        self.looking = Looking(self.work, self.view, self)
        self.copying = Copying(self.work, self.view, self)
        self.parts = {
            "stepping": self.stepping,
            "selecting": self.selecting,
            "editing": self.editing,
            "stops": self.stops,
            "looking": self.looking,
            "copying": self.copying,
        }

    @property
    def keyline(self) -> KeyLine:
        """The line at the bottom."""
        return self.view.keyline

    def compose(self) -> ComposeResult:
        """All the widgets that there will ever be."""
        self.view.arrange(self, self.app.size)  # before there is anything to arrange: it spares a second one
        yield from self.view.widgets()

    def on_mount(self) -> None:
        """Begin."""
        self.stepping.begin()
        self.view.begin()

    def on_unmount(self) -> None:
        """Let go of the simulator."""
        self.work.pause()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange all for another size."""
        self.view.arrange(self, event.size)

    def on_screen_suspend(self) -> None:
        """Whatever is read over this screen, the run waits."""
        self.stepping.halt()

    def open(self, session: Session) -> None:
        """Show another scenario, in the same widgets."""
        self.work.pause()
        self.work.open(session, pictures_offered(session.scenario))
        self.view.footer.tell(None)
        self.view.prompt.close()
        self.view.begin()

    def paused(self) -> Session:
        """The session, with no run on it."""
        self.work.pause()
        self.work.session.stop_evening_out()
        return self.work.session

    # keys and clicks

    async def action_do(self, does: str) -> None:
        """What the table of keys says that a key does: `part.action(arguments)`."""
        part, name, arguments = parse(does)
        answer = getattr(self.parts[part], name)(*arguments)
        if isawaitable(answer):
            await answer

    @on(Rows.Clicked)
    async def _click(self, message: Rows.Clicked) -> None:
        if isinstance(message.means, Link):
            self.selecting.pick(message.rows, message.means, message.y)
        else:
            await self.run_action(action(message.means.action))

    @on(Prompt.Said)
    def _hear(self, message: Prompt.Said) -> None:
        self.editing.hear(message)

    @on(Prompt.Closed)
    def _close_prompt(self) -> None:
        self.view.footer.show()

    def interrupt(self) -> None:
        """Ctrl-C leaves the prompt; without one it says what leaves dlsim."""
        if self.view.prompt.is_open:
            self.view.prompt.close()
        else:
            self.view.footer.say(Hint("hint.leave", {"key": caps(SAY, SIMULATOR_KEYS)["app.quit"]}))
