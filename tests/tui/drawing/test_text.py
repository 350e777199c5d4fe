"""Lines, wrapping, Markdown and stacked fractions: measured in cells, and never a command to the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from support.numbers import ref_to

from dlsim.engine.text import breadth
from dlsim.tui.drawing.equation import in_lines, stacked
from dlsim.tui.drawing.reports import markdown_lines
from dlsim.tui.drawing.text import Link, cut, fit, measure, spread, wrap

TEXTS = st.text(alphabet="abc 한국어 ×∂·*`-#[]/\n", max_size=80)


@given(TEXTS.map(lambda text: text.replace("\n", " ")), st.integers(1, 40))
def test_wrapped_lines_are_never_too_wide_and_lose_no_letter(text, cells):
    lines = wrap([(text, "")], cells)
    assert all(measure(line) <= max(cells, 2) for line in lines), "a letter may be two cells wide"
    assert "".join(piece for line in lines for piece, _ in line).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, st.integers(2, 40))
def test_markdown_is_never_too_wide(text, cells):
    assert all(measure(line) <= max(cells, 5) for line in markdown_lines(text, cells))


@given(TEXTS, st.integers(0, 30))
def test_a_text_fits_where_it_is_fitted(text, cells):
    assert cell_len(fit(text.replace("\n", " "), cells)) <= cells


@given(st.lists(TEXTS.map(lambda text: (text.replace("\n", " "), "")), max_size=4), st.integers(1, 30))
def test_a_line_is_cut_to_its_cells(pieces, cells):
    assert measure(cut(tuple(pieces), cells)) <= cells


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("press `space` now", [("press ", ""), ("space", "code"), (" now", "")]),
        ("**Look** at *this*", [("Look", "strong"), (" at ", ""), ("this", "emphasis")]),
        ("[b]not markup[/b]", [("[b]not markup[/b]", "")]),
        ("2 * 3 * 4", [("2 * 3 * 4", "")]),
    ],
)
def test_inline_markdown(text, pieces):
    assert markdown_lines(text, 80) == [tuple(pieces)]


def test_a_list_hangs_under_its_mark():
    lines = ["".join(text for text, _ in line) for line in markdown_lines("- one two three\n- four", 10)]
    assert lines == [" • one two", "   three", " • four"]


def test_fractions_stand_on_each_other():
    box = stacked([("∂E/∂W5", ""), (" = ", ""), ("∂E/∂o1", ""), (" · ", ""), ("∂o1/∂z3", "")])
    assert box is not None
    assert ["".join(text for text, _ in line).rstrip() for line in box.lines] == [
        " ∂E      ∂E      ∂o1",
        "───── = ───── · ─────",
        " ∂W5     ∂o1     ∂z3",
    ]


@pytest.mark.parametrize(
    ("cells", "lines"),
    [(20, ["W1·x1 + W2·x2 + b1"]), (14, ["W1·x1 + W2·x2", "+ b1"]), (8, ["W1·x1", "+ W2·x2", "+ b1"])],
)
def test_a_long_formula_breaks_before_an_operator(cells, lines):
    pieces = [(text, "") for text in ("W1", "·", "x1", " + ", "W2", "·", "x2", " + ", "b1")]
    assert ["".join(text for text, _ in line) for line in in_lines(pieces, cells)] == lines


@pytest.mark.parametrize(
    ("formula", "cells", "lines"),
    [
        ("ln(0.63) + ln(1 − 0.36)", 16, ["ln(0.63)", "+ ln(1 − 0.36)"]),
        ("0.9·0.1 + (1 − 0.9)·(0.5)²", 20, ["0.9·0.1", "+ (1 − 0.9)·(0.5)²"]),
        ("a · ln(1 − b) · c + d", 18, ["a · ln(1 − b) · c", "+ d"]),
        ("1/4·(«0.1·1» + 0.2·2 + 0.3·3)", 21, ["1/4·(«0.1·1» + 0.2·2", "+ 0.3·3)"]),
        ("max(a, b + c)", 10, ["max(a,", "b + c)"]),
    ],
)
def test_a_long_formula_breaks_between_its_terms_and_within_one_only_where_that_is_longer_than_a_line(
    formula, cells, lines
):
    assert ["".join(text for text, _ in line) for line in in_lines([(formula, "")], cells)] == lines


def test_a_name_longer_than_a_line_goes_on_in_the_next():
    lines = in_lines(
        [("[", ""), ("∂E/∂W12 in -0.0052 to -0.0049", Link("symbol", ref_to("z"))), ("]", "")], 20, used=15
    )
    assert ["".join(text for text, _ in line) for line in lines] == ["", "[∂E/∂W12 in -0.0052", "to -0.0049]"]


def test_a_formula_that_is_cut_says_that_it_goes_on():
    pieces = [("0.12345678 + 0.23456789 + 0.34567891", "")]
    assert ["".join(text for text, _ in line) for line in in_lines(pieces, 25, most=1)] == ["0.12345678 + 0.23456789 …"]
    assert ["".join(text for text, _ in line) for line in in_lines(pieces, 24, most=1)] == ["0.12345678 …"]


def test_both_ends_of_a_line():
    assert spread((("left", ""),), (("right", ""),), 12) == (("left", ""), ("   ", ""), ("right", ""))


def test_punctuation_stays_with_the_word_that_looks_otherwise():
    from dlsim.tui.drawing.text import wrap

    lines = wrap([("their sum ", ""), ("E", "code"), (", which", ""), (" the notes", "")], 11)
    assert ["".join(text for text, _ in line) for line in lines] == ["their sum", "E, which", "the notes"]


@pytest.mark.parametrize("cells", range(24, 60))
def test_an_equation_in_a_sentence_is_not_broken_in_the_middle(cells):
    lesson = "Press it until `h1 = σ(z1)` stands there, then z3 = 0.4450 follows, and W5 − η · g at the end of it all."
    lines = ["".join(text for text, _ in line) for line in markdown_lines(lesson, cells)]
    assert all(len(line) <= cells for line in lines)
    for whole in ("h1 = σ(z1)", "z3 = 0.4450", "W5 − η · g"):
        assert any(whole in line for line in lines)


def test_an_equation_longer_than_half_a_line_breaks_before_its_signs():
    lines = wrap([("So now δ = ∂E/∂z1 = ∂E/∂h1·∂h1/∂z1 = 0.00808800 is known.", "")], 24)
    text = ["".join(text for text, _ in line) for line in lines]
    assert text == ["So now δ = ∂E/∂z1", "= ∂E/∂h1·∂h1/∂z1", "= 0.00808800 is known."]
    assert wrap([("a = ", ""), ("b", "code")], 10) == [(("a = ", ""), ("b", "code"))]
    assert wrap([("= = x =", "")], 3)


def test_text_is_measured_as_the_terminal_will_show_it(root):
    """The drawing measures by the engine's `breadth`, Textual by Rich's tables."""
    files = [path for room in ("tui", "engine", "cli") for path in (root / room).rglob("*.py")]
    files += [*(root / "tui" / "words").glob("*.toml"), *(root / "scenarios").glob("*.toml")]
    characters = {one for path in files for one in path.read_text(encoding="utf-8")} - {"\n"}
    characters |= set("가나다한글漢字かなａ！😀")
    assert [one for one in sorted(characters) if breadth(one) != cell_len(one)] == []
