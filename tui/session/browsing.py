"""The scenarios to choose from, and what a preview says of each. No Textual here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine import Scenario, ScenarioError, UnknownNameError, builtin_scenarios, load
from dlsim.engine.scenario.spec import in_language
from dlsim.engine.text import clean
from dlsim.tui.drawing.pictures.catalogue import pictures_of
from dlsim.tui.words import Words


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


def topics(say: Words, choice: Choice) -> str:
    """All that a filter looks for: its line of the list, its summary, what it consists of, its pictures and its kind
    by the names that they usually have.
    """
    scenario = choice.scenario
    if scenario is None:
        return choice.heading(say.language)
    names = [f"command.picture.usual.{picture.key}" for picture in pictures_of(scenario)]
    names += [f"browser.also.{scenario.kind}"] + ["browser.also.training"] * (scenario.optimizer is not None)
    return " ".join(
        (
            choice.heading(say.language),
            in_language(scenario.summary, say.language),
            *facts(say, scenario),
            *(say(key) for key in names if key in say),
        )
    )


def facts(say: Words, scenario: Scenario) -> Iterator[str]:
    """What a scenario consists of, a short line each: its network, its data, its training, its variants."""
    network, training = scenario.network, scenario.training
    if network is not None:
        widths = "-".join(str(width) for width in network.widths)
        yield say(
            "browser.size",
            widths=widths,
            activations=_runs([layer.activation.name for layer in network.layers]),
        )
    if count := scenario.samples:
        yield say("browser.sample") if count == 1 else say("browser.samples", samples=count)
    if training is not None:
        yield say("browser.training", optimizer=training.optimizer.name, loss=training.loss.replace("_", " "))
    elif network is not None:
        yield say("browser.forward")
    if scenario.variants:
        yield say("browser.variants", names=" · ".join(scenario.variants))


def _runs(names: Sequence[str]) -> str:
    """sigmoid, sigmoid, softmax → "2 × sigmoid, softmax"."""
    counted = [(name, len(list(group))) for name, group in groupby(names)]
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counted)
