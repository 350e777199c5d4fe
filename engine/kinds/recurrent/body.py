"""What a recurrent scenario consists of, validated."""

from __future__ import annotations

from dlsim.engine.functions.initialisers import is_drawn
from dlsim.engine.scenario.spec import Array, Body, DataSpec, NetworkSpec, TrainingSpec


class RecurrentBody(Body, frozen=True):
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

    @property
    def wording(self) -> str:
        """Without training there is one forward pass, and no epochs."""
        return "" if self.training else "forward"

    @property
    def draws_weights(self) -> bool:
        """Those of either layer, or those from the step before."""
        hidden, output = self.network.layers
        given = [(hidden, hidden.weights), (output, output.weights)]
        given += [(hidden, self.recurrent_weights)] if self.feedback else []
        return any(is_drawn(*each) for each in given)

    @property
    def has_editable_data(self) -> bool:
        """All of them."""
        return True
