"""Which pictures there are, and which of them a scenario has. No Textual here.

pictures_of(scenario)          # the pictures to offer as tabs, the most telling one first
PICTURES["region"].draw(Scene(snapshot), 58, 16).cells.text()
"""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.scenario import Scenario
from dlsim.tui.pictures import bars, confusion, functions, history, region, search, shapes, surface, unrolled
from dlsim.tui.pictures.scene import Picture

_ALL = (
    Picture("search-map", search.suits, search.draw, search.views, is_costly=True),
    Picture("region", region.suits, region.draw, region.views, is_costly=True),
    Picture("surface", surface.suits, surface.draw, is_costly=True),
    Picture("functions-plot", functions.suits, functions.draw, functions.views),
    Picture("unrolled", unrolled.suits, unrolled.draw),
    Picture("bars", bars.suits, bars.draw, bars.views),
    Picture("history", history.suits, history.draw),
    Picture("shapes", shapes.suits, shapes.draw, shapes.views),
    Picture("confusion", confusion.suits, confusion.draw, is_costly=True),
)

PICTURES: Mapping[str, Picture] = {picture.key: picture for picture in _ALL}
"""By key, which is also the key of the title (`panel.region`) and of the help (`about.region`)."""


def pictures_of(scenario: Scenario) -> tuple[Picture, ...]:
    """What a scenario has pictures of, the most telling one first."""
    return tuple(picture for picture in _ALL if picture.suits(scenario))
