"""Which rules hold in a scenario, as keys and numbers: what the conventions panel says, and tests hold to the code."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.initialisers import INITIALISERS, UNIFORM_SCALE
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.numbers import general
from dlsim.engine.scenario.spec import DataSpec, NetworkSpec, OptimizerSpec, Scenario, TrainingSpec


class Convention(Struct, frozen=True):
    """One rule: its key in the words catalogue, and what stands in it."""

    key: str
    values: Mapping[str, str | float] = field(default_factory=dict)


def conventions(scenario: Scenario) -> tuple[Convention, ...]:
    """The rules that hold in `scenario`, general ones first."""
    rules = [Convention("float64")]
    network, training = scenario.network, scenario.training
    if network is not None:
        rules += _layers(network)
        rules += _training(network, scenario.data, training) if training else [Convention("forward_only")]
    elif scenario.optimizer is not None:
        rules += _optimizer(scenario.optimizer)
    for function in scenario.functions:
        if function.target is None:
            rules += _at_exactly_zero(function.name, function.settings, function.label)
    if scenario.fires_at_zero is not None:
        rules.append(Convention("search_at_zero", _at_zero(scenario.fires_at_zero)))
    return tuple(rules)


def _at_zero(fires: bool) -> dict[str, str | float]:
    """What a neuron does at a sum of exactly 0."""
    return {"how": "fires" if fires else "silent"}


def _at_exactly_zero(name: str, settings: Mapping[str, float], label: str) -> list[Convention]:
    """The rules of an activation that has to choose there."""
    rules = []
    if name == "step":
        rules.append(Convention("step_at_zero", {"activation": label, **_at_zero(bool(settings["at_zero"]))}))
    if ACTIVATIONS[name].kinks:
        rules.append(Convention("derivative_at_kink", {"activation": label, "value": settings.get("alpha", 0.0)}))
    return rules


def _layers(network: NetworkSpec) -> list[Convention]:
    rules = []
    for name in dict.fromkeys(layer.activation.name for layer in network.layers):
        settings = next(layer.activation.settings for layer in network.layers if layer.activation.name == name)
        rules += _at_exactly_zero(name, settings, name)
    for number, layer in enumerate(network.layers, start=1):
        if layer.weights is None:
            scale = UNIFORM_SCALE if layer.scale is None else layer.scale
            limit = INITIALISERS[layer.init].notation.format(
                senders=network.widths[number - 1], units=layer.units, scale=general(scale)
            )
            values: dict[str, str | float] = {"layer": number, "init": layer.init, "limit": limit}
            rules.append(Convention("initialiser", {**values, "seed": network.seed}))
    if any(layer.bias and layer.biases is None for layer in network.layers):
        rules.append(Convention("biases_start_at_zero"))
    if not any(layer.bias for layer in network.layers):
        rules.append(Convention("no_biases"))
    return rules


def _training(network: NetworkSpec, data: DataSpec | None, training: TrainingSpec) -> list[Convention]:
    rules = []
    loss = LOSSES[training.loss]
    rules.append(
        Convention("loss_over_outputs", {"loss": loss.name, "how": "mean" if loss.mean_over_outputs else "sum"})
    )
    rules.append(Convention("loss_over_batch"))
    if loss.fused_with:
        rules.append(Convention("fused", {"loss": loss.name, "activation": loss.fused_with}))
    rules.append(Convention("gradients_from_old_weights"))
    samples, kept_back = (len(data.inputs), len(data.validation_inputs)) if data else (0, 0)
    rules.append(Convention("batches", {"size": training.batch_size, "samples": samples}))
    rules.append(Convention("shuffled", {"seed": training.seed}) if training.shuffle else Convention("not_shuffled"))
    if kept_back:
        rules.append(Convention("validation", {"rows": kept_back}))
    if any(not (layer.train_weights and layer.train_biases) for layer in network.layers):
        rules.append(Convention("frozen"))
    return rules + _optimizer(training.optimizer)


def _optimizer(spec: OptimizerSpec) -> list[Convention]:
    optimizer = OPTIMIZERS[spec.name](spec.settings)
    rules = [Convention(f"optimizer.{spec.name}", dict(optimizer.values))]
    if optimizer.epsilon_rule:
        rules.append(Convention("epsilon", {"rule": optimizer.epsilon_rule, "value": optimizer.values["epsilon"]}))
    for setting in optimizer.settings:
        if setting.name in optimizer.keras_defaults:
            values = {"default": setting.default, "keras": optimizer.keras_defaults[setting.name]}
            rules.append(Convention("default_unlike_keras", {"setting": setting.symbol, **values}))
    if optimizer.decay:
        rules.append(Convention("decay", {"value": optimizer.decay}))
    return rules
