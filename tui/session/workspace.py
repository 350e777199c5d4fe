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
ORDER = ("loss", "lesson", "conventions")
"""Those that share an area, in the order of their keys."""


NETWORK, FORMULA, TABLES_AREA, BESIDE, SIDE, LESSON = "network", "formula", "tables", "beside", "side", "lesson"
"""The areas of a screen, from left to right and from above to below; those where there is much room come last."""


class Tabs:
    """What the reader chose, and what follows from the moment.

    A screen has three areas beside the formula; the tables of a scenario share one, loss and lesson another. Where
    there is much room it has five: the second table and the lesson, if there is one, have their own.
    """

    def __init__(
        self,
        tables: Sequence[str],
        pictures: Sequence[str],
        *,
        forward_only: bool,
        has_loss: bool,
        has_lesson: bool,
        has_variants: bool,
        opens_on: str,
    ) -> None:
        """As every scenario begins: on its network, or on the picture that it `opens_on`."""
        self.is_wide, self.is_large, self.is_enlarged = True, False, False
        self.has_variants = has_variants
        self.tables, self.pictures = tuple(tables), tuple(pictures)
        self.panel = self.picture = opens_on if opens_on in self.pictures else self.pictures[0]
        self.has_lesson = has_lesson
        self._before_curve = LESSON if has_lesson else "conventions"
        self.side = self._before_curve
        """Of loss, lesson and rules the one that was opened last."""
        self.reads_formula = False
        """Whether a number was selected since a panel was chosen: the formula, which tells of it, is read then."""
        self._has_loss = has_loss
        self._has_curve = self._is_side_chosen = self._is_table_chosen = False
        self._follows_data = forward_only and "data" in tables
        self.table = "data" if self._follows_data else next(iter(tables), "")
        self._apart = "layers" if "layers" in self.tables else next(iter(self.tables[1:]), "")
        self._shown_with_it = next((table for table in self.tables if table != self._apart), "")
        """The table that is open beside the one that has an area of its own."""
        self.areas = self._areas()
        """The panels that share each area, in the order of their keys."""

    def arrange(self, *, is_wide: bool, is_large: bool = False) -> None:
        """For a screen that shows the areas beside each other, or has room for five."""
        self.is_wide, self.is_large = is_wide, is_large
        self.areas = self._areas()

    def _areas(self) -> dict[str, tuple[str, ...]]:
        tables = (*self.tables, "variants") if self.has_variants else self.tables
        side = ("loss", "conventions") if self._has_loss else ("conventions",)
        lesson = (LESSON,) if self.has_lesson else ()
        if not self.is_large:
            return {NETWORK: self.pictures, TABLES_AREA: tables, SIDE: tuple(sorted((*side, *lesson), key=ORDER.index))}
        areas = {NETWORK: self.pictures, TABLES_AREA: tuple(table for table in tables if table != self._apart)}
        areas |= {BESIDE: (self._apart,)} if self._apart else {}
        return {**areas, SIDE: side, **({LESSON: lesson} if lesson else {})}

    def choose(self, tab: str, title: str, key: str) -> Hint | None:
        """By hand, by its `key`. The table that is chosen already: let it follow again."""
        was_shown = tab == self.table and (self.is_wide or self.panel == tab)
        self.panel, self.reads_formula = tab, False
        if tab in self.pictures:
            self.picture = tab
        if tab in ORDER:
            self.side, self._is_side_chosen = tab, True
        if tab in ORDER or tab in self.pictures:
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
        was_chosen = self.panel == self.table
        self.table = "data" if self._follows_data else self._table_of(snapshot)
        if was_chosen:
            self.panel = self.table

    def _table_of(self, snapshot: Snapshot) -> str:
        """The table of layers for a number of a layer, that of optimizers for what one remembers, else the first."""
        event = snapshot.event
        if event is None:
            return self.tables[0]
        is_of_layers = event.phase not in ("update", "search") and not about(event.ref).quantity.is_parameter
        wanted = "layers" if is_of_layers else "optimizer" if isinstance(event.ref.quantity, NewSlot) else ""
        return wanted if wanted in self.tables else self.tables[0]

    def follow_curve(self, snapshot: Snapshot, *, has_ahead: bool) -> None:
        """The lesson, or the rules where there is none, stands where the loss has no curve yet; when that begins it
        takes its place, unless the reader chose what stands there. A curve of what lies ahead will do.
        """
        has_curve = has_ahead or any(map(len, (*snapshot.curves.values(), *(one.curve for one in snapshot.ghosts))))
        if has_curve != self._has_curve and not self._is_side_chosen and self._has_loss:
            self.side = "loss" if has_curve else self._before_curve
        self._has_curve = has_curve

    @property
    def area(self) -> str:
        """The area in which the chosen panel stands."""
        return next((area for area, tabs in self.areas.items() if self.panel in tabs), NETWORK)

    def is_shown(self, area: str) -> bool:
        """Whether an area is on screen: all of them where there is room, else the chosen one's."""
        return area in self.areas and (self.is_wide or area == self.area)

    def chosen_in(self, area: str) -> str:
        """The tab that is open in an area."""
        if area == NETWORK:
            return self.picture
        tabs = self.areas.get(area, ())
        if area == TABLES_AREA:
            if self.table in tabs and self.table != self._apart:
                self._shown_with_it = self.table
            return self._shown_with_it if self.is_large and self._shown_with_it else self.table
        if area == SIDE and self.side not in tabs:  # the lesson has an area of its own
            return "loss" if self._has_curve else "conventions"
        return self.side if area == SIDE else next(iter(tabs), "")

    def picture_after(self, by: int) -> str:
        """The key of the next picture, or of a previous one; 0 for the one that is shown."""
        return self.pictures[(self.pictures.index(self.picture) + by) % len(self.pictures)]

    def turn(self, by: int) -> str:
        """To that picture; its key."""
        self.panel = self.picture = self.picture_after(by)
        self.reads_formula = False
        return self.picture


class Workspace:
    """One session at a time, and how one looks at it."""

    def __init__(self, session: Session, pictures: Sequence[str], preferences: Preferences) -> None:
        """`pictures` are those that the scenario offers."""
        self.preferences = preferences
        self._begin(session, pictures)

    def open(self, session: Session, pictures: Sequence[str]) -> None:
        """Another scenario, which offers these pictures."""
        is_wide, is_large = self.tabs.is_wide, self.tabs.is_large
        self._begin(session, pictures)
        self.tabs.arrange(is_wide=is_wide, is_large=is_large)

    def _begin(self, session: Session, pictures: Sequence[str]) -> None:
        self.session, self.running, self.selection = session, Running(session), Selection()
        self.tabs = Tabs(
            [table.key for table in session.snapshot.tables][:TABLES],
            pictures,
            forward_only=not session.simulator.trains,
            has_loss=bool(set(session.snapshot.curves) - set(session.scenario.coordinates)),
            has_lesson=any(map(str.strip, session.scenario.lesson.values())),
            has_variants=len(session.ensemble.names) > 1,
            opens_on=session.scenario.opens_on,
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
