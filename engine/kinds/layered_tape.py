"""Reading a tape, however layers are connected: parameters, gradients, optimizer slots, settings, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.optimizers import NEW, Optimizer
from dlsim.engine.kinds.layer_formulas import LayerFormulas
from dlsim.engine.kinds.layered_structure import LayeredStructure
from dlsim.engine.model import LayerParameters
from dlsim.engine.program import Op
from dlsim.engine.reference import Ref

Array = NDArray[Any]

GIVEN = frozenset({"x", "t", "X", "T", "W", "b", "now_W", "now_b", "term_W", "term_b", "rest_W", "rest_b"})
GIVEN_KINDS = ("setting:", "alpha:", "count:", "slot:")
OF_THE_BATCH = frozenset(
    {"dE_dW", "dE_db", "new_W", "new_b", *NEW, "W", "b", "now_W", "now_b", "rate", "update", "mean_E"}
)
OF_THE_BATCH_KINDS = (*GIVEN_KINDS, "new_slot:")
ERRORS = frozenset({"E", "dE_da", "dE_dz"})
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class LayeredBatch(Protocol):
    """What the arrays of a batch have in common."""

    E: Array  # (batch,)

    @property
    def size(self) -> int:
        """Samples in it."""

    @property
    def before(self) -> Array:
        """(state,): what the iteration reads."""

    @property
    def after(self) -> Array:
        """(state,): what it leaves."""

    @property
    def gradients(self) -> Array:
        """(parameters,)."""


class LayeredTape:
    """The part of a tape (see engine/model.py: Reader) that does not depend on how its layers are connected.

    W and b are the parameters that this iteration reads; now_W and now_b those that hold at the moment:
    the same until the update has landed, then the new ones. A kind adds its formulas, and readers of its own.
    """

    structure: LayeredStructure
    batch: LayeredBatch
    formulas: LayerFormulas

    def __init__(
        self, structure: LayeredStructure, batch: LayeredBatch, rows: Sequence[int], iteration: int, *, landed: bool
    ) -> None:
        self.structure = structure
        self.batch = batch
        self.rows = rows
        self.iteration = iteration
        self.landed = landed
        self._readers: dict[str, Callable[[Ref, Any], Any]] = {  # of one sample, or of a slice of them
            "rate": lambda ref, sample: self._optimizer().rate(iteration),
            "update": lambda ref, sample: float(structure.trained),
            "mean_E": lambda ref, sample: mean_of(batch.E),
            "count:n": lambda ref, sample: float(iteration - 1),
            "count:t": lambda ref, sample: float(iteration),
        }
        present = batch.after if landed else batch.before
        for kind, flat in (("", batch.before), ("now_", present), ("new_", batch.after), ("dE_d", batch.gradients)):
            self._readers[f"{kind}W"] = self._readers[f"{kind}b"] = partial(self._parameter, flat)
        self._readers |= dict.fromkeys(NEW, self._change)

    @property
    def present(self) -> Array:
        """(parameters,): those that hold at the moment, after the update once that has landed."""
        state = self.batch.after if self.landed else self.batch.before
        return state[: self.structure.parameters]

    @property
    def present_layers(self) -> tuple[LayerParameters, ...]:
        """The same as (weights, biases) of every layer."""
        return self.structure.parameter_views(self.present)

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        reader = self._readers.get(ref.quantity)
        if reader is not None:
            return float(reader(ref, sample if ref.sample is None else ref.sample))
        return self._derived(ref, sample if ref.sample is None else ref.sample)

    def of_every_sample(self, ref: Ref) -> Array:
        """See engine/model.py: Reader."""
        return np.broadcast_to(self._readers[ref.quantity](ref, slice(None)), (len(self.rows),))

    def symbol(self, ref: Ref) -> str:
        """How formulas write it; an error that is not the lens's own bears the number of its sample: E₃, ∂E₃/∂z1."""
        symbol = self.formulas.symbol(ref)
        if ref.sample is None or ref.quantity not in ERRORS:
            return symbol
        return symbol.replace("E", f"E{self.row_symbol(ref.sample)}", 1)

    def row_symbol(self, sample: int) -> str:
        """A sample's number in the training data, from 1, as a subscript."""
        return str(self.rows[sample] + 1).translate(SUBSCRIPTS)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op."""
        return self.formulas.op_formula(op, self.batch.size)

    def is_per_sample(self, ref: Ref) -> bool:
        """Whether the number is one sample's."""
        return not (ref.quantity in OF_THE_BATCH or ref.quantity.startswith(OF_THE_BATCH_KINDS))

    def besides(self) -> Iterator[Ref]:
        """See engine/model.py: Reader."""
        if self.structure.loss is not None and self.batch.size > 1:
            yield Ref("mean_E")
            yield from (Ref("E", sample=sample) for sample in range(self.batch.size))

    def _is_given(self, quantity: str) -> bool:
        """Whether numbers of this name stand on screen from the start."""
        if quantity == "rate":
            return not self._optimizer().rate_notation
        return quantity in GIVEN or quantity.startswith(GIVEN_KINDS)

    def _told_with(self, ref: Ref) -> Ref:
        """The number of the program that it comes with: a change comes with the new value, any other by itself."""
        return ref._replace(quantity=NEW.get(ref.quantity, ref.quantity))

    def _optimizer(self) -> Optimizer:
        assert self.structure.optimizer is not None, "nothing is trained"
        return self.structure.optimizer

    def _derived(self, ref: Ref, sample: int) -> float:
        """A number that has no reader of its own: a setting, a slot of the optimizer."""
        kind, _, name = ref.quantity.partition(":")
        if kind == "setting":
            return float(self._optimizer().values[name])
        if kind == "alpha":
            return float(self.structure.layer(ref.layer).spec.activation.settings[name])
        slot, _, _ = name.partition(":")
        slots = self.structure.slot_views(self.batch.after if kind == "new_slot" else self.batch.before)
        return self._parameter(slots[self.structure.slots.index(slot)], ref, 0)

    def _change(self, ref: Ref, sample: int) -> float:
        return self._parameter(self.batch.after, ref, sample) - self._parameter(self.batch.before, ref, sample)

    def _parameter(self, flat: Array, ref: Ref, _sample: int) -> float:
        """The number that an array of one for each parameter holds for a weight or a bias."""
        return float(self.structure.layer(ref.layer).segment(ref.quantity[-1]).of(flat)[ref.index])


def mean_of(errors: Array) -> float:
    """The loss of a batch, from its samples' E: infinite where their sum is."""
    with np.errstate(all="ignore"):
        return float(np.add.reduce(errors) / len(errors))
