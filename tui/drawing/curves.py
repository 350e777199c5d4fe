"""What the loss curve is to draw, and how often: the curves of a moment and of the runs beside it, by iterations or by
epochs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

import numpy as np
from msgspec import Struct, field, structs

from dlsim.engine.curve import Curve
from dlsim.engine.model import Epochs
from dlsim.engine.runs import Ghost
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.plots import Series
from dlsim.tui.drawing.variants import Variant

CONTEXT, LEAST_CONTEXT = 1.5, 10
"""Of a run that was left as much is drawn as the present one times this, or so many iterations more."""
ROUNDING = 1e-9
"""So much more than a whole number of epochs is that number."""
PLACES = ("x", "y")
"""Curves that are no losses: the way over a surface, which its picture shows."""

LATEST = 1000
"""So many iterations are looked through for the last number of a curve that has gaps."""

Look = tuple[str, str]
"""(role, marker) of a curve."""


class Curves(Struct, frozen=True):
    """The curves of the present run, the loss first; the run that an edit has left; the run returned to, as far as it
    had gone; the losses of the variants.
    """

    own: Mapping[str, Curve] = {}
    ghost: Ghost | None = None
    returned: Curve = field(default_factory=Curve)
    variants: Sequence[tuple[Variant, Curve]] = ()
    epochs: Epochs | None = None
    is_part: bool = False
    """The loss is that of a batch that is a part of the data."""

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
        """The present run's, in so many columns."""
        found = []
        for number, curve in enumerate(self.own.values()):
            role, marker = looks[min(number, len(looks) - 1)]
            found += [self._placed(one, self.epochs) for one in _series(curve, columns, role, marker)]
        return found

    def behind(self, columns: int, marker: str, ghost_mark: str) -> Iterator[Series]:
        """Those of the other runs."""
        if self.ghost is not None:
            ghost = _later(self.ghost.curve.head(self.ghosts_end), self.ghost.fork, columns, ghost_mark)
            if len(ghost.x):
                yield self._placed(ghost, self.ghost.epochs)
        for variant, curve in self.variants:
            if not variant.is_lead:
                for one in _series(curve, columns, variant.role, marker, variant.mark):
                    yield self._placed(one, variant.snapshot.epochs)
        if len(self.returned) > self.iterations > 0:  # what is ahead, of a run that one has gone back to
            yield self._placed(_later(self.returned, self.iterations, columns, marker), self.epochs)

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


def curves_of(snapshot: Snapshot, variants: Sequence[Variant]) -> Curves:
    """Those of a moment."""
    return Curves(
        own={name: curve for name, curve in snapshot.curves.items() if name not in PLACES},
        ghost=next((ghost for ghost in snapshot.ghosts[:1] if len(ghost.curve) > 1), None),
        returned=snapshot.returned,
        variants=[
            (variant, variant.snapshot.curves["loss"]) for variant in variants if "loss" in variant.snapshot.curves
        ],
        epochs=snapshot.epochs,
        is_part=snapshot.is_part,
    )


def place_of_last(curve: Curve) -> int:
    """Where the last number of a curve stands that is one, from 0; -1 where none of the latest is."""
    values = curve.values[-LATEST:]
    known = np.flatnonzero(~np.isnan(values))
    return len(curve) - len(values) + int(known[-1]) if len(known) else -1


def _series(curve: Curve, columns: int, role: str, marker: str, mark: str = "") -> list[Series]:
    """Blocks of numbers, and the first and the last of them where they stand; iterations count from 1."""
    if not len(curve):
        return []
    place, low, high = curve.envelope(columns)
    ends, end = np.array([0.0, len(curve) - 1]), curve.values[[0, -1]]
    x = np.concatenate([ends[:1], place, ends[1:]]) + 1
    low, high = (np.concatenate([end[:1], side, end[1:]]) for side in (low, high))
    return [Series(x, low, high, role, marker, mark)]


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
