"""A search over every setting of one neuron: what it counts, that it counts right, and what is trained beside it."""

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from support.scenarios import thinned
from support.tables import changed_at

from dlsim.engine import ScenarioError, Simulator, WrongKindError, load
from dlsim.engine.check import check_gradients
from dlsim.engine.kinds.search.quantities import SETTINGS, TRIED, TRIED_BEFORE, decimals, search
from dlsim.engine.kinds.updates import RATE, UPDATE
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.load import load_tables

ROWS = [(0, 0), (0, 1), (1, 0), (1, 1)]
GATES = {"AND": [0, 0, 0, 1], "NAND": [1, 1, 1, 0], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
NETWORK = {"inputs": 2, "layers": [{"units": 1, "activation": "sigmoid"}]}
TRAINING = {"loss": "binary_crossentropy", "optimizer": {"name": "adam", "learning_rate": 0.1}}


def tables(weights=(-1, 1, 0.5), bias=(-1, 1, 0.5), *, beside=False, **search):
    """A file's tables; `beside`: with a network that learns XOR meanwhile."""
    names = ("from", "to", "step")
    grids = {key: dict(zip(names, values, strict=True)) for key, values in (("weights", weights), ("bias", bias))}
    found = {
        "schema": 1,
        "title": "test",
        "kind": "search",
        "search": {**grids, "targets": GATES, **search},
        "data": {"inputs": [list(row) for row in ROWS]},
    }
    if beside:
        found["data"]["targets"] = [[target] for target in GATES["XOR"]]
        found |= {"network": NETWORK, "training": TRAINING}
    return found


def exact_counts(weights, bias, at_zero=0):
    """The same counts in fractions, one setting after the other."""

    def steps(first, last, step):
        first, last, step = (Fraction(str(number)) for number in (first, last, step))
        return [first + n * step for n in range(int((last - first) / step) + 1)]

    counts = Counter()
    for w1, w2, b in product(steps(*weights), steps(*weights), steps(*bias)):
        sums = [w1 * x1 + w2 * x2 + b for x1, x2 in ROWS]
        answers = [int(total >= 0 if at_zero else total > 0) for total in sums]
        counts.update(name for name, truth in GATES.items() if truth == answers)
    return [counts[name] for name in GATES]


def counts(simulator):
    return [simulator.look_up(name) for name in GATES]


# the counts


@pytest.mark.parametrize("at_zero", [0, 1])
@thinned(
    ("weights", "bias"),
    [
        ((-1, 1, 0.1), (-1, 1, 0.1)),
        ((-1, 1, 0.5), (-2, 2, 0.25)),
        ((-0.3, 0.3, 0.05), (-0.3, 0.3, 0.01)),
        ((0, 1, 0.3), (-1, 0, 0.7)),
    ],
    [((-1, 1, 0.5), (-2, 2, 0.25)), ((0, 1, 0.3), (-1, 0, 0.7))],
)
def test_the_whole_grid_is_counted_right(weights, bias, at_zero):
    simulator = Simulator(load_tables(tables(weights, bias, at_zero=at_zero)))
    simulator.step("epoch")
    assert counts(simulator) == exact_counts(weights, bias, at_zero)


def test_and_nand_and_or_are_found_and_xor_is_not():
    simulator = Simulator(load("xor-single"))
    simulator.run()
    found = counts(simulator)
    assert min(found[:3]) > 0
    assert found[3] == 0
    assert found == exact_counts((-1, 1, 0.1), (-1, 1, 0.1))
    other = Simulator(load("xor-single", variant="fires at 0 too"))
    other.run()
    assert other.look_up("XOR") == 0
    assert counts(other) != found


def test_the_settings_of_the_notes_are_among_those_found():
    simulator = Simulator(load("xor-single"))
    grid = simulator.model.grid
    found = {name: set() for name in GATES}
    for number in range(len(grid.counts)):
        for gate, name in enumerate(GATES):
            if grid.solves[number, gate]:
                found[name].add(grid.setting(number))
    assert {(0.5, 0.5, -0.7), (0.5, 0.5, -0.8), (1.0, 1.0, -1.0)} <= found["AND"]
    assert (-0.5, -0.5, 0.7) in found["NAND"]
    assert (0.6, 0.6, -0.5) in found["OR"]
    assert found["XOR"] == set()


def test_a_sum_that_is_0_on_paper_is_0():
    """0.1 + 0.2 − 0.3 is 5.6e-17 in floating point, and would fire."""
    case = load_tables(tables((0.1, 0.2, 0.1), (-0.3, -0.3, 0.1)))
    simulator = Simulator(case)
    simulator.seek(iteration=2)
    assert [simulator.look_up(symbol) for symbol in ("w1", "w2", "b", "s(1,1)", "y(1,1)")] == [0.1, 0.2, -0.3, 0, 0]


def test_counts_so_far_are_curves_that_only_rise():
    simulator = Simulator(load_tables(tables()))
    simulator.step("epoch")
    simulator.step("iteration")
    for gate, name in enumerate(GATES):
        values = simulator.snapshot().curves[name].values
        assert len(values) == 126
        assert np.all(np.diff(values[:125]) >= 0)
        assert values[124] == exact_counts((-1, 1, 0.5), (-1, 1, 0.5))[gate]
        assert values[125] == values[0], "the second search begins anew"


# one neuron learning


def test_the_neuron_that_is_trained_settles_at_ln_2():
    simulator = Simulator(load("xor-single"))
    simulator.run()
    assert simulator.loss() == pytest.approx(math.log(2), abs=1e-14)
    assert simulator.losses[0] > 0.8
    weights, biases = simulator.parameters[0]
    assert max(np.abs(weights).max(), np.abs(biases).max()) < 1e-12
    assert simulator.outputs() == pytest.approx(np.full((4, 1), 0.5), abs=1e-12)


@thinned("seed", range(5), [0, 1])
def test_it_settles_there_from_any_first_weights(seed):
    layer = {"units": 1, "activation": "sigmoid", "init": "uniform", "scale": 3}
    overrides = {"network.seed": seed, "network.layers": [layer]}
    simulator = Simulator(load("xor-single", overrides=overrides))
    simulator.run(2000)
    assert simulator.loss() == pytest.approx(math.log(2), abs=1e-8)


def test_the_network_beside_learns_as_it_does_alone():
    searching = Simulator(load_tables(tables(beside=True)))
    alone = {key: table for key, table in tables(beside=True).items() if key != "search"} | {"kind": "network"}
    plain = Simulator(load_tables(alone))
    searching.run(50)
    plain.run(50)
    assert searching.losses.tobytes() == plain.losses.tobytes()
    for ours, theirs in zip(searching.parameters[0], plain.parameters[0], strict=True):
        assert ours.tobytes() == theirs.tobytes()
    assert check_gradients(searching).ok


# the timeline


def bits(simulator):
    tape = simulator.snapshot().tape
    beside = [] if tape.beside is None else [tape.beside.batch.before.tobytes(), tape.beside.batch.after.tobytes()]
    return simulator.position, tape.setting, beside, simulator.losses.tobytes(), counts(simulator)


@pytest.mark.parametrize("beside", [False, True])
def test_run_step_and_seek_reach_the_same_bits(beside):
    case = load_tables(tables(beside=beside))
    ran = Simulator(case)
    ran.run(40)
    expected = bits(ran)
    for grain in ("value", "op", "phase", "iteration"):
        stepped = Simulator(case)
        while stepped.iteration < 40:
            assert stepped.step(grain) is not None
        assert bits(stepped) == expected, grain
    sought = Simulator(case, checkpoint_bytes=0)
    sought.seek(iteration=200)
    sought.seek(iteration=40)
    assert bits(sought) == expected
    for _ in range(sought.program.values + 2):
        sought.step()
    for _ in range(sought.program.values + 2):
        sought.back()
    assert bits(sought) == expected


@pytest.mark.parametrize("beside", [False, True])
def test_exactly_what_has_been_revealed_is_on_screen(beside):
    simulator = Simulator(load_tables(tables(beside=beside)))
    refs = [ref for op in simulator.program for ref in op.refs]
    for cursor in range(len(refs) + 1):
        simulator.seek(iteration=3, cursor=cursor)
        snapshot = simulator.snapshot()
        shown = [snapshot.is_shown(ref) for ref in refs]
        assert shown == [place < (cursor or len(refs)) for place in range(len(refs))]


PROGRAM = (
    "s(0,0) s(0,1) s(1,0) s(1,1) y(0,0) y(0,1) y(1,0) y(1,1) AND? NAND? OR? XOR? AND NAND OR XOR "
    "z1 o1 E_o1 E ∂E/∂z1 ∂z1/∂W1 ∂z1/∂W2 ∂z1/∂b1 ∂E/∂W1 ∂E/∂W2 ∂E/∂b1 W1⁺ W2⁺ b1⁺"
)


def test_an_iteration_tries_one_setting_and_then_trains():
    simulator = Simulator(load("xor-single"))
    symbols = [simulator.step().symbol for _ in range(simulator.program.values)]
    assert symbols == [*PROGRAM.split(), "W ← W⁺"]
    assert simulator.position.batches == 21**3


FORMULAS = [
    ("s(1,1)", "w1·x1 + w2·x2 + b", "0.5·1 + 0.5·1 + (-0.5)", 0.5),
    ("y(1,1)", "(1 if s(1,1) > 0 else 0)", "(1 if 0.5 > 0 else 0)", 1),
    ("AND?", "[y(0,0) = 0]·[y(0,1) = 0]·[y(1,0) = 0]·[y(1,1) = 1]", "[0 = 0]·[0 = 0]·[0 = 0]·[1 = 1]", 1),
    ("AND", "AND⁻ + AND?", "0 + 1", 1),
]


@pytest.mark.parametrize(("symbol", "formula", "substituted", "value"), FORMULAS)
def test_every_number_says_what_it_is_made_of(symbol, formula, substituted, value):
    simulator = Simulator(load_tables(tables((0.5, 1, 0.5), (-0.5, 0, 0.5))))
    simulator.seek(iteration=1)
    told = simulator.snapshot().explain(simulator.model.find(symbol))
    assert (told.formula, told.substituted, told.value) == (formula, substituted, value)


@pytest.mark.parametrize("beside", [False, True])
def test_every_symbol_finds_its_number_again(beside):
    simulator = Simulator(load_tables(tables(beside=beside)))
    tape = simulator.model.tape
    for op in simulator.program:
        for ref in op.refs:
            if op.quantity not in (UPDATE, RATE):
                assert simulator.model.find(tape.symbol(ref)) == ref
        assert tape.array(op, 0).size == op.size
        assert tape.op_formula(op)[0]
    assert simulator.model.find("XNOR") is None
    assert (simulator.model.find("W1") is None) is not beside


def test_the_table_sets_the_answers_against_each_gate():
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=1)
    snapshot = simulator.snapshot()
    table = snapshot.tables[0]
    assert table.columns == ("=(0,0)", "=(0,1)", "=(1,0)", "=(1,1)", "solved", "count")
    assert [row.label for row in table.rows] == ["y", *GATES]
    xor = [snapshot.value(ref) for ref in table.rows[4].cells]
    assert xor == [0, 1, 1, 0, 0, 0]


