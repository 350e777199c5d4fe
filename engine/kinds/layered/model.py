"""What running networks share: batches of data, parameters by layer, the rows of their tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.layered.quantities import B, LayerParameter, W
from dlsim.engine.kinds.layered.structure import Layer, LayeredStructure, views
from dlsim.engine.kinds.layered.tape import LayeredBatch, LayerNaming
from dlsim.engine.model import Batches, FlatState, LayerParameters, Row
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import TrainingSpec

Array = NDArray[np.float64]


class LayeredModel(FlatState, ABC):
    """The part of a model (see engine/model.py: Model) that does not depend on how its layers are connected."""

    structure: LayeredStructure
    find: Callable[[str], Ref | None]
    """See engine/model.py: Model."""
    _current: LayeredBatch
    """The arrays of the iteration on the tape."""

    def __init__(self, structure: LayeredStructure, training: TrainingSpec | None, samples: int) -> None:
        self.structure = structure
        seed = training.seed if training and training.shuffle else None
        self._batches = Batches(samples, training.batch_size if training else samples, seed)
        super().__init__(self._initial_state(), structure.optimizer, self._batches.calendar)
        self.trains = self.has_loss = training is not None
        self.epochs = training.epochs if training else 0
        self.layer_names = tuple((layer.units, layer.activation.name) for layer in structure.layers)

    @abstractmethod
    def _initial_state(self) -> Array:
        """(state,): where the scenario begins."""

    def is_parameter(self, ref: Ref) -> bool:
        """Weights and biases."""
        return isinstance(ref.quantity.before, LayerParameter) and not ref.quantity.is_new

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """A weight or a bias."""
        return Ref((W, B)[which], layer, index)

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias in the state before the update; one that its layer does not have is left alone."""
        array = self._array_of(self._state(landed=False), ref)
        if array is not None:
            array[ref.index] = number

    def number_in(self, state: Array, ref: Ref) -> float:
        """A weight or a bias as a saved state has it."""
        array = self._array_of(state, ref) if self.is_parameter(ref) else None
        return float("nan") if array is None else float(array[ref.index])

    def _array_of(self, state: Array, ref: Ref) -> Array | None:
        """The layer's weights or biases among which a parameter is; None in a layer that has none."""
        weights, biases = self.structure.parameter_views(state)[ref.layer - 1]
        return weights if ref.quantity.before is W else biases

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """(weights, biases) of every layer, before or after the update; read-only views."""
        return views(self.structure.layers, self._state(landed=landed), read_only=True)

    def gradients(self) -> tuple[LayerParameters, ...]:
        """(∂E/∂W, ∂E/∂b) of every layer on the tape; read-only views."""
        return views(self.structure.layers, self._current.gradients, read_only=True)

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Gradients, slopes, new weights, optimizer state."""
        return not ref.quantity.of_forward_pass


KEPT_ROWS = 256
"""So many rows of a table are kept that were made: those on screen are made once, not at every step, 17 calls each."""


class LazyRows(Sequence[Row]):
    """Rows made when they are looked at: a table may have a hundred thousand of them, of which the latest are kept."""

    def __init__(self, count: int, make: Callable[[int], Row]) -> None:
        self._count, self._make = count, make
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, range(self._count))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self._made.get(place) or self[place] for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        index %= self._count
        if index not in self._made:
            if len(self._made) >= KEPT_ROWS:
                self._made.clear()
            self._made[index] = self._make(index)
        return self._made[index]


def parameter_row(structure: LayeredStructure, naming: LayerNaming, ref: Ref, layer: Layer) -> Row:
    """The row of a parameter: itself, its gradient, what the optimizer remembers, its change and its new value.

    Without a loss there is the parameter alone; what is frozen has a gradient, and nothing after it.
    """
    of = ref.quantity
    assert isinstance(of, LayerParameter), "a parameter of a layer"
    cells: list[Ref | None] = [ref]
    if structure.loss is not None:
        cells.append(ref._replace(quantity=of.gradient))
        for quantity in (*map(of.new_slot, structure.slots), of.change, of.new):
            cells.append(ref._replace(quantity=quantity) if of.is_trained(layer) else None)
    return Row(naming.parameter(of.key, ref.layer, ref.index), tuple(cells), group=ref.layer)
