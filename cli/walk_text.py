"""What `dlsim walk` says and what it reads: lines of text, each of which makes sense when it is read alone.

`WalkText` makes them, `Spoken` says in letters what a screen reader passes over, `read_changes` reads `W5=0.3`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from math import isnan
from typing import Any

from msgspec import Struct, field

from dlsim.cli.options import parse_value
from dlsim.cli.output import one_line
from dlsim.engine import Event, Ref, Simulator, Snapshot, UnknownNameError, WrongKindError
from dlsim.engine.check import GradientReport
from dlsim.engine.comparison import Comparison
from dlsim.engine.kinds.updates import UPDATE
from dlsim.engine.model import Row, Table
from dlsim.engine.numbers import DIGITS, comma_refused, fixed, plain, scientific, typed_fraction, typed_number
from dlsim.engine.quantity import about, digits_of
from dlsim.engine.scenario.load import names_of_settings
from dlsim.engine.snapshot import Explanation
from dlsim.engine.text import in_language, shown
from dlsim.tui.session.editing import LONG_TEXTS, NUMBERS, Target, target_of, targets_of
from dlsim.tui.session.selection import value_now
from dlsim.tui.words import Words
from dlsim.tui.words.markdown import inline, without_marks
from dlsim.tui.words.prose import column_head, did_it_help, meaning, origin, question, reasons

MOST_VALUES = 24
"""Of an op with more numbers than this the rest is left out."""
MOST_ROWS = 40
"""A table is read out in portions of so many rows."""
MOST_GRADIENTS = 100
ENTRIES = {"differs": "differs", "rounding": "entry_rounding", "agrees": "entry", "undecided": "entry_undecided"}
"""What is said of a gradient that was checked."""
MOST_BESIDES = 2_000
"""Of numbers that are made of many others so many are looked through."""
PREFIX = "spoken."
_NEW = re.compile(r"([\w\[\],⟨⟩]+)⁺")
_ROW = re.compile(r"(?<=[0-9ᵥ])(?=[₀-₉])")
"""Where a sample's number follows another number: o1:7 is o1 of sample 7."""
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₜ", "0123456789t")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})
_SPACES = re.compile(r"(?<=\S) {2,}")
_NEXT = re.compile(r"\s+[^\s={}\"']+\s*=")
"""What sets one change apart from the one before, outside brackets and quotes."""


