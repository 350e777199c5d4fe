"""How weights or gradients are spread, a histogram for each layer. No Textual here."""

from __future__ import annotations

from dlsim.engine.kinds.layered.quantities import DE_DW, W
from dlsim.engine.kinds.network.layer_summaries import COLUMN, DEVIATION, LARGEST, NUMBERS
from dlsim.engine.kinds.network.spread import Spread as Numbers
from dlsim.engine.reference import Ref
from dlsim.engine.text import breadth
from dlsim.tui.drawing.diagram.numbers import number
from dlsim.tui.drawing.link import Link
from dlsim.tui.drawing.pictures.cells import shortened
from dlsim.tui.drawing.pictures.layered import Layered, statistics_of
from dlsim.tui.drawing.pictures.legend import Group, in_lines, write_line

HEIGHTS = " ▁▂▃▄▅▆▇█"
ASCII_HEIGHTS = " .:-=+*#@"
LEAST_WITH_SIZES = 60
"""Cells from which each layer says how many numbers it has and how far they spread."""


class Spread(Layered):
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
        first, rest = in_lines(self._title(view, is_tall=tall > 1), cells.width)
        write_line(cells, 0, first)
        titles = 1
        if rest and (cells.height - 3) // max(len(spread), 1) >= lines:
            write_line(cells, 1, rest)
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

    def _title(self, view: str, *, is_tall: bool) -> list[Group]:
        """What is counted, what the numbers at the left are, after which update or in which iteration, and whose."""
        say, position = self.scene.say, self.lead.snapshot.position
        is_of_weights = view == "weight_histogram"
        groups: list[Group] = [[("W" if is_of_weights else "∂E/∂W", "symbol"), (f" {say(f'picture.{view}')}", "muted")]]
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

    def _spread(self, view: str, layer: int) -> Numbers | None:
        statistics = statistics_of(self.lead, layer)
        if statistics is None:
            return None
        if view == "weight_histogram":
            return statistics.weights
        return statistics.gradients if self.is_known(self.lead, DE_DW, layer) else None

    def _columns(self, place: tuple[int, int, int, int], numbers: Numbers, largest: float, ref: Ref) -> None:
        """A column of a histogram leads to what it counts; `ref` is without which of how many it is."""
        left, top, room, tall = place
        bins = room - 1 + room % 2 or 1  # an odd number: one of them stands about 0
        counts = numbers.counts(bins, largest)
        most = max(int(counts.max()), 1)
        refs = [ref._replace(index=(bins, column, *ref.index)) for column in range(bins)]
        if tall > 1:  # else the layer's name stands there
            text = shortened(f"{most:,}", left - 1)
            self.cells.write_right(left - 1, top, text, Link("axis", refs[int(counts.argmax())]))
        heights = HEIGHTS if self.cells.glyphs.has_dots else ASCII_HEIGHTS
        for column, count in enumerate(counts.tolist()):
            eighths = max(round(count / most * tall * 8), 1) if count else 0
            for line in range(tall):
                filled = min(max(eighths - 8 * line, 0), 8)
                role = "positive" if column > bins // 2 else "negative" if column < bins // 2 else "muted"
                if filled:
                    self.cells.write(left + column, top + tall - 1 - line, heights[filled], Link(role, refs[column]))
