"""One iteration: its program, known before any of its ops runs, and its tape, the numbers that they leave."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from math import isfinite
from typing import overload

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, Whose, is_raised

Array = NDArray[np.float64]


class Op(Struct, frozen=True):
    """One computation of one layer. `ref(i)` is its i-th value in the order in which they are revealed."""

    quantity: Quantity
    phase: str  # "forward", "loss", "backward", "update", or a phase of the kind's own
    layer: int | None
    size: int
    ref: Callable[[int], Ref]

    @property
    def refs(self) -> Iterator[Ref]:
        """Every value of the op, in order."""
        return map(self.ref, range(self.size))


class Program(Sequence[Op]):
    """The ops of an iteration in order. A cursor 0 … `values` counts the values revealed so far."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self._ops = tuple(op for op in ops if op.size)
        self._ends = tuple(accumulate(op.size for op in self._ops))
        self.values = self._ends[-1] if self._ends else 0
        self.sizes = {(op.quantity, op.layer): op.size for op in self._ops}

    def __len__(self) -> int:
        return len(self._ops)

    @overload
    def __getitem__(self, index: int) -> Op: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Op]: ...
    def __getitem__(self, index: int | slice) -> Op | Sequence[Op]:
        return self._ops[index]

    def locate(self, cursor: int) -> tuple[int, int]:
        """(op, value), both from 0, of the value that was revealed last at `cursor` ≥ 1."""
        op = bisect_left(self._ends, cursor)
        start = self._ends[op - 1] if op else 0
        return op, cursor - start - 1

    def op_end(self, op: int) -> int:
        """The cursor at which the op numbered `op` (from 0) is revealed whole."""
        return self._ends[op]

    def next_stop(self, cursor: int, grain: str) -> int:
        """The first cursor past `cursor` at which a value, op or phase is whole."""
        if grain == "value":
            return min(cursor + 1, self.values)
        op = min(bisect_right(self._ends, cursor), len(self._ops) - 1)
        if grain == "phase":
            while op + 1 < len(self._ops) and self._ops[op + 1].phase == self._ops[op].phase:
                op += 1
        return self._ends[op]

    def previous_stop(self, cursor: int, grain: str) -> int:
        """The last cursor before `cursor` at which a value, op or phase is whole; 0 at the start."""
        if grain == "value":
            return max(cursor - 1, 0)
        op = bisect_left(self._ends, cursor)  # the op that is open, or was completed last
        if grain == "phase":
            while op and self._ops[op - 1].phase == self._ops[op].phase:
                op -= 1
        return self._ends[op - 1] if op else 0

    def revealed(self, cursor: int) -> dict[tuple[Quantity, int | None], int]:
        """How many values of each (quantity, layer) stand revealed at `cursor`; those of several ops add up."""
        shown: dict[tuple[Quantity, int | None], int] = {}
        start = 0
        for op, end in zip(self._ops, self._ends, strict=True):
            if cursor <= start:
                break
            key = op.quantity, op.layer
            shown[key] = shown.get(key, 0) + min(cursor, end) - start
            start = end
        return shown


def stays(ref: Ref) -> bool:
    """Whether symbol and place of a number are the same at every moment: not of a sample's, nor of what derives."""
    of = ref.quantity
    return ref.sample is None and (of.whose is not Whose.GIVEN or of.now is not None or of.datum is not None)


