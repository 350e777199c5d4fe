"""Where a session was left, and how one returns there."""

from __future__ import annotations

from pathlib import Path

from dlsim.engine import builtin_scenarios
from dlsim.engine.errors import DlsimError
from dlsim.tui.session.session import Session
from dlsim.tui.session.settings import Last

NEAR = 20_000
"""Further on than so many iterations one does not return by oneself: it would keep the screen waiting."""


def place_of(session: Session) -> Last:
    """Where it stands, as it is remembered. An iteration that is complete has no further values."""
    position = session.simulator.position
    source = session.source if session.source in builtin_scenarios() else str(Path(session.source).absolute())
    is_within = position.cursor < position.values or not session.simulator.trains
    return Last(
        scenario=source,
        variant=session.variant,
        iteration=position.done,
        cursor=position.cursor if is_within else 0,
        sample=session.simulator.sample,
    )


def resumed(last: Last) -> Session | None:
    """A session that stands there, or as near as can be; None where the scenario cannot be opened."""
    for variant in dict.fromkeys((last.variant, None)):
        try:
            session = Session(last.scenario, variant=variant)
        except (DlsimError, OSError):
            continue
        _go(session, last)
        return session
    return None


def _go(session: Session, last: Last) -> None:
    simulator = session.simulator
    simulator.sample = min(last.sample, simulator.samples - 1)
    cursor = min(last.cursor, simulator.program.values)
    simulator.seek(iteration=last.iteration if simulator.trains and last.iteration <= NEAR else 0, cursor=cursor)
    session.changed()
