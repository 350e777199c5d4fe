"""Conditions at which a run stops: "loss < 0.01", "any |gradient| < 1e-6", "accuracy = 1", "epoch 100"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import no_accuracy
from dlsim.engine.errors import BreakpointError
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.names import Names
from dlsim.engine.numbers import comma_refused, general, typed_number, whole_number, without_comma
from dlsim.engine.simulator import Breakpoint, Named, Simulator
from dlsim.engine.text import shown

Array = NDArray[np.float64]
Comparison = Callable[[Any, float], Any]
"""Of a number, or of all numbers of an array, one by one."""
COMPARISONS: dict[str, Comparison] = {
    "<": operator.lt,
    "<=": operator.le,
    "≤": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "≥": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
}
LONGEST = 100
LOSS, BATCH_LOSS, VALIDATION_LOSS = "loss", "batch loss", "validation loss"
"""Over all training data; of the last batch, before its update; over the data kept back."""
LOSSES = (LOSS, BATCH_LOSS, VALIDATION_LOSS)
SUBJECTS = Names(
    {
        LOSS: ("train_loss", "training loss", "cost"),
        BATCH_LOSS: (),
        VALIDATION_LOSS: ("val_loss", "valid_loss", "test_loss"),
        "accuracy": ("acc", "train_acc", "binary_accuracy", "categorical_accuracy"),
    }
)
"""What conditions are about besides numbers of the scenario, and what other libraries call it."""
SUBJECT_SIGN_NUMBER = re.compile(r"((?:[^<>=≤≥]|<[0-9]+>)+?)\s*(?!<[0-9]+>)(<=|>=|==|≤|≥|<|>|=)\s*(.+)")
"""A subject, which may name a step as in h1<2>, a sign and a number."""
REACHED = re.compile(r"(epoch|iteration)\s*=?\s*(\S+)", re.IGNORECASE)
OF_GRADIENTS = re.compile(r"(any|all|max|min)?\s*\|(?:gradient|∂e/∂w)s?\|")


def examples(simulator: Simulator) -> tuple[str, ...]:
    """Conditions that can be set here, the most telling first, for those who have no room for all."""
    model = simulator.model
    has_gradients = model.probe() is not None
    parameter = _a_parameter(simulator)
    found = {
        "loss < 0.01": model.has_loss,
        "epoch 100": simulator.trains,
        f"{parameter} > 0.5": parameter is not None,
        "any |gradient| < 1e-6": has_gradients,
        "accuracy = 1": not _no_accuracy(simulator),
        "batch loss < 0.01": model.has_loss and model.data_calendar.batches > 1,
        "validation loss < 0.01": not _no_loss(VALIDATION_LOSS, simulator),
        "not finite": True,
        "all |gradient| < 1e-6": has_gradients,
    }
    return tuple(text for text, is_possible in found.items() if is_possible)


def _a_parameter(simulator: Simulator) -> str | None:
    """The name of one to watch: W5 where there is one, else the first."""
    model = simulator.model
    if (wanted := model.find("W5")) is not None and model.is_parameter(wanted):
        return "W5"
    cells = (cell for table in model.tables for row in table.rows[:1] for cell in row.cells if cell is not None)
    names = (model.tape.symbol(cell) for cell in cells if model.is_parameter(cell))
    return next((name for name in names if model.find(name) is not None), None)


def _no_loss(name: str, simulator: Simulator) -> str:
    """Why there is no such loss here; "" where there is."""
    if not simulator.model.has_loss:
        return "there is no loss here"
    if name == VALIDATION_LOSS and simulator.validation()[0] is None:
        return "no data are kept back here, so there is no validation loss"
    return ""


def _no_accuracy(simulator: Simulator) -> str:
    """Why answers cannot be counted as right or wrong here; "" where they can."""
    targets = simulator.scenario.data.targets if simulator.scenario.data else None
    problem = no_accuracy(simulator.model.classes, targets)
    return f"{problem}, and there are none here" if problem and targets is None else problem


def parse_breakpoint(text: str, simulator: Simulator) -> Breakpoint:
    """The condition that `text` says, such as "loss < 0.01", "W5 > 0.5", "epoch 100", "any |gradient| < 1e-6".

    Raises BreakpointError with examples for what cannot be read, or can never hold in the simulator's scenario.
    """
    found = read_condition(text, simulator)
    if isinstance(found, str):
        better = [*_without_comma(text), *_as_here(text)]
        better = [condition for condition in better if isinstance(read_condition(condition, simulator), Breakpoint)]
        raise BreakpointError(found, better or examples(simulator))
    return found


def _without_comma(text: str) -> Sequence[str]:
    """The condition with its number written without the comma."""
    match = SUBJECT_SIGN_NUMBER.fullmatch(" ".join(text.split()))
    return [f"{match[1]} {match[2]} {number}" for number in without_comma(match[3])] if match else []


def _as_here(text: str) -> Sequence[str]:
    """The condition about what its subject, as other libraries call it, is called here."""
    match = SUBJECT_SIGN_NUMBER.fullmatch(" ".join(text.split()))
    if match is None or match[1].lower() in SUBJECTS.known:
        return []
    return [f"{name} {match[2]} {match[3]}" for name in SUBJECTS.exactly(match[1])]


def read_condition(text: str, simulator: Simulator) -> Breakpoint | str:
    """The same without raising: where there is no such condition, why it cannot be read, or can never hold here."""
    words = " ".join(text.split())
    if len(words) > LONGEST:
        return f"the condition has {len(words):,} characters"
    if words.lower() == "not finite":
        return Breakpoint(words, lambda run: run.trouble is not None)
    match = REACHED.fullmatch(words)
    if match and (number := whole_number(match[2])) is not None:
        if not number:
            return f"{match[1].lower()}s are counted from 1"
        return Breakpoint(words, _reached(match[1].lower(), number))
    match = SUBJECT_SIGN_NUMBER.fullmatch(words)
    if match and (refused := comma_refused(match[3])):
        return refused[0]
    if match and (bound := typed_number(match[3])) is not None:
        if not isfinite(bound):
            return f"{shown(match[3])} is not a finite number"
        subject, compare = match[1].lower(), COMPARISONS[match[2]]
        if gradients := OF_GRADIENTS.fullmatch(subject):
            if simulator.model.probe() is None:
                return "there are no gradients here"
            if not _can_hold(compare, bound, 0.0, inf):
                return "the size of a gradient is never below 0"
            return _of_gradients(words, gradients[1] or "any", compare, float(bound))
        if subject in LOSSES and (problem := _no_loss(subject, simulator)):
            return problem
        if subject == "accuracy" and (problem := _no_accuracy(simulator)):
            return problem
        if problem := _out_of_range(match[1], compare, bound, simulator):
            return problem
        reader = _measure(match[1], simulator)
        if reader is not None:
            return Breakpoint(
                words,
                lambda run: any(compare(number, bound) for number in reader(run)),
                is_due=_has_seen_all if subject in (LOSS, VALIDATION_LOSS) else lambda _run: True,
                number=lambda run: next(iter(reader(run)), None),
            )
    problems = (read_condition(meant, simulator) for meant in _as_here(words))
    why_not = next((problem for problem in problems if isinstance(problem, str)), None)
    return why_not or f"cannot read the condition {shown(words)}"


def _out_of_range(subject: str, compare: Comparison, bound: float, simulator: Simulator) -> str:
    """Why a number can never compare so; "" where it may."""
    name = subject.lower()
    if name == "accuracy":
        is_possible = _can_hold(compare, bound, 0.0, 1.0)
        return "" if is_possible else "accuracy is a share, never below 0 nor above 1"
    ref = simulator.model.tape.error if name in LOSSES else simulator.model.find(subject)
    if ref is not None and ref.quantity.is_activation and ref.layer:
        _, activation = simulator.model.layer_names[ref.layer - 1]
        least, most = ACTIVATIONS[activation].span
        is_possible = _can_hold(compare, bound, least, most)
        bounds = "never below 0" if most == inf else f"from {general(least)} to {general(most)}"
        return "" if is_possible else f"{subject} is a {activation} output, {bounds}"
    if ref is None or not ref.quantity.is_never_negative or _can_hold(compare, bound, 0.0, inf):
        return ""
    return "a loss is never below 0" if name in LOSSES else f"{subject} is an error, never below 0"


def _can_hold(compare: Comparison, bound: float, least: float, most: float) -> bool:
    """Whether any number from `least` to `most` compares so: one of the ends does, or that nearest to the bound."""
    return any(compare(number, bound) for number in (least, most, min(max(bound, least), most)))


def _reached(what: str, number: int) -> Callable[[Simulator], bool]:
    if what == "iteration":
        return lambda run: run.iteration >= number
    return lambda run: run.iteration >= run.model.calendar.first(number) - 1


def _has_seen_all(run: Simulator) -> bool:
    """Whether a pass through the training data has just ended: a loss over all of them would slow down each batch."""
    return run.trouble is None and run.iteration > 0 and run.model.data_calendar.of(run.iteration + 1)[1] == 0


Numbers = Callable[[Simulator], list[float]]


def _measure(subject: str, simulator: Simulator) -> Numbers | None:
    """How to read the number, if there is one yet; None for what this scenario does not have."""
    name = subject.lower()
    if name == LOSS:
        return lambda run: _if_any(run.loss())
    if name == BATCH_LOSS:
        return lambda run: run.losses[-1:].tolist()
    if name == VALIDATION_LOSS:
        return lambda run: _if_any(run.validation()[0])
    if name == "accuracy":
        return lambda run: _if_any(run.accuracy())
    if simulator.model.find(subject) is not None:
        return lambda run: [run.look_up(subject)]
    return None


def _if_any(number: float | None) -> list[float]:
    return [] if number is None else [number]


def _of_gradients(text: str, which: str, compare: Comparison, bound: float) -> Breakpoint:
    """About the size of any or all gradients, or of the one that is largest or smallest."""

    def deciding(sizes: Array) -> int:
        """The place of the one on which it depends."""
        match which:
            case "any":
                return int(np.argmax(compare(sizes, bound)))  # the first that fits
            case "all":
                return int(np.argmin(compare(sizes, bound)))  # the first that does not
            case "max":
                return int(np.argmax(sizes))
        return int(np.argmin(sizes))

    def holds(run: Simulator) -> bool:
        sizes = _sizes(run)
        return bool(sizes.size and compare(sizes[deciding(sizes)], bound))

    def met_by(run: Simulator) -> Named | None:
        probe = run.model.probe()
        if which == "all" or probe is None:
            return None
        place = deciding(np.abs(probe.gradients()))
        return probe.symbol(place), probe.gradient(place)

    return Breakpoint(text, holds, met_by)


def _sizes(run: Simulator) -> Array:
    """(parameters,): how large every gradient is, layer by layer; none before the first iteration."""
    arrays = [array.ravel() for pair in run.gradients or () for array in pair if array is not None]
    return np.abs(np.concatenate(arrays)) if arrays else np.empty(0)
