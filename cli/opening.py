"""`dlsim` and `dlsim NAME-or-FILE`, with options: the app."""

from __future__ import annotations

from typing import Any

import click

from dlsim.cli.options import complete_scenario, variant_of_it
from dlsim.cli.start import start
from dlsim.engine import UnknownNameError
from dlsim.engine.errors import nearest


@click.command("", options_metavar="[--variant NAME] [--set PATH=VALUE]…")
@click.argument("scenarios", metavar="[NAME-or-FILE]", nargs=-1, shell_complete=complete_scenario)
@variant_of_it
@click.pass_context
def command(context: click.Context, scenarios: tuple[str, ...], variant: str | None, overrides: dict[str, Any]) -> int:
    """Open the browser of scenarios, or one scenario."""
    source = _the_one(scenarios, context)
    if source is None and (variant or overrides):
        raise click.UsageError("--variant and --set go with a scenario's name or file")
    try:
        return start(source, variant, overrides)
    except UnknownNameError as error:
        verb = None if source is None else _verb_like(source, context)
        if verb in (None, source) or error.nearest is not None:
            raise
        raise click.UsageError(f"no verb and no scenario is called {source!r}; did you mean '{verb}'?") from None


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
