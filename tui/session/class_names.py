"""What the classes of a classifier's data are called."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.classes import classes_of
from dlsim.engine.scenario.spec import DataSpec


def class_names(data: DataSpec) -> Sequence[str]:
    """As the data name them; else 0 and 1, -1 and 1, or the targets that stand for them."""
    classes = classes_of(data)
    assert classes is not None
    if len(data.classes) == classes.count:
        return data.classes
    before = "t" if classes.by == "largest" else ""
    return tuple(f"{before}{classes.label(number)}" for number in range(classes.count))
