"""The loss curve: the curves of a moment and of the runs beside it, by iterations or by epochs, as rows of text with
roles.

Here is the one place that knows plotext, for the UI thread only. plotext draws into one figure for the whole process
and fails on numbers that are not finite, so it is given a cleared figure and points between 0 and 1; scales, ticks and
their labels are made in `scales.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

import numpy as np
from msgspec import Struct, field, structs
from numpy.typing import NDArray

from dlsim.engine.curve import Curve
from dlsim.engine.model import Epochs
from dlsim.engine.runs import Ghost
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing import scales
from dlsim.tui.drawing.scales import Scale, labels, x_ticks, y_ticks
from dlsim.tui.drawing.text import Piece
from dlsim.tui.drawing.variants import Variant

CONTEXT, LEAST_CONTEXT = 1.5, 10
"""Of a run that was left as much is drawn as the present one times this, or so many iterations more."""
ROUNDING = 1e-9
"""So much more than a whole number of epochs is that number."""
BRAILLE = "braille"
PLACES = ("x", "y", "η_x", "η_y")
"""Curves that are no losses: the way over a surface and the rates on it, which its pictures show."""

MOST_IN_MEAN = 256
"""A running mean is over the batches of an epoch, and no more than so many."""
CUT_OFF = 2.5
"""A band is drawn up to so many times the highest of the lines."""

LATEST = 1000
"""So many iterations are looked through for the last number of a curve that has gaps."""

Look = tuple[str, str]
"""(role, marker) of a curve."""


class Curves(Struct, frozen=True):
    """The curves of the present run, the loss first; the run that an edit has left; the loss of the present run as far
    as it has ever been; the losses of the variants.
    """

    own: Mapping[str, Curve] = {}
    ghost: Ghost | None = None
    returned: Curve = field(default_factory=Curve)
    variants: Sequence[tuple[Variant, Curve]] = ()
    epochs: Epochs | None = None
    is_part: bool = False
    """The loss is that of a batch that is a part of the data."""
    window: int = 1
    """Over so many of them its running mean is."""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes them look different."""
        runs = {f"{one.name} {one.is_lead} {one.snapshot.position.batches}": curve for one, curve in self.variants}
        ghost = () if self.ghost is None else (self.ghost.fork, *_key({"": self.ghost.curve}))
        return (self.is_part, *_key(self.own), _key({"": self.returned}), ghost, _key(runs))

    @property
    def iterations(self) -> int:
        """How many are done."""
        return max((len(curve) for curve in self.own.values()), default=0)

    @property
    def counts_epochs(self) -> bool:
        """Whether x is epochs, because an epoch is not as many iterations in all variants: else it is iterations."""
        return len({variant.snapshot.position.batches for variant, _ in self.variants}) > 1

    @property
    def ghosts_end(self) -> int:
        """The iteration up to which the run is drawn that an edit has left: a long one would leave the present run a
        single column, so the axis follows the present run and what is beside it.
        """
        if self.ghost is None:
            return 0
        runs = [(curve, self.epochs) for curve in (*self.own.values(), self.returned)]
        runs += [(curve, variant.snapshot.epochs) for variant, curve in self.variants]
        reached = max((self._place_of(len(curve), epochs) for curve, epochs in runs), default=0.0)
        furthest = max(CONTEXT * reached, 0 if self.counts_epochs else reached + LEAST_CONTEXT)
        ghost = self.ghost
        iterations = range(1, len(ghost.curve) + 1)
        return bisect_right(iterations, furthest, key=lambda done: self._place_of(done, ghost.epochs))

    def iteration_at(self, place: float, known: int) -> int:
        """The iteration that is nearest to a place on the axis, of so many that are known."""
        if not self.counts_epochs:
            return min(round(place), known)
        return bisect_left(range(1, known), place, key=lambda done: self._place_of(done, self.epochs)) + 1

    def series(self, columns: int, looks: Sequence[Look]) -> list[Series]:
        """The present run's, in so many columns; of what leaps from batch to batch the running mean."""
        found = []
        for number, (name, curve) in enumerate(self.own.items()):
            role, marker = looks[min(number, len(looks) - 1)]
            drawn = series_of(curve, columns, role, marker)
            if name == "loss" and self.is_part:
                drawn = [_mean(curve, one, self.window) for one in drawn]
            found += [self._placed(one, self.epochs) for one in drawn]
        return found

    def bands(self, columns: int, marker: str, band_mark: str) -> Iterator[Series]:
        """What the losses of batches leap over, in each run; few of them as a line."""
        runs: list[tuple[bool, Curve, Epochs | None]] = [
            (variant.snapshot.is_part, curve, variant.snapshot.epochs) for variant, curve in self.variants
        ]
        if not runs and "loss" in self.own:
            runs.append((self.is_part, self.own["loss"], self.epochs))
        for is_part, curve, epochs in runs:
            for one in series_of(curve, columns, "muted", band_mark) if is_part else ():
                is_line = np.array_equal(one.low, one.high)
                yield self._placed(structs.replace(one, marker=marker) if is_line else one, epochs)

    def behind(self, columns: int, marker: str, ghost_mark: str) -> Iterator[Series]:
        """Those of the other runs."""
        if self.ghost is not None:
            ghost = _later(self.ghost.curve.head(self.ghosts_end), self.ghost.fork, columns, ghost_mark)
            if len(ghost.x):
                yield self._placed(ghost, self.ghost.epochs)
        for variant, curve in self.variants:
            snapshot = variant.snapshot
            for one in () if variant.is_lead else series_of(curve, columns, variant.role, marker, variant.mark):
                drawn = _mean(curve, one, window_of(snapshot)) if snapshot.is_part else one
                yield self._placed(drawn, snapshot.epochs)
        if len(self.returned) > self.iterations:  # what is ahead, of a run that one has gone back in
            yield self._placed(_later(self.returned, max(self.iterations, 1), columns, marker), self.epochs)

    def span(self, series: Sequence[Series]) -> tuple[float, float]:
        """The stretch of x that these take."""
        end = max((float(one.x.max()) for one in series), default=1.0)
        return (0.0, float(max(ceil(end - ROUNDING), 1))) if self.counts_epochs else (1.0, end)

    def _place_of(self, done: int, epochs: Epochs | None) -> float:
        """Where on the axis an iteration lies of a run with these epochs."""
        return float(epochs.done(np.array([done]))[0]) if self.counts_epochs and epochs is not None else float(done)

    def _placed(self, series: Series, epochs: Epochs | None) -> Series:
        """The same, with epochs for iterations where these are counted."""
        return structs.replace(series, x=epochs.done(series.x)) if self.counts_epochs and epochs is not None else series


