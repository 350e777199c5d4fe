"""Running: it falls, it pauses, it never holds up the keyboard or the way out."""

from __future__ import annotations

import math

import pytest
from textual import events

from dlsim.engine import Simulator, load
from dlsim.tui.session.running import Runner
from dlsim.tui.session.session import SPEEDS, Session, Speed


def place(app):
    return app.screen.work.session.simulator.position


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_run_pauses_where_the_epochs_end_and_goes_on_past_it(open_at, screen_text, until, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press(*["right_square_bracket"] * len(SPEEDS), "r")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        assert place(app).done == 1000
        await pilot.pause()
        assert "All epochs are done (1,000)" in screen_text(app)[-1]
        assert "iteration 1,000" in screen_text(app)[0]
        await pilot.press("r")
        assert app.screen.work.running.is_running
        await pilot.pause()
        assert " running past the end of its epochs (1,000), at full speed " in screen_text(app)[-1]
        await pilot.press("r")
        assert not app.screen.work.running.is_running
        assert place(app).done >= 1000


async def test_a_way_that_its_own_epochs_have_ended_says_that_a_run_goes_past_them(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "r")
        assert app.screen.work.running.past_epochs == 0
        app.screen.work.session.simulator.seek(iteration=20)
        app.screen.work.session.changed()
        await pilot.press("v", "r")
        await pilot.pause()
        assert "running past the end of its epochs (5)" in screen_text(app)[-1]
        await pilot.press("r", "home", "r")
        await pilot.pause()
        assert "past the end" not in screen_text(app)[-1]


async def test_the_loss_falls(open_at, until):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "e")
        first = app.screen.work.session.simulator.losses[0]
        await pilot.press(*["right_square_bracket"] * len(SPEEDS), "r")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        assert app.screen.work.session.simulator.losses[-1] < first / 5


@pytest.mark.parametrize("key", ["left", "space", "i", "home", "x", "full_stop", "v", "r"])
async def test_any_key_that_moves_pauses_the_run_first(open_at, key):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.speed_index = SPEEDS.index(Speed(10))
        await pilot.press("r")
        assert app.screen.work.running.is_running
        await pilot.press(key)
        await pilot.pause()
        assert not app.screen.work.running.is_running


async def test_stepping_back_out_of_a_run_stands_on_its_last_iteration(open_at, until):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        screen = app.screen
        await until(
            pilot, lambda: screen.work.running.latest is not None and screen.work.running.latest.position.done > 5
        )
        await pilot.press("left")
        position = place(app)
        assert position.cursor == position.values - 1


async def test_quitting_while_it_runs_ends_at_once(open_at):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["right_square_bracket"] * len(SPEEDS), "r")
        running = app.screen.work.running
        await pilot.press("q")
    assert not running.is_running


async def test_help_over_a_run_pauses_it(open_at):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r", "f1")
        await pilot.pause()
        assert not app.screen_stack[-2].work.running.is_running


async def test_a_slow_run_shows_every_step(open_at, until):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.speed_index = SPEEDS.index(Speed(10, "grain"))
        await pilot.press("r")
        await until(pilot, lambda: place(app).cursor >= 2)
        assert place(app).cursor <= 5
        await pilot.press("r")


async def test_where_nothing_is_trained_a_run_walks_through_all_samples(open_at, until):
    app = open_at("and")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.speed_index = SPEEDS.index(Speed(10, "grain"))
        await pilot.press("r")
        await until(pilot, lambda: not app.screen.work.running.is_running, looks=1000)
        simulator = app.screen.work.session.simulator
        assert simulator.sample == 3
        assert simulator.position.cursor == simulator.position.values


