"""Forward through time, loss, and backward through time: the whole mathematics, read top to bottom.

h⟨t⟩ = f(x⟨t⟩·Wx + h⟨t−1⟩·Wh + b), o⟨t⟩ = g(h⟨t⟩·Wy + b), h⟨0⟩ = 0: Elman, Finding structure in time (1990). The error
of a sequence is the sum over its steps. Backwards, h⟨t⟩ answers for its own step's error and, through h⟨t+1⟩, for all
later ones: Werbos, Backpropagation through time: what it does and how to do it (1990).
"""

from __future__ import annotations

import numpy as np

from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.recurrent.arrays import BatchOfSequences, LayerThroughTime


def forward(batch: BatchOfSequences) -> None:
    """Fill in z and a (steps, batch, units) of both layers, step by step, from `batch.x` (steps, batch, inputs)."""
    hidden, output = batch.hidden, batch.output
    inputs = batch.x.shape[2]
    is_fed_back = hidden.layer.senders > inputs
    hidden.received[:, :, :inputs] = batch.x
    hidden.received[0, :, inputs:] = 0.0  # h⟨0⟩
    for step in range(len(batch.x)):
        if step and is_fed_back:
            hidden.received[step, :, inputs:] = hidden.a[step - 1]
        for layer in (hidden, output):
            np.dot(layer.received[step], layer.weights, out=layer.z[step])
            if layer.biases is not None:
                np.add(layer.z[step], layer.biases, out=layer.z[step])
            layer.layer.activation.value(layer.z[step], layer.a[step], layer.settings)


def loss(batch: BatchOfSequences, function: Loss) -> float:
    """Fill in every step's errors (steps, batch, outputs) and every sequence's E (batch,), their sum.

    Return the mean of E over the batch. Needs the z and a of `forward`, and `batch.t` (steps, batch, outputs).
    """
    output = batch.output
    for step, targets in enumerate(batch.t):
        function.errors(output.z[step], output.a[step], targets, batch.errors[step])
    np.add.reduce(batch.errors, axis=2, out=batch.step_errors)
    np.add.reduce(batch.step_errors, axis=0, out=batch.E)
    return np.add.reduce(batch.E) / batch.size  # type: ignore[no-any-return]


def backward(batch: BatchOfSequences, function: Loss) -> None:
    """Fill in ∂E/∂a, ∂a/∂z, ∂E/∂z of every step, the last one first; then each weight's gradient, a sum over time."""
    hidden, output = batch.hidden, batch.output
    inputs, last = batch.x.shape[2], len(batch.x) - 1
    is_fed_back = hidden.layer.senders > inputs
    recurrent_weights = hidden.weights[inputs:]  # (hidden, hidden), empty where nothing is fed back
    for step in range(last, -1, -1):
        if output.layer.is_fused:
            function.slope(output.a[step], batch.t[step], output.dE_dz[step])
        else:
            function.slope(output.a[step], batch.t[step], output.dE_da[step])
            _through_activation(output, step)
        np.dot(output.dE_dz[step], output.weights.T, out=batch.own[step])
        if is_fed_back and step < last:
            np.dot(hidden.dE_dz[step + 1], recurrent_weights.T, out=batch.later[step])
            np.add(batch.own[step], batch.later[step], out=hidden.dE_da[step])
        else:
            np.copyto(hidden.dE_da[step], batch.own[step])
        _through_activation(hidden, step)
    for layer in (hidden, output):
        share = layer.dE_dz.reshape(-1, layer.layer.units) / batch.size  # the mean: each sequence adds its share
        np.dot(layer.received.reshape(-1, layer.layer.senders).T, share, out=layer.dE_dW)
        if layer.dE_db is not None:
            np.add.reduce(share, axis=0, out=layer.dE_db)


def _through_activation(layer: LayerThroughTime, step: int) -> None:
    """∂E/∂z from ∂E/∂a, at one step."""
    z, a, dE_da, dE_dz = layer.z[step], layer.a[step], layer.dE_da[step], layer.dE_dz[step]
    if layer.layer.activation.couples_units:  # softmax: ∂E/∂z_k = a_k·(∂E/∂a_k − Σ ∂E/∂a_i·a_i)
        np.multiply(dE_da, a, out=dE_dz)
        np.subtract(dE_da, dE_dz.sum(axis=1, keepdims=True), out=dE_dz)
        np.multiply(dE_dz, a, out=dE_dz)
    else:
        layer.layer.activation.derivative(z, a, layer.slope[step], layer.settings)  # type: ignore[misc]
        np.multiply(dE_da, layer.slope[step], out=dE_dz)
