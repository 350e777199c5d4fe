"""What the network makes of a sample by itself, of the training data or of what is kept back, and the mean loss over
all of one or the other: with the weights of the moment, or with those that the iteration reads.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.formula import series, total
from dlsim.engine.kinds.layered_tape import SUBSCRIPTS
from dlsim.engine.kinds.network.arrays import BatchArrays
from dlsim.engine.kinds.network.evaluation import evaluate, forward_pass
from dlsim.engine.kinds.network.summaries import READ, TRAINING, Needs, data_of, held_mark
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.reference import Formula, Ref, kind_of
from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[np.float64]


def samples_of(data: DataSpec, part: str) -> tuple[Array, Array | None]:
    """(inputs, targets) of a part of the data."""
    if part == TRAINING:
        return data.inputs, data.targets
    return data.validation_inputs, data.validation_targets


class SamplePasses:
    """See engine/kinds/network/summaries.py. o1₇ is what sample 7 is answered, E₇ how wrong that is, `loss` the mean of
    all E; `pass_z:training` of a layer at (row, unit), `loss:validation:read`.
    """

    def __init__(self, tape: NetworkTape) -> None:
        self._tape = tape
        self._structure = tape.structure
        self._pass = cache(self._passed)
        self._loss = cache(self._evaluated)

    # numbers

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        kind, which, index = kind_of(ref), _which(ref), ref.index
        if kind == "loss":
            return self._loss(which)
        inputs, targets = samples_of(self._tape.data, data_of(ref))
        match kind:
            case "held_x":
                return float(inputs[index])
            case "held_t":
                return float("nan") if targets is None else float(targets[index])
        row = index[0]
        passed = self._pass(which, row)
        match kind:
            case "pass_E":
                return float(passed.E[0])
            case "pass_E_o":
                return float(passed.errors[0, index[1]])
        layer = passed.layers[ref.layer - 1]
        return float((layer.a if kind == "pass_a" else layer.z)[0, index[1]])

    def _state(self, which: str) -> Array:
        """(parameters,): those that such numbers are made with."""
        return self._tape.batch.before[: self._structure.parameters] if which.endswith(READ) else self._tape.present

    def _passed(self, which: str, row: int) -> BatchArrays:
        """One sample through all layers."""
        inputs, targets = samples_of(self._tape.data, which.removesuffix(READ))
        if row >= len(inputs):
            raise LookupError(f"there is no sample {row + 1}")
        one = slice(row, row + 1)
        return forward_pass(self._structure, self._state(which), inputs[one], None if targets is None else targets[one])

    def _evaluated(self, which: str) -> float:
        inputs, targets = samples_of(self._tape.data, which.removesuffix(READ))
        loss = evaluate(self._structure, self._state(which), inputs, targets)[1] if len(inputs) else None
        if loss is None:
            raise LookupError("there is no loss")
        return loss

    # what they are called

    def symbol(self, ref: Ref) -> str:
        """How formulas write it; what is of data that are kept back bears a v."""
        kind, held = kind_of(ref), held_mark(ref)
        if kind == "loss":
            return f"loss{held}"
        row = held + str(ref.index[0] + 1).translate(SUBSCRIPTS)
        match kind:
            case "pass_E":
                return f"E{row}"
            case "pass_E_o":
                return f"E_o{ref.index[1] + 1}{row}"
        letter = {"pass_a": "a", "pass_z": "z", "held_x": "x", "held_t": "t"}[kind]
        return self._tape.naming.unit(letter, ref.layer, ref.index[1]) + row

    # what they are made of

    def formula(self, ref: Ref) -> Formula:
        """What it is made of."""
        which, index = _which(ref), ref.index
        outputs = self._structure.output
        match kind_of(ref):
            case "loss":
                count = len(samples_of(self._tape.data, data_of(ref))[0])
                terms = series(lambda row: (Ref(f"pass_E:{which}", 0, (row,)),), count)
                return (f"1/{count}·(", *terms, ")") if count > 1 else terms
            case "pass_E":
                errors = [Ref(f"pass_E_o:{which}", outputs.number, (*index, unit)) for unit in range(outputs.units)]
                return total([(error,) for error in errors])
            case "pass_E_o":
                target = Ref("T" if data_of(ref) == TRAINING else f"held_t:{data_of(ref)}", 0, index)
                return self._tape.formulas.error_of(target, Ref(f"pass_a:{which}", ref.layer, index))
            case "pass_a":
                return self._activation(which, ref.layer, *index)
            case "pass_z":
                return self._weighted_sum(ref, which, *index)
        return ()

    def needs(self, ref: Ref) -> Needs:
        """They are there from the start: they are about the parameters, and no iteration has to compute them."""
        return None

    def _activation(self, which: str, layer: int, row: int, unit: int) -> Formula:
        units = range(self._structure.layer(layer).units)
        everyone = [Ref(f"pass_z:{which}", layer, (row, other)) for other in units]
        return self._tape.formulas.activation(layer, everyone[unit], everyone)

    def _weighted_sum(self, ref: Ref, which: str, row: int, unit: int) -> Formula:
        layer, now = ref.layer, "" if which.endswith(READ) else "now_"
        shape = self._structure.layer(layer)

        def sent(sender: int) -> Ref:
            if layer > 1:
                return Ref(f"pass_a:{which}", layer - 1, (row, sender))
            return Ref("X" if data_of(ref) == TRAINING else f"held_x:{data_of(ref)}", 0, (row, sender))

        terms: list[Formula] = [
            (Ref(f"{now}W", layer, (sender, unit)), "·", sent(sender)) for sender in range(shape.senders)
        ]
        return total([*terms, (Ref(f"{now}b", layer, (unit,)),)] if shape.biases else terms)


def _which(ref: Ref) -> str:
    """Of which data it is, and with which weights."""
    return ref.quantity.partition(":")[2]
