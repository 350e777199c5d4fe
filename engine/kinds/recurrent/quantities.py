"""The numbers that only a network through time has, each defined once, and the tape that they are read from.

Elman, Finding structure in time (1990); Werbos, Backpropagation through time: what it does and how to do it (1990).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    Derivative,
    E,
    LayerParameter,
    W,
    X,
    Z,
    error_of,
    loss_after_of,
    loss_of,
    loss_slope_of_all,
    parameters_in_order,
)
from dlsim.engine.kinds.layered.tape import LayeredTape
from dlsim.engine.kinds.recurrent.passes import (
    HIDDEN,
    OUTPUT,
    START,
    THROUGH_TIME,
    BatchOfSequences,
    LayerThroughTime,
    RecurrentNaming,
    RecurrentStructure,
    at,
)
from dlsim.engine.program import Op
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, Whose, total

Array = NDArray[np.float64]


class RecurrentTape(LayeredTape):
    """The tape of one iteration (see engine/program.py). A sample is a sequence.

    A unit without a step, say Ref(Z, 1, (0,)), is read at the last step.
    """

    structure: RecurrentStructure
    naming: RecurrentNaming
    batch: BatchOfSequences
    arithmetic = THROUGH_TIME
    layers: tuple[LayerThroughTime, LayerThroughTime]

    # numbers

    @property
    def inputs(self) -> Array:
        """(steps, batch, senders): the inputs, and after them what is fed back."""
        return self.batch.hidden.received

    @property
    def targets(self) -> Array | None:
        """(steps, batch, outputs)."""
        return self.batch.t if len(self.batch.t) else None

    def at(self, numbers: Array, ref: Ref, sample: Any) -> Any:
        """By step, sequence and unit, of (steps, batch, units); h⟨0⟩ is 0."""
        unit, *step = ref.index
        if step and step[0] == START:
            return 0.0
        return numbers[step[0] if step else self.structure.steps - 1, sample, unit]

    def in_data(self, numbers: Array, ref: Ref) -> float:
        """By sequence, unit and step, of (sequences, steps·units): a row holds step after step."""
        row, unit, step = ref.index
        return float(numbers[row, step * (numbers.shape[1] // self.structure.steps) + unit])

    def is_matrix(self, ref: Ref) -> bool:
        """Weights are; the second place of a unit's index is its step."""
        return ref.quantity.edge(ref) is not None

    def terms(self, of: LayerParameter, ref: Ref) -> Array:
        """(batch,): ∂E/∂z of the unit, of a weight times what its sender sends, added up over the steps."""
        layer = self.layers[ref.layer - 1]
        terms = layer.dE_dz[:, :, ref.index[-1]]
        if of.is_weight:
            terms = terms * layer.received[:, :, ref.index[0]]
        summed: Array = terms.sum(axis=0)
        return summed

    error = property(error_of)
    loss = property(loss_of)
    loss_after = property(loss_after_of)

    # how layers are connected

    def in_last_step(self, ref: Ref) -> Ref:
        """A unit's number without a step is that of the last one."""
        return ref._replace(index=(ref.index[0], self.structure.steps - 1)) if len(ref.index) == 1 else ref

    def is_before_start(self, ref: Ref) -> bool:
        """h⟨0⟩."""
        return len(ref.index) > 1 and ref.index[1] == START

    def received(self, layer: int, sender: int, step: tuple[int, ...]) -> Ref:
        """What a sender sends to `layer` at a step: an input, a hidden output, or one of the step before."""
        if layer == OUTPUT:
            return Ref(A, HIDDEN, (sender, *step))
        if sender < self.structure.inputs:
            return Ref(X, 0, (sender, *step))
        return Ref(A, HIDDEN, (sender - self.structure.inputs, step[0] - 1))

    def errors(self) -> list[Ref]:
        """Each step's."""
        return [Ref(E_T, 0, (step,)) for step in range(self.structure.steps)]

    def parts(self, ref: Ref) -> list[Ref]:
        """From the unit's own step and, where it is fed back, from all later ones."""
        is_fed_back = self.structure.fed_back and ref.index[1] < self.structure.steps - 1
        return [Ref(part, ref.layer, ref.index) for part in ((PART_OWN, PART_LATER) if is_fed_back else (PART_OWN,))]

    def coupled(self, ref: Ref) -> Formula:
        """a·(∂E/∂a − Σ ∂E/∂a·a): softmax's whole Jacobian in one."""
        layer, (_, step) = ref.layer, ref.index
        everyone = [(unit, step) for unit in range(self.structure.layer(layer).units)]
        terms: list[Formula] = [(Ref(DE_DA, layer, each), "·", Ref(A, layer, each)) for each in everyone]
        return (Ref(A, layer, ref.index), "·(", Ref(DE_DA, layer, ref.index), " − (", *total(terms), "))")

    def has_delta_op(self, layer: int) -> bool:
        """Always."""
        return True

    def gradient(self, of: LayerParameter, ref: Ref, sample: int) -> Formula:
        """The sum over the steps; of several sequences the mean, the one under the lens spelt out between « »."""
        terms: list[Formula] = []
        for step in range(self.structure.steps):
            delta = Ref(DE_DZ, ref.layer, (ref.index[-1], step))
            sent = self.received(ref.layer, ref.index[0], (step,))
            terms.append((delta, "·", sent) if of.is_weight else (delta,))
        if self.batch.size == 1:
            return total(terms)
        rest = Ref(REST_W if of.is_weight else REST_B, ref.layer, ref.index)
        return (f"1/{self.batch.size}·(«", *total(terms), "» + ", rest, ")")

    def output_shown_with(self, ref: Ref) -> Shown:
        """With the output itself."""
        there = Ref(A, OUTPUT, ref.index[1:])
        return Shown(A, OUTPUT, self.place(there) + 1)

    # parameters and the program

    def trained_parameters(self) -> Iterator[Ref]:
        """Layer by layer, weights before biases."""
        for layer in self.structure.layers:
            yield from parameters_in_order(self.structure, layer.number)

    def place(self, ref: Ref) -> int:
        """Forward by the steps, backward from the last one on; Wx is numbered before Wh."""
        if len(ref.index) < 2:
            return super().place(ref)
        if ref.quantity.edge(ref) is not None:
            return self.structure.place_of(ref.layer, ref.index)
        (unit, step), units = ref.index, self.structure.layer(ref.layer).units
        if ref.quantity.phase != "backward":
            return step * units + unit
        first = self.structure.steps - (2 if ref.quantity is PART_LATER else 1)
        return (first - step) * units + unit

    def activation_path(self, layer: int) -> str:
        """In the table of the network."""
        return "recurrent.activation" if layer == HIDDEN else "recurrent.output_activation"

    def matrices(self, op: Op) -> Mapping[Quantity, tuple[str, str]]:
        """(formula, shapes) at the step of an op: m sequences, n inputs, h hidden units, k outputs; j of the layer."""
        structure, m, ref, is_hidden = self.structure, self.batch.size, op.ref(0), op.layer == HIDDEN
        n, h, k, layer = (
            structure.inputs,
            structure.hidden.units,
            structure.output.units,
            structure.layer(op.layer or OUTPUT),
        )
        senders, j, weights = layer.senders, layer.units, weights_of(structure, layer.number)
        y, letter = ("h", "H") if is_hidden else ("o", "O")
        is_at_step = len(ref.index) > 1 and not self.is_matrix(ref)
        step = ref.index[1] if is_at_step else 0
        before, now, after = (at(step + by) if is_at_step else "" for by in (-1, 0, 1))
        later = self.naming.later_steps(step)
        units, hidden_units, share = f"({m}×{j})", f"({m}×{h})", f" / {m}" if m > 1 else ""
        bias, bias_shape = (f" + b_{y}", f" + (1×{j})") if layer.biases else ("", "")
        is_from_loss = not is_hidden and structure.loss is not None
        of_loss = f" = {loss_slope_of_all(structure, f'O{now}', f'T{now}')}" if is_from_loss else ""
        through = "" if layer.activation.couples_units else f" = ∂E/∂{letter}{now} ⊙ ∂{letter}{now}/∂Z_{y}{now}"
        output_gradient, back, back_shape, sent = of_loss, "", "", "H⟨t⟩"
        if is_hidden:
            output_gradient, sent = f" = ∂E{now}/∂H{now}", "X⟨t⟩"
            if structure.fed_back:
                back, back_shape, sent = f" + H{before}·Wh", f" + ({m}×{h})·({h}×{h})", "[X⟨t⟩ H⟨t−1⟩]"
                if is_at_step and step < structure.steps - 1:
                    output_gradient += f" + ∂{later}/∂H{now}"
        weighted_sum = f"Z_o{now} = H{now}·Wy{bias}", f"({m}×{h})·({h}×{k}){bias_shape} = {units}"
        if is_hidden:
            weighted_sum = f"Z_h{now} = X{now}·Wx{back}{bias}", f"({m}×{n})·({n}×{h}){back_shape}{bias_shape} = {units}"
        return {
            Z: weighted_sum,
            A: (f"{letter}{now} = {layer.activation.name}(Z_{y}{now})", units),
            E_O: ("E_o of each output at each step", units),
            E_T: ("E⟨t⟩ = Σ E_o⟨t⟩", ""),
            E: ("E = Σ E⟨t⟩", ""),
            PART_OWN: (f"∂E{now}/∂H{now} = ∂E/∂Z_o{now}·Wyᵀ", f"({m}×{k})·({k}×{h}) = {hidden_units}"),
            PART_LATER: (f"∂{later}/∂H{now} = ∂E/∂Z_h{after}·Whᵀ", f"({m}×{h})·({h}×{h}) = {hidden_units}"),
            DE_DA: (f"∂E/∂{letter}{now}{output_gradient}", units),
            DA_DZ: (f"∂{letter}{now}/∂Z_{y}{now} = {layer.activation.name}′(Z_{y}{now})", units),
            DE_DZ: (f"∂E/∂Z_{y}{now}{of_loss if layer.is_fused else through}", units),
            DE_DW: (f"∂E/∂{weights} = Σₜ {sent}ᵀ·∂E/∂Z_{y}⟨t⟩{share}", f"({senders}×{m})·({m}×{j}) = ({senders}×{j})"),
            DE_DB: (f"∂E/∂b_{y} = Σₜ 1ᵀ·∂E/∂Z_{y}⟨t⟩{share}", f"(1×{m})·({m}×{j}) = (1×{j})"),
        }

    def parameter_matrix(self, of: LayerParameter, layer: int) -> tuple[str, str]:
        """[Wx; Wh], Wy, b_h."""
        shape = self.structure.layer(layer)
        if not of.is_weight:
            return f"b_{'h' if layer == HIDDEN else 'o'}", f"(1×{shape.units})"
        return weights_of(self.structure, layer), f"({shape.senders}×{shape.units})"


