"""What every number of a recurrent network is called and made of, as tokens."""

from __future__ import annotations

from dlsim.engine.formula import total
from dlsim.engine.functions.optimizers import PLUS
from dlsim.engine.kinds.layer_formulas import LayerFormulas
from dlsim.engine.kinds.recurrent.naming import START, Naming, at
from dlsim.engine.kinds.recurrent.structure import HIDDEN, OUTPUT, RecurrentStructure
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref


class Formulas(LayerFormulas):
    """Symbols and formulas of one recurrent network."""

    def __init__(self, structure: RecurrentStructure, naming: Naming) -> None:
        super().__init__(structure, naming)
        self._structure = structure
        self._naming = naming

    # symbols

    def symbol(self, ref: Ref) -> str:
        """How formulas write the number at `ref`."""
        name, quantity, layer, index = self._naming, ref.quantity, ref.layer, ref.index
        match quantity:
            case "x" | "t" | "z" | "a":
                return name.unit(quantity, layer, index)
            case "E_o":
                return "E_" + name.unit("o", layer, index)
            case "E_t":
                return "E" + at(index[0])
            case "dE_da" | "dE_dz":
                return f"∂E/∂{name.unit(quantity[-1], layer, index)}"
            case "da_dz":
                return f"∂{name.unit('a', layer, index)}/∂{name.unit('z', layer, index)}"
            case "part:own":
                return f"∂E{at(index[1])}/∂{name.unit('a', layer, index)}"
            case "part:later":
                return f"∂{name.later_steps(index[1])}/∂{name.unit('a', layer, index)}"
            case "X" | "T" | "O":
                return name.unit(quantity.lower(), layer, index[1:])
        return super().symbol(ref)

    # formulas

    def formula(self, ref: Ref, batch: int) -> Formula:
        """What the number at `ref` is made of; empty for what is given."""
        quantity, layer, index = ref.quantity, ref.layer, ref.index
        match quantity:
            case "z":
                return self._weighted_sum(layer, index)
            case "a":
                return () if index[1] == START else self._activation(layer, index)
            case "E_o":
                return self.error(index)
            case "E_t":
                outputs = range(self._structure.output.units)
                return total([(Ref("E_o", OUTPUT, (unit, index[0])),) for unit in outputs])
            case "E":
                return total([(Ref("E_t", 0, (step,)),) for step in range(self._structure.steps)])
            case "mean_E":
                return self.mean_of_errors(batch)
            case "dE_da":
                return self._gradient_of_activation(layer, index)
            case "da_dz":
                return self.slope(layer, Ref("z", layer, index), Ref("a", layer, index))
            case "dE_dz":
                return self._delta(layer, index)
            case "part:own":
                return self._sent_back(OUTPUT, index[0], index[1])
            case "part:later":
                return self._sent_back(HIDDEN, self._structure.inputs + index[0], index[1] + 1)
            case "dE_dW" | "dE_db":
                return self._gradient(quantity[-1], layer, index, batch)
        return self.of_update(ref)

    # forward

    def _received(self, layer: int, sender: int, step: int) -> Ref:
        """What a sender sends to `layer` at a step: an input, a hidden output, or one of the step before."""
        if layer == OUTPUT:
            return Ref("a", HIDDEN, (sender, step))
        if sender < self._structure.inputs:
            return Ref("x", 0, (sender, step))
        return Ref("a", HIDDEN, (sender - self._structure.inputs, step - 1))

    def _weighted_sum(self, layer: int, index: tuple[int, ...]) -> Formula:
        unit, step = index
        shape = self._structure.layer(layer)
        terms: list[Formula] = [
            (Ref("W", layer, (sender, unit)), "·", self._received(layer, sender, step))
            for sender in range(shape.senders)
        ]
        if shape.biases:
            terms.append((Ref("b", layer, (unit,)),))
        return total(terms)

    def _activation(self, layer: int, index: tuple[int, ...]) -> Formula:
        everyone = [Ref("z", layer, (unit, index[1])) for unit in range(self._structure.layer(layer).units)]
        return self.activation(layer, everyone[index[0]], everyone)

    # backward

    def _gradient_of_activation(self, layer: int, index: tuple[int, ...]) -> Formula:
        if layer == OUTPUT:
            return self.slope_of_loss(index)
        parts: list[Formula] = [(Ref("part:own", layer, index),)]
        if self._structure.fed_back and index[1] < self._structure.steps - 1:
            parts.append((Ref("part:later", layer, index),))
        return total(parts)

    def _sent_back(self, layer: int, sender: int, step: int) -> Formula:
        """∂E/∂z of every unit of `layer`, each times the weight through which `sender` reached it."""
        units = range(self._structure.layer(layer).units)
        return total([(Ref("dE_dz", layer, (unit, step)), "·", Ref("W", layer, (sender, unit))) for unit in units])

    def _delta(self, layer: int, index: tuple[int, ...]) -> Formula:
        shape = self._structure.layer(layer)
        if shape.is_fused:
            return self.slope_of_loss(index)
        own = Ref("dE_da", layer, index)
        if shape.activation.couples_units:
            everyone = [(unit, index[1]) for unit in range(shape.units)]
            terms: list[Formula] = [(Ref("dE_da", layer, each), "·", Ref("a", layer, each)) for each in everyone]
            return (Ref("a", layer, index), "·(", own, " − (", *total(terms), "))")
        return (own, "·", Ref("da_dz", layer, index))

    def _gradient(self, letter: str, layer: int, index: tuple[int, ...], batch: int) -> Formula:
        """The sum over the steps; of several sequences the mean, the one under the lens spelt out between « »."""
        terms: list[Formula] = []
        for step in range(self._structure.steps):
            delta = Ref("dE_dz", layer, (index[-1], step))
            terms.append((delta, "·", self._received(layer, index[0], step)) if letter == "W" else (delta,))
        if batch == 1:
            return total(terms)
        return (f"1/{batch}·(«", *total(terms), "» + ", Ref(f"rest_{letter}", layer, index), ")")

    # whole ops

    def _of_op(self, op: Op, batch: int) -> tuple[str, str]:
        if op.layer is None:
            return _WHOLE.get(op.quantity, ("", ""))
        ref = op.ref(0)
        shape = self._structure.layer(op.layer)
        n, h, k = self._structure.inputs, self._structure.hidden.units, self._structure.output.units
        is_hidden, j, m = op.layer == HIDDEN, shape.units, batch
        is_fed_back = is_hidden and self._structure.fed_back
        y, letters, activation = ("h", "H", shape.activation.name) if is_hidden else ("o", "O", shape.activation.name)
        now = at(ref.index[1]) if len(ref.index) > 1 and not op.quantity.endswith("W") else ""
        before, after = (at(ref.index[1] - 1), at(ref.index[1] + 1)) if now else ("", "")
        bias, bias_shape = (f" + b_{y}", f" + (1×{j})") if shape.biases else ("", "")
        fed_back, fed_back_shape = "", ""
        if is_fed_back:
            fed_back, fed_back_shape = f" + H{before}·Wh", f" + ({m}×{h})·({h}×{h})"
        sum_now = (
            (f"Z_h{now} = X{now}·Wx{fed_back}{bias}", f"({m}×{n})·({n}×{h}){fed_back_shape}{bias_shape} = ({m}×{h})")
            if is_hidden
            else (f"Z_o{now} = H{now}·Wy{bias}", f"({m}×{h})·({h}×{k}){bias_shape} = ({m}×{k})")
        )
        of_loss = "" if is_hidden or self._layers.loss is None else f" = {self._loss_slope(f'O{now}', f'T{now}')}"
        whole_gradient = f"∂E/∂{letters}{now}" + (f" = ∂E{now}/∂H{now}" if is_hidden else of_loss)
        if is_fed_back and now and ref.index[1] < self._structure.steps - 1:
            whole_gradient += f" + ∂{self._naming.later_steps(ref.index[1])}/∂H{now}"
        slope = f"∂{letters}{now}/∂Z_{y}{now}"
        through = "" if shape.activation.couples_units else f" = ∂E/∂{letters}{now} ⊙ {slope}"
        share = f" / {m}" if m > 1 else ""
        weights = "[Wx; Wh]" if is_fed_back else "Wx" if is_hidden else "Wy"
        sent = "[X⟨t⟩ H⟨t−1⟩]" if is_fed_back else "X⟨t⟩" if is_hidden else "H⟨t⟩"
        matrices = {"W": (weights, f"({shape.senders}×{j})"), "b": (f"b_{y}", f"(1×{j})")}
        table = {
            "z": sum_now,
            "a": (f"{letters}{now} = {activation}(Z_{y}{now})", f"({m}×{j})"),
            "E_o": ("E_o of each output at each step", f"({m}×{j})"),
            "dE_da": (whole_gradient, f"({m}×{j})"),
            "da_dz": (f"{slope} = {activation}′(Z_{y}{now})", f"({m}×{j})"),
            "dE_dz": (f"∂E/∂Z_{y}{now}{of_loss if shape.is_fused else through}", f"({m}×{j})"),
            "part:own": (f"∂E{now}/∂H{now} = ∂E/∂Z_o{now}·Wyᵀ", f"({m}×{k})·({k}×{h}) = ({m}×{h})"),
            "part:later": (
                f"∂{self._naming.later_steps(ref.index[1])}/∂H{now} = ∂E/∂Z_h{after}·Whᵀ" if now else "",
                f"({m}×{h})·({h}×{h}) = ({m}×{h})",
            ),
            "dE_dW": (
                f"∂E/∂{weights} = Σₜ {sent}ᵀ·∂E/∂Z_{y}⟨t⟩{share}",
                f"({shape.senders}×{m})·({m}×{j}) = ({shape.senders}×{j})",
            ),
            "dE_db": (f"∂E/∂b_{y} = Σₜ 1ᵀ·∂E/∂Z_{y}⟨t⟩{share}", f"(1×{m})·({m}×{j}) = (1×{j})"),
        }
        if op.quantity in table:
            return table[op.quantity]
        letter = op.quantity[-1]
        matrix, size = matrices[letter]
        return self._renewed(op, letter, matrix), size


_WHOLE = {
    "E_t": ("E⟨t⟩ = Σ E_o⟨t⟩", ""),
    "E": ("E = Σ E⟨t⟩", ""),
    "rate": ("η_t", ""),
    "update": (f"W ← W{PLUS}", ""),
}
