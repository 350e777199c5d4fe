"""Every number of a picture answers: the one that is drawn is the one that is told, by mouse and by keys."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from support.networks import layer, scenario
from support.numbers import ref_to
from support.scenarios import each_scenario, thinned

from dlsim.engine import Simulator, load
from dlsim.engine.numbers import is_extreme
from dlsim.tui.drawing.diagram.focus import focus_of, shape_of
from dlsim.tui.drawing.equation import PanelRoom
from dlsim.tui.drawing.formula import answer_parts
from dlsim.tui.drawing.pictures.catalogue import PICTURES, pictures_of
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.session.selection import Selection
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.widgets.moment import PictureView
from dlsim.tui.words import words
from dlsim.tui.words.prose import meaning, names, origin, question, text_of

DRAWN = re.compile(r"(?:^|[ !])((?:-|− ?)?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?)(%?)\s*$")
SCENARIOS = (
    *("over-and-underfitting", "xor-train", "vanishing-gradient", "dying-relu", "matrix-shapes", "batch-modes"),
    *(
        "and",
        "logistic-and",
        "xor-single",
        "xor-mlp",
        "feedforward-or-recurrent",
        "activations",
        "losses",
        "optimizers",
    ),
)
MOMENTS = (0, 1, 40)


@cache
def snapshot_at(name, iterations):
    simulator = Simulator(load(name))
    simulator.run(iterations=iterations)
    if not iterations:
        simulator.step("op")
    return simulator.snapshot()


def drawn_numbers(snapshot, *, sizes=((61, 18), (80, 24), (38, 12))):
    """(picture, text, reference) of every number that can be selected in the pictures of a moment."""
    for picture in pictures_of(snapshot.scenario):
        for view in range(min(len(picture.views(snapshot)), 8)):
            for width, height in sizes:
                drawing = picture.draw(Scene(snapshot, view=view), width, height)
                lines = drawing.cells.text().split("\n")
                for hit in drawing.hits:
                    yield picture.key, lines[hit.y].ljust(width)[hit.x : hit.x + hit.width], hit.ref


@cache
def drawn_at(name, iterations):
    return list(drawn_numbers(snapshot_at(name, iterations)))


@thinned("iterations", MOMENTS, [0, 40])
@each_scenario(names=SCENARIOS, besides=["over-and-underfitting"])
def test_the_number_that_is_drawn_is_the_one_that_is_told(name, iterations):
    snapshot, seen = snapshot_at(name, iterations), 0
    for picture, text, ref in drawn_at(name, iterations):
        value, found = snapshot.value(ref), DRAWN.search(text)
        if "…" in text:
            assert value is None or not found, (picture, text, ref)
        elif found:
            number, share = found[1].replace(",", "").replace("− ", "-").replace("−", "-"), 100 if found[2] else 1
            assert value is not None, (picture, text, ref)
            decimals = len(number.partition("e")[0].partition(".")[2])
            power = int(number.partition("e")[2] or 0)
            margin = 0.5 * 10.0 ** (power - decimals) * (1 + 1e-9)
            assert abs(float(number) - share * value) <= margin, (picture, text, ref, value)
            assert "e" in number or not is_extreme(value) or value > 1, (picture, text, ref)
            seen += 1
    assert seen


@thinned("iterations", MOMENTS, [0, 40])
@each_scenario(names=SCENARIOS, besides=["over-and-underfitting"])
def test_every_number_of_a_picture_has_a_question_a_meaning_and_an_origin_of_its_own(name, iterations):
    say, snapshot = words(), snapshot_at(name, iterations)
    wanted = {ref for _, _, ref in drawn_at(name, iterations)}
    asked = set(wanted)
    for _ in range(4):  # and so has what they are made of
        wanted = {operand for ref in wanted for operand in snapshot.explain(ref).operands[:2]} - asked
        asked |= wanted
    for ref in asked:
        told = names(snapshot, ref)
        assert question(say, snapshot, ref) != say("question.any", **told), ref
        assert meaning(say, snapshot, ref, snapshot.value(ref) or 0.0) != say("meaning.any", **told), ref
        assert origin(say, snapshot, ref), ref


@each_scenario(names=SCENARIOS, besides=["over-and-underfitting"])
def test_every_number_of_a_picture_is_copied_with_its_formula(name):
    snapshot = snapshot_at(name, 1)
    for _, _, ref in drawn_numbers(snapshot, sizes=((61, 18),)):
        text = text_of(words(), snapshot, selected=ref)
        assert text is None or text.startswith(snapshot.symbol(ref)), ref


WITH_KEYS = [
    ("over-and-underfitting", "confusion"),
    ("dying-relu", "bars"),
    ("matrix-shapes", "shapes"),
    ("xor-single", "search-map"),
    ("xor-single", "region"),
    ("activations", "functions-plot"),
]
CLICKED = [*WITH_KEYS, ("optimizers", "surface"), ("xor-train", "history")]


async def turned_to(app, pilot, picture):
    tabs = app.screen.work.tabs
    there, here = tabs.pictures.index(picture), tabs.pictures.index(tabs.picture)
    await pilot.press("1", *["p"] * ((there - here) % len(tabs.pictures)))
    await pilot.pause()
    assert app.screen.view.picture.picture is PICTURES[picture]
    return app.screen.view.picture.drawing


@thinned(
    ("scenario", "picture"),
    CLICKED,
    [("dying-relu", "bars"), ("matrix-shapes", "shapes"), ("activations", "functions-plot"), ("optimizers", "surface")],
)
async def test_a_number_of_a_picture_is_selected_by_a_click_and_marked(open_at, screen_text, scenario, picture):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        hit = (await turned_to(app, pilot, picture)).own[-1]
        await pilot.click(PictureView, offset=(hit.x, hit.y))
        await pilot.pause()
        assert app.screen.work.selection.ref == hit.ref
        assert f"{app.screen.work.session.snapshot.symbol(hit.ref)} · selected" in "\n".join(screen_text(app))
        row = list(app.screen.view.picture.drawing.cells.rows())[hit.y]
        assert any(role.startswith("chosen") for _, role in row)


@thinned(("scenario", "picture"), WITH_KEYS, [("over-and-underfitting", "confusion"), ("xor-single", "search-map")])
async def test_keys_go_through_all_numbers_of_a_picture(open_at, scenario, picture):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        refs = (await turned_to(app, pilot, picture)).in_order()
        gone = []
        for _ in refs[:30]:
            await pilot.press("tab")
            gone.append(app.screen.work.selection.ref)
        assert gone[0] in refs
        start = refs.index(gone[0])
        assert gone == [refs[(start + by) % len(refs)] for by in range(len(gone))]


async def test_down_goes_to_the_number_below_and_enter_on_to_what_it_is_made_of(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        drawing = await turned_to(app, pilot, "confusion")
        above, below = ((truth, 0) for truth in (0, 1))
        hit = next(
            hit for hit in drawing.hits if hit.ref.quantity.key == "taken_for:training" and hit.ref.index == above
        )
        await pilot.click(PictureView, offset=(hit.x + hit.width - 1, hit.y))
        await pilot.press("down")
        assert app.screen.work.selection.ref.index == below
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert app.screen.work.selection.ref.quantity.key == "decision:training"
        assert "How is this sample classified?" in "\n".join(screen_text(app))
        await pilot.press("escape")
        assert app.screen.work.selection.ref.index == below


async def test_a_cell_of_a_matrix_is_the_number_that_stands_there_and_the_product_stays_on_screen(open_at, screen_text):
    app = open_at("matrix-shapes")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        drawing = await turned_to(app, pilot, "shapes")
        wanted = ref_to("W", 1, (2, 3)), ref_to("x", 0, (1,), 0), ref_to("z", 1, (3,), 0), ref_to("columns:W", 1)
        hits = {hit.ref: hit for hit in drawing.hits}
        await pilot.click(PictureView, offset=(hits[ref_to("rows:X", 1)].x, hits[ref_to("rows:X", 1)].y))
        for ref in wanted:
            hit = next(hit for hit in app.screen.view.picture.drawing.hits if hit.ref == ref)
            await pilot.click(PictureView, offset=(hit.x, hit.y))
            await pilot.pause()
            assert app.screen.work.selection.ref == ref
            assert "· selected" in "\n".join(screen_text(app))
            assert ref_to("W", 1, (2, 3)) in app.screen.view.picture.drawing.in_order()


def test_a_number_that_names_the_sample_under_the_lens_lights_the_diagram_as_the_number_itself_does():
    snapshot = snapshot_at("xor-train", 1)
    shape = shape_of(snapshot.scenario)
    for ref in (ref_to("z", 1, (2,)), ref_to("a", 1, (0,)), ref_to("x", 0, (1,))):
        own = focus_of(snapshot, shape, ref)
        named = focus_of(snapshot, shape, ref._replace(sample=snapshot.sample))
        assert (named.active, named.nodes, named.edges) == (own.active, own.nodes, own.edges)
        assert focus_of(snapshot, shape, ref._replace(sample=snapshot.sample + 1)).active is None


def test_what_a_layers_gradients_come_to_lights_its_weights():
    snapshot = snapshot_at("xor-train", 1)
    focus = focus_of(snapshot, shape_of(snapshot.scenario), ref_to("mean_size:dE_dW", 1))
    assert {(edge.layer, edge.sender, edge.unit) for edge in focus.edges} == {
        (1, sender, unit) for sender in range(2) for unit in range(4)
    }


async def test_a_point_of_the_plane_is_what_the_network_answers_to_its_sample(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        drawing = await turned_to(app, pilot, "region")
        hit = next(hit for hit in drawing.hits if hit.ref.quantity.key == "pass_a:training" and hit.ref.index == (1, 0))
        await pilot.click(PictureView, offset=(hit.x, hit.y))
        await pilot.pause()
        snapshot = app.screen.work.session.snapshot
        answer = snapshot.tape.answers(snapshot.scenario.body.data.inputs)[1, 0]
        assert f"= {answer:.8f}" in "\n".join(screen_text(app))
        assert "o1₂ · selected" in "\n".join(screen_text(app))


@pytest.mark.filterwarnings("error")
@thinned("size", [1e155, 1e308, 0.0, 1e-310], [1e308, 0.0])
def test_numbers_that_have_left_all_bounds_are_told_as_far_as_they_can_be(size):
    say, asked = words(), 0
    for activation in ("relu", "tanh"):
        layers = [layer(3, activation, np.full((2, 3), size)), layer(2, "softmax", np.full((3, 2), -size))]
        inputs = [[1.0, 2.0], [3.0, -1.0], [np.nextafter(0, 1), 1e100]]
        targets = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
        simulator = Simulator(scenario(layers, inputs, targets, loss="categorical_crossentropy", learning_rate=1e10))
        for _ in range(3):
            simulator.step("phase")
            snapshot = simulator.snapshot()
            refs = {ref for _, _, ref in drawn_numbers(snapshot, sizes=((61, 18),))} | {ref_to("mean_E")}
            for ref in refs:
                assert answer_parts(PanelRoom(say, snapshot, CAPS, 60, 60, 8), Selection().select(ref))
            asked += len(refs)
    assert asked


def test_what_units_are_dead_and_what_a_sample_is_taken_for_light_the_units():
    snapshot = snapshot_at("xor-train", 1)
    shape = shape_of(snapshot.scenario)
    units = {(1, unit) for unit in range(4)}
    assert focus_of(snapshot, shape, ref_to("saturated", 1)).nodes.keys() == units
    assert focus_of(snapshot, shape, ref_to("is_saturated", 1, (2,))).active.unit == 2
    own, other = (ref_to("pass_a:training", 2, (row, 0)) for row in (snapshot.row, snapshot.row + 1))
    assert focus_of(snapshot, shape, own).active == focus_of(snapshot, shape, ref_to("a", 2, (0,))).active
    assert focus_of(snapshot, shape, other).active is None
    decided = focus_of(snapshot, shape, ref_to("decision:training", 0, (snapshot.row,)))
    assert decided.nodes.keys() == {(2, 0)}
