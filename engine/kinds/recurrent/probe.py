"""A recurrent network's loss as a function of any one parameter: its passes on arrays of complex numbers."""

from __future__ import annotations

import numpy as np

from dlsim.engine.kinds.flat_probe import FlatProbe
from dlsim.engine.kinds.recurrent import passes
from dlsim.engine.kinds.recurrent.arrays import BatchOfSequences, sequence_arrays, work_size
from dlsim.engine.kinds.recurrent.naming import Naming
from dlsim.engine.kinds.recurrent.structure import RecurrentStructure
from dlsim.engine.losses import Loss


def recurrent_probe(structure: RecurrentStructure, naming: Naming, tape: BatchOfSequences, loss: Loss) -> FlatProbe:
    """For the sequences on `tape`."""
    state = tape.before.astype(np.complex128)
    numbers = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = sequence_arrays(structure, tape.size, numbers, state, state)
    batch.x, batch.t = tape.x, tape.t

    def loss_anew() -> complex:
        passes.forward(batch)
        return passes.loss(batch, loss)

    return FlatProbe(structure, naming, tape.gradients, state, (batch.hidden, batch.output), loss_anew)
