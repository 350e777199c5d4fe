"""The kind "recurrent": `[recurrent]`, `[data]` and `[training]` checked, and what can be expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta

from dlsim.engine.classes import classes_of
from dlsim.engine.functions.activations import read_activation
from dlsim.engine.functions.initialisers import DEFAULT
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.kinds import Source
from dlsim.engine.kinds.layered.file import (
    ROUNDING,
    TrainingTable,
    judge_network,
    read_biases,
    read_scale,
    read_training,
    refuse_untrainable,
)
from dlsim.engine.kinds.layered.quantities import T, layered_quantities
from dlsim.engine.kinds.recurrent.model import RecurrentFinder, RecurrentModel
from dlsim.engine.kinds.recurrent.passes import RecurrentBody, RecurrentNaming, RecurrentStructure
from dlsim.engine.kinds.recurrent.quantities import OF_STEPS
from dlsim.engine.quantity import Quantity
from dlsim.engine.scenario.spec import Array, DataSpec, Expectation, LayerSpec, NetworkSpec, TrainingSpec
from dlsim.engine.scenario.tables import SEED, Number, Place, TomlTable, convert, count, frozen, matrix, number

WIDEST = 256
MOST_STEPS = 1_000
MOST_SEQUENCES = 10_000
MOST_VALUES_AT_ONCE = 4_000_000
"""Sequences in a batch × steps × units: the tape holds some seven numbers for each."""

Width = Annotated[int, Meta(ge=1, le=WIDEST)]


class RecurrentTable(TomlTable):
    """`[recurrent]`: one hidden layer whose outputs are fed back, one output layer."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "inputs": ("input_dim", "input_size", "n_features"),
        "hidden": ("units", "hidden_size", "hidden_units"),
        "outputs": ("output_size", "output_dim"),
        "weights": ("kernel",),
        "init": ("kernel_initializer",),
        "bias": ("use_bias",),
        "seed": SEED,
    }
    examples: ClassVar[Mapping[str, str]] = {"inputs": "1", "hidden": "2", "outputs": "1"}

    inputs: Width
    hidden: Width
    outputs: Width
    activation: str | dict[str, Any] = "tanh"
    output_activation: str | dict[str, Any] = "sigmoid"
    feedback: bool = True
    weights: dict[str, Any] | None = None
    bias: bool = True
    biases: dict[str, Any] | None = None
    init: str = DEFAULT
    scale: Number | None = None
    seed: Annotated[int, Meta(ge=0)] = 0


class WeightsTable(TomlTable):
    """`weights`: a row for each sending unit, a column for each receiving one; what is missing is drawn."""

    input: list[list[Number]] | None = None
    recurrent: list[list[Number]] | None = None
    output: list[list[Number]] | None = None


class BiasesTable(TomlTable):
    """`biases`; what is missing is 0."""

    hidden: list[Number] | None = None
    output: list[Number] | None = None


class SequencesTable(TomlTable):
    """`[data]`: a list of sequences; a step is a row of numbers, or a number where there is one."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "inputs": ("X", "x_train", "input"),
        "targets": ("Y", "y_train", "labels", "outputs"),
    }
    examples: ClassVar[Mapping[str, str]] = {"inputs": "[[0, 1, 1]]"}

    inputs: Annotated[list[list[Any]], Meta(min_length=1, max_length=MOST_SEQUENCES)]
    targets: list[list[Any]] | None = None


def read_recurrent(tables: Mapping[str, Any], source: Source) -> RecurrentBody:
    """The validated body of a recurrent scenario, from `tables` as TOML gives them.

    Raises ScenarioError, with the key's path and what is allowed, for anything that could not be run.
    """
    top = Place(source.file, "")
    for key in ("recurrent", "data"):
        if key not in tables:
            raise (top / key).error(f"the table [{key}] is missing", None, f"add [{key}]")
    place = top / "recurrent"
    table = convert(tables["recurrent"], RecurrentTable, place)
    network, recurrent_weights = _network(table, place)
    data, steps = _sequences(tables["data"], top / "data", table.inputs, table.outputs)
    training = None
    if "training" in tables:
        training = read_training(tables["training"], top / "training", len(data.inputs))
        for key, layer in zip(("activation", "output_activation"), network.layers, strict=True):
            refuse_untrainable(layer.activation, place / key)
        _refuse_loss(network, data, training, top)
    batch = training.batch_size if training else len(data.inputs)
    units = sum(network.widths) * steps
    if batch * units > MOST_VALUES_AT_ONCE:
        where = top / "training" / "batch_size" if training else top / "data"
        most = max(MOST_VALUES_AT_ONCE // units, 1)
        raise where.error(
            f"{count(batch, 'sequence')} at once are too many", batch, f"at most {most:,} at once fit this network"
        )
    return RecurrentBody(network, data, training, recurrent_weights, table.feedback, steps)


# the network


def _network(table: RecurrentTable, place: Place) -> tuple[NetworkSpec, Array | None]:
    weights = convert(table.weights or {}, WeightsTable, place / "weights")
    biases = convert(table.biases or {}, BiasesTable, place / "biases")
    if not table.bias and table.biases:
        raise (place / "biases").error("biases, and bias = false", table.biases, "remove one of the two")
    scale = read_scale(table.init, table.scale, place)
    spaces = (("input", table.inputs, table.hidden), ("recurrent", table.hidden, table.hidden))
    into_hidden, recurrent = (_weights(weights, name, shape, place / "weights") for name, *shape in spaces)
    into_output = _weights(weights, "output", [table.hidden, table.outputs], place / "weights")

    def layer(units: int, name: str, activation: str | dict[str, Any], key: str, given: Array | None) -> LayerSpec:
        return LayerSpec(
            units=units,
            activation=read_activation(activation, place / key),
            weights=given,
            init=table.init,
            scale=scale,
            bias=table.bias,
            biases=read_biases(getattr(biases, name), units, place / "biases" / name),
        )

    layers = (
        layer(table.hidden, "hidden", table.activation, "activation", into_hidden),
        layer(table.outputs, "output", table.output_activation, "output_activation", into_output),
    )
    return NetworkSpec(table.inputs, layers, table.seed), recurrent


def _weights(table: WeightsTable, name: str, shape: Sequence[int], place: Place) -> Array | None:
    rows = getattr(table, name)
    if rows is None:
        return None
    weights = matrix(rows, place / name)
    if weights.shape != tuple(shape):
        raise (place / name).error(
            f"found {weights.shape[0]}×{weights.shape[1]}, but it takes {shape[0]}×{shape[1]}",
            rows,
            "give a row for each sending unit and a column for each receiving one",
        )
    return weights


# the data


def _sequences(table: object, place: Place, inputs: int, outputs: int) -> tuple[DataSpec, int]:
    data = convert(table, SequencesTable, place)
    rows, steps = _rows(data.inputs, inputs, None, place / "inputs")
    targets = None
    if data.targets is not None:
        if len(data.targets) != len(data.inputs):
            raise (place / "targets").error(
                f"{count(len(data.targets), 'sequence')} for {count(len(data.inputs), 'sequence')} of inputs",
                data.targets,
                "give a sequence of targets for each sequence of inputs",
            )
        targets, _ = _rows(data.targets, outputs, steps, place / "targets")
    kept_back = None if targets is None else targets[:0]
    return DataSpec(rows, targets, rows[:0], kept_back, np.arange(len(rows))), steps


def _rows(sequences: list[list[Any]], width: int, steps: int | None, place: Place) -> tuple[Array, int]:
    """(sequences, steps·width) and the number of steps: the first sequence's, unless told."""
    wanted = len(sequences[0]) if steps is None else steps
    if not 1 <= wanted <= MOST_STEPS:
        raise (place / 0).error(f"a sequence of {count(wanted, 'step')}", None, f"it takes 1 to {MOST_STEPS:,}")
    numbers: list[float] = []
    for row, sequence in enumerate(sequences):
        if len(sequence) != wanted:
            raise (place / row).error(
                f"found {count(len(sequence), 'step')}, and the others have {wanted}",
                sequence,
                "give all sequences, and their targets, the same length",
            )
        for step, values in enumerate(sequence):
            each = values if isinstance(values, list) else [values]
            if len(each) != width:
                raise (place / row / step).error(
                    f"found {count(len(each), 'number')}", values, f"a step here has {count(width, 'number')}"
                )
            numbers.extend(number(value, place / row / step) for value in each)
    return frozen(np.array(numbers, dtype=np.float64).reshape(len(sequences), wanted * width)), wanted


