"""Variants side by side, pictures as tabs, the rules, the timeline strip."""

from __future__ import annotations

import re

import numpy as np
import pytest
from msgspec.structs import replace
from support.numbers import ref_to
from support.scenarios import each_scenario

from dlsim.engine import load
from dlsim.engine.conventions import conventions
from dlsim.engine.curve import Curve
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.scenario.toml import write_toml
from dlsim.tui.app import DlsimApp
from dlsim.tui.drawing.canvas import ASCII
from dlsim.tui.drawing.header import AHEAD, LEFT, is_logarithmic, span_of, strip_line
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.reports import convention_lines
from dlsim.tui.drawing.text import Owner
from dlsim.tui.drawing.variants import VariantRow, variants, variants_lines
from dlsim.tui.screens.overlays import ChoosingScreen
from dlsim.tui.session.session import Session
from dlsim.tui.session.variants import differences
from dlsim.tui.widgets.moment import PictureView
from dlsim.tui.widgets.over_time import LossCurve
from dlsim.tui.words import words
from dlsim.tui.words.prose import rule_in_words

# variants


def test_after_every_step_the_other_ways_have_as_many_updates():
    session = Session("optimizers")
    for move in ("iteration", "iteration", "epoch"):
        session.forward(move)
        assert session.follow()
        assert {member.snapshot.position.done for member in session.members} == {session.simulator.iteration}
    session.back("iteration")
    session.follow()
    assert {member.snapshot.position.done for member in session.members} == {session.simulator.iteration}


def test_the_next_way_stands_at_the_same_place_and_sample():
    session = Session("xor-train")
    session.forward("iteration")
    for _ in range(5):
        session.forward()
    session.move_lens(2)
    before = session.simulator.position
    assert session.next_variant().values["variant"] == "two hidden units"
    after = session.simulator.position
    assert (after.done, after.cursor, session.simulator.sample) == (before.done, before.cursor, 2)


def test_variants_that_need_long_are_brought_along_bit_by_bit():
    ensemble = Ensemble(load("optimizers"))
    ensemble.lead.run(50)
    assert not ensemble.follow(seconds=0.0)
    assert ensemble.follow()


NAMES = {
    "optimizers": "sgd",
    "batch-modes": "batch size all",
    "vanishing-gradient": "sigmoid",
    "xor-train": "units 4, init glorot_uniform",
}


@pytest.mark.parametrize(("scenario", "name"), NAMES.items())
def test_the_way_as_written_is_called_by_what_sets_it_apart(scenario, name):
    assert Session(scenario).name_of(None) == name


@pytest.mark.parametrize(
    ("scenario", "path", "value", "name"),
    [
        ("batch-modes", "training.batch_size", 32, "batch size 32"),
        ("xor-train", "network.layers.0.units", 5, "units 5, init glorot_uniform"),
    ],
)
def test_once_it_is_edited_the_way_as_written_is_called_by_what_holds_now(scenario, path, value, name):
    session = Session(scenario)
    before = session.name_of(None)
    session.simulator.edit(settings={path: value})
    session.changed()
    assert session.name_of(None) == name
    assert variants(Scene(session.snapshot, session.members))[0].name == name
    session.simulator.undo()
    assert session.name_of(None) == before


def test_only_settings_that_differ_are_told():
    momentum = [simulator.scenario for _, simulator in Ensemble(load("momentum-escape")).members]
    assert differences(momentum) == [(), ("momentum 0.9",), ("momentum 0.5",), ("momentum 0.95",)]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_ways_stand_side_by_side_with_their_losses(open_at, screen_text, size):
    app = open_at("optimizers")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "i", "8")
        text = "\n".join(screen_text(app))
        for name, simulator in app.screen.work.session.ensemble.members:
            assert (name or "sgd") in text
            assert f"{simulator.losses[-1]:.8f}" in text


