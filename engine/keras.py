"""How Keras 2.2.4 is called for what a scenario says: its layers, its loss, its optimizer, its training.

The names are those of the entries in `functions`: `keras` of an activation, a loss, an optimizer.
Sources: the signatures in keras.layers, keras.losses and keras.optimizers of Keras 2.2.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.initialisers import DEFAULT
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import OPTIMIZERS, Optimizer
from dlsim.engine.scenario.spec import Convention, LayerSpec, NetworkSpec, OptimizerSpec, TrainingSpec


def network_rules(network: NetworkSpec) -> Iterator[Convention]:
    """A rule for each layer that Keras has; a layer with an activation that it does not have gets none."""
    for number, layer in enumerate(network.layers, start=1):
        call = layer_call(layer, network.inputs if number == 1 else None)
        if call:
            yield Convention("keras_layer", {"layer": number, "call": call})


def training_rules(training: TrainingSpec, samples: int) -> Iterator[Convention]:
    """How the model is compiled and how it is trained on so many samples."""
    loss = LOSSES[training.loss].keras
    if loss:
        call = f"model.compile(loss='{loss}', optimizer={optimizer_call(made(training.optimizer))})"
        yield Convention("keras_compile", {"call": call})
    else:
        yield from loss_rules([training.loss])
    size = min(training.batch_size, samples)
    how = f"batch_size={size}, epochs={training.epochs}, shuffle={training.shuffle}"
    yield Convention("keras_fit", {"call": f"model.fit(X, Y, {how})"})


def loss_rules(names: Iterable[str]) -> Iterator[Convention]:
    """What Keras calls each of these losses, or that it has none."""
    for name in names:
        key = "keras_loss" if LOSSES[name].keras else "keras_no_loss"
        yield Convention(key, {"loss": name, "keras": LOSSES[name].keras or LOSSES["mse"].keras})


def optimizer_rules(spec: OptimizerSpec) -> Iterator[Convention]:
    """How the optimizer is made with these settings, and what its defaults are there."""
    optimizer = made(spec)
    defaults = ", ".join(
        _argument(optimizer, setting.name, optimizer.keras_defaults.get(setting.name, setting.default))
        for setting in optimizer.settings
    )
    yield Convention("keras_optimizer", {"call": optimizer_call(optimizer), "defaults": defaults})


def made(spec: OptimizerSpec) -> Optimizer:
    """The optimizer of a scenario."""
    return OPTIMIZERS[spec.name](spec.settings)


def optimizer_call(optimizer: Optimizer) -> str:
    """Its learning rate, and every other setting that differs from the default of Keras.

    >>> optimizer_call(OPTIMIZERS["sgd"]({"momentum": 0.9}))
    'keras.optimizers.SGD(lr=0.01, momentum=0.9)'
    """
    given = [
        _argument(optimizer, setting.name, value)
        for setting in optimizer.settings
        if (value := optimizer.values[setting.name]) != optimizer.keras_defaults.get(setting.name, setting.default)
        or setting.name == "learning_rate"
    ]
    return f"keras.optimizers.{optimizer.keras}({', '.join(given)})"


def _argument(optimizer: Optimizer, name: str, value: float) -> str:
    """`lr=0.01`: Keras writes its own default of ε as None."""
    (setting,) = (setting for setting in optimizer.settings if setting.name == name)
    if setting.range == "flag":
        text = str(bool(value))
    elif name == "epsilon" and value == optimizer.keras_defaults.get(name, setting.default):
        text = "None"
    else:
        text = repr(float(value))
    return f"{optimizer.keras_arguments.get(name, name)}={text}"


def layer_call(layer: LayerSpec, inputs: int | None) -> str:
    """`Dense(8, input_dim=4, activation='relu')`, with the number of inputs where it is the first layer; "" where Keras
    has no such activation. An activation with settings is a layer of its own there.
    """
    activation = ACTIVATIONS[layer.activation.name]
    if not activation.keras:
        return ""
    arguments = [str(layer.units)]
    if inputs is not None:
        arguments.append(f"input_dim={inputs}")
    if not layer.bias:
        arguments.append("use_bias=False")
    if layer.weights is None and layer.init != DEFAULT:
        arguments.append(f"kernel_initializer='{layer.init}'")
    if not activation.settings:
        return f"Dense({', '.join([*arguments, f'activation={activation.keras!r}'])})"
    settings = ", ".join(f"{name}={value!r}" for name, value in layer.activation.settings.items())
    return f"Dense({', '.join(arguments)}), {activation.keras}({settings})"
