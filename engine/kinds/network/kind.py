"""The kind "network": `[network]` and `[data]` checked one by one and against each other, and what can be expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from dlsim.engine.classes import classes_of
from dlsim.engine.functions.activations import read_activation
from dlsim.engine.functions.initialisers import DEFAULT
from dlsim.engine.kinds import Source
from dlsim.engine.kinds.layered.file import (
    TrainingTable,
    judge_network,
    read_biases,
    read_scale,
    read_training,
    refuse_untrainable,
)
from dlsim.engine.kinds.layered.quantities import E_O, E, T, layered_quantities
from dlsim.engine.kinds.network.costs import COSTS
from dlsim.engine.kinds.network.data_summaries import data_quantities
from dlsim.engine.kinds.network.fit import WIDEST, refuse_misfits, refuse_size
from dlsim.engine.kinds.network.layer_summaries import layer_quantities
from dlsim.engine.kinds.network.model import NetworkFinder, NetworkModel
from dlsim.engine.kinds.network.passes import Naming, NetworkBody, Structure
from dlsim.engine.kinds.network.product import ENTRY, THROUGH, is_one_matrix
from dlsim.engine.kinds.network.quantities import backward_quantities
from dlsim.engine.names import nearest
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Quantity
from dlsim.engine.random import Random
from dlsim.engine.scenario.csv import read_csv
from dlsim.engine.scenario.data import split_set_numbers, with_set_numbers
from dlsim.engine.scenario.generators import GENERATORS, generated
from dlsim.engine.scenario.spec import INLINE, Array, DataSpec, Expectation, LayerSpec, NetworkSpec, Samples
from dlsim.engine.scenario.tables import (
    SEED,
    Number,
    Place,
    TomlTable,
    convert,
    count,
    frozen,
    matrix,
    number,
    unknown_key,
)
from dlsim.engine.text import shorten, shown

MOST_LAYERS = 32
MOST_PLACES = 6
"""Of so many classes a message writes out a row."""
LONGEST_ADVISED = 80
"""A list of so many characters is repeated in full where a message says how to write it."""

Width = Annotated[int, Meta(ge=1, le=WIDEST)]


class NetworkTable(TomlTable):
    """`[network]`."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "inputs": ("input_dim", "input_size", "input_shape", "n_inputs", "n_features", "in_features"),
        "layers": ("hidden_layers", "hidden_layer_sizes"),
        "seed": SEED,
    }
    examples: ClassVar[Mapping[str, str]] = {
        "inputs": "2",
        "layers": "[{ units = 1, activation = 'sigmoid' }]",
    }

    inputs: Width
    layers: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=MOST_LAYERS)]
    seed: Annotated[int, Meta(ge=0)] = 0


