"""Epochs are counted through a run whose batches were changed on the way."""

from __future__ import annotations

import numpy as np
import pytest

from dlsim.engine import Simulator, load
from dlsim.engine.model import Batches, Calendar, Epochs


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


@pytest.mark.parametrize(
    ("calendar", "iteration", "place"),
    [
        (Calendar(4), 1, (0, 0)),
        (Calendar(4), 4, (0, 3)),
        (Calendar(4), 5, (1, 0)),
        (Calendar(1), 3, (2, 0)),
        (Calendar(4, start=11, epoch=3), 11, (3, 0)),
        (Calendar(4, start=11, epoch=3), 16, (4, 1)),
    ],
)
def test_an_iteration_belongs_to_an_epoch_and_is_so_many_th_of_its_batches(calendar, iteration, place):
    assert calendar.of(iteration) == place
    assert calendar.first(place[0]) == iteration - place[1]


@pytest.mark.parametrize(
    ("before", "batches", "iteration", "after"),
    [
        (Calendar(4), 4, 7, Calendar(4)),  # in step with it
        (Calendar(4, 9, 2), 4, 11, Calendar(4, 9, 2)),
        (Calendar(4), 2, 9, Calendar(2, 9, 2)),  # where an epoch begins anyway
        (Calendar(4), 2, 10, Calendar(2, 10, 3)),  # in the middle of one: a new one
        (Calendar(4), 8, 1, Calendar(8, 1, 0)),
    ],
)
def test_with_other_batches_a_new_epoch_begins(before, batches, iteration, after):
    calendar = Calendar(batches)
    calendar.go_on(iteration, before)
    assert calendar == after


def test_parts_of_an_epoch_count():
    epochs = Epochs([Calendar(4), Calendar(2, 9, 2)])
    assert epochs.done(np.array([0.0, 1.0, 4.0, 7.0, 8.0, 9.0, 11.0])).tolist() == [0, 0.25, 1, 1.75, 2, 2.5, 3.5]


@pytest.mark.parametrize(("rows", "size", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 5, [2]), (3, 1, [1, 1, 1])])
@pytest.mark.parametrize("seed", [None, 4])
def test_an_epoch_cuts_all_rows_into_batches_of_one_size_the_last_may_be_shorter(rows, size, sizes, seed):
    batches = Batches(rows, size, seed)
    assert batches.calendar.batches == len(sizes)
    for epoch in (0, 1):
        seen = [list(batches.of(epoch * len(sizes) + number + 1)[0]) for number in range(len(sizes))]
        assert [len(batch) for batch in seen] == sizes
        order = [row for batch in seen for row in batch]
        assert sorted(order) == list(range(rows))
        assert seed is not None or order == list(range(rows))
