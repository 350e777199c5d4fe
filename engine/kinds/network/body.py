"""What a network scenario consists of, validated."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.scenario.spec import DataSpec, NetworkSpec, TrainingSpec


class NetworkBody(Struct, frozen=True):
    """`[network]`, `[data]` and, unless it is forward only, `[training]`."""

    network: NetworkSpec
    data: DataSpec
    training: TrainingSpec | None
