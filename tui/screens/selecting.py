"""Why is this number this: numbers are selected by key and by mouse, and followed to what they are made of."""

from __future__ import annotations

from textual import on

from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.pictures.view import PictureView
from dlsim.tui.screens.acting import Acting
from dlsim.tui.selection import Cells, Selection, in_order
from dlsim.tui.session import Hint
from dlsim.tui.widgets.formula import FormulaView
from dlsim.tui.widgets.network_diagram import NetworkDiagram
from dlsim.tui.widgets.table import NumberTable


class Selecting(Acting):
    """Its keys move the selection; while there is one, the formula and the diagram answer for it."""

    def action_select_line(self, by: int) -> None:
        """To the line above or below; inside an answer, to the next of its operands."""
        self._select_beside(by, is_line=True)

    def action_select_next(self, by: int) -> None:
        """To the next or previous number."""
        self._select_beside(by, is_line=False)

    def action_enter(self) -> None:
        """Look at what the number is made of, or follow the operand that is marked."""
        snapshot = self._looked_at()
        if not self.selection and snapshot.event is None:
            self._tell(Hint("hint.nothing_selected"))
            self._show_keys()
            return
        entered = self.selection.enter(snapshot)
        if entered == self.selection:
            assert self.selection.ref is not None
            self._tell(Hint("hint.made_of_nothing", {"symbol": snapshot.symbol(self.selection.ref)}))
            self._show_keys()
            return
        self._choose(entered)

    def action_leave(self) -> None:
        """One step back on the way one came, at last to following the run."""
        if self.prompt.is_open:
            self.prompt.close()
        else:
            self._choose(self.selection.leave())

    def _choose(self, selection: Selection) -> None:
        self._pause()
        self.selection = selection
        self._tell(None)
        self._show()

    def _looked_at(self) -> Snapshot:
        """The moment on screen; a run that was on is paused."""
        self._pause()
        return self.session.snapshot

    def _select_beside(self, by: int, *, is_line: bool) -> None:
        if self.prompt.is_open:
            self.prompt.choose(by)
            return
        snapshot = self._looked_at()
        if self.selection.is_inside:
            self._choose(self.selection.mark(by, snapshot))
            return
        ref = self._beside(snapshot, by, is_line=is_line)
        if ref is None:
            self._tell(Hint("hint.no_more_numbers" if self.selection else "hint.nothing_selected"))
            self._show_keys()
            return
        self._choose(self.selection.select(ref))

    def _beside(self, snapshot: Snapshot, by: int, *, is_line: bool) -> Ref | None:
        """In the table that is on screen; where none is, among the numbers of the diagram, or the parameters whose
        history is shown.
        """
        if not self.panels["tables"].display:
            if self.tabs.panel == "history":
                return self._beside_in_history(snapshot, by, is_line=is_line)
            return self._beside_in_diagram(snapshot, by) if self.panels["network"].display else None
        table = next((table for table in snapshot.tables if table.key == self.tabs.table), None)
        if table is None or not len(table.rows):
            return None
        cells = Cells(table)
        here = self.selection.ref
        if here is None or cells.find(here) is None:
            return self._first(snapshot, cells, by)
        return cells.below(here, by) if is_line else cells.beside(here, by)

    def _first(self, snapshot: Snapshot, cells: Cells, by: int) -> Ref | None:
        """Where a selection begins: at the number that was computed last, else at an end of the table."""
        if snapshot.event is not None and not self.selection:
            found = cells.at(snapshot.event.ref)
            if found is not None:
                return found
        return cells.first() if by > 0 else cells.last()

    def _beside_in_diagram(self, snapshot: Snapshot, by: int) -> Ref | None:
        drawn, active = self._drawn_numbers(), snapshot.event
        if not self.selection and active is not None and active.ref in drawn:
            return active.ref
        return in_order(drawn, self.selection.ref, by)

    def _beside_in_history(self, snapshot: Snapshot, by: int, *, is_line: bool) -> Ref | None:
        """From the parameter that is shown to the next: the first table has a line for each."""
        from dlsim.tui.pictures.history import parameter_of  # noqa: PLC0415 -- the first paint does without

        cells, here = Cells(snapshot.tables[0]), parameter_of(snapshot, self.selection.ref)
        found = None if here is None else cells.below(here, by)
        return found if found is not None or is_line else cells.first() if by > 0 else cells.last()

    def _drawn_numbers(self) -> list[Ref]:
        """Those of the picture that is shown, each once."""
        hits = self.picture.drawing.hits if self.picture.display else self.diagram.picture.hits
        ordered = sorted(hits, key=lambda hit: (hit.ref.layer, hit.x, hit.y))
        return list(dict.fromkeys(hit.ref for hit in ordered))

    # mouse

    @on(NumberTable.Picked)
    def _pick_in_table(self, message: NumberTable.Picked) -> None:
        self._choose(self.selection.select(message.ref))

    @on(NetworkDiagram.Picked)
    def _pick_in_diagram(self, message: NetworkDiagram.Picked) -> None:
        self._choose(self.selection.select(message.ref))

    @on(PictureView.Picked)
    def _pick_in_picture(self, message: PictureView.Picked) -> None:
        self._choose(self.selection.select(message.ref))

    @on(FormulaView.Picked)
    def _pick_in_formula(self, message: FormulaView.Picked) -> None:
        """An operand that was clicked is followed."""
        snapshot = self._looked_at()
        start = self.selection
        if not start and snapshot.event is not None:
            start = start.select(snapshot.event.ref)
        self._choose(start.follow(message.ref, snapshot))
