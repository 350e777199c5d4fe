"""Every setting of a step neuron on a grid of weights and biases: the grid, its numbers, and the tape of a search.

Sums are made of whole numbers: on a grid in steps of 0.1 many are exactly 0, where > and ≥ part, and 0.1 + 0.2 − 0.3
in floating point is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.numbers import plain
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, Whose, series, total

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

DECIMALS = 6
"""Weights, biases and inputs have no more decimals than this."""
LARGEST = 1_000.0
"""None of them is larger: the sums are then exact."""


def decimals(numbers: Array) -> int | None:
    """How many decimals numbers of any shape have at most; None for more than are allowed."""
    for places in range(DECIMALS + 1):
        scaled = numbers * 10.0**places
        if np.all(np.abs(scaled - np.rint(scaled)) <= 1e-9 * np.maximum(np.abs(scaled), 1.0)):
            return places
    return None


class Grid(Struct, frozen=True):
    """`shape` is (values of weight 1, of weight 2, …, of the bias); the bias changes fastest."""

    weights: Array  # (steps,): what each weight is set to
    biases: Array  # (steps,): what the bias is set to
    shape: tuple[int, ...]
    fires: NDArray[np.bool_]  # (settings, rows)
    solves: NDArray[np.bool_]  # (settings, gates)
    counts: Whole  # (settings, gates): how many have solved it so far
    sums: Whole  # (settings, rows), in units of 1/scale
    scale: int

    def setting(self, number: int) -> tuple[float, ...]:
        """(weight 1, weight 2, …, bias) of the setting numbered `number`, from 0."""
        *places, last = np.unravel_index(number, self.shape)
        return (*(float(self.weights[place]) for place in places), float(self.biases[last]))


def search(weights: Array, biases: Array, inputs: Array, gates: Sequence[Array], *, fires_at_zero: bool) -> Grid:
    """Try every weight and bias on the inputs (rows, weights); a gate is the output wanted in each row."""
    of_grid = max(decimals(weights) or 0, decimals(biases) or 0)
    of_inputs = decimals(inputs) or 0
    shape = (len(weights),) * inputs.shape[1] + (len(biases),)
    places = np.indices(shape).reshape(len(shape), -1)  # (weights + 1, settings)
    all_weights = _whole(weights, of_grid)[places[:-1]].T  # (settings, weights)
    all_biases = _whole(biases, of_grid)[places[-1]]  # (settings,)
    sums = all_weights @ _whole(inputs, of_inputs).T + all_biases[:, np.newaxis] * 10**of_inputs
    fires = sums >= 0 if fires_at_zero else sums > 0
    wanted = np.array(gates) > 0.5  # (gates, rows)
    solves = (fires[:, np.newaxis, :] == wanted).all(axis=2)
    counts = np.cumsum(solves, axis=0, dtype=np.int64)
    return Grid(weights, biases, shape, fires, solves, counts, sums, 10 ** (of_grid + of_inputs))


def _whole(numbers: Array, places: int) -> Whole:
    return np.rint(numbers * 10.0**places).astype(np.int64)


class SearchTape(Tape):
    """The setting tried, its answers, what it solves, the counts; and beside them the tape of a network.

    What the numbers of the network ask of a tape, the network's answers.
    """

    def __init__(
        self,
        grid: Grid,
        setting: int,
        inputs: Array,
        gates: Mapping[str, Array],
        beside: NetworkTape | None,
        *,
        fires_at_zero: bool,
    ) -> None:
        self.grid = grid
        self.setting = setting  # the one tried, from 0
        self.numbers = grid.setting(setting)
        self.inputs = inputs  # (rows, weights)
        self.gates = tuple(gates)
        self.truths = tuple(gates.values())  # (rows,) each: the answers wanted
        self.beside = beside
        self.fires_at_zero = fires_at_zero

    @property
    def rows(self) -> Sequence[int]:  # type: ignore[override]
        """The rows that the network sees; of the search, all."""
        return range(len(self.inputs)) if self.beside is None else self.beside.rows

    @property
    def error(self) -> Ref | None:  # type: ignore[override]
        """The network's."""
        return self.beside.error if self.beside else None

    @property
    def loss(self) -> Ref | None:  # type: ignore[override]
        """The network's."""
        return self.beside.loss if self.beside else None

    @property
    def loss_after(self) -> Ref | None:  # type: ignore[override]
        """The network's."""
        return self.beside.loss_after if self.beside else None

    def __getattr__(self, name: str) -> Any:
        """What only the network's tape has."""
        if name == "beside" or self.beside is None:
            raise AttributeError(name)
        return getattr(self.beside, name)

    def is_matrix(self, ref: Ref) -> bool:
        """See engine/program.py; of the search nothing is."""
        return not isinstance(ref.quantity, OfSearch) and self._network.is_matrix(ref)

    def place(self, ref: Ref) -> int:
        """See engine/program.py."""
        return super().place(ref) if isinstance(ref.quantity, OfSearch) else self._network.place(ref)

    def op_formula(self, op: Op) -> tuple[str, str, str]:
        """See engine/program.py."""
        return super().op_formula(op) if isinstance(op.quantity, OfSearch) else self._network.op_formula(op)

    def besides(self) -> Iterator[Ref]:
        """See engine/program.py."""
        yield Ref(TRIED)
        yield Ref(SETTINGS)
        yield from (Ref(VALUES, 0, (axis,)) for axis in range(len(self.grid.shape)))
        if self.beside is not None:
            yield from self.beside.besides()

    @property
    def _network(self) -> NetworkTape:
        assert self.beside is not None, "there is no network beside this search"
        return self.beside

    def in_row(self, letter: str, index: tuple[int, ...]) -> str:
        """A row's number by what its inputs are: s(0,1)."""
        return f"{letter}({','.join(plain(float(number)) for number in self.inputs[index[0]])})"

    def gate(self, index: tuple[int, ...]) -> str:
        """The name of the gate that the first of an index counts."""
        return self.gates[index[0]]


