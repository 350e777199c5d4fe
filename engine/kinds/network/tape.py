"""Reading a network's tape: any number by its reference, any op as an array."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.network.arrays import BatchArrays, LayerArrays, parameter_views
from dlsim.engine.kinds.network.evaluation import answers
from dlsim.engine.kinds.network.formulas import Formulas
from dlsim.engine.kinds.network.naming import SUBSCRIPTS, Naming
from dlsim.engine.kinds.network.program import place_in_op
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.model import LayerParameters
from dlsim.engine.optimizers import Optimizer
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.scenario import DataSpec

Array = NDArray[np.float64]

ALWAYS = frozenset({"x", "t", "X", "T", "W", "b", "now_W", "now_b", "term_W", "term_b", "rest_W", "rest_b"})
BATCH = frozenset({"dE_dW", "dE_db", "new_W", "new_b", "W", "b", "now_W", "now_b", "rate", "update"})


class NetworkTape:
    """The tape of one iteration (see engine/model.py: Reader).

    W and b are the parameters that this iteration reads; now_W and now_b those that hold at the moment:
    the same until the update has landed, then the new ones.
    """

    def __init__(
        self,
        structure: Structure,
        naming: Naming,
        batch: BatchArrays,
        data: DataSpec,
        rows: Sequence[int],
        iteration: int,
        *,
        landed: bool = False,
    ) -> None:
        self.structure = structure
        self.naming = naming
        self.batch = batch
        self.rows = rows
        self.iteration = iteration
        self.landed = landed
        self._data = data
        self._formulas = Formulas(structure, self)
        self._old = parameter_views(structure, batch.before)
        self._new = parameter_views(structure, batch.after)
        self._readers: Mapping[str, Callable[[Ref, int], float]] = {
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
            "W": lambda ref, sample: self._layer(ref).weights[ref.index],
            "b": lambda ref, sample: self._biases(ref)[ref.index[0]],
            "dE_dW": lambda ref, sample: self._layer(ref).dE_dW[ref.index],
            "dE_db": lambda ref, sample: self._bias_gradients(ref)[ref.index[0]],
            "new_W": lambda ref, sample: self._new[ref.layer - 1][0][ref.index],
            "new_b": lambda ref, sample: self._new_biases(ref)[ref.index[0]],
            "now_W": lambda ref, sample: (self._new if landed else self._old)[ref.layer - 1][0][ref.index],
            "now_b": lambda ref, sample: self._present_biases(ref)[ref.index[0]],
            "term_W": self._term,
            "term_b": self._term,
            "rest_W": self._rest,
            "rest_b": self._rest,
            "rate": lambda ref, sample: self._optimizer().rate(iteration),
            "update": lambda ref, sample: float(structure.trained),
            "count:n": lambda ref, sample: float(iteration - 1),
            "count:t": lambda ref, sample: float(iteration),
            "X": lambda ref, sample: data.inputs[ref.index],
            "T": lambda ref, sample: data.targets[ref.index] if data.targets is not None else np.nan,
            "O": self._output_of_row,
        }
        self._place_of_row: dict[int, int] | None = None

    # numbers

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        sample = sample if ref.sample is None else ref.sample
        reader = self._readers.get(ref.quantity)
        if reader is not None:
            return float(reader(ref, sample))
        return self._setting_or_slot(ref)

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

    # the network itself, as it is now

    @property
    def present(self) -> Array:
        """(parameters,): those that hold at the moment, after the update once that has landed."""
        state = self.batch.after if self.landed else self.batch.before
        return state[: self.structure.parameters]

    @property
    def present_layers(self) -> tuple[LayerParameters, ...]:
        """The same as (weights, biases) of every layer."""
        return self._new if self.landed else self._old

    def answers(self, inputs: Array) -> Array:
        """(rows, outputs): what the network answers to other inputs (rows, inputs), at the present parameters."""
        return answers(self.structure, self.batch.after if self.landed else self.batch.before, inputs)

    # what a number is called and made of

    def symbol(self, ref: Ref) -> str:
        """How formulas write it."""
        return self._formulas.symbol(ref)

    def formula(self, ref: Ref, sample: int) -> Formula:
        """What it is made of."""
        return self._formulas.formula(ref, self.rows_in_batch, sample if ref.sample is None else ref.sample)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op."""
        return self._formulas.op_formula(op, self.batch.size)

    @property
    def rows_in_batch(self) -> int:
        """Samples in the batch."""
        return self.batch.size

    def row_symbol(self, sample: int) -> str:
        """A sample's number in the training data, from 1, as a subscript."""
        return str(self.rows[sample] + 1).translate(SUBSCRIPTS)

    # what is revealed when

    def needs(self, ref: Ref) -> tuple[str, int | None, int] | None:
        """See engine/model.py: Reader."""
        quantity = ref.quantity
        if quantity in ALWAYS or quantity.startswith(("setting:", "alpha", "count:", "slot:")):
            return None
        if quantity == "O":
            return ("a", self.structure.output.number, 0)
        if quantity == "rate" and not self._optimizer().rate_notation:
            return None
        if quantity == "dE_dz" and not self._has_own_delta(ref.layer):
            return ("da_dz", ref.layer, ref.index[0] + 1)
        layer = ref.layer or None
        return (quantity, layer, place_in_op(self.structure, ref) + 1)

    def is_per_sample(self, ref: Ref) -> bool:
        """Whether the number is one sample's."""
        quantity = ref.quantity
        return not (quantity in BATCH or quantity.startswith(("slot:", "new_slot:", "setting:", "count:", "alpha")))

    def _has_own_delta(self, layer: int) -> bool:
        shape = self.structure.layer(layer)
        return shape.is_fused or shape.activation.couples_units

    # readers of what is derived

    def _layer(self, ref: Ref) -> LayerArrays:
        return self.batch.layers[ref.layer - 1]

    def _activation(self, ref: Ref, sample: int) -> float:
        return self._layer(ref).a[sample, ref.index[0]]  # type: ignore[no-any-return]

    def _sent(self, ref: Ref, sample: int) -> float:
        """What the weight's sender sends: an input or the output of the layer below."""
        below = self.batch.x if ref.layer == 1 else self.batch.layers[ref.layer - 2].a
        return below[sample, ref.index[0]]  # type: ignore[no-any-return]

    def _slope(self, ref: Ref, sample: int) -> float:
        arrays = self._layer(ref)
        if len(ref.index) == 1:
            return arrays.slope[sample, ref.index[0]]  # type: ignore[no-any-return]
        of, by = ref.index  # softmax: ∂a_i/∂z_j = a_i·([i = j] − a_j)
        return float(arrays.a[sample, of]) * ((of == by) - float(arrays.a[sample, by]))

    def _part(self, ref: Ref, sample: int) -> float:
        above = self.batch.layers[ref.layer]
        unit, reached = ref.index
        return float(above.dE_dz[sample, reached]) * float(above.weights[unit, reached])

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

    def _biases(self, ref: Ref) -> Array:
        biases = self._layer(ref).biases
        assert biases is not None, f"{ref} in a layer without biases"
        return biases

    def _bias_gradients(self, ref: Ref) -> Array:
        gradients = self._layer(ref).dE_db
        assert gradients is not None, f"{ref} in a layer without biases"
        return gradients

    def _new_biases(self, ref: Ref) -> Array:
        biases = self._new[ref.layer - 1][1]
        assert biases is not None, f"{ref} in a layer without biases"
        return biases

    def _present_biases(self, ref: Ref) -> Array:
        return self._new_biases(ref) if self.landed else self._biases(ref)

    def _optimizer(self) -> Optimizer:
        assert self.structure.optimizer is not None, "nothing is trained"
        return self.structure.optimizer

    def _setting_or_slot(self, ref: Ref) -> float:
        kind, _, name = ref.quantity.partition(":")
        if kind == "setting":
            return float(self._optimizer().values[name])
        if kind == "alpha":
            return float(self.structure.layer(ref.layer).spec.activation.settings[name])
        slot, _, letter = name.partition(":")
        slots = self.batch.new_slots if kind == "new_slot" else self.batch.slots
        layer = self.structure.layer(ref.layer)
        segment = layer.weights if letter == "W" else layer.biases
        assert segment is not None, f"{ref} in a layer without biases"
        place = ref.index[0] * layer.units + ref.index[1] if letter == "W" else ref.index[0]
        return float(slots[self.structure.slots.index(slot)][segment.start + place])

    def _output_of_row(self, ref: Ref, sample: int) -> float:
        row, unit = ref.index
        if self._place_of_row is None:
            self._place_of_row = {row: place for place, row in enumerate(self.rows)}
        place = self._place_of_row.get(row)
        return float("nan") if place is None else float(self.batch.layers[-1].a[place, unit])
