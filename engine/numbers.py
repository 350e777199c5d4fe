"""Numbers as text, written and read.

Every text is made from the full number, never from one that was rounded before. Exponents are written in one way, as
one would type them: 1.5e-6, 1.5e8. What machines read (JSON, CSV, scenario files) has Python's own form.

Numbers that people type are read in one way, for options, prompts, conditions, `--set` and fractions in files. A count
may be grouped, as in `1,000`. In a number that may have decimals a comma could mean either, and is refused.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence

DIGITS = 8
"""Decimals, unless others are asked for."""
SMALL, LARGE = 1e-4, 1e7
LARGEST = sys.float_info.max

BEYOND = 10**18
"""Stands for every larger count: beyond all limits, and no longer than need be."""
LONGEST_WHOLE = 300
"""Digits of a whole number that fits among ordinary ones."""
LONGEST_REWRITTEN = 40
"""Characters of a number for which a message says how to write it without a comma."""
LONGEST_INDEX = 8
"""Digits of an item's number: no list is longer."""

_DIGITS = "[0-9]+(?:_[0-9]+)*"  # as Python and TOML group them
_GROUPS = "[1-9][0-9]{0,2}(?:,[0-9]{3})+"  # as people do: whole groups of three
_EXPONENT = rf"(?:[eE][+-]?{_DIGITS})?"
WHOLE = re.compile(_DIGITS)
WHOLE_OR_GROUPED = re.compile(f"{_DIGITS}|{_GROUPS}")
DECIMAL = re.compile(rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS}){_EXPONENT}|[+-]?(?:inf|nan)")
FRACTION = re.compile(r"([+-]?)([0-9]{1,15})\s*/\s*([0-9]{1,15})")
WITH_GROUPS = re.compile(rf"[+-]?{_GROUPS}(?:\.[0-9]*)?{_EXPONENT}")
WITH_A_COMMA = re.compile(rf"[+-]?(?:[0-9_]*|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+),[0-9_]*{_EXPONENT}")
"""With a comma for the decimal point, perhaps with points between groups."""


# written


def fixed(value: float, digits: int = DIGITS) -> str:
    """`value` with `digits` decimals; in scientific notation if it is very large or small, or would read as 0.

    0.5 is "0.50000000", 1.5e-6 is "1.5000000e-6"; what is not finite is "nan", "inf" or "-inf".
    """
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if not is_extreme(value):
        text = f"{value + 0.0:.{digits}f}"  # adding takes the sign from -0.0
        if not value or float(text):
            return text
    return scientific(value, digits - 1 if digits else 0)


def scientific(value: float, digits: int) -> str:
    """`value` with an exponent and `digits` decimals before it."""
    return _brief(f"{value:.{digits}e}")


def general(value: float, digits: int = 6) -> str:
    """`value` in at most so many significant digits, without zeros at the end: 0.1, 3, 1e-7."""
    return _brief(f"{value + 0.0:.{digits}g}")  # adding takes the sign from -0.0


def in_full(value: float) -> str:
    """`value` in the fewest digits that read as the same number again."""
    return _brief(repr(float(value)))


def power_of_ten(exponent: int) -> str:
    """10 to a whole power, as axes have it."""
    return f"1e{exponent}"


def is_extreme(value: float) -> bool:
    """Whether a number is written in scientific notation, however many decimals it may have."""
    return value != 0 and not SMALL <= abs(value) < LARGE


def plain(value: float, digits: int = DIGITS) -> str:
    """`value` as one would write it by hand: exactly if it needs no more than `digits` decimals, else `fixed`.

    3.0 is "3", 0.25 is "0.25", one third "0.33333333".
    """
    if not math.isfinite(value):
        return fixed(value)
    if abs(value) < LARGE:
        shortest = repr(float(value))
        if "e" not in shortest and len(shortest.partition(".")[2]) <= digits:
            return shortest.removesuffix(".0") if shortest != "-0.0" else "0"
    return fixed(value, digits)


def as_operand(value: float, digits: int, *, leading: bool) -> str:
    """`value` inside a formula: a negative number gets parentheses unless it leads."""
    text = plain(value, digits)
    return f"({text})" if text.startswith("-") and not leading else text


def _brief(text: str) -> str:
    """Python's text of a number, its exponent without a plus and without zeros before it."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


# read


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
    if DECIMAL.fullmatch(text):
        return float(text)
    return typed_fraction(text)


def typed_fraction(text: str) -> float | None:
    """The number that a fraction such as `-1/3` is; None for anything else."""
    match = FRACTION.fullmatch(_bare(text))
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
    found = [text.replace(",", "")] if WITH_GROUPS.fullmatch(text) else []
    if WITH_A_COMMA.fullmatch(text):
        found.append(text.replace(".", "").replace(",", "."))
    return [number for number in found if typed_number(number) is not None]


def comma_refused(text: str) -> tuple[str, str] | None:
    """What is wrong with a comma in a number that may have decimals, and what to write; None where there is none."""
    numbers = without_comma(text)
    return (f"'{text.strip()}' has a comma", f"write {' or '.join(numbers)}") if numbers else None


def cell_number(text: str) -> float | None:
    """The finite number in a cell of a CSV file, as programs write it; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -LARGEST <= value <= LARGEST and "_" not in text else None


def index_in(text: str, many: int) -> int | None:
    """Which of so many things `text` names, counted from 0; None for none of them."""
    is_index = text.isascii() and text.isdigit() and len(text) <= LONGEST_INDEX and int(text) < many
    return int(text) if is_index else None


def _digits_of(text: str, *, may_be_grouped: bool) -> str | None:
    """The digits of a whole number that has no sign, without what groups them and without zeros before them."""
    if not (WHOLE_OR_GROUPED if may_be_grouped else WHOLE).fullmatch(text):
        return None
    return text.replace(",", "").replace("_", "").lstrip("0") or "0"


def _bare(text: str) -> str:
    """Without spaces around it, and with the minus sign of keyboards."""
    return text.strip().replace("−", "-")
