"""Dense layers whose parameters lie in one flat array: where each begins, and the views on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.activations import Activation
from dlsim.engine.scenario.spec import LayerSpec

Array = NDArray[Any]  # float64; complex128 under a complex step


class Segment(Struct, frozen=True):
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
    weights: Segment
    biases: Segment | None
    is_output: bool
    is_fused: bool
    """Whether its ∂E/∂z comes straight from the loss."""

    def segment(self, letter: str) -> Segment:
        """Where its weights (W) or biases (b) lie."""
        segment = self.weights if letter == "W" else self.biases
        assert segment is not None, f"{letter} in a layer without biases"
        return segment


def views(layers: Sequence[Layer], flat: Array, *, read_only: bool = False) -> tuple[tuple[Array, Array | None], ...]:
    """(weights, biases or None) of every layer, in a flat array of parameters or of gradients."""
    if read_only:
        flat = flat.view()
        flat.flags.writeable = False
    return tuple((layer.weights.of(flat), layer.biases.of(flat) if layer.biases else None) for layer in layers)
