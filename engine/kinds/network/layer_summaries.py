"""A layer's numbers taken together: how large its gradients are, how its weights are spread, which units are stuck; and
its sizes: how many rows and columns its matrices have, X·W + b = Z.

No op computes them. A spread is of the present weights or of ∂E/∂W; the number of a histogram's column has the index
(how many columns, which of them, from which layer on the largest number is sought, at which it ends).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlsim.engine.functions.activations import can_die, own_slopes, saturated_below
from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DW, DE_DZ, A, OfUnit, W, Z, slope_formula
from dlsim.engine.kinds.network.passes import Structure
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.kinds.network.statistics import (
    LayerShapes,
    LayerStatistics,
    Spread,
    edges,
    layer_shapes,
    mean_size,
    slope_product,
)
from dlsim.engine.numbers import plain
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, series, total

PRECISE = 4
"""Decimals of the ends of a histogram's column."""


class Summary(Quantity):
    """A number that is made of many others, told as far as it can be told: overflow and NaN raise nothing."""

    def value(self, tape: NetworkTape, ref: Ref, sample: Any) -> Any:
        """See `number`."""
        with np.errstate(all="ignore"):
            return self.number(tape, ref, sample)

    def formula(self, tape: NetworkTape, ref: Ref, sample: int) -> Formula:
        """See `made_of`."""
        with np.errstate(all="ignore"):
            return self.made_of(tape, ref)

    @abstractmethod
    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> Any:
        """The number at `ref`."""

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """What it is made of."""
        return ()


def statistics(tape: NetworkTape, layer: int) -> LayerStatistics:
    """A layer's, worked out once for a tape."""
    if layer > len(tape.structure.layers):
        raise LookupError(f"there is no layer {layer}")
    return tape.remembered((LayerStatistics, layer), lambda: LayerStatistics(tape, layer))


def _mean(term: Callable[[int], Formula], count: int) -> Formula:
    return (f"1/{count}·(", *series(term, count), ")") if count > 1 else term(0)


def _layers_from(tape: NetworkTape, first: int) -> range:
    return range(first, len(tape.structure.layers) + 1)


def _weight(tape: NetworkTape, of: Quantity, layer: int, place: int) -> Ref:
    """The number of a weight, by its place among a layer's: as it is at the moment, or its gradient."""
    return Ref(W.now if of is W else of, layer, tape.structure.weight_at(layer, place))


# how large


class OfSize(Summary):
    """A mean distance from 0."""

    def __init__(self, name: str, of: Quantity) -> None:
        super().__init__(f"{name}:{of.key}", name=name)
        self.of = of

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """Of what."""
        yield self.of.key


class MeanSize(OfSize):
    """Over a layer: of ∂E/∂W over the weights, of ∂E/∂z and ∂h/∂z over units and batch."""

    def __init__(self, of: Quantity, symbol: str) -> None:
        super().__init__("mean_size", of)
        self._symbol = symbol

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """NaN where the gradient does not go through the units' own slopes."""
        layer = statistics(tape, ref.layer)
        size = layer.gradient if self.of is DE_DW else layer.delta if self.of is DE_DZ else layer.slope
        return float("nan") if size is None else size

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """mean |∂E/∂W[1]|."""
        return f"mean |{self._symbol.format(f'[{ref.layer}]')}|"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Over the weights; of what is each sample's own, over the units, and of each over the batch."""
        layer = tape.structure.layer(ref.layer)
        if self.of is DE_DW:
            return _mean(
                lambda place: ("|", _weight(tape, self.of, ref.layer, place), "|"), layer.senders * layer.units
            )
        if tape.batch.size > 1:
            unit_size = UNIT_SIZE[self.of]
            return _mean(lambda unit: (Ref(unit_size, ref.layer, (unit,)),), layer.units)
        return _mean(lambda unit: ("|", Ref(self.of, ref.layer, (unit,)), "|"), layer.units)

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """With the last of what it is made of."""
        return last_of(tape, self.of, ref.layer)


