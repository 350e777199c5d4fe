"""The loss curve: legible at any size, costs the same at any length, never draws too often nor too late."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from support.networks import worked_example
from support.numbers import ref_to
from support.scenarios import thinned
from textual.app import App
from textual.geometry import Size

from dlsim.engine import Simulator, load
from dlsim.engine.curve import Curve
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.numbers import fixed
from dlsim.tui.drawing.canvas import ASCII, UNICODE
from dlsim.tui.drawing.curves import Curves, Series, Throttle, plot
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.scales import Scale, labels, x_ticks, y_ticks
from dlsim.tui.drawing.variants import variants
from dlsim.tui.session.variants import Member
from dlsim.tui.widgets import over_time
from dlsim.tui.widgets.over_time import LossCurve

ANY = st.floats(allow_nan=True, allow_infinity=True)


def series(values, role="curve", **look):
    values = np.array(values, dtype=float)
    return Series(np.arange(1.0, len(values) + 1), values, values, role, **look)


def text_of(rows):
    return ["".join(run[0] for run in row) for row in rows]


@settings(max_examples=80)
@given(st.lists(ANY, max_size=40), st.integers(1, 90), st.integers(1, 30), st.booleans())
def test_any_numbers_can_be_drawn_at_any_size(values, width, height, log):
    rows = plot([series(values)], width, height, log=log, mark="●")
    assert rows == [] or [cell_len(line) for line in text_of(rows)] == [width] * height


@pytest.mark.parametrize(
    "values",
    [[], [0.5], [0.5] * 10, [0.0] * 5, [1e-310, 2e-310], [1e308, -1e308], [1e300, 1e-300], [3, 3 + 1e-15]],
    ids=str,
)
@pytest.mark.parametrize("log", [False, True])
def test_strange_curves_are_drawn(values, log):
    plot([series(values)], 58, 14, log=log, mark="●")


def test_zeros_have_no_place_on_a_logarithmic_scale():
    assert plot([series([0.0, 0.0])], 40, 10, log=True) == []
    assert plot([series([1.0, 0.0, 0.1])], 40, 10, log=True) != []


def test_axes_are_labelled_with_round_numbers_and_iterations():
    text = "\n".join(text_of(plot([series(np.linspace(0.139, 0.002, 700))], 58, 14)))
    for label in ["0.15", "0.10", "0.05", "0.00", "200", "400", "700"]:
        assert label in text
    assert text.splitlines()[-1].split()[0] == "1"


def test_powers_of_ten_stand_at_a_logarithmic_axis():
    text = "\n".join(text_of(plot([series(np.logspace(0, -6, 50))], 58, 14, log=True)))
    assert "1e0" in text
    assert "1e-6" in text


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.15, ["0.00", "0.05", "0.10", "0.15"]),
        (0.0225, 0.024, ["0.0225", "0.0230", "0.0235", "0.0240"]),
        (0.0, 30.0, ["0", "10", "20", "30"]),
        (0.0, 3e-7, ["0", "1e-7", "2e-7", "3e-7"]),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert labels(y_ticks(Scale(low, high), 3)) == expected


def test_iterations_on_the_axis_are_whole_and_keep_both_ends():
    for high in [2, 3, 7, 48, 999, 20_003, 10_000_000]:
        ticks = x_ticks(Scale(1, high), 4)
        assert ticks[0] == 1
        assert ticks[-1] == high
        assert all(tick == int(tick) for tick in ticks)


@thinned(
    ("iterations", "width"),
    [*itertools.product([1, 2, 3, 5, 24, 100, 500, 1000, 1999], [28, 40, 58, 80, 120]), (123_456, 28)],
    [*itertools.product([1, 3, 24, 1999], [28, 58, 120]), (123_456, 28)],
)
def test_the_axis_says_what_it_counts_before_its_end(iterations, width):
    (*_, labels_of_x) = text_of(plot([series(np.linspace(1, 0, iterations))], width, 8, name="iteration"))
    assert labels_of_x.rstrip().endswith(f" iteration {iterations:,}")


@pytest.mark.parametrize("done", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [(58, 14), (60, 5), (93, 28)])
def test_the_axis_names_no_iteration_that_has_not_been_done(size, done):
    rows = text_of(plot([series(np.linspace(1, 0.5, done))], *size, name="iteration", mark="●"))
    named = [int(number) for number in re.findall(r"\d+", rows[-1])]
    assert {1, done} <= {*named} <= {*range(1, done + 1)}
    assert max(row.rstrip().rfind("●") for row in rows) == len(rows[-1].rstrip()) - 1, "the end is above its number"


@pytest.mark.parametrize("rows", [6, 8, 12])
def test_a_low_picture_has_labels_between_the_ends(rows):
    lines = text_of(plot([series([1.13, 0.42, 0.003])], 78, rows))
    told = [line.partition("┤")[0].strip() for line in lines if "┤" in line]
    assert {"0.5", "1.0"} <= set(told)


def test_curves_are_told_apart_without_colour():
    first, second = series([3, 2, 1]), series([1, 2, 3], marker="•")
    text = "".join(text_of(plot([first, second], 40, 10)))
    assert "•" in text
    assert any(0x2800 < ord(character) < 0x2900 for character in text)


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=40),
    st.sampled_from([(58, 14), (30, 6), (16, 4), (12, 3), (93, 24)]),
)
def test_a_curve_behind_another_looks_as_it_would_before_it(values, size):
    behind, front = series(values, role="series-1"), series([5.0] * len(values))
    assert plot([front], *size, behind=[behind]) == plot([behind, front], *size)


def test_where_ways_meet_the_last_one_is_seen():
    others = [series([1.0, 1.0], role=f"series-{number}", mark="abc"[number]) for number in range(3)]
    runs = [run for row in plot([series([2.0, 2.0])], 40, 10, behind=others) for run in row]
    dotted = {run[1] for run in runs if any(0x2800 < ord(character) < 0x2900 for character in run[0])}
    assert dotted == {"series-2", "curve"}
    assert [run[1] for run in runs if "c" in run[0]][-1] == "series-2"


def test_a_bucket_lets_a_few_through_and_then_ten_a_second_at_most():
    throttle = Throttle(over_time.BURST, over_time.PER_SECOND)
    times = [100 + step / 1000 for step in range(5000)]
    passed = [now for now in times if not throttle.wait(now)]
    assert passed[0] == times[0]
    for start in times:
        assert sum(start <= now < start + 1 for now in passed) <= 10
    assert len(passed) > 30


# the widget


class Stage(App[None]):
    def compose(self):
        yield LossCurve()

    @property
    def curve(self):
        return self.query_one(LossCurve)


def snapshots(count):
    simulator = Simulator(worked_example())
    for _ in range(count):
        simulator.run(iterations=1)
        yield simulator.snapshot()


async def test_the_last_loss_and_its_iteration_stand_above_the_curve(screen_text):
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        *_, last = snapshots(3)
        app.curve.show(last)
        await pilot.pause()
        first_line = screen_text(app)[0]
        assert "0.02251965" in first_line
        assert "iteration 3" in first_line
        assert any("●" in line for line in screen_text(app))


async def test_before_the_first_iteration_it_says_which_keys_begin_a_curve(screen_text):
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        app.curve.show(Simulator(worked_example()).snapshot())
        await pilot.pause()
        assert "The curve begins when" in " ".join(" ".join(screen_text(app)).split())


async def test_the_first_change_is_painted_at_once_and_the_last_one_always(screen_text, until):
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        for number, snapshot in enumerate(snapshots(60), start=1):
            app.curve.show(snapshot)
            if number == 1:
                await pilot.pause()
                assert "iteration 1" in screen_text(app)[0]
        drawn = app.curve.draws
        assert drawn <= 10
        await until(pilot, lambda: "iteration 60" in screen_text(app)[0])
        assert app.curve.draws <= drawn + 3


async def test_stepping_by_hand_shows_every_change_at_once(screen_text):
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        simulator = Simulator(worked_example())
        for _ in range(80):
            simulator.step("phase")
            app.curve.show(simulator.snapshot())
            await pilot.pause()
            done = simulator.iteration
            assert (f"iteration {done}" if done else "i goes through it, r runs on.") in " ".join(
                " ".join(screen_text(app)).split()
            )


async def test_nothing_is_drawn_when_nothing_changed():
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        (snapshot,) = snapshots(1)
        app.curve.show(snapshot)
        await pilot.pause()
        drawn = app.curve.draws
        app.curve.show(replace(snapshot))
        app.curve.refresh()
        await pilot.pause()
        assert app.curve.draws == drawn


async def test_nothing_is_drawn_while_hidden():
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        app.curve.display = False
        await pilot.pause()
        drawn = app.curve.draws
        for snapshot in snapshots(3):
            app.curve.show(snapshot)
            await pilot.pause()
        assert app.curve.draws == drawn


async def test_a_logarithmic_scale_can_be_chosen(screen_text):
    app = Stage()
    async with app.run_test(size=(58, 15)) as pilot:
        *_, last = snapshots(2)
        app.curve.show(replace(last, curves={"loss": Curve(np.logspace(0, -4, 100))}))
        app.curve.toggle_log()
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "1e-4" in text
        app.curve.toggle_log()
        await pilot.pause()
        assert "1e-4" not in "\n".join(screen_text(app))


async def test_further_curves_are_drawn_with_a_legend(screen_text):
    app = Stage()
    async with app.run_test(size=(78, 15)) as pilot:
        (snapshot,) = snapshots(1)
        gaps = np.where(np.arange(100) % 10 == 0, np.linspace(1, 0.5, 100), np.nan)
        curves = {"loss": Curve(np.linspace(1, 0.1, 100)), "validation": Curve(gaps)}
        app.curve.show(replace(snapshot, curves=curves))
        await pilot.pause()
        assert "• validation 0.5" in screen_text(app)[0]
        assert sum(line.count("•") for line in screen_text(app)) > 5


@thinned(
    ("name", "done"),
    itertools.product(["backprop-2-2-2", "over-and-underfitting", "xor-train"], [5, 1_234]),
    [("backprop-2-2-2", 1_234), ("over-and-underfitting", 1_234), ("xor-train", 5)],
)
async def test_decimals_give_way_before_it_is_left_out_of_which_iteration_a_loss_is(screen_text, name, done):
    simulator = Simulator(load(name))
    simulator.run(done)
    app = Stage()
    async with app.run_test(size=(78, 15)) as pilot:
        app.curve.show(simulator.snapshot())
        for width in (78, 55):
            await pilot.resize_terminal(width, 15)
            await pilot.pause()
            caption = screen_text(app)[0]
            assert f"iteration {done:,}" in caption
            assert f"loss {float(simulator.losses[-1])!r}"[:8] in caption
        await pilot.resize_terminal(78, 15)
        await pilot.pause()
        assert f"loss {fixed(simulator.losses[-1])}" in screen_text(app)[0], "where there is room it has all of them"


def rows_over(ensemble):
    """The curve's lines with all variants of a scenario."""
    lead = ensemble.lead.snapshot()
    members = tuple(Member(name, simulator.snapshot()) for name, simulator in ensemble.members)
    widget = LossCurve()
    widget.show(lead, variants(Scene(lead, members)))
    return text_of(widget._rows(Size(110, 16)))


