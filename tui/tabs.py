"""Which panel is shown where: chosen by hand, or following the computation. No Textual here."""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session import Hint

PANELS: Mapping[str, tuple[str, ...]] = {
    "network": ("network",),
    "tables": ("weights", "layers", "data"),
    "side": ("loss", "lesson"),
}
"""The areas of the wide screen, and the panels that share each of them."""

ABOUT_WEIGHTS = ("W", "b")


class Tabs:
    """What the reader chose, and what follows from the moment."""

    def __init__(self) -> None:
        self.is_wide = True
        self.panel = "network"
        self.table = "weights"
        self.side = "loss"
        self._is_table_chosen = False
        self._is_forward_only = False

    def open(self, *, forward_only: bool) -> None:
        """Another scenario: back to how every scenario begins."""
        self._is_forward_only = forward_only
        self._is_table_chosen = False
        self.panel = "network"
        self.table = "data" if forward_only else "weights"
        self.side = "lesson" if forward_only else "loss"

    def choose(self, tab: str, title: str) -> Hint | None:
        """By hand. The table that is chosen already: let it follow again."""
        was_shown = tab == (self.table if tab in PANELS["tables"] else self.side) and (
            self.is_wide or self.panel == tab
        )
        self.panel = tab
        if tab in PANELS["side"]:
            self.side = tab
        if tab not in PANELS["tables"]:
            return None
        if was_shown and self._is_table_chosen:
            self._is_table_chosen = False
            return Hint("hint.table_follows")
        self.table = tab
        self._is_table_chosen = True
        return Hint("hint.table_manual", {"table": title})

    def follow(self, snapshot: Snapshot) -> None:
        """Turn to the table in which the active number stands, unless one was chosen by hand."""
        if self._is_table_chosen or self._is_forward_only:
            if not self._is_table_chosen:
                self.table = "data"
            return
        event = snapshot.event
        is_about_weights = event is None or event.ref.quantity.endswith(ABOUT_WEIGHTS) or event.phase == "update"
        self.table = "weights" if is_about_weights else "layers"
        if self.panel in PANELS["tables"]:
            self.panel = self.table

    @property
    def area(self) -> str:
        """The area in which the chosen panel stands."""
        return next(area for area, tabs in PANELS.items() if self.panel in tabs)

    def is_shown(self, area: str) -> bool:
        """Whether an area is on screen: all of them where there is room, else the chosen one's."""
        return self.is_wide or area == self.area

    def chosen_in(self, area: str) -> str:
        """The tab that is open in an area."""
        return {"network": "network", "tables": self.table, "side": self.side}[area]
