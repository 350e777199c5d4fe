"""Inputs and targets that come from a file or a generator are edited like those that stand in the scenario."""

import pytest
from support.numbers import ref_to

from dlsim.engine import Simulator, load
from dlsim.engine.scenario.load import load_tables
from dlsim.tui.drawing.equation import PanelRoom
from dlsim.tui.drawing.formula import answer_parts
from dlsim.tui.session.editing import (
    brief,
    change,
    problem_with,
    redo,
    settings_of,
    target_of,
    targets_of,
    undo,
    written,
)
from dlsim.tui.session.selection import Selection, datum_edit
from dlsim.tui.session.session import Session
from dlsim.tui.session.variants import label_of
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.words import words
from dlsim.tui.words.prose import origin as origin_of

WRITTEN_OVER = ["ctrl+u"]


def target(session, ref):
    return target_of(session.simulator, session.snapshot, ref)


@pytest.mark.parametrize("name", ["over-and-underfitting", "batch-modes"])
@pytest.mark.parametrize("ref", [ref_to("x", 0, (1,)), ref_to("X", 0, (5, 0)), ref_to("T", 0, (5, 0))])
def test_a_number_of_a_generator_is_edited_undone_and_done_again(name, ref):
    session = Session(name)
    session.forward("iteration")
    before = session.snapshot.tape.value(ref, 0)
    change(session, target(session, ref), "0.25")
    assert session.snapshot.tape.value(ref, 0) == 0.25
    undo(session)
    assert session.snapshot.tape.value(ref, 0) == before
    redo(session)
    assert session.snapshot.tape.value(ref, 0) == 0.25


def test_the_sample_keeps_its_number_through_epochs_that_shuffle_and_at_the_start_it_is_what_it_was(heaps):
    session, ref = Session(heaps()), ref_to("X", 0, (5, 0))
    session.forward("iteration")
    before = session.snapshot.tape.value(ref, 0)
    change(session, target(session, ref), "0.25")
    for _ in range(3):
        session.forward("epoch")
        assert session.snapshot.tape.value(ref, 0) == 0.25
    seen = session.simulator.losses[:9].copy()
    session.home()
    assert session.snapshot.tape.value(ref, 0) == before
    session.simulator.seek(iteration=9)
    session.changed()
    assert session.snapshot.tape.value(ref, 0) == 0.25
    assert (session.simulator.losses[:9] == seen).all()


def test_an_edited_class_tells_what_the_other_targets_have_become(heaps):
    session = Session(heaps())
    numbers = [session.snapshot.tape.value(ref_to("T", 0, (0, place)), 0) for place in range(3)]
    now, other = numbers.index(1), numbers.index(0)
    hint = change(session, target(session, ref_to("T", 0, (0, other))), "1")
    assert hint.key == "hint.edited_along"
    assert hint.values["settings"] == f"t{now + 1} 0 (it was 1)"
    assert [session.snapshot.tape.value(ref_to("T", 0, (0, place)), 0) for place in (now, other)] == [0, 1]
    assert "from 0 to 1" in problem_with(session.scenario, target(session, ref_to("T", 0, (0, now))), "3")


def test_what_can_be_changed_lists_the_sample_at_hand_once_however_often_it_was_edited(heaps):
    session = Session(heaps())
    change(session, target(session, ref_to("x", 0, (0,))), "0.25")
    labels = [found.label for found in targets_of(session.simulator, session.snapshot)]
    for symbol in ("x1", "x2", "t1", "t2", "t3"):
        assert labels.count(symbol) == 1
    assert not any("data.inputs" in (found.path or "") for found in settings_of(session.scenario))


def test_an_edited_number_does_not_name_the_variant():
    session = Session("over-and-underfitting")
    others = [simulator.scenario for name, simulator in session.ensemble.members if name]
    before = label_of(session.scenario, others)
    change(session, target(session, ref_to("x", 0, (0,))), "0.25")
    assert label_of(session.scenario, others) == before


def test_an_edited_setting_is_still_named_after_a_number_of_the_data_is_edited_too():
    session = Session("xor-train")
    session.simulator.edit(settings={"training.batch_size": 3})
    session.changed()
    assert session.name_of(None) == "batch size 3, units 4"
    session.simulator.edit(settings={"data.inputs.1.1": 0.5})
    session.changed()
    assert session.name_of(None) == "batch size 3, units 4"


async def test_the_prompt_and_the_hint_say_which_sample_it_is(open_at, screen_text):
    app = open_at("batch-modes")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "4", "tab", "down", "down", "w")
        await pilot.pause()
        assert "x1 of sample 3" in "\n".join(screen_text(app))
        await pilot.press(*WRITTEN_OVER, "2", "enter")
        await pilot.pause()
        assert "x1 of sample 3 = 2" in "\n".join(screen_text(app))


def test_a_step_of_several_numbers_is_edited_in_its_place():
    tables = {
        "schema": 1,
        "title": "Two inputs at a time",
        "kind": "recurrent",
        "recurrent": {"inputs": 2, "hidden": 1, "outputs": 1},
        "data": {"inputs": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "targets": [[0, 1], [1, [0]]]},
    }
    session = Session("mine", scenario=load_tables(tables))
    for ref, before in (
        (ref_to("X", 0, (1, 0, 1)), "7"),
        (ref_to("T", 2, (1, 0, 1)), "0"),
        (ref_to("T", 2, (0, 0, 1)), "1"),
    ):
        assert brief(target(session, ref).text) == before
        change(session, target(session, ref), "0.5")
        assert session.snapshot.tape.value(ref, 0) == 0.5


