"""A network layer by layer: what such pictures share; how weights or gradients are spread, a histogram for each layer;
which units let no gradient through.
"""

from __future__ import annotations

from math import prod

from dlsim.engine.kinds.layered.quantities import DE_DW, A, W
from dlsim.engine.kinds.network.layer_summaries import (
    COLUMN,
    COLUMNS,
    DEAD,
    DEVIATION,
    IS_DEAD,
    IS_SATURATED,
    LARGEST,
    NUMBERS,
    SATURATED,
    StuckCount,
)
from dlsim.engine.kinds.network.statistics import LayerStatistics, Spread
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.saturation import SATURATED_BELOW, saturated_below
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.numbers import number
from dlsim.tui.drawing.pictures.scene import Scene, network_tape
from dlsim.tui.drawing.text import Link, Pieces, fit, groups_that_fit, linked
from dlsim.tui.drawing.variants import Variant, variants


class Layered:
    """One moment in one size: all variants of the scenario that have a network."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        self.scene, self.cells = scene, cells
        self.variants = [variant for variant in variants(scene) if network_tape(variant.snapshot) is not None]
        self.lead = next((variant for variant in self.variants if variant.is_lead), self.variants[0])
        self.layers = max(len(tape_of(variant).structure.layers) for variant in self.variants)

    def rows(self) -> range:
        """Layers from the output down, as the gradient goes."""
        return range(self.layers, 0, -1)

    def margin(self) -> int:
        """Cells that the layers' names take, and one more."""
        return max(breadth(self.name_of(layer)) for layer in self.rows()) + 1

    def name_of(self, layer: int) -> str:
        """Its number, with its activation where that is the same in all variants and there is room."""
        structure = tape_of(self.lead).structure
        if layer > len(structure.layers):
            return str(layer)
        name = structure.layer(layer).activation.name
        is_shared = all(
            tape_of(variant).structure.layer(layer).activation.name == name
            for variant in self.variants
            if layer <= len(tape_of(variant).structure.layers)
        )
        return f"{layer} {name}" if is_shared and len(self.variants) == 1 and self.cells.width >= 50 else f"{layer}"

    def lead_named(self) -> list[Pieces]:
        """Where there are several variants, which of them a picture of one alone is about."""
        return [[(self.lead.mark, self.lead.role), (f" {self.lead.name}", "muted")]] if len(self.variants) > 1 else []

    def is_known(self, variant: Variant, quantity: Quantity, layer: int) -> bool:
        """On the variant's own tape, or where it waits at the start of the same iteration, on the lead's."""
        ref = Ref(quantity, layer, tuple(size - 1 for size in self._shape(variant, quantity, layer)))
        if variant.snapshot.is_shown(ref):
            return True
        lead = self.lead.snapshot
        is_there_too = layer <= len(tape_of(self.lead).structure.layers)
        return lead.position.iteration == variant.snapshot.position.iteration and is_there_too and lead.is_shown(ref)

    def so_far(self, variant: Variant, quantity: Quantity, layer: int) -> str:
        """What stands in the place of what a whole layer says before all of it is known."""
        shown = variant.snapshot.revealed.get((quantity, layer), 0)
        if not shown:
            return "…"
        return "… " + self.scene.say("picture.so_far", known=shown, all=prod(self._shape(variant, quantity, layer)))

    @staticmethod
    def _shape(variant: Variant, quantity: Quantity, layer: int) -> tuple[int, ...]:
        """How many numbers of this name a layer has in each direction."""
        shape = tape_of(variant).structure.layer(layer)
        return (
            (shape.senders, shape.units) if quantity.edge(Ref(quantity, layer, (0, 0))) is not None else (shape.units,)
        )


def tape_of(variant: Variant) -> NetworkTape:
    """The network of a variant that has one."""
    tape = network_tape(variant.snapshot)
    assert tape is not None, "a variant without a network"
    return tape


def statistics_of(variant: Variant, layer: int) -> LayerStatistics | None:
    """A layer of a variant in numbers; None where it has none of that number."""
    tape = tape_of(variant)
    return LayerStatistics(tape, layer) if layer <= len(tape.structure.layers) else None


HEIGHTS = " ▁▂▃▄▅▆▇█"
ASCII_HEIGHTS = " .:-=+*#@"
LEAST_WITH_SIZES = 60
"""Cells from which each layer says how many numbers it has and how far they spread."""


