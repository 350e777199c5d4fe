"""`dlsim export`: a scenario file whose first weights are the present ones, and that loads again to the last bit."""

import os
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scenarios import each_scenario

from dlsim.engine import Simulator, load
from dlsim.engine.export import export, forgotten
from dlsim.engine.scenario.load import load_tables
from dlsim.engine.scenario.toml import write_toml


def flat(simulator):
    return np.concatenate([array.ravel() for pair in simulator.parameters for array in pair if array is not None])


def reloaded(simulator, **keywords):
    return Simulator(load_tables(tomllib.loads(export(simulator, **keywords)), name="mine"))


@each_scenario(kinds=["network"], besides=["over-and-underfitting"])
@pytest.mark.parametrize("iterations", [0, 5])
def test_the_file_begins_where_the_run_stands_to_the_last_bit(name, iterations):
    simulator = Simulator(load(name))
    simulator.run(iterations)
    again = reloaded(simulator)
    assert flat(again).tobytes() == flat(simulator).tobytes()
    assert again.outputs().tobytes() == simulator.outputs().tobytes()
    assert again.loss() == simulator.loss()


@each_scenario(kinds=["network"], besides=["over-and-underfitting"])
def test_where_nothing_is_lost_going_on_from_the_file_is_going_on_with_the_run(name):
    simulator = Simulator(load(name))
    simulator.run(4)
    again, lost = reloaded(simulator), forgotten(simulator)
    simulator.run(6)
    again.run(6)
    if not lost:
        assert flat(again).tobytes() == flat(simulator).tobytes()


def test_what_is_lost_is_said(dlsim, scenario_file, tmp_path):
    file = scenario_file(
        training='[training]\nloss = "mse"\noptimizer = { name = "adam" }\n',
        data="[data]\ninputs = [[1.0]]\ntargets = [[0.0]]\n",
    )
    answer = dlsim("export", file, "--iterations", 2)
    assert (
        answer.err
        == "dlsim: not in the file, so these start again: the optimizer's memory (m, v); its count of updates\n"
    )
    assert "# Not included, so these start again: the optimizer's memory (m, v)" in answer.out
    assert dlsim("export", file).err == ""


def test_the_file_passes_its_own_check(dlsim, tmp_path):
    file = tmp_path / "mine.toml"
    answer = dlsim("export", "backprop-2-2-2", "--iterations", 100, "--to", file)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    checked = dlsim("check", file)
    assert checked.status == 0
    assert checked.out.endswith("3 checks, 0 failed\n")


def test_to_stdout_it_can_be_piped_into_a_file(dlsim):
    tables = tomllib.loads(dlsim("export", "xor-train", "--iterations", 3).out)
    assert tables["title"] == "XOR, learnt"
    assert "variants" not in tables
    assert all("init" not in layer for layer in tables["network"]["layers"])


def test_variant_and_settings_are_in_the_file(dlsim):
    call = ["export", "xor-train", "--variant", "two hidden units", "--set", "training.optimizer.learning_rate=0.25"]
    tables = tomllib.loads(dlsim(*call).out)
    assert tables["network"]["layers"][0]["units"] == 2
    assert tables["training"]["optimizer"]["learning_rate"] == 0.25


def test_edits_are_in_the_file():
    simulator = Simulator(load("backprop-2-2-2"))
    simulator.run(3)
    simulator.edit(numbers={"W5": 2.0}, settings={"training.optimizer.learning_rate": 0.1})
    again = reloaded(simulator)
    assert again.look_up("W5") == 2.0
    assert again.scenario.body.training.optimizer.settings["learning_rate"] == 0.1


def csv_scenario(tmp_path, rows):
    folder = tmp_path / "with data"
    folder.mkdir()
    lines = "\n".join(f"{row / 7!r},{row % 3 / 3!r}" for row in range(rows))
    (folder / "points.csv").write_text(f"a,b\n{lines}\n", encoding="utf-8")
    file = folder / "line.toml"
    file.write_text(
        'schema = 1\ntitle = "Line"\n[network]\ninputs = 1\nlayers = [{ units = 1, activation = "linear" }]\n'
        '[data]\nfile = "points.csv"\nfeatures = ["a"]\ntarget = "b"\nvalidation_fraction = 0.3\nseed = 5\n'
        '[training]\nloss = "mse"\n',
        encoding="utf-8",
    )
    return file


