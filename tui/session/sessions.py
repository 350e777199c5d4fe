"""The scenarios to choose from, the sessions of one sitting, and where an earlier one was left.

A scenario that one comes back to is as one left it, with edits, runs and breakpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from os.path import isfile
from pathlib import Path

from msgspec import Struct

from dlsim.engine import Scenario, builtin_scenarios, load
from dlsim.engine.errors import DlsimError
from dlsim.engine.text import clean, in_language
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.settings import Last


class Choice(Struct, frozen=True):
    """A scenario in the list: loaded, or the message that says why it could not be."""

    name: str
    scenario: Scenario | None
    problem: str = ""
    file: str = ""
    """Where it is, if it is none of the built-in ones."""

    @property
    def key(self) -> str:
        """What it is opened by."""
        return self.file or self.name

    def title(self, language: str) -> str:
        """Its title; a broken one has none."""
        return in_language(self.scenario.title, language) if self.scenario is not None else ""

    @property
    def section(self) -> str:
        """Of the lecture notes."""
        return self.scenario.section or "" if self.scenario is not None else ""

    def heading(self, language: str) -> str:
        """Its line of the list."""
        return f"{self.name} {self.section} {self.title(language)}"


def choices(files: Sequence[str] = ()) -> tuple[Choice, ...]:
    """The built-in scenarios in the order of the notes; after them those of files, also such as cannot be read."""
    return (*_built_in(), *(_choice(file, clean(Path(file).stem), file) for file in files))


@cache
def _built_in() -> tuple[Choice, ...]:
    """Read once: they do not change while the app is open, and reading them all takes as long as a key may."""
    return tuple(_choice(name, name) for name in builtin_scenarios())


def _choice(source: str, name: str, file: str = "") -> Choice:
    """`name` is what it is called where it cannot be loaded."""
    try:
        scenario = load(source)
    except (DlsimError, OSError, ValueError) as problem:
        return Choice(name, None, str(problem), file)
    return Choice(scenario.name, scenario, "", file)


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
        simulator = session.simulator
        simulator.sample = min(last.sample, simulator.samples - 1)
        done = last.iteration if simulator.trains and last.iteration <= NEAR else 0
        simulator.seek(iteration=done, cursor=min(last.cursor, simulator.program.values))
        return session
    return None


KEPT = 6
"""So many are kept: each may hold checkpoints of several megabytes."""

Contents = tuple[int | None, ...]
"""What the files of a scenario hold, as hashes: its own, and that of its data. None for one that is gone."""


class Sessions:
    """The latest sessions by their source; at first perhaps one that an earlier sitting left (`last`)."""

    def __init__(self, last: Last | None) -> None:
        self._last = last
        self._kept: dict[str, tuple[Session, Contents]] = {}  # the latest last

    @property
    def files(self) -> tuple[str, ...]:
        """Those scenarios that are not built in."""
        return tuple(source for source in self._kept if source not in builtin_scenarios())

    def keep(self, session: Session, contents: Contents | None = None) -> Session:
        """Remember it as the one that is open; `contents` are what it was read from, where that is not there now."""
        self._kept.pop(session.source, None)
        self._kept[session.source] = (session, _contents(session) if contents is None else contents)
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return session

    def open(self, source: str) -> tuple[Session, Hint | None]:
        """The session of a scenario, and what there is to say about it. A file that holds something else by now is read
        anew; if it cannot be, the session remains.

        DlsimError or OSError where there is none and the scenario cannot be read.
        """
        last, self._last = self._last, None
        if source in self._kept:
            return self._again(source, is_open=source == next(reversed(self._kept)))
        before = resumed(last) if last is not None and not self._kept and last.scenario == source else None
        if before is not None:
            return self.keep(before), _returned(before)
        return self.keep(Session(source)), None

    def _again(self, source: str, *, is_open: bool) -> tuple[Session, Hint | None]:
        session, contents = self._kept[source]
        if contents == _contents(session):
            return self.keep(session, contents), Hint("hint.still_open") if is_open else _returned(session)
        try:
            return self.keep(Session(source, session.variant, session.overrides)), Hint("hint.read_anew")
        except (DlsimError, OSError):
            return self.keep(session, contents), Hint("hint.not_read_anew")


def _returned(session: Session) -> Hint | None:
    position = session.simulator.position
    is_away = position.done or position.cursor or session.edits.done
    return Hint("hint.returned") if is_away else None


def _contents(session: Session) -> Contents:
    scenario = session.scenario
    if session.source in builtin_scenarios() or scenario.file is None:
        return ()
    data = scenario.opened.variants[None].raw.get("data")
    table = data.get("file") if isinstance(data, Mapping) else None
    files = [scenario.file] if table is None else [scenario.file, scenario.file.parent / str(table)]
    return tuple(map(_hash, files))


def _hash(file: Path) -> int | None:
    try:
        return hash(file.read_bytes()) if isfile(file) else None
    except OSError:
        return None
