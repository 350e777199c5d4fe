"""Two runs of one scenario compared: the first number where they part, and how far they have gone."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from dlsim.engine.timeline import Timeline


class Comparison(Struct, frozen=True):
    """`fork` is the first iteration that differs, `symbol` its first number that does, with both values (the
    present run's first). `parameters` is the largest difference between their parameters at iteration
    `iteration`, `losses` both losses there; None where the other run has not been so far.
    """

    fork: int
    symbol: str | None
    present: float
    other: float
    iteration: int
    parameters: float | None
    losses: tuple[float, float] | None


def compare(present: Timeline, other: Timeline, fork: int, iteration: int, sample: int = 0) -> Comparison:
    """Compare two runs that part at iteration `fork`, up to `iteration`. Moves both of them."""
    present.go_to(fork)
    other.go_to(fork)
    symbol, mine, theirs = _first_difference(present, other, sample)
    parameters = losses = None
    if iteration <= len(other.losses) and present.go_to(iteration) and other.go_to(iteration):
        parameters = _distance(present, other)
        losses = (float(present.losses.values[iteration - 1]), float(other.losses.values[iteration - 1]))
    return Comparison(fork, symbol, mine, theirs, iteration, parameters, losses)


def _first_difference(present: Timeline, other: Timeline, sample: int) -> tuple[str | None, float, float]:
    mine, theirs = present.model.tape, other.model.tape
    sample = min(sample, len(mine.rows) - 1, len(theirs.rows) - 1)
    for op, op_of_other in zip(present.model.program, other.model.program, strict=False):
        if (op.quantity, op.layer, op.size) != (op_of_other.quantity, op_of_other.layer, op_of_other.size):
            return mine.symbol(op.ref(0)), mine.value(op.ref(0), sample), float("nan")
        for ref in op.refs:
            one, another = mine.value(ref, sample), theirs.value(ref, sample)
            if one != another:
                return mine.symbol(ref), one, another
    return None, float("nan"), float("nan")


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
