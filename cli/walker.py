"""From a line that was typed to what answers it: the commands of `dlsim walk`."""

from __future__ import annotations

import re
from collections.abc import Callable

import click
from msgspec import Struct

from dlsim.cli.walk_base import Lines, WrongCommandError
from dlsim.cli.walk_looks import Looks
from dlsim.cli.walk_moves import Moves
from dlsim.engine import DlsimError
from dlsim.engine.breakpoints import examples
from dlsim.engine.errors import nearest
from dlsim.engine.gradient_check import check_gradients, worth_waiting
from dlsim.engine.numbers import DIGITS, whole_number
from dlsim.engine.scenario.spec import in_language
from dlsim.engine.text import shorten
from dlsim.tui.session.session import Session
from dlsim.tui.words import Words

MOST_STEPS = 10_000


class Left(Exception):  # noqa: N818 -- no error: the walk is over
    """The user has had enough."""


class Command(Struct, frozen=True):
    """What carries a command out, and whether it may, must or must not have an argument."""

    answer: Callable[[str], Lines]
    argument: str = ""  # "", "maybe", or the key of what it must be


class Walker(Moves, Looks):
    """One walk through one scenario. `answer` takes a line and yields the lines of its answer."""

    def __init__(self, session: Session, say: Words, digits: int = DIGITS) -> None:
        super().__init__(session, say, digits)
        self._commands = self._table()

    def opening(self) -> Lines:
        """What stands first."""
        session = self._session
        title = in_language(session.scenario.title, self._say.language)
        yield self.tell.line("opened", name=session.scenario.name, title=title)
        yield self.tell.line("begin", next=session.snapshot.next_symbol)
        yield from self.tell.trouble(self._simulator)

    def answer(self, line: str) -> Lines:
        """The answer to a line; Left when it says so. Whatever is wrong is one line too."""
        word, _, argument = line.strip().partition(" ")
        try:
            yield from self._carry_out(word, argument.strip())
        except click.ClickException as error:
            yield self.tell.spoken(error.message)  # without the name of an option, which nobody typed here
        except DlsimError as error:
            yield self.tell.spoken(str(error))

    def _carry_out(self, word: str, argument: str) -> Lines:
        if whole_number(word) is not None and not argument:
            return self._steps(self._number(word, word, MOST_STEPS, "too_many"))
        if re.fullmatch(r"(?:[^\s=<>]|<[0-9]+>)+\s*=.*", f"{word} {argument}"):
            return self._edit(f"{word} {argument}")
        if word in self._tables and word not in self._commands:
            return self._read_table(word, argument)
        command = self._commands.get(word) or self._commands.get(word.lower())
        if command is None:
            raise self._unknown(word)
        if argument and not command.argument:
            shown = {"typed": repr(shorten(f"{word} {argument}")), "command": word}
            raise WrongCommandError(self.tell.line("no_argument", **shown))
        if command.argument not in ("", "maybe") and not argument:
            raise self._needs(word, command.argument)
        return command.answer(argument)

    def _unknown(self, word: str) -> WrongCommandError:
        near = nearest(word, [*self._commands, *self._tables])
        shown = repr(shorten(word))
        return WrongCommandError(
            self.tell.line("near", command=shown, near=near) if near else self.tell.line("unknown", command=shown)
        )

    def _table(self) -> dict[str, Command]:
        forward, back = self._forward, self._back
        table = {
            ("", "s", "step"): Command(lambda _: self._steps(1)),
            ("b", "back"): Command(lambda _: back(None)),
            ("g", "grain"): Command(self._grain, "maybe"),
            ("i",): Command(lambda _: forward("iteration")),
            ("I",): Command(lambda _: back("iteration")),
            ("e",): Command(lambda _: forward("epoch")),
            ("E",): Command(lambda _: back("epoch")),
            ("r", "run"): Command(self._run, "maybe"),
            ("until",): Command(self._until, "condition"),
            ("to", "go"): Command(self._to, "number"),
            ("home",): Command(lambda _: self._home()),
            (".",): Command(lambda _: self._sample_by(1)),
            (",",): Command(lambda _: self._sample_by(-1)),
            ("sample",): Command(self._sample, "sample"),
            ("why",): Command(self._why, "maybe"),
            ("where",): Command(lambda _: self.tell.where(self._session.snapshot, self._session.grain)),
            ("numbers",): Command(self._numbers, "maybe"),
            ("loss",): Command(lambda _: self._loss()),
            ("w", "edit", "set"): Command(self._edit, "change"),
            ("u", "undo"): Command(lambda _: self._exchange("undo")),
            ("redo",): Command(lambda _: self._exchange("redo")),
            ("compare",): Command(lambda _: self._compare()),
            ("c", "check"): Command(lambda _: self._check()),
            ("v", "variant"): Command(lambda _: self._variant()),
            ("lesson",): Command(lambda _: self.tell.lesson(self._session.snapshot)),
            ("export", "save"): Command(self._export, "file"),
            ("symbols",): Command(lambda _: self._symbols()),
            ("digits",): Command(self._digits, "decimals"),
            ("help", "h", "?"): Command(lambda _: self.tell.commands(self._tables, examples(self._simulator))),
            ("q", "quit", "exit"): Command(lambda _: self._leave()),
        }
        return {name: command for names, command in table.items() for name in names}

    def _check(self) -> Lines:
        return self.tell.check(check_gradients(self._simulator, limit=worth_waiting(self._simulator)))

    def _leave(self) -> Lines:
        raise Left
