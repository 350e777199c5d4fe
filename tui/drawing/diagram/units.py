"""Drawing the units of a small network: each lists the weights that reach it, and its own numbers by their full names.

Where a card has no room for all of a unit's numbers, it holds what the computation of the moment is about, then what
tells most of the unit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from dlsim.engine.functions.activations import ACTIVATIONS, stuck
from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DA, DE_DZ, E_O, A, B, T, W, Z
from dlsim.engine.quantity import Quantity, Ref, present
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.canvas import Canvas, Hit
from dlsim.tui.drawing.diagram.cards import Card
from dlsim.tui.drawing.diagram.focus import ACTIVE, OPERAND, Edge, Focus, Node, Numbers, Shape
from dlsim.tui.drawing.diagram.layout import Column, Layout, Slot
from dlsim.tui.drawing.text import ELLIPSIS, number, true_number
from dlsim.tui.words import words

OF_THE_BATCH, OF_THIS_SAMPLE = ("dead", "saturated"), ("off", "flat")
"""What a unit is called whose slope is 0, and one whose function has levelled out."""
CELLS_OF_A_WEIGHT = 32
"""More than any number takes: of a weight no decimal is left out."""
RANKS = {A: 2, B.now: 3, B.new: 3, T: 4, DE_DZ: 5, Z: 6, DE_DA: 7, DA_DZ: 8, E_O: 9}
"""Which numbers of a unit have a place before others; those that are not known yet come after all of these."""
UNRANKED, NOT_YET = 7, 20
GIVES_WAY_TO_NO_MARK = 2, RANKS[DE_DZ]
"""A number of this rank, or before it, has the place that a mark would have."""
FEWEST_CELLS = 6
"""In fewer, a number that has just been computed is not told: it would read as another."""
SHORT_NAME = 4
"""Longer names, those of gradients, want a place as wide as the card was made for."""


class Units(Struct):
    """Draws the units of one moment."""

    canvas: Canvas
    layout: Layout
    shape: Shape
    snapshot: Snapshot
    focus: Focus
    numbers: Numbers

    def _value(self, ref: Ref | None) -> float | None:
        return None if ref is None else self.numbers[ref][1]

    def _role_of(self, node: Node, otherwise: str) -> str:
        if self.focus.selected == node:
            return "chosen"
        return self.focus.rows.get(node, otherwise)

    def _mark(self, layer: int, unit: int) -> str | None:
        """What a unit is that lets no gradient through, or hardly any: dead or saturated if it is so for every sample
        of the batch, off or flat if it is for this one.
        """
        if layer == 0:
            return None
        z, a = [self._value(self.focus.of_unit(of, layer, unit)) for of in (Z, A)]
        if z is None or a is None:
            return None
        passes_by = layer == self.shape.last and self.shape.is_fused  # its gradient does not go through its slope
        is_off, is_flat = stuck(self.shape.activations[layer], np.array(z), np.array(a))
        if not is_off and (not is_flat or passes_by):
            return None
        always, here = OF_THE_BATCH[0 if is_off else 1], OF_THIS_SAMPLE[0 if is_off else 1]
        if self.shape.steps:  # of a sequence's unit it is only known of each step
            return here
        return always if self.snapshot.tape.is_stuck(layer, unit, is_dead=bool(is_off)) else here


class UnitText(Struct, frozen=True):
    """A number of a unit, and the row of it that is lit with it."""

    node: Node
    ref: Ref
    symbol: str
    value: float | None
    role: str


class UnitPlace(Struct, frozen=True):
    """Cells for a name and a number."""

    x: int
    y: int
    cells: int


class Listed(Units):
    """Draws cards."""

    def draw(self, column: Column, slot: Slot) -> None:
        """One unit."""
        layer, unit, card = column.layer, slot.unit, column.card
        if layer is None or unit is None or card is None:
            return
        top = slot.row - card.port
        self._sides(column.x, top, card, self.focus.nodes.get((layer, unit)) == ACTIVE)
        x, y = column.x + card.has_sides, top + card.is_framed
        if layer == 0:
            self._input(x, y, card, unit)
            return
        self._numbers(column, top, layer, unit)
        for sender in range(card.weights):
            self._weight(x, y + sender, card, Edge(layer, sender, unit))

    def _sides(self, x: int, y: int, card: Card, is_active: bool) -> None:
        role = ACTIVE if is_active else "frame"
        if card.is_framed:
            self.canvas.frame(x, y, card.width, card.height, role, heavy=is_active)
        elif card.has_sides:
            glyphs = self.canvas.glyphs
            upper, side, lower = glyphs.heavy_frame if is_active else glyphs.frame
            for row in range(card.rows):
                edge = upper if row == 0 and card.rows > 1 else lower if row == card.rows - 1 and row else side * 3
                self.canvas.write(x, y + row, edge[0], role)
                self.canvas.write(x + card.width - 1, y + row, edge[2], role)

    def _input(self, x: int, y: int, card: Card, unit: int) -> None:
        told = self._of(Node(0, unit, "a"), self.focus.of_input(unit, self.shape))
        if card.rows == 1:
            self._write(UnitPlace(x, y, card.cells), told)
            return
        text = true_number(told.value, card.cells, self.layout.digits)
        for row, (each, usual) in enumerate(((told.symbol, "symbol"), (text, "text"))):
            self.canvas.write(x, y + row, each, told.role or usual)
            self.canvas.hits.append(Hit(x, y + row, len(each), told.ref))

    # weights

    def _weight(self, x: int, y: int, card: Card, edge: Edge) -> None:
        """Its name and its number, or what is computed of it at the moment: if need be over what stands beside it."""
        digits = self.layout.digits
        ref = Ref(W.now, edge.layer, (edge.sender, edge.unit))
        told = self.focus.told.get(edge)
        lit = "chosen" if self.focus.selected == edge else self.focus.role_of(edge)
        symbol, value = self.numbers[ref]
        text = f" {number(value, CELLS_OF_A_WEIGHT, digits)}"
        if told is not None and not (told.quantity in (W, W.now) and self.numbers[told][1] == value):
            ref = told
            symbol, value = self.numbers[ref]
            room = card.cells - len(symbol) - 1
            text = f" {true_number(value, room, digits)}".rstrip() if room >= FEWEST_CELLS else ""
            is_over = len(symbol) + len(text) > card.first  # it covers what stands beside it
            self.canvas.write(x, y, " " * (card.first + is_over * min(card.beside, 1) * (card.second + 1)), "")
        self.canvas.write_pieces(x, y, [(symbol, lit or "symbol"), (text, lit or "text")])
        self.canvas.hits.append(Hit(x, y, len(symbol) + len(text), ref))

    # numbers

    def _numbers(self, column: Column, top: int, layer: int, unit: int) -> None:
        """A bias in the upper edge; all else between the edges, or where that is too little in what is left of them.
        What a unit is that lets no gradient through stands in the lower one, as far as numbers leave it room.
        """
        card, told = column.card, self._told(layer, unit)
        if card is None:
            return
        places, upper, lower = self._places(column.x, top, card)
        mark = self._mark(layer, unit) if card.is_framed else None
        biases = [each for each in told if each.node.row == "b"] if upper is not None else []
        if upper is not None and biases:
            self._write_in_edge(upper, biases[0])
            told, upper = [each for each in told if each.node.row != "b"], None
        widest = max([place.cells for place in places] or [card.cells])
        told = [
            each
            for each in told
            if each.role or len(each.symbol) <= SHORT_NAME or self._text(each, widest - len(each.symbol) - 1)
        ]
        room, ranked = len(places) + (upper is not None), sorted(told, key=self._rank)
        if mark is not None and all(self._rank(each) > GIVES_WAY_TO_NO_MARK for each in ranked[room : room + 1]):
            lower = None
        chosen = sorted(ranked[: room + (lower is not None)], key=told.index)
        end = column.x
        if len(chosen) > len(places) and lower is not None:
            last = next((each for each in chosen if each.node.row == "t"), chosen[-1])
            end = self._write_in_edge(lower, last, is_marked=mark is not None)
            chosen.remove(last)
        if len(chosen) > len(places) and upper is not None:
            self._write_in_edge(upper, chosen.pop(0))
        for place, each in _fitted(places, chosen):
            self._write(place, each)
        if mark is not None:
            self._marked(column, top + card.height - 1, mark, self.focus.nodes.get((layer, unit)), end)

    def _places(self, x: int, top: int, card: Card) -> tuple[Sequence[UnitPlace], UnitPlace | None, UnitPlace | None]:
        """Where numbers may stand: between the edges, in the upper one, in the lower one."""
        x, y = x + 1, top + card.is_framed
        starts = [x + card.first + 1 + column * (card.second + 1) for column in range(card.beside)]
        places = [UnitPlace(start, y + row, card.second) for start in starts for row in range(card.rows)]
        places += [UnitPlace(x, y + row, card.first) for row in range(card.weights, card.rows)]
        if not card.is_framed:
            return places, None, None
        return places, UnitPlace(x, top, card.cells), UnitPlace(x, top + card.height - 1, card.cells)

    def _told(self, layer: int, unit: int) -> Sequence[UnitText]:
        """All that a unit has, in the order in which it is computed."""
        of, order, is_output = self.focus.of_unit, self.snapshot.order, layer == self.shape.last
        pairs = [(Node(layer, unit, row), of(quantity, layer, unit)) for row, quantity in (("z", Z), ("a", A))]
        node = Node(layer, unit, "b")
        if self.shape.biases[layer]:
            pairs.insert(0, (node, self.focus.told.get(node) or present(Ref(B, layer, (unit,)))))
        if is_output and self.shape.has_targets:
            pairs.append((Node(layer, unit, "t"), of(T, layer, unit)))
        if (E_O, layer) in order and is_output:
            pairs.append((Node(layer, unit, "E"), of(E_O, layer, unit)))
        gradient = Node(layer, unit, "gradient")
        if self.shape.trains:
            quantities = gradients_of(self.shape, self.snapshot, layer)
            pairs += [(gradient, of(quantity, layer, unit)) for quantity in quantities]
            told = self.focus.told.get(gradient)
            if told is not None and all(ref != told for _, ref in pairs):
                pairs.append((gradient, told))
        return [self._of(node, ref) for node, ref in pairs]

    def _of(self, node: Node, ref: Ref) -> UnitText:
        symbol, value = self.numbers[ref]
        is_gradient = node.row == "gradient"
        lit = self.focus.refs.get(ref, "") if is_gradient else self.focus.rows.get(node, "")
        if self.focus.selected == node and (not is_gradient or ref == self.focus.ref):
            lit = "chosen"
        return UnitText(node, ref, "δ" if ref.quantity is DE_DZ else symbol, value, lit)

    def _rank(self, told: UnitText) -> tuple[int, int]:
        lit = {"": 2, OPERAND: 1}.get(told.role, 0)
        rank = RANKS.get(told.ref.quantity, UNRANKED) + (NOT_YET if told.value is None else 0)
        return lit, rank

    def _write(self, place: UnitPlace, told: UnitText) -> None:
        room = place.cells - len(told.symbol) - 1
        text = self._text(told, room)
        if text == ELLIPSIS:  # it stands where the digits will begin, so that nothing moves when they come
            text = text.ljust(min(self.layout.digits + 2, room))
        between = " " * (place.cells - len(told.symbol) - len(text))
        role = told.role or ("muted" if told.value is None else "target" if told.node.row == "t" else "text")
        pieces = [
            (told.symbol, told.role or "symbol"),
            (between, told.role if told.role == "chosen" else ""),
            (text, role),
        ]
        self.canvas.write_pieces(place.x, place.y, pieces)
        self.canvas.hits.append(Hit(place.x, place.y, place.cells, told.ref))

    def _text(self, told: UnitText, room: int) -> str:
        """The number; nothing where it would be cut so that it reads as another."""
        is_cut = len(told.symbol) > SHORT_NAME and room < FEWEST_CELLS - 1
        return "" if is_cut else true_number(told.value, room, self.layout.digits)

    def _write_in_edge(self, place: UnitPlace, told: UnitText, *, is_marked: bool = False) -> int:
        """Returns where it ends; it begins at the corner where a mark stands behind it."""
        text = f"{told.symbol} {self._text(told, place.cells - len(told.symbol) - 1)}".rstrip()
        x = place.x + (len(text) < place.cells - 1 and not is_marked)
        plain = {"t": "target", "b": "symbol"}.get(told.node.row, "muted" if told.value is None else "text")
        self.canvas.write(x, place.y, text, told.role or plain)
        self.canvas.hits.append(Hit(place.x, place.y, place.cells, told.ref))
        return x + len(text)

    def _marked(self, column: Column, y: int, mark: str, role: str | None, end: int) -> None:
        """The word, or where a number ends too near for that its sign, or nothing."""
        usual = "negative" if mark in OF_THE_BATCH else "muted"
        for text in (words()(f"picture.{mark}"), self.canvas.glyphs.flat if mark == "saturated" else ""):
            x = column.x + column.width - 2 - len(text)
            if x > end:
                self.canvas.write(x, y, text, role or usual)
                return


def gradients_of(shape: Shape, snapshot: Snapshot, layer: int) -> Sequence[Quantity]:
    """The gradients that each unit of a layer has, in the order in which they are computed."""
    is_alone = not ACTIVATIONS[shape.activations[layer].name].couples_units
    ways = [each for each in (DE_DA, DA_DZ) if (each, layer) in snapshot.order and (is_alone or each is DE_DA)]
    return [*ways, DE_DZ]


def _fitted(places: Sequence[UnitPlace], told: Sequence[UnitText]) -> Sequence[tuple[UnitPlace, UnitText]]:
    """A place for each: those with long names have the widest ones, the last of them first."""
    widest, narrowest = (of([place.cells for place in places] or [0]) for of in (max, min))
    if widest == narrowest:
        return [*zip(places, told, strict=False)]
    free, found = list(places), []
    for each in reversed([each for each in told if len(each.symbol) > SHORT_NAME]):
        place = next((place for place in reversed(free) if place.cells == widest), None)
        if place is not None:
            free.remove(place)
            found.append((place, each))
    rest = [each for each in told if len(each.symbol) <= SHORT_NAME]
    return [*zip(free, rest, strict=False), *found]
