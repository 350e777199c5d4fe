"""What a picture is drawn from, what it is drawn with, and what comes of it: the moment, a sketch of it on a canvas, a
plane with axes for curves and points, the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from msgspec import Struct, field

from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.numbers import DIGITS
from dlsim.engine.quantity import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import UNICODE, Canvas, Glyphs, Hit, Mask
from dlsim.tui.drawing.scales import Array, Span, label, opened, ticks
from dlsim.tui.drawing.text import GAP, Pieces, measure, widest
from dlsim.tui.session.variants import Member
from dlsim.tui.words import Words, words

DEPTHS = 8
"""Levels of a surface, from the lowest."""
SIDES = 4
"""Levels on either side of the middle."""
ROLES = 8
"""So many are told apart by their colours."""
Area = tuple[int, int, int, int]
"""A part of the cells: (left, top, width, height)."""
MARKS = "●■▲◆○□△◇"
MARKS_OF_LETTERS = "ABCDEFGH"


class PictureLook(Struct, frozen=True):
    """How it is drawn: with which characters, whether colours can be mixed for grounds, and with how many decimals."""

    glyphs: Glyphs = UNICODE
    mixes: bool = True
    digits: int = DIGITS

    def at_most(self, digits: int) -> int:
        """The decimals of a number that has room for so many."""
        return min(digits, self.digits)

    @property
    def marks(self) -> str:
        """A mark for each variant of a scenario, for each function, told apart by shape."""
        return MARKS if self.glyphs.has_dots else MARKS_OF_LETTERS

    def mark(self, number: int) -> str:
        """That of one of them, from 0."""
        return self.marks[number % len(self.marks)]

    @property
    def dot(self) -> str:
        """What stands where there is nothing, and must be seen all the same."""
        return self.glyphs.nothing.strip() or "."


class Scene(Struct, frozen=True):
    """One moment. `members` are all variants, the one under the lens included; empty where there is one.

    `view` counts the views of a picture that has several, from 0.
    """

    snapshot: Snapshot
    members: tuple[Member, ...] = ()
    selected: Ref | None = None
    view: int = 0
    look: PictureLook = field(default_factory=PictureLook)
    say: Words = field(default_factory=words)

    @property
    def all_members(self) -> tuple[Member, ...]:
        """At least the one under the lens; that one as the scene has it."""
        lead = self.snapshot.scenario.variant
        if not any(member.name == lead for member in self.members):
            return (Member(lead, self.snapshot),)
        return tuple(Member(lead, self.snapshot) if member.name == lead else member for member in self.members)


class Sketch:
    """One moment, drawn on one canvas: what the pictures that take more than a function are made of."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        self.scene, self.cells = scene, cells
        self.snapshot, self.look, self.say = scene.snapshot, scene.look, scene.say
        self.glyphs = cells.glyphs


class Drawing(Struct, frozen=True):
    """Cells; their `hits` say which number stands where. Those of a table are read line by line."""

    cells: Canvas
    is_table: bool = False

    @property
    def hits(self) -> Sequence[Hit]:
        """What stands for a number, in the order in which it was drawn."""
        return self.cells.hits

    def at(self, x: int, y: int) -> Hit | None:
        """What stands for a number at a cell."""
        return next((hit for hit in reversed(self.hits) if hit.y == y and hit.x <= x < hit.x + hit.width), None)

    @property
    def own(self) -> Sequence[Hit]:
        """What stands for numbers of the variant under the lens."""
        return [hit for hit in self.hits if hit.of is None]

    def in_order(self) -> Sequence[Ref]:
        """The lens's numbers, each once: line by line, or layer by layer from left to right."""
        if self.is_table:
            ordered = sorted(self.own, key=lambda hit: (hit.y, hit.x))
        else:
            ordered = sorted(self.own, key=lambda hit: (hit.ref.layer, hit.x, hit.y))
        return list(dict.fromkeys(hit.ref for hit in ordered))

    def below(self, ref: Ref, by: int) -> Ref | None:
        """In a table, the number nearest to the one at `ref` in the next line down or up that has any."""
        here = next((hit for hit in self.own if hit.ref == ref), None)
        if here is None or not self.is_table:
            return None
        further = [hit for hit in self.own if (hit.y - here.y) * by > 0]
        middle = 2 * here.x + here.width
        nearest = min(further, key=lambda hit: (abs(hit.y - here.y), abs(2 * hit.x + hit.width - middle)), default=None)
        return None if nearest is None else nearest.ref