def test_what_is_fed_back_is_computed_and_no_input():
    session = Session("feedforward-or-recurrent")
    assert target(session, ref_to("x", 0, (session.scenario.body.network.inputs, 1))) is None


def test_the_same_number_written_otherwise_is_no_edit(heaps):
    session = Session(heaps())
    change(session, target(session, ref_to("x", 0, (0,))), "2.0")
    assert change(session, target(session, ref_to("x", 0, (0,))), "2").key == "hint.unchanged"


def test_a_setting_of_many_long_sequences_is_not_refused_while_it_is_typed():
    steps = [[[0.1, 0.2], [0.3, 0.4]]] * 250
    tables = {
        "schema": 1,
        "title": "Many sequences",
        "kind": "recurrent",
        "recurrent": {"inputs": 2, "hidden": 2, "outputs": 1},
        "data": {"inputs": steps, "targets": [[[0.5], [0.5]]] * 250},
        "training": {"loss": "mse"},
    }
    scenario = load_tables(tables)
    rate = next(found for found in settings_of(scenario) if found.path == "training.optimizer.learning_rate")
    assert problem_with(scenario, rate, "0.5") == ""
    assert problem_with(scenario, rate, "-1") != ""


async def edited_twice(open_at, screen_text, file):
    """What the screen says when the second input of the sample under the lens was edited, and is asked for again."""
    app = open_at(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "1", "tab")
        await pilot.pause()
        app.screen.selecting.choose(app.screen.work.selection.select(ref_to("x", 0, (1,))))
        await pilot.press("w", *WRITTEN_OVER, "2", "enter")
        await pilot.pause()
        told = "\n".join(screen_text(app))
        await pilot.press("w")
        await pilot.pause()
        return told, "\n".join(screen_text(app)), app.screen.work.session.simulator, app.screen.work.selection.ref


async def test_after_an_edit_the_lens_is_on_the_edited_sample_where_it_is_in_the_batch_that_follows(
    open_at, screen_text, heaps
):
    whole = heaps({"training.batch_size": "all"})
    told, asked, simulator, ref = await edited_twice(open_at, screen_text, whole)
    assert simulator.iteration == 1
    assert simulator.model.tape.rows[simulator.sample] == 6
    assert simulator.sample > 0
    assert "x2 of sample 7 = 2" in told
    assert "x2 of sample 7  2" in asked
    assert ref == ref_to("x", 0, (1,))
    simulator.undo()
    assert simulator.sample == 0


async def test_where_it_is_in_a_later_batch_the_edited_number_stays_selected_among_the_data(
    open_at, screen_text, heaps
):
    told, asked, simulator, ref = await edited_twice(open_at, screen_text, heaps())
    assert 6 not in simulator.model.tape.rows
    assert "x2 of sample 7 = 2" in told
    assert "x2 · sample 7 · selected" in told
    assert "x2 of sample 7  2" in asked
    assert ref == ref_to("X", 0, (6, 1))


def test_an_input_that_names_its_sample_is_edited_in_that_sample():
    simulator = Simulator(load("xor-train"))
    target = target_of(simulator, simulator.snapshot(), ref_to("x", 0, (1,), 1))
    assert target.path == "data.inputs.1.1"
    assert target.value == 1


@pytest.mark.parametrize(
    ("ref", "origin"), [(ref_to("x", 0, (1,)), "input, edited"), (ref_to("T", 0, (0, 0)), "target, edited")]
)
def test_an_edited_number_says_when_it_was_and_what_it_was_before(ref, origin):
    session = Session("over-and-underfitting")
    session.forward("iteration")
    was = brief(written(session.snapshot.value(ref)))

    def said():
        parts = answer_parts(PanelRoom(words(), session.snapshot, CAPS, 200, 60, 8), Selection().select(ref))
        return " ".join(text for part in parts for line in part.forms[0] for text, _ in line)

    assert "given" in said()
    assert not origin_of(words(), session.snapshot, ref).endswith("edited")
    change(session, target(session, ref), "0.25")
    session.forward("iteration")
    session.forward("iteration")
    assert "Edited after iteration 1: it was" in said()
    assert f"it was {float(was):.8f} before." in said()
    assert "It replaces" in said()
    assert "given" not in said()
    assert origin_of(words(), session.snapshot, ref) == origin
    undo(session)
    assert "given" in said()


def test_the_others_of_an_edited_sample_are_as_they_came():
    session = Session("over-and-underfitting")
    session.forward("iteration")
    change(session, target(session, ref_to("X", 0, (5, 0))), "0.25")
    session.forward("iteration")
    snapshot = session.snapshot
    assert datum_edit(snapshot, ref_to("X", 0, (5, 0))) is not None
    for other in (
        ref_to("X", 0, (5, 1)),
        ref_to("X", 0, (4, 0)),
        ref_to("x", 0, (0,), sample=0),
        ref_to("W", 1, (0, 0)),
    ):
        assert datum_edit(snapshot, other) is None
    assert datum_edit(snapshot, ref_to("x", 0, (0,), sample=list(snapshot.tape.rows).index(5))) is not None
