"""On a terminal that has nothing but ASCII, whatever the app says can be read."""

from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color

import dlsim.engine
import dlsim.scenarios
import dlsim.tui.words
from dlsim.engine import Simulator, builtin_scenarios, load
from dlsim.tui.plain import PlainFilter

SAID = sorted(
    file for package in (dlsim.tui.words, dlsim.scenarios) for file in Path(package.__path__[0]).glob("*.toml")
)


def in_plain(text, *, blanks=8, only_ascii=True):
    line = PlainFilter(only_ascii=only_ascii).apply([Segment(text), Segment(" " * blanks)], Color(0, 0, 0))
    return "".join(segment.text for segment in line)


@pytest.mark.parametrize("file", SAID, ids=lambda file: file.stem)
def test_every_character_of_the_words_and_the_scenarios_has_a_lookalike(file):
    for line in file.read_text(encoding="utf-8").splitlines():
        assert in_plain(line).count("?") == line.count("?"), line


@pytest.mark.parametrize("name", builtin_scenarios())
def test_every_formula_of_every_scenario_has_one(name):
    simulator = Simulator(load(name))
    snapshot = simulator.snapshot()
    for op in simulator.program:
        told = snapshot.explain(op.ref(0))
        for text in (told.symbol, told.formula, told.substituted):
            assert in_plain(text).count("?") == text.count("?"), text


@pytest.mark.parametrize("only_ascii", [True, False])
def test_a_half_takes_the_cells_that_it_needs_from_the_blanks_after_it(only_ascii):
    assert in_plain("½·(t1 − o1)²", blanks=6, only_ascii=only_ascii) == "1/2*(t1 - o1)2    "


@pytest.mark.parametrize("only_ascii", [True, False])
def test_an_arrow_between_numbers_does_not_read_as_a_comparison(only_ascii):
    assert in_plain("W5: 0.4 → 0.9", blanks=4, only_ascii=only_ascii) == "W5: 0.4 -> 0.9   "
    assert in_plain("W5 ← W5⁺, ½", blanks=5, only_ascii=only_ascii) == "W5 <- W5+, 1/2  "


@pytest.mark.parametrize("only_ascii", [True, False])
def test_an_arrow_that_names_a_key_or_ends_a_line_stays_in_its_cell(only_ascii):
    assert in_plain("──→", blanks=4, only_ascii=only_ascii) == "-->    "
    assert in_plain("→", blanks=4, only_ascii=only_ascii) == ">    "


@pytest.mark.parametrize("blanks", [0, 1, 2])
def test_a_line_is_never_wider_than_it_was(blanks):
    assert len(in_plain("½·x", blanks=blanks)) == 3 + blanks