def curves_of(snapshot: Snapshot, variants: Sequence[Variant], *, has_ahead: bool = False) -> Curves:
    """Those of a moment; with `has_ahead` also how the run has gone on from there before."""
    own = {name: curve for name, curve in snapshot.curves.items() if name not in PLACES}
    has_ahead = has_ahead and len(snapshot.known) > len(snapshot.returned)
    return Curves(
        own=own,
        ghost=next((ghost for ghost in snapshot.ghosts[:1] if len(ghost.curve) > 1), None),
        returned=snapshot.known if has_ahead else snapshot.returned,
        variants=[
            (variant, variant.snapshot.curves["loss"]) for variant in variants if "loss" in variant.snapshot.curves
        ],
        epochs=snapshot.epochs,
        is_part=snapshot.is_part,
        window=window_of(snapshot),
    )


def window_of(snapshot: Snapshot) -> int:
    """Over how many batches the running mean of a run is: those of an epoch, unless that are too many."""
    return min(snapshot.position.batches, MOST_IN_MEAN)


def place_of_last(curve: Curve) -> int:
    """Where the last number of a curve stands that is one, from 0; -1 where none of the latest is."""
    values = curve.values[-LATEST:]
    known = np.flatnonzero(~np.isnan(values))
    return len(curve) - len(values) + int(known[-1]) if len(known) else -1


def series_of(curve: Curve, columns: int, role: str, marker: str, mark: str = "") -> list[Series]:
    """Blocks of numbers, and the first and the last of them where they stand; iterations count from 1."""
    if not len(curve):
        return []
    place, low, high = curve.envelope(columns)
    ends, end = np.array([0.0, len(curve) - 1]), curve.values[[0, -1]]
    x = np.concatenate([ends[:1], place, ends[1:]]) + 1
    low, high = (np.concatenate([end[:1], side, end[1:]]) for side in (low, high))
    return [Series(x, low, high, role, marker, mark)]


def _mean(curve: Curve, series: Series, window: int) -> Series:
    """The mean of the last `window` numbers of a curve, at each x of its series; of fewer at its beginning."""
    places = np.floor(series.x).astype(np.int64)[:, np.newaxis] - 1 - np.arange(window)
    numbers = curve.values[np.maximum(places, 0)]
    counted = (places >= 0) & np.isfinite(numbers)
    with np.errstate(all="ignore"):
        mean = np.where(counted, numbers, 0.0).sum(axis=1) / counted.sum(axis=1)
    return structs.replace(series, low=mean, high=mean)


def cut_off(bands: Iterable[Series], lines: Sequence[Series]) -> list[Series]:
    """Bands no higher than some times the highest of the lines, which would lie flat beneath them."""
    known = [one.high[np.isfinite(one.high)] for one in lines]
    top = CUT_OFF * max((float(high.max()) for high in known if len(high)), default=0.0)
    if top <= 0:
        return list(bands)
    return [structs.replace(one, low=np.minimum(one.low, top), high=np.minimum(one.high, top)) for one in bands]


