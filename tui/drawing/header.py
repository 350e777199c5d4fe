"""The two lines on top: which scenario, where it stands, how far through the iteration; the strip of the whole run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.curve import Curve
from dlsim.engine.runs import Position
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth, in_language
from dlsim.tui.drawing.canvas import UNICODE, Glyphs
from dlsim.tui.drawing.text import Line, Piece, cut, fit, measure
from dlsim.tui.words import Words
from dlsim.tui.words.prose import fitting

BAR_CELLS = 14
LEAST_OF_VARIANT = 5
LEAST_OF_TITLE = 12
LEAST_OF_NAME = 8
FULL, EMPTY = "▰", "▱"
PHASES = ("forward", "loss", "backward", "update")


def header_line(say: Words, snapshot: Snapshot, cells: int, variant: str = "") -> Line:
    """The line in `cells`: where the run stands matters most, then the scenario's name, its title, the bar."""
    scenario = snapshot.scenario
    variant = variant or scenario.variant or ""
    name = scenario.name + (f" [{variant}]" if variant else "")
    title = in_language(scenario.title, say.language)
    place = _place(say, snapshot)
    places = (place, place, place)
    if snapshot.position.batches > 1 or len(snapshot.tape.rows) > 1:
        without_place = _place(say, snapshot, has_batch=True, has_place=False)
        places = (_place(say, snapshot, has_batch=True), without_place, place)
    brand: Piece = (f" {say('app.name')} ", "accent")
    named: Line = (brand, ("  ", ""), (name, "strong"))
    for told, bar, least in _forms(places, breadth(title)):
        right = (*told, *_bar(snapshot, bar), (" ", ""))
        spare = cells - measure(right) - 2 - measure(named) - (2 if least else 0)
        if spare >= least:
            left = (*named, ("  ", ""), (fit(title, spare), "")) if least else named
            return (*left, (" " * (cells - measure(left) - measure(right)), ""), *right)
    for told in places:
        right = (*told, (" ", ""))
        room = max(cells - measure(right) - 2, LEAST_OF_NAME)
        short: Line = ((" ", ""), (_shortened(scenario.name, variant, room), "strong"))
        if measure(right) + measure(short) < cells:
            return (*short, (" " * (cells - measure(right) - measure(short)), ""), *right)
    place = places[-1]
    terse = (place[-1], *((" · ", "muted"), *place[2:-2])[: 2 if snapshot.position.epochs else 0])
    return terse if measure(terse) <= cells else cut(place[-1:], cells)


def _shortened(name: str, variant: str, cells: int) -> str:
    """A scenario's name, and as much as fits of its variant's where one can tell it by that; else as much of both."""
    around = breadth(" []")
    least = min(LEAST_OF_VARIANT, breadth(variant))
    for of_name in (breadth(name), LEAST_OF_NAME) if variant else ():
        room = cells - around - of_name
        if room >= least:
            shown = fit(variant, room)
            return f"{fit(name, cells - around - breadth(shown))} [{shown}]"
    return fit(name, cells)