class UnitSize(OfSize):
    """Of one unit's ∂E/∂z or ∂h/∂z, over the batch."""

    row = "a"
    of: OfUnit

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Over all samples."""
        return mean_size(self.of.array(tape.layers[ref.layer - 1])[:, ref.index[0]])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """mean |∂E/∂z1|."""
        return f"mean |{tape.symbol(Ref(self.of, ref.layer, ref.index))}|"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Each sample's."""
        return _mean(lambda row: ("|", Ref(self.of, ref.layer, ref.index, row), "|"), tape.batch.size)

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """With the unit's own."""
        return self.of.shown_with(tape, Ref(self.of, ref.layer, ref.index))

    def about(self, ref: Ref) -> Ref:
        """The z."""
        return Ref(Z, ref.layer, ref.index)

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The z."""
        return {"z": tape.symbol(Ref(Z, ref.layer, ref.index))}


class SlopeProduct(Summary):
    """The mean slopes from the output down to a layer, multiplied."""

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """NaN where one of them has none."""
        product = slope_product(tape, ref.layer)
        return float("nan") if product is None else product

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """In a word."""
        return f"product[{ref.layer}]"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """The mean slopes."""
        layers = _layers_from(tape, ref.layer)
        return series(lambda place: (Ref(MEAN_SIZE[DA_DZ], layers[place]),), len(layers), "·")

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """With the layer's own slope."""
        return MEAN_SIZE[DA_DZ].shown_with(tape, Ref(MEAN_SIZE[DA_DZ], ref.layer))


# how spread


class OfSpread(Summary):
    """What is said of all weights of a layer, or of their gradients."""

    def __init__(self, name: str, of: Quantity, symbol: str) -> None:
        super().__init__(f"{name}:{of.key}", name=name)
        self.of, self._symbol = of, symbol

    def spread(self, tape: NetworkTape, layer: int) -> Spread:
        """Of a layer's."""
        found = statistics(tape, layer)
        return found.weights if self.of is W else found.gradients

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """mean W[1], max |∂E/∂W|."""
        return self._symbol.format(self.matrix(ref.layer))

    def matrix(self, layer: int) -> str:
        """Of one layer, or with 0 of all."""
        return f"{'' if self.of is W else '∂E/∂'}W{f'[{layer}]' if layer else ''}"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Of those that are finite."""
        spread = self.spread(tape, ref.layer)
        finite = np.flatnonzero(tape.structure.numbered(ref.layer, np.isfinite(spread.numbers)))
        if not len(finite):
            return ("0",)
        return self.of_finite(tape, ref, [int(place) for place in finite])

    @abstractmethod
    def of_finite(self, tape: NetworkTape, ref: Ref, places: list[int]) -> Formula:
        """Of the weights at these places."""

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """Weights from the start, gradients with the last of them."""
        layer = ref.layer or (ref.index[0] if ref.index else 1)
        return None if self.of is W else last_of(tape, self.of, layer)


class Average(OfSpread):
    """Their mean."""

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """0 without any."""
        return self.spread(tape, ref.layer).mean

    def of_finite(self, tape: NetworkTape, ref: Ref, places: list[int]) -> Formula:
        """Their sum by their number."""
        return _mean(lambda place: (_weight(tape, self.of, ref.layer, places[place]),), len(places))


class Deviation(OfSpread):
    """Their standard deviation."""

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """NaN without any."""
        deviation = self.spread(tape, ref.layer).deviation
        return float("nan") if deviation is None else deviation

    def of_finite(self, tape: NetworkTape, ref: Ref, places: list[int]) -> Formula:
        """The root of the mean square of what they are off their mean."""
        average = Ref(AVERAGE[self.of], ref.layer)
        squares = _mean(
            lambda place: ("(", _weight(tape, self.of, ref.layer, places[place]), " − ", average, ")²"), len(places)
        )
        return ("√(", *squares, ")")


class Largest(OfSpread):
    """The greatest distance from 0; without a layer, of all layers from the one in its index on."""

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """0 without any."""
        if not ref.layer:
            return largest_from(self, tape, ref.index[0])
        return self.spread(tape, ref.layer).largest

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """The largest of each layer."""
        if ref.layer:
            return super().made_of(tape, ref)
        layers = _layers_from(tape, ref.index[0])
        each = series(lambda place: (Ref(self, layers[place]),), len(layers), ", ")
        return each if len(layers) == 1 else ("max(", *each, ")")

    def of_finite(self, tape: NetworkTape, ref: Ref, places: list[int]) -> Formula:
        """max(|W1|, |W2|)."""
        each = series(lambda place: ("|", _weight(tape, self.of, ref.layer, places[place]), "|"), len(places), ", ")
        return ("max(", *each, ")")


class HistogramColumn(OfSpread):
    """How many of them a column of their histogram counts."""

    is_count = True

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """In its part of the way from the largest negative to the largest positive number."""
        bins, column, first = ref.index
        return float(self.spread(tape, ref.layer).counts(bins, self._limit(tape, first))[column])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """count(W[1] in −0.5 to 0.5)."""
        low, high = self._ends(tape, ref)
        return f"count({self.matrix(ref.layer)} in {low} to {high})"

    def of_finite(self, tape: NetworkTape, ref: Ref, places: list[int]) -> Formula:
        """A bracket for each, those that it counts first."""
        bins, column, first = ref.index
        low, high = self._ends(tape, ref)
        is_counted = self.spread(tape, ref.layer).within(bins, self._limit(tape, first), column)
        finite = np.array(places)
        finite = finite[np.argsort(~tape.structure.numbered(ref.layer, is_counted)[finite], kind="stable")]
        return series(
            lambda place: ("[", _weight(tape, self.of, ref.layer, int(finite[place])), f" in {low} to {high}]"),
            len(finite),
        )

    def _limit(self, tape: NetworkTape, first: int) -> float:
        return largest_from(self, tape, first) or 1.0

    def _ends(self, tape: NetworkTape, ref: Ref) -> tuple[str, str]:
        bins, column, first = ref.index
        ends = edges(bins, self._limit(tape, first))
        return plain(float(ends[column]), PRECISE), plain(float(ends[column + 1]), PRECISE)


def largest_from(of: OfSpread, tape: NetworkTape, first: int) -> float:
    """The greatest distance from 0 in the layers from `first` on."""
    return max(of.spread(tape, layer).largest for layer in _layers_from(tape, first))


# which units are stuck


class StuckCount(Summary):
    """How many units are dead, or saturated, for every sample of the batch."""

    is_count = True

    def __init__(self, key: str, each: UnitIsStuck) -> None:
        super().__init__(key)
        self.each = each

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """The units in question."""
        return float(len(self.each.units(tape, ref.layer)))

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """dead[1]."""
        return f"{self.key}[{ref.layer}]"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """A 1 for each unit that is so."""
        if not self.each.applies(tape, ref.layer):
            return ("0",)
        return series(lambda unit: (Ref(self.each, ref.layer, (unit,)),), tape.structure.layer(ref.layer).units)

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """With the last output of the layer."""
        return last_of(tape, A, ref.layer)

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """The activation."""
        return A.qualities(tape, ref)


class OfOutput(Summary):
    """A number of a unit that is known once its output is."""

    row = "a"

    def shown_with(self, tape: NetworkTape, ref: Ref) -> Shown | None:
        """With the unit's output."""
        return A.shown_with(tape, Ref(A, ref.layer, ref.index))

    def names(self, tape: NetworkTape, ref: Ref) -> dict[str, str]:
        """The unit."""
        return {"unit": tape.symbol(Ref(A, ref.layer, ref.index))}