def _later(curve: Curve, first: int, columns: int, marker: str) -> Series:
    """A run from an iteration on, behind the present one: what an edit left from where the two part, what is ahead."""
    place, low, high = curve.envelope(columns)
    last, end = np.array([len(curve)], dtype=float), curve.values[-1:]
    x = np.concatenate([place + 1, last])
    later = x >= first
    low, high = np.concatenate([low, end])[later], np.concatenate([high, end])[later]
    return Series(x[later], low, high, "muted", marker)


def _key(curves: Mapping[str, Curve]) -> tuple[object, ...]:
    """What of curves makes them look different; a run's numbers up to a point never change, another run's differ."""
    return tuple(
        (name, len(curve), curve.values[[0, -1]].tobytes()) if len(curve) else (name, 0)
        for name, curve in curves.items()
    )


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


# curves in, text out

Array = NDArray[np.float64]

COLUMNS, ROWS = 2, 4
"""Dots of a cell."""
AXIS = "axis"
LEAST_WITH_AXES = (16, 4)
CELLS_OF_A_TICK = 12
COLOUR = re.compile("\x1b\\[(?:38;5;(\\d+)|0)m")
MARKS = 5
"""So many times a curve's mark stands on it."""


class Series(Struct, frozen=True):
    """One curve: at each x the least and the greatest of what lies there. `marker`: "braille" or a character."""

    x: Array
    low: Array
    high: Array
    role: str
    marker: str = BRAILLE
    mark: str = ""
    """A character that stands on the curve here and there, so that it is known without its colour."""


def plot(
    series: Sequence[Series],
    width: int,
    height: int,
    *,
    span: tuple[float, float] | None = None,
    name: str = "",
    log: bool = False,
    mark: str = "",
    mark_role: str = "active",
    behind: Sequence[Series] = (),
) -> list[list[Piece]]:
    """The curves in `width` × `height` cells, the end of the first one marked with `mark`; empty without points. A
    point that is alone stands where the end of a curve does.

    `span` is the stretch of x that is drawn, all there is unless given, and `name` is what x is. On a logarithmic
    scale what is not positive has no place and is left out. What is `behind` is drawn first, so that the curves
    cover it.
    """
    shown, under = _drawable(series, log=log), _drawable(behind, log=log)
    if not shown or width < 1 or height < 1:
        return []
    import plotext  # noqa: PLC0415 -- it takes 40 ms, and a run that has not begun has no curve to wait for

    drawn = [*shown, *under]
    begin, furthest = span or (min(float(one.x.min()) for one in drawn), max(float(one.x.max()) for one in drawn))
    least, greatest = min(float(one.low.min()) for one in drawn), max(float(one.high.max()) for one in drawn)
    most = scales.most_ticks(height - 2)
    across, up = scales.across(begin, furthest), scales.up(least, greatest, most, log=log)
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(width, height)
    plotext.theme("clear")
    columns, rows = _draw_axes(across, up, width, height, most, log=log, name=name, begin=begin)
    roles = dict(enumerate([*(one.role for one in [*under, *shown]), mark_role], start=1))
    for number, one in enumerate([*under, *shown], start=1):
        x, y = _path(across.place(one.x), up.place(one.low), up.place(one.high))
        plotext.plot(x.tolist(), y.tolist(), marker=one.marker, color=number)

    def draw_marks(one: Series, here: slice | NDArray[np.int64], mark: str, number: int) -> None:
        """In the cells of the curve's own dots."""
        dots = (COLUMNS, ROWS) if one.marker == BRAILLE else (1, 1)
        x = _middles(across.place(one.x[here]), columns, dots[0])
        y = _middles(up.place(one.low[here] / 2 + one.high[here] / 2), rows, dots[1])
        plotext.scatter(x, y, marker=mark, color=number)

    for number, one in enumerate(under, start=1):
        if one.mark:
            draw_marks(one, _here_and_there(len(one.x), number / len(under)), one.mark, number)
    if mark:
        draw_marks(shown[0], slice(-1, None), mark, len(roles))
    plotext.xlim(0, 1)
    plotext.ylim(0, 1)
    lines = _pieces(plotext.build(), roles, width, height)
    return [*lines[:-1], _named(lines[-1], name)] if _has_axes(width, height) else lines


def left_of_curves(rows: Sequence[str], *, is_plain: bool = False) -> int:
    """How many cells of these rows of a plot are taken by the labels of y and the axis itself."""
    axis = "|+" if is_plain else "│┤└"
    found = (min((place for place in map(row.find, axis) if place >= 0), default=-1) for row in rows)
    return next((place + 1 for place in found if place >= 0), 0)


