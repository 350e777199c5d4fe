"""Room is used: panels have something to say, the chosen one scrolls, more of them where there is more room."""

from __future__ import annotations

import itertools

import pytest
from support.scenarios import thinned

from dlsim.tui.screens.help import bound, help_lines, told_on


def words_of(lines):
    return " ".join(" ".join(lines).split())


@thinned("size", [(100, 30), (120, 40)], [(120, 40)])
async def test_until_there_is_a_curve_the_lesson_stands_in_its_place(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "One sample, four sigmoid neurons" in words_of(screen_text(app))
        await pilot.press(*["space"] * 47)
        await pilot.pause()
        assert "One sample, four sigmoid neurons" in words_of(screen_text(app))
        await pilot.press("space")
        await pilot.pause()
        assert "loss 0.0239" in words_of(screen_text(app))
        await pilot.press("left")
        await pilot.pause()
        assert "One sample, four sigmoid neurons" in words_of(screen_text(app)), "as it was before"


async def test_a_lesson_that_was_chosen_stays_when_the_curve_begins(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "i")
        await pilot.pause()
        assert "One sample, four sigmoid neurons" in words_of(screen_text(app))


async def test_where_nothing_is_trained_there_is_no_loss_panel(open_at, screen_text):
    app = open_at("and")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "space")
        await pilot.pause()
        assert "Loss" not in words_of(screen_text(app)[:-1])
        assert "6 Lesson" in words_of(screen_text(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_without_a_lesson_the_rules_stand_there_until_the_curve_begins_and_nothing_offers_one(
    open_at, screen_text, size
):
    app = open_at("backprop-2-2-2", overrides={"lesson": ""})
    async with app.run_test(size=size) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert "Lesson" not in words_of(screen_text(app))
        panels = app.screen.view.panels
        if size != (80, 24):
            assert "double precision" in words_of(screen_text(app))
        if size == (200, 60):
            assert panels["formula"].size.width > panels["network"].size.width, "it has the room of the lesson"
        before = screen_text(app)[:-1]
        await pilot.press("6")
        await pilot.pause()
        assert screen_text(app)[:-1] == before
        assert "This scenario has no lesson." in screen_text(app)[-1]
        await pilot.press("i")
        await pilot.pause()
        if size != (80, 24):
            assert "loss 0.0239" in words_of(screen_text(app))
        told, shown = told_on(app.screen), bound(app.screen)
        heads = "\n".join("".join(text for text, _ in line) for line in help_lines(shown, told, "", 100))
        assert "Show the loss curve." in heads
        assert "lesson" not in heads.casefold()


async def test_a_scrolled_lesson_keeps_its_place(open_at, screen_text):
    app = open_at("matrix-shapes")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "pagedown")
        await pilot.pause()
        top = app.screen.view.lesson.top
        assert top > 0
        await pilot.press("5", "7", "6")
        await pilot.pause()
        assert app.screen.view.lesson.top == top
        first = app.screen.work.session
        app.screen.open(open_at("and")._session)
        await pilot.pause()
        assert app.screen.view.lesson.top == 0
        app.screen.open(first)
        await pilot.pause()
        assert app.screen.view.lesson.top == top


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_panel_that_was_chosen_last_scrolls_and_says_so(open_at, screen_text, size):
    app = open_at("matrix-shapes")
    async with app.run_test(size=size) as pilot:
        await pilot.press("g", "space", "6")
        await pilot.pause()
        formula = app.screen.view.formula
        before = formula.rows
        said = [rows for rows in app.screen.view.scrolling() if "pgdn" in str(rows.rows)]
        assert said in ([], [app.screen.view.lesson]), "no other panel names the key"
        if size == (120, 40):
            roles = [role for line in app.screen.view.panels["side"].rows[:1] for _, role in line]
            assert "frame-current" in roles, "its frame is bright"
        for _ in range(40):
            await pilot.press("pagedown")
        await pilot.pause()
        lesson = app.screen.view.lesson
        assert lesson.top == len(lesson.all) - lesson.room, "to its end"
        assert formula.rows == before
        await pilot.press("1", "pagedown")
        await pilot.pause()
        assert formula.rows != before, "the network does not scroll: the formula does"


async def test_what_a_selected_number_is_made_of_is_read_before_the_panel_chosen_earlier(open_at):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "6", "down", "tab")
        await pilot.pause()
        top, rows = app.screen.view.lesson.top, app.screen.view.formula.rows
        await pilot.press("pagedown")
        await pilot.pause()
        assert app.screen.view.lesson.top == top
        assert app.screen.view.formula.rows != rows


async def test_a_screen_that_grows_shows_what_one_that_was_large_from_the_start_does(open_at, screen_text):
    screens = []
    for first in ((120, 40), (200, 60)):
        app = open_at("backprop-2-2-2")
        async with app.run_test(size=first) as pilot:
            await pilot.press("space")
            await pilot.resize_terminal(200, 60)
            await pilot.pause()
            screens.append(screen_text(app))
    assert screens[0] == screens[1]


