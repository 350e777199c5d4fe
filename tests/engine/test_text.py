"""Text from outside: nothing of it may reach a terminal as a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlsim.engine.text import clean, clean_tables, shorten, shown


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain [b]markup[/b] stays", "plain [b]markup[/b] stays"),
        ("∂E/∂W5⁺ = 역전파", "∂E/∂W5⁺ = 역전파"),
        ("two\nlines", "two\nlines"),
        ("a\ttab", "a tab"),
        ("windows\r\nline", "windows\nline"),
        ("\x1b[31mred", "�[31mred"),
        ("\x9b31mred", "�31mred"),
        ("a\x00b\x07c\x7f", "a�b�c�"),
        ("\u202eright to left", "�right to left"),
        ("half \ud800", "half �"),
        ("\ufeffmark", "mark"),
    ],
)
def test_control_characters_become_visible_and_harmless(text, cleaned):
    assert clean(text) == cleaned


@given(st.text(alphabet=st.characters()))
def test_whatever_comes_in_no_control_character_comes_out(text):
    cleaned = clean(text)
    assert not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in cleaned.replace("\n", ""))
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned


def test_tables_are_cleaned_keys_and_all():
    assert clean_tables({"a\x1b": ["b\x1b", {"c\x1b": 1.5}], "d": True}) == {
        "a�": ["b�", {"c�": 1.5}],
        "d": True,
    }


@given(st.text(max_size=5000), st.integers(20, 100))
def test_what_a_message_repeats_is_one_short_line(text, most):
    line = shorten(text, most)
    assert len(line) <= most
    assert "\n" not in line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (0.5, "0.5"),
        ("word", "'word'"),
        ([1, [2, 3]], "[1, [2, 3]]"),
        ([1, 2, 3, 4, 5], "[1, 2, 3, 4, …]"),
        ({"name": "sgd", "rate": 1}, "{ name = 'sgd', rate = 1 }"),
        (10**5000, "a very large whole number"),
    ],
    ids=range(7),
)
def test_values_are_repeated_the_way_a_file_writes_them(value, text):
    assert shown(value) == text
