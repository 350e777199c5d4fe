"""Whole numbers as people type them: one reading for options, for prompts and for `dlsim walk`."""

from __future__ import annotations

import re

BEYOND = 10**18
"""Stands for every larger number: beyond all limits, and no longer than need be."""
DIGITS = "[0-9]+(?:_[0-9]+)*"
GROUPED = f"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|{DIGITS})"
"""Patterns: digits as Python and TOML group them, and also as people do."""


def whole_number(text: str) -> int | None:
    """The number from 0 that `text` is: `1000`, `+1000`, `1,000` in groups of three or `1_000`, spaces around it.

    None for anything else, a sign below 0 among them; at most BEYOND.
    """
    digits = digits_of(text.strip().removeprefix("+"))
    if digits is None:
        return None
    return min(int(digits), BEYOND) if len(digits) <= len(str(BEYOND)) else BEYOND


def digits_of(text: str) -> str | None:
    """The digits of such a number that has no sign, without what groups them and without zeros before them."""
    if re.fullmatch(GROUPED, text) is None:
        return None
    return text.replace(",", "").replace("_", "").lstrip("0") or "0"
