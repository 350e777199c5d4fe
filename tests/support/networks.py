"""Network scenarios made in Python: the worked example, and random ones for property tests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.kinds.network.passes import NetworkBody
from dlsim.engine.scenario.spec import (
    ActivationSpec,
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Scenario,
    TrainingSpec,
)

SETTINGS = {
    name: {setting.name: setting.default for setting in entry.settings} for name, entry in ACTIVATIONS.items()
} | {"leaky_relu": {"alpha": 0.1}, "elu": {"alpha": 0.7}, "swish": {"beta": 1.5}}
"""What `layer` sets of an activation: here and there another number than the default."""


def layer(units, activation="sigmoid", weights=None, *, biases=None, init="glorot_uniform", **options):
    return LayerSpec(
        units=units,
        activation=ActivationSpec(activation, SETTINGS[activation]),
        weights=None if weights is None else np.array(weights, dtype=float),
        init=init,
        scale=None,
        bias=biases is not None,
        biases=None if biases is None else np.array(biases, dtype=float),
        **options,
    )


def scenario(
    layers,
    inputs,
    targets=None,
    *,
    loss="half_squared_error",
    optimizer="sgd",
    batch_size=None,
    shuffle=False,
    epochs=1,
    seed=0,
    **settings,
):
    inputs = np.array(inputs, dtype=float)
    targets = None if targets is None else np.array(targets, dtype=float)
    training = None
    if loss is not None:
        defaults = {entry.name: entry.default for entry in OPTIMIZERS[optimizer].settings}
        spec = OptimizerSpec(optimizer, {**defaults, **settings})
        training = TrainingSpec(loss, spec, batch_size or len(inputs), shuffle, epochs, seed)
    network = NetworkSpec(inputs.shape[1], tuple(layers), seed)
    data = DataSpec(inputs, targets, inputs[:0], None if targets is None else targets[:0], np.arange(len(inputs)))
    return Scenario("test", None, {}, {}, {}, None, "network", NetworkBody(network, data, training), ())


def worked_example():
    """The 2-2-2 network of section 3.4."""
    return scenario(
        [layer(2, weights=[[0.30, 0.40], [0.25, 0.35]]), layer(2, weights=[[0.45, 0.70], [0.40, 0.60]])],
        [[0.1, 0.2]],
        [[0.4, 0.6]],
        learning_rate=0.5,
    )


SMOOTH = ("sigmoid", "tanh", "softplus", "swish", "linear")
KINKED = ("relu", "leaky_relu", "elu")


@st.composite
def random_scenarios(draw, *, activations=SMOOTH + KINKED, optimizers=("sgd",), batches=True):
    """A random trained network with random data; every loss with an output that goes with it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    widths = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    fused = LOSSES[loss].fused_with
    samples = draw(st.integers(1, 7))
    layers = []
    for number, (senders, units) in enumerate(pairwise(widths), start=1):
        is_output = number == len(widths) - 1
        name = fused if is_output and fused else draw(st.sampled_from([*activations, "softmax"]))
        bias = draw(st.booleans())
        layers.append(
            layer(
                units,
                name,
                random.uniform(-1.5, 1.5, (senders, units)),
                biases=random.uniform(-0.5, 0.5, units) if bias else None,
                train_weights=draw(st.integers(0, 5)) > 0,
                train_biases=draw(st.integers(0, 5)) > 0,
            )
        )
    targets = random.uniform(0.05, 0.95, (samples, widths[-1]))
    if loss == "categorical_crossentropy":
        targets /= targets.sum(axis=1, keepdims=True)
    name = draw(st.sampled_from(optimizers))
    settings = {"learning_rate": draw(st.sampled_from([0.01, 0.1]))}
    if name == "sgd":
        settings["momentum"] = draw(st.sampled_from([0.0, 0.9]))
        settings["nesterov"] = float(draw(st.booleans()))
    if name == "adam":
        settings["amsgrad"] = float(draw(st.booleans()))
    settings["decay"] = draw(st.sampled_from([0.0, 0.01]))
    return scenario(
        layers,
        random.uniform(-2, 2, (samples, widths[0])),
        targets,
        loss=loss,
        optimizer=name,
        batch_size=draw(st.integers(1, samples)) if batches else None,
        shuffle=draw(st.booleans()),
        seed=draw(st.integers(0, 5)),
        **settings,
    )