# what must fit together


def _refuse_loss(network: NetworkSpec, data: DataSpec, training: TrainingSpec, top: Place) -> None:
    place, targets = top / "training" / "loss", data.targets
    if targets is None:
        raise (top / "data").error("training needs targets, but there are none", None, "add targets")
    wanted, found = LOSSES[training.loss].fused_with, network.layers[-1].activation.name
    if wanted is None:
        return
    if found != wanted:
        raise place.error(
            f"{training.loss} needs a {wanted} output, but this one is {found}",
            training.loss,
            f"set recurrent.output_activation = '{wanted}', or use another loss",
        )
    sums = targets.reshape(-1, network.widths[-1]).sum(axis=1)
    if targets.min() < 0 or targets.max() > 1:
        raise place.error(f"{training.loss} needs targets from 0 to 1", training.loss, "use such targets, or 'mse'")
    if LOSSES[training.loss].targets_sum_to_one and np.abs(sums - 1).max() > ROUNDING:
        raise place.error(
            f"{training.loss} needs the targets of each time step to sum to 1",
            training.loss,
            "give a probability for each class, for example one-hot rows such as [0, 1, 0]",
        )


class RecurrentKind:
    """See engine/kinds/__init__.py."""

    name = "recurrent"
    tables: Mapping[str, type[TomlTable]] = {
        "recurrent": RecurrentTable,
        "data": SequencesTable,
        "training": TrainingTable,
    }

    def read(self, tables: Mapping[str, Any], source: Source) -> RecurrentBody:
        """`[recurrent]`, `[data]` and `[training]`, checked against each other."""
        return read_recurrent(tables, source)

    def judge(self, body: RecurrentBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist, outputs must have the data's shape, what is asked must be there to ask."""
        structure = RecurrentStructure(body)
        found = judge_network(
            body,
            expectation,
            place := Place(source.file, key),
            RecurrentFinder(structure, RecurrentNaming(structure)).find,
            symbols="x1⟨1⟩, z1⟨1⟩, h1⟨2⟩, o1⟨2⟩, E⟨2⟩, E, Wx1, Wh1, Wy1, b1, ∂E/∂Wh1",
            width=structure.steps * structure.output.units,
            rows="a row for each sequence, its steps one after the other: ",
            classes=classes_of(body.data, structure.output.units),
        )
        for symbol, ref in found.items():
            if ref.quantity is T and body.data.targets is None:
                raise (place / "values" / symbol).error(f"{symbol} needs targets", symbol, "add data.targets")

    def build(self, body: RecurrentBody) -> RecurrentModel:
        """The running network."""
        return RecurrentModel(body)

    def quantities(self, body: RecurrentBody) -> Iterator[Quantity]:
        """See engine/kinds/__init__.py: Kind."""
        yield from layered_quantities(RecurrentStructure(body))
        yield from OF_STEPS if body.training is not None else ()


RECURRENT = RecurrentKind()
