"""`dlsim walk`: the same stepping in lines of text, as a screen reader, a dumb terminal or a script meets it."""

import io
import os
import re
import signal
import subprocess
import tomllib

import pytest
from support.scenarios import FORWARD_ONLY, each_scenario, thinned

from dlsim.cli.walk import Walker
from dlsim.cli.walk_text import Spoken, read_changes, read_number
from dlsim.engine import Simulator, WrongKindError, load
from dlsim.engine.breakpoints import parse_breakpoint
from dlsim.tui.drawing.pictures.catalogue import pictures_of
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.session.session import Session
from dlsim.tui.words import words

SCENARIO = "backprop-2-2-2"
ARROWS = """
schema = 1
title = "Mine"
lesson = "`←` takes them back, `→` goes on; p ← p − 1 and from 1 → 2."
[network]
inputs = 1
layers = [{ units = 1, activation = "step", weights = [[0.5]] }]
[data]
inputs = [[1.0]]
"""


@pytest.fixture
def walk(dlsim, monkeypatch):
    """A function: (scenario, lines typed, options) → the answers, line by line, one list a command."""

    def call(scenario, *typed, options=()):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        answer = dlsim("walk", scenario, *options)
        assert (answer.status, answer.err) == (0, "")
        return [part.splitlines() for part in re.split(r"^>.*\n", answer.out, flags=re.MULTILINE)]

    return call


def test_that_answers_are_right_is_said_of_classes_alone(walk):
    _, numbers, refused, *_ = walk(SCENARIO, "loss", "until accuracy = 1")
    assert numbers == ["Over the whole training set the loss is 0.02397190."]
    assert refused[0].startswith("accuracy needs targets that are classes: 0 and 1, -1 and 1, or one 1 a row;")
    _, classes, *_ = walk("xor-train", "loss")
    assert classes[1] == "75 % of the samples are answered correctly."


def test_a_step_says_question_formula_numbers_result_and_meaning(walk):
    _, step = walk(SCENARIO, "")
    assert step == [
        "Iteration 1, forward, 1 of 48.",
        "How strong is the signal that arrives at h1?",
        "Formula: z1 = W1 times x1 plus W2 times x2",
        "Numbers: 0.3 times 0.1 plus 0.25 times 0.2",
        "Result: z1 = 0.08000000",
        words()("meaning.z"),
    ]


def test_every_number_is_the_one_that_the_engine_steps_to(walk):
    said = [line for part in walk(SCENARIO, "47", "") for line in part if line.startswith("Result: ")]
    simulator = Simulator(load(SCENARIO))
    stepped = [simulator.step().value for _ in range(47)]
    assert [float(line.rpartition(" = ")[2]) for line in said] == pytest.approx(stepped, abs=5.01e-9)


def test_the_gradient_of_the_notes_is_explained_down_to_what_it_is_made_of(walk):
    *_, why = walk(SCENARIO, "to 1", "why dE/dW5")
    assert "Formula: dE/dW5 = dE/do1 times do1/dz3 times dz3/dW5" in why
    assert "Numbers: 0.20944600 times 0.23802157 times 0.51998934" in why
    assert "dz3/dW5 = 0.51998934: h1" in why


@pytest.mark.parametrize("symbol", ["∂E/∂W5", "dE/dW5", "new W5", "W5⁺", "W5+", "W[2][1,1]", "eta", "η", "do1/dz3"])
def test_a_symbol_may_be_typed_as_it_is_written_or_as_it_is_spoken(walk, symbol):
    *_, why = walk(SCENARIO, "to 1", f"why {symbol}")
    assert "There is no number" not in why[0]


@pytest.mark.parametrize(
    ("symbol", "formula"),
    [
        ("dE_o1/do1", "minus (t1 minus o1)"),
        ("dE_o1/dz3", "dE_o1/do1 times do1/dz3"),
        ("dz3/dh1", "W5"),
        ("dE_o1/dh1", "dE_o1/dz3 times dz3/dh1 = dE_o1/do1 times do1/dz3 times dz3/dh1"),
    ],
)
def test_the_derivatives_that_the_notes_write_can_be_asked_for(walk, symbol, formula):
    *_, told = walk(SCENARIO, "i", f"why {symbol}")
    assert told[1] == f"Formula: {symbol} = {formula}"


def test_what_a_function_does_is_said_with_its_numbers(walk):
    *_, told = walk(SCENARIO, "i", "why h1")
    assert told[2] == "Numbers: 1/(1 plus e to the power of (minus 0.08)) = 1/(1 plus 0.92311635)"


