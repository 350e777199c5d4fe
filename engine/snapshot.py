"""What is known at one moment, as one frozen thing; what has just been computed; and any number of it explained.

An explanation is what a number is made of, with symbols, with the numbers filled in, operand by operand. Texts are made
when somebody reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from dlsim.engine.curve import Curve
from dlsim.engine.model import Epochs, Model, Table
from dlsim.engine.numbers import DIGITS, as_operand, plain
from dlsim.engine.program import Op, Tape, Trouble
from dlsim.engine.quantity import (
    UNOPENED,
    Formula,
    Opened,
    Quantity,
    Ref,
    Whose,
    Worked,
    is_raised,
    leads,
    of_sample,
    operands,
)
from dlsim.engine.runs import Ghost, Position
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.timeline import History


class Wording(NamedTuple):
    """What the sentences about a number go by: the words under which they stand, the most particular first; what sets
    it apart from others of its quantity; the symbols that they speak of, by their place in the sentence.
    """

    words: tuple[str, ...]
    qualities: tuple[str, ...]
    names: dict[str, str]


class Explanation:
    """One number explained: of another sample than the lens's, with that one's numbers.

    The number and those in its formula are read at once, as a tape may be overwritten by the next iteration; symbols
    and texts when they are asked for.
    """

    def __init__(self, tape: Tape, ref: Ref, sample: int) -> None:
        tokens = tape.formula(ref, sample)
        self._tape, self._sample = tape, sample
        self.ref = ref
        self.value: float = tape.value(ref, sample)
        self.tokens: Formula = tokens if ref.sample is None else of_sample(tokens, ref.sample)
        self._numbers = [tape.value(token, sample) for token in self.tokens if isinstance(token, Ref)]
        self.opened: Opened = ref.quantity.opened(tape, ref, sample if ref.sample is None else ref.sample)
        if self.opened is UNOPENED:
            return
        if ref.sample is not None:
            self.opened = Opened(*(tuple(of_sample(line, ref.sample) for line in lines) for lines in self.opened))
        self._worked = [
            [tape.value(one, sample) for one in line if isinstance(one, Ref)] for line in self.opened.worked
        ]

    def __eq__(self, other: object) -> bool:
        """Whether it is the same number, made of the same numbers."""
        if not isinstance(other, Explanation):
            return NotImplemented
        mine, others = ((told.ref, told.value, told.tokens, told._numbers) for told in (self, other))
        return mine == others

    def __hash__(self) -> int:
        return hash((self.ref, self.value))

    @cached_property
    def symbol(self) -> str:
        """How formulas write the number."""
        return self._tape.symbol(self.ref)

    @cached_property
    def formula(self) -> str:
        """What it is made of, with symbols; in each way in which it is written."""
        return " = ".join(map(self._tape.symbolic, self.written))

    @property
    def written(self) -> tuple[Formula, ...]:
        """Its formula, and other ways to write it that are closer to how it is worked out."""
        return (self.tokens, *self.opened.written)

    @property
    def worked(self) -> tuple[Worked, ...]:
        """The lines in which it is worked out with numbers: its formula, or that opened up."""
        return self.opened.worked or (self.tokens,)

    def symbols(self, tokens: Formula | None = None) -> list[str]:
        """The tokens of its formula, or of another, each number's symbol in its place."""
        tokens = self.tokens if tokens is None else tokens
        return [token if isinstance(token, str) else self._tape.symbol(token) for token in tokens]

    def numbers(self, digits: int, line: int | None = None) -> list[str]:
        """The tokens of its formula, or of a line in which it is worked out, each number in its place, made from the
        full one with so many decimals.
        """
        is_formula = line is None or not self.opened.worked
        tokens: Worked = self.tokens if is_formula else self.worked[line or 0]
        texts, text, numbers = list[str](), "", iter(self._numbers if is_formula else self._worked[line or 0])
        for place, token in enumerate(tokens):
            if isinstance(token, str):
                texts.append(token)
            else:
                number = token if isinstance(token, float) else next(numbers)
                texts.append(as_operand(number, digits, leading=leads(text) and not is_raised(tokens, place)))
            text += texts[-1]
        return texts

    @property
    def substituted(self) -> str:
        """The formula with every symbol's number in its place; a function in it as it is worked out, line by line."""
        return self.filled_in(DIGITS)

    def filled_in(self, digits: int) -> str:
        """The same with so many decimals."""
        return " = ".join("".join(texts) for _, texts in self.lines(digits))

    def lines(self, digits: int) -> list[tuple[Worked, list[str]]]:
        """(tokens, the same as texts) of those of `worked` that say more than the one before and, but for the first,
        more than the number itself.
        """
        found: dict[str, tuple[Worked, list[str]]] = {}
        for line, tokens in enumerate(self.worked):
            texts = self.numbers(digits, line)
            found.setdefault("".join(texts), (tokens, texts))
        if len(found) > 1:
            found.pop(plain(self.value, digits), None)
        return list(found.values())

    @cached_property
    def sums(self) -> tuple[Explanation, ...]:
        """The operands that are sums over all the ways to the outputs, themselves explained, as far as they are
        written: on a copy of a tape, as they are read when they are asked for.
        """
        written = dict.fromkeys(token for token in self.tokens if isinstance(token, Ref))
        return tuple([Explanation(self._tape, ref, self._sample) for ref in written if self._is_over_ways(ref)])

    def _is_over_ways(self, ref: Ref) -> bool:
        """Whether its formula adds up what comes back over several ways."""
        if not ref.quantity.is_sum_over_ways or ref.sample is not None:
            return False
        parts = operands(self._tape.formula(ref, self._sample))
        return len(parts) > 1 and all(part.quantity.is_way for part in parts)

    @cached_property
    def said(self) -> Wording:
        """What its sentences go by."""
        tape, ref, of = self._tape, self.ref, self.ref.quantity
        names = {"symbol": self.symbol, "layer": str(ref.layer), **of.names(tape, ref)}
        return Wording(tuple(of.said_as(tape, ref)), tuple(of.qualities(tape, ref)), names)

    @cached_property
    def operands(self) -> tuple[Ref, ...]:
        """The references in its formula, each once, in order; in a long sum, also those that it leaves out."""
        return operands(self.tokens)


