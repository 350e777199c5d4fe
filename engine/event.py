"""What happened: one value (or one op) revealed, with its formula and the numbers in it. Never a sentence."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.reference import Formula, Ref


class Event(Struct, frozen=True):
    """One revealed value; for a whole op, `value` is its array and `ref` its last value.

    `iteration` and `epoch` count from 1, and so does `sample`: the row of the training data under the
    lens, None where the value belongs to no single sample. `layer` is None where none applies.
    """

    iteration: int
    epoch: int
    phase: str
    op: str
    layer: int | None
    sample: int | None
    symbol: str
    value: float | NDArray[np.float64]
    formula: str
    substituted: str
    ref: Ref
    tokens: Formula = ()


class Position(Struct, frozen=True):
    """Where a run stands. `iteration` is the one on the tape, from 1; `done` counts the updates made;
    `cursor` of `values` values of that iteration are revealed; `op` of `ops` likewise (0: none yet). Where `end`
    updates are done, all `epochs` of the scenario are (both 0 where nothing is trained).
    """

    iteration: int
    done: int
    epoch: int
    epochs: int
    end: int
    batch: int  # of this epoch, from 1
    batches: int
    cursor: int
    values: int
    op: int
    ops: int
    phase: str | None


class Trouble(Struct, frozen=True):
    """The first number that is not finite: where it stands, and what it is."""

    iteration: int
    symbol: str
    value: float
    op: str
    layer: int | None
    sample: int | None
    ref: Ref
