"""The history picture: the course of the parameter that is selected."""

from dlsim.engine import Ref, Simulator, load
from dlsim.engine.numerals import fixed
from dlsim.tui.pictures.catalogue import PICTURES
from dlsim.tui.pictures.history import parameter_of
from dlsim.tui.pictures.scene import Scene

HISTORY = PICTURES["history"]


def turned(keys):
    """The keys that lead from the network to the history picture."""
    return ["p"] * keys.index("history")


async def test_the_history_of_the_selected_weight_stands_on_screen(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "i", "i", "down", "down", "down")
        selected = parameter_of(app.screen.session.snapshot, app.screen.selection.ref)
        await pilot.press(*turned(app.screen.tabs.pictures))
        await pilot.pause()
        text = "\n".join(screen_text(app))
        snapshot = app.screen.session.snapshot
        symbol = snapshot.symbol(selected)
        assert f"{symbol} {fixed(snapshot.history.of(selected)[1][-1])}" not in text, "that was one update ago"
        now = snapshot.value(Ref(f"now_{selected.quantity}", selected.layer, selected.index))
        assert f"{symbol} {fixed(now)}  after 3 updates" in text


def test_until_a_weight_is_selected_it_is_said_how():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=3)
    assert "Another weight: select it" in drawn(simulator, None)
    assert "Another weight: select it" not in drawn(simulator, Ref("W", 2, (0, 0)))


def test_updates_are_counted_in_whole_numbers():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=1)
    shown = drawn(simulator, Ref("W", 2, (0, 0)))
    assert "after 1 update " in shown
    assert shown.splitlines()[-1].split() == ["0", "1"]


def drawn(simulator, selected):
    return HISTORY.draw(Scene(simulator.snapshot(), selected=selected), 60, 14).cells.text()


def test_the_mark_stands_where_the_run_is_at_the_end_of_its_course():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=20)
    before = drawn(simulator, Ref("W", 2, (0, 0)))
    (end,) = (line.index("●") for line in before.splitlines() if "●" in line)
    assert end == max(len(line.rstrip()) for line in before.splitlines()) - 1
    simulator.run(iterations=20)
    assert drawn(simulator, Ref("W", 2, (0, 0))) != before
    simulator.seek(iteration=20)
    assert drawn(simulator, Ref("W", 2, (0, 0))) == before, "going back shows what was there"


def test_a_gradient_stands_for_its_weight_and_nothing_selected_for_what_the_formula_is_about():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.seek(iteration=0, cursor=20)
    snapshot = simulator.snapshot()
    assert snapshot.symbol(snapshot.event.ref) == "∂E/∂W5"
    w1, w5 = Ref("W", 1, (0, 0)), Ref("W", 2, (0, 0))
    assert parameter_of(snapshot, Ref("dE_dW", 1, (0, 0))) == w1
    assert parameter_of(snapshot, None) == w5
    simulator.seek(iteration=0)
    assert parameter_of(simulator.snapshot(), None) == w1


def test_a_bias_has_a_history_as_well():
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=3)
    assert drawn(simulator, Ref("b", 1, (0,))).startswith("b")


def test_every_size_holds_a_history():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(iterations=3)
    for width, height in ((1, 1), (5, 2), (20, 4), (200, 60)):
        lines = HISTORY.draw(Scene(simulator.snapshot()), width, height).cells.text().splitlines()
        assert len(lines) <= height
        assert all(len(line) <= width for line in lines)
