"""What a search consists of, validated."""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.scenario.spec import Array, Body, DataSpec, NetworkSpec, TrainingSpec


class SearchBody(Body, frozen=True):
    """`[search]` over the inputs of `[data]`; and, if there is a `[network]`, what is trained on them meanwhile."""

    weights: Array  # (steps,): what each weight is set to
    biases: Array  # (steps,): what the bias is set to
    fires_at_zero: bool
    gates: Mapping[str, Array]  # (rows,): the output wanted in each row, 0 or 1
    data: DataSpec
    beside: NetworkBody | None

    @property
    def network(self) -> NetworkSpec | None:
        """The network beside the search."""
        return None if self.beside is None else self.beside.network

    @property
    def training(self) -> TrainingSpec | None:
        """How it is trained."""
        return None if self.beside is None else self.beside.training

    @property
    def draws_weights(self) -> bool:
        """Those of the network beside it."""
        return self.beside is not None and self.beside.draws_weights
