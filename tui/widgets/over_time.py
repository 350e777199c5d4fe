"""The run over time: the strip under the header, and the loss of every iteration done, as a curve."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from time import monotonic

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer

from dlsim.engine.curve import Curve
from dlsim.engine.numbers import DIGITS, fixed
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import UNICODE, Glyphs
from dlsim.tui.drawing.curves import BRAILLE, Curves, Throttle, curves_of, cut_off, left_of_curves, place_of_last, plot
from dlsim.tui.drawing.header import StripPlan, conditions_told, strip_line
from dlsim.tui.drawing.text import Link, Piece, Press, measure, wrap
from dlsim.tui.drawing.variants import Variant
from dlsim.tui.session.selection import of_curve
from dlsim.tui.widgets.keyline import CAPS
from dlsim.tui.widgets.rows import Rows
from dlsim.tui.words import words
from dlsim.tui.words.lookalikes import plain

SAY = words()
BURST, PER_SECOND = 3, 7
"""So many redraws at once, and so many a second from then on: never more than ten in any second."""
LOOKS = (("curve", BRAILLE), ("curve-2", "•"), ("curve-3", "+"), ("curve-4", "×"), ("curve-5", "*"))
"""(role, marker) of the first curve, of the second …"""
PLAIN_LOOKS = (("curve", "*"), ("curve-2", "o"), ("curve-3", "+"), ("curve-4", "x"), ("curve-5", "#"))
BAND, PLAIN_BAND = "░", "."
"""What a band is filled with: where a run's losses leap from batch to batch."""
LEGEND = {BRAILLE: "⠤⠤"}
POSITION = "●"
NOTHING = "–"
REST_FOR_DRAW = 16
"""In a run the curve rests so many times as long as it took to draw: a key hardly ever meets it."""
FEWER_DIGITS = (6, 4, 3)
"""Decimals in the caption, where it would not fit with all of them."""
LEAST_WITH_CAPTION = 3
LEAST_WITH_LEGEND = 6


class TimelineStrip(Rows):
    """Draws the strip. A click or a drag on it scrubs; one on the conditions that stop runs shows them."""

    DEFAULT_CSS = "TimelineStrip { height: 1; }"

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._snapshot: Snapshot | None = None
        self._stops: Sequence[str] = ()
        self._plan: StripPlan | None = None

    def show(self, snapshot: Snapshot, stops: Sequence[str] = ()) -> None:
        """Show this moment, and the conditions at which runs stop."""
        is_same = self._snapshot is not None and self._snapshot.course == snapshot.course and self._stops == stops
        self._snapshot, self._stops = snapshot, stops
        if not is_same:
            self.draw()

    def draw(self) -> None:
        """Draw it in the width there is."""
        if self._snapshot is not None and self.size.width:
            line, self._plan = strip_line(SAY, self._snapshot, self.size.width, self.glyphs, self._stops)
            self.show_rows([line])

    def means(self, x: int, y: int) -> Link | Press | None:
        """The last iteration of a cell, as far as the run has been; or what stops runs."""
        if not self.rows:
            return None
        (line, *_), told = self.rows, conditions_told(SAY, self._stops)
        text = "".join(piece for piece, _ in line)
        shown = next((form for form in told if text.endswith(f"{form} ")), "")
        if shown and x >= measure(line) - breadth(shown) - 1:
            return Press("", "stops.breakpoint")
        if self._plan is None or self._snapshot is None:
            return None
        iteration = min(self._plan.iteration(x), len(self._snapshot.known))
        return Press("", f"stepping.scrub_to({iteration})", drags=True)


