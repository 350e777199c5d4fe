"""What the simulator's screen knows: the session and its run, what is selected, which panel is shown where."""

from __future__ import annotations

from collections.abc import Sequence

from dlsim.engine.kinds.updates import NewSlot
from dlsim.engine.quantity import Ref, about
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.session.editing import Target, target_of
from dlsim.tui.session.running import Running
from dlsim.tui.session.selection import Selection
from dlsim.tui.session.session import Hint, Session
from dlsim.tui.session.settings import Preferences

TABLES = 3
"""As many have a key."""


class Tabs:
    """What the reader chose, and what follows from the moment.

    A screen has three areas beside the formula; the tables of a scenario share one, loss and lesson another.
    """

    def __init__(
        self, tables: Sequence[str], pictures: Sequence[str], *, forward_only: bool, has_variants: bool, is_wide: bool
    ) -> None:
        """As every scenario begins."""
        self.is_wide, self.has_variants = is_wide, has_variants
        self.tables, self.pictures = tuple(tables), tuple(pictures)
        self.panel = self.picture = self.pictures[0]
        self.side = "lesson" if forward_only else "loss"
        self._is_table_chosen = False
        self._follows_data = forward_only and "data" in tables
        self.table = "data" if self._follows_data else next(iter(tables), "")
        self.areas: dict[str, tuple[str, ...]] = {
            "network": self.pictures,
            "tables": (*self.tables, "variants") if has_variants else self.tables,
            "side": ("loss", "lesson", "conventions"),
        }
        """The panels that share each area, in the order of their keys."""

    def choose(self, tab: str, title: str, key: str) -> Hint | None:
        """By hand, by its `key`. The table that is chosen already: let it follow again."""
        was_shown = tab == self.table and (self.is_wide or self.panel == tab)
        self.panel = tab
        if tab in self.pictures:
            self.picture = tab
        if tab in self.areas["side"]:
            self.side = tab
        if tab not in self.areas["tables"]:
            return None
        if was_shown and self._is_table_chosen:
            self._is_table_chosen = False
            return Hint("hint.table_follows")
        self.table = tab
        self._is_table_chosen = True
        return Hint("hint.table_manual", {"table": title, "key": key})

    def follow(self, snapshot: Snapshot) -> None:
        """Turn to the table in which the active number stands, unless one was chosen by hand."""
        if self._is_table_chosen or not self.tables:
            return
        event, was_chosen = snapshot.event, self.area == "tables"
        is_of_layers = event is not None and event.phase != "update" and not about(event.ref).quantity.is_parameter
        is_memory = event is not None and isinstance(event.ref.quantity, NewSlot)
        wanted = "layers" if is_of_layers else "optimizer" if is_memory else ""
        self.table = wanted if wanted in self.tables else self.tables[0]
        if self._follows_data:
            self.table = "data"
        if was_chosen:
            self.panel = self.table

    @property
    def area(self) -> str:
        """The area in which the chosen panel stands."""
        return next(area for area, tabs in self.areas.items() if self.panel in tabs)

    def is_shown(self, area: str) -> bool:
        """Whether an area is on screen: all of them where there is room, else the chosen one's."""
        return self.is_wide or area == self.area

    def chosen_in(self, area: str) -> str:
        """The tab that is open in an area."""
        return {"network": self.picture, "tables": self.table, "side": self.side}[area]

    def picture_after(self, by: int) -> str:
        """The key of the next picture, or of a previous one; 0 for the one that is shown."""
        return self.pictures[(self.pictures.index(self.picture) + by) % len(self.pictures)]

    def turn(self, by: int) -> str:
        """To that picture; its key."""
        self.panel = self.picture = self.picture_after(by)
        return self.picture


class Workspace:
    """One session at a time, and how one looks at it."""

    def __init__(self, session: Session, pictures: Sequence[str], preferences: Preferences) -> None:
        """`pictures` are those that the scenario offers."""
        self.preferences = preferences
        self._begin(session, pictures, is_wide=True)

    def open(self, session: Session, pictures: Sequence[str]) -> None:
        """Another scenario, which offers these pictures."""
        self._begin(session, pictures, is_wide=self.tabs.is_wide)

    def _begin(self, session: Session, pictures: Sequence[str], *, is_wide: bool) -> None:
        self.session, self.running, self.selection = session, Running(session), Selection()
        self.tabs = Tabs(
            [table.key for table in session.snapshot.tables][:TABLES],
            pictures,
            forward_only=not session.simulator.trains,
            has_variants=len(session.ensemble.names) > 1,
            is_wide=is_wide,
        )

    @property
    def digits(self) -> int:
        """How many decimals numbers have at present: all that shows or tells one gets it from here."""
        return self.preferences.digits

    @property
    def moment(self) -> Snapshot:
        """What is on screen: while a run is on, the last that it told of itself."""
        return self.running.latest or self.session.snapshot

    def pause(self) -> None:
        """Stop a run that is on."""
        if self.running.is_running:
            self.running.stop()

    def looked_at(self) -> Snapshot:
        """The moment on screen; a run that was on is paused."""
        self.pause()
        return self.session.snapshot

    @property
    def stops(self) -> Sequence[str]:
        """The conditions at which runs stop."""
        return [point.text for point in self.session.breakpoints]

    def selected(self, snapshot: Snapshot) -> Sequence[Ref]:
        """The operand that is marked, then the number that is selected: as many of them as there are."""
        found = (self.selection.marked(snapshot), self.selection.ref)
        return [ref for ref in found if ref is not None]

    def selected_target(self) -> Target | None:
        """What to change so that the number that is marked changes itself, or where it is computed the one that is
        selected; None where none is, or they are computed.
        """
        snapshot = self.session.snapshot
        targets = (target_of(self.session.simulator, snapshot, ref) for ref in self.selected(snapshot))
        return next((target for target in targets if target is not None), None)
