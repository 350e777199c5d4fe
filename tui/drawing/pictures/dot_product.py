"""How one entry of a layer's product comes about: a row times a column, as cells and as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlsim.engine.explain import leads
from dlsim.engine.kinds.layered.quantities import A, B, W, X, Z
from dlsim.engine.kinds.layered.structure import Layer
from dlsim.engine.kinds.network.layer_summaries import ParameterCount, Size
from dlsim.engine.kinds.network.statistics import LayerShapes, Shape
from dlsim.engine.numbers import as_operand
from dlsim.engine.quantity import Formula, Ref
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.equation import in_lines
from dlsim.tui.drawing.numbers import number_alone
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.text import Link, Pieces, cut, fit
from dlsim.tui.session.selection import is_landed

MOST_SHOWN, LARGEST_SHOWN = 8, 16
"""Rows and columns of a matrix that are drawn as cells, and where there is more room than all else takes."""
BESIDE_CELLS = 4
"""Cells between the matrices, for each of them."""

At = Callable[[int, int], Ref]
"""The number in a row and a column of a matrix."""


def goes_in(layer: Layer) -> str:
    """What a layer's weights are multiplied with: the inputs, or what the layer below puts out."""
    return "X" if layer.number == 1 else f"Y[{layer.number - 1}]"


def result(layer: Layer) -> str:
    """What a layer's product is called: its output Y, or where an activation is still to come, its sums Z."""
    return f"{'Y' if layer.activation.name == 'linear' else 'Z'}[{layer.number}]"


def product_of(ref: Ref) -> int | None:
    """The layer in whose product a number is a cell or a size; what goes in names its sample there."""
    if ref.quantity is X or (ref.quantity is A and ref.sample is not None):
        return ref.layer + 1
    return (ref.layer or None) if isinstance(ref.quantity, Size | ParameterCount) else None


