"""The network diagram: everything in its place at any size, and the computation of the moment lit."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from support.networks import layer, random_scenarios, scenario, worked_example
from support.numbers import ref_to
from textual.app import App

from dlsim.engine import Simulator, load
from dlsim.engine.scenario.spec import Body
from dlsim.tui.drawing.canvas import ASCII, UNICODE, cells_of_line
from dlsim.tui.drawing.diagram.edges import Course
from dlsim.tui.drawing.diagram.edges import place as place_of
from dlsim.tui.drawing.diagram.focus import focus_of, shape_of
from dlsim.tui.drawing.diagram.layout import in_view
from dlsim.tui.drawing.diagram.picture import draw, layout_of
from dlsim.tui.drawing.text import number
from dlsim.tui.widgets.moment import NetworkDiagram


def network(*widths, activation="sigmoid", biases=True, seed=1):
    random = np.random.default_rng(seed)
    layers = [
        layer(
            units,
            activation,
            random.normal(0, 1, (senders, units)),
            biases=random.normal(0, 0.3, units) if biases else None,
        )
        for senders, units in itertools.pairwise(widths)
    ]
    inputs = random.uniform(-1, 1, (2, widths[0]))
    return scenario(layers, inputs, random.uniform(0, 1, (2, widths[-1])))


def standing_at(subject, symbol):
    """A simulator stepped to the value called `symbol`."""
    simulator = Simulator(subject)
    while simulator.step().symbol != symbol:
        pass
    return simulator


def text_of(picture):
    return ["".join(run[0] for run in row) for row in picture.rows]


def lit(picture, role):
    """All that is painted so, without its spaces."""
    return "".join(run[0] for row in picture.rows for run in row if run[1] == role).replace(" ", "")


def plan_of(snapshot, width, height, selected=None):
    shape = shape_of(snapshot.scenario)
    focus = focus_of(snapshot, shape, selected)
    return shape, layout_of(snapshot, shape, focus, width, height)


# names and legends


@pytest.mark.parametrize("size", [(58, 19), (80, 9), (98, 30)])
def test_wide_layers_in_columns_of_numbers_keep_their_names(size):
    picture = draw(standing_at(network(8, 64, 64, 64, 2), "z1").snapshot(), *size)
    assert sum(line.count("sigmoid") for line in text_of(picture)) == 4


def test_where_a_name_is_too_long_the_layers_are_numbered():
    picture = draw(standing_at(network(8, *[64] * 8, 2, activation="leaky_relu"), "z1").snapshot(), 80, 9)
    assert text_of(picture)[0].split() == [f"L{layer}" for layer in range(1, 10)]


def test_all_ways_of_a_scenario_have_headings_of_one_kind():
    for activation in ("sigmoid", "tanh", "relu"):
        picture = draw(Simulator(network(*[2] * 7, 1, activation=activation)).snapshot(), 59, 19)
        assert ["L1", "L2", "L3", "L4", "L5", "L6", "L7"] in [line.split() for line in text_of(picture)]


def test_a_deep_narrow_network_shows_its_units_by_name_and_its_weights_as_lines():
    simulator = Simulator(network(*[2] * 7, 1))
    simulator.step("phase")
    picture = draw(simulator.snapshot(), 59, 19)
    text = "\n".join(text_of(picture))
    for name in ["x1", "x2", *(f"h{unit}" for unit in range(1, 13)), "o1"]:
        assert f"{name} " in text
    assert len(picture.lines) >= 6 * 4 + 2 - 2  # those that are nearly 0 have none
    assert len(re.findall("[\u2801-\u28ff]", text)) > len(picture.lines)


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        ([30] * 9, "░▒▓█ small to large in its layer"),
        ([64] * 8, "░▒▓█ above 0  -=≡≣ below 0"),
        ([64] * 15, "a cell: 2 units, the largest"),
    ],
)
def test_shades_are_explained_where_a_unit_is_a_cell(hidden, told):
    simulator = standing_at(network(8, *hidden, 3), "z100")
    shown = text_of(draw(simulator.snapshot(), 59, 18))[-1]
    assert shown.startswith(told)
    assert "z100" in shown


# places


@st.composite
def moments(draw_one):
    widths = draw_one(st.lists(st.integers(1, 70), min_size=2, max_size=9))
    subject = network(*widths, biases=draw_one(st.booleans()))
    simulator = Simulator(subject)
    cursor = draw_one(st.integers(0, simulator.program.values))
    simulator.seek(iteration=0, cursor=cursor)
    return simulator.snapshot()


@settings(max_examples=60)
@given(moments(), st.integers(1, 130), st.integers(1, 50))
def test_nothing_overlaps_and_everything_is_inside(snapshot, width, height):
    shape, layout = plan_of(snapshot, width, height)
    end = 0
    for column in layout.columns:
        assert column.x >= end
        end = column.x + column.width
        taken = set()
        for slot in column.slots:
            top, bottom = slot.row - layout.level.above, slot.row + layout.level.below
            assert 0 <= top <= bottom < height
            places = {(slot.x, row) for row in range(top, bottom + 1)}
            assert not places & taken
            taken |= places
    assert end <= width
    for column in layout.columns:
        if column.layer is not None:
            shown = sum(slot.units if slot.unit is not None else slot.hidden for slot in column.slots)
            assert shown == shape.widths[column.layer] or len(column.slots) <= 2


@settings(max_examples=60)
@given(moments(), st.integers(1, 130), st.integers(1, 50))
def test_every_line_of_every_picture_fills_its_width(snapshot, width, height):
    for glyphs in ({}, {"glyphs": ASCII}):
        lines = text_of(draw(snapshot, width, height, **glyphs))
        assert [cell_len(line) for line in lines] == [width] * height


@settings(max_examples=25)
@given(random_scenarios(), st.integers(1, 90), st.integers(1, 30))
def test_every_value_of_an_iteration_can_be_drawn(subject, width, height):
    simulator = Simulator(subject)
    while simulator.step("op") is not None and not simulator.iteration:
        draw(simulator.snapshot(), width, height)


@settings(max_examples=60)
@given(moments(), st.integers(12, 130), st.integers(5, 50))
def test_the_active_unit_is_always_in_view(snapshot, width, height):
    shape, layout = plan_of(snapshot, width, height)
    place = focus_of(snapshot, shape, None).active
    if place is not None:
        slots = [slot for column in layout.columns if column.layer == place.layer for slot in column.slots]
        assert any(slot.unit is not None and 0 <= place.unit - slot.unit < slot.units for slot in slots)


@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 299))
def test_a_tall_layer_shows_its_first_its_last_and_the_wanted_unit(units, places, wanted):
    wanted %= units
    view = in_view(units, places, [wanted])
    shown = [unit for unit, _ in view if unit is not None]
    assert len(view) == min(units, places)
    assert wanted in shown
    assert shown == sorted(set(shown))
    if places >= 3:
        assert 0 in shown
        assert len(shown) + sum(hidden for _, hidden in view) == units
    if places >= 4:
        assert units - 1 in shown


def test_neighbours_in_a_tall_layer_are_visited_without_moving_the_picture_each_time():
    views = [in_view(64, 17, [unit]) for unit in range(64)]
    changes = sum(one != other for one, other in itertools.pairwise(views))
    assert changes <= 6


@pytest.mark.parametrize(
    ("widths", "size", "level"),
    [
        ((2, 2, 2), (58, 19), "listed"),
        ((2, 2, 2), (78, 10), "listed"),
        ((2, 2, 2), (38, 12), "full"),
        ((2, 2, 2), (38, 8), "tall"),
        ((2, 2, 2), (38, 6), "box"),
        ((2, 2, 1), (38, 3), "line"),
        ((4, 8, 8, 3), (98, 36), "tall"),
        ((4, 8, 8, 3), (58, 19), "line"),
        ((3, 4, 4, 4, 2), (58, 19), "narrow"),
        ((10, 64, 64, 10), (58, 19), "line"),
        ((8, *[64] * 15, 3), (58, 19), "cells"),
        ((2, 2, 2), (5, 3), "cells"),
    ],
)
def test_as_much_is_shown_as_fits(widths, size, level):
    snapshot = Simulator(network(*widths)).snapshot()
    assert plan_of(snapshot, *size)[1].level.name == level


def test_a_layer_too_tall_says_how_many_it_leaves_out():
    snapshot = Simulator(network(10, 64, 3)).snapshot()
    lines = text_of(draw(snapshot, 58, 19))
    assert any("⋮ +" in line for line in lines)
    assert any("h64" in line for line in lines)


def test_sixteen_layers_of_sixty_four_units_show_every_layer_and_name_the_active_value():
    simulator = standing_at(network(8, *[64] * 15, 3), "z100")
    picture = draw(simulator.snapshot(), 58, 19)
    lines = text_of(picture)
    assert lines[0].split() == ["8", *["64"] * 15, "3"]
    assert re.search(r"z100 -?\d\.\d{8}", lines[-1])


# what is lit


@pytest.mark.parametrize(
    ("symbol", "active", "operands"),
    [
        ("z1", "z1  0.0800", ["x1  0.1000", "x2  0.2000", "W1 0.3000", "W2 0.25"]),
        ("h1", "h1  0.5200", ["z1  0.0800"]),
        ("z3", "z3  0.4450", ["h1  0.5200", "h2  0.5275", "W5 0.4500", "W6 0.40"]),
        ("∂E/∂o1", "0.2094", ["o1  0.6094", "t1 0.4000"]),
        ("∂E/∂W5", "∂E/∂W5 0.0259", ["h1  0.5200", "∂E/∂o1 0.2094", "∂o1/∂z3 0.2380"]),
        ("∂E/∂h1", "0.0324", ["W5 0.4500", "W7 0.70"]),
        ("W4⁺", "W4⁺ 0.3493", []),
    ],
)
def test_the_active_value_and_its_operands_are_lit(symbol, active, operands):
    picture = draw(standing_at(worked_example(), symbol).snapshot(), 58, 19)
    assert active.replace(" ", "") in lit(picture, "active")
    for operand in operands:
        assert operand.replace(" ", "") in lit(picture, "operand")


def after_op(quantity, layer):
    simulator = Simulator(worked_example())
    while (event := simulator.step("op")).op != quantity or event.layer != layer:
        pass
    return simulator.snapshot()


@pytest.mark.parametrize("quantity", ["z", "dE_dW", "dz_dW"])
def test_of_an_op_that_is_told_whole_every_number_is_found_by_its_own_name(quantity):
    snapshot = after_op(quantity, 2)
    picture = draw(snapshot, 66, 19, whole=snapshot.op)
    for ref in snapshot.op.refs:
        symbol = snapshot.symbol(ref)
        row, text = next((y, text) for y, text in enumerate(text_of(picture)) if symbol in text)
        assert picture.at(text.index(symbol), row) == ref


def test_of_an_op_that_is_told_whole_every_number_is_lit_and_else_the_last_one():
    snapshot = after_op("da_dz", 2)
    both = ["∂o1/∂z30.2380", "∂o2/∂z40.2231"]
    assert re.findall(r"∂o./∂z.0.2\d{3}", lit(draw(snapshot, 66, 19, whole=snapshot.op), "active")) == both
    assert re.findall(r"∂o./∂z.0.2\d{3}", lit(draw(snapshot, 66, 19), "active")) == both[1:]


@pytest.mark.parametrize(("symbol", "arrows"), [("z3", "▶◥◢"), ("∂E/∂W5", "◀◣◤"), ("E", "")])
def test_arrows_say_which_way_the_computation_runs(symbol, arrows):
    text = "".join(text_of(draw(standing_at(worked_example(), symbol).snapshot(), 58, 19)))
    found = set(text) & set("▶◥◢◀◣◤")
    assert bool(found) == bool(arrows)
    assert found <= set(arrows)


def test_the_error_of_an_output_stands_at_it_when_it_is_computed():
    for size in [(58, 19), (90, 19)]:
        picture = draw(standing_at(worked_example(), "E_o1").snapshot(), *size)
        assert "E_o10.02" in lit(picture, "active")
        assert "t1 0.4000" in "\n".join(text_of(picture)), "the target that it is measured against stays"


@pytest.mark.parametrize("size", [(58, 19), (58, 30), (90, 19)])
def test_the_errors_of_the_outputs_stay_where_there_is_room_for_them(size):
    text = "\n".join(text_of(draw(standing_at(worked_example(), "∂z1/∂W1").snapshot(), *size)))
    for told in (r"E_o1 +0\.02", r"E_o2 +0\.00", r"δ +0\.04", r"t1 +0\.4000", r"t2 +0\.6000"):
        assert re.search(told, text), told


def test_a_layer_of_few_units_keeps_its_gradients_and_errors_beside_one_of_many():
    simulator = Simulator(network(2, 4, 1))
    simulator.step("iteration")
    text = "\n".join(text_of(draw(simulator.snapshot(), 61, 18)))
    for told in (r"E_o1 +0\.\d", r"│∂E/∂o1 +-?0\.\d{4}", r"│∂o1/∂z5 +-?0\.\d+", r"│δ +-?0\.\d+", r"─t1 0\.\d"):
        assert re.search(told, text), told


# sequences


@pytest.mark.parametrize("size", [(61, 20), (70, 20), (103, 28)])
def test_the_error_of_an_output_has_as_many_decimals_as_the_rows_beside_it(size):
    text = "\n".join(text_of(draw(standing_at(worked_example(), "∂E/∂W5").snapshot(), *size)))
    errors = re.findall(r"E_o\d +0\.(\d+)", text)
    assert len(errors) == 2
    assert {len(decimals) for decimals in errors} == {len(re.search(r"δ +0\.(\d+)", text)[1])}


def test_the_diagram_of_a_sequence_says_its_step_and_shows_the_numbers_of_it():
    subject = load("feedforward-or-recurrent")
    for symbol, told in [
        ("z1⟨2⟩", "time ⟨2⟩"),
        ("o1⟨3⟩", "time ⟨3⟩"),
        ("∂E/∂h2⟨1⟩", "time ⟨1⟩"),
        ("∂E/∂Wh1", "time ⟨4⟩"),
    ]:
        snapshot = standing_at(subject, symbol).snapshot()
        assert told in "\n".join(text_of(draw(snapshot, 59, 19)))
    picture = draw(standing_at(subject, "h2⟨1⟩").snapshot(), 59, 19)
    text = "\n".join(text_of(picture))
    assert text.count("…") == 2 * 1 + 4, "z and h of step 1 are known, no δ, nothing of the output"
    assert re.findall("([a-z]+\\d?) ?⟨(.)⟩", text) == [("time", "1"), ("h1", "0"), ("h2", "0")]


def test_a_unit_is_lit_at_any_step():
    subject = load("feedforward-or-recurrent")
    for unit, step in itertools.product((1, 2), (1, 2, 3, 4)):
        picture = draw(standing_at(subject, f"h{unit}⟨{step}⟩").snapshot(), 59, 19)
        assert f"h{unit}0.0000" in lit(picture, "active")
        assert f"h{3 - unit}" not in lit(picture, "active")


@pytest.mark.parametrize(("size", "sign"), [((59, 18), "Wh4"), ((103, 28), "h2⟨0⟩"), ((78, 10), "↺ Wh"), ((59, 6), "")])
def test_what_is_fed_back_is_seen_in_the_diagram(size, sign):
    for variant, is_fed_back in [(None, True), ("feed-forward", False)]:
        picture = draw(Simulator(load("feedforward-or-recurrent", variant=variant)).snapshot(), *size)
        text = "\n".join(text_of(picture))
        assert (sign in text) == (is_fed_back or not sign)
        assert ("↺" in text) == (is_fed_back and sign == "↺ Wh")


def test_the_weights_of_what_is_fed_back_are_lines_like_all_others():
    snapshot = standing_at(load("feedforward-or-recurrent"), "z1⟨3⟩").snapshot()
    picture = draw(snapshot, 59, 18)
    assert {ref_to("now_W", 1, (sender, unit)) for sender in range(3) for unit in range(2)} <= {
        line.ref for line in picture.lines
    }
    lines = text_of(picture)
    y = next(number for number, line in enumerate(lines) if "Wh2" in line)
    assert picture.at(lines[y].index("Wh2"), y) == ref_to("now_W", 1, (2, 0))
    shown = lit(picture, "operand")
    assert all(weight in shown for weight in ("Wx1", "Wh1", "Wh2")), "the formula speaks of them"
    assert not any(weight in shown for weight in ("Wx2", "Wh3", "Wh4"))
    assert "h2⟨2⟩" in shown


def test_what_comes_back_from_later_is_seen_at_the_unit_that_sent_it_there():
    picture = draw(standing_at(load("feedforward-or-recurrent"), "∂E⟨3…4⟩/∂h1⟨2⟩").snapshot(), 59, 18)
    text = "\n".join(text_of(picture))
    assert "time ⟨3⟩" in text
    assert "┏h1⟨2⟩" in text
    assert re.search(r"┗ ?━?∂E 0\.4003", text)
    assert "Wh1" in lit(picture, "operand")


async def test_a_click_on_a_unit_of_a_sequence_means_its_number_at_the_step_that_is_shown():
    app = Stage(standing_at(load("feedforward-or-recurrent"), "h2⟨3⟩").snapshot())
    async with app.run_test(size=(60, 20)) as pilot:
        lines = text_of(app.query_one(NetworkDiagram).picture)
        y = next(number for number, line in enumerate(lines) if "┫h2" in line)
        await pilot.click(NetworkDiagram, offset=(lines[y].index("┫h2") + 1, y))
        assert app.picked == [ref_to("a", 1, (1, 2))]


async def test_a_click_on_what_is_fed_back_means_the_hidden_output_of_the_step_before():
    app = Stage(standing_at(load("feedforward-or-recurrent"), "h2⟨3⟩").snapshot())
    async with app.run_test(size=(60, 20)) as pilot:
        lines = text_of(app.query_one(NetworkDiagram).picture)
        y = next(number for number, line in enumerate(lines) if "h1⟨2⟩" in line)
        x = lines[y].index("h1⟨2⟩")
        await pilot.click(NetworkDiagram, offset=(x, y))
        await pilot.click(NetworkDiagram, offset=(x, y + 1))
        assert app.picked == [ref_to("a", 1, (0, 1))] * 2


def test_what_has_not_been_revealed_is_not_shown():
    simulator = Simulator(worked_example())
    text = "\n".join(text_of(draw(simulator.snapshot(), 58, 19)))
    assert "0.0800" not in text
    assert text.count("…") == 22  # z, h, ∂E/∂h, ∂h/∂z and δ of four units, the errors of two


def test_biases_are_visible_on_outputs_too():
    text = "\n".join(text_of(draw(Simulator(network(2, 2, 1)).snapshot(), 58, 19)))
    assert re.search(r"b1 -?0\.\d+", text)
    assert re.search(r"b3 -?0\.\d+", text)


@pytest.mark.parametrize("size", [(60, 12), (48, 13), (80, 9)])
def test_signs_of_weights_differ_without_colour(size):
    subject = scenario([layer(2, weights=[[0.5, -0.5], [0.5, 0.5]])], [[1, 1]], [[1, 1]])
    text = "\n".join(text_of(draw(Simulator(subject).snapshot(), *size)))
    assert [number[1] for number in re.findall(r"(W\d) (-?0.5000)", text)] == ["0.5000", "0.5000", "-0.5000", "0.5000"]


def test_lines_without_numbers_are_broken_where_a_weight_is_negative():
    def levels(sign):
        subject = scenario([layer(5, weights=[[0.5 * sign] * 5] * 5)], [[1] * 5], [[1] * 5])
        return set("".join(text_of(draw(Simulator(subject).snapshot(), 60, 12)))) & set("━╍")

    assert (levels(1), levels(-1)) == ({"━"}, {"╍"})


def test_signs_of_cells_differ_without_colour():
    picture = draw(standing_at(network(8, *[64] * 15, 3), "z100").snapshot(), 58, 19)
    cells = "".join(text_of(picture)[1:-1])
    assert set("░▒▓█") & set(cells)
    assert set("-=≡≣") & set(cells)
    picture = draw(standing_at(network(8, *[30] * 9, 3), "z100").snapshot(), 58, 19)
    cells = "".join(text_of(picture)[1:-1])
    assert "+" in cells
    assert "−" in cells


DEEP = (8, *[64] * 15, 3)


@pytest.mark.parametrize(("size", "together"), [((78, 24), 1), ((58, 19), 2), ((78, 9), 4)])
def test_every_unit_of_sixteen_layers_of_sixty_four_has_a_cell_or_shares_one(size, together):
    simulator = Simulator(network(*DEEP))
    simulator.step("phase")
    picture = draw(simulator.snapshot(), *size)
    told = "\n".join(text_of(picture))
    assert "⋮" not in told
    assert {hit.ref.index[0] for hit in picture.hits if hit.ref.layer == 7 and hit.width < 3} == set(range(64))
    assert (f"a cell: {together} units, the largest" in told) == (together > 1)


def test_of_units_that_share_a_cell_the_largest_is_shown_and_the_selected_one_before_it():
    simulator = Simulator(network(*DEEP))
    simulator.step("phase")
    snapshot = simulator.snapshot()
    outputs = {unit: snapshot.value(ref_to("a", 3, (unit,))) for unit in range(64)}
    largest = max(range(4), key=lambda unit: abs(outputs[unit]))
    first = next(hit for hit in draw(snapshot, 78, 9).hits if hit.ref == ref_to("a", 3, (0,)))
    for selected, shown in ((None, largest), (ref_to("a", 3, (1,)), 1), (ref_to("a", 3, (2,)), 2)):
        picture = draw(snapshot, 78, 9, selected=selected)
        assert picture.at(first.x, first.y) == ref_to("a", 3, (shown,))
        cell = text_of(picture)[first.y][first.x]
        assert cell in ("-=≡≣·" if outputs[shown] < 0 else "░▒▓█·")


def test_a_cell_has_the_same_shade_in_every_size():
    simulator = Simulator(network(*DEEP))
    simulator.step("phase")
    snapshot = simulator.snapshot()

    def shade(*size):
        picture = draw(snapshot, *size, selected=ref_to("a", 7, (63,)))
        hit = next(hit for hit in reversed(picture.hits) if hit.ref == ref_to("a", 7, (63,)) and hit.width < 3)
        return text_of(picture)[hit.y][hit.x]

    assert len({shade(*size) for size in ((78, 24), (58, 19), (78, 9), (59, 12), (40, 6))}) == 1


def test_a_unit_that_passes_no_gradient_is_marked():
    subject = scenario([layer(1, "relu", [[-1.0]]), layer(1, "sigmoid", [[1.0]])], [[1.0]], [[1.0]])
    simulator = Simulator(subject)
    simulator.step("iteration")
    assert "─dead─" in "".join(text_of(draw(simulator.snapshot(), 58, 12)))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_unit_is_called_dead_where_statistics_calls_it_so_and_off_where_it_is_0_for_this_sample(glyphs):
    simulator = Simulator(load("dying-relu"))
    simulator.step("iteration")
    seen = []
    for simulator.sample in (0, 4):
        snapshot = simulator.snapshot()
        text = "".join(text_of(draw(snapshot, 61, 24, glyphs=glyphs)))
        seen.append(re.findall(r"\b(dead|off)\b", text))
    assert seen == [["off", "dead", "dead"], ["dead", "dead"]]
    assert [snapshot.value(ref_to("is_dead", 1, (unit,))) for unit in range(3)] == [0, 1, 1]


def test_a_unit_that_is_flat_for_this_sample_alone_is_not_called_saturated():
    subject = scenario([layer(1, "sigmoid", [[1.0]])], [[9.0], [0.0]], [[1.0], [1.0]], loss="mse")
    simulator = Simulator(subject)
    simulator.step("iteration")
    texts = []
    for simulator.sample in (0, 1):
        texts.append("".join(text_of(draw(simulator.snapshot(), 58, 12))))
    assert "─flat─" in texts[0]
    assert not any(word in texts[1] for word in ("flat", "≈"))
    assert not any("saturated" in text for text in texts)


@pytest.mark.parametrize(("width", "mark", "other"), [(58, "saturated", "≈"), (40, "≈", "saturated")])
def test_a_saturated_unit_is_called_so_and_has_a_sign_where_the_word_does_not_fit(width, mark, other):
    subject = scenario([layer(3, "tanh", [[9.0, 9.0, 9.0]]), layer(1, weights=[[0.1]] * 3)], [[1.0]], [[1.0]])
    simulator = Simulator(subject)
    simulator.step("iteration")
    text = "".join(text_of(draw(simulator.snapshot(), width, 16)))
    assert mark in text
    assert other not in text


def test_of_a_sequence_a_unit_is_called_flat_at_the_step_that_is_shown():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.run(iterations=60)
    simulator.sample = 1
    simulator.step("iteration")
    text = "".join(text_of(draw(simulator.snapshot(), 58, 16)))
    assert "─flat─" in text
    assert "saturated" not in text


@pytest.mark.parametrize(("loss", "is_marked"), [("mse", True), ("binary_crossentropy", False)])
def test_a_saturated_output_is_marked_unless_the_loss_passes_its_slope_by(loss, is_marked):
    subject = scenario([layer(1, "sigmoid", [[9.0]])], [[1.0]], [[1.0]], loss=loss)
    simulator = Simulator(subject)
    simulator.step("iteration")
    assert ("─saturated─" in "".join(text_of(draw(simulator.snapshot(), 58, 12)))) == is_marked


def test_forward_and_back_again_give_the_same_pictures():
    simulator = Simulator(worked_example())
    seen = [draw(simulator.snapshot(), 58, 19).rows]
    for _ in range(100):
        simulator.step()
        seen.append(draw(simulator.snapshot(), 58, 19).rows)
    for rows in reversed(seen[:-1]):
        simulator.back()
        assert draw(simulator.snapshot(), 58, 19).rows == rows


@pytest.mark.parametrize(
    ("value", "cells", "text"),
    [
        (0.0800, 7, "0.0800"),
        (-0.0800, 7, "-0.0800"),
        (12.3456789, 7, "12.3457"),
        (1234.5678, 5, "1235"),
        (0.00012345, 5, "1e-4"),
        (-1.6e-9, 9, "-1.600e-9"),
        (-1.6e-9, 6, "-2e-9"),
        (-0.00001, 5, "-1e-5"),
        (1e9, 5, "1.0e9"),
        (0.5, 2, "#"),
        (float("nan"), 3, "nan"),
        (float("inf"), 2, "#"),
        (None, 5, "…"),
    ],
)
def test_numbers_keep_to_their_cells(value, cells, text):
    assert number(value, cells, 4) == text


# the widget


class Stage(App[None]):
    def __init__(self, snapshot, selected=None):
        super().__init__()
        self.snapshot, self.selected, self.picked = snapshot, selected, []

    def compose(self):
        yield NetworkDiagram()

    def on_mount(self):
        self.query_one(NetworkDiagram).show(self.snapshot, self.selected)

    def on_rows_clicked(self, message):
        self.picked.append(message.means.ref)


@pytest.mark.parametrize(
    ("what", "ref"),
    [
        ("z1", ref_to("z", 1, (0,))),
        ("x2", ref_to("x", 0, (1,))),
        ("W5", ref_to("now_W", 2, (0, 0))),
        ("t1", ref_to("t", 2, (0,))),
    ],
)
async def test_a_click_tells_which_number_was_meant(what, ref):
    app = Stage(standing_at(worked_example(), "z1").snapshot())
    async with app.run_test(size=(60, 20)) as pilot:
        lines = text_of(app.query_one(NetworkDiagram).picture)
        y = next(number for number, line in enumerate(lines) if what in line)
        await pilot.click(NetworkDiagram, offset=(lines[y].index(what), y))
        assert app.picked == [ref]


@pytest.mark.parametrize(("width", "height"), [(58, 19), (80, 9)])
def test_a_click_on_any_cell_of_a_line_means_the_weight_whose_line_runs_nearest(width, height):
    picture = draw(standing_at(worked_example(), "z1").snapshot(), width, height)
    rows = text_of(picture)
    for line in picture.lines:
        x, share = (line.x0 + line.x1) // 2, 0.25 if line.slant else 0.5
        x = round(line.x0 + share * (line.x1 - line.x0))
        y = round(line.row0 + share * (line.row1 - line.row0))
        assert picture.at(x, y) == line.ref, (x, y)
    drawn = [(x, y) for y, row in enumerate(rows) for x, cell in enumerate(row) if "\u2800" < cell <= "\u28ff"]
    assert len(drawn) > 15
    for x, y in drawn:
        distances = {line.ref: line.distance(x, y) for line in picture.lines}
        assert distances[picture.at(x, y)] == min(distances.values())


def test_a_click_far_from_every_line_means_nothing():
    picture = draw(standing_at(worked_example(), "z1").snapshot(), 80, 9)
    between = next(line for line in picture.lines if line.slant)
    assert picture.at(between.x0 + 1, (between.row0 + between.row1) // 2) is None


HEADS = {"forward": "◥▶◢", "backward": "◣◀◤"}


def heads_of(symbol, size, *weights, way="backward"):
    """The heads in a picture, and those that the lines of these weights should have."""
    picture = draw(standing_at(worked_example(), symbol).snapshot(), *size)
    slants = {line.edge.sender * 10 + line.edge.unit: line.slant for line in picture.lines if line.edge.layer == 2}
    wanted = {HEADS[way][slants[weight] + 1] for weight in weights}
    return set("".join(text_of(picture))) & set("▶◀◢◣◤◥"), wanted


@pytest.mark.parametrize("size", [(58, 19), (80, 9), (48, 14), (38, 8)])
@pytest.mark.parametrize(("symbol", "weight"), [("∂z3/∂W5", 0), ("∂z3/∂W6", 10), ("∂z4/∂W7", 1)])
def test_an_arrowhead_points_as_its_own_line_goes(symbol, weight, size):
    found, wanted = heads_of(symbol, size, weight)
    assert found == wanted


@pytest.mark.parametrize("size", [(58, 19), (80, 9), (48, 14)])
@pytest.mark.parametrize(
    ("symbol", "weights", "way"),
    [
        ("∂E/∂h1", (0, 1), "backward"),
        ("∂E/∂h2", (10, 11), "backward"),
        ("z4", (1, 11), "forward"),
        ("z3", (0, 10), "forward"),
    ],
)
def test_each_of_the_ways_that_meet_in_a_sum_has_its_arrowhead(symbol, weights, way, size):
    found, wanted = heads_of(symbol, size, *weights, way=way)
    assert found == wanted


@pytest.mark.parametrize(
    ("widths", "width", "height"),
    [
        *itertools.product([(1, 3, 1), (2, 3, 3, 1), (2, 4, 1)], [80], [9]),
        *itertools.product([(1, 3, 1), (2, 3, 3, 1), (2, 4, 1)], [61], [18]),
        ((1, 3, 1), 48, 13),
        ((1, 3, 1), 80, 7),
    ],
)
def test_the_weights_of_a_gap_and_the_biases_of_a_layer_have_equally_many_decimals(widths, width, height):
    snapshot = standing_at(network(*widths), "z1").snapshot()
    picture = draw(snapshot, width, height)
    rows = text_of(picture)
    found = {}
    for hit in picture.hits:
        written = re.search(r"-?\d+(\.\d+)", rows[hit.y][hit.x : hit.x + hit.width])
        if written and hit.ref.quantity.key in ("now_W", "now_b") and abs(snapshot.value(hit.ref)) >= 0.01:
            found.setdefault((hit.ref.quantity, hit.ref.layer), []).append(written[0])
    assert found
    for numbers in found.values():
        assert len({len(number.partition(".")[2]) for number in numbers}) == 1, numbers


async def test_after_an_update_a_click_on_a_weight_gives_the_number_that_its_label_shows():
    simulator = Simulator(worked_example())
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    app = Stage(snapshot)
    async with app.run_test(size=(60, 20)) as pilot:
        lines = text_of(app.query_one(NetworkDiagram).picture)
        y = next(number for number, line in enumerate(lines) if "W5 0.4370" in line)
        await pilot.click(NetworkDiagram, offset=(lines[y].index("W5"), y))
        assert f"{snapshot.value(app.picked[0]):.8f}" == "0.43703857"


def test_a_selected_weight_from_before_the_update_bears_the_number_that_was_selected():
    simulator = Simulator(worked_example())
    simulator.step("iteration")
    old, present = (
        "\n".join(text_of(draw(simulator.snapshot(), 60, 20, selected=ref_to(quantity, 2, (0, 0)))))
        for quantity in ("W", "now_W")
    )
    assert "W5 0.4500" in old
    assert "W5 0.4370" in present


@pytest.mark.parametrize(("width", "height"), [(58, 19), (80, 9)])
def test_every_weight_of_the_worked_example_bears_its_number_at_the_usual_sizes(width, height):
    simulator = Simulator(worked_example())
    simulator.step("iteration")
    picture = "\n".join(text_of(draw(simulator.snapshot(), width, height)))
    for weight, value in enumerate((0.2996, 0.2492, 0.3996, 0.3493, 0.4370, 0.3869, 0.6963, 0.5962), start=1):
        assert f"W{weight} {value:.4f}" in picture


@pytest.mark.parametrize("widths", [(2, 2, 2), (1, 3, 1), (2, 4, 1), (2, 3, 3, 1), (1, 2, 3, 2), (2, 5, 1), (5, 2, 2)])
@pytest.mark.parametrize("size", [(46, 14), (58, 19), (60, 7), (80, 9), (103, 30)])
def test_all_weights_between_two_layers_bear_their_names_or_none(widths, size):
    simulator = Simulator(network(*widths))
    simulator.step("iteration")
    picture = draw(simulator.snapshot(), *size)
    labelled = [hit.ref for hit in picture.hits if hit.ref.quantity.key == "now_W"]
    for place, (senders, units) in enumerate(itertools.pairwise(widths), start=1):
        assert sum(ref.layer == place for ref in labelled) in (0, senders * units)


@pytest.mark.parametrize("size", [(103, 28), (103, 30)])
def test_where_the_lines_have_room_for_all_their_labels_each_is_found_one(size):
    simulator = Simulator(load("xor-train"))
    simulator.step("iteration")
    labelled = {hit.ref for hit in draw(simulator.snapshot(), *size).hits if hit.ref.quantity.key == "now_W"}
    assert len(labelled) == 2 * 4 + 4


def test_the_weights_of_the_worked_example_have_names_in_a_narrow_panel():
    simulator = Simulator(worked_example())
    picture = draw(simulator.snapshot(), 48, 14)
    labelled = {simulator.snapshot().symbol(hit.ref) for hit in picture.hits if hit.ref.quantity.key == "now_W"}
    assert labelled == {f"W{weight}" for weight in range(1, 9)}


@pytest.mark.parametrize("widths", [(2, 2, 2), (1, 3, 1), (2, 4, 1), (2, 3, 3, 1), (1, 2, 3, 2), (2, 5, 1), (5, 2, 2)])
@pytest.mark.parametrize("size", [(46, 14), (58, 19), (60, 7), (80, 9), (103, 30)])
def test_labels_leave_enough_of_every_line_in_sight(widths, size):
    picture = draw(Simulator(network(*widths)).snapshot(), *size)
    labels = [hit for hit in picture.hits if hit.ref.quantity.key == "now_W"]
    assert picture.lines
    for line in picture.lines:
        cells = [(line.x0 + x, line.row0 + y) for x, y in cells_of_line(line.x1 - line.x0, line.row1 - line.row0)]
        hidden = sum(any(each.y == y and each.x <= x < each.x + each.width for each in labels) for x, y in cells)
        assert hidden <= 0.6 * len(cells)


@pytest.mark.parametrize("widths", [(2, 2, 2), (1, 3, 1), (2, 3, 3, 1), (3, 3, 3), (2, 5, 1), (5, 2, 2), (2, 2, 5)])
@pytest.mark.parametrize("size", [(46, 14), (58, 19), (61, 20), (60, 7), (80, 9), (103, 30)])
def test_a_label_of_a_slanted_line_names_it_and_no_other(widths, size):
    picture = draw(Simulator(network(*widths)).snapshot(), *size)
    rows = text_of(picture)
    passed = {
        line.ref: {(line.x0 + x, line.row0 + y) for x, y in cells_of_line(line.x1 - line.x0, line.row1 - line.row0)}
        for line in picture.lines
    }
    slants = {line.ref: line.slant for line in picture.lines}
    for hit in (hit for hit in picture.hits if slants.get(hit.ref)):
        around = {(x, hit.y) for x in range(hit.x - 1, hit.x + hit.width + 1)}
        near = {slants[ref] for ref, cells in passed.items() if ref != hit.ref and not cells.isdisjoint(around)}
        if rows[hit.y][hit.x] in "╱╲":
            assert "╱ ╲".index(rows[hit.y][hit.x]) - 1 == slants[hit.ref] not in near
        elif near:  # it stands where its line leaves, and no other line does
            assert sum(line.x0 == hit.x - 1 and line.row0 == hit.y for line in picture.lines) == 1


@pytest.mark.parametrize(
    ("widths", "size", "strokes"), [((5, 2, 2), (80, 9), "╲╱"), ((2, 5), (58, 19), ""), ((2, 5, 1), (103, 40), "")]
)
def test_labels_of_crossing_lines_stand_apart_or_bear_strokes_as_their_lines_go(widths, size, strokes):
    text = "\n".join(text_of(draw(Simulator(network(*widths)).snapshot(), *size)))
    assert set(text) & set("╲╱") == set(strokes)


@pytest.mark.parametrize("size", [(61, 20), (80, 9)])
@pytest.mark.parametrize("weak", [0.0, 0.001])
def test_a_weight_of_next_to_nothing_keeps_its_line_and_its_label_where_they_were(size, weak):
    def labels(weight):
        weights = [[0.3, weight], [0.25, 0.35]]
        subject = scenario([layer(2, weights=weights), layer(2, weights=weights)], [[0.1, 0.2]], [[0.4, 0.6]])
        picture = draw(Simulator(subject).snapshot(), *size)
        assert len(picture.lines) == 8
        return {hit.ref: (hit.x, hit.y) for hit in picture.hits if hit.ref.quantity.key == "now_W"}

    assert labels(weak) == labels(0.5)


@given(
    rows=st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True),
    across=st.integers(1, 60),
    cells=st.integers(2, 22),
)
@settings(max_examples=60, deadline=None)
def test_a_label_beside_a_level_line_is_as_near_to_its_middle_as_no_other_line_comes(rows, across, cells):
    lines = tuple(Course(3, 3 + across, above, below) for above in rows for below in rows)
    passed = {
        (line.x0 + dx, line.row0 + dy) for line in lines for dx, dy in cells_of_line(across, line.row1 - line.row0)
    }
    for line in (line for line in lines if line.row0 == line.row1):
        spot, middle = place_of(line, cells, lines, ()), line.x0 + (across - cells) // 2
        free = {
            (x, y)
            for y in {line.row0 - 1, line.row0 + 1} - set(rows)  # there it would name the line that leaves there
            for x in range(line.x0, line.x1 - cells + 1)
            if cells < across and passed.isdisjoint((each, y) for each in range(x - 1, x + cells + 1))
        }
        is_beside = spot is not None and spot.y != line.row0
        assert is_beside == bool(free)
        if is_beside:
            row = [x for x, y in free if y == spot.y]
            assert (spot.x, spot.y) in free
            assert abs(spot.x - middle) == min(abs(x - middle) for x in row)


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("dying-relu", (59, 18), ["1.0159", "-1.0000", "-0.7500", "0.5361", "1.0000", "1.0000"]),
        ("backprop-2-2-2", (48, 13), [f"0.{w}" for w in (2996, 2492, 3996, 3493, 4370, 3869, 6963, 5962)]),
        ("backprop-2-2-2", (80, 9), [f"0.{w}" for w in (2996, 2492, 3996, 3493, 4370, 3869, 6963, 5962)]),
    ],
)
def test_no_weight_is_cut_so_that_it_reads_as_another(name, size, expected):
    simulator = Simulator(load(name))
    simulator.step("iteration")
    text = "\n".join(text_of(draw(simulator.snapshot(), *size)))
    found = dict(re.findall(r"W(\d) (-?\d\.\d+)", text))
    assert [found[weight] for weight in sorted(found)] == expected


@pytest.mark.parametrize(("width", "height"), [(58, 24), (80, 20), (103, 30)])
def test_a_label_of_a_larger_network_stands_nearest_to_the_unit_that_its_line_leaves(width, height):
    snapshot = standing_at(network(2, 5, 1), "z1").snapshot()
    picture = draw(snapshot, width, height)
    rows = {hit.ref.index: hit.y for hit in picture.hits if hit.ref.quantity.key in "za" and hit.ref.layer == 1}
    labels = [hit for hit in picture.hits if hit.ref.quantity.key == "now_W" and hit.ref.layer == 2]
    assert len(labels) == 5
    for label in labels:
        own = abs(label.y - rows[label.ref.index[:1]])
        assert own == min(abs(label.y - row) for row in rows.values())


async def test_what_is_selected_is_marked_without_colour():
    app = Stage(standing_at(worked_example(), "z2").snapshot(), ref_to("x", 0, (0,)))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        marked = "".join(segment.text for strip in strips for segment in strip if segment.style.reverse)
        assert "x1  0.1000" in marked


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_the_active_value_is_bold_in_every_theme(theme):
    app = Stage(standing_at(worked_example(), "z3").snapshot())
    async with app.run_test(size=(60, 20)) as pilot:
        app.theme = theme
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        bold = "".join(segment.text for strip in strips for segment in strip if segment.style.bold)
        assert "0.4450" in bold
        assert "┏" in bold


def test_a_scenario_without_a_network_leaves_it_empty():
    snapshot = Simulator(worked_example()).snapshot()
    other = replace(snapshot, scenario=replace(snapshot.scenario, kind="functions", body=Body()))
    assert draw(other, 58, 19).rows == ()