@pytest.mark.parametrize("typed", [("47", ""), ("47", "g op", "")])
def test_an_update_says_each_old_and_new_weight_and_whether_it_has_helped(walk, typed):
    said = walk(SCENARIO, *typed)[-1]
    assert "W5: 0.45000000 before, now 0.43703857" in said
    assert said.count("E 0.02397190 to 0.02323634 (minus 3.1 %). Did it help? Yes: E is smaller.") == 1


@each_scenario(besides=[FORWARD_ONLY])
def test_no_sign_is_left_that_a_screen_reader_might_pass_over(walk, name):
    typed = ["lesson", "200", "g", *[""] * 8, "g", "", "", "i", "e", "b", "I", "where", "loss", "check", "help", "why"]
    out = "\n".join(line for part in walk(name, *typed) for line in part)
    assert out.isascii(), set(re.findall(r"[^\x00-\x7f]", out))
    assert "Traceback" not in out


def test_symbols_are_written_as_they_are_where_that_is_asked_for(walk):
    _, _, why = walk(SCENARIO, "to 1", "why dE/dW5", options=["--symbols"])
    assert "Formula: ∂E/∂W5 = ∂E/∂o1·∂o1/∂z3·∂z3/∂W5" in why
    *_, off, step = walk(SCENARIO, "symbols", "symbols", "")
    assert off == ["Formulas are written in words."]
    assert "times" in step[2]


@pytest.mark.parametrize(
    ("digits", "numbers", "result"),
    [
        (0, "2e-1 times 2e-1 times 1", "3e-2"),
        (3, "0.209 times 0.238 times 0.520", "0.026"),
        (12, "0.209446004997 times 0.238021571990 times 0.519989340156", "0.025922855604"),
    ],
)
def test_numbers_have_as_many_decimals_as_are_wanted(walk, digits, numbers, result):
    *_, said, why = walk(SCENARIO, "to 1", f"digits {digits}", "why dE/dW5")
    assert said == [f"Decimals: {digits}."]
    assert f"Numbers: {numbers}" in why
    assert f"Result: dE/dW5 = {result}" in why


def test_whatever_is_told_has_as_many_decimals_as_are_wanted(walk):
    typed = ["", "3", "b", "g op", "", "i", "weights", "loss", "check", "W1=0.123456", "i", "compare", "r 3", "why"]
    out = "\n".join(line for part in walk(SCENARIO, "digits 3", *typed) for line in part)
    assert re.search(r"\d\.\d{3}\b", out)
    assert not re.search(r"\d\.\d{4}", out)


