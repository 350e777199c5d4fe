"""Reading a dense network's tape: how its layers are connected, and the numbers that only such a network has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import stuck
from dlsim.engine.kinds.layered.quantities import (
    DA_DZ,
    DE_DA,
    DE_DZ,
    E_O,
    REST_B,
    REST_W,
    A,
    B,
    Derivative,
    LayerParameter,
    W,
    X,
    error_of,
    loss_of,
    loss_slope_of_all,
    parameters_in_order,
)
from dlsim.engine.kinds.layered.tape import LayeredTape
from dlsim.engine.kinds.network.arrays import BatchArrays, Naming, Structure
from dlsim.engine.kinds.network.evaluation import answers
from dlsim.engine.program import Op
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, of_sample, total

Array = NDArray[np.float64]

BATCH_TERMS = 4
"""In a batch of more samples than this, a mean is written as the lens's own term and the sum of the others."""


class NetworkTape(LayeredTape):
    """The tape of one iteration (see engine/program.py)."""

    structure: Structure
    naming: Naming
    batch: BatchArrays

    # numbers

    @property
    def inputs(self) -> Array:
        """(batch, inputs)."""
        return self.batch.x

    @property
    def targets(self) -> Array | None:
        """(batch, outputs)."""
        return self.batch.t

    def at(self, numbers: Array, ref: Ref, sample: Any) -> Any:
        """By sample and unit."""
        return numbers[sample, ref.index[0]]

    def in_data(self, numbers: Array, ref: Ref) -> float:
        """By row and unit."""
        return float(numbers[ref.index])

    def terms(self, of: LayerParameter, ref: Ref) -> Array:
        """(batch,): ∂E/∂z of the unit, of a weight times what its sender sends."""
        delta = self.layers[ref.layer - 1].dE_dz[:, ref.index[-1]]
        if not of.is_weight:
            return delta
        below = self.batch.x if ref.layer == 1 else self.batch.layers[ref.layer - 2].a
        return delta * below[:, ref.index[0]]

    def is_stuck(self, layer: int, unit: int, *, is_dead: bool) -> bool:
        """Whether a unit is dead, or else saturated, for every sample of the batch."""
        arrays = self.batch.layers[layer - 1]
        flags = self.remembered((stuck, layer), lambda: stuck(arrays.layer.spec.activation, arrays.z, arrays.a))
        return bool(flags[0 if is_dead else 1][:, unit].all()) and (is_dead or not arrays.layer.is_fused)

    def answers(self, inputs: Array) -> Array:
        """(rows, outputs): what the network answers to other inputs (rows, inputs), at the present parameters."""
        return answers(self.structure, self.present, inputs)

    @property
    def error(self) -> Ref | None:  # type: ignore[override]
        """E."""
        return error_of(self)

    @property
    def loss(self) -> Ref | None:  # type: ignore[override]
        """E, of several samples their mean."""
        return loss_of(self)

    # how layers are connected

    def in_last_step(self, ref: Ref) -> Ref:
        """There are no steps."""
        return ref

    def is_before_start(self, ref: Ref) -> bool:
        """There are no steps."""
        return False

    def received(self, layer: int, sender: int, step: tuple[int, ...]) -> Ref:
        """An input, or the output of a unit of the layer below."""
        return Ref(A, layer - 1, (sender,)) if layer > 1 else Ref(X, 0, (sender,))

    def errors(self) -> list[Ref]:
        """Each output's."""
        output = self.structure.output
        return [Ref(E_O, output.number, (unit,)) for unit in range(output.units)]

    def parts(self, ref: Ref) -> list[Ref]:
        """Over each unit of the next layer."""
        above = self.structure.layer(ref.layer + 1)
        return [Ref(PART, ref.layer, (ref.index[0], reached)) for reached in range(above.units)]

    def pair(self, ref: Ref) -> tuple[int, ...] | None:
        """An entry of the matrix has two units in its index."""
        return ref.index if len(ref.index) == 2 else None

    def coupled(self, ref: Ref) -> Formula:
        """Σ ∂E/∂o·∂o/∂z over the units of the layer."""
        layer, unit = ref.layer, ref.index[0]
        units = range(self.structure.layer(layer).units)
        return total([(Ref(DE_DA, layer, (other,)), "·", Ref(DA_DZ, layer, (other, unit))) for other in units])

    def has_delta_op(self, layer: int) -> bool:
        """Where the loss gives it, or a whole matrix of slopes makes it."""
        shape = self.structure.layer(layer)
        return shape.is_fused or shape.activation.couples_units

    def gradient(self, of: LayerParameter, ref: Ref, sample: int) -> Formula:
        """One sample: the chain. Several: the mean of theirs, the one under the lens spelt out between « »."""
        own, batch = chain(self.structure, of, ref), self.batch.size
        if batch == 1:
            return own
        own = ("«", *own, "»")
        if batch > BATCH_TERMS:
            rest = Ref(REST_W if of.is_weight else REST_B, ref.layer, ref.index)
            return (f"1/{batch}·(", *own, " + ", rest, ")")
        term = TERM_W if of.is_weight else TERM_B
        terms: list[Formula] = [
            own if other == sample else (Ref(term, ref.layer, ref.index, other),) for other in range(batch)
        ]
        return (f"1/{batch}·(", *total(terms), ")")

    def output_shown_with(self, ref: Ref) -> Shown:
        """With all outputs."""
        return Shown(A, self.structure.output.number, 0)

    # parameters and the program

    def is_renewed(self, of: LayerParameter, layer: int) -> bool:
        """Unless they are frozen."""
        return of.is_trained(self.structure.layer(layer))

    def trained_parameters(self) -> Iterator[Ref]:
        """Layer by layer, weights before biases."""
        for layer in self.structure.layers:
            for ref in parameters_in_order(self.structure, layer.number):
                if ref.quantity.is_trained(layer):  # type: ignore[attr-defined]
                    yield ref

    def place(self, ref: Ref) -> int:
        """Weights are numbered by unit, then by sender; other pairs by the first of the two."""
        if len(ref.index) < 2:
            return super().place(ref)
        first, second = ref.index
        if ref.quantity is PART:
            return first * self.structure.layer(ref.layer + 1).units + second
        if ref.quantity is DA_DZ:
            return first * self.structure.layer(ref.layer).units + second
        return self.structure.place_of(ref.layer, ref.index)

    def activation_path(self, layer: int) -> str:
        """In the list of layers."""
        return f"network.layers.{layer - 1}.activation"

    def matrices(self, op: Op) -> DenseMatrices:
        """See DenseMatrices."""
        return DenseMatrices(self.structure, op.layer or 0, self.batch.size)

    def parameter_matrix(self, of: LayerParameter, layer: int) -> tuple[str, str]:
        """W[1], b[1]."""
        shape = self.structure.layer(layer)
        size = f"({shape.senders}×{shape.units})" if of.is_weight else f"(1×{shape.units})"
        return f"{of.key}[{layer}]", size


