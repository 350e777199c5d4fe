"""What a classifier takes each sample for at the present parameters, how often it takes each class for each, and what
share of that is right; of the training data and of what is kept back. Class k of several is numbered as t_k is, from 1.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.formula import series, total
from dlsim.engine.kinds.accuracy import Confusion, classes_of, confusion
from dlsim.engine.kinds.layered_tape import SUBSCRIPTS
from dlsim.engine.kinds.network.arrays import BatchArrays
from dlsim.engine.kinds.network.evaluation import affordable_rows, forward_pass
from dlsim.engine.kinds.network.summaries import Needs
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.reference import Formula, Ref, kind_of
from dlsim.engine.scenario import DataSpec

Array = NDArray[np.float64]

TRAINING, VALIDATION = "training", "validation"
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


def samples_of(data: DataSpec, part: str) -> tuple[Array, Array | None]:
    """(inputs, targets) of a part of the data."""
    if part == TRAINING:
        return data.inputs, data.targets
    return data.validation_inputs, data.validation_targets


def decisions(tape: NetworkTape, part: str) -> Decisions:
    """At the present parameters, over as many samples as do not take long; the last few are kept."""
    inputs, targets = samples_of(tape.data, part)
    assert targets is not None, "samples without targets have no class"
    key = tape.present.tobytes(), inputs.ctypes.data, inputs.shape, targets.ctypes.data
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    rows = min(len(inputs), affordable_rows(tape.structure))
    outputs, wanted = tape.answers(inputs[:rows]), targets[:rows]
    _kept[key] = found = Decisions(classes_of(outputs), classes_of(wanted), confusion(outputs, wanted))
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return found


class ClassCounts:
    """See engine/kinds/network/summaries.py. N[2,1] are the samples of class 2 that are taken for class 1, class₇ is
    what sample 7 is taken for, o1₇ what it is answered.
    """

    def __init__(self, tape: NetworkTape) -> None:
        self._tape = tape
        self._structure = tape.structure
        self._outputs = tape.structure.output.units
        self._classes = range(max(self._outputs, 2))
        self._first = 0 if self._outputs == 1 else 1
        self._decisions: dict[str, Decisions] = {}
        self._passes: dict[tuple[str, int], BatchArrays] = {}

    def of(self, part: str) -> Decisions:
        """What is made of a part of the data."""
        if part not in self._decisions:
            self._decisions[part] = decisions(self._tape, part)
        return self._decisions[part]

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        kind, index = kind_of(ref), ref.index
        match kind:
            case "held_x":
                return float(self._inputs(_part(ref))[index])
            case "pass_a" | "pass_z":
                row, unit = index
                layer = self._pass(_part(ref), row).layers[ref.layer - 1]
                return float((layer.a if kind == "pass_a" else layer.z)[0, unit])
        found = self.of(_part(ref))
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
        return float(found.said[index[0]] + self._first)  # a decision

    def _inputs(self, part: str) -> Array:
        return samples_of(self._tape.data, part)[0]

    def _pass(self, part: str, row: int) -> BatchArrays:
        """One sample through all layers."""
        if (part, row) not in self._passes:
            inputs = self._inputs(part)
            if row >= len(inputs):
                raise LookupError(f"there is no sample {row + 1}")
            self._passes[part, row] = forward_pass(self._structure, self._tape.present, inputs[row : row + 1])
        return self._passes[part, row]

    def symbol(self, ref: Ref) -> str:
        """How formulas write it; what is of data that are kept back bears a v."""
        index, held = ref.index, "" if _part(ref) == TRAINING else "ᵥ"
        of_class = ",".join(str(each + self._first) for each in index)
        match kind_of(ref):
            case "taken_for" | "of_class":
                return f"N{held}[{of_class}]"
            case "right":
                return f"N{held}_right"
            case "samples":
                return f"N{held}"
            case "accuracy":
                return f"accuracy{held}"
            case "recall":
                return f"recall{held}[{of_class}]"
        row = held + str(index[0] + 1).translate(SUBSCRIPTS)
        if kind_of(ref) == "decision":
            return f"class{row}"
        letter = {"pass_a": "a", "pass_z": "z", "held_x": "x"}[kind_of(ref)]
        return self._tape.naming.unit(letter, ref.layer, index[1]) + row

    def formula(self, ref: Ref) -> Formula:
        """What it is made of: a count of a bracket for each sample, 1 where it holds, those that do first."""
        index, part = ref.index, _part(ref)
        match kind_of(ref):
            case "taken_for":
                return self._count(part, *index) or ("0",)
            case "of_class":
                return total([(Ref(f"taken_for:{part}", 0, (*index, other)),) for other in self._classes])
            case "right":
                return total([(Ref(f"taken_for:{part}", 0, (each, each)),) for each in self._classes])
            case "samples":
                return total([(Ref(f"of_class:{part}", 0, (each,)),) for each in self._classes])
            case "accuracy":
                return (Ref(f"right:{part}"), "/", Ref(f"samples:{part}"))
            case "recall" if self.value(ref._replace(quantity=f"of_class:{part}"), 0):
                return (Ref(f"taken_for:{part}", 0, (*index, *index)), "/", Ref(f"of_class:{part}", 0, index))
            case "recall":
                return ("0",)
            case "decision":
                return self._decision(part, index[0])
            case "pass_a":
                return self._activation(part, ref.layer, *index)
            case "pass_z":
                return self._weighted_sum(part, ref.layer, *index)
        return ()

    def needs(self, ref: Ref) -> Needs:
        """They are there from the start: they are about the parameters, and no iteration has to compute them."""
        return None

    def _count(self, part: str, truth: int, taken_for: int) -> Formula:
        found = self.of(part)
        rows = np.flatnonzero(found.meant == truth)
        rows = rows[np.argsort(found.said[rows] != taken_for, kind="stable")]

        def term(place: int) -> Formula:
            return ("[", Ref(f"decision:{part}", 0, (int(rows[place]),)), f" = {taken_for + self._first}]")

        return series(term, len(rows))

    def _decision(self, part: str, row: int) -> Formula:
        outputs = [Ref(f"pass_a:{part}", len(self._structure.layers), (row, unit)) for unit in range(self._outputs)]
        if len(outputs) == 1:
            return ("(1 if ", outputs[0], " > 0.5 else 0)")
        return ("argmax(", *series(lambda unit: (outputs[unit],), len(outputs), ", "), ")")

    def _activation(self, part: str, layer: int, row: int, unit: int) -> Formula:
        units = range(self._structure.layer(layer).units)
        everyone = [Ref(f"pass_z:{part}", layer, (row, other)) for other in units]
        return self._tape.formulas.activation(layer, everyone[unit], everyone)

    def _weighted_sum(self, part: str, layer: int, row: int, unit: int) -> Formula:
        shape = self._structure.layer(layer)

        def sent(sender: int) -> Ref:
            if layer > 1:
                return Ref(f"pass_a:{part}", layer - 1, (row, sender))
            return Ref("X" if part == TRAINING else f"held_x:{part}", 0, (row, sender))

        terms: list[Formula] = [
            (Ref("now_W", layer, (sender, unit)), "·", sent(sender)) for sender in range(shape.senders)
        ]
        return total([*terms, (Ref("now_b", layer, (unit,)),)] if shape.biases else terms)


def _part(ref: Ref) -> str:
    return ref.quantity.partition(":")[2]