def test_the_digits_that_were_chosen_in_the_app_hold_here_too(walk, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text("digits = 5\n", encoding="utf-8")
    _, step = walk(SCENARIO, "")
    assert "Result: z1 = 0.08000" in step


def test_a_wrong_setting_costs_a_remark_and_eight_are_used(dlsim, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text("digits = 99\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    answer = dlsim("walk", SCENARIO)
    assert answer.status == 0
    assert "digits" in answer.err
    assert "Result: z1 = 0.08000000" in answer.out


@pytest.mark.parametrize("argument", ["", " 16", " -1", " 3.5", " many", " " + "9" * 5_000])
def test_so_many_digits_there_are_not(walk, argument):
    _, answer = walk(SCENARIO, f"digits{argument}")
    assert answer == ["digits needs a whole number from 0 to 15, as in: digits 4."]


def test_going_back_and_on_again_says_the_same(walk):
    _, first, _, back, again = walk(SCENARIO, "", "", "b", "")
    assert back == ["Iteration 1, forward, 1 of 48.", "Back at z1 = 0.08000000."]
    _, _, second, _, again = walk(SCENARIO, "", "", "b", "")
    assert again == second
    assert again != first


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["b"], "This is the start: there is nothing before it."),
        (["g"], "A step is one op."),
        (["g phase", "where"], "A step is one phase."),
        (["i"], "Iteration 1 is done; before its update the loss was 0.02397190."),
        (["r 3"], "3 iterations done. Before the last update the loss was 0.02251965."),
        (["r 1,000", "where"], "1,000 updates are done, epoch 1,000 of 1,000, batch 1 of 1."),
        (["r"], "1,000 iterations done. Before the last update the loss was"),
        (["i", "I"], "At the start: nothing has been computed yet. Next is z1."),
        (["to 500"], "Iteration 500 is done; before its update the loss was"),
        (["to 500", "to 0"], "At the start"),
        (["until loss < 0.01"], "iterations: loss < 0.01."),
        (["until any |gradient| < 5e-4"], "It is the gradient of W3: 0.00049"),
        (["until loss < 1e-300"], "After 1,000 iterations it is not true yet: loss < 1e-300."),
        (["weights"], "W5: value before 0.45000000, gradient not computed yet, change not computed yet,"),
        (["i", "why W5"], "It is W5 before the update, with which this whole iteration was computed. Now W5 is 0.437"),
        (["i", "why change of W5"], "change of W5 = new W5 minus W5"),
        (["i", "weights 5"], "W5: value before 0.45000000, gradient 0.02592286, change -0.01296143, new 0.43703857."),
        (["data"], "1: x1 0.10000000, x2 0.20000000, t1 0.40000000, t2 0.60000000, o1 not computed yet"),
        (
            ["check"],
            "8 of 8 gradients of iteration 1 agree with the complex step, which is computed without the chain rule.",
        ),
        (["loss"], "Over the whole training set the loss is 0.02397190."),
        (["W5=0.3"], "Edited: W5 = 0.3."),
        (["w W5 = 1/3 W6=-1"], "Edited: W5 = 0.33333333, W6 = -1."),
        (["epochs=2,000", "where"], "epoch 1 of 2,000"),
        (["epochs=10_000_000"], "Edited: training.epochs = 10,000,000."),
        (["learning_rate=1/10", "to 1", "why eta"], "eta = 0.10000000, given."),
        (["x1=0.7", "data"], "1: x1 0.70000000, x2 0.20000000"),
        (["t2=0.7", "data"], "t2 0.70000000"),
        (["network.layers.0.activation = tanh", "", "", ""], "Formula: h1 = tanh(z1)"),
        (["undo"], "There is nothing to undo."),
        (["W5=9", "undo", "weights"], "W5: value before 0.45000000"),
        (["W5=9", "undo", "redo", "weights"], "W5: value before 9.00000000"),
        (["i", "W5=9", "i", "compare"], "They first differ in iteration 2: z3 is"),
        (["i", "i", "to 1", "W5=9", "i", "compare"], "After iteration 2, the parameter that differs most is W5: 8.9"),
        (["compare"], "Nothing was edited, so there is no other run to compare with."),
        (["home"], "This is the start"),
        (["  ", "home"], "At the start"),
        (["v"], "This scenario has no variants."),
        ([".", ","], "The batch has only this one sample."),
        (["2"], "Result: z2 = 0.11000000"),
        (["help"], "why SYMBOL: what a number is made of"),
        (["lesson"], "One sample, four sigmoid neurons"),
        (["g op", ""], "z2 = 0.11000000"),
        (["g op", "", ""], "h1 ... h2: Y[1] = sigmoid(Z[1])"),
        (["48"], "Iteration 1 is done; before its update the loss was 0.02397190."),
    ],
)
def test_a_command_says_what_came_of_it(walk, typed, said):
    assert said in "\n".join(walk(SCENARIO, *typed)[-1])


def test_an_input_and_a_target_that_a_generator_drew_are_edited(walk):
    *_, rows = walk("over-and-underfitting", "sample 3", "x1=0.5 t1=0.25", "data")
    assert "3: x1 0.50000000, x2 1.61633431, t1 0.25000000" in "\n".join(rows)


def test_a_symbol_of_a_recurrent_network_is_typed_in_edits_and_conditions_as_after_why(walk):
    _, edited, why, until = walk("feedforward-or-recurrent", "x1<2>=9", "why x1<2>", "until h1<2> > -2")
    assert edited[0].startswith("Edited: x1 at 2 of sample 1 = 9.")
    assert why[0].startswith("x1 at 2 = 9.0")
    assert "Stopped after 1 iteration: h1<2> > -2." in until


def test_a_condition_that_holds_already_is_said_to_and_the_run_goes_past_it(walk):
    _, _, until = walk(SCENARIO, "i", "until loss < 1")
    assert until == [
        "It is already true: loss < 1. Running until it becomes true again.",
        "After 999 iterations it has not become true again: loss < 1.",
    ]
    _, _, until = walk("epochs-batches-iterations", "r 10", "until batch loss > 0.73")
    assert until[:2] == [
        "It is already true: batch loss > 0.73. Running until it becomes true again.",
        "Stopped after 2 iterations: batch loss > 0.73.",
    ]


def test_a_run_that_stops_by_its_loss_has_that_loss_where_one_asks_for_it(walk, unlike_batches):
    _, never, loss = walk(unlike_batches, "until loss < 9.5", "loss")
    assert never == ["After 8 iterations it is not true yet: loss < 9.5."]
    assert loss[0] == "Over the whole training set the loss is 9.66666667."
    _, stopped, loss, _, by_batch = walk(unlike_batches, "until loss < 9.7", "loss", "home", "until batch loss < 9.5")
    assert stopped == [
        "Stopped after 2 iterations: loss < 9.7.",
        "It is 9.66666667.",
        "Iteration 2 is done; before its update the batch loss was 9.00000000.",
        "On this batch: E 9.00000000 to 9.00000000. Did it help? No: E is as before.",
    ]
    assert loss[0] == "Over the whole training set the loss is 9.66666667."
    assert by_batch[0] == "Stopped after 2 iterations: batch loss < 9.5."
    _, (_, it_is, before, helped), loss = walk(SCENARIO, "until loss < 0.0235", "loss")
    assert it_is == "It is 0.02323634."
    assert before == "Iteration 1 is done; before its update the loss was 0.02397190."
    assert helped == "E 0.02397190 to 0.02323634 (minus 3.1 %). Did it help? Yes: E is smaller."
    assert loss[0] == "Over the whole training set the loss is 0.02323634."


