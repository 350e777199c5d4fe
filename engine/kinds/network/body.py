"""What a network scenario consists of, validated."""

from __future__ import annotations

from dataclasses import dataclass

from dlsim.engine.scenario import DataSpec, NetworkSpec, TrainingSpec


@dataclass(frozen=True, slots=True)
class NetworkBody:
    """`[network]`, `[data]` and, unless it is forward only, `[training]`."""

    network: NetworkSpec
    data: DataSpec
    training: TrainingSpec | None
