"""Which matrix has which shape, layer by layer, and how one entry of a product comes about: a row times a column, as
cells and as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlsim.engine.kinds.layered.quantities import A, B, W, X, Z
from dlsim.engine.kinds.layered.tape import Layer
from dlsim.engine.kinds.network.layer_summaries import COLUMNS, PARAMETERS, ROWS, ParameterCount, Size
from dlsim.engine.kinds.network.statistics import LayerShapes, Shape, layer_shapes
from dlsim.engine.quantity import Ref, about
from dlsim.engine.snapshot import Explanation, Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.equation import in_lines
from dlsim.tui.drawing.pictures.scene import Scene, Sketch, network_tape, window
from dlsim.tui.drawing.text import Link, Pieces, cut, fit, linked, measure, number_alone
from dlsim.tui.session.selection import is_landed

FACTS = 4
"""What is derived for each layer, in the order of the notes: Y, W's rows, b, W's columns."""
UNKNOWN = "?"
MOST_SHOWN, LARGEST_SHOWN = 8, 16
"""Rows and columns of a matrix that are drawn as cells, and where there is more room than all else takes."""
MARKS = (("#", ".", "_"), ("■", "·", "□"))
"""A cell that the entry is made of, any other, and one that is not computed yet; in ASCII, and where there is more."""
BESIDE_CELLS = 4
"""Cells between the matrices, for each of them."""

Spot = tuple[str, Shape, tuple[int | None, int | None], str, Callable[[int, int], Ref]]
"""A matrix that is drawn as cells: its name, rows and columns, the row or column or the one cell that counts, the sign
that follows it, and the number in a row and a column of it.
"""


def views(snapshot: Snapshot) -> Sequence[str]:
    """First all sizes, which are known before anything is computed, then the same derived one at a time."""
    facts = FACTS * len(network_tape(snapshot).structure.layers)
    return "sizes_now", *["sizes_derived"] * (facts + 1)


def draw(scene: Scene, cells: Canvas) -> None:
    """The layers' products, and below them the chosen entry."""
    Products(scene, cells).draw()


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


def _sum_of(ref: Ref) -> Ref | None:
    """The weighted sum that a unit's number, a weight or a bias goes into."""
    if ref.quantity in (Z, A) and ref.layer and len(ref.index) == 1:
        return Ref(Z, ref.layer, ref.index)
    if ref.layer and ref.index and about(ref).quantity.is_parameter:
        return Ref(Z, ref.layer, (ref.index[-1],))
    return None


