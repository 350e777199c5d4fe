"""Why is this number this: numbers are selected by key and by mouse, and followed to what they are made of."""

from __future__ import annotations

from textual import on

from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.curves import place_of_last
from dlsim.tui.drawing.link import Owner
from dlsim.tui.screens.acting import Acting
from dlsim.tui.session.answer import in_iteration
from dlsim.tui.session.rows import subject
from dlsim.tui.session.selection import (
    Cells,
    Selection,
    along,
    in_order,
    in_rows,
    is_among,
    of_curve,
    of_curves,
)
from dlsim.tui.session.session import Hint
from dlsim.tui.widgets.formula import FormulaView
from dlsim.tui.widgets.loss_curve import LossCurve
from dlsim.tui.widgets.network_diagram import NetworkDiagram
from dlsim.tui.widgets.picture import PictureView
from dlsim.tui.widgets.table import NumberTable
from dlsim.tui.widgets.variants_table import VariantsTable


class Selecting(Acting, is_layer=True):
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
        rows = self.variants.numbers if self.tabs.panel == "variants" else ()
        variant = self.session.variant
        if rows:
            found = in_rows(rows, (variant, self.selection.ref), by, is_line=is_line)
            variant, ref = (variant, None) if found is None else found
        else:
            ref = self._beside(snapshot, by, is_line=is_line)
        if ref is None:
            self._tell(Hint("hint.no_more_numbers" if self.selection else "hint.nothing_selected"))
            self._show_keys()
            return
        self._choose_of(Owner(variant), ref)

    def _choose_of(self, of: Owner, ref: Ref) -> None:
        """A number of a variant: only what is under the lens answers, so that one comes there, and it is said."""
        hint = None
        if of.variant != self.session.variant:
            self._pause()
            hint = self.session.choose_variant(of.variant)
            if hint.key not in ("hint.variant_ended", "hint.as_written_ended"):
                name = self.session.name_of(of.variant) or self.say("picture.as_written")
                hint = Hint("hint.variant_answers", {"variant": name})
        self._choose(self.selection.select(ref))
        if hint is not None:
            self._tell(hint)
            self._show_keys()
        elif self.tabs.panel in ("loss", "variants"):
            self._tell_if_earlier(ref)

    def _beside(self, snapshot: Snapshot, by: int, *, is_line: bool) -> Ref | None:
        """In the chosen panel, whatever else is on screen: among the parameters whose history is shown, what the
        curves are about, the numbers of an op that is shown whole, or those of the diagram or of a picture; where it
        has none, or after its only one, in the table that is open; the first where that has none.
        """
        if self.tabs.panel == "history":
            return self._beside_in_history(snapshot, by, is_line=is_line)
        if self.tabs.panel == "loss" and (told := of_curves(snapshot)):
            return along(told, self.selection.ref, by)
        if (of_op := self._beside_in_op(snapshot, by)) is not None:
            return of_op
        filled = sorted((table for table in snapshot.tables if table.rows), key=lambda one: one.key != self.tabs.table)
        table = Cells(filled[0]) if filled else None  # that of the variants holds no numbers of a run
        drawn = self._drawn_numbers() if self.tabs.area == "network" and self.panels["network"].display else ()
        begun = None if self.selection else self._computed_last(snapshot, table)
        if begun is not None and (not drawn or is_among(drawn, begun)):
            return begun
        here = self.selection.ref
        if len(drawn) == 1 and table is not None:
            return table.after(drawn[0], None if here is None else in_iteration(snapshot, here), by, is_line=is_line)
        if drawn:
            below = self.picture.drawing.below(here, by) if is_line and here and self.picture.display else None
            return in_order(drawn, here, by) if below is None else below
        if table is None:
            return None
        here = None if here is None else in_iteration(snapshot, here)
        if here is None or table.find(here) is None:
            return table.of_sample(snapshot.row) or (table.first() if by > 0 else table.last())
        return table.below(here, by) if is_line else table.beside(here, by)

    def _beside_in_op(self, snapshot: Snapshot, by: int) -> Ref | None:
        """To the next number of the op that is shown whole, from none of them to the first; None past its ends."""
        op = self.whole_op(snapshot)
        if op is None:
            return None
        from dlsim.tui.drawing.whole_op import beside  # noqa: PLC0415 -- steps are values until one says otherwise

        return beside(op, self.selection.ref, by)

    def _computed_last(self, snapshot: Snapshot, table: Cells | None) -> Ref | None:
        """Where a selection begins: at the number that was computed last, or where it has none in the table's line."""
        return None if snapshot.event is None or table is None else table.at(snapshot.event.ref)

    def _beside_in_history(self, snapshot: Snapshot, by: int, *, is_line: bool) -> Ref | None:
        """The parameter that is shown, and from it to the next, as it is now: the first table has a line for each."""
        from dlsim.tui.drawing.pictures.history import parameter_in, parameter_of  # noqa: PLC0415 -- the first paint does without

        cells, selected = Cells(snapshot.tables[0]), self.selection.ref
        here = parameter_of(snapshot, selected)
        is_begun = selected is not None and parameter_in(selected) is not None
        found = None if here is None else cells.below(here, by) if is_begun else here
        if found is None and not is_line:
            found = cells.first() if by > 0 else cells.last()
        return None if found is None else found._replace(quantity=f"now_{found.quantity}")

    def _drawn_numbers(self) -> list[Ref]:
        """Those of the picture that is shown, each once: of the diagram layer by layer, weights as they are numbered
        and then unit after unit, in any size alike; of another picture as it is read.
        """
        if self.picture.display:
            return list(self.picture.drawing.in_order())
        ordered = sorted(self.diagram.picture.hits, key=lambda hit: (*_rank_in_diagram(hit.ref), hit.y))
        return list(dict.fromkeys(hit.ref for hit in ordered))

    # mouse

    @on(NumberTable.Picked)
    def _pick_in_table(self, message: NumberTable.Picked) -> None:
        self.tabs.panel = self.tabs.table
        self._choose(self.selection.select(message.ref))

    @on(NetworkDiagram.Picked)
    def _pick_in_diagram(self, message: NetworkDiagram.Picked) -> None:
        self.tabs.panel = self.tabs.picture
        self._choose(self.selection.select(message.ref))

    @on(PictureView.Picked)
    def _pick_in_picture(self, message: PictureView.Picked) -> None:
        self.tabs.panel = self.tabs.picture
        self._choose_of(message.of or Owner(self.session.variant), message.ref)

    @on(VariantsTable.Chosen)
    def _pick_in_variants(self, message: VariantsTable.Chosen) -> None:
        self._pause()
        self.tabs.panel = "variants"
        if message.ref is not None:
            self._choose_of(Owner(message.variant), message.ref)
        else:
            self._tell(self.session.choose_variant(message.variant))
            self._show()

    @on(FormulaView.Picked)
    def _pick_in_formula(self, message: FormulaView.Picked) -> None:
        """An operand that was clicked is followed; another number is selected."""
        snapshot = self._looked_at()
        if not message.is_operand:
            self._choose(self.selection.select(message.ref))
            return
        start = self.selection
        if not start and snapshot.event is not None:
            start = start.select(snapshot.event.ref)
        self._choose(start.follow(message.ref, snapshot))

    @on(LossCurve.Picked)
    def _pick_of_curve(self, message: LossCurve.Picked) -> None:
        """The number as the curve tells it: where it is of an earlier iteration, that is said."""
        ref = of_curve(self._looked_at(), message.curve)
        if ref is not None:
            self._choose(self.selection.select(ref))
            self._tell_if_earlier(ref)

    def _tell_if_earlier(self, ref: Ref) -> None:
        """Where a curve tells a number of an iteration before the one at hand, whose number is selected."""
        snapshot = self.session.snapshot
        told = next((curve for name, curve in snapshot.curves.items() if of_curve(snapshot, name) == ref), None)
        iteration = 0 if told is None else place_of_last(told) + 1
        if 0 < iteration != snapshot.position.iteration:
            self._tell(Hint("hint.told_before", {"iteration": iteration}))
            self._show_keys()


def _rank_in_diagram(ref: Ref) -> tuple[int, bool, tuple[int, ...]]:
    """By layer, in it weights before units, each by its number: a weight's goes by the unit it leads to."""
    letter, layer, index = subject(ref)
    return layer, letter != "W", index[::-1]
