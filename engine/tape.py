"""Reading what an iteration leaves behind: every number by its reference, and the first that is not finite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.program import Op
from dlsim.engine.quantity import Formula, Ref, Shown, Whose

Array = NDArray[np.float64]


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
    loss: Ref | None = None
    """What the loss curve goes through: the mean error of the batch, the height of a surface; None without one."""

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
