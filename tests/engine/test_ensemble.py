"""A scenario and its variants, side by side."""

import pytest

from dlsim.engine import ScenarioError, UnknownNameError, load
from dlsim.engine.check import check
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
    ensemble.choose("adam")
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


LENGTHS = """
[[variants]]
name = "short"
set = { "training.epochs" = 3 }
[[variants]]
name = "middle"
set = { "training.epochs" = 6 }
"""


@pytest.fixture
def lengths(race):
    race.write_text(RACE.replace("[[variants]]", "epochs = 9\n[[variants]]", 1) + LENGTHS)
    return Ensemble(load(race))


def updates(ensemble):
    ensemble.follow()
    return {name: simulator.iteration for name, simulator in ensemble.members if name in (None, "short", "middle")}


def test_a_variant_with_fewer_epochs_stops_where_they_end(lengths):
    lengths.lead.run(2)
    assert updates(lengths) == {None: 2, "short": 2, "middle": 2}
    lengths.lead.run(2)
    assert updates(lengths) == {None: 4, "short": 3, "middle": 4}
    lengths.lead.run()
    assert updates(lengths) == {None: 13, "short": 3, "middle": 6}, "past its own end too"
    lengths.lead.seek(iteration=1)
    assert updates(lengths) == {None: 1, "short": 1, "middle": 1}


def test_looking_at_a_variant_that_has_ended_leaves_the_others_where_they_are(lengths):
    lengths.lead.run(8)
    lengths.choose("short")
    assert updates(lengths) == {None: 8, "short": 3, "middle": 6}
    lengths.choose("middle")
    assert updates(lengths) == {None: 8, "short": 3, "middle": 6}
    lengths.choose(None)
    assert updates(lengths) == {None: 8, "short": 3, "middle": 6}


def test_a_variant_that_has_ended_takes_the_others_along_when_it_is_moved(lengths):
    lengths.lead.run(8)
    lengths.choose("short")
    lengths.lead.back("iteration")
    assert updates(lengths) == {None: 2, "short": 2, "middle": 2}
    lengths.lead.step("iteration")
    assert updates(lengths) == {None: 3, "short": 3, "middle": 3}
    lengths.lead.run(1)
    assert updates(lengths) == {None: 4, "short": 4, "middle": 4}, "past its own end, which is sooner than theirs"
    lengths.lead.run(6)
    assert updates(lengths) == {None: 9, "short": 10, "middle": 6}
    lengths.choose("middle")
    assert updates(lengths) == {None: 9, "short": 10, "middle": 6}
    lengths.choose("short")
    assert lengths.lead.iteration == 10, "one that was run on stays where it was"
    lengths.choose(None)
    lengths.lead.run(30)
    assert updates(lengths) == {None: 39, "short": 10, "middle": 6}, "and goes no further by itself"
    lengths.lead.seek(iteration=7)
    assert updates(lengths) == {None: 7, "short": 7, "middle": 6}
    lengths.choose("short")
    lengths.lead.seek(iteration=1)
    updates(lengths)
    lengths.choose(None)
    lengths.lead.seek(iteration=8)
    assert updates(lengths) == {None: 8, "short": 3, "middle": 6}, "back before its end it ends there again"


def test_a_variant_that_had_ended_and_was_taken_elsewhere_is_no_longer_held(lengths):
    lengths.lead.run(8)
    lengths.choose("short")
    assert lengths.is_held
    lengths.lead.run(5)
    updates(lengths)
    assert not lengths.is_held
    lengths.lead.seek(iteration=3)
    assert updates(lengths) == {None: 3, "short": 3, "middle": 3}


def test_a_step_and_back_from_a_variant_that_has_ended_leaves_the_others_where_they_were(lengths):
    lengths.lead.run(8)
    lengths.choose("short")
    lengths.lead.step()
    updates(lengths)
    lengths.lead.back()
    assert updates(lengths) == {None: 8, "short": 3, "middle": 6}


def test_variants_that_end_together_go_on_together(race):
    ensemble = Ensemble(load(race, overrides={"training.epochs": 3}))
    ensemble.lead.run(5)
    ensemble.follow()
    assert [simulator.iteration for _, simulator in ensemble.members] == [5, 5, 5]


def test_looking_at_a_variant_that_met_trouble_leaves_the_others_where_they_are(race):
    race.write_text(RACE + '[[variants]]\nname = "wild"\nset = { "training.optimizer.learning_rate" = 1e200 }\n')
    ensemble = Ensemble(load(race))
    ensemble.lead.run(9)
    ensemble.follow()
    ensemble.choose("wild")
    assert ensemble.lead.trouble is not None
    assert not ensemble.is_held, "it did not end"
    ensemble.follow()
    assert {name: simulator.iteration for name, simulator in ensemble.members if name != "wild"} == {
        None: 9,
        "fast": 9,
        "adam": 9,
    }