def test_a_search_by_itself_needs_no_network():
    simulator = Simulator(load_tables(tables()))
    simulator.run()
    assert simulator.iteration == 125
    assert (simulator.loss(), simulator.losses.size, simulator.parameters) == (None, 0, ())
    assert simulator.outputs().shape == (4, 1)


# what is refused


def changed(path, value, *, beside):
    return changed_at(path, value, tables(beside=beside))


REFUSED = [
    ("search.weigths", {}, True, "weights"),
    ("search.weights.step", 0, True, "steps > 0"),
    ("search.weights.step", 0.001, True, "larger steps"),
    ("search.bias", {"from": 0, "to": 1, "step": 0.000005}, True, "that makes 200,001 steps"),
    ("search.bias.step", 1e-7, True, "6 decimals"),
    ("search.bias.to", 5000, True, "up to 1,000"),
    ("search.bias.to", -2, True, "upwards"),
    ("search.targets.XNOR", [1, 0, 0], True, "3 numbers for 4 rows"),
    ("search.targets.XNOR", [1, 0, 0, 2], True, "0 or 1"),
    ("search.targets.E", [1, 0, 0, 1], True, "not a valid name"),
    ("search.targets.W1", [1, 0, 0, 1], True, "not a valid name"),
    ("search.at_zero", 2, True, "≤ 1"),
    ("data.inputs", [[0.1234567, 0], [0, 1], [1, 0], [1, 1]], False, "6 decimals"),
    ("data.inputs", [[1] * 5] * 4, False, "too many"),
    ("training", TRAINING, False, "no [network] to train"),
    ("network.layers", [{"units": 1, "activation": "step"}], True, "no derivative"),
    ("expect", [{"after": 1, "values": {"XNOR": 0}}], False, "XNOR"),
    ("expect", [{"after": 0, "values": {"XOR": 0}}], True, "after = 1"),
    ("expect", [{"after": 1, "loss": 0}], False, "by itself"),
    ("expect", [{"after": 1, "values": {"W9": 0}}], True, "W9"),
]


