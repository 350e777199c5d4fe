"""Which targets are classes, when an answer is right, how many are: the one rule of accuracy, counts and the plane.

- One output, targets 0 and 1: right on the same side of 0.5. Targets −1 and 1: of 0.
- Several outputs, one 1 a row, the others all 0 or all −1: right where the largest output is that of the 1.
- Several outputs, targets 0 and 1, rows with several 1s: each output by itself at 0.5, right where all are.

All other targets are numbers; there is no accuracy. One value alone parts nothing: it is a number, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

WHICH = "0 and 1, -1 and 1, or one 1 a row"
"""Which targets are classes, for messages."""


class Classes(Struct, frozen=True):
    """How the outputs, along the last axis, decide."""

    by: Literal["side", "largest", "each"]
    outputs: int
    low: float
    """The target of what does not hold: 0 or −1. That of what holds is 1."""

    @property
    def threshold(self) -> float:
        """Half way between the two targets: above it an output says 1."""
        return (self.low + 1.0) / 2.0

    @property
    def are_exclusive(self) -> bool:
        """Whether a sample is of one class: classes can then be counted. Of several, each output is asked by itself."""
        return self.by != "each"

    @property
    def count(self) -> int:
        """How many a sample can be taken for, where they exclude each other."""
        return max(self.outputs, 2)

    def label(self, number: int) -> int:
        """What a class, from 0, is called: by its target; of several by its output, from 1."""
        return number + 1 if self.by == "largest" else int((self.low, 1.0)[number])

    def of(self, answers: Array) -> Numbers:
        """(…,): the class, from 0, that outputs or targets (…, outputs) say, where classes exclude each other."""
        if self.by == "largest":
            largest: Numbers = answers.argmax(axis=-1)
            return largest
        return self.sides(answers[..., 0])

    def sides(self, answers: Array) -> Numbers:
        """0 or 1 for each of single outputs or targets, in their own shape."""
        return (answers > self.threshold).astype(np.int64)

    def right(self, outputs: Array, targets: Array) -> Flags:
        """(…,): which answers are, of outputs and targets (…, outputs)."""
        if self.are_exclusive:
            return np.asarray(self.of(outputs) == self.of(targets))
        return np.asarray((self.sides(outputs) == self.sides(targets)).all(axis=-1))


def classes_in(targets: Array | None) -> Classes | None:
    """What `targets`, outputs along the last axis, say; None where they are numbers, or there are none."""
    if targets is None or not targets.size:
        return None
    outputs, is_one = targets.shape[-1], targets == 1.0
    least = float(targets.min())
    if least not in (0.0, -1.0) or not is_one.any() or not (is_one | (targets == least)).all():
        return None
    if outputs == 1:
        return Classes("side", outputs, least)
    ones = is_one.sum(axis=-1)
    if (ones == 1).all():
        return Classes("largest", outputs, least)
    return Classes("each", outputs, least) if least == 0.0 and ones.max() > 1 else None


def classes_of(data: DataSpec | None, outputs: int | None = None) -> Classes | None:
    """Those of all data, kept back or not. `outputs` of one step, where a row holds several steps."""
    if data is None or data.targets is None:
        return None
    targets, held = data.targets, data.validation_targets
    everything = targets if held is None or not len(held) else np.concatenate([targets, held])
    return classes_in(everything if outputs is None else everything.reshape(-1, outputs))


def class_names(data: DataSpec) -> Sequence[str]:
    """As the data name them; else 0 and 1, -1 and 1, or the targets that stand for them. Asked of classifiers only."""
    classes = classes_of(data)
    assert classes is not None, "these targets are no classes"
    if len(data.classes) == classes.count:
        return data.classes
    before = "t" if classes.by == "largest" else ""
    return tuple(f"{before}{classes.label(number)}" for number in range(classes.count))


def no_accuracy(classes: Classes | None, targets: Array | None) -> str:
    """Why answers cannot be counted as right or wrong; "" where they can."""
    if classes is not None:
        return ""
    return "accuracy needs targets" if targets is None else f"accuracy needs targets that are classes: {WHICH}"


def accuracy(classes: Classes | None, outputs: Array, targets: Array | None) -> float | None:
    """The share of answers that are right, 0 to 1; None where targets are no classes. Both are (…, outputs)."""
    return None if classes is None or targets is None else float(classes.right(outputs, targets).mean())


class Confusion(Struct, frozen=True):
    """(classes, classes): how many samples of each class (rows) were taken for each (columns)."""

    counts: NDArray[np.int64]

    @property
    def right(self) -> int:
        """Samples that were taken for what they are."""
        return int(np.trace(self.counts))

    @property
    def samples(self) -> int:
        """All of them."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """The share that is right; 0 without samples."""
        return self.right / self.samples if self.samples else 0.0

    def recall(self, truth: int) -> float:
        """The share of a class, from 0, that was taken for it: TP/(TP + FN); 0 without samples of it."""
        of_class = int(self.counts[truth].sum())
        return int(self.counts[truth, truth]) / of_class if of_class else 0.0


def confusion(classes: Classes, outputs: Array, targets: Array) -> Confusion:
    """What answers make of targets, both (rows, outputs), where `classes` exclude each other."""
    said, meant, count = classes.of(outputs), classes.of(targets), classes.count
    counts = np.bincount(meant * count + said, minlength=count * count)
    return Confusion(counts.astype(np.int64, copy=False).reshape(count, count))
