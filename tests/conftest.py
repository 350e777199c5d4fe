"""What tests of more than one folder use."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import support.sparing  # noqa: F401
from hypothesis import settings
from support.heaps import HEAPS
from support.tables import changed_at

from dlsim.engine.scenario.toml import write_toml

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.register_profile("new", deadline=None)  # a slow machine is not a wrong answer
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
"""The same draws in every run; `HYPOTHESIS_PROFILE=new pytest` looks for new ones."""


def pytest_collection_finish() -> None:
    """What there is by now, modules and thousands of tests, stays: no garbage collection need walk through it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def heaps(tmp_path: Path) -> Callable[..., str]:
    """A function: the file of a scenario with three classes from a generator, with these settings by path."""

    def write(settings: Mapping[str, object] | None = None) -> str:
        tables = HEAPS
        for path, value in (settings or {}).items():
            tables = changed_at(path, value, tables)
        file = tmp_path / "heaps.toml"
        file.write_text(write_toml(tables), encoding="utf-8")
        return str(file)

    return write


@pytest.fixture
def unlike_batches(tmp_path: Path) -> str:
    """A scenario whose loss stays 29/3, its two batches' losses being 10 and 9."""
    tables = {
        "schema": 1,
        "title": "Three samples by two",
        "network": {
            "inputs": 1,
            "layers": [
                {"units": 1, "activation": "linear", "bias": False, "weights": [[0]], "train_weights": False},
            ],
        },
        "data": {"inputs": [[1], [1], [1]], "targets": [[3], [11**0.5], [3]]},
        "training": {"loss": "mse", "optimizer": "sgd", "batch_size": 2, "epochs": 4},
    }
    file = tmp_path / "unlike.toml"
    file.write_text(write_toml(tables), encoding="utf-8")
    return str(file)


@pytest.fixture
def root() -> Path:
    """The folder of the checkout."""
    return ROOT
