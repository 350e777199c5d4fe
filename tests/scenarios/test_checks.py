"""Every built-in scenario does what it expects of itself, and is written so that a student can follow it."""

from pathlib import Path

import pytest
from support.scenarios import ONE_A_KIND, kind_of

from dlsim.engine import Simulator, builtin_scenarios, load
from dlsim.engine.check import check, check_start
from dlsim.engine.scenario.load import KINDS
from dlsim.engine.text import in_language

FOLDER = Path(__file__).resolve().parent.parent.parent / "scenarios"
NAMES = sorted(file.stem for file in FOLDER.glob("*.toml"))


def test_every_file_in_the_folder_is_listed():
    assert sorted(builtin_scenarios()) == NAMES


def test_one_scenario_of_every_kind_is_in_the_ordinary_run():
    assert {kind: kind_of(name) for kind, name in ONE_A_KIND.items()} == {kind: kind for kind in KINDS}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_scenario_expects_is_so(name):
    results = list(check(load(name)))
    assert results
    assert [result for result in results if not result.ok] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_loads_runs_forward_and_has_right_gradients(name):
    for variant in load(name).variants:
        scenario = load(name, variant=variant)
        Simulator(scenario).step("phase")
        assert all(result.ok for result in check_start(scenario))


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_says_what_to_press_where_to_look_and_what_to_conclude(name):
    scenario = load(name)
    assert scenario.section
    assert in_language(scenario.title, "en")
    assert 20 < len(in_language(scenario.summary, "en")) < 120
    lesson = in_language(scenario.lesson, "en")
    assert "`space`" in lesson
    assert "**Look at**" in lesson
    assert "**Conclude**" in lesson


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_points_only_to_scenarios_that_are_there(name):
    lesson = in_language(load(name).lesson, "en")
    pointed_to = {word for word in lesson.split("`")[1::2] if word.startswith(("xor-", "backprop-"))}
    assert pointed_to <= set(NAMES)