class DenseMatrices:
    """(formula, shapes) of each op of a layer: m samples, n senders, j units, k units above."""

    error = ("E = Σ E_o", "")

    def __init__(self, structure: Structure, layer: int, batch: int) -> None:
        self._structure, self._number, self._m = structure, layer, batch
        if not layer:
            return
        self._layer = shape = structure.layer(layer)
        self._below = "X" if layer == 1 else f"Y[{layer - 1}]"
        self._n, self._j = shape.senders, shape.units
        self._k = 0 if shape.is_output else structure.layer(layer + 1).units

    @property
    def _of_loss(self) -> str:
        is_from_loss = self._layer.is_output and self._structure.loss is not None
        return f" = {loss_slope_of_all(self._structure, f'Y[{self._number}]', 'T')}" if is_from_loss else ""

    @property
    def weighted_sum(self) -> tuple[str, str]:
        """Z = X·W + b."""
        i, m, n, j = self._number, self._m, self._n, self._j
        bias, bias_shape = (f" + b[{i}]", f" + (1×{j})") if self._layer.biases else ("", "")
        return f"Z[{i}] = {self._below}·W[{i}]{bias}", f"({m}×{n})·({n}×{j}){bias_shape} = ({m}×{j})"

    @property
    def activation(self) -> tuple[str, str]:
        """Y = f(Z)."""
        i = self._number
        return f"Y[{i}] = {self._layer.activation.name}(Z[{i}])", f"({self._m}×{self._j})"

    @property
    def errors(self) -> tuple[str, str]:
        """In words."""
        return "E_o of each output", f"({self._m}×{self._j})"

    @property
    def ways_back(self) -> tuple[str, str]:
        """∂E/∂Z ⊙ W."""
        i = self._number
        formula = f"parts of ∂E/∂Y[{i}]: ∂E/∂Z[{i + 1}] ⊙ W[{i + 1}]"
        return formula, f"({self._m}×{self._k}), ({self._j}×{self._k})"

    @property
    def output_gradient(self) -> tuple[str, str]:
        """∂E/∂Y = ∂E/∂Z·Wᵀ, of the output layer the loss's slope."""
        i, m, j, k = self._number, self._m, self._j, self._k
        if k:
            return f"∂E/∂Y[{i}] = ∂E/∂Z[{i + 1}]·W[{i + 1}]ᵀ", f"({m}×{k})·({k}×{j}) = ({m}×{j})"
        return f"∂E/∂Y[{i}]{self._of_loss}", f"({m}×{j})"

    @property
    def slope(self) -> tuple[str, str]:
        """∂Y/∂Z = f′(Z)."""
        i = self._number
        return f"∂Y[{i}]/∂Z[{i}] = {self._layer.activation.name}′(Z[{i}])", f"({self._m}×{self._j})"

    @property
    def delta(self) -> tuple[str, str]:
        """∂E/∂Z = ∂E/∂Y ⊙ ∂Y/∂Z."""
        i = self._number
        through = "" if self._layer.activation.couples_units else f" = ∂E/∂Y[{i}] ⊙ ∂Y[{i}]/∂Z[{i}]"
        return f"∂E/∂Z[{i}]{self._of_loss if self._layer.is_fused else through}", f"({self._m}×{self._j})"

    @property
    def weight_slope(self) -> tuple[str, str]:
        """∂Z/∂W = X."""
        i = self._number
        return f"∂Z[{i}]/∂W[{i}] = {self._below}", f"({self._m}×{self._n})"

    @property
    def bias_slope(self) -> tuple[str, str]:
        """∂Z/∂b = 1."""
        i = self._number
        return f"∂Z[{i}]/∂b[{i}] = 1", f"({self._m}×1)"

    @property
    def weight_gradient(self) -> tuple[str, str]:
        """∂E/∂W = Xᵀ·∂E/∂Z."""
        i, m, n, j = self._number, self._m, self._n, self._j
        share = f" / {m}" if m > 1 else ""
        return f"∂E/∂W[{i}] = {self._below}ᵀ·∂E/∂Z[{i}]{share}", f"({n}×{m})·({m}×{j}) = ({n}×{j})"

    @property
    def bias_gradient(self) -> tuple[str, str]:
        """∂E/∂b = 1ᵀ·∂E/∂Z."""
        i, m, j = self._number, self._m, self._j
        share = f" / {m}" if m > 1 else ""
        return f"∂E/∂b[{i}] = 1ᵀ·∂E/∂Z[{i}]{share}", f"(1×{m})·({m}×{j}) = (1×{j})"


