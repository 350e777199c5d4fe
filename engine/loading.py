"""From a scenario's name or file to a validated Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlsim.engine.scenario import Scenario


def load(
    name_or_path: str | Path, *, variant: str | None = None, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """The scenario called so, or in that file; in one of its variants; with values set by dotted path."""
    raise NotImplementedError
