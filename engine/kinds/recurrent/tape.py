"""Reading the tape of a network through time: how its layers are connected, and the numbers that only it has.

Elman, Finding structure in time (1990); Werbos, Backpropagation through time: what it does and how to do it (1990).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.layered.quantities import (
    DE_DA,
    DE_DZ,
    E_O,
    REST_B,
    REST_W,
    A,
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
from dlsim.engine.kinds.recurrent.arrays import (
    HIDDEN,
    OUTPUT,
    START,
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
        """By step, sequence and unit; h⟨0⟩ is 0."""
        unit, *step = ref.index
        if step and step[0] == START:
            return 0.0
        return numbers[step[0] if step else self.structure.steps - 1, sample, unit]

    def in_data(self, numbers: Array, ref: Ref) -> float:
        """By sequence, unit and step; a row of the data holds step after step."""
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

    @property
    def error(self) -> Ref | None:  # type: ignore[override]
        """E."""
        return error_of(self)

    @property
    def loss(self) -> Ref | None:  # type: ignore[override]
        """E, of several sequences their mean."""
        return loss_of(self)

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

    def pair(self, ref: Ref) -> None:
        """A coupled layer has no matrix of slopes here."""
        return

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

    def is_renewed(self, of: LayerParameter, layer: int) -> bool:
        """All are."""
        return True

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

    def matrices(self, op: Op) -> MatricesThroughTime:
        """See MatricesThroughTime."""
        return MatricesThroughTime(self.structure, self.naming, op, self.batch.size)

    def parameter_matrix(self, of: LayerParameter, layer: int) -> tuple[str, str]:
        """[Wx; Wh], Wy, b_h."""
        shape = self.structure.layer(layer)
        if not of.is_weight:
            return f"b_{'h' if layer == HIDDEN else 'o'}", f"(1×{shape.units})"
        return weights_of(self.structure, layer), f"({shape.senders}×{shape.units})"


def weights_of(structure: RecurrentStructure, layer: int) -> str:
    """What stands for a layer's weights in a formula."""
    return "Wy" if layer == OUTPUT else "[Wx; Wh]" if structure.fed_back else "Wx"


