"""What tests of more than one folder use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("dlsim", deadline=None)  # a slow machine is not a wrong answer
settings.load_profile("dlsim")


@pytest.fixture
def root() -> Path:
    """The folder of the checkout."""
    return ROOT
