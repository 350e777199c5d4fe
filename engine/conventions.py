"""Which rules hold in a scenario, as keys and numbers: what the conventions panel says, and tests hold to the code."""

from __future__ import annotations

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.initialisers import INITIALISERS, drawn_layer
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.keras import loss_rules, network_rules, optimizer_rules, training_rules
from dlsim.engine.scenario.spec import Convention, DataSpec, NetworkSpec, Scenario, TrainingSpec


def conventions(scenario: Scenario) -> tuple[Convention, ...]:
    """The rules that hold in `scenario`, general ones first."""
    rules = [Convention("float64")]
    network, training = scenario.network, scenario.training
    if network is not None:
        rules += _layers(network)
        rules += _training(network, scenario.data, training) if training else [Convention("forward_only")]
        rules += network_rules(network)
    elif scenario.optimizer is not None:
        rules += OPTIMIZERS[scenario.optimizer.name](scenario.optimizer.settings).conventions()
        rules += optimizer_rules(scenario.optimizer)
    for function in scenario.functions:
        if function.target is None:
            rules += ACTIVATIONS[function.name].conventions(function.settings, function.label)
    rules += loss_rules(dict.fromkeys(function.name for function in scenario.functions if function.target is not None))
    if scenario.fires_at_zero is not None:
        rules.append(Convention("search_at_zero", {"how": "fires" if scenario.fires_at_zero else "silent"}))
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


def _training(network: NetworkSpec, data: DataSpec | None, training: TrainingSpec) -> list[Convention]:
    rules = [*LOSSES[training.loss].conventions(), Convention("gradients_from_old_weights")]
    samples, kept_back = (len(data.inputs), len(data.validation_inputs)) if data else (0, 0)
    rules.append(Convention("batches", {"size": training.batch_size, "samples": samples}))
    rules.append(Convention("shuffled", {"seed": training.seed}) if training.shuffle else Convention("not_shuffled"))
    if kept_back:
        rules.append(Convention("validation", {"rows": kept_back}))
    if any(not (layer.train_weights and layer.train_biases) for layer in network.layers):
        rules.append(Convention("frozen"))
    rules += OPTIMIZERS[training.optimizer.name](training.optimizer.settings).conventions()
    return [*rules, *optimizer_rules(training.optimizer), *training_rules(training, samples)]
