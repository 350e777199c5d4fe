"""The loss of every iteration done, as a curve; its cost does not depend on how many they are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import starmap
from math import ceil
from time import monotonic

import numpy as np
from msgspec import structs
from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from dlsim.engine.branches import Ghost
from dlsim.engine.calendar import Epochs
from dlsim.engine.curve import Curve
from dlsim.engine.numerals import DIGITS, fixed
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.diagram.canvas import Run
from dlsim.tui.diagram.glyphs import UNICODE, Glyphs
from dlsim.tui.lookalikes import plain
from dlsim.tui.pictures.variants import Variant
from dlsim.tui.plots import BRAILLE, Series, left_of_curves, plot
from dlsim.tui.widgets.lines import wrap
from dlsim.tui.widgets.roles import RoleWidget
from dlsim.tui.words import Words, words

BURST, PER_SECOND = 3, 7
"""So many redraws at once, and so many a second from then on: never more than ten in any second."""
LOOKS = (("curve", BRAILLE), ("curve-2", "•"), ("curve-3", "+"), ("curve-4", "×"))
"""(role, marker) of the first curve, of the second …"""
PLAIN_LOOKS = (("curve", "*"), ("curve-2", "o"), ("curve-3", "+"), ("curve-4", "x"))
LEGEND = {BRAILLE: "⠤⠤"}
POSITION = "●"
NOTHING = "–"
REST_FOR_DRAW = 16
"""In a run the curve rests so many times as long as it took to draw: a key hardly ever meets it."""
LEAST_WITH_CAPTION = 3
LEAST_WITH_LEGEND = 6
ROUNDING = 1e-9
"""So much more than a whole number of epochs is that number."""
CONTEXT, LEAST_CONTEXT = 1.5, 10
"""Of a run that was left as much is drawn as the present one times this, or so many iterations more."""
PLACES = ("x", "y")
"""Curves that are no losses: the way over a surface, which its picture shows."""


class Throttle:
    """Lets a few things happen at once and then only so many a second: a bucket that refills."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left = float(burst)
        self._seen = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next is allowed, 0 if it is and counts as having happened."""
        self._left = min(self._left + (now - self._seen) * self._per_second, self._burst)
        self._seen = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._per_second


class LossCurve(RoleWidget):
    """Draws the curves of a snapshot, the loss first. A click on them leads to an iteration."""

    class Sought(Message):
        """The reader wants to be where so many updates are done."""

        def __init__(self, iteration: int) -> None:
            super().__init__()
            self.iteration = iteration

    class Picked(Message):
        """The loss that stands over the curve was clicked."""

    def __init__(
        self,
        say: Words | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
        glyphs: Glyphs = UNICODE,
        empty: str = NOTHING,
    ) -> None:
        """`empty` is what it says before there is anything to draw."""
        super().__init__(id=id, classes=classes)
        self._say, self._empty = say or words(), empty
        self._drawn_at = self._draw_seconds = 0.0
        self._is_plain, self._ghost_mark = not glyphs.has_dots, glyphs.ghost
        self._looks = PLAIN_LOOKS if self._is_plain else LOOKS
        self._throttle = Throttle(BURST, PER_SECOND)
        self._later: Timer | None = None
        self._is_calm = True  # the last call changed nothing
        self._curves: Mapping[str, Curve] = {}
        self._counts: Collection[str] = ()  # the curves that count something
        self._ghost: Ghost | None = None
        self._returned = Curve()
        self._ways: Sequence[tuple[Variant, Curve]] = ()
        self._epochs: Epochs | None = None
        self._digits = DIGITS
        self._strips: list[Strip] = []
        self._drawn: tuple[object, ...] | None = None
        self._known = 0
        self._span, self._top = (1.0, 1.0), 0
        self.is_log = False
        self.draws = 0
        self._told_cells = 0
        """So many of the first line tell the loss, and of which iteration."""

    def show(self, snapshot: Snapshot, ways: Sequence[Variant] = (), digits: int = DIGITS) -> None:
        """Show the curves of this moment: at once, or a little later while they change with every call.

        Steps within an iteration leave the curves as they are: whoever steps by hand sees every change at once.
        """
        self._known = len(snapshot.known)
        if digits != self._digits:
            self._digits, self._drawn = digits, None
            self.refresh()
        ghost = next((ghost for ghost in snapshot.ghosts[:1] if len(ghost.curve) > 1), None)
        curves = {name: curve for name, curve in snapshot.curves.items() if name not in PLACES}
        others = [(way, way.snapshot.curves["loss"]) for way in ways if "loss" in way.snapshot.curves]
        has_same_ghost = _key_of_ghost(ghost) == _key_of_ghost(self._ghost)
        has_same_ghost &= _key({"": snapshot.returned}) == _key({"": self._returned})
        if has_same_ghost and _key_of_ways(others) == _key_of_ways(self._ways) and not self._differ(curves):
            self._is_calm = True
            return
        self._curves, self._ghost, self._ways = curves, ghost, others
        self._returned = snapshot.returned
        self._counts = getattr(snapshot.scenario.body, "gates", ())
        self._epochs = snapshot.epochs
        if self._is_calm:
            self._is_calm = False
            self._drawn = None
            self.refresh()
        else:
            self._redraw()

    def toggle_log(self) -> None:
        """Logarithmic scale, or linear again."""
        self.is_log = not self.is_log
        self._drawn = None
        self.refresh()

    def _differ(self, curves: Mapping[str, Curve]) -> bool:
        """Whether these look different: other curves, longer or shorter ones, or another run's."""
        return _key(curves) != _key(self._curves)

    def _redraw(self) -> None:
        if self._later is not None:
            return  # what will be drawn then is what holds then
        wait = self._throttle.wait(monotonic())
        if wait:
            self._later = self.set_timer(wait, self._redraw_now)
        else:
            self.refresh()

    def _redraw_now(self) -> None:
        self._later = None
        self._redraw()

    # drawing

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        if self._later is None or self._drawn is None or self._drawn[0] != self.size:
            runs = _key({"": self._returned}), _key_of_ghost(self._ghost), _key_of_ways(self._ways)
            key = (self.size, self.is_log, *_key(self._curves), *runs)
            if key != self._drawn:
                self._drawn = key
                self._strips = self._draw(self.size)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.style_of(""))

    @property
    def is_due(self) -> bool:
        """Whether it is time to draw what goes on changing: the longer that takes, the more rarely it is done."""
        return monotonic() - self._drawn_at >= REST_FOR_DRAW * self._draw_seconds

    def _draw(self, size: Size) -> list[Strip]:
        begun = monotonic()
        strips = self._drawn_strips(size)
        self._drawn_at = monotonic()
        self._draw_seconds = self._drawn_at - begun
        return strips

    def _drawn_strips(self, size: Size) -> list[Strip]:
        self.draws += 1
        width, _ = size
        return [
            Strip(
                [Segment(plain(text) if self._is_plain else text, self.style_of(role)) for text, role in row]
            ).adjust_cell_length(width, self.style_of(""))
            for row in self._rows(size)
        ]

    def _rows(self, size: Size) -> list[list[Run]]:
        """The caption, the legend, the curves."""
        width, height = size
        iterations = max((len(curve) for curve in self._curves.values()), default=0)
        rows: list[list[Run]] = []
        self._told_cells = 0
        if not iterations:
            rows += [[Run(" ", ""), *starmap(Run, line)] for line in wrap([(self._empty, "muted")], max(width - 2, 1))]
        elif height >= LEAST_WITH_CAPTION:
            rows.append(self._caption(width, iterations))
        if self._ways and height >= LEAST_WITH_LEGEND:
            rows += self._legend(width, most=max(height // 4, 1))
        by_epochs = self._counts_epochs
        behind = []
        if self._ghost is not None:
            ghost = _later(self._ghost.curve.head(self._ghosts_end), self._ghost.fork, width, self._ghost_mark)
            if len(ghost.x):
                behind.append(_over_epochs(ghost, self._ghost.epochs) if by_epochs else ghost)
        for way, curve in self._ways:
            if not way.is_lead:
                series = _series(curve, width, way.role, self._looks[0][1], way.mark)
                behind += [_over_epochs(one, way.snapshot.epochs) for one in series] if by_epochs else series
        if len(self._returned) > iterations > 0:  # what is ahead, of a run that one has gone back to
            ahead = _later(self._returned, iterations, width, self._looks[0][1])
            behind.append(_over_epochs(ahead, self._epochs) if by_epochs and self._epochs else ahead)
        series = self._series(width)
        if by_epochs and self._epochs is not None:
            series = [_over_epochs(one, self._epochs) for one in series]
        room = height - len(rows)
        mark = next((way.mark for way, _ in self._ways if way.is_lead), POSITION)
        end = max((float(one.x.max()) for one in [*series, *behind]), default=1.0)
        span = (0.0, float(max(ceil(end - ROUNDING), 1))) if by_epochs else (1.0, end)
        name = self._say("curve.epochs" if by_epochs else "curve.iterations")
        self._span, self._top = span, len(rows)
        rows += plot(series, width, room, span=span, name=name, log=self.is_log, mark=mark, behind=behind)
        return rows[:height]

    @property
    def _ghosts_end(self) -> int:
        """The iteration up to which the run is drawn that an edit has left: a long one would leave the present run a
        single column, so the axis follows the present run and what is beside it.
        """
        if self._ghost is None:
            return 0
        runs = [(curve, self._epochs) for curve in (*self._curves.values(), self._returned)]
        runs += [(curve, way.snapshot.epochs) for way, curve in self._ways]
        reached = max((self._place_of(len(curve), epochs) for curve, epochs in runs), default=0.0)
        furthest = max(CONTEXT * reached, 0 if self._counts_epochs else reached + LEAST_CONTEXT)
        ghost = self._ghost
        iterations = range(1, len(ghost.curve) + 1)
        return bisect_right(iterations, furthest, key=lambda done: self._place_of(done, ghost.epochs))

    def _place_of(self, done: int, epochs: Epochs | None) -> float:
        """Where on the axis an iteration lies of a run with these epochs."""
        return float(epochs.done(np.array([done]))[0]) if self._counts_epochs and epochs is not None else float(done)

    # the mouse

    def on_click(self, event: events.Click) -> None:
        """Pick the loss that is told above, or seek the iteration that lies there."""
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y == 0 and place.x < self._told_cells:
            event.stop()
            self.post_message(self.Picked())
        elif (iteration := self.iteration_at(place.x, place.y)) is not None:
            self.post_message(self.Sought(iteration))

    def iteration_at(self, x: int, y: int) -> int | None:
        """The iteration at a cell, the run's last beyond its end; None where there is no curve."""
        rows = [strip.text for strip in self._strips[self._top :]]
        if y < self._top or not any(rows) or not self._curves:
            return None
        low, high = self._span
        left, columns = left_of_curves(rows, is_plain=self._is_plain), self.size.width
        share = min(max((x - left) / max(columns - left - 1, 1), 0.0), 1.0)
        wanted = low + share * (high - low)
        if not self._counts_epochs:
            return min(round(wanted), self._known)
        return bisect_left(range(1, self._known), wanted, key=lambda done: self._place_of(done, self._epochs)) + 1

    @property
    def _counts_epochs(self) -> bool:
        """Whether x is epochs, because an epoch is not as many iterations in all the ways: else it is iterations."""
        return len({way.snapshot.position.batches for way, _ in self._ways}) > 1

    def _series(self, columns: int) -> list[Series]:
        series = []
        for number, curve in enumerate(self._curves.values()):
            role, marker = self._looks[min(number, len(self._looks) - 1)]
            series += _series(curve, columns, role, marker)
        return series

    def _sample_of(self, number: int) -> str:
        """What the curve of that number is drawn with, for a legend."""
        marker = self._looks[min(number, len(self._looks) - 1)][1]
        return LEGEND.get(marker, marker)

    def _legend(self, width: int, most: int) -> list[list[Run]]:
        """Which curve is which way of the scenario, in as many lines as it takes, up to `most`."""
        rows: list[list[Run]] = [[Run(" ", "")]]
        for way, _ in self._ways:
            role = self._looks[0][0] if way.is_lead else way.role
            entry = [Run(f"{way.mark} ", role), Run(f"{way.name}  ", "operand" if way.is_lead else "muted")]
            if len(rows[-1]) > 1 and _cells([*rows[-1], *entry]) > width:
                rows.append([Run(" ", "")])
            rows[-1] += _fitting([entry], width - _cells(rows[-1]))
        return rows[:most]

    def _caption(self, width: int, iterations: int) -> list[Run]:
        """The loss of the last iteration done, which one that was, and which curve is which. What has no room is left
        out whole: no mark without its name.
        """
        row: list[Run] = []

        def add(*forms: Sequence[Run]) -> None:
            row.extend(_fitting(forms, width - _cells(row)))

        is_alone = len(self._curves) == 1
        for number, (name, curve) in enumerate(self._curves.items()):
            role, _ = self._looks[min(number, len(self._looks) - 1)]
            gap = Run("  " if number else " ", "")
            sample = [] if is_alone else [Run(f"{self._sample_of(number)} ", role)]
            title = Run(f"{self._say.first([f'curve.{name}', 'column.any'], name=name)} ", "muted")
            last = Run(_last(curve, 0 if name in self._counts else self._digits), "text" if number else "operand")
            add([gap, *sample, title, last], [gap, *sample, title])
            self._told_cells = self._told_cells or _cells(row)
        add([Run(f"  {self._say('header.iteration', iteration=iterations)}", "muted")])
        if self._ghost is not None:
            key = "curve.ghost_undone" if self._ghost.is_undone else "curve.ghost"
            forms = [self._say(key), self._say(f"{key}_in_short")]
            if len(self._ghost.curve) > self._ghosts_end:
                end = len(self._ghost.curve)
                forms = [*(self._say("curve.ghost_goes_on", ghost=form, end=end) for form in forms), *forms]
            add(*([Run(f"  {2 * self._ghost_mark} {form}", "muted")] for form in forms))
        if self.is_log:
            add([Run(f"  {self._say('key.look.log.name')}", "muted")])
        return row

    # what makes it look otherwise

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._drawn = None

    def on_show(self, _event: events.Show) -> None:
        """On screen again: draw what holds now."""
        self.refresh()


def _series(curve: Curve, columns: int, role: str, marker: str, mark: str = "") -> list[Series]:
    """Blocks of numbers, and the first and the last of them where they stand; iterations count from 1."""
    if not len(curve):
        return []
    place, low, high = curve.envelope(columns)
    ends, end = np.array([0.0, len(curve) - 1]), curve.values[[0, -1]]
    x = np.concatenate([ends[:1], place, ends[1:]]) + 1
    low, high = (np.concatenate([end[:1], side, end[1:]]) for side in (low, high))
    return [Series(x, low, high, role, marker, mark)]


def _over_epochs(series: Series, epochs: Epochs) -> Series:
    """The same with epochs for iterations."""
    return structs.replace(series, x=epochs.done(series.x))


def _key_of_ways(ways: Sequence[tuple[Variant, Curve]]) -> tuple[object, ...]:
    """What of the ways makes them look different."""
    return _key({f"{way.name} {way.is_lead} {way.snapshot.position.batches}": curve for way, curve in ways})


def _key(curves: Mapping[str, Curve]) -> tuple[object, ...]:
    """What of curves makes them look different; a run's numbers up to a point never change, another run's differ."""
    return tuple(
        (name, len(curve), curve.values[[0, -1]].tobytes()) if len(curve) else (name, 0)
        for name, curve in curves.items()
    )


def _key_of_ghost(ghost: Ghost | None) -> tuple[object, ...]:
    return () if ghost is None else (ghost.fork, *_key({"": ghost.curve}))


def _later(curve: Curve, first: int, columns: int, marker: str) -> Series:
    """A run from an iteration on, behind the present one: what an edit left from where the two part, what is ahead."""
    place, low, high = curve.envelope(columns)
    last, end = np.array([len(curve)], dtype=float), curve.values[-1:]
    x = np.concatenate([place + 1, last])
    later = x >= first
    low, high = np.concatenate([low, end])[later], np.concatenate([high, end])[later]
    return Series(x[later], low, high, "muted", marker)


def _last(curve: Curve, digits: int) -> str:
    """The last number of a curve that is one."""
    values = curve.values
    for value in reversed(values[-1000:].tolist()):
        if value == value:  # noqa: PLR0124 - NaN marks a gap
            return fixed(value, digits)
    return NOTHING


def _cells(runs: Iterable[Run]) -> int:
    return sum(cell_len(text) for text, _ in runs)


def _fitting(forms: Iterable[Sequence[Run]], width: int) -> Sequence[Run]:
    """The first of these forms that fits, whole; nothing where none does."""
    return next((form for form in forms if _cells(form) <= width), ())
