"""What if: numbers and settings are edited in place, undone, done again; the run left behind can be compared with."""

from __future__ import annotations

import itertools
import re

import pytest
from support.numbers import ref_to
from support.scenarios import each_scenario, thinned

from dlsim.engine import Simulator, load
from dlsim.engine.errors import DlsimError
from dlsim.engine.kinds.layered.quantities import layer_setting
from dlsim.engine.numbers import fixed
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.toml import parse_value
from dlsim.tui.drawing.equation import PanelRoom
from dlsim.tui.drawing.formula import answer_parts
from dlsim.tui.screens import reports
from dlsim.tui.screens.reports import ComparingScreen
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.session.editing import (
    NotANumberError,
    Target,
    change,
    parsed,
    problem_with,
    randomise,
    redo,
    same_start,
    settings_of,
    target_of,
    undo,
)
from dlsim.tui.session.selection import Selection
from dlsim.tui.session.session import Session
from dlsim.tui.words import words
from dlsim.tui.words.prose import in_words

WRITTEN_OVER = ["ctrl+u"]
"""What stands in the prompt is gone."""


@pytest.fixture
def seen_after(open_at, screen_text):
    """A function: keys → all that is on the screen of the 2-2-2 network after them."""

    async def press(*keys, values=0):
        app = open_at("backprop-2-2-2", values=values)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            return "\n".join(screen_text(app))

    return press


def target_of_size(session):
    return next(found for found in settings_of(session.scenario) if found.path == "training.batch_size")


def target(session, ref):
    return target_of(session.simulator, session.snapshot, ref)


async def test_the_prompt_says_from_when_on_a_weight_will_be_another(seen_after):
    assert "from iteration" not in await seen_after("tab", "w")
    edited = await seen_after("i", "i", "2", "tab", "w")
    assert "W1" in edited
    assert "from iteration 3 on" in edited


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        (ref_to("x", 0, (1,)), "data.inputs.0.1"),
        (ref_to("T", 0, (0, 1)), "data.targets.0.1"),
        (ref_to("setting:learning_rate"), "training.optimizer.learning_rate"),
    ],
)
def test_inputs_targets_and_the_learning_rate_are_changed_in_the_scenario(ref, path):
    session = Session("backprop-2-2-2")
    assert target(session, ref).path == path
    change(session, target(session, ref), "0.25")
    assert session.snapshot.tape.value(ref, 0) == 0.25


@pytest.mark.parametrize(
    ("scenario", "key", "layer"),
    [
        ("backprop-2-2-2", "network.layers.1.activation", 2),
        ("feedforward-or-recurrent", "recurrent.activation", 1),
        ("feedforward-or-recurrent", "recurrent.output_activation", 2),
    ],
)
def test_a_setting_of_an_activation_is_changed_whatever_its_name_and_its_layer(scenario, key, layer):
    session, beta = Session(scenario), Ref(layer_setting("beta"), layer)
    session.simulator.edit(settings={key: "swish", "training.loss": "mse"})
    change(session, target(session, beta), "1.5")
    assert session.snapshot.tape.value(beta, 0) == 1.5
    assert session.snapshot.symbol(beta) == "β"


@pytest.mark.parametrize(
    ("scenario", "ref", "number"),
    [
        ("feedforward-or-recurrent", ref_to("X", 0, (2, 0, 3)), 0.5),
        ("feedforward-or-recurrent", ref_to("t", 0, (0, 1)), 0.5),
        ("activations", ref_to("v", 0, (1,)), 0.25),
        ("activations", ref_to("setting:alpha", 0, (4,), kind="functions"), 0.2),
        ("losses", ref_to("target", 0, (0,)), 0.5),
    ],
)
def test_steps_of_a_sequence_vectors_and_settings_of_functions_are_changed_in_the_scenario(scenario, ref, number):
    session = Session(scenario)
    change(session, target(session, ref), str(number))
    assert session.snapshot.tape.value(ref, 0) == number


@pytest.mark.parametrize("text", ["1,000", "1_000", "+1000", "1000"])
def test_a_whole_number_is_typed_as_on_the_command_line_and_told_in_groups(text):
    session = Session("batch-modes", variant="mini-batch")
    assert problem_with(session.scenario, target_of_size(session), text) == ""
    hint = change(session, target_of_size(session), text)
    assert session.scenario.overrides == {"training.batch_size": 1_000}
    assert hint.values["after"] == "1,000"


