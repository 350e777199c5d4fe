"""What of a scenario the picture is about: how many units, which activations, where there are biases and targets."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.scenario.spec import ActivationSpec, Scenario


class Shape(Struct, frozen=True):
    """A network's shape. Column 0 is the inputs, the last column the outputs."""

    widths: tuple[int, ...]
    activations: tuple[ActivationSpec, ...]  # by column, one without a name for the inputs
    biases: tuple[bool, ...]  # by column
    has_targets: bool
    trains: bool
    is_fused: bool
    """Whether the outputs' ∂E/∂z comes straight from the loss."""
    steps: int = 0
    """Of a sequence: each unit has a number at every step; 0 where there are no sequences."""
    is_fed_back: bool = False
    """Whether the hidden outputs come back to the hidden layer at the next step."""
    fed_back: int = 0
    """How many hidden outputs of the step before stand among the inputs, below the given ones; 0 where there is no
    room for them."""

    def __hash__(self) -> int:
        """Settings of activations have none; where all else is the same they seldom differ."""
        return hash((self.widths, self.biases, self.has_targets, self.trains, self.is_fused))

    @property
    def last(self) -> int:
        """The output column."""
        return len(self.widths) - 1

    @property
    def inputs(self) -> int:
        """The inputs that are given."""
        return self.widths[0] - self.fed_back

    @property
    def with_what_is_fed_back(self) -> Shape:
        """The same with the hidden outputs of the step before among the inputs: the units that Wh leads from."""
        inputs, hidden, *rest = self.widths
        return replace(self, widths=(inputs + hidden, hidden, *rest), fed_back=hidden)

    def has_unit(self, layer: int, unit: int) -> bool:
        """Whether there is such a unit."""
        return 0 <= layer <= self.last and 0 <= unit < self.widths[layer]


def shape_of(scenario: Scenario) -> Shape | None:
    """The shape of a scenario's network, None where it has none to draw."""
    network, data, training = scenario.network, scenario.data, scenario.training
    if network is None:
        return None
    return Shape(
        widths=network.widths,
        activations=(ActivationSpec(""), *(layer.activation for layer in network.layers)),
        biases=(False, *(layer.bias for layer in network.layers)),
        has_targets=data is not None and data.targets is not None,
        trains=training is not None,
        is_fused=training is not None and LOSSES[training.loss].fused_with is not None,
        steps=scenario.steps,
        is_fed_back=scenario.is_fed_back,
    )
