"""Time travel: wherever one goes and however, the same place holds the same bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.networks import layer, random_scenarios, scenario, worked_example
from support.travel import every_way_leads_to_the_same_bits, forward_and_back_restores_every_bit

from dlsim.engine import PositionError, Simulator, UnknownNameError, load, timeline
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.timeline import Bursts, Checkpoints

EVERY_OPTIMIZER = tuple(OPTIMIZERS)


def bits(simulator):
    """Everything a place is made of, to the last bit."""
    tape = simulator.snapshot().tape
    return (
        simulator.position,
        [array.tobytes() for pair in simulator.parameters for array in pair if array is not None],
        tape.batch.before.tobytes(),
        tape.batch.after.tobytes(),
        tape.batch.gradients.tobytes(),
        [getattr(arrays, name).tobytes() for arrays in tape.batch.layers for name in ("z", "a", "dE_dz")],
        tape.batch.E.tobytes(),
        list(tape.rows),
        simulator.losses.tobytes(),
    )


@settings(max_examples=20, deadline=None)
@given(case=random_scenarios(optimizers=EVERY_OPTIMIZER), iterations=st.integers(1, 9))
def test_run_step_and_seek_reach_the_same_bits(case, iterations):
    every_way_leads_to_the_same_bits(case, iterations, bits)


@settings(max_examples=15, deadline=None)
@given(
    case=random_scenarios(optimizers=EVERY_OPTIMIZER),
    steps=st.lists(
        st.tuples(st.sampled_from(["value", "op", "phase", "iteration", "epoch"]), st.integers(1, 30)),
        max_size=5,
    ),
)
def test_stepping_forward_and_back_by_value_restores_every_bit(case, steps):
    simulator = Simulator(case)
    for grain, count in steps:
        for _ in range(count if grain != "epoch" else 2):
            simulator.step(grain)
    forward_and_back_restores_every_bit(simulator, bits)


@pytest.mark.parametrize("grain", ["value", "op", "phase", "iteration", "epoch"])
def test_back_undoes_step_at_every_grain(grain):
    simulator = Simulator(worked_example())
    places = [simulator.position]
    for _ in range(12):
        simulator.step(grain)
        places.append(simulator.position)
    for place in reversed(places[:-1]):
        simulator.back(grain)
        assert simulator.position == place
    assert simulator.back(grain) is None
    assert simulator.position == places[0]


def test_stepping_back_over_an_update_restores_every_bit():
    simulator = Simulator(worked_example())
    simulator.seek(iteration=3, cursor=47)
    before = bits(simulator)
    simulator.step()
    simulator.step()
    simulator.back()
    simulator.back()
    assert bits(simulator) == before


def test_seek_stands_where_run_stands_and_may_reveal_some_of_the_next_iteration():
    simulator = Simulator(worked_example())
    event = simulator.seek(iteration=1, cursor=3)
    assert (event.iteration, event.symbol) == (2, "h1")
    assert simulator.iteration == 1
    assert simulator.seek(iteration=0) is None
    assert simulator.position.cursor == 0


def test_epochs_end_where_all_the_data_have_been_seen():
    simulator = Simulator(
        scenario([layer(1)], [[value] for value in range(7)], [[0.5]] * 7, batch_size=3, learning_rate=0.1)
    )
    assert simulator.position.batches == 3
    sizes = []
    for _ in range(3):
        simulator.step("iteration")
        sizes.append(simulator.samples)
    assert sizes == [3, 3, 1]
    simulator.step("epoch")
    assert (simulator.iteration, simulator.position.epoch) == (6, 2)
    simulator.step("value")
    simulator.step("epoch")
    assert simulator.iteration == 9
    simulator.back("epoch")
    assert simulator.iteration == 6
    simulator.seek(epoch=1)
    assert simulator.iteration == 3


def test_every_epoch_shuffles_anew_and_a_seed_always_shuffles_alike():
    case = scenario(
        [layer(1)],
        [[value] for value in range(12)],
        [[0.5]] * 12,
        batch_size=12,
        shuffle=True,
        learning_rate=0.1,
    )
    simulator = Simulator(case)
    orders = []
    for _ in range(4):
        simulator.step("epoch")
        orders.append(tuple(simulator.snapshot().tape.rows))
    assert len(set(orders)) == 4
    assert all(sorted(order) == list(range(12)) for order in orders)
    simulator.seek(iteration=2)
    assert tuple(simulator.snapshot().tape.rows) == orders[1]


def test_a_short_last_batch_is_a_batch_like_any_other():
    """Its gradient is the mean over its own samples, and none of an earlier batch's gradient is left in it."""
    inputs, targets = [[1.0], [2.0], [3.0]], [[0.0], [1.0], [0.0]]
    case = scenario([layer(1, "linear", [[0.5]])], inputs, targets, batch_size=2, loss="mse", learning_rate=0.1)
    simulator = Simulator(case)
    simulator.step("iteration")
    first = (2 * (0.5 - 0.0) * 1.0 + 2 * (1.0 - 1.0) * 2.0) / 2
    assert simulator.gradients[0][0][0, 0] == pytest.approx(first, rel=1e-15)
    weight = 0.5 - 0.1 * first
    simulator.step("iteration")
    assert simulator.gradients[0][0][0, 0] == pytest.approx(2 * (3 * weight - 0.0) * 3.0, rel=1e-15)