def test_ten_million_epochs_are_told_as_such():
    session = Session("backprop-2-2-2")
    epochs = next(found for found in settings_of(session.scenario) if found.path == "training.epochs")
    values = change(session, epochs, "10000000").values
    assert (values["before"], values["after"]) == ("1,000", "10,000,000")


@pytest.mark.parametrize("text", ["٣", "x", "1/0", ""])
def test_what_is_no_number_is_none_for_a_weight(text):
    session = Session("backprop-2-2-2")
    weight = target(session, ref_to("W", 1, (0, 0)))
    assert problem_with(session.scenario, weight, text) == "number"
    with pytest.raises(NotANumberError):
        change(session, weight, text)


@thinned("what", ["W1", "x1", "t1", "learning_rate"], ["W1", "learning_rate"])
async def test_a_comma_in_a_number_is_refused_while_it_is_typed_and_on_enter(open_at, screen_text, what):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", *what, "enter", *WRITTEN_OVER, *"0,125")
        for _ in range(2):
            await pilot.pause()
            assert "✗ '0,125' has a comma; write 0.125" in "\n".join(screen_text(app)[-4:])
            await pilot.press("enter")
        assert not app.screen.work.session.edits.done


def test_an_edit_in_the_past_says_so_and_undo_goes_back_to_the_run_it_left():
    session = Session("backprop-2-2-2")
    session.simulator.run(50)
    before = session.simulator.losses[49]
    session.simulator.seek(iteration=10)
    session.changed()
    assert change(session, target(session, ref_to("now_W", 2, (0, 0))), "1/3").key == "hint.edited_past"
    session.simulator.seek(iteration=50)
    assert session.simulator.losses[49] != before
    assert undo(session).key == "hint.undone"
    session.simulator.seek(iteration=50)
    assert session.simulator.losses[49] == before
    assert redo(session).key == "hint.redone"
    assert redo(session).key == "hint.nothing_to_redo"


def test_what_cannot_be_is_refused_and_nothing_is_lost():
    session = Session("backprop-2-2-2")
    rate = target(session, ref_to("setting:learning_rate"))
    assert "> 0" in problem_with(session.scenario, rate, "-1")
    with pytest.raises(DlsimError):
        change(session, rate, "-1")
    with pytest.raises(NotANumberError):
        change(session, target(session, ref_to("W", 1, (0, 0))), "many")
    assert session.edits.done == []
    assert target(session, ref_to("z", 1, (0,))) is None


def test_activation_batch_size_loss_and_optimizer_can_be_chosen():
    paths = {found.path: found for found in settings_of(Session("xor-train").scenario)}
    for path in ("network.layers.0.activation", "training.batch_size", "training.loss", "training.optimizer"):
        assert isinstance(paths[path], Target)
    assert "relu" in paths["network.layers.0.activation"].choices


def test_new_random_weights_and_the_same_ones_are_told_apart():
    session = Session("xor-train")
    first = session.simulator.parameters[0][0].copy()
    assert randomise(session, "seed").key == "hint.new_weights"
    drawn = session.simulator.parameters[0][0].copy()
    assert (drawn != first).all()
    session.forward("iteration")
    assert same_start(session).key == "hint.same_start"
    assert (session.simulator.parameters[0][0] == drawn).all()
    undo(session)
    assert (session.simulator.parameters[0][0] == first).all()
    assert randomise(Session("backprop-2-2-2"), "seed").key == "hint.weights_given"


def test_starting_over_says_what_still_holds():
    session = Session("backprop-2-2-2")
    session.forward("iteration")
    change(session, target(session, ref_to("W", 1, (0, 0))), "9")
    for _ in range(3):
        session.forward("iteration")
    told = same_start(session)
    assert (told.key, told.values) == ("hint.back_at_start_edited", {"iteration": 2})
    undo(session)
    session.home()
    assert same_start(session).key == "hint.at_start"


@pytest.mark.parametrize("name", ["activations", "xor-single", "optimizers", "backprop-2-2-2"])
async def test_starting_over_speaks_of_random_weights_only_where_there_are_some(open_at, screen_text, name):
    app = open_at(name)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "x")
        await pilot.pause()
        said = screen_text(app)[-1]
        assert said.startswith(" Back at the start. ")
        assert "weights" not in said


