"""The commands of `dlsim walk` that look, and those that change something: why, tables, edits, variants, export."""

from __future__ import annotations

import re
from contextlib import closing
from itertools import islice

from dlsim.cli.changes import read_changes
from dlsim.cli.exporting import new_file, save
from dlsim.cli.interrupts import Interrupts
from dlsim.cli.walk_base import LONG, Lines, Walk, WrongCommandError
from dlsim.engine import Ref
from dlsim.engine.export import export
from dlsim.engine.numbers import plain
from dlsim.engine.reference import operands
from dlsim.engine.text import shorten
from dlsim.tui.session.edits import brief
from dlsim.tui.session.settings import MOST_DIGITS
from dlsim.tui.session.targets import Target, written
from dlsim.tui.words.scenario import in_words

MOST_NUMBERS = 20_000
"""So many of an iteration's numbers are looked through for a symbol that is typed as it is spoken."""
_DERIVATIVE = re.compile(r"\bd(?=[A-Za-z])")
_SPOKEN = ((re.compile(r"^new (.+)"), r"\1⁺"), (re.compile(r"^change of (.+)"), r"Δ\1"))
"""How parameters under way are spoken, and how they are written."""


class Looks(Walk):
    """None of them moves the position."""

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
        for spoken, sign in _SPOKEN:
            symbol = spoken.sub(sign, symbol)
        for spelling in (typed, symbol):
            ref = model.find(spelling)
            if isinstance(ref, Ref):
                return ref
        shown = self._session.snapshot.tape  # at the parameters of the moment, by which some are called
        for ref in islice(shown.besides(), MOST_NUMBERS):
            name = shown.symbol(ref)
            if typed in (name, self.tell.spoken(name)):
                return ref
        count = 0
        for op in self._simulator.program:
            for ref in op.refs:
                for each in (ref, *operands(tape.formula(ref, self._simulator.sample))):
                    name = tape.symbol(each)
                    if typed in (name, self.tell.spoken(name)):
                        return each
                count += 1
                if count > MOST_NUMBERS:
                    return None
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
        loss, accuracy = self._simulator.loss(), self._simulator.accuracy()
        yield self.tell.line("no_loss") if loss is None else self.tell.line("loss_now", loss=self.tell.number(loss))
        if accuracy is not None:
            yield self.tell.line("accuracy_now", accuracy=f"{plain(100 * accuracy, 2)} %")
        loss, accuracy = self._simulator.validation()
        if loss is not None:
            yield self.tell.line("validation_loss_now", loss=self.tell.number(loss))
        if accuracy is not None:
            yield self.tell.line("validation_accuracy_now", accuracy=f"{plain(100 * accuracy, 2)} %")

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
        symbol = self._simulator.model.tape.symbol
        made = [
            f"{symbol(ref) if isinstance(ref, Ref) else ref} = {plain(number, self.tell.digits)}"
            for ref, number in changes.numbers.items()
        ]
        for path, value in changes.settings.items():
            if path in changes.data:
                made += self._datum_made(*changes.data[path])
            else:
                made.append(f"{path} = {brief(written(value) or str(value), self.tell.digits)}")
        yield self.tell.line("edited", what=shorten(", ".join(made), 200))
        snapshot = self._session.snapshot
        if rows and rows[0] not in snapshot.tape.rows:
            yield self.tell.not_in_batch(rows[0] + 1, snapshot)
        yield from self.tell.trouble(self._simulator)

    def _datum_made(self, target: Target, value: float) -> Lines:
        """What became of a number of the data, and of those that share with it."""
        made = [
            (in_words(self._say, target).label, value),
            *((symbol, number) for symbol, _, number in target.followers(value)),
        ]
        for label, number in made:
            yield f"{label} = {plain(number, self.tell.digits)}"

    def _compare(self) -> Lines:
        """Two runs beside each other, once the shorter one has gone on as far as it takes."""
        simulator = self._simulator
        compared = simulator.compare()
        until = None if compared is None else compared.lacks(simulator.iteration)
        if compared is not None and until is not None:
            with Interrupts() as interrupts, closing(simulator.even_out(until)) as going_on:
                if until - min(compared.gone) > LONG:
                    yield self.tell.line("running", number=f"{until - min(compared.gone):,}")
                for _ in going_on:
                    if interrupts.came:
                        break
            self._session.changed()
            compared = simulator.compare()
            if compared is not None:
                yield self.tell.line("evened_out", iteration=f"{min(compared.gone):,}")
        yield from self.tell.comparison(compared)

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
