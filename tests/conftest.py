"""What tests of more than one folder use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("new", deadline=None)  # a slow machine is not a wrong answer
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
"""The same draws in every run; `HYPOTHESIS_PROFILE=new pytest` looks for new ones."""


@pytest.fixture
def root() -> Path:
    """The folder of the checkout."""
    return ROOT
