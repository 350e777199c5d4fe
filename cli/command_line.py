"""An argument list to the verb it is for, by click: what click would print or exit with becomes ours."""

from __future__ import annotations

from collections.abc import Sequence

import click

from dlsim.cli.call_error import CallError
from dlsim.cli.group import dlsim


def answer(arguments: Sequence[str]) -> int | None:
    """What click's own `main` does, but for its newline on an interrupt and its status of a closed pipe.

    The verb's status, None where it has none. Raises CallError for a call that is wrong.
    """
    try:
        with dlsim.make_context("dlsim", list(arguments)) as context:
            status = dlsim.invoke(context)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.UsageError as error:
        raise CallError(f"{error.format_message()} ({_help_of(error.ctx)})") from None
    except click.ClickException as error:
        raise CallError(error.format_message()) from None
    return status if isinstance(status, int) else None


def complete(wish: str, variable: str) -> int:
    """Tell a shell what may come next; the status it wants."""
    from click.shell_completion import shell_complete  # noqa: PLC0415 -- no call but this one needs it

    return shell_complete(dlsim, {}, "dlsim", variable, wish)


def _help_of(context: click.Context | None) -> str:
    return f"see '{context.command_path.strip() if context else 'dlsim'} --help'"