def test_frozen_parameters_have_gradients_and_never_move():
    case = scenario(
        [layer(2, weights=[[0.3, 0.4]], biases=[0.1, 0.2], train_weights=False), layer(1, biases=[0.0])],
        [[1.0]],
        [[0.0]],
        momentum=0.9,
        learning_rate=0.5,
    )
    simulator = Simulator(case)
    simulator.run(5)
    weights, biases = simulator.parameters[0]
    assert weights.tolist() == [[0.3, 0.4]]
    assert biases.tolist() != [0.1, 0.2]
    assert np.abs(simulator.gradients[0][0]).min() > 0
    quantities = {(op.quantity.key, op.layer) for op in simulator.program}
    assert ("dE_dW", 1) in quantities
    assert ("new_W", 1) not in quantities
    assert ("new_slot:v:W", 1) not in quantities


def test_the_losses_are_one_a_iteration_done_and_survive_going_back():
    simulator = Simulator(worked_example())
    simulator.run(100)
    losses = simulator.losses.copy()
    simulator.seek(iteration=40)
    assert simulator.losses.tolist() == losses[:40].tolist()
    simulator.run(60)
    assert simulator.losses.tolist() == losses.tolist()
    simulator.seek(iteration=40, cursor=1)
    assert len(simulator.losses) == 40


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"iteration": -1}, "count from 0"),
        ({"iteration": 1, "cursor": 49}, "0 to 48"),
        ({"cursor": -2}, "0 to 48"),
    ],
)
def test_places_that_cannot_be_are_refused(where, message):
    with pytest.raises(PositionError, match=message):
        Simulator(worked_example()).seek(**where)


def test_a_misspelt_grain_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'epoch'"):
        Simulator(worked_example()).step("epoc")


def test_the_lens_cannot_leave_the_batch():
    simulator = Simulator(worked_example())
    with pytest.raises(PositionError, match="sample 2"):
        simulator.sample = 1


def test_checkpoints_keep_to_their_budget_by_thinning():
    checkpoints = Checkpoints(budget=100 * 20, cost=100)
    for iteration in range(1, 5000):
        if (iteration - 1) % checkpoints.spacing == 0:
            checkpoints.add(iteration, iteration)
    assert len(checkpoints) <= 20
    for iteration in (1, 2, 777, 4998):
        place, state = checkpoints.nearest(iteration)
        assert place == state <= iteration
        assert iteration - place < checkpoints.spacing


