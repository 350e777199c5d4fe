"""The mathematics once more, in autograd's NumPy, with nothing of the engine's: what gradients are checked against."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np

from dlsim.engine.check import check_gradients

ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "linear": lambda z: z,
    "relu": lambda z: anp.where(z > 0, z, 0.0),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.1 * z),
    "elu": lambda z: anp.where(z > 0, z, 0.7 * (anp.exp(z) - 1)),
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "swish": lambda z: z / (1 + anp.exp(-1.5 * z)),
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True),
}
LOSSES = {
    "half_squared_error": lambda t, o: anp.sum(0.5 * (t - o) ** 2, axis=1),
    "mse": lambda t, o: anp.mean((t - o) ** 2, axis=1),
    "binary_crossentropy": lambda t, o: -anp.mean(t * anp.log(o) + (1 - t) * anp.log(1 - o), axis=1),
    "categorical_crossentropy": lambda t, o: -anp.sum(t * anp.log(o), axis=1),
}


def parameters_of(simulator):
    """[(weights, biases)] of every layer, biases of 0 where there are none."""
    return [
        (weights.copy(), np.zeros(weights.shape[1]) if biases is None else biases.copy())
        for weights, biases in simulator.parameters
    ]


def assert_gradients_are(simulator, expected, *, atol):
    """As near as rounding lets them."""
    for (weights, biases), (expected_weights, expected_biases) in zip(simulator.gradients, expected, strict=True):
        np.testing.assert_allclose(weights, expected_weights, rtol=1e-9, atol=atol)
        if biases is not None:
            np.testing.assert_allclose(biases, expected_biases, rtol=1e-9, atol=atol)


def assert_complex_steps_agree(simulator, *, size):
    """Terms of opposite sign may cancel: the error is measured against the `size` of what is summed."""
    report = check_gradients(simulator)
    assert report.ok
    for entry in report.entries:
        assert abs(entry.analytic - entry.numeric) <= 1e-12 * max(abs(entry.analytic), size), entry
    return report
