"""The screen one works on: what every key does, and the run behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic

from textual import on
from textual.app import ComposeResult

from dlsim.engine.program import Op
from dlsim.engine.scenario.spec import in_language
from dlsim.engine.simulator import Grain
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.markdown import markdown_lines
from dlsim.tui.keys import bindings
from dlsim.tui.screens.asking import Asking
from dlsim.tui.screens.copying import Copying
from dlsim.tui.screens.looking import pictures_offered
from dlsim.tui.screens.moment import CAPS, KEYS_OF_A_RUN, keys_of_the_moment, named_keys, speed_in_words
from dlsim.tui.screens.view import title_of
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.session.running import Running
from dlsim.tui.session.selection import Selection
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.widgets.panel import Panel
from dlsim.tui.words import words
from dlsim.tui.words.caps import caps

SAY = words()
TABLES = 3
"""As many have a key."""
SAMPLED_SECONDS = 1 / 50
READ_SECONDS = 2.0
"""So long what a key has to say stays while a run goes on."""


class SimulatorScreen(Copying, Asking):
    """A key moves the run, and the moment that it leads to is shown."""

    BINDINGS = bindings(SIMULATOR_KEYS)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.running = Running(session)
        self._hint, self._told_at = "", 0.0
        self._without_curve: Snapshot | None = None

    def compose(self) -> ComposeResult:
        """Those widgets first whose tabs are open."""
        self._open_tabs()
        yield from super().compose()

    def on_mount(self) -> None:
        """Begin."""
        self._clock = self.set_interval(SAMPLED_SECONDS, self._sample_run, pause=True)
        self._begin()

    def on_unmount(self) -> None:
        """Let go of the simulator."""
        self.running.stop()

    def open(self, session: Session) -> None:
        """Show another scenario, in the same widgets."""
        self._pause()
        self.session = session
        self.running = Running(session)
        self._open_tabs()
        self._hint = ""
        self.selection = Selection()
        self.prompt.close()
        self._begin()

    def _begin(self) -> None:
        """Show the lesson and the first moment."""
        lesson = in_language(self.session.scenario.lesson, SAY.language)
        self.lesson.show(partial(markdown_lines, lesson))
        self._show()

    def _open_tabs(self) -> None:
        """As a scenario begins."""
        session = self.session
        tables = [table.key for table in session.snapshot.tables][:TABLES]
        self.tabs.open(
            tables,
            forward_only=not session.simulator.trains,
            pictures=pictures_offered(session.scenario),
            has_variants=len(session.ensemble.names) > 1,
        )

    # showing

    def whole_op(self, snapshot: Snapshot) -> Op | None:
        """Where a step is an op, or a phase, the last op."""
        if self.session.grain == "value":
            return None
        from dlsim.tui.drawing.whole_op import op_shown  # noqa: PLC0415 -- steps are values until one says otherwise

        return op_shown(snapshot, self.selection)

    def _show(self) -> None:
        """Show the moment: while a run is on, the last that it told of itself."""
        self._without_curve = None
        self.show(self.running.latest or self.session.snapshot)
        self._show_keys()

    def _show_keys(self) -> None:
        is_running, is_selecting = self.running.is_running, bool(self.selection)
        is_set = is_selecting and not is_running and self.selected_target() is not None
        keys = keys_of_the_moment(
            self.session,
            is_running=is_running,
            is_selecting=is_selecting,
            is_set=is_set,
            has_pictures=len(self.tabs.pictures) > 1,
        )
        hint = self._hint
        if is_running and not hint:
            forms = list(self._running_told())
            kept = [key for key in keys if key.id in KEYS_OF_A_RUN]
            hint = next((form for form in forms if self.keyline.has_room(kept, form)), forms[-1])
        self.keyline.show(keys, hint)

    def _running_told(self) -> Iterator[str]:
        """How fast the run goes and where to, and the breakpoints that it goes past: in less and less room."""
        running, speed = self.running, speed_in_words(self.session)
        if running.goal is not None:
            told = self.say("hint.running_to", iteration=running.goal, key=CAPS["select.leave"])
        else:
            key = "hint.running_past_end" if running.past_epochs else "hint.running"
            told = self.say(key, speed=speed, epochs=running.past_epochs)
        if running.passed:
            number = len(running.passed)
            key = "hint.running_past_stop" if number == 1 else "hint.running_past_stops"
            yield SAY("hint.running_past", running=told, conditions=", ".join(running.passed))
            yield SAY(key, running=told, number=number)
            yield SAY(f"{key}_in_short", number=number)
            return
        yield told

    # keys

    def _move(self, move: Callable[[], Hint | None]) -> None:
        """Pause, do it, show what came of it; a hint says why nothing did."""
        self._pause()
        self._tell(move())
        self._show()

    def _tell(self, hint: Hint | None) -> None:
        self._hint = "" if hint is None else self.say(hint.key, **{**named_keys(), **hint.values})
        self._told_at = monotonic()

    def action_step(self) -> None:
        """One step at the chosen grain."""
        self._move(self.session.forward)

    def action_back(self) -> None:
        """One step back."""
        self._move(self.session.back)

    def action_forward(self, grain: Grain) -> None:
        """One step at the given grain."""
        self._move(partial(self.session.forward, grain))

    def action_backward(self, grain: Grain) -> None:
        """One step back at the given grain."""
        self._move(partial(self.session.back, grain))

    def action_home(self) -> None:
        """To the very start."""
        self._move(self.session.home)

    def action_lens(self, by: int) -> None:
        """Another sample of the batch."""
        self._move(partial(self.session.move_lens, by))

    def action_grain(self) -> None:
        """Finer or coarser steps."""
        self._tell(Hint("hint.grain", {"grain": SAY(f"grain.{self.session.next_grain()}")}))
        self._show()

    def action_run(self) -> None:
        """Run, or pause."""
        if self.running.is_running:
            self._pause()
            self._tell(None)
            self._show()
            return
        hint = self.running.start()
        self._tell(hint)
        if hint is None:
            self._clock.resume()
        self._show_keys()

    def _run_to(self, iteration: int) -> None:
        self.running.start_to(iteration)
        self._tell(None)
        self._clock.resume()
        self._show_keys()

    def action_speed(self, by: int) -> None:
        """Faster or slower; a run goes on at the new speed."""
        hint = self.running.change_speed(by) or Hint("hint.speed")
        self._tell(Hint(hint.key, {"speed": speed_in_words(self.session), **hint.values}))
        self._show_keys()

    def paused(self) -> Session:
        """The session, with no run on it."""
        self._pause()
        self.session.stop_evening_out()
        return self.session

    def _pause(self) -> None:
        if self.running.is_running:
            self._clock.pause()
            self.running.stop()

    def _sample_run(self) -> None:
        """Show how far the run has come: its numbers, and with the next look its curve; no key waits for both. It rests
        until that has been painted: what NumPy computes for a picture would wait for the run after every call.
        """
        if self.running.is_running and self._without_curve is not None and self.curve.is_due:
            self.running.rest()
            self.show_curve(self._without_curve)
            self._without_curve = None
            self.call_after_refresh(self._go_on)
            return
        snapshot, hint = self.running.look(self.digits)
        if not self.running.is_running:
            self._clock.pause()
            self._tell(hint)
            self._show()
        elif snapshot is not None:
            self.running.rest()
            if monotonic() - self._told_at > READ_SECONDS:
                self._tell(None)
            self.show_numbers(snapshot)
            self._show_keys()
            self._without_curve = snapshot
            self.call_after_refresh(self._go_on)

    def let_paint(self) -> None:
        """Let a run stand still until what is about to change has been painted."""
        if self.running.is_running:
            self.running.rest()
            self.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        self.running.go_on()

    def action_panel(self, tab: str) -> None:
        """Show a panel, and choose it."""
        if tab == "variants" and not self.tabs.has_variants:
            self._tell(Hint("hint.no_variants"))
            self._show_keys()
            return
        self._tell(self.tabs.choose(tab, title_of(tab), self.key_of(tab)))
        self._show()

    def action_table(self, number: int) -> None:
        """Show one of the tables."""
        if number < len(self.tabs.tables):
            self.action_panel(self.tabs.tables[number])
        else:
            self._tell(Hint("hint.no_table"))
            self._show_keys()

    def action_scroll(self, by: int) -> None:
        """Scroll the chosen panel by about its height; where that shows all it holds, another that does not."""
        cut = [panel for panel in self.scrolling() if not panel.is_whole]
        if cut:
            cut[0].scroll_pages(by)
            return
        self._tell(Hint("hint.all_shown"))
        self._show_keys()

    def action_log(self) -> None:
        """Logarithmic or linear loss."""
        if self.session.scenario.wording:
            self._tell(Hint("hint.no_curve"))
        else:
            self.curve.toggle_log()
            self._tell(None)
        self._show()

    def interrupt(self) -> None:
        """Ctrl-C leaves the prompt; without one it says what leaves dlsim."""
        if self.prompt.is_open:
            self.prompt.close()
        else:
            self._tell(Hint("hint.leave", {"key": caps(SAY, SIMULATOR_KEYS)["app.quit"]}))
            self._show_keys()

    def notify_of(self, text: str) -> None:
        """Say this until the next key."""
        self._hint, self._told_at = text, monotonic()
        self._show_keys()

    def action_check(self) -> None:
        """Check the gradients."""
        self._pause()
        self._tell(None)
        self._show()
        if not self.session.simulator.has_gradients:
            self._tell(Hint("hint.no_check"))
            self._show_keys()
            return
        from dlsim.tui.screens.gradients import GradientScreen  # noqa: PLC0415 -- the first paint does without

        self.app.push_screen(GradientScreen(self.session, self.digits))

    def on_screen_suspend(self) -> None:
        """Whatever is read over this screen, the run waits."""
        if self.running.is_running:
            self._pause()
            self._tell(None)
            self._show()

    # mouse

    @on(Panel.Chosen)
    def _choose_tab(self, message: Panel.Chosen) -> None:
        if message.tab:
            self.action_panel(message.tab)

    @on(KeyLine.Clicked)
    async def _press(self, message: KeyLine.Clicked) -> None:
        await self.run_action(message.action)