def kept(room, upto):
    """Checkpoints with room for so many states, after `upto` iterations."""
    checkpoints = Checkpoints(budget=room * 356, cost=100)  # 256 bytes are the cost of keeping one
    for iteration in range(1, upto + 1):
        if (iteration - 1) % checkpoints.spacing == 0:
            checkpoints.add(iteration, f"state {iteration}")
    return checkpoints


@pytest.mark.parametrize(
    ("room", "upto", "places", "spacing"),
    [
        (4, 4, (1, 2, 3, 4), 1),
        (4, 5, (1, 3, 5), 2),
        (4, 7, (1, 3, 5, 7), 2),
        (4, 9, (1, 5, 9), 4),
        (3, 4, (1, 3), 2),
        (0, 3, (1, 3), 2),  # there are always two
        (0, 5, (1, 5), 4),
    ],
)
def test_where_there_is_no_room_every_other_checkpoint_goes(room, upto, places, spacing):
    checkpoints = kept(room, upto)
    assert checkpoints.places == places
    assert checkpoints.spacing == spacing
    assert len(checkpoints) == len(places)
    assert checkpoints.up_to(4) == (
        [place for place in places if place <= 4],
        [f"state {place}" for place in places if place <= 4],
    )


def test_the_nearest_checkpoint_is_the_last_that_is_not_after_a_place():
    checkpoints = kept(4, 9)  # 1, 5, 9
    assert [checkpoints.nearest(place)[0] for place in (1, 4, 5, 6, 8, 9, 20)] == [1, 1, 5, 5, 5, 9, 9]
    checkpoints.add_near(7, "near 7")
    assert [checkpoints.nearest(place) for place in (6, 7, 8, 9)] == [
        (5, "state 5"),
        (7, "near 7"),
        (7, "near 7"),
        (9, "state 9"),
    ]
    checkpoints.add_near(3, "near 3")  # of so few there is room for one near
    assert checkpoints.nearest(8) == (5, "state 5")
    assert checkpoints.nearest(4) == (3, "near 3")


def test_of_those_near_the_last_stay_and_the_room_for_them_is_a_quarter_and_bounded():
    checkpoints = kept(12, 12)
    for place in (2, 3, 2, 4, 5):
        checkpoints.add_near(place, f"near {place}")
    assert list(checkpoints._near) == [2, 4, 5]
    many = kept(1000, 1)
    for place in range(100):
        many.add_near(place, place)
    assert list(many._near) == list(range(76, 100))


def test_a_run_that_goes_another_way_has_the_checkpoints_before_that_alone():
    checkpoints = kept(4, 9)
    other = checkpoints.before(5)
    assert other.places == (1,)
    assert other.spacing == checkpoints.spacing == 4
    other.add(5, "another")
    assert (checkpoints.nearest(5), other.nearest(5)) == ((5, "state 5"), (5, "another"))
    assert checkpoints.before(6).places == (1, 5)


def test_a_piece_of_a_run_grows_at_most_twofold_and_shrinks_to_what_fits():
    bursts, now = Bursts(), [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "perf_counter", lambda: now[0])
        sizes = []
        for seconds in (0.0001, 0.0001, 0.001, 0.002, 0.006, 0.06):
            bursts.begin()
            now[0] += seconds
            bursts.end()
            sizes.append(bursts.size)
    assert sizes == [2, 4, 8, 12, 6, 1]


def test_what_an_edit_begins_or_ends_to_observe_has_a_curve_from_there_or_up_to_there():
    simulator = Simulator(load("over-and-underfitting"))
    simulator.run(iterations=4)
    before = simulator.curves["validation"].values.tolist()
    simulator.edit(settings={"data.validation_fraction": 0})
    simulator.run(iterations=3)
    assert simulator.curves["validation"].values.tolist() == before
    simulator.edit(settings={"data.validation_fraction": 0.5})
    simulator.run(iterations=2)
    curve = simulator.curves["validation"].values
    assert np.isnan(curve).tolist() == [False] * 4 + [True] * 3 + [False] * 2
    assert curve[8] == simulator.curves["validation"].head(9).values[8] != before[0]
    simulator.seek(iteration=3)
    assert simulator.curves["validation"].values.tolist() == before[:3]
    simulator.edit(settings={"data.validation_fraction": 0}, from_start=True)
    assert list(simulator.curves) == ["loss"], "nothing was kept back from the very start"


