"""`dlsim trace`."""

import pytest

KEYS = ["iteration", "phase", "layer", "sample", "symbol", "value", "formula", "substituted"]


def test_the_first_line_of_the_worked_example_is_z1(dlsim):
    first = dlsim("trace", "backprop-2-2-2", "--json").lines[0]
    assert list(first) == KEYS
    value = first.pop("value")
    assert value == pytest.approx(0.08, abs=1e-15)
    assert first == {
        "iteration": 1,
        "phase": "forward",
        "layer": 1,
        "sample": 1,
        "symbol": "z1",
        "formula": "W1·x1 + W2·x2",
        "substituted": "0.3·0.1 + 0.25·0.2",
    }


def test_an_iteration_of_the_worked_example_is_48_values_in_the_order_of_the_notes(dlsim):
    lines = dlsim("trace", "backprop-2-2-2", "--json").lines
    assert len(lines) == 48
    assert [line["symbol"] for line in lines[:19]] == [
        "z1", "z2", "h1", "h2", "z3", "z4", "o1", "o2", "E_o1", "E_o2", "E",
        "∂E/∂o1", "∂E/∂o2", "∂o1/∂z3", "∂o2/∂z4", "∂z3/∂W5", "∂z3/∂W6", "∂z4/∂W7", "∂z4/∂W8",
    ]  # fmt: skip
    assert list(dict.fromkeys(line["phase"] for line in lines)) == ["forward", "loss", "backward", "update"]
    assert all(isinstance(line["value"], float) for line in lines)


def test_iterations_follow_each_other_and_none_means_no_line(dlsim):
    lines = dlsim("trace", "backprop-2-2-2", "--iterations", 3, "--json").lines
    assert [line["iteration"] for line in lines] == [1] * 48 + [2] * 48 + [3] * 48
    assert dlsim("trace", "backprop-2-2-2", "--iterations", 0, "--json").out == ""


def test_by_op_a_value_is_an_array(dlsim):
    lines = dlsim("trace", "backprop-2-2-2", "--by", "op", "--json").lines
    assert lines[0]["value"] == pytest.approx([0.08, 0.11])
    assert all(isinstance(line["value"], list) for line in lines)
    assert len(lines) < 48


def test_another_sample_of_the_batch_is_traced_by_number(dlsim):
    lines = dlsim("trace", "xor-mlp", "--sample", 3, "--json").lines
    assert {line["sample"] for line in lines} == {3}
    assert lines[-1]["symbol"] == "o1"
    assert lines[-1]["value"] == 1.0


def test_all_samples_come_op_by_op_and_what_is_the_batchs_comes_once(dlsim):
    by_op = dlsim("trace", "xor-train", "--by", "op", "--sample", "all", "--json").lines
    assert [line["sample"] for line in by_op[:8]] == [1, 2, 3, 4, 1, 2, 3, 4]
    by_value = dlsim("trace", "xor-train", "--sample", "all", "--json").lines
    ones = {}
    for line in by_value:
        ones.setdefault((line["symbol"], line["sample"]), []).append(line["value"])
    assert all(len(values) == 1 for values in ones.values())
    assert {sample for symbol, sample in ones if symbol == "z1"} == {1, 2, 3, 4}
    assert {sample for symbol, sample in ones if symbol == "∂E/∂W1"} == {None}


@pytest.mark.parametrize("grain", ["value", "op"])
def test_one_sample_of_all_reads_as_that_sample_alone(dlsim, grain):
    everyone = dlsim("trace", "xor-train", "--by", grain, "--sample", "all", "--iterations", 2, "--json").lines
    alone = dlsim("trace", "xor-train", "--by", grain, "--sample", 2, "--iterations", 2, "--json").lines
    assert [line for line in everyone if line["sample"] == 2] == [line for line in alone if line["sample"] == 2]


def test_in_small_batches_a_line_says_which_row_of_the_training_data_it_is(dlsim):
    lines = dlsim(
        "trace", "xor-train", "--set", "training.batch_size=3", "--iterations", 2, "--sample", "all", "--json"
    ).lines
    rows = {iteration: {line["sample"] for line in lines if line["iteration"] == iteration} for iteration in (1, 2)}
    assert rows == {1: {1, 2, 3, None}, 2: {4, None}}


def test_a_scenario_without_training_is_traced_once(dlsim):
    answer = dlsim("trace", "and", "--iterations", 5, "--json")
    assert answer.status == 0
    assert [line["symbol"] for line in answer.lines] == ["z1", "o1"]


@pytest.mark.parametrize("sample", [0, 5, "none", -1])
def test_a_sample_that_is_not_in_the_batch_is_refused(dlsim, sample):
    dlsim("trace", "and", "--sample", sample).assert_refused("sample")


