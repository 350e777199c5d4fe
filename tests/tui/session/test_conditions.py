"""Time by number and by condition: going to a place, and breakpoints at which runs stop."""

from __future__ import annotations

import pytest

from dlsim.engine.breakpoints import examples
from dlsim.tui.session.running import Running, add_breakpoint, place_in
from dlsim.tui.session.session import SPEEDS, Session


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
    session.speed_index = len(SPEEDS) - 1
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
    session.speed_index = 0 if is_stepwise else len(SPEEDS) - 1
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


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 24)])
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


@pytest.mark.parametrize("place", ["400", "5000"])
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
    session.speed_index = len(SPEEDS) - 1
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
        assert "Speed of a run: 1,000 iterations a second" in screen_text(app)[-1]
        await pilot.press(*["right_square_bracket"] * len(SPEEDS))
        await pilot.pause()
        assert "Speed of a run: at full speed. This is the fastest." in screen_text(app)[-1]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("7", "Iterations done: 7. Epochs done: 0."),
        ("epoch 2", "Iterations done: 20. Epochs done: 2."),
        ("e 70", "Iterations done: 700. Epochs done: 70."),
        ("1000", "Iterations done: 1,000. Epochs done: 100."),
    ],
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
