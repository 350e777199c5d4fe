"""What a network scenario consists of, validated."""

from __future__ import annotations

from dlsim.engine.functions.initialisers import is_drawn
from dlsim.engine.scenario.spec import Body, DataSpec, NetworkSpec, TrainingSpec


class NetworkBody(Body, frozen=True):
    """`[network]`, `[data]` and, unless it is forward only, `[training]`."""

    network: NetworkSpec
    data: DataSpec
    training: TrainingSpec | None

    @property
    def wording(self) -> str:
        """Without training there is one forward pass, and no epochs."""
        return "" if self.training else "forward"

    @property
    def draws_weights(self) -> bool:
        """Those of any layer."""
        return any(is_drawn(layer, layer.weights) for layer in self.network.layers)

    @property
    def has_editable_data(self) -> bool:
        """All of them."""
        return True

    @property
    def is_exportable(self) -> bool:
        """Its layers take weights as numbers."""
        return True
