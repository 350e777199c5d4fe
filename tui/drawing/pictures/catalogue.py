"""Which pictures there are, and which of them a scenario has. No Textual here.

pictures_of(scenario)          # the pictures to offer as tabs, the most telling one first
PICTURES["region"].draw(Scene(snapshot), 58, 16).cells.text()
"""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.scenario.spec import Scenario
from dlsim.tui.drawing.pictures.scene import Picture
from dlsim.tui.drawing.pictures.suiting import classifies, has_network, is_trained, lies_in_a_plane, searches_a_plane

NETWORKS = ("network", "search")
_ALL = (
    Picture("search-map", "search", ("search",), searches_a_plane, is_costly=True),
    Picture("region", "region", NETWORKS, lies_in_a_plane, is_costly=True),
    Picture("surface", "surface", ("surface",), is_costly=True),
    Picture("functions-plot", "functions", ("functions",)),
    Picture("unrolled", "unrolled", ("recurrent",)),
    Picture("bars", "bars", NETWORKS, has_network),
    Picture("history", "history", ("network", "recurrent"), is_trained),
    Picture("shapes", "shapes", NETWORKS, has_network),
    Picture("confusion", "confusion", NETWORKS, classifies, is_costly=True),
)

PICTURES: Mapping[str, Picture] = {picture.key: picture for picture in _ALL}
"""By key, which is also the key of the title (`panel.region`) and of the help (`about.region`)."""


def pictures_of(scenario: Scenario) -> tuple[Picture, ...]:
    """What a scenario has pictures of, the most telling one first."""
    return tuple(picture for picture in _ALL if picture.suits(scenario))
