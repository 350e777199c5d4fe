"""A network asked about any inputs at any parameters, real or complex: passes in arrays of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import Classes, accuracy
from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.probe import FlatProbe
from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import BatchArrays, Naming, Structure, batch_arrays, work_size
from dlsim.engine.kinds.shaking import Shake

Array = NDArray[np.float64]

MOST_PRODUCTS = 30_000_000
"""Multiplications that a picture may cost: a few hundredths of a second."""
MOST_KEPT = 1 << 16
"""Arrays of no more numbers are kept for the next time: to make them anew would take longer than to fill them."""
AT_ONCE = 4096
"""Rows that go through the network together: their arrays stay in the processor's cache."""


def affordable_rows(structure: Structure) -> int:
    """How many rows a picture may ask about."""
    return max(MOST_PRODUCTS // max(structure.parameters, 1), 64)


def forward_pass(structure: Structure, state: Array, inputs: Array, targets: Array | None = None) -> BatchArrays:
    """Every z, a and, with `targets` (rows, outputs) under a loss, every error of `inputs` (rows, inputs).

    `state` is flat and begins with the parameters: (parameters,) or more. It is read, never written.
    """
    batch = batch_arrays(structure, len(inputs), np.zeros(work_size(structure, len(inputs))), state, state)
    batch.x, batch.t = inputs, targets
    _pass(structure, batch)
    return batch


def _pass(structure: Structure, batch: BatchArrays) -> None:
    with np.errstate(all="ignore"):
        passes.forward(batch)
        if structure.loss is not None and batch.t is not None:
            batch.loss = passes.loss(batch, structure.loss)


def answers(structure: Structure, state: Array, inputs: Array) -> Array:
    """(rows, outputs): what the network answers to `inputs` (rows, inputs); `state` as in `forward_pass`."""
    outputs = np.empty((len(inputs), structure.output.units))
    for rows, batch in _parts(structure, state, inputs, None):
        outputs[rows] = batch.layers[-1].a
    return outputs


def evaluate(
    structure: Structure, state: Array, inputs: Array, targets: Array | None, classes: Classes | None = None
) -> tuple[Array, float | None, float | None]:
    """(outputs, loss, accuracy) over all rows of `inputs` (rows, inputs) and `targets` (rows, outputs).

    The outputs are (rows, outputs); the loss is None where nothing is trained, the accuracy where no `classes` say when
    an answer is right.
    """
    outputs = np.empty((len(inputs), structure.output.units))
    total = 0.0
    for rows, batch in _parts(structure, state, inputs, targets):
        outputs[rows] = batch.layers[-1].a
        total += batch.loss * batch.size
    loss = None if structure.loss is None else float(total / len(inputs))
    return outputs, loss, accuracy(classes, outputs, targets)


class Losses:
    """The loss over the same data at one state after another, for a run that may stop by it."""

    def __init__(self, structure: Structure, states: tuple[Array, Array], inputs: Array, targets: Array | None) -> None:
        self._structure = structure
        self._states = states
        self._inputs, self._targets = inputs, targets
        rows = len(inputs)
        self._is_kept = rows <= AT_ONCE and work_size(structure, rows) <= MOST_KEPT
        self._kept: dict[int, BatchArrays] = {}

    def at(self, which: int) -> float | None:
        """At one of the two states, the same to the last bit as `evaluate` finds it."""
        if self._structure.loss is None:
            return None
        state, rows = self._states[which], len(self._inputs)
        if not self._is_kept:
            return evaluate(self._structure, state, self._inputs, self._targets)[1]
        if which in self._kept:
            _pass(self._structure, self._kept[which])
        else:
            self._kept[which] = forward_pass(self._structure, state, self._inputs, self._targets)
        return float(self._kept[which].loss * rows / rows)  # times and by, as `evaluate` does


def _parts(
    structure: Structure, state: Array, inputs: Array, targets: Array | None
) -> Iterator[tuple[slice, BatchArrays]]:
    for start in range(0, len(inputs), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        yield rows, forward_pass(structure, state, inputs[rows], None if targets is None else targets[rows])


def network_probe(structure: Structure, naming: Naming, tape: BatchArrays, loss: Loss) -> FlatProbe:
    """The loss of the batch on `tape` as a function of any one parameter: its passes on arrays of complex numbers."""
    state = tape.before.astype(np.complex128)
    work = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = batch_arrays(structure, tape.size, work, state, state)
    batch.x, batch.t = tape.x.astype(np.complex128), tape.t

    def loss_anew() -> complex:
        passes.forward(batch)
        return passes.loss(batch, loss)

    def shaken(shake: Shake) -> NDArray[Any]:
        state = shake(tape.before)
        batch = batch_arrays(structure, tape.size, np.zeros(work.shape), state, state)
        batch.x, batch.t = shake(tape.x), shake(tape.t)  # type: ignore[arg-type]
        for arrays in batch.layers:
            arrays.activate = shake.after(arrays.activate)
        passes.forward(batch)
        passes.backward(batch, loss)
        return batch.gradients

    return FlatProbe(structure, naming, tape.gradients, state, batch.layers, loss_anew, shaken)
