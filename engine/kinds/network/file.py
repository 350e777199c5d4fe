"""`[network]`, `[data]` and `[training]` as a file has them, checked one by one and against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from msgspec import Meta

from dlsim.engine.functions.activations import read_activation
from dlsim.engine.functions.initialisers import DEFAULT
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.layered.file import ROUNDING, read_biases, read_scale, refuse_untrainable
from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.kinds.network.data_table import read_data
from dlsim.engine.kinds.network.training_table import read_training
from dlsim.engine.numbers import general
from dlsim.engine.scenario.spec import Array, DataSpec, LayerSpec, NetworkSpec, TrainingSpec
from dlsim.engine.scenario.tables import (
    Number,
    Place,
    Table,
    convert,
    count,
    matrix,
)

WIDEST = 1024
MOST_LAYERS = 32
MOST_VALUES_AT_ONCE = 8_000_000
"""Samples in a batch × units in the network: the tape holds some five numbers for each."""

Width = Annotated[int, Meta(ge=1, le=WIDEST)]


class NetworkTable(Table):
    """`[network]`."""

    inputs: Width
    layers: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=MOST_LAYERS)]
    seed: Annotated[int, Meta(ge=0)] = 0


class LayerTable(Table):
    """One of `layers`."""

    units: Width
    activation: str | dict[str, Any]
    weights: list[list[Number]] | None = None
    init: str | None = None
    scale: Number | None = None
    bias: bool = True
    biases: list[Number] | None = None
    train_weights: bool = True
    train_biases: bool = True


def read_network(tables: Mapping[str, Any], source: Source) -> NetworkBody:
    """The validated body of a network scenario; ScenarioError for anything that could not be run."""
    top = Place(source.file, "")
    for key in ("network", "data"):
        if key not in tables:
            raise (top / key).error(f"the table [{key}] is missing", None, f"add [{key}]")
    network = _network(tables["network"], top / "network")
    data = read_data(tables["data"], top / "data", source, outputs=network.widths[-1])
    _refuse_widths(network, data, top)
    training = None
    if "training" in tables:
        training = read_training(tables["training"], top / "training", len(data.inputs))
        for number, layer in enumerate(network.layers):
            refuse_untrainable(layer.activation, top / "network" / "layers" / number / "activation")
        _refuse_loss(network, data, training, top)
    _refuse_size(network, training.batch_size if training else len(data.inputs), top, trains=training is not None)
    return NetworkBody(network, data, training)


def _network(table: object, place: Place) -> NetworkSpec:
    network = convert(table, NetworkTable, place)
    layers: list[LayerSpec] = []
    for number, layer in enumerate(network.layers):
        senders = layers[-1].units if layers else network.inputs
        layers.append(_layer(layer, senders, place / "layers" / number))
    return NetworkSpec(network.inputs, tuple(layers), network.seed)


def _layer(table: object, senders: int, place: Place) -> LayerSpec:
    layer = convert(table, LayerTable, place)
    weights = None
    if layer.weights is not None:
        for key in ("init", "scale"):
            if getattr(layer, key) is not None:
                raise (place / key).error(
                    f"the layer has weights and {key}",
                    getattr(layer, key),
                    "give the weights, or how to draw them",
                )
        weights = matrix(layer.weights, place / "weights")
        if weights.shape != (senders, layer.units):
            raise (place / "weights").error(
                f"found {_shape(weights)}, but from {count(senders, 'sending unit')} "
                f"to {count(layer.units, 'unit')} it is {senders}×{layer.units}",
                layer.weights,
                "give a row for each sending unit and a column for each unit of this layer",
            )
    init = DEFAULT if layer.init is None else layer.init
    scale = read_scale(init, layer.scale, place)
    if layer.biases is not None and not layer.bias:
        raise (place / "biases").error("the layer has biases and bias = false", layer.biases, "remove one of the two")
    return LayerSpec(
        units=layer.units,
        activation=read_activation(layer.activation, place / "activation"),
        weights=weights,
        init=init,
        scale=scale,
        bias=layer.bias,
        biases=read_biases(layer.biases, layer.units, place / "biases"),
        train_weights=layer.train_weights,
        train_biases=layer.train_biases,
    )


# what must fit together


def _refuse_widths(network: NetworkSpec, data: DataSpec, top: Place) -> None:
    found, wanted = data.inputs.shape[1], network.inputs
    if found != wanted:
        raise (top / "network" / "inputs").error(
            f"the network has {count(wanted, 'input')}, the data {count(found, 'column')} of inputs",
            wanted,
            f"set inputs = {found}, or give rows of {wanted}",
        )
    if data.targets is not None and data.targets.shape[1] != network.widths[-1]:
        found, wanted = data.targets.shape[1], network.widths[-1]
        last = len(network.layers) - 1
        raise (top / "network" / "layers" / last / "units").error(
            f"the last layer has {count(wanted, 'unit')}, the data {count(found, 'column')} of targets",
            wanted,
            f"set units = {found} there, or give targets in rows of {wanted}",
        )


def _refuse_loss(network: NetworkSpec, data: DataSpec, training: TrainingSpec, top: Place) -> None:
    """Cross-entropies want their own activation in the output layer, and targets that are probabilities."""
    place, last = top / "training" / "loss", len(network.layers) - 1
    if data.targets is None:
        raise (top / "data").error(
            "training needs targets, but there are none",
            None,
            "add targets (for a CSV file: target), or remove [training]",
        )
    wanted, found = LOSSES[training.loss].fused_with, network.layers[-1].activation.name
    if wanted is not None and found != wanted:
        fitting = ", ".join(entry.name for entry in LOSSES.values() if entry.fused_with in (None, found))
        raise place.error(
            f"{training.loss} needs a {wanted} output, but the last layer is {found}",
            training.loss,
            f"set network.layers.{last}.activation = '{wanted}', or use one of {fitting}",
        )
    if wanted is None:
        return
    for targets in (data.targets, data.validation_targets):
        if targets is None or not targets.size:
            continue
        if targets.min() < 0 or targets.max() > 1:
            strange = targets.min() if targets.min() < 0 else targets.max()
            raise place.error(
                f"{training.loss} needs targets from 0 to 1, but one is {general(strange, 15)}",
                training.loss,
                "use probabilities as targets, or 'mse'",
            )
        sums = targets.sum(axis=1)
        if LOSSES[training.loss].targets_sum_to_one and np.abs(sums - 1).max() > ROUNDING:
            row = int(np.abs(sums - 1).argmax())
            raise place.error(
                f"{training.loss} needs targets that sum to 1; row {row} (from 0) sums to {general(sums[row], 15)}",
                training.loss,
                "give a probability for each class, for example one-hot rows such as [0, 1, 0]",
            )


def _refuse_size(network: NetworkSpec, batch: int, top: Place, *, trains: bool) -> None:
    units = sum(network.widths)
    if batch * units > MOST_VALUES_AT_ONCE:
        most = max(MOST_VALUES_AT_ONCE // units, 1)
        key = top / "training" / "batch_size" if trains else top / "data"
        raise key.error(
            f"{count(batch, 'sample')} at once through {count(units, 'unit')} are too many",
            batch,
            f"at most {most:,} at once fit this network",
        )


def _shape(array: Array) -> str:
    return f"{array.shape[0]}×{array.shape[1]}"
