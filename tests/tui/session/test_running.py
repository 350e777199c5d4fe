"""Running: it falls, it pauses, it never holds up the keyboard or the way out; it goes to places, and stops there."""

from __future__ import annotations

import math

import pytest
from support.scenarios import thinned
from textual import events

from dlsim.engine import Simulator, builtin_scenarios, load
from dlsim.engine.breakpoints import examples
from dlsim.tui.session.running import Runner, Running, add_breakpoint, place_in
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
        assert not app.screen.work.running.is_running
        assert "All epochs are done (5). Press r again to go on past them." in screen_text(app)[-1]
        await pilot.press("r")
        await pilot.pause()
        assert "running past the end of its epochs (5)" in screen_text(app)[-1]
        await pilot.press("r", "home", "r")
        await pilot.pause()
        assert "past the end" not in screen_text(app)[-1]


@pytest.mark.parametrize("scenario", builtin_scenarios())
def test_the_scenarios_own_epochs_take_about_ten_seconds(scenario):
    session = Session(scenario)
    if session.simulator.trains:
        assert not session.speed.is_stepwise
        assert 5 <= session.simulator.end / session.speed.per_second <= 12
        first = session.speed
        assert session.change_speed(1) is None
        assert session.speed.per_second > first.per_second
        assert session.change_speed(-1) is None
        assert session.speed == first, "the pace at which it began is found again"


async def test_at_the_end_of_the_epochs_a_run_asks_for_a_second_key_however_one_came_there(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.work.session.simulator.seek(iteration=app.screen.work.session.simulator.end)
        app.screen.work.session.changed()
        await pilot.press("r")
        await pilot.pause()
        assert not app.screen.work.running.is_running
        assert "Press r again" in screen_text(app)[-1]
        await pilot.press("r")
        assert app.screen.work.running.is_running
        await pilot.press("r", "r")
        assert app.screen.work.running.is_running, "past the end it is asked once"
        await pilot.press("r")


async def test_the_loss_falls(open_at, until):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "e")
        first = app.screen.work.session.simulator.losses[0]
        await pilot.press(*["right_square_bracket"] * len(SPEEDS), "r")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        assert app.screen.work.session.simulator.losses[-1] < first / 5


@thinned("key", ["left", "space", "i", "home", "x", "full_stop", "v", "r"], ["left", "i", "home", "r"])
async def test_any_key_that_moves_pauses_the_run_first(open_at, key):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.speed = Speed(10)
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
        app.screen.work.session.speed = Speed(10, "grain")
        await pilot.press("r")
        await until(pilot, lambda: place(app).cursor >= 2)
        assert place(app).cursor <= 5
        await pilot.press("r")


async def test_where_nothing_is_trained_a_run_walks_through_all_samples(open_at, until):
    app = open_at("and")
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.work.session.speed = Speed(10, "grain")
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
    assert session.speed == Speed(100)


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


# places to go to, and conditions


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("500", ("iteration", 500)),
        ("epoch 20", ("epoch", 20)),
        ("e20", ("epoch", 20)),
        ("1,000", ("iteration", 1000)),
        ("1_000", ("iteration", 1000)),
        ("1,00", None),
        ("0,125", None),
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
    session.speed = SPEEDS[-1]
    running = Running(session)
    stops = []
    for _ in range(2):
        running.start()
        running._runner._thread.join()
        _, hint = running.look()
        stops.append((hint.key, hint.values["condition"]))
    assert stops == [("hint.stopped_by_number", "loss < 0.01"), ("hint.stopped_by", "iteration 40")]
    assert session.simulator.iteration == 40


@pytest.mark.parametrize("is_stepwise", [False, True])
def test_a_run_that_stops_by_its_loss_says_the_loss_over_all_the_data(unlike_batches, is_stepwise):
    session = Session(unlike_batches)
    add_breakpoint(session, "loss < 9.7")
    session.speed = SPEEDS[0 if is_stepwise else -1]
    running, hint = Running(session), None
    running.start()
    if is_stepwise:
        while hint is None:
            _, hint = running._step(8)
    else:
        running._runner._thread.join()
        _, hint = running.look()
    assert hint.values == {"condition": "loss < 9.7", "iteration": 2, "value": "9.66666667"}


