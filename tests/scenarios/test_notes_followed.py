"""Section 3.4 followed as the notes go: each figure that they print is met in their order, under their symbol.

The notes write E_total for E and α for η. Every step of the forward pass is a step of the run; from a gradient one goes
on to what it is made of, operand by operand, as `enter` does on screen and `why` in the walk.
"""

import json
from pathlib import Path

import pytest

from dlsim.engine import Simulator, load
from dlsim.engine.numbers import fixed

PRINTED = json.loads(Path(__file__).with_name("worked_example.json").read_text(encoding="utf-8"))
FORWARD, NEW, AGAIN = (
    [(symbol, f"{figure:.8f}") for symbol, figure in PRINTED[part].items()] for part in ("before", "updated", "after")
)
NEW_OF_THE_HIDDEN, NEW_OF_THE_OUTPUT = NEW[:4], NEW[4:]

FROM_W5 = [
    ("∂E/∂W5", "0.02592286"),
    ("∂E/∂o1", "0.20944600"),
    ("∂o1/∂z3", "0.23802157"),
    ("∂z3/∂W5", "0.51998934"),
]
FROM_W1 = [
    ("∂E/∂W1", "0.00080888"),
    ("∂E/∂h1", "0.03240681"),
    ("∂E_o1/∂h1", "0.02243370"),
    ("∂E_o1/∂z3", "0.04985267"),
    ("∂E_o1/∂o1", "0.20944600"),
    ("∂o1/∂z3", "0.23802157"),
    ("∂z3/∂h1", "0.45000000"),
    ("∂E_o2/∂h1", "0.00997311"),
    ("∂E_o2/∂z4", "0.01424730"),
    ("∂E_o2/∂o2", "0.06384491"),
    ("∂o2/∂z4", "0.22315485"),
    ("∂z4/∂h1", "0.70000000"),
    ("∂h1/∂z1", "0.24960043"),
    ("∂z1/∂W1", "0.10000000"),
]


@pytest.fixture
def simulator():
    return Simulator(load("backprop-2-2-2"))


def stepped(simulator, count):
    return [(event.symbol, fixed(event.value)) for event in (simulator.step() for _ in range(count))]


def followed(simulator, symbol):
    """A number, then each operand of it that is a derivative, followed in turn."""
    snapshot = simulator.snapshot()
    found, asked = [], [simulator.model.find(symbol)]
    while asked:
        told = snapshot.explain(asked.pop(0))
        assert snapshot.is_shown(told.ref)
        found.append((told.symbol, fixed(told.value)))
        asked[:0] = [ref for ref in told.operands if snapshot.symbol(ref).startswith("∂")]
    return found


def test_the_figures_of_the_forward_pass_are_met_step_by_step(simulator):
    assert stepped(simulator, len(FORWARD)) == FORWARD


@pytest.mark.parametrize(("figures", "new"), [(FROM_W5, NEW_OF_THE_OUTPUT), (FROM_W1, NEW_OF_THE_HIDDEN)])
def test_a_chain_of_the_notes_is_met_from_its_gradient_on_without_a_step_between(simulator, figures, new):
    while simulator.step().symbol != figures[0][0]:
        pass
    assert followed(simulator, figures[0][0]) == figures
    steps = stepped(simulator, 48 - simulator.position.cursor)
    assert [step for step in steps if step in new] == new


def test_the_figures_of_the_second_forward_pass_are_met_step_by_step(simulator):
    simulator.step("iteration")
    assert stepped(simulator, len(AGAIN)) == AGAIN


def test_the_program_is_still_48_values(simulator):
    assert simulator.program.values == 48


@pytest.mark.parametrize("symbol", ["∂E_o1/∂o1", "∂E_o1/∂z3", "∂z3/∂h1", "∂E_o2/∂z4", "∂z4/∂h2", "E⁺", "E+"])
def test_what_the_notes_write_is_found_by_its_symbol(simulator, symbol):
    found = simulator.model.find(symbol)
    assert simulator.model.tape.symbol(found) == symbol.replace("+", "⁺")


def test_a_way_back_is_written_as_the_notes_write_it(simulator):
    simulator.step("iteration")
    told = simulator.snapshot().explain(simulator.model.find("∂E_o1/∂h1"))
    assert told.formula == "∂E_o1/∂z3·∂z3/∂h1 = ∂E_o1/∂o1·∂o1/∂z3·∂z3/∂h1"
    assert told.substituted == "0.20944600·0.23802157·0.45"


def test_an_output_whose_error_others_change_too_has_none_of_its_own():
    shares = Simulator(load("matrix-shapes")).model
    assert shares.find("∂E_o1/∂o1") is None
    assert shares.find("∂E_o1/∂z17") is None
    together = Simulator(load("backprop-2-2-2", overrides={"training.loss": "binary_crossentropy"})).model
    assert together.find("∂E_o1/∂o1") is None  # sigmoid and cross-entropy are taken as one
    assert together.tape.symbol(together.find("∂E_o1/∂z3")) == "∂E_o1/∂z3"
