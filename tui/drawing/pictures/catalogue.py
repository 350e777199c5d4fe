"""Which pictures there are, and which scenarios have them: a line for each in the table below. No picture is imported
before it is first looked at.

pictures_of(scenario)          # the pictures to offer as tabs, the most telling one first
PICTURES["region"].draw(Scene(snapshot), 58, 16).cells.text()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

from dlsim.engine.classes import classes_of
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.pictures.scene import Drawing, Scene

MOST_CLASSES = 20

Suits: TypeAlias = Callable[[Scenario], bool]


def has_dense_network(scenario: Scenario) -> bool:
    """Networks without sequences, by themselves or beside a search, which need not have one."""
    return scenario.network is not None and not scenario.steps


def has_sequences(scenario: Scenario) -> bool:
    """Networks that go through sequences step by step."""
    return scenario.steps > 0


def is_trained_alone(scenario: Scenario) -> bool:
    """Whatever has weights and trains them, with no search beside it."""
    return scenario.training is not None and not scenario.gates


def lies_in_a_plane(scenario: Scenario) -> bool:
    """Dense networks of two inputs."""
    return scenario.network is not None and scenario.network.inputs == 2 and not scenario.steps


def searches_a_plane(scenario: Scenario) -> bool:
    """Searches over two weights."""
    return bool(scenario.gates) and scenario.data is not None and scenario.data.inputs.shape[1] == 2


def has_surface(scenario: Scenario) -> bool:
    """A point on a surface."""
    return bool(scenario.coordinates)


def has_functions(scenario: Scenario) -> bool:
    """Functions by themselves."""
    return bool(scenario.functions)


def classifies(scenario: Scenario) -> bool:
    """Classifiers: a sample is of one class, and of not too many."""
    classes = classes_of(scenario.data) if has_dense_network(scenario) else None
    return classes is not None and classes.are_exclusive and classes.count <= MOST_CLASSES


class Picture(Struct, frozen=True):
    """One kind of picture. `key` names it in the words catalogue. The module `draws` it, and is imported when it is
    first looked at: `draw` and, where there are several, `views`.
    """

    key: str
    draws: str
    suits: Suits
    """Whether a scenario has this picture."""
    is_costly: bool = False
    """Drawn at most ten times a second."""

    def views(self, snapshot: Snapshot) -> Sequence[str]:
        """Keys of the views after `picture.`; one that starts with "=" is shown as it stands."""
        views: Sequence[str] = self._module.views(snapshot) if hasattr(self._module, "views") else ("",)
        return views

    def draw(self, scene: Scene, width: int, height: int) -> Drawing:
        """The picture of a moment. Numbers that have left all bounds are drawn as far as they can be."""
        with np.errstate(all="ignore"):
            drawing: Drawing = self._module.draw(scene, width, height)
        return drawing

    @property
    def _module(self) -> Any:
        return import_module(f"{__package__}.{self.draws}")


_ALL = (
    Picture("search-map", "search", searches_a_plane, is_costly=True),
    Picture("region", "region", lies_in_a_plane, is_costly=True),
    Picture("surface", "surface", has_surface, is_costly=True),
    Picture("functions-plot", "functions", has_functions),
    Picture("unrolled", "unrolled", has_sequences),
    Picture("bars", "bars", has_dense_network),
    Picture("history", "history", is_trained_alone),
    Picture("shapes", "shapes", has_dense_network),
    Picture("confusion", "confusion", classifies, is_costly=True),
)

PICTURES: Mapping[str, Picture] = {picture.key: picture for picture in _ALL}
"""By key, which is also the key of the title (`panel.region`) and of the help (`about.region`)."""


def pictures_of(scenario: Scenario) -> tuple[Picture, ...]:
    """What a scenario has pictures of, the most telling one first."""
    return tuple(picture for picture in _ALL if picture.suits(scenario))
