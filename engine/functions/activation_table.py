"""`activation` as a file has it, in any kind of scenario that has units."""

from __future__ import annotations

from typing import Any

from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.scenario.spec import ActivationSpec
from dlsim.engine.scenario.tables import Place, read_settings, unknown_key


def read_activation(value: str | dict[str, Any], place: Place) -> ActivationSpec:
    """An activation from its name, or from a table of its name and settings."""
    table = {"name": value} if isinstance(value, str) else value
    name = table.get("name")
    if not isinstance(name, str):
        known = ("name", *{setting.name for entry in ACTIVATIONS.values() for setting in entry.settings})
        for key in table:
            if key not in known:
                raise unknown_key(place / key, key, known)
        raise (place / "name").error("the activation has no name", name, f"there are: {', '.join(ACTIVATIONS)}")
    if name not in ACTIVATIONS:
        raise place.unknown("activation", name, ACTIVATIONS)
    return ActivationSpec(name, read_settings(table, name, ACTIVATIONS[name].settings, place))
