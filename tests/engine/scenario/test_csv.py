"""Data from a CSV file beside the scenario."""

import os

import numpy as np
import pytest

from dlsim.engine import ScenarioError, Simulator, load
from dlsim.engine.scenario.csv import LARGEST_CSV
from dlsim.engine.scenario.load import revise, variant_of

SCENARIO = """
schema = 1
title = "From a table"
[network]
inputs = 2
layers = [{ units = UNITS, activation = "softmax" }]
[data]
file = "FILE"
REST
"""

TRAINED = """
[training]
loss = "categorical_crossentropy"
optimizer = "sgd"
[[variants]]
name = "slow"
set = { "training.optimizer.learning_rate" = 0.001 }
"""

FLOWERS = "width,length,kind\n1,2,rose\n3,4.5,iris\n5,-6e-1,rose\n7,8,lily\n"


@pytest.fixture
def load_csv(tmp_path):
    """Loads a scenario beside a CSV file with that content."""

    def loaded(content, rest='target = "kind"', *, units=3, file="flowers.csv"):
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / "flowers.csv").write_bytes(data)
        text = SCENARIO.replace("UNITS", str(units)).replace("FILE", file).replace("REST", rest)
        (folder / "mine.toml").write_text(text, encoding="utf-8")
        return load(folder / "mine.toml").body.data

    loaded.folder = tmp_path / "folder"
    return loaded


def test_a_text_target_is_one_hot_its_classes_in_alphabetical_order(load_csv):
    data = load_csv(FLOWERS)
    assert data.features == ("width", "length")
    assert data.classes == ("iris", "lily", "rose")
    assert data.inputs.tolist() == [[1, 2], [3, 4.5], [5, -0.6], [7, 8]]
    assert data.targets.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert data.source == "flowers.csv"


def test_two_classes_before_one_output_are_nought_and_one(load_csv):
    content = FLOWERS.replace("lily", "rose")
    assert load_csv(content, units=1).targets.tolist() == [[1], [0], [1], [1]]
    assert load_csv(content, units=2).targets.tolist() == [[0, 1], [1, 0], [0, 1], [0, 1]]


def test_features_and_targets_may_be_chosen_and_ordered(load_csv):
    content = "a,b,c,d\n1,2,3,4\n5,6,7,8\n"
    data = load_csv(content, 'features = ["d", "a"]\ntarget = ["c", "b"]', units=2)
    assert data.inputs.tolist() == [[4, 1], [8, 5]]
    assert data.targets.tolist() == [[3, 2], [7, 6]]


def test_spreadsheets_leave_marks_quotes_and_blank_lines(load_csv):
    content = '\ufeff"width", "length" ,kind\r\n1, 2 ,"rose"\r\n\r\n3,4,"a, b"\r\n'
    data = load_csv(content.replace(', "length" ', ",length"), units=2)
    assert data.inputs.tolist() == [[1, 2], [3, 4]]
    assert data.classes == ("a, b", "rose")


@pytest.mark.parametrize(
    ("content", "rest", "said"),
    [
        (None, 'target = "kind"', ["data.file", "flowers.csv does not exist"]),
        (FLOWERS, 'target = "knd"', ["data.target", "'knd'", "did you mean 'kind'?"]),
        (FLOWERS, 'features = ["wide"]\ntarget = "kind"', ["data.features", "'wide'", "width, length, kind"]),
        (FLOWERS, 'features = ["kind"]\ntarget = "kind"', ["data.features", "a feature and a target"]),
        (FLOWERS, 'features = []\ntarget = "kind"', ["data.features", "no column"]),
        (FLOWERS, 'target = ["width", "length", "kind"]', ["data.features", "no column"]),
        (FLOWERS, 'target = ["length", "kind"]', ["row 1, column 'kind': 'rose' is not a number"]),
        (FLOWERS, "", ["row 1, column 'kind': 'rose' is not a number"]),
        (FLOWERS, 'target = "kind"\ninputs = [[1, 2]]', ["data", "inputs and file"]),
        (FLOWERS.replace("3,4.5", "3,4;5"), 'target = "kind"', ["row 2, column 'length': '4;5' is not a number"]),
        (FLOWERS.replace("3,4.5", "3,"), 'target = "kind"', ["row 2, column 'length': '' is not a number"]),
        (FLOWERS.replace("3,4.5", "3,inf"), 'target = "kind"', ["row 2", "'inf' is not a number"]),
        (FLOWERS.replace("3,4.5", "3,1_0"), 'target = "kind"', ["row 2", "'1_0' is not a number"]),
        ('a,b\n1,"0,5"\n2,"0,7"\n', 'target = "b"', ["row 1, column 'b': '0,5' has a comma; write 0.5"]),
        (FLOWERS.replace(",iris", ",7"), 'target = "kind"', ["row 1, column 'kind': 'rose' is not a number"]),
        (FLOWERS.replace(",iris", ","), 'target = "kind"', ["row 2, column 'kind' is empty"]),
        (FLOWERS.replace(",iris", ",iris,"), 'target = "kind"', ["row 2 has 4 cells, the first line 3"]),
        (FLOWERS.replace("width,length", "width,width"), 'target = "kind"', ["two columns called 'width'"]),
        (FLOWERS.replace("width,", ","), 'target = "kind"', ["column 1 has no name"]),
        (FLOWERS.replace(",", ";"), 'target = "kind"', ["separated by semicolons", "commas"]),
        ("width,length,kind\n", 'target = "kind"', ["no rows of data"]),
        ("", 'target = "kind"', ["no rows of data"]),
        (FLOWERS + '"never closed', 'target = "kind"', ["line 6"]),
        (FLOWERS.encode() + b"\xff", 'target = "kind"', ["line 6: this is not UTF-8"]),
        ("a,b,c\n" + "1,2,x\n" * 100_001, 'target = "c"', ["more than 100,000 rows"]),
        (b"#" * (LARGEST_CSV + 1), 'target = "c"', ["larger than 10,240 KiB"]),
        ("\x1b[31m,b,c\n1,2,x\n", 'target = "d"', ["�[31m, b, c"]),
    ],
    ids=range(27),
)
def test_what_is_wrong_with_it_is_said_with_row_and_column_and_the_scenario(load_csv, content, rest, said):
    with pytest.raises(ScenarioError) as caught:
        load_csv(content, rest)
    message = str(caught.value)
    for part in ("mine.toml: data", *said):
        assert part in message
    assert caught.value.remedy
    assert "\x1b" not in message


