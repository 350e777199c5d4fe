"""What section 2.4 claims of shapes: sizes that meet, parameters that add up, and what is said where they do not."""

from itertools import pairwise

import numpy as np
import pytest

from dlsim.engine import ScenarioError, Simulator, load

WIDTHS = (4, 8, 8, 3)
SIX = "a batch of six"


@pytest.fixture(params=[(None, 1), (SIX, 6)], ids=["batch of 1", "batch of 6"])
def batch(request):
    """(a simulator at its start, the batch size)."""
    variant, size = request.param
    return Simulator(load("matrix-shapes", variant=variant)), size


def shapes_by_op(simulator):
    """What the whole-op formulas of the forward pass say of shapes, sums and activations in turn."""
    told = []
    while (event := simulator.step("op")) and event.phase == "forward":
        told.append(event.substituted)
    return told


def test_it_is_the_network_of_the_notes():
    network = load("matrix-shapes").body.network
    assert network.widths == WIDTHS
    assert [layer.activation.name for layer in network.layers] == ["relu", "relu", "softmax"]
    assert [layer.init for layer in network.layers] == ["uniform", "glorot_uniform", "glorot_uniform"]


def test_inner_sizes_meet_and_outer_sizes_remain(batch):
    simulator, m = batch
    told = shapes_by_op(simulator)
    for layer, (n, j) in enumerate(pairwise(WIDTHS)):
        assert told[2 * layer] == f"({m}×{n})·({n}×{j}) + (1×{j}) = ({m}×{j})"
        assert f"({m}×{j})" in told[2 * layer + 1]  # an activation changes no shape
        assert f"×{n})·" not in told[2 * layer + 1]


def test_weights_and_biases_have_the_same_shapes_whatever_the_batch(batch):
    simulator, _ = batch
    assert [(weights.shape, biases.shape) for weights, biases in simulator.parameters] == [
        ((4, 8), (8,)),
        ((8, 8), (8,)),
        ((8, 3), (3,)),
    ]


def test_there_are_139_parameters_in_all(batch):
    simulator, _ = batch
    counts = [weights.size + biases.size for weights, biases in simulator.parameters]
    assert counts == [40, 72, 27]
    assert sum(counts) == 139
    weights = next(table for table in simulator.snapshot().tables if table.key == "weights")
    assert len(weights.rows) == 139


def test_every_entry_of_every_product_is_a_row_times_a_column(batch):
    """Cell by cell, for every sample: the number on screen, and a formula with a term for each sender."""
    simulator, m = batch
    parameters = [(weights.copy(), biases.copy()) for weights, biases in simulator.parameters]
    seen = 0
    for sample in range(m):
        simulator.seek(iteration=0)
        simulator.sample = sample
        row = list(simulator.scenario.body.data.inputs[sample])
        for weights, biases in parameters:
            sums = []
            for unit in range(len(biases)):
                event = simulator.step()
                by_hand = sum(row[i] * weights[i, unit] for i in range(len(row))) + biases[unit]
                assert event.value == pytest.approx(by_hand, rel=1e-12, abs=1e-15)
                assert event.formula.count("·") == event.substituted.count("·") == len(row)
                assert f"[1,{unit + 1}]" in event.formula
                assert f"[{len(row)},{unit + 1}]" in event.formula
                sums.append(by_hand)
                seen += 1
            row = [simulator.step().value for _ in sums]
            is_output = len(sums) == 3
            expected = np.exp(sums) / np.exp(sums).sum() if is_output else np.maximum(sums, 0)
            assert row == pytest.approx(list(expected), rel=1e-12)
    assert seen == m * (8 + 8 + 3)


def test_a_batch_changes_neither_a_row_nor_its_answer():
    alone, together = (Simulator(load("matrix-shapes", variant=variant)) for variant in (None, SIX))
    assert (alone.samples, together.samples) == (1, 6)
    assert alone.position.batches == 6 * together.position.batches
    assert alone.outputs() == pytest.approx(together.outputs(), rel=1e-14)


def test_one_row_of_biases_is_added_to_every_row():
    """1×j, not m×j as the notes have it: raise one bias, and its unit's z rises in all six rows."""
    changed = {"network.layers.0.biases": [0.25] + [0.0] * 7}
    sums = []
    for overrides in (None, changed):
        simulator = Simulator(load("matrix-shapes", variant=SIX, overrides=overrides))
        column = []
        for sample in range(6):
            simulator.seek(iteration=0)
            simulator.sample = sample
            column.append(simulator.step().value)
        sums.append(np.array(column))
    assert sums[1] - sums[0] == pytest.approx([0.25] * 6)


def test_softmax_makes_each_row_sum_to_1(batch):
    simulator, _ = batch
    assert simulator.outputs().sum(axis=1) == pytest.approx([1.0] * 6, abs=1e-15)


def test_it_learns_its_six_flowers(batch):
    simulator, _ = batch
    simulator.run()
    assert simulator.accuracy() == 1


@pytest.mark.parametrize(
    ("overrides", "key", "found", "wanted"),
    [
        ({"network.layers.1.weights": [[1, 2], [3, 4]]}, "network.layers.1.weights", "2×2", "8×8"),
        (
            {"network.layers.0": {"units": 8, "activation": "relu", "weights": [[0.0] * 4] * 8}},
            "network.layers.0.weights",
            "8×4",
            "4×8",
        ),
        ({"network.layers.2.weights": [[0.0] * 8] * 3}, "network.layers.2.weights", "3×8", "8×3"),
        ({"network.layers.0.biases": [0.0] * 4}, "network.layers.0.biases", "4 numbers", "8 units"),
        ({"network.inputs": 5}, "network.inputs", "5 inputs", "4 columns"),
        ({"network.layers.2.units": 2}, "network.layers.2.units", "2 units", "3 columns"),
    ],
)
def test_a_mismatch_is_refused_with_both_shapes(overrides, key, found, wanted):
    with pytest.raises(ScenarioError) as caught:
        load("matrix-shapes", overrides=overrides)
    assert caught.value.key == key
    assert found in str(caught.value)
    assert wanted in str(caught.value)
    assert caught.value.remedy
