"""What files of every kind with layers share: initial weights and biases, what cannot be trained, `[training]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from dlsim.engine.classes import Classes, no_accuracy
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.initialisers import INITIALISER_NAMES, INITIALISERS
from dlsim.engine.functions.losses import LOSS_NAMES, LOSSES
from dlsim.engine.functions.optimizers import DEFAULT_OPTIMIZER, read_optimizer, setting_of_optimizer
from dlsim.engine.kinds import check_symbols, refuse_parts
from dlsim.engine.kinds.layered.tape import LayeredBody
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import ALL, ActivationSpec, Array, Expectation, TrainingSpec
from dlsim.engine.scenario.tables import EPOCHS, SEED, Number, Place, TomlTable, convert, count, number, vector
from dlsim.engine.text import shown

ROUNDING = 1e-6
"""Targets may sum to 1 but for so much."""


def read_scale(init: str, scale: Number | None, place: Place) -> float | None:
    """`scale` beside `init`, in the table at `place`; None where none is given.

    Raises ScenarioError for an unknown `init`, a scale that is not > 0, and one beside an `init` that takes none.
    """
    if init not in INITIALISERS:
        raise (place / "init").unknown("initialiser", init, INITIALISER_NAMES)
    if scale is None:
        return None
    if not INITIALISERS[init].takes_scale:
        takers = ", ".join(entry.name for entry in INITIALISERS.values() if entry.takes_scale)
        raise (place / "scale").error(f"{init} has no scale", scale, f"only init = '{takers}' has")
    found = number(scale, place / "scale")
    if found <= 0:
        raise (place / "scale").error(f"found {shown(scale)}", scale, "this must be a number > 0")
    return found


def read_biases(values: list[Number] | None, units: int, place: Place) -> Array | None:
    """(units,), None where none are given. Raises ScenarioError for too few or many, and for what is no number."""
    if values is None:
        return None
    biases = vector(values, place)
    if len(biases) != units:
        raise place.error(
            f"found {count(len(values), 'number')} for {count(units, 'unit')}", values, "give one per unit"
        )
    return biases


def refuse_untrainable(activation: ActivationSpec, place: Place) -> None:
    """Raises ScenarioError where an activation, written at `place`, has no derivative and stands under [training]."""
    if not ACTIVATIONS[activation.name].is_trainable:
        raise place.error(
            f"{activation.name} has no derivative, so a network that holds it cannot be trained",
            activation.name,
            "use another activation, for example 'sigmoid', or remove [training]",
        )


MOST_EPOCHS = 10_000_000


class TrainingTable(TomlTable):
    """`[training]`."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "loss": ("criterion", "objective", "cost"),
        "optimizer": ("optimiser", "solver"),
        "batch_size": ("batch", "batchsize", "minibatch", "minibatch_size"),
        "epochs": EPOCHS,
        "seed": SEED,
    }
    examples: ClassVar[Mapping[str, str]] = {"loss": "'mse'"}

    loss: str
    optimizer: str | dict[str, Any] = DEFAULT_OPTIMIZER
    batch_size: int | str = ALL
    shuffle: bool = False
    epochs: Annotated[int, Meta(ge=1, le=MOST_EPOCHS)] = 1
    seed: Annotated[int, Meta(ge=0)] = 0


def read_training(table: object, place: Place, samples: int) -> TrainingSpec:
    """Loss, optimizer and batches, from `[training]` as TOML gives it. Raises ScenarioError for what is wrong in it.

    `samples` are those that are trained on: a larger batch is all of them, as in Keras.
    """
    training = convert(table, TrainingTable, place, lambda key: setting_of_optimizer(key, table))
    if training.loss not in LOSSES:
        raise (place / "loss").unknown("loss", training.loss, LOSS_NAMES)
    return TrainingSpec(
        loss=training.loss,
        optimizer=read_optimizer(training.optimizer, place / "optimizer"),
        batch_size=_batch_size(training.batch_size, place / "batch_size", samples),
        shuffle=training.shuffle,
        epochs=training.epochs,
        seed=training.seed,
    )


def _batch_size(value: int | str, place: Place, samples: int) -> int:
    if value == ALL:
        return samples
    if isinstance(value, str) or value < 1:
        raise place.error(f"found {shown(value)}", value, f'this must be a whole number ≥ 1, or "{ALL}"')
    return min(value, samples)


def judge_network(
    body: LayeredBody,
    expectation: Expectation,
    place: Place,
    find: Callable[[str], Ref | None],
    *,
    symbols: str,
    width: int,
    rows: str,
    classes: Classes | None,
) -> dict[str, Ref]:
    """The number that each symbol of an expectation names, what else it asks for having been found to be there.

    `symbols` are examples of what may be asked for; outputs are (samples, `width`), and in `rows` it is said how they
    are given. Raises ScenarioError, at `place`, where something makes no sense.
    """
    unknown = ("this network has no number called {}", f"use symbols such as {symbols}")
    found = check_symbols(expectation, place, find, lambda ref: not ref.quantity.of_forward_pass, unknown=unknown)
    shape, outputs = (len(body.data.inputs), width), expectation.outputs
    if outputs is not None and outputs.shape != shape:
        problem = f"{_told(outputs.shape)}, but the data and the network make {_told(shape)}"
        raise (place / "outputs").error(problem, outputs, f"give {rows}{_told(shape)}")
    if body.training is None:
        if expectation.after:
            raise (place / "after").error(
                "nothing is trained here, so there is no state after an iteration",
                expectation.after,
                "use after = 0 or add [training]",
            )
        remedy = "remove it or add [training]"
        refuse_parts(expectation, place, ("loss", "loss_below"), "there is no loss without [training]", remedy)
    problem = no_accuracy(classes, body.data.targets)
    if problem:
        remedy = "add data.targets" if body.data.targets is None else "remove it"
        refuse_parts(expectation, place, ("accuracy",), problem, remedy)
    return found


def _told(shape: tuple[int, ...]) -> str:
    return f"{count(shape[0], 'row')} of {shape[1]}"
