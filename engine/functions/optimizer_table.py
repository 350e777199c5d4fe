"""`optimizer` as a file has it, in any kind of scenario that trains."""

from __future__ import annotations

from typing import Any

from dlsim.engine.functions.optimizers import OPTIMIZERS
from dlsim.engine.scenario.spec import OptimizerSpec
from dlsim.engine.scenario.tables import Place, read_settings
from dlsim.engine.text import shown

DEFAULT_OPTIMIZER = "sgd"


def read_optimizer(value: str | dict[str, Any], place: Place) -> OptimizerSpec:
    """An optimizer from its name, or from a table of its name and settings."""
    table = {"name": value} if isinstance(value, str) else value
    name = table.get("name", DEFAULT_OPTIMIZER)
    if not isinstance(name, str):
        raise (place / "name").error(f"found {shown(name)}", name, f"there are: {', '.join(OPTIMIZERS)}")
    if name not in OPTIMIZERS:
        raise place.unknown("optimizer", name, OPTIMIZERS)
    return OptimizerSpec(name, read_settings(table, name, OPTIMIZERS[name].settings, place))
