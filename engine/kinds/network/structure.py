"""What of a network never changes while it runs: its widths, functions, where each parameter lies, its symbols."""

from __future__ import annotations

from dlsim.engine.kinds.layered.structure import Array, LayeredStructure, Segment
from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.scenario.spec import LayerSpec

SHORT_WEIGHTS = 99
"""With more weights than this, W5 becomes W[2][1,2]."""


class Structure(LayeredStructure):
    """A network's layers, loss and optimizer, and the layout of its parameters.

    Trained parameters come first in the flat array, frozen ones last: an optimizer works on one slice of it.
    """

    def __init__(self, body: NetworkBody) -> None:
        super().__init__(body.training)
        self.body = body
        self.widths = body.network.widths
        places, self.trained, self.parameters = _lay_out(body.network.layers, self.widths)
        last = len(body.network.layers)
        self.layers = tuple(
            self._dense(
                number,
                self.widths[number - 1],
                spec,
                places["W", number],
                places.get(("b", number)),
                is_output=number == last,
            )
            for number, spec in enumerate(body.network.layers, start=1)
        )

    def weight_at(self, number: int, place: int) -> tuple[int, int]:
        """Weights are numbered by unit, then by sender."""
        unit, sender = divmod(place, self.layer(number).senders)
        return sender, unit

    def place_of(self, number: int, index: tuple[int, ...]) -> int:
        """The same the other way round."""
        sender, unit = index
        return unit * self.layer(number).senders + sender

    def numbered(self, number: int, weights: Array) -> Array:
        """By unit, then by sender."""
        return weights.T.ravel()

    @property
    def weight_count(self) -> int:
        """How many weights there are, biases not counted."""
        return sum(layer.senders * layer.units for layer in self.layers)


class Naming:
    """How the lecture notes name the numbers of a network. z, h and b are numbered on through all layers, W by layer,
    receiver, sender.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.last = len(structure.layers)
        self.first_unit = [0]  # number of units in the layers below, by layer from 1
        self.first_weight = [0]
        for layer in structure.layers:
            self.first_unit.append(self.first_unit[-1] + layer.units)
            self.first_weight.append(self.first_weight[-1] + layer.units * layer.senders)
        self._short = structure.weight_count <= SHORT_WEIGHTS

    def unit(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """x, t, z, h, o or b of a unit; `letter` "a" stands for h or o."""
        unit = index[0]
        if letter == "a":
            if layer == 0:
                return f"x{unit + 1}"
            letter = "o" if layer == self.last else "h"
        if letter in "xto":
            return f"{letter}{unit + 1}"
        return f"{letter}{self.first_unit[layer - 1] + unit + 1}"

    def weight(self, layer: int, sender: int, unit: int) -> str:
        """W5, or W[2][1,2] in a large network."""
        if self._short:
            senders = self.structure.layer(layer).senders
            return f"W{self.first_weight[layer - 1] + unit * senders + sender + 1}"
        return f"W[{layer}][{sender + 1},{unit + 1}]"

    def parameter(self, letter: str, layer: int, index: tuple[int, ...]) -> str:
        """A weight's or a bias's symbol."""
        return self.weight(layer, *index) if letter == "W" else self.unit("b", layer, index)

    def part_of_error(self, layer: int, unit: int) -> str:
        """The part of E that reaches a unit of `layer`: E_o1 where each output has an error of its own."""
        above = self.structure.layer(layer)
        if above.is_output and not above.activation.couples_units:
            return f"E_o{unit + 1}"
        return f"E_{self.unit('z', layer, (unit,))}"


def _lay_out(layers: tuple[LayerSpec, ...], widths: tuple[int, ...]) -> tuple[dict[tuple[str, int], Segment], int, int]:
    """({("W" or "b", layer): segment}, trained numbers, all numbers)."""
    trained: list[tuple[str, int, tuple[int, ...]]] = []
    frozen: list[tuple[str, int, tuple[int, ...]]] = []
    for number, spec in enumerate(layers, start=1):
        (trained if spec.train_weights else frozen).append(("W", number, (widths[number - 1], spec.units)))
        if spec.bias:
            (trained if spec.train_biases else frozen).append(("b", number, (spec.units,)))
    places: dict[tuple[str, int], Segment] = {}
    start = boundary = 0
    for group in (trained, frozen):
        for name, number, shape in group:
            size = shape[0] * shape[-1] if len(shape) == 2 else shape[0]
            places[name, number] = Segment(start, start + size, shape)
            start += size
        if group is trained:
            boundary = start
    return places, boundary, start
