"""Numbers as text."""

import pytest

from dlsim.engine.numerals import as_operand, fixed, plain


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.023971900751730026, 8, "0.02397190"),
        (0.60944600499, 4, "0.6094"),
        (0.0, 8, "0.00000000"),
        (-0.0, 3, "0.000"),
        (1.5e-7, 8, "1.5000000e-07"),
        (123456789.5, 8, "1.2345679e+08"),
        (float("nan"), 8, "nan"),
        (float("-inf"), 8, "-inf"),
        (2.5, 0, "2"),
        (0.0006, 3, "0.001"),
        (0.0003, 3, "3.00e-04"),  # never 0 where it is none
        (-0.0004, 3, "-4.00e-04"),
        (0.3, 0, "3e-01"),
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
        (1e-9, "1.0000000e-09"),
        (0.0, "0"),
    ],
)
def test_plain_numbers_are_written_as_by_hand(value, text):
    assert plain(value) == text


def test_a_negative_operand_stands_in_parentheses_unless_it_leads():
    assert as_operand(-0.25, 8, leading=False) == "(-0.25)"
    assert as_operand(-0.25, 8, leading=True) == "-0.25"
