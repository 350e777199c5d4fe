"""The sessions of one sitting: a scenario that one comes back to is as one left it, with edits, runs and breakpoints.

No Textual here.
"""

from __future__ import annotations

from pathlib import Path

from dlsim.engine import builtin_scenarios
from dlsim.tui.resuming import resumed
from dlsim.tui.session import Hint, Session
from dlsim.tui.settings import Last

KEPT = 6
"""So many are kept: each may hold checkpoints of several megabytes."""

Stamp = tuple[int, int] | None
"""Of a file: when it was written, and its size; None for what is built in, or gone."""


class Sessions:
    """The latest sessions by their source; at first perhaps one that an earlier sitting left (`last`)."""

    def __init__(self, last: Last | None) -> None:
        self._last = last
        self._kept: dict[str, tuple[Session, Stamp]] = {}  # the latest last

    @property
    def files(self) -> tuple[str, ...]:
        """Those scenarios that are not built in."""
        return tuple(source for source in self._kept if source not in builtin_scenarios())

    def keep(self, session: Session) -> Session:
        """Remember it as the one that is open."""
        self._kept.pop(session.source, None)
        self._kept[session.source] = (session, _stamp(session.source))
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return session

    def open(self, source: str) -> tuple[Session, Hint | None]:
        """The session of a scenario, and what there is to say about it. A file that was written since is read anew.

        DlsimError or OSError where it cannot be.
        """
        last, self._last = self._last, None
        if source in self._kept:
            is_open = source == next(reversed(self._kept))
            session, stamp = self._kept[source]
            if stamp == _stamp(source):
                return self.keep(session), Hint("hint.still_open") if is_open else _returned(session)
            return self.keep(Session(source)), Hint("hint.read_anew")
        before = resumed(last) if last is not None and not self._kept and last.scenario == source else None
        if before is not None:
            return self.keep(before), _returned(before)
        return self.keep(Session(source)), None


def _returned(session: Session) -> Hint | None:
    position = session.simulator.position
    is_away = position.done or position.cursor or session.edits.done
    return Hint("hint.returned") if is_away else None


def _stamp(source: str) -> Stamp:
    if source in builtin_scenarios():
        return None
    try:
        found = Path(source).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