def column_of(rows, mark):
    """Where the last of these marks stands, as a share of the axis."""
    (axis,) = (line for line in rows if "└" in line)
    start = axis.index("└") + 1
    return max((line.rfind(mark) - start) / (len(axis.rstrip()) - 1 - start) for line in rows[2:] if mark in line)


@pytest.mark.parametrize(
    ("variant", "updates"), [(None, 7), ("mini-batch", 56), ("mini-batch", 60), ("stochastic", 150)]
)
def test_ways_with_unlike_epochs_are_drawn_over_epochs_each_mark_where_its_run_is(variant, updates):
    ensemble = Ensemble(load("batch-modes", variant=variant))
    ensemble.lead.seek(iteration=updates)
    ensemble.follow()
    ends = {name: len(simulator.losses) / simulator.model.calendar.batches for name, simulator in ensemble.members}
    rows = rows_over(ensemble)
    last = ceil(max(ends.values()))
    assert rows[-1].rstrip().endswith(f" epoch {last}")
    for mark, end in zip("●■▲", ends.values(), strict=True):
        assert column_of(rows, mark) == pytest.approx(end / last, abs=0.012)


def test_where_all_ways_have_the_same_epochs_iterations_are_counted():
    ensemble = Ensemble(load("optimizers-on-a-network"))
    ensemble.lead.seek(iteration=60)
    ensemble.follow()
    assert rows_over(ensemble)[-1].rstrip().endswith(" iteration 60")


