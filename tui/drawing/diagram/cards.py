"""How a small network is laid out: each unit is a card that lists the weights of the lines that reach it, one a row, so
that a line ends at its own label and its own number and is never interrupted; the unit's numbers stand below the
weights or beside them.

Of all ways to fill the cards of the layers the one that tells most in the room there is is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from msgspec import Struct

from dlsim.engine.numbers import DIGITS
from dlsim.tui.drawing.diagram.focus import Shape
from dlsim.tui.drawing.text import SIGN_AND_WHOLE

FEWEST_DIGITS, MORE_DIGITS = 4, 6
OF_A_GRADIENT, OF_A_SLOPE = len("∂E/∂"), len("∂/∂")
"""Cells that such a name takes besides the symbols in it; a slope has two of these, and seldom a sign."""
LONGEST_ERROR = len("E_")
NARROWEST, COMFORTABLE = 5, 9
"""Cells between two layers: fewer have no room for lines, more are no easier to read."""
MOST_APART = 4
"""Blank rows between two units."""
OF_A_PLACE = (4.0, 2.0, 1.5, 0.9, 0.7, 0.5, 0.4, 0.3)
"""What each further number of a unit is worth that has a place."""
OF_WEIGHTS, OF_A_FRAME, OF_A_CAPTION, OF_A_CELL, OF_MORE_DIGITS, OF_A_BLANK, OF_A_SIGN = (
    12.0,
    0.8,
    0.6,
    0.35,
    0.8,
    0.3,
    0.6,
)
OF_AN_INPUT = 1.5
OF_DIGITS_ASKED_FOR = 5.0
OF_A_NAME = (0.6, 0.0, -3.0)
"""Where gradients have room for their names and numbers, for numbers with a decimal less, for their names alone."""


class Card(Struct, frozen=True):
    """How the boxes of one layer are filled."""

    weights: int
    """Rows that list a weight each: as many as units send, 0 where they are not told."""
    rows: int
    """Rows between the edges."""
    beside: int
    """Columns of numbers beside the weights; where there are none, numbers stand below them."""
    is_framed: bool
    """Else it has brackets at its sides, and no edges."""
    first: int
    """Cells of the column that begins with the weights."""
    second: int
    """Cells of each column beside it."""
    has_sides: bool
    """An input that has no frame has none."""
    cells: int
    """Cells between its sides."""
    width: int
    height: int
    port: int
    """The row where lines leave it, counted from its first row."""
    worth: float
    """How much it tells."""


class Cards(Struct, frozen=True):
    """The cards of all layers: how many decimals they have, how many cells the lines between two layers."""

    cards: tuple[Card, ...]
    digits: int
    gap: int
    has_caption: bool


def cards(
    shape: Shape, width: int, height: int, symbols: tuple[int, ...], weights: tuple[tuple[int, int], ...], digits: int
) -> Cards | None:
    """The best way to fill the cards of a small network; None where there is no room to tell any layer's weights.

    Args:
        shape: the network.
        width: cells of the picture.
        height: its rows.
        symbols: cells of the longest symbol of a unit, by column.
        weights: for each column, cells of the longest symbol of a weight that reaches it, and of the longest number's
            sign and whole part.
        digits: how many decimals are asked for.
    """
    best: tuple[float, Cards] | None = None
    for decimals, has_caption in product(_decimals(digits), (True, False)):
        rows = height - has_caption
        columns = [
            _best_of(_of_layer(shape, layer, rows, symbols[layer], weights[layer], decimals))
            for layer in range(len(shape.widths))
        ]
        extra = has_caption * OF_A_CAPTION + (decimals > FEWEST_DIGITS) * OF_MORE_DIGITS
        extra += (digits > DIGITS) * (decimals == digits) * OF_DIGITS_ASKED_FOR
        for chosen in product(*columns):
            gap = (width - sum([card.width for card in chosen])) // shape.last
            if gap < NARROWEST:
                continue
            worth = sum([card.worth for card in chosen]) + min(gap, COMFORTABLE) * OF_A_CELL * shape.last + extra
            if best is None or worth > best[0]:
                best = worth, Cards(chosen, decimals, gap, has_caption)
    return None if best is None or not any(card.weights for card in best[1].cards) else best[1]


def places(card: Card, units: int, rows: int) -> list[int]:
    """The first rows of a layer's cards: as far apart as there is room, up to a few rows."""
    pitch = card.height
    if units > 1:
        pitch = min((rows - card.height) // (units - 1), card.height + MOST_APART)
    first = (rows - pitch * (units - 1) - card.height) // 2
    return [first + pitch * unit for unit in range(units)]


def _decimals(digits: int) -> Sequence[int]:
    if digits > DIGITS:
        return (digits, MORE_DIGITS, FEWEST_DIGITS)
    return [each for each in (MORE_DIGITS, FEWEST_DIGITS) if each <= digits] or [digits]


def _of_layer(
    shape: Shape, layer: int, rows: int, symbol: int, weights: tuple[int, int], digits: int
) -> Iterator[Card]:
    """Each way that has room in so many rows."""
    units = shape.widths[layer]
    number = SIGN_AND_WHOLE + digits
    if layer == 0:
        told = symbol + 1 + number
        for inner, is_framed, cells in ((1, True, told), (1, False, told), (2, False, number)):
            if units * (inner + 2 * is_framed) <= rows:
                yield _card(0, inner, 0, is_framed, cells, 0, is_framed * OF_AN_INPUT, has_sides=is_framed)
        return
    told = weights[0] + 1 + weights[1] + digits
    short = max(told, symbol + 1 + number)
    names = [symbol]
    if shape.trains:
        longest = max(symbol + OF_A_GRADIENT, 2 * symbol + OF_A_SLOPE - 1)
        names = [longest, longest - 1, symbol]
        if layer == shape.last:
            short = max(told, LONGEST_ERROR + symbol + number)  # an error has no sign, but a blank before it
    wanted, senders = _wanted(shape, layer), shape.widths[layer - 1]
    ways = [*product((senders,), (0, 1, 2), names), (0, 0, names[0])]
    for is_framed, (listed, beside, name) in product((True, False), ways):
        second = max(symbol, name) + 1 + number
        first = short if beside else max(told if listed else 0, second + (weights[0] > symbol and name > symbol))
        most = min(rows // units - 2 * is_framed, listed + wanted)
        for inner in range(max(listed, 1), most + 1):
            room = inner - listed + beside * inner + 2 * is_framed
            if room < 1 or (beside and inner > listed and room - inner >= wanted):
                continue
            worth = sum(OF_A_PLACE[: min(room, wanted)]) + is_framed * OF_A_FRAME + bool(listed) * OF_WEIGHTS
            worth += OF_A_BLANK * (units * (inner + 2 * is_framed + 1) - 1 <= rows) + OF_A_NAME[names.index(name)]
            yield _card(listed, inner, beside, is_framed, first, second, worth)


def _card(
    weights: int,
    rows: int,
    beside: int,
    is_framed: bool,
    first: int,
    second: int,
    worth: float,
    *,
    has_sides: bool = True,
) -> Card:
    cells = first + beside * (second + 1)
    width, height, port = cells + 2 * has_sides, rows + 2 * is_framed, is_framed + rows // 2
    return Card(weights, rows, beside, is_framed, first, second, has_sides, cells, width, height, port, worth)


def _best_of(ways: Iterator[Card]) -> Sequence[Card]:
    """Of the ways that take as many cells the best, without those that take more cells than a better one."""
    best: dict[int, Card] = {}
    for card in ways:
        if card.width not in best or card.worth > best[card.width].worth:
            best[card.width] = card
    found: list[Card] = []
    for width in sorted(best):
        if not found or best[width].worth > found[-1].worth:
            found.append(best[width])
    return found


def _wanted(shape: Shape, layer: int) -> int:
    """How many numbers a unit has besides its weights."""
    is_output = layer == shape.last
    wanted = 2 + shape.biases[layer] + (is_output and shape.has_targets)
    if shape.trains:
        wanted += 2 if is_output and shape.is_fused else 3 + is_output
    return wanted
