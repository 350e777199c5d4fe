"""What every key does, and that none fails at the wrong moment."""

from __future__ import annotations

import itertools

import pytest
from support.scenarios import thinned
from textual import events
from textual.actions import parse

from dlsim.engine import check as engine_check
from dlsim.tui.screens import reports
from dlsim.tui.screens.simulator import SimulatorScreen
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.session.settings import Preferences


def spoken(lines):
    return "\n".join(lines)


def test_every_key_names_something_that_a_part_of_the_screen_does():
    parts = SimulatorScreen(Session("backprop-2-2-2"), Preferences()).parts
    named = {parse(key.action)[:2] for key in SIMULATOR_KEYS if not key.action.startswith("app.")}
    assert [name for name in named if not callable(getattr(parts.get(name[0]), name[1], None))] == []


async def test_the_first_screen_invites_the_first_key(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "Press space to compute the first number: z1." in screen
        assert "next: z1" in screen


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["6"], "One sample, four sigmoid neurons"),
        (["7"], "The rules that the arithmetic"),
        (["colon", "4", "2"], " go to  42"),
    ],
)
async def test_the_first_key_finds_what_it_asks_for(open_at, screen_text, keys, shown):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        assert shown in spoken(screen_text(app))


SMALL_SCREEN, WIDE_SCREEN, TINY_SCREEN = ("backprop-2-2-2", (80, 24)), ("xor-train", (120, 40)), ("and", (40, 10))
AT_THE_START, IN_THE_MIDDLE, AT_THE_END = (), ("space",) * 3, ("i", "full_stop")


@thinned(
    ("screen", "before"),
    itertools.product((WIDE_SCREEN, SMALL_SCREEN, TINY_SCREEN), (AT_THE_START, IN_THE_MIDDLE, AT_THE_END)),
    [(SMALL_SCREEN, IN_THE_MIDDLE), (WIDE_SCREEN, AT_THE_END), (TINY_SCREEN, AT_THE_START)],
)
async def test_no_key_fails_at_the_start_or_in_the_middle_or_at_the_end(open_at, screen, before):
    scenario, size = screen
    keys = [key for entry in SIMULATOR_KEYS if entry.id != "app.quit" for key in entry.keys.split(",")]
    app = open_at(scenario)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*before)
        for key in keys:
            await pilot.press(key)
            if len(app.screen_stack) > 1:
                await pilot.press("escape")
    assert app.return_code in (0, None)


@pytest.mark.parametrize(
    ("scenario", "keys", "hint"),
    [
        ("backprop-2-2-2", ["left"], "This is the start"),
        ("backprop-2-2-2", ["home"], "This is the start"),
        ("backprop-2-2-2", ["comma"], "only this one sample"),
        ("xor-train", ["comma"], "the first sample"),
        ("xor-train", ["full_stop"] * 4, "the last sample"),
        ("backprop-2-2-2", ["v"], "no variants"),
        ("backprop-2-2-2", ["y"], "no formula to copy"),
        ("backprop-2-2-2", ["g"], "A step is now one op"),
        ("and", ["v"], "Variant: 0.5, 0.5, -0.7"),
        ("and", ["l"], "nothing is trained"),
        ("and", ["c"], "no gradients to check"),
    ],
)
async def test_a_key_at_the_wrong_moment_says_why(open_at, screen_text, scenario, keys, hint):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert hint in screen_text(app)[-1]


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["i"], "iteration 1 · UPDATE 48/48"),
        (["i", "i"], "iteration 2 · UPDATE 48/48"),
        (["i", "i", "I"], "iteration 1 · UPDATE 48/48"),
        (["e", "e", "E"], "epoch 1 · iteration 1 · UPDATE 48/48"),
        (["i", "space", "home"], "iteration 1 · START 0/48"),
        (["i", "i", "x"], "iteration 1 · START 0/48"),
        (["g", "space"], "FORWARD 2/48"),
        (["g", "g", "space"], "FORWARD 8/48"),
        (["g", "g", "space", "space"], "LOSS 11/48"),
        (["right", "right", "backspace"], "FORWARD 1/48"),
    ],
)
async def test_keys_move_through_time(open_at, screen_text, keys, place):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert place in screen_text(app)[0]


async def test_the_formula_can_be_copied(open_at):
    app = open_at("backprop-2-2-2", values=20)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("y")
        await pilot.pause()
        assert app.clipboard == "∂E/∂W5 = ∂E/∂o1·∂o1/∂z3·∂z3/∂W5 = 0.20944600·0.23802157·0.51998934 = 0.02592286"


async def test_where_nothing_is_trained_space_goes_on_to_the_next_sample_and_back(open_at, screen_text):
    app = open_at("and")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        seen = [screen_text(app)]
        for _ in range(11):  # 4 samples of 2 values, and the 3 moves between them
            await pilot.press("space")
            await pilot.pause()
            seen.append(screen_text(app))
        assert "sample 4/4" in seen[-1][0]
        assert "The pass of the last sample is done." in spoken(seen[-1])
        for screen in reversed(seen[:-1]):
            await pilot.press("left")
            await pilot.pause()
            assert screen_text(app) == screen


