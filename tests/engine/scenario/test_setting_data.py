"""Single inputs and targets set over those of a file or a generator: the same as if they stood there."""

import re
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.heaps import HEAPS
from support.numbers import ref_to

from dlsim.engine import ScenarioError, Simulator, load
from dlsim.engine.export import export
from dlsim.engine.scenario.data import datum_at
from dlsim.engine.scenario.load import load_tables, revise, variant_of

CLASSES = {
    **HEAPS,
    "data": {**HEAPS["data"], "samples": 12, "validation_fraction": 0.25, "seed": 4},
    "training": {**HEAPS["training"], "optimizer": {"name": "adam"}},
}
CSV = "a,b,kind\n1,2,rose\n3,4.5,iris\n5,-6e-1,rose\n7,8,lily\n"


def three_classes(**data):
    return load_tables({**CLASSES, "data": {**CLASSES["data"], **data}})


@pytest.fixture
def flowers(tmp_path):
    """A scenario whose data come from a CSV file with classes."""
    (tmp_path / "flowers.csv").write_text(CSV, encoding="utf-8")
    tables = {**CLASSES, "data": {"file": "flowers.csv", "target": "kind", "validation_fraction": 0.25}}
    return load_tables(tables, name="flowers", file=tmp_path / "flowers.toml")


def written_down(scenario):
    """The same scenario with all its numbers in its file."""
    data = scenario.body.data
    together = [np.empty((len(data.rows) + len(data.validation_inputs), width)) for width in (2, 3)]
    back = [row for row in range(len(together[0])) if row not in data.rows]
    pairs = ((data.inputs, data.validation_inputs), (data.targets, data.validation_targets))
    for all_of_them, (kept, kept_back) in zip(together, pairs, strict=True):
        all_of_them[data.rows], all_of_them[back] = kept, kept_back
    table = {key: scenario.raw["data"][key] for key in ("validation_fraction", "seed") if key in scenario.raw["data"]}
    inputs, targets = (numbers.tolist() for numbers in together)
    return load_tables({**scenario.raw, "data": {**table, "inputs": inputs, "targets": targets}})


def everything(simulator):
    numbers = [simulator.losses, simulator.outputs(), simulator.curves["validation"].values]
    numbers += [array for pair in simulator.parameters for array in pair]
    return [np.asarray(array).tobytes() for array in numbers]


@given(
    place=st.integers(0, 9),
    row=st.integers(0, 8),
    ref=st.sampled_from([ref_to("X", 0, (0,)), ref_to("X", 0, (1,)), ref_to("T", 0, (0,)), ref_to("T", 0, (2,))]),
    number=st.floats(0, 1),
)
def test_an_edited_run_is_bit_for_bit_that_of_a_file_in_which_the_numbers_stand(place, row, ref, number):
    drawn = Simulator(three_classes())
    written = Simulator(written_down(drawn.scenario))
    for simulator in (drawn, written):
        simulator.seek(iteration=place)
        at = ref._replace(index=(row, *ref.index))
        simulator.edit(settings=datum_at(simulator.scenario, at, 0).settings(number))
        simulator.seek(iteration=20)
    assert drawn.snapshot().tape.value(at, 0) == pytest.approx(number, abs=1e-15)
    assert everything(drawn) == everything(written)
    drawn.seek(iteration=3)
    drawn.seek(iteration=20)
    assert everything(drawn) == everything(written)


@pytest.mark.parametrize("row", range(9))
def test_the_sample_on_screen_is_the_one_that_changes_although_others_are_kept_back(row):
    before = three_classes()
    datum = datum_at(before, ref_to("X", 0, (row, 1)), 0)
    assert datum.sample == row + 1
    data = revise(before, datum.settings(7.5)).body.data
    changed = np.argwhere(data.inputs != before.body.data.inputs)
    assert changed.tolist() == [[row, 1]]
    assert data.inputs[row, 1] == 7.5
    assert (data.validation_inputs == before.body.data.validation_inputs).all()


def test_a_sample_that_is_kept_back_can_be_set_by_its_row():
    before = three_classes()
    back = next(row for row in range(12) if row not in before.body.data.rows)
    data = revise(before, {f"data.inputs.{back}.0": 9.0}).body.data
    assert (data.validation_inputs == 9.0).sum() == 1
    assert (data.inputs == before.body.data.inputs).all()


def test_other_samples_of_the_same_generator_or_file_stay_what_they_are(flowers):
    for scenario in (three_classes(), flowers):
        first = scenario.body.data.inputs.copy()
        revise(scenario, {"data.inputs.0.0": 99.0, "data.inputs.1.0": 99.0})
        assert (revise(scenario, {"training.epochs": 2}).body.data.inputs == first).all()


@pytest.mark.parametrize(
    ("row", "place", "number", "after"),
    [
        ([1, 0, 0], 1, 1, [0, 1, 0]),
        ([1, 0, 0], 0, 0.9, [0.9, 0.05, 0.05]),
        ([1, 0, 0], 0, 0, [0, 0.5, 0.5]),
        ([0.2, 0.2, 0.6], 2, "1/2", [0.25, 0.25, 0.5]),
    ],
)
def test_where_targets_sum_to_one_the_others_share_what_one_of_them_leaves(row, place, number, after):
    scenario = three_classes(targets={"0": row, "1": row, "2": row, "3": row})
    at = next(at for at, place_in_data in enumerate(scenario.body.data.rows) if place_in_data < 4)
    datum = datum_at(scenario, ref_to("T", 0, (at, place)), 0)
    revised = revise(scenario, datum.settings(number))
    assert revised.body.data.targets[at] == pytest.approx(after, abs=1e-15)


