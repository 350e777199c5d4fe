"""A recurrent network's loss as a function of any one parameter: its passes on arrays of complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.probe import FlatProbe
from dlsim.engine.kinds.recurrent import passes
from dlsim.engine.kinds.recurrent.arrays import BatchOfSequences, sequence_arrays, work_size
from dlsim.engine.kinds.recurrent.structure import RecurrentNaming, RecurrentStructure
from dlsim.engine.kinds.shaking import Shake


def recurrent_probe(
    structure: RecurrentStructure, naming: RecurrentNaming, tape: BatchOfSequences, loss: Loss
) -> FlatProbe:
    """For the sequences on `tape`."""
    state = tape.before.astype(np.complex128)
    numbers = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = sequence_arrays(structure, tape.size, numbers, state, state)
    batch.x, batch.t = tape.x, tape.t

    def loss_anew() -> complex:
        passes.forward(batch)
        return passes.loss(batch, loss)

    def shaken(shake: Shake) -> NDArray[Any]:
        state = shake(tape.before)
        batch = sequence_arrays(structure, tape.size, np.zeros(numbers.shape), state, state)
        batch.x, batch.t = shake(tape.x), shake(tape.t)
        for arrays in (batch.hidden, batch.output):
            activation = arrays.layer.activation
            arrays.layer = replace(arrays.layer, activation=replace(activation, value=shake.after(activation.value)))
        passes.forward(batch)
        passes.backward(batch, loss)
        return batch.gradients

    return FlatProbe(structure, naming, tape.gradients, state, (batch.hidden, batch.output), loss_anew, shaken)
