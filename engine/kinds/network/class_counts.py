"""What a classifier takes each sample for at the present parameters, how often it takes each class for each, and what
share of that is right; of the training data and of what is kept back. Class k of several is numbered as t_k is, from 1;
of two that one output tells apart each is called by its target, 0 or −1 and 1.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.classes import Classes, classes_of
from dlsim.engine.formula import series, total
from dlsim.engine.kinds.accuracy import Confusion, confusion
from dlsim.engine.kinds.layered_tape import SUBSCRIPTS
from dlsim.engine.kinds.network.evaluation import affordable_rows
from dlsim.engine.kinds.network.sample_passes import samples_of
from dlsim.engine.kinds.network.summaries import TRAINING, VALIDATION, Needs, data_of, held_mark
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.numbers import general
from dlsim.engine.reference import Formula, Ref, kind_of
from dlsim.engine.scenario.spec import DataSpec

KEPT = 4

_kept: OrderedDict[object, Decisions] = OrderedDict()


class Decisions(Struct, frozen=True):
    """What is answered to some samples, and what that makes of them."""

    said: NDArray[np.int64]  # (rows,): classes, from 0
    meant: NDArray[np.int64]  # (rows,)
    confusion: Confusion


def parts_of(data: DataSpec) -> tuple[str, ...]:
    """The data that there are to be asked about."""
    is_held = len(data.validation_inputs) and data.validation_targets is not None
    return (TRAINING, VALIDATION) if is_held else (TRAINING,)


def decisions(tape: NetworkTape, part: str, classes: Classes) -> Decisions:
    """At the present parameters, over as many samples as do not take long; the last few are kept."""
    inputs, targets = samples_of(tape.data, part)
    assert targets is not None, "samples without targets have no class"
    key = tape.present.tobytes(), classes, inputs.ctypes.data, inputs.shape, targets.ctypes.data
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    rows = min(len(inputs), affordable_rows(tape.structure))
    outputs, wanted = tape.answers(inputs[:rows]), targets[:rows]
    _kept[key] = found = Decisions(classes.of(outputs), classes.of(wanted), confusion(classes, outputs, wanted))
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return found


class ClassCounts:
    """See engine/kinds/network/summaries.py. N[2,1] are the samples of class 2 that are taken for class 1, class₇ is
    what sample 7 is taken for.
    """

    def __init__(self, tape: NetworkTape) -> None:
        self._tape = tape
        self._structure = tape.structure
        self._outputs = tape.structure.output.units
        classes = classes_of(tape.data)
        if classes is None or not classes.are_exclusive:
            raise LookupError("the targets are not classes, so there is nothing to count")
        self._classes = classes
        self._numbers = range(classes.count)
        self._decisions: dict[str, Decisions] = {}

    def of(self, part: str) -> Decisions:
        """What is made of a part of the data."""
        if part not in self._decisions:
            self._decisions[part] = decisions(self._tape, part, self._classes)
        return self._decisions[part]

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        kind, index = kind_of(ref), ref.index
        found = self.of(data_of(ref))
        match kind:
            case "taken_for":
                return float(found.confusion.counts[index])
            case "of_class":
                return float(found.confusion.counts[index[0]].sum())
            case "right":
                return float(found.confusion.right)
            case "samples":
                return float(found.confusion.samples)
            case "accuracy":
                return found.confusion.accuracy
            case "recall":
                return found.confusion.recall(index[0])
        return float(self._classes.label(int(found.said[index[0]])))  # a decision

    def symbol(self, ref: Ref) -> str:
        """How formulas write it; what is of data that are kept back bears a v."""
        index, held = ref.index, held_mark(ref)
        match kind_of(ref):
            case "taken_for" | "of_class":
                return f"N{held}[{self._called(*index)}]"
            case "right":
                return f"N{held}_right"
            case "samples":
                return f"N{held}"
            case "accuracy":
                return f"accuracy{held}"
            case "recall":
                return f"recall{held}[{self._called(*index)}]"
        return f"class{held}{str(index[0] + 1).translate(SUBSCRIPTS)}"

    def _called(self, *classes: int) -> str:
        return ",".join(str(self._classes.label(each)) for each in classes)

    def formula(self, ref: Ref) -> Formula:
        """What it is made of: a count of a bracket for each sample, 1 where it holds, those that do first."""
        index, part = ref.index, data_of(ref)
        match kind_of(ref):
            case "taken_for":
                return self._count(part, *index) or ("0",)
            case "of_class":
                return total([(Ref(f"taken_for:{part}", 0, (*index, other)),) for other in self._numbers])
            case "right":
                return total([(Ref(f"taken_for:{part}", 0, (each, each)),) for each in self._numbers])
            case "samples":
                return total([(Ref(f"of_class:{part}", 0, (each,)),) for each in self._numbers])
            case "accuracy":
                return (Ref(f"right:{part}"), "/", Ref(f"samples:{part}"))
            case "recall" if self.value(ref._replace(quantity=f"of_class:{part}"), 0):
                return (Ref(f"taken_for:{part}", 0, (*index, *index)), "/", Ref(f"of_class:{part}", 0, index))
            case "recall":
                return ("0",)
            case "decision":
                return self._decision(part, index[0])
        return ()

    def needs(self, ref: Ref) -> Needs:
        """They are there from the start: they are about the parameters, and no iteration has to compute them."""
        return None

    def _count(self, part: str, truth: int, taken_for: int) -> Formula:
        found = self.of(part)
        rows = np.flatnonzero(found.meant == truth)
        rows = rows[np.argsort(found.said[rows] != taken_for, kind="stable")]

        def term(place: int) -> Formula:
            return ("[", Ref(f"decision:{part}", 0, (int(rows[place]),)), f" = {self._classes.label(taken_for)}]")

        return series(term, len(rows))

    def _decision(self, part: str, row: int) -> Formula:
        outputs = [Ref(f"pass_a:{part}", len(self._structure.layers), (row, unit)) for unit in range(self._outputs)]
        if len(outputs) == 1:
            classes = self._classes
            return ("(1 if ", outputs[0], f" > {general(classes.threshold)} else {classes.label(0)})")
        return ("argmax(", *series(lambda unit: (outputs[unit],), len(outputs), ", "), ")")
