"""A search over a grid of weights and biases: what was tried, what it solves, how often so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.search.quantities import (
    BIAS,
    COUNT,
    COUNT_BEFORE,
    SETTINGS,
    TRIED,
    TRIED_BEFORE,
    WEIGHT,
    SearchTape,
)
from dlsim.engine.numbers import plain
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.scene import Area, Scene, Sketch, series
from dlsim.tui.drawing.scales import label, ticks
from dlsim.tui.drawing.text import Link, Pieces, fit, groups_that_fit, linked, widest

WIDE = 30
"""Cells beside the map from which on the counts stand there, not below."""
MOST_BAR = 30


def views(snapshot: Snapshot) -> Sequence[str]:
    """Over all biases, or at the present one."""
    return "over_all", f"=b = {plain(snapshot.tape.value(Ref(BIAS), 0))}"


def draw(scene: Scene, cells: Canvas) -> None:
    """The map of w1 and w2, and the counts."""
    SearchMap(scene, cells).draw()


class SearchMap(Sketch):
    """What was tried, and what it solves."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        tape = scene.snapshot.tape
        assert isinstance(tape, SearchTape), "a picture of searches"
        self._tape = tape
        self._gates = list(tape.gates)
        self._letters = _letters(self._gates)
        self._weights = tape.grid.weights
        # the setting at the cursor counts as tried once something of it has been revealed
        self._at_tried, self._tried = self._number(Ref(TRIED), Ref(TRIED_BEFORE))
        self._is_projected = scene.view % 2 == 0

    def draw(self) -> None:
        """Map and counts, beside each other or one below the other."""
        cells, gates = self.cells, self._gates
        margin = widest(plain(float(value), 1) for value in self._weights[[0, -1]]) + 2
        values = len(self._weights)
        per_value = 2 if values * 2 + margin <= cells.width else 1
        columns = min(values * per_value + margin, cells.width)
        is_beside = cells.width - columns >= WIDE
        below = 0 if is_beside else min(-(-len(gates) // 2) + 1, max(cells.height - 5, 0))
        self._map(margin, columns - margin, cells.height - below, per_value)
        if is_beside:
            self._counts((columns + 2, 0, cells.width - columns - 2, cells.height), 1)
        elif below:
            self._counts((0, cells.height - below, cells.width, below), 2)

    # the map

    def _map(self, left: int, width: int, height: int, per_value: int) -> None:
        cells = self.cells
        rows = max(height - 1, 1)
        across = min(len(self._weights), width // per_value)
        by_row, by_column = _bins(len(self._weights), rows), _bins(len(self._weights), across)
        solved, tried = self._reached()
        here = np.unravel_index(self._tape.setting, self._tape.grid.shape)
        for row, rows_in in enumerate(by_row):
            for column, columns_in in enumerate(by_column):
                block = np.ix_(columns_in, rows_in)  # w1 across, w2 upwards
                y, x = len(by_row) - 1 - row, left + column * per_value
                counts = solved[block].reshape(-1, len(self._gates)).sum(axis=0)
                is_here = here[0] in columns_in and here[1] in rows_in
                self._cell(x, y, per_value, counts, bool(tried[block].any()), is_here)
        self._axes(left, by_row, by_column, per_value)
        cells.write(0, 0, "w2", "symbol")

    def _reached(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(w1, w2, gates) settings that solve, of those tried so far; (w1, w2) whether any was tried."""
        grid = self._tape.grid
        settings = len(grid.solves)
        tried = (np.arange(settings) < self._tried).reshape(grid.shape)
        solves = grid.solves.reshape(*grid.shape, -1) & tried[..., np.newaxis]
        if self._is_projected:
            return solves.sum(axis=2, dtype=np.int64), np.asarray(tried.any(axis=2))
        bias = int(np.unravel_index(self._tape.setting, grid.shape)[2])
        return solves[:, :, bias].astype(np.int64), tried[:, :, bias]

    def _cell(self, x: int, y: int, per_value: int, counts: NDArray[np.int64], is_tried: bool, is_here: bool) -> None:
        """The letters of up to two gates, the more frequent one first in the order of the file."""
        cells = self.cells
        best = [int(gate) for gate in np.argsort(-counts, kind="stable")[:per_value] if counts[gate]]
        if is_here:
            cells.write(x, y, " " * per_value, "lens")
        for place, gate in enumerate(sorted(best)):
            cells.write(x + place, y, self._letters[gate], "lens" if is_here else series(gate))
        if not best:
            cells.write(x, y, self.look.dot if is_tried else " ", "lens" if is_here else "muted")

    def _axes(self, left: int, by_row: list[range], by_column: list[range], per_value: int) -> None:
        cells = self.cells
        low, high = float(self._weights[0]), float(self._weights[-1])
        bottom = len(by_row)
        for row in range(bottom):
            cells.write(left - 1, row, self.glyphs.frame[1], "axis")
        values, decimals = ticks((low, high), 3 if len(by_row) > 4 else 2)
        for value in values:
            place = int(np.abs(self._weights - value).argmin())
            text = label(value, decimals)
            row = next(number for number, bin_ in enumerate(by_row) if place in bin_)
            y = bottom - 1 - row
            if y:
                cells.write_right(left - 1, y, text, "axis")
            column = next((number for number, bin_ in enumerate(by_column) if place in bin_), None)
            if column is not None and bottom < cells.height:
                cells.write(max(left + column * per_value - text.startswith("-"), 0), bottom, text, "axis")
        if bottom < cells.height:
            cells.write(left + len(by_column) * per_value + (1 if per_value == 1 else -6), bottom, "w1", "symbol")

    # the counts

    def _counts(self, place: Area, columns: int) -> None:
        left, top, width, height = place
        cells, say, tape, gates = self.cells, self.say, self._tape, len(self._gates)
        at_all, all_of_them = self._number(Ref(SETTINGS))
        numbers = {"tried": (f"{self._tried:,}", self._at_tried), "all": (f"{all_of_them:,}", at_all)}
        settings, notes = linked(say("picture.settings"), "text", **numbers), self._notes()
        is_beside = columns == 1  # then the notes stand below
        first = [settings] if is_beside else [*notes[:1], settings, *notes[1:]]
        cells.write_groups(top, first, x=left, end=left + width)
        # until this setting's count is known, that of those before it
        counts = [self._number(*(Ref(of, 0, (gate,)) for of in (COUNT, COUNT_BEFORE))) for gate in range(gates)]
        largest = max(int(tape.grid.counts[-1].max()), 1)
        room = width // columns
        rows = -(-len(counts) // columns)
        longest = min(widest(self._gates), 10)
        for number, (ref, count) in enumerate(counts):
            column, row = divmod(number, rows)
            x, y = left + column * room, top + 1 + row
            if y >= top + height:
                continue
            name = fit(self._gates[number], 10)
            group: Pieces = [
                (self._letters[number], series(number)),
                (f" {name:<{longest}}", "text"),
                (f"{count:>6}", Link("strong" if count else "text", ref)),
                (" ", "strong" if count else "text"),
            ]
            end = cells.write_pieces(x, y, group)
            if count:
                space = min(x + room - 1 - end, MOST_BAR)
                cells.write(end, y, cells.bar(max(count / largest, 0.02), space), series(number))
        row = top + 2 + rows - (len(notes) > 2 and height < rows + 6)  # an empty line, where there is room for it
        if columns == 1 and row < top + height - 1:
            setting: list[tuple[str, str]] = [(" ", "lens"), (" ", "text")]
            for ref in (Ref(WEIGHT, 0, (0,)), Ref(WEIGHT, 0, (1,)), Ref(BIAS)):
                told = plain(tape.value(ref, self.snapshot.sample))
                setting += [(f"{tape.symbol(ref)} ", "text"), (told, Link("text", ref)), ("  ", "text")]
            cells.write_groups(row, [setting[:-1]], x=left)
            cells.write_groups(row + 1, [[(self.look.dot, "muted"), (" " + say("picture.tried"), "muted")]], x=left)
            for y in range(row + 2, top + height):
                line, notes = groups_that_fit(notes, width)
                cells.write_groups(y, line, x=left, end=left + width)

    def _notes(self) -> list[Pieces]:
        """Of which bias the map is, where it is of one, which the counts are not; and whether all were tried before."""
        say, symbol = self.say, self._tape.symbol(Ref(BIAS))
        notes: list[Pieces] = []
        if not self._is_projected:
            at = plain(self._tape.value(Ref(BIAS), 0))
            notes.append([(say("picture.slice", symbol=symbol, b=at), "strong")])
            notes.append([(say("picture.counted", symbol=symbol), "muted")])
        if (epoch := self.snapshot.position.epoch) > 1:
            notes.append([(say("picture.round", round=epoch), "muted")])
        return notes

    def _number(self, *refs: Ref) -> tuple[Ref, int]:
        """The first of the numbers that is known."""
        known = ((ref, self.snapshot.value(ref)) for ref in refs)
        return next((ref, int(value)) for ref, value in known if value is not None)


def _letters(names: list[str]) -> list[str]:
    """The first letter of each name that no other has taken."""
    taken: list[str] = []
    for name in names:
        free = [each for each in name.upper() + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if each.isalpha() and each not in taken]
        taken.append(free[0] if free else "?")
    return taken


def _bins(values: int, room: int) -> list[range]:
    """The values shared out among at most so many cells, as evenly as can be."""
    per_cell = -(-values // max(min(room, values), 1))
    return [range(start, min(start + per_cell, values)) for start in range(0, values, per_cell)]