def weights_of(structure: RecurrentStructure, layer: int) -> str:
    """What stands for a layer's weights in a formula."""
    return "Wy" if layer == OUTPUT else "[Wx; Wh]" if structure.fed_back else "Wx"


# its own numbers: each step's error, and the two ways back to a hidden output


class StepError(Quantity):
    """E⟨2⟩: the error of a step, that of all its outputs together."""

    whose = Whose.SAMPLE
    phase = "loss"
    of_forward_pass = is_never_negative = True

    def value(self, tape: RecurrentTape, ref: Ref, sample: Any) -> Any:
        """From the batch."""
        return tape.batch.step_errors[ref.index[0], sample]

    def symbol(self, tape: RecurrentTape, ref: Ref) -> str:
        """E⟨2⟩."""
        return f"E{at(ref.index[0])}"

    def formula(self, tape: RecurrentTape, ref: Ref, sample: int) -> Formula:
        """The outputs' errors."""
        outputs = range(tape.structure.output.units)
        return total([(Ref(E_O, OUTPUT, (unit, ref.index[0])),) for unit in outputs])

    def step(self, ref: Ref) -> int:
        """The only one of its index."""
        return ref.index[0]

    def names(self, tape: RecurrentTape, ref: Ref) -> dict[str, str]:
        """Its step."""
        return {"step": str(ref.index[0] + 1)}


