"""Why is this number this: numbers are selected by key and by mouse, and followed to what they are made of."""

from __future__ import annotations

from dlsim.engine.quantity import Ref, about, present
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.curves import place_of_last
from dlsim.tui.drawing.pictures.history import parameter_in, parameter_of
from dlsim.tui.drawing.text import Link, Owner
from dlsim.tui.drawing.whole_op import beside
from dlsim.tui.screens.view import ScreenPart
from dlsim.tui.session.selection import (
    Places,
    Selection,
    along,
    in_iteration,
    in_order,
    in_rows,
    of_curve,
    of_curves,
    standing_for,
)
from dlsim.tui.session.session import Hint
from dlsim.tui.widgets.rows import Rows


class Selecting(ScreenPart):
    """Its keys move the selection; while there is one, the formula and the diagram answer for it."""

    def line(self, by: int) -> None:
        """To the line above or below; inside an answer, to the next of its operands."""
        self._select_beside(by, is_line=True)

    def next(self, by: int) -> None:
        """To the next or previous number."""
        self._select_beside(by, is_line=False)

    def enter(self) -> None:
        """Look at what the number is made of, or follow the operand that is marked."""
        snapshot = self._work.looked_at()
        if self._work.tabs.is_enlarged:  # what it is made of is told in the formula panel
            self._enlarge()
        if not self._work.selection and snapshot.event is None:
            self.line(1)
            return
        entered = self._work.selection.enter(snapshot)
        if entered == self._work.selection:
            assert self._work.selection.ref is not None
            self._footer.say(Hint("hint.made_of_nothing", {"symbol": snapshot.symbol(self._work.selection.ref)}))
            return
        self.choose(entered)

    def leave(self) -> None:
        """One step back on the way one came, at last to following the run."""
        if self._view.prompt.is_open:
            self._view.prompt.close()
        elif self._work.tabs.is_enlarged and not self._work.selection:
            self._enlarge()
        else:
            self.choose(self._work.selection.leave())

    def _enlarge(self) -> None:
        self._view.enlarge(self._screen)

    def choose(self, selection: Selection) -> None:
        """Go there; a run that was on is paused."""
        self._work.pause()
        self._work.selection = selection
        self._work.tabs.reads_formula = bool(selection)
        self._view.tell(None)

    def _select_beside(self, by: int, *, is_line: bool) -> None:
        if self._view.prompt.is_open:
            self._view.prompt.choose(by)
            return
        snapshot = self._work.looked_at()
        if self._work.selection.is_inside:
            self.choose(self._work.selection.mark(by, snapshot))
            return
        rows = self._view.variants.numbers if self._work.tabs.panel == "variants" else ()
        variant = self._work.session.variant
        if rows:
            found = in_rows(rows, (variant, self._work.selection.ref), by, is_line=is_line)
            variant, ref = (variant, None) if found is None else found
        else:
            ref = self._beside(snapshot, by, is_line=is_line)
        if ref is None:
            self._footer.say(Hint("hint.no_more_numbers" if self._work.selection else "hint.nothing_selected"))
            return
        self.choose_of(Owner(variant), ref)

    def choose_of(self, of: Owner, ref: Ref) -> None:
        """A number of a variant: only what is under the lens answers, so that one comes there, and it is said."""
        hint = None
        if of.variant != self._work.session.variant:
            self._work.pause()
            hint = self._work.session.choose_variant(of.variant)
            if hint.key not in ("hint.variant_ended", "hint.as_written_ended"):
                name = self._work.session.name_of(of.variant) or self._footer.text("picture.as_written")
                hint = Hint("hint.variant_answers", {"variant": name})
        self.choose(self._work.selection.select(ref))
        if hint is not None:
            self._footer.say(hint)
        elif self._work.tabs.panel in ("loss", "variants"):
            self._tell_if_earlier(ref)

    def _beside(self, snapshot: Snapshot, by: int, *, is_line: bool) -> Ref | None:
        """In the chosen panel, whatever else is on screen: among the parameters whose history is shown, what the
        curves are about, the numbers of an op that is shown whole, or those of the diagram or of a picture; where it
        has none, or after its only one, in the table that is open; the first where that has none.
        """
        if self._work.tabs.panel == "history":
            return self._beside_in_history(snapshot, by, is_line=is_line)
        if self._work.tabs.panel == "loss" and (told := of_curves(snapshot)):
            return along(told, self._work.selection.ref, by)
        op = self._view.whole_op(snapshot)
        if op is not None and (of_op := beside(op, self._work.selection.ref, by)) is not None:
            return of_op
        filled = sorted(
            (table for table in snapshot.tables if table.rows), key=lambda one: one.key != self._work.tabs.table
        )
        table = Places(filled[0]) if filled else None  # that of the variants holds no numbers of a run
        drawn = (
            self._drawn_numbers() if self._work.tabs.area == "network" and self._view.panels["network"].display else ()
        )
        here = self._work.selection.ref
        if here is None and snapshot.event is not None and table is not None:  # begin at what was computed last
            begun = table.standing_for(snapshot.event.ref)
            if begun is not None and (not drawn or standing_for(drawn, begun) is not None):
                return begun
        if len(drawn) == 1 and table is not None:
            return table.after(drawn[0], None if here is None else in_iteration(snapshot, here), by, is_line=is_line)
        if drawn:
            below = (
                self._view.picture.drawing.below(here, by) if is_line and here and self._view.picture.display else None
            )
            return in_order(drawn, here, by) if below is None else below
        if table is None:
            return None
        here = None if here is None else in_iteration(snapshot, here)
        if here is None or table.find(here) is None:
            return table.of_sample(snapshot.row) or table.end(by)
        return table.below(here, by) if is_line else table.beside(here, by)

    def _beside_in_history(self, snapshot: Snapshot, by: int, *, is_line: bool) -> Ref | None:
        """The parameter that is shown, and from it to the next, as it is now: the first table has a line for each."""
        cells, selected = Places(snapshot.tables[0]), self._work.selection.ref
        here = parameter_of(snapshot, selected)
        is_begun = selected is not None and parameter_in(selected) is not None
        found = None if here is None else cells.below(here, by) if is_begun else here
        if found is None and not is_line:
            found = cells.end(by)
        return None if found is None else present(found)

    def _drawn_numbers(self) -> list[Ref]:
        """Those of the picture that is shown, each once: of the diagram layer by layer, weights as they are numbered
        and then unit after unit, in any size alike; of another picture as it is read.
        """
        if self._view.picture.display:
            return list(self._view.picture.drawing.in_order())
        ordered = sorted(self._view.diagram.picture.hits, key=lambda hit: (*_rank_in_diagram(hit.ref), hit.y))
        return list(dict.fromkeys(hit.ref for hit in ordered))

    # mouse

    def pick(self, rows: Rows, link: Link, y: int) -> None:
        """A number was clicked in row `y` of these: of the formula an operand is followed, any other is selected."""
        tabs, view = self._work.tabs, self._view
        if rows is view.formula:
            self._pick_in_formula(link.ref, is_operand=view.formula.is_operand(y))
            return
        if rows is view.table:
            tabs.panel = tabs.table = tabs.chosen_in("tables")
        elif rows is view.table_beside:
            tabs.panel = tabs.table = tabs.chosen_in("beside")
        elif rows is view.variants:
            tabs.panel = "variants"
        elif rows in (view.diagram, view.picture):
            tabs.panel = tabs.picture
        self.choose_of(link.of or Owner(self._work.session.variant), link.ref)
        if rows is view.curve:
            self._tell_if_earlier(link.ref)

    def _pick_in_formula(self, ref: Ref, *, is_operand: bool) -> None:
        snapshot, start = self._work.looked_at(), self._work.selection
        if not is_operand:
            self.choose(start.select(ref))
            return
        if not start and snapshot.event is not None:
            start = start.select(snapshot.event.ref)
        self.choose(start.follow(ref, snapshot))

    def _tell_if_earlier(self, ref: Ref) -> None:
        """Where a curve tells a number of an iteration before the one at hand, whose number is selected."""
        snapshot = self._work.session.snapshot
        told = next((curve for name, curve in snapshot.curves.items() if of_curve(snapshot, name) == ref), None)
        iteration = 0 if told is None else place_of_last(told) + 1
        if 0 < iteration != snapshot.position.iteration:
            self._footer.say(Hint("hint.told_before", {"iteration": iteration}))


def _rank_in_diagram(ref: Ref) -> tuple[int, bool, tuple[int, ...]]:
    """By layer, in it weights before units, each by its number: a weight's goes by the unit it leads to."""
    subject = about(ref)
    return subject.layer, subject.quantity.edge(subject) is None, subject.index[::-1]
