"""The commands of `dlsim walk`: each reads its argument, moves the session, and says what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import click

from dlsim.cli.changes import read_changes
from dlsim.cli.exporting import new_file, save
from dlsim.cli.interrupts import Interrupts
from dlsim.cli.telling import Telling
from dlsim.engine import DlsimError, PositionError, Ref, Simulator
from dlsim.engine.breakpoints import parse_breakpoint
from dlsim.engine.errors import nearest
from dlsim.engine.exporting import export
from dlsim.engine.gradient_check import check_gradients
from dlsim.engine.numerals import fixed, plain
from dlsim.engine.scenario import in_language
from dlsim.engine.simulator import Grain
from dlsim.engine.text import shorten
from dlsim.tui.session import GRAINS, Hint, Session, StepGrain
from dlsim.tui.words import Words

PART = 500
"""A run is done in parts of so many iterations, so that ctrl+c ends it between two of them."""
LONG = 20_000
"""Of a run of more iterations it is said that it goes on, and how to end it."""
MOST_STEPS = 10_000
MOST_NUMBERS = 20_000
"""So many of an iteration's numbers are looked through for a symbol that is typed as it is spoken."""
_DERIVATIVE = re.compile(r"\bd(?=[A-Za-z])")

Lines = Iterator[str]


class Left(Exception):  # noqa: N818 -- no error: the walk is over
    """The user has had enough."""


class WrongCommandError(DlsimError):
    """A command that cannot be carried out; its text is the answer."""


class Command(NamedTuple):
    """What carries a command out, and whether it may, must or must not have an argument."""

    answer: Callable[[str], Lines]
    argument: str = ""  # "", "maybe", or the key of what it must be


