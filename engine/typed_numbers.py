"""Numbers as people type them: one reading for edits, for `--set`, for conditions and for fractions in files."""

from __future__ import annotations

import re

from dlsim.engine.whole_numbers import DIGITS, GROUPED, digits_of

_FRACTION = r"([+-]?)([0-9]{1,15})\s*/\s*([0-9]{1,15})"
_DECIMAL = rf"[+-]?(?:{GROUPED}(?:\.(?:{DIGITS})?)?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?|[+-]?(?:inf|nan)"
LONGEST_WHOLE = 300
"""Digits of a whole number that fits among ordinary ones."""


def typed_number(text: str) -> int | float | None:
    """The number that `text` is: whole as `whole_number` reads it but with either sign, decimal, or a fraction.

    What stands before a decimal point may be grouped like a whole number: `1_000.5`, `1,000.5`. None for anything else.
    One that is too large is infinite; `inf` and `nan` are read too, to be refused by that name.
    """
    text = _bare(text)
    sign = text[:1] if text[:1] in ("+", "-") else ""
    digits = digits_of(text[len(sign) :])
    if digits is not None:
        number = int(digits) if len(digits) <= LONGEST_WHOLE else float("inf")
        return -number if sign == "-" else number
    if re.fullmatch(_DECIMAL, text):
        return float(text.replace(",", ""))
    return typed_fraction(text)


def typed_fraction(text: str) -> float | None:
    """The number that a fraction such as `-1/3` is; None for anything else."""
    match = re.fullmatch(_FRACTION, _bare(text))
    if match is None or not int(match[3]):
        return None
    return int(match[1] + match[2]) / int(match[3])


def _bare(text: str) -> str:
    """Without spaces around it, and with the minus sign of keyboards."""
    return text.strip().replace("−", "-")