async def test_a_weight_is_edited_in_place_and_the_runs_are_compared(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "I", "2", "down", "w", "x")
        await pilot.pause()
        assert "Not a number yet" in screen_text(app)[-1]
        await pilot.press("backspace", "1", "/", "4", "enter")
        await pilot.pause()
        assert "W1 = 0.25 from iteration 2 on" in screen_text(app)[-1]
        await pilot.press("i", "d")
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "The first number that differs is z1, in iteration 2." in screen
        assert "W1 from after it; it is" in screen
        furthest = app.screen_stack[-2].work.session.simulator.compare().measures[0].furthest
        assert f"W1 after       {fixed(furthest.present).ljust(24)}{fixed(furthest.other)}" in screen
        await pilot.press("escape", "u")
        await pilot.pause()
        assert "Undone, back in iteration 1: W1 is 0.29959556 again" in screen_text(app)[-1]


async def test_what_can_be_changed_begins_with_what_the_formula_is_about(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.work.session.simulator.seek(iteration=0, cursor=19)
        app.screen.work.session.changed()
        await pilot.press("space", "w")
        await pilot.pause()
        labels = [option.label for option in app.screen._found]
        assert labels[:3] == ["W5", "W1", "W2"]
        assert labels[8:13] == ["x1", "x2", "t1", "t2", "learning_rate"]
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("typed", "found"),
    [("lr", "learning_rate"), ("eta", "learning_rate"), ("criterion", "loss"), ("max_iter", "epochs")],
)
async def test_a_setting_is_found_by_what_other_libraries_call_it(open_at, typed, found):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", *typed)
        await pilot.pause()
        assert [option.label for option in app.screen._found] == [found]


async def test_a_name_of_another_library_is_answered_with_ours_while_it_is_typed(seen_after):
    assert "did you mean 'mse'?" in await seen_after("w", *"loss", "enter", *WRITTEN_OVER, *"MSELoss")
    assert "dlsim has no loss 'hinge'" in await seen_after("w", *"loss", "enter", *WRITTEN_OVER, *"hinge")


def test_a_batch_size_beyond_the_data_says_that_a_batch_is_all_of_it():
    session = Session("xor-train", overrides={"training.batch_size": 1})
    hint = change(session, target_of_size(session), "100")
    assert (hint.key, hint.values["samples"]) == ("hint.edited_batch", 4)
    assert change(session, target_of_size(session), "2").key == "hint.edited"


@pytest.mark.parametrize(
    ("scenario", "size"), [("backprop-2-2-2", "2"), ("batch-modes", "1000"), ("batch-modes", "256")]
)
def test_a_larger_batch_where_a_batch_is_all_the_data_already_makes_no_other_run(scenario, size):
    session = Session(scenario)
    assert "unchanged" in change(session, target_of_size(session), size).key
    assert not session.edits.done


