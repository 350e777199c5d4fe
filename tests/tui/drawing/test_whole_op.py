"""A step of one op shows a layer's whole product: its matrices, and a line with numbers for each of its results."""

from __future__ import annotations

import itertools
import re

import pytest
from support.numbers import ref_to
from support.scenarios import each_scenario, thinned

from dlsim.engine import Simulator, load
from dlsim.engine.numbers import fixed
from dlsim.tui.drawing.formula import panel_lines, panel_parts
from dlsim.tui.drawing.text import measure
from dlsim.tui.drawing.whole_op import op_shown
from dlsim.tui.session.selection import Selection
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.words import words


def shown(simulator, cells=78, height=20, selected=None):
    snapshot = simulator.snapshot()
    selection = Selection() if selected is None else Selection().select(selected)
    op = op_shown(snapshot, selection)
    parts, foot = panel_parts(words(), snapshot, CAPS, cells, 8, selection, (), (op,) if op else ())
    return panel_lines(parts, foot, height)


def text(lines):
    return "\n".join("".join(piece for piece, _ in line) for line in lines)


def at(name, ops=1):
    simulator = Simulator(load(name))
    for _ in range(ops):
        simulator.step("op")
    return simulator


@pytest.mark.parametrize(("cells", "height"), [(54, 18), (78, 10)])
def test_a_layers_product_stands_there_with_its_shapes_and_all_its_numbers(cells, height):
    simulator = at("matrix-shapes")
    told = text(shown(simulator, cells, height))
    assert "Z[1] = X·W[1] + b[1]  (1×4)·(4×8) + (1×8) = (1×8)" in told
    for unit in range(8):
        (line,) = (line for line in told.splitlines() if line.split()[:1] == [f"z{unit + 1}"])
        assert line.split("=")[-1].split()[0].rstrip("↓") == fixed(simulator.snapshot().value(ref_to("z", 1, (unit,))))


def test_with_room_for_them_the_numbers_are_filled_in_over_as_many_lines_as_it_takes():
    told = text(shown(at("matrix-shapes"), 54, 34))
    assert told.count("·(-1)") >= 8, "the inputs are filled in"
    assert "+ 0 = -0.06323329" in told


def test_where_all_have_a_line_each_the_selected_one_has_its_numbers():
    told = text(shown(at("matrix-shapes"), 54, 18, selected=ref_to("z", 1, (4,))))
    assert told.count("·(-1)") == 1
    assert "z8 = " in told


@each_scenario()
@pytest.mark.parametrize(("cells", "height"), [(36, 12), (58, 18), (92, 30)])
def test_no_number_in_an_op_has_fewer_decimals_than_chosen_and_no_formula_is_cut(name, cells, height):
    simulator = Simulator(load(name))
    for _ in range(len(simulator.program)):
        simulator.step("op")
        if op_shown(simulator.snapshot(), Selection()) is None:
            continue
        for line in text(shown(simulator, cells, height)).splitlines()[:-1]:
            formula = re.sub(r"\[.*?\]|⟨.*?⟩", "", line)
            if re.match(r" +(▶|\S+ +=|=|[+−·])", line):
                assert not re.search(r"… *=|\d…", formula), line
                for number in re.findall(r"\d+\.(\d+)(?!e)\b", formula):
                    assert len(number) in {8, 7} or number.rstrip("0") == number, line


@thinned(
    ("name", "cells"),
    itertools.product(["feedforward-or-recurrent", "xor-train", "batch-modes"], [54, 92]),
    [("feedforward-or-recurrent", 54), ("xor-train", 92)],
)
def test_that_the_lens_stands_between_signs_is_said_only_where_they_are_on_screen(name, cells):
    simulator, told = Simulator(load(name)), set()
    simulator.sample = 2
    for _ in range(len(simulator.program)):
        simulator.step("op")
        for height in (8, 12, 20, 40):
            seen = text(shown(simulator, cells, height))
            is_said = "mark" in seen and "part" in seen
            assert seen.count("«") > 1 or not is_said, seen
            if simulator.event.ref.quantity.key == "dE_dW":
                told.add((is_said, "averaged over" in seen))
    assert (True, True) in told
    assert (False, True) in told or cells == 92, "in little room only results stand there"


def test_every_number_of_a_small_layer_has_its_formula_in_symbols_and_in_numbers():
    told = text(shown(at("backprop-2-2-2")))
    assert "z1 = W1·x1 + W2·x2" in told
    assert "= 0.3·0.1 + 0.25·0.2 = 0.08000000" in told
    assert "z2 = W3·x1 + W4·x2" in told


def test_the_line_of_a_selected_number_is_marked_and_its_meaning_told():
    told = text(shown(at("matrix-shapes"), selected=ref_to("z", 1, (4,))))
    assert "▶ z5 = " in told
    assert "▶ z4" not in told
    assert "what z5 is made of" in told


@pytest.mark.parametrize(("height", "listed", "goes_on"), [(27, 17, False), (11, 4, True)])
def test_an_update_lists_as_many_parameters_as_there_is_room_for(height, listed, goes_on):
    simulator = Simulator(load("xor-train"))
    while simulator.step("op").op != "update":
        pass
    told = text(shown(simulator, 58, height))
    assert len(re.findall(r"^ [Wb]\d.* → ", told, re.MULTILINE)) == listed
    assert ("…" in told) == goes_on
    assert "All new values replace the old ones at once." in told