def test_what_was_kept_back_is_told_with_the_loss(walk):
    *_, loss = walk("over-and-underfitting", "to 20", "loss")
    run = Simulator(load("over-and-underfitting"))
    run.run(20)
    assert f"Over the data kept back, the validation loss is {run.validation()[0]:.8f}." in loss


def test_what_is_one_is_said_as_one(walk):
    _, ran, _, where, until = walk(SCENARIO, "r 1", "home", "where", "until loss < 1")
    assert ran == ["1 iteration done. Before its update the loss was 0.02397190."]
    assert where[0].startswith("0 updates are done, ")
    assert until[0] == "Stopped after 1 iteration: loss < 1."
    assert walk(SCENARIO, "i", "where")[-1][0].startswith("1 update is done, epoch ")


def test_an_edited_number_of_the_data_is_named_with_its_sample_as_on_screen(walk):
    number = load("over-and-underfitting").body.data.rows[2]
    assert number != 2, "rows that are kept back come before it"
    *_, edited = walk("over-and-underfitting", "sample 3", "digits 2", "x1=1/3")
    assert edited[0].startswith("Edited: x1 of sample 3 = 0.33. ")


def test_targets_that_follow_an_edited_one_have_the_digits_that_were_chosen(walk, scenario_file):
    file = scenario_file(
        network='[network]\ninputs = 1\nlayers = [{ units = 3, activation = "softmax" }]\n',
        data="[data]\ninputs = [[1.0], [2.0]]\ntargets = [[1, 0, 0], [0.2, 0.3, 0.5]]\n",
        training='[training]\nloss = "categorical_crossentropy"\noptimizer = "sgd"\n',
    )
    *_, edited = walk(file, "sample 2", "digits 3", "t2=1/7")
    assert edited[0].startswith("Edited: t2 of sample 2 = 0.143, t1 = 0.245, t3 = 0.612. ")


@thinned("name", ["data.inputs", "data.targets", "data.inputs.24"], ["data.inputs.24"])
def test_a_table_does_not_take_the_place_of_the_numbers_that_were_edited(walk, name):
    _, _, refused, rows = walk("over-and-underfitting", "x1=0.5 t1=0.25", f"{name}={{}}", "data")
    assert refused[0].startswith(f"{name} is changed one number at a time; for example: data.")
    row = "\n".join(rows)
    assert "1: x1 0.50000000" in row
    assert "t1 0.25000000" in row


def test_to_compare_lets_the_shorter_run_go_on_as_far_as_it_takes(walk):
    _, _, _, _, compared, again = walk(SCENARIO, "r 2", "W5=9", "r 3", "compare", "compare")
    assert compared[0] == "The shorter run was run on to iteration 5; you stay where you are."
    assert compared[1].startswith("They first differ in iteration 3: z3 is")
    assert compared[2].startswith("After iteration 5, the parameter that differs most is W5")
    assert again == compared[1:]


def test_to_compare_names_the_sample_in_which_the_runs_part(walk):
    *_, compared = walk("xor-train", "i", "i", "W1=3", "i", "compare")
    assert re.search(
        r"They first differ in iteration 3: z1 of sample 3 is \S+ here and \S+ there\.", "\n".join(compared)
    )


def test_to_compare_says_when_the_edited_sample_came_into_a_batch(walk):
    *_, early, _, later = walk("epochs-batches-iterations", "data.inputs.1900.0=7", "r 2", "compare", "r 18", "compare")
    assert "Up to iteration 2 both runs have the same losses and parameters: the edit takes effect later." in early
    assert re.search(r"They first differ in iteration ([3-9]|10): ", "\n".join(later))


@each_scenario(besides=[FORWARD_ONLY])
def test_the_help_gives_conditions_that_can_be_set_there(walk, name):
    (line,) = (line for line in walk(name, "help")[-1] if line.startswith("until CONDITION"))
    simulator = Simulator(load(name))
    for condition in line.partition("example: ")[2].split(", "):
        assert parse_breakpoint(condition.removeprefix("until "), simulator)


def test_the_help_gives_no_condition_on_a_loss_where_there_is_none(walk):
    assert "loss" not in next(line for line in walk("activations", "help")[-1] if line.startswith("until"))


