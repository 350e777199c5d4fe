"""A running search: iteration by iteration the next setting is tried, and the network beside it makes an update."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.errors import WrongKindError
from dlsim.engine.kinds.layered.probe import FlatProbe
from dlsim.engine.kinds.network.file import NetworkBody
from dlsim.engine.kinds.network.kind import NetworkModel
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.kinds.search.grid import search
from dlsim.engine.kinds.search.quantities import (
    ANSWER,
    BIAS,
    COUNT,
    ROW_SUM,
    SOLVES,
    WANTED,
    WEIGHT,
    OfSearch,
    SearchTape,
)
from dlsim.engine.model import Calendar, LayerParameters, Row, Table
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Body, DataSpec, NetworkSpec, TrainingSpec

Array = NDArray[np.float64]


class SearchBody(Body, frozen=True):
    """`[search]` over the inputs of `[data]`; and, if there is a `[network]`, what is trained on them meanwhile."""

    weights: Array  # (steps,): what each weight is set to
    biases: Array  # (steps,): what the bias is set to
    fires_at_zero: bool
    gates: Mapping[str, Array]  # (rows,): the output wanted in each row, 0 or 1
    data: DataSpec
    beside: NetworkBody | None

    @property
    def network(self) -> NetworkSpec | None:
        """The network beside the search."""
        return None if self.beside is None else self.beside.network

    @property
    def training(self) -> TrainingSpec | None:
        """How it is trained."""
        return None if self.beside is None else self.beside.training

    @property
    def draws_weights(self) -> bool:
        """Those of the network beside it."""
        return self.beside is not None and self.beside.draws_weights


class SearchModel:
    """See engine/model.py: Model. The whole grid is evaluated when it is built; an iteration looks at one setting.

    What is trained beside it is a network like any other: state, gradients and loss are its own.
    """

    trains = True

    def __init__(self, body: SearchBody) -> None:
        self._body = body
        self.grid = search(
            body.weights,
            body.biases,
            body.data.inputs,
            tuple(body.gates.values()),
            fires_at_zero=body.fires_at_zero,
        )
        self.beside = None if body.beside is None else NetworkModel(body.beside)
        self.calendar = Calendar(len(self.grid.counts))
        self.epochs = body.training.epochs if body.training else 1
        self.has_loss = self.beside is not None and self.beside.has_loss
        self.classes = self.beside.classes if self.beside else None
        self.curves = (*body.gates, *(self.beside.curves if self.beside else ()))
        counts = {name: Ref(COUNT, 0, (gate,)) for gate, name in enumerate(body.gates)}
        self.curve_numbers: Mapping[str, Ref] = {**counts, **(self.beside.curve_numbers if self.beside else {})}
        self.layer_names = self.beside.layer_names if self.beside else ()
        self._setting = 0
        self._symbols = {self.tape.symbol(ref): ref for ref in self._with_symbols()}
        self.program = Program([*self._ops(), *(self.beside.program if self.beside else ())])
        self.tables = (self._table(), *(self.beside.tables if self.beside else ()))

    def _ops(self) -> list[Op]:
        def op(quantity: Quantity, size: int) -> Op:
            return Op(quantity, "search", None, size, lambda place: Ref(quantity, 0, (place,)))

        rows, gates = len(self._body.data.inputs), len(self._body.gates)
        return [op(ROW_SUM, rows), op(ANSWER, rows), op(SOLVES, gates), op(COUNT, gates)]

    def _with_symbols(self) -> Iterator[Ref]:
        """What can be asked for by a symbol of the search's own."""
        yield from (Ref(WEIGHT, 0, (place,)) for place in range(self._body.data.inputs.shape[1]))
        yield Ref(BIAS)
        for op in self._ops():
            yield from op.refs

    def _table(self) -> Table:
        """The setting's answers over the truth tables, whether they agree, and how many settings did so far."""
        rows = range(len(self._body.data.inputs))
        columns = tuple(f"={self.tape.symbol(Ref(ANSWER, 0, (row,))).removeprefix('y')}" for row in rows)
        answers = Row("y", (*(Ref(ANSWER, 0, (row,)) for row in rows), None, None))
        truths = tuple(
            Row(
                name,
                (*(Ref(WANTED, 0, (gate, row)) for row in rows), Ref(SOLVES, 0, (gate,)), Ref(COUNT, 0, (gate,))),
            )
            for gate, name in enumerate(self._body.gates)
        )
        return Table("gates", (*columns, "solved", "count"), (answers, *truths))

    # state

    def start(self) -> None:
        """The network back to its first weights."""
        if self.beside:
            self.beside.start()

    def save(self) -> Array | None:
        """The network's state; the search has none that the number of the iteration does not tell."""
        return self.beside.save() if self.beside else None

    def restore(self, state: Array | None) -> None:
        """Make a saved state the one before the next iteration."""
        if self.beside and state is not None:
            self.beside.restore(state)

    def accept(self) -> None:
        """The network's new weights take their places."""
        if self.beside:
            self.beside.accept()

    @property
    def state_bytes(self) -> int:
        """What a saved state costs."""
        return self.beside.state_bytes if self.beside else 16

    def begin_at(self, iteration: int, before: SearchModel) -> None:
        """Count on."""
        self.calendar.go_on(iteration, before.calendar)
        if self.beside and before.beside:
            self.beside.begin_at(iteration, before.beside)

    def carry_over(self, before: SearchModel) -> None:
        """Keep what the network has learnt."""
        if self.beside and before.beside:
            self.beside.carry_over(before.beside)

    def is_parameter(self, ref: Ref) -> bool:
        """The network's; the settings of the search follow from its grid."""
        return not isinstance(ref.quantity, OfSearch) and self.beside is not None and self.beside.is_parameter(ref)

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """The network's."""
        if self.beside is None:
            raise WrongKindError("a search by itself has no parameters")
        return self.beside.parameter_at(layer, which, index)

    def set_number(self, ref: Ref, number: float) -> None:
        """Set one of the network's parameters."""
        if self.beside is None or isinstance(ref.quantity, OfSearch):
            raise WrongKindError("the settings of a search follow from its grid; change the grid instead")
        self.beside.set_number(ref, number)

    def number_in(self, state: Array | None, ref: Ref) -> float:
        """One of the network's parameters as a saved state has it."""
        if self.beside is None or state is None or not self.is_parameter(ref):
            return float("nan")
        return self.beside.number_in(state, ref)

    # one iteration

    def enter(self, iteration: int) -> float:
        """Try the next setting; past the last one the search begins anew, counts and all."""
        self._setting = self.calendar.of(iteration)[1]
        return self.beside.enter(iteration) if self.beside else float("nan")

    def observe(self, iteration: int) -> tuple[float, ...]:
        """How many settings have solved each gate so far."""
        counts = tuple(float(count) for count in self.grid.counts[self._setting])
        return (*counts, *(self.beside.observe(iteration) if self.beside else ()))

    def is_finite(self) -> bool:
        """The search's numbers always are."""
        return self.beside is None or self.beside.is_finite()

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """The network's."""
        return self.beside.first_trouble() if self.beside else None

    # reading

    @property
    def tape(self) -> SearchTape:
        """The tape itself."""
        return self._with(self.beside.tape if self.beside else None)

    def freeze(self, *, landed: bool) -> SearchTape:
        """A copy of it: the grid is never overwritten."""
        return self._with(self.beside.freeze(landed=landed) if self.beside else None)

    def _with(self, beside: NetworkTape | None) -> SearchTape:
        body = self._body
        return SearchTape(
            self.grid, self._setting, body.data.inputs, body.gates, beside, fires_at_zero=body.fires_at_zero
        )

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """The network's."""
        return self.beside.parameters(landed=landed) if self.beside else ()

    def gradients(self) -> tuple[LayerParameters, ...]:
        """The network's."""
        return self.beside.gradients() if self.beside else ()

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) of the network; without one, the answers of the setting tried."""
        if self.beside:
            return self.beside.evaluate(landed=landed)
        return self.grid.fires[self._setting].astype(np.float64).reshape(-1, 1), None, None

    def loss(self, *, landed: bool) -> float | None:
        """The network's."""
        return self.beside.loss(landed=landed) if self.beside else None

    def validate(self, *, landed: bool) -> tuple[float | None, float | None]:
        """The network's."""
        return self.beside.validate(landed=landed) if self.beside else (None, None)

    @property
    def data_calendar(self) -> Calendar:
        """The network's own, however long the search is."""
        return self.beside.data_calendar if self.beside else self.calendar

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """The network's output over the plane."""
        return self.beside.region(x, y, landed=landed) if self.beside else None

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names: the search's own, or the network's."""
        own = self._symbols.get(symbol.strip().replace(" ", ""))
        return own if own or not self.beside else self.beside.find(symbol)

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """All that the search finds does."""
        return isinstance(ref.quantity, OfSearch) or (self.beside is not None and self.beside.belongs_to_iteration(ref))

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model."""
        if isinstance(ref.quantity, OfSearch) or self.beside is None:
            return self.tape.value(ref, 0)
        return self.beside.figure(ref, landed=landed)

    def probe(self) -> FlatProbe | None:
        """The network's loss as a function of each parameter."""
        return self.beside.probe() if self.beside else None
