"""Formulas that every kind with layers writes alike: parameters, optimizer steps, activations, the loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import islice
from typing import Protocol

from dlsim.engine.formula import FOLLOWED, series
from dlsim.engine.functions.losses import Loss
from dlsim.engine.functions.optimizers import (
    CHANGE,
    PLUS,
    rate_formula,
    rate_symbol,
    setting_symbol,
    step_formula,
)
from dlsim.engine.functions.settings import fill
from dlsim.engine.kinds.layered_structure import LayeredStructure
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, LeftOut, Ref

LISTED_IN_UPDATE = 8


class Naming(Protocol):
    """How parameters are called."""

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""


class LayerFormulas(ABC):
    """Symbols and formulas that do not depend on how layers are connected; a kind adds its own."""

    def __init__(self, layers: LayeredStructure, names: Naming) -> None:
        self._layers = layers
        self._names = names

    # symbols

    def symbol(self, ref: Ref) -> str:
        """How formulas write the number at `ref`."""
        quantity, layer, index = ref.quantity, ref.layer, ref.index
        match quantity:
            case "W" | "b" | "now_W" | "now_b":
                return self._names.parameter(quantity[-1], layer, index)
            case "E":
                return "E"
            case "mean_E":
                return "mean E"
            case "dE_dW" | "dE_db":
                return f"∂E/∂{self._names.parameter(quantity[-1], layer, index)}"
            case "new_W" | "new_b":
                return self._names.parameter(quantity[-1], layer, index) + PLUS
            case "change_W" | "change_b":
                return CHANGE + self._names.parameter(quantity[-1], layer, index)
            case "rest_W" | "rest_b":
                return "Σ others"
            case "update":
                return "W ← W" + PLUS
            case "rate":
                return rate_symbol(self._layers.optimizer)
        kind, _, rest = quantity.partition(":")
        if kind in ("slot", "new_slot"):
            slot, _, letter = rest.partition(":")
            after = PLUS if kind == "new_slot" else ""
            return f"{slot}_{self._names.parameter(letter, layer, index)}{after}"
        if kind == "setting" and self._layers.optimizer:
            return setting_symbol(self._layers.optimizer, rest)
        if kind == "alpha":
            settings = self._layers.layer(layer).activation.settings
            return next(entry.symbol for entry in settings if entry.name == rest)
        return rest  # count:n, count:t

    def op_formula(self, op: Op, batch: int) -> tuple[str, str, str]:
        """(symbol, formula with matrices, the same with their shapes) of a whole op."""
        first = self.symbol(op.ref(0))
        symbol = first if op.size == 1 else f"{first} … {self.symbol(op.ref(op.size - 1))}"
        return symbol, *self._of_op(op, batch)

    # formulas

    @abstractmethod
    def _of_op(self, op: Op, batch: int) -> tuple[str, str]:
        """(formula, shapes) of a whole op on so many samples."""

    def _loss_slope(self, outputs: str, targets: str = "T") -> str:
        """`slope_of_loss` for all `outputs` at once."""
        names = {"t": targets, "a": outputs}
        tokens = fill(self._loss.gradient_notation(self._layers.output.units), {name: Ref(name) for name in names})
        text = "".join(token if isinstance(token, str) else names[token.quantity] for token in tokens)
        return text[1:-1] if text.startswith("(") and text.find(")") == len(text) - 1 else text

    def _renewed(self, op: Op, letter: str, matrix: str) -> str:
        """An optimizer's step for a whole `matrix` of parameters, or for a slot of them: the same for each."""

        def written(token: str | Ref) -> str:
            if isinstance(token, str):
                return token
            kind, _, rest = token.quantity.partition(":")
            if kind in ("slot", "new_slot"):
                return f"{rest.partition(':')[0]}_{matrix}{PLUS if kind == 'new_slot' else ''}"
            return {letter: matrix, f"dE_d{letter}": f"∂E/∂{matrix}"}.get(token.quantity) or self.symbol(token)

        first = op.ref(0)
        name = f"{matrix}{PLUS}" if first.quantity == f"new_{letter}" else written(first)
        return f"{name} = {''.join(map(written, self.of_update(first)))}"

    def of_update(self, ref: Ref) -> Formula:
        """What the update and all that leads to it is made of; empty for what is given."""
        quantity = ref.quantity
        match quantity:
            case "new_W" | "new_b":
                return self._optimizer_step("", quantity[-1], ref)
            case "change_W" | "change_b":
                return (ref._replace(quantity=f"new_{quantity[-1]}"), " − ", ref._replace(quantity=quantity[-1]))
            case "rate":
                return rate_formula(self._layers.optimizer)
            case "update":
                return self._update()
        if quantity.startswith("new_slot:"):
            _, slot, letter = quantity.split(":")
            return self._optimizer_step(slot, letter, ref)
        return ()

    def activation(self, layer: int, z: Ref, everyone: list[Ref]) -> Formula:
        """A unit's output, made of its `z` and, where the activation couples units, of all z of its layer."""
        shape = self._layers.layer(layer)
        return shape.activation.formula(z, self._settings(layer), everyone)

    def slope(self, layer: int, z: Ref, a: Ref) -> Formula:
        """∂a/∂z of a unit that stands alone."""
        return self._layers.layer(layer).activation.derivative_formula(z, a, self._settings(layer))

    def error(self, index: tuple[int, ...]) -> Formula:
        """An output's E."""
        return self._of_output(self._loss.error_notation(self._layers.output.units), index)

    def error_of(self, target: Ref, output: Ref) -> Formula:
        """An output's E, made of a target and an output that may be of any sample."""
        return fill(self._loss.error_notation(self._layers.output.units), {"t": target, "a": output})

    def slope_of_loss(self, index: tuple[int, ...]) -> Formula:
        """∂E/∂o, or ∂E/∂z where loss and activation are taken as one."""
        return self._of_output(self._loss.gradient_notation(self._layers.output.units), index)

    @property
    def _loss(self) -> Loss:
        assert self._layers.loss is not None, "nothing is trained"
        return self._layers.loss

    @staticmethod
    def mean_of_errors(batch: int) -> Formula:
        """The loss of a batch: the mean of its samples' E."""
        if batch == 1:
            return (Ref("E"),)
        return (f"1/{batch}·(", *series(lambda sample: (Ref("E", sample=sample),), batch), ")")

    def _of_output(self, notation: str, index: tuple[int, ...]) -> Formula:
        number = self._layers.output.number
        return fill(notation, {"t": Ref("t", number, index), "a": Ref("a", number, index)})

    def _settings(self, layer: int) -> Mapping[str, Ref | str]:
        """What stands for the settings of the layer's activation, each by its own name."""
        shape = self._layers.layer(layer)
        return shape.activation.operands(shape.spec.activation.settings, lambda name: Ref(f"alpha:{name}", layer))

    def _optimizer_step(self, slot: str, letter: str, ref: Ref) -> Formula:
        optimizer = self._layers.optimizer
        assert optimizer is not None, "new weights exist only under an optimizer"
        layer, index = ref.layer, ref.index

        def slot_ref(name: str, is_new: bool) -> Ref:
            return Ref(f"{'new_' if is_new else ''}slot:{name}:{letter}", layer, index)

        return step_formula(optimizer, slot, Ref(letter, layer, index), Ref(f"dE_d{letter}", layer, index), slot_ref)

    def _update(self) -> Formula:
        """The first new parameters taking their places; in a large network the others are left out."""
        new = (
            Ref(f"new_{letter}", layer.number, index)
            for layer in self._layers.layers
            for letter, index in self._layers.parameters_in_order(layer.number)
            if (layer.spec.train_weights if letter == "W" else layer.spec.train_biases)
        )
        tokens: list[str | Ref] = []
        for ref in islice(new, LISTED_IN_UPDATE):
            parameter = self._names.parameter(ref.quantity[-1], ref.layer, ref.index)
            tokens += [f"{', ' if tokens else ''}{parameter} ← ", ref]
        if others := tuple(islice(new, FOLLOWED)):
            tokens += [", ", LeftOut("…", others)]
        return tuple(tokens)
