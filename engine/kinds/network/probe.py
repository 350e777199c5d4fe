"""A network's loss as a function of any one parameter: its passes on arrays of complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.layered.probe import FlatProbe
from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import BatchArrays, batch_arrays, work_size
from dlsim.engine.kinds.network.structure import Naming, Structure
from dlsim.engine.kinds.shaking import Shake


def network_probe(structure: Structure, naming: Naming, tape: BatchArrays, loss: Loss) -> FlatProbe:
    """For the batch on `tape`."""
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