class Histograms(Layered):
    """Histograms about 0, all on one scale."""

    def draw(self, view: str) -> None:
        """How a layer's weights or gradients are spread, a row of columns for each layer, about 0 in the middle."""
        cells = self.cells
        of = W if view == "weight_histogram" else DE_DW
        spread = [self._spread(view, layer) for layer in self.rows()]
        known = [layer for layer, numbers in zip(self.rows(), spread, strict=True) if numbers is not None]
        deepest = min(known, default=self.layers)
        at_largest = Ref(LARGEST[of], 0, (deepest,))
        found = self.lead.snapshot.value(at_largest) if known else None
        largest = found or 1.0
        names = [self.scene.say("column.layer", layer=self.name_of(layer)) for layer in self.rows()]
        left = max(map(breadth, names)) + 1
        room = max(cells.width - left - (22 if cells.width >= LEAST_WITH_SIZES else 0), 1)
        lines = max((cells.height - 2) // max(len(spread), 1), 1)
        tall = max(min(lines - (lines > 2), 4), 1)
        first, rest = groups_that_fit(self._title(view, is_tall=tall > 1), cells.width)
        cells.write_groups(0, first)
        titles = 1
        if rest and (cells.height - 3) // max(len(spread), 1) >= lines:
            cells.write_groups(1, rest)
            titles = 2
        for place, (layer, name, numbers) in enumerate(zip(self.rows(), names, spread, strict=True)):
            top = titles + place * lines
            if top >= cells.height:
                break
            cells.write(0, top + tall - 1, name, "muted")
            if numbers is None:
                cells.write(left, top + tall - 1, self.so_far(self.lead, DE_DW, layer), "muted")
                continue
            self._columns((left, top, room, tall), numbers, largest, Ref(COLUMN[of], layer, (deepest,)))
            if cells.width >= LEAST_WITH_SIZES:
                x, y = left + room + 2, top + tall - 1
                cells.write(x, y, f"{numbers.size:>6}", Link("muted", Ref(NUMBERS[of], layer)))
                x = cells.write(x + 8, y, "± ", "muted")
                text = number(numbers.deviation, 9, self.scene.look.at_most(5))
                cells.write(x, y, text, Link("muted", Ref(DEVIATION[of], layer)))
        bottom = min(titles + lines * len(spread), cells.height - 1)
        if bottom > 1:
            text = number(largest, 8, self.scene.look.at_most(3))
            cells.write(left, bottom, f"-{text}", "axis")
            cells.write(left + room // 2, bottom, "0", "axis")
            cells.write_right(left + room, bottom, text, Link("axis", at_largest) if found else "axis")
            if cells.width >= LEAST_WITH_SIZES:
                heading = f"{self.scene.say('picture.count'):>6}  {self.scene.say('picture.deviation')}"
                cells.write(left + room + 2, bottom, heading, "muted")

    def _title(self, view: str, *, is_tall: bool) -> list[Pieces]:
        """What is counted, what the numbers at the left are, after which update or in which iteration, and whose."""
        say, position = self.scene.say, self.lead.snapshot.position
        is_of_weights = view == "weight_histogram"
        groups: list[Pieces] = [
            [("W" if is_of_weights else "∂E/∂W", "symbol"), (f" {say(f'picture.{view}')}", "muted")]
        ]
        if is_tall:
            groups.append([(say("picture.tallest"), "muted")])
        if self.lead.snapshot.scenario.training is not None:
            groups.append([(self._moment(position.done if is_of_weights else position.iteration, view), "muted")])
        return [*groups, *self.lead_named()]

    def _moment(self, number: int, view: str) -> str:
        say = self.scene.say
        if view == "weight_histogram":
            return say.first([f"picture.history_now_{number}", "picture.history_now"], updates=number)
        return say("picture.of_iteration", iteration=number)

    def _spread(self, view: str, layer: int) -> Spread | None:
        statistics = statistics_of(self.lead, layer)
        if statistics is None:
            return None
        if view == "weight_histogram":
            return statistics.weights
        return statistics.gradients if self.is_known(self.lead, DE_DW, layer) else None

    def _columns(self, place: tuple[int, int, int, int], numbers: Spread, largest: float, ref: Ref) -> None:
        """A column of a histogram leads to what it counts; `ref` is without which of how many it is."""
        left, top, room, tall = place
        bins = room - 1 + room % 2 or 1  # an odd number: one of them stands about 0
        counts = numbers.counts(bins, largest)
        most = max(int(counts.max()), 1)
        refs = [ref._replace(index=(bins, column, *ref.index)) for column in range(bins)]
        if tall > 1:  # else the layer's name stands there
            text = fit(f"{most:,}", left - 1)
            self.cells.write_right(left - 1, top, text, Link("axis", refs[int(counts.argmax())]))
        heights = HEIGHTS if self.cells.glyphs.has_dots else ASCII_HEIGHTS
        for column, count in enumerate(counts.tolist()):
            eighths = max(round(count / most * tall * 8), 1) if count else 0
            for line in range(tall):
                filled = min(max(eighths - 8 * line, 0), 8)
                role = "positive" if column > bins // 2 else "negative" if column < bins // 2 else "muted"
                if filled:
                    self.cells.write(left + column, top + tall - 1 - line, heights[filled], Link(role, refs[column]))


class StuckUnits(Layered):
    """A row for each layer, with how many there are and which."""

    def draw(self) -> None:
        """Each layer's units in a row: a mark for those that let no gradient through, whatever the sample."""
        cells, say, glyphs = self.cells, self.scene.say, self.cells.glyphs
        left = self.margin()
        rows = self.rows()
        has_room = cells.width >= left + 46
        heading: Pieces = [(f"{say('picture.dead'):<10}{say('picture.saturated'):<11}", "muted")]
        if has_room:
            cells.write_groups(0, [heading, *self.lead_named()], x=left)
        for place, layer in enumerate(rows):
            y = 1 + place
            if y >= cells.height - 2 and place + 1 < len(rows):
                break
            cells.write(0, y, fit(self.name_of(layer), left - 1), "muted")
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
                cells.write_groups(y, [[(mark, "negative"), (" " + text, "muted")]])

    def _count(self, x: int, y: int, stuck: StuckCount, layer: int) -> None:
        """How many of the layer's units are so."""
        at_count, at_units = Ref(stuck, layer), Ref(COLUMNS["W"], layer)
        count, units = (self.lead.snapshot.value(ref) or 0 for ref in (at_count, at_units))
        numbers = {"count": (f"{count:.0f}", at_count), "units": (f"{units:.0f}", at_units)}
        told = linked(self.scene.say("picture.of_units"), "negative" if count else "text", **numbers)
        self.cells.write_pieces(x, y, told)

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
