"""What of a network never changes while it runs, however its layers are connected: functions, layout of its state.

The flat state holds the parameters, those that are trained first, then each slot of the optimizer for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.activations import ACTIVATIONS, Activation
from dlsim.engine.functions.losses import LOSSES, Loss
from dlsim.engine.functions.optimizers import OPTIMIZERS, Optimizer
from dlsim.engine.quantity import Ref, Shown
from dlsim.engine.scenario.spec import LayerSpec, NetworkSpec, TrainingSpec

Array = NDArray[Any]  # float64; complex128 under a complex step


class FlatSlice(Struct, frozen=True):
    """Where one layer's weights or biases lie in the flat parameter array."""

    start: int
    stop: int
    shape: tuple[int, ...]

    def of(self, flat: Array) -> Array:
        """That part of a flat array, in its own shape: a view."""
        return flat[self.start : self.stop].reshape(self.shape)


class Layer(Struct, frozen=True):
    """One dense layer, numbered from 1. `biases` is None for a layer without any."""

    number: int
    senders: int
    units: int
    spec: LayerSpec
    activation: Activation
    weights: FlatSlice
    biases: FlatSlice | None
    is_output: bool
    is_fused: bool
    """Whether its ∂E/∂z comes straight from the loss."""

    def flat_slice(self, letter: str) -> FlatSlice:
        """Where its weights (W) or biases (b) lie."""
        found = self.weights if letter == "W" else self.biases
        assert found is not None, f"{letter} in a layer without biases"
        return found


def views(layers: Sequence[Layer], flat: Array, *, read_only: bool = False) -> tuple[tuple[Array, Array | None], ...]:
    """(weights, biases or None) of every layer, in a flat array of parameters or of gradients."""
    if read_only:
        flat = flat.view()
        flat.flags.writeable = False
    return tuple((layer.weights.of(flat), layer.biases.of(flat) if layer.biases else None) for layer in layers)


class LayeredStructure(ABC):
    """A network's layers, loss and optimizer. A kind fills in `layers`, and how many numbers are `parameters` and
    `trained`.
    """

    layers: tuple[Layer, ...]
    parameters: int
    trained: int

    def __init__(self, network: NetworkSpec, training: TrainingSpec | None) -> None:
        self.symbols: dict[Ref, str] = {}
        self.shown: dict[Ref, Shown | None] = {}
        self.loss: Loss | None = LOSSES[training.loss].of(network.widths[-1]) if training else None
        self.optimizer: Optimizer | None = (
            OPTIMIZERS[training.optimizer.name](training.optimizer.settings) if training else None
        )

    def _dense(
        self,
        number: int,
        senders: int,
        spec: LayerSpec,
        weights: FlatSlice,
        biases: FlatSlice | None,
        *,
        is_output: bool,
    ) -> Layer:
        """A layer whose parameters lie there."""
        return Layer(
            number=number,
            senders=senders,
            units=spec.units,
            spec=spec,
            activation=ACTIVATIONS[spec.activation.name],
            weights=weights,
            biases=biases,
            is_output=is_output,
            is_fused=is_output and self.loss is not None and self.loss.fused_with is not None,
        )

    def layer(self, number: int) -> Layer:
        """The layer with that number, from 1."""
        return self.layers[number - 1]

    @property
    def output(self) -> Layer:
        """The last layer."""
        return self.layers[-1]

    @property
    def has_biases(self) -> bool:
        """Whether any layer has."""
        return any(layer.biases is not None for layer in self.layers)

    @abstractmethod
    def weight_at(self, number: int, place: int) -> tuple[int, int]:
        """(sender, unit) of the weight at a place, from 0, among a layer's as they are numbered."""

    @abstractmethod
    def place_of(self, number: int, index: tuple[int, ...]) -> int:
        """The place of the weight at (sender, unit)."""

    @abstractmethod
    def numbered(self, number: int, weights: Array) -> Array:
        """A layer's (senders, units) in one row, in the order in which they are numbered."""

    def weights_in_order(self, number: int) -> Iterator[tuple[int, int]]:
        """(sender, unit) of a layer's weights as they are numbered."""
        layer = self.layer(number)
        return (self.weight_at(number, place) for place in range(layer.senders * layer.units))

    # the flat state

    @property
    def slots(self) -> tuple[str, ...]:
        """The optimizer's slots, none where nothing is trained."""
        return self.optimizer.slots if self.optimizer else ()

    @property
    def state_size(self) -> int:
        """Numbers in the flat state."""
        return self.parameters + len(self.slots) * self.trained

    def parameter_views(self, state: Array) -> tuple[tuple[Array, Array | None], ...]:
        """(weights (n×j), biases (j,) or None) of every layer in a flat state, or in flat gradients."""
        return views(self.layers, state)

    def slot_views(self, state: Array) -> tuple[Array, ...]:
        """Each of the optimizer's slots in a flat state, (trained,)."""
        start, width = self.parameters, self.trained
        return tuple(state[start + n * width : start + (n + 1) * width] for n in range(len(self.slots)))
