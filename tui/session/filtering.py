"""What the fields do in which one types to find something."""

from __future__ import annotations


def has_all(text: str, wanted: str) -> bool:
    """Whether every word of `wanted` is in the text."""
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())
