"""Time by number and by condition: going to a place, and breakpoints at which runs stop."""

from __future__ import annotations

import pytest

from dlsim.tui.changing import add_breakpoint, place_in
from dlsim.tui.running import Running
from dlsim.tui.session import SPEEDS, Session


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("500", ("iteration", 500)),
        ("epoch 20", ("epoch", 20)),
        ("e20", ("epoch", 20)),
        ("1,000", ("iteration", 1000)),
        ("soon", None),
        ("-1", None),
    ],
)
def test_places_are_read(text, place):
    assert place_in(text) == place


def test_a_run_stops_at_the_next_breakpoint_and_says_which():
    session = Session("backprop-2-2-2")
    add_breakpoint(session, "loss < 0.01")
    add_breakpoint(session, "iteration 40")
    session.speed_index = len(SPEEDS) - 1
    running = Running(session)
    stops = []
    for _ in range(2):
        running.start()
        running._runner._thread.join()
        _, hint = running.look()
        stops.append((hint.key, hint.values["condition"]))
    assert stops == [("hint.stopped_by", "loss < 0.01"), ("hint.stopped_by", "iteration 40")]
    assert session.simulator.iteration == 40


async def test_going_to_an_iteration_and_setting_a_breakpoint_by_key(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "x")
        await pilot.pause()
        assert "Write 500" in screen_text(app)[-1]
        await pilot.press("backspace", "e", "2", "0", "enter")
        await pilot.pause()
        assert "iteration 20" in screen_text(app)[0]
        await pilot.press("b", *"oops", "enter")
        await pilot.pause()
        assert "✗" in screen_text(app)[-1]
        await pilot.press("escape", "b", *"epoch", "space", *"30", "enter")
        await pilot.pause()
        assert "stops when epoch 30" in screen_text(app)[-1]
        await pilot.press("b", "down", "enter")
        await pilot.pause()
        assert app.screen.session.breakpoints == []
