"""The numbers of a search, each defined once, and the tape that they are read from, beside that of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.kinds.search.grid import Grid
from dlsim.engine.numbers import plain
from dlsim.engine.program import Op, Tape
from dlsim.engine.quantity import Formula, Quantity, Ref, Shown, Whose, series, total

Array = NDArray[np.float64]


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

    def in_row(self, letter: str, ref: Ref) -> str:
        """A row's number by what its inputs are: s(0,1)."""
        return f"{letter}({','.join(plain(float(number)) for number in self.inputs[ref.index[0]])})"

    def gate(self, ref: Ref) -> str:
        """The name of the gate that the first of its index counts."""
        return self.gates[ref.index[0]]


# its numbers


class OfSearch(Quantity):
    """A number of the search; any other is the network's."""

    def whole(self, tape: SearchTape, op: Op) -> tuple[str, str]:
        """Row by row, or gate by gate."""
        return "", f"(1×{op.size})"


class TriedWeight(OfSearch):
    """w1: a weight of the setting tried."""

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """From the grid."""
        return tape.numbers[ref.index[0]]

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """w1."""
        return f"w{ref.index[0] + 1}"


class TriedBias(OfSearch):
    """b: its bias."""

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """From the grid."""
        return tape.numbers[-1]

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """b."""
        return "b"


class RowInput(OfSearch):
    """x1: an input in a row; the index is (row, weight)."""

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """From the data."""
        return float(tape.inputs[ref.index])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """x1."""
        return f"x{ref.index[1] + 1}"


class WantedAnswer(OfSearch):
    """What a gate answers to a row; the index is (gate, row)."""

    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """0 or 1."""
        gate, row = ref.index
        return float(tape.truths[gate][row])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """The gate's name."""
        return tape.gate(ref)


class RowSum(OfSearch):
    """s(0,1): what arrives at the neuron for a row."""

    whose = Whose.BATCH

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """Made of whole numbers, see grid.py."""
        return float(tape.grid.sums[tape.setting, ref.index[0]]) / tape.grid.scale

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """s(0,1)."""
        return tape.in_row("s", ref)

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
    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """Whether it fires."""
        return float(tape.grid.fires[tape.setting, ref.index[0]])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """y(0,1)."""
        return tape.in_row("y", ref)

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
    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """0 or 1."""
        return float(tape.grid.solves[tape.setting, ref.index[0]])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """AND?."""
        return f"{tape.gate(ref)}?"

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """The product of a bracket for each row, 1 where the answer is right: [y(0,1) = 1]."""
        tokens: list[str | Ref] = []
        for row, wanted in enumerate(tape.truths[ref.index[0]]):
            tokens += ["·[" if tokens else "[", Ref(ANSWER, 0, (row,)), f" = {plain(float(wanted))}]"]
        return tuple(tokens)

    def names(self, tape: SearchTape, ref: Ref) -> dict[str, str]:
        """The gate."""
        return {"gate": tape.gate(ref)}


class Count(OfSearch):
    """AND: how many settings have solved a gate so far."""

    whose = Whose.BATCH
    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """This one included."""
        return float(tape.grid.counts[tape.setting, ref.index[0]])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """AND."""
        return tape.gate(ref)

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """AND⁻ + AND?."""
        return (ref._replace(quantity=COUNT_BEFORE), " + ", ref._replace(quantity=SOLVES))


class CountBefore(OfSearch):
    """AND⁻: how many had before this one."""

    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """The count less this setting."""
        place = tape.setting, ref.index[0]
        return float(tape.grid.counts[place] - tape.grid.solves[place])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """AND⁻."""
        return f"{tape.gate(ref)}⁻"

    def names(self, tape: SearchTape, ref: Ref) -> dict[str, str]:
        """The gate."""
        return {"parameter": tape.gate(ref)}


class Tried(OfSearch):
    """How many settings have been tried, this one included."""

    whose = Whose.BATCH
    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """The number of the setting, from 1."""
        return float(tape.setting + 1)

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """One more than before."""
        return (Ref(TRIED_BEFORE), " + 1")

    def shown_with(self, tape: SearchTape, ref: Ref) -> Shown | None:
        """Once something of the setting has been revealed."""
        return Shown(ROW_SUM, None, 1)


class TriedBefore(OfSearch):
    """How many had been tried before this one."""

    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """The number of the setting, from 0."""
        return float(tape.setting)

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """tried⁻."""
        return "tried⁻"


class GridSize(OfSearch):
    """How many settings there are to try."""

    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """The size of the grid."""
        return float(len(tape.grid.solves))

    def formula(self, tape: SearchTape, ref: Ref, sample: int) -> Formula:
        """The product of how many values each weight and the bias can have."""
        return series(lambda axis: (Ref(VALUES, 0, (axis,)),), len(tape.grid.shape), "·")


class Values(OfSearch):
    """values(w1): how many values a weight or, last, the bias can have."""

    is_count = True

    def value(self, tape: SearchTape, ref: Ref, sample: Any) -> float:
        """The grid's extent."""
        return float(tape.grid.shape[ref.index[0]])

    def symbol(self, tape: SearchTape, ref: Ref) -> str:
        """values(w1)."""
        is_bias = ref.index[0] == len(tape.grid.shape) - 1
        return f"values({tape.symbol(Ref(BIAS) if is_bias else Ref(WEIGHT, 0, ref.index))})"


WEIGHT = TriedWeight("grid_w", words=("search_grid_w",))
BIAS = TriedBias("grid_b", words=("search_grid_b",))
INPUT = RowInput("cell", words=("x",))
WANTED = WantedAnswer("truth", words=("t",))
ROW_SUM = RowSum("sum", words=("search_sum",))
ANSWER = RowAnswer("y", words=("search_y",))
SOLVES = Solves("solves", words=("search_solves",))
COUNT = Count("count", words=("search_count",))
COUNT_BEFORE = CountBefore("before", words=("search_before",))
TRIED = Tried("tried")
TRIED_BEFORE = TriedBefore("tried_before")
SETTINGS = GridSize("settings")
VALUES = Values("values")
QUANTITIES = (
    *(WEIGHT, BIAS, INPUT, WANTED, ROW_SUM, ANSWER, SOLVES),
    *(COUNT, COUNT_BEFORE, TRIED, TRIED_BEFORE, SETTINGS, VALUES),
)
"""All of them."""