def test_a_curve_goes_on_under_its_own_name_alone():
    simulator = Simulator(load("xor-single"))
    simulator.run(iterations=30)
    gates = simulator.scenario.body.gates
    simulator.edit(settings={"search.targets": {"NOR": [1, 0, 0, 0]}})
    simulator.run(iterations=5)
    lengths = {name: len(curve) for name, curve in simulator.curves.items()}
    assert lengths == {"loss": 35, **dict.fromkeys(gates, 30), "NOR": 35}
    assert np.isnan(simulator.curves["NOR"].values[:30]).all()
    simulator.seek(iteration=30)
    assert "NOR" not in simulator.curves


def test_going_on_to_where_one_has_been_computes_next_to_nothing_anew(monkeypatch):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=500)
    simulator.seek(iteration=250)
    simulator.edit(numbers={"W5": 2.0}, settings={"training.optimizer.learning_rate": 0.1})
    simulator.run(iterations=240)
    seen = bits(simulator)
    simulator.seek(iteration=0)
    computed = []
    enter = type(simulator.model).enter
    monkeypatch.setattr(
        type(simulator.model), "enter", lambda self, iteration: computed.append(iteration) or enter(self, iteration)
    )
    simulator.seek(iteration=490)
    assert bits(simulator) == seen
    simulator.edit(numbers={"W6": 2.0})
    assert simulator.look_up("W5") != simulator.look_up("W6") == 2.0
    assert len(computed) < 10, "an edit leads to a new run, which begins where this one stands"


def test_steps_back_in_an_old_run_cost_little_each(monkeypatch):
    simulator = Simulator(load("xor-train"), checkpoint_bytes=40_000)
    simulator.run(iterations=2000)
    simulator.seek(iteration=1500)
    computed = []
    enter = type(simulator.model).enter
    monkeypatch.setattr(
        type(simulator.model), "enter", lambda self, iteration: computed.append(iteration) or enter(self, iteration)
    )
    for _ in range(40):
        simulator.back("iteration")
    assert simulator.iteration == 1460
    assert len(computed) < 200, "and not some 64 each, the way from one kept state to the next"


def test_a_forward_only_scenario_has_one_pass_and_no_updates():
    simulator = Simulator(
        scenario([layer(1, "step", [[0.5], [0.5]], biases=[-0.7])], [[0, 0], [1, 1]], [[0], [1]], loss=None)
    )
    symbols = []
    while event := simulator.step():
        symbols.append((event.symbol, event.value))
    assert symbols == [("z1", -0.7), ("o1", 0.0)]
    assert (simulator.iteration, simulator.gradients, simulator.loss()) == (0, None, None)
    assert simulator.losses.tolist() == []
    assert simulator.outputs().tolist() == [[0.0], [1.0]]
    assert simulator.accuracy() == 1.0
    with pytest.raises(PositionError, match="nothing is trained"):
        simulator.seek(iteration=1)


def test_the_run_stops_at_the_first_number_that_is_not_finite_and_stepping_back_works():
    case = scenario([layer(1, "linear", [[1.0]])], [[1e10]], [[0.0]], loss="mse", learning_rate=1e150)
    simulator = Simulator(case)
    done = simulator.run(100)
    trouble = simulator.trouble
    assert done == trouble.iteration - 1 < 100
    assert (trouble.symbol, trouble.iteration) == (simulator.event.symbol, simulator.event.iteration)
    assert not np.isfinite(simulator.event.value)
    assert simulator.step() is None
    assert simulator.step("epoch") is None
    while simulator.position.cursor > 1:
        assert np.isfinite(simulator.back().value)
    assert simulator.trouble is None
    simulator.back("iteration")
    assert simulator.run(100) < 100
    assert simulator.trouble == trouble
