"""Sections 3.3 and 3.5: how much data an update sees, what an epoch is, and how many of them are good."""

import time

import numpy as np
import pytest

from dlsim.engine import Simulator, load

MODES = (None, "stochastic", "mini-batch")
UPDATES_AN_EPOCH = {None: 1, "stochastic": 256, "mini-batch": 8}


def rows_of_an_epoch(simulator):
    """The rows of every batch of the next epoch."""
    batches = []
    for _ in range(simulator.position.batches):
        simulator.step("iteration")
        batches.append(list(simulator.snapshot().tape.rows))
    return batches


# all the data, one sample, or 32


@pytest.fixture(scope="module")
def modes():
    """Each mode after twenty epochs."""
    simulators = {variant: Simulator(load("batch-modes", variant=variant)) for variant in MODES}
    for simulator in simulators.values():
        simulator.run(epochs=20)
    return simulators


def test_the_modes_differ_in_nothing_but_the_batches():
    starts = [Simulator(load("batch-modes", variant=variant)) for variant in MODES]
    assert len({start.parameters[0][0].tobytes() for start in starts}) == 1
    assert len({start.scenario.body.data.inputs.tobytes() for start in starts}) == 1
    assert len({str(start.scenario.body.training.optimizer) for start in starts}) == 1
    assert [start.scenario.body.training.batch_size for start in starts] == [256, 1, 32]


