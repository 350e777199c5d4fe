"""What training costs, counted: how many updates an epoch makes, how many multiplications, how many bytes are held.

No op computes them, and no clock measures them: they follow from the sizes alone. Multiplications are those of the
matrix products and, in an update, one for each parameter that is trained; what activations and optimizers do besides is
left out.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from dlsim.engine.kinds.network.layer_summaries import Summary
from dlsim.engine.kinds.network.passes import Structure
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.quantity import Formula, Quantity, Ref

BYTES = 8
"""Of a number."""
HELD_FOR_A_UNIT = 5
"""Numbers that a batch leaves for each unit and sample: z, the output, its slope, and the gradients by both."""


class Cost(Summary):
    """A count that follows from the sizes."""

    is_count = True

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """How many."""
        return float(self.count(tape.structure))

    @abstractmethod
    def count(self, structure: Structure) -> int:
        """How many."""

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """Its name."""
        return self.key


class SampleCount(Cost):
    """The samples of an epoch, all the training data."""

    def count(self, structure: Structure) -> int:
        """See Cost."""
        return len(structure.body.data.inputs)


class BatchSize(Cost):
    """The samples of a batch."""

    def count(self, structure: Structure) -> int:
        """See Cost."""
        training = structure.body.training
        return training.batch_size if training else len(structure.body.data.inputs)


class Updates(Cost):
    """How often the weights change in an epoch."""

    def count(self, structure: Structure) -> int:
        """See Cost."""
        return -(-SAMPLES.count(structure) // BATCH_SIZE.count(structure))

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """SampleCount by samples, rounded up."""
        return ("ceil(", Ref(SAMPLES), "/", Ref(BATCH_SIZE), ")")


class OfSample(Cost):
    """The multiplications of one sample, there and back: for z and for ∂E/∂W in every layer, for ∂E/∂h in all but the
    first.
    """

    def count(self, structure: Structure) -> int:
        """See Cost."""
        return sum((2 + (layer.number > 1)) * layer.senders * layer.units for layer in structure.layers)

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Layer by layer."""
        layers = tape.structure.layers
        return (" + ".join(f"{2 + (layer.number > 1)}·{layer.senders}·{layer.units}" for layer in layers),)


class OfEpoch(Cost):
    """The multiplications of an epoch: of all its samples, and of all its updates."""

    def count(self, structure: Structure) -> int:
        """See Cost."""
        return SAMPLES.count(structure) * OF_SAMPLE.count(structure) + UPDATES.count(structure) * structure.trained

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """SampleCount and updates."""
        return (Ref(SAMPLES), "·", Ref(OF_SAMPLE), " + ", Ref(UPDATES), f"·{tape.structure.trained}")


class NumbersHeld(Cost):
    """The bytes that the numbers of a batch take, from the forward pass until the backward pass has used them."""

    def count(self, structure: Structure) -> int:
        """See Cost."""
        units = sum(layer.units for layer in structure.layers)
        return BYTES * HELD_FOR_A_UNIT * units * BATCH_SIZE.count(structure)

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Bytes, numbers a unit, units, samples."""
        units = " + ".join(str(layer.units) for layer in tape.structure.layers)
        return (f"{BYTES}·{HELD_FOR_A_UNIT}·({units})·", Ref(BATCH_SIZE))


SAMPLES, BATCH_SIZE = SampleCount("epoch_samples"), BatchSize("batch_size")
UPDATES, OF_SAMPLE = Updates("epoch_updates"), OfSample("sample_multiplications")
OF_EPOCH, HELD = OfEpoch("epoch_multiplications"), NumbersHeld("batch_bytes")
COSTS: Sequence[Quantity] = (SAMPLES, BATCH_SIZE, UPDATES, OF_SAMPLE, OF_EPOCH, HELD)


def cost_numbers(tape: NetworkTape) -> Iterator[Ref]:
    """All of them, where there is training."""
    return map(Ref, COSTS) if tape.structure.loss is not None else iter(())
