"""What a classifier takes its samples for, as numbers that say what they are made of."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks import layer, scenario
from support.numbers import ref_to

from dlsim.engine import Simulator, load
from dlsim.engine.classes import Confusion
from dlsim.engine.quantity import TERMS, operands

RANDOM = np.random.default_rng(7)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def of_three_classes(samples=40):
    """(scenario, what plain NumPy takes each sample for, its class), classes from 0."""
    inputs, classes = RANDOM.normal(size=(samples, 2)), RANDOM.integers(0, 3, size=samples)
    first, last = RANDOM.normal(size=(2, 4)), RANDOM.normal(size=(4, 3))
    shift = RANDOM.normal(size=3)
    layers = [layer(4, "tanh", first), layer(3, "softmax", last, biases=shift)]
    case = scenario(layers, inputs, np.eye(3)[classes], loss="categorical_crossentropy")
    return case, (np.tanh(inputs @ first) @ last + shift).argmax(axis=1), classes


@pytest.fixture(scope="module")
def three():
    case, said, meant = of_three_classes()
    return Simulator(case).snapshot(), said, meant


def value(snapshot, kind, *index):
    return snapshot.value(ref_to(f"{kind}:training", 0, index))


def test_every_count_and_share_is_what_plain_numpy_counts(three):
    snapshot, said, meant = three
    for truth in range(3):
        assert value(snapshot, "of_class", truth) == (meant == truth).sum()
        assert value(snapshot, "recall", truth) == (said == meant)[meant == truth].mean()
        for taken in range(3):
            assert value(snapshot, "taken_for", truth, taken) == ((meant == truth) & (said == taken)).sum()
    assert value(snapshot, "right") == (said == meant).sum()
    assert value(snapshot, "accuracy") == (said == meant).mean()
    assert value(snapshot, "samples") == len(said)
    assert [value(snapshot, "decision", row) - 1 for row in range(len(said))] == said.tolist()


def test_a_count_is_made_of_a_bracket_for_each_sample_of_its_class_those_that_count_first(three):
    snapshot, said, meant = three
    ref = ref_to("taken_for:training", 0, (1, 0))
    told = snapshot.explain(ref)
    rows = [operand.index[0] for operand in told.operands]
    assert sorted(rows) == np.flatnonzero(meant == 1).tolist()
    counted = int(((meant == 1) & (said == 0)).sum())
    assert all(said[row] == 0 for row in rows[:counted])
    assert not any(said[row] == 0 for row in rows[counted:])
    assert told.symbol == "N[2,1]"
    assert told.formula.startswith(f"[class{chr(0x2080 + (rows[0] + 1) % 10)} = 1]" if rows[0] < 9 else "[class")
    assert ("…" in told.formula) == (len(rows) > TERMS)


def test_from_a_count_one_comes_to_the_weights_and_the_data(three):
    snapshot, _, _ = three
    ref, seen = ref_to("taken_for:training", 0, (0, 0)), []
    while made_of := operands(snapshot.tape.formula(ref, 0)):
        ref = made_of[-1] if seen and seen[-1] == "pass_z" else made_of[0]
        seen.append(ref.quantity.key.partition(":")[0])
    assert seen[:3] == ["decision", "pass_a", "pass_z"]
    assert seen[-1] in ("X", "now_W", "now_b")


def test_a_pass_of_one_sample_is_what_plain_numpy_makes_of_it():
    weights, inputs = [[0.5, -1.0], [0.25, 2.0]], [[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]]
    case = scenario(
        [layer(2, "sigmoid", weights, biases=[0.1, 0.2]), layer(1, "sigmoid", [[1.0], [-2.0]])],
        inputs,
        [[1.0], [0.0], [1.0]],
    )
    snapshot = Simulator(case).snapshot()
    for row, given in enumerate(inputs):
        hidden = sigmoid(np.array(given) @ np.array(weights) + [0.1, 0.2])
        assert snapshot.value(ref_to("pass_a:training", 1, (row, 1))) == pytest.approx(hidden[1], abs=1e-15)
        output = snapshot.value(ref_to("pass_a:training", 2, (row, 0)))
        assert output == pytest.approx(sigmoid(hidden @ [1.0, -2.0]), abs=1e-15)
        assert value(snapshot, "decision", row) == (output > 0.5)
    told = snapshot.explain(ref_to("pass_z:training", 1, (2, 1)))
    assert told.formula == "W3·x1 + W4·x2 + b2"
    assert told.substituted == "-1·0.5 + 2·0.5 + 0.2"


def test_what_is_kept_back_has_numbers_of_its_own_made_of_its_own_samples():
    snapshot = Simulator(load("over-and-underfitting")).snapshot()
    data = snapshot.scenario.body.data
    held = snapshot.tape.answers(data.validation_inputs)[:, 0] > 0.5
    truth = data.validation_targets[:, 0] > 0.5
    assert snapshot.value(ref_to("taken_for:validation", 0, (1, 0))) == (truth & ~held).sum()
    assert snapshot.value(ref_to("accuracy:validation")) == (truth == held).mean()
    assert snapshot.symbol(ref_to("taken_for:validation", 0, (1, 0))) == "Nᵥ[1,0]"
    made_of = snapshot.explain(ref_to("pass_z:validation", 1, (6, 0))).operands
    (given,) = {ref for ref in made_of if ref.quantity.key == "held_x:validation" and ref.index == (6, 1)}
    assert snapshot.value(given) == data.validation_inputs[6, 1]
    assert snapshot.symbol(given) == "x2ᵥ₇"


def test_a_class_without_samples_counts_none_and_nothing_is_divided():
    case = scenario([layer(2, "sigmoid", [[1.0, 2.0]])], [[1.0], [2.0]], [[1.0, 0.0]] * 2)
    snapshot = Simulator(case).snapshot()
    assert value(snapshot, "recall", 1) == value(snapshot, "of_class", 1) == 0
    assert snapshot.explain(ref_to("recall:training", 0, (1,))).formula == "0"


def test_counts_follow_the_weights_of_the_moment():
    simulator = Simulator(load("xor-train"))
    before = value(simulator.snapshot(), "right")
    simulator.run(iterations=5000)
    assert before < value(simulator.snapshot(), "right") == 4


def test_a_table_of_counts_has_a_share_that_is_right_in_all_and_of_each_class():
    found = Confusion(np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]]))
    assert (found.right, found.samples, found.accuracy) == (7, 10, 0.7)
    assert [found.recall(truth) for truth in range(3)] == [0.75, 4 / 6, 0.0]
    assert Confusion(np.zeros((2, 2), dtype=np.int64)).accuracy == 0.0