class WalkText:
    """Makes lines. Symbols and formulas come from the engine, sentences from the catalogue."""

    def __init__(self, say: Words, digits: int = DIGITS) -> None:
        self._say = say
        self.digits = digits
        self.spoken = Spoken(say)

    def line(self, key: str, **values: object) -> str:
        """The walk's sentence at `key`, filled in."""
        return self.spoken(one_line(self._say(f"walk.{key}", **values)))

    def counted(self, key: str, number: int, **values: object) -> str:
        """The same of so many: of one, it is another sentence."""
        return self.line(f"{key}_one" if number == 1 else key, number=number, **values)

    def number(self, value: float, ref: Ref | None = None) -> str:
        """A number with as many decimals as numbers have at present; one that counts something without any."""
        return fixed(value, digits_of(ref, self.digits))

    def of_loss(self, key: str, simulator: Simulator) -> tuple[str, dict[str, str]]:
        """(key, values) of what is said of the loss of the last iteration: where a batch is a part of the data, it is
        its alone; where there is none, something plain is said.
        """
        if not simulator.losses.size:
            return f"{key}_plain", {}
        loss = {"loss": self.number(float(simulator.losses[-1]))}
        return (f"{key}_of_batch" if simulator.model.data_calendar.batches > 1 else key), loss

    # a moment

    def arrival(self, snapshot: Snapshot, event: Event) -> Iterator[str]:
        """One value: where it is, the question, formula, numbers, result, meaning."""
        told = snapshot.explain(event.ref)
        yield self._place(snapshot, event)
        yield self.spoken(question(self._say, snapshot, event.ref))
        if event.ref.quantity is UPDATE:  # the number of it is only how many took their places
            yield from self._moved(snapshot, told)
        else:
            yield from self._made_of(told)
            yield from map(self.spoken, reasons(self._say, snapshot, told, self.digits))
        yield self.spoken(meaning(self._say, snapshot, told.ref, float(told.value)))

    def stretch(self, simulator: Simulator, event: Event, start: int) -> Iterator[str]:
        """Every op from the cursor `start` to where the run stands: its formula and its numbers."""
        snapshot, program = simulator.snapshot(), simulator.program
        end = snapshot.position.cursor
        yield self._place(snapshot, event)
        done = 0
        for op in program:
            first, done = max(start - done, 0), done + op.size
            last = op.size - max(done - end, 0)
            if first >= last:
                continue
            symbol, formula, shapes = snapshot.tape.op_formula(op)
            if formula:
                yield self.line("op", symbol=symbol, formula=formula.removeprefix(f"{symbol} = "))
            if shapes:
                yield self.line("shapes", shapes=shapes)
            if op.quantity is UPDATE:
                yield from self._moved(snapshot, snapshot.explain(op.ref(0)))
                continue
            shown = range(first, min(last, first + MOST_VALUES))
            for ref in map(op.ref, shown):
                value = self.number(snapshot.tape.value(ref, snapshot.sample), ref)
                yield self.line("value", symbol=snapshot.symbol(ref), value=value)
            if last > shown.stop:
                yield self.line("more", number=last - shown.stop)

    def back_at(self, snapshot: Snapshot) -> Iterator[str]:
        """Where a step back has led."""
        if snapshot.event is None:
            yield self.start(snapshot)
            return
        yield self._place(snapshot, snapshot.event)
        if snapshot.event.ref.quantity is UPDATE:
            return
        value = self.number(snapshot.tape.value(snapshot.event.ref, snapshot.sample), snapshot.event.ref)
        yield self.line("back", symbol=snapshot.event.symbol, value=value)

    def start(self, snapshot: Snapshot) -> str:
        """Nothing has been computed."""
        if snapshot.sample:
            return self.line("at_sample", sample=snapshot.sample + 1, samples=len(snapshot.tape.rows))
        return self.line("at_start", next=snapshot.next_symbol)

    def iteration_done(self, simulator: Simulator) -> Iterator[str]:
        """The end of an iteration, if that is where the run stands."""
        position = simulator.position
        if simulator.trains and position.cursor == position.values:
            key, values = self.of_loss("iteration_done", simulator)
            yield self.line(key, iteration=position.done, **values)
            helped = did_it_help(self._say, simulator.snapshot(), Ref(UPDATE), self.digits)
            if helped:
                yield self.spoken(helped)

    def arrived(self, simulator: Simulator) -> Iterator[str]:
        """What is to be said of where the run has come to."""
        yield from self.iteration_done(simulator)
        yield from self.trouble(simulator)

    def trouble(self, simulator: Simulator) -> Iterator[str]:
        """The number that is not finite, if the run stands at one."""
        if found := simulator.trouble:
            yield self.line("trouble", symbol=found.symbol, value=found.value, iteration=found.iteration)

    def where(self, snapshot: Snapshot, grain: str) -> Iterator[str]:
        """The position."""
        position = snapshot.position
        if position.epochs:
            numbers = {name: getattr(position, name) for name in ("done", "epoch", "epochs", "batch", "batches")}
            yield self.counted("stands", position.done, **numbers)
        else:
            yield self.line("forward_only")
        place = {"iteration": position.iteration, "values": position.values}
        if snapshot.event is None:
            yield self.line("shown_none", **place)
        else:
            yield self.line("shown", **place, cursor=position.cursor, symbol=snapshot.event.symbol)
        if snapshot.next_symbol:
            yield self.line("next", next=snapshot.next_symbol)
        yield self.lens(snapshot)
        if snapshot.edits:
            yield self.line("edits", iterations=", ".join(f"{edit:,}" for edit in snapshot.edits))
        yield self.line("grain", grain=self._say(f"grain.{grain}"))

    def lens(self, snapshot: Snapshot) -> str:
        """Which sample is looked at: its number in the data, and in the batch."""
        samples = len(snapshot.tape.rows)
        return self.line(
            "lens" if samples > 1 else "lens_alone", sample=snapshot.row + 1, place=snapshot.sample + 1, samples=samples
        )

    def not_in_batch(self, sample: int, snapshot: Snapshot) -> str:
        """That a sample, by its number in the data, cannot be looked at."""
        iteration = snapshot.position.iteration
        return self.line("not_in_batch", sample=sample, iteration=iteration, lens=snapshot.row + 1)

    def _place(self, snapshot: Snapshot, event: Event) -> str:
        position = snapshot.position
        phase = self._say.first([f"phase.{event.phase}", "phase.any"], phase=event.phase).lower()
        place = {"phase": phase, "cursor": position.cursor, "values": position.values}
        if position.epochs:
            return self.line("step", iteration=position.iteration, **place)
        return self.line("pass", sample=snapshot.row + 1, **place)

    def _made_of(self, told: Explanation) -> Iterator[str]:
        symbol, formula = told.symbol, told.formula.removeprefix(f"{told.symbol} = ")
        value = self.number(told.value, told.ref)
        if not formula:
            yield self.line("given", symbol=symbol, value=value)
            return
        yield self.line("formula", symbol=symbol, formula=formula)
        filled_in = told.filled_in(self.digits)
        if filled_in not in ("", plain(told.value, self.digits)):
            yield self.line("numbers", substituted=filled_in)
        yield self.line("result", symbol=symbol, value=value)

    def _moved(self, snapshot: Snapshot, told: Explanation) -> Iterator[str]:
        """What an update has made of each parameter."""
        for ref in told.operands[:MOST_VALUES]:
            before, after = (self.number(snapshot.tape.value(each, snapshot.sample)) for each in (about(ref), ref))
            yield self.line("moved", symbol=snapshot.symbol(about(ref)), before=before, after=after)
        if len(told.operands) > MOST_VALUES:
            yield self.line("more", number=len(told.operands) - MOST_VALUES)

    def _means(self, snapshot: Snapshot, told: Explanation) -> Iterator[str]:
        """Why it is what it is, and what that means."""
        for reason in reasons(self._say, snapshot, told, self.digits):
            yield self.spoken(reason)
        yield self.spoken(meaning(self._say, snapshot, told.ref, float(told.value)))

    # one number

    def why(self, snapshot: Snapshot, ref: Ref) -> Iterator[str]:
        """What a number is made of, and what each of its operands is made of in turn."""
        if snapshot.value(ref) is None:
            yield self.line("hidden_number", symbol=snapshot.symbol(ref))
            return
        told = snapshot.explain(ref)
        if told.formula:
            yield self.spoken(question(self._say, snapshot, ref))
        yield from self._made_of(told)
        if (now := value_now(snapshot, ref)) is not None:
            yield self.spoken(self._say("answer.before_update", symbol=told.symbol, now=self.number(now)))
        if not told.formula:
            return
        yield from self._means(snapshot, told)
        if told.operands:
            yield self.line("operands")
        for operand in told.operands:
            part = snapshot.explain(operand)
            values = {"symbol": part.symbol, "value": plain(part.value, self.digits)}
            if part.formula:
                yield self.line("operand", **values, formula=part.formula)
            else:
                yield self.line("operand_given", **values, origin=origin(self._say, snapshot, operand))

    # tables and texts

    def table(self, snapshot: Snapshot, table: Table, first: int) -> Iterator[str]:
        """A portion of a table, a row a line, from the row numbered `first` (from 1) on."""
        count = len(table.rows)
        if not 1 <= first <= max(count, 1):
            yield self.line("no_row", row=first, rows=count)
            return
        if first == 1:
            yield self.line("table", title=self._say(f"panel.{table.key}"), rows=count)
        last = min(count, first - 1 + MOST_ROWS)
        for row in table.rows[first - 1 : last]:
            yield self.line("row", label=row.label, cells=", ".join(self._cells(snapshot, table, row)))
        if last < count:
            yield self.line("more_rows", last=last, rows=count, command=table.key, following=last + 1)

    def _cells(self, snapshot: Snapshot, table: Table, row: Row) -> Iterator[str]:
        for column, ref in zip(table.columns, row.cells, strict=True):
            if ref is not None:
                head = column_head(self._say, column)
                yield self._say("walk.cell", column=head, value=self._value(snapshot, ref))

    def _value(self, snapshot: Snapshot, ref: Ref) -> str:
        value = snapshot.value(ref)
        return self._say("walk.hidden") if value is None or isnan(value) else self.number(value, ref)

    def besides(self, snapshot: Snapshot, first: int) -> Iterator[str]:
        """A portion of what pictures show that no op computes, from the number `first` (from 1) on; what is made of
        each sample is led to by others.
        """
        refs = [ref for ref in islice(snapshot.tape.besides(), MOST_BESIDES) if not _is_of_one_sample(ref)]
        number = len(refs)
        if not refs or not 1 <= first <= len(refs):
            yield self.line("no_number_besides" if refs else "none_besides", number=number)
            return
        if first == 1:
            yield self.line("numbers_besides", number=number)
        last = min(len(refs), first - 1 + MOST_ROWS)
        for ref in refs[first - 1 : last]:
            yield self.line("value", symbol=snapshot.symbol(ref), value=self._value(snapshot, ref))
        if last < len(refs):
            yield self.line("more_numbers", last=last, number=number, following=last + 1)

    def lesson(self, snapshot: Snapshot) -> Iterator[str]:
        """The lesson, a paragraph a line, without its marks."""
        text = in_language(snapshot.scenario.lesson, self._say.language)
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
        for paragraph in filter(None, paragraphs):
            yield self.spoken(one_line(self._with_named_keys(paragraph)))
        yield self.line("lesson_keys" if any(paragraphs) else "no_lesson")

    def _with_named_keys(self, paragraph: str) -> str:
        """Without its marks; an arrow that is a key and no sign between words is called by its name."""
        if self.spoken.with_symbols:
            return without_marks(paragraph)
        names = {
            self._say(f"keycap.{name}"): self.line("arrow_key", name=self._say(f"keycap.plain.{name}"))
            for name in ("left", "right", "up", "down")
        }
        pieces = inline(paragraph)
        return "".join(names.get(piece, piece) if role == "code" else piece for piece, role in pieces)

    # proof and comparison

    def check(self, report: GradientReport) -> Iterator[str]:
        """Every gradient and its independent twin; those that differ are listed however many there are."""
        checked = len(report.entries)
        yield self.line("agree", number=checked, iteration=report.iteration, agree=report.agreeing)
        if checked < report.total:
            yield self.line("checked_part", number=checked, total=report.total)
        for key, number in {"kinks": report.kinks, "undecided": report.undecided}.items():
            if number:
                yield self.line(key, **{key: number})
        if worst := report.worst:
            yield self.line("largest_error", error=scientific(worst.relative_error, 1))
        for place, entry in enumerate(report.entries):
            key = ENTRIES.get("rounding" if entry.is_rounding else entry.verdict, "kink")
            if entry.verdict == "differs" or place < MOST_GRADIENTS:
                numbers = {"analytic": self.number(entry.analytic), "numeric": self.number(entry.numeric)}
                error = scientific(entry.relative_error, 1)
                yield self.line(key, symbol=entry.symbol, error=error, **numbers)
        if checked > MOST_GRADIENTS:
            yield self.line("more", number=checked - MOST_GRADIENTS)

    def comparison(self, found: Comparison | None) -> Iterator[str]:
        """Where two runs part, and how far they have gone."""
        if found is None:
            yield self.line("nothing_to_compare")
            return
        differ = {"iteration": found.parting, "symbol": found.symbol}
        if found.symbol is None:
            yield self.line("no_difference", **differ)
        elif found.present is None or found.other is None:
            yield self.line("only_there" if found.present is None else "only_here", **differ)
        else:
            key = "first_difference" if found.row is None else "first_difference_of_sample"
            differ |= {"present": self.number(found.present), "other": self.number(found.other)}
            yield self.line(key, **differ, sample=(found.row or 0) + 1)
        if not found.measures:
            yield self.line("not_both", iteration=found.fork)
        for measure in found.measures:
            iteration = measure.iteration
            if furthest := measure.furthest:
                present, other = self.number(furthest.present), self.number(furthest.other)
                yield self.line("furthest", iteration=iteration, symbol=furthest.symbol, present=present, other=other)
            elif measure.parameters is not None:
                yield self.line("apart", iteration=iteration, difference=self.number(measure.parameters))
            present, other = map(self.number, measure.losses)
            key = "losses_of_batches" if measure.are_of_batches else "losses"
            yield self.line(key, iteration=iteration, present=present, other=other)

    def commands(self, table_keys: Iterable[str], conditions: Iterable[str]) -> Iterator[str]:
        """The help, with conditions that can be set here."""
        tables, until = ", ".join(table_keys), ", ".join(f"until {condition}" for condition in conditions)
        for key in self._say:
            if key.startswith("walk.help."):
                yield self.spoken(self._say(key, tables=tables, until=until))


