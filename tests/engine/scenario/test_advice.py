"""Who does what a message says has a file that loads."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from dlsim.engine import ScenarioError, load
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.kinds import KINDS
from dlsim.engine.kinds.functions.kind import SweepTable
from dlsim.engine.kinds.network.kind import LayerTable
from dlsim.engine.kinds.search.kind import RangeTable
from dlsim.engine.scenario.load import CommonTable, ExpectTable, VariantTable, load_tables
from dlsim.engine.scenario.toml import parse_value

SCENARIO = """
schema  = 1
title   = "CSV"
summary = "How it was saved."
[network]
inputs = 2
layers = [{ units = 1, activation = "sigmoid", init = "zeros" }]
[data]
file   = "data.csv"
target = "y"
[training]
loss      = "binary_crossentropy"
optimizer = { name = "sgd", learning_rate = 0.5 }
epochs    = 3
"""
IRIS = SCENARIO.replace("units = 1", "units = 3").replace("sigmoid", "softmax").replace("binary", "categorical")
TO_PREDICT = SCENARIO.replace("binary_crossentropy", "mse")
LABELS = "x1,x2,y\n5.1,3.5,0\n7.0,3.2,1\n6.3,3.3,2\n"


def units(number):
    return lambda scenario, table: (re.sub(r"units = \d", f"units = {number}", scenario), table)


def table(change):
    return lambda scenario, table: (scenario, change(table))


def in_words(table):
    return re.sub(r",(\d)\n", r",class \1\n", table)


CASES = {
    "tabs": (
        SCENARIO,
        "x1\tx2\ty\n0\t0\t0\n1\t1\t1\n",
        "columns are separated by tabs; separate them by commas",
        table(lambda text: text.replace("\t", ",")),
    ),
    "semicolons": (
        SCENARIO,
        '"x1";"x2";"y"\n0;0;0\n1;1;1\n',
        "columns are separated by semicolons; separate them by commas",
        table(lambda text: text.replace(";", ",")),
    ),
    "semicolons, and commas for decimals": (
        SCENARIO,
        "x1;x2;y\n0,5;0,25;0\n1,5;1,25;1\n",
        "columns are separated by semicolons; separate them by commas, and write decimals with a point",
        table(lambda text: text.replace(",", ".").replace(";", ",")),
    ),
    "pipes": (
        SCENARIO,
        "x1|x2|y\n0|0|0\n1|1|1\n",
        "columns are separated by '|'; separate them by commas",
        table(lambda text: text.replace("|", ",")),
    ),
    "blanks": (
        SCENARIO,
        "x1  x2 y\n0   0 0\n1   1 1\n",
        "columns are separated by spaces; separate them by commas",
        table(lambda text: re.sub(" +", ",", text)),
    ),
    "an index": (
        SCENARIO,
        ",x1,x2,y\n0,0,0,0\n1,1,1,1\n",
        "column 1 has no name and counts the rows; remove it",
        table(lambda text: re.sub(r"(?m)^\d*,", "", text)),
    ),
    "a comma at the end of each line": (
        SCENARIO,
        "x1,x2,y,\n0,0,0,\n1,1,1,\n",
        "column 4 is empty and has no name; remove the comma at the end of each line",
        table(lambda text: text.replace(",\n", "\n")),
    ),
    "no target": (
        SCENARIO.replace('target = "y"\n', ""),
        "x1,x2,y\n0,0,0\n1,1,1\n",
        'data: training needs targets, but there are none; add target = "y" to [data], or',
        lambda scenario, text: (scenario.replace("[data]", '[data]\ntarget = "y"'), text),
    ),
    "no target, which is in words": (
        SCENARIO.replace('target = "y"\n', ""),
        "x1,x2,y\n0,0,no\n1,1,yes\n",
        "row 1, column 'y': 'no' is not a number; add target = \"y\" if",
        lambda scenario, text: (scenario.replace("[data]", '[data]\ntarget = "y"'), text),
    ),
    "no target, and as many inputs as columns": (
        SCENARIO.replace('target = "y"\n', "").replace("inputs = 2", "inputs = 3"),
        "x1,x2,y\n0,0,0\n1,1,1\n",
        'add target = "y" to [data], and set network.inputs = 2, or',
        lambda scenario, text: (SCENARIO, text),
    ),
    "an index with a name": (
        SCENARIO,
        "Unnamed: 0,x1,x2,y\n0,0,0,0\n1,1,1,1\n",
        "or name 2 of them in data.features: Unnamed: 0, x1, x2",
        lambda scenario, text: (scenario.replace("target =", 'features = ["x1", "x2"]\ntarget ='), text),
    ),
    "no names": (
        SCENARIO,
        "0,0,0\n1,1,1\n",
        "add a first line with a name for each of the 3 columns, as in x1,x2,y",
        table(lambda text: "x1,x2,y\n" + text),
    ),
    "three classes": (
        SCENARIO,
        "x1,x2,y\n0,0,a\n1,1,b\n1,0,c\n",
        "the last layer has 1 unit, but column 'y' of data.csv has 3 classes: a, b, c; set units = 3 there",
        units(3),
    ),
    "three classes by a slip": (
        SCENARIO,
        "x1,x2,y\n0,0,yes\n1,1,Yes\n1,0,no\n",
        "has 3 classes: Yes, no, yes; set units = 3 there, or write 'Yes' and 'yes' alike",
        table(lambda text: text.replace("Yes", "yes")),
    ),
    "two classes": (
        IRIS,
        "x1,x2,y\n0,0,yes\n1,0,no\n",
        "the last layer has 3 units, but column 'y' of data.csv has 2 classes: no, yes; set units = 2 there",
        units(2),
    ),
    "labels": (
        IRIS,
        LABELS,
        "the last layer has 3 units, but column 'y' of data.csv is a single column of numbers: 0, 1, 2; "
        "if they are classes, write them as words, for example 'class 0' for 0",
        table(in_words),
    ),
    "labels, and too few units": (
        IRIS.replace("units = 3", "units = 2"),
        LABELS,
        "write them as words, for example 'class 0' for 0, and set network.layers.0.units = 3",
        lambda scenario, text: units(3)(scenario, in_words(text)),
    ),
    "labels for one unit": (
        SCENARIO,
        LABELS,
        "write them as words, for example 'class 0' for 0, and set network.layers.0.units = 3; "
        "if they are numbers to predict, use 'mse'",
        lambda scenario, text: units(3)(scenario, in_words(text)),
    ),
    "labels for one unit, as numbers": (
        SCENARIO,
        LABELS,
        "if they are numbers to predict, use 'mse'",
        lambda scenario, text: (scenario.replace("binary_crossentropy", "mse"), text),
    ),
    "numbers to predict": (
        TO_PREDICT.replace("units = 1", "units = 3"),
        LABELS,
        "if they are numbers to predict, set units = 1 there",
        units(1),
    ),
    "labels of one unit of a softmax": (
        IRIS.replace("units = 3", "units = 1"),
        "x1,x2,y\n0,0,0\n1,1,1\n",
        "write them as words, for example 'class 0' for 0, and set network.layers.0.units = 2",
        lambda scenario, text: units(2)(scenario, in_words(text)),
    ),
    "labels of -1 and 1": (
        SCENARIO,
        "x1,x2,y\n0,0,-1\n1,1,1\n",
        "if they are classes, write them as words, for example 'class -1' for -1; if they are numbers",
        table(lambda text: text.replace(",-1\n", ",class -1\n").replace(",1\n", ",class 1\n")),
    ),
    "columns of targets": (
        TO_PREDICT.replace('target = "y"', 'target = ["y", "x2"]').replace("inputs = 2", "inputs = 1"),
        "x1,x2,y\n0,0.5,0.5\n1,1,1\n",
        "set units = 2 there, or name 1 column in data.target",
        lambda scenario, text: (scenario.replace('["y", "x2"]', '["y"]').replace("inputs = 1", "inputs = 2"), text),
    ),
}


@pytest.fixture
def save(tmp_path):
    """Writes a scenario and its data; gives back the scenario's path."""

    def save_files(scenario: str, data: str) -> Path:
        (tmp_path / "data.csv").write_text(data, encoding="utf-8")
        file = tmp_path / "mine.toml"
        file.write_text(scenario, encoding="utf-8")
        return file

    return save_files


