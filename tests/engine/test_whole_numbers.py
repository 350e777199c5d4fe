"""Whole numbers as people type them."""

import pytest

from dlsim.engine.whole_numbers import BEYOND, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("+5", 5),
        (" 1000 ", 1_000),
        ("1,000", 1_000),
        ("1_000_000", 1_000_000),
        ("12,345,678", 12_345_678),
        ("-1", None),
        ("1,00", None),
        ("1,0000", None),
        ("_1", None),
        ("1__0", None),
        ("1.5", None),
        ("1e3", None),
        ("\u0663", None),  # a digit, but of another script
        ("", None),
        ("+", None),
        ("7" * 5_000, BEYOND),
        ("0" * 5_000 + "1", 1),
    ],
)
def test_what_is_a_whole_number_and_which(text, number):
    assert whole_number(text) == number