@pytest.mark.parametrize(("path", "value", "beside", "message"), REFUSED)
def test_what_could_not_be_run_is_refused_with_its_place_and_a_remedy(path, value, beside, message):
    with pytest.raises(ScenarioError) as refused:
        load_tables(changed(path, value, beside=beside))
    assert message in str(refused.value)
    assert refused.value.key


def test_how_many_settings_were_tried_and_how_many_there_are_are_numbers_too():
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=2)
    simulator.step("value")
    tried, before, settings = (Ref(quantity) for quantity in (TRIED, TRIED_BEFORE, SETTINGS))
    snapshot = simulator.snapshot()
    assert (snapshot.value(before), snapshot.value(tried), snapshot.value(settings)) == (2, 3, 21**3)
    assert snapshot.explain(tried).substituted == "2 + 1"
    assert snapshot.explain(settings).formula == "values(w1)·values(w2)·values(b)"
    assert snapshot.explain(settings).substituted == "21·21·21"
    first = Simulator(load("xor-single")).snapshot()
    assert (first.value(before), first.value(tried)) == (0, None)


@pytest.mark.parametrize(
    ("numbers", "places"),
    [([0.0], 0), ([3.0, -20.0], 0), ([0.5, 0.25], 2), ([0.1 + 0.2], 1), ([1e-6], 6), ([1e-7], None), ([1 / 3], None)],
)
def test_numbers_of_a_grid_have_so_many_decimals_and_no_more_than_six(numbers, places):
    assert decimals(np.array(numbers)) == places