def test_a_run_that_was_left_ends_on_the_axis_of_epochs_where_it_came_to():
    ensemble = Ensemble(load("batch-modes", variant="mini-batch"))
    ensemble.lead.run(iterations=80)
    ensemble.lead.seek(iteration=40)
    ensemble.lead.edit(settings={"training.batch_size": 64})
    ensemble.lead.run(iterations=4)
    ensemble.follow()
    rows = rows_over(ensemble)
    assert column_of(rows, "▲") == pytest.approx((5 + 4 / 4) / 20, abs=0.012)
    assert column_of(rows, "·") == pytest.approx(80 / 8 / 20, abs=0.012)


def test_after_an_undo_the_run_returned_to_is_drawn_as_far_as_it_had_gone():
    ensemble = Ensemble(load("xor-train"))
    simulator = ensemble.lead
    simulator.run(iterations=100)
    simulator.seek(iteration=40)
    before = rows_over(ensemble)
    simulator.edit(numbers={ref_to("W", 1, (0, 0)): 0.9})
    simulator.run(iterations=10)
    simulator.undo()
    undone = rows_over(ensemble)
    assert before[-1].rstrip().endswith(" iteration 40"), "who steps back sees what there was then"
    assert undone[-1].rstrip().endswith(" iteration 100")
    assert column_of(undone, "●") == pytest.approx(39 / 99, abs=0.02)
    dots = "".join(chr(code) for code in range(0x2801, 0x2900))
    assert max(column_of(undone, dot) for dot in dots if any(dot in row for row in undone[2:-2])) > 0.97
    simulator.run(iterations=80)
    simulator.back("iteration")
    assert rows_over(ensemble)[-1].rstrip().endswith(" iteration 119"), "it has gone further than it had then"


