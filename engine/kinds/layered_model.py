"""What models with layers of weights and biases share: batches of data, parameters by layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.batches import Batches
from dlsim.engine.kinds.flat_state import FlatState
from dlsim.engine.kinds.layers import Layer, views
from dlsim.engine.model import LayerParameters
from dlsim.engine.optimizers import Optimizer
from dlsim.engine.reference import Ref
from dlsim.engine.scenario import TrainingSpec

Array = NDArray[np.float64]


class LayeredModel(FlatState):
    """The part of a model (see engine/model.py: Model) that does not depend on how its layers are connected."""

    def __init__(
        self,
        layers: tuple[Layer, ...],
        initial: Array,
        optimizer: Optimizer | None,
        training: TrainingSpec | None,
        samples: int,
    ) -> None:
        seed = training.seed if training and training.shuffle else None
        self._batches = Batches(samples, training.batch_size if training else samples, seed)
        super().__init__(initial, optimizer, self._batches.calendar)
        self.trains = self.has_loss = training is not None
        self.epochs = training.epochs if training else 0
        self.layer_names = tuple((layer.units, layer.activation.name) for layer in layers)
        self._layers = layers

    def is_parameter(self, ref: Ref) -> bool:
        """Weights and biases."""
        return ref.quantity in ("W", "b", "now_W", "now_b")

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias."""
        weights, biases = views(self._layers, self._state(landed=False))[ref.layer - 1]
        if ref.quantity.endswith("W"):
            weights[ref.index] = number
        elif biases is not None:
            biases[ref.index] = number

    def number_in(self, state: Array, ref: Ref) -> float:
        """A weight or a bias as a saved state has it."""
        if not self.is_parameter(ref):
            return float("nan")
        weights, biases = views(self._layers, state)[ref.layer - 1]
        if ref.quantity.endswith("W"):
            return float(weights[ref.index])
        return float("nan") if biases is None else float(biases[ref.index])

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """(weights, biases) of every layer, before or after the update; read-only views."""
        return views(self._layers, self._state(landed=landed), read_only=True)