def test_the_bias_changes_fastest_and_sums_are_whole_numbers_of_the_finest_step():
    gates = [np.array(targets) for targets in GATES.values()]
    weights, biases = np.array([0, 0.5, 1]), np.array([-0.25, 0, 0.25])
    grid = search(weights, biases, np.array(ROWS), gates, fires_at_zero=False)
    settings = [grid.setting(number) for number in (0, 1, 2, 3, 9, 26)]
    assert settings == [(0, 0, -0.25), (0, 0, 0), (0, 0, 0.25), (0, 0.5, -0.25), (0.5, 0, -0.25), (1, 1, 0.25)]
    assert grid.scale == 100
    assert grid.sums[26].tolist() == [25, 125, 125, 225]
    assert grid.fires[1].tolist() == [False] * 4, "0 is not above 0"
    assert grid.fires[2].all()


@pytest.mark.parametrize("beside", [False, True])
def test_a_setting_that_is_tried_cannot_be_set(beside):
    simulator = Simulator(load_tables(tables(beside=beside)))
    tried = next(iter(simulator.program[0].refs))
    with pytest.raises(WrongKindError, match="change the grid instead"):
        simulator.model.set_number(tried, 1.0)


def test_a_weight_of_the_network_beside_can_be_set():
    simulator = Simulator(load_tables(tables(beside=True)))
    simulator.model.set_number(simulator.model.parameter_at(1, 0, (0, 0)), 0.25)
    assert simulator.model.parameters(landed=False)[0][0][0, 0] == 0.25