class WholeOp:
    """A whole op explained: its formula with matrices, and all its numbers; `ref` is its last value."""

    tokens: Formula = ()

    def __init__(self, tape: Tape, op: Op, sample: int) -> None:
        self._tape, self._op = tape, op
        self.ref = op.ref(op.size - 1)
        self.value: NDArray[np.float64] = tape.array(op, sample)

    @cached_property
    def _texts(self) -> tuple[str, str, str]:
        return self._tape.op_formula(self._op)

    @property
    def symbol(self) -> str:
        """Its first and its last value's."""
        return self._texts[0]

    @property
    def formula(self) -> str:
        """With matrices."""
        return self._texts[1]

    @property
    def substituted(self) -> str:
        """The same with their shapes."""
        return self._texts[2]


class Event(Struct, frozen=True):
    """What happened: one value revealed, or a whole op. Never a sentence.

    `iteration` and `epoch` count from 1, and so does `sample`: the row of the training data under the
    lens, None where the value belongs to no single sample. `layer` is None where none applies.

        event = Simulator(load("backprop-2-2-2")).step()
        event.symbol, event.formula             # "z1", "W1·x1 + W2·x2"
        event.substituted, event.value          # "0.3·0.1 + 0.25·0.2", 0.08
    """

    iteration: int
    epoch: int
    phase: str
    op: str
    layer: int | None
    sample: int | None
    told: Explanation | WholeOp
    ref: Ref  # the value; of a whole op the last one

    @property
    def symbol(self) -> str:
        """How formulas write it; of a whole op its first and its last value."""
        return self.told.symbol

    @property
    def value(self) -> float | NDArray[np.float64]:
        """The number; of a whole op the array of them."""
        return self.told.value

    @property
    def formula(self) -> str:
        """What it is made of; of a whole op with matrices."""
        return self.told.formula

    @property
    def substituted(self) -> str:
        """The same with numbers; of a whole op with shapes."""
        return self.told.substituted

    @property
    def tokens(self) -> Formula:
        """The formula as data; empty for a whole op."""
        return self.told.tokens


def tell(model: Model, tape: Tape, iteration: int, op: Op, value: int | None, sample: int) -> Event:
    """The event of one value of an op of the program, None for the whole op; `sample` is the row of the batch under the
    lens, and `tape` the model's own or a copy.
    """
    told = WholeOp(tape, op, sample) if value is None else Explanation(tape, op.ref(value), sample)
    return Event(
        iteration=iteration,
        epoch=model.calendar.of(iteration)[0] + 1,
        phase=op.phase,
        op=op.quantity.key,
        layer=op.layer,
        sample=int(model.tape.rows[sample]) + 1 if op.quantity.whose is Whose.SAMPLE else None,
        told=told,
        ref=told.ref,
    )


class Placed(NamedTuple):
    """A number where it is in the network, the (layer, sender, unit) of the weight in whose line it is written, and the
    (layer, unit) whose output it is called the slope of.
    """

    ref: Ref
    edge: tuple[int, int, int] | None
    sender: tuple[int, int] | None


