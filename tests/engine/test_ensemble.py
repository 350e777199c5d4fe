"""A scenario and its variants, side by side."""

import pytest

from dlsim.engine import ScenarioError, UnknownNameError, load
from dlsim.engine.checking import check
from dlsim.engine.ensemble import Ensemble

RACE = """
schema = 1
title = "Race"
[network]
inputs = 1
layers = [{ units = 1, activation = "linear", weights = [[1.0]] }]
[data]
inputs = [[1.0], [2.0]]
targets = [[0.0], [1.0]]
[training]
loss = "mse"
optimizer = { name = "sgd", learning_rate = 0.01 }
[[variants]]
name = "fast"
set = { "training.optimizer.learning_rate" = 0.1 }
[[variants]]
name = "adam"
set = { "training.optimizer" = { name = "adam" } }
"""


@pytest.fixture
def race(tmp_path):
    file = tmp_path / "race.toml"
    file.write_text(RACE)
    return file


def test_all_variants_are_brought_to_the_same_number_of_updates(race):
    ensemble = Ensemble(load(race))
    assert ensemble.names == (None, "fast", "adam")
    ensemble.lead.run(10)
    ensemble.lead.step()
    ensemble.follow()
    assert [simulator.iteration for _, simulator in ensemble.members] == [10, 10, 10]
    ensemble.lead.back("iteration")
    ensemble.lead.back("iteration")
    ensemble.follow()
    assert {len(curve) for curve in ensemble.curves().values()} == {9}


def test_amid_an_iteration_all_variants_stand_at_the_same_value(race):
    ensemble = Ensemble(load(race))
    for _ in range(9):
        ensemble.lead.step()
        ensemble.follow()
        place = ensemble.lead.position
        assert {(one.position.done, one.position.cursor) for _, one in ensemble.members} == {(place.done, place.cursor)}
    for _ in range(9):
        ensemble.lead.back()
        ensemble.follow()
    assert {one.position.cursor for _, one in ensemble.members} == {0}


def test_choosing_another_variant_keeps_the_place(race):
    ensemble = Ensemble(load(race, variant="fast"))
    ensemble.lead.seek(iteration=4, cursor=3)
    place = ensemble.lead.position
    assert ensemble.choose_next() == "adam"
    assert ensemble.lead.position.done == 4
    assert ensemble.lead.position.cursor == 3
    ensemble.choose("fast")
    assert ensemble.lead.position == place
    with pytest.raises(UnknownNameError, match="did you mean 'fast'"):
        ensemble.choose("fats")


def test_every_variant_keeps_what_was_set_by_hand(race):
    ensemble = Ensemble(load(race, overrides={"training.epochs": 7}))
    assert {simulator.epochs for _, simulator in ensemble.members} == {7}


EXPECTING = """
[[expect]]
after = 1
values = { W1 = 0.99 }
[[expect]]
variant = "fast"
after = 1
values = { W1 = 0.7 }
"""


def test_an_expectation_may_be_about_a_variant(race):
    race.write_text(RACE + EXPECTING)
    assert [expectation.values["W1"] for expectation in load(race).expectations] == [0.99]
    fast = load(race, variant="fast")
    assert [expectation.values["W1"] for expectation in fast.expectations] == [0.7]
    assert load(race, variant="adam").expectations == ()
    assert [result.ok for result in check(fast)] == [True, True]


def test_an_expectation_about_a_variant_that_is_not_there_is_refused(race):
    race.write_text(RACE + EXPECTING.replace('"fast"', '"fats"'))
    with pytest.raises(ScenarioError, match=r"expect\.1\.variant.*did you mean 'fast'"):
        load(race)