class Tape:
    """The numbers of one iteration. A kind's own tape adds what its quantities read: its arrays, its structure.

    Example: `tape.value(Ref(W, 1, (0, 1)), sample=0)`.
    """

    rows: Sequence[int]
    """The rows of the training data in this batch, from 0, in batch order."""
    error: Ref | None = None
    """The error of the sample under the lens; None where there is none."""
    last_layer: int = 0
    """The layer of the outputs, counted from 1; 0 where there are no layers."""
    loss: Ref | None = None
    """What the loss curve goes through: the mean error of the batch, the height of a surface; None without one."""

    loss_after: Ref | None = None
    """What the update makes of the loss on the same data; None without one."""

    # What is the same at every moment is made once: of the 60 numbers on a screen that took 400 calls a step.

    @cached_property
    def symbols(self) -> dict[Ref, str]:
        """Those that were asked for."""
        return {}

    @cached_property
    def shown(self) -> dict[Ref, Shown | None]:
        """After which values those are on screen that were asked for."""
        return {}

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`; `sample` is the row of the batch under the lens, from 0.

        Raises LookupError where there is no such number: of a layer, unit or sample that is not there.
        """
        return float(ref.quantity.value(self, ref, sample if ref.sample is None else ref.sample))

    def of_every_sample(self, ref: Ref) -> Array:
        """(batch,): the number at `ref` of each sample, where it is a sample's."""
        return np.broadcast_to(ref.quantity.value(self, ref, slice(None)), (len(self.rows),))

    def array(self, op: Op, sample: int) -> Array:
        """All numbers of an op, the lens's own where they are per sample; weights as (senders, units)."""
        refs = list(op.refs)
        numbers = np.array([self.value(ref, sample) for ref in refs])
        if not refs or not self.is_matrix(refs[0]):
            return numbers
        array = np.empty(tuple(max(ref.index[axis] for ref in refs) + 1 for axis in (0, 1)))
        for ref, number in zip(refs, numbers, strict=True):
            array[ref.index] = number
        return array

    def is_matrix(self, ref: Ref) -> bool:
        """Whether the numbers of its op stand in rows and columns, by the two places of their index."""
        return len(ref.index) == 2

    def symbol(self, ref: Ref) -> str:
        """How formulas write `ref`. Raises LookupError where there is no such number."""
        symbol = self.symbols.get(ref)
        if symbol is None:
            symbol = ref.quantity.symbol(self, ref)
            if stays(ref):
                self.symbols[ref] = symbol
        return symbol

    def formula(self, ref: Ref, sample: int) -> Formula:
        """What `ref` is made of; empty for what is given (inputs, targets, present weights)."""
        return ref.quantity.formula(self, ref, sample if ref.sample is None else ref.sample)

    def symbolic(self, tokens: Formula) -> str:
        """A formula with symbols; a derivative that is raised to a power stands in parentheses."""
        text = ""
        for place, token in enumerate(tokens):
            if isinstance(token, str):
                text += token
                continue
            symbol = self.symbol(token)
            text += f"({symbol})" if "/" in symbol and is_raised(tokens, place) else symbol
        return text

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, the same with the shapes) of a whole op."""
        first = self.symbol(op.ref(0))
        symbol = first if op.size == 1 else f"{first} … {self.symbol(op.ref(op.size - 1))}"
        return symbol, *op.quantity.whole(self, op)

    def shown_with(self, ref: Ref) -> Shown | None:
        """After which values of the iteration `ref` is on screen; None: always."""
        if ref in self.shown:
            return self.shown[ref]
        shown = ref.quantity.shown_with(self, ref)
        if stays(ref):
            self.shown[ref] = shown
        return shown

    def place(self, ref: Ref) -> int:
        """Which value `ref` is, from 0, among those of its quantity and layer as the program reveals them."""
        return ref.index[0] if ref.index else 0

    def is_stuck(self, layer: int, unit: int, *, is_dead: bool) -> bool:
        """Whether a unit is dead, or else saturated, for every sample of the batch."""
        return False

    def besides(self) -> Iterator[Ref]:
        """Numbers that no op computes and that pictures show, those of whole layers and data first."""
        return iter(())


class Trouble(Struct, frozen=True):
    """The first number that is not finite: where it stands, and what it is."""

    iteration: int
    symbol: str
    value: float
    op: str
    layer: int | None
    sample: int | None
    ref: Ref


def first_trouble(ops: Iterable[Op], tape: Tape) -> tuple[Op, int, int | None] | None:
    """(op, value, row of the batch) of the first number that is not finite, in program order; None where all are.

    The value counts from 0 within its op; the row is None for what belongs to no sample.
    """
    for op in ops:
        per_sample = op.quantity.whose is Whose.SAMPLE
        for sample in range(len(tape.rows)) if per_sample else (0,):
            for place, ref in enumerate(op.refs):
                if not isfinite(tape.value(ref, sample)):
                    return op, place, sample if per_sample else None
    return None
