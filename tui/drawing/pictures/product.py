"""What linear layers come to: their matrices as numbers, multiplied one after the other, and the one matrix K."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import A, W
from dlsim.engine.kinds.network.product import ENTRY, THROUGH, is_one_matrix
from dlsim.engine.quantity import Ref
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.equation import in_lines
from dlsim.tui.drawing.pictures.scene import Scene, Sketch, network_tape
from dlsim.tui.drawing.text import Line, Link, Pieces, fit, number, number_alone

LEAST, MOST = 6, 12
"""Cells of a number in a matrix."""
BETWEEN = 1
MOST_ROWS = 8
"""Rows and columns of a matrix of which no more are shown."""


class Matrix(Struct, frozen=True):
    """A matrix in the chain: its name, its shape, the number in a row and a column."""

    name: str
    shape: tuple[int, int]
    at: Callable[[int, int], Ref]


def draw(scene: Scene, cells: Canvas) -> None:
    """The chain of products, an entry of the last of them, and what K makes of the sample."""
    Chain(scene, cells).draw()


class Chain(Sketch):
    """The product of all layers, step by step."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        self._tape = network_tape(scene.snapshot)
        self._layers = self._tape.structure.layers
        selected = scene.selected
        last = Ref(ENTRY, len(self._layers), (0, 0))
        self._entry = selected if selected is not None and selected.quantity is ENTRY else last

    def draw(self) -> None:
        """From the first product to the last, as many as there is room for, then the numbers of one entry."""
        cells = self.cells
        if not is_one_matrix(self._tape.structure):
            names = dict.fromkeys(layer.activation.name for layer in self._layers if layer.activation.name != "linear")
            text = self.say("picture.no_product", names=", ".join(names) or "b")
            for y, line in enumerate(in_lines([(text, "muted")], cells.width, used=0)):
                cells.write_pieces(0, y, line)
            return
        told = self._entry_told() + self._sample_told()
        head = "X" + "".join(f"·W[{layer.number}]" for layer in self._layers) + f" = X·K[{len(self._layers)}]"
        cells.write(0, 0, fit(head, cells.width), "symbol")
        y, room, shown = 1, cells.height - 1 - len(told), []
        for layer in reversed(self._layers[1:] or self._layers):
            height = min(max(self._layers[0].senders, layer.senders), MOST_ROWS) + 1
            if height > room:
                break
            room -= height
            shown.append((layer.number, height))
        for number_of_layer, height in reversed(shown):
            self._step(y, number_of_layer)
            y += height
        for line in told[: max(cells.height - y, 0)]:
            cells.write_pieces(0, y, line)
            y += 1

    def _product(self, layer: int) -> Matrix:
        inputs, units = self._layers[0].senders, self._layers[layer - 1].units
        if layer == 1:
            return Matrix("W[1]", (inputs, units), lambda row, column: Ref(W.now, 1, (row, column)))
        return Matrix(f"K[{layer}]", (inputs, units), lambda row, column: Ref(ENTRY, layer, (row, column)))

    def _step(self, y: int, layer: int) -> None:
        """K of the layers below times the layer's W gives K of them all."""
        of = self._layers[layer - 1]
        weights = Matrix(f"W[{layer}]", (of.senders, of.units), lambda row, column: Ref(W.now, layer, (row, column)))
        chain = [self._product(layer - 1), weights, self._product(layer)] if layer > 1 else [weights]
        shown = [min(matrix.shape[1], MOST_ROWS) for matrix in chain]
        room = (self.cells.width - BETWEEN * (len(chain) - 1)) // sum(shown)
        if room < LEAST:
            chain, shown = chain[-1:], shown[-1:]
            room = max(self.cells.width // shown[0], LEAST)
        x, each = 0, min(room, MOST)
        for matrix, columns, sign in zip(chain, shown, [*"·="[: len(chain) - 1], ""], strict=True):
            self._matrix((x, y), matrix, columns, each)
            x += columns * each
            if sign:
                self.cells.write(x, y + 1, sign, "text")
            x += BETWEEN

    def _matrix(self, corner: tuple[int, int], matrix: Matrix, columns: int, each: int) -> None:
        (x, y), cells, digits = corner, self.cells, self.look.at_most(4)
        rows, (_, all_columns) = min(matrix.shape[0], MOST_ROWS), matrix.shape
        more = self.glyphs.more_across[:1] if rows < matrix.shape[0] or columns < all_columns else ""
        cells.write(x, y, f"{matrix.name}{more} ({matrix.shape[0]}×{all_columns})"[: columns * each + 2], "symbol")
        for row in range(rows):
            for column in range(columns):
                ref = matrix.at(row, column)
                role = "active" if ref == self._entry else "text"
                told = number(self.snapshot.value(ref), each - 1, digits)
                cells.write_right(x + (column + 1) * each - 1, y + 1 + row, told, Link(role, ref))

    def _entry_told(self) -> list[Line]:
        """An entry of K with symbols, with numbers, and its value."""
        told, digits = self.snapshot.explain(self._entry), self.look.at_most(6)

        def linked(texts: list[str], role: str) -> Pieces:
            pairs = zip(texts, told.tokens, strict=True)
            return [(text, role if isinstance(token, str) else Link(role, token)) for text, token in pairs]

        head = [(f"{told.symbol} = ", "symbol"), *linked(list(told.symbols()), "symbol")]
        filled = [("= ", "text"), *linked(list(told.numbers(digits)), "text")]
        result = ("= ", "active"), (number_alone(told.value, self.look.digits), Link("active", self._entry))
        width = self.cells.width
        lines: list[Line] = [(("", ""),)]
        lines += [tuple(line) for pieces in (head, filled) for line in in_lines(pieces, width - 2, used=-2)]
        return [*lines, tuple(result)]

    def _sample_told(self) -> list[Line]:
        """What K makes of the sample, and what the layers make of it one after the other."""
        snapshot, digits = self.snapshot, self.look.at_most(6)
        lines: list[Line] = []
        for unit in range(min(self._layers[-1].units, 3)):
            through, output = Ref(THROUGH, 0, (unit,)), Ref(A, len(self._layers), (unit,))
            told = snapshot.explain(through)
            pieces: list[tuple[str, str]] = [(f"{told.symbol} = ", "symbol")]
            pieces += [(text, "text") for text in told.numbers(self.look.at_most(4))]
            pieces += [(" = ", "text"), (number_alone(told.value, digits), Link("strong", through))]
            pieces += [("   " + snapshot.symbol(output) + " = ", "symbol")]
            pieces += [(number_alone(snapshot.value(output), digits), Link("text", output))]
            lines.append(tuple(pieces))
        return lines
