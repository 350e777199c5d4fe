"""From an argument list to an exit status: whatever goes wrong ends as one message on stderr.

0 done · 1 a check failed, or a number was not finite · 2 the call or a file is wrong · 130 interrupted from
the keyboard · 141 whoever read the output went away. The last two say nothing: whoever caused them knows.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from dlsim.cli.group import dlsim
from dlsim.cli.streams import prepare_streams
from dlsim.engine import DlsimError
from dlsim.engine.errors import reason_of
from dlsim.engine.text import shorten

DONE, REFUSED, INTERRUPTED, PIPE_CLOSED = 0, 2, 130, 141
LONGEST_MESSAGE = 2_000
_LONG_WORD = r"\S{400,}"
COMPLETION = "_DLSIM_COMPLETE"
"""What a shell that has been told sets when it wants to know what may come next."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    prepare_streams()
    try:
        status = _answer(arguments)
        sys.stdout.flush()  # here, where a closed pipe is still caught
    except BrokenPipeError:
        _forget(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:  # a full disk under what is written to
        _forget(sys.stdout)
        what = "the output cannot be written" if error.filename is None else shorten(str(error.filename), 200)
        return _refuse(f"{what}: {reason_of(error)}")
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    return status


def _answer(arguments: Sequence[str] | None) -> int:
    """What click's own `main` does, but for its newline on an interrupt and its status of a closed pipe."""
    if wish := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete  # noqa: PLC0415 -- no start waits for it

        return shell_complete(dlsim, {}, "dlsim", COMPLETION, wish)
    try:
        with dlsim.make_context("dlsim", list(sys.argv[1:] if arguments is None else arguments)) as context:
            status = dlsim.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        return _refuse(f"{error.format_message()} ({_help_of(error.ctx)})")
    except click.ClickException as error:
        return _refuse(error.format_message())
    except DlsimError as error:
        return _refuse(str(error))
    return status if isinstance(status, int) else DONE


def _refuse(message: str) -> int:
    """One line; what it repeats of a call may be as long as a command line."""
    short = re.sub(_LONG_WORD, lambda word: shorten(word[0]), message)
    try:
        click.echo(f"dlsim: {shorten(short, LONGEST_MESSAGE)}", err=True)
    except OSError:  # nobody can be told
        _forget(sys.stderr)
    return REFUSED


def _help_of(context: click.Context | None) -> str:
    return f"see '{context.command_path.strip() if context else 'dlsim'} --help'"


def _forget(stream: TextIO) -> None:
    """Point a stream nowhere: flushing it at exit would raise once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