def test_rows_of_a_csv_file_elsewhere_are_written_out_and_the_same_ones_kept_back(tmp_path):
    simulator = Simulator(load(csv_scenario(tmp_path, 20)))
    again = reloaded(simulator, folder=tmp_path)
    for rows in ("inputs", "targets", "validation_inputs", "validation_targets"):
        before, after = (getattr(each.scenario.body.data, rows) for each in (simulator, again))
        assert after.tolist() == before.tolist()
    assert len(again.scenario.body.data.validation_inputs) == 6


def test_beside_its_csv_file_the_export_names_it(dlsim, tmp_path):
    file = csv_scenario(tmp_path, 20)
    assert dlsim("export", file, "--to", file.with_name("mine.toml")).status == 0
    assert 'file = "points.csv"' in file.with_name("mine.toml").read_text("utf-8")
    assert dlsim("check", file.with_name("mine.toml")).status == 0


def test_more_rows_than_a_scenario_file_may_hold_are_refused_with_a_way_out(dlsim, tmp_path):
    dlsim("export", csv_scenario(tmp_path, 40_000)).assert_refused("1,048,576", "export to its folder")


@each_scenario(kinds=["recurrent", "functions", "surface", "search"])
def test_other_kinds_have_no_weights_to_export(dlsim, name):
    dlsim("export", name).assert_refused("only networks")


def test_a_run_that_stops_at_a_number_that_is_not_finite_is_not_written(scenario_file, dlsim):
    file = scenario_file(
        training='[training]\nloss = "half_squared_error"\noptimizer = { name = "sgd", learning_rate = 1e200 }\n'
    )
    answer = dlsim("export", file, "--iterations", 50)
    assert (answer.status, answer.out) == (1, "")
    assert "nothing is written" in answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["and", "--to", "mine.txt"], [".toml"]),
        (["and", "--to", "no/such/folder/mine.toml"], ["cannot be written"]),
        (["and", "--to", f"{'x' * 300}.toml"], ["xx … xx", "cannot be written"]),
        (["and", "--to", "no\0name.toml"], ["cannot be written"]),
        (["and", "--iterations", "3"], ["no [training]"]),
        (["no-such"], ["no-such"]),
        (["and", "--iterations", "x"], ["x"]),
    ],
)
def test_a_wrong_call_is_refused(dlsim, arguments, words):
    dlsim("export", *arguments).assert_refused(*words)


def test_a_file_that_is_there_is_not_overwritten_unless_asked(dlsim, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("precious", encoding="utf-8")
    dlsim("export", "and", "--to", file).assert_refused("exists already", "--overwrite")
    assert file.read_text("utf-8") == "precious"
    assert dlsim("export", "and", "--to", file, "--overwrite").status == 0
    assert load(file).kind == "network"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are a Unix thing")
@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", None)])
def test_what_is_no_file_is_never_written_to(dlsim, tmp_path, make):
    make(tmp_path / "mine.toml")
    dlsim("export", "and", "--to", tmp_path / "mine.toml", "--overwrite").assert_refused("not a regular file")


texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
leaves = texts | numbers | st.booleans()
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=4))


@given(st.dictionaries(texts, values, max_size=5))
def test_tables_written_as_toml_read_back_the_same(tables):
    again = tomllib.loads(write_toml(tables))
    assert again == tables
    assert repr(again) == repr({key: again[key] for key in again})


def test_negative_zero_and_the_smallest_number_survive():
    tables = {"numbers": [-0.0, 5e-324, 1e300, 0.1 + 0.2]}
    assert [repr(number) for number in tomllib.loads(write_toml(tables))["numbers"]] == [
        repr(number) for number in tables["numbers"]
    ]
