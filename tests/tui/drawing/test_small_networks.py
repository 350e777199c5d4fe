"""The picture of a small network, as a teacher draws it: every weight is read where its line ends."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.networks import layer, scenario, worked_example

from dlsim.engine import Simulator, load
from dlsim.engine.kinds.layered.quantities import DE_DZ, A, T
from dlsim.tui.drawing.canvas import ASCII, cells_of_line
from dlsim.tui.drawing.diagram.picture import draw

AT_100X30, AT_120X40, AT_200X60, AT_80X24 = (48, 13), (61, 18), (103, 28), (80, 8)
"""What the network panel has of a terminal of that size."""
SIZES = (AT_80X24, AT_100X30, AT_120X40, AT_200X60)
NUMBER = r"(-?\d+(?:\.\d+)?(?:e-?\d+)?)"


def network(widths, *, biases=True, numbers=None):
    """A network whose weights are these numbers, in order, or drawn."""
    random = np.random.default_rng(3)
    numbers = iter(numbers) if numbers is not None else iter(lambda: random.normal(), None)
    layers = [
        layer(
            units,
            weights=[[next(numbers) for _ in range(units)] for _ in range(senders)],
            biases=random.normal(0, 0.3, units) if biases else None,
        )
        for senders, units in itertools.pairwise(widths)
    ]
    return scenario(layers, random.uniform(-1, 1, (2, widths[0])), random.uniform(0, 1, (2, widths[-1])))


def text_of(picture):
    return ["".join(run[0] for run in row) for row in picture.rows]


def weights_in(snapshot, picture):
    """For each weight that has a label what stands there: its number, None where there is only its symbol."""
    rows, found = text_of(picture), {}
    for hit in picture.hits:
        if hit.ref.quantity.key == "now_W":
            symbol, _, number = rows[hit.y][hit.x : hit.x + hit.width].strip("╱─╲/\\- ").partition(" ")
            assert symbol == snapshot.symbol(hit.ref)
            found[hit.ref] = number or None
    return found


def all_weights(widths):
    return sum(senders * units for senders, units in itertools.pairwise(widths))


# every weight with its number


@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 3, 2), (2, 4, 1), (2, 2, 1), (1, 3, 1)])
@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("size", [*SIZES, (120, 12), (56, 16)])
def test_every_weight_of_a_network_that_teachers_draw_stands_as_label_and_number(widths, biases, size):
    snapshot = Simulator(network(widths, biases=biases)).snapshot()
    found = weights_in(snapshot, draw(snapshot, *size))
    assert len(found) == all_weights(widths)
    for ref, number in found.items():
        assert len(number.partition(".")[2]) >= 4
        assert number == f"{snapshot.value(ref):.{len(number.partition('.')[2])}f}"


@pytest.mark.parametrize("size", SIZES)
def test_the_weights_of_the_worked_example_read_as_in_the_notes(size):
    text = "\n".join(text_of(draw(Simulator(worked_example()).snapshot(), *size)))
    for weight, number in enumerate(
        ("0.3000", "0.2500", "0.4000", "0.3500", "0.4500", "0.4000", "0.7000", "0.6000"), 1
    ):
        assert f"W{weight} {number}" in text


@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 3, 2), (2, 4, 1)])
@pytest.mark.parametrize("size", SIZES)
def test_biases_stand_at_their_units(widths, size):
    text = "\n".join(text_of(draw(Simulator(network(widths)).snapshot(), *size)))
    assert {int(bias) for bias in re.findall(r"b(\d) +-?\d\.\d{4}", text)} == set(range(1, sum(widths[1:]) + 1))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("digits", [4, 8, 12])
@pytest.mark.parametrize("bias", [-11.29103483, -12345.678901])
def test_a_long_number_keeps_a_blank_between_it_and_its_name(size, digits, bias):
    layers = [layer(2, weights=[[bias, 1.0], [0.5, bias]], biases=[bias, bias]) for _ in range(2)]
    simulator = Simulator(scenario(layers, [[bias, 0.2]], [[0.4, 0.6]]))
    for cursor in (0, 1, 9, 20, 33, 47):
        simulator.seek(iteration=0, cursor=cursor)
        text = "\n".join(text_of(draw(simulator.snapshot(), *size, digits=digits)))
        assert not re.search(r"\b[a-zA-Z]\d[-.\d]*\.\d", text)


def test_an_update_is_seen():
    simulator = Simulator(worked_example())
    seen = []
    for _ in range(2):
        seen.append("\n".join(text_of(draw(simulator.snapshot(), *AT_100X30))))
        simulator.step("iteration")
    assert "W5 0.4500" in seen[0]
    assert "W5 0.4370" in seen[1]


# whatever the network


@st.composite
def networks(draw_one, most=4):
    widths = draw_one(st.lists(st.integers(2, most), min_size=2, max_size=4))
    decimals = draw_one(st.integers(1, 4))
    scale = draw_one(st.sampled_from([1, 1, 1, 20, 3000]))
    numbers = draw_one(
        st.lists(
            st.integers(-(10**decimals), 10**decimals).map(lambda whole: scale * whole / 10**decimals),
            min_size=all_weights(widths),
            max_size=all_weights(widths),
        )
    )
    simulator = Simulator(network(widths, biases=draw_one(st.booleans()), numbers=numbers))
    for _ in range(draw_one(st.integers(0, 60))):
        simulator.step()
    return widths, simulator.snapshot()


@settings(max_examples=60, deadline=None)
@given(st.one_of(networks(), networks(most=6)), st.integers(48, 103), st.integers(8, 28))
def test_no_number_beside_a_label_reads_as_another_and_all_of_a_gap_have_one_or_none(subject, width, height):
    widths, snapshot = subject
    picture = draw(snapshot, width, height)
    found = weights_in(snapshot, picture)
    for ref, number in found.items():
        if number is not None:
            mantissa, _, exponent = number.partition("e")
            decimals = len(mantissa.partition(".")[2]) + (1 if exponent else 0)
            assert decimals >= 4, number
            assert abs(float(number) - snapshot.value(ref)) <= 0.51 * 10.0 ** (
                int(exponent or 0) - decimals + bool(exponent)
            )
    lit = {hit.ref.quantity.key for hit in picture.hits if hit.ref.quantity.edge(hit.ref) is not None}
    for place, (senders, units) in enumerate(itertools.pairwise(widths), start=1):
        told = [number for ref, number in found.items() if ref.layer == place and number is not None]
        another = lit != {"now_W"}  # what is computed at the moment may stand in the place of one weight
        assert len(told) in (0, senders * units) or (another and len(told) == senders * units - 1)
    cells = [(x, hit.y) for hit in picture.hits if hit.ref in found for x in range(hit.x, hit.x + hit.width)]
    assert len(cells) == len(set(cells)), "labels do not overlap"


@settings(max_examples=40, deadline=None)
@given(networks(), st.integers(1, 130), st.integers(1, 40))
def test_odd_sizes_never_break_it_and_ascii_says_the_same(subject, width, height):
    _, snapshot = subject
    pictures = [text_of(draw(snapshot, width, height, **how)) for how in ({}, {"glyphs": ASCII})]
    for rows in pictures:
        assert [len(row) for row in rows] == [width] * height
    assert [re.findall(r"\d\.\d+", "\n".join(rows)) for rows in pictures[:1]] == [
        re.findall(r"\d\.\d+", "\n".join(rows)) for rows in pictures[1:]
    ]


@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 3, 2), (2, 4, 1)])
@pytest.mark.parametrize("size", SIZES)
def test_no_label_interrupts_a_line(widths, size):
    picture = draw(Simulator(network(widths)).snapshot(), *size)
    rows = text_of(picture)
    assert len(picture.lines) == all_weights(widths)
    for line in picture.lines:
        for x, y in cells_of_line(line.x1 - line.x0, line.row1 - line.row0):
            cell = rows[line.row0 + y][line.x0 + x]
            assert "\u2800" < cell <= "\u28ff" or cell in "─━", (cell, line)


@pytest.mark.parametrize("size", SIZES)
def test_each_line_ends_at_its_own_label(size):
    picture = draw(Simulator(network((2, 3, 2))).snapshot(), *size)
    labels = {hit.ref: (hit.x, hit.y) for hit in picture.hits if hit.ref.quantity.key == "now_W"}
    for line in picture.lines:
        assert labels[line.ref] == (line.x1 + 1, line.row1)


# gradients


@pytest.mark.parametrize("size", [*SIZES, (38, 12), (38, 8)])
def test_a_gradient_has_one_name_at_every_size(size):
    simulator = Simulator(worked_example())
    while (event := simulator.step()) is not None and not simulator.iteration:
        text = "\n".join(text_of(draw(simulator.snapshot(), *size)))
        assert not re.search(r"[a-z]′|∂E(?!_o\d/|/∂)|∂E/∂[ho](?!\d)|∂[ho]/", text), event.symbol
        if event.symbol.startswith(("∂E/∂o", "∂o", "∂E/∂h", "∂h")):
            assert event.symbol in text


@pytest.mark.parametrize("size", [(58, 19), (61, 20), AT_200X60])
def test_what_the_outputs_send_back_stays_until_the_iteration_ends(size):
    simulator = Simulator(worked_example())
    while simulator.step().symbol != "∂o2/∂z4":
        pass
    while simulator.iteration == 0:
        text = "\n".join(text_of(draw(simulator.snapshot(), *size)))
        for told in (r"∂E/∂o1 +0\.2094", r"∂o1/∂z3 +0\.2380", r"δ +0\.049(9|85)"):
            assert re.search(told, text), (told, simulator.snapshot().event.symbol)
        simulator.step()


def test_where_there_is_less_room_a_gradient_is_there_while_it_is_needed():
    simulator = Simulator(worked_example())
    while simulator.step().symbol != "∂E/∂W5":
        pass
    text = "\n".join(text_of(draw(simulator.snapshot(), *AT_100X30)))
    for told in ("∂E/∂W5 0.0259", r"∂E/∂o1 +0\.2094", r"∂o1/∂z3 0\.238"):
        assert re.search(told, text), told


def test_a_unit_that_is_dead_says_so_in_its_edge():
    simulator = Simulator(load("dying-relu"))
    simulator.step("iteration")
    for size in ((59, 18), AT_200X60):
        text = "\n".join(text_of(draw(simulator.snapshot(), *size)))
        assert "W3 -0.7500" in text
        assert "dead" in text


# numbers that there is little room for


def deep(weights=((0.15, -0.25), (0.4, 0.35)), biases=(0.1, -0.2), inputs=(0.0, 1.0), target=0.0, activation="sigmoid"):
    """2-2-2-1, which has narrow boxes."""
    layers = [
        layer(2, activation, weights, biases=biases),
        layer(2, activation, [[0.4, -0.4], [-0.5, 0.55]], biases=[0.6, -100.5]),
        layer(1, "linear", [[0.4], [-0.5512]], biases=[-1234.567]),
    ]
    simulator = Simulator(scenario(layers, [inputs], [[target]], loss="mse"))
    simulator.step("iteration")
    return simulator.snapshot()


def is_true(text, value):
    """Whether it has all that the number has, two decimals or four digits of it."""
    mantissa, _, exponent = text.partition("e")
    digits = len(mantissa.replace(".", "").lstrip("-0"))
    small = abs(value) < 0.01 if exponent else len(text.partition(".")[2]) >= 2
    return float(text) == value or digits >= 4 or small


@pytest.mark.parametrize("size", [(58, 19), (48, 11), (48, 13), (61, 20)])
@pytest.mark.parametrize("scale", [1, 12.3456, 123.4567, -100.2013])
def test_a_number_is_never_shortened_so_that_it_reads_as_another(size, scale):
    snapshot = deep(((scale, -0.25), (-scale, 0.35)), (-scale, 99.96), (scale, -scale), -scale)
    picture, told = draw(snapshot, *size), 0
    rows = text_of(picture)
    for hit in picture.hits:
        name, _, number = rows[hit.y][hit.x : hit.x + hit.width].strip("╱─╲╭╮╰╯┤├ ").rpartition(" ")
        if re.fullmatch(NUMBER, number):
            assert is_true(number, snapshot.value(hit.ref)), (name, number)
            told += 1
    assert told
    text = "\n".join(rows)
    for wrong in (r"b4 -10\d?\b(?!\.)", r"z4 +-10\d\b(?!\.)", r"E_o1 \de\d"):
        assert not re.search(wrong, text), wrong
    assert "b4" in text


def test_a_number_without_room_leaves_its_name():
    text = "\n".join(text_of(draw(deep(target=-12.3456), 58, 20)))
    for name in ("b4", "z4", "t1", "E_o1"):
        assert re.search(rf"[─│]{name}[─ ]+[╮╯│]", text), name


@pytest.mark.parametrize(("target", "label"), [(0.0, "t1 0"), (1.0, "t1 1"), (0.75, "─t1─"), (-12.3456, "─t1─")])
def test_a_target_always_has_its_name(target, label):
    assert f"╰{label}" in "\n".join(text_of(draw(deep(target=target), 48, 11)))


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("size", [*SIZES, (58, 20), (52, 8)])
def test_a_mark_has_no_place_that_an_output_a_delta_or_a_target_wants(activation, size):
    def told(bias):
        layers = [
            layer(2, activation, [[0.5, 0.4], [0.3, 0.2]], biases=[0.1, bias]),
            layer(1, "linear", [[0.4], [0.5]], biases=[0.1]),
        ]
        simulator = Simulator(scenario(layers, [[0.1, 0.2]], [[1.0]], loss="mse"))
        simulator.step("iteration")
        picture = draw(simulator.snapshot(), *size)
        return {hit.ref for hit in picture.hits if hit.ref.quantity in (A, DE_DZ, T)}

    assert told(0.2) <= told(-40.0)


def test_a_saturated_unit_has_a_sign_beside_its_delta():
    layers = [layer(3, "sigmoid", [[0.1] * 3] * 3, biases=[0.1, -40.0, 0.2]), layer(2, weights=[[0.4, 0.5]] * 3)]
    simulator = Simulator(scenario(layers, [[0.1, 0.2, 0.3]], [[1.0, 0.0]], loss="mse"))
    simulator.step("iteration")
    assert re.search(r"╰δ -?\d\S+─+≈─╯", "\n".join(text_of(draw(simulator.snapshot(), 58, 18))))
