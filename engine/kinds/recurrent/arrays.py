"""The arrays of a running recurrent network: its tape. The first axis of what changes from step to step is time."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.layered.structure import Layer
from dlsim.engine.kinds.recurrent.structure import RecurrentStructure

Array = NDArray[Any]  # float64; complex128 under a complex step


class LayerThroughTime(Struct):
    """One layer at every step. `received` is what its weights are multiplied with."""

    layer: Layer
    settings: dict[str, float]
    weights: Array  # (senders, units), before the update
    biases: Array | None  # (units,)
    received: Array  # (steps, batch, senders)
    z: Array  # (steps, batch, units)
    a: Array  # (steps, batch, units)
    slope: Array  # (steps, batch, units): ∂a/∂z
    dE_da: Array  # (steps, batch, units), each sequence its own
    dE_dz: Array  # (steps, batch, units)
    dE_dW: Array  # (senders, units), mean over the batch
    dE_db: Array | None  # (units,)


class BatchOfSequences(Struct):
    """The tape of one batch. The hidden layer's ∂E/∂h has two parts: from its own step's error, and from later."""

    size: int
    hidden: LayerThroughTime
    output: LayerThroughTime
    own: Array  # (steps, batch, hidden)
    later: Array  # (steps, batch, hidden); the last step has nothing later
    x: Array  # (steps, batch, inputs)
    t: Array  # (steps, batch, outputs); empty without targets
    errors: Array  # (steps, batch, outputs): E_o
    step_errors: Array  # (steps, batch): E of each step
    E: Array  # (batch,)
    loss: float  # mean of E over the batch
    numbers: Array  # all of the above that is computed, flat
    gradients: Array  # (parameters,)
    before: Array  # (state,): parameters, then optimizer slots
    after: Array  # (state,)

    @property
    def layers(self) -> tuple[LayerThroughTime, LayerThroughTime]:
        """From the first."""
        return self.hidden, self.output


def work_size(structure: RecurrentStructure, batch: int) -> int:
    """Numbers that a tape of `batch` sequences holds."""
    hidden, output = structure.hidden, structure.output
    per_step = hidden.senders + 7 * hidden.units + 6 * output.units + 1
    return structure.parameters + batch * (structure.steps * per_step + 1)


def sequence_arrays(
    structure: RecurrentStructure, size: int, numbers: Array, before: Array, after: Array
) -> BatchOfSequences:
    """Views for batches of `size` sequences on flat arrays that are there already."""
    steps = structure.steps
    gradients = numbers[: structure.parameters]
    taken = structure.parameters

    def take(*shape: int) -> Array:
        nonlocal taken
        taken += int(np.prod(shape))
        return numbers[taken - int(np.prod(shape)) : taken].reshape(shape)

    def through_time(layer: Layer, received: Array) -> LayerThroughTime:
        return LayerThroughTime(
            layer=layer,
            settings=dict(layer.spec.activation.settings),
            weights=layer.weights.of(before),
            biases=layer.biases.of(before) if layer.biases else None,
            received=received,
            z=take(steps, size, layer.units),
            a=take(steps, size, layer.units),
            slope=take(steps, size, layer.units),
            dE_da=take(steps, size, layer.units),
            dE_dz=take(steps, size, layer.units),
            dE_dW=layer.weights.of(gradients),
            dE_db=layer.biases.of(gradients) if layer.biases else None,
        )

    hidden = through_time(structure.hidden, take(steps, size, structure.hidden.senders))
    return BatchOfSequences(
        size=size,
        hidden=hidden,
        output=through_time(structure.output, hidden.a),
        own=take(steps, size, structure.hidden.units),
        later=take(steps, size, structure.hidden.units),
        x=np.empty((0, size, structure.inputs)),
        t=np.empty((0, size, structure.output.units)),
        errors=take(steps, size, structure.output.units),
        step_errors=take(steps, size),
        E=take(size),
        loss=0.0,
        numbers=numbers,
        gradients=gradients,
        before=before,
        after=after,
    )
