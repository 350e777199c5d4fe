"""How the numbers of a recurrent network are called, both ways. ⟨2⟩ after a symbol is the second step.

Wx, Wh and Wy are the weights from the inputs, from the hidden outputs of the step before, and to the outputs;
numbered by receiving, then by sending unit, as everywhere.
"""

from __future__ import annotations

import re

from dlsim.engine.functions.optimizers import CHANGE, CHANGED, PLUS
from dlsim.engine.kinds.recurrent.structure import HIDDEN, OUTPUT, RecurrentStructure
from dlsim.engine.reference import Ref

SHORT_WEIGHTS = 99
"""With more weights than this in all, Wh3 becomes Wh[1,2]."""
START = -1
"""The step (from 0) before the first: h⟨0⟩ = 0."""

_UNIT = re.compile(r"(E_o|[xtzhob])(\d{1,6})(?:[⟨<](\d{1,6})[⟩>])?")
_WEIGHT = re.compile(r"W([xhy])(?:(\d{1,9})|\[(\d{1,6}),\s*(\d{1,6})\])")
_STEPS = re.compile(r"E[⟨<](\d{1,6})(?:…(\d{1,6}))?[⟩>]")


class Naming:
    """Symbols of one network. A unit's reference has the index (unit, step), a weight's (sender, unit)."""

    def __init__(self, structure: RecurrentStructure) -> None:
        self._structure = structure
        self._short = sum(layer.senders * layer.units for layer in structure.layers) <= SHORT_WEIGHTS

    # reference → symbol

    def unit(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """x, z, h, o, t of a unit at a step, or of the unit alone; `letter` "a" stands for h or o."""
        structure = self._structure
        unit = index[0]
        if letter == "x" and unit >= structure.inputs:  # what is fed back, among what the hidden layer receives
            letter, unit = "h", unit - structure.inputs
        elif letter == "a":
            letter = "h" if layer == HIDDEN else "o"
        elif letter in "zb" and layer == OUTPUT:
            unit += structure.hidden.units
        return f"{letter}{unit + 1}" + (at(index[1]) if len(index) > 1 else "")

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""
        if letter == "b":
            return self.unit("b", layer, index[:1])
        name, first, senders = self._matrix(layer, index[0])
        sender, unit = index[0] - first, index[1]
        if self._short:
            return f"W{name}{unit * senders + sender + 1}"
        return f"W{name}[{sender + 1},{unit + 1}]"

    def _matrix(self, layer: int, sender: int) -> tuple[str, int, int]:
        """(letter, first sender, senders) of the matrix that a sender's weights belong to."""
        if layer == OUTPUT:
            return "y", 0, self._structure.output.senders
        if sender < self._structure.inputs:
            return "x", 0, self._structure.inputs
        return "h", self._structure.inputs, self._structure.fed_back

    def later_steps(self, step: int) -> str:
        """The error of all steps after `step` (from 0)."""
        first, last = step + 2, self._structure.steps
        return f"E⟨{first}⟩" if first == last else f"E⟨{first}…{last}⟩"

    # symbol → reference

    def parse(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names; None where this network has none such."""
        symbol = symbol.strip()
        if symbol == "E":
            return Ref("E") if self._structure.loss else None
        if symbol.startswith("∂"):
            return self._derivative(symbol)
        if symbol.endswith((PLUS, "+")):
            return self._new(symbol[:-1])
        if symbol.startswith(CHANGE):
            new = self._new(symbol.removeprefix(CHANGE))
            return new._replace(quantity=CHANGED[new.quantity]) if new and new.quantity in CHANGED else None
        if (match := _STEPS.fullmatch(symbol)) and match[2] is None:
            step = int(match[1]) - 1
            is_there = self._structure.loss is not None and 0 <= step < self._structure.steps
            return Ref("E_t", 0, (step,)) if is_there else None
        slot, underscore, name = symbol.partition("_")
        if underscore and slot in self._structure.slots:
            of = self._weight(name) or self._unit(name)
            is_parameter = of is not None and of.quantity in ("W", "b")
            return of._replace(quantity=f"slot:{slot}:{of.quantity}") if of and is_parameter else None
        return self._weight(symbol) or self._unit(symbol)

    def _new(self, symbol: str) -> Ref | None:
        ref = self.parse(symbol)
        is_renewed = ref is not None and self._structure.optimizer and ref.quantity.startswith(("W", "b", "slot:"))
        return ref._replace(quantity=f"new_{ref.quantity}") if ref and is_renewed else None

    def _weight(self, symbol: str) -> Ref | None:
        match = _WEIGHT.fullmatch(symbol)
        if match is None:
            return None
        layer = OUTPUT if match[1] == "y" else HIDDEN
        first = self._structure.inputs if match[1] == "h" else 0
        senders = {"x": self._structure.inputs, "h": self._structure.fed_back, "y": self._structure.output.senders}
        count = senders[match[1]]
        if match[2] is not None:
            unit, sender = divmod(int(match[2]) - 1, count) if count else (-1, -1)
        else:
            sender, unit = int(match[3]) - 1, int(match[4]) - 1
        if not (0 <= sender < count and 0 <= unit < self._structure.layer(layer).units):
            return None
        return Ref("W", layer, (first + sender, unit))

    def _unit(self, symbol: str) -> Ref | None:
        """A unit's number at a step; a bias, which has no step."""
        match = _UNIT.fullmatch(symbol)
        if match is None:
            return None
        structure, letter, unit = self._structure, match[1], int(match[2]) - 1
        hidden, outputs = structure.hidden.units, structure.output.units
        layer = {"x": 0, "h": HIDDEN}.get(letter, OUTPUT)
        if letter in "zb":
            layer, unit = (HIDDEN, unit) if unit < hidden else (OUTPUT, unit - hidden)
        count = {0: structure.inputs, HIDDEN: hidden, OUTPUT: outputs}[layer]
        if not 0 <= unit < count or (letter == "E_o" and structure.loss is None):
            return None
        if letter == "b":
            has_bias = match[3] is None and structure.layer(layer).biases is not None
            return Ref("b", layer, (unit,)) if has_bias else None
        first = START if letter == "h" and structure.fed_back else 0
        if match[3] is None or not first <= int(match[3]) - 1 < structure.steps:
            return None
        return Ref({"h": "a", "o": "a"}.get(letter, letter), layer, (unit, int(match[3]) - 1))

    def _derivative(self, symbol: str) -> Ref | None:
        above, slash, below = symbol.removeprefix("∂").partition("/∂")
        of = (self._weight(below) or self._unit(below)) if slash and self._structure.loss else None
        if of is None or of.index[-1] == START:
            return None
        layer = self._structure.layer(of.layer) if of.layer else None
        if above == "E" and layer is not None:
            name = {"W": "dE_dW", "b": "dE_db", "a": "dE_da", "z": "dE_dz"}.get(of.quantity)
            is_hidden_in_fusion = name == "dE_da" and layer.is_fused
            return of._replace(quantity=name) if name and not is_hidden_in_fusion else None
        if (match := _STEPS.fullmatch(above)) and of.quantity == "a" and of.layer == HIDDEN:
            return self._part(of, match[0].replace("<", "⟨").replace(">", "⟩"))
        top = self._unit(above)
        if layer is None or top is None or (top.quantity, of.quantity) != ("a", "z"):
            return None
        has_slope = not layer.is_fused and not layer.activation.couples_units
        return of._replace(quantity="da_dz") if top[1:] == of[1:] and has_slope else None

    def _part(self, of: Ref, errors: str) -> Ref | None:
        """The part of ∂E/∂h that comes from its own step's error, or from later ones."""
        step = of.index[1]
        if errors == f"E{at(step)}":
            return of._replace(quantity="part:own")
        has_later = self._structure.fed_back and step + 1 < self._structure.steps
        return of._replace(quantity="part:later") if has_later and errors == self.later_steps(step) else None


def at(step: int) -> str:
    """A step (from 0) as symbols write it: ⟨1⟩."""
    return f"⟨{step + 1}⟩"
