"""A scenario: a validated, frozen description of what is run and what to expect of it.

What stands here has been checked: `load` (loading.py) makes these from a file and refuses everything that
could not be run. Arrays are read-only float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Text = Mapping[str, str]
"""A text by language code; the key "" holds a text given without a language."""


def in_language(text: Text, language: str) -> str:
    """`text` in `language`, or without a language, or in English, or in whatever it has; "" if empty."""
    for key in (language, "", "en"):
        if key in text:
            return text[key]
    return next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class ActivationSpec:
    """An activation by name with all its settings, defaults filled in."""

    name: str
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One dense layer. `weights` (senders × units) and `biases` (units,) where given, else initialised."""

    units: int
    activation: ActivationSpec
    weights: Array | None
    init: str
    scale: float | None
    bias: bool
    biases: Array | None
    train_weights: bool = True
    train_biases: bool = True


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """`[network]`: inputs, dense layers, and the seed of the initial weights."""

    inputs: int
    layers: tuple[LayerSpec, ...]
    seed: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of every layer, the input layer first."""
        return (self.inputs, *(layer.units for layer in self.layers))


@dataclass(frozen=True, slots=True)
class DataSpec:
    """`[data]`: rows are samples. `validation_*` have no rows where nothing is kept back."""

    inputs: Array  # (samples, inputs)
    targets: Array | None  # (samples, outputs)
    validation_inputs: Array
    validation_targets: Array | None
    features: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    source: str = "inline"


@dataclass(frozen=True, slots=True)
class OptimizerSpec:
    """An optimizer by name with all its settings, defaults filled in."""

    name: str
    settings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """`[training]`; `batch_size` is resolved to a number of samples."""

    loss: str
    optimizer: OptimizerSpec
    batch_size: int
    shuffle: bool
    epochs: int
    seed: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """One `[[expect]]` block: what holds after so many iterations. Only what is not None is checked."""

    after: int
    digits: int
    values: Mapping[str, float]
    outputs: Array | None = None
    loss: float | None = None
    loss_below: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A validated scenario, in one of its variants. `body` is what its kind needs (see engine/kinds)."""

    name: str
    file: Path | None
    title: Text
    summary: Text
    lesson: Text
    section: str | None
    kind: str
    body: Any
    expectations: tuple[Expectation, ...]
    variants: tuple[str, ...] = ()
    variant: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The file's tables after variant and overrides, cleaned: what an edit starts from."""
    written: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The file's tables as they stand there, cleaned: what its other variants start from."""
    overrides: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was set besides, by dotted path."""
