"""The mean loss over data, kept back or not, as a number that says which samples it is made of."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks import layer, scenario
from support.numbers import ref_to

from dlsim.engine import Simulator, load

HELD, ALL = ref_to("loss:validation:read"), ref_to("loss:training")


@pytest.fixture(scope="module")
def held():
    simulator = Simulator(load("over-and-underfitting"))
    simulator.run(iterations=3)
    return simulator


def test_the_validation_loss_is_to_the_last_bit_the_one_of_the_curve(held):
    snapshot = held.snapshot()
    assert snapshot.value(HELD) == snapshot.curves["validation"].values[-1]
    assert snapshot.symbol(HELD) == "lossᵥ"


def test_the_loss_over_all_the_training_data_is_the_one_at_the_weights_of_the_moment(held):
    assert held.snapshot().value(ALL) == held.loss()


def test_it_is_the_mean_of_what_each_sample_costs_by_itself(held):
    snapshot = held.snapshot()
    terms = snapshot.explain(HELD).operands
    assert [term.index[0] for term in terms] == list(range(30))
    assert np.mean([snapshot.value(term) for term in terms]) == pytest.approx(snapshot.value(HELD), abs=1e-15)
    first = snapshot.explain(terms[0])
    assert (first.symbol, first.formula) == ("Eᵥ₁", "E_o1ᵥ₁")
    assert snapshot.explain(first.operands[0]).formula == "−(t1ᵥ₁·ln o1ᵥ₁ + (1 − t1ᵥ₁)·ln(1 − o1ᵥ₁))"


def test_it_leads_down_to_the_weights_the_iteration_began_with_and_to_what_is_kept_back(held):
    snapshot, seen, asked = held.snapshot(), set(), {HELD}
    while asked:
        seen |= {ref.quantity.name for ref in asked}
        made_of = [snapshot.explain(ref).operands for ref in asked]
        asked = {ref for refs in made_of for ref in (*refs[:1], *refs[-2:])}
    assert {"pass_E", "pass_E_o", "held_t", "pass_a", "pass_z", "W", "b", "held_x"} == seen - {"loss"}


def test_of_several_outputs_each_has_its_share():
    inputs, targets = [[1.0, 2.0], [0.5, -1.0]], [[0.0, 1.0], [1.0, 0.0]]
    case = scenario([layer(2, "tanh", [[0.5, -1.0], [0.25, 2.0]])], inputs, targets, loss="mse")
    snapshot = Simulator(case).snapshot()
    answers = np.tanh(np.array(inputs) @ [[0.5, -1.0], [0.25, 2.0]])
    assert snapshot.value(ALL) == pytest.approx(((answers - targets) ** 2).mean(), abs=1e-15)
    assert snapshot.explain(ref_to("pass_E:training", 0, (1,))).formula == "E_o1₂ + E_o2₂"


def test_without_a_loss_or_data_there_is_no_such_number():
    assert not Simulator(load("and")).snapshot().knows(ALL)
    assert not Simulator(load("xor-train")).snapshot().knows(HELD)
