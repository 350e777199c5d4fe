"""What every number of a recurrent network is called and made of, as tokens."""

from __future__ import annotations

from itertools import islice

from dlsim.engine.activations import fill
from dlsim.engine.formula import total
from dlsim.engine.kinds.recurrent.naming import PLUS, START, Naming, at
from dlsim.engine.kinds.recurrent.structure import HIDDEN, OUTPUT, RecurrentStructure
from dlsim.engine.losses import Loss
from dlsim.engine.optimizer_formulas import rate_formula, rate_symbol, setting_symbol, step_formula
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref

LISTED_IN_UPDATE = 8


class Formulas:
    """Symbols and formulas of one recurrent network."""

    def __init__(self, structure: RecurrentStructure, naming: Naming) -> None:
        self._structure = structure
        self._naming = naming

    # symbols

    def symbol(self, ref: Ref) -> str:
        """How formulas write the number at `ref`."""
        name, quantity, layer, index = self._naming, ref.quantity, ref.layer, ref.index
        match quantity:
            case "x" | "t" | "z" | "a":
                return name.unit(quantity, layer, index)
            case "b" | "W" | "now_W" | "now_b":
                return name.parameter(quantity[-1], layer, index)
            case "E_o":
                return "E_" + name.unit("o", layer, index)
            case "E_t":
                return "E" + at(index[0])
            case "E":
                return "E"
            case "dE_da" | "dE_dz":
                return f"∂E/∂{name.unit(quantity[-1], layer, index)}"
            case "da_dz":
                return f"∂{name.unit('a', layer, index)}/∂{name.unit('z', layer, index)}"
            case "part:own":
                return f"∂E{at(index[1])}/∂{name.unit('a', layer, index)}"
            case "part:later":
                return f"∂{name.later_steps(index[1])}/∂{name.unit('a', layer, index)}"
            case "dE_dW" | "dE_db":
                return f"∂E/∂{name.parameter(quantity[-1], layer, index)}"
            case "new_W" | "new_b":
                return name.parameter(quantity[-1], layer, index) + PLUS
            case "rest_W" | "rest_b":
                return "Σ others"
            case "update":
                return "W ← W" + PLUS
            case "rate":
                return rate_symbol(self._structure.optimizer)
            case "X" | "T" | "O":
                return name.unit(quantity.lower(), layer, index[1:])
        return self._other_symbol(ref)

    def _other_symbol(self, ref: Ref) -> str:
        kind, _, rest = ref.quantity.partition(":")
        if kind in ("slot", "new_slot"):
            slot, _, letter = rest.partition(":")
            after = PLUS if kind == "new_slot" else ""
            return f"{slot}_{self._naming.parameter(letter, ref.layer, ref.index)}{after}"
        if kind == "setting" and self._structure.optimizer:
            return setting_symbol(self._structure.optimizer, rest)
        if kind == "alpha":
            settings = self._structure.layer(ref.layer).activation.settings
            return next(entry.symbol for entry in settings if entry.name == rest)
        return rest  # count:n, count:t

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
                return self._of_output(self._loss.error_notation(self._structure.output.units), index)
            case "E_t":
                outputs = range(self._structure.output.units)
                return total([(Ref("E_o", OUTPUT, (unit, index[0])),) for unit in outputs])
            case "E":
                return total([(Ref("E_t", 0, (step,)),) for step in range(self._structure.steps)])
            case "dE_da":
                return self._gradient_of_activation(layer, index)
            case "da_dz":
                shape = self._structure.layer(layer)
                z, a = Ref("z", layer, index), Ref("a", layer, index)
                return shape.activation.derivative_formula(z, a, self._alpha(layer))
            case "dE_dz":
                return self._delta(layer, index)
            case "part:own":
                return self._sent_back(OUTPUT, index[0], index[1])
            case "part:later":
                return self._sent_back(HIDDEN, self._structure.inputs + index[0], index[1] + 1)
            case "dE_dW" | "dE_db":
                return self._gradient(quantity[-1], layer, index, batch)
            case "new_W" | "new_b":
                return self._optimizer_step("", quantity[-1], layer, index)
            case "rate":
                return rate_formula(self._structure.optimizer)
            case "update":
                return self._update()
        if quantity.startswith("new_slot:"):
            _, slot, letter = quantity.split(":")
            return self._optimizer_step(slot, letter, layer, index)
        return ()

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
        shape = self._structure.layer(layer)
        everyone = [Ref("z", layer, (unit, index[1])) for unit in range(shape.units)]
        z = everyone[index[0]]
        if shape.activation.name == "step":
            threshold = "≥" if shape.spec.activation.settings["at_zero"] else ">"
            return ("(1 if ", z, f" {threshold} 0 else 0)")
        return shape.activation.formula(z, self._alpha(layer), everyone)

    def _alpha(self, layer: int) -> Ref | None:
        has_alpha = any(entry.name == "alpha" for entry in self._structure.layer(layer).activation.settings)
        return Ref("alpha:alpha", layer) if has_alpha else None

    # loss and backward

    @property
    def _loss(self) -> Loss:
        assert self._structure.loss is not None, "nothing is trained"
        return self._structure.loss

    def _of_output(self, notation: str, index: tuple[int, ...]) -> Formula:
        return fill(notation, {"t": Ref("t", OUTPUT, index), "a": Ref("a", OUTPUT, index)})

    def _gradient_of_activation(self, layer: int, index: tuple[int, ...]) -> Formula:
        if layer == OUTPUT:
            return self._of_output(self._loss.gradient_notation(self._structure.output.units), index)
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
            return self._of_output(self._loss.gradient_notation(self._structure.output.units), index)
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

    def _optimizer_step(self, slot: str, letter: str, layer: int, index: tuple[int, ...]) -> Formula:
        optimizer = self._structure.optimizer
        assert optimizer is not None, "new weights exist only under an optimizer"

        def slot_ref(name: str, is_new: bool) -> Ref:
            return Ref(f"{'new_' if is_new else ''}slot:{name}:{letter}", layer, index)

        return step_formula(optimizer, slot, Ref(letter, layer, index), Ref(f"dE_d{letter}", layer, index), slot_ref)

    def _update(self) -> Formula:
        """The first new weights taking their places; the others go without saying."""
        new = (
            Ref("new_W", layer.number, index)
            for layer in self._structure.layers
            for index in self._structure.weights_in_order(layer.number)
        )
        tokens: list[str | Ref] = []
        for ref in islice(new, LISTED_IN_UPDATE):
            weight = self._naming.parameter("W", ref.layer, ref.index)
            tokens += [f"{', ' if tokens else ''}{weight} ← ", ref]
        return tuple(tokens)

    # whole ops

    def op_formula(self, op: Op, batch: int) -> tuple[str, str, str]:
        """(symbol, formula with matrices, the same with their shapes) of a whole op."""
        ref = op.ref(0)
        symbol = self.symbol(ref) if op.size == 1 else f"{self.symbol(ref)} … {self.symbol(op.ref(op.size - 1))}"
        if op.layer is None:
            return symbol, *_WHOLE.get(op.quantity, ("", ""))
        shape = self._structure.layer(op.layer)
        n, h, k = self._structure.inputs, self._structure.hidden.units, self._structure.output.units
        is_hidden, j, m = op.layer == HIDDEN, shape.units, batch
        letters, activation = ("H" if is_hidden else "O"), shape.activation.name
        now = at(ref.index[1]) if len(ref.index) > 1 and not op.quantity.endswith("W") else ""
        before, after = (at(ref.index[1] - 1), at(ref.index[1] + 1)) if now else ("", "")
        bias, bias_shape = (" + b", f" + (1×{j})") if shape.biases else ("", "")
        fed_back, fed_back_shape = "", ""
        if is_hidden and self._structure.fed_back:
            fed_back, fed_back_shape = f" + H{before}·Wh", f" + ({m}×{h})·({h}×{h})"
        sum_now = (
            (f"Z{now} = X{now}·Wx{fed_back}{bias}", f"({m}×{n})·({n}×{h}){fed_back_shape}{bias_shape} = ({m}×{h})")
            if is_hidden
            else (f"Z{now} = H{now}·Wy{bias}", f"({m}×{h})·({h}×{k}){bias_shape} = ({m}×{k})")
        )
        whole_gradient = f"∂E/∂{letters}{now}" + (f" = ∂E{now}/∂H{now}" if is_hidden else "")
        if is_hidden and self._structure.fed_back and now and ref.index[1] < self._structure.steps - 1:
            whole_gradient += f" + ∂{self._naming.later_steps(ref.index[1])}/∂H{now}"
        share = f" / {m}" if m > 1 else ""
        table = {
            "z": sum_now,
            "a": (f"{letters}{now} = {activation}(Z{now})", f"({m}×{j}) = ({m}×{j})"),
            "E_o": ("E_o of each output at each step", f"({m}×{j})"),
            "dE_da": (whole_gradient, f"({m}×{j})"),
            "da_dz": (f"∂{letters}{now}/∂Z{now}", f"({m}×{j})"),
            "dE_dz": (f"∂E/∂Z{now}", f"({m}×{j})"),
            "part:own": (f"∂E{now}/∂H{now} = ∂E/∂Z{now}·Wyᵀ", f"({m}×{k})·({k}×{h}) = ({m}×{h})"),
            "part:later": (f"∂E/∂Z{after}·Whᵀ", f"({m}×{h})·({h}×{h}) = ({m}×{h})"),
            "dE_dW": (f"Σₜ received⟨t⟩ᵀ·∂E/∂Z⟨t⟩{share}", f"({shape.senders}×{m})·({m}×{j}) = ({shape.senders}×{j})"),
            "dE_db": (f"Σₜ 1ᵀ·∂E/∂Z⟨t⟩{share}", f"(1×{m})·({m}×{j}) = (1×{j})"),
            "new_W": (f"W{PLUS}", f"({shape.senders}×{j})"),
            "new_b": (f"b{PLUS}", f"(1×{j})"),
        }
        if op.quantity in table:
            return symbol, *table[op.quantity]
        _, slot, letter = op.quantity.split(":")
        return symbol, f"{slot}{PLUS}", f"({shape.senders}×{j})" if letter == "W" else f"(1×{j})"


_WHOLE = {
    "E_t": ("E⟨t⟩ = Σ E_o⟨t⟩", ""),
    "E": ("E = Σ E⟨t⟩", ""),
    "rate": ("η_t", ""),
    "update": (f"W ← W{PLUS}", ""),
}
