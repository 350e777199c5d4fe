"""Which pictures there are, and which of them a scenario has. No Textual here.

pictures_of(scenario)          # the pictures to offer as tabs, the most telling one first
PICTURES["region"].draw(Scene(snapshot), 58, 16).cells.text()
"""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.scenario import Scenario
from dlsim.tui.pictures.scene import Picture

NETWORKS = ("network", "search")
_ALL = (
    Picture("search-map", "search", ("search",), is_costly=True),
    Picture("region", "region", NETWORKS, is_costly=True),
    Picture("surface", "surface", ("surface",), is_costly=True),
    Picture("functions-plot", "functions", ("functions",)),
    Picture("unrolled", "unrolled", ("recurrent",)),
    Picture("bars", "bars", NETWORKS),
    Picture("history", "history", ("network", "recurrent")),
    Picture("shapes", "shapes", NETWORKS),
    Picture("confusion", "confusion", NETWORKS, is_costly=True),
)

PICTURES: Mapping[str, Picture] = {picture.key: picture for picture in _ALL}
"""By key, which is also the key of the title (`panel.region`) and of the help (`about.region`)."""


def pictures_of(scenario: Scenario) -> tuple[Picture, ...]:
    """What a scenario has pictures of, the most telling one first."""
    return tuple(picture for picture in _ALL if picture.suits(scenario))