async def test_a_run_takes_all_ways_along(open_at, until):
    app = open_at("optimizers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["right_square_bracket"] * 10, "r")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        assert {one.iteration for _, one in app.screen.work.session.ensemble.members} == {200}


async def test_curves_of_all_variants_are_overlaid_and_named(open_at, screen_text, eager_curve):
    app = open_at("optimizers")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "i")
        curve = [line[63:] for line in screen_text(app)[23:]]
        seen = {mark: sum(mark in line for line in curve) for mark in "■▲◆○□△"}
        assert min(seen.values()) >= 1  # in the legend
        assert sum(count > 1 for count in seen.values()) >= 3  # and on the curves, where they do not lie on each other


async def test_every_way_has_one_mark_in_the_table_in_the_legend_and_on_its_curve(open_at, screen_text, eager_curve):
    app = open_at("optimizers-on-a-network")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["i"] * 5, "v", "8")
        await pilot.pause()
        lines = screen_text(app)
        table, side = [line[:63] for line in lines[22:]], [line[63:] for line in lines[22:]]
        assert any("▶ ■ momentum" in line for line in table)
        assert any("● sgd  ■ momentum" in line for line in side)
        assert any("■" in line for line in side[4:]), "the lead's curve ends in its own mark"


# pictures


@pytest.mark.parametrize("cells", [120, 100, 80, 60])
async def test_titles_never_run_into_each_other(open_at, screen_text, cells):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(cells, 24 if cells < 100 else 40)) as pilot:
        await pilot.press("i")
        await pilot.pause()
        edges = [line for line in screen_text(app) if "2 Weights" in line or "3 Layers" in line]
        assert edges
        for edge in edges:
            assert re.search(r"[─│] ?3 Layers ?[─│] ?4 Data", edge)


async def test_pictures_are_tabs_of_the_first_panel(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        before = list(app.screen.walk_children())
        assert re.search(r"Network[─│ ]*Plane[─│ ]*Statistics", screen_text(app)[2])
        first = screen_text(app)[3:20]
        await pilot.press("p")
        assert screen_text(app)[3:20] != first
        for _ in range(len(app.screen.work.tabs.pictures) - 1):
            await pilot.press("p")
        assert screen_text(app)[3:20] == first
        assert list(app.screen.walk_children()) == before


async def test_a_click_on_its_title_shows_a_picture(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click("#network", offset=(14, 0))
        assert app.screen.work.tabs.picture == "region"
        assert app.screen.view.picture.display
        assert not app.screen.view.diagram.display


@pytest.mark.parametrize(("scenario", "picture"), [("optimizers", "surface"), ("activations", "functions-plot")])
async def test_where_there_is_no_network_the_picture_is_the_main_panel(open_at, scenario, picture):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        assert app.screen.work.tabs.picture == picture


# rules


@each_scenario()
def test_every_rule_of_every_scenario_is_said(name):
    for variant in (None, *load(name).variants):
        for rule in conventions(load(name, variant=variant)):
            said = rule_in_words(words(), rule)
            assert said.endswith((".", "ε."))
            assert "{" not in said


def with_entry(name):
    """A scenario in which an activation, a loss or an optimizer occurs, with settings other than its defaults."""
    table = {"name": name}
    if name in OPTIMIZERS:
        return load("xor-train", overrides={"training.optimizer": {**table, "decay": 0.1}})
    if name in LOSSES:
        output = {"network.layers.1.activation": LOSSES[name].fused_with or "linear", "data.targets": [[1.0]] * 4}
        return load("xor-train", overrides={"training.loss": name, **output})
    table |= {setting.name: setting.default / 2 or 1 for setting in ACTIVATIONS[name].settings}
    base = "backprop-2-2-2" if ACTIVATIONS[name].is_trainable else "nand"
    return load(base, overrides={"network.layers.0.activation": table})


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES, *OPTIMIZERS])
def test_the_rules_of_every_activation_loss_and_optimizer_are_said(name):
    case = with_entry(name)
    text = "\n".join("".join(piece for piece, _ in line) for line in convention_lines(words(), case, 60))
    assert "{" not in text
    for rule in conventions(case):
        assert rule_in_words(words(), rule).endswith((".", "ε.")), rule.key


@pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_that_has_an_epsilon_says_where_it_stands(entry):
    assert any(setting.name == "epsilon" for setting in entry.settings) == bool(entry.epsilon_rule)