async def test_while_a_batch_size_beyond_the_data_is_typed_it_is_said_what_it_comes_to(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", *"batch", "enter", *WRITTEN_OVER, "2")
        await pilot.pause()
        text = "\n".join(screen_text(app)[-3:])
        assert "more than the 1 sample in the data: one batch holds it" in text
        assert "✗" not in text


@pytest.mark.parametrize(
    ("scenario", "text"), [("backprop-2-2-2", "0.50"), ("backprop-2-2-2", "1/2"), ("xor-train", "0.500")]
)
def test_the_same_number_written_otherwise_makes_no_other_run(scenario, text):
    session = Session(scenario)
    change(session, target(session, ref_to("W", 1, (0, 0))), "0.5")
    assert change(session, target(session, ref_to("W", 1, (0, 0))), text).key == "hint.unchanged"
    assert len(session.edits.done) == 1


@pytest.mark.parametrize(
    ("scenario", "units", "said"),
    [
        ("xor-train", "6", "layer 1 units = 6 (it was 4): layers 1, 2 have new random weights; u undoes."),
        ("feedforward-or-recurrent", "3", "layers 1, 2 have new random weights"),
    ],
)
async def test_an_edit_that_draws_weights_anew_says_whose(open_at, screen_text, scenario, units, said):
    app = open_at(scenario)
    async with app.run_test(size=(80, 24)) as pilot:
        name = "units" if scenario == "xor-train" else "hidden"
        await pilot.press("i", "i", "w", *name, "enter", *WRITTEN_OVER, units, "enter")
        await pilot.pause()
        assert said in screen_text(app)[-1]
        await pilot.press("w", *"learning_rate", "enter", *WRITTEN_OVER, "2", "enter")
        await pilot.pause()
        assert "anew" not in screen_text(app)[-1]


@thinned(
    ("what", "number"),
    itertools.product(["W1", "x1", "t1", "learning_rate"], ["nan", "inf", "-inf"]),
    [("W1", "nan"), ("t1", "inf"), ("learning_rate", "-inf")],
)
async def test_what_is_not_finite_is_refused_while_it_is_typed(open_at, screen_text, what, number):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", *what, "enter", *WRITTEN_OVER, *number)
        await pilot.pause()
        assert f"✗ {number} is not a finite number" in "\n".join(screen_text(app)[-4:])


@pytest.mark.parametrize(("path", "text"), [("training.optimizer.learning_rate", "nan"), ("training.batch_size", "-1")])
def test_settings_of_large_data_are_refused_while_typed_too(path, text):
    session = Session("batch-modes", overrides={"data.samples": 3_000})
    found = next(found for found in settings_of(session.scenario) if found.path == path)
    assert problem_with(session.scenario, found, text)
    assert problem_with(session.scenario, found, "3") == ""


@thinned("size", [(80, 24), (120, 40), (40, 24)], [(80, 24), (40, 24)])
async def test_a_refusal_is_read_to_its_end_and_the_keys_stay(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("w", *"units", "enter", *WRITTEN_OVER, "3")
        await pilot.pause()
        lines = screen_text(app)
        text = " ".join(" ".join(lines[-6:]).split())
        assert "✗ found 2×2, but" in text
        assert "give a row for each sending unit and a column for each unit of this layer" in text
        assert "enter apply" in lines[-1]
        assert "esc cancel" in lines[-1]
        await pilot.press("backspace", "2")
        await pilot.pause()
        assert "found" not in " ".join(screen_text(app)[-6:]), "what is right takes no more room than before"


async def test_in_the_comparison_undo_and_redo_return_to_the_run_that_they_name(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "i", "I", "down", "w", *WRITTEN_OVER, "9", "enter", "i", "i", "i", "d")
        await pilot.pause()
        assert "u undo" in screen_text(app)[-1]
        await pilot.press("u")
        await pilot.pause()
        assert app.screen.work.session.simulator.iteration == 1
        assert "Undone, back in iteration 1" in screen_text(app)[-1]
        await pilot.press("ctrl+r", "d")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "In iteration 4, where you are" in text
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "There is no edit to redo." in screen_text(app)[-1]


async def test_right_after_a_branch_two_runs_are_compared_where_one_stands(open_at, screen_text, until):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"iii", "down", "w", *WRITTEN_OVER, "9", "enter", *"iiii", "d")
        await until(pilot, lambda: "In iteration 7, where you are" in "\n".join(screen_text(app)))
        text = "\n".join(screen_text(app))
        assert "The first number that differs is" in text
        assert text.count("  iteration 7 ") == 2, "both have done seven"
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.work.session.simulator.iteration == 7


async def test_the_comparison_says_of_loss_and_parameter_from_which_side_of_the_update_they_are(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(*"iii", "down", "w", *WRITTEN_OVER, "9", "enter", *"ii")
        simulator = app.screen.work.session.simulator
        await pilot.press("d")
        await pilot.pause()
        told = " ".join("\n".join(screen_text(app)).replace("│", "").split())
        furthest = simulator.compare().measures[0].furthest
        assert f"loss before {fixed(simulator.losses[-1], 8)}" in told
        assert f"{furthest.symbol} after {fixed(furthest.present, 8)}" in told
        assert furthest.present == simulator.snapshot().value(simulator.model.find(f"{furthest.symbol}⁺"))
        assert f"The loss is from before the update of iteration 5, {furthest.symbol} from after it" in told


async def test_in_the_comparison_the_shorter_run_can_be_let_go_on(open_at, screen_text, until):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(*"iiiiiii", *"IIII", "down", "w", *WRITTEN_OVER, "9", "enter", "d")
        await until(pilot, lambda: "In iteration 4, the" in "\n".join(screen_text(app)))
        assert "r run on" in screen_text(app)[-1], "it has gone as far as it takes to compare, and no further"
        await pilot.press("r")
        await until(pilot, lambda: "r run on" not in screen_text(app)[-1])
        assert "\n".join(screen_text(app)).count("  iteration 7 ") == 2, "both have done seven"
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.work.session.simulator.iteration == 3


async def test_a_comparison_that_takes_long_goes_on_in_pieces_and_is_left_at_once(open_at, screen_text, monkeypatch):
    monkeypatch.setattr(reports, "PIECE_SECONDS", 0)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("i", "down", "w", *WRITTEN_OVER, "9", "enter")
        simulator = app.screen.work.session.simulator
        simulator.run(iterations=50_000)
        app.screen.work.session.changed()
        await pilot.press("d")
        assert "It is being run on" in screen_text(app)[-1]
        await pilot.press("escape")
        assert isinstance(app.screen, SimulatorScreen)
        assert simulator.iteration == 50_001


async def test_after_an_undo_the_edited_run_is_there_to_compare_with(seen_after):
    text = await seen_after(*"iii", "down", "w", *WRITTEN_OVER, "9", "enter", *"iiii", "u", *"ii", "d")
    assert "What was edited, and undone" in text
    assert "the edited run" in text
    assert "In iteration 5, where you are" in text


async def test_the_comparison_names_the_sample_in_which_the_runs_part(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "w", "W", "1", "enter", *WRITTEN_OVER, "3", "enter", "i", "d")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "The first number that differs is z1 of sample 3, in iteration 3." in text


async def test_right_after_an_edit_the_comparison_counts_no_iteration_that_is_not_done(seen_after):
    text = await seen_after("i", "i", "down", "w", *WRITTEN_OVER, "9", "enter", "d")
    assert text.count("iteration 2  ") == 2, "both have done two"
    assert "This run has done no iteration since the edit" in text


async def test_another_optimizer_says_which_settings_it_brings(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "w", *"optimizer", "enter", *["backspace"] * 5, *"adam", "enter")
        await pilot.pause()
        assert "learning_rate 0.001 (it was 0.5)" in screen_text(app)[-1]
        await pilot.press("i", "d")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "learning_rate 0.001 (it was 0.5), beta_1 0.9" in text
        assert "The other run has no such number" in text
        assert "nan" not in text


async def test_with_a_breakpoint_set_another_one_is_typed_into_its_list(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("b", *"W5", "greater_than_sign", "3", "enter")
        await pilot.press("b", *"W1", "greater_than_sign", "2")
        await pilot.pause()
        assert "add: W1>2" in "\n".join(screen_text(app))
        await pilot.press("enter")
        await pilot.pause()
        assert [point.text for point in app.screen.work.session.breakpoints] == ["W5>3", "W1>2"]
        await pilot.press("b", *"what", "enter")
        await pilot.pause()
        assert "stop when  what" in screen_text(app)[-2], "what cannot be read stays to be mended"


async def test_new_weights_are_undone_to_where_one_was(open_at):
    app = open_at("xor-train")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "i", "i", "n", "i", "u")
        assert app.screen.work.session.simulator.iteration == 3


async def test_without_a_selection_a_weight_is_found_by_its_name(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("w", *"W5", "enter")
        await pilot.pause()
        assert "W5" in "".join(screen_text(app)[-3:])
        await pilot.press("ctrl+u", *"0.9", "enter")
        await pilot.pause()
        assert app.screen.work.session.simulator.look_up("W5") == 0.9


async def test_where_nothing_is_found_to_change_no_key_is_offered_to_take_it(seen_after):
    assert "enter change" in await seen_after("w")
    screen = await seen_after("w", "q", "q")
    assert "esc close" in screen
    assert "enter" not in screen


async def test_a_weight_set_by_hand_is_not_said_to_come_from_an_update(seen_after):
    screen = await seen_after("i", "i", "i", "2", *["down"] * 5, "w", "backspace", "0", ".", "9", "enter")
    assert "[0.90000000]" in screen
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(3)
    assert f"Edited after iteration 3: it was {fixed(simulator.look_up('W5'))} before." in screen
    assert "It was set by the update of iteration 3" not in screen


async def test_beside_a_weight_set_by_hand_another_is_what_the_update_left(seen_after):
    screen = await seen_after("i", "i", "i", "2", *["down"] * 5, "w", "backspace", "0", ".", "9", "enter", "down")
    assert "It was set by the update of iteration 3" in screen


async def test_a_first_weight_set_by_hand_is_not_said_to_be_given(seen_after):
    screen = await seen_after("2", *["down"] * 5, "w", "backspace", "0", ".", "9", "enter")
    assert "Edited at the start: it was 0.45000000 before." in screen


def test_of_a_unit_that_an_edit_added_it_is_said_that_its_weights_came_with_it():
    simulator = Simulator(load("xor-train"))
    simulator.run(3)
    simulator.edit(settings={"network.layers.0.units": 5})
    fifth = ref_to("now_W", 2, (4, 0))
    lines = answer_parts(
        PanelRoom(words(), simulator.snapshot(), {"select.enter": "enter"}, 90, 90, 8), Selection().select(fifth)
    )
    text = " ".join("".join(piece for piece, _ in line) for part in lines for line in part.forms[0])
    assert "An edit after iteration 3 set it too." in text


async def test_after_an_edit_between_iterations_it_is_said_which_one_begins(seen_after):
    screen = await seen_after("i", "i", "down", "w", *WRITTEN_OVER, "1", "enter", "escape")
    assert "Nothing of iteration 3 has been computed yet." in screen
    assert "Press space to compute the first number: z1." in screen


async def test_the_other_run_on_the_loss_curve_is_called_what_it_is(open_at, screen_text, eager_curve):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["i"] * 5, "I", "I", "down", "w", *WRITTEN_OVER, "9", "enter", "i", "i", "i")
        await pilot.pause()
        assert "·· previous run" in "\n".join(screen_text(app))
        await pilot.press("u")
        await pilot.pause()
        assert "·· the edited run" in "\n".join(screen_text(app))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1,000", "-1,000"),
        ("0,125", "0,125"),
        ("1_000", 1_000),
        ("+7", 7),
        ("007", 7),
        ("−0.5", -0.5),
        (".5", 0.5),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("5.e3", 5_000.0),
        ("00.5", 0.5),
        ("1_000.5", 1_000.5),
        ("-1,000.5", "-1,000.5"),
        ("1e1_0", 1e10),
        ("9223372036854775807", 2**63 - 1),
        ("1/3", "1/3"),
        ("−1/3", "−1/3"),
        ("true", True),
        ("1,00", "1,00"),
        ("1__0", "1__0"),
        ("- 5", "- 5"),
        ("\u0663", "\u0663"),
    ],
)
def test_a_value_is_read_alike_in_an_edit_and_on_the_command_line(text, value):
    for read in (parse_value, parsed):
        assert (read(text), type(read(text))) == (value, type(value))


