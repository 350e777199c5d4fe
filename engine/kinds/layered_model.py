"""What models with layers of weights and biases share: batches of data, parameters by layer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.batches import Batches
from dlsim.engine.kinds.flat_state import FlatState
from dlsim.engine.kinds.layered_structure import LayeredStructure
from dlsim.engine.kinds.layered_tape import LayeredBatch
from dlsim.engine.kinds.layers import views
from dlsim.engine.model import LayerParameters
from dlsim.engine.reference import Ref
from dlsim.engine.scenario.spec import TrainingSpec

Array = NDArray[np.float64]

OF_A_FORWARD_PASS = frozenset({"x", "t", "z", "a", "E_o", "E_t", "E", "W", "b"})


class Naming(Protocol):
    """How symbols are read."""

    def parse(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names; None where this network has none such."""


class LayeredModel(FlatState, ABC):
    """The part of a model (see engine/model.py: Model) that does not depend on how its layers are connected."""

    structure: LayeredStructure
    naming: Naming
    _current: LayeredBatch
    """The arrays of the iteration on the tape."""

    def __init__(
        self, structure: LayeredStructure, naming: Naming, training: TrainingSpec | None, samples: int
    ) -> None:
        self.structure = structure
        self.naming = naming
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
        return ref.quantity in ("W", "b", "now_W", "now_b")

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias."""
        weights, biases = self.structure.parameter_views(self._state(landed=False))[ref.layer - 1]
        if ref.quantity.endswith("W"):
            weights[ref.index] = number
        elif biases is not None:
            biases[ref.index] = number

    def number_in(self, state: Array, ref: Ref) -> float:
        """A weight or a bias as a saved state has it."""
        if not self.is_parameter(ref):
            return float("nan")
        weights, biases = self.structure.parameter_views(state)[ref.layer - 1]
        if ref.quantity.endswith("W"):
            return float(weights[ref.index])
        return float("nan") if biases is None else float(biases[ref.index])

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """(weights, biases) of every layer, before or after the update; read-only views."""
        return views(self.structure.layers, self._state(landed=landed), read_only=True)

    def gradients(self) -> tuple[LayerParameters, ...]:
        """(∂E/∂W, ∂E/∂b) of every layer on the tape; read-only views."""
        return views(self.structure.layers, self._current.gradients, read_only=True)

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names."""
        return self.naming.parse(symbol)

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Gradients, slopes, new weights, optimizer state."""
        return is_of_an_iteration(ref.quantity)


def is_of_an_iteration(quantity: str) -> bool:
    """Whether a number is left by an iteration (gradients, new weights) rather than by a forward pass."""
    return quantity not in OF_A_FORWARD_PASS
