"""The screen one works on: its parts, and which of them does what a key or a click asks for.

One part is here: through the run, by steps at any grain, along the timeline, from sample to sample, and in runs that go
on by themselves.
"""

from __future__ import annotations

from functools import partial
from inspect import isawaitable

from textual import events, on
from textual.actions import parse
from textual.app import ComposeResult
from textual.screen import Screen

from dlsim.engine.numbers import fixed
from dlsim.engine.simulator import Grain
from dlsim.tui.drawing.text import Link
from dlsim.tui.screens.editing import Editing
from dlsim.tui.screens.looking import Copying, Looking, pictures_offered
from dlsim.tui.screens.selecting import Selecting
from dlsim.tui.screens.stops import Stops
from dlsim.tui.screens.view import ScreenPart, View
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.settings import Preferences
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.keyline import action, bindings, speed_in_words
from dlsim.tui.widgets.prompt import Prompt
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import caps, words

SAY = words()
SAMPLED_SECONDS = 1 / 50


class Stepping(ScreenPart):
    """Its keys move the run; each of them pauses one that is on, but for those of runs themselves."""

    def begin(self) -> None:
        """Look at a run that is on so many times a second, from the first one on."""
        self.clock = self._screen.set_interval(SAMPLED_SECONDS, self._look, pause=True)

    # steps

    def step(self, grain: Grain | None = None) -> None:
        """One step, at the chosen grain or the given one."""
        self._do(partial(self._work.session.forward, grain))

    def back(self, grain: Grain | None = None) -> None:
        """One step back."""
        self._do(partial(self._work.session.back, grain))

    def home(self) -> None:
        """To the very start."""
        self._do(self._work.session.home)

    def lens(self, by: int) -> None:
        """Another sample of the batch."""
        self._do(partial(self._work.session.move_lens, by))

    def look_at(self, row: int) -> None:
        """The sample that is this row of the training data, from 0."""
        self._work.tabs.panel = self._work.tabs.table
        self._do(partial(self._work.session.look_at, row))

    def grain(self) -> None:
        """Finer or coarser steps."""
        self._view.tell(Hint("hint.grain", {"grain": SAY(f"grain.{self._work.session.next_grain()}")}))

    # along the timeline

    def scrub(self, by: int) -> None:
        """By a part of what has been run."""
        self._do(partial(self._work.session.scrub, by))

    def scrub_to(self, iteration: int) -> None:
        """To where so many updates are done."""
        self._do(partial(self._work.session.scrub_to, iteration))

    def seek(self, iteration: int) -> None:
        """The same, and say the loss there."""
        self.scrub_to(iteration)
        snapshot = self._work.session.snapshot
        losses = snapshot.curves.get("loss")
        if losses is not None and len(losses):
            loss = fixed(float(losses.values[-1]), self._work.digits)
            key = "hint.batch_loss_at" if snapshot.is_part else "hint.loss_at"
            self._footer.say(Hint(key, {"iteration": len(losses), "loss": loss}))

    # runs

    def run(self) -> None:
        """Run, or pause."""
        if self._work.running.is_running:
            self.halt()
            return
        hint = self._work.running.start()
        self._footer.tell(hint)
        if hint is None:
            self.clock.resume()
        self._footer.show()

    def halt(self) -> None:
        """Pause a run that is on, and show where it has come."""
        if self._work.running.is_running:
            self._work.pause()
            self._view.tell(None)

    def run_to(self, iteration: int) -> None:
        """Run there at full speed, so that one can stop on the way."""
        self._work.running.start_to(iteration)
        self._footer.tell(None)
        self.clock.resume()
        self._footer.show()

    def speed(self, by: int) -> None:
        """Faster or slower; a run goes on at the new speed."""
        hint = self._work.running.change_speed(by) or Hint("hint.speed")
        self._footer.say(Hint(hint.key, {"speed": speed_in_words(self._work.session), **hint.values}))

    def _look(self) -> None:
        """Show how far the run has come: its numbers, and with the next look its curve; no key waits for both. It rests
        until that has been painted: what NumPy computes for a picture would wait for the run after every call.
        """
        work, view = self._work, self._view
        if not self._is_running():  # a key has paused it
            self.clock.pause()
            return
        if view.without_curve is not None and view.curve.is_due:
            work.running.rest()
            view.show_curve(view.without_curve)
            view.without_curve = None
            self._screen.call_after_refresh(self._go_on)
            return
        snapshot, hint = work.running.look(work.digits)
        if not self._is_running():
            self.clock.pause()
            view.tell(hint)
        elif snapshot is not None:
            work.running.rest()
            self._footer.forget_what_was_read()
            view.show_numbers(snapshot)
            self._footer.show()
            view.without_curve = snapshot
            self._screen.call_after_refresh(self._go_on)

    def _is_running(self) -> bool:
        return self._work.running.is_running

    def let_paint(self) -> None:
        """Let a run stand still until what is about to change has been painted."""
        if self._is_running():
            self._work.running.rest()
            self._screen.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        self._work.running.go_on()


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
        self.selecting = Selecting(self.work, self.view, self)
        self.editing = Editing(self.work, self.view, self)
        self.stops = Stops(self.work, self.view, self, self.stepping.run_to)
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

    @on(Rows.Fitted)
    def _fit(self) -> None:
        self.view.name_scroll_key()

    @on(Prompt.Remark)
    def _hear(self, message: Prompt.Remark) -> None:
        self.editing.hear(message)

    @on(Prompt.Closed)
    def _close_prompt(self) -> None:
        self.view.footer.show()

    def hear(self, event: events.InputEvent) -> None:
        """A key or a mouse button is about to be answered: a run stands still for it."""
        if isinstance(event, events.Key):
            self.view.keyline.hear()
        self.stepping.let_paint()

    def interrupt(self) -> None:
        """Ctrl-C leaves the prompt; without one it says what leaves dlsim, until the next key."""
        if self.view.prompt.is_open:
            self.view.prompt.close()
        else:
            self.view.footer.say(Hint("hint.leave", {"key": caps(SAY, SIMULATOR_KEYS)["app.quit"]}))
        self.view.keyline.is_passing = True