@pytest.mark.parametrize("undone", [False, True])
async def test_the_run_that_was_left_is_named_as_room_allows_and_its_mark_never_stands_alone(screen_text, undone):
    """From a line that holds its whole name down to one that holds nothing of it."""
    simulator = Simulator(worked_example())
    simulator.run(10)
    simulator.seek(iteration=5)
    simulator.edit(numbers={ref_to("W", 1, (0, 0)): 0.9})
    if undone:
        simulator.run(2)
        simulator.undo()
    (ghost, *_), endings = simulator.snapshot().ghosts, set()
    assert ghost.is_undone == undone
    app = Stage()
    async with app.run_test(size=(78, 15)) as pilot:
        app.curve.show(simulator.snapshot())
        for width in range(78, 20, -1):
            await pilot.resize_terminal(width, 15)
            await pilot.pause()
            line = screen_text(app)[0].rstrip()
            assert not line.endswith("··")
            endings.add(line.partition("··")[2])
    assert endings == ({" the edited run", " edited", ""} if undone else {" previous run", " previous", ""})


def left_run_of(long, edited_at, then):
    """A run of `long` iterations that was left at one of them by an edit, and so many after it."""
    simulator = Simulator(worked_example())
    simulator.run(long)
    simulator.seek(iteration=edited_at)
    simulator.edit(numbers={ref_to("W", 2, (0, 0)): 0.9})
    simulator.run(then)
    return simulator


async def test_a_long_run_that_was_left_does_not_squeeze_the_present_one_and_says_how_far_it_went(screen_text):
    simulator = left_run_of(2_000, 100, 100)
    app = Stage()
    async with app.run_test(size=(78, 15)) as pilot:
        app.curve.show(simulator.snapshot())
        await pilot.pause()
        rows = screen_text(app)
        assert rows[-1].rstrip().endswith("iteration 300")
        assert "previous run, to 2,000" in rows[0]
        assert column_of(rows, "●") == pytest.approx(199 / 299, abs=0.02)
        assert column_of(rows[1:], "·") > 0.97


def test_as_the_present_run_catches_up_the_axis_grows_without_a_jump():
    simulator = left_run_of(60, 10, 0)
    ends = []
    for _ in range(60):
        simulator.run(1)
        widget = LossCurve()
        widget.show(simulator.snapshot())
        rows = text_of(widget._rows(Size(78, 15)))
        ends.append(int(rows[-1].split()[-1]))
    assert ends[0] < 30
    assert ends[-1] == 70
    assert max(after - before for before, after in itertools.pairwise(ends)) <= 2
    assert ends == sorted(ends)


@pytest.mark.parametrize("log", [False, True])
async def test_a_click_on_the_curve_means_the_iteration_that_lies_there(log):
    simulator = Simulator(worked_example())
    simulator.run(50)
    app = Stage()
    async with app.run_test(size=(78, 15)) as pilot:
        app.curve.is_log = log
        app.curve.show(simulator.snapshot())
        await pilot.pause()
        found = [app.curve.iteration_at(x, 8) for x in range(78)]
        assert (found[0], found[-1]) == (1, 50)
        assert found == sorted(found)
        assert set(found) == set(range(1, 51))
        assert app.curve.iteration_at(40, 0) is None


