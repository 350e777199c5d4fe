"""Tables: aligned, followed, and as fast with a hundred thousand rows as with four."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs
from support.numbers import ref_to

from dlsim.engine import Simulator, load
from dlsim.engine.numbers import fixed
from dlsim.engine.quantity import about
from dlsim.tui.drawing.table import TableView, sheet_of
from dlsim.tui.session.selection import Group, Places
from dlsim.tui.words import words


def view(simulator, key, cells=60, height=20, top=None, selected=None):
    snapshot = simulator.snapshot()
    table = next(table for table in snapshot.tables if table.key == key)
    return TableView(words(), snapshot, Places(table), cells, height, top, selected)


def text(line):
    return "".join(piece for piece, _ in line)


def lines(*args, **kwargs):
    return [text(line) for line in view(*args, **kwargs).lines()]


@pytest.mark.parametrize("cells", [40, 50, 60, 100])
def test_numbers_stand_with_their_points_below_each_other(cells):
    simulator = Simulator(load("xor-train"))
    simulator.step("iteration")
    shown = lines(simulator, "weights", cells=cells, height=40)
    columns = {tuple(place for place, letter in enumerate(line) if letter == ".") for line in shown if "." in line}
    assert len({places[0] for places in columns}) == 1


@pytest.mark.parametrize("key", ["weights", "layers"])
def test_a_number_not_yet_computed_is_an_ellipsis(key):
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step()
    assert any("…" in line for line in lines(simulator, key))
    simulator.step("iteration")
    assert not any("…" in line for line in lines(simulator, key))


@pytest.mark.parametrize("scenario", ["backprop-2-2-2", "feedforward-or-recurrent", "optimizers-on-a-bowl"])
def test_a_line_tells_the_old_value_its_gradient_the_change_and_the_new_value_of_one_update(scenario):
    simulator = Simulator(load(scenario))
    old = parameters(simulator)
    simulator.step("iteration")
    simulator.back()
    told = lines(simulator, "weights", height=40)
    simulator.step()
    assert [line.strip(" ◀") for line in lines(simulator, "weights", height=40)] == [line.strip(" ◀") for line in told]
    rows = simulator.snapshot().tables[0].rows
    new = parameters(simulator)
    for row, line in zip(rows, (line for line in told if "." in line), strict=True):
        before, *_, change, after = line.strip(" ◀").split()[1:]
        assert (before, after) == (fixed(old[row.label], 8), fixed(new[row.label], 8))
        assert before != after
        assert change == fixed(new[row.label] - old[row.label], 8)
    simulator.step()
    assert parameters(simulator) == new, "the next iteration begins with what the last one ended with"
    assert [line.split()[1] for line in lines(simulator, "weights", height=40) if "." in line] == [
        fixed(new[row.label], 8) for row in rows
    ]


def parameters(simulator):
    snapshot = simulator.snapshot()
    cells = (row.cells[0] for row in snapshot.tables[0].rows)
    return {snapshot.symbol(ref): snapshot.value(ref._replace(quantity=ref.quantity.now)) for ref in cells}


@pytest.mark.parametrize(
    ("variant", "cells", "heads", "missing"),
    [
        ("AMSGrad", 110, ["before", "gradient", "m⁺", "v⁺", "v̂⁺", "η_t/√v̂", "change", "new"], None),
        ("AMSGrad", 61, ["before", "grad", "m⁺", "…", "change", "new"], "v⁺, v̂⁺, η_t/√v̂"),
        ("Adagrad", 61, ["before", "grad", "…", "η/√a", "change", "new"], "a⁺"),
        ("RMSprop", 61, ["before", "grad", "…", "η/√a", "change", "new"], "a⁺"),
        ("Adam", 61, ["before", "grad", "m⁺", "…", "change", "new"], "v⁺, η_t/√v"),
        ("Adam", 48, ["before", "grad", "…", "change", "new"], "m⁺, v⁺, η_t/√v"),
        ("Adam", 40, ["before", "grad", "…", "new"], "m⁺, v⁺, η_t/√v, change"),
        ("momentum", 61, ["before", "grad", "v⁺", "change", "new"], None),
        (None, 40, ["before", "grad", "…", "new"], "change"),
    ],
)
def test_where_there_is_little_room_the_memory_goes_before_the_change_and_the_table_says_so(
    variant, cells, heads, missing
):
    simulator = Simulator(load("optimizers-on-a-network", variant=variant))
    simulator.step("iteration")
    first, *_, last = lines(simulator, "weights", cells=cells, height=40)
    assert re.split(r"\s{2,}|(?<=…) ", first.strip()) == heads
    assert last.strip() == f"no room here for {missing}" if missing else "no room" not in last
    short = lines(simulator, "weights", cells=cells, height=5)
    assert not any("no room" in line for line in short)


@pytest.mark.parametrize("name", ["Adam", "AMSGrad"])
def test_on_a_surface_the_change_is_told_with_every_optimizer(name):
    simulator = Simulator(load("optimizers", variant=name))
    simulator.run(iterations=3)
    assert "change" in lines(simulator, "weights", cells=61)[0]


def test_a_weight_chosen_in_the_diagram_is_marked_where_its_number_stands():
    simulator, present = Simulator(load("backprop-2-2-2")), ref_to("now_W", 2, (0, 0))
    assert any("[0.45000000]" in line for line in lines(simulator, "weights", selected=present))
    simulator.step("iteration")
    assert any("[0.43703857]" in line for line in lines(simulator, "weights", selected=present))


@pytest.mark.parametrize("cells", [48, 58, 60, 78])
@pytest.mark.parametrize("key", ["weights", "layers"])
def test_no_column_has_a_head_that_is_cut(key, cells):
    simulator = Simulator(load("optimizers-on-a-network", variant="Adam"))
    heads = lines(simulator, key, cells=cells)[0].split()
    assert not any("…" in head for head in heads if head != "…")  # which stands for whole columns
    assert "grad" in " ".join(heads) or "δ" in heads


def test_the_active_row_is_in_view_on_every_step_of_a_short_table():
    simulator = Simulator(load("xor-train"))
    while simulator.step() is not None and simulator.position.iteration == 1:
        for key in ("weights", "layers"):
            shown = view(simulator, key, height=6)
            if shown._active is not None:
                assert any("◀" in text(line) for line in shown.lines()), simulator.event


@pytest.mark.parametrize(
    ("ref", "subject"),
    [
        (ref_to("dz_dW", 2, (0, 1)), ref_to("W", 2, (0, 1))),
        (ref_to("dE_dW", 2, (0, 1)), ref_to("W", 2, (0, 1))),
        (ref_to("new_W", 2, (0, 1)), ref_to("W", 2, (0, 1))),
        (ref_to("now_W", 2, (0, 1)), ref_to("W", 2, (0, 1))),
        (ref_to("new_slot:v:W", 2, (0, 1)), ref_to("W", 2, (0, 1))),
        (ref_to("dE_db", 1, (3,)), ref_to("b", 1, (3,))),
        (ref_to("part", 1, (0, 1)), ref_to("a", 1, (0,))),
        (ref_to("E_o", 2, (1,)), ref_to("a", 2, (1,))),
        (ref_to("da_dz", 2, (1,)), ref_to("z", 2, (1,))),
        (ref_to("dE_da", 2, (1,)), ref_to("a", 2, (1,))),
    ],
)
def test_every_number_is_about_something_that_a_table_lists(ref, subject):
    assert about(ref) == subject


def test_layers_have_headings():
    simulator = Simulator(load("xor-train"))
    table = simulator.snapshot().tables[0]
    places = Places(table)
    assert [places.at(line) for line in (0, 1)] == [Group(1, 0), 0]
    assert places.line_of(0) == 1
    for row in range(len(table.rows)):
        assert places.at(places.line_of(row)) == row


@pytest.fixture
def long_data(tmp_path):
    rows = 20_000
    file = tmp_path / "long.toml"
    file.write_text(
        'schema = 1\ntitle = "long"\nsummary = "."\n[network]\ninputs = 2\n'
        'layers = [{ units = 1, activation = "sigmoid" }]\n'
        f"[data]\ninputs = [{'[0, 1],' * rows}]\ntargets = [{'[1],' * rows}]\n"
        '[training]\nloss = "mse"\noptimizer = { name = "sgd" }\n',
        encoding="utf-8",
    )
    return Simulator(load(file))


def test_all_times_of_the_sequence_under_the_lens_are_marked_and_in_view():
    simulator = Simulator(load("feedforward-or-recurrent"))
    for sample in range(simulator.samples):
        simulator.sample = sample
        snapshot = simulator.snapshot()
        shown = list(map(text, TableView(words(), snapshot, Places(snapshot.tables[2]), 60, 8).lines()))
        assert shown[0].split() == ["sample⟨time⟩", "input", "x1", "target", "t1", "output", "o1"]
        marked = [line.split()[1] for line in shown if "▶" in line]
        assert marked == [f"{sample + 1}⟨{step}⟩" for step in (1, 2, 3, 4)]


def test_a_narrow_table_of_data_heads_its_columns_with_symbols_alone():
    snapshot = Simulator(load("feedforward-or-recurrent")).snapshot()
    shown = TableView(words(), snapshot, Places(snapshot.tables[2]), 44, 8)
    assert text(next(shown.lines())).split() == ["sample⟨time⟩", "x1", "t1", "o1"]


class Counting:
    """A table's rows, counting how many are looked at."""

    def __init__(self, rows):
        self.rows, self.seen = rows, 0

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, place):
        self.seen += len(range(*place.indices(len(self.rows)))) if isinstance(place, slice) else 1
        return self.rows[place]


