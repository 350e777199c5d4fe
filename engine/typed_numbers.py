"""Numbers as people type them: one reading for options, prompts, conditions, `--set` and fractions in files.

A count may be grouped, as in `1,000`. In a number that may have decimals a comma could mean either, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlsim.engine.text import shown

BEYOND = 10**18
"""Stands for every larger count: beyond all limits, and no longer than need be."""
LONGEST_WHOLE = 300
"""Digits of a whole number that fits among ordinary ones."""
LONGEST_REWRITTEN = 40

_DIGITS = "[0-9]+(?:_[0-9]+)*"
"""As Python and TOML group them."""
_GROUPS = "[1-9][0-9]{0,2}(?:,[0-9]{3})+"
"""As people do: whole groups of three."""
_EXPONENT = rf"(?:[eE][+-]?{_DIGITS})?"
_DECIMAL = rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS}){_EXPONENT}|[+-]?(?:inf|nan)"
_FRACTION = r"([+-]?)([0-9]{1,15})\s*/\s*([0-9]{1,15})"
_WITH_GROUPS = rf"[+-]?{_GROUPS}(?:\.[0-9]*)?{_EXPONENT}"
_WITH_A_COMMA = rf"[+-]?(?:[0-9_]*|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+),[0-9_]*{_EXPONENT}"
"""With a comma for the decimal point, perhaps with points between groups."""


def whole_number(text: str) -> int | None:
    """The count from 0 that `text` is: `1000`, `+1000`, `1,000` in groups of three or `1_000`, spaces around it.

    None for anything else, a sign below 0 among them; at most BEYOND.
    """
    digits = _digits_of(text.strip().removeprefix("+"), may_be_grouped=True)
    if digits is None:
        return None
    return min(int(digits), BEYOND) if len(digits) <= len(str(BEYOND)) else BEYOND


def typed_number(text: str, *, is_count: bool = False) -> int | float | None:
    """The number that `text` is: whole, of either sign, decimal, or a fraction; only a count may have commas.

    None for anything else. One that is too large is infinite; `inf` and `nan` are read too, to be refused by that name.
    """
    text = _bare(text)
    sign = text[:1] if text[:1] in ("+", "-") else ""
    digits = _digits_of(text[len(sign) :], may_be_grouped=is_count)
    if digits is not None:
        number = int(digits) if len(digits) <= LONGEST_WHOLE else float("inf")
        return -number if sign == "-" else number
    if re.fullmatch(_DECIMAL, text):
        return float(text)
    return typed_fraction(text)


def typed_fraction(text: str) -> float | None:
    """The number that a fraction such as `-1/3` is; None for anything else."""
    match = re.fullmatch(_FRACTION, _bare(text))
    if match is None or not int(match[3]):
        return None
    return int(match[1] + match[2]) / int(match[3])


def without_comma(text: str) -> Sequence[str]:
    """How to write a number in which commas stand: `0.125` for `0,125`, `1000` or `1.000` for `1,000`.

    Nothing for a text that is no such number.
    """
    text = _bare(text)
    if "," not in text or len(text) > LONGEST_REWRITTEN:
        return ()
    found = [text.replace(",", "")] if re.fullmatch(_WITH_GROUPS, text) else []
    if re.fullmatch(_WITH_A_COMMA, text):
        found.append(text.replace(".", "").replace(",", "."))
    return [number for number in found if typed_number(number) is not None]


def comma_refused(text: str) -> tuple[str, str] | None:
    """What is wrong with a comma in a number that may have decimals, and what to write; None where there is none."""
    numbers = without_comma(text)
    return (f"{shown(text.strip())} has a comma", f"write {' or '.join(numbers)}") if numbers else None


def _digits_of(text: str, *, may_be_grouped: bool) -> str | None:
    """The digits of a whole number that has no sign, without what groups them and without zeros before them."""
    if not re.fullmatch(_DIGITS, text) and not (may_be_grouped and re.fullmatch(_GROUPS, text)):
        return None
    return text.replace(",", "").replace("_", "").lstrip("0") or "0"


def _bare(text: str) -> str:
    """Without spaces around it, and with the minus sign of keyboards."""
    return text.strip().replace("−", "-")
