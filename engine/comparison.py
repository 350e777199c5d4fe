"""Two runs of one scenario compared: the first number where they part, and how far they have gone."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine.branches import Left, Place
from dlsim.engine.program import Op
from dlsim.engine.timeline import Timeline


class Comparison(Struct, frozen=True):
    """`fork` is the first iteration that differs, `symbol` its first number that does, with both values: None for a
    run whose iterations have no such number. `gone` is how many iterations each has done at its farthest.

    `iteration` is the one after which they are measured: where one stands, but not before the fork, nor beyond what
    both have done; None where there is none. `parameters` is the largest difference between their parameters there,
    None for networks of another shape; `losses` are both losses. In every pair the present run comes first; the other
    is that of an edit which was undone (`is_undone`), or the one that an edit left.
    """

    fork: int
    symbol: str | None
    present: float | None
    other: float | None
    gone: tuple[int, int]
    iteration: int | None = None
    parameters: float | None = None
    losses: tuple[float, float] | None = None
    is_undone: bool = False


Difference = tuple[str | None, float | None, float | None]
"""A symbol, and its value in both runs."""


def compare(present: Timeline, place: Place, left: Left, gone: tuple[int, int], parting: Difference) -> Comparison:
    """Compare the present run, in which one stands at `place`, with one that was left; `gone` is how far they have been
    and `parting` the first number that differs. Moves both, and lets neither go further than it has been.
    """
    comparison = Comparison(left.fork, *parting, gone)
    last = min(max(place.done, left.fork), *gone)
    for iteration in range(last, left.fork - 1, -1):
        # The first number that is not finite has no update behind it.
        if present.go_to(iteration) and left.run.go_to(iteration):
            mine, theirs = (float(run.losses.values[iteration - 1]) for run in (present, left.run))
            distance = _distance(present, left.run)
            return replace(comparison, iteration=iteration, parameters=distance, losses=(mine, theirs))
    return comparison


def first_difference(present: Timeline, other: Timeline, sample: int = 0) -> Difference:
    """The first number in which two runs differ that stand at the same iteration."""
    mine, theirs = present.model.tape, other.model.tape
    sample = min(sample, len(mine.rows) - 1, len(theirs.rows) - 1)
    theirs_have = {_kind(op) for op in other.model.program}
    for op, op_of_other in zip(present.model.program, other.model.program, strict=False):
        if _kind(op) != _kind(op_of_other):
            if _kind(op) in theirs_have:  # so it is theirs that is new
                ref = op_of_other.ref(0)
                return theirs.symbol(ref), None, theirs.value(ref, sample)
            return mine.symbol(op.ref(0)), mine.value(op.ref(0), sample), None
        for ref in op.refs:
            one, another = mine.value(ref, sample), theirs.value(ref, sample)
            if one != another:
                return mine.symbol(ref), one, another
    return None, None, None


def _kind(op: Op) -> tuple[str, int | None, int]:
    return op.quantity, op.layer, op.size


def _distance(present: Timeline, other: Timeline) -> float | None:
    pairs = zip(present.model.parameters(landed=True), other.model.parameters(landed=True), strict=False)
    largest = 0.0
    for mine, theirs in pairs:
        for one, another in zip(mine, theirs, strict=True):
            if one is None or another is None:
                continue
            if one.shape != another.shape:
                return None
            largest = max(largest, float(np.abs(one - another).max(initial=0.0)))
    return largest