def get_ready() -> None:
    """Import plotext, which takes 40 ms: neither the start nor the first key with a curve should wait for it."""
    import plotext  # noqa: F401, PLC0415


# what is drawn


def _here_and_there(points: int, share: float) -> NDArray[np.int64]:
    """A few of so many points, other ones for another share; the last one always."""
    places = (np.arange(MARKS) + share) / MARKS * (points - 1)
    return np.array(sorted({*places.astype(np.int64).tolist(), points - 1}))  # np.unique imports numpy.ma: 16 ms


def _drawable(series: Sequence[Series], *, log: bool) -> list[Series]:
    found = (_logarithmic(one) if log else one for one in map(_finite, series))
    return [one for one in found if len(one.x)]


def _finite(one: Series) -> Series:
    keep = np.isfinite(one.x) & np.isfinite(one.low) & np.isfinite(one.high)
    return Series(one.x[keep], one.low[keep], one.high[keep], one.role, one.marker, one.mark)


def _logarithmic(one: Series) -> Series:
    keep = one.high > 0
    low, high = one.low[keep], one.high[keep]
    if len(low):
        least = low[low > 0].min() if (low > 0).any() else high.min()
        low = np.log10(np.where(low > 0, low, least))
    return Series(one.x[keep], low, np.log10(high), one.role, one.marker, one.mark)


def _path(x: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Up and down through the extremes of every place, each once where they are the same."""
    if np.array_equal(low, high):
        return x, low
    extremes = np.stack([high, low], axis=1)
    extremes[1::2] = extremes[1::2, ::-1]
    return np.repeat(x, 2), extremes.ravel()


def _middles(shares: Array, cells: int, dots: int) -> list[float]:
    """Of points from 0 to 1, where the cells lie in which they have their dots, of so many a cell."""
    place = np.floor(np.round(shares * (dots * cells - 1) + 0.5, 8)) // dots
    return [float(middle) for middle in place / max(cells - 1, 1)]


# axes


def _draw_axes(
    across: Scale, up: Scale, width: int, height: int, most: int, *, log: bool, name: str, begin: float
) -> tuple[int, int]:
    """Set them, with room for the name of x, and no tick before where x begins; the columns and rows that are left for
    the curves.
    """
    import plotext  # noqa: PLC0415 -- as above

    has_axes = _has_axes(width, height)
    plotext.xaxes(has_axes, False)
    plotext.yaxes(has_axes, False)
    if not has_axes:
        plotext.xticks([])
        plotext.yticks([])
        return width, height
    ticks = y_ticks(up, most, log=log)
    texts = labels(ticks, log=log)
    plotext.yticks(up.place(np.array(ticks)).tolist(), texts)
    columns = width - max(map(len, texts)) - 1
    ticks = [tick for tick in x_ticks(across, max(width // CELLS_OF_A_TICK, 1)) if tick >= begin]
    if name and len(ticks) > 2:  # the last but one makes room for it
        low, high = ticks[0], ticks[-1]
        needed = breadth(name) + len(f"{high:,.0f}") + len(f"{ticks[-2]:,.0f}") + 3
        if (high - ticks[-2]) / (high - low) * columns < needed:
            del ticks[-2]
    plotext.xticks(across.place(np.array(ticks)).tolist(), [f"{tick:,.0f}" for tick in ticks])
    return columns, height - 2


def _has_axes(width: int, height: int) -> bool:
    return width >= LEAST_WITH_AXES[0] and height >= LEAST_WITH_AXES[1]


def _named(row: list[Piece], name: str) -> list[Piece]:
    """The labels of x, and before the last of them what they count, where that is free."""
    text = "".join(text for text, _ in row)
    last = text.rstrip().rfind(" ") + 1
    start = last - breadth(name) - 1
    if not name or start < 2 or text[start - 2 : last].strip():
        return row
    return [(text[:start], AXIS), (name, "muted"), (text[last - 1 :], AXIS)]


# from plotext's text


def _pieces(text: str, roles: Mapping[int, str], width: int, height: int) -> list[list[Piece]]:
    """plotext's rows, every colour turned into the role that it stood for."""
    rows = []
    for line in text.split("\n")[:height]:
        row: list[Piece] = []
        role, end = AXIS, 0
        for found in COLOUR.finditer(line):
            if found.start() > end:
                row.append((line[end : found.start()], role))
            role = AXIS if found[1] is None else roles.get(int(found[1]), AXIS)
            end = found.end()
        if end < len(line):
            row.append((line[end:], role))
        rows.append(_filled(row, width))
    return rows


def _filled(row: list[Piece], width: int) -> list[Piece]:
    room = width
    filled = []
    for text, role in row:
        if room > 0:
            filled.append((text[:room], role))
        room -= len(text)
    return [*filled, (" " * room, "")] if room > 0 else filled
