"""Everything that can be said has words: quantities, keys, columns, activations."""

from __future__ import annotations

import re
import string
import tomllib
from importlib.resources import files

import pytest
from support.scenarios import FORWARD_ONLY, each_scenario

from dlsim.engine import Simulator, load
from dlsim.tui.session.keys import ALL_KEYS
from dlsim.tui.words import words
from dlsim.tui.words.prose import meaning, names, question


@each_scenario(besides=[FORWARD_ONLY])
def test_every_number_of_every_scenario_has_its_own_question_and_meaning(name):
    say = words()
    simulator = Simulator(load(name))
    for op in simulator.program:
        snapshot, ref = simulator.snapshot(), op.ref(0)
        general = names(snapshot, ref)
        assert question(say, snapshot, ref) != say("question.any", **general), ref.quantity.key
        for value in (0.0, 0.5):
            assert meaning(say, snapshot, ref, value) != say("meaning.any", **general), ref.quantity.key


@pytest.mark.parametrize("value", [-0.5, 0.0, 0.5, float("nan")])
def test_a_sentence_exists_whatever_the_sign(value):
    say = words()
    simulator = Simulator(load("xor-train"))
    snapshot = simulator.snapshot()
    for op in simulator.program:
        assert meaning(say, snapshot, op.ref(0), value)


def test_the_old_weight_is_said_to_count_only_until_the_new_one_has_taken_its_place():
    say, simulator = words(), Simulator(load("backprop-2-2-2"))
    new = simulator.model.find("W5⁺")
    simulator.run(1)
    assert meaning(say, simulator.snapshot(), new, 1.0).endswith("It has taken the place of the old W5.")
    simulator.back()
    still = "The old W5 still counts until all new ones take their places."
    assert meaning(say, simulator.snapshot(), new, 1.0).endswith(still)


@pytest.mark.parametrize("key", ALL_KEYS, ids=lambda key: key.id)
def test_every_key_says_what_it_does(key):
    say = words()
    assert say(f"key.{key.id}.name")
    assert say(f"key.{key.id}.text").endswith(".")
    assert say(f"group.{key.id.partition('.')[0]}")


@each_scenario(besides=[FORWARD_ONLY])
def test_every_table_column_has_a_heading(name):
    say = words()
    for table in Simulator(load(name)).snapshot().tables:
        assert f"panel.{table.key}" in say
        for column in table.columns:
            word = column.partition("=")[0]
            assert not word or f"column.{word}" in say


@pytest.mark.parametrize(
    ("given", "said"), [(7, "iteration 7"), (31_760, "iteration 31,760"), ("soon", "iteration soon")]
)
def test_whole_numbers_are_grouped_wherever_they_are_said(given, said):
    assert words()("header.iteration", iteration=given) == said


def test_a_language_that_is_not_there_speaks_english():
    assert words("xx")("panel.network") == words("en")("panel.network")


def test_a_catalogue_is_plain_text_with_named_placeholders():
    text = files("dlsim.tui.words").joinpath("en.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)
    for key in words():
        for _, field, _, _ in string.Formatter().parse(words()(key)):
            assert field is None or field.isidentifier(), key


def test_words_are_readable_without_textual():
    import subprocess
    import sys

    code = "import dlsim.tui.words, sys; dlsim.tui.words.words(); sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tables_that_are_parsed_one_by_one_say_what_the_files_say():
    def flat(tables, prefix=""):
        for key, value in tables.items():
            yield from flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]

    say = words()
    for file in files("dlsim.tui.words").iterdir():
        if file.name.endswith(".toml"):
            texts = dict(flat(tomllib.loads(file.read_text(encoding="utf-8"))))
            assert {key: say(key) for key in texts} == texts


def test_what_nobody_has_said_is_a_mistake():
    with pytest.raises(KeyError, match=r"panel\.nonsense"):
        words()("panel.nonsense")


def test_no_sentence_depends_on_how_many_epochs_there_are():
    """“1 epochs” is what a student would see."""
    say = words()
    assert not [key for key in say if re.search(r"\{epochs?\} epochs", say(key))]


def test_words_for_what_is_not_trained_and_other_names_belong_to_words_that_there_are():
    say = words()
    for key in say:
        general = re.sub(r"^(forward|functions)\.", "", key)
        if general.startswith("also."):
            name = general.removeprefix("also.")
            assert name in say or f"{name}.name" in say, key
        else:
            assert general in say, key


@pytest.mark.parametrize("case", ["forward", "functions"])
def test_words_for_what_is_not_trained_are_filled_in_with_what_the_others_are(case):
    def fields(text):
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    say = words()
    for key in say:
        if key.startswith(f"{case}.") and not key.startswith((f"{case}.also.", f"{case}.header.")):
            general = key.removeprefix(f"{case}.")
            assert fields(say(key)) <= fields(say(general)) | {"undo", "redo", "edit", "random", "run", "compare"}, key