class DotProduct:
    """The factors and the product of one layer in one size."""

    def __init__(self, scene: Scene, cells: Canvas, layer: Layer, shapes: LayerShapes) -> None:
        self._scene, self._cells = scene, cells
        self._snapshot = scene.snapshot
        self._layer, self._shapes = layer, shapes

    def draw(self, entry: Ref, y: int, room: int) -> None:
        """A row of X, a column of W, and the entry where they meet; below, the terms with their numbers."""
        layer, unit = self._layer, entry.index[0]
        look, width = self._scene.look, self._cells.width
        told = self._snapshot.explain(entry)
        shown = self._snapshot.value(entry)
        name = f"{result(layer)}[{self._snapshot.sample + 1},{unit + 1}]"
        head: Pieces = [
            (f"{name} = ", "symbol"),
            (told.symbol, Link("symbol", entry)),
            (" = ", "symbol"),
            *self._symbols(told.tokens),
        ]
        lines: Sequence[Pieces] = _wrapped(head, width)
        filled = _wrapped([("= ", "text"), *self._numbers(told.tokens)], width)
        below = max(len(lines) + len(filled), 2 * len(lines) + 2)  # as many, as a rule, whatever the numbers are
        extent = self.extent(room - below - 3)  # the names, what the cells mean, the result
        matrix_rows, _ = extent
        if shown is None:
            filled = [[("= …", "text")]]
        if room >= matrix_rows + 4:
            has_air = room > matrix_rows + 4
            self.matrices(y + 1, unit, extent, has_air=has_air)
            taken = matrix_rows + 1 + has_air
            y, room = y + taken, room - taken
        elif room >= 4:
            y, room = y + 1, room - 1
        if len(lines) > 1 and room < len(lines) + 2:
            lines = [cut(head, width)]
        for place, line in enumerate(lines):
            self._cells.write_pieces(0, y + place, cut(line, width))
        y, room = y + len(lines) - 1, room - len(lines) + 1
        if room >= 2:
            for line in filled if len(filled) <= max(room - 2, 1) else ():  # else the symbols above stand for them
                y += 1
                self._cells.write_pieces(0, y, line)
        if y + 1 < self._cells.height and room >= 3:
            role = "active" if shown is not None else "muted"
            figure = number_alone(shown, look.digits)
            x = self._cells.write_pieces(0, y + 1, [("= ", role), (figure, Link(role, entry))])
            if is_landed(self._snapshot):
                note = fit(self._scene.say("picture.old_weights"), width - x - 2)
                self._cells.write(x + 2, y + 1, note, "muted")

    def _symbols(self, tokens: Formula) -> Pieces:
        return [
            (self._snapshot.symbol(token), Link("symbol", token)) if isinstance(token, Ref) else (token, "symbol")
            for token in tokens
        ]

    def _numbers(self, tokens: Formula) -> Pieces:
        """The formula with its numbers, each of which can be selected."""
        pieces: list[tuple[str, str]] = []
        for token in tokens:
            if isinstance(token, Ref):
                leading = leads(pieces[-1][0] if pieces else "")
                number = self._snapshot.tape.value(token, self._snapshot.sample)
                text = as_operand(number, self._scene.look.digits, leading=leading)
                pieces.append((text, Link("text", token)))
            else:
                pieces.append((token, "text"))
        return pieces

    # as cells

    def extent(self, room: int) -> tuple[int, int]:
        """How many rows and columns of a matrix are drawn at most where there are so many rows for it."""
        shapes = [
            shape for shape in (self._shapes.x, self._shapes.weights, self._shapes.biases, self._shapes.y) if shape
        ]

        def fits(most: int) -> bool:
            return sum(min(columns, most) + BESIDE_CELLS for _, columns in shapes) <= self._cells.width

        room = min(room, LARGEST_SHOWN)
        most = next((most for most in range(room, MOST_SHOWN, -1) if fits(most)), MOST_SHOWN)
        return max(min(self._layer.senders, most), min(max(rows for rows, _ in shapes), room)), most

    def matrices(self, y: int, unit: int, extent: tuple[int, int], *, has_air: bool) -> None:
        """The factors and the result as cells, at most `extent` of each, those that count lit; `has_air` where the line
        below is free.
        """
        cells, layer, shapes, sample = self._cells, self._layer, self._shapes, self._snapshot.sample
        rows, most = extent
        middle = (rows - 1) // 2
        number, x = layer.number, 0
        spots: list[tuple[str, Shape, tuple[int | None, int | None], str, At]] = [
            (goes_in(layer), shapes.x, (sample, None), "·", self._sent),
            (
                f"W[{number}]",
                shapes.weights,
                (None, unit),
                "+" if shapes.biases else "=",
                lambda row, column: Ref(W, number, (row, column)),
            ),
            (result(layer), shapes.y, (sample, unit), "", lambda row, column: Ref(Z, number, (column,), row)),
        ]
        if shapes.biases:
            name = f"b[{number}]"
            spots.insert(2, (name, shapes.biases, (None, unit), "=", lambda row, column: Ref(B, number, (column,))))
        per_cell = 2 if sum(min(spot[1][1], most) * 2 + BESIDE_CELLS for spot in spots) <= cells.width else 1
        is_empty = False
        for name, shape, lit, sign, at in spots:
            there = self._there(at, shape[1])
            is_empty = is_empty or there < shape[1]
            x = self._block((x, y), shape, lit, extent, per_cell, name, at, there)
            if sign:
                cells.write(x + 1, y + middle, sign, "text")
                x += 3
        full, other, empty = self._marks
        say = self._scene.say
        legend = f"{full} {say('picture.makes_entry')}  {other} {say('picture.makes_others')}"
        if is_empty:
            legend += f"  {empty} {say('picture.not_computed')}"
        if x + 3 + breadth(legend) <= cells.width:
            cells.write(x + 3, y - 1, legend, "muted")
        elif has_air:
            cells.write(0, y + rows, fit(legend, cells.width), "muted")

    def _sent(self, row: int, column: int) -> Ref:
        """What goes in: an input, or an output of the layer below."""
        below = self._layer.number - 1
        return Ref(A if below else X, below, (column,), row)

    def _there(self, at: At, columns: int) -> int:
        """How many of a matrix's columns are known by now."""
        shown = self._snapshot.is_shown
        return next((column for column in range(columns) if not shown(at(0, column))), columns)

    @property
    def _marks(self) -> tuple[str, str, str]:
        """A cell that the entry is made of, any other, and one that is not computed yet."""
        return ("■", "·", "□") if self._cells.glyphs.has_dots else ("#", ".", "_")

    def _block(
        self,
        corner: tuple[int, int],
        size: Shape,
        lit: tuple[int | None, int | None],
        extent: tuple[int, int],
        per_cell: int,
        name: str,
        at: At,
        there: int,
    ) -> int:
        """A matrix as cells, at most `extent` of it, the row or column or the one cell that counts lit, columns empty
        from `there` on; the column after it.
        """
        (x, y), cells, (full, other, empty) = corner, self._cells, self._marks
        by_row, by_column = (_window(*each) for each in zip(size, lit, extent, strict=True))
        top = y + (extent[0] - len(by_row)) // 2
        for line, row in enumerate(by_row):
            for place, column in enumerate(by_column):
                is_lit = lit[0] in (None, row) and lit[1] in (None, column)
                role = Link("active" if is_lit else "muted", at(row, column))
                mark = empty if column >= there else full if is_lit else other
                cells.write(x + place * per_cell, top + line, mark, role)
        end = x + max(len(by_column) * per_cell - (per_cell - 1), 1)
        more = "" if len(by_row) == size[0] and len(by_column) == size[1] else cells.glyphs.more_across[:1]
        cells.write(x, top - 1 if top > y - 1 else top, f"{name}{more}"[: max(end - x, len(name))], "symbol")
        return max(end, x + breadth(name))


def _window(count: int, wanted: int | None, room: int) -> range:
    """The rows or columns that are drawn, the wanted one among them."""
    if count <= room:
        return range(count)
    first = min(max((wanted or 0) - room // 2, 0), count - room)
    return range(first, first + room)


def _wrapped(pieces: Pieces, cells: int) -> list[Pieces]:
    """In lines of at most so many cells, all but the first of them hanging."""
    first, *others = in_lines(pieces, cells - 2, used=-2)
    return [first, *[[("  ", ""), *line] for line in others]]
