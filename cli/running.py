"""`dlsim run`: a whole run without a screen."""

from __future__ import annotations

from typing import Any

import click

from dlsim.cli.options import count_option, json_option, scenario_argument, variant_of_it
from dlsim.cli.output import Progress, note, write_json
from dlsim.cli.report import write_report
from dlsim.engine import Simulator, load
from dlsim.engine.simulator import MOST_ITERATIONS

PARTS = 100
"""A run is done in so many parts, so that progress can be shown between them; the numbers are the same."""
MOST_AT_ONCE = 20_000
"""And none of them is so long that one waits for a sign."""


@click.command("run")
@scenario_argument
@count_option("--iterations", MOST_ITERATIONS, "Do so many updates.")
@count_option(
    "--epochs", MOST_ITERATIONS, "Go through the training data so many times; the scenario's own number unless told."
)
@variant_of_it
@json_option
def command(
    scenario: str,
    iterations: int | None,
    epochs: int | None,
    variant: str | None,
    overrides: dict[str, Any],
    as_json: bool,
) -> int:
    """Run a scenario and print what came out: loss, outputs, parameters.

    Without [training] there is one forward pass. The status is 1 if a number was not finite.
    """
    if iterations is not None and epochs is not None:
        raise click.UsageError("either --iterations or --epochs")
    simulator = Simulator(load(scenario, variant=variant, overrides=overrides))
    if simulator.trains:
        train(simulator, _updates(simulator, iterations, epochs))
    else:
        if iterations or epochs:
            note(f"{simulator.scenario.name} has no [training]: one forward pass, no iterations")
        while simulator.step("phase"):
            pass
    if as_json:
        write_json(document(simulator))
    else:
        write_report(simulator)
    if trouble := simulator.trouble:
        note(f"stopped in iteration {trouble.iteration:,}: {trouble.symbol} is {trouble.value}")
        return 1
    return 0


def _updates(simulator: Simulator, iterations: int | None, epochs: int | None) -> int:
    if iterations is not None:
        return iterations
    position = simulator.position
    updates = (position.epochs if epochs is None else epochs) * position.batches
    if updates > MOST_ITERATIONS:
        raise click.UsageError(
            f"so many epochs are {updates:,} iterations, and a run has {MOST_ITERATIONS:,} at most; "
            "say --iterations N, or fewer --epochs"
        )
    return updates


def train(simulator: Simulator, updates: int) -> None:
    """Do so many updates, or as many as go well; on a terminal stderr says how far they have come."""
    progress = Progress(updates)
    part = min(max(1, updates // PARTS), MOST_AT_ONCE)
    try:
        while simulator.iteration < updates and simulator.trouble is None:
            simulator.run(iterations=min(part, updates - simulator.iteration))
            progress.show(simulator.iteration)
    finally:
        progress.clear()


def document(simulator: Simulator) -> dict[str, Any]:
    """The JSON document of a run, schema 1."""
    scenario = simulator.scenario
    return {
        "schema": 1,
        "scenario": scenario.name,
        "iterations": simulator.iteration,
        "epochs": simulator.iteration // simulator.position.batches if simulator.trains else 0,
        "loss": simulator.loss() if simulator.trains else None,
        "accuracy": simulator.accuracy(),
        "losses": simulator.losses.tolist(),
        "outputs": simulator.outputs().tolist(),
        "layers": [
            {
                "units": units,
                "activation": activation,
                "weights": weights.tolist(),
                "biases": None if biases is None else biases.tolist(),
            }
            for (units, activation), (weights, biases) in zip(
                simulator.model.layer_names, simulator.parameters, strict=True
            )
        ],
        "gradients": None
        if simulator.gradients is None
        else [
            {"weights": weights.tolist(), "biases": None if biases is None else biases.tolist()}
            for weights, biases in simulator.gradients
        ],
    }
