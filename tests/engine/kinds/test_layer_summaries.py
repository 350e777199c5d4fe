"""Numbers about a whole layer say what they are made of, and are what plain NumPy makes of those numbers."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks import layer, scenario
from support.numbers import ref_to
from support.scenarios import each_scenario

from dlsim.engine import Simulator, load

NAMES = ("xor-train", "vanishing-gradient", "dying-relu", "batch-modes", "matrix-shapes")


def whole(name, iterations=2):
    simulator = Simulator(load(name))
    simulator.run(iterations=iterations)
    return simulator.snapshot()


def layers_of(snapshot):
    return range(1, len(snapshot.tape.structure.layers) + 1)


def numbers(snapshot, ref):
    """The operands' numbers, each operand as often as the formula has it."""
    return np.array([snapshot.value(operand) for operand in snapshot.explain(ref).operands])


@each_scenario(names=NAMES, besides=["vanishing-gradient"])
def test_what_gradients_come_to_is_the_mean_of_all_that_they_are_made_of(name):
    snapshot = whole(name)
    for number in layers_of(snapshot):
        arrays = snapshot.tape.batch.layers[number - 1]
        gradient = ref_to("mean_size:dE_dW", number)
        assert snapshot.value(gradient) == pytest.approx(np.abs(arrays.dE_dW).mean())
        assert snapshot.value(gradient) == pytest.approx(np.abs(numbers(snapshot, gradient)).mean())
        delta = ref_to("mean_size:dE_dz", number)
        assert snapshot.value(delta) == pytest.approx(np.abs(arrays.dE_dz).mean())
        for ref in (delta, *(one for one in snapshot.explain(delta).operands if one.quantity.key == "unit_size:dE_dz")):
            assert snapshot.value(ref) == pytest.approx(np.abs(numbers(snapshot, ref)).mean())


def test_the_errors_of_other_samples_bear_their_numbers():
    snapshot = whole("xor-train")
    told = snapshot.explain(ref_to("unit_size:dE_dz", 1, (1,)))
    assert told.symbol == "mean |∂E/∂z2|"
    assert told.formula == "1/4·(|∂E₁/∂z2| + |∂E₂/∂z2| + |∂E₃/∂z2| + |∂E₄/∂z2|)"
    assert "(-" not in told.substituted


def test_slopes_are_multiplied_from_the_output_down():
    snapshot = whole("vanishing-gradient")
    product = ref_to("slopes", 2)
    assert snapshot.value(product) == pytest.approx(numbers(snapshot, product).prod())
    assert len(snapshot.explain(product).operands) == len(layers_of(snapshot)) - 1


@pytest.mark.parametrize("of", ["W", "dE_dW"])
@each_scenario(names=NAMES, besides=["vanishing-gradient"])
def test_a_spread_is_told_by_its_mean_its_deviation_and_its_largest_number(name, of):
    snapshot = whole(name)
    for number in layers_of(snapshot):
        weights, _ = snapshot.tape.present_layers[number - 1]
        plain = weights if of == "W" else snapshot.tape.batch.layers[number - 1].dE_dW
        assert snapshot.value(ref_to(f"average:{of}", number)) == pytest.approx(plain.mean())
        assert snapshot.value(ref_to(f"deviation:{of}", number)) == pytest.approx(plain.std())
        assert snapshot.value(ref_to(f"largest:{of}", number)) == np.abs(plain).max()
        assert snapshot.value(ref_to(f"numbers:{of}", number)) == plain.size
        assert np.abs(numbers(snapshot, ref_to(f"largest:{of}", number))).max() == np.abs(plain).max()
        average = ref_to(f"average:{of}", number)
        assert average in snapshot.explain(ref_to(f"deviation:{of}", number)).operands
    largest = [snapshot.value(ref_to(f"largest:{of}", number)) for number in layers_of(snapshot)]
    assert snapshot.value(ref_to(f"largest:{of}", 0, (1,))) == max(largest)


@pytest.mark.parametrize("bins", [1, 5, 41])
@each_scenario(names=NAMES, besides=["vanishing-gradient"])
def test_a_column_counts_the_numbers_between_its_ends_those_first(name, bins):
    snapshot = whole(name)
    limit = snapshot.value(ref_to("largest:W", 0, (1,)))
    for number in layers_of(snapshot):
        weights, _ = snapshot.tape.present_layers[number - 1]
        counts, edges = np.histogram(weights, bins=bins, range=(-limit, limit))
        for column in range(bins):
            ref = ref_to("column:W", number, (bins, column, 1))
            assert snapshot.value(ref) == counts[column]
            told = numbers(snapshot, ref)
            is_in = (edges[column] <= told) & ((told < edges[column + 1]) | (column == bins - 1))
            assert is_in.sum() == counts[column]
            assert is_in[: counts[column]].all()


