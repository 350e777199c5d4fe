"""The whole picture of one moment in one size: rows of runs, and what a click at a cell means."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import DE_DA, DE_DZ, E_O, A, B, T, W, X, Z
from dlsim.engine.kinds.search.quantities import OfSearch, SearchTape
from dlsim.engine.numbers import DIGITS, SMALL
from dlsim.engine.program import Op
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import UNICODE, Canvas, Glyphs, Hit
from dlsim.tui.drawing.diagram.boxes import Blocks, Boxes
from dlsim.tui.drawing.diagram.edges import Edges, WeightLine
from dlsim.tui.drawing.diagram.focus import ACTIVE, Focus, Numbers, Shape, focus_of, shape_of
from dlsim.tui.drawing.diagram.layout import Column, Layout, plan
from dlsim.tui.drawing.diagram.tried import draw_tried
from dlsim.tui.drawing.diagram.units import Listed, gradients_of
from dlsim.tui.drawing.text import SIGN_AND_WHOLE, Piece, number
from dlsim.tui.words import words

MOST_CELLS = 32
"""More than any number takes."""
USUAL_NAME = len("sigmoid")
"""Layers are numbered where names of this length would touch: whatever the functions, in all variants alike."""
NEAR = 1.5
"""Cells' widths: not further from its line a click still means a weight."""


class Diagram(Struct, frozen=True):
    """Rows of runs; `hits` say which number stands where, later ones above earlier; `lines` are the weights."""

    rows: tuple[tuple[Piece, ...], ...]
    hits: tuple[Hit, ...]
    lines: tuple[WeightLine, ...] = ()

    def at(self, x: int, y: int) -> Ref | None:
        """The number at a cell: what is written there, else the weight whose line runs nearest."""
        for hit in reversed(self.hits):
            if hit.y == y and hit.x <= x < hit.x + hit.width:
                return hit.ref
        nearest = min(self.lines, key=lambda line: line.distance(x, y), default=None)
        return nearest.ref if nearest is not None and nearest.distance(x, y) <= NEAR else None


def draw(
    snapshot: Snapshot,
    width: int,
    height: int,
    *,
    selected: Ref | None = None,
    whole: Op | None = None,
    glyphs: Glyphs = UNICODE,
    digits: int = DIGITS,
    shape: Shape | None = None,
) -> Diagram:
    """The picture of `snapshot` in `width` × `height` cells; empty where there is no network to draw. Numbers have up
    to `digits` decimals, where there is room for them. Of an op that is told as a `whole` all numbers are lit. `shape`
    is the scenario's, where that is known already.
    """
    shape = shape_of(snapshot.scenario) if shape is None else shape
    if shape is None or width < 1 or height < 1:
        return Diagram((), ())
    if isinstance(snapshot.tape, SearchTape) and _tries(snapshot):
        canvas = Canvas(width, height, glyphs, selected)
        draw_tried(snapshot, canvas)
        return Diagram(tuple(canvas.rows()), tuple(canvas.hits))
    if shape.is_fed_back:
        shape = _with_room(snapshot, shape, width, height, digits)
    focus = focus_of(snapshot, shape, selected, whole)
    layout = layout_of(snapshot, shape, focus, width, height, digits)
    canvas = Canvas(width, height, glyphs)
    lines: tuple[WeightLine, ...] = ()
    if layout.level.name == "cells":
        _draw_blocks(Blocks(canvas, layout, shape, snapshot, focus, Numbers(snapshot, ())))
    else:
        lines = _draw_units(canvas, layout, shape, snapshot, focus)
    _draw_caption(canvas, layout, shape, focus)
    return Diagram(tuple(canvas.rows()), tuple(canvas.hits), lines)


def _tries(snapshot: Snapshot) -> bool:
    """Whether what was computed last, or at the start what comes next, is the search's, and not the network's."""
    return snapshot.event is None or isinstance(snapshot.event.ref.quantity, OfSearch)


