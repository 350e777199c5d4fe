"""The arguments that several verbs share: which scenario, which variant of it, what to set in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from dlsim.engine import builtin_scenarios
from dlsim.engine.errors import ScenarioError
from dlsim.engine.numbers import whole_number
from dlsim.engine.scenario import toml
from dlsim.engine.scenario.tables import is_count
from dlsim.engine.text import shorten, shown

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


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


def scenario_argument(function: Decorated) -> Decorated:
    """The scenario that a verb works on."""
    return click.argument("scenario", metavar="NAME-or-FILE", shell_complete=complete_scenario)(function)


def variant_of_it(function: Decorated) -> Decorated:
    """`--variant` and `--set`: the scenario otherwise than it is written."""
    function = click.option(
        "--set",
        "overrides",
        metavar="PATH=VALUE",
        multiple=True,
        callback=parse_settings,
        help="Set a value of the file: training.optimizer.learning_rate=0.1 (TOML; repeatable).",
    )(function)
    return click.option("--variant", metavar="NAME", help="Take this variant instead of the scenario as written.")(
        function
    )


def count(most: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """A callback for options: a whole number from 0 to `most`."""

    def parse(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
        if text is None:
            return None
        number = whole_number(text)
        if number is None or number > most:
            raise click.BadParameter(f"{shown(text)} is not a whole number from 0 to {most:,}")
        return number

    return parse


def count_option(name: str, most: int, text: str) -> Callable[[Decorated], Decorated]:
    """A whole number from 0."""
    return click.option(name, callback=count(most), metavar="N", help=text)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, numbers in full.")
