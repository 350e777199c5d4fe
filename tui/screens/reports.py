"""Reports that go on by pieces, so that the screen answers in between: gradients checked, and two runs compared."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from dlsim.engine.check import GradientCheck, GradientEntry, worth_waiting
from dlsim.engine.numbers import DIGITS
from dlsim.tui.drawing.reports import comparison_lines, report_lines
from dlsim.tui.drawing.text import wrap
from dlsim.tui.screens.overlays import ReadingScreen
from dlsim.tui.session.keys import COMPARING_KEYS, READING_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.widgets.keyline import bindings
from dlsim.tui.words import caps, words

SAY = words()
PIECE_SECONDS, PIECES_PER_SECOND = 0.02, 30
AT_ONCE = 0.1
"""Seconds. What takes longer is checked by pieces."""


class GradientScreen(ReadingScreen):
    """The proof: every gradient on the tape beside one that was computed without the chain rule."""

    def __init__(self, session: Session, digits: int = DIGITS) -> None:
        super().__init__("check.title", ("look.page-down", "app.close"))
        simulator = session.simulator
        self._check = GradientCheck(simulator, limit=worth_waiting(simulator), with_differences=True)
        self._left = iter(self._check)
        self._done: list[GradientEntry] = []
        self._digits = digits

    def on_mount(self) -> None:
        """Check what can be at once; what is left, by pieces."""
        self._pieces = self.set_interval(1 / PIECES_PER_SECOND, self._go_on)
        self._go_on(AT_ONCE)

    def _go_on(self, seconds: float | None = None) -> None:
        """Check the next ones; once all are, say what came of it."""
        end = perf_counter() + (PIECE_SECONDS if seconds is None else seconds)
        for entry in self._left:
            self._done.append(entry)
            if perf_counter() > end:
                break
        if len(self._done) < len(self._check):
            going_on = SAY("check.going_on", done=len(self._done), number=len(self._check))
            self.read(lambda cells: wrap([(going_on, "muted")], cells))
            return
        self._pieces.stop()
        report = self._check.report(self._done)
        self.read(lambda cells: report_lines(report, cells, self._digits))


class ComparingScreen(ReadingScreen):
    """Two runs beside each other: the present one, and the one from which one came into it. The shorter one goes on as
    far as it takes for that; escape returns, and so do undo and redo, which then go to the run that they name.
    """

    BINDINGS = bindings(COMPARING_KEYS)
    KEYS = (*COMPARING_KEYS, *READING_KEYS)
    FOOTER = ("edit.even-out", "edit.undo", "edit.redo", "look.page-down", "app.close")

    def __init__(self, session: Session, digits: int, undo: Callable[[], None], redo: Callable[[], None]) -> None:
        super().__init__("compare.title", self.FOOTER)
        self._session, self._digits = session, digits
        self._undo, self._redo = undo, redo
        self._until: int | None = None
        self._is_begun = False

    def on_mount(self) -> None:
        """Compare, and let the shorter run go on."""
        self._pieces = self.set_interval(1 / PIECES_PER_SECOND, self._go_on, pause=True)
        self._report()

    def _report(self) -> None:
        """Compare, and show."""
        compared = self._session.simulator.compare()
        if compared is None:
            return
        log = self._session.edits
        able = {"edit.even-out": compared.can_be_evened_out, "edit.undo": log.done, "edit.redo": log.undone}
        self.offer([key for key in self.FOOTER if able.get(key, True)])
        edits = log.undone if compared.is_undone else log.done
        last = [edited for edited in edits if edited.iteration >= compared.fork][-1:]
        keys = caps(SAY, COMPARING_KEYS)
        self.read(lambda cells: comparison_lines(compared, last, keys, cells, self._digits), self.reading.top)
        is_first, self._is_begun = not self._is_begun, True
        self._until = compared.lacks(self._session.simulator.iteration) if is_first else None
        if self._until is not None:
            self._begin()

    def on_unmount(self) -> None:
        """Whatever closes the screen, nothing goes on behind it."""
        self._session.stop_evening_out()

    def action_even_out(self) -> None:
        """Let the shorter run go on, as far as the longer one has been; where it does so, stop it."""
        if self._session.is_evening_out:
            self._stop()
        else:
            self._until = None
            self._begin()

    def _begin(self) -> None:
        self._pieces.resume()
        self._go_on()

    def _go_on(self) -> None:
        """Let it do some more; once it is as far, compare anew."""
        done = self._session.even_out(PIECE_SECONDS, self._until)
        if done is None:
            self._stop()
            return
        self.offer(("edit.even-out", "app.close"), SAY("compare.going_on", iteration=done))

    def _stop(self) -> None:
        self._pieces.pause()
        self._session.stop_evening_out()
        self._report()

    def action_close(self) -> None:
        """Return."""
        self._session.stop_evening_out()
        self.dismiss()

    def action_undo(self) -> None:
        """Return, to the run that was left."""
        self.action_close()
        self._undo()

    def action_redo(self) -> None:
        """Return, to the run of the edit that was undone."""
        self.action_close()
        self._redo()