# its numbers


Index = tuple[int, ...]


class OfSearch(Quantity):
    """A number of the search; any other is the network's. It is `read` and its symbol `written` by its index."""

    def __init__(
        self,
        key: str,
        read: Callable[[SearchTape, Index], float],
        written: Callable[[SearchTape, Index], str] | None = None,
        *,
        words: tuple[str, ...] = (),
        is_count: bool = True,
    ) -> None:
        super().__init__(key, words=words)
        self._read, self._written, self.is_count = read, written, is_count

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """From the grid or the data."""
        return float(self._read(tape, ref.index))

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """As it is written; else its key."""
        return self.key if self._written is None else self._written(tape, ref.index)

    def whole(self, tape: SearchTape, op: Op) -> tuple[str, str]:
        """Row by row, or gate by gate."""
        return "", f"(1×{op.size})"


class RowSum(OfSearch):
    """s(0,1): what arrives at the neuron for a row."""

    whose = Whose.BATCH

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """w1·x1 + w2·x2 + b."""
        row, weights = ref.index[0], range(len(tape.numbers) - 1)
        terms: list[Formula] = [(Ref(WEIGHT, 0, (place,)), "·", Ref(INPUT, 0, (row, place))) for place in weights]
        return total([*terms, (Ref(BIAS),)])

    def whole(self, tape: SearchTape, op: Op) -> tuple[str, str]:
        """Of all rows at once."""
        rows, weights = tape.inputs.shape
        return "X·w + b", f"({rows}×{weights})·({weights}×1) + (1×1) = ({rows}×1)"

    def about(self, ref: Ref) -> Ref:
        """The answer in that row."""
        return Ref(ANSWER, 0, ref.index)


class RowAnswer(OfSearch):
    """y(0,1): what the neuron answers to a row, 0 or 1."""

    whose = Whose.BATCH

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """(1 if s(0,1) > 0 else 0)."""
        return ("(1 if ", ref._replace(quantity=ROW_SUM), f" {'≥' if tape.fires_at_zero else '>'} 0 else 0)")

    def whole(self, tape: SearchTape, op: Op) -> tuple[str, str]:
        """Of all rows at once."""
        return "step(s)", f"({op.size}×1) = ({op.size}×1)"

    def names(self, tape: SearchTape, ref: Ref) -> dict[str, str]:
        """The sum."""
        return {"sum": tape.symbol(ref._replace(quantity=ROW_SUM))}

    def qualities(self, tape: SearchTape, ref: Ref) -> Iterator[str]:
        """Whether it fires at a sum of 0."""
        if tape.fires_at_zero:
            yield "at_zero"


class Solves(OfSearch):
    """AND?: whether the setting answers as a gate does in every row."""

    whose = Whose.BATCH

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """The product of a bracket for each row, 1 where the answer is right: [y(0,1) = 1]."""
        tokens: list[str | Ref] = []
        for row, wanted in enumerate(tape.truths[ref.index[0]]):
            tokens += ["·[" if tokens else "[", Ref(ANSWER, 0, (row,)), f" = {plain(float(wanted))}]"]
        return tuple(tokens)

    def names(self, tape: SearchTape, ref: Ref) -> dict[str, str]:
        """The gate."""
        return {"gate": tape.gate(ref.index)}


