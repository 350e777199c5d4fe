"""`dlsim walk`: a scenario stepped through in lines of text, for screen readers, dumb terminals and scripts.

From a line that was typed to what answers it; the sentences of an answer are put together in `walk_text.py`.
"""

from __future__ import annotations

import io
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from threading import current_thread, main_thread

import click
from msgspec import Struct

from dlsim.cli.options import ScenarioChoice, as_choice, scenario_argument
from dlsim.cli.output import note, one_line, width_of_terminal, wrapped, write
from dlsim.cli.run import new_file, save
from dlsim.cli.walk_text import WalkText, in_other_case, read_changes
from dlsim.engine import DlsimError, PositionError, Ref, Simulator
from dlsim.engine.breakpoints import examples, parse_breakpoint
from dlsim.engine.check import check_gradients, worth_waiting
from dlsim.engine.export import export
from dlsim.engine.names import nearest
from dlsim.engine.numbers import DIGITS, plain, whole_number
from dlsim.engine.quantity import operands
from dlsim.engine.simulator import MOST_ITERATIONS, Breakpoint, Grain
from dlsim.engine.text import in_language, shorten
from dlsim.tui.session.editing import brief, written
from dlsim.tui.session.session import GRAINS, Hint, Session
from dlsim.tui.session.settings import MOST_DIGITS, Store
from dlsim.tui.words import Words, words
from dlsim.tui.words.prose import in_words

Lines = Iterator[str]
PROMPT = "> "
MOST_STEPS = 10_000
PART = 500
"""A run is done in parts of so many iterations, so that ctrl+c ends it between two of them."""
LONG = 20_000
"""Of a run of more iterations it is said that it goes on, and how to end it."""
MOST_NUMBERS = 20_000
"""So many of an iteration's numbers are looked through for a symbol that is typed as it is spoken."""
_CHANGE = re.compile(r"(?:[^\s=<>]|<[0-9]+>)+\s*=.*")
_DERIVATIVE = re.compile(r"\bd(?=[A-Za-z])")
_SPOKEN = ((re.compile(r"^new (.+)"), r"\1⁺"), (re.compile(r"^change of (.+)"), r"Δ\1"))
"""How parameters under way are spoken, and how they are written."""


@click.command("walk")
@scenario_argument
@click.option("--symbols", "with_symbols", is_flag=True, help="Write ∂, · and ⁺ as they are, not as words.")
@as_choice
def walk_command(choice: ScenarioChoice, with_symbols: bool) -> None:
    """Step through a scenario in lines of text.

    The same stepping as in the app, for screen readers and for terminals without pictures: no boxes, no colours.
    Enter is a step, 'help' lists the commands, 'q' leaves. Commands may also come from a file or a pipe.
    """
    session, store = choice.session(), Store()
    walker = Walker(session, words(), store.settings().digits)
    for message in store.messages:
        note(message)
    walker.tell.spoken.with_symbols = with_symbols
    _say(walker.opening())
    try:
        for line in _lines():
            _say(walker.answer(line))
    except Quit:
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


class Quit(Exception):  # noqa: N818 -- no error: the walk is over
    """The user has had enough."""


class Command(Struct, frozen=True):
    """What carries a command out, and whether it may, must or must not have an argument."""

    answer: Callable[[str], Lines]
    argument: str = ""  # "", "maybe", or the key of what it must be


class WrongCommandError(DlsimError):
    """A command that cannot be carried out; its text is the answer."""


