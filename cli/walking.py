"""`dlsim walk`: a scenario stepped through in lines of text, for screen readers, dumb terminals and scripts."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any

import click

from dlsim.cli.options import scenario_argument, variant_of_it
from dlsim.cli.output import note, one_line, width_of_terminal, wrapped, write

PROMPT = "> "


@click.command("walk")
@scenario_argument
@click.option("--symbols", "with_symbols", is_flag=True, help="Write ∂, · and ⁺ as they are, not as words.")
@variant_of_it
def command(scenario: str, with_symbols: bool, variant: str | None, overrides: dict[str, Any]) -> None:
    """Step through a scenario in lines of text.

    The same stepping as in the app, for screen readers and for terminals without pictures: no boxes, no colours.
    Enter is a step, 'help' lists the commands, 'q' leaves. Commands may also come from a file or a pipe.
    """
    from dlsim.cli.walker import Left, Walker  # noqa: PLC0415 -- they read the app's words, but not its Textual
    from dlsim.tui.session.session import Session  # noqa: PLC0415
    from dlsim.tui.session.settings import Store  # noqa: PLC0415
    from dlsim.tui.words import words  # noqa: PLC0415

    session, store = Session(scenario, variant=variant, overrides=overrides or None), Store()
    walker = Walker(session, words(), store.settings().digits)
    for message in store.messages:
        note(message)
    walker.tell.spoken.with_symbols = with_symbols
    _say(walker.opening())
    try:
        for line in _lines():
            _say(walker.answer(line))
    except Left:
        pass


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        width = width_of_terminal()
        for part in [line] if width is None else wrapped(line, width):
            write(part)
    sys.stdout.flush()


def _lines() -> Iterator[str]:
    """Lines as they are typed after a prompt, or as a file or pipe holds them, then repeated for the record."""
    if sys.stdin is None:
        return
    if sys.stdin.isatty():
        while True:
            try:
                yield input(PROMPT)
            except EOFError:
                write()
                return
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    for line in sys.stdin:
        write(f"{PROMPT}{one_line(line)}".rstrip())
        yield line