def _is_of_one_sample(ref: Ref) -> bool:
    return ref.sample is not None or ref.quantity.of_one_sample


class Spoken:
    """Turns signs into the words that a catalogue has for them; with `with_symbols` everything stays as it is."""

    def __init__(self, say: Words) -> None:
        self._new = say(f"{PREFIX}new", symbol=r"\1")
        self._signs = {key.removeprefix(PREFIX): say(key) for key in say if key.startswith(PREFIX)}
        del self._signs["new"]
        self._pattern = re.compile("|".join(re.escape(sign) for sign in sorted(self._signs, key=len, reverse=True)))
        self.with_symbols = False

    def __call__(self, text: str) -> str:
        """`text` as it is to be written."""
        if self.with_symbols:
            return text
        text = _NEW.sub(self._new, _ROW.sub(":", text).translate(_SUBSCRIPTS).translate(_QUOTES))
        text = self._pattern.sub(lambda match: self._signs[match[0]], text)
        return _SPACES.sub(" ", text).replace("( ", "(").replace("[ ", "[").strip()


class TypedChanges(Struct):
    """The arguments of `Simulator.edit`, and what they are about."""

    numbers: dict[str | Ref, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    data: dict[str, tuple[Target, float]] = field(default_factory=dict)
    """What a setting is about, by its path, where it is a number of the data that was named by its symbol: which, and
    what it becomes.
    """


def read_changes(text: str, simulator: Simulator, find: Callable[[str], Ref | None]) -> TypedChanges:
    """What `text` says: several changes are set apart by spaces. An error for what cannot be read or found."""
    changes, snapshot = TypedChanges(), simulator.snapshot()
    for part in _parts(text.strip()):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise WrongKindError(f"{shown(part)} is not a change; write one such as W5=0.3 or learning_rate=1/10")
        ref = find(name)
        if ref is not None and simulator.model.is_parameter(ref):
            changes.numbers[ref] = read_number(value)
        elif ref is not None and (target := target_of(simulator, snapshot, ref)) and target.datum is not None:
            number = read_number(value)
            settings = target.datum.settings(number)
            if target.datum.is_shared and settings.keys() & changes.settings.keys():
                raise WrongKindError("the targets of a sample sum to 1 here and change together: set one at a time")
            changes.settings |= settings
            changes.data |= dict.fromkeys(settings, (target, number))
        else:
            path = _path_of_setting(name, simulator, find)
            changes.settings[path] = _setting(path, value)
    return changes


def _parts(text: str) -> Iterator[str]:
    """The changes one by one: a blank in brackets, braces or quotes is their own."""
    start = depth = 0
    quote = ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and text[:place].rstrip().endswith(("=", ",", "[", "{")):
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth = max(depth - 1, 0)
        elif not depth and sign.isspace() and _NEXT.match(text, place):
            yield text[start:place]
            start = place
    yield text[start:]


def read_number(text: str) -> float:
    """A number, or a fraction. WrongKindError for neither."""
    number = typed_number(text)
    if refused := comma_refused(text):
        raise WrongKindError("; ".join(refused))
    if number is None:
        raise WrongKindError(f"{shown(text)} is not a number; write 0.3, -2, 1e-3 or 1/3")
    return float(number)


def _setting(name: str, text: str) -> Any:
    fraction = typed_fraction(text)
    value = parse_value(name, text) if fraction is None else fraction
    numbers = next((path for path in NUMBERS if name == path or name.startswith(f"{path}.")), None)
    if numbers and isinstance(value, Mapping):  # it would take the place of all that were edited before
        raise WrongKindError(f"{name} is changed one number at a time; for example: {numbers}.0.0=0.5")
    return value


def _path_of_setting(name: str, simulator: Simulator, find: Callable[[str], Ref | None]) -> str:
    """A dotted path as it is; a bare name where there is one setting of that name. What is no such name is refused with
    the numbers and settings that can be changed.
    """
    if "." in name:
        return name
    paths = dict(_settings(simulator))
    if name in paths:
        return paths[name]
    targets = targets_of(simulator, simulator.snapshot())
    numbers = dict.fromkeys(target.label for target in targets if target.label != target.path)
    if find(name) is not None:
        made_of = f"; what can be: {', '.join(numbers)}" if numbers else ""
        raise WrongKindError(f"{name} is computed and cannot be set{made_of}")
    other = in_other_case(name, find)
    known = [*numbers, *([other] if other else []), *paths]
    raise UnknownNameError("number or setting", name, names_of_settings(simulator.scenario.kind, known))


def in_other_case(symbol: str, find: Callable[[str], Ref | None]) -> str | None:
    """The symbol with its first letter in the other case, where that is one: W5 for w5."""
    other = symbol[:1].swapcase() + symbol[1:]
    return None if other == symbol or find(other) is None else other


def _settings(simulator: Simulator) -> Iterator[tuple[str, str]]:
    """(name, path) of what a bare name can mean: what stands in the file, and the optimizer's settings."""
    raw = simulator.scenario.raw
    tables = {key: table for key, table in raw.items() if key not in LONG_TEXTS and isinstance(table, Mapping)}
    for key, table in tables.items():
        for name, value in table.items():
            if not isinstance(value, list | Mapping):
                yield name, f"{key}.{name}"
    training = simulator.scenario.training
    for name in ("batch_size", "epochs", "shuffle", "loss") if training is not None else ():
        yield name, f"training.{name}"
    optimizer = simulator.scenario.optimizer
    home = next((key for key, table in tables.items() if "optimizer" in table), "training")
    if optimizer is not None:
        yield "optimizer", f"{home}.optimizer"
    for name in getattr(optimizer, "settings", ()):
        yield name, f"{home}.optimizer.{name}"
