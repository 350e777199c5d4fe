"""A run written as a scenario file that begins with its present weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.errors import WrongKindError
from dlsim.engine.kinds.network.file import Rows, kept_back
from dlsim.engine.kinds.updates import RATE, NewSlot
from dlsim.engine.scenario.spec import DataSpec, Scenario
from dlsim.engine.scenario.toml import LARGEST_TOML, write_toml
from dlsim.engine.simulator import Simulator
from dlsim.engine.text import clean

Array = NDArray[np.float64]
ORDER = ("schema", "title", "summary", "section", "kind", "lesson", "network", "data", "training", "expect")
WRITTEN_WEIGHTS = ("init", "scale", "weights", "biases")
"""What a layer says about its first weights: the present ones stand there instead."""
MOST_OUTPUTS = 16
"""Of a larger training set the outputs are not written down as expected."""


def export(simulator: Simulator, *, folder: Path | None = None) -> str:
    """The text of a scenario file: the scenario that is run, with the present weights for its first ones.

    `folder` is where the file will be: a CSV file in the same folder is named, the rows of any other are written out.
    Raises WrongKindError for a kind without weights, and for more than a scenario file may hold.

        Path("mine.toml").write_text(export(sim), encoding="utf-8")
    """
    scenario = simulator.scenario
    refuse_other_kinds(scenario)
    tables = exported_tables(simulator, folder)
    text = f"{_heading(simulator)}\n{write_toml(tables)}"
    if len(text.encode()) > LARGEST_TOML:
        raise WrongKindError(
            f"{scenario.name} with its data is larger than the {LARGEST_TOML:,} bytes of a scenario file; "
            "if they come from a CSV file, export to its folder"
        )
    return text


def refuse_other_kinds(scenario: Scenario) -> None:
    """Raise WrongKindError for a scenario that has no weights to write down."""
    if not scenario.is_exportable:
        raise WrongKindError(f"only networks can be exported, and {scenario.name} is of kind '{scenario.kind}'")


def exported_tables(simulator: Simulator, folder: Path | None = None) -> dict[str, Any]:
    """The tables of the file that `export` writes."""
    scenario = simulator.scenario
    tables = {key: item for key, item in scenario.raw.items() if key not in ("variants", "expect")}
    layers = []
    for table, spec, (weights, biases) in zip(
        scenario.raw["network"]["layers"], scenario.layers, simulator.parameters, strict=True
    ):
        layer = {key: item for key, item in table.items() if key not in WRITTEN_WEIGHTS}
        layer["weights"] = weights.tolist()
        if spec.bias and biases is not None:
            layer["biases"] = biases.tolist()
        layers.append(layer)
    tables["network"] = {**scenario.raw["network"], "layers": layers}
    if scenario.data is not None:
        tables["data"] = _data(scenario, scenario.data, folder)
    tables["expect"] = [_expected(simulator)]
    return {key: tables[key] for key in ORDER if key in tables}


def forgotten(simulator: Simulator) -> tuple[str, ...]:
    """What of the run a scenario file cannot hold: the optimizer's memory, its count, the place among batches.

    Empty where the file goes on exactly as the run would.
    """
    training = simulator.scenario.training
    if training is None or not simulator.iteration:
        return ()
    slots = {op.quantity.slot for op in simulator.program if isinstance(op.quantity, NewSlot)}
    counts_updates = any(op.quantity is RATE for op in simulator.program)
    is_within_epoch = training.shuffle or simulator.iteration % simulator.position.batches
    lost = [f"the optimizer's memory ({', '.join(sorted(slots))})"] if slots else []
    if counts_updates:
        lost.append("its count of updates")
    if is_within_epoch:
        lost.append("the order of the batches" if training.shuffle else "the place among the batches")
    return tuple(lost)


def _data(scenario: Scenario, data: DataSpec, folder: Path | None) -> Mapping[str, Any]:
    """`[data]` as it stands, unless it names a CSV file that would not lie beside the new file."""
    table: Mapping[str, Any] = scenario.raw["data"]
    is_beside = folder is not None and scenario.file is not None and scenario.file.parent.resolve() == folder.resolve()
    if "file" not in table or is_beside:
        return table
    targets = data.targets
    kept, back = kept_back(
        len(data.inputs) + len(data.validation_inputs), table.get("validation_fraction", 0.0), table.get("seed", 0)
    )
    inputs = _as_before(data.inputs, data.validation_inputs, kept, back)
    written: dict[str, Any] = {"inputs": inputs.tolist()}
    if targets is not None and data.validation_targets is not None:
        written["targets"] = _as_before(targets, data.validation_targets, kept, back).tolist()
    elif targets is not None:
        written["targets"] = targets.tolist()
    return {**written, **{key: table[key] for key in ("validation_fraction", "seed") if key in table}}


def _as_before(rows: Array, rows_kept_back: Array, kept: Rows, back: Rows) -> Array:
    """(samples, columns): all rows in their first order, so that the same ones are kept back again."""
    together = np.empty((len(kept) + len(back), rows.shape[1]))
    together[kept], together[back] = rows, rows_kept_back
    return together


def _expected(simulator: Simulator) -> dict[str, Any]:
    """What `dlsim check` will compare: the first forward pass of the file is the last state of the run."""
    outputs, loss = simulator.outputs(), simulator.loss()
    expected: dict[str, Any] = {"after": 0, "digits": 8}
    if loss is not None and np.isfinite(loss):
        expected["loss"] = loss
    if len(outputs) <= MOST_OUTPUTS or "loss" not in expected:
        expected["outputs"] = outputs.tolist()
    return expected


def _heading(simulator: Simulator) -> str:
    scenario = simulator.scenario
    variant = f", variant {scenario.variant}" if scenario.variant else ""
    lines = [f"{scenario.name}{variant}, with its weights after {simulator.iteration:,} iterations."]
    lost = forgotten(simulator)
    if lost:
        lines.append(f"Not included, so these start again: {'; '.join(lost)}.")
    return "".join(f"# {' '.join(clean(line).split())}\n" for line in lines)
