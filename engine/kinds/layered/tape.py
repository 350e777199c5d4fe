"""Reading a network's tape: what its numbers ask of it, and in what a dense network differs from one through time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.optimizers import Optimizer
from dlsim.engine.kinds.layered.structure import Layer, LayeredStructure
from dlsim.engine.kinds.updates import Parameter
from dlsim.engine.model import LayerParameters
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import Formula, Ref, Shown
from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[Any]  # float64; complex128 under a complex step

T = TypeVar("T")

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class LayerNumbers(Protocol):
    """A layer's share of a tape: (batch, units) each, or of a network through time (steps, batch, units)."""

    layer: Layer
    z: Array
    a: Array
    slope: Array
    dE_da: Array
    dE_dz: Array


class LayeredBatch(Protocol):
    """What the arrays of a batch have in common."""

    E: Array  # (batch,)
    errors: Array  # (batch, outputs), or (steps, batch, outputs)

    @property
    def size(self) -> int:
        """Samples in it."""

    @property
    def layers(self) -> Sequence[LayerNumbers]:
        """From the first."""

    @property
    def before(self) -> Array:
        """(state,): what the iteration reads."""

    @property
    def after(self) -> Array:
        """(state,): what it leaves."""

    @property
    def gradients(self) -> Array:
        """(parameters,)."""