@pytest.mark.parametrize("file", ["../secret.csv", "/etc/passwd", "sub/../../secret.csv", "x\\u0000"])
def test_a_file_elsewhere_is_refused(load_csv, tmp_path, file):
    (tmp_path / "secret.csv").write_text(FLOWERS)
    with pytest.raises(ScenarioError, match=r"data\.file"):
        load_csv(FLOWERS, file=file)


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="links need rights here")
def test_a_link_that_leads_elsewhere_is_refused(load_csv, tmp_path):
    (tmp_path / "secret.csv").write_text(FLOWERS)
    load_csv(FLOWERS)
    (tmp_path / "folder" / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(ScenarioError, match="is outside the scenario's folder"):
        load_csv(FLOWERS, file="link.csv")


@pytest.mark.parametrize("file", ["", " "])
def test_no_file_at_all_is_said_to_be_none(load_csv, file):
    with pytest.raises(ScenarioError, match=r"data\.file: no file is named; name a CSV file"):
        load_csv(FLOWERS, file=file)


@pytest.mark.parametrize("file", [".", "sub"])
def test_a_folder_is_no_data(load_csv, tmp_path, file):
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    with pytest.raises(ScenarioError, match="not a regular file"):
        load_csv(FLOWERS, file=file)


def test_rows_kept_back_are_chosen_by_the_seed_alone(load_csv):
    content = "a,b,c\n" + "".join(f"{n},{n},{n}\n" for n in range(100))
    one, same, other = (
        load_csv(content, f'target = "c"\nvalidation_fraction = 0.2\nseed = {seed}', units=1) for seed in (1, 1, 2)
    )
    assert len(one.validation_inputs) == 20
    assert np.array_equal(one.validation_inputs, same.validation_inputs)
    assert not np.array_equal(one.validation_inputs, other.validation_inputs)
    assert (np.diff(one.inputs[:, 0]) > 0).all()


@pytest.mark.parametrize("later", ["width,length,kind\n9,9,rose\n9,9,iris\n9,9,rose\n9,9,lily\n", None])
def test_an_edit_keeps_the_data_that_were_read_at_opening_whatever_happens_to_the_file(load_csv, later):
    load_csv(FLOWERS, f'target = "kind"\n{TRAINED}')
    simulator = Simulator(load(load_csv.folder / "mine.toml"))
    simulator.step("iteration")
    first = simulator.scenario.body.data.inputs
    path = load_csv.folder / "flowers.csv"
    path.unlink() if later is None else path.write_text(later, encoding="utf-8")
    simulator.edit(settings={"training.epochs": 3})
    assert simulator.scenario.body.data.inputs is first
    simulator.edit(settings={"data.inputs.0.0": 7})
    assert simulator.scenario.body.data.inputs.tolist() == [[7, 2], [3, 4.5], [5, -0.6], [7, 8]]
    assert variant_of(simulator.scenario, "slow").body.data.inputs.tolist()[1:] == [[3, 4.5], [5, -0.6], [7, 8]]


def test_other_columns_are_read_from_the_file_as_it_is_and_the_former_ones_as_they_were(load_csv):
    load_csv(FLOWERS)
    scenario = load(load_csv.folder / "mine.toml")
    (load_csv.folder / "flowers.csv").write_text(FLOWERS.replace("4.5", "6"), encoding="utf-8")
    turned = revise(scenario, {"data.features": ["length", "width"]})
    assert turned.body.data.inputs.tolist()[1] == [6, 3]
    assert revise(turned, {"data.target": "kind"}).body.data.inputs.tolist()[1] == [6, 3]
    assert revise(scenario, {"network.seed": 1}).body.data.inputs is scenario.body.data.inputs
    assert load(load_csv.folder / "mine.toml").body.data.inputs.tolist()[1] == [3, 6]
