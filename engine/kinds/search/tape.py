"""Reading a search's tape: the setting tried, its answers, what it solves, the counts; and the network beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.reference import series, total
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.kinds.search.body import SearchBody
from dlsim.engine.kinds.search.grid import Grid
from dlsim.engine.numbers import plain
from dlsim.engine.program import Op
from dlsim.engine.reference import Formula, Ref

Array = NDArray[np.float64]

GIVEN = frozenset({"grid_w", "grid_b", "cell", "truth", "before", "tried_before", "settings", "values"})
OPS = ("sum", "y", "solves", "count")
OWN = GIVEN.union(OPS, {"tried"})


class SearchTape:
    """See engine/model.py: Reader. What is not the search's own is read from the network's tape."""

    def __init__(self, body: SearchBody, grid: Grid, setting: int, beside: NetworkTape | None) -> None:
        self.data, self.weights, self.fires_at_zero = body.data, body.weights, body.fires_at_zero
        self.gates = tuple(body.gates)
        self._truths = tuple(body.gates.values())
        self.grid = grid
        self.setting = setting  # the one tried, from 0
        self.beside = beside
        self._numbers = grid.setting(body, setting)

    @property
    def rows(self) -> Sequence[int]:
        """The rows that the network sees; of the search, all."""
        return range(len(self.data.inputs)) if self.beside is None else self.beside.rows

    # numbers

    def value(self, ref: Ref, sample: int) -> float:
        """The number at `ref`."""
        index = ref.index
        match ref.quantity:
            case "grid_w":
                return self._numbers[index[0]]
            case "grid_b":
                return self._numbers[-1]
            case "cell":
                return float(self.data.inputs[index])
            case "truth":
                return float(self._truths[index[0]][index[1]])
            case "sum":
                return float(self.grid.sums[self.setting, index[0]]) / self.grid.scale
            case "y":
                return float(self.grid.fires[self.setting, index[0]])
            case "solves":
                return float(self.grid.solves[self.setting, index[0]])
            case "count":
                return float(self.grid.counts[self.setting, index[0]])
            case "before":
                return float(self.grid.counts[self.setting, index[0]] - self.grid.solves[self.setting, index[0]])
            case "tried":
                return float(self.setting + 1)
            case "tried_before":
                return float(self.setting)
            case "settings":
                return float(len(self.grid.solves))
            case "values":
                return float(self.grid.shape[index[0]])
        return self._network.value(ref, sample)

    def of_every_sample(self, ref: Ref) -> Array:
        """See engine/model.py: Reader."""
        return self._network.of_every_sample(ref)

    def array(self, op: Op, sample: int) -> Array:
        """All numbers of an op."""
        if op.quantity not in OWN:
            return self._network.array(op, sample)
        return np.array([self.value(ref, sample) for ref in op.refs])

    @property
    def _network(self) -> NetworkTape:
        assert self.beside is not None, "there is no network beside this search"
        return self.beside

    # what a number is called and made of

    def symbol(self, ref: Ref) -> str:
        """w1, b: the setting; s(0,1), y(0,1): its sum and answer in a row; AND? whether it solves; AND: how many do."""
        index = ref.index
        match ref.quantity:
            case "grid_w":
                return f"w{index[0] + 1}"
            case "grid_b":
                return "b"
            case "cell":
                return f"x{index[1] + 1}"
            case "sum" | "y":
                row = ",".join(plain(float(number)) for number in self.data.inputs[index[0]])
                return f"{'s' if ref.quantity == 'sum' else 'y'}({row})"
            case "truth" | "count":
                return self.gates[index[0]]
            case "solves":
                return f"{self.gates[index[0]]}?"
            case "before":
                return f"{self.gates[index[0]]}⁻"
            case "tried" | "settings":
                return ref.quantity
            case "tried_before":
                return "tried⁻"
            case "values":
                is_bias = index[0] == len(self.grid.shape) - 1
                return f"values({self.symbol(Ref('grid_b') if is_bias else Ref('grid_w', 0, index))})"
        return self._network.symbol(ref)

    def formula(self, ref: Ref, sample: int) -> Formula:
        """What it is made of."""
        match ref.quantity:
            case "sum":
                weights = range(len(self._numbers) - 1)
                row = ref.index[0]
                terms: list[Formula] = [(Ref("grid_w", 0, (n,)), "·", Ref("cell", 0, (row, n))) for n in weights]
                return total([*terms, (Ref("grid_b"),)])
            case "y":
                threshold = "≥" if self.fires_at_zero else ">"
                return ("(1 if ", Ref("sum", 0, ref.index), f" {threshold} 0 else 0)")
            case "solves":
                return self._comparison(ref.index[0])
            case "count":
                return (Ref("before", 0, ref.index), " + ", Ref("solves", 0, ref.index))
            case "tried":
                return (Ref("tried_before"), " + 1")
            case "settings":
                return series(lambda axis: (Ref("values", 0, (axis,)),), len(self.grid.shape), "·")
        return () if ref.quantity in OWN else self._network.formula(ref, sample)

    def _comparison(self, gate: int) -> Formula:
        """The product of a bracket for each row, 1 where the answer is right: [y(0,1) = 1]."""
        tokens: list[str | Ref] = []
        for row in range(len(self.data.inputs)):
            wanted = plain(self.value(Ref("truth", 0, (gate, row)), 0))
            tokens += ["·[" if tokens else "[", Ref("y", 0, (row,)), f" = {wanted}]"]
        return tuple(tokens)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """(symbol, formula, shapes) of a whole op."""
        if op.quantity not in OWN:
            return self._network.op_formula(op)
        first, last = self.symbol(op.ref(0)), self.symbol(op.ref(op.size - 1))
        symbol = first if op.size == 1 else f"{first} … {last}"
        rows, weights = self.data.inputs.shape
        formulas = {
            "sum": ("X·w + b", f"({rows}×{weights})·({weights}×1) + (1×1) = ({rows}×1)"),
            "y": ("step(s)", f"({rows}×1) = ({rows}×1)"),
        }
        return symbol, *formulas.get(op.quantity, ("", f"(1×{op.size})"))

    # what is revealed when

    def needs(self, ref: Ref) -> tuple[str, int | None, int] | None:
        """See engine/model.py: Reader."""
        if ref.quantity in GIVEN:
            return None
        if ref.quantity == "tried":
            return ("sum", None, 1)
        return (ref.quantity, None, ref.index[0] + 1) if ref.quantity in OWN else self._network.needs(ref)

    def is_per_sample(self, ref: Ref) -> bool:
        """The search looks at all rows at once."""
        return ref.quantity not in OWN and self._network.is_per_sample(ref)

    def besides(self) -> Iterator[Ref]:
        """See engine/model.py: Reader."""
        yield Ref("tried")
        yield Ref("settings")
        yield from (Ref("values", 0, (axis,)) for axis in range(len(self.grid.shape)))
        if self.beside is not None:
            yield from self.beside.besides()

    def own_refs(self) -> Iterator[Ref]:
        """What has a symbol of the search's own."""
        yield from (Ref("grid_w", 0, (place,)) for place in range(len(self._numbers) - 1))
        yield Ref("grid_b")
        for quantity in OPS:
            count = len(self.data.inputs) if quantity in ("sum", "y") else len(self.gates)
            yield from (Ref(quantity, 0, (place,)) for place in range(count))
