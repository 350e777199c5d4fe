"""Which matrix has which shape, layer by layer, and how one entry of a product comes about."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.kinds.layered.quantities import A, W, Z
from dlsim.engine.kinds.layered.structure import Layer
from dlsim.engine.kinds.network.layer_summaries import COLUMNS, PARAMETERS, ROWS
from dlsim.engine.kinds.network.statistics import Shape, layer_shapes
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.quantity import Ref, about
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas
from dlsim.tui.drawing.pictures.dot_product import MOST_SHOWN, DotProduct, goes_in, product_of, result
from dlsim.tui.drawing.pictures.scene import Drawing, Scene, network_tape
from dlsim.tui.drawing.text import Link, Pieces, fit, linked, measure

FACTS = 4
"""What is derived for each layer, in the order of the notes: Y, W's rows, b, W's columns."""
UNKNOWN = "?"


def views(snapshot: Snapshot) -> Sequence[str]:
    """First all sizes, which are known before anything is computed, then the same derived one at a time."""
    tape = network_tape(snapshot)
    if tape is None:
        return ("",)
    return ("sizes_now", *("sizes_derived" for _ in range(FACTS * len(tape.structure.layers) + 1)))


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The layers' products, and below them the chosen entry."""
    cells = Canvas(width, height, scene.look.glyphs, scene.selected)
    tape = network_tape(scene.snapshot)
    if tape is None:
        return Drawing(cells)
    _Shapes(scene, cells, tape).draw()
    return Drawing(cells, cells.hits, is_table=True)


class _Size(Struct, frozen=True):
    """Rows and columns as texts, "?" where they are still to be derived; `is_there` once there are numbers in it."""

    rows: str
    columns: str
    is_there: bool


class _Sizes(Struct, frozen=True):
    """A layer's sizes. `X` goes in, `Y` comes out."""

    X: _Size
    W: _Size
    B: _Size
    Y: _Size


