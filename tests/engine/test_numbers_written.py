"""Numbers as text."""

import re
from pathlib import Path

import pytest

from dlsim.engine.numbers import as_operand, fixed, general, in_full, plain, scientific

SOURCES = Path(__file__).parents[2]
WITH_EXPONENT = r"\{[^{}\"\n]+:[ +]?,?(\.(\d+|\{\w+\}))?[eg]\}"
"""A format that may write one, in Python's own way."""


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.023971900751730026, 8, "0.02397190"),
        (0.60944600499, 4, "0.6094"),
        (0.0, 8, "0.00000000"),
        (-0.0, 3, "0.000"),
        (1.5e-7, 8, "1.5000000e-7"),
        (123456789.5, 8, "1.2345679e8"),
        (float("nan"), 8, "nan"),
        (float("-inf"), 8, "-inf"),
        (2.5, 0, "2"),
        (0.0006, 3, "0.001"),
        (0.0003, 3, "3.00e-4"),  # never 0 where it is none
        (-0.0004, 3, "-4.00e-4"),
        (0.3, 0, "3e-1"),
        (0.6, 0, "1"),
        (0.1, 15, "0.100000000000000"),
    ],
)
def test_fixed(value, digits, text):
    assert fixed(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.3, "0.3"),
        (1.0, "1"),
        (-0.25, "-0.25"),
        (0.5199893401555818, "0.51998934"),
        (1e-9, "1.0000000e-9"),
        (0.0, "0"),
    ],
)
def test_plain_numbers_are_written_as_by_hand(value, text):
    assert plain(value) == text


def test_a_negative_operand_stands_in_parentheses_unless_it_leads():
    assert as_operand(-0.25, 8, leading=False) == "(-0.25)"
    assert as_operand(-0.25, 8, leading=True) == "-0.25"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (scientific(1.26e-6, 1), "1.3e-6"),
        (scientific(-4e12, 0), "-4e12"),
        (scientific(float("inf"), 1), "inf"),
        (general(1e-5), "1e-5"),
        (general(0.1 + 0.2), "0.3"),
        (general(-0.0), "0"),
        (general(1234.5, 3), "1.23e3"),
        (in_full(1e-7), "1e-7"),
        (in_full(0.1 + 0.2), "0.30000000000000004"),
    ],
)
def test_exponents_are_as_short_as_one_would_type_them(text, wanted):
    assert text == wanted


def test_exponents_are_written_in_one_way_everywhere():
    files = [file for folder in ("engine", "tui", "cli") for file in (SOURCES / folder).rglob("*.py")]
    others = [
        str(file) for file in files if file.name != "numbers.py" and re.search(WITH_EXPONENT, file.read_text("utf-8"))
    ]
    assert len(files) > 100
    assert not others
