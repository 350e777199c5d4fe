"""How large gradients are, layer by layer and variant by variant, on a log scale."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, isnan, log10

from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DW, DE_DZ
from dlsim.engine.kinds.network.layer_summaries import MEAN_SIZE, SLOPES
from dlsim.engine.numbers import power_of_ten, scientific
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.numbers import number
from dlsim.tui.drawing.pictures.layered import Histograms, Layered, StuckUnits, tape_of
from dlsim.tui.drawing.pictures.scene import Drawing, Scene, network_tape
from dlsim.tui.drawing.text import Pieces, fit, groups_that_fit
from dlsim.tui.drawing.variants import Variant
from dlsim.tui.session.keys import SIMULATOR_KEYS
from dlsim.tui.words import caps

VIEWS = ("gradients", "deltas", "derivatives", "weight_histogram", "gradient_histogram", "units")
FORWARD_VIEWS = ("weight_histogram", "units")
SIZES = {"gradients": DE_DW, "deltas": DE_DZ, "derivatives": DA_DZ}
"""By view: of what the mean size in a layer is drawn."""
TOLD = {"gradients": "mean_gradient", "deltas": "mean_delta", "derivatives": "mean_slope"}
FEWEST_DECADES, MOST_DECADES = 2, 16
NARROWEST = 15
"""Cells that a variant's bars need."""
LEAST_WITH_PRODUCTS = 26