@pytest.mark.parametrize(
    ("name", "variant", "said"),
    [
        ("and", None, "At exactly 0, **step** stays silent"),
        ("and", "1.0, 1.0, -1.0, fires at ≥ 0", "At exactly 0, **step** fires"),
        ("xor-single", None, "At a sum of exactly 0, the neuron of the search stays silent"),
        (
            "optimizers",
            "RMSprop",
            "The default of ε for this optimizer is **1e-6**, as in the notes; in Keras 2.2.4 it is **1e-7**",
        ),
        ("optimizers", "Adam", "It is added **outside the root**"),
    ],
)
def test_the_rules_say_what_one_would_have_to_guess(name, variant, said):
    rules = [rule_in_words(words(), rule) for rule in conventions(load(name, variant=variant))]
    assert any(said in rule for rule in rules)


@pytest.mark.parametrize(
    ("name", "said"),
    [("adadelta", "**inside both roots**"), ("swish", "β = **0.5**"), ("elu", "derivative there is set to **1**")],
)
def test_the_rules_of_what_has_its_own_are_told(name, said):
    assert any(said in rule_in_words(words(), rule) for rule in conventions(with_entry(name)))


async def test_key_7_tells_the_rules_of_adadelta_and_of_a_swish(screen_text, tmp_path):
    tables = load("backprop-2-2-2").raw | {"training": {"loss": "mse", "optimizer": "adadelta"}}
    tables["network"]["layers"][0]["activation"] = {"name": "swish", "beta": 1.5}
    file = tmp_path / "mine.toml"
    file.write_text(write_toml({key: table for key, table in tables.items() if key != "expect"}), encoding="utf-8")
    app = DlsimApp(Session(str(file)))
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("7")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "β = 1.5" in text
        assert "Adadelta" in text


async def test_the_rules_are_a_tab(open_at, screen_text):
    app = open_at("optimizers-on-a-network")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("7")
        assert "double precision" in "\n".join(screen_text(app))
        await pilot.press("v", "v", "v", "v", "v")
        app.screen.view.rules.scroll_lines(-99)
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert "Adam" in "\n".join(screen_text(app))


# the timeline


async def test_what_one_came_back_from_stays_on_the_strip(open_at, screen_text, until):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        before = screen_text(app)
        await pilot.press("e", "e", "e", "home")
        await until(pilot, lambda: screen_text(app)[2:21] == before[2:21])
        after = screen_text(app)
        assert "0/3" in after[1]
        assert before[0] == after[0]


async def test_keys_and_clicks_scrub(open_at):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(40):
            await pilot.press("i")
        await pilot.press("less_than_sign")
        assert app.screen.work.session.simulator.iteration == 38
        await pilot.press("shift+right", "greater_than_sign")
        assert app.screen.work.session.simulator.iteration == 40
        await pilot.click("#strip", offset=(12, 0))
        assert 0 < app.screen.work.session.simulator.iteration < 5


@pytest.mark.parametrize(("height", "is_shown"), [(19, False), (20, True), (40, True)])
async def test_a_low_screen_has_no_room_for_the_strip(open_at, height, is_shown):
    app = open_at("xor-train")
    async with app.run_test(size=(80, height)):
        assert app.screen.view.strip.display is is_shown