class PartThroughTime(Derivative):
    """What comes back to a hidden output: its index is (unit, step)."""

    is_way = True

    def names(self, tape: RecurrentTape, ref: Ref) -> dict[str, str]:
        """The hidden output."""
        return {**super().names(tape, ref), "unit": self.bottom(tape, ref)}


class OwnPart(PartThroughTime):
    """∂E⟨2⟩/∂h1⟨2⟩: from the error of its own step."""

    def value(self, tape: RecurrentTape, ref: Ref, sample: Any) -> Any:
        """From the batch."""
        return tape.at(tape.batch.own, ref, sample)

    def top(self, tape: RecurrentTape, ref: Ref) -> str:
        """The step's error."""
        return f"E{at(ref.index[1])}"

    def formula(self, tape: RecurrentTape, ref: Ref, sample: int) -> Formula:
        """Over the outputs of its step."""
        return sent_back(tape, OUTPUT, ref.index[0], ref.index[1])

    def step(self, ref: Ref) -> int:
        """The second of its index."""
        return ref.index[1]


class LaterPart(PartThroughTime):
    """∂E⟨3…4⟩/∂h1⟨2⟩: from the errors of all later steps, through the next one."""

    short = ("∂E",)

    def value(self, tape: RecurrentTape, ref: Ref, sample: Any) -> Any:
        """From the batch."""
        return tape.at(tape.batch.later, ref, sample)

    def top(self, tape: RecurrentTape, ref: Ref) -> str:
        """The errors of the later steps."""
        return tape.naming.later_steps(ref.index[1])

    def formula(self, tape: RecurrentTape, ref: Ref, sample: int) -> Formula:
        """Over the hidden units of the next step."""
        return sent_back(tape, HIDDEN, tape.structure.inputs + ref.index[0], ref.index[1] + 1)

    def step(self, ref: Ref) -> int:
        """That after its own: it comes back through it."""
        return ref.index[1] + 1


def sent_back(tape: RecurrentTape, layer: int, sender: int, step: int) -> Formula:
    """∂E/∂z of every unit of `layer`, each times the weight through which `sender` reached it."""
    units = range(tape.structure.layer(layer).units)
    return total([(Ref(DE_DZ, layer, (unit, step)), "·", Ref(W, layer, (sender, unit))) for unit in units])


E_T = StepError("E_t")
PART_OWN, PART_LATER = (
    OwnPart("part:own", A, name="part", words=("part_own", "part")),
    LaterPart("part:later", A, name="part", words=("part_later", "part")),
)
OF_STEPS = (E_T, PART_OWN, PART_LATER)
"""Those of a network through time alone."""