def test_of_twenty_thousand_rows_only_those_on_screen_are_read(long_data):
    long_data.sample = 12_345
    snapshot = long_data.snapshot()
    table = snapshot.tables[2]
    rows = Counting(table.rows)
    shown = TableView(words(), snapshot, Places(structs.replace(table, rows=rows)), 60, 20)
    assert any("▶ 12346" in text(line) for line in shown.lines())
    assert rows.seen < 300


def test_counts_are_whole_numbers_on_screen_in_copies_and_of_any_size():
    simulator = Simulator(load("xor-single"))
    simulator.run(6_000)
    snapshot, say = simulator.snapshot(), words()
    gates = next(table for table in snapshot.tables if table.key == "gates")
    (row,) = (row for row in sheet_of(say, snapshot, gates).rows if row[0] == "NAND")
    assert row[1:] == ["1", "1", "1", "0", "0", "165"]
    for cells in (56, 78, 120):
        head, *shown = (
            "".join(text for text, _ in line) for line in TableView(say, snapshot, Places(gates), cells, 12).lines()
        )
        assert head.split()[-2:] == ["so", "far"]
        (nand,) = (line for line in shown if "NAND" in line)
        assert nand.split() == ["NAND", *row[1:]]


async def test_a_click_on_a_samples_number_puts_it_under_the_lens(open_at, screen_text):
    app = open_at("xor-train")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "4")
        await pilot.pause()
        row, line = next((row, line) for row, line in enumerate(screen_text(app)) if "│   3 " in line)
        await pilot.click(offset=(line.index("3 "), row))
        await pilot.pause()
        assert "sample 3/4" in screen_text(app)[0]
        assert "▶ 3 " in screen_text(app)[row]
        assert not app.screen.work.selection, "a number of it is selected by a click on that"
        await pilot.click(offset=(line.index("3 ") + 7, row))
        await pilot.pause()
        assert "x1 · selected" in "\n".join(screen_text(app))


