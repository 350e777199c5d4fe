"""A layer's numbers taken together: how large its gradients are, how its weights are spread, which units are stuck."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.formula import series
from dlsim.engine.kinds.network.spread import Spread, edges
from dlsim.engine.kinds.network.statistics import LayerStatistics, mean_size, slope_product
from dlsim.engine.kinds.network.summaries import Needs
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.numbers import plain
from dlsim.engine.reference import Formula, Ref
from dlsim.engine.saturation import can_die, saturated_below

Array = NDArray[np.float64]

PRECISE = 4
"""Decimals of the ends of a histogram's column."""


class LayerSummaries:
    """See engine/kinds/network/summaries.py. `mean_size:dE_dW` is the mean |∂E/∂W| of a layer; spreads are of the
    present weights or of ∂E/∂W. A histogram is named by how many columns it has and from which layer on the largest
    number, at which it ends, is sought.
    """

    def __init__(self, tape: NetworkTape) -> None:
        self._tape = tape
        self._structure = tape.structure
        self._statistics = cache(lambda layer: LayerStatistics(tape, layer))

    # numbers

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        kind, _, of = ref.quantity.partition(":")
        layer = self._statistics(ref.layer) if ref.layer else None
        match kind:
            case "largest" if layer is None:
                return self._largest(of, ref.index[0])
            case "slopes":
                product = slope_product(self._tape, ref.layer)
                return float("nan") if product is None else product
        assert layer is not None, "a number of one layer"
        match kind:
            case "mean_size":
                size = {"dE_dW": layer.gradient, "dE_dz": layer.delta, "da_dz": layer.slope}[of]
                return float("nan") if size is None else size
            case "unit_size":
                return mean_size(layer.deltas[:, ref.index[0]] if of == "dE_dz" else layer.slopes[:, ref.index[0]])
            case "dead":
                return float(len(layer.dead))
            case "saturated":
                return float(len(layer.saturated))
            case "is_dead":
                return float(ref.index[0] in layer.dead)
            case "is_saturated":
                return float(ref.index[0] in layer.saturated)
            case "unit_slope":
                return float(layer.own_slopes[sample, ref.index[0]])
        spread = self._spread(of, ref.layer)
        match kind:
            case "average":
                return spread.mean
            case "deviation":
                return float("nan") if spread.deviation is None else spread.deviation
            case "largest":
                return spread.largest
        bins, column, first = ref.index
        return float(spread.counts(bins, self._limit(of, first))[column])

    def _spread(self, of: str, layer: int) -> Spread:
        statistics = self._statistics(layer)
        return statistics.weights if of == "W" else statistics.gradients

    def _largest(self, of: str, first: int) -> float:
        return max(self._spread(of, layer).largest for layer in self._layers_from(first))

    def _limit(self, of: str, first: int) -> float:
        return self._largest(of, first) or 1.0

    def _layers_from(self, first: int) -> range:
        return range(first, len(self._structure.layers) + 1)

    # what they are called

    def symbol(self, ref: Ref) -> str:
        """How formulas write it."""
        kind, _, of = ref.quantity.partition(":")
        number = f"[{ref.layer}]" if ref.layer else ""
        matrix = f"{'∂E/∂' if of == 'dE_dW' else ''}W{number}"
        match kind:
            case "mean_size":
                whole = {"dE_dW": "∂E/∂W{0}", "dE_dz": "∂E/∂Z{0}", "da_dz": "∂Y{0}/∂Z{0}"}[of]
                return f"mean |{whole.format(number)}|"
            case "unit_size":
                return f"mean |{self._tape.symbol(Ref(of, ref.layer, ref.index))}|"
            case "slopes":
                return f"product{number}"
            case "average":
                return f"mean {matrix}"
            case "deviation":
                return f"std {matrix}"
            case "largest":
                return f"max |{matrix}|"
            case "column":
                low, high = self._ends(ref)
                return f"count({matrix} in {low} to {high})"
            case "is_dead" | "is_saturated":
                return f"{kind[3:]}({self._tape.symbol(Ref('a', ref.layer, ref.index))})"
            case "unit_slope":
                slope = self._tape.symbol(Ref("da_dz", ref.layer, ref.index))
                return slope if ref.sample is None else slope + self._tape.row_symbol(ref.sample)
        return f"{kind}{number}"

    def _ends(self, ref: Ref) -> tuple[str, str]:
        """Where a column of a histogram begins and ends."""
        bins, column, first = ref.index
        ends = edges(bins, self._limit(ref.quantity.partition(":")[2], first))
        return plain(float(ends[column]), PRECISE), plain(float(ends[column + 1]), PRECISE)

    # what they are made of

    def formula(self, ref: Ref) -> Formula:
        """What it is made of."""
        kind, _, of = ref.quantity.partition(":")
        match kind:
            case "mean_size" | "unit_size":
                return self._mean_size(kind, of, ref)
            case "slopes":
                layers = self._layers_from(ref.layer)
                return series(lambda place: (Ref("mean_size:da_dz", layers[place]),), len(layers), "·")
            case "dead" | "saturated":
                if not self._applies(kind, ref.layer):
                    return ("0",)
                units = self._structure.layer(ref.layer).units
                return series(lambda unit: (Ref(f"is_{kind}", ref.layer, (unit,)),), units)
            case "is_dead" | "is_saturated":
                return self._stuck(kind[3:], ref)
            case "unit_slope":
                return self._slope(ref)
            case "largest" if not ref.layer:
                layers = self._layers_from(ref.index[0])
                each = series(lambda place: (Ref(ref.quantity, layers[place]),), len(layers), ", ")
                return each if len(layers) == 1 else ("max(", *each, ")")
        return self._of_spread(kind, of, ref)

    def _mean_size(self, kind: str, of: str, ref: Ref) -> Formula:
        """Over the weights; of what is each sample's own, over the units, and of each over the batch."""
        layer, batch = self._structure.layer(ref.layer), self._tape.batch.size
        if of == "dE_dW":
            weights = self._parameters(of, ref.layer)
            return _mean(lambda place: ("|", weights[place], "|"), len(weights))
        if kind == "unit_size":
            return _mean(lambda row: ("|", Ref(of, ref.layer, ref.index, row), "|"), batch)
        if batch > 1:
            return _mean(lambda unit: (Ref(f"unit_size:{of}", ref.layer, (unit,)),), layer.units)
        return _mean(lambda unit: ("|", Ref(of, ref.layer, (unit,)), "|"), layer.units)

    def _of_spread(self, kind: str, of: str, ref: Ref) -> Formula:
        spread = self._spread(of, ref.layer)
        finite = np.flatnonzero(self._structure.numbered(ref.layer, np.isfinite(spread.numbers)))
        if not len(finite):
            return ("0",)

        def number(place: int) -> Ref:
            return self._parameter(of, ref.layer, int(finite[place]))

        match kind:
            case "average":
                return _mean(lambda place: (number(place),), len(finite))
            case "deviation":
                average = Ref(f"average:{of}", ref.layer)
                squares = _mean(lambda place: ("(", number(place), " − ", average, ")²"), len(finite))
                return ("√(", *squares, ")")
            case "largest":
                return ("max(", *series(lambda place: ("|", number(place), "|"), len(finite), ", "), ")")
        bins, column, first = ref.index
        low, high = self._ends(ref)
        is_counted = spread.within(bins, self._limit(of, first), column)
        finite = finite[np.argsort(~self._structure.numbered(ref.layer, is_counted)[finite], kind="stable")]
        return series(lambda place: ("[", number(place), f" in {low} to {high}]"), len(finite))

    def _parameters(self, of: str, layer: int) -> list[Ref]:
        shape = self._structure.layer(layer)
        return [self._parameter(of, layer, place) for place in range(shape.senders * shape.units)]

    def _parameter(self, of: str, layer: int, place: int) -> Ref:
        return Ref("now_W" if of == "W" else of, layer, self._structure.weight_at(layer, place))

    def _applies(self, kind: str, layer: int) -> bool:
        """Whether units of a layer can be so at all."""
        shape = self._structure.layer(layer)
        if kind == "dead":
            return can_die(shape.activation)
        return saturated_below(shape.activation) is not None and not shape.is_fused

    def _stuck(self, kind: str, ref: Ref) -> Formula:
        """The product of a bracket for each sample; those that say no come first."""
        if not self._applies(kind, ref.layer):
            return ("0",)
        statistics, unit = self._statistics(ref.layer), ref.index[0]
        rows = np.argsort(statistics.flags(kind)[:, unit], kind="stable")
        bound = saturated_below(self._structure.layer(ref.layer).activation)
        asked = " = 0]" if bound is None else f" < {plain(bound)}]"
        return series(
            lambda place: ("[", Ref("unit_slope", ref.layer, ref.index, int(rows[place])), asked), len(rows), " · "
        )

    def _slope(self, ref: Ref) -> Formula:
        z, a = (Ref(quantity, ref.layer, ref.index, ref.sample) for quantity in ("z", "a"))
        return self._tape.formulas.slope(ref.layer, z, a)

    # when they are known

    def needs(self, ref: Ref) -> Needs:
        """With the last of the numbers that they are made of."""
        kind, _, of = ref.quantity.partition(":")
        layer = ref.layer or (ref.index[0] if ref.index else 1)
        shape = self._structure.layer(layer)
        match kind:
            case "is_dead" | "is_saturated" | "unit_slope":
                return self._tape.needs(Ref("a", layer, ref.index))
            case "dead" | "saturated":
                return self._tape.needs(Ref("a", layer, (shape.units - 1,)))
            case "slopes":
                return self._tape.needs(Ref("mean_size:da_dz", layer))
            case "unit_size":
                return self._tape.needs(Ref(of, layer, ref.index))
        if of == "W":
            return None
        last = (shape.senders - 1, shape.units - 1) if of == "dE_dW" else (shape.units - 1,)
        return self._tape.needs(Ref(of, layer, last))


def _mean(term: Callable[[int], Formula], count: int) -> Formula:
    return (f"1/{count}·(", *series(term, count), ")") if count > 1 else term(0)
