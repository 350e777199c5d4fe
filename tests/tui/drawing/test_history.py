"""The history picture: the course of the parameter that is selected."""

import pytest
from support.numbers import ref_to

from dlsim.engine import Ref, Simulator, load
from dlsim.engine.numbers import fixed
from dlsim.tui.drawing.canvas import ASCII, UNICODE
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.history import parameter_of
from dlsim.tui.drawing.pictures.scene import PictureLook, Scene

HISTORY = PICTURES["history"]
W5 = ref_to("W", 2, (0, 0))


def turned(keys):
    """The keys that lead from the network to the history picture."""
    return ["p"] * keys.index("history")


async def test_the_history_of_the_selected_weight_stands_on_screen(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "i", "down", "down", "down")
        selected = parameter_of(app.screen.work.session.snapshot, app.screen.work.selection.ref)
        await pilot.press(*turned(app.screen.work.tabs.pictures))
        await pilot.pause()
        text = "\n".join(screen_text(app))
        snapshot = app.screen.work.session.snapshot
        symbol = snapshot.symbol(selected)
        assert f"{symbol} {fixed(snapshot.history.of(selected)[1][-1])}" not in text, "that was one update ago"
        now = snapshot.value(Ref(selected.quantity.now, selected.layer, selected.index))
        assert f"{symbol} {fixed(now)}  after 3 updates" in text


def test_until_a_weight_is_selected_it_is_said_how():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=3)
    assert "↓: select weights" in drawn(simulator, None)
    assert "↓: select weights" not in drawn(simulator, W5)


async def test_on_a_small_screen_the_key_that_the_picture_names_shows_one_weight_after_the_other(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "1", *turned(app.screen.work.tabs.pictures))
        await pilot.pause()
        assert "↓: select weights" in "\n".join(screen_text(app))
        shown = []
        for key in ("", *["down"] * 8, "up", "shift+tab"):
            if key:
                await pilot.press(key)
                await pilot.pause()
            shown.append(app.screen.view.picture.drawing.cells.text().split()[0])
        assert shown == ["W1", *(f"W{number}" for number in range(1, 9)), "W7", "W6"], (
            "the first selects the one that is shown"
        )


@pytest.fixture
def edited():
    """W5 was set to 0.9 where 20 of 30 updates were done, and ten more followed."""
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=30)
    simulator.seek(iteration=20)
    simulator.edit(numbers={"W5": 0.9})
    simulator.run(iterations=10)
    return simulator


def test_a_change_by_hand_is_marked_and_told_with_the_value_before_it(edited):
    before, after = (edited.snapshot().history.of(W5)[1][place] for place in (20, 21))
    assert f"◆ edited after 20 updates: {fixed(before)} → {fixed(after)}" in drawn(edited, W5)
    edited.seek(iteration=20)
    assert "◆" not in drawn(edited, W5), "one stands before it"
    edited.seek(iteration=30)
    edited.edit(numbers={"W5": 0.1})
    told = drawn(edited, W5)
    was = edited.snapshot().history.jumps(W5)[1].before
    assert f"◆ 2 edits, last after 30 updates: {fixed(was)} → {fixed(0.1)}" in told
    assert told.count("◆") == 2, "the mark of the last one is where the run stands"
    assert f"last after 30 updates: {fixed(was, 4)} → {fixed(0.1, 4)}" in drawn(edited, W5, 52), "with fewer decimals"
    edited.run(iterations=1)
    assert drawn(edited, W5).count("◆") == 3


def test_a_change_by_hand_is_a_jump_and_not_a_slope(edited):
    lines = drawn(edited, W5).splitlines()
    top, column = next((row, line.index("◆")) for row, line in enumerate(lines) if "◆" in line and "edited" not in line)
    strokes = [row for row, line in enumerate(lines) if line[column : column + 1] == "⡇"]
    assert len(strokes) > 5
    assert strokes == list(range(top + 1, top + 1 + len(strokes))), "straight down from the mark"


