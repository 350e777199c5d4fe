"""A scenario: a validated, frozen description of what is run and what to expect of it.

What stands here has been checked: `load` (load.py) makes these from a file and refuses everything that
could not be run. Arrays are read-only float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from dlsim.engine.scenario.data import Samples

Array = NDArray[np.float64]
Text = Mapping[str, str]
"""A text by language code; the key "" holds a text given without a language."""
ALL = "all"
"""What a file writes as the size of a batch that is all samples."""


def in_language(text: Text, language: str) -> str:
    """`text` in `language`, or without a language, or in English, or in whatever it has; "" if empty."""
    for key in (language, "", "en"):
        if key in text:
            return text[key]
    return next(iter(text.values()), "")


class ActivationSpec(Struct, frozen=True):
    """An activation by name with all its settings, defaults filled in."""

    name: str
    settings: Mapping[str, float] = field(default_factory=dict)


class LayerSpec(Struct, frozen=True):
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


class NetworkSpec(Struct, frozen=True):
    """`[network]`: inputs, dense layers, and the seed of the initial weights."""

    inputs: int
    layers: tuple[LayerSpec, ...]
    seed: int

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of every layer, the input layer first."""
        return (self.inputs, *(layer.units for layer in self.layers))


class DataSpec(Struct, frozen=True):
    """`[data]`: rows are samples. `validation_*` have no rows where nothing is kept back."""

    inputs: Array  # (samples, inputs)
    targets: Array | None  # (samples, outputs)
    validation_inputs: Array
    validation_targets: Array | None
    rows: NDArray[np.intp]  # (samples,), where each stands among all rows, those that are kept back included
    features: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    source: str = "inline"


class OptimizerSpec(Struct, frozen=True):
    """An optimizer by name with all its settings, defaults filled in."""

    name: str
    settings: Mapping[str, float]


class TrainingSpec(Struct, frozen=True):
    """`[training]`; `batch_size` is resolved to a number of samples."""

    loss: str
    optimizer: OptimizerSpec
    batch_size: int
    shuffle: bool
    epochs: int
    seed: int


class Expectation(Struct, frozen=True):
    """One `[[expect]]` block: what holds after so many iterations. Only what is not None is checked."""

    after: int
    digits: int
    values: Mapping[str, float]
    outputs: Array | None = None
    loss: float | None = None
    loss_below: float | None = None
    accuracy: float | None = None


class Opened(Struct, frozen=True):
    """What was read when a scenario was opened: its variants by name (None: as it is written), and the samples of the
    files that they name, by how those are read.
    """

    variants: dict[str | None, Scenario] = field(default_factory=dict)
    samples: dict[Any, Samples] = field(default_factory=dict)


class Scenario(Struct, frozen=True):
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
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The file's tables after variant and overrides, cleaned: what an edit starts from."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """What was set besides, by dotted path."""
    opened: Opened = field(default_factory=Opened)
    """Shared by all that is made from it, variants and edits: none of them sees what happens to the files meanwhile."""

    @property
    def optimizer(self) -> OptimizerSpec | None:
        """By what it is trained; None where nothing is."""
        found: OptimizerSpec | None = getattr(getattr(self.body, "training", self.body), "optimizer", None)
        return found
