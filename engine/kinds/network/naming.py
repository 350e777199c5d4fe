"""How the lecture notes name the numbers of a network, both ways: reference → symbol, symbol → reference."""

from __future__ import annotations

import re
from bisect import bisect_right

from dlsim.engine.functions.optimizers import CHANGE, CHANGED, PLUS
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.reference import Ref

SHORT_WEIGHTS = 99
"""With more weights than this, W5 becomes W[2][1,2]."""


class Naming:
    """Symbols of one network. z, h and b are numbered on through all layers, W by layer, receiver, sender."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._last = len(structure.layers)
        self._first_unit = [0]  # number of units in the layers below, by layer from 1
        self._first_weight = [0]
        for layer in structure.layers:
            self._first_unit.append(self._first_unit[-1] + layer.units)
            self._first_weight.append(self._first_weight[-1] + layer.units * layer.senders)
        self._short = structure.weight_count <= SHORT_WEIGHTS

    # reference → symbol

    def unit(self, letter: str, layer: int, unit: int) -> str:
        """z, h, o or b of a unit; `letter` "a" stands for h or o."""
        if letter == "a":
            if layer == 0:
                return f"x{unit + 1}"
            letter = "o" if layer == self._last else "h"
        if letter in "xto":
            return f"{letter}{unit + 1}"
        return f"{letter}{self._first_unit[layer - 1] + unit + 1}"

    def weight(self, layer: int, sender: int, unit: int) -> str:
        """W5, or W[2][1,2] in a large network."""
        if self._short:
            senders = self._structure.layer(layer).senders
            return f"W{self._first_weight[layer - 1] + unit * senders + sender + 1}"
        return f"W[{layer}][{sender + 1},{unit + 1}]"

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""
        return self.weight(layer, *index) if letter == "W" else self.unit("b", layer, index[0])

    def part_of_error(self, layer: int, unit: int) -> str:
        """The part of E that reaches a unit of `layer`: E_o1 where each output has an error of its own."""
        above = self._structure.layer(layer)
        if above.is_output and not above.activation.couples_units:
            return f"E_o{unit + 1}"
        return f"E_{self.unit('z', layer, unit)}"

    # symbol → reference

    def parse(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names, short form or long; None where this network has none such."""
        symbol = symbol.strip()
        if symbol == "E":
            return Ref("E")
        if symbol.startswith("∂"):
            return self._parse_derivative(symbol)
        if symbol.endswith((PLUS, "+")):
            return self._parse_new(symbol[:-1])
        if symbol.startswith(CHANGE):
            new = self._parse_new(symbol.removeprefix(CHANGE))
            return new._replace(quantity=CHANGED[new.quantity]) if new and new.quantity in CHANGED else None
        if match := re.fullmatch(r"E_o(\d+)", symbol):
            return self._unit_ref("E_o", "o", int(match[1]))
        if match := re.fullmatch(r"(.+?)_([Wb].*)", symbol):
            parameter = self._parse_plain(match[2])
            if parameter and match[1] in self._structure.slots and self._is_trained(parameter):
                return Ref(f"slot:{match[1]}:{parameter.quantity}", parameter.layer, parameter.index)
            return None
        return self._parse_plain(symbol)

    def _parse_new(self, symbol: str) -> Ref | None:
        ref = self.parse(symbol)
        if ref is None or self._structure.optimizer is None:
            return None
        if ref.quantity.startswith("slot:"):
            return ref._replace(quantity="new_" + ref.quantity)
        if ref.quantity in ("W", "b") and self._is_trained(ref):
            return ref._replace(quantity="new_" + ref.quantity)
        return None

    def _is_trained(self, ref: Ref) -> bool:
        spec = self._structure.layer(ref.layer).spec
        return spec.train_weights if ref.quantity == "W" else spec.train_biases

    def _parse_plain(self, symbol: str) -> Ref | None:
        if match := re.fullmatch(r"W\[(\d{1,4})\]\[(\d{1,6}),\s*(\d{1,6})\]", symbol):
            layer, sender, unit = (int(part) for part in match.groups())
            if 1 <= layer <= self._last:
                shape = self._structure.layer(layer)
                if 1 <= sender <= shape.senders and 1 <= unit <= shape.units:
                    return Ref("W", layer, (sender - 1, unit - 1))
            return None
        if match := re.fullmatch(r"W(\d{1,9})", symbol):
            number = int(match[1]) - 1
            if not 0 <= number < self._first_weight[-1]:
                return None
            layer = bisect_right(self._first_weight, number)
            unit, sender = divmod(number - self._first_weight[layer - 1], self._structure.layer(layer).senders)
            return Ref("W", layer, (sender, unit))
        if match := re.fullmatch(r"([xtzhob])(\d{1,9})", symbol):
            quantity = {"h": "a", "o": "a"}.get(match[1], match[1])
            return self._unit_ref(quantity, match[1], int(match[2]))
        return None

    def _unit_ref(self, quantity: str, letter: str, number: int) -> Ref | None:
        number -= 1
        if number < 0:
            return None
        if letter == "x":
            return Ref("x", 0, (number,)) if number < self._structure.widths[0] else None
        if letter in "to":
            return Ref(quantity, self._last, (number,)) if number < self._structure.widths[-1] else None
        if number >= self._first_unit[-1]:
            return None
        layer = bisect_right(self._first_unit, number)
        if letter == "h" and layer == self._last:
            return None
        if letter == "b" and self._structure.layer(layer).biases is None:
            return None
        return Ref(quantity, layer, (number - self._first_unit[layer - 1],))

    def _parse_derivative(self, symbol: str) -> Ref | None:
        above, slash, below = symbol.partition("/∂")
        of = self._parse_plain(below) if slash else None
        above = above.removeprefix("∂")
        if of is None or self._structure.loss is None:
            return None
        quantity, layer, index = of.quantity, of.layer, of.index
        if above == "E":
            name = {"W": "dE_dW", "b": "dE_db", "a": "dE_da", "z": "dE_dz"}.get(quantity)
            if name is None or (name == "dE_da" and self._structure.layer(layer).is_fused):
                return None
            return Ref(name, layer, index)
        if match := re.fullmatch(r"E_([oz]\d+)", above):
            reached = self._parse_plain(match[1])
            if quantity != "a" or reached is None or reached.layer != layer + 1:
                return None
            ref = Ref("part", layer, (*index, *reached.index))
            return ref if above == self.part_of_error(layer + 1, ref.index[1]) else None
        top = self._parse_plain(above)
        if top is None or top.layer != layer:
            return None
        if top.quantity == "a" and quantity == "z":
            shape = self._structure.layer(layer)
            if shape.activation.couples_units:
                return None if shape.is_fused else Ref("da_dz", layer, (*top.index, *index))
            return Ref("da_dz", layer, index) if top.index == index and not shape.is_fused else None
        if top.quantity == "z" and quantity in ("W", "b") and top.index[-1] == index[-1]:
            return Ref(f"dz_d{quantity}", layer, index)
        return None
