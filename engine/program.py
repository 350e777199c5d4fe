"""The program of one iteration: its ops in order, known before any of them runs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import overload

from msgspec import Struct

from dlsim.engine.quantity import Quantity, Ref


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
