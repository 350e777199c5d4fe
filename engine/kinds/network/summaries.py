"""Numbers of a network that are made of many others: which there are, and what reads them.

The program does not compute them; a picture that shows them does, and then the same code answers for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from dlsim.engine.reference import Formula, Ref, kind_of

Needs = tuple[str, int | None, int] | None

TRAINING, VALIDATION = "training", "validation"
"""The data that a number may be of."""
READ = ":read"
"""It is made with the parameters that the iteration reads, not with those of the moment."""

OF_CLASSES = frozenset({"taken_for", "of_class", "right", "samples", "accuracy", "recall", "decision"})
OF_PASSES = frozenset({"loss", "pass_E", "pass_E_o", "pass_a", "pass_z", "held_x", "held_t"})
OF_LAYERS = frozenset(
    {
        *("mean_size", "unit_size", "slopes", "average", "deviation", "largest", "column"),
        *("dead", "saturated", "is_dead", "is_saturated", "unit_slope"),
    }
)
SIZES = frozenset({"rows", "columns", "numbers", "parameters"})
ALL = OF_CLASSES | OF_PASSES | OF_LAYERS | SIZES


class Summary(Protocol):
    """Reads its numbers as a tape does (see engine/model.py: Reader)."""

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""

    def symbol(self, ref: Ref) -> str:
        """How formulas write it."""

    def formula(self, ref: Ref) -> Formula:
        """What it is made of."""

    def needs(self, ref: Ref) -> Needs:
        """When it is on screen."""


def is_summary(ref: Ref) -> bool:
    """Whether the number is one of these."""
    return kind_of(ref) in ALL


def data_of(ref: Ref) -> str:
    """Which data a number of these is of."""
    return ref.quantity.split(":")[1]


def held_mark(ref: Ref) -> str:
    """What its symbol bears where they are kept back."""
    return "" if data_of(ref) == TRAINING else "ᵥ"


class Summaries(Protocol):
    """Those of one tape."""

    def of(self, ref: Ref) -> Summary:
        """What reads the number at `ref`."""

    def all(self) -> Iterator[Ref]:
        """Every number of these, in one order."""
