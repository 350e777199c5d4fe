"""Through the run: steps at any grain, along the timeline, from sample to sample, and runs that go on by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from dlsim.engine.numbers import fixed
from dlsim.engine.simulator import Grain
from dlsim.tui.screens.footer import speed_in_words
from dlsim.tui.screens.view import View
from dlsim.tui.session.session import Hint
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.words import words

SAY = words()
SAMPLED_SECONDS = 1 / 50


class Stepping:
    """Its keys move the run; each of them pauses one that is on, but for those of runs themselves."""

    def __init__(self, work: Workspace, view: View, screen: Screen[None]) -> None:
        self._work, self._view, self._footer, self._screen = work, view, view.footer, screen

    def begin(self) -> None:
        """Look at a run that is on so many times a second, from the first one on."""
        self.clock = self._screen.set_interval(SAMPLED_SECONDS, self._look, pause=True)

    # steps

    def _move(self, move: Callable[[], Hint | None]) -> None:
        """Pause, do it, show what came of it; a hint says why nothing did."""
        self._work.pause()
        self._footer.tell(move())
        self._view.show()

    def step(self) -> None:
        """One step at the chosen grain."""
        self._move(self._work.session.forward)

    def back(self) -> None:
        """One step back."""
        self._move(self._work.session.back)

    def forward(self, grain: Grain) -> None:
        """One step at the given grain."""
        self._move(partial(self._work.session.forward, grain))

    def backward(self, grain: Grain) -> None:
        """One step back at the given grain."""
        self._move(partial(self._work.session.back, grain))

    def home(self) -> None:
        """To the very start."""
        self._move(self._work.session.home)

    def lens(self, by: int) -> None:
        """Another sample of the batch."""
        self._move(partial(self._work.session.move_lens, by))

    def look_at(self, row: int) -> None:
        """The sample that is this row of the training data, from 0."""
        self._work.tabs.panel = self._work.tabs.table
        self._move(partial(self._work.session.look_at, row))

    def grain(self) -> None:
        """Finer or coarser steps."""
        self._footer.tell(Hint("hint.grain", {"grain": SAY(f"grain.{self._work.session.next_grain()}")}))
        self._view.show()

    # along the timeline

    def scrub(self, by: int) -> None:
        """By a part of what has been run."""
        self._move(partial(self._work.session.scrub, by))

    def scrub_to(self, iteration: int) -> None:
        """To where so many updates are done."""
        self._move(partial(self._work.session.scrub_to, iteration))

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
            self._footer.tell(None)
            self._view.show()

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
            self._footer.tell(hint)
            view.show()
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
        if self._work.running.is_running:
            self._work.running.rest()
            self._screen.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        self._work.running.go_on()