# its own numbers: the ways back to a hidden unit, local slopes, each sample's own term


class WayBack(Derivative):
    """∂E_o1/∂h1: what comes back to a hidden unit over one unit of the next layer; its index is (unit, reached)."""

    is_way = True

    def value(self, tape: NetworkTape, ref: Ref, sample: Any) -> Any:
        """∂E/∂z of the unit reached, times the weight."""
        above = tape.layers[ref.layer]
        _, reached = ref.index
        weight = W.value(tape, Ref(W, ref.layer + 1, ref.index), sample)
        with np.errstate(all="ignore"):
            return above.dE_dz[sample, reached] * weight

    def top(self, tape: NetworkTape, ref: Ref) -> str:
        """The part of the error that the unit reached has."""
        return tape.naming.part_of_error(ref.layer + 1, ref.index[1])

    def formula(self, tape: NetworkTape, ref: Ref, sample: int) -> Formula:
        """∂E/∂o1·∂o1/∂z3·W5."""
        return (*delta_factors(tape.structure, ref.layer + 1, ref.index[1]), "·", Ref(W, ref.layer + 1, ref.index))

    def whole(self, tape: NetworkTape, op: Any) -> tuple[str, str]:
        """∂E/∂Z ⊙ W."""
        return tape.matrices(op).ways_back

    def about(self, ref: Ref) -> Ref:
        """The hidden unit."""
        return Ref(A, ref.layer, ref.index[:1])

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """The weight over which it comes."""
        unit, reached = ref.index
        return ref.layer + 1, unit, reached

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The hidden unit, and what the way leads through."""
        unit, reached = ref.index
        beyond, found = ref.layer + 1, super().names(tape, ref)
        return {
            **found,
            "unit": found["bottom"],
            "weight": tape.symbol(Ref(W, beyond, (unit, reached))),
            "z": tape.naming.unit("z", beyond, (reached,)),
            "out": tape.naming.unit("a", beyond, (reached,)),
            "error": found["top"],
        }


class LocalSlope(Derivative):
    """∂z/∂W: what the weight's sender sends; of a bias 1."""

    def __init__(self, of: LayerParameter) -> None:
        super().__init__(f"dz_d{of.key}")
        self.of = of

    def value(self, tape: NetworkTape, ref: Ref, sample: Any) -> Any:
        """As the layer receives it."""
        if not self.of.is_weight:
            return 1.0
        below = tape.inputs if ref.layer == 1 else tape.layers[ref.layer - 2].a
        return below[sample, ref.index[0]]

    def top(self, tape: NetworkTape, ref: Ref) -> str:
        """The z that the parameter feeds."""
        return tape.naming.unit("z", ref.layer, ref.index[-1:])

    def formula(self, tape: NetworkTape, ref: Ref, sample: int) -> Formula:
        """What the sender sends."""
        return (tape.received(ref.layer, ref.index[0], ()),) if self.of.is_weight else ("1",)

    def whole(self, tape: NetworkTape, op: Any) -> tuple[str, str]:
        """∂Z/∂W = X."""
        found = tape.matrices(op)
        return found.weight_slope if self.of.is_weight else found.bias_slope

    def about(self, ref: Ref) -> Ref:
        """The parameter."""
        return Ref(self.of, ref.layer, ref.index)

    def sender(self, ref: Ref) -> tuple[int, int] | None:
        """(layer, unit) of what the weight is multiplied with."""
        return (ref.layer - 1, ref.index[0]) if self.of.is_weight else None

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """The weight's."""
        return self.of.edge(ref)

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The z, the parameter, and what the sender sends."""
        found = super().names(tape, ref)
        found["z"] = found["top"]
        if not self.of.is_weight:
            return {**found, "bias": found["bottom"]}
        return {**found, "weight": found["bottom"], "sender": tape.symbolic(self.formula(tape, ref, 0))}


class OwnTerm(Derivative):
    """∂E₂/∂W: what one sample contributes to a gradient."""

    def __init__(self, of: LayerParameter) -> None:
        super().__init__(f"term_{of.key}", words=("term",))
        self.of = of

    def value(self, tape: NetworkTape, ref: Ref, sample: int) -> float:
        """Unscaled."""
        return float(tape.terms(self.of, ref)[sample])

    def top(self, tape: NetworkTape, ref: Ref) -> str:
        """The sample's error."""
        return f"E{tape.row_symbol(ref.sample or 0)}"

    def formula(self, tape: NetworkTape, ref: Ref, sample: int) -> Formula:
        """The chain rule for that sample."""
        return of_sample(chain(tape.structure, self.of, ref), sample)

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """From the start: it stands in a formula that is not."""
        return None

    def about(self, ref: Ref) -> Ref:
        """The parameter."""
        return Ref(self.of, ref.layer, ref.index)


