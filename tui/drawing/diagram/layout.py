"""Where everything stands: which level of detail fits, columns, rows, and which units are in view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from dlsim.engine.numbers import DIGITS
from dlsim.tui.drawing.diagram.cards import Card, cards, places
from dlsim.tui.drawing.diagram.focus import Shape
from dlsim.tui.drawing.text import LEAST_ROOM, SIGN_AND_WHOLE


class Slot(Struct, frozen=True):
    """A unit in view at the row where its lines meet it, or a mark for `hidden` units that are not."""

    unit: int | None
    row: int
    hidden: int = 0
    x: int = 0  # cells from the column's left edge; only blocks of cells have several columns
    units: int = 1  # from `unit` on share it; more than one only in blocks of cells
    listed: int | None = None  # the row of the first weight that is listed in it, where they are


class Column(Struct, frozen=True):
    """One layer; `layer` None marks layers that are left out. Its boxes have `more` rows than the level gives them, or
    are filled as `card` says: those of a small network.
    """

    layer: int | None
    x: int
    width: int
    slots: tuple[Slot, ...]
    more: int = 0
    card: Card | None = None


class Level(Struct, frozen=True):
    """How much of a unit is shown. `inner`: rows inside its frame, 0 for a unit that is one line."""

    name: str
    inner: int
    above: int = 0  # rows that a unit takes above its port and below it
    below: int = 0

    @property
    def height(self) -> int:
        """Rows of a unit."""
        return self.above + 1 + self.below


FULL = Level("full", 3, 2, 2)  # z, h, gradient
ROWS_OF_AN_OUTPUT = 4  # its error, too
TALL = Level("tall", 2, 1, 2)  # z, h
BOX = Level("box", 1, 1, 1)
NARROW = Level("narrow", 1, 1, 1)  # the symbol in the frame's upper edge
LINE = Level("line", 0)
NAMED = Level("named", 0, above=1)  # the symbol above the number
VALUE = Level("value", 0)
CELLS = Level("cells", 0)
LISTED = Level("listed", 1)  # a small network: see cards.py


class Layout(Struct, frozen=True):
    """The picture's plan. `side`: where targets stand beside the outputs, None where they do not.

    `digits` is how many decimals there is room for in a unit; one number that stands alone has up to `most`.
    """

    level: Level
    width: int
    height: int
    columns: tuple[Column, ...]
    digits: int = 0
    padding: int = 0
    side: int | None = None
    caption: int | None = None  # the row of the layers' names
    cell: int = 1  # cells of a unit, at the level of cells
    shared: int = 1  # the most units that share a cell
    most: int = DIGITS


class _Widths(Struct, frozen=True):
    """One way to divide the width."""

    digits: int
    padding: int
    side: bool
    gap: int


BOXED = (
    _Widths(6, 1, True, 15),
    _Widths(4, 1, True, 11),
    _Widths(4, 1, False, 10),
    _Widths(4, 0, True, 8),
    _Widths(4, 0, False, 6),
    _Widths(3, 0, False, 5),
    _Widths(2, 0, False, 4),
)
TITLED = (_Widths(4, 0, False, 7), _Widths(3, 0, False, 6), _Widths(2, 0, False, 4))
PLAIN = (
    _Widths(6, 0, True, 16),
    _Widths(4, 0, True, 12),
    _Widths(4, 0, False, 10),
    _Widths(3, 0, False, 8),
    _Widths(2, 0, False, 4),
)
OPTIONS: Mapping[str, Sequence[_Widths]] = {
    "full": BOXED,
    "tall": BOXED,
    "box": BOXED,
    "narrow": TITLED,
    "line": PLAIN,
    "named": (_Widths(2, 0, False, 2),),
    "value": (_Widths(2, 0, False, 2),),
}
PLANNED_DIGITS, LEAST_WIDENED = 6, 4
"""The plans go up to six digits. For more than DIGITS, those from four on are made wider by as much as it takes."""
LARGEST_GAP = 22
GAP_OF_A_LABEL = 11
"""A gap of so many cells has room for the label of a weight, "W4⁺ 0.3493": no digits of a unit make it smaller."""
SIDE_SYMBOL = 5  # cells of "E_o1 "
LEAST_ROWS_WITH_CAPTION = 9


@lru_cache(maxsize=64)
def plan(
    shape: Shape,
    width: int,
    height: int,
    symbols: tuple[int, ...],
    wanted: tuple[tuple[int, ...], ...],
    wanted_layer: int | None,
    digits: int,
    weights: tuple[tuple[int, int], ...] = (),
) -> Layout:
    """The roomiest plan that shows every unit; where none does, lines with the middle left out, or cells.

    `symbols` are the widths of the longest symbol by column; `wanted` the units by layer that must be in view;
    `digits` how many decimals numbers should have; `weights` of a small network, by layer, how wide the symbols of its
    weights are, and the signs and whole parts of their numbers.
    """
    if weights:
        listed = _listed(shape, width, height, symbols, weights, digits)
        if listed is not None:
            return listed
    levels = (FULL, TALL, BOX, NARROW, LINE) if shape.trains else (TALL, BOX, NARROW, LINE)
    most = max(shape.widths)
    has_room = height >= LEAST_ROWS_WITH_CAPTION
    captions = (True, False) if has_room and not shape.steps else (has_room,)  # of a sequence it says which step
    for level in levels:
        for caption in captions:
            rows = height - caption
            if most * level.height <= rows or (level is LINE and rows >= 3):
                found = _fit(shape, level, width, height, symbols, wanted, digits, caption=caption)
                if found is not None:
                    return found
    level = NAMED if most * NAMED.height <= height - has_room else VALUE
    found = _fit(shape, level, width, height, symbols, wanted, digits, caption=has_room) if height >= 3 else None
    return found or replace(_cells(shape, width, height, wanted_layer), most=digits)


def _listed(
    shape: Shape,
    width: int,
    height: int,
    symbols: tuple[int, ...],
    weights: tuple[tuple[int, int], ...],
    digits: int,
) -> Layout | None:
    """The plan of a small network whose weights are listed in its units; None where there is no room for that."""
    found = cards(shape, width, height, symbols, weights, digits)
    if found is None:
        return None
    gap = min(found.gap, LARGEST_GAP)
    used = sum(card.width for card in found.cards) + gap * shape.last
    x = (width - used) // 2
    columns, top = [], height
    for layer, card in enumerate(found.cards):
        rows = [found.has_caption + row for row in places(card, shape.widths[layer], height - found.has_caption)]
        slots = tuple(
            Slot(unit, row + card.port, listed=row + card.is_framed if card.weights else None)
            for unit, row in enumerate(rows)
        )
        columns.append(Column(layer, x, card.width, slots, card=card))
        x += card.width + gap
        top = min(top, *rows)
    caption = max(top - 2, 0) if found.has_caption else None
    return Layout(LISTED, width, height, tuple(columns), found.digits, caption=caption, most=digits)


def _options(level: Level, digits: int) -> Iterator[_Widths]:
    """The ways to divide the width for numbers of at most so many digits, the roomiest first."""
    if digits > DIGITS:
        for more in range(digits, PLANNED_DIGITS, -1):
            yield from (replace(each, digits=more) for each in OPTIONS[level.name] if each.digits >= LEAST_WIDENED)
    yield from (replace(each, digits=min(each.digits, digits)) for each in OPTIONS[level.name])


def _fit(
    shape: Shape,
    level: Level,
    width: int,
    height: int,
    symbols: Sequence[int],
    wanted: Sequence[Sequence[int]],
    digits: int,
    *,
    caption: bool,
) -> Layout | None:
    gaps = shape.last
    for option in _options(level, digits):
        if option.side and not shape.has_targets:
            continue
        numbers = SIGN_AND_WHOLE + max(option.digits, LEAST_ROOM)
        frame = 2 + 2 * option.padding if level.inner else 0
        widths = [numbers + frame + (0 if level in (VALUE, NAMED, NARROW) else symbol + 1) for symbol in symbols]
        side = SIDE_SYMBOL + numbers + 1 if option.side else 0
        rows = [_rows(units, max(shape.widths), level, height, caption) for units in shape.widths]
        more = [_more(shape, layer, level, rows[layer], height, beside=option.side) for layer in range(len(rows))]
        room = width - sum(widths) - side
        if (gaps and room < gaps * option.gap) or room < 0:
            continue
        if level.inner + more[-1] == ROWS_OF_AN_OUTPUT:  # errors have longer symbols than the rest, and no sign
            wider = len(f"E_o{shape.widths[-1]} ") + numbers - 1 + frame - widths[-1]
            wider = max(min(wider, room - gaps * min(room // gaps, GAP_OF_A_LABEL)), 0)
            widths[-1] += wider
            room -= wider
        largest = LARGEST_GAP + max(option.digits - PLANNED_DIGITS, 0)
        gap = min(room // gaps, largest) if gaps else 0
        x = (room - gap * gaps) // 2
        columns = []
        for layer, cells in enumerate(widths):
            slots = _slots(shape.widths[layer], rows[layer], wanted[layer])
            columns.append(Column(layer, x, cells, slots, more[layer]))
            x += cells + gap
        beside = columns[-1].x + columns[-1].width + 1 if option.side else None
        top = min(column.slots[0].row for column in columns) - level.above
        return Layout(
            level,
            width,
            height,
            tuple(columns),
            option.digits,
            option.padding,
            beside,
            max(top - 2, 0) if caption else None,
            most=digits,
        )
    return None


def _more(shape: Shape, layer: int, level: Level, rows: Sequence[int], height: int, *, beside: bool) -> int:
    """How many rows more than the level gives it a layer's boxes want, for gradients and errors, and have room for."""
    if layer == 0 or level not in (FULL, TALL) or not shape.trains:
        return 0
    has_errors = layer == shape.last and shape.has_targets and not beside
    wanted = ROWS_OF_AN_OUTPUT if has_errors else FULL.inner
    ends = [row - level.above for row in rows[1:]] + [height]
    room = min(end - 1 - (row + level.below) for row, end in zip(rows, ends, strict=True))
    return max(min(wanted - level.inner, room), 0)