class LossCurve(Rows):
    """Draws the curves of a snapshot, the loss first. A click on them leads to an iteration."""

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id)
        self._drawn_at = self._draw_seconds = 0.0
        self._is_plain, self._ghost_mark = not glyphs.has_dots, glyphs.ghost
        self._looks = PLAIN_LOOKS if self._is_plain else LOOKS
        self._band_mark = PLAIN_BAND if self._is_plain else BAND
        self._throttle = Throttle(BURST, PER_SECOND)
        self._later: Timer | None = None
        self._has_ahead = False
        self._is_calm = True  # the last call changed nothing
        self._curves = Curves()
        self._key = self._curves.key
        self._counts: Collection[str] = ()  # the curves that count something
        self._digits = DIGITS
        self._drawn: tuple[object, ...] | None = None
        self._snapshot: Snapshot | None = None
        self._span, self._top = (1.0, 1.0), 0
        self.is_log = False
        self.draws = 0
        self._told: list[tuple[int, range, str]] = []
        """(line, cells, curve) of each number that the caption tells."""

    def show(
        self,
        snapshot: Snapshot,
        variants: Sequence[Variant] = (),
        digits: int = DIGITS,
        *,
        has_ahead: bool = False,
    ) -> None:
        """Show the curves of this moment: at once, or a little later while they change with every call. With
        `has_ahead`, also how the run has gone on from here before.

        Steps within an iteration leave the curves as they are: whoever steps by hand sees every change at once.
        """
        is_same = not variants and self._snapshot is not None and self._snapshot.course == snapshot.course
        is_same = is_same and has_ahead == self._has_ahead
        self._snapshot, self._has_ahead = snapshot, has_ahead
        if digits != self._digits:
            self._digits = digits
            self._draw_anew()
        curves = self._curves if is_same else curves_of(snapshot, variants, has_ahead=has_ahead)
        key = self._key if is_same else curves.key
        if key == self._key:
            self._is_calm = True
            return
        self._curves, self._key = curves, key
        self._counts = snapshot.scenario.gates
        if self._is_calm:
            self._is_calm = False
            self._draw_anew()
        else:
            self._redraw()

    def toggle_log(self) -> None:
        """Logarithmic scale, or linear again."""
        self.is_log = not self.is_log
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._drawn = None
        self.refresh()

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

    def render_lines(self, crop: Region) -> list[Strip]:
        """The picture, which is drawn when somebody sees it."""
        if self._later is None or self._drawn is None or self._drawn[0] != self.size:
            key = (self.size, self.is_log, *self._key)
            if key != self._drawn:
                self._drawn = key
                self._draw_now(self.size)
        return super().render_lines(crop)

    @property
    def is_due(self) -> bool:
        """Whether it is time to draw what goes on changing: the longer that takes, the more rarely it is done."""
        return monotonic() - self._drawn_at >= REST_FOR_DRAW * self._draw_seconds

    def _draw_now(self, size: Size) -> None:
        begun = monotonic()
        self.draws += 1
        rows = self._rows(size)
        self.rows = tuple(tuple((plain(text) if self._is_plain else text, role) for text, role in row) for row in rows)
        self._painted.clear()
        self._drawn_at = monotonic()
        self._draw_seconds = self._drawn_at - begun

    def _rows(self, size: Size) -> list[list[Piece]]:
        """The caption, the legend, the curves."""
        width, height = size
        curves, iterations = self._curves, self._curves.iterations
        rows: list[list[Piece]] = []
        self._told = []
        if not iterations:
            rows += [[(" ", ""), *line] for line in wrap([(self._told_at_start(), "muted")], max(width - 2, 1))]
        elif height >= LEAST_WITH_CAPTION:
            rows += self._caption(width, iterations, most=max(height // 4, 1))
        if curves.variants and height >= LEAST_WITH_LEGEND:
            rows += self._legend(width, most=max(height // 4, 1))
        line = self._looks[0][1]
        behind = list(curves.behind(width, line, self._ghost_mark))
        series = curves.series(width, self._looks)
        behind[:0] = cut_off(curves.bands(width, line, self._band_mark), [*series, *behind])
        mark = next((variant.mark for variant, _ in curves.variants if variant.is_lead), POSITION)
        if not series:  # at the start of a run that has gone on before
            series, behind, mark = behind, [], ""
        room, span = height - len(rows), curves.span([*series, *behind])
        name = SAY("curve.epochs" if curves.counts_epochs else "curve.iterations")
        self._span, self._top = span, len(rows)
        rows += plot(series, width, room, span=span, name=name, log=self.is_log, mark=mark, behind=behind)
        return rows[:height]

    def _told_at_start(self) -> str:
        """Before the first iteration: how far the run has been, or with which keys a curve begins."""
        known = len(self._curves.returned)
        if known:
            return SAY("curve.at_start", iterations=known)
        return SAY("curve.empty", iteration=CAPS["time.iteration"], run=CAPS["run.toggle"])

    # the mouse

    def means(self, x: int, y: int) -> Link | Press | None:
        """The number that is told there, or the iteration that lies there."""
        told = next((curve for line, cells, curve in self._told if line == y and x in cells), None)
        if told is not None and self._snapshot is not None:
            ref = of_curve(self._snapshot, told)
            return None if ref is None else Link("", ref)
        iteration = self.iteration_at(x, y)
        return None if iteration is None else Press("", f"stepping.seek({iteration})")

    def iteration_at(self, x: int, y: int) -> int | None:
        """The iteration at a cell, the run's last beyond its end; None where there is no curve."""
        rows = ["".join(text for text, _ in row) for row in self.rows[self._top :]]
        if y < self._top or not any(rows) or not self._curves.own:
            return None
        low, high = self._span
        left, columns = left_of_curves(rows, is_plain=self._is_plain), self.size.width
        known = 0 if self._snapshot is None else len(self._snapshot.known)
        share = min(max((x - left) / max(columns - left - 1, 1), 0.0), 1.0)
        return self._curves.iteration_at(low + share * (high - low), known)

    def _sample_of(self, number: int) -> str:
        """What the curve of that number is drawn with, for a legend."""
        marker = self._looks[min(number, len(self._looks) - 1)][1]
        return LEGEND.get(marker, marker)

    def _legend(self, width: int, most: int) -> list[list[Piece]]:
        """Which curve is which variant's, in as many lines as it takes, up to `most`."""
        rows: list[list[Piece]] = [[(" ", "")]]
        for variant, _ in self._curves.variants:
            role = self._looks[0][0] if variant.is_lead else variant.role
            entry = [(f"{variant.mark} ", role), (f"{variant.name}  ", "operand" if variant.is_lead else "muted")]
            if len(rows[-1]) > 1 and _cells([*rows[-1], *entry]) > width:
                rows.append([(" ", "")])
            rows[-1] += _fitting([entry], width - _cells(rows[-1]))
        return rows[:most]

    def _caption(self, width: int, iterations: int, most: int) -> list[list[Piece]]:
        """The loss of the last iteration done, which one that was, and which curve is which: decimals give way to
        words, then the word for the first curve to the numbers of the others, which take up to `most` lines. What has
        no room even so is left out whole: no mark without its name.
        """
        decimals = (self._digits, *(fewer for fewer in FEWER_DIGITS if fewer < self._digits))
        ghost, log = self._ghost_forms(), SAY("key.look.log.name")
        of = [(f"  {SAY('header.iteration', iteration=iterations)}", "muted")]
        scale = [(f"  {log}", "muted")] if self.is_log else []
        told = [[run for entry in self._entries(digits) for run in entry[0]] for digits in decimals]
        wanted = [*of, *(ghost[-1] if ghost else []), *scale]
        fitting = [digits for digits, row in zip(decimals, told, strict=True) if _cells([*row, *wanted]) <= width]
        fitting += [digits for digits, row in zip(decimals, told, strict=True) if _cells([*row, *of]) <= width]
        entries = list(self._entries(next(iter(fitting), decimals[-1])))
        if len(entries) > 1 and _cells(run for entry in entries for run in entry[0]) > width:
            wordless = [entries[0][1:], *entries[1:]]
            if most == 1 or _cells(run for entry in wordless for run in entry[0]) <= width:
                entries = wordless
        rows: list[list[Piece]] = [[]]
        for number, (curve, forms) in enumerate(zip(self._curves.own, entries, strict=True)):
            if number and _cells([*rows[-1], *forms[0]]) > width and len(rows) < most:
                rows.append([])
            start = _cells(rows[-1])
            rows[-1].extend(_fitting(forms, width - start))
            self._told.append((len(rows) - 1, range(start, _cells(rows[-1])), curve))
        batches = self._curves.window if self._curves.is_part and iterations > 1 else 0
        mean = [[(f"  {SAY(f'curve.mean{form}', batches=batches)}", "muted")] for form in ("", "_in_short") if batches]
        for forms in ([of], ghost, [scale], mean):
            rows[-1].extend(_fitting(forms, width - _cells(rows[-1])))
        return rows

    def _entries(self, digits: int) -> Iterator[Sequence[Sequence[Piece]]]:
        """Of each curve its mark, its name and its last number, or the first two; of the first of several, without its
        name before without its number.
        """
        curves = self._curves.own
        for number, (name, curve) in enumerate(curves.items()):
            role, _ = self._looks[min(number, len(self._looks) - 1)]
            gap = ("  " if number else " ", "")
            sample = [] if len(curves) == 1 else [(f"{self._sample_of(number)} ", role)]
            key = "batch_loss" if name == "loss" and self._curves.is_part else name
            title = (f"{SAY.first([f'curve.{key}', 'column.any'], name=name)} ", "muted")
            last = (_last(curve, 0 if name in self._counts else digits), "text" if number else "operand")
            shorter = [[gap, *sample, last]] if sample and not number else []
            yield [[gap, *sample, title, last], *shorter, [gap, *sample, title]]

    def _ghost_forms(self) -> Sequence[Sequence[Piece]]:
        """What is said of the run that an edit left, in less and less room; nothing where there is none."""
        ghost = self._curves.ghost
        if ghost is None:
            return []
        key = "curve.ghost_undone" if ghost.is_undone else "curve.ghost"
        forms = [SAY(key), SAY(f"{key}_in_short")]
        if (end := len(ghost.curve)) > self._curves.ghosts_end:
            forms = [*(SAY("curve.ghost_goes_on", ghost=form, end=end) for form in forms), *forms]
        return [[(f"  {2 * self._ghost_mark} {form}", "muted")] for form in forms]

    # what makes it look otherwise

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._drawn = None

    def on_show(self, _event: events.Show) -> None:
        """On screen again: draw what holds now."""
        self.refresh()


def _last(curve: Curve, digits: int) -> str:
    """The last number of a curve that is one."""
    place = place_of_last(curve)
    return NOTHING if place < 0 else fixed(float(curve.values[place]), digits)


def _cells(runs: Iterable[Piece]) -> int:
    return sum(breadth(text) for text, _ in runs)


def _fitting(forms: Iterable[Sequence[Piece]], width: int) -> Sequence[Piece]:
    """The first of these forms that fits, whole; nothing where none does."""
    return next((form for form in forms if _cells(form) <= width), ())
