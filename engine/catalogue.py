"""The built-in scenarios, in the order of the notes."""

from __future__ import annotations


def builtin_scenarios() -> tuple[str, ...]:
    """Their names."""
    raise NotImplementedError