def _rows(units: int, most: int, level: Level, height: int, caption: bool) -> list[int]:
    """The rows at which a layer's lines meet its units, as many as fit; all layers share one pitch."""
    rows = height - caption
    fitting = max((rows - level.height) // level.height + 1, 1)
    shown = min(most, fitting)
    pitch = level.height
    if shown > 1:
        spare = 3 if level.inner or level is NAMED else 1
        pitch = min((rows - level.height) // (shown - 1), level.height + spare)
    count = min(units, shown)
    if 1 < count < shown:  # fewer units stand further apart
        pitch = min((rows - level.height) // (count - 1), 2 * pitch)
    used = pitch * (count - 1) + level.height
    first = int(caption) + (rows - used) // 2 + level.above
    return [first + pitch * place for place in range(count)]


def _slots(units: int, rows: Sequence[int], wanted: Sequence[int]) -> tuple[Slot, ...]:
    return tuple(
        Slot(unit, row, hidden) for (unit, hidden), row in zip(in_view(units, len(rows), wanted), rows, strict=True)
    )


def in_view(units: int, places: int, wanted: Sequence[int] = ()) -> list[tuple[int | None, int]]:
    """(unit, 0) or (None, units left out) for each of `places`: the first ones, the last, and the wanted one.

    The middle turns by pages, so that the picture stands still while neighbours are wanted one after another.
    """
    if units <= places:
        return [(unit, 0) for unit in range(units)]
    target = next((unit for unit in wanted if 0 <= unit < units), None)
    if places <= 2:
        first = target or 0
        rest: list[tuple[int | None, int]] = [(None, units - 1)]
        return [(first, 0), *rest][: max(places, 0)]
    head = places - 2
    if target is None or target < head or target == units - 1:
        return [*((unit, 0) for unit in range(head)), (None, units - head - 1), (units - 1, 0)]
    if places <= 4:
        middle = [(0, 0), (None, units - places + 1), (target, 0), (units - 1, 0)]
        return middle if places == 4 else [(0, 0), (target, 0), (None, units - 2)]
    page = places - 4  # the first, a mark, the page, a mark, the last
    start = 1 + (target - 1) // page * page
    if start + page >= units - 1:
        tail = places - 2
        return [(0, 0), (None, units - 1 - tail), *((unit, 0) for unit in range(units - tail, units))]
    turned: list[tuple[int | None, int]] = [(unit, 0) for unit in range(start, start + page)]
    return [(0, 0), (None, start - 1), *turned, (None, units - 1 - start - page), (units - 1, 0)]


def _cells(shape: Shape, width: int, height: int, wanted_layer: int | None) -> Layout:
    """Every unit one cell (two, with its sign, where there is room), layers as blocks of cells; where there is not one
    for each unit, as many share a cell as it takes.
    """
    caption = height >= 4
    rows = max(height - (2 if caption else 0), 1)  # below the names, and above a line for the active number
    layers, blocks, cell, gap = _division(shape, width, rows, wanted_layer)
    used = sum(blocks) * cell + gap * (len(blocks) - 1)
    if len(blocks) > 1:
        more = min((width - used) // (len(blocks) - 1), 6)
        gap, used = gap + more, used + more * (len(blocks) - 1)
    x = max((width - used) // 2, 0)
    columns, most = [], 1
    for layer, block in zip(layers, blocks, strict=True):
        slots = []
        if layer is not None:
            units = shape.widths[layer]
            shared = -(-units // (block * rows))
            firsts = range(0, units, shared)
            tall = min(rows, -(-len(firsts) // block))
            top = int(caption) + (rows - tall) // 2
            for place, unit in enumerate(firsts):
                together = min(shared, units - unit)
                slots.append(Slot(unit, top + place % tall, x=place // tall * cell, units=together))
            most = max(most, shared)
        columns.append(Column(layer, x, block * cell, tuple(slots)))
        x += block * cell + gap
    return Layout(CELLS, width, height, tuple(columns), caption=0 if caption else None, cell=cell, shared=most)


def _division(
    shape: Shape, width: int, rows: int, wanted_layer: int | None
) -> tuple[Sequence[int | None], Sequence[int], int, int]:
    """(layers, None for some that are left out; how many units each has side by side; cells of a unit, of a gap)."""
    layers = range(len(shape.widths))
    needed = [-(-units // rows) for units in shape.widths]
    for cell, gap in ((2, 3), (2, 2), (2, 1), (1, 2), (1, 1)):
        if sum(needed) * cell + gap * (len(layers) - 1) <= width:
            return layers, needed, cell, gap
    room = width - (len(layers) - 1)
    if room >= len(layers):
        cap = max(size for size in range(1, room + 1) if sum(min(block, size) for block in needed) <= room)
        return layers, [min(block, cap) for block in needed], 1, 1
    shown = in_view(len(layers), max((width + 1) // 2, 1), () if wanted_layer is None else (wanted_layer,))
    return [layer for layer, _ in shown], [1] * len(shown), 1, 1
