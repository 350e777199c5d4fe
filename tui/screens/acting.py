"""What the parts of the simulator's screen share: the session, its run, and how a key comes to be seen."""

from __future__ import annotations

from collections.abc import Callable

from dlsim.tui.screens.view import SimulatorView
from dlsim.tui.session.running import Running
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.words import words
from dlsim.tui.words.prose import fitting

SAY = words()


class Acting(SimulatorView, is_layer=True):
    """The screen as those parts know it; SimulatorScreen makes it whole."""

    session: Session
    running: Running

    def say(self, key: str, /, **values: object) -> str:
        """The text at `key` that fits the scenario."""
        return fitting(SAY, self.session.scenario, key, **values)

    def _show(self) -> None:
        """Show the moment."""
        raise NotImplementedError

    def _show_keys(self) -> None:
        """Show the keys of the moment, or a hint."""
        raise NotImplementedError

    def _tell(self, hint: Hint | None) -> None:
        """Say this until the next key."""
        raise NotImplementedError

    def notify_of(self, text: str) -> None:
        """Say a text until the next key."""
        raise NotImplementedError

    def _pause(self) -> None:
        """Stop a run that is on."""
        raise NotImplementedError

    def _move(self, move: Callable[[], Hint | None]) -> None:
        """Pause, do it, show what came of it."""
        raise NotImplementedError