def test_of_a_large_layer_those_around_the_selected_number_are_shown():
    simulator = Simulator(load("matrix-shapes"))
    while simulator.step("op").op != "dE_dW":
        pass
    told = text(shown(simulator, height=14, selected=ref_to("dE_dW", 3, (5, 1))))
    assert "▶ ∂E/∂W[3][6,2]" in told
    assert re.search(r"\d+ to \d+ of 24", told)


def test_what_of_an_op_has_not_been_computed_is_not_told():
    simulator = at("backprop-2-2-2", ops=2)
    simulator.step("value")
    told = text(shown(simulator))
    assert "= 0.44498412" in told
    assert "z4 = W7·h1 + W8·h2\n" in told
    assert "0.680" not in told


@each_scenario()
def test_no_op_of_any_scenario_is_wider_than_the_panel(name):
    simulator = Simulator(load(name))
    for _ in range(len(simulator.program)):
        simulator.step("op")
        if op_shown(simulator.snapshot(), Selection()) is not None:
            for cells in (30, 54):
                assert all(measure(line) <= cells for line in shown(simulator, cells, 18)), simulator.event


async def test_a_grain_of_ops_shows_them_whole_and_one_of_values_the_last_number(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "space")
        await pilot.pause()
        assert "Z[1] = X·W[1]" in "\n".join(screen_text(app))
        assert " z1 … z2 " in "\n".join(screen_text(app))
        await pilot.press("g", "g")
        await pilot.pause()
        assert "Z[1] = X·W[1]" not in "\n".join(screen_text(app))
        assert "z2 = W3·x1 + W4·x2" in "\n".join(screen_text(app))


async def test_a_number_of_an_op_is_selected_by_key_and_by_click_and_looked_into(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "space", "tab")
        await pilot.pause()
        assert "▶ z1 = W1·x1 + W2·x2" in "\n".join(screen_text(app))
        await pilot.press("down")
        await pilot.pause()
        assert "▶ z2 = W3·x1 + W4·x2" in "\n".join(screen_text(app))
        row = next(row for row, line in enumerate(screen_text(app)) if "z1 = W1·x1" in line)
        await pilot.click(offset=(screen_text(app)[row].index("z1 = W1"), row))
        await pilot.pause()
        assert "▶ z1 = W1·x1 + W2·x2" in "\n".join(screen_text(app))
        await pilot.press("enter")
        await pilot.pause()
        assert "weight before the update" in "\n".join(screen_text(app))
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert "▶" not in "".join(line[62:] for line in screen_text(app)[:20])


@thinned(
    ("forth", "back", "panel"),
    [("down", "up", "1"), ("down", "up", "4"), ("tab", "shift+tab", "1"), ("tab", "shift+tab", "4")],
    [("down", "up", "1"), ("tab", "shift+tab", "4")],
)
async def test_keys_go_through_the_numbers_of_an_op_one_after_another_and_on_at_its_ends(open_at, forth, back, panel):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(panel, "g", *["space"] * 10)

        async def selected(key):
            await pilot.press(key)
            await pilot.pause()
            ref = app.screen.work.selection.ref
            return app.screen.work.session.snapshot.symbol(ref)

        assert [await selected(forth) for _ in range(4)] == ["∂E/∂W5", "∂E/∂W6", "∂E/∂W7", "∂E/∂W8"]
        assert [await selected(back) for _ in range(3)] == ["∂E/∂W7", "∂E/∂W6", "∂E/∂W5"]
        assert not (await selected(back)).startswith("∂E/∂W5")


async def test_an_op_is_copied_whole(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "space", "y")
        assert app.clipboard.splitlines() == [
            "Z[1] = X·W[1]  (1×2)·(2×2) = (1×2)",
            "z1 = W1·x1 + W2·x2 = 0.3·0.1 + 0.25·0.2 = 0.08000000",
            "z2 = W3·x1 + W4·x2 = 0.4·0.1 + 0.35·0.2 = 0.11000000",
        ]


def test_an_op_of_one_number_shows_its_product_too_and_what_the_number_means():
    simulator = at("xor-train", ops=3)
    told = text(shown(simulator, 56))
    assert "Z[2] = Y[1]·W[2] + b[2]" in told
    assert "(4×4)·(4×1) + (1×1) = (4×1)" in told.replace("\n", " ")
    assert "z5 = W9·h1 + W10·h2 + W11·h3 + W12·h4 + b5" in " ".join(told.split())
    assert "Each sender's output times the weight on its line" in told
    assert "enter: what z5 is made of." in told


@pytest.mark.parametrize(("name", "quantity"), [("backprop-2-2-2", "E"), ("optimizers", "f")])
def test_a_number_that_is_no_matrix_is_shown_as_a_number(name, quantity):
    simulator = Simulator(load(name))
    while simulator.step("op").op != quantity:
        pass
    assert op_shown(simulator.snapshot(), Selection()) is None
