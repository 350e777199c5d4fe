"""The numbers that only a dense network has, each defined once: ∂z/∂W, the ways back to a unit, the chain of a weight's
gradient; and the tape that they are read from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.functions.activations import Flags, stuck
from dlsim.engine.kinds.layered.quantities import (
    DA_DZ,
    DE_DA,
    DE_DB,
    DE_DW,
    DE_DZ,
    E_O,
    REST_B,
    REST_W,
    A,
    B,
    Derivative,
    E,
    LayerParameter,
    UnitGradient,
    UnitSlope,
    W,
    X,
    Z,
    error_of,
    loss_after_of,
    loss_of,
    loss_slope,
    loss_slope_of_all,
    parameters_in_order,
    slope_of_loss_opened,
)
from dlsim.engine.kinds.layered.tape import LayeredTape
from dlsim.engine.kinds.network.passes import DENSE, DenseBatch, Naming, Structure, answers
from dlsim.engine.program import Op
from dlsim.engine.quantity import UNOPENED, Formula, Opened, Quantity, Ref, Shown, of_sample, total

Array = NDArray[np.float64]

BATCH_TERMS = 4
"""In a batch of more samples than this, a mean is written as the lens's own term and the sum of the others."""


class NetworkTape(LayeredTape):
    """The tape of one iteration (see engine/program.py)."""

    structure: Structure
    naming: Naming
    batch: DenseBatch
    arithmetic = DENSE

    # numbers

    def at(self, numbers: Array, ref: Ref, sample: Any) -> Any:
        """By sample and unit, of (batch, units)."""
        return numbers[sample, ref.index[0]]

    def in_data(self, numbers: Array, ref: Ref) -> float:
        """By row and unit, of (rows, units)."""
        return float(numbers[ref.index])

    def terms(self, of: LayerParameter, ref: Ref) -> Array:
        """(batch,): ∂E/∂z of the unit, of a weight times what its sender sends."""
        delta = self.layers[ref.layer - 1].dE_dz[:, ref.index[-1]]
        if not of.is_weight:
            return delta
        below = self.batch.x if ref.layer == 1 else self.batch.layers[ref.layer - 2].a
        return delta * below[:, ref.index[0]]

    def flags(self, layer: int, *, is_dead: bool) -> Flags:
        """(batch, units): where a unit of a layer is dead, or else saturated."""
        arrays = self.batch.layers[layer - 1]
        found = self.remembered((stuck, layer), lambda: stuck(arrays.layer.spec.activation, arrays.z, arrays.a))
        return found[0 if is_dead else 1]

    def is_stuck(self, layer: int, unit: int, *, is_dead: bool) -> bool:
        """Whether a unit is dead, or else saturated, for every sample of the batch."""
        is_told = is_dead or not self.structure.layer(layer).is_fused
        return bool(self.flags(layer, is_dead=is_dead)[:, unit].all()) and is_told

    def answers(self, inputs: Array) -> Array:
        """(rows, outputs): what the network answers to other inputs (rows, inputs), at the present parameters."""
        return answers(self.structure, self.present, inputs)

    error = property(error_of)
    loss = property(loss_of)
    loss_after = property(loss_after_of)

    # how layers are connected

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

    def coupled(self, ref: Ref) -> Formula:
        """Σ ∂E/∂o·∂o/∂z over the units of the layer."""
        layer, unit = ref.layer, ref.index[0]
        units = range(self.structure.layer(layer).units)
        return total([(Ref(DE_DA, layer, (other,)), "·", Ref(SLOPE_BETWEEN, layer, (other, unit))) for other in units])

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
        """With the output itself."""
        there = Ref(A, self.structure.output.number, ref.index[1:])
        return Shown(A, there.layer, self.place(there) + 1)

    # parameters and the program

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
        if ref.quantity is SLOPE_BETWEEN:
            return first * self.structure.layer(ref.layer).units + second
        return self.structure.place_of(ref.layer, ref.index)

    def activation_path(self, layer: int) -> str:
        """In the list of layers."""
        return f"network.layers.{layer - 1}.activation"

    def matrices(self, op: Op) -> Mapping[Quantity, tuple[str, str]]:
        """(formula, shapes): m samples, n senders, j units, k units above."""
        if not op.layer:
            return {E: ("E = Σ E_o", "")}
        i, m, layer = op.layer, self.batch.size, self.structure.layer(op.layer)
        n, j = layer.senders, layer.units
        k = 0 if layer.is_output else self.structure.layer(i + 1).units
        units, below, share = f"({m}×{j})", "X" if i == 1 else f"Y[{i - 1}]", f" / {m}" if m > 1 else ""
        bias, bias_shape = (f" + b[{i}]", f" + (1×{j})") if layer.biases else ("", "")
        is_from_loss = layer.is_output and self.structure.loss is not None
        of_loss = f" = {loss_slope_of_all(self.structure, f'Y[{i}]', 'T')}" if is_from_loss else ""
        through = "" if layer.activation.couples_units else f" = ∂E/∂Y[{i}] ⊙ ∂Y[{i}]/∂Z[{i}]"
        output_gradient = (f"∂E/∂Y[{i}]{of_loss}", units)
        if k:
            output_gradient = f"∂E/∂Y[{i}] = ∂E/∂Z[{i + 1}]·W[{i + 1}]ᵀ", f"({m}×{k})·({k}×{j}) = {units}"
        return {
            Z: (f"Z[{i}] = {below}·W[{i}]{bias}", f"({m}×{n})·({n}×{j}){bias_shape} = {units}"),
            A: (f"Y[{i}] = {layer.activation.name}(Z[{i}])", units),
            E_O: ("E_o of each output", units),
            PART: (f"parts of ∂E/∂Y[{i}]: ∂E/∂Z[{i + 1}] ⊙ W[{i + 1}]", f"({m}×{k}), ({j}×{k})"),
            DE_DA: output_gradient,
            **dict.fromkeys((DA_DZ, SLOPE_BETWEEN), (f"∂Y[{i}]/∂Z[{i}] = {layer.activation.name}′(Z[{i}])", units)),
            DE_DZ: (f"∂E/∂Z[{i}]{of_loss if layer.is_fused else through}", units),
            DZ_DW: (f"∂Z[{i}]/∂W[{i}] = {below}", f"({m}×{n})"),
            DZ_DB: (f"∂Z[{i}]/∂b[{i}] = 1", f"({m}×1)"),
            DE_DW: (f"∂E/∂W[{i}] = {below}ᵀ·∂E/∂Z[{i}]{share}", f"({n}×{m})·({m}×{j}) = ({n}×{j})"),
            DE_DB: (f"∂E/∂b[{i}] = 1ᵀ·∂E/∂Z[{i}]{share}", f"(1×{m})·({m}×{j}) = (1×{j})"),
        }

    def parameter_matrix(self, of: LayerParameter, layer: int) -> tuple[str, str]:
        """W[1], b[1]."""
        shape = self.structure.layer(layer)
        size = f"({shape.senders}×{shape.units})" if of.is_weight else f"(1×{shape.units})"
        return f"{of.key}[{layer}]", size


