"""A network layer by layer: how large gradients are on a log scale, variant by variant; how weights or gradients are
spread, a histogram for each layer; which units let no gradient through. `Layered` is what such pictures share.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, isnan, log10, prod

from dlsim.engine.functions.activations import SATURATED_BELOW, saturated_below
from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DW, DE_DZ, A, W
from dlsim.engine.kinds.network.layer_summaries import (
    COLUMN,
    COLUMNS,
    DEAD,
    DEVIATION,
    IS_DEAD,
    IS_SATURATED,
    LARGEST,
    MEAN_SIZE,
    NUMBERS,
    SATURATED,
    SLOPES,
    StuckCount,
)
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.kinds.network.statistics import LayerStatistics, Spread
from dlsim.engine.numbers import power_of_ten, scientific
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.catalogue import has_dense_network
from dlsim.tui.drawing.pictures.scene import Area, Scene, Sketch, after_updates, network_tape
from dlsim.tui.drawing.text import Link, Pieces, fit, groups_that_fit, linked, number, widest
from dlsim.tui.drawing.variants import Variant, variants
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.words import caps

SIZES = {
    "gradients": (DE_DW, "mean_gradient"),
    "deltas": (DE_DZ, "mean_delta"),
    "derivatives": (DA_DZ, "mean_slope"),
}
"""By view: of what the mean size in a layer is drawn, and how that is told."""
HISTOGRAMS = {"weight_histogram": W, "gradient_histogram": DE_DW}
"""By view: what is counted."""
FORWARD_VIEWS = ("weight_histogram", "units")
FEWEST_DECADES, MOST_DECADES = 2, 16
NARROWEST = 15
"""Cells that a variant's bars need."""
LEAST_WITH_PRODUCTS = 26
LEAST_WITH_SIZES = 60
"""Cells from which each layer says how many numbers it has and how far they spread."""
HEIGHTS = (" .:-=+*#@", " ▁▂▃▄▅▆▇█")
"""In ASCII, and where there is more than that."""


def views(snapshot: Snapshot) -> Sequence[str]:
    """Gradients only where something is trained."""
    return (*SIZES, *HISTOGRAMS, "units") if snapshot.scenario.training else FORWARD_VIEWS


def draw(scene: Scene, cells: Canvas) -> None:
    """The chosen view."""
    names = views(scene.snapshot)
    view = names[scene.view % len(names)]
    if view in SIZES:
        MeanSizes(scene, cells).draw(view)
    elif view in HISTOGRAMS:
        Histograms(scene, cells).draw(view)
    else:
        StuckUnits(scene, cells).draw()


def tape_of(variant: Variant) -> NetworkTape:
    """The network of a variant that has one."""
    return network_tape(variant.snapshot)


def has_layer(variant: Variant, layer: int) -> bool:
    """Whether its network is as deep as that."""
    return layer <= len(tape_of(variant).structure.layers)


class Layered(Sketch):
    """All variants of the scenario that have a dense network."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        self.variants = [variant for variant in variants(scene) if has_dense_network(variant.snapshot.scenario)]
        self.lead = next(variant for variant in self.variants if variant.is_lead)
        self.rows = range(max(len(tape_of(variant).structure.layers) for variant in self.variants), 0, -1)
        """Layers from the output down, as the gradient goes."""
        self.margin = widest(map(self.name_of, self.rows)) + 1
        """Cells that the layers' names take, and one more."""

    def name_of(self, layer: int) -> str:
        """Its number, with its activation where there is one variant alone and room for it."""
        if len(self.variants) > 1 or self.cells.width < 50:
            return f"{layer}"
        return f"{layer} {tape_of(self.lead).structure.layer(layer).activation.name}"

    def lead_named(self) -> list[Pieces]:
        """Where there are several variants, which of them a picture of one alone is about."""
        return [[(self.lead.mark, self.lead.role), (f" {self.lead.name}", "muted")]] if len(self.variants) > 1 else []

    def is_known(self, variant: Variant, quantity: Quantity, layer: int) -> bool:
        """On the variant's own tape, or where it waits at the start of the same iteration, on the lead's."""
        ref = Ref(quantity, layer, tuple(size - 1 for size in self._shape(variant, quantity, layer)))
        if variant.snapshot.is_shown(ref):
            return True
        lead = self.snapshot
        is_there_too = lead.position.iteration == variant.snapshot.position.iteration and has_layer(self.lead, layer)
        return is_there_too and lead.is_shown(ref)

    def so_far(self, variant: Variant, quantity: Quantity, layer: int) -> str:
        """What stands in the place of what a whole layer says before all of it is known."""
        shown = variant.snapshot.revealed.get((quantity, layer), 0)
        if not shown:
            return "…"
        return "… " + self.say("picture.so_far", known=shown, all=prod(self._shape(variant, quantity, layer)))

    @staticmethod
    def _shape(variant: Variant, quantity: Quantity, layer: int) -> tuple[int, ...]:
        """How many numbers of this name a layer has in each direction."""
        shape = tape_of(variant).structure.layer(layer)
        is_of_weights = quantity.edge(Ref(quantity, layer, (0, 0))) is not None
        return (shape.senders, shape.units) if is_of_weights else (shape.units,)


