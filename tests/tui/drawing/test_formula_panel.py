"""The formula panel: equals signs below each other, functions opened up, what an update has done."""

import re

import pytest
from rich.cells import cell_len

from dlsim.engine import Simulator, load
from dlsim.engine.scenario.load import load_tables
from dlsim.tui.drawing.formula import panel_lines, panel_parts
from dlsim.tui.session.selection import Selection
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.words import words

SAY = words()
SIZES = {"80x24": (80, 10), "100x30": (48, 13), "120x40": (55, 17), "200x60": (95, 32)}
"""What the panel has inside on screens of these sizes."""


def lines_of(simulator, size, selection=None):
    """The panel's lines as text, its foot left out."""
    cells, height = SIZES[size]
    parts, foot = panel_parts(SAY, simulator.snapshot(), CAPS, cells, 8, selection or Selection(), ())
    return ["".join(text for text, _ in line) for line in panel_lines(parts, foot, height)[:-1]]


def columns_of_equals(lines):
    """Of each equation, the columns of the equals signs that its lines begin with: `z1 = …` and below it `= …`."""
    found = []
    for line in lines:
        if match := re.match(r" *(?:where )?\S+( ?)= ", line):
            if match[1]:
                found.append([])
        elif not (match := re.match(r" *= ", line)):
            match = re.match(r"[ ─]*─ = ", line)
            if match:
                found.append([])
        if match and found:
            found[-1].append(cell_len(line[: match.end()]))
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["backprop-2-2-2", "matrix-shapes"])
def test_equals_signs_stand_below_each_other_at_every_step(name, size):
    simulator = Simulator(load(name))
    equations = 0
    for _ in range(min(simulator.program.values, 120)):
        event = simulator.step()
        for columns in columns_of_equals(lines_of(simulator, size)):
            equations += 1
            assert len(set(columns)) == 1, (event.symbol, lines_of(simulator, size))
    assert equations > 40


@pytest.mark.parametrize("size", SIZES)
def test_what_a_sigmoid_does_is_written_out_with_its_numbers(size):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.seek(cursor=3)
    lines = [line.strip() for line in lines_of(simulator, size)]
    assert lines[2:6] == ["h1 = sigmoid(z1)", "= 1/(1 + e^(−0.08))", "= 1/(1 + 0.92311635)", "= 0.51998934"]


@pytest.mark.parametrize("size", SIZES)
def test_an_update_tells_each_old_and_new_weight_and_whether_it_has_helped(size):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    text = " ".join(" ".join(lines_of(simulator, size)).split())
    assert "W1 0.3 → 0.29959556 W2 0.25 → 0.24919112" in text
    assert "W7 0.7 → 0.69629578 W8 0.6 → 0.59624247" in text
    assert "E 0.02397190 → 0.02323634 (−3.1 %). Did it help? Yes: E is smaller." in text


@pytest.mark.parametrize("size", SIZES)
def test_an_update_of_more_weights_than_there_is_room_for_cuts_none_of_them(size):
    first = [[0.15, -0.25, 0.4], [12.3456, 0.35, -0.05], [0.1111, -0.2222, 0.3333]]
    layers = [
        {"units": 3, "activation": "relu", "weights": first, "biases": [0.1, -0.2, 0.3]},
        {"units": 2, "activation": "softmax", "weights": [[0.4, -0.4], [-0.5, 0.55], [0.0512, -1.25]]},
    ]
    data = {"inputs": [[0.1, 0.2, 0.3], [1, 0, -1]], "targets": [[1, 0], [0, 1]]}
    tables = {"schema": 1, "title": "Many weights", "network": {"inputs": 3, "layers": layers}, "data": data}
    simulator = Simulator(load_tables({**tables, "training": {"loss": "categorical_crossentropy"}}))
    simulator.step("iteration")
    lines = [line.rstrip() for line in lines_of(simulator, size)]
    assert any("→" in line for line in lines)
    assert not [line for line in lines if re.search(r"\d…|… …|→ +…", line)]


@pytest.mark.parametrize("size", SIZES)
def test_the_next_error_says_whether_the_update_before_has_helped(size):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.seek(iteration=1, cursor=11)
    text = " ".join(" ".join(lines_of(simulator, size)).split())
    assert "E 0.02397190 → 0.02323634 (−3.1 %). Did it help? Yes: E is smaller." in text


@pytest.mark.parametrize(
    ("name", "overrides", "helped"),
    [
        ("backprop-2-2-2", {"training.optimizer.learning_rate": 1000.0}, "Did it help? No: E is larger."),
        ("xor-train", {}, "mean E"),
        ("backprop-2-2-2", {"training.optimizer.learning_rate": 1e-9}, "Did it help? E is practically unchanged."),
        ("optimizers", {}, "Did it help? Yes: f is smaller."),
        ("feedforward-or-recurrent", {}, "Did it help? Yes: mean E is smaller."),
        ("xor-single", {}, "Did it help?"),
    ],
)
def test_every_kind_that_learns_says_whether_an_update_has_helped(name, overrides, helped):
    simulator = Simulator(load(name, overrides=overrides))
    simulator.step("iteration")
    before, after = simulator.losses[0], None
    text = " ".join(" ".join(lines_of(simulator, "200x60")).split())
    assert helped in text
    simulator.step("iteration")
    after = simulator.losses[1]
    if not simulator.snapshot().is_part:
        assert f"{before:.8f} → {after:.8f}" in text


def test_of_another_batch_nothing_is_said_to_have_helped():
    simulator = Simulator(load("batch-modes", variant="mini-batch"))
    simulator.step("iteration")
    assert "Did it help?" in " ".join(lines_of(simulator, "200x60"))  # on the batch that it was made of
    while simulator.step().op != "E":
        pass
    assert "Did it help?" not in " ".join(lines_of(simulator, "200x60"))


def test_after_an_edit_the_update_is_not_what_has_helped():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    simulator.edit(numbers={"W5": 5.0})
    while simulator.step().op != "E":
        pass
    assert "Did it help?" not in " ".join(lines_of(simulator, "200x60"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("symbol", ["∂E/∂W5", "∂E_o1/∂h1"])
def test_a_chain_says_which_key_walks_it(symbol, size):
    simulator = Simulator(load("backprop-2-2-2"))
    while simulator.step().symbol != symbol:
        pass
    hint = SAY("why.chain", enter=CAPS["select.enter"])
    text = " ".join(" ".join(lines_of(simulator, size)).split())
    assert hint in text
