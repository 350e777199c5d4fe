"""Which rules hold in a scenario, as keys and numbers: what the conventions panel says, and tests hold to the code."""

from __future__ import annotations

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.initialisers import INITIALISERS, drawn_layer
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.functions.settings import Convention
from dlsim.engine.scenario.spec import DataSpec, NetworkSpec, OptimizerSpec, Scenario, TrainingSpec


def conventions(scenario: Scenario) -> tuple[Convention, ...]:
    """The rules that hold in `scenario`, general ones first."""
    rules = [Convention("float64")]
    body = scenario.body
    network, training = getattr(body, "network", None), getattr(body, "training", None)
    if isinstance(network, NetworkSpec):
        rules += _layers(network)
        rules += _training(network, body.data, training) if training else [Convention("forward_only")]
    for function in getattr(body, "functions", ()):
        if function.target is None:
            rules += ACTIVATIONS[function.name].conventions(function.settings, function.label)
    if hasattr(body, "fires_at_zero"):  # asked so, that a start need not import every kind
        rules.append(Convention("search_at_zero", {"how": "fires" if body.fires_at_zero else "silent"}))
    optimizer = getattr(body, "optimizer", None)
    if isinstance(optimizer, OptimizerSpec):
        rules += OPTIMIZERS[optimizer.name](optimizer.settings).conventions()
    return tuple(rules)


def _layers(network: NetworkSpec) -> list[Convention]:
    rules: list[Convention] = []
    for name in dict.fromkeys(layer.activation.name for layer in network.layers):
        settings = next(layer.activation.settings for layer in network.layers if layer.activation.name == name)
        rules += ACTIVATIONS[name].conventions(settings, name)
    for number, layer in enumerate(network.layers, start=1):
        if layer.weights is None:
            drawn = drawn_layer(layer, network.widths[number - 1])
            rules.append(INITIALISERS[layer.init].convention(drawn, number, network.seed))
    if any(layer.bias and layer.biases is None for layer in network.layers):
        rules.append(Convention("biases_start_at_zero"))
    if not any(layer.bias for layer in network.layers):
        rules.append(Convention("no_biases"))
    return rules


def _training(network: NetworkSpec, data: DataSpec, training: TrainingSpec) -> list[Convention]:
    rules = [*LOSSES[training.loss].conventions(), Convention("gradients_from_old_weights")]
    rules.append(Convention("batches", {"size": training.batch_size, "samples": len(data.inputs)}))
    rules.append(Convention("shuffled", {"seed": training.seed}) if training.shuffle else Convention("not_shuffled"))
    if len(data.validation_inputs):
        rules.append(Convention("validation", {"rows": len(data.validation_inputs)}))
    if any(not (layer.train_weights and layer.train_biases) for layer in network.layers):
        rules.append(Convention("frozen"))
    return [*rules, *OPTIMIZERS[training.optimizer.name](training.optimizer.settings).conventions()]