async def test_a_click_means_that_iteration_where_the_axis_counts_epochs_too(screen_text):
    ensemble = Ensemble(load("batch-modes", variant="mini-batch"))
    ensemble.lead.run(iterations=80)
    ensemble.follow()
    lead = ensemble.lead.snapshot()
    members = tuple(Member(name, simulator.snapshot()) for name, simulator in ensemble.members)
    app = Stage()
    async with app.run_test(size=(110, 16)) as pilot:
        app.curve.show(lead, variants(Scene(lead, members)))
        await pilot.pause()
        rows = screen_text(app)
        assert "epoch" in rows[-1]
        end = max(row.rfind("▲") for row in rows[3:])
        halfway = (end + rows[-2].index("└")) // 2
        assert app.curve.iteration_at(end, 8) == pytest.approx(80, abs=2)
        assert app.curve.iteration_at(halfway, 8) == pytest.approx(40, abs=3)


def test_a_million_iterations_cost_no_more_points_than_a_screen_has():
    curves = Curves({"loss": Curve(np.random.default_rng(0).random(1_000_000))})
    (drawn,) = curves.series(58, over_time.LOOKS)
    assert len(drawn.x) <= 4 * 58 + 4


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (10, 4), (16, 4), (200, 60)])
async def test_any_size_will_do(size):
    app = Stage()
    async with app.run_test(size=size) as pilot:
        for snapshot in snapshots(2):
            app.curve.show(snapshot)
            await pilot.pause()


