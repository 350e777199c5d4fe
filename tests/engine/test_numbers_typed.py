"""Numbers as people type them."""

import pytest

from dlsim.engine.numbers import BEYOND, typed_number, whole_number, without_comma


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-0", 0),
        ("+7", 7),
        ("-1,000", None),
        ("0,125", None),
        ("1,000.5", None),
        ("1_000", 1_000),
        ("−2", -2),
        (" 0.25 ", 0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1E-3", -1e-3),
        ("1_000.5", 1_000.5),
        ("0.000_1e1_0", 1e6),
        ("1/3", 1 / 3),
        ("-1 / 4", -0.25),
        ("−1/4", -0.25),
        ("1e400", float("inf")),
        ("-" + "9" * 5_000, float("-inf")),
        ("9" * 300, 10**300 - 1),
        ("", None),
        ("x", None),
        ("-", None),
        ("- 5", None),
        ("--5", None),
        ("-+5", None),
        ("1/0", None),
        ("1/2/3", None),
        ("1,00", None),
        ("0.5,5", None),
        ("1__0.5", None),
        ("1_.5", None),
        ("1._5", None),
        ("1,00.5", None),
        ("1.000,5", None),
        ("0x10", None),
        ("-inf", float("-inf")),
        ("\u0663", None),  # a digit, but of another script
        ("\u0661.\u0665", None),
    ],
)
def test_what_is_a_number_and_which(text, number):
    assert typed_number(text) == number


@pytest.mark.parametrize(("text", "kind"), [("1_000", int), ("-3", int), ("1.0", float), ("4/2", float)])
def test_what_is_written_as_a_whole_number_is_one(text, kind):
    assert type(typed_number(text)) is kind


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,000", 1_000),
        ("-1,000", -1_000),
        ("0,125", None),
        ("1,00", None),
        ("1,000.5", None),
    ],
)
def test_a_count_may_be_grouped_in_whole_groups_of_three(text, number):
    assert typed_number(text, is_count=True) == number


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0,125", ["0.125"]),
        ("−0,5", ["-0.5"]),
        (",5", [".5"]),
        ("2,5e-3", ["2.5e-3"]),
        ("1,000", ["1000", "1.000"]),
        ("1,000,000", ["1000000"]),
        ("1,000.5", ["1000.5"]),
        ("1.000,5", ["1000.5"]),
        ("0.125", []),
        ("0.5,5", []),
        ("0,5,5", []),
        ("0,1_", []),
        (",", []),
        ("tanh,relu", []),
        ("0," + "1" * 5_000, []),
    ],
)
def test_for_a_comma_one_is_told_what_to_write(text, numbers):
    assert list(without_comma(text)) == numbers


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
        ("0,125", None),
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