async def test_a_click_on_the_loss_curve_goes_to_that_iteration_and_says_its_loss(open_at, screen_text, eager_curve):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.simulator.run(200)
        app.screen.work.session.changed()
        await pilot.press("i")
        curve = app.screen.view.curve
        await pilot.click(LossCurve, offset=(curve.size.width // 2, curve.size.height // 2))
        await pilot.pause()
        done = app.screen.work.session.snapshot.position.done
        assert 80 < done < 120
        loss = app.screen.work.session.simulator.losses[done - 1]
        assert f"Iteration {done}: loss {loss:.8f}" in screen_text(app)[-1]
        await pilot.click(LossCurve, offset=(curve.size.width // 2, curve.size.height // 2))
        assert 30 < app.screen.work.session.snapshot.position.done < 60, "of what is drawn now"


async def test_a_click_on_what_stops_runs_opens_the_list_of_it(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "b", *"loss<0.01", "enter")
        line = screen_text(app)[1]
        await pilot.click("#strip", offset=(line.index("stops:") + 3, 0))
        await pilot.pause()
        assert isinstance(app.screen, ChoosingScreen)
        await pilot.press("escape")
        await pilot.click("#strip", offset=(line.index("┃") - 1, 0))
        assert not isinstance(app.screen, ChoosingScreen)


def test_beside_and_on_the_strip_stands_how_far_the_run_went_that_an_edit_has_left():
    session = Session("xor-train")
    session.simulator.run(300)
    session.simulator.seek(iteration=10)
    session.simulator.edit(numbers={"W1": 0.5})
    session.simulator.run(5)
    session.changed()
    line, _ = strip_line(words(), session.snapshot, 120)
    assert "previous run: to 300" in line[-1][0]
    assert LEFT[0] in "".join(text for text, _ in line)
    session.simulator.run(300)
    session.changed()
    line, _ = strip_line(words(), session.snapshot, 120)
    assert "run before" not in line[-1][0]
    assert LEFT[0] not in "".join(text for text, _ in line)


def test_an_edit_is_marked_and_without_good_glyphs_too():
    session = Session("xor-train")
    session.simulator.run(30)
    session.simulator.seek(iteration=10)
    session.simulator.edit(numbers={"W1": 0.5})
    session.simulator.run(5)
    session.changed()
    plain, _ = strip_line(words(), session.snapshot, 80, ASCII)
    text = "".join(piece for piece, _ in plain)
    assert text.isascii()
    assert "^" in text
    assert AHEAD[1] in text


@pytest.mark.parametrize(
    ("edits", "stops", "cells", "told"),
    [
        ((), ["loss < 0.01"], 80, " stops: loss < 0.01 "),
        ((), ["loss < 0.01", "any |gradient| < 1e-6", "epoch 30"], 80, " 3 stops "),
        ((), ["loss < 0.01", "any |gradient| < 1e-6"], 200, " stops: loss < 0.01, any |gradient| < 1e-6 "),
        ((11,), [], 80, " ◆ edited at iteration 11 "),
        ((11, 1_200), [], 80, " ◆ edited at 2 iterations "),
        ((1_200,), ["loss < 0.01"], 80, " ◆ edited at iteration 1,200 · 1 stop "),
    ],
)
def test_beside_the_strip_stands_where_something_was_edited_and_what_stops_runs(edits, stops, cells, told):
    snapshot = replace(Session("backprop-2-2-2").snapshot, edits=edits)
    line, _ = strip_line(words(), snapshot, cells, stops=stops)
    assert line[-1][0] == told


@pytest.mark.parametrize(("known", "planned", "span"), [(0, 1000, 24), (25, 1000, 32), (600, 1000, 1000), (5, 5, 5)])
def test_the_strip_grows_by_doubling(known, planned, span):
    assert span_of(known, planned) == span


async def test_variants_that_are_measured_on_kept_back_data_show_it_beside_their_losses(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"eeeeee8")
        await pilot.pause()
        lines = screen_text(app)
        (head,) = (line for line in lines if "validation loss" in line)
        assert re.search(r" loss +validation loss", head)
        (ended,) = (line for line in lines if "ends: 5" in line)
        curves = app.screen.work.session.ensemble.members[1][1].curves
        assert f"{curves['validation'].values[-1]:.8f}" in ended
        await pilot.press("v")
        await pilot.pause()
        assert "It stopped here" in screen_text(app)[-1]


async def test_variants_with_batches_of_unlike_sizes_are_compared_over_all_the_data(open_at, screen_text):
    app = open_at("batch-modes")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"iii8")
        await pilot.pause()
        lines = screen_text(app)
        for _, simulator in app.screen.work.session.ensemble.members:
            assert any(f"{simulator.loss():.8f}" in line for line in lines)


@pytest.mark.parametrize("cells", [38, 45, 49, 59, 78, 118])
def test_of_ways_side_by_side_the_number_that_compares_is_never_cut(cells):
    say = words()
    rows = [
        VariantRow(
            "few", "●", "series-0", "too few epochs", "ends: 1,005", "0.46473729", "1.12681541", "epochs 5", True
        ),
        VariantRow(
            "ten", "■", "series-1", "ten times the data", "5,120", "0.46473729", "0.55979026", "samples 600", False
        ),
    ]
    head, *lines = ("".join(text for text, _ in line) for line in variants_lines(say, rows, cells, "validation"))
    assert "validation" in head[:cells]
    for line, row in zip(lines, rows, strict=True):
        assert row.second in line[:cells]
        assert row.updates in line[:cells]


async def test_the_header_says_which_batch_of_the_epoch_it_is(open_at, screen_text):
    for size in [(120, 40), (80, 24)]:
        app = open_at("epochs-batches-iterations")
        async with app.run_test(size=size) as pilot:
            await pilot.press(*"eiii")
            await pilot.pause()
            assert "batch 3/10" in screen_text(app)[0]


def test_a_way_is_run_at_a_speed_that_fits_it_unless_another_was_chosen():
    session = Session("batch-modes")
    slow = session.speed
    session.choose_variant("stochastic")
    assert session.speed.per_second > 10 * slow.per_second
    session.change_speed(-1)
    chosen = session.speed
    session.choose_variant(None)
    assert session.speed == chosen


def test_a_timeline_on_a_logarithmic_scale_says_so():
    session = Session("dying-relu", variant="leaky_relu, a = 0.1")
    line, _ = strip_line(words(), session.snapshot, 80)
    assert "log" not in line[0][0]
    losses = Curve(np.array([100.0, 10.0, 1.0, 0.1]))
    assert is_logarithmic(losses)
    assert not is_logarithmic(Curve(np.array([4.0, 2.0, 1.0])))
    assert not is_logarithmic(Curve(np.array([4.0, 1e-9, -1.0])))
    line, _ = strip_line(words(), replace(session.snapshot, known=losses), 80)
    assert "log" in line[0][0]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_panels_are_titled_with_their_keys(open_at, screen_text, size):
    app = open_at("batch-modes")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i")
        for key, title in [("6", "Lesson"), ("5", "Loss"), ("8", "Variants"), ("2", "Weights")]:
            await pilot.press(key)
            await pilot.pause()
            assert any(f"{key} {title}" in line for line in screen_text(app))
            assert (
                app.screen.work.tabs.panel in app.screen.work.tabs.areas["side"] + app.screen.work.tabs.areas["tables"]
            )


async def test_the_key_of_a_picture_that_is_shown_already_says_which_key_turns_to_the_next(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "1")
        await pilot.pause()
        assert "next picture" not in "\n".join(screen_text(app)), "it was not shown"
        await pilot.press("1")
        await pilot.pause()
        assert "p shows the next picture: Plane." in "\n".join(screen_text(app))
        await pilot.press("p")
        await pilot.pause()
        assert "Picture: Plane." in "\n".join(screen_text(app))


@pytest.mark.parametrize(
    ("scenario", "title"), [("backprop-2-2-2", "1 Network · p: Plane│"), ("xor-train", "1 Plane · p│")]
)
async def test_on_a_small_screen_the_tab_of_the_pictures_names_the_key_to_the_next(
    open_at, screen_text, scenario, title
):
    app = open_at(scenario)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert any(title in line for line in screen_text(app))
        assert any("7 Rules" in line for line in screen_text(app)), "no tab gives way to it"
        await pilot.press("2")
        await pilot.pause()
        first = title.partition(" · ")[0]
        assert any(f"{first}│2 Weights" in line.replace(" ─ ", "│") for line in screen_text(app))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_before_the_first_step_the_other_pictures_are_named_with_their_key(open_at, screen_text, size):
    app = open_at("xor-train")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "p shows other pictures: Statistics, History" in " ".join("\n".join(screen_text(app)).split())
        await pilot.press("space")
        await pilot.pause()
        assert "other pictures" not in "\n".join(screen_text(app))


async def test_a_table_that_was_chosen_says_that_it_is_kept_and_how_it_is_let_go(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert "Kept on screen: Layers. Press 3 again to let the table follow the steps." in screen_text(app)[-1]
        await pilot.press("3")
        await pilot.pause()
        assert "The table follows the steps again." in screen_text(app)[-1]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_footer_says_how_much_a_step_is(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        for grain in ("op", "phase", "value"):
            await pilot.press("g", "space")
            await pilot.pause()
            assert f"g step: {grain}  " in screen_text(app)[-1]


@pytest.mark.parametrize(("size", "told"), [((120, 40), range(5)), ((80, 24), [0])])
async def test_what_sets_a_variant_apart_stands_below_where_its_row_cuts_it(open_at, screen_text, size, told):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=size) as pilot:
        await pilot.press("8")
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        apart = [", ".join(pieces) for pieces in app.screen.work.session.apart]
        assert len(apart) == 5
        for number, text in enumerate(apart):
            assert (f"{'●■▲◆○'[number]} {text}" in screen.rpartition("how it differs")[2]) == (number in told)


# the numbers of other variants


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_losses_of_all_variants_are_selected_by_keys_each_under_the_lens(open_at, screen_text, size):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "i", "8", "tab")
        names, session = app.screen.work.session.ensemble.names, app.screen.work.session
        assert (session.variant, app.screen.work.selection.ref) == (names[0], ref_to("mean_E"))
        await pilot.press("tab")
        assert (session.variant, app.screen.work.selection.ref) == (names[0], ref_to("loss:validation:read"))
        await pilot.press("down")
        await pilot.pause()
        assert (session.variant, app.screen.work.selection.ref) == (names[1], ref_to("loss:validation:read"))
        text = "\n".join(screen_text(app))
        assert f"{names[1]} is under the lens now" in text
        assert "lossᵥ · selected" in text
        await pilot.press("tab")
        assert (session.variant, app.screen.work.selection.ref) == (names[2], ref_to("mean_E"))
        await pilot.press("up", "up", "up")
        await pilot.pause()
        assert session.variant == names[0]
        assert "no more numbers in this direction" in "\n".join(screen_text(app))


async def test_a_click_on_the_loss_of_a_variant_selects_it_and_one_on_its_name_looks_at_it(open_at, screen_text):
    app = open_at("optimizers-on-a-bowl")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "8")
        await pilot.pause()
        lines = screen_text(app)
        row = next(row for row, line in enumerate(lines) if "Adagrad   " in line and row > 20)
        await pilot.click(offset=(lines[row].index("1.70"), row))
        await pilot.pause()
        assert app.screen.work.session.variant == "Adagrad"
        assert "f = " in "\n".join(screen_text(app))
        assert "f · selected" in "\n".join(screen_text(app))
        await pilot.click(offset=(lines[row + 1].index("RMSprop"), row + 1))
        await pilot.pause()
        assert app.screen.work.session.variant == "RMSprop"


async def test_a_number_of_another_variant_in_a_picture_answers_to_a_click(open_at, screen_text):
    app = open_at("optimizers-on-a-bowl")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "1")
        await pilot.pause()
        hit = next(hit for hit in app.screen.view.picture.drawing.hits if hit.of == Owner("Nesterov"))
        await pilot.click(PictureView, offset=(hit.x + hit.width - 1, hit.y))
        await pilot.pause()
        assert app.screen.work.session.variant == "Nesterov"
        text = "\n".join(screen_text(app))
        assert "Nesterov is under the lens now" in text
        assert f"= {app.screen.work.session.snapshot.value(hit.ref):.8f}" in text


async def test_the_loss_over_all_data_of_a_variant_says_what_it_is_made_of(open_at, screen_text):
    app = open_at("batch-modes")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "8", "tab", "tab")
        await pilot.pause()
        snapshot = app.screen.work.session.snapshot
        assert app.screen.work.selection.ref == ref_to("loss:training")
        assert "How wrong is the network on all the training data" in "\n".join(screen_text(app))
        assert snapshot.value(ref_to("loss:training")) == app.screen.work.session.simulator.loss()