@pytest.mark.parametrize(
    ("batch_size", "second", "lens"),
    [
        (4, "x1 of sample 5 = 8", "Sample 7 is not in the batch of iteration 2, where the lens is on sample 5."),
        ("all", "x1 of sample 7 = 8", ""),
    ],
)
def test_an_edit_names_the_sample_and_the_lens_follows_it_into_the_next_batch(walk, heaps, batch_size, second, lens):
    file = heaps({"training.batch_size": batch_size, "training.loss": "mse"})
    *_, one, other = ("\n".join(lines) for lines in walk(file, "i", "x1=7", "x1=8"))
    assert "Edited: x1 of sample 7 = 7." in one
    assert ("is not in the batch" in one) == bool(lens)
    assert lens in one
    assert f"Edited: {second}." in other


def test_a_sample_is_looked_at_by_its_number_in_the_data_whatever_its_place_in_the_batch(walk, heaps):
    file = heaps()
    rows = [row + 1 for row in Simulator(load(file)).model.tape.rows]
    (other, *_) = {*range(1, 10)} - {*rows}
    *_, inside, outside, beyond = walk(file, "s", f"sample {rows[2]}", f"sample {other}", "sample 10")
    assert inside[0] == f"The lens is on sample {rows[2]}, number 3 of the 4 in the batch."
    assert f"is not in the batch of iteration 1, where the lens is on sample {rows[2]}." in outside[0]
    assert "a sample from 1 to 9" in beyond[0]


@pytest.mark.parametrize(
    ("typed", "rate", "weight"),
    [
        ("training.optimizer={ name = 'sgd', learning_rate = 0.25 }", 0.25, 0.45),
        ('W5=1 training.optimizer={name="sgd", learning_rate = 0.25} W6=2', 0.25, 1.0),
        ("W[2][1,1] = 3 learning_rate=1/8", 0.125, 3.0),
        ("learning_rate=1/8 W[2][1,1] = 3", 0.125, 3.0),
    ],
)
def test_what_stands_in_braces_is_one_change_however_it_is_spaced(typed, rate, weight):
    simulator = Simulator(load("backprop-2-2-2"))
    changes = read_changes(typed, simulator, simulator.model.find)
    simulator.edit(numbers=changes.numbers, settings=changes.settings)
    assert simulator.scenario.optimizer.settings["learning_rate"] == rate
    assert simulator.snapshot().value(simulator.model.find("W5")) == weight


def test_of_targets_that_sum_to_1_one_is_edited_at_a_time(walk, scenario_file):
    file = scenario_file(
        network='[network]\ninputs = 1\nlayers = [{ units = 3, activation = "softmax" }]\n',
        data="[data]\ninputs = [[1.0]]\ntargets = [[1, 0, 0]]\n",
        training='[training]\nloss = "categorical_crossentropy"\noptimizer = "sgd"\n',
    )
    _, both, one, rows = walk(file, "t2=0.3 t3=0.3", "t2=0.9", "data")
    assert "change together: set one at a time" in "\n".join(both)
    assert one[0].startswith("Edited: t2 = 0.9, t1 = 0.10000000. ")
    assert "t1 0.10000000, t2 0.90000000, t3 0.00000000" in "\n".join(rows)