async def test_where_neither_what_is_marked_nor_what_is_selected_can_be_set_both_are_named(seen_after):
    screen = await seen_after("enter", "w", values=20)
    assert "Neither ∂E/∂o1 (marked) nor ∂E/∂W5 (selected) can be set." in screen


@pytest.mark.parametrize(("downs", "asked"), [(0, "W7  0.7"), (1, "η  0.5"), (2, "W7  0.7")])
async def test_of_what_a_number_is_made_of_the_marked_one_is_edited_or_else_the_number_itself(seen_after, downs, asked):
    screen = await seen_after("enter", *["down"] * downs, "w", values=26)
    assert f"\n {asked}" in screen


async def test_in_a_comparison_digits_stand_below_digits_whatever_their_sign(seen_after):
    screen = await seen_after("i", "i", "I", "2", "down", "w", *WRITTEN_OVER, "minus", "9", "enter", *"iid")
    loss, weight = (line for line in screen.splitlines() if re.match(r"│  (loss before|W1 after)  ", line))
    assert re.search(r"W1 after +-9\.\d", weight)
    points = [[place for place, sign in enumerate(line) if sign == "."] for line in (loss, weight)]
    assert points[0] == points[1]
    assert len(points[0]) == 3


async def test_the_key_that_opened_a_comparison_closes_it(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "I", "2", "down", "w", *WRITTEN_OVER, "9", "enter", "d")
        await pilot.pause()
        assert isinstance(app.screen, ComparingScreen)
        names = [command.title for command in app.get_system_commands(app.screen)]
        assert "Close" in names
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, SimulatorScreen)


@each_scenario("scenario")
def test_settings_are_named_in_words_and_each_by_its_own(scenario):
    labels = [in_words(words(), found).label for found in settings_of(load(scenario))]
    assert not any("." in label for label in labels)
    assert len(labels) == len(set(labels))


async def test_a_setting_is_found_by_its_words_and_by_its_path_in_the_file(open_at, screen_text):
    app = open_at("activations")
    async with app.run_test(size=(120, 40)) as pilot:
        for typed in ("function 5 alpha", "functions.show.4.alpha"):
            await pilot.press("w", *("space" if one == " " else one for one in typed))
            await pilot.pause()
            assert [option.label for option in app.screen._found] == ["function 5 alpha"]
            await pilot.press("escape")
