"""Which pictures there are, and which of them a scenario has. No Textual here.

pictures_of(scenario)          # the pictures to offer as tabs, the most telling one first
PICTURES["region"].draw(Scene(snapshot), 58, 16).cells.text()
"""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.pictures.scene import Picture
from dlsim.tui.drawing.pictures.suiting import (
    classifies,
    has_dense_network,
    has_functions,
    has_sequences,
    has_surface,
    is_trained_alone,
    lies_in_a_plane,
    searches_a_plane,
)

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