class UnitIsStuck(OfOutput):
    """Whether a unit is dead, or saturated, for every sample of the batch."""

    is_count = True

    def __init__(self, name: str, *, is_dead: bool) -> None:
        super().__init__(f"is_{name}")
        self.called, self.is_dead = name, is_dead

    def units(self, tape: NetworkTape, layer: int) -> tuple[int, ...]:
        """Those of a layer that are."""
        found = statistics(tape, layer)
        return found.dead if self.is_dead else found.saturated

    def applies(self, tape: NetworkTape, layer: int) -> bool:
        """Whether units of a layer can be so at all."""
        shape = tape.structure.layer(layer)
        if self.is_dead:
            return can_die(shape.activation)
        return saturated_below(shape.activation) is not None and not shape.is_fused

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """1 or 0."""
        return float(ref.index[0] in self.units(tape, ref.layer))

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """dead(h1)."""
        return f"{self.called}({tape.symbol(Ref(A, ref.layer, ref.index))})"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """The product of a bracket for each sample; those that say no come first."""
        if not self.applies(tape, ref.layer):
            return ("0",)
        flags = tape.flags(ref.layer, is_dead=self.is_dead)
        rows = np.argsort(flags[:, ref.index[0]], kind="stable")
        bound = saturated_below(tape.structure.layer(ref.layer).activation)
        asked = " = 0]" if bound is None else f" < {plain(bound)}]"
        return series(
            lambda place: ("[", Ref(UNIT_SLOPE, ref.layer, ref.index, int(rows[place])), asked), len(rows), " · "
        )

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """The activation."""
        return A.qualities(tape, ref)