def test_a_dead_unit_is_one_whose_slope_is_zero_for_every_sample():
    layers = [layer(3, "relu", [[1.0, -1.0, 1.0]], biases=[0.0, 0.0, -1.5]), layer(1)]
    snapshot = Simulator(scenario(layers, [[1.0], [2.0]], [[0.5]] * 2)).snapshot()
    assert [snapshot.tape.value(ref_to("is_dead", 1, (unit,)), 0) for unit in range(3)] == [0, 1, 0]
    assert snapshot.tape.value(ref_to("dead", 1), 0) == 1
    assert snapshot.symbol(ref_to("is_dead", 1, (2,))) == "dead(h3)"
    told = snapshot.explain(ref_to("is_dead", 1, (2,)))
    assert told.formula == "[∂h3/∂z3₂ = 0] · [∂h3/∂z3₁ = 0]"
    assert told.substituted == "[1 = 0] · [0 = 0]"
    slope = snapshot.explain(told.operands[0])
    assert slope.formula == "(1 if z3 > 0 else 0)"
    assert slope.substituted == "(1 if 0.5 > 0 else 0)"


def test_a_saturated_unit_is_one_that_is_flat_for_every_sample():
    case = scenario([layer(2, "sigmoid", [[-8.0, 1.0]])], [[1.0], [2.0]], loss=None)
    snapshot = Simulator(case).snapshot()
    assert snapshot.tape.value(ref_to("saturated", 1), 0) == 1
    assert snapshot.explain(ref_to("saturated", 1)).formula == "saturated(o1) + saturated(o2)"
    assert snapshot.explain(ref_to("is_saturated", 1, (0,))).formula == "[∂o1/∂z1₁ < 0.025] · [∂o1/∂z1₂ < 0.025]"
    assert snapshot.explain(ref_to("dead", 1)).formula == "0"


def test_nothing_is_told_before_all_that_it_is_made_of_is_known():
    simulator = Simulator(load("xor-train"))
    seen = []
    for _ in simulator.program:
        simulator.step("op")
        snapshot = simulator.snapshot()
        last = snapshot.is_shown(ref_to("dE_dW", 2, (1, 0)))
        assert (
            snapshot.is_shown(ref_to("mean_size:dE_dW", 2))
            == last
            == snapshot.is_shown(ref_to("largest:dE_dW", 0, (2,)))
        )
        assert snapshot.is_shown(ref_to("largest:dE_dW", 0, (1,))) == snapshot.is_shown(ref_to("mean_size:dE_dW", 1))
        assert snapshot.is_shown(ref_to("dead", 2)) == snapshot.is_shown(ref_to("a", 2, (0,)))
        assert snapshot.is_shown(ref_to("deviation:W", 1))
        seen.append(last)
    assert not seen[0]
    assert seen[-1]


def test_a_layer_with_very_many_numbers_tells_of_enough_of_them():
    case = scenario([layer(300, "relu"), layer(100, "relu")], np.ones((2, 50)), loss=None)
    snapshot = Simulator(case).snapshot()
    told = snapshot.explain(ref_to("deviation:W", 2))
    assert 1000 < len(told.operands) < 1100
    assert told.value == pytest.approx(snapshot.tape.present_layers[1][0].std())


@each_scenario(names=[*NAMES, "over-and-underfitting"], besides=["vanishing-gradient"])
def test_sizes_and_counts_of_parameters_follow_from_each_other(name):
    snapshot = whole(name, 1)
    structure, total = snapshot.tape.structure, 0
    for number in layers_of(snapshot):
        weights, biases = snapshot.tape.present_layers[number - 1]
        parameters = weights.size + (0 if biases is None else biases.size)
        total += parameters
        assert snapshot.value(ref_to("parameters", number)) == parameters
        shape = [snapshot.value(ref_to(f"{side}:W", number)) for side in ("rows", "columns")]
        assert shape == list(weights.shape)
        assert snapshot.value(ref_to("rows:Z", number)) == len(snapshot.tape.rows)
        assert snapshot.value(ref_to("columns:Z", number)) == structure.layer(number).units
        assert snapshot.knows(ref_to("columns:b", number)) == (biases is not None)
        for ref in (ref_to("rows:W", number), ref_to("columns:Z", number), ref_to("rows:Z", number)):
            (source,) = snapshot.explain(ref).operands
            assert snapshot.value(source) == snapshot.value(ref)
    assert snapshot.value(ref_to("parameters")) == total == structure.parameters
    assert snapshot.explain(ref_to("rows:W", 1)).formula == "columns(X)"
    assert not snapshot.explain(ref_to("rows:X", 1)).formula
    for number in range(2, len(structure.layers) + 1):
        assert snapshot.explain(ref_to("rows:X", number)).formula == f"rows(Z[{number - 1}])"
        assert snapshot.explain(ref_to("columns:X", number)).formula == f"columns(Z[{number - 1}])"


def test_another_samples_error_is_explained_with_that_ones_numbers():
    snapshot = whole("xor-train")
    told = snapshot.explain(ref_to("E", sample=2))
    assert told.symbol == "E₃"
    assert [snapshot.value(operand) for operand in told.operands] == [told.value]
    assert told.value == snapshot.tape.batch.E[2]
