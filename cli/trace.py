"""`dlsim trace`: every computation of a run, one per line, with its formula and the numbers in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import click
import numpy as np
from numpy.typing import NDArray

from dlsim.cli.options import ScenarioChoice, as_choice, count_option, json_option, scenario_argument
from dlsim.cli.output import one_line, status_of, write, write_json
from dlsim.engine import Event, Simulator
from dlsim.engine.numbers import BEYOND, DIGITS, fixed, plain, whole_number
from dlsim.engine.quantity import Ref, digits_of
from dlsim.engine.simulator import MOST_ITERATIONS
from dlsim.engine.text import shown

Array = NDArray[np.float64]
Grain = Literal["value", "op"]
MOST_NUMBERS = 16
"""Of an op with more numbers than this the rest is left out; --json has all of them."""

_BRACKETED = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_NEGATIVE = re.compile(r"← \((-[^()]*)\)")


def parse_sample(_context: click.Context, _parameter: click.Parameter, text: str) -> int | None:
    """A sample of the batch as its row from 0; None for all of them."""
    if text == "all":
        return None
    number = whole_number(text)
    if not number or number == BEYOND:
        raise click.BadParameter(f"{shown(text)} is neither a number from 1 nor 'all'")
    return number - 1


@click.command("trace")
@scenario_argument
@count_option("--iterations", MOST_ITERATIONS, "Trace this many iterations (default 1).", default="1")
@click.option(
    "--by",
    "grain",
    type=click.Choice(["value", "op"]),
    default="value",
    help="Write a line for each value, or for each op.",
)
@click.option("--sample", callback=parse_sample, default="1", metavar="K|all", help="The sample of the batch, or all.")
@as_choice
@json_option
def trace_command(choice: ScenarioChoice, iterations: int, grain: Grain, sample: int | None, as_json: bool) -> int:
    """Print every computation, one per line, with its formula and the numbers in it.

    With --json each line is an object. The status is 1 if a number was not finite; its line is the last.
    """
    simulator = choice.simulator()
    if sample is not None:
        simulator.sample = sample
    for event in trace(simulator, iterations, grain, every=sample is None):
        if as_json:
            write_json(line_of(event))
            continue
        row = "" if event.sample is None else f"sample {event.sample}"
        write(f"{event.iteration:>4}  {event.phase:<8}  {row:<9}  {one_line(sentence(event))}")
    return status_of(simulator)


def trace(simulator: Simulator, iterations: int, grain: Grain, *, every: bool) -> Iterator[Event]:
    """The events of so many iterations: through the lens, or op by op for every sample in turn.

    Where a number is not finite its event is the last, whichever sample it belongs to.
    """
    reveal = _for_every_sample if every else _through_the_lens
    for _ in range(iterations):
        for op in simulator.program:
            yield from reveal(simulator, grain, op.size if grain == "value" else 1)
            if simulator.trouble is not None:
                return


def _through_the_lens(simulator: Simulator, grain: Grain, steps: int) -> Iterator[Event]:
    for _ in range(steps):
        event = simulator.step(grain)
        row = _row_of_trouble(simulator)
        if row is not None and row != simulator.sample:
            simulator.sample = row
            event = _once_more(simulator, grain)
        if event is None:
            return
        yield event


def _for_every_sample(simulator: Simulator, grain: Grain, steps: int) -> Iterator[Event]:
    """The next op for the first sample; then back, and the same for the second, and so on."""
    row = 0
    simulator.sample = 0
    while True:
        event = None
        for _ in range(steps):
            event = simulator.step(grain)
            simulator.sample = row  # entering an iteration may have moved the lens to where its trouble is
            if event is None:
                break
            yield _once_more(simulator, grain) or event
        row += 1
        is_of_the_batch = event is None or event.sample is None
        if is_of_the_batch or row == simulator.samples or _row_of_trouble(simulator) == row - 1:
            return
        simulator.sample = row
        simulator.back("op")


def _once_more(simulator: Simulator, grain: Grain) -> Event | None:
    """The event where the run stands, as seen through the lens now."""
    if grain == "value":
        return simulator.event
    simulator.back("op")
    return simulator.step("op")


def _row_of_trouble(simulator: Simulator) -> int | None:
    """The row of the batch whose number is not finite, if that is where the run stands."""
    trouble = simulator.trouble
    if trouble is None or trouble.sample is None:
        return None
    return list(simulator.model.tape.rows).index(trouble.sample - 1)


def line_of(event: Event) -> dict[str, Any]:
    """The JSON object of an event; of a whole op, `value` is an array."""
    return {
        "iteration": event.iteration,
        "phase": event.phase,
        "layer": event.layer,
        "sample": event.sample,
        "symbol": event.symbol,
        "value": event.value.tolist() if isinstance(event.value, np.ndarray) else float(event.value),
        "formula": event.formula,
        "substituted": event.substituted,
    }


def sentence(event: Event) -> str:
    """The computation as one would write it down: symbol = formula = numbers = result."""
    if event.op == "update":  # nothing is computed: new values take their places
        is_whole = isinstance(event.value, np.ndarray)
        return event.symbol if is_whole else _NEGATIVE.sub(r"← \1", event.substituted)
    formula = event.formula.removeprefix(f"{event.symbol} = ")
    if isinstance(event.value, np.ndarray):  # of a whole op the engine says shapes, which are no number
        shapes = f"; shapes {event.substituted}" if event.substituted else ""
        return " = ".join(filter(None, (event.symbol, formula, _number(event.value, event.ref)))) + shapes
    substituted = "" if event.substituted == plain(event.value) else event.substituted
    return " = ".join(filter(None, (event.symbol, _bare(formula), _bare(substituted), _number(event.value, event.ref))))


def _bare(text: str) -> str:
    """`text` without a pair of brackets around all of it, as formulas have that stand inside others."""
    match = _BRACKETED.fullmatch(text)
    return text if match is None or " if " in text else match[1]


def _number(value: float | Array, ref: Ref) -> str:
    digits = digits_of(ref, DIGITS)
    if isinstance(value, np.ndarray):
        numbers = [fixed(float(number), digits) for number in value.flat[:MOST_NUMBERS]]
        return f"[{', '.join(numbers if value.size <= MOST_NUMBERS else [*numbers, '…'])}]"
    return fixed(float(value), digits)
