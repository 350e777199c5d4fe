"""What the pictures of networks say: the plane, the layers, the shapes, what is right and wrong."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.networks import layer, scenario
from support.numbers import ref_to
from support.scenarios import thinned

from dlsim.engine import Simulator, load
from dlsim.engine.ensemble import Ensemble
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.tui.drawing.canvas import ASCII, UNICODE, Canvas
from dlsim.tui.drawing.pictures import descent, region
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.region import LEVELS, grid
from dlsim.tui.drawing.pictures.scene import MARKS, PictureLook, Scene, framed, network_tape
from dlsim.tui.drawing.variants import variants
from dlsim.tui.session.variants import Member


def drawn(key, simulator, width=58, height=16, **options):
    return PICTURES[key].draw(Scene(simulator.snapshot(), **options), width, height).cells


def text(*arguments, **options):
    return drawn(*arguments, **options).text()


def roles(cells):
    return {role for row in cells.rows() for _, role in row}


@pytest.fixture
def three_classes(tmp_path):
    """A scenario of flowers of three kinds in the plane, a third of them kept back."""
    around = {"iris": (0.0, 0.0), "lily": (0.0, 2.0), "rose": (2.0, 1.0)}
    places = np.random.default_rng(1).normal(scale=0.5, size=(30, 2))
    rows = [f"{x + a},{y + b},{name}" for name, (a, b) in around.items() for x, y in places.tolist()]
    (tmp_path / "flowers.csv").write_text("\n".join(["a,b,kind", *rows]), encoding="utf-8")
    file = tmp_path / "flowers.toml"
    file.write_text(
        """