class MeanSizes(Layered):
    """Mean sizes on a log scale."""

    def draw(self, view: str) -> None:
        """A column of bars for each variant, a bar for each layer, all on one scale."""
        cells = self.cells
        shown = self._fitting_variants()
        of = SIZES[view][0]
        table = [[self._known(variant, Ref(MEAN_SIZE[of], layer), of) for layer in self.rows] for variant in shown]
        numbers = [size for column in table for size in column if size is not None and size > 0]
        low, high = _decades(numbers)
        has_title = cells.height > len(self.rows) + 1 or len(shown) < len(self.variants)
        top = int(has_title)
        left = self.margin
        room = (cells.width - left + 2) // len(shown) - 2
        lefts = [left + place * (room + 2) for place in range(len(shown))]
        if len(shown) > 1 or self.lead.name:
            for x, variant in zip(lefts, shown, strict=True):
                end = cells.write(x, top, variant.mark, variant.role)
                cells.write(end, top, " " + fit(variant.name, room - 2), "lead" if variant.is_lead else "text")
            top += 1
        spare = cells.height - top - len(self.rows) - 1
        step = 2 if spare >= len(self.rows) else 1
        products = of is DA_DZ and room >= LEAST_WITH_PRODUCTS
        text_cells = 8 if room < 24 else 10
        space = max(room - text_cells - 1 - (11 if products else 0), 1)
        rest = self._title(view, shown, products=products) if has_title else []
        for row, layer in enumerate(self.rows):
            y = top + row * step
            if y >= cells.height:
                cells.write(cells.width - 1, cells.height - 1, self.glyphs.more, "muted")
                break
            cells.write(0, y, fit(self.name_of(layer), left - 1), "muted")
            for x, variant, sizes in zip(lefts, shown, table, strict=True):
                size = sizes[row]
                if size is None:
                    cells.write(x, y, fit(self.so_far(variant, of, layer), room), "muted")
                else:
                    role = variant.linked("text" if size else "negative", Ref(MEAN_SIZE[of], layer))
                    self._bar((x, y, space, text_cells), size, (low, high), variant.role, role)
                product = self._known(variant, Ref(SLOPES, layer), DA_DZ) if products else None
                if product is not None:  # the mean slopes from the output down to here
                    text = number(product, 9, self.look.at_most(6))
                    end = cells.write(x + space + text_cells + 2, y, "×", "muted")
                    cells.write(end, y, text, variant.linked("muted", Ref(SLOPES, layer)))
        y = top + len(self.rows) * step
        if y < cells.height and numbers:
            first, last = (power_of_ten(exponent) if exponent else "1" for exponent in (low, high))
            for x in lefts:
                cells.write(x, y, first, "axis")
                if space >= len(first) + len(last) + 1:
                    cells.write_right(x + space, y, last, "axis")
        if y + 1 < cells.height:
            cells.write_groups(y + 1, rest)

    def _title(self, view: str, shown: list[Variant], *, products: bool) -> list[Pieces]:
        """What the bars are, how many variants there was no room for, of which iteration: as much as fits; the rest."""
        say, missing = self.say, len(self.variants) - len(shown)
        key = caps(say, SIMULATOR_KEYS)["scenario.variant"]
        more = say("picture.more_variants", count=missing, key=key) if missing else ""
        room = self.cells.width - (breadth(more) + 2 if more else 0)
        told = fit(say(f"picture.{SIZES[view][1]}"), room)
        iterations = dict.fromkeys(f"{variant.snapshot.position.iteration:,}" for variant in shown)
        which = "of_iteration" if len(iterations) == 1 else "of_iterations"
        groups: list[Pieces] = [
            [(told, "muted")],
            *([[(more, "operand")]] if more else []),
            *([[(say("picture.slope_product"), "muted")]] if products else []),
            [(say(f"picture.{which}", iteration=" · ".join(iterations)), "muted")],
        ]
        line, rest = groups_that_fit(groups, self.cells.width)
        self.cells.write_groups(0, line)
        return rest

    def _fitting_variants(self) -> list[Variant]:
        """As many as there is room for; the lead is always among them."""
        most = max((self.cells.width - self.margin + 2) // (NARROWEST + 2), 1)
        if len(self.variants) <= most:
            return self.variants
        kept = [variant for variant in self.variants if not variant.is_lead][: most - 1]
        return [variant for variant in self.variants if variant.is_lead or variant in kept]

    def _known(self, variant: Variant, ref: Ref, of: Quantity) -> float | None:
        """A number that a variant has, once all of what it is made of is known."""
        if not has_layer(variant, ref.layer) or not self.is_known(variant, of, ref.layer):
            return None
        value = tape_of(variant).value(ref, variant.snapshot.sample)
        return None if isnan(value) else value

    def _bar(self, place: Area, size: float, decades: tuple[int, int], role: str, of_number: str) -> None:
        """A size at (x, y) as a bar in so many cells, and as a number in so many."""
        (x, y, space, text_cells), (low, high), cells = place, decades, self.cells
        if size > 0:
            share = (log10(size) - low) / (high - low) if isfinite(size) else 1.0
            cells.write(x, y, cells.bar(max(share, 0.02), space), role)
        else:
            cells.write(x, y, self.glyphs.dead, "negative")
        text = scientific(size, 1) if size < 0.01 and size else number(size, text_cells, self.look.at_most(4))
        cells.write(x + space + 1, y, text, of_number)


def _decades(numbers: Sequence[float]) -> tuple[int, int]:
    """Powers of ten around the numbers."""
    finite = [each for each in numbers if isfinite(each)]
    if not finite:
        return -2, 0
    low, high = floor(log10(min(finite))), ceil(log10(max(finite)))
    return max(min(low, high - FEWEST_DECADES), high - MOST_DECADES), high


class Histograms(Layered):
    """Histograms about 0, all on one scale."""

    def draw(self, view: str) -> None:
        """How a layer's weights or gradients are spread, a row of columns for each layer, about 0 in the middle."""
        cells = self.cells
        of = HISTOGRAMS[view]
        spread = [self._spread(of, layer) for layer in self.rows]
        known = [layer for layer, numbers in zip(self.rows, spread, strict=True) if numbers is not None]
        deepest = min(known, default=len(self.rows))
        at_largest = Ref(LARGEST[of], 0, (deepest,))
        found = self.snapshot.value(at_largest) if known else None
        largest = found or 1.0
        names = [self.say("column.layer", layer=self.name_of(layer)) for layer in self.rows]
        left = widest(names) + 1
        room = max(cells.width - left - (22 if cells.width >= LEAST_WITH_SIZES else 0), 1)
        lines = max((cells.height - 2) // len(spread), 1)
        tall = max(min(lines - (lines > 2), 4), 1)
        first, rest = groups_that_fit(self._title(view, is_tall=tall > 1), cells.width)
        cells.write_groups(0, first)
        titles = 1
        if rest and (cells.height - 3) // len(spread) >= lines:
            cells.write_groups(1, rest)
            titles = 2
        for place, (layer, name, numbers) in enumerate(zip(self.rows, names, spread, strict=True)):
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
                text = number(numbers.deviation, 9, self.look.at_most(5))
                cells.write(x, y, text, Link("muted", Ref(DEVIATION[of], layer)))
        bottom = min(titles + lines * len(spread), cells.height - 1)
        if bottom > 1:
            text = number(largest, 8, self.look.at_most(3))
            cells.write(left, bottom, f"-{text}", "axis")
            cells.write(left + room // 2, bottom, "0", "axis")
            cells.write_right(left + room, bottom, text, Link("axis", at_largest) if found else "axis")
            if cells.width >= LEAST_WITH_SIZES:
                heading = f"{self.say('picture.count'):>6}  {self.say('picture.deviation')}"
                cells.write(left + room + 2, bottom, heading, "muted")

    def _title(self, view: str, *, is_tall: bool) -> list[Pieces]:
        """What is counted, what the numbers at the left are, after which update or in which iteration, and whose."""
        say, position = self.say, self.snapshot.position
        is_of_weights = HISTOGRAMS[view] is W
        groups: list[Pieces] = [
            [("W" if is_of_weights else "∂E/∂W", "symbol"), (f" {say(f'picture.{view}')}", "muted")]
        ]
        if is_tall:
            groups.append([(say("picture.tallest"), "muted")])
        if self.snapshot.scenario.training is not None:
            in_iteration = say("picture.of_iteration", iteration=position.iteration)
            groups.append([(after_updates(say, position.done) if is_of_weights else in_iteration, "muted")])
        return [*groups, *self.lead_named()]

    def _spread(self, of: Quantity, layer: int) -> Spread | None:
        """A layer's numbers, None while it has none."""
        if not has_layer(self.lead, layer):
            return None
        statistics = LayerStatistics(tape_of(self.lead), layer)
        if of is W:
            return statistics.weights
        return statistics.gradients if self.is_known(self.lead, DE_DW, layer) else None

    def _columns(self, place: Area, numbers: Spread, largest: float, ref: Ref) -> None:
        """A column of a histogram leads to what it counts; `ref` is without which of how many it is."""
        left, top, room, tall = place
        bins = room - 1 + room % 2 or 1  # an odd number: one of them stands about 0
        counts = numbers.counts(bins, largest)
        most = max(int(counts.max()), 1)
        refs = [ref._replace(index=(bins, column, *ref.index)) for column in range(bins)]
        if tall > 1:  # else the layer's name stands there
            text = fit(f"{most:,}", left - 1)
            self.cells.write_right(left - 1, top, text, Link("axis", refs[int(counts.argmax())]))
        heights = HEIGHTS[self.glyphs.has_dots]
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
        cells, say, glyphs = self.cells, self.say, self.glyphs
        left = self.margin
        rows = self.rows
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
            if has_room:
                self._count(left, y, DEAD, layer)
                self._count(left + 10, y, SATURATED, layer)
            self._row(left + 21 * has_room, y, layer, marks)
        legend = {
            glyphs.dead: say("picture.dead_told"),
            glyphs.flat: say("picture.saturated_told", share=f"{SATURATED_BELOW:.0%}"),
        }
        for y, (mark, text) in enumerate(legend.items(), start=cells.height - 2):
            if y > len(rows):
                cells.write_groups(y, [[(mark, "negative"), (" " + text, "muted")]])

    def _count(self, x: int, y: int, stuck: StuckCount, layer: int) -> None:
        """How many of the layer's units are so."""
        refs = {"count": Ref(stuck, layer), "units": Ref(COLUMNS["W"], layer)}
        numbers = {name: (f"{self.snapshot.value(ref) or 0:.0f}", ref) for name, ref in refs.items()}
        role = "text" if numbers["count"][0] == "0" else "negative"
        self.cells.write_pieces(x, y, linked(self.say("picture.of_units"), role, **numbers))

    def _marks(self, layer: int) -> list[str] | None:
        """Of each unit: dead, saturated, or "" for neither; None while its outputs have not been computed."""
        tape, snapshot, glyphs = tape_of(self.lead), self.snapshot, self.glyphs
        if not has_layer(self.lead, layer) or not snapshot.is_shown(Ref(DEAD, layer)):
            return None
        marks = {IS_DEAD: glyphs.dead, IS_SATURATED: glyphs.flat}
        return [
            next((mark for kind, mark in marks.items() if snapshot.value(Ref(kind, layer, (unit,)))), "")
            for unit in range(tape.structure.layer(layer).units)
        ]

    def _row(self, x: int, y: int, layer: int, marks: list[str]) -> None:
        cells, snapshot = self.cells, self.snapshot
        names = [snapshot.symbol(Ref(A, layer, (unit,))) for unit in range(len(marks))]
        # what says of a unit whether it is stuck: dead, or where its function levels out, saturated
        levels_out = saturated_below(tape_of(self.lead).structure.layer(layer).activation) is not None
        refs = [Ref(IS_SATURATED if levels_out else IS_DEAD, layer, (unit,)) for unit in range(len(marks))]
        total = sum(len(name) + 3 for name in names)
        if x + total <= cells.width:
            for name, mark, ref in zip(names, marks, refs, strict=True):
                end = cells.write(x, y, name, Link("symbol", ref))
                cells.write(end, y, mark, "negative")
                x += len(name) + 3
            return
        for unit, mark in enumerate(marks):
            if x + unit >= cells.width - 1 and unit + 1 < len(marks):
                cells.write(x + unit, y, "…", "muted")
                return
            cells.write(x + unit, y, mark or self.look.dot, Link("negative" if mark else "muted", refs[unit]))
