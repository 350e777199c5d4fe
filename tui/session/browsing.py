"""The scenarios to choose from, and how lists are searched."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine import Scenario, ScenarioError, UnknownNameError, builtin_scenarios, load
from dlsim.engine.scenario.spec import in_language
from dlsim.engine.text import clean


class Choice(Struct, frozen=True):
    """A scenario in the list: loaded, or the message that says why it could not be."""

    name: str
    scenario: Scenario | None
    problem: str = ""
    file: str = ""
    """Where it is, if it is none of the built-in ones."""

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
    return (*_built_in(), *map(_own, files))


def _own(file: str) -> Choice:
    choice = _choice(file)
    return replace(choice, name=choice.scenario.name if choice.scenario else clean(Path(file).stem), file=file)


@cache
def _built_in() -> tuple[Choice, ...]:
    """Read once: they do not change while the app is open, and reading them all takes as long as a key may."""
    return tuple(_choice(name) for name in builtin_scenarios())


def _choice(name: str) -> Choice:
    try:
        return Choice(name, load(name))
    except (ScenarioError, UnknownNameError, OSError, ValueError) as problem:
        return Choice(name, None, str(problem))


def has_all(text: str, wanted: str) -> bool:
    """Whether every word of `wanted` is in the text."""
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())