def test_the_run_before_the_edit_is_dotted_behind_the_course_as_on_the_loss_curve(edited):
    text = drawn(edited, W5)
    assert "·· previous run" in text
    assert text.count("·") > 12
    edited.undo()
    assert "·· the edited run" in drawn(edited, W5)


def test_an_edit_of_something_else_is_marked_where_it_bends_the_course(edited):
    text = drawn(edited, ref_to("W", 1, (0, 0)))
    assert text.count("◆") == 1
    assert "edited" not in text


def test_in_ascii_the_ghost_is_drawn_with_other_dots_than_the_course(edited):
    scene = Scene(edited.snapshot(), selected=W5, look=PictureLook(ASCII))
    lines = HISTORY.draw(scene, 60, 14).cells.text().splitlines()
    assert ":: previous run" in lines[1] + lines[2]
    assert any(":" in line for line in lines[3:])
    assert any("^" in line for line in lines[3:])


def test_updates_are_counted_in_whole_numbers():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=1)
    shown = drawn(simulator, ref_to("W", 2, (0, 0)))
    assert "after 1 update " in shown
    assert shown.splitlines()[-1].split() == ["0", "1"]


def drawn(simulator, selected, width=60):
    return HISTORY.draw(Scene(simulator.snapshot(), selected=selected), width, 14).cells.text()


def test_the_mark_stands_where_the_run_is_at_the_end_of_its_course():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=20)
    before = drawn(simulator, ref_to("W", 2, (0, 0)))
    (end,) = (line.index("●") for line in before.splitlines() if "●" in line)
    assert end == max(len(line.rstrip()) for line in before.splitlines()) - 1
    simulator.run(iterations=20)
    assert drawn(simulator, ref_to("W", 2, (0, 0))) != before
    simulator.seek(iteration=20)
    assert drawn(simulator, ref_to("W", 2, (0, 0))) == before, "going back shows what was there"


def test_a_gradient_stands_for_its_weight_and_nothing_selected_for_what_the_formula_is_about():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.seek(iteration=0, cursor=20)
    snapshot = simulator.snapshot()
    assert snapshot.symbol(snapshot.event.ref) == "∂E/∂W5"
    w1, w5 = ref_to("W", 1, (0, 0)), ref_to("W", 2, (0, 0))
    assert parameter_of(snapshot, ref_to("dE_dW", 1, (0, 0))) == w1
    assert parameter_of(snapshot, None) == w5
    simulator.seek(iteration=0)
    assert parameter_of(simulator.snapshot(), None) == w1


def test_a_bias_has_a_history_as_well():
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=3)
    assert drawn(simulator, ref_to("b", 1, (0,))).startswith("b")


def test_every_size_holds_a_history():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=3)
    for width, height in ((1, 1), (5, 2), (20, 4), (200, 60)):
        lines = HISTORY.draw(Scene(simulator.snapshot()), width, height).cells.text().splitlines()
        assert len(lines) <= height
        assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_after_an_undo_the_run_returned_to_is_drawn_as_far_as_it_had_gone_as_on_the_loss_curve(edited, glyphs):
    def strokes_ahead():
        scene = Scene(edited.snapshot(), selected=W5, look=PictureLook(glyphs))
        cells = HISTORY.draw(scene, 60, 14).cells
        (mark,) = (text for row in list(cells.rows())[4:] for text, role in row if role == "active")
        assert mark == PictureLook(glyphs).marks[0]
        return sum(len(text.strip()) for row in list(cells.rows())[4:] for text, role in row if role == "muted")

    edited.seek(iteration=25)
    assert edited.undo()
    edited.seek(iteration=20)
    known = edited.snapshot().returned_history().of(W5)[0]
    assert known[-1] > edited.snapshot().position.done
    with_ghost = strokes_ahead()
    edited.seek(iteration=30)
    assert strokes_ahead() < with_ghost
