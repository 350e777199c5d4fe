"""On a terminal that has nothing but ASCII, whatever the app says can be read."""

from pathlib import Path

import msgspec
import pytest
from rich.segment import Segment
from rich.style import Style
from support.scenarios import each_scenario, thinned
from textual.color import Color
from textual.keys import _character_to_key

import dlsim.engine
import dlsim.scenarios
import dlsim.tui.words
from dlsim.engine import Simulator, load
from dlsim.tui.app import DlsimApp
from dlsim.tui.drawing.canvas import ASCII
from dlsim.tui.session.keys import ALL_KEYS
from dlsim.tui.session.session import Session
from dlsim.tui.session.settings import Store
from dlsim.tui.terminal.plain import PlainFilter
from dlsim.tui.words import Caps, cap, words
from dlsim.tui.words.lookalikes import TABLE, in_ascii

SAID = sorted(
    file
    for package in (dlsim.tui.words, dlsim.scenarios)
    for file in Path(package.__path__[0]).glob("*.toml")
    if not file.stem.endswith("_same")  # what is typed, never shown
)
RED, BLUE = Style(color="red"), Style(color="blue")


def in_plain(text, *, blanks=8, only_ascii=True):
    line = PlainFilter(only_ascii=only_ascii).apply([Segment(text), Segment(" " * blanks)], Color(0, 0, 0))
    return "".join(segment.text for segment in line)


@pytest.mark.parametrize("file", SAID, ids=lambda file: file.stem)
def test_every_character_of_the_words_and_the_scenarios_has_a_lookalike(file):
    for line in file.read_text(encoding="utf-8").splitlines():
        assert in_plain(line).count("?") == line.count("?"), line


@each_scenario()
def test_every_formula_of_every_scenario_has_one(name):
    simulator = Simulator(load(name))
    snapshot = simulator.snapshot()
    for op in simulator.program:
        told = snapshot.explain(op.ref(0))
        for text in (told.symbol, told.formula, told.substituted):
            assert in_plain(text).count("?") == text.count("?"), text


@pytest.mark.parametrize("only_ascii", [True, False])
def test_a_half_takes_the_cells_that_it_needs_from_the_blanks_after_it(only_ascii):
    assert in_plain("½·(t1 − o1)²", blanks=6, only_ascii=only_ascii) == "1/2*(t1 - o1)^2   "


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


@pytest.mark.parametrize("only_ascii", [True, False])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0.5²", "0.5^2"),
        ("0.9ᵗ", "0.9^t"),
        ("-∞", "-inf"),
        ("√0.25", "sqrt0.25"),
        ("loss ≤ 0.01", "loss <= 0.01"),
        ("0.0000∅", "0.0000!"),
        ("0.0073≈", "0.0073~"),
    ],
)
def test_what_stands_beside_a_number_is_not_read_as_part_of_it(text, shown, only_ascii):
    assert in_plain(text, only_ascii=only_ascii).rstrip() == shown


def test_no_sign_becomes_a_digit():
    """But for the low digits of a name, β₁."""
    signs = {chr(code) for code, one in TABLE.items() if one and one.isdigit()}
    assert signs == set("₀₁₂₃₄₅₆₇₈₉")
    assert not set("0123456789") & set(str(msgspec.structs.astuple(ASCII)))


def test_columns_and_frames_stay_in_their_cells():
    assert in_plain("½·x    z1  │", blanks=2) == "1/2*x  z1  |  "
    assert in_plain("0.4 → 0.9│", blanks=4) == "0.4 > 0.9|    "


def test_a_title_in_the_edge_of_a_panel_takes_from_the_edge():
    assert in_plain("╭─ W ← W⁺ ─────╮", blanks=0) == "+- W <- W+ ----+"
    assert in_plain("╭─ W ← W⁺ ╮╭───", blanks=0) == "+- W < W+ ++---"


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


# names of keys


@pytest.fixture
def plain_app(home):
    """A function: scenario → an app on it whose settings want ASCII."""
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text('glyphs = "ascii"\n', encoding="utf-8")
    return lambda name: DlsimApp(Session(name), Store())


@pytest.fixture
def plain_names(monkeypatch):
    """Keys are named as on a terminal without arrows."""
    monkeypatch.setattr(Caps, "are_plain", True)


def test_in_ascii_the_name_of_a_key_is_no_other_key(plain_names):
    keys = {key for each in ALL_KEYS for key in each.keys.split(",")}
    typed = {}
    for key in keys:
        name = cap(words(), key)
        assert in_ascii(name) == name, key
        typed.setdefault(name, set()).add(key)
    assert [each for each in typed.values() if len(each) > 1] == []
    for name, (key, *_) in typed.items():
        assert len(name) > 1 or _character_to_key(name) == key


@thinned("size", [(120, 40), (80, 24), (60, 20)], [(60, 20)])
async def test_in_ascii_the_way_back_is_named_by_a_word_in_the_footer_and_in_the_formula(plain_app, screen_text, size):
    app = plain_app("backprop-2-2-2")
    async with app.run_test(size=size) as pilot:
        assert "left takes" in " ".join(" ".join(screen_text(app)).split())
        await pilot.press("space", "left")
        footer = screen_text(app)[-1]
        assert footer.isascii()
        assert "<" not in footer


async def test_in_ascii_help_names_every_arrow_and_backspace_by_a_word(plain_app, screen_text):
    app = plain_app("backprop-2-2-2")
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("question_mark")
        await pilot.press(*"back")
        told = [line.strip("| ") for line in screen_text(app)]
        assert any(line.startswith("left  backspace ") for line in told)
        await pilot.press(*4 * ["backspace"], *"operand")
        heads = {line.strip("| ").split(" ")[0] for line in screen_text(app)}
        assert {"up", "down"} <= heads
        assert not {"^", "v"} & heads


async def test_in_ascii_sentences_name_arrows_by_words_too(plain_app, screen_text):
    app = plain_app("backprop-2-2-2")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "p", "p", "p")
        assert app.screen.work.tabs.picture == "history"
        assert "down: select weights" in " ".join(screen_text(app))
        await pilot.press("tab")
        assert "up down to choose" in " ".join(" ".join(screen_text(app)).split())