def window(count: int, wanted: int | None, room: int) -> range:
    """Which of so many are in view where there is room for so many, the wanted one among them."""
    first = max(min((wanted or 0) - room // 2, count - room), 0)
    return range(first, min(first + room, count))


def series(number: int) -> str:
    """The role of one of several curves, variants or gates, from 0."""
    return f"series-{number % ROLES}"


def after_updates(say: Words, done: int) -> str:
    """After how many updates a moment is."""
    return say.first([f"picture.history_now_{done}", "picture.history_now"], updates=done)


def moment_told(scene: Scene, width: int, beside: Sequence[Pieces] = ()) -> list[Pieces]:
    """After how many updates, in as many words as there is room for beside other groups; nothing before the first."""
    done = scene.snapshot.position.done
    if not done or scene.snapshot.scenario.training is None:
        return []
    room = width - sum(measure(group) + GAP for group in beside)
    forms = (after_updates(scene.say, done), scene.say("picture.update", update=done))
    return next(([[(form, "muted")]] for form in forms if breadth(form) <= room), [])


def network_tape(snapshot: Snapshot) -> NetworkTape:
    """The tape of a dense network, be it by itself or beside a search."""
    tape = getattr(snapshot.tape, "beside", snapshot.tape)
    assert isinstance(tape, NetworkTape), "a picture of networks"
    return tape


# a plane

Coordinate = TypeVar("Coordinate", float, Array)


class Plane:
    """Cells left … left + width of rows top … top + height, for x and y in spans; y grows upwards."""

    def __init__(self, cells: Canvas, left: int, top: int, width: int, height: int, x: Span, y: Span) -> None:
        self.cells, self.left, self.top = cells, left, top
        self.width, self.height, self.x, self.y = max(width, 1), max(height, 1), opened(x), opened(y)

    def columns(self, per_cell: int) -> Array:
        """x at the middle of so many columns a cell."""
        count = self.width * per_cell
        return self.x[0] + np.asarray(np.arange(count) + 0.5, dtype=np.float64) * ((self.x[1] - self.x[0]) / count)

    def rows(self, per_cell: int) -> Array:
        """y at the middle of so many rows a cell, the upper ones first."""
        count = self.height * per_cell
        return self.y[1] - np.asarray(np.arange(count) + 0.5, dtype=np.float64) * ((self.y[1] - self.y[0]) / count)

    def across(self, x: Coordinate) -> Coordinate:
        """How far across x stands, in cells from the left edge."""
        return (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width

    def down(self, y: Coordinate) -> Coordinate:
        """How far down y stands, in cells from the upper edge."""
        return (self.y[1] - y) / (self.y[1] - self.y[0]) * self.height

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell in which a point lies, None outside."""
        across, down = self.across(x), self.down(y)
        if not (-0.01 <= across <= self.width + 0.01 and -0.01 <= down <= self.height + 0.01):
            return None  # NaN is outside, too
        return self.left + min(max(int(across), 0), self.width - 1), self.top + min(max(int(down), 0), self.height - 1)

    def mark(self, x: float, y: float, text: str, role: str) -> None:
        """Write at the cell in which a point lies; nothing outside."""
        found = self.cell(x, y)
        if found is not None:
            self.cells.write(*found, text, role)

    def put(self, dots: Mask, role: str) -> None:
        """Draw dots."""
        self.cells.dots(self.left, self.top, dots, role)

    @staticmethod
    def border(inside: Mask) -> Mask:
        """Dots (of a mask that has as many as there are dots) where inside meets outside."""
        edge = np.zeros_like(inside)
        edge[:-1] |= inside[:-1] != inside[1:]
        edge[:, :-1] |= inside[:, :-1] != inside[:, 1:]
        return edge

    def path(self, xs: Array, ys: Array) -> Mask:
        """The dots of lines from point to point; what is not finite is a gap."""
        dots = np.zeros((4 * self.height, 2 * self.width), dtype=bool)
        if not len(xs):
            return dots
        far = 8.0 * (self.width + self.height)
        with np.errstate(all="ignore"):
            across, down = self.across(xs) * 2 - 0.5, self.down(ys) * 4 - 0.5
        finite = np.isfinite(across) & np.isfinite(down)
        across, down = (np.clip(np.where(finite, numbers, 0.0), -far, far) for numbers in (across, down))
        across, down, finite = (np.append(each, each[-1]) for each in (across, down, finite))  # a lone point, too
        drawn = np.flatnonzero(finite[:-1] & finite[1:])
        to_right, downwards = np.diff(across)[drawn], np.diff(down)[drawn]
        steps = np.maximum(np.abs(to_right), np.abs(downwards)).astype(np.int64) + 2
        starts = np.cumsum(steps) - steps
        share = (np.arange(int(steps.sum())) - np.repeat(starts, steps)) / np.repeat(steps - 1, steps)
        columns = np.rint(np.repeat(across[drawn], steps) + np.repeat(to_right, steps) * share).astype(np.int64)
        rows = np.rint(np.repeat(down[drawn], steps) + np.repeat(downwards, steps) * share).astype(np.int64)
        here = (columns >= 0) & (columns < dots.shape[1]) & (rows >= 0) & (rows < dots.shape[0])
        dots[rows[here], columns[here]] = True
        return dots

    def upright(self, x: float, role: str, *, dotted: bool = False) -> None:
        """A line from top to bottom; nothing outside."""
        across = self.across(x)
        glyphs = self.cells.glyphs
        if 0 <= across <= self.width:
            column = self.left + min(int(across), self.width - 1)
            for row in range(self.top, self.top + self.height):
                self.cells.write(column, row, glyphs.dotted if dotted else glyphs.frame[1], role)

    def level(self, y: float, role: str) -> None:
        """A line from left to right."""
        found = self.cell(self.x[0], y)
        if found is not None:
            self.cells.write(self.left, found[1], self.cells.glyphs.level[2] * self.width, role)


def framed(
    cells: Canvas, place: Area, x: Span, y: Span, names: tuple[str, str] = ("", ""), *, counts: bool = False
) -> Plane:
    """A plane with its axes in a part of the cells, without them where there is no room. `counts`: x is whole."""
    left, top, width, height = place
    x, y = opened(x), opened(y)
    bare = Plane(cells, left, top, width, height, x, y)
    if width < 14 or height < 5:
        return bare
    inner_height = height - 1
    rows, decimals = ticks(y, max(inner_height * 2 // 5, 2))
    texts = [label(value, decimals) for value in rows]
    margin = widest([*texts, names[1]]) + 1
    if width - margin < 8:
        return bare
    plane = Plane(cells, left + margin, top, width - margin, inner_height, x, y)
    for row in range(inner_height):
        cells.write(plane.left - 1, top + row, cells.glyphs.frame[1], "axis")
    taken = set()
    for value, text in zip(rows, texts, strict=True):
        found = plane.cell(x[0], value)
        if found is not None and found[1] not in taken:
            cells.write_right(plane.left - 1, found[1], text, "axis")
            taken.add(found[1])
    if names[1]:
        free = [row for row in (top, top + 1) if row not in taken]
        if free:
            cells.write_right(plane.left - 1, free[0], names[1], "symbol")
    _label_columns(plane, top + inner_height, names[0], whole=counts)
    return plane


def _label_columns(plane: Plane, row: int, name: str, *, whole: bool) -> None:
    values, decimals = ticks(plane.x, max(plane.width // 8, 2), whole=whole)
    end = plane.left + plane.width
    reserved = end - breadth(name) - 1 if name else end + 1
    used = plane.left - 2
    for value in values:
        text = label(value, decimals)
        start = plane.left + round(plane.across(value)) - (breadth(text) + text.startswith("-")) // 2
        start = min(max(start, plane.left), end - breadth(text))
        if start > used and start + breadth(text) <= reserved:
            plane.cells.write(start, row, text, "axis")
            used = start + breadth(text)
    if name:
        plane.cells.write_right(end, row, name, "symbol")