class Snapshot(Struct, frozen=True):
    """What is known at a position, and what of it has been revealed.

    `sample` is the row of the batch under the lens and `row` the same sample's row in the training data, both
    from 0. `event` is the value revealed last, `op` what it is one of, `next_symbol` the one to come (None: nothing
    left). `symbol` and `explain` raise LookupError where there is no such number, which `knows` tells.

        sim = Simulator(load("backprop-2-2-2"))
        sim.step("iteration")
        snapshot, ref = sim.snapshot(), sim.model.find("∂E/∂W5")
        snapshot.value(ref), snapshot.explain(ref).formula      # 0.0259…, "∂E/∂o1·∂o1/∂z3·∂z3/∂W5"
    """

    scenario: Scenario
    position: Position
    sample: int
    row: int
    op: Op | None
    event: Event | None
    next_symbol: str | None
    trouble: Trouble | None
    is_part: bool  # the batch, of the data
    loss: float | None  # the batch's, None until it is revealed
    curves: Mapping[str, Curve]
    curve_numbers: Mapping[str, Ref]  # what each of them goes through, and the loss "over_all" training data
    epochs: Epochs  # how many are done after each of the updates that the curves count
    known: Curve  # the losses of the whole run as far as it has ever been: what one came back from is in it
    returned: Curve  # the losses of a run that undo or redo went back to, as far as it had gone; else empty
    returned_history: Callable[[], History]  # how the parameters of that one went, which only few ask for
    ghosts: Sequence[Ghost]  # runs that edits have left, the latest first
    scenarios: Sequence[tuple[int, Scenario]]  # from which iteration on which held; first, as 0, as it was opened
    edits: Sequence[int]  # iterations from which on something was edited
    checkpoints: Sequence[int]
    history: History  # the states that were kept on the way here
    tables: Sequence[Table]
    revealed: Mapping[tuple[Quantity, int | None], int]
    order: Mapping[tuple[Quantity, int | None], int]  # position in the program's order of a value: its op's size
    tape: Tape
    course: tuple[object, ...]
    """What the run and those beside it have come to: where this is the same, so are all curves."""
    explained: dict[Ref, Explanation] = field(default_factory=dict)
    """What has been explained so far, kept as long as the snapshot."""

    def is_shown(self, ref: Ref) -> bool:
        """Whether `ref` has been revealed."""
        needed = self.tape.shown_with(ref)
        if needed is None:
            return True
        shown = self.revealed.get(needed[:2], 0)
        return shown >= (needed.count or self.order.get(needed[:2], 1))

    def read(self, refs: Iterable[Ref | None]) -> list[float | None]:
        """All these numbers at once, None where one has not been revealed, or where there is none."""
        tape, sample, known, revealed = self.tape, self.sample, self.tape.shown, self.revealed
        numbers: list[float | None] = []
        for ref in refs:
            if ref is None:
                numbers.append(None)
                continue
            needed = known[ref] if ref in known else tape.shown_with(ref)
            if needed is not None:
                place = needed[:2]
                if revealed.get(place, 0) < (needed.count or self.order.get(place, 1)):
                    numbers.append(None)
                    continue
            of = ref.quantity.value(tape, ref, sample if ref.sample is None else ref.sample)
            numbers.append(float(of))
        return numbers

    def symbols(self, refs: Iterable[Ref]) -> list[str]:
        """How formulas write all these."""
        return list(map(self.tape.symbol, refs))

    def value(self, ref: Ref) -> float | None:
        """The number at `ref`, None where it has not been revealed."""
        return self.tape.value(ref, self.sample) if self.is_shown(ref) else None

    def knows(self, ref: Ref) -> bool:
        """Whether there is such a number here, by itself: not in a variant with fewer layers, units or samples."""
        try:
            self.tape.symbol(ref)
            self.tape.value(ref, self.sample)
        except LookupError:
            return False
        return True

    def symbol(self, ref: Ref) -> str:
        """How formulas write `ref`."""
        return self.tape.symbol(ref)

    def places(self, refs: Iterable[Ref]) -> list[Placed]:
        """Where all these stand in a picture of the network."""
        found: list[Placed] = []
        for ref in refs:
            own = ref.quantity.in_network(self.tape, ref, self.sample)
            found.append(Placed(own, own.quantity.edge(own), ref.quantity.sender(ref)))
        return found

    def explain(self, ref: Ref) -> Explanation:
        """What `ref` is made of, as symbols, with the numbers in, and operand by operand: one explanation of each."""
        found = self.explained.get(ref)
        if found is None:
            found = self.explained[ref] = Explanation(self.tape, ref, self.sample)
        return found