class _Shapes:
    """One moment in one size."""

    def __init__(self, scene: Scene, cells: Canvas, tape: NetworkTape) -> None:
        self._scene, self._cells, self._tape = scene, cells, tape
        self._snapshot = scene.snapshot
        self._layers = tape.structure.layers
        self._shapes = layer_shapes(tape.structure, tape.batch.size)
        self._entry = self._chosen_entry()
        self._facts = scene.view % (len(views(scene.snapshot))) - 1
        self._is_derived = self._facts >= 0
        if not self._is_derived:
            self._facts = self._facts_by_position()

    def draw(self) -> None:
        """As much as there is room for: the products first, then the total, the derivation, the entry."""
        cells = self._cells
        lines = self._products()
        layers_shown = min(len(lines), max(cells.height - 1, 1))
        first = self._first_layer(layers_shown, len(lines))
        for row, line in enumerate(lines[first : first + layers_shown]):
            cells.write_groups(row, line)
        for row, is_cut in ((0, first > 0), (layers_shown - 1, first + layers_shown < len(lines))):
            if is_cut:
                cells.write(cells.width - 1, row, cells.glyphs.more, "muted")
        y = layers_shown
        if y < cells.height:
            cells.write_groups(y, self._total())
            y += 1
        if self._is_derived and y < cells.height - 1:
            known = self._scene.say("picture.sizes_known", known=self._facts, all=FACTS * len(self._layers))
            cells.write(0, y, fit(known, cells.width), "muted")
            self._told(y + 1)
            layer = self._layers[max(self._facts - 1, 0) // FACTS]
            product = self._dot_product(layer)
            extent = product.extent(cells.height - y - 4)
            rows, _ = extent
            if self._facts and cells.height >= y + rows + 3:
                product.matrices(y + 3, 0, extent, has_air=cells.height > y + rows + 3)
            return
        room = cells.height - y
        layer = self._layers[self._entry.layer - 1]
        rows = min(layer.senders, MOST_SHOWN)
        if room >= rows + 7:
            cells.write(0, y, fit(self._names(), cells.width), "muted")
            y, room = y + 1, room - 1
        if room >= 2:
            self._dot_product(layer).draw(self._entry, y, room)

    def _dot_product(self, layer: Layer) -> DotProduct:
        return DotProduct(self._scene, self._cells, layer, self._shapes[layer.number - 1])

    def _first_layer(self, shown: int, all_of_them: int) -> int:
        return min(max(self._entry.layer - 1 - shown // 2, 0), all_of_them - shown)

    # sizes

    def _facts_by_position(self) -> int:
        """Y is there when all sums of its layer are."""
        done = [self._snapshot.revealed.get((Z, layer.number), 0) >= layer.units for layer in self._layers]
        return FACTS * sum(done)

    def _sizes(self, layer: Layer) -> _Sizes:
        known = min(max(self._facts - FACTS * (layer.number - 1), 0), FACTS)
        are_given = not self._is_derived  # weights and biases
        shapes = self._shapes[layer.number - 1]
        goes_in = layer.number == 1 or self._facts > FACTS * (layer.number - 2)  # with the Y of the layer below
        return _Sizes(
            X=self._size(shapes.x, goes_in, goes_in),
            W=self._size(shapes.weights, known >= 2 or are_given, known >= 4 or are_given),
            B=self._size(shapes.biases, known >= 3 or are_given, known >= 3 or are_given),
            Y=self._size(shapes.y, known >= 1, known >= 1),
        )

    def _size(self, shape: Shape | None, has_rows: bool, has_columns: bool) -> _Size:
        """Rows and columns as far as they are found; without a derivation they are known from the start."""
        if shape is None:
            return _Size(UNKNOWN, UNKNOWN, is_there=False)
        rows, columns = map(str, shape)
        is_told = not self._is_derived
        return _Size(
            rows if has_rows or is_told else UNKNOWN,
            columns if has_columns or is_told else UNKNOWN,
            is_there=has_rows and has_columns,
        )

    def _products(self) -> list[list[Pieces]]:
        """A line for each layer; the columns stand below each other."""
        table = [self._columns(layer) for layer in self._layers]
        widths = [max(measure(row[place]) for row in table) for place in range(len(table[0]))]
        lines: list[list[Pieces]] = []
        for row in table:
            *matrices, count, activation = row
            product: list[tuple[str, str]] = []
            for column, cells in zip(matrices, widths, strict=False):
                blanks = " " * (cells - measure(column))
                product += [*column, (blanks, column[-1][1] if column else "")]
            groups: list[Pieces] = [product]
            blanks = " " * (widths[-2] - measure(count))
            if measure(product) + widths[-2] + 2 <= self._cells.width:
                groups.append([(blanks, ""), *count])
            groups.append(activation)
            lines.append(groups)
        return lines

    def _columns(self, layer: Layer) -> list[Pieces]:
        """What stands below each other: names, sizes, signs, and last how many parameters, and the activation."""
        sizes = self._sizes(layer)
        n = layer.number
        is_active = self._entry.layer == n
        is_roomy, is_wide = self._cells.width >= 56, self._cells.width >= 66

        def matrix(name: str, size: _Size, of: str) -> list[Pieces]:
            role = "operand" if is_active else "text"
            if not size.is_there:
                role = "negative" if UNKNOWN in (size.rows, size.columns) else "muted"
            rows, columns = (
                (text, role if text == UNKNOWN else Link(role, Ref(side[of], n)))
                for side, text in ((ROWS, size.rows), (COLUMNS, size.columns))
            )
            return [[(name if is_roomy else "", "symbol")], [("(", role), rows, ("×", role), columns, (")", role)]]

        number = "" if is_roomy else f"{n} "  # the names have it where there is room for them
        columns: list[Pieces] = [[(number, "active" if is_active else "muted")]]
        columns += [*matrix(goes_in(layer), sizes.X, "X"), [("·", "text")], *matrix(f"W[{n}]", sizes.W, "W")]
        if layer.biases:
            columns += [[(" + " if is_wide else "+", "text")], *matrix(f"b[{n}]", sizes.B, "b")]
        else:
            columns += [[], [], []]
        name = result(layer)
        columns += [[(" = " if is_wide else "=", "text")], *matrix(name, sizes.Y, "Z")]
        is_known = not self._is_derived or self._facts >= FACTS * n
        columns.append([self._parameters(n, "strong") if is_known else (UNKNOWN, "negative")])
        goes_on = f" → Y[{n}]" if is_roomy and name != f"Y[{n}]" else ""
        columns.append([(layer.activation.name + goes_on, "muted")])
        return columns

    def _parameters(self, layer: int, role: str) -> tuple[str, Link]:
        """How many a layer has; those of all, of layer 0."""
        ref = Ref(PARAMETERS, layer)
        return f"{int(self._snapshot.value(ref) or 0):,}", Link(role, ref)

    def _total(self) -> list[Pieces]:
        if self._is_derived and self._facts < FACTS * len(self._layers):
            return [[(self._scene.say("picture.parameters") + f" {UNKNOWN}", "muted")]]
        total, ref = self._parameters(0, "strong")
        groups: list[Pieces] = [linked(self._scene.say("picture.total"), "strong", total=(total, ref.ref))]
        if len(self._layers) > 1:
            counts: list[tuple[str, str]] = []
            for layer in self._layers:
                counts += [*([(" + ", "muted")] if counts else []), self._parameters(layer.number, "muted")]
            groups.append(counts)
        return groups

    def _names(self) -> str:
        """That W[1] is a matrix, and what one weight of it is called."""
        layer = self._entry.layer
        one = self._snapshot.symbol(Ref(W, layer, (0, 0)))
        return self._scene.say("picture.matrix", layer=layer, one=one)

    def _told(self, y: int) -> None:
        """How the size that was found last follows from those known before."""
        say = self._scene.say
        if not self._facts:
            text = say("picture.sizes_given")
        else:
            layer = self._layers[(self._facts - 1) // FACTS]
            before = goes_in(layer)
            names = {"W": f"W[{layer.number}]", "B": f"b[{layer.number}]", "Y": result(layer)}
            text = [
                say("picture.result_shape", name=names["Y"], before=before, units=layer.units),
                say("picture.rows_inner", name=names["W"], before=before),
                say(
                    "picture.bias_shape" if layer.biases else "picture.no_bias_shape",
                    name=names["B"],
                    result=names["Y"],
                ),
                say("picture.columns_result", name=names["W"], result=names["Y"]),
            ][(self._facts - 1) % FACTS]
        self._cells.write(0, y, fit(text, self._cells.width), "operand")
        if self._facts == FACTS * len(self._layers) and y + 1 < self._cells.height:
            self._cells.write(0, y + 1, fit(say("picture.all_known"), self._cells.width), "muted")

    # one entry

    def _chosen_entry(self) -> Ref:
        """The sum that was selected or in whose product the selected number is, or the one that was computed last."""
        event, selected = self._snapshot.event, self._scene.selected
        present = Ref(Z, 1 if event is None else len(self._layers), (0,))
        if event is not None:
            present = _sum_of(event.ref) or present
        layer = None if selected is None else product_of(selected)
        if layer is not None:
            return present if present.layer == layer else Ref(Z, layer, (0,))
        return present if selected is None else _sum_of(selected) or present


def _sum_of(ref: Ref) -> Ref | None:
    """The weighted sum that a unit's number, a weight or a bias goes into."""
    if ref.quantity in (Z, A) and ref.layer and len(ref.index) == 1:
        return Ref(Z, ref.layer, ref.index)
    if ref.layer and ref.index and about(ref).quantity.is_parameter:
        return Ref(Z, ref.layer, (ref.index[-1],))
    return None