class Products(Sketch):
    """The shapes of all layers, and the product of one."""

    def __init__(self, scene: Scene, cells: Canvas) -> None:
        super().__init__(scene, cells)
        tape = network_tape(scene.snapshot)
        self._layers = tape.structure.layers
        self._shapes = layer_shapes(tape.structure, tape.batch.size)
        self._entry = self._chosen_entry()
        self._facts = scene.view % len(views(scene.snapshot)) - 1
        self._is_derived = self._facts >= 0
        if not self._is_derived:  # Y is there when all sums of its layer are
            done = [self.snapshot.revealed.get((Z, layer.number), 0) >= layer.units for layer in self._layers]
            self._facts = FACTS * sum(done)

    def draw(self) -> None:
        """As much as there is room for: the products first, then the total, the derivation, the entry."""
        cells = self.cells
        lines = self._products()
        shown = window(len(lines), self._entry.layer - 1, max(cells.height - 1, 1))
        for y, line in enumerate(lines[shown.start : shown.stop]):
            cells.write_groups(y, line)
        for y, is_cut in ((0, shown.start > 0), (len(shown) - 1, shown.stop < len(lines))):
            if is_cut:
                cells.write(cells.width - 1, y, self.glyphs.more, "muted")
        y = len(shown)
        if y < cells.height:
            cells.write_groups(y, self._total())
            y += 1
        if self._is_derived and y < cells.height - 1:
            known = self.say("picture.sizes_known", known=self._facts, all=FACTS * len(self._layers))
            cells.write(0, y, fit(known, cells.width), "muted")
            self._told(y + 1)
            layer = self._layers[max(self._facts - 1, 0) // FACTS]
            product = self._dot_product(layer)
            extent = product.extent(cells.height - y - 4)
            spare = cells.height - y - extent[0] - 3
            if self._facts and spare >= 0:
                product.matrices(y + 3, 0, extent, has_air=spare > 0)
            return
        room = cells.height - y
        layer = self._layers[self._entry.layer - 1]
        rows = min(layer.senders, MOST_SHOWN)
        if room >= rows + 7:
            names = self.say(
                "picture.matrix", layer=layer.number, one=self.snapshot.symbol(Ref(W, layer.number, (0, 0)))
            )
            cells.write(0, y, fit(names, cells.width), "muted")
            y += 1
        if room >= 2:
            self._dot_product(layer).draw(self._entry, y)

    def _dot_product(self, layer: Layer) -> DotProduct:
        return DotProduct(self.scene, self.cells, layer, self._shapes[layer.number - 1])

    # sizes

    def _products(self) -> list[list[Pieces]]:
        """A line for each layer; the columns stand below each other."""
        table = [self._columns(layer) for layer in self._layers]
        *widths, of_counts, _ = [max(map(measure, column)) for column in zip(*table, strict=True)]
        lines: list[list[Pieces]] = []
        for *matrices, count, activation in table:
            product: list[tuple[str, str]] = []
            for column, cells in zip(matrices, widths, strict=True):
                product += [*column, (" " * (cells - measure(column)), column[-1][1] if column else "")]
            has_count = measure(product) + of_counts + 2 <= self.cells.width
            counted = [[(" " * (of_counts - measure(count)), ""), *count]] if has_count else []
            lines.append([product, *counted, activation])
        return lines

    def _columns(self, layer: Layer) -> list[Pieces]:
        """What stands below each other: names, sizes, signs, and last how many parameters, and the activation."""
        n, shapes = layer.number, self._shapes[layer.number - 1]
        is_active = self._entry.layer == n
        is_roomy, is_wide = self.cells.width >= 56, self.cells.width >= 66
        known = min(max(self._facts - FACTS * (n - 1), 0), FACTS)
        are_given = not self._is_derived  # weights and biases; and all sizes, without a derivation

        def matrix(name: str, shape: Shape, of: str, *are_found: bool) -> list[Pieces]:
            """A name, rows and columns: a size that is still to be derived is "?", muted is what has no numbers yet."""
            is_there = all(are_found)
            role = "operand" if is_active and is_there else "text" if is_there else "muted" if are_given else "negative"
            rows, columns = (
                (str(size), Link(role, Ref(side[of], n))) if is_found or are_given else (UNKNOWN, role)
                for side, size, is_found in zip((ROWS, COLUMNS), shape, are_found, strict=True)
            )
            return [[(name if is_roomy else "", "symbol")], [("(", role), rows, ("×", role), columns, (")", role)]]

        number = "" if is_roomy else f"{n} "  # the names have it where there is room for them
        columns: list[Pieces] = [[(number, "active" if is_active else "muted")]]
        is_sent = n == 1 or self._facts > FACTS * (n - 2)  # with the Y of the layer below
        columns += [*matrix(goes_in(layer), shapes.x, "X", is_sent, is_sent), [("·", "text")]]
        columns += matrix(f"W[{n}]", shapes.weights, "W", known >= 2 or are_given, known >= 4 or are_given)
        if shapes.biases:
            has_biases = known >= 3 or are_given
            columns += [[(" + " if is_wide else "+", "text")]]
            columns += matrix(f"b[{n}]", shapes.biases, "b", has_biases, has_biases)
        else:
            columns += [[], [], []]
        name = result(layer)
        columns += [[(" = " if is_wide else "=", "text")], *matrix(name, shapes.y, "Z", known >= 1, known >= 1)]
        is_known = not self._is_derived or self._facts >= FACTS * n
        columns.append([self._parameters(n, "strong") if is_known else (UNKNOWN, "negative")])
        goes_on = f" → Y[{n}]" if is_roomy and name != f"Y[{n}]" else ""
        columns.append([(layer.activation.name + goes_on, "muted")])
        return columns

    def _parameters(self, layer: int, role: str) -> tuple[str, Link]:
        """How many a layer has; those of all, of layer 0."""
        ref = Ref(PARAMETERS, layer)
        return f"{int(self.snapshot.value(ref) or 0):,}", Link(role, ref)

    def _total(self) -> list[Pieces]:
        if self._is_derived and self._facts < FACTS * len(self._layers):
            return [[(self.say("picture.parameters") + f" {UNKNOWN}", "muted")]]
        total, ref = self._parameters(0, "strong")
        groups: list[Pieces] = [linked(self.say("picture.total"), "strong", total=(total, ref.ref))]
        if len(self._layers) > 1:
            counts: list[tuple[str, str]] = []
            for layer in self._layers:
                counts += [*([(" + ", "muted")] if counts else []), self._parameters(layer.number, "muted")]
            groups.append(counts)
        return [*groups, self._in_and_out()]

    def _in_and_out(self) -> Pieces:
        """What each layer takes in and puts out, as Keras is told it: 4 in 8 out, 8/8, 8/3."""
        first, *others = self._layers
        sizes = [Ref(side["W"], first.number) for side in (ROWS, COLUMNS)]
        senders, units = ((str(size), ref) for size, ref in zip((first.senders, first.units), sizes, strict=True))
        told = [*linked(self.say("picture.in_out"), "muted", senders=senders, units=units)]
        for layer in others:
            told.append((", ", "muted"))
            told.append((str(layer.senders), Link("muted", Ref(ROWS["W"], layer.number))))
            told.append(("/", "muted"))
            told.append((str(layer.units), Link("muted", Ref(COLUMNS["W"], layer.number))))
        return told

    def _told(self, y: int) -> None:
        """How the size that was found last follows from those known before."""
        say = self.say
        if not self._facts:
            text = say("picture.sizes_given")
        else:
            layer = self._layers[(self._facts - 1) // FACTS]
            before = goes_in(layer)
            weights, biases, y_name = f"W[{layer.number}]", f"b[{layer.number}]", result(layer)
            of_biases = "picture.bias_shape" if layer.biases else "picture.no_bias_shape"
            text = (
                say("picture.result_shape", name=y_name, before=before, units=layer.units),
                say("picture.rows_inner", name=weights, before=before),
                say(of_biases, name=biases, result=y_name),
                say("picture.columns_result", name=weights, result=y_name),
            )[(self._facts - 1) % FACTS]
        self.cells.write(0, y, fit(text, self.cells.width), "operand")
        if self._facts == FACTS * len(self._layers) and y + 1 < self.cells.height:
            self.cells.write(0, y + 1, fit(say("picture.all_known"), self.cells.width), "muted")

    # one entry

    def _chosen_entry(self) -> Ref:
        """The sum that was selected or in whose product the selected number is, or the one that was computed last."""
        event, selected = self.snapshot.event, self.scene.selected
        present = Ref(Z, 1 if event is None else len(self._layers), (0,))
        if event is not None:
            present = _sum_of(event.ref) or present
        layer = None if selected is None else product_of(selected)
        if layer is not None:
            return present if present.layer == layer else Ref(Z, layer, (0,))
        return present if selected is None else _sum_of(selected) or present


class DotProduct(Sketch):
    """The factors and the product of one layer in one size."""

    def __init__(self, scene: Scene, cells: Canvas, layer: Layer, shapes: LayerShapes) -> None:
        super().__init__(scene, cells)
        self._layer, self._shapes = layer, shapes

    def draw(self, entry: Ref, y: int) -> None:
        """A row of X, a column of W, and the entry where they meet; below, the terms with their numbers."""
        cells, digits, unit, (width, height) = self.cells, self.look.digits, entry.index[0], self.cells.size
        told, shown = self.snapshot.explain(entry), self.snapshot.value(entry)
        head: Pieces = [
            (f"{result(self._layer)}[{self.snapshot.sample + 1},{unit + 1}] = ", "symbol"),
            (told.symbol, Link("symbol", entry)),
            (" = ", "symbol"),
            *_linked(told, told.symbols(), "symbol"),
        ]
        lines: Sequence[Pieces] = _wrapped(head, width)
        filled = _wrapped([("= ", "text"), *_linked(told, told.numbers(digits), "text")], width)
        below = max(len(lines) + len(filled), 2 * len(lines) + 2)  # as many, as a rule, whatever the numbers are
        extent = self.extent(height - y - below - 3)  # the names, what the cells mean, the result
        spare = height - y - extent[0] - 4
        if shown is None:
            filled = [[("= …", "text")]]
        if spare >= 0:
            self.matrices(y + 1, unit, extent, has_air=spare > 0)
            y += extent[0] + 1 + (spare > 0)
        elif height - y >= 4:
            y += 1
        if len(lines) > 1 and height - y < len(lines) + 2:
            lines = [cut(head, width)]
        room = height - y - len(lines) + 1
        texts: list[Pieces] = [cut(line, width) for line in lines]
        if room >= 2 and len(filled) <= max(room - 2, 1):  # else the symbols above stand for them
            texts += filled
        for text in texts:
            cells.write_pieces(0, y, text)
            y += 1
        if y < height and room >= 3:
            role = "active" if shown is not None else "muted"
            x = cells.write_pieces(0, y, [("= ", role), (number_alone(shown, digits), Link(role, entry))])
            if is_landed(self.snapshot):
                cells.write(x + 2, y, fit(self.say("picture.old_weights"), width - x - 2), "muted")

    # as cells

    def extent(self, room: int) -> tuple[int, int]:
        """How many rows and columns of a matrix are drawn at most where there are so many rows for it."""
        of = self._shapes
        shapes = [shape for shape in (of.x, of.weights, of.biases, of.y) if shape]

        def fits(most: int) -> bool:
            return sum(min(columns, most) + BESIDE_CELLS for _, columns in shapes) <= self.cells.width

        room = min(room, LARGEST_SHOWN)
        most = next((most for most in range(room, MOST_SHOWN, -1) if fits(most)), MOST_SHOWN)
        return max(min(self._layer.senders, most), min(max(rows for rows, _ in shapes), room)), most

    def matrices(self, y: int, unit: int, extent: tuple[int, int], *, has_air: bool) -> None:
        """The factors and the result as cells, at most `extent` of each, those that count lit; `has_air` where the line
        below is free.
        """
        cells, layer, shapes, sample = self.cells, self._layer, self._shapes, self.snapshot.sample
        rows, most = extent
        middle = (rows - 1) // 2
        number, x = layer.number, 0
        add = "+" if shapes.biases else "="
        spots: list[Spot] = [
            (goes_in(layer), shapes.x, (sample, None), "·", self._sent),
            (f"W[{number}]", shapes.weights, (None, unit), add, lambda row, column: Ref(W, number, (row, column))),
            (f"b[{number}]", shapes.biases or (0, 0), (None, unit), "=", lambda row, column: Ref(B, number, (column,))),
            (result(layer), shapes.y, (sample, unit), "", lambda row, column: Ref(Z, number, (column,), row)),
        ]
        if not shapes.biases:
            del spots[2]
        per_cell = 2 if sum(min(spot[1][1], most) * 2 + BESIDE_CELLS for spot in spots) <= cells.width else 1
        is_empty = False
        for spot in spots:
            _, (_, columns), _, sign, at = spot
            there = next((column for column in range(columns) if not self.snapshot.is_shown(at(0, column))), columns)
            is_empty = is_empty or there < columns
            x = self._block((x, y), spot, extent, per_cell, there)
            if sign:
                cells.write(x + 1, y + middle, sign, "text")
                x += 3
        full, other, empty = MARKS[self.glyphs.has_dots]
        say = self.say
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

    def _block(self, corner: tuple[int, int], spot: Spot, extent: tuple[int, int], per_cell: int, there: int) -> int:
        """A matrix as cells, at most `extent` of it, what counts lit, columns empty from `there` on; where it ends."""
        (x, y), cells, (full, other, empty) = corner, self.cells, MARKS[self.glyphs.has_dots]
        name, size, lit, _, at = spot
        by_row, by_column = (window(*each) for each in zip(size, lit, extent, strict=True))
        top = y + (extent[0] - len(by_row)) // 2
        for line, row in enumerate(by_row):
            for place, column in enumerate(by_column):
                is_lit = lit[0] in (None, row) and lit[1] in (None, column)
                role = Link("active" if is_lit else "muted", at(row, column))
                mark = empty if column >= there else full if is_lit else other
                cells.write(x + place * per_cell, top + line, mark, role)
        end = x + max(len(by_column) * per_cell - (per_cell - 1), 1)
        more = "" if len(by_row) == size[0] and len(by_column) == size[1] else self.glyphs.more_across[:1]
        cells.write(x, top - 1 if top > y - 1 else top, f"{name}{more}"[: max(end - x, len(name))], "symbol")
        return max(end, x + breadth(name))


def _linked(told: Explanation, texts: Sequence[str], role: str) -> Pieces:
    """The texts of a formula's tokens; those of numbers lead to them."""
    pairs = zip(texts, told.tokens, strict=True)
    return [(text, role if isinstance(token, str) else Link(role, token)) for text, token in pairs]


def _wrapped(pieces: Pieces, cells: int) -> list[Pieces]:
    """In lines of at most so many cells, all but the first of them hanging."""
    first, *others = in_lines(pieces, cells - 2, used=-2)
    return [first, *[[("  ", ""), *line] for line in others]]
