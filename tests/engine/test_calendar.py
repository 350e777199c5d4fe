"""Epochs are counted through a run whose batches were changed on the way."""

from __future__ import annotations

import numpy as np

from dlsim.engine import Simulator, load


def test_epochs_go_on_through_an_edit_of_the_batch_size():
    simulator = Simulator(load("batch-modes", variant="mini-batch"))  # 8 updates an epoch
    simulator.run(iterations=20)
    simulator.edit(settings={"training.batch_size": 64})  # 4 an epoch, and the third is left where it was
    simulator.run(iterations=6)
    simulator.edit(numbers={"W1": 0.5})
    simulator.run(iterations=2)
    done = simulator.snapshot().epochs.done(np.array([0.0, 4.0, 8.0, 20.0, 24.0, 26.0, 28.0]))
    assert done.tolist() == [0.0, 0.5, 1.0, 2.5, 4.0, 4.5, 5.0]
    assert simulator.position.epoch == 5
