"""What every number of a network is called and made of, as tokens: the chain rule, weight by weight."""

from __future__ import annotations

from typing import Protocol

from dlsim.engine.formula import total
from dlsim.engine.functions.optimizers import PLUS
from dlsim.engine.kinds.layer_formulas import LayerFormulas
from dlsim.engine.kinds.network.naming import Naming
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref, of_sample

BATCH_TERMS = 4
"""In a batch of more samples than this, a mean is written as the lens's own term and the sum of the others."""


class Tape(Protocol):
    """What formulas need of a tape besides the network's structure."""

    naming: Naming

    def row_symbol(self, sample: int) -> str:
        """A sample's number as a subscript."""


class Formulas(LayerFormulas):
    """Symbols and formulas of one network's tape."""

    def __init__(self, structure: Structure, tape: Tape) -> None:
        super().__init__(structure, tape.naming)
        self._structure = structure
        self._tape = tape

    def symbol(self, ref: Ref) -> str:
        """How formulas write the number at `ref`."""
        name, quantity, layer, index = self._tape.naming, ref.quantity, ref.layer, ref.index
        match quantity:
            case "x" | "t" | "z" | "a":
                return name.unit(quantity, layer, index[0])
            case "E_o":
                return f"E_o{index[0] + 1}"
            case "dE_da" | "dE_dz":
                return f"∂E/∂{name.unit(quantity[-1], layer, index[0])}"
            case "da_dz":
                return f"∂{name.unit('a', layer, index[0])}/∂{name.unit('z', layer, index[-1])}"
            case "part":
                return f"∂{name.part_of_error(layer + 1, index[1])}/∂{name.unit('a', layer, index[0])}"
            case "dz_dW" | "dz_db":
                return f"∂{name.unit('z', layer, index[-1])}/∂{name.parameter(quantity[-1], layer, index)}"
            case "term_W" | "term_b":
                row = self._tape.row_symbol(ref.sample or 0)
                return f"∂E{row}/∂{name.parameter(quantity[-1], layer, index)}"
            case "X":
                return f"x{index[1] + 1}"
            case "T" | "O":
                return f"{quantity.lower()}{index[1] + 1}"
        return super().symbol(ref)

    def formula(self, ref: Ref, batch: int, sample: int) -> Formula:
        """What the number at `ref` is made of; empty for what is given."""
        quantity, layer, index = ref.quantity, ref.layer, ref.index
        match quantity:
            case "z":
                return self._weighted_sum(layer, index[0])
            case "a":
                return self._activation(layer, index[0])
            case "E_o":
                return self.error(index)
            case "E":
                output = self._structure.output
                return total([(Ref("E_o", output.number, (unit,)),) for unit in range(output.units)])
            case "mean_E":
                return self.mean_of_errors(batch)
            case "dE_da":
                return self._gradient_of_output(layer, index[0])
            case "da_dz":
                return self._slope(layer, index)
            case "dE_dz":
                return self._delta(layer, index[0])
            case "part":
                return (*self._delta_factors(layer + 1, index[1]), "·", Ref("W", layer + 1, index))
            case "dz_dW":
                return (Ref("a", layer - 1, (index[0],)) if layer > 1 else Ref("x", 0, (index[0],)),)
            case "dz_db":
                return ("1",)
            case "dE_dW" | "dE_db":
                return self._gradient(quantity[-1], layer, index, batch, sample)
            case "term_W" | "term_b":
                return of_sample(self._chain(quantity[-1], layer, index), sample)
        return self.of_update(ref)

    # forward

    def _weighted_sum(self, layer: int, unit: int) -> Formula:
        shape = self._structure.layer(layer)
        below = "a" if layer > 1 else "x"
        terms: list[Formula] = [
            (Ref("W", layer, (sender, unit)), "·", Ref(below, layer - 1, (sender,))) for sender in range(shape.senders)
        ]
        if shape.biases:
            terms.append((Ref("b", layer, (unit,)),))
        return total(terms)

    def _activation(self, layer: int, unit: int) -> Formula:
        everyone = [Ref("z", layer, (other,)) for other in range(self._structure.layer(layer).units)]
        return self.activation(layer, everyone[unit], everyone)

    def _gradient_of_output(self, layer: int, unit: int) -> Formula:
        shape = self._structure.layer(layer)
        if not shape.is_output:
            above = self._structure.layer(layer + 1)
            return total([(Ref("part", layer, (unit, reached)),) for reached in range(above.units)])
        return self.slope_of_loss((unit,))

    # backward

    def _slope(self, layer: int, index: tuple[int, ...]) -> Formula:
        a = Ref("a", layer, (index[0],))
        if len(index) == 2:
            if index[0] == index[1]:
                return (a, "·(1 − ", a, ")")
            return ("−", a, "·", Ref("a", layer, (index[1],)))
        return self.slope(layer, Ref("z", layer, index), a)

    def _delta(self, layer: int, unit: int) -> Formula:
        shape = self._structure.layer(layer)
        if shape.is_fused:
            return self.slope_of_loss((unit,))
        if shape.activation.couples_units:
            return total(
                [
                    (Ref("dE_da", layer, (other,)), "·", Ref("da_dz", layer, (other, unit)))
                    for other in range(shape.units)
                ]
            )
        return self._delta_factors(layer, unit)

    def _delta_factors(self, layer: int, unit: int) -> Formula:
        """∂E/∂z as a product: of two factors where its unit stands alone, else itself."""
        shape = self._structure.layer(layer)
        if shape.is_fused or shape.activation.couples_units:
            return (Ref("dE_dz", layer, (unit,)),)
        return (Ref("dE_da", layer, (unit,)), "·", Ref("da_dz", layer, (unit,)))

    def _chain(self, letter: str, layer: int, index: tuple[int, ...]) -> Formula:
        return (*self._delta_factors(layer, index[-1]), "·", Ref(f"dz_d{letter}", layer, index))

    def _gradient(self, letter: str, layer: int, index: tuple[int, ...], batch: int, sample: int) -> Formula:
        """One sample: the chain. Several: the mean of theirs, the one under the lens spelt out between « »."""
        chain = self._chain(letter, layer, index)
        if batch == 1:
            return chain
        own: Formula = ("«", *chain, "»")
        if batch > BATCH_TERMS:
            return (f"1/{batch}·(", *own, " + ", Ref(f"rest_{letter}", layer, index), ")")
        terms = [own if other == sample else (Ref(f"term_{letter}", layer, index, other),) for other in range(batch)]
        return (f"1/{batch}·(", *total(terms), ")")

    # whole ops

    def _of_op(self, op: Op, batch: int) -> tuple[str, str]:
        if op.layer is None:
            return _WHOLE.get(op.quantity, ("", ""))
        shape = self._structure.layer(op.layer)
        number = op.layer
        below = "X" if number == 1 else f"Y[{number - 1}]"
        m, n, j = batch, shape.senders, shape.units
        k = self._structure.layer(number + 1).units if not shape.is_output else 0
        bias, bias_shape = (f" + b[{number}]", f" + (1×{j})") if shape.biases else ("", "")
        of_loss = f" = {self._loss_slope(f'Y[{number}]')}" if shape.is_output and self._layers.loss else ""
        through = "" if shape.activation.couples_units else f" = ∂E/∂Y[{number}] ⊙ ∂Y[{number}]/∂Z[{number}]"
        table = {
            "z": (f"Z[{number}] = {below}·W[{number}]{bias}", f"({m}×{n})·({n}×{j}){bias_shape} = ({m}×{j})"),
            "a": (f"Y[{number}] = {shape.activation.name}(Z[{number}])", f"({m}×{j})"),
            "E_o": ("E_o of each output", f"({m}×{j})"),
            "part": (
                f"parts of ∂E/∂Y[{number}]: ∂E/∂Z[{number + 1}] ⊙ W[{number + 1}]",
                f"({m}×{k}), ({j}×{k})",
            ),
            "dE_da": (
                (
                    f"∂E/∂Y[{number}] = ∂E/∂Z[{number + 1}]·W[{number + 1}]ᵀ",
                    f"({m}×{k})·({k}×{j}) = ({m}×{j})",
                )
                if k
                else (f"∂E/∂Y[{number}]{of_loss}", f"({m}×{j})")
            ),
            "da_dz": (f"∂Y[{number}]/∂Z[{number}] = {shape.activation.name}′(Z[{number}])", f"({m}×{j})"),
            "dE_dz": (
                f"∂E/∂Z[{number}]{of_loss if shape.is_fused else through}",
                f"({m}×{j})",
            ),
            "dz_dW": (f"∂Z[{number}]/∂W[{number}] = {below}", f"({m}×{n})"),
            "dz_db": (f"∂Z[{number}]/∂b[{number}] = 1", f"({m}×1)"),
            "dE_dW": (
                f"∂E/∂W[{number}] = {below}ᵀ·∂E/∂Z[{number}]" + (f" / {m}" if m > 1 else ""),
                f"({n}×{m})·({m}×{j}) = ({n}×{j})",
            ),
            "dE_db": (
                f"∂E/∂b[{number}] = 1ᵀ·∂E/∂Z[{number}]" + (f" / {m}" if m > 1 else ""),
                f"(1×{m})·({m}×{j}) = (1×{j})",
            ),
        }
        if op.quantity in table:
            return table[op.quantity]
        letter = op.quantity[-1]
        return self._renewed(op, letter, f"{letter}[{number}]"), f"({n}×{j})" if letter == "W" else f"(1×{j})"


_WHOLE = {
    "E": ("E = Σ E_o", ""),
    "rate": ("η_t", ""),
    "update": (f"W ← W{PLUS}", ""),
}