@pytest.mark.parametrize("variant", MODES)
def test_updates_in_an_epoch_and_what_each_of_them_looks_at(variant):
    simulator = Simulator(load("batch-modes", variant=variant))
    batches = rows_of_an_epoch(simulator)
    assert len(batches) == UPDATES_AN_EPOCH[variant]
    assert {len(batch) for batch in batches} == {256 // UPDATES_AN_EPOCH[variant]}
    assert sorted(row for batch in batches for row in batch) == list(range(256))  # each sample once, whatever the mode


def test_stochastic_descent_takes_its_samples_in_random_order_another_one_each_epoch():
    simulator = Simulator(load("batch-modes", variant="stochastic"))
    first, second = ([row for (row,) in rows_of_an_epoch(simulator)] for _ in range(2))
    assert first != sorted(first)
    assert first != second
    simulator.seek(epoch=0)
    assert [row for (row,) in rows_of_an_epoch(simulator)] == first


def test_more_updates_an_epoch_get_further_in_as_many_epochs(modes):
    losses = {variant: modes[variant].loss() for variant in MODES}
    assert losses["stochastic"] < 0.5 * losses[None]
    assert losses["stochastic"] < losses["mini-batch"] < losses[None]
    assert [modes[variant].iteration for variant in MODES] == [20, 5120, 160]


def test_the_smaller_the_batch_the_noisier_the_loss(modes):
    """The variance from one update to the next, over the last ten epochs."""

    def noise(variant):
        last = modes[variant].losses[-10 * UPDATES_AN_EPOCH[variant] :]
        return np.diff(last).var()

    assert noise("stochastic") > 10 * noise("mini-batch") > 1000 * noise(None)


def test_a_step_that_suits_its_batch_may_make_the_rest_worse():
    """How often the loss over all the data goes up, in 128 updates of each mode."""

    def rises(variant):
        simulator = Simulator(load("batch-modes", variant=variant))
        simulator.run(epochs=2)
        losses = [simulator.loss()]
        for _ in range(128):
            simulator.step("iteration")
            losses.append(simulator.loss())
        return int((np.diff(losses) > 0).sum())

    assert rises(None) == 0
    assert 0 < rises("mini-batch") < 20
    assert rises("stochastic") > 40


def test_an_epoch_costs_the_most_time_sample_by_sample_and_an_update_the_least():
    def seconds(variant, epochs):
        times = []
        for _ in range(3):
            simulator = Simulator(load("batch-modes", variant=variant))
            start = time.perf_counter()
            simulator.run(epochs=epochs)
            times.append((time.perf_counter() - start) / epochs)
        return min(times)

    epoch = {"stochastic": seconds("stochastic", 2), "mini-batch": seconds("mini-batch", 20), None: seconds(None, 100)}
    assert epoch["stochastic"] > 5 * epoch["mini-batch"] > 5 * epoch[None]
    work = {variant: simulator_work(variant) for variant in MODES}
    assert work["stochastic"] < work["mini-batch"] < work[None]


def simulator_work(variant):
    """Numbers that one update has to work out and keep: what a large batch takes in memory."""
    simulator = Simulator(load("batch-modes", variant=variant))
    simulator.step("iteration")
    tape = simulator.snapshot().tape
    return len(tape.rows) * sum(len(biases) for _, biases in simulator.parameters)


# epochs, batches, iterations

WAYS = [(None, [200] * 10), ("by 1", [1] * 2000), ("by 300", [300] * 6 + [200])]


@pytest.mark.parametrize(("variant", "sizes"), WAYS)
def test_two_thousand_samples_make_so_many_batches_an_epoch(variant, sizes):
    simulator = Simulator(load("epochs-batches-iterations", variant=variant))
    assert len(simulator.scenario.body.data.inputs) == 2000
    assert simulator.position.batches == len(sizes)
    found, seen = [], []
    while simulator.iteration < len(sizes):
        simulator.step("iteration")
        rows = simulator.model.tape.rows
        found.append(len(rows))
        seen += list(rows)
    assert found == sizes
    assert sorted(seen) == list(range(2000))
    assert simulator.position.epoch == 1
    simulator.step("iteration")
    assert (simulator.position.epoch, simulator.position.batch) == (2, 1)


def test_ten_iterations_are_an_epoch_and_fifty_epochs_five_hundred():
    stepped, by_epoch = (Simulator(load("epochs-batches-iterations")) for _ in range(2))
    for _ in range(10):
        stepped.step("iteration")
    by_epoch.step("epoch")
    assert by_epoch.iteration == 10
    assert stepped.parameters[0][0].tobytes() == by_epoch.parameters[0][0].tobytes()
    by_epoch.seek(iteration=0)
    assert by_epoch.run() == 500
    assert (by_epoch.position.epoch, by_epoch.position.batch) == (50, 10)


def test_the_short_last_batch_is_a_batch_like_any_other():
    """Seven updates by hand: the last gradient is the mean over its own 200 samples, nothing carried over."""
    simulator = Simulator(load("epochs-batches-iterations", variant="by 300"))
    x, t = (array[:, 0] for array in (simulator.scenario.body.data.inputs, simulator.scenario.body.data.targets))
    w = b = 0.0
    for start in (*range(0, 2000, 300), 0):
        batch = slice(start, min(start + 300, 2000))
        error = w * x[batch] + b - t[batch]
        w, b = w - 0.05 * 2 * np.mean(error * x[batch]), b - 0.05 * 2 * np.mean(error)
        simulator.step("iteration")
        assert simulator.look_up("W1") == pytest.approx(w, rel=1e-12)
        assert simulator.look_up("b1") == pytest.approx(b, rel=1e-12)


@pytest.mark.parametrize("variant", [None, "by 1", "by 300"])
def test_all_variants_end_near_the_line(variant):
    simulator = Simulator(load("epochs-batches-iterations", variant=variant))
    simulator.run(epochs=3 if variant == "by 1" else 50)
    assert simulator.look_up("W1") == pytest.approx(2, abs=0.1)
    assert simulator.look_up("b1") == pytest.approx(1, abs=0.1)


# too few epochs, enough, too many


@pytest.fixture(scope="module")
def fitted():
    simulator = Simulator(load("over-and-underfitting"))
    simulator.run()
    return simulator


def test_training_loss_only_ever_falls(fitted):
    assert (np.diff(fitted.losses) < 0).all()
    assert fitted.losses[0] > 100 * fitted.losses[-1]


def test_validation_loss_turns_round_in_the_middle(fitted):
    validation = fitted.curves["validation"].values
    best = int(validation.argmin())
    assert 100 < best < 250
    assert validation[best] < 0.65 * validation[0]
    assert validation[best] < 0.5 * validation[-1]
    assert validation[-1] > validation[0]  # worse than before anything was learnt


def test_validation_loss_bends_up_once_before_it_goes_on_down(fitted):
    validation = fitted.curves["validation"].values
    assert (np.diff(validation[:7]) < 0).all()
    assert (np.diff(validation[6:16]) > 0).all()
    assert (np.diff(validation[15:32]) < 0).all()
    assert [round(float(validation[epoch - 1]), 2) for epoch in (7, 16)] == [0.56, 0.61]


def test_too_few_enough_and_too_many_epochs(fitted):
    scenario = load("over-and-underfitting")
    length = {
        variant: load("over-and-underfitting", variant=variant).body.training.epochs for variant in scenario.variants
    }
    training, validation = fitted.losses, np.append(fitted.curves["validation"].values, np.nan)
    few, enough, many = (length[variant] for variant in ("too few epochs", "enough", "too many"))
    assert few < enough < many
    assert validation[few] > validation[enough] < 0.5 * validation[many - 1]
    assert training[few] > training[enough] > training[many - 1]
    assert training[few] > 0.9 * validation[enough]  # underfitting: poor even on what it has seen


def test_those_kept_back_are_never_trained_on(fitted):
    body = fitted.scenario.body
    assert len(body.data.inputs) == len(body.data.validation_inputs) == 30
    trained = {tuple(row) for row in body.data.inputs}
    assert trained.isdisjoint(map(tuple, body.data.validation_inputs))
    assert sum(weights.size + biases.size for weights, biases in fitted.parameters) == 337


def test_with_ten_times_the_data_the_same_network_hardly_overfits():
    simulator = Simulator(load("over-and-underfitting", variant="ten times the data"))
    simulator.run()
    validation = simulator.curves["validation"].values
    assert validation[-1] < 1.1 * validation.min()
    assert validation[-1] < simulator.losses[-1] + 0.05
