"""Reading a recurrent network's tape: any number by its reference, any op as an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.layered_tape import LayeredTape
from dlsim.engine.kinds.recurrent.arrays import BatchOfSequences, LayerThroughTime
from dlsim.engine.kinds.recurrent.formulas import Formulas
from dlsim.engine.kinds.recurrent.naming import START, Naming
from dlsim.engine.kinds.recurrent.program import place_among_alike
from dlsim.engine.kinds.recurrent.structure import HIDDEN, OUTPUT, RecurrentStructure
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[np.float64]


class RecurrentTape(LayeredTape):
    """The tape of one iteration (see engine/model.py: Reader). A sample is a sequence.

    A unit without a step, say Ref("z", 1, (0,)), is read at the last step.
    """

    structure: RecurrentStructure
    batch: BatchOfSequences
    formulas: Formulas

    def __init__(
        self,
        structure: RecurrentStructure,
        naming: Naming,
        batch: BatchOfSequences,
        data: DataSpec,
        rows: Sequence[int],
        iteration: int,
        *,
        landed: bool = False,
    ) -> None:
        super().__init__(structure, batch, rows, iteration, landed=landed)
        self.naming = naming
        self.formulas = Formulas(structure, naming)
        self._readers |= {
            "x": self._sent,
            "t": lambda ref, row: self._at(batch.t, ref, row) if len(batch.t) else np.nan,
            "z": lambda ref, row: self._at(self._layer(ref).z, ref, row),
            "a": lambda ref, row: 0.0 if self._step(ref) == START else self._at(self._layer(ref).a, ref, row),
            "E_o": lambda ref, row: self._at(batch.errors, ref, row),
            "E_t": lambda ref, row: batch.step_errors[ref.index[0], row],
            "E": lambda ref, row: batch.E[row],
            "dE_da": lambda ref, row: self._at(self._layer(ref).dE_da, ref, row),
            "da_dz": lambda ref, row: self._at(self._layer(ref).slope, ref, row),
            "dE_dz": lambda ref, row: self._at(self._layer(ref).dE_dz, ref, row),
            "part:own": lambda ref, row: self._at(batch.own, ref, row),
            "part:later": lambda ref, row: self._at(batch.later, ref, row),
            "rest_W": self._rest,
            "rest_b": self._rest,
            "X": lambda ref, row: self._given(data.inputs, ref, structure.inputs),
            "T": lambda ref, row: self._given(data.targets, ref, structure.output.units),
            "O": self._output_of_row,
        }

    # numbers

    def array(self, op: Op, sample: int) -> Array:
        """All numbers of `op`, those of one sequence where they are per sequence; weights as (senders, units)."""
        if op.quantity.endswith("W") and op.layer is not None:
            weights = np.empty(self.structure.layer(op.layer).weights.shape)
            for ref in op.refs:
                weights[ref.index] = self.value(ref, sample)
            return weights
        return np.array([self.value(ref, sample) for ref in op.refs])

    def _step(self, ref: Ref) -> int:
        return ref.index[1] if len(ref.index) > 1 else self.structure.steps - 1

    def _at(self, numbers: Array, ref: Ref, row: Any) -> Any:
        return numbers[self._step(ref), row, ref.index[0]]

    def _layer(self, ref: Ref) -> LayerThroughTime:
        return self.batch.hidden if ref.layer == HIDDEN else self.batch.output

    def _sent(self, ref: Ref, row: Any) -> Any:
        """An input, or what is fed back, as the hidden layer receives it."""
        return self._at(self.batch.hidden.received, ref, row)

    def _rest(self, ref: Ref, row: int) -> float:
        """The sum of what the other sequences of the batch contribute to a gradient."""
        layer = self._layer(ref)
        terms = layer.dE_dz[:, :, ref.index[-1]]
        if ref.quantity == "rest_W":
            terms = terms * layer.received[:, :, ref.index[0]]
        of_rows = terms.sum(axis=0)
        return float(of_rows[:row].sum()) + float(of_rows[row + 1 :].sum())

    @staticmethod
    def _given(numbers: Array | None, ref: Ref, width: int) -> float:
        """A number of the data; its rows hold step after step."""
        row, unit, step = ref.index
        return float("nan") if numbers is None else float(numbers[row, step * width + unit])

    def _output_of_row(self, ref: Ref, sample: int) -> float:
        row, unit, step = ref.index
        place = next((place for place, each in enumerate(self.rows) if each == row), None)
        return float("nan") if place is None else float(self.batch.output.a[step, place, unit])

    # what a number is called and made of

    def formula(self, ref: Ref, sample: int) -> Formula:
        """What it is made of."""
        return self.formulas.formula(ref, self.batch.size)

    # what is revealed when

    def needs(self, ref: Ref) -> tuple[str, int | None, int] | None:
        """See engine/model.py: Reader."""
        ref = self._told_with(ref)
        quantity = ref.quantity
        if self._is_given(quantity):
            return None
        if quantity == "mean_E":
            return ("E", None, 1)
        if quantity == "O":
            ref = Ref("a", OUTPUT, ref.index[1:])
        elif len(ref.index) == 1 and quantity in ("z", "a", "E_o", "dE_da", "da_dz", "dE_dz"):
            ref = ref._replace(index=(ref.index[0], self.structure.steps - 1))
        elif quantity == "a" and ref.index[1] == START:
            return None
        return ref.quantity, ref.layer or None, place_among_alike(self.structure, ref) + 1
