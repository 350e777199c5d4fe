"""Finding and opening a scenario."""

from __future__ import annotations

import os

import pytest
from support.scenarios import thinned

from dlsim.engine import builtin_scenarios
from dlsim.tui.screens.simulator import SimulatorScreen

FILE = """
schema = 1
title = "Mine"
[network]
inputs = 1
layers = [{ units = 1, activation = "sigmoid", weights = [[0.5]] }]
[data]
inputs = [[1.0]]
targets = [[0.0]]
[training]
loss = "mse"
optimizer = { name = "sgd", learning_rate = 0.1 }
"""


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_every_scenario_is_listed_in_the_order_of_the_notes(open_at, screen_text, size):
    app = open_at()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        listed = [line[3][0] for line in app.screen.listing.all]
        assert listed == list(builtin_scenarios())
        assert f" {builtin_scenarios()[0]} " in "\n".join(screen_text(app))


async def test_the_chosen_scenario_is_in_view_at_the_start_and_in_another_size(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await pilot.pause()
        for size in ((80, 24), (80, 16), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert any("▶" in line and " backprop-2-2-2 " in line for line in screen_text(app)), size


async def test_typing_filters_by_name_section_and_title(open_at, screen_text):
    app = open_at()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"3.4")
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "backprop-2-2-2" in screen
        assert "NAND, the same neuron" not in screen
        await pilot.press("escape", *"xor lea")
        await pilot.pause()
        screen = "\n".join(screen_text(app))
        assert "XOR, learnt" in screen
        assert "XOR out of three gates" not in screen


@thinned("size", [(120, 40), (80, 24)], [(80, 24)])
async def test_xor_mlp_opens_and_its_truth_table_is_right(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("o", *"xor-mlp", "enter")
        await pilot.pause()
        assert "xor-mlp" in screen_text(app)[0]
        await pilot.press("i", "4")
        await pilot.pause()
        lines = screen_text(app)
        heading = next(number for number, line in enumerate(lines) if "x1" in line and "t1" in line and "o1" in line)
        table = [line.strip("│ ").replace("▶", "").split()[:5] for line in lines[heading + 1 : heading + 5]]
        assert table == [
            ["1", "0", "0", "0", "0"],
            ["2", "0", "1", "1", "1"],
            ["3", "1", "0", "1", "1"],
            ["4", "1", "1", "0", "0"],
        ]


async def test_escape_returns_to_the_open_scenario(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        await pilot.pause()
        before = screen_text(app)
        await pilot.press("o", "x", "escape", "escape")
        await pilot.pause()
        assert screen_text(app) == before


async def test_the_arrows_choose_and_the_preview_follows(open_at, screen_text):
    app = open_at()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down")
        await pilot.pause()
        chosen = next(line for line in screen_text(app) if "▶" in line)
        assert builtin_scenarios()[1] in chosen
        await pilot.press("enter", "space")
        await pilot.pause()
        assert builtin_scenarios()[1] in screen_text(app)[0]


async def test_a_name_that_is_typed_whole_is_chosen_whatever_else_holds_it(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("o", *"and", "enter")
        await pilot.pause()
        assert " and " in screen_text(app)[0]


async def test_choosing_the_open_scenario_again_returns_to_its_run(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "space", "o", "enter")
        await pilot.pause()
        assert app.screen.work.session.simulator.position.cursor == 1
        assert "iteration 3" in screen_text(app)[0]


async def test_coming_back_to_a_scenario_finds_it_as_it_was_left(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"iii", "I", "down", "w", "ctrl+u", "9", "enter", *"ii")
        await pilot.press("o", *"xor-mlp", "enter", "o", *"backprop-2-2-2", "enter")
        await pilot.pause()
        assert "Back where you left off" in screen_text(app)[-1]
        assert "◆ edited at iteration" in screen_text(app)[1]
        assert app.screen.work.session.simulator.iteration == 4
        await pilot.press("u")
        assert app.screen.work.session.simulator.iteration == 2


async def test_a_file_that_was_written_since_is_read_anew(open_at, screen_text, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(FILE)
    app = open_at(str(file))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "o", "enter")
        await pilot.pause()
        assert "open already" in screen_text(app)[-1]
        file.write_text(FILE.replace("Mine", "Mine, and better"))
        await pilot.press("o", "enter")
        await pilot.pause()
        assert "read again" in screen_text(app)[-1]
        assert "Mine, and better" in screen_text(app)[0]
        assert app.screen.work.session.simulator.iteration == 0


async def test_a_run_outlives_its_file(open_at, screen_text, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(FILE)
    app = open_at(str(file))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i")
        os.utime(file, (1, 1))
        await pilot.press("o", "enter")
        assert app.screen.work.session.simulator.iteration == 2, "the same text, written again"
        file.write_text("schema = 2")
        await pilot.press("o")
        await pilot.pause()
        assert "title" in "\n".join(screen_text(app)).partition("cannot be opened")[2]
        await pilot.press("enter")
        await pilot.pause()
        assert "can no longer be read" in screen_text(app)[-1]
        assert app.screen.work.session.simulator.iteration == 2
        file.unlink()
        await pilot.press("o", "enter")
        await pilot.pause()
        assert app.screen.work.session.simulator.iteration == 2
        await pilot.press("o")
        file.write_text(FILE)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.work.session.simulator.iteration == 2, "it is what it was"


async def test_a_scenario_whose_data_changed_is_read_anew(open_at, screen_text, tmp_path):
    data = tmp_path / "points.csv"
    data.write_text("x,t\n1,0\n2,1\n")
    inputs = "inputs = [[1.0]]\ntargets = [[0.0]]"
    file = tmp_path / "mine.toml"
    file.write_text(FILE.replace(inputs, 'file = "points.csv"\ntarget = "t"'))
    app = open_at(str(file))
    async with app.run_test(size=(120, 40)) as pilot:
        data.write_text("x,t\n1,0\n2,1\n3,1\n")
        await pilot.press("o", "enter")
        await pilot.pause()
        assert "read again" in screen_text(app)[-1]
        assert len(app.screen.work.session.scenario.body.data.inputs) == 3


async def test_ctrl_c_says_what_leaves(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "q quits dlsim" in screen_text(app)[-1]
        assert "ctrl+q" not in screen_text(app)[-1]


@pytest.mark.parametrize("keys", [["question_mark"], ["o"], ["c"], ["w"]])
async def test_ctrl_c_on_a_screen_over_another_says_what_closes_it_and_what_leaves(open_at, screen_text, keys):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", *keys, "ctrl+c")
        await pilot.pause()
        assert "esc closes this, ctrl+q quits dlsim." in screen_text(app)[-1]
        await pilot.press("down")
        await pilot.pause()
        assert "leaves dlsim" not in screen_text(app)[-1]


async def test_ctrl_c_in_the_first_browser_says_what_leaves(open_at, screen_text):
    app = open_at()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "ctrl+c")
        await pilot.pause()
        assert "ctrl+q quits dlsim." in screen_text(app)[-1]
        assert "closes this" not in screen_text(app)[-1]


@pytest.mark.parametrize("keys", [["2", "down", "w"], ["colon", *"12"], ["b"]])
async def test_ctrl_c_cancels_a_prompt_and_changes_nothing(open_at, screen_text, keys):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", *keys)
        await pilot.pause()
        assert app.screen.view.prompt.is_open
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert not app.screen.view.prompt.is_open
        assert app.screen.work.session.simulator.iteration == 1
        assert "leaves" not in screen_text(app)[-1]


async def test_ctrl_c_closes_the_palette(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "ctrl+c")
        await pilot.pause()
        assert isinstance(app.screen, SimulatorScreen)


@thinned(
    ("typed", "found"),
    [
        ("confusion", "xor-train"),
        ("classes", "over-and-underfitting"),
        ("ravine", "optimizers"),
        ("adagrad", "optimizers-on-a-bowl"),
        ("decision boundary", "and"),
        ("rnn", "feedforward-or-recurrent"),
        ("eta", "xor-train"),
    ],
    [("adagrad", "optimizers-on-a-bowl"), ("decision boundary", "and"), ("eta", "xor-train")],
)
async def test_a_topic_finds_its_scenarios_as_well(open_at, typed, found):
    app = open_at()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["space" if letter == " " else letter for letter in typed])
        await pilot.pause()
        names = [choice.name for choice in app.screen._found]
        assert found in names
        assert len(names) < len(builtin_scenarios())


async def test_of_what_a_topic_finds_a_title_that_holds_it_is_chosen(open_at):
    app = open_at()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*"bowl")
        await pilot.pause()
        assert app.screen.chosen.name == "optimizers-on-a-bowl"
