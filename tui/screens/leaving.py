"""What ctrl+c does on a screen that lies over another, or is the first one: it says what closes it, and what leaves."""

from __future__ import annotations

from dlsim.tui.session.keys import APP_KEYS, READING_KEYS
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.words import words
from dlsim.tui.words.caps import caps

SAY = words()


class Leaving:
    """The part of a screen that says so, in its `keyline`."""

    keyline: KeyLine
    may_close = True
    """Whether there is a screen below to return to."""

    def interrupt(self) -> None:
        """Ctrl-C."""
        names = caps(SAY, (*READING_KEYS, *APP_KEYS))
        said = "hint.close_or_leave" if self.may_close else "hint.leave"
        self.keyline.tell(SAY(said, key=names["app.quit"], close=names["app.close"]))
