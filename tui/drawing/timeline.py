"""The strip under the header: the whole run as far as it has ever been, and where in it one stands."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from rich.cells import cell_len

from dlsim.engine.curve import Curve
from dlsim.engine.explain import Position
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.diagram.glyphs import UNICODE, Glyphs
from dlsim.tui.drawing.lines import Line, Piece
from dlsim.tui.words import Words

Array = NDArray[np.float64]

BARS, ASCII_BARS = "▁▂▃▄▅▆▇█", "_.-~+=*#"
HERE, FORK = ("┃", "|"), ("◇", "v")
AHEAD, GAP = ("·", "."), ("╌", "-")
LEFT = ("┈", "=")
"""Where the run went on that an edit has left, beyond the present one."""
LEAST_SPAN = 24
REMARKS_SHARE = 2
"""Of so many cells of the line, one at most is for what is said beside the strip, if that can be said so shortly."""
LOG_FROM, COARSE = 50.0, 32
"""Losses that span more than this factor are drawn by their logarithms."""
APART = 3
"""Checkpoints that are closer than so many cells are not marked: they are everywhere."""


class Stretch(Struct, frozen=True):
    """Iterations 1 … `span` in `cells` cells from cell `left` on."""

    left: int
    cells: int
    span: int

    def cell(self, iteration: int) -> int:
        """The cell of an iteration (from 1)."""
        return self.left + min(max(iteration - 1, 0) * self.cells // self.span, self.cells - 1)

    def place(self, position: Position) -> int:
        """The cell of where one stands: where the iteration begins, or, when its update is done, where it ends."""
        if position.done == position.iteration:
            return self.left + max(self.filled(position.done) - 1, 0)
        return self.cell(position.iteration)

    def filled(self, iterations: int) -> int:
        """How many cells the first so many iterations take."""
        return min(-(-iterations * self.cells // self.span), self.cells)

    def iteration(self, cell: int) -> int:
        """The last iteration of a cell; 0, the very start, left of the first."""
        return max((cell - self.left + 1) * self.span // self.cells, 0) if cell >= self.left else 0


def strip_line(
    say: Words, snapshot: Snapshot, cells: int, glyphs: Glyphs = UNICODE, stops: Sequence[str] = ()
) -> tuple[Line, Stretch | None]:
    """(the strip in `cells`, what of it stands for which iterations)."""
    position, known = snapshot.position, snapshot.known
    here = position.iteration
    plain = 0 if glyphs.has_dots else 1
    left = f" {say('timeline.place', done=position.done, known=max(len(known), position.done))} "
    is_log = is_logarithmic(known)
    if is_log:
        left += f"{say('timeline.log')} "
    right = _remarks(say, snapshot, stops, cells // REMARKS_SHARE)
    right = right.replace(UNICODE.edit, glyphs.edit)
    room = cells - cell_len(left) - cell_len(right)
    if room < 8:
        return ((left[:cells], "muted"),), None
    stretch = Stretch(cell_len(left), room, span_of(max(len(known), here), position.end))
    marks = _marks(snapshot, stretch, glyphs)
    checkpoints = _checkpoints(snapshot.checkpoints, stretch)
    pieces: list[Piece] = [(left, "muted")]
    behind = stretch.left + stretch.filled(position.done)
    went_on = stretch.left + stretch.filled(_went_on(snapshot))
    bars = sparkline(known, stretch, ASCII_BARS if plain else BARS, GAP[plain], is_log=is_log)
    for cell, bar in enumerate(bars, start=stretch.left):
        is_past = cell < behind
        role = "curve" if is_past else "muted"
        if cell in checkpoints and bar:
            role = "checkpoint" if is_past else "checkpoint-ahead"
        ahead = LEFT[plain] if cell < went_on else AHEAD[plain]
        text, role = marks.get(cell, (bar or ahead, role))
        if pieces[-1][1] == role:
            pieces[-1] = (pieces[-1][0] + text, role)
        else:
            pieces.append((text, role))
    return (*pieces, (right, "accent")), stretch


def _remarks(say: Words, snapshot: Snapshot, stops: Sequence[str], cells: int) -> str:
    """What stands right of the strip, in so many cells if it can: where something was edited, how far the run went that
    was left, what stops runs.
    """
    edits, edited, left = snapshot.edits, "", ""
    if edits:
        places = {"iteration": edits[0]} if len(edits) == 1 else {"count": len(edits)}
        edited = say("timeline.edit" if len(edits) == 1 else "timeline.edits", **places)
    if end := _went_on(snapshot):
        left = say("timeline.ghost_undone" if snapshot.ghosts[0].is_undone else "timeline.ghost", end=end)
    forms = conditions_told(say, stops) or [""]
    texts = [" · ".join(filter(None, (edited, *more, form))) for form in forms for more in ((left,), ())]
    text = next((text for text in texts if cell_len(text) + 2 <= cells), texts[-1])
    return f" {text} " if text else " "


def conditions_told(say: Words, stops: Sequence[str]) -> list[str]:
    """What stops runs, and how many conditions that are; nothing where none does."""
    if not stops:
        return []
    count = say("timeline.stop") if len(stops) == 1 else say("timeline.stop_count", count=len(stops))
    return [say("timeline.stops", conditions=", ".join(stops)), count]


def _went_on(snapshot: Snapshot) -> int:
    """How far the run went that was left last, where that is further than the present one; else 0."""
    ends = (len(ghost.curve) for ghost in snapshot.ghosts[:1])
    return next((end for end in ends if end > len(snapshot.known)), 0)


def _checkpoints(places: Sequence[int], stretch: Stretch) -> set[int]:
    """Their cells, where they are few."""
    if len(places) * APART > stretch.cells:
        return set()
    cells = {stretch.cell(place) for place in places}
    return cells if len(cells) < 2 or np.diff(sorted(cells)).min() >= APART else set()


def span_of(known: int, planned: int) -> int:
    """How many iterations the strip stands for: it grows by doubling, so that a step does not move all of it."""
    span = max(LEAST_SPAN, 1 << (max(known, 1) - 1).bit_length())
    return max(planned, 1) if known <= planned <= span else span


def _marks(snapshot: Snapshot, stretch: Stretch, glyphs: Glyphs) -> dict[int, Piece]:
    """What stands on the strip, by cell: the later ones above the earlier."""
    marks: dict[int, Piece] = {}
    plain = 0 if glyphs.has_dots else 1
    for ghost in snapshot.ghosts:
        marks[stretch.cell(ghost.fork)] = (FORK[plain], "accent")
    for edit in snapshot.edits:
        marks[stretch.cell(edit)] = (glyphs.edit, "accent")
    marks[stretch.place(snapshot.position)] = (HERE[plain], "active")
    return marks


def sparkline(curve: Curve, stretch: Stretch, bars: str, gap: str, *, is_log: bool) -> list[str]:
    """A bar for every cell, `gap` where no number is finite, "" where the run has not been yet."""
    count = len(curve)
    heights = _middles(curve, stretch)
    finite = heights[np.isfinite(heights)]
    shown = stretch.filled(count)
    if not finite.size:
        return [gap] * shown + [""] * (stretch.cells - shown)
    low, high = float(finite.min()), float(finite.max())
    if is_log:
        heights, low, high = np.log(heights), math.log(low), math.log(high)
    scale = (len(bars) - 1) / (high - low) if high > low else 0.0
    return [
        (bars[round((height - low) * scale)] if math.isfinite(height) else gap) if cell < shown else ""
        for cell, height in enumerate(heights.tolist())
    ]


def is_logarithmic(curve: Curve) -> bool:
    """Whether it falls so far that its lower part would be a flat line."""
    _, least, greatest = curve.envelope(COARSE)
    middles = least / 2 + greatest / 2
    return bool(len(least)) and float(least.min()) > 0 and float(middles.max()) > LOG_FROM * float(middles.min())


def _middles(curve: Curve, stretch: Stretch) -> Array:
    """The middle of least and greatest in each cell, from the curve's own blocks: as cheap for a million."""
    place, low, high = curve.envelope(2 * stretch.cells)
    heights = np.full(stretch.cells, np.nan)
    if not len(place):
        return heights
    where = np.minimum(place.astype(np.int64) * stretch.cells // stretch.span, stretch.cells - 1)
    lows, highs = np.full(stretch.cells, np.inf), np.full(stretch.cells, -np.inf)
    np.minimum.at(lows, where, low)
    np.maximum.at(highs, where, high)
    filled = np.flatnonzero(lows <= highs)
    # A cell without a number of its own shows the last one before it: there are more cells than iterations.
    nearest = filled[np.maximum(np.searchsorted(filled, np.arange(stretch.cells), side="right") - 1, 0)]
    heights[:] = lows[nearest] / 2 + highs[nearest] / 2
    return heights