class MatricesThroughTime:
    """(formula, shapes) of each op of a layer at a step: m sequences, n inputs, h hidden units, k outputs."""

    def __init__(self, structure: RecurrentStructure, naming: RecurrentNaming, op: Op, batch: int) -> None:
        self._structure, self._naming, self._m = structure, naming, batch
        self._n, self._h, self._k = structure.inputs, structure.hidden.units, structure.output.units
        ref = op.ref(0)
        self._is_hidden = op.layer == HIDDEN
        self._layer = structure.layer(op.layer or OUTPUT)
        self._j = self._layer.units
        self._y, self._letters = ("h", "H") if self._is_hidden else ("o", "O")
        is_at_step = len(ref.index) > 1 and ref.quantity.edge(ref) is None
        self._step = ref.index[1] if is_at_step else None
        self._now = at(ref.index[1]) if is_at_step else ""
        self._is_fed_back = bool(self._is_hidden and structure.fed_back)

    def _beside(self, by: int) -> str:
        return "" if self._step is None else at(self._step + by)

    @property
    def _of_loss(self) -> str:
        if self._is_hidden or self._structure.loss is None:
            return ""
        return f" = {loss_slope_of_all(self._structure, f'O{self._now}', f'T{self._now}')}"

    @property
    def weighted_sum(self) -> tuple[str, str]:
        """Z_h⟨t⟩ = X⟨t⟩·Wx + H⟨t−1⟩·Wh + b."""
        now, m, n, h, k = self._now, self._m, self._n, self._h, self._k
        bias, size = (f" + b_{self._y}", f" + (1×{self._j})") if self._layer.biases else ("", "")
        if not self._is_hidden:
            return f"Z_o{now} = H{now}·Wy{bias}", f"({m}×{h})·({h}×{k}){size} = ({m}×{k})"
        back, back_size = "", ""
        if self._is_fed_back:
            back, back_size = f" + H{self._beside(-1)}·Wh", f" + ({m}×{h})·({h}×{h})"
        return f"Z_h{now} = X{now}·Wx{back}{bias}", f"({m}×{n})·({n}×{h}){back_size}{size} = ({m}×{h})"

    @property
    def activation(self) -> tuple[str, str]:
        """H = f(Z)."""
        formula = f"{self._letters}{self._now} = {self._layer.activation.name}(Z_{self._y}{self._now})"
        return formula, f"({self._m}×{self._j})"

    @property
    def errors(self) -> tuple[str, str]:
        """In words."""
        return "E_o of each output at each step", f"({self._m}×{self._j})"

    @property
    def error(self) -> tuple[str, str]:
        """E = Σ E⟨t⟩."""
        return "E = Σ E⟨t⟩", ""

    @property
    def output_gradient(self) -> tuple[str, str]:
        """∂E/∂H: from its own step, and from later ones."""
        now = self._now
        formula = f"∂E/∂{self._letters}{now}" + (f" = ∂E{now}/∂H{now}" if self._is_hidden else self._of_loss)
        if self._is_fed_back and self._step is not None and self._step < self._structure.steps - 1:
            formula += f" + ∂{self._naming.later_steps(self._step)}/∂H{now}"
        return formula, f"({self._m}×{self._j})"

    @property
    def _slope(self) -> str:
        return f"∂{self._letters}{self._now}/∂Z_{self._y}{self._now}"

    @property
    def slope(self) -> tuple[str, str]:
        """∂H/∂Z = f′(Z)."""
        formula = f"{self._slope} = {self._layer.activation.name}′(Z_{self._y}{self._now})"
        return formula, f"({self._m}×{self._j})"

    @property
    def delta(self) -> tuple[str, str]:
        """∂E/∂Z = ∂E/∂H ⊙ ∂H/∂Z."""
        is_coupled = self._layer.activation.couples_units
        through = "" if is_coupled else f" = ∂E/∂{self._letters}{self._now} ⊙ {self._slope}"
        of_loss = self._of_loss if self._layer.is_fused else through
        return f"∂E/∂Z_{self._y}{self._now}{of_loss}", f"({self._m}×{self._j})"

    @property
    def own_part(self) -> tuple[str, str]:
        """∂E⟨t⟩/∂H = ∂E/∂Z_o·Wyᵀ."""
        now, m, h, k = self._now, self._m, self._h, self._k
        return f"∂E{now}/∂H{now} = ∂E/∂Z_o{now}·Wyᵀ", f"({m}×{k})·({k}×{h}) = ({m}×{h})"

    @property
    def later_part(self) -> tuple[str, str]:
        """∂E⟨t+1…⟩/∂H = ∂E/∂Z_h⟨t+1⟩·Whᵀ."""
        now, m, h = self._now, self._m, self._h
        later = self._naming.later_steps(self._step or 0)
        return f"∂{later}/∂H{now} = ∂E/∂Z_h{self._beside(1)}·Whᵀ", f"({m}×{h})·({h}×{h}) = ({m}×{h})"

    @property
    def _share(self) -> str:
        return f" / {self._m}" if self._m > 1 else ""

    @property
    def weight_gradient(self) -> tuple[str, str]:
        """∂E/∂W = Σₜ X⟨t⟩ᵀ·∂E/∂Z⟨t⟩."""
        sent = "[X⟨t⟩ H⟨t−1⟩]" if self._is_fed_back else "X⟨t⟩" if self._is_hidden else "H⟨t⟩"
        weights = weights_of(self._structure, self._layer.number)
        formula = f"∂E/∂{weights} = Σₜ {sent}ᵀ·∂E/∂Z_{self._y}⟨t⟩{self._share}"
        n, m, j = self._layer.senders, self._m, self._j
        return formula, f"({n}×{m})·({m}×{j}) = ({n}×{j})"

    @property
    def bias_gradient(self) -> tuple[str, str]:
        """∂E/∂b = Σₜ 1ᵀ·∂E/∂Z⟨t⟩."""
        y, m, j = self._y, self._m, self._j
        return f"∂E/∂b_{y} = Σₜ 1ᵀ·∂E/∂Z_{y}⟨t⟩{self._share}", f"(1×{m})·({m}×{j}) = (1×{j})"


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

    def whole(self, tape: RecurrentTape, op: Op) -> tuple[str, str]:
        """E⟨t⟩ = Σ E_o⟨t⟩."""
        return "E⟨t⟩ = Σ E_o⟨t⟩", ""

    def step(self, ref: Ref) -> int:
        """The only one of its index."""
        return ref.index[0]

    def names(self, tape: RecurrentTape, ref: Ref) -> dict[str, str]:
        """Its step."""
        return {"step": str(ref.index[0] + 1)}


class PartThroughTime(Derivative):
    """What comes back to a hidden output: its index is (unit, step)."""

    is_way = True

    def __init__(self, which: str) -> None:
        super().__init__(f"part:{which}", name="part", words=(f"part_{which}", "part"))

    def about(self, ref: Ref) -> Ref:
        """The hidden output."""
        return Ref(A, ref.layer, ref.index)

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

    def whole(self, tape: RecurrentTape, op: Op) -> tuple[str, str]:
        """∂E⟨t⟩/∂H = ∂E/∂Z_o·Wyᵀ."""
        return tape.matrices(op).own_part

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

    def whole(self, tape: RecurrentTape, op: Op) -> tuple[str, str]:
        """∂E⟨t+1…⟩/∂H = ∂E/∂Z_h⟨t+1⟩·Whᵀ."""
        return tape.matrices(op).later_part

    def step(self, ref: Ref) -> int:
        """That after its own: it comes back through it."""
        return ref.index[1] + 1


def sent_back(tape: RecurrentTape, layer: int, sender: int, step: int) -> Formula:
    """∂E/∂z of every unit of `layer`, each times the weight through which `sender` reached it."""
    units = range(tape.structure.layer(layer).units)
    return total([(Ref(DE_DZ, layer, (unit, step)), "·", Ref(W, layer, (sender, unit))) for unit in units])


E_T = StepError("E_t")
PART_OWN, PART_LATER = OwnPart("own"), LaterPart("later")
OF_STEPS = (E_T, PART_OWN, PART_LATER)
"""Those of a network through time alone."""