# its own numbers: slopes between the units of a layer, the ways back to a hidden unit, local slopes, each sample's term


class SlopeBetween(UnitSlope):
    """∂o2/∂z8 where the activation couples the units of a layer: each answers to each z. Its index is (unit, z)."""

    def value(self, tape: LayeredTape, ref: Ref, sample: Any) -> Any:
        """softmax: ∂a_i/∂z_j = a_i·([i = j] − a_j)."""
        a = tape.layers[ref.layer - 1].a
        of, by = ref.index
        return a[sample, of] * (float(of == by) - a[sample, by])

    def top(self, tape: LayeredTape, ref: Ref) -> str:
        """What the unit sends."""
        return tape.naming.unit("a", ref.layer, ref.index[:1])

    def formula(self, tape: LayeredTape, ref: Ref, sample: int) -> Formula:
        """Of what both units send."""
        of, by = (Ref(A, ref.layer, (unit,)) for unit in ref.index)
        return (of, "·(1 − ", of, ")") if of == by else ("−", of, "·", by)

    def opened(self, tape: LayeredTape, ref: Ref, sample: int) -> Opened:
        """Its formula opens it up already."""
        return UNOPENED

    def about(self, ref: Ref) -> Ref:
        """The z."""
        return Ref(Z, ref.layer, ref.index[1:])

    def step(self, ref: Ref) -> None:
        """None: both of its index are units."""
        return


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
        """∂E_o1/∂z3·∂z3/∂h1; where no single output is reached, ∂E/∂h3·∂h3/∂z3·∂z3/∂h1."""
        beyond, (_, reached) = ref.layer + 1, ref.index
        through = ref._replace(quantity=DZ_DA)
        if tape.structure.layer(beyond).has_errors_of_its_own:
            return (Ref(DEO_DZ, beyond, (reached,)), "·", through)
        return (*delta_factors(tape.structure, beyond, reached), "·", through)

    def opened(self, tape: NetworkTape, ref: Ref, sample: int) -> Opened:
        """∂E_o1/∂o1·∂o1/∂z3·∂z3/∂h1."""
        beyond, (_, reached) = ref.layer + 1, ref.index
        shape = tape.structure.layer(beyond)
        if not shape.has_errors_of_its_own or shape.is_fused:
            return UNOPENED
        factors = DEO_DZ.formula(tape, Ref(DEO_DZ, beyond, (reached,)), sample)
        whole: Formula = (*factors, "·", ref._replace(quantity=DZ_DA))
        return Opened((whole,), (whole,))

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


