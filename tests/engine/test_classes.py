"""Accuracy is told where the targets are classes, by one rule, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from support.networks import layer, scenario
from support.numbers import ref_to

from dlsim.engine import ScenarioError, Simulator, load
from dlsim.engine.breakpoints import examples, parse_breakpoint
from dlsim.engine.errors import BreakpointError
from dlsim.engine.scenario.load import load_tables


def answering(outputs, targets):
    """A network that answers what goes in."""
    return Simulator(scenario([layer(len(outputs[0]), "linear", np.eye(len(outputs[0])))], outputs, targets))


@pytest.mark.parametrize(
    ("targets", "outputs", "accuracy"),
    [
        ([[0], [1]], [[0.4], [0.6]], 1.0),
        ([[0], [1]], [[-0.2], [0.2]], 0.5),
        ([[0], [1]], [[0.5], [0.9]], 1.0),
        ([[-1], [1]], [[-0.29], [0.29]], 1.0),
        ([[-1], [1], [1]], [[0.2], [0.2], [0.9]], 2 / 3),
        ([[1, 0, 0], [0, 0, 1]], [[0.2, 0.1, 0.0], [0.0, 0.9, 0.3]], 0.5),
        ([[1, -1], [-1, 1]], [[-0.2, -0.4], [-0.4, -0.2]], 1.0),
        ([[1, 0, 1], [0, 1, 0], [0, 0, 0]], [[0.6, 0.4, 0.7], [0.1, 0.6, 0.7], [0.1, 0.2, 0.3]], 2 / 3),
    ],
    ids=[
        "0 and 1 part at 0.5",
        "0 and 1 do not part at 0",
        "exactly 0.5 is class 0",
        "-1 and 1 part at 0",
        "-1 is wrong above 0",
        "the largest of several",
        "the largest of several, the others -1",
        "several 1s in a row: all outputs have to be right",
    ],
)
def test_an_answer_is_right_by_the_classes_that_the_targets_are(targets, outputs, accuracy):
    simulator = answering(outputs, targets)
    assert simulator.accuracy() == pytest.approx(accuracy)
    assert "accuracy = 1" in examples(simulator)


NUMBERS = {
    "numbers": [[0.4], [0.6]],
    "0 alone, as a regression may have it": [[0], [0]],
    "1 alone": [[1], [1]],
    "-1, 0 and 1": [[-1], [0], [1]],
    "0, 1 and 2": [[0], [1], [2]],
    "several numbers": [[0.4, 0.6]],
    "0 alone, several": [[0, 0], [0, 0]],
    "0 and -1 beside the 1": [[1, 0], [-1, 1]],
    "several 1s beside -1": [[1, 1, -1], [-1, 1, -1]],
}


@pytest.mark.parametrize("targets", NUMBERS.values(), ids=NUMBERS)
def test_where_targets_are_numbers_there_is_no_accuracy_and_no_condition_on_it(targets):
    simulator = answering(targets, targets)
    assert simulator.accuracy() is None
    assert "accuracy = 1" not in examples(simulator)
    with pytest.raises(BreakpointError, match=r"accuracy needs targets that are classes: 0 and 1, -1 and 1, or one 1"):
        parse_breakpoint("accuracy = 1", simulator)
    assert not [
        ref for ref in simulator.snapshot().tape.besides() if ref.quantity.key.startswith(("accuracy", "right"))
    ]


def test_several_1s_in_a_row_are_no_counts_of_classes():
    snapshot = answering([[0.6, 0.7], [0.1, 0.2]], [[1, 1], [0, 1]]).snapshot()
    assert not [ref for ref in snapshot.tape.besides() if ref.quantity.key.startswith(("taken_for", "decision"))]


def test_a_run_over_minus_one_and_one_stops_once_all_are_right():
    simulator = Simulator(
        scenario([layer(1, "tanh", [[-0.3]])], [[-1], [1]], [[-1], [1]], loss="mse", learning_rate=0.5, epochs=50)
    )
    assert simulator.accuracy() == 0.0
    simulator.run(50, until=[parse_breakpoint("accuracy = 1", simulator)])
    assert simulator.accuracy() == 1.0
    assert 0 < simulator.iteration < 50


def test_counts_of_minus_one_and_one_part_at_0_and_bear_these_names():
    snapshot = Simulator(scenario([layer(1, "tanh", [[0.3]])], [[-1], [2], [1]], [[-1], [-1], [1]])).snapshot()
    counts = {snapshot.symbol(ref): snapshot.value(ref) for ref in snapshot.tape.besides()}
    assert [counts[f"N[{meant},{said}]"] for meant in (-1, 1) for said in (-1, 1)] == [1, 1, 0, 1]
    assert [counts[f"class{row}"] for row in "₁₂₃"] == [-1, 1, 1]
    assert snapshot.explain(ref_to("decision:training", 0, (0,))).formula == "(1 if o1₁ > 0 else -1)"


def test_an_edit_that_makes_a_target_a_number_leaves_no_counts_behind():
    simulator = Simulator(load("xor-train"))
    refs = [ref_to("accuracy:training"), ref_to("taken_for:training", 0, (0, 0)), ref_to("decision:training", 0, (1,))]
    assert all(simulator.snapshot().knows(ref) for ref in refs)
    simulator.edit(settings={"data.targets.0.0": 0.3})
    assert simulator.accuracy() is None
    assert not any(simulator.snapshot().knows(ref) for ref in refs)


def test_what_is_kept_back_parts_where_the_training_data_do_though_it_is_of_one_class():
    case = scenario([layer(1, "linear", [[1.0]])], [[-1], [1]], [[-1], [1]])
    held = replace(case.body.data, validation_inputs=np.array([[0.2]]), validation_targets=np.array([[1.0]]))
    snapshot = Simulator(replace(case, body=replace(case.body, data=held))).snapshot()
    assert snapshot.value(ref_to("accuracy:validation")) == 1.0


def sequences(targets):
    weights = {"input": [[1.0]], "recurrent": [[0.0]], "output": [[1.0]]}
    recurrent = {"inputs": 1, "hidden": 1, "outputs": 1, "activation": "linear", "output_activation": "linear"}
    return {
        "schema": 1,
        "title": "Sequences",
        "kind": "recurrent",
        "recurrent": {**recurrent, "weights": weights, "bias": False},
        "data": {"inputs": [[-0.3, 0.3, 0.2, -0.6]], "targets": targets},
    }


@pytest.mark.parametrize(
    ("targets", "accuracy"),
    [([[-1, 1, 1, -1]], 1.0), ([[0, 1, 0, 1]], 0.5), ([[-0.3, 0.3, 0.2, -0.6]], None), ([[0, 0, 0, 0]], None)],
)
def test_each_step_of_a_recurrent_network_is_right_by_the_same_rule(targets, accuracy):
    assert Simulator(load_tables(sequences(targets))).accuracy() == accuracy


def test_an_expected_accuracy_is_refused_where_there_is_none():
    expecting = {"expect": [{"after": 0, "accuracy": 1.0}]}
    network = {"inputs": 1, "layers": [{"units": 1, "activation": "linear", "weights": [[1.0]]}]}
    plain = {"schema": 1, "title": "Numbers", "network": network, "data": {"inputs": [[1]], "targets": [[0.4]]}}
    for tables in (plain, sequences([[0.1, 0.2, 0.3, 0.4]])):
        with pytest.raises(ScenarioError, match=r"expect\.0\.accuracy: accuracy needs targets that are classes"):
            load_tables({**tables, **expecting})
