"""What of a scenario the picture is about: how many units, which activations, where there are biases and targets."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.scenario import NetworkSpec, Scenario


class Shape(Struct, frozen=True):
    """A network's shape. Column 0 is the inputs, the last column the outputs."""

    widths: tuple[int, ...]
    activations: tuple[str, ...]  # by column, "" for the inputs
    biases: tuple[bool, ...]  # by column
    has_targets: bool
    trains: bool

    @property
    def last(self) -> int:
        """The output column."""
        return len(self.widths) - 1

    def has_unit(self, layer: int, unit: int) -> bool:
        """Whether there is such a unit."""
        return 0 <= layer <= self.last and 0 <= unit < self.widths[layer]


def shape_of(scenario: Scenario) -> Shape | None:
    """The shape of a scenario's network, None where it has none to draw."""
    network = getattr(scenario.body, "network", None)
    if not isinstance(network, NetworkSpec):
        return None
    data = getattr(scenario.body, "data", None)
    return Shape(
        widths=network.widths,
        activations=("", *(layer.activation.name for layer in network.layers)),
        biases=(False, *(layer.bias for layer in network.layers)),
        has_targets=getattr(data, "targets", None) is not None,
        trains=getattr(scenario.body, "training", None) is not None,
    )