class OwnErrorSlope(Derivative):
    """∂E_o1/∂o1 or ∂E_o1/∂z3: an output's own error by what makes it; the same number as that of E, which it alone
    changes. `whole` is that one.
    """

    def __init__(self, key: str, whole: UnitGradient) -> None:
        super().__init__(key, whole.of)
        self.whole_error = whole

    def value(self, tape: NetworkTape, ref: Ref, sample: Any) -> Any:
        """That of E."""
        return tape.at(self.whole_error.array(tape.layers[ref.layer - 1]), ref, sample)

    def top(self, tape: NetworkTape, ref: Ref) -> str:
        """The output's error."""
        return tape.naming.part_of_error(ref.layer, ref.index[0])

    def formula(self, tape: NetworkTape, ref: Ref, sample: int) -> Formula:
        """The slope of the loss; of the weighted sum that of the output times the unit's."""
        if self.whole_error is DE_DA or tape.structure.layer(ref.layer).is_fused:
            return loss_slope(tape.structure, ref.index)
        return (ref._replace(quantity=DEO_DA), "·", ref._replace(quantity=DA_DZ))

    def opened(self, tape: NetworkTape, ref: Ref, sample: int) -> Opened:
        """The slope of the loss, worked out."""
        is_slope = self.whole_error is DE_DA or tape.structure.layer(ref.layer).is_fused
        return slope_of_loss_opened(tape, ref, sample) if is_slope else UNOPENED

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """With that of E."""
        return self.whole_error.shown_with(tape, ref)

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The output, what is changed and its error."""
        found = super().names(tape, ref)
        return {**found, "unit": tape.symbol(ref._replace(quantity=A)), "error": found["top"]}


class SumSlope(Derivative):
    """∂z3/∂h1: how much a weighted sum changes with an output of the layer below; its index is (unit, reached)."""

    def value(self, tape: NetworkTape, ref: Ref, sample: Any) -> Any:
        """The weight between them."""
        return W.value(tape, Ref(W, ref.layer + 1, ref.index), sample)

    def top(self, tape: NetworkTape, ref: Ref) -> str:
        """The weighted sum."""
        return tape.naming.unit("z", ref.layer + 1, ref.index[1:])

    def formula(self, tape: NetworkTape, ref: Ref, sample: int) -> Formula:
        """The weight."""
        return (Ref(W, ref.layer + 1, ref.index),)

    def about(self, ref: Ref) -> Ref:
        """The unit of the layer below."""
        return Ref(A, ref.layer, ref.index[:1])

    def edge(self, ref: Ref) -> tuple[int, int, int] | None:
        """The weight's."""
        unit, reached = ref.index
        return ref.layer + 1, unit, reached

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """From the start: it is a weight."""
        return None

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The weighted sum, the unit and the weight."""
        found, weight = super().names(tape, ref), Ref(W, ref.layer + 1, ref.index)
        return {**found, "z": found["top"], "unit": found["bottom"], "weight": tape.symbol(weight)}


class LocalSlope(Derivative):
    """∂z/∂W: what the weight's sender sends; of a bias 1."""

    of: LayerParameter

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

    of: LayerParameter

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


SLOPE_BETWEEN = SlopeBetween("da_dz:between", Z, name="da_dz")
PART = WayBack("part", A)
DEO_DA, DEO_DZ = OwnErrorSlope("dEo_da", DE_DA), OwnErrorSlope("dEo_dz", DE_DZ)
DZ_DA = SumSlope("dz_da", A)
DZ_DW, DZ_DB = LocalSlope("dz_dW", W), LocalSlope("dz_db", B)
TERM_W, TERM_B = (OwnTerm(f"term_{of.key}", of, words=("term",)) for of in (W, B))


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
        has_ways = len(structure.layers) > 1
        if any(layer.activation.couples_units and not layer.is_fused for layer in structure.layers):
            yield SLOPE_BETWEEN
        yield from (PART, DZ_DA) if has_ways else ()
        if has_ways and structure.output.has_errors_of_its_own:
            yield from (DEO_DZ,) if structure.output.is_fused else (DEO_DA, DEO_DZ)
        yield from (DZ_DW, TERM_W)
        yield from (DZ_DB, TERM_B) if structure.has_biases else ()
