"""Reading a network's tape: any number by its reference, any op as an array."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.layered_tape import LayeredTape
from dlsim.engine.kinds.network.arrays import BatchArrays, LayerArrays
from dlsim.engine.kinds.network.evaluation import answers
from dlsim.engine.kinds.network.formulas import Formulas
from dlsim.engine.kinds.network.naming import Naming
from dlsim.engine.kinds.network.program import place_in_op
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.kinds.network.summaries import Summaries, is_summary
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.scenario.spec import DataSpec

Array = NDArray[np.float64]


class NetworkTape(LayeredTape):
    """The tape of one iteration (see engine/model.py: Reader)."""

    structure: Structure
    batch: BatchArrays
    formulas: Formulas

    def __init__(
        self,
        structure: Structure,
        naming: Naming,
        batch: BatchArrays,
        data: DataSpec,
        rows: Sequence[int],
        iteration: int,
        *,
        summaries: Callable[[NetworkTape], Summaries],
        landed: bool = False,
    ) -> None:
        super().__init__(structure, batch, rows, iteration, landed=landed)
        self.naming = naming
        self.data = data
        self._summaries = summaries(self)
        self.formulas = Formulas(structure, self)
        self._readers |= {
            "x": lambda ref, sample: batch.x[sample, ref.index[0]],
            "t": lambda ref, sample: batch.t[sample, ref.index[0]] if batch.t is not None else np.nan,
            "z": lambda ref, sample: self._layer(ref).z[sample, ref.index[0]],
            "a": self._activation,
            "E_o": lambda ref, sample: batch.errors[sample, ref.index[0]],
            "E": lambda ref, sample: batch.E[sample],
            "dE_da": lambda ref, sample: self._layer(ref).dE_da[sample, ref.index[0]],
            "da_dz": self._slope,
            "dE_dz": lambda ref, sample: self._layer(ref).dE_dz[sample, ref.index[0]],
            "part": self._part,
            "dz_dW": lambda ref, sample: self._sent(ref, sample),
            "dz_db": lambda ref, sample: 1.0,
            "term_W": self._term,
            "term_b": self._term,
            "rest_W": self._rest,
            "rest_b": self._rest,
            "X": lambda ref, sample: data.inputs[ref.index],
            "T": lambda ref, sample: data.targets[ref.index] if data.targets is not None else np.nan,
            "O": self._output_of_row,
        }
        self._place_of_row: dict[int, int] | None = None

    # numbers

    def array(self, op: Op, sample: int = 0) -> Array:
        """All numbers of `op`, those of one sample where they are per sample; weights as (senders, units)."""
        refs = list(op.refs)
        numbers = np.array([self.value(ref, sample) for ref in refs])
        if refs and len(refs[0].index) == 2:
            shape = tuple(max(ref.index[axis] for ref in refs) + 1 for axis in (0, 1))
            array = np.empty(shape)
            for ref, number in zip(refs, numbers, strict=True):
                array[ref.index] = number
            return array
        return numbers

    def _derived(self, ref: Ref, sample: int) -> float:
        if is_summary(ref):
            with np.errstate(all="ignore"):  # they are told as far as they can be
                return self._summaries.of(ref).value(ref, sample)
        return super()._derived(ref, sample)

    # the network itself, as it is now

    def answers(self, inputs: Array) -> Array:
        """(rows, outputs): what the network answers to other inputs (rows, inputs), at the present parameters."""
        return answers(self.structure, self.present, inputs)

    # what a number is called and made of

    def is_per_sample(self, ref: Ref) -> bool:
        """Whether the number is one sample's."""
        return not is_summary(ref) and super().is_per_sample(ref)

    def besides(self) -> Iterator[Ref]:
        """See engine/model.py: Reader."""
        yield from super().besides()
        yield from self._summaries.all()

    def formula(self, ref: Ref, sample: int) -> Formula:
        """What it is made of."""
        if is_summary(ref):
            with np.errstate(all="ignore"):
                return self._summaries.of(ref).formula(ref)
        return self.formulas.formula(ref, self.batch.size, sample if ref.sample is None else ref.sample)

    def symbol(self, ref: Ref) -> str:
        """How formulas write it."""
        return self._summaries.of(ref).symbol(ref) if is_summary(ref) else super().symbol(ref)

    # what is revealed when

    def needs(self, ref: Ref) -> tuple[str, int | None, int] | None:
        """See engine/model.py: Reader."""
        ref = self._told_with(ref)
        quantity = ref.quantity
        if is_summary(ref):
            return self._summaries.of(ref).needs(ref)
        if self._is_given(quantity):
            return None
        if quantity == "mean_E":
            return ("E", None, 1)
        if quantity == "O":
            return ("a", self.structure.output.number, 0)
        if quantity == "dE_dz" and not self._has_own_delta(ref.layer):
            return ("da_dz", ref.layer, ref.index[0] + 1)
        layer = ref.layer or None
        return (quantity, layer, place_in_op(self.structure, ref) + 1)

    def _has_own_delta(self, layer: int) -> bool:
        shape = self.structure.layer(layer)
        return shape.is_fused or shape.activation.couples_units

    # readers of what is derived

    def _layer(self, ref: Ref) -> LayerArrays:
        return self.batch.layers[ref.layer - 1]

    def _activation(self, ref: Ref, sample: Any) -> Any:
        return self._layer(ref).a[sample, ref.index[0]]

    def _sent(self, ref: Ref, sample: Any) -> Any:
        """What the weight's sender sends: an input or the output of the layer below."""
        below = self.batch.x if ref.layer == 1 else self.batch.layers[ref.layer - 2].a
        return below[sample, ref.index[0]]

    def _slope(self, ref: Ref, sample: Any) -> Any:
        arrays = self._layer(ref)
        if len(ref.index) == 1:
            return arrays.slope[sample, ref.index[0]]
        of, by = ref.index  # softmax: ∂a_i/∂z_j = a_i·([i = j] − a_j)
        return arrays.a[sample, of] * (float(of == by) - arrays.a[sample, by])

    def _part(self, ref: Ref, sample: Any) -> Any:
        above = self.batch.layers[ref.layer]
        unit, reached = ref.index
        with np.errstate(all="ignore"):
            return above.dE_dz[sample, reached] * above.weights[unit, reached]

    def _term(self, ref: Ref, sample: int) -> float:
        """One sample's own ∂E/∂W or ∂E/∂b."""
        delta = float(self._layer(ref).dE_dz[sample, ref.index[-1]])
        return delta * float(self._sent(ref, sample)) if ref.quantity == "term_W" else delta

    def _rest(self, ref: Ref, sample: int) -> float:
        """The sum of the other samples' terms."""
        letter = ref.quantity[-1]
        delta = self._layer(ref).dE_dz[:, ref.index[-1]]
        if letter == "W":
            below = self.batch.x if ref.layer == 1 else self.batch.layers[ref.layer - 2].a
            delta = delta * below[:, ref.index[0]]
        return float(delta[:sample].sum()) + float(delta[sample + 1 :].sum())

    def _output_of_row(self, ref: Ref, sample: int) -> float:
        row, unit = ref.index
        if self._place_of_row is None:
            self._place_of_row = {row: place for place, row in enumerate(self.rows)}
        place = self._place_of_row.get(row)
        return float("nan") if place is None else float(self.batch.layers[-1].a[place, unit])