def test_the_first_curve_waits_for_no_import_but_plotext():
    code = """
import sys
import numpy as np
from dlsim.tui.drawing.curves import Series, get_ready, plot
get_ready()
before = set(sys.modules)
here = np.array([1.0, 2.0])
plot([Series(here, here, here, "curve")], 40, 10, behind=[Series(here, here, here, "series-1", mark="a")], mark="o")
print(*set(sys.modules) - before)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("\n", "")


@pytest.mark.parametrize("height", [7, 8, 11, 14])
@pytest.mark.parametrize("level", np.linspace(0.3, 9.7, 13).tolist())
def test_a_mark_stands_on_its_line(height, level):
    x = np.arange(1.0, 31.0)
    wide = np.full(30, 0.0)
    wide[0] = 10.0
    flat = np.full(30, level)
    rows = plot([Series(x, wide, wide, "curve"), Series(x, flat, flat, "other")], 50, height, behind=[])
    line = {number for number, row in enumerate(rows) for run in row if run[1] == "other" for _ in run[0]}
    rows = plot([Series(x, flat, flat, "curve")], 50, height, mark="●", behind=[Series(x, wide, wide, "series-1")])
    (marked,) = (number for number, row in enumerate(rows) for run in row if "●" in run[0])
    assert line == {marked}


@pytest.mark.parametrize(
    ("scenario", "keys", "said"),
    [
        ("backprop-2-2-2", ["5"], "The curve begins when the first iteration is done: i goes through it"),
        ("backprop-2-2-2", ["5", "i", "i", "home"], "The run has been as far as iteration 2, and its loss is drawn."),
        ("backprop-2-2-2", ["5", "i", "i", "i", "x"], "The run has been as far as iteration 3, and its loss is drawn."),
        ("losses", ["i", "5"], "There is no loss where nothing is trained."),
        ("and", ["5"], "There is no loss where nothing is trained."),
    ],
)
async def test_the_loss_panel_never_denies_a_run(open_at, screen_text, eager_curve, scenario, keys, said):
    app = open_at(scenario)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert said in " ".join(" ".join(screen_text(app)).split())


async def test_after_home_the_run_that_was_left_stays_to_be_seen(open_at, screen_text, eager_curve):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["i"] * 12, "home")
        await pilot.pause()
        at_home = screen_text(app)
        assert any("iteration 12" in line for line in at_home[22:]), "the axis goes as far as the run has been"
        await pilot.press("space", "left")
        await pilot.pause()
        assert screen_text(app)[22:-1] == at_home[22:-1]
        await pilot.press("i")
        await pilot.pause()
        assert any("iteration 12" in line for line in screen_text(app)[24:])


@pytest.fixture(scope="module")
def long_search():
    """The snapshot of a search whose counts have four figures."""
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=9_000)
    return simulator.snapshot()


@thinned("width", [78, 59, 53, 45, 30], [78, 53, 30])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_curve_has_a_sign_of_its_own_and_words_give_way_before_its_number(long_search, width, glyphs):
    curve, snapshot = LossCurve(glyphs=glyphs), long_search
    curve.show(snapshot)
    caption = " ".join(text_of(curve._rows(Size(width, 14)))[:4])
    counts = {name: int(snapshot.curves[name].values[-1]) for name in ("AND", "NAND", "OR", "XOR")}
    told = {name: re.search(rf"(\S) {name} {number}\b", caption) for name, number in counts.items()}
    assert all(told.values()), caption
    assert len({found[1] for found in told.values() if found}) == len(counts)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_every_number_over_the_curve_answers_to_a_click_and_to_the_keys(open_at, screen_text, size):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "i", "5")
        await pilot.pause()
        curve, snapshot = app.screen.view.curve, app.screen.work.session.snapshot
        line = curve.render_line(0).text
        number = re.search(r"validation (0\.\d+)", line)
        await pilot.click(type(curve), offset=(number.start(1), 0))
        await pilot.pause()
        held = app.screen.work.selection.ref
        assert "lossᵥ · selected" in "\n".join(screen_text(app))
        assert fixed(snapshot.value(held)).startswith(number[1][:-1])
        await pilot.press("up")
        assert app.screen.work.selection.ref == ref_to("mean_E")
        await pilot.press("down")
        assert app.screen.work.selection.ref == held
        await pilot.press("down")
        assert app.screen.work.selection.ref == held


async def test_a_number_over_the_curve_that_is_of_an_earlier_iteration_says_so(open_at, screen_text):
    app = open_at("over-and-underfitting")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "space")
        await pilot.pause()
        line = app.screen.view.curve.render_line(0).text
        await pilot.click(type(app.screen.view.curve), offset=(line.index("validation"), 0))
        await pilot.pause()
        assert "number was of iteration 1" in "\n".join(screen_text(app))


async def test_the_counts_over_the_curves_of_a_search_answer_too(open_at):
    app = open_at("xor-single")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "5")
        await pilot.pause()
        snapshot = app.screen.work.session.snapshot
        line = app.screen.view.curve.render_line(0).text
        for gate in snapshot.scenario.body.gates:
            await pilot.click(type(app.screen.view.curve), offset=(line.index(f"{gate} "), 0))
            await pilot.pause()
            assert snapshot.symbol(app.screen.work.selection.ref) == gate


@thinned(
    ("size", "lead"),
    itertools.product([(52, 14), (90, 20)], [None, "stochastic", "mini-batch"]),
    [((52, 14), "mini-batch"), ((90, 20), None)],
)
async def test_losses_that_leap_are_a_dim_band_with_their_running_mean_over_it(size, lead):
    ensemble = Ensemble(load("batch-modes", variant=lead))
    for _, simulator in ensemble.members:
        simulator.seek(iteration=20 * simulator.model.calendar.batches)
    members = tuple(Member(name, simulator.snapshot()) for name, simulator in ensemble.members)
    app = Stage()
    async with app.run_test(size=size) as pilot:
        app.curve.show(ensemble.lead.snapshot(), variants(Scene(ensemble.lead.snapshot(), members)))
        await pilot.pause()
        rows = app.curve.rows[3:-2]
        band = {role for row in rows for text, role in row if over_time.BAND in text}
        assert band == {"muted"}, "a band is dim, whosever it is"
        assert any(over_time.BAND in text for row in rows for text, _ in row)
        of_all = {"curve", *("series-0", "series-1", "series-2")} - {
            f"series-{[None, 'stochastic', 'mini-batch'].index(lead)}"
        }
        seen = [{role for text, role in row if text.strip()} for row in rows]
        assert set().union(*seen) >= of_all, "no curve is covered by another's band"
        for role in of_all - {"series-0"}:
            assert sum(role in roles for roles in seen) <= len(rows) / 2, "and none is a block"


def test_a_running_mean_is_that_of_the_last_batches():
    losses = np.random.default_rng(0).random(40)
    (drawn,) = Curves({"loss": Curve(losses)}, is_part=True, window=8).series(60, over_time.LOOKS)
    for x, mean in zip(drawn.x, drawn.high, strict=True):
        assert mean == pytest.approx(losses[max(int(x) - 8, 0) : int(x)].mean())