def _forms(places: tuple[Line, Line, Line], title: int) -> Iterator[tuple[Line, int, int]]:
    """(which of `places` tells where the run stands, cells of the bar, the least that is shown of a title of so many
    cells), the best first: the bar, which tells nothing that does not stand beside it, gives way to a whole title.
    """
    longer, shorter, place = places
    for least, bars in ((title, (BAR_CELLS, BAR_CELLS // 2, 0)), (min(title, LEAST_OF_TITLE), (BAR_CELLS // 2,))):
        for bar in bars if least else ():
            yield longer, bar, least
    for told, bar in (
        (longer, BAR_CELLS),
        (longer, BAR_CELLS // 2),
        (longer, 0),
        (shorter, 0),
        (place, BAR_CELLS // 2),
        (place, 0),
    ):
        yield told, bar, 0


def _place(say: Words, snapshot: Snapshot, *, has_batch: bool = False, has_place: bool = True) -> Line:
    """Where the run stands; with the batch of the epoch, where an epoch has several, and with the place of the sample
    in its batch, where that is not its number in the data and there are others.
    """
    position = snapshot.position
    pieces: list[Piece] = []
    if position.epochs:
        is_again = position.epoch > 1 and snapshot.scenario.gates  # all has been tried
        batch = ["header.batch"] if has_batch and position.batches > 1 else []
        for key in ("header.round" if is_again else "header.epoch", *batch, "header.iteration"):
            text = fitting(
                say,
                snapshot.scenario,
                key,
                epoch=position.epoch,
                batch=position.batch,
                batches=position.batches,
                iteration=position.iteration,
            )
            pieces += [(text, ""), (" · ", "muted")] if text else []
    samples = len(snapshot.tape.rows)
    if samples > 1 or (position.batches > 1 and snapshot.scenario.samples > 1):
        other = "header.sample_of_data" if has_place and samples > 1 else "header.sample_alone"
        key = "header.sample" if samples > 1 and snapshot.row == snapshot.sample else other
        told = say(key, row=snapshot.row + 1, sample=snapshot.sample + 1, samples=samples)
        pieces += [(told, ""), (" · ", "muted")]
    phase = position.phase
    name = say("header.start") if phase is None else say.first([f"phase.{phase}", "phase.any"], phase=phase.upper())
    role = phase if phase in PHASES else "strong"
    pieces.append((f"{name} {position.cursor:,}/{position.values:,}", role))
    return tuple(pieces)


def _bar(snapshot: Snapshot, cells: int) -> Line:
    position = snapshot.position
    if not cells:
        return ()
    full = round(cells * position.cursor / max(position.values, 1))
    if position.cursor:
        full = max(full, 1)
    if position.cursor < position.values:
        full = min(full, cells - 1)
    role = position.phase if position.phase in PHASES else "muted"
    return (("  ", ""), (FULL * full, role), (EMPTY * (cells - full), "muted"))


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


class StripPlan(Struct, frozen=True):
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
) -> tuple[Line, StripPlan | None]:
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
    room = cells - breadth(left) - breadth(right)
    if room < 8:
        return ((left[:cells], "muted"),), None
    plan = StripPlan(breadth(left), room, span_of(max(len(known), here), position.end))
    marks = _marks(snapshot, plan, glyphs)
    checkpoints = _checkpoints(snapshot.checkpoints, plan)
    pieces: list[Piece] = [(left, "muted")]
    behind = plan.left + plan.filled(position.done)
    went_on = plan.left + plan.filled(_went_on(snapshot))
    bars = sparkline(known, plan, ASCII_BARS if plain else BARS, GAP[plain], is_log=is_log)
    for cell, bar in enumerate(bars, start=plan.left):
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
    return (*pieces, (right, "accent")), plan


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
    text = next((text for text in texts if breadth(text) + 2 <= cells), texts[-1])
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


def _checkpoints(places: Sequence[int], plan: StripPlan) -> set[int]:
    """Their cells, where they are few."""
    if len(places) * APART > plan.cells:
        return set()
    cells = {plan.cell(place) for place in places}
    return cells if len(cells) < 2 or np.diff(sorted(cells)).min() >= APART else set()


def span_of(known: int, planned: int) -> int:
    """How many iterations the strip stands for: it grows by doubling, so that a step does not move all of it."""
    span = max(LEAST_SPAN, 1 << (max(known, 1) - 1).bit_length())
    return max(planned, 1) if known <= planned <= span else span


def _marks(snapshot: Snapshot, plan: StripPlan, glyphs: Glyphs) -> dict[int, Piece]:
    """What stands on the strip, by cell: the later ones above the earlier."""
    marks: dict[int, Piece] = {}
    plain = 0 if glyphs.has_dots else 1
    for ghost in snapshot.ghosts:
        marks[plan.cell(ghost.fork)] = (FORK[plain], "accent")
    for edit in snapshot.edits:
        marks[plan.cell(edit)] = (glyphs.edit, "accent")
    marks[plan.place(snapshot.position)] = (HERE[plain], "active")
    return marks


def sparkline(curve: Curve, plan: StripPlan, bars: str, gap: str, *, is_log: bool) -> list[str]:
    """A bar for every cell, `gap` where no number is finite, "" where the run has not been yet."""
    count = len(curve)
    heights = _middles(curve, plan)
    finite = heights[np.isfinite(heights)]
    shown = plan.filled(count)
    if not finite.size:
        return [gap] * shown + [""] * (plan.cells - shown)
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


def _middles(curve: Curve, plan: StripPlan) -> Array:
    """The middle of least and greatest in each cell, from the curve's own blocks: as cheap for a million."""
    place, low, high = curve.envelope(2 * plan.cells)
    heights = np.full(plan.cells, np.nan)
    if not len(place):
        return heights
    where = np.minimum(place.astype(np.int64) * plan.cells // plan.span, plan.cells - 1)
    lows, highs = np.full(plan.cells, np.inf), np.full(plan.cells, -np.inf)
    np.minimum.at(lows, where, low)
    np.maximum.at(highs, where, high)
    filled = np.flatnonzero(lows <= highs)
    # A cell without a number of its own shows the last one before it: there are more cells than iterations.
    nearest = filled[np.maximum(np.searchsorted(filled, np.arange(plan.cells), side="right") - 1, 0)]
    heights[:] = lows[nearest] / 2 + highs[nearest] / 2
    return heights