class Walker:
    """One walk through one scenario. `answer` takes a line and yields the lines of its answer."""

    def __init__(self, session: Session, say: Words, digits: int = DIGITS) -> None:
        self._session = session
        self._say = say
        self.tell = WalkText(say, digits)
        self._commands = self._table()

    def opening(self) -> Lines:
        """What stands first."""
        session = self._session
        title = in_language(session.scenario.title, self._say.language)
        yield self.tell.line("opened", name=session.scenario.name, title=title)
        yield self.tell.line("begin", next=session.snapshot.next_symbol)
        yield from self.tell.trouble(self._simulator)

    def answer(self, line: str) -> Lines:
        """The answer to a line; Quit when it says so. Whatever is wrong is one line too."""
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
        if _CHANGE.fullmatch(f"{word} {argument}"):
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
        return WrongCommandError(self.tell.line("near" if near else "unknown", command=repr(shorten(word)), near=near))

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
            ("u", "undo"): Command(lambda _: self._exchange(self._simulator.undo(), "undone", "nothing_to_undo")),
            ("redo",): Command(lambda _: self._exchange(self._simulator.redo(), "redone", "nothing_to_redo")),
            ("compare",): Command(lambda _: self._compare()),
            ("c", "check"): Command(
                lambda _: self.tell.check(check_gradients(self._simulator, limit=worth_waiting(self._simulator)))
            ),
            ("v", "variant"): Command(lambda _: iter([self._hint(self._session.next_variant())])),
            ("lesson",): Command(lambda _: self.tell.lesson(self._session.snapshot)),
            ("export", "save"): Command(self._export, "file"),
            ("symbols",): Command(lambda _: self._symbols()),
            ("digits",): Command(self._digits, "decimals"),
            ("help", "h", "?"): Command(lambda _: self.tell.commands(self._tables, examples(self._simulator))),
            ("q", "quit", "exit"): Command(lambda _: self._leave()),
        }
        return {name: command for names, command in table.items() for name in names}

    def _hint(self, hint: Hint) -> str:
        return self.tell.spoken(self._say(hint.key, **hint.values))

    def _needs(self, command: str, argument: str) -> WrongCommandError:
        needed = {"samples": self._samples, "most": MOST_DIGITS, "example": examples(self._simulator)[0]}
        wanted = self._say(f"walk.{argument}", command=command, **needed)
        return WrongCommandError(self.tell.line("needs", command=command, argument=wanted))

    def _number(self, command: str, text: str, most: int = MOST_ITERATIONS, refused: str = "too_far") -> int:
        """What was typed after a command as a whole number; what it is called when it is too large is `refused`."""
        number = whole_number(text)
        if number is None:
            raise self._needs(command, "number")
        if number > most:
            raise WrongCommandError(self.tell.line(refused, number=most))
        return number

    @property
    def _simulator(self) -> Simulator:
        return self._session.simulator

    @property
    def _tables(self) -> list[str]:
        return [table.key for table in self._simulator.model.tables]

    @property
    def _samples(self) -> int:
        """How many there are in the data."""
        of_data = [table for table in self._simulator.model.tables if table.key == "data"]
        return len(of_data[0].rows) // of_data[0].per_sample if of_data else self._simulator.samples

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
        yield from self.tell.arrived(simulator)

    def _back(self, grain: Grain | None) -> Lines:
        hint = self._session.back(grain)
        if hint is not None:
            yield self._hint(hint)
        else:
            yield from self.tell.back_at(self._session.snapshot)
            yield from self.tell.iteration_done(self._simulator)

    def _grain(self, argument: str) -> Lines:
        if not argument:
            self._session.next_grain()
        elif argument in GRAINS:
            self._session.grain = GRAINS[GRAINS.index(argument)]
        else:
            raise WrongCommandError(self.tell.line("needs", command="g", argument=", ".join(GRAINS)))
        yield self.tell.line("grain", grain=self._say(f"grain.{self._session.grain}"))

    def _home(self) -> Lines:
        hint = self._session.home()
        yield self._hint(hint) if hint else self.tell.start(self._session.snapshot)

    def _sample(self, argument: str) -> Lines:
        """By its number in the data, as tables and answers have it."""
        number, rows = self._number("sample", argument), list(self._simulator.model.tape.rows)
        if not 1 <= number <= self._samples:
            raise self._needs("sample", "sample")
        if number - 1 not in rows:
            raise WrongCommandError(self.tell.not_in_batch(number, self._session.snapshot))
        yield from self._sample_by(rows.index(number - 1) - self._simulator.sample)

    def _sample_by(self, by: int) -> Lines:
        hint = self._session.move_lens(by) if by else None
        if hint is not None:
            yield self._hint(hint)
            return
        yield self.tell.lens(self._session.snapshot)
        event = self._session.snapshot.event
        if event is not None:
            yield from self.tell.arrival(self._session.snapshot, event)

    # runs

    def _run(self, argument: str) -> Lines:
        number, simulator = self._number("r", argument) if argument else self._rest(), self._simulator
        if not simulator.trains:
            yield from self._forward("iteration")
            return
        before = simulator.iteration
        came = yield from self._in_parts(before + number, lambda there: simulator.run(there - simulator.iteration))
        yield from self._ran(simulator.iteration - before, interrupted=came)

    def _rest(self) -> int:
        """Iterations to where the scenario's epochs end; past that, as many again."""
        end = self._simulator.end
        return end - self._simulator.iteration if end > self._simulator.iteration else end

    def _in_parts(self, end: int, go_to: Callable[[int], object]) -> Generator[str, None, bool]:
        """Go on to where `end` iterations are done, in parts; whether an interrupt ended it before."""
        simulator = self._simulator
        with interrupts() as came:
            yield from self._running(end - simulator.iteration)
            while simulator.iteration < end and not simulator.trouble and not came:
                go_to(min(end, simulator.iteration + PART))
        self._session.changed()
        return bool(came)

    def _running(self, number: int) -> Lines:
        if number > LONG:
            yield self.tell.line("running", number=number)

    def _until(self, argument: str) -> Lines:
        simulator = self._simulator
        if not simulator.trains:
            raise WrongCommandError(self._say("hint.forward_only"))
        condition = parse_breakpoint(argument, simulator)
        before, number = simulator.iteration, self._rest()
        held = holds = before > 0 and condition.holds(simulator)
        if held:
            yield self.tell.line("holds", condition=condition.text)
        with interrupts() as came:
            while (left := number - (simulator.iteration - before)) and not came:
                simulator.run(1 if holds else min(left, PART), until=() if holds else [condition])
                if simulator.stopped_by or simulator.trouble:
                    break
                holds = holds and (not condition.is_due(simulator) or condition.holds(simulator))
        self._session.changed()
        done = simulator.iteration - before
        if simulator.stopped_by or came or simulator.trouble:
            yield from self._ran(done, interrupted=bool(came), condition=condition)
        else:
            yield self.tell.counted("not_again" if held else "not_met", done, condition=condition.text)

    def _ran(self, done: int, *, interrupted: bool, condition: Breakpoint | None = None) -> Lines:
        simulator = self._simulator
        if interrupted:
            yield self.tell.counted("stopped", done)
        elif simulator.stopped_by and condition:
            yield self.tell.counted("stopped_by", done, condition=condition.text)
            if met_by := condition.met_by(simulator):
                parameter, gradient = met_by
                yield self.tell.line("met_by", parameter=parameter, value=self.tell.number(gradient))
            if (number := condition.number(simulator)) is not None:
                yield self.tell.line("met_at", value=self.tell.number(number))
        else:
            key, values = self.tell.of_loss("ran", simulator)
            yield self.tell.counted(key, done, **values)
        yield from self.tell.arrived(simulator) if interrupted or condition else self.tell.trouble(simulator)

    def _to(self, argument: str) -> Lines:
        number = self._number("to", argument)
        simulator = self._simulator
        if number and not simulator.trains:
            raise PositionError(self._say("hint.forward_only"))
        before = simulator.iteration
        if number <= before:
            simulator.seek(iteration=number)
        if (yield from self._in_parts(number, lambda there: simulator.seek(iteration=there))):
            yield self.tell.counted("stopped", simulator.iteration - before)
        if not simulator.iteration and simulator.event is None:
            yield self.tell.start(self._session.snapshot)
        yield from self.tell.arrived(simulator)

    # looking

    def _why(self, argument: str) -> Lines:
        snapshot = self._session.snapshot
        if not argument:
            if snapshot.event is None:
                raise WrongCommandError(self.tell.line("nothing_yet"))
            return self.tell.why(snapshot, snapshot.event.ref)
        ref = self._find(argument)
        if ref is None:
            near = in_other_case(argument, self._find)
            said = "no_symbol_near" if near else "no_symbol"
            raise WrongCommandError(self.tell.line(said, symbol=shorten(argument), near=near))
        return self.tell.why(snapshot, ref)

    def _find(self, typed: str) -> Ref | None:
        """The number that is meant, whether its symbol is typed with its signs or as it is spoken."""
        model, tape = self._simulator.model, self._simulator.model.tape
        symbol = _DERIVATIVE.sub("∂", typed) if "/" in typed else typed
        for spoken, sign in _SPOKEN:
            symbol = spoken.sub(sign, symbol)
        for spelling in (typed, symbol):
            ref = model.find(spelling)
            if isinstance(ref, Ref):
                return ref
        shown = self._session.snapshot.tape  # at the parameters of the moment, by which some are called
        refs = islice((ref for op in self._simulator.program for ref in op.refs), MOST_NUMBERS)
        sample = self._simulator.sample
        computed = (each for ref in refs for each in (ref, *operands(tape.formula(ref, sample))))
        for where, candidates in ((shown, islice(shown.besides(), MOST_NUMBERS)), (tape, computed)):
            for candidate in candidates:
                name = where.symbol(candidate)
                if typed in (name, self.tell.spoken(name)):
                    return candidate
        return None

    def _numbers(self, argument: str) -> Lines:
        """Those that pictures show besides, but for what is made of each sample."""
        first = self._number("numbers", argument) if argument else 1
        return self.tell.besides(self._session.snapshot, first)

    def _read_table(self, key: str, argument: str) -> Lines:
        first = self._number(key, argument) if argument else 1
        snapshot = self._session.snapshot
        table = next(table for table in snapshot.tables if table.key == key)
        return self.tell.table(snapshot, table, first)

    def _loss(self) -> Lines:
        simulator = self._simulator
        numbers = {"": (simulator.loss(), simulator.accuracy()), "validation_": simulator.validation()}
        for which, (loss, accuracy) in numbers.items():
            if loss is not None:
                yield self.tell.line(f"{which}loss_now", loss=self.tell.number(loss))
            elif not which:
                yield self.tell.line("no_loss")
            if accuracy is not None:
                yield self.tell.line(f"{which}accuracy_now", accuracy=f"{plain(100 * accuracy, 2)} %")

    def _symbols(self) -> Lines:
        self.tell.spoken.with_symbols = not self.tell.spoken.with_symbols
        yield self.tell.line("symbols_on" if self.tell.spoken.with_symbols else "symbols_off")

    def _digits(self, argument: str) -> Lines:
        if argument not in map(str, range(MOST_DIGITS + 1)):
            raise self._needs("digits", "decimals")
        self.tell.digits = int(argument)
        yield self.tell.line("digits", digits=argument)

    # what if

    def _edit(self, argument: str) -> Lines:
        changes = read_changes(argument, self._simulator, self._find)
        rows = [target.datum.at for target, _ in changes.data.values() if target.datum is not None]
        self._simulator.edit(numbers=changes.numbers, settings=changes.settings, row=rows[0] if rows else None)
        self._session.changed()
        symbol, digits = self._simulator.model.tape.symbol, self.tell.digits
        made = [(symbol(ref) if isinstance(ref, Ref) else ref, number) for ref, number in changes.numbers.items()]
        said = [f"{label} = {plain(number, digits)}" for label, number in made]
        for path, value in changes.settings.items():
            if path not in changes.data:
                said.append(f"{path} = {brief(written(value) or str(value), digits)}")
                continue
            target, number = changes.data[path]  # and what became of those that share with it
            made = [(in_words(self._say, target).label, number)]
            made += [(label, share) for label, _, share in target.followers(number)]
            said += [f"{label} = {plain(number, digits)}" for label, number in made]
        yield self.tell.line("edited", what=shorten(", ".join(said), 200))
        snapshot = self._session.snapshot
        if rows and rows[0] not in snapshot.tape.rows:
            yield self.tell.not_in_batch(rows[0] + 1, snapshot)
        yield from self.tell.trouble(self._simulator)

    def _compare(self) -> Lines:
        """Two runs beside each other, once the shorter one has gone on as far as it takes."""
        simulator = self._simulator
        compared = simulator.compare()
        until = None if compared is None else compared.lacks(simulator.iteration)
        if compared is not None and until is not None:
            with interrupts() as came, closing(simulator.even_out(until)) as going_on:
                yield from self._running(until - min(compared.gone))
                for _ in going_on:
                    if came:
                        break
            self._session.changed()
            compared = simulator.compare()
            if compared is not None:
                yield self.tell.line("evened_out", iteration=min(compared.gone))
        yield from self.tell.comparison(compared)

    def _exchange(self, done: bool, said: str, otherwise: str) -> Lines:
        self._session.changed()
        yield self.tell.line(said if done else otherwise)

    def _export(self, argument: str) -> Lines:
        file = new_file(argument, overwrite=False)
        save(file, export(self._simulator, folder=file.parent))
        yield self.tell.line("saved", file=shorten(str(file), 200))

    def _leave(self) -> Lines:
        raise Quit


@contextmanager
def interrupts() -> Iterator[Sequence[int]]:
    """While it is entered, an interrupt is noted here instead of breaking into whatever is being computed."""
    came: list[int] = []
    if current_thread() is not main_thread():
        yield came
        return
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)
