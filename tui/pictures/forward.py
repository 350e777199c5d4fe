"""The network on a frozen tape, asked about other inputs than those of its batch. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import batch_arrays, parameter_views, work_size
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.model import LayerParameters
from dlsim.engine.snapshot import Snapshot

Array = NDArray[np.float64]

AT_ONCE = 4096
"""Rows that are computed in one go: their arrays stay in the processor's cache."""
MOST_PRODUCTS = 30_000_000
"""Multiplications that a picture may cost: a few hundredths of a second."""


class Present(NamedTuple):
    """The parameters that hold at the moment; `identity` is the same as long as they are."""

    tape: NetworkTape
    state: Array
    identity: bytes


def network_tape(snapshot: Snapshot) -> NetworkTape | None:
    """The network's tape, be it by itself or beside a search; None where there is none."""
    tape = getattr(snapshot.tape, "beside", snapshot.tape)
    return tape if isinstance(tape, NetworkTape) else None


def present(tape: NetworkTape) -> Present:
    """What holds now: after the update once that has landed."""
    batch = tape.batch
    state = batch.after if tape.landed else batch.before
    return Present(tape, state, state[: tape.structure.parameters].tobytes())


def parameters(now: Present) -> Sequence[LayerParameters]:
    """(weights (n×j), biases (j,) or None) by layer."""
    return parameter_views(now.tape.structure, now.state)


def answers(now: Present, inputs: Array) -> Array:
    """(rows, outputs): the network's answers to other inputs, by the engine's own forward pass."""
    structure = now.tape.structure
    outputs = np.empty((len(inputs), structure.output.units))
    for start in range(0, len(inputs), AT_ONCE):
        rows = inputs[start : start + AT_ONCE]
        batch = batch_arrays(structure, len(rows), np.zeros(work_size(structure, len(rows))), now.state, now.state)
        batch.x = rows
        with np.errstate(all="ignore"):
            passes.forward(batch)
        outputs[start : start + len(rows)] = batch.layers[-1].a
    return outputs


def affordable_rows(now: Present) -> int:
    """How many rows a picture may ask about."""
    return max(MOST_PRODUCTS // max(now.tape.structure.parameters, 1), 64)