class OwnSlope(OfOutput):
    """∂h/∂z of a unit that has a slope of its own, whether anything is trained or not."""

    is_of_unit = True

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Of one sample."""
        arrays = tape.layers[ref.layer - 1]
        activation = arrays.layer.spec.activation
        slopes = tape.remembered((own_slopes, ref.layer), lambda: own_slopes(activation, arrays.z, arrays.a))
        return float(slopes[sample, ref.index[0]])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """∂h1/∂z1, of a sample ∂h1/∂z1₂."""
        slope = tape.symbol(Ref(DA_DZ, ref.layer, ref.index))
        return slope if ref.sample is None else slope + tape.row_symbol(ref.sample)

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """As the activation writes it."""
        z, a = (Ref(quantity, ref.layer, ref.index, ref.sample) for quantity in (Z, A))
        return slope_formula(tape.structure.layer(ref.layer), z, a)


def last_of(tape: NetworkTape, of: Quantity, layer: int) -> Shown | None:
    """When the last number of a layer is on screen."""
    shape = tape.structure.layer(layer)
    last = (shape.senders - 1, shape.units - 1) if of is DE_DW else (shape.units - 1,)
    return of.shown_with(tape, Ref(of, layer, last))


MEAN_SIZE: dict[Quantity, MeanSize] = {
    DE_DW: MeanSize(DE_DW, "∂E/∂W{0}"),
    DE_DZ: MeanSize(DE_DZ, "∂E/∂Z{0}"),
    DA_DZ: MeanSize(DA_DZ, "∂Y{0}/∂Z{0}"),
}
UNIT_SIZE: dict[Quantity, UnitSize] = {of: UnitSize("unit_size", of) for of in (DE_DZ, DA_DZ)}
SLOPES = SlopeProduct("slopes")
AVERAGE: dict[Quantity, Average] = {of: Average("average", of, "mean {}") for of in (W, DE_DW)}
DEVIATION: dict[Quantity, Deviation] = {of: Deviation("deviation", of, "std {}") for of in (W, DE_DW)}
LARGEST: dict[Quantity, Largest] = {of: Largest("largest", of, "max |{}|") for of in (W, DE_DW)}
COLUMN: dict[Quantity, HistogramColumn] = {of: HistogramColumn("column", of, "") for of in (W, DE_DW)}
IS_DEAD, IS_SATURATED = UnitIsStuck("dead", is_dead=True), UnitIsStuck("saturated", is_dead=False)
DEAD, SATURATED = StuckCount("dead", IS_DEAD), StuckCount("saturated", IS_SATURATED)
UNIT_SLOPE = OwnSlope("unit_slope")


# sizes


class Size(Summary):
    """How many rows or columns a layer's matrix has; of layer 2, X is Y[1], what layer 1 puts out."""

    is_count = True

    def __init__(self, side: str, matrix: str) -> None:
        super().__init__(f"{side}:{matrix}", name=side)
        self.is_columns, self.of = side == "columns", matrix

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """LookupError for the biases of a layer that has none."""
        shapes = _shapes(tape)[ref.layer - 1]
        shape = {"X": shapes.x, "W": shapes.weights, "Z": shapes.y, "b": shapes.biases}[self.of]
        if shape is None:
            raise LookupError("a layer without biases")
        return float(shape[self.is_columns])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """rows(W[1])."""
        if self.of == "X":
            return f"{self.name}(X)" if ref.layer == 1 else f"{self.name}(Y[{ref.layer - 1}])"
        return f"{self.name}({self.of}[{ref.layer}])"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """From which other it follows; that of X, and how many units a layer has, are given."""
        if self.of == "X":
            above = COLUMNS["Z"] if self.is_columns else ROWS["Z"]
            return (Ref(above, ref.layer - 1),) if ref.layer > 1 else ()
        if self.is_columns:
            return () if self.of == "W" else (Ref(COLUMNS["W"], ref.layer),)
        if self.of == "b":
            return ("1",)
        return (Ref(COLUMNS["X"] if self.of == "W" else ROWS["X"], ref.layer),)

    def qualities(self, tape: NetworkTape, ref: Ref) -> Iterator[str]:
        """Of which matrix."""
        yield self.of