async def test_a_large_screen_shows_lesson_and_loss_weights_and_layers_together(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("i", "space")
        await pilot.pause()
        text = words_of(screen_text(app))
        assert "One sample, four sigmoid neurons" in text
        assert "loss 0.02397190" in text
        assert any("value before" in line and "output" in line for line in screen_text(app))
        await pilot.press("3", "down", "7", "6", "2", "4")
        await pilot.pause()
        assert app.screen.work.tabs.panel == "data"


@thinned(
    ("scenario", "size"),
    itertools.product(
        ["losses", "and", "xor-single", "momentum-escape", "activations"], [(200, 60), (120, 24), (165, 44)]
    ),
    [("losses", (120, 24)), ("xor-single", (200, 60)), ("momentum-escape", (165, 44)), ("activations", (120, 24))],
)
async def test_every_scenario_has_a_whole_screen_in_any_arrangement(open_at, screen_text, scenario, size):
    app = open_at(scenario)
    async with app.run_test(size=size) as pilot:
        for key in ("space", "i", *"2345678", "1", "z", "z"):
            await pilot.press(key)
        await pilot.pause()
        lines = screen_text(app)
        assert len(lines) == size[1]
        for words in ("nothing to list", "There is no loss to draw"):
            assert words not in words_of(lines)


async def test_a_low_wide_screen_has_the_panel_beside_the_formula(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        titles = screen_text(app)[2]
        assert "1 Network" in titles
        assert " z1 " in titles
        assert any("z1" in line and "z3" in line and "0.08" in line for line in screen_text(app))


@thinned(
    ("size", "back"),
    itertools.product([(80, 24), (120, 40), (120, 24), (200, 60)], ["z", "escape"]),
    [((80, 24), "escape"), ((120, 40), "z"), ((120, 24), "escape")],
)
async def test_z_enlarges_the_chosen_panel_and_brings_the_others_back(open_at, screen_text, size, back):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("space", "6")
        await pilot.pause()
        before = screen_text(app)
        await pilot.press("z")
        await pilot.pause()
        assert not app.screen.view.panels["formula"].display
        assert app.screen.view.lesson.size.width >= size[0] - 2
        assert "z or escape" in screen_text(app)[-1]
        await pilot.press(back)
        await pilot.pause()
        assert screen_text(app)[:-1] == before[:-1]


async def test_without_a_chosen_panel_z_enlarges_the_network_and_one_steps_on_in_it(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z", "space")
        await pilot.pause()
        assert app.screen.view.diagram.size.height > 16
        assert "0.08" in words_of(screen_text(app))
        await pilot.press("enter")
        await pilot.pause()
        assert "Made of" in words_of(screen_text(app)), "the formula answers: it comes back"


async def test_enter_at_the_start_selects_the_first_number_as_down_does(open_at, screen_text):
    screens = []
    for key in ("enter", "down"):
        app = open_at("backprop-2-2-2")
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.press(key)
            await pilot.pause()
            assert app.screen.work.selection
            screens.append(screen_text(app))
    assert screens[0] == screens[1]


async def test_xor_learnt_opens_on_the_plane_and_others_on_their_network(open_at):
    for scenario, picture in (("xor-train", "region"), ("backprop-2-2-2", "network")):
        app = open_at(scenario)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            assert app.screen.work.tabs.picture == picture


async def test_the_search_is_seen_in_its_table_and_in_the_neuron_that_is_tried(open_at, screen_text):
    app = open_at("xor-single")
    async with app.run_test(size=(120, 40)) as pilot:
        for number in range(1, 17):
            await pilot.press("space")
            await pilot.pause()
            assert app.screen.work.tabs.table == "gates", number
            assert "w1 -1" in words_of(screen_text(app)[:22])
        assert "W1 1.5" not in words_of(screen_text(app)[:22])
        await pilot.press("space")
        await pilot.pause()
        assert "W1 1.5" in words_of(screen_text(app)[:22]), "the network beside it has its turn"


async def test_the_data_table_has_an_output_as_soon_as_it_is_known(open_at, screen_text):
    app = open_at("threshold-and-bias")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", *["space"] * 4)
        await pilot.pause()
        row = next(line for line in screen_text(app)[22:] if "▶ 1" in line)
        assert row.split("│")[1].split()[-3:] == ["1", "…", "…"]


async def test_q_closes_what_is_read_over_the_screen(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "c")
        await pilot.pause()
        assert len(app.screen_stack) > 1
        await pilot.press("q")
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_a_phase_tells_the_numbers_of_all_its_ops(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g", "g", "space")
        await pilot.pause()
        text = words_of(line.split("││")[1] for line in screen_text(app)[2:21] if "││" in line)
        for symbol in ("z1 = ", "= 0.08000000", "h2 = ", "z4 = ", "o2 = ", "= 0.6638"):
            assert symbol in text
        assert "FORWARD" in screen_text(app)[2]


async def test_a_long_phase_is_scrolled(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("g", "g", "space", "space", "space")
        await pilot.pause()
        seen = words_of(screen_text(app)[2:16])
        assert "∂E/∂o1 = " in seen
        assert "W4⁺ = " not in seen
        for _ in range(8):
            await pilot.press("pagedown")
        await pilot.pause()
        assert "W4⁺ = " in words_of(screen_text(app)[2:16])


@pytest.mark.parametrize(("keys", "marked"), [(("g", "space"), 2), (("g", "g", "space"), 4), (("space",), 1)])
async def test_all_rows_of_what_a_step_computed_are_marked(open_at, screen_text, keys, marked):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert sum("◀" in line for line in screen_text(app)[22:-1]) == marked
