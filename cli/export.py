"""`dlsim export`: a scenario file that begins with the weights that a run has come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dlsim.cli.options import count_option, scenario_argument, variant_of_it
from dlsim.cli.output import note
from dlsim.cli.run import train
from dlsim.engine import Simulator, load
from dlsim.engine.errors import reason_of
from dlsim.engine.export import export, forgotten, refuse_other_kinds
from dlsim.engine.scenario.toml import write_at_once
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.engine.text import shorten, shown


@click.command("export")
@scenario_argument
@count_option("--iterations", MOST_ITERATIONS, "Do this many updates first (default 0).")
@click.option("--to", "target", metavar="FILE", help="Write to this file instead of stdout.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@variant_of_it
def command(
    scenario: str,
    iterations: int | None,
    target: str | None,
    overwrite: bool,
    variant: str | None,
    overrides: dict[str, Any],
) -> int:
    """Write a scenario whose first weights are the present ones: to keep, to share, to go on from.

    The status is 1 if a number was not finite.
    """
    file = None if target is None else new_file(target, overwrite)
    simulator = Simulator(load(scenario, variant=variant, overrides=overrides))
    refuse_other_kinds(simulator.scenario)
    if iterations and not simulator.trains:
        raise click.UsageError(f"{simulator.scenario.name} has no [training]: there are no iterations to do")
    train(simulator, iterations or 0)
    if trouble := simulator.trouble:
        note(f"stopped in iteration {trouble.iteration:,}: {trouble.symbol} is {trouble.value}; nothing is written")
        return 1
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
