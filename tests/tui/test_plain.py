"""On a terminal that has nothing but ASCII, whatever the app says can be read."""

from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

import dlsim.engine
import dlsim.scenarios
import dlsim.tui.words
from dlsim.engine import Simulator, builtin_scenarios, load
from dlsim.tui.plain import PlainFilter

SAID = sorted(
    file for package in (dlsim.tui.words, dlsim.scenarios) for file in Path(package.__path__[0]).glob("*.toml")
)
RED, BLUE = Style(color="red"), Style(color="blue")


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


@pytest.mark.parametrize(
    ("text", "blanks", "shown"),
    [
        ("½ W 0.4 → 0.9", 0, "? W 0.4 > 0.9"),
        ("½ W 0.4 → 0.9", 1, "? W 0.4 -> 0.9"),
        ("½ W 0.4 → 0.9", 2, "? W 0.4 -> 0.9 "),
        ("½ W 0.4 → 0.9", 3, "1/2 W 0.4 -> 0.9"),
        ("½·x, ½·y", 2, "1/2*x, ?*y"),
        ("½·x, ½·y", 4, "1/2*x, 1/2*y"),
        ("0.4 → 0.9, 1 ← 2", 1, "0.4 -> 0.9, 1 < 2"),
    ],
)
def test_what_the_blanks_suffice_for_is_spelt_out_and_arrows_before_all(text, blanks, shown):
    assert in_plain(text, blanks=blanks) == shown
    assert in_plain(text, blanks=blanks, only_ascii=False) == shown.replace("?", "½")


def test_columns_and_frames_stay_in_their_cells():
    assert in_plain("½·x    z1  │", blanks=2) == "1/2*x  z1  |  "
    assert in_plain("0.4 → 0.9│", blanks=4) == "0.4 > 0.9|    "


def test_what_is_spelt_out_keeps_its_colour():
    segments = [
        Segment("W5 ", RED),
        Segment("½", BLUE),
        Segment(" → ", RED),
        Segment("0.9   ", BLUE),
        Segment("  ", RED),
    ]
    line = PlainFilter().apply(segments, Color(0, 0, 0))
    assert [(segment.text, segment.style) for segment in line] == [
        ("W5 ", RED),
        ("1/2", BLUE),
        (" -> ", RED),
        ("0.9", BLUE),
        ("  ", RED),
    ]


def test_a_key_in_a_row_of_keys_stays_in_its_cell():
    keys = [
        Segment("space", RED),
        Segment(" step  ", BLUE),
        Segment("←", RED),
        Segment(" back  ", BLUE),
        Segment("   "),
    ]
    line = PlainFilter().apply(keys, Color(0, 0, 0))
    assert "".join(segment.text for segment in line) == "space step  < back     "
