"""Which units let no gradient through, whatever the sample: dead ones and saturated ones. No Textual here."""

from __future__ import annotations

from dlsim.engine.kinds.layered.quantities import A
from dlsim.engine.kinds.network.layer_summaries import COLUMNS, DEAD, IS_DEAD, IS_SATURATED, SATURATED, StuckCount
from dlsim.engine.reference import Ref
from dlsim.engine.saturation import SATURATED_BELOW, saturated_below
from dlsim.tui.drawing.link import Link
from dlsim.tui.drawing.pictures.cells import shortened
from dlsim.tui.drawing.pictures.layered import Layered, tape_of
from dlsim.tui.drawing.pictures.legend import Group, linked, write_group, write_line


class Stuck(Layered):
    """A row for each layer, with how many there are and which."""

    def draw(self) -> None:
        """Each layer's units in a row: a mark for those that let no gradient through, whatever the sample."""
        cells, say, glyphs = self.cells, self.scene.say, self.cells.glyphs
        left = self.margin()
        rows = self.rows()
        has_room = cells.width >= left + 46
        heading: Group = [(f"{say('picture.dead'):<10}{say('picture.saturated'):<11}", "muted")]
        if has_room:
            write_line(cells, 0, [heading, *self.lead_named()], x=left)
        for place, layer in enumerate(rows):
            y = 1 + place
            if y >= cells.height - 2 and place + 1 < len(rows):
                break
            cells.write(0, y, shortened(self.name_of(layer), left - 1), "muted")
            marks = self._marks(layer)
            if marks is None:
                cells.write(left, y, "…", "muted")
                continue
            x = left
            if has_room:
                for count, wide in ((DEAD, 10), (SATURATED, 11)):
                    self._count(x, y, count, layer)
                    x += wide
            self._row(x, y, layer, marks)
        legend = {
            glyphs.dead: say("picture.dead_told"),
            glyphs.flat: say("picture.saturated_told", share=f"{SATURATED_BELOW:.0%}"),
        }
        for y, (mark, text) in enumerate(legend.items(), start=cells.height - 2):
            if y > len(rows):
                write_line(cells, y, [[(mark, "negative"), (" " + text, "muted")]])

    def _count(self, x: int, y: int, stuck: StuckCount, layer: int) -> None:
        """How many of the layer's units are so."""
        at_count, at_units = Ref(stuck, layer), Ref(COLUMNS["W"], layer)
        count, units = (self.lead.snapshot.value(ref) or 0 for ref in (at_count, at_units))
        numbers = {"count": (f"{count:.0f}", at_count), "units": (f"{units:.0f}", at_units)}
        told = linked(self.scene.say("picture.of_units"), "negative" if count else "text", **numbers)
        write_group(self.cells, x, y, told)

    def _marks(self, layer: int) -> list[str] | None:
        """Of each unit: dead, saturated, or "" for neither; None while its outputs have not been computed."""
        tape, snapshot, glyphs = tape_of(self.lead), self.lead.snapshot, self.cells.glyphs
        if layer > len(tape.structure.layers) or not snapshot.is_shown(Ref(DEAD, layer)):
            return None
        marks = {IS_DEAD: glyphs.dead, IS_SATURATED: glyphs.flat}
        return [
            next((mark for kind, mark in marks.items() if snapshot.value(Ref(kind, layer, (unit,)))), "")
            for unit in range(tape.structure.layer(layer).units)
        ]

    def _row(self, x: int, y: int, layer: int, marks: list[str]) -> None:
        cells, snapshot = self.cells, self.lead.snapshot
        names = [snapshot.symbol(Ref(A, layer, (unit,))) for unit in range(len(marks))]
        refs = [self._why(layer, unit) for unit in range(len(marks))]
        total = sum(len(name) + 3 for name in names)
        if x + total <= cells.width:
            for name, mark, ref in zip(names, marks, refs, strict=True):
                end = cells.write(x, y, name, Link("symbol", ref))
                cells.write(end, y, mark, "negative")
                x += len(name) + 3
            return
        alive = cells.glyphs.nothing.strip() or "."
        for unit, mark in enumerate(marks):
            if x + unit >= cells.width - 1 and unit + 1 < len(marks):
                cells.write(x + unit, y, "…", "muted")
                return
            cells.write(x + unit, y, mark or alive, Link("negative" if mark else "muted", refs[unit]))

    def _why(self, layer: int, unit: int) -> Ref:
        """What says of a unit whether it is stuck: dead, or where its function levels out, saturated."""
        activation = tape_of(self.lead).structure.layer(layer).activation
        kind = IS_DEAD if saturated_below(activation) is None else IS_SATURATED
        return Ref(kind, layer, (unit,))