@pytest.mark.parametrize(
    ("typed", "words_in_it"),
    [
        ("nonsense", "There is no command 'nonsense'"),
        ("whree", "did you mean 'where'"),
        ("where now", "There is no command 'where now'"),
        ("to", "to needs a whole number"),
        ("to -1", "to needs a whole number"),
        ("to x", "to needs a whole number"),
        ("to 9999999999999", "The most is 1,000,000,000."),
        ("r 1000000001", "The most is 1,000,000,000."),
        ("7" * 5000, "At most 10,000 steps"),
        ("٣", "There is no command"),
        ("r 1.5", "r needs a whole number"),
        ("99999999", "At most 10,000 steps"),
        ("g iteration", "g needs value, op, phase"),
        ("sample 2", "sample needs a sample from 1 to 1"),
        ("why", "Nothing has been computed yet"),
        ("why W99", "There is no number called W99"),
        ("why dE/dW5", "dE/dW5 has not been computed yet."),
        ("until", "until needs a condition"),
        ("until loss < -1", "a loss is never below 0"),
        ("until it is late", "cannot read the condition"),
        (f"until loss < {'7' * 500}", "the condition has 507 characters"),
        ("w", "w needs a change"),
        ("W5=", "'' is not a number"),
        ("W5=abc", "'abc' is not a number"),
        ("W5=٣", "'٣' is not a number"),
        ("set W5 nan", "'W5 nan' is not a change; write one such as W5=0.3"),
        ("set W6=1 W5 nan", "is not a number"),
        ("step -1", "There is no command 'step -1': 'step' takes nothing after it. 'help' lists the commands."),
        ("W5=1/0", "'1/0' is not a number"),
        ("W5=nan", "W5 = nan is not a finite number"),
        ("W5=inf", "finite"),
        ("nosuch=1", "no number or setting is called 'nosuch'"),
        ("w5=0.5", "no number or setting is called 'w5'; did you mean 'W5'?"),
        ("wx=1", "there are: 'W1', 'W2'"),
        ("wx=1", "'t2', 'inputs'"),
        ("h1=0.3", "h1 is computed and cannot be set; what can be: W1, W2"),
        ("why w5", "There is no number called w5 here; did you mean 'W5'?"),
        ("lr=0.1", "no number or setting is called 'lr'; did you mean 'learning_rate'?"),
        ("n_epochs=4", "did you mean 'epochs'?"),
        ("loss=MSELoss", "no loss is called 'MSELoss'; did you mean 'mse'?"),
        ("optimizer=adamax", "dlsim has no optimizer 'adamax'; there are: sgd, adagrad"),
        ("learning_rate=-1", "learning_rate"),
        ("loss=nonsense", "nonsense"),
        ("training.loss=[1", "is not a TOML value"),
        ("weights 99", "There is no row 99"),
        ("weights x", "weights needs a whole number"),
        ("export mine.txt", "'mine.txt' does not end in .toml"),
        ("export no/such/folder/mine.toml", "cannot be written"),
        ("\x1b[31mred", "There is no command"),
        ("[bold]x[/bold]", "There is no command"),
    ],
)
def test_what_is_wrong_is_one_clear_line_and_the_walk_goes_on(walk, typed, words_in_it):
    _, answer, step = walk(SCENARIO, typed, "")
    assert len(answer) == 1
    assert words_in_it in answer[0]
    assert "\x1b" not in answer[0]
    assert step[4] == "Result: z1 = 0.08000000"


def test_where_nothing_is_trained_the_samples_follow_each_other(walk):
    _, *steps, back = walk("and", "", "", "", "", "b")
    assert steps[0][0] == "Sample 1, forward, 1 of 2."
    assert steps[2] == ["Sample 2 of 4 is next: nothing has been computed for it yet."]
    assert steps[3][0] == "Sample 2, forward, 1 of 2."
    assert back == ["Sample 2 of 4 is next: nothing has been computed for it yet."]


def test_gradients_that_are_not_differentiable_are_counted_by_themselves(walk):
    *_, check = walk("xor-train", "network.layers.0.activation = relu", "check")
    kinks = sum(line.endswith(": not differentiable here.") for line in check)
    assert kinks
    assert f"Not differentiable here: {kinks}." in check
    assert check[0].startswith(f"{17 - kinks} of 17 gradients of iteration 1 agree with the complex step")


def test_in_a_batch_another_sample_can_be_looked_at(walk):
    *_, third = walk("xor-train", "", "sample 3")
    assert third[0] == "The lens is on sample 3, number 3 of the 4 in the batch."
    assert any(line.startswith("Result: z1 = ") for line in third)


def test_a_number_that_is_not_finite_is_named_and_going_back_works(walk, scenario_file):
    file = scenario_file(
        training='[training]\nloss = "half_squared_error"\noptimizer = { name = "sgd", learning_rate = 1e200 }\n'
    )
    _, run, on, back, _ = walk(file, "r 100", "", "I", "q")
    assert any("not a finite number" in line for line in run)
    assert any("cannot go on" in line for line in on)
    assert back


def test_commands_after_q_are_not_carried_out(walk):
    assert len(walk(SCENARIO, "q", "help")) == 2


def test_the_end_of_the_input_ends_the_walk(process):
    answer = process("walk", SCENARIO)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert answer.stdout.startswith(b"backprop-2-2-2: ")


def test_a_last_line_without_a_line_break_and_windows_line_breaks_are_understood(process):
    out = process("walk", SCENARIO, stdin=None, input=b"i\r\nwhere").stdout.decode()
    assert "Iteration 1 is done" in out
    assert "1 update is done" in out


def test_input_that_is_no_text_is_answered_not_a_traceback(process):
    answer = process("walk", SCENARIO, stdin=None, input=b"\xff\xfe\x00\nwhere\n")
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert b"0 updates are done" in answer.stdout


def test_a_title_with_control_characters_reaches_the_terminal_clean(walk, scenario_file):
    file = scenario_file(head='schema = 1\ntitle = "Small \\u001b[31m [bold]"\nlesson = "a \\u009b2J b"\n')
    out = "\n".join(line for part in walk(file, "lesson") for line in part)
    assert "[bold]" in out
    assert "\x1b" not in out
    assert "\x9b" not in out


