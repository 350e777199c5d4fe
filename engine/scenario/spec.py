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

from dlsim.engine.numbers import general
from dlsim.engine.text import Text

Array = NDArray[np.float64]
ALL = "all"
"""What a file writes as the size of a batch that is all samples."""
INLINE = "inline"
"""The source of data that stand in the scenario itself."""


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
    target_names: tuple[str, ...] = ()
    source: str = INLINE


class Samples(Struct, frozen=True):
    """Inputs (samples × features), and either targets (samples × outputs) or a class for each sample."""

    inputs: Array
    targets: Array | None = None
    labels: NDArray[np.intp] | None = None  # (samples,), places in `classes`
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()

    def targets_for(self, outputs: int) -> Array | None:
        """(samples, outputs): classes are one-hot; two, for a single output, are a column of 0 and 1."""
        if self.labels is None:
            return self.targets
        if len(self.classes) == 2 and outputs == 1:
            return self.labels.astype(np.float64).reshape(-1, 1)
        one_hot: Array = np.equal(self.labels[:, None], np.arange(len(self.classes))).astype(np.float64)
        return one_hot


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


class FunctionSpec(Struct, frozen=True):
    """An activation or, with a `target`, a loss as a function of its prediction."""

    name: str
    settings: Mapping[str, float] = field(default_factory=dict)
    target: float | None = None
    shows_settings: bool = False

    @property
    def label(self) -> str:
        """Its name, with what sets it apart from another of the same name."""
        if self.target is not None:
            return f"{self.name}[t={general(self.target)}]"
        if self.shows_settings:
            return f"{self.name}[{', '.join(f'{key}={general(value)}' for key, value in self.settings.items())}]"
        return self.name


class Body(Struct, frozen=True):
    """What a scenario consists of, as far as anyone outside its kind asks: a kind's own struct says what it has.

    Everything stands for "none" here; see `Scenario` for what each part means.
    """

    @property
    def network(self) -> NetworkSpec | None:
        """No network."""
        return None

    @property
    def data(self) -> DataSpec | None:
        """No data."""
        return None

    @property
    def training(self) -> TrainingSpec | None:
        """No network is trained."""
        return None

    @property
    def optimizer(self) -> OptimizerSpec | None:
        """The one that the network is trained with."""
        return self.training.optimizer if self.training else None

    @property
    def steps(self) -> int:
        """No sequences."""
        return 0

    @property
    def feedback(self) -> bool:
        """Nothing is fed back."""
        return False

    @property
    def functions(self) -> tuple[FunctionSpec, ...]:
        """No functions by themselves."""
        return ()

    @property
    def sweep(self) -> Array:
        """No x."""
        return np.empty(0)

    @property
    def gates(self) -> Mapping[str, Array]:
        """No search."""
        return {}

    @property
    def fires_at_zero(self) -> bool | None:
        """No search."""
        return None

    @property
    def coordinates(self) -> tuple[str, ...]:
        """No surface."""
        return ()

    @property
    def wording(self) -> str:
        """The words for all."""
        return ""

    @property
    def draws_weights(self) -> bool:
        """No weights."""
        return False

    @property
    def has_editable_data(self) -> bool:
        """No data."""
        return False

    @property
    def is_exportable(self) -> bool:
        """Not without layers of weights."""
        return False


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
    """A validated scenario, in one of its variants. `body` is its kind's own (see engine/kinds)."""

    name: str
    file: Path | None
    title: Text
    summary: Text
    lesson: Text
    section: str | None
    kind: str
    body: Body
    expectations: tuple[Expectation, ...]
    wording: str = ""
    """Under which name a words catalogue may have its own texts for such a scenario; "" for those for all."""
    variants: tuple[str, ...] = ()
    variant: str | None = None
    opens_on: str = ""
    """The picture that is looked at first; "" for its network."""
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The file's tables after variant and overrides, cleaned: what an edit starts from."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """What was set besides, by dotted path."""
    opened: Opened = field(default_factory=Opened)
    """Shared by all that is made from it, variants and edits: none of them sees what happens to the files meanwhile."""

    # what it consists of: nobody but its kind looks into the body

    @property
    def network(self) -> NetworkSpec | None:
        """Inputs and layers; None where there is no network."""
        return self.body.network

    @property
    def layers(self) -> tuple[LayerSpec, ...]:
        """The network's layers, from the first hidden one to the outputs; () where there is no network."""
        return self.body.network.layers if self.body.network else ()

    @property
    def data(self) -> DataSpec | None:
        """The samples; None where there are none."""
        return self.body.data

    @property
    def samples(self) -> int:
        """How many samples are trained on, or run through."""
        return len(self.body.data.inputs) if self.body.data else 0

    @property
    def training(self) -> TrainingSpec | None:
        """How the network is trained; None where none is."""
        return self.body.training

    @property
    def optimizer(self) -> OptimizerSpec | None:
        """What makes the updates, of a network or of a point on a surface; None where there are none."""
        return self.body.optimizer

    @property
    def steps(self) -> int:
        """The steps of each sequence; 0 where a sample is no sequence."""
        return self.body.steps

    @property
    def is_fed_back(self) -> bool:
        """Whether the hidden outputs come back to the hidden layer at the next step."""
        return self.body.feedback

    @property
    def functions(self) -> tuple[FunctionSpec, ...]:
        """What is looked at by itself, over `sweep`; () where nothing is."""
        return self.body.functions

    @property
    def sweep(self) -> Array:
        """(points,): the x at which functions are looked at."""
        return self.body.sweep

    @property
    def gates(self) -> Mapping[str, Array]:
        """(rows,) of 0 and 1 by name: what a search looks for; {} where nothing is searched."""
        return self.body.gates

    @property
    def fires_at_zero(self) -> bool | None:
        """What the neuron that is searched for answers at a sum of exactly 0; None where nothing is searched."""
        return self.body.fires_at_zero

    @property
    def coordinates(self) -> tuple[str, ...]:
        """The names of the coordinates of a point on a surface; () where there is none."""
        return self.body.coordinates

    # what can be done with it

    @property
    def draws_weights(self) -> bool:
        """Whether any of the first weights is drawn at random."""
        return self.body.draws_weights

    @property
    def has_editable_data(self) -> bool:
        """Whether single inputs and targets can be set."""
        return self.body.has_editable_data

    @property
    def is_exportable(self) -> bool:
        """Whether a run of it can be written as a scenario that begins with the weights of the moment."""
        return self.body.is_exportable


class Convention(Struct, frozen=True):
    """One rule of the conventions panel: its key in the words catalogue, and what stands in it."""

    key: str
    values: Mapping[str, str | float] = field(default_factory=dict)
