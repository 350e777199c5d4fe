"""Whole numbers as people type them: one reading for options, for prompts and for `dlsim walk`."""

from __future__ import annotations

import re

BEYOND = 10**18
"""Stands for every larger number: beyond all limits, and no longer than need be."""
_WHOLE = re.compile(r"\+?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:_[0-9]+)*)")


def whole_number(text: str) -> int | None:
    """The number from 0 that `text` is: `1000`, `+1000`, `1,000` in groups of three or `1_000`, spaces around it.

    None for anything else, a sign below 0 among them; at most BEYOND.
    """
    match = _WHOLE.fullmatch(text.strip())
    if match is None:
        return None
    digits = match[1].replace(",", "").replace("_", "").lstrip("0")
    return min(int(digits or "0"), BEYOND) if len(digits) <= len(str(BEYOND)) else BEYOND
