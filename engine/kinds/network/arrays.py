"""The arrays of a running network: made once, filled over and over. They are the tape.

All work arrays of a batch lie in one flat array, and so do all parameters with their optimizer state, once
before and once after the update: a checkpoint is one copy, and one sum tells whether every number is finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.functions.activations import Derivative, Value
from dlsim.engine.kinds.layered.structure import Layer
from dlsim.engine.kinds.network.structure import Structure

Array = NDArray[Any]  # float64; complex128 under a complex step


class LayerArrays(Struct):
    """One layer's share of a batch's tape, and its parameters before the update."""

    layer: Layer
    activate: Value
    differentiate: Derivative | None
    settings: dict[str, float]
    weights: Array  # (senders, units)
    weights_transposed: Array  # (units, senders), the same numbers
    biases: Array | None  # (units,)
    z: Array  # (batch, units)
    a: Array  # (batch, units)
    slope: Array  # (batch, units): ∂a/∂z
    dE_da: Array  # (batch, units), each row its sample's own
    dE_dz: Array  # (batch, units)
    share: Array  # (batch, units): ∂E/∂z divided by the batch's size; scratch space that all layers use
    dE_dW: Array  # (senders, units), mean over the batch
    dE_db: Array | None  # (units,), mean over the batch


class BatchArrays(Struct):
    """The tape of one batch. `x` and `t` are set for each batch; the rest are views of the flat arrays."""

    size: int
    layers: list[LayerArrays]
    x: Array  # (batch, inputs)
    t: Array | None  # (batch, outputs)
    errors: Array  # (batch, outputs): E_o
    E: Array  # (batch,)
    loss: float  # mean of E over the batch
    gradients: Array  # (parameters,): ∂E/∂W and ∂E/∂b of every layer
    before: Array  # (state,): parameters, then optimizer slots
    after: Array  # (state,)
    parameters: Array  # (trained,)
    new_parameters: Array  # (trained,)
    slots: tuple[Array, ...]  # each (trained,)
    new_slots: tuple[Array, ...]
    work: Array  # (trained,): the optimizer's scratch space


def work_size(structure: Structure, batch: int) -> int:
    """Numbers in the flat work array for batches of up to `batch` samples."""
    units = sum(layer.units for layer in structure.layers)
    widest = max(layer.units for layer in structure.layers)
    return structure.parameters + batch * (5 * units + structure.output.units + 1 + widest)


def watched_slice(structure: Structure, batch: int) -> slice:
    """Which of the work array's numbers show, together with the new state, whether all are finite: every z.

    What comes after follows from these: a is finite where z is, and a ∂E/∂a or ∂E/∂z that is not makes a gradient, and
    so a new parameter, that is not either. Only the gradients of frozen parameters have to be looked at themselves.
    """
    end = structure.parameters + batch * sum(layer.units for layer in structure.layers)
    return slice(structure.trained, end)


def batch_arrays(structure: Structure, size: int, work: Array, before: Array, after: Array) -> BatchArrays:
    """Views for batches of `size` samples on flat arrays that are there already."""
    gradients = work[: structure.parameters]
    taken = structure.parameters

    def take(units: int) -> Array:
        nonlocal taken
        taken += size * units
        return work[taken - size * units : taken].reshape(size, units)

    weighted_sums = [take(layer.units) for layer in structure.layers]  # first: see watched_slice
    mean = take(max(layer.units for layer in structure.layers)).reshape(-1)
    layers = []
    for layer in structure.layers:
        weights = layer.weights.of(before)
        layers.append(
            LayerArrays(
                layer=layer,
                activate=layer.activation.value,
                differentiate=layer.activation.derivative,
                settings=dict(layer.spec.activation.settings),
                weights=weights,
                weights_transposed=weights.T,
                biases=layer.biases.of(before) if layer.biases else None,
                z=weighted_sums[layer.number - 1],
                a=take(layer.units),
                slope=take(layer.units),
                dE_da=take(layer.units),
                dE_dz=take(layer.units),
                share=mean[: size * layer.units].reshape(size, layer.units),
                dE_dW=layer.weights.of(gradients),
                dE_db=layer.biases.of(gradients) if layer.biases else None,
            )
        )
    return BatchArrays(
        size=size,
        layers=layers,
        x=np.empty((0, structure.widths[0])),
        t=None,
        errors=take(structure.output.units),
        E=take(1).reshape(size),
        loss=0.0,
        gradients=gradients,
        before=before,
        after=after,
        parameters=before[: structure.trained],
        new_parameters=after[: structure.trained],
        slots=structure.slot_views(before),
        new_slots=structure.slot_views(after),
        work=np.empty(structure.trained),
    )
