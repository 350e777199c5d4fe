"""The `dlsim` command: from an argument list to an exit status.

The first word is a verb or a scenario to open; without any word the browser of scenarios opens. Whatever goes wrong
ends as one message on stderr:

0 done · 1 a check failed, or a number was not finite · 2 the call or a file is wrong · 130 interrupted from
the keyboard · 141 whoever read the output went away. The last two say nothing: whoever caused them knows.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

import click
from click.shell_completion import CompletionItem, shell_complete

from dlsim.cli.options import ScenarioChoice, as_choice, complete_scenario
from dlsim.cli.output import has_signs, prepare_streams
from dlsim.engine import UnknownNameError
from dlsim.engine.errors import DlsimError, reason_of
from dlsim.engine.names import nearest
from dlsim.engine.text import shorten

VERBS = {
    "list": "listing",
    "run": "run",
    "trace": "trace",
    "check": "check",
    "walk": "walk",
    "export": "run",
    "serve": "serve",
    "locate": "listing",
}
"""In the order of the help, each with the module beside this one that has its `…_command`; it is imported when the verb
is asked for, since a walk needs much that no other verb does.
"""
DISTRIBUTION = "dlsim-tui"
"""What the project is called where it is installed from."""
OPEN = ""
"""The name of the command behind no verb at all; nobody can type it, so it hides no file."""
DONE, REFUSED, INTERRUPTED, PIPE_CLOSED = 0, 2, 130, 141
LONGEST_MESSAGE = 2_000
COMPLETION = "_DLSIM_COMPLETE"
"""What a shell that has been told sets when it wants to know what may come next."""
_LONG_WORD = re.compile(r"\S{400,}")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    prepare_streams()
    try:
        status = _answer(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()  # here, where a closed pipe is still caught
    except BrokenPipeError:
        _forget(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:  # a full disk under what is written to
        _forget(sys.stdout)
        what = "the output cannot be written" if error.filename is None else shorten(str(error.filename), 200)
        return _refuse(f"{what}: {reason_of(error)}")
    except click.UsageError as error:
        path = error.ctx.command_path.strip() if error.ctx else "dlsim"
        return _refuse(f"{error.format_message()} (see '{path} --help')")
    except click.ClickException as error:
        return _refuse(error.format_message())
    except DlsimError as error:
        return _refuse(str(error))
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    return status


def _answer(arguments: Sequence[str]) -> int:
    """What click's own `main` does, but for its newline on an interrupt and its status of a closed pipe."""
    if wish := os.environ.get(COMPLETION):
        return shell_complete(dlsim, {}, "dlsim", COMPLETION, wish)
    try:
        with dlsim.make_context("dlsim", list(arguments)) as context:
            status = dlsim.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    return status if isinstance(status, int) else DONE


def _refuse(message: str) -> int:
    """One line; what it repeats of a call may be as long as a command line."""
    short = _LONG_WORD.sub(lambda word: shorten(word[0]), message)
    try:
        print(f"dlsim: {shorten(short, LONGEST_MESSAGE)}", file=sys.stderr, flush=True)
    except OSError:  # nobody can be told
        _forget(sys.stderr)
    return REFUSED


def _forget(stream: TextIO) -> None:
    """Point a stream nowhere: flushing it at exit would raise once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class VerbOrScenario(click.Group):
    """A group whose first word may be a scenario instead of a verb.

    Anything that is not a verb is a scenario to open; a file that is called like a verb is opened as `./list`.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the unnamed command before whatever does not begin with a verb or with an option of ours."""
        completing = ctx.resilient_parsing and not args
        known = set(VERBS).union(*(parameter.opts for parameter in self.get_params(ctx)))
        if not completing and (not args or args[0] not in known):
            args = [OPEN, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of the help."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A verb's command, or the one that opens the app."""
        if cmd_name == OPEN:
            return open_command
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"dlsim.cli.{VERBS[cmd_name]}"), f"{cmd_name}_command")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Verbs and options, scenario names and files."""
        own = super().shell_complete(ctx, incomplete)
        scenarios = complete_scenario(ctx, None, incomplete)
        return [*own, *(item for item in scenarios if not own or item.type != "file")]


@click.group(
    cls=VerbOrScenario,
    subcommand_metavar="[NAME-or-FILE | VERB …]",
    options_metavar="[--help | --version]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'dlsim VERB --help' explains a verb.",
)
@click.version_option(
    package_name=DISTRIBUTION, prog_name="dlsim", message="dlsim %(version)s", help="Print the version."
)
def dlsim() -> None:
    """A microscope for backpropagation.

    Without anything it opens the browser of scenarios; with a scenario's name or file, that scenario.
    The verbs below answer without a screen.
    """


def _the_one(_context: click.Context, _parameter: click.Parameter, scenarios: tuple[str, ...]) -> str | None:
    """The scenario to open; a UsageError for several, which may be a verb misspelt and what it should work on."""
    if len(scenarios) > 1:
        verb = nearest(scenarios[0], VERBS)
        hint = f"; did you mean 'dlsim {verb}'?" if verb else ""
        raise click.UsageError(f"one scenario can be opened at a time, not {len(scenarios)}{hint}")
    return scenarios[0] if scenarios else None


@click.command(OPEN, options_metavar="[--variant NAME] [--set PATH=VALUE]…")
@click.argument("scenario", metavar="[NAME-or-FILE]", nargs=-1, callback=_the_one, shell_complete=complete_scenario)
@as_choice
def open_command(choice: ScenarioChoice | None) -> int:
    """Open the browser of scenarios, or one scenario."""
    try:
        session = choice.session() if choice else None
    except UnknownNameError as error:
        source = choice.scenario if choice else ""
        verb = nearest(source, VERBS)
        if verb in (None, source) or error.nearest is not None:
            raise
        raise click.UsageError(f"no verb and no scenario is called {source!r}; did you mean '{verb}'?") from None
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise click.ClickException(
            "the app needs a terminal, and this is not one; try 'dlsim list', 'dlsim run' or 'dlsim trace'"
        )
    if os.environ.get("TERM") == "dumb":
        raise click.ClickException("the app needs a cursor that moves, but TERM is dumb; try 'dlsim walk'")
    if not _is_terminal(sys.__stderr__):
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # Textual draws there, and messages may go elsewhere
    gc.disable()  # nothing that the app makes while it starts is garbage
    from dlsim.tui.app import open_app  # noqa: PLC0415 -- no other verb imports the app, which takes 150 ms

    return open_app(session, only_ascii=not has_signs(sys.stdout), when_ready=resume_collection)


def resume_collection() -> None:
    """Collect garbage, except what there is already: walking through all of it would hold up a key by 50 ms."""
    gc.freeze()
    gc.enable()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
