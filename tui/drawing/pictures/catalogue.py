"""Which pictures there are, and which scenarios have them: a line for each in the table below. No picture is imported
before it is first looked at.

pictures_of(scenario)          # the pictures to offer as tabs, the most telling one first
PICTURES["region"].draw(Scene(snapshot), 58, 16).cells.text()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from msgspec import Struct

from dlsim.engine.classes import classes_of
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.scene import Drawing, Scene

MOST_CLASSES = 20


def has_dense_network(scenario: Scenario) -> bool:
    """Networks without sequences, by themselves or beside a search, which need not have one."""
    return scenario.network is not None and not scenario.steps


def is_trained_alone(scenario: Scenario) -> bool:
    """Whatever has weights and trains them, with no search beside it."""
    return scenario.training is not None and not scenario.gates


def lies_in_a_plane(scenario: Scenario) -> bool:
    """Dense networks of two inputs."""
    return scenario.network is not None and scenario.network.inputs == 2 and not scenario.steps


def searches_a_plane(scenario: Scenario) -> bool:
    """Searches over two weights."""
    return bool(scenario.gates) and scenario.data is not None and scenario.data.inputs.shape[1] == 2


def is_linear(scenario: Scenario) -> bool:
    """Dense networks of several layers, each of them linear and without biases."""
    if not has_dense_network(scenario):
        return False
    layers = scenario.layers
    return len(layers) > 1 and all(layer.activation.name == "linear" and not layer.bias for layer in layers)


def is_trained_in_batches(scenario: Scenario) -> bool:
    """Dense networks that are trained on several samples."""
    data = scenario.data
    return has_dense_network(scenario) and is_trained_alone(scenario) and data is not None and len(data.inputs) > 1


def has_two_parameters(scenario: Scenario) -> bool:
    """Dense networks with two numbers to train: a loss over them can be drawn."""
    if not has_dense_network(scenario) or not is_trained_alone(scenario) or len(scenario.layers) != 1:
        return False
    (layer,), inputs = scenario.layers, scenario.network.inputs if scenario.network else 0
    trained = inputs * layer.units * layer.train_weights + layer.units * layer.bias * layer.train_biases
    return bool(trained == 2)


def has_hidden_plane(scenario: Scenario) -> bool:
    """Dense networks whose last hidden layer has two units, and that have one output."""
    layers = scenario.layers if has_dense_network(scenario) else ()
    return len(layers) > 1 and layers[-2].units == 2 and layers[-1].units == 1


def classifies(scenario: Scenario) -> bool:
    """Classifiers: a sample is of one class, and of not too many."""
    classes = classes_of(scenario.data) if has_dense_network(scenario) else None
    return classes is not None and classes.are_exclusive and classes.count <= MOST_CLASSES


class Picture(Struct, frozen=True):
    """One kind of picture. `key` names it in the words catalogue. The module `draws` it, and is imported when it is
    first looked at: `draw` and, where there are several, `views`. It is asked about scenarios that it suits alone.
    """

    key: str
    draws: str
    suits: Callable[[Scenario], bool]
    """Whether a scenario has this picture."""
    is_table: bool = False
    """Its numbers are read line by line, not layer by layer."""
    is_costly: bool = False
    """Drawn at most ten times a second."""

    def views(self, snapshot: Snapshot) -> Sequence[str]:
        """Keys of the views after `picture.`; one that starts with "=" is shown as it stands."""
        views: Sequence[str] = self._module.views(snapshot) if hasattr(self._module, "views") else ("",)
        return views

    def draw(self, scene: Scene, width: int, height: int) -> Drawing:
        """The picture of a moment. Numbers that have left all bounds are drawn as far as they can be."""
        cells = Canvas(width, height, scene.look.glyphs, scene.selected)
        with np.errstate(all="ignore"):
            self._module.draw(scene, cells)
        return Drawing(cells, self.is_table)

    @property
    def _module(self) -> Any:
        return import_module(f"{__package__}.{self.draws}")


_ALL = (
    Picture("search-map", "search", searches_a_plane, is_table=True, is_costly=True),
    Picture("region", "region", lies_in_a_plane, is_table=True, is_costly=True),
    Picture("surface", "surface", lambda scenario: bool(scenario.coordinates), is_costly=True),
    Picture("descent", "descent", has_two_parameters, is_costly=True),
    Picture("rates", "rates", lambda scenario: bool(scenario.coordinates), is_table=True, is_costly=True),
    Picture("functions-plot", "functions", lambda scenario: bool(scenario.functions)),
    Picture("unrolled", "unrolled", lambda scenario: scenario.steps > 0),
    Picture("bars", "layers", has_dense_network, is_table=True),
    Picture("history", "history", is_trained_alone),
    Picture("shapes", "shapes", has_dense_network, is_table=True),
    Picture("product", "product", is_linear, is_table=True),
    Picture("costs", "costs", is_trained_in_batches, is_table=True),
    Picture("hidden", "hidden", has_hidden_plane, is_table=True, is_costly=True),
    Picture("confusion", "confusion", classifies, is_table=True, is_costly=True),
)

PICTURES: Mapping[str, Picture] = {picture.key: picture for picture in _ALL}
"""By key, which is also the key of the title (`panel.region`) and of the help (`about.region`)."""


def pictures_of(scenario: Scenario) -> tuple[Picture, ...]:
    """What a scenario has pictures of, the most telling one first."""
    return tuple(picture for picture in _ALL if picture.suits(scenario))
