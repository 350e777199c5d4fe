"""`dlsim` and `dlsim NAME-or-FILE`: the app. The one verb that imports it."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import click

from dlsim.cli.options import complete_scenario, variant_of_it
from dlsim.cli.streams import has_signs
from dlsim.engine import Scenario, UnknownNameError, load
from dlsim.engine.errors import nearest


@click.command("", options_metavar="[--variant NAME] [--set PATH=VALUE]…")
@click.argument("scenarios", metavar="[NAME-or-FILE]", nargs=-1, shell_complete=complete_scenario)
@variant_of_it
@click.pass_context
def command(context: click.Context, scenarios: tuple[str, ...], variant: str | None, overrides: dict[str, Any]) -> int:
    """Open the browser of scenarios, or one scenario."""
    source = _the_one(scenarios, context)
    scenario = None
    if source is not None:
        scenario = _loaded(source, variant, overrides, context)
    elif variant or overrides:
        raise click.UsageError("--variant and --set go with a scenario's name or file")
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise click.ClickException(
            "the app needs a terminal, and this is none; try 'dlsim list', 'dlsim run' or 'dlsim trace'"
        )
    if os.environ.get("TERM") == "dumb":
        raise click.ClickException("the app needs a cursor that moves, and TERM is dumb; try 'dlsim walk'")
    if not _is_terminal(sys.__stderr__):
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # Textual draws there, and messages may go elsewhere
    gc.disable()  # nothing that a start makes is garbage; the app takes it up again
    from dlsim.tui.app import open_app  # noqa: PLC0415 -- headless verbs never import the app
    from dlsim.tui.session import Session  # noqa: PLC0415

    session = None if source is None else Session(source, variant, overrides or None, scenario=scenario)
    return open_app(session, only_ascii=not has_signs(sys.stdout))


def _the_one(scenarios: tuple[str, ...], context: click.Context) -> str | None:
    if len(scenarios) > 1:
        verb = _verb_like(scenarios[0], context)
        hint = f"; did you mean 'dlsim {verb}'?" if verb else ""
        raise click.UsageError(f"one scenario can be opened at a time, not {len(scenarios)}{hint}")
    return scenarios[0] if scenarios else None


def _verb_like(word: str, context: click.Context) -> str | None:
    """The verb that `word` may be a misspelling of: what is no verb was taken for a scenario."""
    group = context.find_root().command
    return nearest(word, group.list_commands(context)) if isinstance(group, click.Group) else None


def _loaded(scenario: str, variant: str | None, overrides: dict[str, Any], context: click.Context) -> Scenario:
    """Refused here, before the terminal changes, if the app could not open it."""
    try:
        return load(scenario, variant=variant, overrides=overrides)
    except UnknownNameError as error:
        verb = _verb_like(scenario, context)
        if verb in (None, scenario) or error.nearest is not None:
            raise
        raise click.UsageError(f"no verb and no scenario is called {scenario!r}; did you mean '{verb}'?") from None


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