@pytest.mark.parametrize(
    ("arguments", "words_in_it"),
    [
        (["walk"], ["NAME-or-FILE"]),
        (["walk", "no-such"], ["no-such"]),
        (["walk", "and", "--variant", "x"], ["variant"]),
    ],
)
def test_a_wrong_call_is_one_message_and_status_2(dlsim, arguments, words_in_it):
    dlsim(*arguments).assert_refused(*words_in_it)


def test_it_neither_imports_textual_nor_draws_anything(process, command_line):
    code = (
        "import sys\n"
        "from dlsim.cli.command import run\n"
        "run(sys.argv[1:])\n"
        "roots = {name.split('.')[0] for name in sys.modules}\n"
        "assert not roots & {'textual', 'rich', 'plotext'}, roots\n"
    )
    command_line[:] = [command_line[0], "-c", code]
    answer = process("walk", "xor-train", stdin=None, input=b"\nwhy\nr 5\nweights\ncheck\nlesson\nhelp\n")
    assert answer.returncode == 0, answer.stderr.decode()
    assert not re.search(r"[\u2500-\u259f\u2800-\u28ff\x1b]", answer.stdout.decode())


@pytest.mark.skipif(os.name == "nt", reason="terminals and signals of Unix")
def test_on_a_terminal_there_is_a_prompt_and_ctrl_c_ends_a_run_but_not_the_walk(command_line):
    pty = pytest.importorskip("pty")
    outer, inner = pty.openpty()
    with subprocess.Popen([*command_line, "walk", "xor-train"], stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        seen = b""

        def wait_for(wanted):
            nonlocal seen
            while wanted not in seen:
                seen += os.read(outer, 10_000)
            before, _, seen = seen.partition(wanted)
            return before

        wait_for(b"> ")
        os.write(outer, b"r 100000000\n")
        assert b"running" in wait_for(b"ctrl+c interrupts")
        process.send_signal(signal.SIGINT)
        wait_for(b"Interrupted after ")
        wait_for(b"> ")
        os.write(outer, b"to 900000000\n")
        assert b"running" in wait_for(b"ctrl+c interrupts")
        process.send_signal(signal.SIGINT)
        wait_for(b"Interrupted after ")
        wait_for(b"> ")
        os.write(outer, b"q\n")
        assert process.wait(timeout=30) == 0
    os.close(outer)


def test_the_transcript_in_the_guide_is_what_it_says(process, root):
    guide = (root / "docs" / "guide" / "walk.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(.*?)```", guide, re.DOTALL)
    shown = re.sub(r" +$", "", shown, flags=re.MULTILINE)
    typed = "".join(f"{line[1:].strip()}\n" for line in shown.splitlines() if line.startswith(">"))
    assert shown in process("walk", SCENARIO, stdin=None, input=typed.encode()).stdout.decode()


def test_the_help_and_the_guide_name_every_command(walk, root):
    guide = (root / "docs" / "guide" / "walk.md").read_text(encoding="utf-8")
    session = Session(SCENARIO)
    helped = "\n".join(walk(SCENARIO, "help")[-1])
    aliases = {
        "step",
        "back",
        "grain",
        "run",
        "go",
        "edit",
        "set",
        "u",
        "variant",
        "save",
        "h",
        "?",
        "quit",
        "exit",
        "c",
    }
    for command in set(Walker(session, words())._commands) - aliases - {""}:
        assert re.search(rf"(?<![\w]){re.escape(command)}(?![\w])", helped), command
        assert re.search(rf"`{re.escape(command)}[` ]", guide), command


def test_an_export_is_a_scenario_that_begins_where_the_walk_stood(walk, tmp_path):
    file = tmp_path / "mine.toml"
    *_, saved = walk(SCENARIO, "to 7", f"export {file}")
    assert saved == [f"Saved in {file}"]
    simulator = Simulator(load(SCENARIO))
    simulator.run(7)
    assert (
        tomllib.loads(file.read_text("utf-8"))["network"]["layers"][1]["weights"] == simulator.parameters[1][0].tolist()
    )


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("∂E/∂W5", "dE/dW5"),
        ("W5 − η·∂E/∂W5", "W5 minus eta times dE/dW5"),
        ("W5⁺", "new W5"),
        ("v_W5⁺", "new v_W5"),
        ("W[2][1,2]⁺", "new W[2][1,2]"),
        ("½·(t1 − o1)²", "1/2 times (t1 minus o1) squared"),
        ("−(t·ln x)", "minus (t times ln x)"),
        ("1/(1 + e^(−z1))", "1/(1 plus e to the power of (minus z1))"),
        ("«a·b»", "[this sample: a times b]"),
        ("(4×2)·(2×4)", "(4 by 2) times (2 by 4)"),
        ("가중치 · 합", "가중치 times 합"),
        ("plain text", "plain text"),
    ],
)
def test_formulas_in_words(written, spoken):
    assert Spoken(words())(written) == spoken