class LayerNaming(Protocol):
    """How numbers are called."""

    def unit(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A unit's number; `letter` "a" stands for h or o."""

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""


class Matrices(Protocol):
    """The formulas of a layer's ops with matrices, each with its shapes."""

    @property
    def weighted_sum(self) -> tuple[str, str]:
        """Z = X·W + b."""

    @property
    def activation(self) -> tuple[str, str]:
        """Y = f(Z)."""

    @property
    def errors(self) -> tuple[str, str]:
        """E_o of each output."""

    @property
    def error(self) -> tuple[str, str]:
        """E = Σ E_o."""

    @property
    def output_gradient(self) -> tuple[str, str]:
        """∂E/∂Y."""

    @property
    def slope(self) -> tuple[str, str]:
        """∂Y/∂Z = f′(Z)."""

    @property
    def delta(self) -> tuple[str, str]:
        """∂E/∂Z."""

    @property
    def weight_gradient(self) -> tuple[str, str]:
        """∂E/∂W."""

    @property
    def bias_gradient(self) -> tuple[str, str]:
        """∂E/∂b."""


class LayeredTape(Tape):
    """The tape of one iteration of a network.

    `iteration` is the number of the update, by the optimizer's own count; `landed` says whether the new parameters
    have taken their places; `besides` lists the numbers that no op computes. What is abstract here is all in which a
    dense network and one through time differ; its `of` is a `LayerParameter`, which layered/quantities.py defines.
    """

    structure: LayeredStructure
    naming: LayerNaming
    batch: LayeredBatch
    data: DataSpec
    all_parameters = "W"

    def __init__(
        self,
        structure: LayeredStructure,
        naming: LayerNaming,
        batch: LayeredBatch,
        data: DataSpec,
        rows: Sequence[int],
        iteration: int,
        *,
        besides: Callable[[Any], Iterator[Ref]],
        landed: bool = False,
    ) -> None:
        self._besides = besides
        self.structure = structure
        self.symbols, self.shown = structure.symbols, structure.shown
        self.naming = naming
        self.batch = batch
        self.layers = batch.layers
        self.data = data
        self.rows = rows
        self.iteration = iteration
        self.landed = landed
        self._place_of_row: dict[int, int] | None = None
        self._memory: dict[Hashable, Any] = {}

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What a quantity has worked out of this tape under `key`, made when it is first asked for."""
        if key not in self._memory:
            self._memory[key] = make()
        found: T = self._memory[key]
        return found

    # parameters

    @property
    def optimizer(self) -> Optimizer | None:
        """What makes the update; None where nothing is trained."""
        return self.structure.optimizer

    @property
    def trained(self) -> int:
        """How many parameters an update renews."""
        return self.structure.trained

    @property
    def present(self) -> Array:
        """(parameters,): those that hold at the moment, after the update once that has landed."""
        state = self.batch.after if self.landed else self.batch.before
        return state[: self.structure.parameters]

    @property
    def present_layers(self) -> tuple[LayerParameters, ...]:
        """The same as (weights, biases) of every layer."""
        return self.structure.parameter_views(self.present)

    def parameter(self, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """A weight or a bias before the update or after it."""
        return self._in(self.batch.after if is_new else self.batch.before, of, ref)

    def slot(self, name: str, of: Parameter, ref: Ref, *, is_new: bool) -> float:
        """What the optimizer remembers of it, before the update or after it."""
        slots = self.structure.slot_views(self.batch.after if is_new else self.batch.before)
        return self._in(slots[self.structure.slots.index(name)], of, ref)

    def _in(self, flat: Array, of: Parameter, ref: Ref) -> float:
        """The number that an array of one for each parameter holds for a weight or a bias."""
        return float(self.structure.layer(ref.layer).flat_slice(of.key).of(flat)[ref.index])

    # samples

    def row_symbol(self, sample: int) -> str:
        """A sample's number in the training data, from 1, as a subscript."""
        return str(self.rows[sample] + 1).translate(SUBSCRIPTS)

    def place_of_row(self, row: int) -> int | None:
        """Where in the batch a row of the training data is; None where it is not in it."""
        if self._place_of_row is None:
            self._place_of_row = {each: place for place, each in enumerate(self.rows)}
        return self._place_of_row.get(row)

    # in what networks differ

    def besides(self) -> Iterator[Ref]:
        """See engine/program.py: Tape."""
        return self._besides(self)

    @property
    @abstractmethod
    def inputs(self) -> Array:
        """What the first layer receives."""

    @property
    @abstractmethod
    def targets(self) -> Array | None:
        """What should come out; None without targets."""

    @abstractmethod
    def at(self, numbers: Array, ref: Ref, sample: Any) -> Any:
        """A unit's number among those of its layer, of a sample or of several."""

    @abstractmethod
    def in_data(self, numbers: Array, ref: Ref) -> float:
        """A cell of the data table."""

    @abstractmethod
    def in_last_step(self, ref: Ref) -> Ref:
        """A unit's number that names no step, as that of the last one."""

    @abstractmethod
    def is_before_start(self, ref: Ref) -> bool:
        """Whether it is h⟨0⟩, which is 0 and nobody computes."""

    @abstractmethod
    def received(self, layer: int, sender: int, step: tuple[int, ...]) -> Ref:
        """What a layer receives from a sender: an input or an output of the layer below, or of the step before."""

    @abstractmethod
    def errors(self) -> Iterable[Ref]:
        """What a sample's E is the sum of."""

    @abstractmethod
    def parts(self, ref: Ref) -> Iterable[Ref]:
        """The parts of a hidden unit's ∂E/∂h that come back over different ways."""

    @abstractmethod
    def pair(self, ref: Ref) -> tuple[int, ...] | None:
        """(of, by): the two units of an entry of a matrix ∂Y/∂Z; None where units stand alone."""

    @abstractmethod
    def coupled(self, ref: Ref) -> Formula:
        """∂E/∂z where the activation couples the units of a layer."""

    @abstractmethod
    def has_delta_op(self, layer: int) -> bool:
        """Whether the program has the layer's ∂E/∂z as an op of its own."""

    @abstractmethod
    def gradient(self, of: Any, ref: Ref, sample: int) -> Formula:
        """∂E/∂W: the chain rule, over all samples of the batch."""

    @abstractmethod
    def terms(self, of: Any, ref: Ref) -> Array:
        """(batch,): each sample's own ∂E/∂W, unscaled."""

    @abstractmethod
    def output_shown_with(self, ref: Ref) -> Shown | None:
        """When an output in the data table is on screen."""

    @abstractmethod
    def activation_path(self, layer: int) -> str:
        """Where the scenario sets a layer's activation."""

    @abstractmethod
    def matrices(self, op: Op) -> Matrices:
        """The formulas of an op's layer with matrices."""

    @abstractmethod
    def parameter_matrix(self, of: Any, layer: int) -> tuple[str, str]:
        """(W[1], (2×3)): what stands for a layer's weights or biases, and its shape."""


def mean_of(errors: Array) -> float:
    """The loss of a batch, from its samples' E: infinite where their sum is."""
    with np.errstate(all="ignore"):
        return float(np.add.reduce(errors) / len(errors))
