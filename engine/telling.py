"""Events: a revealed value, or a whole op, told with its symbol, formula and numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.event import Event
from dlsim.engine.formula import explain
from dlsim.engine.model import Model, Reader
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref


def tell(model: Model, iteration: int, op: int, value: int, sample: int) -> Event:
    """The event of one value of the program's op number `op`; `sample` is the row of the batch under the lens."""
    tape, ref = model.tape, model.program[op].ref(value)
    told = explain(tape, ref, sample)
    texts = told.symbol, told.formula, told.substituted
    return _event(model, tape, iteration, model.program[op], ref, sample, texts, told.value, told.tokens)


def tell_op(model: Model, iteration: int, op: int, sample: int) -> Event:
    """The event of a whole op: its formula with matrices, and all its numbers."""
    tape, whole = model.tape, model.program[op]
    ref = whole.ref(whole.size - 1)
    return _event(model, tape, iteration, whole, ref, sample, tape.op_formula(whole), tape.array(whole, sample), ())


def _event(
    model: Model,
    tape: Reader,
    iteration: int,
    op: Op,
    ref: Ref,
    sample: int,
    texts: tuple[str, str, str],
    value: float | NDArray[np.float64],
    tokens: Formula,
) -> Event:
    symbol, formula, substituted = texts
    return Event(
        iteration=iteration,
        epoch=model.calendar.of(iteration)[0] + 1,
        phase=op.phase,
        op=op.quantity,
        layer=op.layer,
        sample=int(tape.rows[sample]) + 1 if tape.is_per_sample(ref) else None,
        symbol=symbol,
        value=value,
        formula=formula,
        substituted=substituted,
        ref=ref,
        tokens=tokens,
    )