async def test_a_sample_that_is_in_another_batch_cannot_be_looked_at(open_at, screen_text):
    app = open_at("over-and-underfitting", variant=None)
    async with app.run_test(size=(120, 40)) as pilot:
        simulator = app.screen.work.session.simulator
        simulator.edit(settings={"training.batch_size": 2})
        app.screen.work.session.changed()
        other = next(row for row in range(9) if row not in simulator.model.tape.rows)
        app.screen.stepping.look_at(other)
        await pilot.pause()
        assert f"Sample {other + 1} is not in the batch of iteration 1." in screen_text(app)[-1]


@pytest.mark.parametrize(("cells", "height"), [(59, 14), (80, 8), (80, 20), (59, 30)])
@pytest.mark.parametrize("key", ["data", "layers"])
def test_what_the_old_weights_made_says_so_once_the_update_has_landed(key, cells, height):
    simulator = Simulator(load("over-and-underfitting"))
    simulator.step("iteration")
    told = lines(simulator, key, cells=cells, height=height, top=0)
    assert "before" in told[0] + told[-1]
    simulator.step()
    assert "before" not in "".join(lines(simulator, key, cells=cells, height=height, top=0))


def test_that_the_old_weights_made_it_is_said_in_full_where_a_line_is_free():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.step("iteration")
    assert lines(simulator, "data")[-1].strip() == "made with the weights before the update"
    simulator.back()
    assert "before" not in "".join(lines(simulator, "data"))


def test_where_nothing_is_trained_no_update_is_spoken_of():
    simulator = Simulator(load("xor-mlp"))
    simulator.step("iteration")
    assert "update" not in "".join(lines(simulator, "data") + lines(simulator, "layers"))


LARGE = st.floats(-1e9, 1e9, allow_nan=False).filter(lambda number: number == 0 or abs(number) > 1e-12)


@given(st.lists(LARGE, min_size=3, max_size=3), st.integers(40, 118), st.integers(0, 12))
@example([0.0, 0.0, 1000.0], 40, 10)
@settings(max_examples=60, deadline=None)
def test_however_large_a_number_is_it_never_touches_its_label_or_its_neighbour(numbers, cells, digits):
    simulator = Simulator(load("activations", overrides={"functions.vector": numbers}))
    simulator.step("iteration")
    snapshot = simulator.snapshot()
    table = next(table for table in snapshot.tables if table.key == "vector")
    told = [text(line) for line in TableView(words(), snapshot, Places(table), cells, 10, digits=digits).lines()]
    for place, line in enumerate(told[1:4], start=1):
        label, number, share = line.rstrip(" ◀").split()
        assert label == str(place)
        assert float(number) == pytest.approx(numbers[place - 1], abs=10.0**-digits, rel=0.5)
        assert 0 <= float(share) <= 1


@pytest.mark.parametrize("cells", [40, 61, 80])
def test_a_weight_below_minus_ten_is_parted_from_its_label(cells):
    simulator = Simulator(load("logistic-and"))
    simulator.edit(numbers={ref_to("b", 1, (0,)): -11.29103483})
    row = next(line for line in lines(simulator, "weights", cells=cells) if "b1" in line)
    assert re.search(r"b1 +-11\.29", row)