schema = 1
title = "Flowers"
summary = "Three kinds of them."
[network]
inputs = 2
seed = 3
layers = [{ units = 6, activation = "relu" }, { units = 3, activation = "softmax" }]
[data]
file = "flowers.csv"
features = ["a", "b"]
target = "kind"
validation_fraction = 0.3
[training]
loss = "categorical_crossentropy"
optimizer = { name = "adam", learning_rate = 0.02 }
batch_size = 8
shuffle = true
epochs = 60
""",
        encoding="utf-8",
    )
    return load(str(file))


# the plane


@pytest.mark.parametrize("name", ["and", "xor-train", "batch-modes", "over-and-underfitting"])
def test_the_axes_of_the_plane_are_called_as_the_inputs_are_in_the_diagram(name):
    shown = text("region", Simulator(load(name)))
    assert set(re.findall(r"\b[xy]\d*\b", shown)) == {"x1", "x2"}


@pytest.mark.parametrize("name", ["and", "xor-mlp", "xor-train", "batch-modes", "backprop-2-2-2"])
@pytest.mark.parametrize("done", [0, 1, 5])
def test_the_plane_shows_what_the_network_answers(name, done):
    simulator = Simulator(load(name))
    if simulator.trains:
        simulator.seek(iteration=done)
    plane = framed(Canvas(58, 16), (0, 0, 58, 16), (-1.0, 2.0), (-0.5, 1.5))
    shown = grid(network_tape(simulator.snapshot()), plane)[:, :, 0]
    assert np.array_equal(shown, simulator.region(plane.columns(1), plane.rows(2)))


@pytest.mark.parametrize("size", [(78, 10), (59, 19), (58, 8), (40, 12)])
def test_points_that_were_kept_back_are_told_in_every_width(size):
    shown = text("region", Simulator(load("over-and-underfitting")), *size)
    assert "▫▪ kept back" in shown


@pytest.mark.parametrize("size", [(59, 19), (78, 10), (118, 30), (40, 12)])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_without_colours_the_names_of_regions_keep_clear_of_points_and_boundary(three_classes, size, glyphs):
    simulator = Simulator(three_classes)
    simulator.step("epoch")
    look = PictureLook(glyphs, mixes=False)
    named = {}
    for names in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not names:
                patch.setattr(region.Region, "_class_names", lambda *_: None)
            named[names] = text("region", simulator, *size, look=look).splitlines()
    added = [
        (before.ljust(len(after))[place], character)
        for after, before in zip(named[True], named[False], strict=True)
        for place, character in enumerate(after)
        if before.ljust(len(after))[place] != character
    ]
    assert {before for before, _ in added} == {" "}
    told = "\n".join(named[True][1:])
    for name in ("iris", "lily", "rose"):
        assert told.count(name) == 1


def test_the_plane_is_computed_once_for_the_same_weights(monkeypatch):

    computed = []
    answers = NetworkTape.answers
    monkeypatch.setattr(NetworkTape, "answers", lambda tape, inputs: computed.append(1) or answers(tape, inputs))
    region._grids.clear()
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=3)
    for _ in range(5):
        simulator.step()
        drawn("region", simulator)
    assert len(computed) == 1
    simulator.step("iteration")
    drawn("region", simulator)
    assert len(computed) == 2


def test_a_single_neuron_shows_its_line_and_the_equation_of_it():
    shown = text("region", Simulator(load("and")))
    assert "W1·x1 + W2·x2 + b1 = 0.5·x1 + 0.5·x2 − 0.7 = 0" in shown
    plane = framed(Canvas(58, 14), (0, 1, 58, 14), (-0.25, 1.25), (-0.25, 1.25))
    for x in (0.4, 0.7, 1.0):  # on x1 + x2 = 1.4
        column, row = plane.cell(x, 1.4 - x)
        around = shown.splitlines()[row][column - 2 : column + 3]
        assert any("\u2800" <= each <= "\u28ff" for each in around), (x, around)


@pytest.mark.parametrize("name", ["and", "nand", "or", "xor-single"])
@pytest.mark.parametrize(("width", "height"), [(48, 13), (59, 18), (78, 11), (100, 30)])
def test_the_points_of_a_truth_table_are_told_by_their_shape_which_every_theme_shows_alike(name, width, height):
    simulator = Simulator(load(name))
    shown = text("region", simulator, width, height)
    assert "○ hollow: t1 = 0" in shown
    assert "● filled: t1 = 1" in shown


MINUS_ONE_AND_ONE = ([[-1, 0.5], [-1, -0.5], [1, 0.5], [1, -0.5]], [[-1], [-1], [1], [1]])


def test_of_minus_one_and_one_the_boundary_and_the_points_part_at_0():
    single = Simulator(scenario([layer(1, "tanh", [[0.3], [0.0]])], *MINUS_ONE_AND_ONE))
    shown = text("region", single)
    assert "W1·x1 + W2·x2 = 0.3·x1 + 0·x2 = 0" in shown
    assert "○ hollow: t1 = -1  ● filled: t1 = 1" in shown
    deeper = Simulator(scenario([layer(1, "linear", [[1.0], [0.0]]), layer(1, "tanh", [[0.3]])], *MINUS_ONE_AND_ONE))
    assert "o1 = 0" in text("region", deeper, 78).splitlines()[-1]
    assert {"low-1", "high-1"} <= {role.partition("@")[2] for role in roles(drawn("region", deeper))}


def test_of_minus_one_and_one_the_matrix_counts_sides_of_0():
    shown = text("confusion", Simulator(scenario([layer(1, "tanh", [[0.3], [0.0]])], *MINUS_ONE_AND_ONE)))
    assert "accuracy 1.0000  4 of 4" in shown
    assert re.search(r"true +-1 +1", shown)


def test_zeros_are_hollow_and_ones_filled_and_the_lens_is_marked():
    simulator = Simulator(load("and"))

    def points():
        shown = re.sub("○ hollow|● filled|[◎◉] sample", "", text("region", simulator))
        return tuple(map(shown.count, "○●◎◉"))

    assert points() == (2, 1, 1, 0)
    simulator.sample = 3
    assert points() == (3, 0, 0, 1)


def test_the_hidden_units_of_xor_draw_two_lines_with_the_ones_between_them():
    cells = drawn("region", Simulator(load("xor-mlp")))
    assert {"h1", "h2"} <= set(cells.text().split())
    sides = {role.split("@")[-1] for role in roles(cells) if "@" in role}
    assert sides & {"high-4"}
    assert sides & {"low-4"}


@thinned("glyphs", [UNICODE, ASCII], [UNICODE])
@thinned("size", [(57, 18), (80, 22), (118, 36)], [(57, 18), (118, 36)])
@thinned("done", [0, 1, 40, 300, 3000], [0, 40, 300, 3000])
def test_every_hidden_unit_whose_line_is_seen_has_its_whole_name_beside_it(done, size, glyphs):
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=done)
    _, *field, told = text("region", simulator, *size, look=PictureLook(glyphs=glyphs)).splitlines()
    seen = re.findall(r"(h\d) z\d > 0", told)  # as many as the line below has room for
    found = sorted(re.findall(r"h\d?", " ".join(field)))
    assert len(seen) >= 2
    assert found[: len(seen)] == seen
    assert len(set(found)) == len(found) <= 4


@pytest.mark.parametrize("size", [(57, 18), (80, 22)])
def test_no_name_of_a_line_hides_a_point(size):
    simulator = Simulator(load("xor-train"))
    for _ in range(20):
        simulator.run(iterations=25)
        field = "".join(text("region", simulator, *size).splitlines()[1:-1])
        assert [field.count(mark) for mark in "○●◎"] == [1, 2, 1]


def test_lines_that_do_not_cross_the_plane_are_said_to_be_out_of_the_frame():
    told = text("region", Simulator(load("vanishing-gradient"))).splitlines()[-1]
    assert told.endswith("not in the frame: o1 = 0.5, z1 = 0, z2 = 0")
    told = text("region", Simulator(load("backprop-2-2-2"))).splitlines()[-1]
    assert told == "h1 z1 > 0  h2 z2 > 0  not in the frame: o1 = 0.5"
    assert "frame" not in text("region", Simulator(load("xor-train")), width=120)


def test_a_single_neuron_whose_line_left_the_frame_says_so():
    weights, inputs, targets = [[0.5], [0.5]], [[0.0, 0.0], [1.0, 1.0]], [[0.0], [1.0]]
    for bias, is_outside in ((-0.5, False), (-5.0, True)):
        simulator = Simulator(scenario([layer(1, weights=weights, biases=[bias])], inputs, targets))
        assert ("not in the frame: o1 = 0.5" in text("region", simulator, width=80)) is is_outside


def test_the_boundary_of_xor_bends_as_the_loss_falls():
    """A straight boundary parts a row of the plane at most once; that of XOR, once learnt, twice."""
    simulator = Simulator(load("xor-train"))

    def most_crossings():
        field = simulator.region(np.linspace(-0.25, 1.25, 60), np.linspace(-0.25, 1.25, 30)) > 0.5
        return int((field[:, 1:] != field[:, :-1]).sum(axis=1).max())

    assert most_crossings() <= 1
    simulator.run(iterations=1000)
    assert most_crossings() == 2
    assert {LEVELS[0], LEVELS[-1]} <= {role.partition("@")[2] for role in roles(drawn("region", simulator))}


def test_without_colours_shades_tell_the_output():
    cells = drawn("region", Simulator(load("and")), look=PictureLook(mixes=False))
    assert "▓▓▓" in cells.text()
    assert not any("@" in role for role in roles(cells))


def test_several_outputs_that_are_numbers_have_a_view_each():
    simulator = Simulator(load("backprop-2-2-2"))
    assert PICTURES["region"].views(simulator.snapshot()) == ("=o1", "=o2")
    assert "o2 = 0.5" in text("region", simulator, view=1)


def test_classes_share_the_plane_out_among_them():
    inputs = [[0.0, 0.0], [4.0, 0.0], [2.0, 4.0]]
    described = scenario(
        [layer(3, "softmax", [[-4.0, 4.0, 0.0], [-2.0, -2.0, 4.0]], biases=[10.0, -6.0, -4.0])],
        inputs,
        np.eye(3),
        loss="categorical_crossentropy",
    )
    cells = drawn("region", Simulator(described))
    assert {"class-0-4", "class-1-4", "class-2-4"} <= {role.partition("@")[2] for role in roles(cells)}
    assert "o3" in text("region", Simulator(described), look=PictureLook(mixes=False))


# layers


def members(name, done):
    ensemble = Ensemble(load(name))
    ensemble.lead.seek(iteration=done)
    ensemble.follow()
    return tuple(Member(way, simulator.snapshot()) for way, simulator in ensemble.members), ensemble.lead


def bar_lengths(line):
    """The bars in a line, one for each variant."""
    groups = "".join(each if each in "█▏▎▍▌▋▊▉" else " " for each in line).split()
    return [len(group) for group in groups]


def test_the_sigmoid_loses_more_gradient_than_tanh_and_relu_least():
    variants, lead = members("vanishing-gradient", 1)
    lines = text("bars", lead, 110, 12, members=variants).splitlines()
    assert [word for word in lines[1].split() if word.isalpha()] == ["sigmoid", "tanh", "relu"]
    lowest = next(line for line in lines if line.startswith("1 "))
    sigmoid, tanh, relu = bar_lengths(lowest)
    assert sigmoid < tanh < relu
    highest = next(line for line in lines if line.startswith("7 "))
    assert bar_lengths(highest)[0] > sigmoid


@pytest.mark.parametrize("width", [59, 78, 110])
def test_the_product_of_the_slopes_is_told_where_it_is_shown(width):
    variants, lead = members("vanishing-gradient", 1)
    view = PICTURES["bars"].views(lead.snapshot()).index("derivatives")
    for members_ in (variants, ()):
        title, *lines = text("bars", lead, width, 16, members=members_, view=view).splitlines()
        assert ("×" in title) == any("×" in line for line in lines)


def test_layers_that_have_no_gradient_yet_show_none():
    simulator = Simulator(load("vanishing-gradient"))
    simulator.step("phase")
    assert text("bars", simulator).count("…") == 7
    while not simulator.snapshot().is_shown(ref_to("dE_dW", 7, (1, 0))):
        simulator.step()
    assert text("bars", simulator).count("…") == 6


def test_a_histogram_says_how_many_weights_its_tallest_column_holds():
    simulator = Simulator(scenario([layer(4, "sigmoid", [[0.5, 0.5, 0.5, -0.25]])], [[1.0]], [[0.0] * 4]))
    view = PICTURES["bars"].views(simulator.snapshot()).index("weight_histogram")
    title, top, *_ = text("bars", simulator, view=view).splitlines()
    assert "histogram of weights  left: count of the tallest column" in title
    assert top.split()[0] == "3"
    assert "count" not in text("bars", simulator, height=3, view=view), "no room for it, no word of it"


def test_what_stands_beside_a_histogram_has_a_heading():
    simulator = Simulator(load("backprop-2-2-2"))
    view = PICTURES["bars"].views(simulator.snapshot()).index("weight_histogram")
    lines = text("bars", simulator, 78, 16, view=view).splitlines()
    (row,) = (line for line in lines if "layer 1" in line)
    assert row.rpartition("±")[0].endswith("4  ")
    assert lines[-1].rindex("±") == row.rindex("±")
    assert lines[-1].split()[-4:-2] == ["count", "±"]


def test_dead_units_are_counted_and_named():
    simulator = Simulator(load("dying-relu"))
    simulator.step("iteration")
    view = PICTURES["bars"].views(simulator.snapshot()).index("units")
    shown = text("bars", simulator, view=view)
    assert "2 of 3" in shown
    assert "h2∅" in shown
    assert "h3∅" in shown
    assert "h1∅" not in shown


def test_a_layer_with_some_of_its_gradients_says_how_many_there_are():
    simulator = Simulator(load("backprop-2-2-2"))
    while simulator.event is None or simulator.event.symbol != "∂E/∂W1":
        assert "so far" not in text("bars", simulator) or simulator.event.layer == 2
        simulator.step()
    assert "… 1 of 4 so far" in text("bars", simulator)
    view = PICTURES["bars"].views(simulator.snapshot()).index("gradient_histogram")
    assert "… 1 of 4 so far" in text("bars", simulator, view=view)


@pytest.mark.parametrize(("width", "height", "missing"), [(61, 18, 2), (61, 3, 2), (30, 8, 4), (120, 18, 0)])
def test_variants_that_there_is_no_room_for_are_counted(width, height, missing):
    ensemble = Ensemble(load("over-and-underfitting"))
    ensemble.lead.step("iteration")
    ensemble.follow()
    members = tuple(Member(name, simulator.snapshot()) for name, simulator in ensemble.members)
    shown = PICTURES["bars"].draw(Scene(ensemble.lead.snapshot(), members), width, height).cells.text()
    assert sum(mark in shown for mark in MARKS) == len(members) - missing
    assert (f"+{missing} variants: press v" in shown) == (missing > 0)


def test_statistics_say_of_which_iteration_and_after_how_many_updates():
    simulator = Simulator(load("xor-train"))
    simulator.run(iterations=12)
    simulator.step("iteration")
    views = PICTURES["bars"].views(simulator.snapshot())
    told = {key: text("bars", simulator, 78, 16, view=number) for number, key in enumerate(views)}
    for key in ("gradients", "deltas", "derivatives", "gradient_histogram"):
        assert "iteration 13" in told[key]
    assert "after 13 updates" in told["weight_histogram"]


def test_variants_that_stand_at_unlike_iterations_have_each_of_theirs_told():
    early, late = (Simulator(load("batch-modes", variant=variant)) for variant in (None, "stochastic"))
    early.run(iterations=20)
    late.run(iterations=1000)
    for simulator in (early, late):
        simulator.step("iteration")
    members = (Member(None, early.snapshot()), Member("stochastic", late.snapshot()))
    shown = PICTURES["bars"].draw(Scene(early.snapshot(), members), 78, 12).cells.text()
    assert "iterations 21 · 1,001" in shown


# shapes


def test_the_parameters_of_the_notes_network_add_up_to_139():
    simulator = Simulator(load("matrix-shapes"))
    shown = text("shapes", simulator)
    assert "139 parameters in all" in shown
    assert "40 + 72 + 27" in shown
    assert "Y[1](1×8)·W[2](8×8)+b[2](1×8)=Z[2](1×8)" in shown


def test_sizes_are_told_before_anything_is_computed_and_cells_are_empty_until_then():
    simulator = Simulator(load("matrix-shapes"))

    def drawn():
        cells = PICTURES["shapes"].draw(Scene(simulator.snapshot(), ()), 78, 20).cells
        runs = [list(row) for row in cells.rows()][:3]
        return cells.text().splitlines(), [{run[1] for run in row if "(1×" in run[0]} for row in runs]

    lines, roles = drawn()
    assert not any("?" in line for line in lines)
    assert roles == [{"operand", "muted"}, {"muted", "text"}, {"muted", "text"}], "weights and biases are there"
    assert any(line.endswith("□ □ □ □ □ □ □ □") for line in lines)
    assert any("□ not computed" in line for line in lines)
    simulator.step("phase")
    lines, roles = drawn()
    assert not any("muted" in found for found in roles)
    assert not any("□" in line for line in lines)


def test_unknown_sizes_are_filled_in_one_at_a_time():
    simulator = Simulator(load("matrix-shapes"))
    views = PICTURES["shapes"].views(simulator.snapshot())
    unknown = [text("shapes", simulator, 78, 12, view=view).count("?") for view in range(1, len(views))]
    assert unknown == sorted(unknown, reverse=True)
    assert len(set(unknown)) == len(unknown)
    assert unknown[-1] == 0


def test_a_batch_of_six_has_six_rows():
    simulator = Simulator(load("matrix-shapes", variant="a batch of six"))
    simulator.step("phase")
    assert "X   (6×4)·W[1](4×8) + b[1](1×8) = Z[1](6×8)" in text("shapes", simulator, 78, 9)


def test_any_entry_can_be_taken_apart_term_by_term():
    simulator = Simulator(load("matrix-shapes"))
    simulator.step("phase")
    shown = text("shapes", simulator, 110, 26, selected=ref_to("z", 2, (4,)))
    value = simulator.snapshot().value(ref_to("z", 2, (4,)))
    assert "Z[2][1,5] = z13" in shown
    assert f"= {value:.8f}" in shown


def test_a_product_has_one_name_and_its_cells_are_explained():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("phase")
    shown = text("shapes", simulator, 78, 9)
    assert "= Z[1](1×2)  4  sigmoid → Y[1]" in shown
    assert "Z[2][1,2] = z4" in shown
    assert "■ makes this entry  · others" in shown
    assert "= 0.68047592" in shown
    simulator = Simulator(load("linear-collapse"))
    assert "= Y[1](" in text("shapes", simulator, 78, 9)


def test_a_matrix_has_a_name_that_no_weight_has_and_it_is_said_which_weights_are_in_it():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("phase")
    shown = text("shapes", simulator, 61, 18)
    assert "W[2]: all weights of layer 2, a matrix; W5 is one of them" in shown
    assert shown.count("W[2]") == 3  # in the product, over its cells, and there
    assert {name for name in ("W1", "W2", "W5", "W7", "W8") if name in shown} == {
        "W5",
        "W7",
        "W8",
    }  # z4 is made of W7, W8


def test_an_entry_says_when_its_weights_are_no_longer_the_present_ones():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    assert "= 0.44498412  made with the weights before the update" in text("shapes", simulator, 61, 18)
    simulator.back()
    assert "before the update" not in text("shapes", simulator, 61, 18)


def test_sizes_derived_one_by_one_say_how_far_that_is_and_why():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("phase")
    told = [text("shapes", simulator, 78, 9, view=view) for view in range(1, 10)]
    assert "0 of 8" in told[0]
    assert "X is given" in told[0]
    assert "3 of 8" in told[3]
    assert "there is no b[1]" in told[3]


def test_sizes_are_derived_in_the_order_of_the_notes():
    simulator = Simulator(load("matrix-shapes"))
    views = [text("shapes", simulator, 78, 9, view=view).splitlines() for view in range(1, 6)]
    assert [lines[0].partition(" = ")[0].replace(" ", "") + lines[0].partition("Z[1]")[2][:5] for lines in views] == [
        "X(1×4)·W[1](?×?)+b[1](?×?)(?×?)",
        "X(1×4)·W[1](?×?)+b[1](?×?)(1×8)",
        "X(1×4)·W[1](4×?)+b[1](?×?)(1×8)",
        "X(1×4)·W[1](4×?)+b[1](1×8)(1×8)",
        "X(1×4)·W[1](4×8)+b[1](1×8)(1×8)",
    ]
    assert [lines[5] for lines in views[1:]] == [
        "Z[1] has as many rows as X, a column for each of the 8 units",
        "W[1] has as many rows as X has columns",
        "b[1] is added to each row of Z[1]: one row, as many columns",
        "W[1] has as many columns as Z[1]",
    ]


# right and wrong


@pytest.mark.parametrize("moves", ["value", "iteration"])
def test_on_a_large_screen_the_shapes_show_more_of_each_matrix_and_the_entry_whole(moves):
    simulator = Simulator(load("over-and-underfitting"))
    simulator.step(moves)
    rows = text("shapes", simulator, 100, 30, selected=ref_to("z", 2, (3,))).rstrip().splitlines()
    assert len(rows) >= 24
    assert sum("·" * 8 in row for row in rows) >= 16
    assert rows[-1].startswith("= ")
    small = text("shapes", simulator, 61, 18, selected=ref_to("z", 2, (3,))).splitlines()
    assert sum(bool(re.match("[·■□]{8}", row)) for row in small) == 8


def test_the_cells_of_shapes_stand_still_while_the_entry_is_computed():
    simulator = Simulator(load("over-and-underfitting"))
    seen = set()
    for _ in range(40):
        simulator.step()
        shown = text("shapes", simulator, 61, 26, selected=ref_to("z", 1, (3,))).splitlines()
        seen.add(next(y for y, row in enumerate(shown) if row.startswith("Z[1][1,4] =")))
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["logistic-and", "xor-train", "over-and-underfitting", "matrix-shapes"])
@pytest.mark.parametrize("done", [0, 40])
def test_the_matrix_agrees_with_the_accuracy(name, done):
    simulator = Simulator(load(name))
    simulator.seek(iteration=done)
    assert f"accuracy {simulator.accuracy():.4f}" in text("confusion", simulator)


@pytest.mark.parametrize(("size", "titles"), [((78, 9), 2), ((59, 17), 2), ((118, 30), 2), ((59, 9), 1), ((40, 12), 1)])
def test_of_three_classes_too_what_was_kept_back_is_beside_or_below_and_else_a_view_of_its_own(
    three_classes, size, titles
):
    simulator = Simulator(three_classes)
    views = PICTURES["confusion"].views(simulator.snapshot())
    assert views == ["training_data", "kept_back"]
    shown = [text("confusion", simulator, *size, view=view) for view in range(2)]
    assert [told.count("accuracy") for told in shown] == [titles, titles]
    assert shown[0].startswith("training")
    assert shown[1].startswith("kept back")


def test_without_data_that_was_kept_back_there_is_one_matrix_and_one_view():
    assert PICTURES["confusion"].views(Simulator(load("xor-train")).snapshot()) == ("",)


def test_what_was_kept_back_has_its_own_matrix():
    simulator = Simulator(load("over-and-underfitting"))
    for width in (58, 100):
        first = text("confusion", simulator, width, 12).splitlines()[0]
        assert first.index("training") < first.index("accuracy") < first.index("kept back")
        assert first.count("accuracy") == 2


@pytest.mark.parametrize("size", [(61, 19), (48, 12), (78, 9)])
@pytest.mark.parametrize("key", ["region", "confusion"])
def test_pictures_drawn_with_the_weights_of_the_moment_say_after_which_update(key, size):
    simulator = Simulator(load("over-and-underfitting"))
    assert "update" not in text(key, simulator, *size)
    simulator.seek(iteration=3)
    told = text(key, simulator, *size)
    assert "after 3 updates" in told or "  update 3" in told


@pytest.mark.parametrize("size", [(59, 18), (46, 12), (78, 9), (101, 28)])
def test_linear_layers_are_multiplied_out_on_screen(size):
    simulator = Simulator(load("linear-collapse"))
    simulator.sample = 1  # 0, 1
    shown = PICTURES["product"].draw(Scene(simulator.snapshot()), *size).cells.text()
    assert "X·W[1]·W[2]·W[3] = X·K[3]" in shown
    assert "= 0.5·0.5 + (-0.25)·0.5 + 0.5·0.5" in shown
    assert "(X·K)1 = 0·0.375 + 1·0.75 = 0.75" in shown
    simulator = Simulator(load("linear-collapse", variant="relu between"))
    assert "relu" in PICTURES["product"].draw(Scene(simulator.snapshot()), *size).cells.text()


@pytest.mark.parametrize("size", [(59, 17), (78, 9), (101, 28)])
def test_in_the_plane_of_the_hidden_units_four_points_of_xor_are_three_and_a_line_parts_them(size):
    simulator = Simulator(load("xor-mlp"))
    lines = drawn("hidden", simulator, *size).text().splitlines()
    assert "o1 = 0.5" in lines[0]
    both = next(line for line in lines if "(0,1) (1,0)" in line)
    assert "(1,1)" in both, "as high up, for OR fires for all three"
    assert both.index("(1,1)") < both.index("(0,1)"), "NAND parts them"
    assert sum("(0,0)" in line for line in lines) == 1
    assert sum(line.count("○") for line in lines[1:]) + sum(line.count("◎") for line in lines[1:]) == 2


def test_learnt_hidden_units_have_their_plane_too():
    simulator = Simulator(load("xor-train", overrides={"network.layers.0.units": 2}))
    simulator.run(iterations=50)
    assert "(0,1)" in drawn("hidden", simulator).text()


@pytest.mark.parametrize("size", [(59, 17), (78, 9), (101, 28)])
def test_what_an_epoch_costs_stands_side_by_side_for_every_size_of_batch(size):
    ensemble = Ensemble(load("batch-modes"))
    members = tuple(Member(name, simulator.snapshot()) for name, simulator in ensemble.members)
    shown = drawn("costs", ensemble.lead, *size, members=members).text().splitlines()
    rows = [line.split()[-4:] for line in shown[1:4]]
    assert rows == [
        ["256", "1", "14,369", "92,160"],
        ["1", "256", "22,784", "360"],
        ["32", "8", "14,600", "11,520"],
    ]


def test_what_is_counted_for_a_batch_is_what_its_arrays_take():
    for variant in (None, "mini-batch"):
        tape = Simulator(load("batch-modes", variant=variant)).snapshot().tape
        held = sum(
            array.nbytes for each in tape.batch.layers for array in (each.z, each.a, each.slope, each.dE_da, each.dE_dz)
        )
        assert tape.value(ref_to("batch_bytes", 0), 0) == held


@pytest.mark.parametrize("size", [(59, 17), (101, 28)])
def test_what_each_layer_takes_in_and_puts_out_is_listed_as_the_notes_list_it(size):
    assert "4 in 8 out, 8/8, 8/3" in drawn("shapes", Simulator(load("matrix-shapes")), *size).text()


def test_on_the_loss_of_two_parameters_all_the_data_go_straight_and_single_samples_stagger():
    ensemble = Ensemble(load("epochs-batches-iterations"))
    for _, simulator in ensemble.members:
        simulator.seek(iteration=2 * simulator.model.calendar.batches)
    members = tuple(Member(name, simulator.snapshot()) for name, simulator in ensemble.members)
    scene = Scene(ensemble.lead.snapshot(), members)
    detour = {}
    for variant in variants(scene):
        ways = np.array(descent._way(variant, [ref_to("W", 1, (0, 0)), ref_to("b", 1, (0,))]))
        far = np.linalg.norm(ways[:, -1] - ways[:, 0])
        detour[variant.name] = np.linalg.norm(np.diff(ways, axis=1), axis=0).sum() / far
    assert detour["batch size 200"] < 1.3 < detour["by 1"]
    shown = PICTURES["descent"].draw(scene, 59, 17).cells.text()
    assert all(mark in shown.rpartition("W1")[0] for mark in "●■"), "each stands where it has come to"
