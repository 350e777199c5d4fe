"""Dotted paths: the spelling of --set, of variants and of messages."""

import msgspec
import numpy as np
import pytest

from dlsim.engine import ScenarioError
from dlsim.engine.kinds import KINDS
from dlsim.engine.scenario.tables import COUNTS, Table, set_path

TABLES = {
    "network": {"layers": [{"units": 2, "activation": "sigmoid"}, {"units": 1}]},
    "training": {"optimizer": "sgd"},
    "expect": [{"values": {"W5⁺": 1.0}}],
}


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("network.layers.1.units", 3, lambda tables: tables["network"]["layers"][1]["units"]),
        ("training.optimizer", "adam", lambda tables: tables["training"]["optimizer"]),
        ("training.shuffle", True, lambda tables: tables["training"]["shuffle"]),
        ("training.optimizer.momentum", 0.9, lambda tables: tables["training"]["optimizer"]["momentum"]),
        (
            "network.layers.0.activation.at_zero",
            1,
            lambda tables: tables["network"]["layers"][0]["activation"]["at_zero"],
        ),
        ("data.seed", 3, lambda tables: tables["data"]["seed"]),
        ("expect.0.values.W5⁺", 2.0, lambda tables: tables["expect"][0]["values"]["W5⁺"]),
        ('data."a.b"', 1, lambda tables: tables["data"]["a.b"]),
    ],
)
def test_a_path_reaches_its_place_and_leaves_the_rest_as_it_was(path, value, where):
    before = repr(TABLES)
    assert where(set_path(TABLES, path, value)) == value
    assert repr(TABLES) == before


def test_setting_inside_a_name_keeps_the_name():
    changed = set_path(TABLES, "training.optimizer.momentum", 0.9)
    assert changed["training"]["optimizer"] == {"name": "sgd", "momentum": 0.9}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("network.layers.2.units", "network.layers is a list of 2, counted from 0, and has no item '2'; use 0 to 1"),
        ("network.layers.-1.units", "has no item '-1'"),
        ("network.layers.first", "has no item 'first'"),
        ("network.layers.0.units.size", "network.layers.0.units is 2, with nothing inside"),
        ("", "is not a path"),
        ("network..layers", "is not a path"),
        ("network.", "is not a path"),
        (".network", "is not a path"),
        ('network."layers', "is not a path"),
        (".".join("a" * 40), "is not a path"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_is_there(path, said):
    with pytest.raises(ScenarioError) as caught:
        set_path(TABLES, path, 1)
    assert said in str(caught.value)


def test_numbers_of_numpy_and_tuples_are_as_good_as_lists():
    changed = set_path(TABLES, "data.inputs", (np.array([1.0, 2.0]), (np.float64(3.0), np.int64(4))))
    assert changed["data"]["inputs"] == [[1.0, 2.0], [3.0, 4]]
    assert type(changed["data"]["inputs"][1][1]) is int


def test_every_key_of_whole_numbers_may_have_them_grouped_and_no_other():
    assert all(KINDS.values())  # their tables are there now
    whole, decimal = set(), set()
    for table in Table.__subclasses__():
        for field in msgspec.inspect.type_info(table).fields:
            kinds = {type(one) for one in getattr(field.type, "types", [field.type])}
            if msgspec.inspect.FloatType in kinds:
                decimal.add(field.encode_name)
            elif msgspec.inspect.IntType in kinds:
                whole.add(field.encode_name)
    assert whole - {"at_zero"} == set(COUNTS)  # a flag, of an activation too
    assert not decimal & set(COUNTS)