async def test_the_active_value_is_marked_in_its_table(open_at, screen_text):
    app = open_at("backprop-2-2-2", values=20)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        marked = [line for line in screen_text(app) if "◀ │" in line]
        assert len(marked) == 1
        assert "W5" in marked[0]
        assert "0.02592286" in marked[0]


async def test_a_table_chosen_by_hand_stays_until_it_is_chosen_again(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "space", "space")
        await pilot.pause()
        assert "gradient" in spoken(screen_text(app))
        await pilot.press("2", "space")
        await pilot.pause()
        assert "gradient" not in spoken(screen_text(app))


async def test_the_gradients_can_be_checked(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "c")
        await pilot.pause()
        screen = spoken(screen_text(app))
        assert "All 8 gradients of iteration 1 agree." in screen
        assert "0.02592286" in screen
        await pilot.press("escape", "space")
        await pilot.pause()
        assert "iteration 2" in screen_text(app)[0]


async def test_the_gradients_are_checked_once(open_at, screen_text, monkeypatch):
    checks = []

    def counted(*arguments, **settings):
        checks.append(engine_check.GradientCheck(*arguments, **settings))
        return checks[-1]

    monkeypatch.setattr(reports, "GradientCheck", counted)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "c")
        await pilot.pause()
        assert "All 8 gradients of iteration 1 agree." in spoken(screen_text(app))
    assert len(checks) == 1


async def test_gradients_that_are_not_differentiable_are_not_counted_among_those_that_agree(open_at, screen_text):
    app = open_at("xor-train", overrides={"network.layers.0.activation": "relu"})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        await pilot.pause()
        screen = spoken(screen_text(app))
        kinks = screen.count("not differentiable here") - 1
        assert kinks > 0
        told = f"{17 - kinks} of 17 gradients of iteration 1 agree; not differentiable here: {kinks}."
        assert told in screen


async def test_a_gradient_check_that_takes_long_says_so_and_escape_ends_it(open_at, screen_text, monkeypatch):
    monkeypatch.setattr(reports, "AT_ONCE", 0.0)
    monkeypatch.setattr(reports, "PIECES_PER_SECOND", 1e-6)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert "Checking the gradients: 1 of 8" in spoken(screen_text(app))
        await pilot.press("escape", "i")
        await pilot.pause()
        assert app.screen.work.session.simulator.iteration == 1


async def test_a_gradient_check_that_takes_long_comes_to_its_end_by_itself(open_at, screen_text, until, monkeypatch):
    monkeypatch.setattr(reports, "AT_ONCE", 0.0)
    monkeypatch.setattr(reports, "PIECE_SECONDS", 0.0)
    monkeypatch.setattr(reports, "PIECES_PER_SECOND", 1_000)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "All 8 gradients of iteration 1 agree." in spoken(screen_text(app)))


async def test_of_a_large_network_some_gradients_are_checked_and_it_says_of_how_many(open_at, screen_text, monkeypatch):
    monkeypatch.setattr(engine_check, "WORTH_WAITING", 0)
    monkeypatch.setattr(engine_check, "FEWEST_CHECKED", 5)
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert "All 4 gradients of iteration 1 agree. 4 of 8 were checked, evenly spaced" in spoken(screen_text(app))


async def in_a_burst(app, wait, *keys):
    """Keys that come all at once, as over a slow line: none waits for what the one before it did."""
    for key in keys:
        character = key if len(key) == 1 else {"enter": "\r", "backspace": "\x7f", "space": " "}.get(key)
        app.post_message(events.Key({":": "colon", ".": "full_stop"}.get(key, key), character))
    await wait()


@pytest.mark.parametrize(
    ("keys", "iteration"),
    [
        ([":", "1", "2", "enter"], 12),
        ([":", "1", "2", "backspace", "5", "enter"], 15),
        (["i", "i", ":", "7", "backspace", "backspace", "4", "enter", "i"], 5),
        (["i", "i", "i", "I", "b", "q", "escape", "i"], 3),
    ],
)
async def test_keys_that_come_in_one_burst_do_what_they_do_one_by_one(open_at, keys, iteration):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await in_a_burst(app, pilot.pause, *keys)
        assert app.screen.work.session.simulator.iteration == iteration


async def test_a_burst_reaches_the_screen_that_it_opens(open_at):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await in_a_burst(app, pilot.pause, "i", "o", "x", "o", "r", "-", "t", "enter")
        await pilot.pause()
        assert app.screen.work.session.scenario.name == "xor-train"


@pytest.mark.parametrize("scenario", ["activations", "losses", "and"])
async def test_where_nothing_is_trained_the_gradient_check_says_so(open_at, screen_text, scenario):
    app = open_at(scenario)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "c")
        await pilot.pause()
        assert "Nothing is trained here, so there are no gradients to check." in screen_text(app)[-1]
