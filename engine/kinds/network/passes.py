"""Forward, loss, backward: the whole mathematics of a dense network, read top to bottom.

Rows are samples: X (m×n) · W (n×j) + b (1×j) = Z (m×j). Every gradient reads the weights from before the update.
Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323 (1986).
"""

from __future__ import annotations

import numpy as np

from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.network.arrays import BatchArrays


def forward(batch: BatchArrays) -> None:
    """Fill in every layer's z = a_below·W + b and a = f(z), each (batch, units), from `batch.x` (batch, inputs)."""
    senders = batch.x
    for arrays in batch.layers:
        senders.dot(arrays.weights, out=arrays.z)
        if arrays.biases is not None:
            np.add(arrays.z, arrays.biases, out=arrays.z)
        arrays.activate(arrays.z, arrays.a, arrays.settings)
        senders = arrays.a


def loss(batch: BatchArrays, function: Loss) -> float:
    """Fill in every output's error (batch, outputs) and every sample's E (batch,); return the mean of E over the batch.

    Needs the z and a of `forward`, and `batch.t` (batch, outputs).
    """
    output = batch.layers[-1]
    function.errors(output.z, output.a, batch.t, batch.errors)  # type: ignore[arg-type]
    np.add.reduce(batch.errors, axis=1, out=batch.E)
    if batch.size == 1:
        return batch.E[0]  # type: ignore[no-any-return]
    return np.add.reduce(batch.E) / batch.size  # type: ignore[no-any-return]


def backward(batch: BatchArrays, function: Loss) -> None:
    """Fill in ∂E/∂a, ∂a/∂z, ∂E/∂z of every layer, sample by sample, and the mean ∂E/∂W, ∂E/∂b of the batch.

    The first three are (batch, units), the gradients (senders, units) and (units,). Needs the z and a of `forward`.
    """
    for number in range(len(batch.layers) - 1, -1, -1):
        arrays = batch.layers[number]
        layer, dE_dz = arrays.layer, arrays.dE_dz
        if layer.is_fused:
            function.slope(arrays.a, batch.t, dE_dz)  # type: ignore[arg-type]
        else:
            if layer.is_output:
                function.slope(arrays.a, batch.t, arrays.dE_da)  # type: ignore[arg-type]
            else:
                above = batch.layers[number + 1]
                above.dE_dz.dot(above.weights_transposed, out=arrays.dE_da)
            if layer.activation.couples_units:  # softmax: ∂E/∂z_k = a_k·(∂E/∂a_k − Σ ∂E/∂a_i·a_i)
                np.multiply(arrays.dE_da, arrays.a, out=dE_dz)
                np.subtract(arrays.dE_da, dE_dz.sum(axis=1, keepdims=True), out=dE_dz)
                np.multiply(dE_dz, arrays.a, out=dE_dz)
            else:
                arrays.differentiate(arrays.z, arrays.a, arrays.slope, arrays.settings)  # type: ignore[misc]
                np.multiply(arrays.dE_da, arrays.slope, out=dE_dz)
        senders = batch.layers[number - 1].a if number else batch.x
        if batch.size > 1:  # the mean: each sample adds its share
            dE_dz = np.multiply(dE_dz, 1.0 / batch.size, out=arrays.share)
        senders.T.dot(dE_dz, out=arrays.dE_dW)
        if arrays.dE_db is not None:
            np.add.reduce(dE_dz, axis=0, out=arrays.dE_db)