@pytest.mark.parametrize(
    ("text", "number"), [("0.3", 0.3), ("-2", -2.0), ("1e-3", 1e-3), ("1/3", 1 / 3), (" -1 / 4 ", -0.25), ("+7", 7.0)]
)
def test_numbers_may_be_fractions(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "x", "1/0", "1//2", "1/2/3", "1e999999999/3", "0x10"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(WrongKindError, match="is not a number"):
        read_number(text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("until loss < 0,001", "'0,001' has a comma; for example: loss < 0.001"),
        ("W5=0,3", "'0,3' has a comma; write 0.3"),
        ("x1=1,000", "'1,000' has a comma; write 1000 or 1.000"),
        ("learning_rate=0,125", "training.optimizer.learning_rate: '0,125' has a comma; write 0.125"),
    ],
)
def test_a_comma_in_a_number_is_refused_and_the_walk_stays_where_it_is(walk, line, said):
    _, before, answer, after = walk(SCENARIO, "where", line, "where")
    assert (len(answer), said in answer[0]) == (1, True)
    assert after == before


def test_a_count_may_be_grouped_where_it_is_set(walk):
    _, answer = walk(SCENARIO, "epochs=2,000")
    assert "training.epochs = 2,000" in answer[0]


def test_a_gradient_says_why_it_is_a_sum_and_what_the_others_are(walk):
    *_, told = walk("over-and-underfitting", "i", "why dE/dW[1][1,1]")
    assert any(line.startswith("W[1][1,1] acts on E through h1, and h1 feeds all 16 units of layer 2") for line in told)
    assert any(line.startswith("sum of others = ") and line.endswith(": from all other samples") for line in told)
    assert not any("given" in line for line in told)


def test_what_the_pictures_show_is_asked_for_by_the_name_it_has_there(walk):
    scenario = "over-and-underfitting"
    _, _, counts, held, mean, size, of_one = walk(
        scenario, "i", "why N_v[1,0]", "why loss_v", "why mean |dE/dW[1]|", "why parameters[2]", "why o1_v:7"
    )
    assert counts[0] == "How many samples of class 1 are classified as class 0?"
    assert held[1].startswith("Formula: loss_v = 1/30 times (E_v:1 plus E_v:2")
    assert mean[0] == "How large are the gradients of the weights of layer 1?"
    assert "Result: parameters[2] = 272" in size
    assert of_one[1].startswith("Formula: o1_v:7 = sigmoid(z33_v:7)")


def test_numbers_of_many_others_are_listed_in_portions_and_each_can_be_asked_for(walk):
    _, _, first, second, past = walk("xor-train", "i", "numbers", "numbers 41", "numbers 999")
    told = int(re.search(r": ([\d,]+)\.", first[0])[1])
    assert "accuracy = " in "\n".join(first)
    assert first[-1] == f"That was up to number 40 of {told}; 'numbers 41' goes on."
    names = [line.partition(" = ")[0] for line in first[1:-1] + second if " = " in line]
    assert past == [f"There is no such number; there are {told}."]
    for answer in walk("xor-train", "i", *(f"why {name}" for name in names))[2:]:
        assert "no number called" not in answer[0]


def test_a_surface_has_no_numbers_besides(walk):
    _, answer = walk("optimizers", "numbers")
    assert answer == ["There are no such numbers here: the tables have all of them."]


@pytest.mark.parametrize("name", ["xor-single", "matrix-shapes", "over-and-underfitting"])
def test_every_number_of_a_picture_but_the_columns_of_histograms_can_be_asked_for(name):
    session = Session(name)
    session.forward("iteration")
    snapshot, walker = session.snapshot, Walker(session, words())
    known = {snapshot.symbol(ref) for ref in snapshot.tape.besides()}
    for picture in pictures_of(snapshot.scenario):
        for view in range(len(picture.views(snapshot))):
            for ref in {hit.ref for hit in picture.draw(Scene(snapshot, view=view), 80, 24).hits}:
                symbol = snapshot.symbol(ref)
                if not symbol.startswith("count(") or " in " not in symbol:
                    assert symbol in known or walker._find(symbol) is not None, ref


def test_an_arrow_that_a_lesson_means_as_a_key_is_read_as_a_key(walk, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(ARROWS, encoding="utf-8")
    _, said, *_ = walk(str(file), "lesson")
    assert said[0] == "the left arrow takes them back, the right arrow goes on; p becomes p minus 1 and from 1 to 2."