async def test_a_number_that_is_not_finite_stops_the_run_and_is_named(open_at, screen_text, until):
    linear = {"network.layers.0.activation": "linear", "network.layers.1.activation": "linear"}
    app = open_at("backprop-2-2-2", overrides={**linear, "training.optimizer.learning_rate": 1e9})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["right_square_bracket"] * len(SPEEDS), "r")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        await pilot.pause()
        assert "not a finite number" in screen_text(app)[1]
        await pilot.press("space")
        await pilot.pause()
        assert "stepping back works" in screen_text(app)[-1]
        await pilot.press("I")
        await pilot.pause()
        assert "not a finite number" not in screen_text(app)[1]


def test_a_runner_stops_exactly_where_it_should():
    simulator = Simulator(load("backprop-2-2-2"))
    runner = Runner(simulator, float("inf"), until=777)
    runner.start()
    runner._thread.join()
    runner.stop()
    assert simulator.iteration == 777
    assert runner.published is not None
    assert runner.published[0].position.done == 777


def test_a_run_that_rests_stands_still_and_goes_on_by_itself():
    simulator = Simulator(load("backprop-2-2-2"))
    runner = Runner(simulator, float("inf"), until=None)
    runner.start()
    runner.rest()
    places = set()
    while len(places) < 3:  # one before the rest, one in it, and more after it, although nobody calls it back
        runner.want()
        places.add(simulator.iteration)
    runner.stop()
    assert simulator.iteration > min(places)


def test_a_snapshot_is_made_when_it_is_wanted():
    simulator = Simulator(load("backprop-2-2-2"))
    runner = Runner(simulator, float("inf"), until=None)
    runner.start()
    while simulator.iteration < 1000:
        pass
    assert runner.published is None
    runner.want()
    while runner.published is None:
        pass
    runner.stop()
    assert 1000 <= runner.published[0].position.done == simulator.iteration


def test_a_runner_computes_what_steps_compute():
    run, stepped = Simulator(load("xor-train")), Simulator(load("xor-train"))
    runner = Runner(run, float("inf"), until=50)
    runner.start()
    runner._thread.join()
    runner.stop()
    for _ in range(50):
        stepped.step("iteration")
    assert [layer[0].tobytes() for layer in run.parameters] == [layer[0].tobytes() for layer in stepped.parameters]


async def test_counts_are_grouped_in_the_header(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.simulator.seek(iteration=31_760)
        app.screen.work.session.changed()
        await pilot.press("e")
        await pilot.pause()
        assert "epoch 31,761 · iteration 31,761" in screen_text(app)[0]


def test_a_run_begins_at_a_speed_that_lets_one_watch():
    session = Session("backprop-2-2-2")
    assert session.speed == Speed(300)


@pytest.mark.parametrize("wheel", [events.MouseScrollDown, events.MouseScrollUp])
async def test_a_run_rests_while_a_turn_of_the_wheel_is_answered(open_at, until, monkeypatch, wheel):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6", *["right_square_bracket"] * len(SPEEDS), "r")
        await until(pilot, lambda: app.screen.work.running.latest is not None)
        rests = []
        monkeypatch.setattr(app.screen.stepping, "let_paint", lambda: rests.append(wheel))
        app.screen.stepping.clock.pause()
        await app.on_event(wheel(None, 100, 30, 0, 0, 0, False, False, False, 100, 30))
        assert rests == [wheel]
        await pilot.press("r")


def test_a_run_rests_until_all_that_is_painted_meanwhile_is_done():
    simulator = Simulator(load("backprop-2-2-2"))
    runner = Runner(simulator, math.inf, None)
    runner.rest()
    runner.rest()
    runner.go_on()
    assert not runner._awake.is_set(), "somebody still paints"
    runner.go_on()
    assert runner._awake.is_set()
    runner.go_on()
    runner.rest()
    assert not runner._awake.is_set(), "to let it go on once too often is nothing to remember"


async def test_while_it_runs_what_a_key_says_can_be_read(open_at, screen_text, until):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r", "g")
        seen = app.screen.work.session.simulator.iteration
        await until(pilot, lambda: app.screen.work.session.simulator.iteration > seen + 5)
        assert "A step is now" in screen_text(app)[-1]
        await pilot.press("r")