class LayerTable(TomlTable):
    """One of `layers`."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "units": ("size", "neurons", "nodes", "width", "n_units", "out_features", "output_dim"),
        "activation": ("act", "transfer"),
        "weights": ("kernel", "coefs_", "W"),
        "init": ("kernel_initializer", "weight_init"),
        "bias": ("use_bias", "fit_intercept"),
        "biases": ("intercepts_", "bias_vector"),
        "train_weights": ("trainable",),
    }
    examples: ClassVar[Mapping[str, str]] = {"units": "1", "activation": "'sigmoid'"}

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
    """The validated body of a network scenario, from `tables` as TOML gives them.

    Raises ScenarioError, with the key's path and what is allowed, for anything that could not be run.
    """
    top = Place(source.file, "")
    for key in ("network", "data"):
        if key not in tables:
            raise (top / key).error(f"the table [{key}] is missing", None, f"add [{key}]")
    network = _network(tables["network"], top / "network")
    data = read_data(tables["data"], top / "data", source, outputs=network.widths[-1])
    training = None
    if "training" in tables:
        training = read_training(tables["training"], top / "training", len(data.inputs))
        for number, layer in enumerate(network.layers):
            refuse_untrainable(layer.activation, top / "network" / "layers" / number / "activation")
    names_features = isinstance(tables["data"], dict) and "features" in tables["data"]
    refuse_misfits(network, data, training, top, names_features=names_features)
    refuse_size(network, training.batch_size if training else len(data.inputs), top, trains=training is not None)
    return NetworkBody(network, data, training)


def _network(table: object, place: Place) -> NetworkSpec:
    network = convert(table, NetworkTable, place)
    layers: list[LayerSpec] = []
    for at, layer in enumerate(network.layers):
        senders = layers[-1].units if layers else network.inputs
        layers.append(_layer(layer, senders, place / "layers" / at))
    return NetworkSpec(network.inputs, tuple(layers), network.seed)


def _layer(table: object, senders: int, place: Place) -> LayerSpec:
    if isinstance(table, dict) and isinstance(listed := table.get("bias"), list):
        written = f"[{', '.join(map(shown, listed))}]"
        remedy = f"write biases = {written if len(written) <= LONGEST_ADVISED else 'this list'}; bias is true or false"
        if "biases" in table:
            remedy = "remove it, or write true: the numbers stand in biases"
        raise (place / "bias").error(f"found {shown(listed)}", listed, remedy)
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
                f"found {weights.shape[0]}×{weights.shape[1]}, but from {count(senders, 'sending unit')} "
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


Rows = NDArray[np.intp]
MOST_SAMPLES = 100_000
DEFAULT_SAMPLES = 200
DEFAULT_NOISE = 0.1
MOST_NOISE = 1e307
"""A sample may lie six times as far away, and must still be a number: the largest is 1.8e308."""
KEPT_BACK_STREAM = 2
WAYS: Mapping[str, tuple[str, ...]] = {
    "inputs": ("targets",),
    "file": ("features", "target"),
    "generator": ("samples", "noise", "classes"),
}
"""The three ways of giving data: the key that chooses one, and the keys that go with it."""
ELSEWHERE = ("file", "generator")
"""Those in which the numbers do not stand in the scenario: single ones may be set over them."""


class DataTable(TomlTable):
    """`[data]`."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "inputs": ("X", "x_train", "input"),
        "targets": ("Y", "y_train", "labels", "outputs"),
        "file": ("csv", "path", "filename"),
        "features": ("feature_names", "columns", "usecols"),
        "target": ("label", "target_column", "target_names"),
        "samples": ("n_samples",),
        "classes": ("n_classes", "centers"),
        "validation_fraction": ("validation_split", "test_size", "validation_size"),
        "seed": SEED,
    }

    inputs: list[list[Number]] | None = None
    targets: list[list[Number]] | None = None
    file: str | None = None
    features: list[str] | None = None
    target: str | list[str] | None = None
    generator: str | None = None
    samples: Annotated[int, Meta(ge=2, le=MOST_SAMPLES)] | None = None
    noise: Number | None = None
    classes: Annotated[int, Meta(ge=2)] | None = None
    validation_fraction: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    seed: Annotated[int, Meta(ge=0)] = 0


def read_data(table: object, place: Place, source: Source, *, outputs: int) -> DataSpec:
    """The samples, some of them kept back; classes become targets for so many `outputs`.

    `table` is `[data]` as TOML gives it, and stands at `place`. Raises ScenarioError for what is wrong in it, and for a
    file that cannot be read.
    """
    changed: Mapping[str, Any] = {}
    if isinstance(table, dict):
        table, changed = split_set_numbers(table, ELSEWHERE)
        _refuse_mixture(table, place)
        for key in ("inputs", "targets"):
            _refuse_plain_list(table.get(key), place / key, outputs if key == "targets" else 0)
    data = convert(table, DataTable, place)
    if data.file is not None:
        samples, name = _of_file(data, data.file, place, source), shorten(data.file)
    elif data.generator is not None:
        samples, name = _generated(data, data.generator, place), data.generator
    else:
        samples, name = _written(data, place), INLINE
    inputs = with_set_numbers(samples.inputs, changed.get("inputs", {}), place / "inputs")
    targets = samples.targets_for(outputs)
    if targets is not None:
        targets = with_set_numbers(targets, changed.get("targets", {}), place / "targets")
    elif "targets" in changed:
        raise (place / "targets").error("the data have no targets to change", changed["targets"], "remove it")
    kept, back = _kept_back(len(inputs), data, place)
    return DataSpec(
        inputs=_rows(inputs, kept),
        targets=None if targets is None else _rows(targets, kept),
        validation_inputs=_rows(inputs, back),
        validation_targets=None if targets is None else _rows(targets, back),
        rows=kept,
        features=samples.features,
        classes=samples.classes,
        target_names=samples.target_names,
        source=name,
    )


