"""Which matrix has which shape, layer by layer, and how one entry of a product comes about. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dlsim.engine.kinds.network.statistics import Shape, layer_shapes
from dlsim.engine.kinds.network.structure import Layer
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.reference import Ref
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import breadth
from dlsim.tui.answer import is_landed
from dlsim.tui.diagram.numbers import number_alone
from dlsim.tui.pictures.cells import Cells, shortened
from dlsim.tui.pictures.forward import network_tape
from dlsim.tui.pictures.legend import Group, group_breadth, write_line
from dlsim.tui.pictures.scene import Drawing, Scene

FACTS = 4
"""What is derived for each layer: W's rows, W's columns, b, Y."""
MOST_SHOWN = 8
"""Rows and columns of a matrix that are drawn as cells."""
UNKNOWN = "?"


def views(snapshot: Snapshot) -> Sequence[str]:
    """First all sizes, which are known before anything is computed, then the same derived one at a time."""
    tape = network_tape(snapshot)
    if tape is None:
        return ("",)
    return ("sizes_now", *("sizes_derived" for _ in range(FACTS * len(tape.structure.layers) + 1)))


def draw(scene: Scene, width: int, height: int) -> Drawing:
    """The layers' products, and below them the chosen entry."""
    cells = Cells(width, height, scene.look.glyphs)
    tape = network_tape(scene.snapshot)
    if tape is None:
        return Drawing(cells)
    _Shapes(scene, cells, tape).draw()
    return Drawing(cells)


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

    def __init__(self, scene: Scene, cells: Cells, tape: NetworkTape) -> None:
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
            write_line(cells, row, line)
        for row, is_cut in ((0, first > 0), (layers_shown - 1, first + layers_shown < len(lines))):
            if is_cut:
                cells.write(cells.width - 1, row, cells.glyphs.more, "muted")
        y = layers_shown
        if y < cells.height:
            write_line(cells, y, self._total())
            y += 1
        if self._is_derived and y < cells.height - 1:
            known = self._scene.say("picture.sizes_known", known=self._facts, all=FACTS * len(self._layers))
            cells.write(0, y, shortened(known, cells.width), "muted")
            self._told(y + 1)
            layer = self._layers[max(self._facts - 1, 0) // FACTS]
            rows = min(layer.senders, MOST_SHOWN)
            if self._facts and cells.height >= y + rows + 3:
                self._matrices(y + 3, layer, 0, rows, has_air=cells.height > y + rows + 3)
            return
        room = cells.height - y
        rows = min(self._layers[self._entry.layer - 1].senders, MOST_SHOWN) if self._entry is not None else 0
        if room >= rows + 7:
            cells.write(0, y, shortened(self._names(), cells.width), "muted")
            y, room = y + 1, room - 1
        if room >= 2:
            self._dot_product(y, room)

    def _first_layer(self, shown: int, all_of_them: int) -> int:
        layer = self._entry.layer if self._entry is not None else 1
        return min(max(layer - 1 - shown // 2, 0), all_of_them - shown)

    # sizes

    def _facts_by_position(self) -> int:
        """Y is there when all sums of its layer are."""
        done = [self._snapshot.revealed.get(("z", layer.number), 0) >= layer.units for layer in self._layers]
        return FACTS * sum(done)

    def _sizes(self, layer: Layer) -> _Sizes:
        known = min(max(self._facts - FACTS * (layer.number - 1), 0), FACTS)
        are_given = not self._is_derived  # weights and biases
        shapes = self._shapes[layer.number - 1]
        goes_in = layer.number == 1 or self._facts >= FACTS * (layer.number - 1)
        return _Sizes(
            X=self._size(shapes.x, goes_in, goes_in),
            W=self._size(shapes.weights, known >= 1 or are_given, known >= 2 or are_given),
            B=self._size(shapes.biases, known >= 3 or are_given, known >= 3 or are_given),
            Y=self._size(shapes.y, known >= 4, known >= 4),
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

    def _products(self) -> list[list[Group]]:
        """A line for each layer; the columns stand below each other."""
        table = [self._pieces(layer) for layer in self._layers]
        widths = [max(breadth(row[place][0]) for row in table) for place in range(len(table[0]))]
        lines: list[list[Group]] = []
        for row in table:
            product: list[tuple[str, str]] = []
            for place, (text, role) in enumerate(row[:-2]):
                product.append((f"{text:<{widths[place]}}" if place else text.ljust(widths[0]), role))
            count, activation = row[-2], row[-1]
            groups: list[Group] = [product]
            told = (f"{count[0]:>{widths[-2]}}", count[1])
            if group_breadth(product) + breadth(told[0]) + 2 <= self._cells.width:
                groups.append([told])
            groups.append([activation])
            lines.append(groups)
        return lines

    def _pieces(self, layer: Layer) -> list[tuple[str, str]]:
        sizes = self._sizes(layer)
        n = layer.number
        is_active = self._entry is not None and self._entry.layer == n
        goes_in = self._goes_in(layer)
        is_roomy, is_wide = self._cells.width >= 56, self._cells.width >= 66

        def matrix(name: str, size: _Size) -> list[tuple[str, str]]:
            role = "operand" if is_active else "text"
            if not size.is_there:
                role = "negative" if UNKNOWN in (size.rows, size.columns) else "muted"
            return [(f"{name}" if is_roomy else "", "symbol"), (f"({size.rows}×{size.columns})", role)]

        number = "" if is_roomy else f"{n} "  # the names have it where there is room for them
        pieces: list[tuple[str, str]] = [(number, "active" if is_active else "muted")]
        pieces += [*matrix(goes_in, sizes.X), ("·", "text"), *matrix(f"W[{n}]", sizes.W)]
        if layer.biases:
            pieces += [(" + " if is_wide else "+", "text"), *matrix(f"b[{n}]", sizes.B)]
        else:
            pieces += [("", ""), ("", ""), ("", "")]
        name = self._result(layer)
        pieces += [(" = " if is_wide else "=", "text"), *matrix(name, sizes.Y)]
        count = self._shapes[n - 1].parameters
        is_known = not self._is_derived or self._facts >= FACTS * (n - 1) + 3
        pieces.append((f"{count:,}" if is_known else UNKNOWN, "strong" if is_known else "negative"))
        goes_on = f" → Y[{n}]" if is_roomy and name != f"Y[{n}]" else ""
        pieces.append((layer.activation.name + goes_on, "muted"))
        return pieces

    @staticmethod
    def _goes_in(layer: Layer) -> str:
        """What a layer's weights are multiplied with: the inputs, or what the layer below puts out."""
        return "X" if layer.number == 1 else f"Y[{layer.number - 1}]"

    @staticmethod
    def _result(layer: Layer) -> str:
        """What a layer's product is called: its output Y, or where an activation is still to come, its sums Z."""
        return f"{'Y' if layer.activation.name == 'linear' else 'Z'}[{layer.number}]"

    def _total(self) -> list[Group]:
        if self._is_derived and self._facts < FACTS * (len(self._layers) - 1) + 3:
            return [[(self._scene.say("picture.parameters") + f" {UNKNOWN}", "muted")]]
        counts = [shapes.parameters for shapes in self._shapes]
        total = self._scene.say("picture.total", total=self._tape.structure.parameters)
        groups: list[Group] = [[(total, "strong")]]
        if len(counts) > 1:
            groups.append([(" + ".join(f"{count:,}" for count in counts), "muted")])
        return groups

    def _names(self) -> str:
        """That W[1] is a matrix, and what one weight of it is called."""
        layer = 1 if self._entry is None else self._entry.layer
        one = self._snapshot.symbol(Ref("W", layer, (0, 0)))
        return self._scene.say("picture.matrix", layer=layer, one=one)

    def _told(self, y: int) -> None:
        """How the size that was found last follows from those known before."""
        say = self._scene.say
        if not self._facts:
            text = say("picture.sizes_given")
        else:
            layer = self._layers[(self._facts - 1) // FACTS]
            before = self._goes_in(layer)
            names = {"W": f"W[{layer.number}]", "B": f"b[{layer.number}]", "Y": self._result(layer)}
            text = [
                say("picture.rows_inner", name=names["W"], before=before),
                say("picture.columns_units", name=names["W"], units=layer.units),
                say("picture.bias_shape" if layer.biases else "picture.no_bias_shape", name=names["B"]),
                say("picture.result_shape", name=names["Y"], before=before, weights=names["W"]),
            ][(self._facts - 1) % FACTS]
        self._cells.write(0, y, shortened(text, self._cells.width), "operand")
        if self._facts == FACTS * len(self._layers) and y + 1 < self._cells.height:
            self._cells.write(0, y + 1, shortened(say("picture.all_known"), self._cells.width), "muted")

    # one entry

    def _chosen_entry(self) -> Ref | None:
        """The weighted sum that was selected, or the one that was computed last."""
        event = self._snapshot.event
        candidates = (self._scene.selected, None if event is None else event.ref)
        for ref in candidates:
            if ref is not None and ref.quantity in ("z", "a") and ref.layer and len(ref.index) == 1:
                return Ref("z", ref.layer, ref.index)
        for ref in candidates:
            if ref is not None and ref.layer and ref.index and ref.quantity.endswith(("W", "b")):
                return Ref("z", ref.layer, (ref.index[-1],))
        return Ref("z", 1, (0,)) if event is None else Ref("z", len(self._layers), (0,))

    def _dot_product(self, y: int, room: int) -> None:
        """A row of X, a column of W, and the entry where they meet; below, the terms with their numbers."""
        entry = self._entry
        if entry is None:
            return
        layer = self._layers[entry.layer - 1]
        unit = entry.index[0]
        matrix_rows = min(layer.senders, MOST_SHOWN)
        if room >= matrix_rows + 4:
            has_air = room > matrix_rows + 4
            self._matrices(y + 1, layer, unit, matrix_rows, has_air=has_air)
            taken = matrix_rows + 1 + has_air
            y, room = y + taken, room - taken
        elif room >= 4:
            y, room = y + 1, room - 1
        look = self._scene.look
        told = self._snapshot.explain(entry, look.at_most(4))
        shown = self._snapshot.value(entry)
        row, column = self._snapshot.sample + 1, unit + 1
        head: Group = [
            (f"{self._result(layer)}[{row},{column}] ", "operand"),
            (f"= {told.symbol} = {told.formula}", "symbol"),
        ]
        lines = _wrapped("".join(text for text, _ in head), self._cells.width)
        if len(lines) > 1 and room < len(lines) + 2:
            lines = _at_most(lines, 1, self._cells.width)
        for place, text_line in enumerate(lines):
            self._cells.write(0, y + place, shortened(text_line, self._cells.width), "symbol")
        y, room = y + len(lines) - 1, room - len(lines) + 1
        if room >= 2:
            text = f"= {told.substituted}" if shown is not None else "= …"
            for text_line in _at_most(_wrapped(text, self._cells.width), max(room - 2, 1), self._cells.width):
                y += 1
                self._cells.write(0, y, text_line, "text")
        if y + 1 < self._cells.height and room >= 3:
            text = f"= {number_alone(shown, look.digits)}"
            self._cells.write(0, y + 1, text, "active" if shown is not None else "muted")
            if is_landed(self._snapshot):
                note = shortened(self._scene.say("picture.old_weights"), self._cells.width - breadth(text) - 2)
                self._cells.write(breadth(text) + 2, y + 1, note, "muted")

    def _matrices(self, y: int, layer: Layer, unit: int, rows: int, *, has_air: bool) -> None:
        """The factors and the result as cells, those that count lit; `has_air` where the line below is free."""
        cells = self._cells
        shapes, sample = self._shapes[layer.number - 1], self._snapshot.sample
        middle = (rows - 1) // 2
        x = 0
        goes_in = self._goes_in(layer)
        spots = [
            (goes_in, shapes.x, (sample, None), "·", Ref("a", layer.number - 1) if layer.number > 1 else None),
            (f"W[{layer.number}]", shapes.weights, (None, unit), "+" if shapes.biases else "=", None),
            *(((f"b[{layer.number}]", shapes.biases, (None, unit), "=", None),) if shapes.biases else ()),
            (self._result(layer), shapes.y, (sample, unit), "", Ref("z", layer.number)),
        ]
        per_cell = 2 if sum(min(spot[1][1], MOST_SHOWN) * 2 + 4 for spot in spots) <= cells.width else 1
        is_empty = False
        for name, shape, lit, sign, of in spots:
            there = shape[1] if of is None else self._there(of, shape[1])
            is_empty = is_empty or there < shape[1]
            x = self._block(x, y, shape, lit, rows, per_cell, name, there)
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
            cells.write(0, y + rows, shortened(legend, cells.width), "muted")

    def _there(self, of: Ref, units: int) -> int:
        """How many units of a layer have the number `of` by now."""
        shown = self._snapshot.is_shown
        return next((unit for unit in range(units) if not shown(of._replace(index=(unit,)))), units)

    @property
    def _marks(self) -> tuple[str, str, str]:
        """A cell that the entry is made of, any other, and one that is not computed yet."""
        return ("■", "·", "□") if self._cells.glyphs.has_dots else ("#", ".", "_")

    def _block(
        self,
        x: int,
        y: int,
        size: tuple[int, int],
        lit: tuple[int | None, int | None],
        rows: int,
        per_cell: int,
        name: str,
        there: int,
    ) -> int:
        """A matrix as cells, the row or column or the one cell that counts lit, columns empty from `there` on; the
        column after it.
        """
        cells, (full, other, empty) = self._cells, self._marks
        by_row, by_column = _window(size[0], lit[0], min(rows, MOST_SHOWN)), _window(size[1], lit[1], MOST_SHOWN)
        top = y + (rows - len(by_row)) // 2
        for line, row in enumerate(by_row):
            for place, column in enumerate(by_column):
                is_lit = lit[0] in (None, row) and lit[1] in (None, column)
                mark = empty if column >= there else full if is_lit else other
                cells.write(x + place * per_cell, top + line, mark, "active" if is_lit else "muted")
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


def _wrapped(text: str, cells: int) -> list[str]:
    """Broken at spaces."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and breadth(line) + 1 + breadth(word) > cells:
            lines.append(line)
            line = "  " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _at_most(lines: list[str], most: int, cells: int) -> list[str]:
    """So many of the lines; where there are more, the last of them says so."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], shortened(f"{lines[most - 1]} {lines[most].lstrip()}", cells)]