def views(snapshot: Snapshot) -> Sequence[str]:
    """Gradients only where something is trained."""
    return VIEWS if snapshot.scenario.training else FORWARD_VIEWS


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The chosen view."""
    cells = Canvas(width, height, scene.look.glyphs, scene.selected)
    if network_tape(scene.snapshot) is None:
        return Drawing(cells)
    names = views(scene.snapshot)
    view = names[scene.view % len(names)]
    if view in SIZES:
        MeanSizes(scene, cells).draw(view)
    elif view == "units":
        StuckUnits(scene, cells).draw()
    else:
        Histograms(scene, cells).draw(view)
    return Drawing(cells, cells.hits, is_table=True)


class MeanSizes(Layered):
    """Mean sizes on a log scale."""

    def draw(self, view: str) -> None:
        """A column of bars for each variant, a bar for each layer, all on one scale."""
        cells = self.cells
        shown = self._fitting_variants()
        table = [[self._size(view, variant, layer) for layer in self.rows()] for variant in shown]
        numbers = [size for column in table for size in column if size is not None and size > 0]
        low, high = _decades(numbers)
        has_title = cells.height > len(self.rows()) + 1 or len(shown) < len(self.variants)
        top = int(has_title)
        if len(shown) > 1 or self.lead.name:
            self._heads(shown, top)
            top += 1
        left = self.margin()
        room = (cells.width - left + 2) // len(shown) - 2
        spare = cells.height - top - len(self.rows()) - 1
        step = 2 if spare >= len(self.rows()) else 1
        products = view == "derivatives" and room >= LEAST_WITH_PRODUCTS
        rest = self._title(view, shown, products=products) if has_title else []
        for row, layer in enumerate(self.rows()):
            y = top + row * step
            if y >= cells.height:
                cells.write(cells.width - 1, cells.height - 1, cells.glyphs.more, "muted")
                break
            cells.write(0, y, fit(self.name_of(layer), left - 1), "muted")
            for place, variant in enumerate(shown):
                x = left + place * (room + 2)
                text_cells = 8 if room < 24 else 10
                space = max(room - text_cells - 1 - (11 if products else 0), 1)
                size = table[place][row]
                if size is None:
                    cells.write(x, y, fit(self.so_far(variant, SIZES[view], layer), room), "muted")
                else:
                    self._bar((x, y, space, text_cells), size, (low, high), variant, Ref(MEAN_SIZE[SIZES[view]], layer))
                product = self._product(variant, layer) if products else None
                if product is not None:
                    text = number(product, 9, self.scene.look.at_most(6))
                    end = cells.write(x + space + text_cells + 2, y, "×", "muted")
                    cells.write(end, y, text, variant.linked("muted", Ref(SLOPES, layer)))
        y = top + len(self.rows()) * step
        if y < cells.height and numbers:
            for place in range(len(shown)):
                self._scale(left + place * (room + 2), y, space, (low, high))
        if y + 1 < cells.height:
            cells.write_groups(y + 1, rest)

    def _title(self, view: str, shown: list[Variant], *, products: bool) -> list[Pieces]:
        """What the bars are, how many variants there was no room for, of which iteration: as much as fits; the rest."""
        say, missing = self.scene.say, len(self.variants) - len(shown)
        key = caps(say, SIMULATOR_KEYS)["scenario.variant"]
        more = say("picture.more_variants", count=missing, key=key) if missing else ""
        room = self.cells.width - (breadth(more) + 2 if more else 0)
        told = fit(say(f"picture.{TOLD[view]}"), room)
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
        most = max((self.cells.width - self.margin() + 2) // (NARROWEST + 2), 1)
        if len(self.variants) <= most:
            return self.variants
        kept = [variant for variant in self.variants if not variant.is_lead][: most - 1]
        return [variant for variant in self.variants if variant.is_lead or variant in kept]

    def _heads(self, shown: list[Variant], y: int) -> None:
        left = self.margin()
        room = (self.cells.width - left + 2) // len(shown) - 2
        for place, variant in enumerate(shown):
            x = self.cells.write(left + place * (room + 2), y, variant.mark, variant.role)
            self.cells.write(x, y, " " + fit(variant.name, room - 2), "lead" if variant.is_lead else "text")

    def _size(self, view: str, variant: Variant, layer: int) -> float | None:
        """The mean size in a layer, once the lead has revealed all of it."""
        return self._known(variant, Ref(MEAN_SIZE[SIZES[view]], layer), (layer, SIZES[view]))

    def _product(self, variant: Variant, layer: int) -> float | None:
        """The mean slopes from the output down to here, multiplied."""
        return self._known(variant, Ref(SLOPES, layer), (layer, DA_DZ))

    def _known(self, variant: Variant, ref: Ref, of: tuple[int, Quantity]) -> float | None:
        """A number that a variant has, once all of what it is made of is known."""
        layer, quantity = of
        tape = tape_of(variant)
        if layer > len(tape.structure.layers) or not self.is_known(variant, quantity, layer):
            return None
        value = tape.value(ref, variant.snapshot.sample)
        return None if isnan(value) else value

    def _bar(
        self, place: tuple[int, int, int, int], size: float, decades: tuple[int, int], variant: Variant, ref: Ref
    ) -> None:
        x, y, space, text_cells = place
        cells = self.cells
        if size > 0:
            low, high = decades
            share = (log10(size) - low) / (high - low) if isfinite(size) else 1.0
            cells.write(x, y, cells.bar(max(share, 0.02), space), variant.role)
        else:
            cells.write(x, y, cells.glyphs.dead, "negative")
        text = scientific(size, 1) if size < 0.01 and size else number(size, text_cells, self.scene.look.at_most(4))
        cells.write(x + space + 1, y, text, variant.linked("text" if size else "negative", ref))

    def _scale(self, x: int, y: int, space: int, decades: tuple[int, int]) -> None:
        low, high = decades
        first, last = _power(low), _power(high)
        self.cells.write(x, y, first, "axis")
        if space >= len(first) + len(last) + 1:
            self.cells.write_right(x + space, y, last, "axis")


def _decades(numbers: Sequence[float]) -> tuple[int, int]:
    """Powers of ten around the numbers."""
    finite = [each for each in numbers if isfinite(each)]
    if not finite:
        return -2, 0
    low, high = floor(log10(min(finite))), ceil(log10(max(finite)))
    return max(min(low, high - FEWEST_DECADES), high - MOST_DECADES), high


def _power(exponent: int) -> str:
    return power_of_ten(exponent) if exponent else "1"