def _rows(numbers: Array, rows: Rows) -> Array:
    """These rows, read-only; where they are all of them, it is no copy."""
    return frozen(numbers if len(rows) == len(numbers) else numbers[rows])


def _refuse_mixture(table: Mapping[str, object], place: Place) -> None:
    """Exactly one way of giving data, and only the keys that go with it."""
    known = DataTable.keys()
    for key in table:
        if key not in known.known:
            raise unknown_key(place / key, key, known)
    chosen = [way for way in WAYS if way in table]
    if len(chosen) != 1:
        raise place.error(
            f"found {' and '.join(chosen)}" if chosen else "there is no data",
            chosen,
            f"give one of {', '.join(WAYS)}",
        )
    fitting = WAYS[chosen[0]]
    for way, keys in WAYS.items():
        for key in keys:
            if way != chosen[0] and key in table:
                near = nearest(key, fitting)
                raise (place / key).error(
                    f"{key} goes with {way}, but this is {chosen[0]}",
                    table[key],
                    f"did you mean '{near}'?" if near else f"{chosen[0]} takes {', '.join(fitting)}",
                )


def _refuse_plain_list(values: object, place: Place, outputs: int) -> None:
    """Numbers where rows of numbers belong; `outputs` is how many a row of targets has, 0 for inputs."""
    is_plain = isinstance(values, list) and all(type(value) in (int, float) and isfinite(value) for value in values)
    if not (is_plain and isinstance(values, list) and values):
        return
    rows = ", ".join(f"[{shown(value)}]" for value in values[:3])
    remedy = f"write a row each: [{rows}{', …' if len(values) > 3 else ''}]"
    if outputs > 1:
        remedy = f"write a row of {outputs} numbers each"
    labels = sorted({*values})
    units = outputs if outputs != 1 else len(labels) if len(labels) > 2 and values == [*map(round, values)] else 1
    if 1 < units <= MOST_PLACES:
        first, second = ([int(at == one) for at in range(units)] for one in range(2))
        remedy += f"; if they are classes, {first} for {shown(labels[0])}"
        if len(labels) > 1:
            remedy += f", {second} for {shown(labels[1])}" + " and so on" * (units > 2)
    elif units > 1:
        remedy += f"; if they are classes, rows of {units} numbers, 1 at the place of the class, 0 elsewhere"
    if units > max(outputs, 1):
        remedy += f", with units = {units} in the last layer"
    raise place.error(f"found {shown(values)}, numbers without rows", values, remedy)


def _written(data: DataTable, place: Place) -> Samples:
    inputs = matrix(data.inputs or (), place / "inputs")
    if data.targets is None:
        return Samples(inputs)
    targets = matrix(data.targets, place / "targets")
    if len(targets) != len(inputs):
        raise (place / "targets").error(
            f"found {count(len(targets), 'row')} for {count(len(inputs), 'row')} of inputs",
            data.targets,
            "give a row of targets for each row of inputs",
        )
    return Samples(inputs, targets)


def _of_file(data: DataTable, name: str, place: Place, source: Source) -> Samples:
    """Those of a CSV file, as it was when the scenario was opened where it was read then."""
    asked = (name, repr(data.features), repr(data.target))
    if asked not in source.opened:
        source.opened[asked] = read_csv(name, source.folder, place, data.features, data.target)
    return source.opened[asked]


