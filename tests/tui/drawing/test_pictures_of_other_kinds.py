"""What the pictures of surfaces, functions, searches and recurrent networks say."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.numbers import ref_to
from support.scenarios import thinned

from dlsim.engine import Simulator, load
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.numbers import plain
from dlsim.engine.scenario.load import load_tables
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.header import header_line
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.functions import TALLER, lower_quartile
from dlsim.tui.drawing.pictures.scene import MARKS, Plane, Scene
from dlsim.tui.drawing.pictures.surface import MOST_POINTS, trail
from dlsim.tui.drawing.scales import ticks
from dlsim.tui.drawing.variants import variants
from dlsim.tui.session.variants import Member
from dlsim.tui.words import words


def scene_of(ensemble, **options):
    members = tuple(Member(variant, simulator.snapshot()) for variant, simulator in ensemble.members)
    return Scene(ensemble.lead.snapshot(), members, **options)


def race(name, done):
    ensemble = Ensemble(load(name))
    ensemble.lead.seek(iteration=done)
    ensemble.follow()
    return ensemble


def text(key, scene, width=58, height=16):
    return PICTURES[key].draw(scene, width, height).cells.text()


# surfaces


def test_every_way_has_its_mark_in_the_legend_and_where_it_stands():
    ensemble = race("optimizers-on-a-saddle", 25)
    scene = scene_of(ensemble)
    shown = text("surface", scene, 110, 36)
    for variant in variants(scene):
        assert f"{variant.mark} {variant.name}" in shown
    field = "\n".join(line[:84] for line in shown.splitlines())
    assert sum(field.count(mark) for mark in MARKS) >= 5  # those that stand in the same place hide each other


@pytest.mark.parametrize("there", [("bowl", "double_well"), ("double_well", "bowl"), ("bowl", "double_well", "bowl")])
def test_after_an_edit_to_another_dimension_the_way_on_the_new_surface_is_drawn(there):
    file = {"schema": 1, "title": "test", "kind": "surface", "surface": {"function": there[0]}}
    simulator = Simulator(load_tables(file))
    for name in there[1:]:
        simulator.run(iterations=5)
        simulator.edit(settings={"surface.function": name})
        simulator.run(iterations=5)
    snapshot = simulator.snapshot()
    shown = text("surface", Scene(snapshot), 90, 24)
    assert shown.strip()
    ways = [trail(snapshot, axis) for axis in ("x", "y")[: 2 if there[-1] == "bowl" else 1]]
    assert {len(way) for way in ways} == {simulator.iteration + 1}
    for way in ways:
        assert np.isfinite(way[-6:]).all()


def marks_in_field(scene):
    """Where each mark stands on the curve, left of the legend."""
    shown = text("surface", scene, 90, 24).splitlines()
    return {mark: (row, line.index(mark)) for row, line in enumerate(shown) for mark in MARKS if mark in line[:65]}


@pytest.mark.parametrize("done", [1, 20, 150])
def test_a_mark_on_a_curve_stands_where_it_would_stand_alone(done):
    together = scene_of(race("momentum-escape", done))
    places = marks_in_field(together)
    assert variants(together)[0].mark in places
    for variant in variants(together):
        alone = marks_in_field(Scene(variant.snapshot))
        assert places.get(variant.mark) in (None, *alone.values()), f"{variant.name} is where its number is, or hidden"


def test_of_ways_in_one_place_the_one_under_the_lens_is_seen_and_the_legend_tells_them_all():
    scene = scene_of(race("momentum-escape", 0))
    assert list(marks_in_field(scene)) == [variants(scene)[0].mark]
    assert all(f"{variant.mark} " in text("surface", scene, 90, 24) for variant in variants(scene))


@pytest.mark.parametrize(
    ("name", "written"),
    [("optimizers", "sgd"), ("momentum-escape", "sgd"), ("vanishing-gradient", "sigmoid")],
)
def test_the_scenario_as_written_goes_by_what_sets_it_apart(name, written):
    assert variants(scene_of(race(name, 0)))[0].name == written


def test_the_way_runs_from_the_start_to_the_present_point():
    ensemble = race("optimizers", 30)
    snapshot = ensemble.lead.snapshot()
    xs = trail(snapshot, "x")
    assert len(xs) == 31
    assert (xs[0], xs[-1]) == (-7.0, ensemble.lead.look_up("x"))


def test_a_long_way_is_thinned_out_and_keeps_its_end():
    simulator = Simulator(load("optimizers"))
    simulator.run(iterations=20_000)
    xs = trail(simulator.snapshot(), "x")
    assert MOST_POINTS < len(xs) <= 2 * MOST_POINTS + 1
    assert xs[:9].tolist() == simulator.curves["x"].values[:9].tolist(), "it went furthest at its beginning"
    assert xs[-1] == simulator.look_up("x")


def test_the_height_of_a_way_waits_until_it_has_been_computed():
    ensemble = race("optimizers", 0)
    assert text("surface", scene_of(ensemble)).count("…") == len(ensemble.names)
    ensemble.lead.step()
    assert "6.4500" in text("surface", scene_of(ensemble))


@pytest.mark.parametrize("name", ["optimizers", "momentum-escape"])
@pytest.mark.parametrize("done", [0, 1, 2])
def test_the_height_in_the_legend_is_that_of_the_place_where_the_mark_stands(name, done):
    ensemble = race(name, 0)
    for _ in range(done):
        ensemble.lead.step("iteration")
    ensemble.lead.step("value" if not done else "iteration")
    ensemble.follow()
    scene = scene_of(ensemble)
    for variant in variants(scene):
        snapshot = variant.snapshot
        place = [trail(snapshot, name)[-1] for name in snapshot.curves if name in "xy"]
        expected = f"{float(snapshot.scenario.body.surface.value(*place)):.4f}"
        row = next(line for line in text("surface", scene, 90, 24).splitlines() if f"{variant.mark} " in line[64:])
        assert row.split()[-1] == expected, variant.name


# functions


def test_together_stand_all_functions_with_value_and_slope_at_the_cursor():
    simulator = Simulator(load("activations"))
    simulator.seek(iteration=51)  # x = 0
    shown = text("functions-plot", Scene(simulator.snapshot()), 78, 12)
    assert "x = 0 " in shown
    line = next(line for line in shown.splitlines() if "sigmoid" in line)
    assert line.split()[-2:] == ["0.5000", "0.2500"]


@pytest.mark.parametrize("size", [(78, 12), (59, 19), (38, 12)])
def test_x_stands_in_the_picture_of_all_functions_at_any_width(size):
    simulator = Simulator(load("activations"))
    simulator.seek(iteration=30)
    assert "x = -2" in text("functions-plot", Scene(simulator.snapshot()), *size)


def test_values_at_the_cursor_appear_one_by_one():
    simulator = Simulator(load("activations"))
    hidden = [text("functions-plot", Scene(simulator.snapshot()), 78, 12).count("…")]
    for _ in range(7):
        simulator.step()
        hidden.append(text("functions-plot", Scene(simulator.snapshot()), 78, 12).count("…"))
    assert hidden == [13, 12, 11, 10, 9, 8, 7, 6]


def test_zones_where_a_function_is_flat_are_marked():
    simulator = Simulator(load("activations"))
    views = PICTURES["functions-plot"].views(simulator.snapshot())
    shown = text("functions-plot", Scene(simulator.snapshot(), view=views.index("=tanh")))
    assert "≈≈≈" in shown
    assert "saturated" in shown
    shown = text("functions-plot", Scene(simulator.snapshot(), view=views.index("=relu")))
    assert "∅∅∅" in shown
    shown = text("functions-plot", Scene(simulator.snapshot(), view=views.index("=linear")))
    assert "≈" not in shown
    assert "∅" not in shown


def test_the_function_at_hand_is_bright_and_the_others_are_dim():
    simulator = Simulator(load("activations"))
    simulator.step()
    simulator.step()  # sigmoid, which is drawn like series-1
    roles = {role for line in picture("functions-plot", simulator)[:14] for _, role in line}
    assert "series-1" in roles
    assert not roles & {"series-0", "series-2", "series-3"}
    assert "muted" in roles
    before = {role for line in picture("functions-plot", Simulator(load("activations")))[:14] for _, role in line}
    assert {"series-0", "series-1", "series-2"} <= before, "as long as none is at hand all are told apart"


def picture(key, simulator, view=0, size=(59, 19)):
    return PICTURES[key].draw(Scene(simulator.snapshot(), view=view), *size).cells.rows()


def test_the_middle_is_a_dotted_line_wherever_functions_are_drawn():
    simulator = Simulator(load("activations"))
    for view in range(8):
        for size in ((59, 19), (101, 29)):
            shown = PICTURES["functions-plot"].draw(Scene(simulator.snapshot(), view=view), *size).cells.text()
            assert shown.count("┊") >= 3, (view, size)


def test_flat_and_steep_zones_of_a_sigmoid_have_grounds_and_marks():
    simulator = Simulator(load("activations"))
    view = PICTURES["functions-plot"].views(simulator.snapshot()).index("=sigmoid")
    lines = picture("functions-plot", simulator, view)
    roles = {role.partition("@")[2] for line in lines for _, role in line}
    assert {"flat", "steep"} <= roles
    shown = "\n".join("".join(text for text, _ in line) for line in lines)
    assert "≈≈" in shown
    assert "╱╱╱" in shown, "not by colour alone"


@pytest.mark.parametrize("size", [(101, 29), (118, 34)])
def test_where_there_is_room_each_function_has_a_plot_of_its_own(size):
    simulator = Simulator(load("activations"))
    simulator.seek(iteration=51)
    lines = text("functions-plot", Scene(simulator.snapshot()), *size).splitlines()
    heads = [line for line in lines if "●" in line[:4] or "◆" in line[:4] or "△" in line[:4]]
    told = " ".join(line for line in lines if any(name in line for name in ("step ", "relu ", "softmax")))
    assert len(heads) >= 3, "three rows of plots"
    for name in ("step", "sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax"):
        assert name in told
    assert "0.5000 0.2500" in told


def test_the_shares_of_softmax_are_bars_that_sum_to_one():
    simulator = Simulator(load("activations"))
    view = PICTURES["functions-plot"].views(simulator.snapshot()).index("softmax")
    simulator.step("phase")
    shown = text("functions-plot", Scene(simulator.snapshot(), view=view))
    bars = [line.count("█") for line in shown.splitlines() if "█" in line]
    assert bars == sorted(bars)
    assert len(bars) == 3
    assert "Σ = 1.00000000" in shown


def test_a_steep_function_does_not_flatten_the_others():
    assert set(TALLER) == {"activation", "loss"}
    simulator = Simulator(load("activations"))
    axis = {line.split("│")[0].strip() for line in text("functions-plot", Scene(simulator.snapshot())).splitlines()}
    assert "5" not in axis


# searches


def test_the_counts_so_far_stand_beside_the_map():
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=9261)
    shown = text("search-map", Scene(simulator.snapshot()), 90, 16)
    for gate, count in {"AND": 220, "NAND": 165, "OR": 385, "XOR": 0}.items():
        assert any(gate in line.split() and str(count) in line.split() for line in shown.splitlines())
    assert "9,261 of 9,261" in shown


def test_no_setting_of_the_map_makes_xor():
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=9261)
    grid = [
        line.partition("│")[2][:44] for line in text("search-map", Scene(simulator.snapshot()), 90, 30).splitlines()
    ]
    letters = set("".join(grid)) - set("· ")
    assert letters == {"A", "N", "O"}


def test_what_was_not_tried_yet_is_empty():
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=2000)
    grid = [
        line.partition("│")[2][:44] for line in text("search-map", Scene(simulator.snapshot()), 90, 30).splitlines()
    ]
    assert not any(line[20:].strip() for line in grid[:20])
    assert all(line[:6].strip() for line in grid[:20])


# recurrent networks


def test_time_runs_from_left_to_right_with_what_is_fed_back():
    simulator = Simulator(load("feedforward-or-recurrent"))
    shown = text("unrolled", Scene(simulator.snapshot()))
    assert "time ⟨1⟩" in shown
    assert shown.index("time ⟨1⟩") < shown.index("time ⟨4⟩")
    assert shown.count("▶") == 4  # three steps, and what it means
    assert "◀" not in shown
    assert shown.count("…") == 7 * 4  # h1, h2 and o1, the δ of each, and E at each step


def test_the_gradient_runs_backwards_in_time():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.step("phase")
    simulator.step("phase")
    before = text("unrolled", Scene(simulator.snapshot())).count("◀")
    arrows = []
    for _ in range(60):
        simulator.step()
        arrows.append(text("unrolled", Scene(simulator.snapshot())).partition("gradient,")[0].count("◀") - 1)
    assert before == 0
    assert arrows == sorted(arrows)
    assert arrows[-1] == 3


@pytest.mark.parametrize("height", [14, 19])
@pytest.mark.parametrize("cursor", [0, 80, 98])
def test_every_arrow_in_time_that_is_drawn_is_told_below_and_no_other(cursor, height):
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.seek(iteration=0, cursor=cursor)
    *rows, foot = text("unrolled", Scene(simulator.snapshot()), height=height).splitlines()
    drawn = {arrow for arrow in "▶◀" if arrow in "".join(rows)}
    assert drawn == {arrow for arrow in "▶◀" if arrow in foot}
    assert drawn


def test_the_update_of_a_recurrent_network_has_no_number():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.step("iteration")
    shown = text("unrolled", Scene(simulator.snapshot()), height=19)
    assert "W ← W⁺" in shown
    assert "=" not in shown.partition("W ← W⁺")[2]


@pytest.mark.parametrize(("width", "height"), [(61, 18), (61, 16), (110, 18)])
def test_after_an_iteration_every_unit_shows_its_output_and_its_delta(width, height):
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.sample = 1
    simulator.step("iteration")
    shown = text("unrolled", Scene(simulator.snapshot()), width=width, height=height)
    assert [shown.count(name) for name in ("h1 ", "h2 ", "o1 ", "time ⟨")] == [4] * 4
    assert shown.count("δ ") == 3 * 4 + 1  # h1, h2, o1 at each time, and what it means
    assert "δ ∂E/∂z" in shown


def test_where_there_is_room_for_one_number_it_is_the_gradient_once_the_forward_pass_is_over():
    simulator = Simulator(load("feedforward-or-recurrent"))
    seen = []
    for _ in ("forward", "loss", "backward", "update"):
        simulator.step("phase")
        *rows, foot = text("unrolled", Scene(simulator.snapshot()), width=78, height=10).splitlines()
        body = "\n".join(rows)
        seen.append(["δh" in body, " h1" in body, "◀" in body, "δ" in foot])
    outputs, gradients = [False, True, False, False], [True, False, True, True]
    simulator.step()
    body = text("unrolled", Scene(simulator.snapshot()), width=78, height=10)
    assert seen == [outputs, outputs, gradients, gradients]
    assert "δ" not in body


@pytest.mark.parametrize("size", [(59, 18), (101, 28), (78, 9), (68, 7), (59, 6)])
@pytest.mark.parametrize("cursor", [20, 60, 75, 98])
def test_all_numbers_of_a_row_in_time_have_as_many_decimals(cursor, size):
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.sample = 2
    simulator.seek(iteration=2, cursor=cursor)
    lines = text("unrolled", Scene(simulator.snapshot()), *size).splitlines()
    rows = [re.findall(r"[EohδW]\d? +-?\d+\.(\d+)", line) for line in lines if "time" not in line]
    assert sum(map(len, rows)) >= 9
    assert all(len({len(decimals) for decimals in row}) <= 1 for row in rows)
    assert re.search(r"x1 +1 +x1 +0 ", text("unrolled", Scene(simulator.snapshot()), *size).replace("│", " "))


@pytest.mark.parametrize("size", [(78, 9), (68, 7), (59, 6), (59, 4), (59, 3), (59, 2), (30, 6)])
def test_no_hidden_unit_is_left_out_without_a_mark(size):
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.step("iteration")
    shown = text("unrolled", Scene(simulator.snapshot()), *size)
    assert ("h2" in shown) or shown.count("+1") == shown.count("h1") > 0


def test_a_feed_forward_network_has_no_arrows_in_time():
    simulator = Simulator(load("feedforward-or-recurrent", variant="feed-forward"))
    shown = text("unrolled", Scene(simulator.snapshot()))
    assert "▶" not in shown
    assert "nothing is fed back" in shown


def test_a_number_of_the_picture_can_be_clicked():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.step("phase")
    drawing = PICTURES["unrolled"].draw(Scene(simulator.snapshot()), 78, 10)
    row, line = next((y, line) for y, line in enumerate(drawing.cells.text().splitlines()) if "h2" in line)
    ref = drawing.at(line.index("h2"), row).ref
    assert (ref.quantity.key, ref.layer, ref.index) == ("a", 1, (1, 0))


def test_a_function_and_its_slope_can_be_clicked_in_the_legend():
    simulator = Simulator(load("activations"))
    simulator.seek(iteration=51)
    drawing = PICTURES["functions-plot"].draw(Scene(simulator.snapshot()), 90, 12)
    row, line = next((y, line) for y, line in enumerate(drawing.cells.text().splitlines()) if "tanh" in line)
    assert drawing.at(line.index("tanh"), row).ref == ref_to("f", 0, (2,), kind="functions")
    assert drawing.at(len(line.rstrip()) - 2, row).ref == ref_to("slope", 0, (2,), kind="functions")


# planes


@pytest.mark.parametrize(
    ("span", "most", "expected"),
    [
        ((0.0, 1.0), 3, [0.0, 0.5, 1.0]),
        ((-0.25, 1.25), 3, [0.0, 0.5, 1.0]),
        ((-7.0, 7.0), 4, [-5.0, 0.0, 5.0]),
        ((-100.0, 100.0), 5, [-100.0, -50.0, 0.0, 50.0, 100.0]),
        ((1.0, 1.0), 4, []),
        ((0.0, 1.0), 0, []),
    ],
)
def test_ticks_are_round_numbers(span, most, expected):
    assert ticks(span, most)[0] == expected


def test_what_is_counted_has_whole_ticks():
    assert ticks((0.0, 3.0), 10, whole=True) == ([0.0, 1.0, 2.0, 3.0], 0)
    assert ticks((0.0, 40.0), 4, whole=True) == ticks((0.0, 40.0), 4)


def test_a_path_with_numbers_that_are_not_finite_has_gaps():
    plane = Plane(Canvas(10, 5), 0, 0, 10, 5, (0.0, 1.0), (0.0, 1.0))
    numbers = np.array([0.0, 0.2, np.nan, np.inf, 0.8, 1.0, 1e308, -1e308])
    dots = plane.path(np.linspace(0, 1, 8), numbers)
    assert dots.any()
    assert not plane.path(np.array([np.nan]), np.array([np.nan])).any()
    assert not plane.path(np.empty(0), np.empty(0)).any()
    assert plane.path(np.array([0.5]), np.array([0.5])).sum() == 1


@pytest.mark.parametrize("sizes", [[1.0], [3.0, 1.0], [0.5, 4.0, 2.0], [9.0, 1.0, 4.0, 16.0, 25.0]])
def test_the_lower_quartile_is_the_usual_one(sizes):
    assert lower_quartile(sizes) == pytest.approx(np.percentile(sizes, 25))


@pytest.mark.parametrize("size", [(59, 17), (78, 9), (100, 26)])
def test_a_slice_of_the_search_says_of_which_bias_it_is_and_that_the_counts_are_of_all(size):
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=30)
    b = plain(simulator.snapshot().tape.value(ref_to("grid_b"), 0))
    draw = PICTURES["search-map"].draw
    assert "map:" not in draw(Scene(simulator.snapshot()), *size).cells.text()
    told = draw(Scene(simulator.snapshot(), view=1), *size).cells.text()
    assert f"map: b = {b}" in told
    assert "counts: any b" in told
    assert "of 9,261 tried" in told


@thinned("size", [(59, 17), (78, 9), (100, 26)], [(78, 9)])
def test_a_search_that_begins_again_once_all_was_tried_says_which_round_it_is(size):
    simulator = Simulator(load("xor-single"))
    simulator.seek(iteration=9_261)
    draw = PICTURES["search-map"].draw
    assert "round" not in draw(Scene(simulator.snapshot()), *size).cells.text()
    assert "round" not in text_of(header_line(words(), simulator.snapshot(), 80))
    simulator.seek(iteration=9_263)
    assert "round 2, after all were tried" in draw(Scene(simulator.snapshot()), *size).cells.text()
    assert "round 2" in text_of(header_line(words(), simulator.snapshot(), 80))


def text_of(line):
    return "".join(text for text, _ in line)