class Count(OfSearch):
    """AND: how many settings have solved a gate so far, this one included."""

    whose = Whose.BATCH

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """AND⁻ + AND?."""
        return (ref._replace(quantity=COUNT_BEFORE), " + ", ref._replace(quantity=SOLVES))


class CountBefore(OfSearch):
    """AND⁻: how many had before this one."""

    def names(self, tape: SearchTape, ref: Ref) -> dict[str, str]:
        """The gate."""
        return {"parameter": tape.gate(ref.index)}


class Tried(OfSearch):
    """How many settings have been tried, this one included."""

    whose = Whose.BATCH

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """One more than before."""
        return (Ref(TRIED_BEFORE), " + 1")

    def shown_with(self, tape: SearchTape, ref: Ref) -> Shown | None:
        """Once something of the setting has been revealed."""
        return Shown(ROW_SUM, None, 1)


class GridSize(OfSearch):
    """How many settings there are to try."""

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """The product of how many values each weight and the bias can have."""
        return series(lambda axis: (Ref(VALUES, 0, (axis,)),), len(tape.grid.shape), "·")


def _values_written(tape: SearchTape, index: Index) -> str:
    is_bias = index[0] == len(tape.grid.shape) - 1
    return f"values({tape.symbol(Ref(BIAS) if is_bias else Ref(WEIGHT, 0, index))})"


WEIGHT = OfSearch(
    "grid_w",
    lambda tape, index: tape.numbers[index[0]],
    lambda tape, index: f"w{index[0] + 1}",
    words=("search_grid_w",),
    is_count=False,
)
"""w1: a weight of the setting tried."""
BIAS = OfSearch(
    "grid_b", lambda tape, _: tape.numbers[-1], lambda tape, _: "b", words=("search_grid_b",), is_count=False
)
"""b: its bias."""
INPUT = OfSearch(
    "cell", lambda tape, index: tape.inputs[index], lambda tape, index: f"x{index[1] + 1}", words=("x",), is_count=False
)
"""x1: an input in a row; the index is (row, weight)."""
WANTED = OfSearch("truth", lambda tape, index: tape.truths[index[0]][index[1]], SearchTape.gate, words=("t",))
"""What a gate answers to a row, 0 or 1; the index is (gate, row)."""
ROW_SUM = RowSum(
    "sum",
    lambda tape, row: float(tape.grid.sums[tape.setting, row[0]]) / tape.grid.scale,
    lambda tape, row: tape.in_row("s", row),
    words=("search_sum",),
    is_count=False,
)
ANSWER = RowAnswer(
    "y",
    lambda tape, row: tape.grid.fires[tape.setting, row[0]],
    lambda tape, row: tape.in_row("y", row),
    words=("search_y",),
)
SOLVES = Solves(
    "solves",
    lambda tape, gate: tape.grid.solves[tape.setting, gate[0]],
    lambda tape, gate: f"{tape.gate(gate)}?",
    words=("search_solves",),
)
COUNT = Count(
    "count", lambda tape, gate: tape.grid.counts[tape.setting, gate[0]], SearchTape.gate, words=("search_count",)
)
COUNT_BEFORE = CountBefore(
    "before",
    lambda tape, gate: tape.grid.counts[tape.setting, gate[0]] - tape.grid.solves[tape.setting, gate[0]],
    lambda tape, gate: f"{tape.gate(gate)}⁻",
    words=("search_before",),
)
TRIED = Tried("tried", lambda tape, _: tape.setting + 1)
TRIED_BEFORE = OfSearch("tried_before", lambda tape, _: tape.setting, lambda tape, _: "tried⁻")
"""How many had been tried before this one."""
SETTINGS = GridSize("settings", lambda tape, _: len(tape.grid.solves))
VALUES = OfSearch("values", lambda tape, axis: tape.grid.shape[axis[0]], _values_written)
"""values(w1): how many values a weight or, last, the bias can have."""
QUANTITIES = (
    *(WEIGHT, BIAS, INPUT, WANTED, ROW_SUM, ANSWER, SOLVES),
    *(COUNT, COUNT_BEFORE, TRIED, TRIED_BEFORE, SETTINGS, VALUES),
)
"""All of them."""