def _generated(data: DataTable, name: str, place: Place) -> Samples:
    if name not in GENERATORS:
        raise (place / "generator").unknown("generator", name, GENERATORS)
    generator = GENERATORS[name]
    classes = 2 if data.classes is None else data.classes
    if generator.is_regression and data.classes is not None:
        raise (place / "classes").error(f"{name} has no classes", classes, "remove it")
    if classes > generator.most_classes:
        raise (place / "classes").error(
            f"found {classes}", classes, f"{name} has {'2' if generator.most_classes == 2 else '2 to 10'}"
        )
    noise = DEFAULT_NOISE if data.noise is None else number(data.noise, place / "noise")
    if noise < 0:
        raise (place / "noise").error(f"found {shown(data.noise)}", data.noise, "this must be a number ≥ 0")
    if noise > MOST_NOISE:
        raise (place / "noise").error(
            f"found {shown(data.noise)}, so large that samples would overflow",
            data.noise,
            f"this must be a number ≤ {general(MOST_NOISE)}",
        )
    samples = DEFAULT_SAMPLES if data.samples is None else data.samples
    return generated(name, samples, noise, data.seed, classes)


def _kept_back(samples: int, data: DataTable, place: Place) -> tuple[Rows, Rows]:
    """(rows to train on, rows kept back), each in the order of the data; chosen by the seed."""
    if data.validation_fraction and samples < 2:
        raise (place / "validation_fraction").error(
            "a single sample cannot be kept back", data.validation_fraction, "remove it, or give more samples"
        )
    return kept_back(samples, data.validation_fraction, data.seed)


def kept_back(samples: int, fraction: float, seed: int) -> tuple[Rows, Rows]:
    """(rows to train on, rows kept back), from 0, of so many samples; `fraction` (0 to 1) of them are kept back.

    Which rows are which depends on nothing else than these three.
    """
    if not fraction:
        return np.arange(samples), np.arange(0)
    back = min(max(round(samples * fraction), 1), samples - 1)
    order = Random(seed, KEPT_BACK_STREAM).permutation(samples)
    return np.sort(order[back:]), np.sort(order[:back])


class NetworkKind:
    """See engine/kinds/__init__.py."""

    name = "network"
    tables: Mapping[str, type[TomlTable]] = {"network": NetworkTable, "data": DataTable, "training": TrainingTable}

    def read(self, tables: Mapping[str, Any], source: Source) -> NetworkBody:
        """`[network]`, `[data]` and `[training]`, checked against each other."""
        return read_network(tables, source)

    def judge(self, body: NetworkBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist, outputs must have the data's shape, what is asked must be there to ask."""
        structure = Structure(body)
        found = judge_network(
            body,
            expectation,
            place := Place(source.file, key),
            NetworkFinder(structure, Naming(structure)).find,
            symbols="x1, z1, h1, o1, E, W1, W[1][1,1], b1, ∂E/∂W1, W1⁺",
            width=structure.output.units,
            rows="",
            classes=classes_of(body.data),
        )
        for symbol, ref in found.items():
            if ref.quantity in (T, E, E_O) and (body.data.targets is None or structure.loss is None):
                raise (place / "values" / symbol).error(
                    f"{symbol} needs targets and a loss", symbol, "add [training] with a loss"
                )

    def build(self, body: NetworkBody) -> NetworkModel:
        """The running network."""
        return NetworkModel(body)

    def quantities(self, body: NetworkBody) -> Iterator[Quantity]:
        """See engine/kinds/__init__.py: Kind."""
        structure, has_loss = Structure(body), body.training is not None
        yield from layered_quantities(structure)
        yield from backward_quantities(structure)
        yield from layer_quantities(structure)
        if has_loss:
            yield from COSTS
        if is_one_matrix(structure):
            yield from (ENTRY, THROUGH)
        yield from data_quantities(body.data, has_loss=has_loss)


NETWORK = NetworkKind()