def _with_room(snapshot: Snapshot, shape: Shape, width: int, height: int, digits: int) -> Shape:
    """With what is fed back among the inputs, where that takes nothing from the units."""
    whole = shape.with_what_is_fed_back
    usual, found = (layout_of(snapshot, each, Focus(), width, height, digits) for each in (shape, whole))
    return whole if found.level.inner and found.level == usual.level else shape


def layout_of(snapshot: Snapshot, shape: Shape, focus: Focus, width: int, height: int, digits: int = DIGITS) -> Layout:
    """Where everything stands at this moment."""
    last = [
        Ref(Z if layer else X, layer, ((units if layer else shape.inputs) - 1,))
        for layer, units in enumerate(shape.widths)
    ]
    if shape.is_small:
        weights = [
            [Ref(W.now, layer, (sender, unit)) for unit in range(units) for sender in range(senders)]
            for layer, (senders, units) in enumerate(itertools.pairwise(shape.widths), start=1)
        ]
        last += [refs[-1] for refs in weights]
    told = list(map(len, snapshot.symbols(last)))
    columns = len(shape.widths)
    symbols = tuple(told[:columns])
    listed: tuple[tuple[int, int], ...] = ()
    if shape.is_small:
        cells = iter(map(_before_decimals, snapshot.read(itertools.chain.from_iterable(weights))))
        numbers = [max(itertools.islice(cells, len(refs))) for refs in weights]
        listed = ((0, 0), *zip(told[columns:], numbers, strict=True))
    wanted = tuple(tuple(focus.units(layer)) for layer in range(columns))
    return plan(shape, width, height, symbols, wanted, focus.layer(), digits, listed)


def _before_decimals(value: float | None) -> int:
    """Cells of a number's sign, whole part and point; of one in powers of ten, what it takes besides its digits."""
    if value is None or (-10 < value < 10 and (abs(value) >= SMALL or not value)):
        return SIGN_AND_WHOLE
    return max(len(number(value, MOST_CELLS, 1)) - 1, SIGN_AND_WHOLE)


