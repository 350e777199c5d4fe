"""A network's loss as a function of any one parameter: its passes on arrays of complex numbers."""

from __future__ import annotations

import numpy as np

from dlsim.engine.kinds.flat_probe import FlatProbe
from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import BatchArrays, batch_arrays, work_size
from dlsim.engine.kinds.network.naming import Naming
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.losses import Loss


def network_probe(structure: Structure, naming: Naming, tape: BatchArrays, loss: Loss) -> FlatProbe:
    """For the batch on `tape`."""
    state = tape.before.astype(np.complex128)
    work = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = batch_arrays(structure, tape.size, work, state, state)
    batch.x, batch.t = tape.x.astype(np.complex128), tape.t

    def loss_anew() -> complex:
        passes.forward(batch)
        return passes.loss(batch, loss)

    return FlatProbe(structure, naming, tape.gradients, state, batch.layers, loss_anew)
