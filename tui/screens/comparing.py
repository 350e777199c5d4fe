"""Two runs beside each other: the present one, and the one from which one came into it."""

from __future__ import annotations

from collections.abc import Callable

from dlsim.tui.drawing.comparison import comparison_lines
from dlsim.tui.keys import bindings
from dlsim.tui.screens.reading import PIECE_SECONDS, PiecewiseReport
from dlsim.tui.session.keys import COMPARING_KEYS, READING_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.words import words
from dlsim.tui.words.caps import caps

SAY = words()


class ComparingScreen(PiecewiseReport):
    """Compares as it opens, and lets the shorter run go on as far as it takes for that; escape returns, and so do undo
    and redo, which then go to the run that they name.
    """

    TITLE_KEY = "compare.title"
    FOOTER = ("edit.even-out", "edit.undo", "edit.redo", "look.page-down", "app.close")
    BINDINGS = bindings(COMPARING_KEYS)
    KEYS = (*COMPARING_KEYS, *READING_KEYS)

    def __init__(self, session: Session, digits: int, undo: Callable[[], None], redo: Callable[[], None]) -> None:
        super().__init__(session, digits)
        self._undo, self._redo = undo, redo
        self._until: int | None = None
        self._is_begun = False

    def report(self) -> None:
        """Compare, and show."""
        compared = self._session.simulator.compare()
        if compared is None:
            return
        log = self._session.edits
        able = {"edit.even-out": compared.can_be_evened_out, "edit.undo": log.done, "edit.redo": log.undone}
        self._label(self.TITLE_KEY, [key for key in self.FOOTER if able.get(key, True)])
        edits = log.undone if compared.is_undone else log.done
        last = [edited for edited in edits if edited.iteration >= compared.fork][-1:]
        keys = caps(SAY, COMPARING_KEYS)
        self.reading.show(
            lambda cells: comparison_lines(compared, last, keys, cells, self._digits), top=self.reading.top
        )
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
        self.go_on()

    def go_on(self) -> None:
        """Let it do some more; once it is as far, compare anew."""
        done = self._session.even_out(PIECE_SECONDS, self._until)
        if done is None:
            self._stop()
            return
        going_on = SAY("compare.going_on", iteration=done)
        self._label(self.TITLE_KEY, ("edit.even-out", "app.close"), going_on)

    def _stop(self) -> None:
        self._pieces.pause()
        self._session.stop_evening_out()
        self.report()

    def action_close(self) -> None:
        """Return."""
        self._session.stop_evening_out()
        super().action_close()

    def action_undo(self) -> None:
        """Return, to the run that was left."""
        self.action_close()
        self._undo()

    def action_redo(self) -> None:
        """Return, to the run of the edit that was undone."""
        self.action_close()
        self._redo()