def test_a_class_of_a_csv_file_becomes_another_one(flowers):
    datum = datum_at(flowers, ref_to("T", 0, (0, 2)), 0)
    before = flowers.body.data.targets[0].tolist()
    wanted = datum_at(flowers, ref_to("T", 0, (0, before.index(0.0))), 0)
    after = revise(flowers, wanted.settings(1)).body.data.targets[0].tolist()
    assert sorted(after) == [0, 0, 1]
    assert after != before
    with pytest.raises(ScenarioError, match="from 0 to 1, but one is 3"):
        revise(flowers, datum.settings(3))


def test_a_target_of_a_squared_loss_is_a_number_by_itself():
    scenario = revise(three_classes(), {"training.loss": "mse"})
    datum = datum_at(scenario, ref_to("t", 1, (1,)), 0)
    assert datum.settings(0.25) == {datum.path: 0.25}


def test_what_was_edited_holds_in_the_exported_file_beside_the_table_and_elsewhere(flowers, tmp_path):
    drawn = Simulator(three_classes())
    drawn.edit(settings={"data.inputs.3.0": 5.0, "data.targets.4": [0, 0, 1]})
    table = Simulator(flowers)
    table.edit(settings={"data.inputs.3.0": 5.0, "data.inputs.2.1": 4.0})
    for simulator, folder in ((drawn, None), (table, None), (table, tmp_path)):
        simulator.seek(iteration=0)
        text = export(simulator, folder=folder)
        again = Simulator(load_tables(tomllib.loads(text), name="mine", file=tmp_path / "mine.toml"))
        simulator.run(7)
        again.run(7)
        assert everything(again) == everything(simulator)


def test_a_file_may_set_single_numbers_itself(tmp_path):
    (tmp_path / "points.toml").write_text(
        """
schema = 1
title = "One point elsewhere"
[network]
inputs = 2
layers = [{ units = 1, activation = "sigmoid" }]
[data]
generator = "moons"
samples = 10
inputs = { 3 = { 0 = "1/4" }, 5 = [2, -2] }
targets.3.0 = 0.5
""",
        encoding="utf-8",
    )
    data = load(tmp_path / "points.toml").body.data
    assert (data.inputs[3, 0], data.targets[3, 0], data.inputs[5].tolist()) == (0.25, 0.5, [2, -2])
    assert load(tmp_path / "points.toml", overrides={"data.inputs.5.0": 3}).body.data.inputs[5].tolist() == [3, -2]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"inputs": {"12": {"0": 1}}}, r"data\.inputs\.12.*no row '12' in the data.*0 to 11"),
        ({"inputs": {"-1": {"0": 1}}}, "no row '-1'"),
        ({"inputs": {"01": {"0": 1}}}, "no row '01'"),
        ({"inputs": {"1": {"2": 1}}}, "no column '2' in the data.*0 to 1"),
        ({"inputs": {"1": {"0": "many"}}}, "must be a number"),
        ({"inputs": {"1": [1]}}, "found 1 number.*a row here has 2 numbers"),
        ({"inputs": {"1": 5}}, "found 5.*by their column"),
        ({"targets": {"1": {"0": 1}}}, "targets that sum to 1"),
        ({"inputs": [[1, 2]]}, "found inputs and generator"),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_place(data, said):
    with pytest.raises(ScenarioError) as refused:
        three_classes(**data)
    assert re.search(said, str(refused.value))


def test_data_without_targets_have_none_to_set(flowers):
    tables = {key: table for key, table in flowers.raw.items() if key != "training"}
    tables["data"] = {"file": "flowers.csv", "features": ["a", "b"], "targets": {"0": {"0": 1}}}
    with pytest.raises(ScenarioError, match="no targets to change"):
        load_tables(tables, file=flowers.file)


def test_what_is_set_as_a_whole_later_is_not_undone_by_what_was_set_inside_it_before():
    scenario = revise(three_classes(), {"training.loss": "mse"})
    for changes in ({"data.targets.0": [1, 0, 0]}, {"data.targets.0.1": 0.5}, {"data.targets.0": [0, 0, 1]}):
        scenario = revise(scenario, changes)
    again = variant_of(replace(scenario, variant="another"), None)
    assert (again.body.data.targets == scenario.body.data.targets).all()


@pytest.mark.parametrize("changes", [{"data.inputs.10.0": 5.0}, {"data.targets.10": [0, 1, 0]}])
def test_fewer_samples_than_an_edited_one_are_refused_with_the_edit_as_the_reason(changes):
    edited = revise(three_classes(), changes)
    with pytest.raises(ScenarioError) as refused:
        revise(edited, {"data.samples": 5})
    assert "there is no row '10' in the data" in refused.value.problem
    (path,) = changes
    assert refused.value.remedy == f"{path} was set by an edit or by --set: undo that first"
    with pytest.raises(ScenarioError, match="use 0 to 11"):
        revise(edited, {"data.inputs.12.0": 5.0})
