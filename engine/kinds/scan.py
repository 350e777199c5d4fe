"""Looking for trouble: the first number of an iteration that is not finite, in the order of the program."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from dlsim.engine.program import Op
from dlsim.engine.reference import Whose
from dlsim.engine.tape import Tape


def first_trouble(ops: Iterable[Op], tape: Tape) -> tuple[Op, int, int | None] | None:
    """(op, value, row of the batch; None for what belongs to no sample) of that number, None where there is none."""
    for op in ops:
        per_sample = op.quantity.whose is Whose.SAMPLE
        for sample in range(len(tape.rows)) if per_sample else (0,):
            for place, ref in enumerate(op.refs):
                if not isfinite(tape.value(ref, sample)):
                    return op, place, sample if per_sample else None
    return None
