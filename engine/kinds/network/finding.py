"""The number that a symbol names, short form or long, as the lecture notes write it."""

from __future__ import annotations

import re
from bisect import bisect_right

from dlsim.engine.kinds.layered.quantities import (
    DA_DZ,
    DE_DA,
    DE_DB,
    DE_DW,
    DE_DZ,
    E_O,
    A,
    B,
    E,
    LayerParameter,
    T,
    W,
    X,
    Z,
)
from dlsim.engine.kinds.network.structure import Naming, Structure
from dlsim.engine.kinds.network.tape import DZ_DB, DZ_DW, PART
from dlsim.engine.kinds.updates import CHANGE, PLUS, NewParameter, OptimizerSlot
from dlsim.engine.reference import Quantity, Ref

LETTERS: dict[str, Quantity] = {"x": X, "t": T, "z": Z, "h": A, "o": A, "b": B}
GRADIENTS: dict[Quantity, Quantity] = {W: DE_DW, B: DE_DB, A: DE_DA, Z: DE_DZ}


class Finder:
    """Finds the numbers of one network."""

    def __init__(self, structure: Structure, naming: Naming) -> None:
        self._structure = structure
        self._naming = naming

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names, short form or long; None where this network has none such."""
        symbol = symbol.strip()
        if symbol == "E":
            return Ref(E)
        if symbol.startswith("∂"):
            return self._parse_derivative(symbol)
        if symbol.endswith((PLUS, "+")):
            return self._parse_new(symbol[:-1])
        if symbol.startswith(CHANGE):
            new = self._parse_new(symbol.removeprefix(CHANGE))
            return (
                new._replace(quantity=new.quantity.of.change)
                if new and isinstance(new.quantity, NewParameter)
                else None
            )
        if match := re.fullmatch(r"E_o(\d+)", symbol):
            return self._unit_ref(E_O, "o", int(match[1]))
        if match := re.fullmatch(r"(.+?)_([Wb].*)", symbol):
            parameter = self._parse_plain(match[2])
            if parameter and match[1] in self._structure.slots and (of := self._trained(parameter)):
                return parameter._replace(quantity=of.slot(match[1]))
            return None
        return self._parse_plain(symbol)

    def _parse_new(self, symbol: str) -> Ref | None:
        ref = self.find(symbol)
        if ref is None or self._structure.optimizer is None:
            return None
        if isinstance(ref.quantity, OptimizerSlot):
            return ref._replace(quantity=ref.quantity.of.new_slot(ref.quantity.slot))
        of = self._trained(ref)
        return None if of is None else ref._replace(quantity=of.new)

    def _trained(self, ref: Ref) -> LayerParameter | None:
        """The weights or biases among which it is; None where an update does not change them, or it is none."""
        of = ref.quantity
        return of if isinstance(of, LayerParameter) and of.is_trained(self._structure.layer(ref.layer)) else None

    def _parse_plain(self, symbol: str) -> Ref | None:
        if match := re.fullmatch(r"W\[(\d{1,4})\]\[(\d{1,6}),\s*(\d{1,6})\]", symbol):
            layer, sender, unit = (int(part) for part in match.groups())
            if 1 <= layer <= self._naming.last:
                shape = self._structure.layer(layer)
                if 1 <= sender <= shape.senders and 1 <= unit <= shape.units:
                    return Ref(W, layer, (sender - 1, unit - 1))
            return None
        if match := re.fullmatch(r"W(\d{1,9})", symbol):
            number = int(match[1]) - 1
            if not 0 <= number < self._naming.first_weight[-1]:
                return None
            layer = bisect_right(self._naming.first_weight, number)
            unit, sender = divmod(number - self._naming.first_weight[layer - 1], self._structure.layer(layer).senders)
            return Ref(W, layer, (sender, unit))
        if match := re.fullmatch(r"([xtzhob])(\d{1,9})", symbol):
            return self._unit_ref(LETTERS[match[1]], match[1], int(match[2]))
        return None

    def _unit_ref(self, quantity: Quantity, letter: str, number: int) -> Ref | None:
        number -= 1
        if number < 0:
            return None
        if letter == "x":
            return Ref(X, 0, (number,)) if number < self._structure.widths[0] else None
        if letter in "to":
            return Ref(quantity, self._naming.last, (number,)) if number < self._structure.widths[-1] else None
        if number >= self._naming.first_unit[-1]:
            return None
        layer = bisect_right(self._naming.first_unit, number)
        if letter == "h" and layer == self._naming.last:
            return None
        if letter == "b" and self._structure.layer(layer).biases is None:
            return None
        return Ref(quantity, layer, (number - self._naming.first_unit[layer - 1],))

    def _parse_derivative(self, symbol: str) -> Ref | None:
        above, slash, below = symbol.partition("/∂")
        of = self._parse_plain(below) if slash else None
        above = above.removeprefix("∂")
        if of is None or self._structure.loss is None:
            return None
        quantity, layer, index = of.quantity, of.layer, of.index
        if above == "E":
            gradient = GRADIENTS.get(quantity)
            if gradient is None or (gradient is DE_DA and self._structure.layer(layer).is_fused):
                return None
            return Ref(gradient, layer, index)
        if match := re.fullmatch(r"E_([oz]\d+)", above):
            reached = self._parse_plain(match[1])
            if quantity is not A or reached is None or reached.layer != layer + 1:
                return None
            ref = Ref(PART, layer, (*index, *reached.index))
            return ref if above == self._naming.part_of_error(layer + 1, ref.index[1]) else None
        top = self._parse_plain(above)
        if top is None or top.layer != layer:
            return None
        if top.quantity is A and quantity is Z:
            shape = self._structure.layer(layer)
            if shape.activation.couples_units:
                return None if shape.is_fused else Ref(DA_DZ, layer, (*top.index, *index))
            return Ref(DA_DZ, layer, index) if top.index == index and not shape.is_fused else None
        if top.quantity is Z and isinstance(quantity, LayerParameter) and top.index[-1] == index[-1]:
            return Ref(DZ_DW if quantity.is_weight else DZ_DB, layer, index)
        return None