class MatrixNumbers(Summary):
    """How many weights a layer has, or gradients of weights."""

    is_count = True

    def __init__(self, of: Quantity) -> None:
        super().__init__(f"numbers:{of.key}", name="numbers")
        self.of = of

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Rows times columns."""
        rows, columns = _shapes(tape)[ref.layer - 1].weights
        return float(rows * columns)

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """count(W[1])."""
        return f"count({'' if self.of is W else '∂E/∂'}W[{ref.layer}])"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Rows times columns."""
        return (Ref(ROWS["W"], ref.layer), "·", Ref(COLUMNS["W"], ref.layer))


class ParameterCount(Summary):
    """How many weights and biases a layer has, or without a layer the network."""

    is_count = True

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Of one layer or of all."""
        return float(sum(each.parameters for each in _shapes(tape) if ref.layer in (0, each.layer)))

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """parameters[1]."""
        return f"parameters[{ref.layer}]" if ref.layer else "parameters"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Of the layers, or of the sizes."""
        if not ref.layer:
            return total([(Ref(self, layer.number),) for layer in tape.structure.layers])
        has_bias = tape.structure.layer(ref.layer).biases is not None
        bias = (" + ", Ref(COLUMNS["b"], ref.layer)) if has_bias else ()
        return (Ref(ROWS["W"], ref.layer), "·", Ref(COLUMNS["W"], ref.layer), *bias)


def _shapes(tape: NetworkTape) -> tuple[LayerShapes, ...]:
    return tape.remembered(LayerShapes, lambda: layer_shapes(tape.structure, tape.batch.size))


ROWS = {matrix: Size("rows", matrix) for matrix in "XWbZ"}
COLUMNS = {matrix: Size("columns", matrix) for matrix in "XWbZ"}
NUMBERS: dict[Quantity, MatrixNumbers] = {of: MatrixNumbers(of) for of in (W, DE_DW)}
PARAMETERS = ParameterCount("parameters")

HISTOGRAM = 9
"""A histogram that is asked for by name has so many columns."""


def whole_layers(tape: NetworkTape) -> Iterator[Ref]:
    """All of these, sizes first."""
    yield Ref(PARAMETERS)
    for layer in tape.structure.layers:
        yield from _sizes(tape, layer.number)
    has_loss = tape.structure.loss is not None
    for layer in tape.structure.layers:
        yield from _of_layer(tape, layer.number)
    for of in (W, DE_DW) if has_loss else (W,):
        yield Ref(LARGEST[of], 0, (1,))
        for layer in tape.structure.layers:
            yield from (Ref(COLUMN[of], layer.number, (HISTOGRAM, column, 1)) for column in range(HISTOGRAM))


def _sizes(tape: NetworkTape, layer: int) -> Iterator[Ref]:
    matrices = "XWbZ" if tape.structure.layer(layer).biases else "XWZ"
    yield from (Ref(side[matrix], layer) for matrix in matrices for side in (ROWS, COLUMNS))
    yield Ref(NUMBERS[W], layer)
    if tape.structure.loss is not None:
        yield Ref(NUMBERS[DE_DW], layer)
    yield Ref(PARAMETERS, layer)


def _of_layer(tape: NetworkTape, layer: int) -> Iterator[Ref]:
    units = range(tape.structure.layer(layer).units)
    has_loss = tape.structure.loss is not None
    if has_loss:
        yield from (Ref(size, layer) for size in MEAN_SIZE.values())
        yield Ref(SLOPES, layer)
    for of in (W, DE_DW) if has_loss else (W,):
        yield from (Ref(quantity[of], layer) for quantity in (AVERAGE, DEVIATION, LARGEST))
    for count in (DEAD, SATURATED):
        yield Ref(count, layer)
        yield from (Ref(count.each, layer, (unit,)) for unit in units)


def layer_quantities(structure: Structure) -> Iterator[Quantity]:
    """Every quantity of this file; without a loss there are no gradients to tell of."""
    has_loss = structure.loss is not None
    for of in (W, DE_DW) if has_loss else (W,):
        yield from (family[of] for family in (AVERAGE, DEVIATION, LARGEST, COLUMN, NUMBERS))
    if has_loss:
        yield from (*MEAN_SIZE.values(), *UNIT_SIZE.values(), SLOPES)
    yield from (DEAD, SATURATED, IS_DEAD, IS_SATURATED, UNIT_SLOPE, PARAMETERS)
    for matrix in "XWbZ" if structure.has_biases else "XWZ":
        yield from (ROWS[matrix], COLUMNS[matrix])