@pytest.mark.parametrize("beside", [False, True])
def test_what_a_search_tries_and_counts_has_no_history(beside):
    simulator = Simulator(load_tables(tables(beside=beside)))
    simulator.run(3)
    history = simulator.snapshot().history
    for symbol in ("AND", "w1", "b", "z1" if beside else "OR?"):
        assert np.isnan(history.of(simulator.model.find(symbol))[1]).all()


AT_THE_LIMIT = [
    ("search.bias.to", 1000, 1000.5),
    ("search.bias", {"from": -1, "to": -1, "step": 0.5}, {"from": -1, "to": -1.5, "step": 0.5}),
    ("search.bias", {"from": 0, "to": 0.001, "step": 1e-6}, {"from": 0, "to": 0.001, "step": 1e-7}),
    ("search.weights", {"from": 0, "to": 99, "step": 1}, {"from": 0, "to": 200, "step": 1}),
    ("search.targets.Ab", [1, 0, 0, 1], [1, 0, 0]),
    ("search.targets", {"A" * 24: [1, 0, 0, 1]}, {"A" * 25: [1, 0, 0, 1]}),
    (
        "search.targets",
        {f"G{chr(65 + n)}": [0] * 4 for n in range(16)},
        {f"G{chr(65 + n)}": [0] * 4 for n in range(17)},
    ),
    ("search.at_zero", 1, 2),
]


@pytest.mark.parametrize(("path", "inside", "outside"), AT_THE_LIMIT)
def test_what_lies_at_a_limit_is_searched_and_what_lies_beyond_is_refused(path, inside, outside):
    assert load_tables(changed(path, inside, beside=False)).kind == "search"
    with pytest.raises(ScenarioError):
        load_tables(changed(path, outside, beside=False))


@pytest.mark.parametrize(("rows", "inputs", "fits"), [(16, 4, True), (17, 4, False), (16, 5, False)])
def test_so_many_rows_of_so_many_inputs_can_be_searched_for(rows, inputs, fits):
    found = tables(weights=(0, 1, 1), targets={"ANY": [0] * rows})
    found["data"]["inputs"] = [[0] * inputs] * rows
    if fits:
        assert load_tables(found).body.data.inputs.shape == (rows, inputs)
    else:
        with pytest.raises(ScenarioError, match="at most 16 rows of 4"):
            load_tables(found)


def test_a_grid_has_the_numbers_as_they_are_written():
    body = load_tables(tables((-0.3, 0.3, 0.1), (0, 1, 0.3))).body
    assert body.weights.tolist() == [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]
    assert body.biases.tolist() == [0.0, 0.3, 0.6, 0.9]


def test_a_search_alone_has_nothing_that_is_trained():
    run = Simulator(load_tables(tables()))
    run.run(3)
    assert (run.loss(), run.accuracy(), run.validation(), run.gradients) == (None, None, (None, None), ())
    assert run.region(np.linspace(0, 1, 3), np.linspace(0, 1, 2)) is None
    assert run.outputs().tolist() == [[run.look_up(f"y({one},{other})")] for one, other in ROWS]
    with pytest.raises(WrongKindError, match="no parameters"):
        run.model.parameter_at(1, 0, (0, 0))
    assert not run.model.is_parameter(run.model.find("w1"))
    assert run.model.belongs_to_iteration(run.model.find("w1"))


