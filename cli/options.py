"""The arguments that several verbs share: which scenario, which variant of it, what is set in it; and counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem
from msgspec import Struct

from dlsim.engine import Scenario, Simulator, builtin_scenarios, load
from dlsim.engine.errors import DlsimError, ScenarioError, UnknownNameError
from dlsim.engine.numbers import whole_number
from dlsim.engine.scenario import toml
from dlsim.engine.scenario.tables import is_count
from dlsim.engine.text import shorten, shown
from dlsim.tui.session.session import Session
from dlsim.tui.session.sessions import choices
from dlsim.tui.words import words
from dlsim.tui.words.finding import BY_LESSON, SECTION, findable, found_in

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class ScenarioChoice(Struct, frozen=True):
    """The scenario that a call is about, in which variant, and what is set in it by path."""

    scenario: str
    variant: str | None
    overrides: dict[str, Any]

    def load(self) -> Scenario:
        """It, read and checked; a DlsimError says what is wrong with it."""
        return load_named(self.scenario, variant=self.variant, overrides=self.overrides)

    def simulator(self) -> Simulator:
        """A run of it, at its start."""
        return Simulator(self.load())

    def session(self) -> Session:
        """A session that has it open."""
        return Session(self.scenario, self.variant, self.overrides or None, scenario=self.load())


def load_named(name: str, **how: Any) -> Scenario:
    """`load`; for the number of a section or a topic the error names the scenarios that are about it."""
    try:
        return load(name, **how)
    except UnknownNameError as error:
        if error.name != name or error.nearest is not None:
            raise
        about = _scenarios_about(name)
        if SECTION.fullmatch(name):
            told = f"the scenarios of that section are: {about}" if about else "see 'dlsim list'"
            raise DlsimError(f"{shown(name)} is a section of the lecture notes, no scenario; {told}") from None
        if not about:
            raise
        raise DlsimError(f"no scenario is called {shown(name)}; about it are: {about}") from None


def _scenarios_about(wanted: str) -> str:
    """Their names as a message lists them, the best first; "" for none."""
    say = words()
    found = found_in(say, [findable(say, choice, ()) for choice in choices()], wanted)
    return ", ".join(f"'{choice.name}'" for rank, choice in found if rank == found[0][0] < BY_LESSON)


def complete_scenario(
    _context: click.Context, _parameter: click.Parameter | None, incomplete: str
) -> list[CompletionItem]:
    """What the shell offers for a scenario: the built-in names that begin so, else files."""
    names = [CompletionItem(name) for name in builtin_scenarios() if name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def parse_settings(_context: click.Context, _parameter: click.Parameter, settings: tuple[str, ...]) -> dict[str, Any]:
    """`path=value` pairs as a mapping; of two for one path, the later one holds."""
    overrides: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(f"{shown(setting)} is not path=value, as in training.epochs=10")
        overrides[path.strip()] = parse_value(path.strip(), text.strip())
    return overrides


def parse_value(path: str, text: str) -> Any:
    """`text` as TOML; a word that is not TOML stands for itself."""
    try:
        return toml.parse_value(text, is_count=is_count(path))
    except ScenarioError as error:
        raise click.BadParameter(
            f"{shorten(path)}: {error.problem}" + (f"; {error.remedy}" if error.remedy else "")
        ) from None


def as_choice(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--variant` and `--set`, which with the argument `scenario` become a `choice`: None where none is named."""

    @click.option("--variant", metavar="NAME", help="Take this variant instead of the scenario as written.")
    @click.option(
        "--set",
        "overrides",
        metavar="PATH=VALUE",
        multiple=True,
        callback=parse_settings,
        help="Set a value of the file: training.optimizer.learning_rate=0.1 (TOML; repeatable).",
    )
    @wraps(function)
    def command(*, scenario: str | None, variant: str | None, overrides: dict[str, Any], **others: Any) -> Any:
        if scenario is None and (variant or overrides):
            raise click.UsageError("--variant and --set go with a scenario's name or file")
        return function(choice=None if scenario is None else ScenarioChoice(scenario, variant, overrides), **others)

    return command


def count_option(name: str, most: int, text: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """A whole number from 0 to `most`; None where it is not given and has no default."""

    def parse(_context: click.Context, _parameter: click.Parameter, typed: str | None) -> int | None:
        number = None if typed is None else whole_number(typed)
        if typed is not None and (number is None or number > most):
            raise click.BadParameter(f"{shown(typed)} is not a whole number from 0 to {most:,}")
        return number

    return click.option(name, callback=parse, metavar="N", help=text, **attributes)


scenario_argument = click.argument("scenario", metavar="NAME-or-FILE", shell_complete=complete_scenario)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, numbers in full.")
