"""Which panel is shown where: chosen by hand, or following the computation. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session import Hint

ABOUT_WEIGHTS = ("W", "b")


class Tabs:
    """What the reader chose, and what follows from the moment.

    A screen has three areas beside the formula; the tables of a scenario share one, loss and lesson another.
    """

    def __init__(self) -> None:
        self.is_wide = True
        self.panel = "network"
        self.table = ""
        self.side = "loss"
        self.tables: tuple[str, ...] = ()
        self._is_table_chosen = False
        self._follows_data = False

    def open(self, tables: Sequence[str], *, forward_only: bool) -> None:
        """Another scenario: back to how every scenario begins."""
        self.tables = tuple(tables)
        self._is_table_chosen = False
        self._follows_data = forward_only and "data" in tables
        self.panel = "network"
        self.table = "data" if self._follows_data else next(iter(tables), "")
        self.side = "lesson" if forward_only else "loss"

    @property
    def areas(self) -> dict[str, tuple[str, ...]]:
        """The areas, and the panels that share each of them, in the order of their keys."""
        return {"network": ("network",), "tables": self.tables, "side": ("loss", "lesson")}

    def choose(self, tab: str, title: str) -> Hint | None:
        """By hand. The table that is chosen already: let it follow again."""
        was_shown = tab == self.table and (self.is_wide or self.panel == tab)
        self.panel = tab
        if tab in ("loss", "lesson"):
            self.side = tab
        if tab not in self.tables:
            return None
        if was_shown and self._is_table_chosen:
            self._is_table_chosen = False
            return Hint("hint.table_follows")
        self.table = tab
        self._is_table_chosen = True
        return Hint("hint.table_manual", {"table": title})

    def follow(self, snapshot: Snapshot) -> None:
        """Turn to the table in which the active number stands, unless one was chosen by hand."""
        if self._is_table_chosen or not self.tables:
            return
        was_chosen = self.panel in self.tables
        self.table = self._fitting(snapshot)
        if was_chosen:
            self.panel = self.table

    def _fitting(self, snapshot: Snapshot) -> str:
        if self._follows_data:
            return "data"
        event = snapshot.event
        if event is None or event.phase == "update" or event.ref.quantity.endswith(ABOUT_WEIGHTS):
            return self.tables[0]
        return "layers" if "layers" in self.tables else self.tables[0]

    @property
    def area(self) -> str:
        """The area in which the chosen panel stands."""
        return next(area for area, tabs in self.areas.items() if self.panel in tabs)

    def is_shown(self, area: str) -> bool:
        """Whether an area is on screen: all of them where there is room, else the chosen one's."""
        return self.is_wide or area == self.area

    def chosen_in(self, area: str) -> str:
        """The tab that is open in an area."""
        return {"network": "network", "tables": self.table, "side": self.side}[area]