def test_what_is_asked_of_the_network_beside_is_answered_as_by_itself():
    beside = Simulator(load_tables(tables(beside=True)))
    alone = Simulator(
        load_tables({**{k: t for k, t in tables(beside=True).items() if k != "search"}, "kind": "network"})
    )
    for run in (beside, alone):
        run.run(7)
    x, y = np.linspace(-1, 2, 4), np.linspace(-1, 2, 3)
    assert beside.region(x, y).tolist() == alone.region(x, y).tolist()
    assert beside.outputs().tolist() == alone.outputs().tolist()
    assert (beside.loss(), beside.accuracy(), beside.validation()) == (
        alone.loss(),
        alone.accuracy(),
        alone.validation(),
    )
    for symbol in ("W1", "b1", "o1", "∂E/∂W2", "W2⁺"):
        assert beside.look_up(symbol) == alone.look_up(symbol)
        found = beside.model.find(symbol)
        assert beside.model.is_parameter(found) == (symbol in ("W1", "b1"))
        assert beside.model.belongs_to_iteration(found) == alone.model.belongs_to_iteration(found)
    for run in (beside, alone):
        run.edit(numbers={"W1": 0.25})
        run.run(2)
        run.edit(settings={"training.optimizer.learning_rate": 0.3})
        run.run(2)
    assert beside.losses.tolist() == alone.losses.tolist()


def test_after_an_edit_the_network_beside_counts_its_updates_and_epochs_on():
    file = tables(beside=True)
    adam = {"name": "adam", "learning_rate": 0.1, "decay": 0.5}
    file["training"] = {**file["training"], "optimizer": adam, "batch_size": 3, "shuffle": True, "seed": 4}
    beside = Simulator(load_tables(file))
    alone = Simulator(load_tables({**{k: t for k, t in file.items() if k != "search"}, "kind": "network"}))
    for run in (beside, alone):
        run.run(5)
        run.edit(settings={"training.optimizer.learning_rate": 0.3})
        run.run(5)
        run.edit(settings={"training.optimizer": "adagrad", "training.batch_size": 1})
        run.run(5)
    assert beside.losses.tolist() == alone.losses.tolist()
    assert [array.tolist() for array in beside.parameters[0]] == [array.tolist() for array in alone.parameters[0]]
    assert (beside.model.data_calendar, beside.position.batches) == (alone.model.calendar, 125)


def test_a_network_may_come_beside_a_search_in_its_midst():
    run = Simulator(load_tables(tables()))
    run.run(5)
    file = tables(beside=True)
    run.edit(settings={"network": file["network"], "training": file["training"], "data.targets": [[0], [1], [1], [0]]})
    run.run(5)
    alone = Simulator(load_tables({**{k: t for k, t in file.items() if k != "search"}, "kind": "network"}))
    alone.run(5)
    assert np.isnan(run.losses[:5]).all()
    assert run.losses[5:].tolist() == alone.losses.tolist()
    w1, o1 = run.model.find("w1"), run.model.find("W1")
    history = run.snapshot().history
    assert np.isnan(history.of(o1)[1][:5]).all(), "there was no weight before"
    assert np.isnan(history.of(w1)[1]).all(), "what is tried is not learnt"
    run.seek(iteration=3)
    assert (run.model.find("W1"), run.loss()) == (None, None)
    run.seek(iteration=10)
    assert run.look_up("W1") == alone.parameters[0][0][0, 0]


def test_two_hundred_thousand_steps_are_not_too_many_for_a_range():
    with pytest.raises(ScenarioError, match="settings"):  # for a whole grid they are
        load_tables(tables((0, 1, 0.5), (0, 0.999995, 0.000005)))