async def test_going_to_an_iteration_and_setting_a_breakpoint_by_key(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "x")
        await pilot.pause()
        assert "Write 500" in "".join(screen_text(app)[-3:])
        await pilot.press("backspace", "e", "2", "0", "enter")
        await pilot.pause()
        assert "iteration 20" in screen_text(app)[0]
        await pilot.press("b", *"oops", "enter")
        await pilot.pause()
        assert "✗" in "".join(screen_text(app)[-3:])
        await pilot.press("escape", "b", *"epoch", "space", *"30", "enter")
        await pilot.pause()
        assert "stops when epoch 30" in screen_text(app)[-1]
        assert screen_text(app)[1].endswith(" stops: epoch 30 ")
        await pilot.press("b")
        await pilot.pause()
        assert screen_text(app)[-1].startswith(" enter add ")
        await pilot.press("down")
        await pilot.pause()
        assert screen_text(app)[-1].startswith(" enter remove ")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.work.session.breakpoints == []
        assert "stop" not in screen_text(app)[1]


@pytest.mark.parametrize(("size", "least"), [((120, 40), 6), ((80, 24), 5), ((40, 24), 3)])
async def test_examples_of_conditions_are_whole_and_as_many_as_fit(open_at, screen_text, size, least):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        await pilot.press("b")
        await pilot.pause()
        known, lines = examples(app.screen.work.session.simulator), screen_text(app)[-3:]
        assert any(line.startswith(" " + ", ".join(known[:least]) + " ") for line in lines)
        assert "esc cancel" in lines[-1]
        await pilot.press(*"oops", "enter")
        await pilot.pause()
        told = " ".join(line.strip() for line in screen_text(app)[-4:-2])
        assert "cannot read the condition 'oops'" in told
        assert size[0] < 80 or any(told.rstrip().endswith(example) for example in known)


@thinned("size", [(80, 24), (120, 40), (40, 24)], [(40, 24)])
async def test_a_condition_is_read_while_it_is_typed(open_at, screen_text, size):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:

        async def said(*keys):
            await pilot.press("ctrl+u", *keys)
            await pilot.pause()
            lines = screen_text(app)
            assert "enter apply" in lines[-1]
            assert "esc cancel" in lines[-1]
            return " ".join(" ".join(lines[-5:]).split())

        await pilot.press("b")
        assert "✗ cannot read the condition 'foo'" in await said(*"foo")
        assert "loss …" in await said(*"lo")
        for beginning in ("loss", "any |gradient|"):
            text = await said(*("vertical_line" if one == "|" else "space" if one == " " else one for one in beginning))
            assert "then <, ≤, >, ≥ or =, and a number" in text
            assert "✗" not in text
        assert "then a number" in await said(*"loss", "less_than_sign")
        assert "✗" not in await said(*"W")
        assert "✗ cannot read the condition 'W99'" in await said(*"W99")
        assert "✗" not in await said(*"loss", "less_than_sign", *"1e-3")
        assert "✗" not in await said(*"loss", "less_than_sign", *"0")
        assert "✗ a loss is never below 0" in await said(*"loss", "less_than_sign", *"-1")


async def test_a_step_of_a_recurrent_network_is_no_mistake_while_it_is_typed(open_at, screen_text):
    app = open_at("feedforward-or-recurrent")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("b")
        for key in ("h", "1", "less_than_sign", "2", "greater_than_sign", "space", "greater_than_sign", "1"):
            await pilot.press(key)
            await pilot.pause()
            assert not any("✗" in line for line in screen_text(app)[-5:])


