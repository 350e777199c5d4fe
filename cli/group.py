"""The verbs, and what happens where none is given: the app opens.

Anything that is not a verb is a scenario to open; a file that is called like a verb is opened as `./list`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from dlsim.cli import opening
from dlsim.cli.options import complete_scenario
from dlsim.cli.verbs import VERBS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

OPEN = ""
"""The name of the command behind no verb at all; nobody can type it, so it hides no file."""


class VerbOrScenario(click.Group):
    """A group whose first word may be a scenario instead of a verb."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the unnamed command before whatever does not begin with a verb or with an option of ours."""
        completing = ctx.resilient_parsing and not args
        known = set(VERBS).union(*(parameter.opts for parameter in self.get_params(ctx)))
        if not completing and (not args or args[0] not in known):
            args = [OPEN, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of their table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A verb's command, or the one that opens the app."""
        if cmd_name == OPEN:
            return opening.command
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"dlsim.cli.{VERBS[cmd_name]}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Verbs and options, scenario names and files."""
        own = super().shell_complete(ctx, incomplete)
        scenarios = complete_scenario(ctx, None, incomplete)
        return [*own, *(item for item in scenarios if not own or item.type != "file")]


def show_version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    """Print the version and leave."""
    if asked and not context.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415 -- it brings the email package

        click.echo(f"dlsim {version('dlsim')}")
        context.exit()


@click.group(
    cls=VerbOrScenario,
    subcommand_metavar="[NAME-or-FILE | VERB …]",
    options_metavar="[--help | --version]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'dlsim VERB --help' says more about a verb.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Print the version.",
)
def dlsim() -> None:
    """A microscope for backpropagation.

    Without anything it opens the browser of scenarios; with a scenario's name or file, that scenario.
    The verbs below answer without a screen.
    """
