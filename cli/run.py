"""`dlsim run` and `dlsim export`: a run without a screen, and what it came to: as much as a screen holds, JSON, or a
scenario file that begins with its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from dlsim.cli.options import ScenarioChoice, as_choice, count_option, json_option, scenario_argument
from dlsim.cli.output import columns, note, one_line, progress, status_of, write, write_json
from dlsim.engine import Simulator
from dlsim.engine.errors import reason_of
from dlsim.engine.export import export, forgotten, refuse_other_kinds
from dlsim.engine.numbers import fixed, plain
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.scenario.toml import write_at_once
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.engine.text import in_language, shorten, shown

Array = NDArray[np.float64]
MOST_ROWS, MOST_COLUMNS = 16, 8
"""Of larger matrices the rest is left out here; --json has all of it."""
PARTS = 100
"""A run is done in so many parts, so that progress can be shown between them; the numbers are the same."""
MOST_AT_ONCE = 20_000
"""And none of them is so long that one waits for a sign."""


@click.command("run")
@scenario_argument
@count_option("--iterations", MOST_ITERATIONS, "Do this many updates.")
@count_option(
    "--epochs", MOST_ITERATIONS, "Go through the training data this many times (default: the scenario's own number)."
)
@as_choice
@json_option
def run_command(choice: ScenarioChoice, iterations: int | None, epochs: int | None, as_json: bool) -> int:
    """Run a scenario and print what came out: loss, outputs, parameters.

    Without [training] there is one forward pass. The status is 1 if a number was not finite.
    """
    if iterations is not None and epochs is not None:
        raise click.UsageError("either --iterations or --epochs")
    simulator = choice.simulator()
    at_first = simulator.loss() if simulator.trains else None
    if simulator.trains:
        train(simulator, _updates(simulator, iterations, epochs))
    else:
        if iterations or epochs:
            note(f"{simulator.scenario.name} has no [training]: one forward pass, no iterations")
        while simulator.step("phase"):
            pass
    if as_json:
        write_json(document(simulator, at_first))
    else:
        for line in report(simulator, at_first):
            write(line)
    return status_of(simulator)


def _updates(simulator: Simulator, iterations: int | None, epochs: int | None) -> int:
    if iterations is not None:
        return iterations
    position = simulator.position
    updates = (position.epochs if epochs is None else epochs) * position.batches
    if updates > MOST_ITERATIONS:
        raise click.UsageError(
            f"these epochs are {updates:,} iterations, but a run has at most {MOST_ITERATIONS:,}; "
            "say --iterations N, or fewer --epochs"
        )
    return updates


def train(simulator: Simulator, updates: int) -> None:
    """Do so many updates, or as many as go well; on a terminal stderr says how far they have come."""
    part = min(max(1, updates // PARTS), MOST_AT_ONCE)
    with progress(updates) as show:
        while simulator.iteration < updates and simulator.trouble is None:
            simulator.run(iterations=min(part, updates - simulator.iteration))
            show(simulator.iteration)


def document(simulator: Simulator, at_first: float | None) -> dict[str, Any]:
    """The JSON document of a run, schema 1; `at_first` is its loss before the first update."""
    scenario = simulator.scenario
    validation_loss, validation_accuracy = simulator.validation()
    return {
        "schema": 1,
        "scenario": scenario.name,
        "iterations": simulator.iteration,
        "epochs": simulator.iteration // simulator.position.batches if simulator.trains else 0,
        "loss": simulator.loss() if simulator.trains else None,
        "loss_at_first": at_first,
        "accuracy": simulator.accuracy(),
        "validation_loss": validation_loss,
        "validation_accuracy": validation_accuracy,
        "losses": simulator.losses.tolist(),
        "outputs": simulator.outputs().tolist(),
        "layers": [
            {"units": units, "activation": activation, **_lists(*parameters)}
            for (units, activation), parameters in zip(simulator.model.layer_names, simulator.parameters, strict=True)
        ],
        "gradients": None if simulator.gradients is None else [_lists(*pair) for pair in simulator.gradients],
    }


def _lists(weights: Array, biases: Array | None) -> dict[str, Any]:
    return {"weights": weights.tolist(), "biases": None if biases is None else biases.tolist()}


def report(simulator: Simulator, at_first: float | None) -> Iterator[str]:
    """The lines of what it came to; `at_first` is the loss before the first update."""
    scenario = simulator.scenario
    variant = f"  ({one_line(scenario.variant)})" if scenario.variant else ""
    yield f"{one_line(scenario.name)}  {one_line(in_language(scenario.title, 'en'))}{variant}"
    yield ""
    yield from columns(list(_figures(simulator, at_first)))
    yield ""
    if scenario.coordinates:
        yield "the point"
        (point, _), *_ = simulator.parameters
        axes = zip(scenario.coordinates, point.flat, strict=True)
        yield from columns([(f"  {axis}", fixed(float(x))) for axis, x in axes])
        return
    if scenario.functions:
        yield "values over x"
        yield from _sweep(scenario, simulator.outputs())
        return
    if scenario.gates:
        yield f"settings found, of {simulator.iteration:,} tried"
        gates = [(f"  {one_line(gate)}", f"{simulator.look_up(gate):,.0f}") for gate in scenario.gates]
        yield from columns(gates)
        if scenario.network is None:
            return
        yield ""
        yield "the network beside the search"
    yield "outputs"
    yield from _samples(simulator)
    named = zip(simulator.model.layer_names, simulator.parameters, strict=True)
    for number, ((units, activation), (weights, biases)) in enumerate(named, start=1):
        yield ""
        yield f"layer {number}: {units} unit{'' if units == 1 else 's'}, {activation}"
        matrix = [("weights", weights)] if biases is None else [("weights", weights), ("biases", biases[np.newaxis])]
        yield from columns(_labelled(matrix), right=True)


def _figures(simulator: Simulator, at_first: float | None) -> Iterator[tuple[str, str]]:
    if simulator.trains:
        position = simulator.position
        yield "iterations", f"{simulator.iteration:,}"
        yield "epochs", f"{simulator.iteration // position.batches:,}"
        if (loss := simulator.loss()) is not None:
            yield "loss", fixed(loss)
        if at_first is not None:
            yield "loss at first", fixed(at_first)
    else:
        yield "no training", "one forward pass"
    accuracy = simulator.accuracy()
    if accuracy is not None:
        yield "accuracy", plain(accuracy, 4)
    validation_loss, validation_accuracy = simulator.validation()
    if validation_loss is not None:
        yield "validation loss", fixed(validation_loss)
    if validation_accuracy is not None:
        yield "validation accuracy", plain(validation_accuracy, 4)


def _samples(simulator: Simulator) -> Iterator[str]:
    """Every row of outputs; of samples with what goes in and what should come out."""
    data, outputs = simulator.scenario.data, simulator.outputs()
    rows: list[tuple[str, ...]] = [(f"  {_numbers(found, fixed)}",) for found in outputs[:MOST_ROWS]]
    if data is not None:
        rows = [
            (f"  {_numbers(inputs, plain)}", "→", _numbers(found, fixed), _target(data.targets, row))
            for row, (inputs, found) in enumerate(zip(data.inputs[:MOST_ROWS], outputs, strict=False))
        ]
    yield from columns(rows)
    if len(outputs) > MOST_ROWS:
        yield f"  … and {len(outputs) - MOST_ROWS:,} more"


def _sweep(scenario: Scenario, values: Array) -> Iterator[str]:
    """A line for x in even steps, as many as a screen holds, under the names of the functions."""
    every = -(-len(scenario.sweep) // MOST_ROWS)
    rows = [["  x", *(function.label for function in scenario.functions)]]
    for x, row in zip(scenario.sweep[::every], values[::every], strict=True):
        rows.append([f"  {plain(float(x), 4)}", *(fixed(float(value)) for value in row)])
    yield from columns(rows, right=True)
    if every > 1:
        yield f"  … each line stands for {every} of {len(scenario.sweep):,} x"


def _target(targets: Array | None, row: int) -> str:
    return "" if targets is None else f"target {_numbers(targets[row], plain)}"


def _numbers(values: Array, write_number: Callable[[float], str]) -> str:
    texts = [write_number(float(value)) for value in values[:MOST_COLUMNS]]
    return "  ".join(texts if len(values) <= MOST_COLUMNS else [*texts, "…"])


def _labelled(matrices: Sequence[tuple[str, Array]]) -> list[list[str]]:
    """Rows of numbers, the first of each matrix with its name, all equally long."""
    rows: list[list[str]] = []
    for name, matrix in matrices:
        texts = [[fixed(float(value)) for value in row[:MOST_COLUMNS]] for row in matrix[:MOST_ROWS]]
        if matrix.shape[1] > MOST_COLUMNS:
            texts = [[*row, "…"] for row in texts]
        if len(matrix) > MOST_ROWS:
            texts.append(["…"] * len(texts[0]))
        rows.extend([f"  {name if not number else '':<7}", *row] for number, row in enumerate(texts))
    return rows


@click.command("export")
@scenario_argument
@count_option("--iterations", MOST_ITERATIONS, "Do this many updates first (default 0).", default="0")
@click.option("--to", "target", metavar="FILE", help="Write to this file instead of stdout.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@as_choice
def export_command(choice: ScenarioChoice, iterations: int, target: str | None, overwrite: bool) -> int:
    """Write a scenario whose first weights are the present ones: to keep, to share, to go on from.

    The status is 1 if a number was not finite.
    """
    file = None if target is None else new_file(target, overwrite)
    simulator = choice.simulator()
    refuse_other_kinds(simulator.scenario)
    if iterations and not simulator.trains:
        raise click.UsageError(f"{simulator.scenario.name} has no [training]: there are no iterations to do")
    train(simulator, iterations)
    if status := status_of(simulator, "; nothing is written"):
        return status
    text = export(simulator, folder=None if file is None else file.parent)
    if lost := forgotten(simulator):
        note(f"not in the file, so these start again: {'; '.join(lost)}")
    if file is None:
        click.echo(text, nl=False)
    else:
        save(file, text)
    return 0


def new_file(target: str, overwrite: bool) -> Path:
    """Refused before anything is run: a name that is taken, or that no scenario file can have."""
    file = Path(target)
    if file.suffix != ".toml":
        raise click.BadParameter(f"{shown(target)} does not end in .toml, as scenario files do", param_hint="--to")
    try:
        is_there, is_file = file.exists(), file.is_file()
    except (OSError, ValueError) as error:  # too long a name, a NUL in it, a folder that may not be looked into
        raise click.BadParameter(f"{shown(target)} cannot be written: {reason_of(error)}", param_hint="--to") from None
    if is_there and not is_file:  # a pipe would wait for a reader
        raise click.BadParameter(f"{shown(target)} exists already and is not a regular file", param_hint="--to")
    if is_there and not overwrite:
        raise click.BadParameter(
            f"{shown(target)} exists already; choose another name, or --overwrite", param_hint="--to"
        )
    return file


def save(file: Path, text: str) -> None:
    """Write it, whole or not at all, or say why that cannot be."""
    try:
        write_at_once(file, text)
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        raise click.ClickException(f"{shorten(str(file), 200)} cannot be written: {reason_of(error)}") from None
