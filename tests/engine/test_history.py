"""The course of a parameter is what stepping showed, to the last bit."""

import numpy as np
import pytest
from support.numbers import ref_to

from dlsim.engine import Simulator, load
from dlsim.engine.timeline import MOST_CHECKPOINTS, Edit, History

W5 = ref_to("now_W", 2, (0, 0))


def seen(scenario, ref, iterations):
    """The parameter after each update, by going there."""
    other = Simulator(load(scenario))
    values = []
    for iteration in range(iterations + 1):
        other.seek(iteration=iteration)
        values.append(other.snapshot().value(ref))
    return values


@pytest.mark.parametrize(
    ("scenario", "ref"),
    [
        ("backprop-2-2-2", W5),
        ("xor-train", ref_to("now_b", 1, (1,))),
        ("optimizers-on-a-bowl", ref_to("now_p", 0, (1,))),
        ("xor-single", ref_to("now_W", 1, (1, 0))),
    ],
)
def test_a_young_run_knows_every_value_that_a_parameter_had(scenario, ref):
    simulator = Simulator(load(scenario))
    simulator.run(iterations=30)
    simulator.step()  # one value into the next iteration: its state is known, its update is not
    updates, values = simulator.snapshot().history.of(ref)
    assert updates.tolist() == list(range(31))
    assert values.tolist() == seen(scenario, ref, 30)


def test_going_back_forgets_what_comes_after():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=20)
    simulator.seek(iteration=4, cursor=3)
    assert simulator.snapshot().history.of(W5)[0].tolist() == [0, 1, 2, 3, 4]


def test_an_old_run_keeps_a_thinner_history_that_is_still_exact():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=MOST_CHECKPOINTS + 500)
    updates, values = simulator.snapshot().history.of(W5)
    assert len(updates) <= MOST_CHECKPOINTS
    assert set(np.diff(updates)) == {2}
    simulator.seek(iteration=int(updates[1000]))
    assert simulator.snapshot().value(W5) == values[1000]


def test_a_branch_has_a_history_of_its_own():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=10)
    before = simulator.snapshot().history.of(W5)[1]
    simulator.seek(iteration=5)
    simulator.edit(numbers={"W5": 0.9})
    simulator.run(iterations=5)
    after = simulator.snapshot().history.of(W5)[1]
    assert after[:6].tolist() == before[:6].tolist()
    assert after[6] == 0.9, "what is edited holds from the next iteration's start on"
    assert after[7:].tolist() != before[6:].tolist()


def test_an_edit_is_a_jump_from_the_value_before_to_the_one_after():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=10)
    was = simulator.snapshot().value(W5)
    simulator.edit(numbers={"W5": 0.9})
    for _ in range(2):
        (jump,) = simulator.snapshot().history.jumps(W5)
        assert (jump.updates, jump.before, jump.after) == (10, was, 0.9)
        updates, values = simulator.snapshot().history.of(W5)
        assert values[updates == 10].tolist() == [was, 0.9]
        assert not simulator.snapshot().history.jumps(ref_to("now_W", 2, (0, 1)))
        simulator.run(iterations=MOST_CHECKPOINTS + 101)  # what is kept of a run is thinned
    assert not simulator.snapshot().history.updates.count(10)
    simulator.seek(iteration=500)
    simulator.edit(numbers={"W6": 0.1})
    assert simulator.snapshot().history.jumps(W5) == [jump], "another edit later on changes nothing of the first"
    simulator.seek(iteration=10)
    assert not simulator.snapshot().history.jumps(W5), "one stands before the edit"


def test_another_edit_at_the_same_place_takes_the_place_of_the_first():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=10)
    was = simulator.snapshot().value(W5)
    simulator.edit(numbers={"W5": 0.9})
    simulator.edit(numbers={"W5": 0.7})
    (jump,) = simulator.snapshot().history.jumps(W5)
    assert (jump.updates, jump.before, jump.after) == (10, was, 0.7)


def test_the_run_that_an_edit_left_tells_its_own_course():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=20)
    before = simulator.snapshot().history.of(W5)[1]
    simulator.seek(iteration=5)
    simulator.edit(numbers={"W5": 0.9})
    (ghost,) = simulator.snapshot().ghosts
    assert ghost.history().of(W5)[1].tolist() == before.tolist()


@pytest.mark.parametrize("units", [3, 5])
def test_what_was_before_a_network_of_another_shape_is_read_as_it_was_then(units):
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=6)
    weights = [ref_to("now_W", 2, (unit, 0)) for unit in range(5)]
    before = [simulator.snapshot().history.of(weight)[1].tolist() for weight in weights]
    simulator.edit(settings={"network.layers.0.units": units})
    simulator.run(iterations=2)
    after = [simulator.snapshot().history.of(weight)[1].tolist() for weight in weights[:units]]
    assert [values[:6] for values in after[:4]] == before[:units][:4]
    assert units == 3 or np.isnan(after[4][:6]).all(), "there was no fifth unit"


def test_what_is_no_parameter_has_no_history():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=3)
    assert np.isnan(simulator.snapshot().history.of(ref_to("z", 1, (0,)))[1]).all()


@pytest.mark.parametrize(
    ("edited_at", "updates", "values"),
    [
        (0, [0, 0, 2, 4], [7, 1, 2, 3]),
        (2, [0, 2, 2, 4], [1, 7, 2, 3]),
        (3, [0, 2, 3, 3, 4], [1, 2, 7, 8, 3]),
        (5, [0, 2, 4, 5, 5], [1, 2, 3, 7, 8]),
    ],
)
def test_a_jump_stands_between_the_states_that_are_kept(edited_at, updates, values):
    def read(state, _):
        return float(state[0])

    states = [np.array([number]) for number in (1.0, 2.0, 3.0)]
    edit = Edit(edited_at, (np.array([7.0]), read), (np.array([8.0]), read))
    found = History([0, 2, 4], states, [(0, read)], [edit]).of(W5)
    assert [numbers.tolist() for numbers in found] == [updates, values]