@pytest.mark.parametrize("case", CASES)
def test_who_does_what_is_said_of_a_csv_file_has_one_that_loads(save, case):
    scenario, data, said, as_said = CASES[case]
    with pytest.raises(ScenarioError) as caught:
        load(save(scenario, data))
    assert said in str(caught.value)
    load(save(*as_said(scenario, data)))


def test_names_with_other_signs_in_them_are_names(save):
    one = SCENARIO.replace("inputs = 2", "inputs = 1").replace('target = "y"\n', "").split("[training]")[0]
    for name in ("a long name", "weight;net", "a|b", "x\ty"):
        assert len(load(save(one, f"{name}\n1\n2\n")).data.inputs) == 2


WRITTEN = {
    "a label a row": (
        {"units": 3, "activation": "softmax"},
        "categorical_crossentropy",
        [[0], [1], [2]],
        "data.targets is a single column of numbers: 0, 1, 2; if they are classes, "
        "write [1, 0, 0] for 0, [0, 1, 0] for 1 and so on",
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    ),
    "-1 and 1": (
        {"units": 1, "activation": "sigmoid"},
        "binary_crossentropy",
        [[-1], [1], [1]],
        "if they are classes, write 0 for -1; if they are numbers to predict, use 'mse'",
        [[0], [1], [1]],
    ),
    "1 and 2": (
        {"units": 1, "activation": "sigmoid"},
        "binary_crossentropy",
        [[1], [2], [1]],
        "write 0 for 1 and write 1 for 2",
        [[0], [1], [0]],
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_labels_in_the_scenario_itself_are_told_what_to_write(case):
    layer, loss, targets, said, better = WRITTEN[case]
    tables = {
        "schema": 1,
        "title": "Labels",
        "network": {"inputs": 1, "layers": [layer]},
        "data": {"inputs": [[0], [1], [2]], "targets": targets},
        "training": {"loss": loss},
    }
    with pytest.raises(ScenarioError) as caught:
        load_tables(tables)
    assert said in str(caught.value)
    load_tables({**tables, "data": {**tables["data"], "targets": better}})


@pytest.mark.parametrize(
    ("units", "targets", "said", "better"),
    [
        (1, [0, 1], "write a row each: [[0], [1]]", [[0], [1]]),
        (1, [0, 1, 2], "write a row each: [[0], [1], [2]]; if they are classes, [1, 0, 0] for 0", [[0], [1], [2]]),
        (2, [0, 1], "if they are classes, [1, 0] for 0, [0, 1] for 1", [[1, 0], [0, 1]]),
    ],
)
def test_targets_in_a_plain_list_are_told_to_stand_in_rows(units, targets, said, better):
    tables = {
        "schema": 1,
        "title": "Labels",
        "network": {"inputs": 1, "layers": [{"units": units, "activation": "sigmoid"}]},
        "data": {"inputs": [[one] for one in targets], "targets": targets},
        "training": {"loss": "mse"},
    }
    with pytest.raises(ScenarioError) as caught:
        load_tables(tables)
    assert said in str(caught.value)
    load_tables({**tables, "data": {**tables["data"], "targets": better}})


def test_biases_under_bias_are_told_where_to_stand():
    text = BY_HAND.replace("LOSS", "mse").replace("OUTPUT", "tanh")
    with pytest.raises(ScenarioError) as caught:
        load_tables(tomllib.loads(text.replace("biases = [0.1, -0.2]", "bias = [0.1, -0.2]")))
    assert "network.layers.0.bias: found [0.1, -0.2]; write biases = [0.1, -0.2]" in str(caught.value)
    layer = tomllib.loads(re.search(r"biases = \[.*?\]", str(caught.value))[0])
    assert layer == {"biases": [0.1, -0.2]}
    load_tables(tomllib.loads(text))


# usual names

BY_HAND = """
schema = 1
title  = "tanh by hand"
[network]
inputs = 2
layers = [
  { units = 2, activation = "tanh", weights = [[0.3, 0.2], [-0.1, 0.4]], biases = [0.1, -0.2] },
  { units = 1, activation = "OUTPUT", weights = [[0.5], [-0.3]], biases = [0.2] },
]
[data]
inputs  = [[0.5, -0.2]]
targets = [[1]]
[training]
loss      = "LOSS"
optimizer = { name = "sgd", learning_rate = 0.1 }
epochs    = 1
"""


@pytest.mark.parametrize(
    "loss", ["mean_squared_error", "MSELoss", "bce", "cross_entropy", "log_loss", "BCELoss", "nll", "squared_error"]
)
def test_a_loss_that_is_named_as_elsewhere_loads_under_the_name_that_is_offered(save, loss):
    with pytest.raises(ScenarioError) as caught:
        load(save(BY_HAND.replace("LOSS", loss).replace("OUTPUT", "tanh"), ""))
    offered = re.findall("'(.*?)'", re.search(r"did you mean (.*?)\?", str(caught.value))[1])
    assert offered
    for name in offered:
        output = LOSSES[name].fused_with or "tanh"
        load(save(BY_HAND.replace("LOSS", name).replace("OUTPUT", output), ""))


# keys that are missing

TABLES = [
    CommonTable,
    ExpectTable,
    VariantTable,
    LayerTable,
    SweepTable,
    RangeTable,
    *dict.fromkeys(struct for kind in KINDS.values() for struct in kind.tables.values()),
]


@pytest.mark.parametrize("struct", TABLES, ids=lambda struct: struct.__name__)
def test_a_key_that_must_be_there_has_an_example_that_may_stand_there(struct):
    fields = msgspec.structs.fields(struct)
    hints = get_type_hints(struct, include_extras=True)
    for field in fields:
        if not field.required:
            continue
        value = parse_value(struct.examples[field.encode_name])
        msgspec.convert(value, hints[field.name])


def test_the_usual_names_of_keys_lead_to_keys():
    for struct in TABLES:
        assert set(struct.also) <= set(struct.__struct_encode_fields__), struct
        assert set(struct.examples) <= set(struct.__struct_encode_fields__), struct


GOOD = tomllib.loads(BY_HAND.replace("LOSS", "mse").replace("OUTPUT", "tanh"))


def without(tables, path):
    """`tables` without the key at `path`, and where it stood."""
    *way, last = path
    copy = place = msgspec.json.decode(msgspec.json.encode(tables))
    for part in way:
        place = place[part]
    del place[last]
    return copy, place


@pytest.mark.parametrize(
    "path",
    [
        ("schema",),
        ("title",),
        ("network", "inputs"),
        ("network", "layers", 1, "units"),
        ("network", "layers", 1, "activation"),
        ("training", "loss"),
    ],
    ids=str,
)
def test_a_missing_key_is_told_with_a_line_that_may_be_added(path):
    tables, place = without(GOOD, path)
    with pytest.raises(ScenarioError) as caught:
        load_tables(tables)
    key, value = re.search(r"; add (\w+) = (.*)$", str(caught.value)).groups()
    assert key == path[-1]
    place[key] = parse_value(value)
    assert isinstance(load_tables(tables).raw, Mapping)


def test_a_missing_schema_is_told_with_its_number():
    with pytest.raises(ScenarioError, match=r"add schema = 1$"):
        load_tables({"title": "A title"})