async def test_a_run_past_a_breakpoint_that_holds_already_says_so_while_it_runs(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e", "b", *"loss", "less_than_sign", "1", "enter", "r")
        await pilot.pause()
        assert app.screen.work.running.passed == ("loss<1",)
        assert "past loss<1 (already true)" in screen_text(app)[-1]
        await pilot.press("r", "home", "r")
        assert app.screen.work.running.passed == ()


@thinned("place", ["400", "5000"], ["400"])
async def test_going_by_number_goes_past_breakpoints_and_names_them(open_at, screen_text, until, place):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i")
        for condition in ("loss < 0.02", "iteration 6", "loss > 9", "loss < 0.1"):
            add_breakpoint(app.screen.work.session, condition)
        await pilot.press("colon", *place, "enter")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        await pilot.pause()
        said = screen_text(app)[-1]
        done = f"{int(place):,}"
        assert f"Iterations done: {done}. Epochs done: {done}. Past loss < 0.02 (iteration 6), iteration 6." in said
        losses = app.screen.work.session.simulator.losses
        assert losses[5] >= 0.02 > losses[6], "both came to hold in the same iteration; one holds never, one did before"
        await pilot.press("colon", *"3", "enter")
        await pilot.pause()
        assert "past" not in screen_text(app)[-1], "going back passes nothing"


async def test_a_long_way_to_an_iteration_is_run_and_escape_ends_it_at_once(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"999999", "enter")
        await pilot.pause()
        assert "running to iteration 999,999, esc pauses" in screen_text(app)[-1]
        await pilot.press("escape")
        assert not app.screen.work.running.is_running
        assert app.screen.work.session.simulator.iteration < 999_999


@pytest.mark.parametrize("condition", ["any |gradient| < 5e-4", "min |gradient| < 5e-4"])
def test_a_stop_by_a_gradient_says_whose_it_is(condition):
    session = Session("backprop-2-2-2")
    add_breakpoint(session, condition)
    session.speed = SPEEDS[-1]
    running = Running(session)
    running.start()
    running._runner._thread.join()
    _, hint = running.look(digits=6)
    smallest = min(abs(weights).min() for weights, _ in session.simulator.gradients)
    assert hint.values["parameter"] == "W3"
    assert hint.values["value"] == f"{smallest:.6f}" == f"{session.simulator.look_up('∂E/∂W3'):.6f}"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("max |gradient| > 0.02", True),
        ("all |gradient| > 0.02", False),
        ("min |gradient| > 0.02", False),
        ("any |gradient| > 0.02", True),
        ("max |gradient| < 0.02", False),
        ("all |gradient| < 1", True),
    ],
)
def test_the_largest_and_the_smallest_gradient_are_meant_by_max_and_min(condition, holds):
    session = Session("backprop-2-2-2")
    session.forward("iteration")
    assert add_breakpoint(session, condition).holds(session.simulator) is holds


async def test_faster_and_slower_say_how_fast_the_next_run_will_be(open_at, screen_text):
    app = open_at("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert "Speed of a run: 300 iterations a second" in screen_text(app)[-1]
        await pilot.press(*["right_square_bracket"] * len(SPEEDS))
        await pilot.pause()
        assert "Speed of a run: at full speed. This is the fastest." in screen_text(app)[-1]


@thinned(
    ("place", "said"),
    [
        ("7", "Iterations done: 7. Epochs done: 0."),
        ("epoch 2", "Iterations done: 20. Epochs done: 2."),
        ("e 70", "Iterations done: 700. Epochs done: 70."),
        ("1000", "Iterations done: 1,000. Epochs done: 100."),
    ],
    [("7", "Iterations done: 7. Epochs done: 0."), ("e 70", "Iterations done: 700. Epochs done: 70.")],
)
async def test_however_a_place_is_named_and_however_far_it_is_the_reply_is_the_same(
    open_at, screen_text, until, place, said
):
    app = open_at("epochs-batches-iterations")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *("space" if one == " " else one for one in place), "enter")
        await until(pilot, lambda: not app.screen.work.running.is_running)
        await pilot.pause()
        assert screen_text(app)[-1].startswith(f" {said} ")


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_however_many_stops_a_run_goes_past_its_keys_stay(open_at, screen_text, width):
    app = open_at("xor-train")
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press("i")
        for condition in ("loss < 9", "epoch 1", "any |gradient| < 9"):
            add_breakpoint(app.screen.work.session, condition)
        await pilot.press("r")
        await pilot.pause()
        told = screen_text(app)[-1]
        assert "r pause" in told
        assert "[ slower" in told
        assert "] faster" in told
        assert "running" in told
        assert "past 3 stops" in told or "past loss < 9, epoch 1, any |gradient| < 9 (already true)" in told
        assert "…" not in told
        await pilot.press("r")