def _draw_units(
    canvas: Canvas, layout: Layout, shape: Shape, snapshot: Snapshot, focus: Focus
) -> tuple[WeightLine, ...]:
    """The lines between units, then the units; which lines there are."""
    numbers = Numbers(snapshot, _in_view(layout, shape, snapshot, focus))
    edges = Edges(canvas, layout, focus, numbers)
    edges.draw()
    kind = Listed if layout.level.name == "listed" else Boxes
    units = kind(canvas, layout, shape, snapshot, focus, numbers)
    for column in layout.columns:
        for slot in column.slots:
            units.draw(column, slot)
            if slot.unit is None:
                text = f"{canvas.glyphs.more} +{slot.hidden}"[: column.width]
                canvas.write(column.x + (column.width - len(text)) // 2, slot.row, text, "muted")
    if layout.level.inner:
        _join(canvas, edges, layout, focus)
    return tuple(edges.lines.values())


def _in_view(layout: Layout, shape: Shape, snapshot: Snapshot, focus: Focus) -> list[Ref]:
    """The numbers of the units in view, and the weights between them."""
    refs = list(focus.told.values())
    senders: list[int] = []
    for column in layout.columns:
        units = [slot.unit for slot in column.slots if slot.unit is not None]
        if not column.layer:
            refs += [focus.of_input(unit, shape) for unit in units if column.layer is not None]
        else:
            of_each: tuple[Quantity, ...] = (Z, A)
            if shape.trains:
                gradients = gradients_of(shape, snapshot, column.layer) if column.card else (DE_DA, DE_DZ)
                of_each = (*of_each, *gradients)
            if shape.has_targets and column.layer == shape.last:
                of_each = (*of_each, T, E_O)
            index = () if focus.step is None else (focus.step,)
            refs += [Ref(quantity, column.layer, (unit, *index)) for unit in units for quantity in of_each]
            refs += [Ref(B.now, column.layer, (unit,)) for unit in units if shape.biases[column.layer]]
            refs += [Ref(W.now, column.layer, (sender, unit)) for unit in units for sender in senders]
        senders = units
    return refs


def _join(canvas: Canvas, edges: Edges, layout: Layout, focus: Focus) -> None:
    """Where a line meets a frame, the frame opens to it."""
    into, out, heavy_into, heavy_out = canvas.glyphs.join
    bare = {column.layer for column in layout.columns if column.card is not None and not column.card.has_sides}
    for (x, row), (side, layer, unit) in edges.ports.items():
        if layer in bare:
            continue
        role = focus.nodes.get((layer, unit))
        is_heavy = role == ACTIVE
        glyph = (heavy_into if is_heavy else into) if side == "in" else (heavy_out if is_heavy else out)
        canvas.write(x, row, glyph, role or "frame")


def _draw_blocks(blocks: Blocks) -> None:
    columns = blocks.layout.columns
    for column in columns:
        blocks.draw_column(column)
    active = blocks.focus.active
    glyphs = blocks.canvas.glyphs
    if active is not None and blocks.focus.phase in ("forward", "backward"):
        mark = glyphs.forward if blocks.focus.phase == "forward" else glyphs.backward
        for left, right in itertools.pairwise(columns):
            is_there = right.layer == active.layer if mark == glyphs.forward else left.layer == active.layer
            if is_there:
                x = (left.x + left.width + right.x) // 2
                blocks.canvas.write(x, blocks.canvas.height // 2, mark, ACTIVE)
    blocks.draw_line()


def _draw_caption(canvas: Canvas, layout: Layout, shape: Shape, focus: Focus) -> None:
    """What each layer does, at the level of cells also how many units it has; where that is too long, a number."""
    if layout.caption is None:
        return
    shown = [(column, column.layer) for column in layout.columns if column.layer is not None]
    columns = [column for column, _ in shown]
    names = [_named(canvas.glyphs, shape, layer, focus.step) for _, layer in shown]
    numbers = [words()("diagram.layer", layer=layer) if layer else "" for _, layer in shown]
    if layout.level.name == "cells":
        numbers = [str(shape.widths[layer]) for _, layer in shown]
        names = [f"{number} {name}".rstrip() for number, name in zip(numbers, names, strict=True)]
    room = list(map(_centred, columns, (name and name.ljust(USUAL_NAME) for name in names)))
    texts = names if _stand_apart(room, canvas.width) else numbers
    end = -1
    for (x, text), (_, layer) in zip(map(_centred, columns, texts), shown, strict=True):
        if end < x <= canvas.width - len(text):
            is_lit = focus.active is not None and layer == focus.active.layer
            canvas.write(x, layout.caption, text, "operand" if is_lit else "muted")
            end = x + len(text)


def _named(glyphs: Glyphs, shape: Shape, layer: int, step: int | None) -> str:
    """What a layer does; of a sequence, which step of it comes in, where the outputs come back if Wh is not drawn."""
    if layer == 0:
        return "" if step is None else words()("picture.step", step=step + 1)
    name = shape.activations[layer].name
    has_loop = shape.is_fed_back and not shape.fed_back and layer < shape.last
    return f"{name} {glyphs.loop} Wh" if has_loop else name


def _centred(column: Column, text: str) -> tuple[int, str]:
    """Where it begins, and the text."""
    return max(column.x + (column.width - len(text)) // 2, 0), text


def _stand_apart(texts: Sequence[tuple[int, str]], cells: int) -> bool:
    """Whether there is a gap between one and the next, and all of them fit."""
    ends = [x + len(text) for x, text in texts]
    return ends[-1] <= cells and all(x > end for end, (x, _) in zip(ends, texts[1:], strict=False))