class Walker:
    """One walk through one scenario. `answer` takes a line and yields the lines of its answer."""

    def __init__(self, session: Session, say: Words) -> None:
        self._session = session
        self._say = say
        self.tell = Telling(say)
        self._commands = self._table()

    @property
    def _simulator(self) -> Simulator:
        return self._session.simulator

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
            yield self.tell.spoken(error.format_message())
        except DlsimError as error:
            yield self.tell.spoken(str(error))

    def _carry_out(self, word: str, argument: str) -> Lines:
        if word.isdecimal() and not argument:
            return self._steps(self._number(word, word, MOST_STEPS))
        if re.fullmatch(r"[^\s=<>]+\s*=.*", f"{word} {argument}"):
            return self._edit(f"{word} {argument}")
        if word in self._tables and word not in self._commands:
            return self._read_table(word, argument)
        command = self._commands.get(word) or self._commands.get(word.lower())
        if command is None:
            raise self._unknown(word)
        if argument and not command.argument:
            raise self._unknown(f"{word} {argument}")
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
            ("loss",): Command(lambda _: self._loss()),
            ("w", "edit", "set"): Command(self._edit, "change"),
            ("u", "undo"): Command(lambda _: self._exchange("undo")),
            ("redo",): Command(lambda _: self._exchange("redo")),
            ("compare",): Command(lambda _: self.tell.comparison(self._simulator.compare())),
            ("c", "check"): Command(lambda _: self.tell.check(check_gradients(self._simulator))),
            ("v", "variant"): Command(lambda _: self._variant()),
            ("lesson",): Command(lambda _: self.tell.lesson(self._session.snapshot)),
            ("export", "save"): Command(self._export, "file"),
            ("symbols",): Command(lambda _: self._symbols()),
            ("help", "h", "?"): Command(lambda _: self.tell.commands(self._tables)),
            ("q", "quit", "exit"): Command(lambda _: self._leave()),
        }
        return {name: command for names, command in table.items() for name in names}

    # steps

    def _steps(self, count: int) -> Lines:
        for _ in range(count):
            before = self._simulator.position
            yield from self._forward(None)
            after = self._simulator.position
            if (before.iteration, before.cursor) == (after.iteration, after.cursor):
                return

    def _forward(self, grain: Grain | None) -> Lines:
        session, position = self._session, self._simulator.position
        hint = session.forward(grain)
        if hint is not None:
            yield self._hint(hint)
            if self._simulator.trouble is None:
                return
        yield from self._arrival(grain or session.grain, position.iteration, position.cursor)

    def _arrival(self, grain: Grain, iteration: int, cursor: int) -> Lines:
        simulator, snapshot = self._simulator, self._session.snapshot
        event = snapshot.event
        if event is None:
            yield self.tell.start(snapshot)
        elif grain in ("iteration", "epoch"):
            if not simulator.trains:
                yield from self.tell.stretch(simulator, event, 0)
        elif grain == "value":
            yield from self.tell.arrival(snapshot, event)
        else:
            goes_on = iteration == snapshot.position.iteration and cursor < snapshot.position.cursor
            yield from self.tell.stretch(simulator, event, cursor if goes_on else 0)
        yield from self.tell.iteration_done(simulator)
        yield from self.tell.trouble(simulator)

    def _back(self, grain: Grain | None) -> Lines:
        hint = self._session.back(grain)
        if hint is not None:
            yield self._hint(hint)
        else:
            yield from self.tell.back_at(self._session.snapshot)
            yield from self.tell.iteration_done(self._simulator)

    def _grain(self, argument: str) -> Lines:
        if argument:
            if argument not in GRAINS:
                raise WrongCommandError(self.tell.line("needs", command="g", argument=", ".join(GRAINS)))
            grain: StepGrain = next(each for each in GRAINS if each == argument)
            self._session.grain = grain
        else:
            self._session.next_grain()
        yield self.tell.line("grain", grain=self._say(f"grain.{self._session.grain}"))

    def _home(self) -> Lines:
        hint = self._session.home()
        yield self._hint(hint) if hint else self.tell.start(self._session.snapshot)

    def _sample(self, argument: str) -> Lines:
        number = self._number("sample", argument)
        if not 1 <= number <= self._simulator.samples:
            raise self._needs("sample", "sample")
        yield from self._sample_by(number - 1 - self._simulator.sample)

    def _sample_by(self, by: int) -> Lines:
        hint = self._session.move_lens(by) if by else None
        if hint is not None:
            yield self._hint(hint)
            return
        yield self.tell.line("lens", sample=self._simulator.sample + 1, samples=self._simulator.samples)
        event = self._session.snapshot.event
        if event is not None:
            yield from self.tell.arrival(self._session.snapshot, event)

    # runs

    def _run(self, argument: str) -> Lines:
        number = self._number("r", argument) if argument else self._rest()
        yield from self._run_for(number)

    def _rest(self) -> int:
        """Iterations to where the scenario's epochs end; past that, as many again."""
        position = self._simulator.position
        end = position.epochs * position.batches
        return end - self._simulator.iteration if end > self._simulator.iteration else end

    def _run_for(self, number: int) -> Lines:
        simulator = self._simulator
        if not simulator.trains:
            yield from self._forward("iteration")
            return
        before = simulator.iteration
        with Interrupts() as interrupts:
            if number > LONG:
                yield self.tell.line("running", number=f"{number:,}")
            while (left := number - (simulator.iteration - before)) and not simulator.trouble and not interrupts.came:
                simulator.run(min(left, PART))
        self._session.changed()
        yield from self._ran(simulator.iteration - before, interrupted=interrupts.came)

    def _until(self, argument: str) -> Lines:
        simulator = self._simulator
        condition = parse_breakpoint(argument, simulator)
        if not simulator.trains:
            raise WrongCommandError(self._say("hint.forward_only"))
        before, number = simulator.iteration, self._rest()
        with Interrupts() as interrupts:
            while (left := number - (simulator.iteration - before)) and not interrupts.came:
                simulator.run(min(left, PART), until=[condition])
                if simulator.stopped_by or simulator.trouble:
                    break
        self._session.changed()
        done = simulator.iteration - before
        if simulator.stopped_by or interrupts.came or simulator.trouble:
            yield from self._ran(done, interrupted=interrupts.came, condition=condition.text)
        else:
            yield self.tell.line("not_met", number=f"{done:,}", condition=condition.text)

    def _ran(self, done: int, *, interrupted: bool = False, condition: str = "") -> Lines:
        simulator, number = self._simulator, f"{done:,}"
        if interrupted:
            yield self.tell.line("stopped", number=number)
        elif simulator.stopped_by and condition:
            yield self.tell.line("stopped_by", number=number, condition=condition)
        elif simulator.losses.size:
            yield self.tell.line("ran", number=number, loss=fixed(float(simulator.losses[-1])))
        else:
            yield self.tell.line("ran_plain", number=number)
        if interrupted or condition:
            yield from self.tell.iteration_done(simulator)
        yield from self.tell.trouble(simulator)

    def _to(self, argument: str) -> Lines:
        number = self._number("to", argument)
        simulator = self._simulator
        if number and not simulator.trains:
            raise PositionError(self._say("hint.forward_only"))
        if number > simulator.iteration:
            with Interrupts() as interrupts:
                while simulator.iteration < number and not simulator.trouble and not interrupts.came:
                    simulator.seek(iteration=min(number, simulator.iteration + PART))
        else:
            simulator.seek(iteration=number)
        self._session.changed()
        if not simulator.iteration and simulator.event is None:
            yield self.tell.start(self._session.snapshot)
        yield from self.tell.iteration_done(simulator)
        yield from self.tell.trouble(simulator)

    # looking

    def _why(self, argument: str) -> Lines:
        snapshot = self._session.snapshot
        if not argument:
            if snapshot.event is None:
                raise WrongCommandError(self.tell.line("nothing_yet"))
            return self.tell.why(snapshot, snapshot.event.ref)
        ref = self._find(argument)
        if ref is None:
            raise WrongCommandError(self.tell.line("no_symbol", symbol=shorten(argument)))
        return self.tell.why(snapshot, ref)

    def _find(self, typed: str) -> Ref | None:
        """The number that is meant, whether its symbol is typed with its signs or as it is spoken."""
        model, tape = self._simulator.model, self._simulator.model.tape
        symbol = _DERIVATIVE.sub("∂", typed) if "/" in typed else typed
        for spelling in (typed, symbol, f"{symbol.removeprefix('new ')}⁺" if symbol.startswith("new ") else symbol):
            ref = model.find(spelling)
            if isinstance(ref, Ref):
                return ref
        count = 0
        for op in self._simulator.program:
            for ref in op.refs:
                for each in (
                    ref,
                    *(token for token in tape.formula(ref, self._simulator.sample) if isinstance(token, Ref)),
                ):
                    name = tape.symbol(each)
                    if typed in (name, self.tell.spoken(name)):
                        return each
                count += 1
                if count > MOST_NUMBERS:
                    return None
        return None

    @property
    def _tables(self) -> list[str]:
        return [table.key for table in self._simulator.model.tables]

    def _read_table(self, key: str, argument: str) -> Lines:
        first = self._number(key, argument) if argument else 1
        snapshot = self._session.snapshot
        table = next(table for table in snapshot.tables if table.key == key)
        return self.tell.table(snapshot, table, first)

    def _loss(self) -> Lines:
        loss, accuracy = self._simulator.loss(), self._simulator.accuracy()
        yield self.tell.line("no_loss") if loss is None else self.tell.line("loss_now", loss=fixed(loss))
        if accuracy is not None:
            yield self.tell.line("accuracy_now", accuracy=f"{plain(100 * accuracy, 2)} %")

    def _symbols(self) -> Lines:
        self.tell.spoken.with_symbols = not self.tell.spoken.with_symbols
        yield self.tell.line("symbols_on" if self.tell.spoken.with_symbols else "symbols_off")

    # what if

    def _edit(self, argument: str) -> Lines:
        changes = read_changes(argument, self._simulator, self._find)
        self._simulator.edit(numbers=changes.numbers, settings=changes.settings)
        self._session.changed()
        symbol = self._simulator.model.tape.symbol
        made = [
            f"{symbol(ref) if isinstance(ref, Ref) else ref} = {plain(number)}"
            for ref, number in changes.numbers.items()
        ]
        made += [f"{path} = {value}" for path, value in changes.settings.items()]
        yield self.tell.line("edited", what=shorten(", ".join(made), 200))
        yield from self.tell.trouble(self._simulator)

    def _exchange(self, way: str) -> Lines:
        done = self._simulator.undo() if way == "undo" else self._simulator.redo()
        self._session.changed()
        yield self.tell.line(("undone" if way == "undo" else "redone") if done else f"nothing_to_{way}")

    def _variant(self) -> Lines:
        yield self._hint(self._session.next_variant())

    def _export(self, argument: str) -> Lines:
        file = new_file(argument, overwrite=False)
        save(file, export(self._simulator, folder=file.parent))
        yield self.tell.line("saved", file=shorten(str(file), 200))

    def _leave(self) -> Lines:
        raise Left

    # words

    def _hint(self, hint: Hint) -> str:
        return self.tell.spoken(self._say(hint.key, **hint.values))

    def _needs(self, command: str, argument: str) -> WrongCommandError:
        wanted = self._say(f"walk.{argument}", command=command, samples=self._simulator.samples)
        return WrongCommandError(self.tell.line("needs", command=command, argument=wanted))

    def _number(self, command: str, text: str, most: int | None = None) -> int:
        digits = text.replace(",", "").replace("_", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
            raise self._needs(command, "number")
        if most is not None and int(digits) > most:
            raise WrongCommandError(self.tell.line("too_many", number=f"{most:,}"))
        return int(digits)