PART = WayBack("part")
DZ_DW, DZ_DB = LocalSlope(W), LocalSlope(B)
TERM_W, TERM_B = OwnTerm(W), OwnTerm(B)


def delta_factors(structure: Structure, layer: int, unit: int) -> Formula:
    """∂E/∂z as a product: of two factors where its unit stands alone, else itself."""
    shape = structure.layer(layer)
    if shape.is_fused or shape.activation.couples_units:
        return (Ref(DE_DZ, layer, (unit,)),)
    return (Ref(DE_DA, layer, (unit,)), "·", Ref(DA_DZ, layer, (unit,)))


def chain(structure: Structure, of: LayerParameter, ref: Ref) -> Formula:
    """One sample's ∂E/∂W: ∂E/∂o1·∂o1/∂z3·∂z3/∂W5."""
    local = DZ_DW if of.is_weight else DZ_DB
    return (*delta_factors(structure, ref.layer, ref.index[-1]), "·", Ref(local, ref.layer, ref.index))


def backward_quantities(structure: Structure) -> Iterator[Quantity]:
    """Those of this file: a dense network's alone; none where nothing is trained."""
    if structure.loss is not None:
        yield from (PART,) if len(structure.layers) > 1 else ()
        yield from (DZ_DW, TERM_W)
        yield from (DZ_DB, TERM_B) if structure.has_biases else ()
