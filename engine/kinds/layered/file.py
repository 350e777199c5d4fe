"""What the files of every kind with layers have in common: initial weights and biases, and what cannot be trained."""

from __future__ import annotations

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.functions.initialisers import INITIALISERS
from dlsim.engine.scenario.spec import ActivationSpec, Array
from dlsim.engine.scenario.tables import Number, Place, count, number, vector
from dlsim.engine.text import shown

ROUNDING = 1e-6
"""Targets may sum to 1 but for so much."""


def read_scale(init: str, scale: Number | None, place: Place) -> float | None:
    """`scale` beside `init`, in the table at `place`: both checked."""
    if init not in INITIALISERS:
        raise (place / "init").unknown("initialiser", init, INITIALISERS)
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
    """(units,), None where none are given."""
    if values is None:
        return None
    biases = vector(values, place)
    if len(biases) != units:
        raise place.error(
            f"found {count(len(values), 'number')} for {count(units, 'unit')}", values, "give one per unit"
        )
    return biases


def refuse_untrainable(activation: ActivationSpec, place: Place) -> None:
    """An activation, written at `place`, under [training]."""
    if not ACTIVATIONS[activation.name].is_trainable:
        raise place.error(
            f"{activation.name} has no derivative, so a network that holds it cannot be trained",
            activation.name,
            "use another activation, for example 'sigmoid', or remove [training]",
        )
