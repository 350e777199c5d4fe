"""Conditions at which a run stops: "loss < 0.01", "any |gradient| < 1e-6", "accuracy = 1", "epoch 100"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from dlsim.engine.errors import DlsimError
from dlsim.engine.text import shown

if TYPE_CHECKING:
    from dlsim.engine.results import Results

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
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
EXAMPLES = "loss < 0.01, any |gradient| < 1e-6, all |gradient| < 1e-6, accuracy = 1, W5 > 0.5, epoch 100, not finite"
_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"


class BreakpointError(DlsimError):
    """A condition that cannot be read."""


class Breakpoint(Struct, frozen=True):
    """A condition, as it was written; `holds` asks whether it does after the last iteration done."""

    text: str
    holds: Callable[[Results], bool]


def parse_breakpoint(text: str, simulator: Results) -> Breakpoint:
    """The condition that `text` says. BreakpointError with examples for what cannot be read."""
    words = " ".join(text.split())
    if len(words) > LONGEST:
        raise BreakpointError(f"the condition has {len(words):,} characters; write, say: {EXAMPLES}")
    if words.lower() == "not finite":
        return Breakpoint(words, lambda run: run.trouble is not None)
    if match := re.fullmatch(r"(epoch|iteration)\s*=?\s*(\d{1,12})", words, re.IGNORECASE):
        return Breakpoint(words, _reached(match[1].lower(), int(match[2])))
    if match := re.fullmatch(rf"(.+?)\s*(<=|>=|==|≤|≥|<|>|=)\s*{_NUMBER}", words, re.IGNORECASE):
        subject, compare, bound = match[1], COMPARISONS[match[2]], float(match[3])
        measure = _measure(subject, simulator)
        if measure is not None:
            reader, how = measure
            return Breakpoint(words, lambda run: how(compare(number, bound) for number in reader(run)))
    raise BreakpointError(f"cannot read the condition {shown(words)}; write, say: {EXAMPLES}")


def _reached(what: str, number: int) -> Callable[[Results], bool]:
    if what == "iteration":
        return lambda run: run.iteration >= number
    return lambda run: run.iteration >= run.model.calendar.first(number) - 1


Numbers = Callable[["Results"], "list[float]"]


def _measure(subject: str, simulator: Results) -> tuple[Numbers, Callable[..., bool]] | None:
    """(how to read the numbers, whether any or all of them must fit)."""
    name = subject.lower()
    if name == "loss":
        return lambda run: run.losses[-1:].tolist(), any
    if name == "accuracy":
        return lambda run: [number for number in (run.accuracy(),) if number is not None], any
    if match := re.fullmatch(r"(any|all|max|min)?\s*\|(?:gradient|∂e/∂w)s?\|", name):
        how = all if match[1] in ("all", "max") else any
        return _gradients, how
    if simulator.model.find(subject) is not None:
        return lambda run: [run.look_up(subject)], any
    return None


def _gradients(run: Results) -> list[float]:
    arrays = [array for pair in run.gradients or () for array in pair if array is not None]
    return np.abs(np.concatenate([array.ravel() for array in arrays])).tolist() if arrays else []