@pytest.mark.parametrize("grain", ["value", "op"])
@pytest.mark.parametrize("sample", ["1", "2", "all"])
def test_the_line_of_a_number_that_is_not_finite_is_the_last(dlsim, scenario_file, grain, sample):
    file = scenario_file(
        data="[data]\ninputs = [[1.0], [1e308]]\ntargets = [[0.0], [0.0]]\n",
        layers='{ units = 1, activation = "linear", weights = [[10.0]] }',
    )
    answer = dlsim("trace", file, "--by", grain, "--sample", sample, "--json")
    assert answer.status == 1
    last = answer.lines[-1]
    assert (last["symbol"].split()[0], last["sample"]) == ("z1", 2)
    assert last["value"] is None if grain == "value" else last["value"] == [None]
    assert "z1 is inf" in answer.err


def test_for_people_a_line_holds_symbol_formula_numbers_and_result(dlsim):
    first = dlsim("trace", "backprop-2-2-2").out.splitlines()[0]
    assert "z1 = W1·x1 + W2·x2 = 0.3·0.1 + 0.25·0.2 = 0.08000000" in first


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("backprop-2-2-2",), "W7 ← 0.69629578, W8 ← 0.59624247"),
        (("backprop-2-2-2", "--by", "op"), "W ← W⁺"),
        (("optimizers", "--variant", "Adam"), "x ← -6.70000136, y ← 1.70000024"),
    ],
)
def test_the_update_says_what_takes_its_place_and_nothing_twice(dlsim, arguments, line):
    last = dlsim("trace", *arguments).out.splitlines()[-1]
    assert last.endswith(line)
    assert last.count("W8 ←") <= 1


def test_of_a_whole_op_the_shapes_stand_apart_from_the_equation(dlsim):
    first = dlsim("trace", "backprop-2-2-2", "--by", "op").out.splitlines()[0]
    assert first.endswith("Z[1] = X·W[1] = [0.08000000, 0.11000000]; shapes (1×2)·(2×2) = (1×2)")


def test_a_formula_of_its_own_stands_without_brackets_around_it(dlsim):
    out = dlsim("trace", "logistic-and").out
    assert "∂E/∂z1 = o1 − t1 = 0.5 − 0 = 0.50000000" in out


def test_a_setting_of_an_activation_is_written_with_its_own_symbol_and_its_number(dlsim):
    beta = 'network.layers.0.activation={name="swish", beta=1.5}'
    lines = {line["symbol"]: line for line in dlsim("trace", "backprop-2-2-2", "--set", beta, "--json").lines}
    assert (lines["h1"]["formula"], lines["h1"]["substituted"]) == (
        "z1·sigmoid(β·z1)",
        "0.08/(1 + e^(−1.5·0.08)) = 0.08/(1 + 0.88692044)",
    )
    assert lines["∂h1/∂z1"]["formula"] == "sigmoid(β·z1) + β·h1·(1 − sigmoid(β·z1))"
    assert lines["∂h1/∂z1"]["substituted"].startswith("1/(1 + e^(−1.5·0.08)) + 1.5·0.042")


def test_what_a_sigmoid_makes_of_its_z_can_be_followed_by_hand(dlsim):
    lines = dlsim("trace", "backprop-2-2-2").out.splitlines()
    assert lines[2].endswith("h1 = sigmoid(z1) = 1/(1 + e^(−0.08)) = 1/(1 + 0.92311635) = 0.51998934")
    event = dlsim("trace", "backprop-2-2-2", "--json").lines[2]
    assert (event["formula"], event["substituted"]) == ("sigmoid(z1)", "1/(1 + e^(−0.08)) = 1/(1 + 0.92311635)")


SCORES = """
schema = 1
title = "Softmax of a thousand"
summary = "Scores that are far apart."
[network]
inputs = 3
layers = [{ units = 3, activation = "softmax", bias = false, weights = [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }]
[data]
inputs = [[-1000, 0, 1000]]
targets = [[1, 0, 0]]
[training]
loss = "categorical_crossentropy"
optimizer = "sgd"
"""


def test_the_loss_of_an_answer_that_is_0_is_told_from_z_and_not_from_a_logarithm_of_0(dlsim, tmp_path):
    file = tmp_path / "scores.toml"
    file.write_text(SCORES, encoding="utf-8")
    told = {line["symbol"]: line for line in dlsim("trace", file, "--json").lines}["E_o1"]
    assert told["value"] == 2000.0
    assert told["formula"] == "−t1·ln o1 = −t1·(z1 − z3 − ln(e^(z1 − z3) + e^(z2 − z3) + e^(z3 − z3)))"
    lines = told["substituted"].split(" = ")
    assert lines[0] == "−1·(-1000 − 1000 − ln(e^(-1000 − 1000) + e^(0 − 1000) + e^(1000 − 1000)))"
    assert lines[-1] == "−1·(-2000 − 0)"
    assert "ln 0" not in told["substituted"]


def test_a_mean_of_squares_over_several_outputs_is_told_as_that(dlsim):
    lines = dlsim("trace", "backprop-2-2-2", "--set", 'training.loss="mse"', "--json").lines
    told = {line["symbol"]: line for line in lines}["E"]
    assert told["formula"] == "E_o1 + E_o2 = ((t1 − o1)² + (t2 − o2)²)/2"
    assert told["substituted"] == ("((0.4 − 0.60944600)² + (0.6 − 0.66384491)²)/2 = (0.04386763 + 0.00407617)/2")
