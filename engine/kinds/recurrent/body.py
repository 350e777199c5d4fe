"""What a recurrent scenario consists of, validated."""

from __future__ import annotations

from msgspec import Struct

from dlsim.engine.scenario.spec import Array, DataSpec, NetworkSpec, TrainingSpec


class RecurrentBody(Struct, frozen=True):
    """`[recurrent]`, `[data]` and, unless it is forward only, `[training]`.

    `network` has two layers, hidden and output; the hidden layer's `weights` are those of the inputs. A sample is
    a sequence: a row of `data.inputs` holds its steps one after the other, and so do its targets and outputs.
    """

    network: NetworkSpec
    recurrent_weights: Array | None  # (hidden, hidden): from the hidden outputs of the step before
    feedback: bool
    steps: int
    data: DataSpec  # inputs (sequences, steps·inputs), targets (sequences, steps·outputs)
    training: TrainingSpec | None
