"""Linear layers fall into one matrix, which is a number for a number the product of theirs."""

import numpy as np
import pytest

from dlsim.engine import Simulator, load
from dlsim.engine.kinds.network.product import ENTRY, THROUGH
from dlsim.engine.quantity import Ref


@pytest.mark.parametrize("done", [0, 1, 40])
@pytest.mark.parametrize("variant", [None, "one layer", "single numbers"])
def test_the_one_matrix_is_the_product_of_all_and_does_what_they_do(variant, done):
    run = Simulator(load("linear-collapse", variant=variant))
    run.seek(iteration=done)
    product = np.eye(run.parameters[0][0].shape[0])
    for weights, _ in run.parameters:
        product = product @ weights
    snapshot, last = run.snapshot(), len(run.parameters)
    for (row, unit), entry in np.ndenumerate(product):
        told = snapshot.explain(Ref(ENTRY, last, (row, unit)))
        assert told.value == pytest.approx(entry)
        assert told.symbol == f"K[{last}][{row + 1},{unit + 1}]"
    outputs = run.outputs()
    for sample in range(len(outputs)):
        run.sample = sample
        assert run.snapshot().value(Ref(THROUGH, 0, (0,))) == pytest.approx(outputs[sample][0], abs=1e-12)


def test_of_the_scenario_the_two_numbers_are_those_of_its_lesson():
    snapshot = Simulator(load("linear-collapse")).snapshot()
    assert [snapshot.value(Ref(ENTRY, 3, (row, 0))) for row in (0, 1)] == [0.375, 0.75]


def test_of_single_numbers_k_is_written_as_the_notes_have_it():
    snapshot = Simulator(load("linear-collapse", variant="single numbers")).snapshot()
    told = snapshot.explain(Ref(ENTRY, 3, (0, 0)))
    assert "".join(told.symbols()) == "W1·W2·W3"
    assert "".join(told.numbers(8)) == "2·0.5·1.5"
    assert told.value == 1.5


def test_with_an_activation_between_or_with_biases_there_is_no_such_matrix():
    for name, variant in (("linear-collapse", "relu between"), ("backprop-2-2-2", None)):
        listed = {ref.quantity for ref in Simulator(load(name, variant=variant)).snapshot().tape.besides()}
        assert not {ENTRY, THROUGH} & listed
    assert ENTRY in {ref.quantity for ref in Simulator(load("linear-collapse")).snapshot().tape.besides()}
