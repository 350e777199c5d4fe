"""Everything that dlsim refuses, as exceptions.

DlsimError
├── ScenarioError        a scenario (or a file that it names) is wrong: file, key, value, remedy
├── UnknownNameError     a name that is in no table: scenario, variant, grain …, with the nearest one
├── BreakpointError      a condition that cannot be read or can never hold, with examples of such as can
├── PositionError        a place where a run cannot stand: a negative iteration, a sample that is not there
└── WrongKindError       a question that this kind of scenario cannot answer
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from dlsim.engine.names import Names
from dlsim.engine.text import shown


class DlsimError(Exception):
    """The base of everything that dlsim raises on purpose; its text is fit for a user."""


class UnknownNameError(DlsimError):
    """A name that is in no table; the message lists what is, nearest first. `name` is what was asked for, `known` what
    there is, `nearest` which of these it most likely meant, None for none.
    """

    def __init__(self, what: str, name: str, known: Iterable[str] | Names) -> None:
        names = Names.listed(known)
        listed = ", ".join(f"'{name}'" for name in names.known)
        hint = names.suggestion(name) or (f"there are: {listed}" if names.known else "there are none")
        super().__init__(f"{names.unknown(what, name, shown(name))}; {hint}")
        self.name = name
        self.known = tuple(names.known)
        self.nearest = next(iter(names.meant(name)), None)


class BreakpointError(DlsimError):
    """A condition that cannot be read, or can never hold here: `problem` says why; `examples` can be set, the most
    telling first.
    """

    def __init__(self, problem: str, examples: Sequence[str]) -> None:
        self.problem = problem
        self.examples = tuple(examples)
        super().__init__(self.told_with(self.examples))

    def told_with(self, examples: Sequence[str]) -> str:
        """The message with so many of the examples."""
        return f"{self.problem}; for example: {', '.join(examples)}"


class PositionError(DlsimError):
    """A place where a run cannot stand."""


class WrongKindError(DlsimError):
    """A question that this kind of scenario cannot answer, say a gradient where nothing is trained."""


class ScenarioError(DlsimError):
    """A scenario is wrong: `file` and `key` say where, `value` what stood there, `remedy` what would be right."""

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        key: str | None = None,
        value: object = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.key = key
        self.value = value
        self.remedy = remedy
        where = ": ".join(part for part in (self.file, key) if part)
        text = f"{where}: {problem}" if where else problem
        super().__init__(f"{text}; {remedy}" if remedy else text)


def reason_of(error: Exception) -> str:
    """What the system says of a file, a folder or a port, not its number; a NUL in a name is a ValueError."""
    return getattr(error, "strerror", None) or str(error)
