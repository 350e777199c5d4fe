"""What the classes of a classifier's data are called. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.scenario.spec import DataSpec


def class_names(data: DataSpec) -> Sequence[str]:
    """As the data name them; else 0 and 1, or the targets that stand for them."""
    assert data.targets is not None
    if data.targets.shape[1] == 1:
        return data.classes if len(data.classes) == 2 else ("0", "1")
    if len(data.classes) == data.targets.shape[1]:
        return data.classes
    return tuple(f"t{unit + 1}" for unit in range(data.targets.shape[1]))
