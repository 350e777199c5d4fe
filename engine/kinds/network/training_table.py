"""`[training]` as a file has it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.functions.optimizers import DEFAULT_OPTIMIZER, OPTIMIZERS, read_optimizer
from dlsim.engine.scenario.spec import ALL, TrainingSpec
from dlsim.engine.scenario.tables import Place, Table, convert
from dlsim.engine.text import shown

MOST_EPOCHS = 10_000_000


class TrainingTable(Table):
    """`[training]`."""

    loss: str
    optimizer: str | dict[str, Any] = DEFAULT_OPTIMIZER
    batch_size: int | str = ALL
    shuffle: bool = False
    epochs: Annotated[int, Meta(ge=1, le=MOST_EPOCHS)] = 1
    seed: Annotated[int, Meta(ge=0)] = 0


def read_training(table: object, place: Place, samples: int) -> TrainingSpec:
    """Loss, optimizer and batches. A batch larger than the training set is all of it, as in Keras."""
    training = convert(table, TrainingTable, place, _belongs_to_optimizer)
    if training.loss not in LOSSES:
        raise (place / "loss").unknown("loss", training.loss, LOSSES)
    return TrainingSpec(
        loss=training.loss,
        optimizer=read_optimizer(training.optimizer, place / "optimizer"),
        batch_size=_batch_size(training.batch_size, place / "batch_size", samples),
        shuffle=training.shuffle,
        epochs=training.epochs,
        seed=training.seed,
    )


def _belongs_to_optimizer(key: str) -> str | None:
    if any(setting.name == key for entry in OPTIMIZERS.values() for setting in entry.settings):
        return f"it belongs to the optimizer: write optimizer = {{ name = '{DEFAULT_OPTIMIZER}', {key} = … }}"
    return None


def _batch_size(value: int | str, place: Place, samples: int) -> int:
    if value == ALL:
        return samples
    if isinstance(value, str) or value < 1:
        raise place.error(f"found {shown(value)}", value, f'this must be a whole number ≥ 1, or "{ALL}"')
    return min(value, samples)
