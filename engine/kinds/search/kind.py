"""The kind "search": its tables in a file, over the inputs of `[data]`, what can be expected, and a running search.

Iteration by iteration the next setting is tried, and the network beside it makes an update. `[network]` and
`[training]` are read as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from msgspec.structs import replace

from dlsim.engine.kinds import Source, refuse_parts
from dlsim.engine.kinds.network.kind import NETWORK, read_data, read_network
from dlsim.engine.kinds.network.model import NetworkModel
from dlsim.engine.kinds.network.passes import NetworkBody
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.kinds.search.quantities import (
    ANSWER,
    BIAS,
    COUNT,
    DECIMALS,
    LARGEST,
    QUANTITIES,
    ROW_SUM,
    SOLVES,
    WANTED,
    WEIGHT,
    OfSearch,
    SearchTape,
    decimals,
    search,
)
from dlsim.engine.model import Row, Sweep, Table
from dlsim.engine.numbers import general
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Array, Body, DataSpec, Expectation, NetworkSpec, TrainingSpec
from dlsim.engine.scenario.tables import Number, Place, TomlTable, convert, count, frozen, number, vector
from dlsim.engine.text import shown


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


class SearchModel(Sweep):
    """See engine/model.py: Model. The whole grid is evaluated when it is built; an iteration looks at one setting."""

    beside: NetworkModel | None
    no_parameters = "a search by itself has no parameters"
    no_setting = "the settings of a search follow from its grid; change the grid instead"

    def __init__(self, body: SearchBody) -> None:
        self._body = body
        self.grid = search(
            body.weights,
            body.biases,
            body.data.inputs,
            tuple(body.gates.values()),
            fires_at_zero=body.fires_at_zero,
        )
        super().__init__(len(self.grid.counts), None if body.beside is None else NetworkModel(body.beside))
        self.epochs = body.training.epochs if body.training else 1
        self.curves = (*body.gates, *(self.beside.curves if self.beside else ()))
        counts = {name: Ref(COUNT, 0, (gate,)) for gate, name in enumerate(body.gates)}
        self.curve_numbers: Mapping[str, Ref] = {**counts, **(self.beside.curve_numbers if self.beside else {})}
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

    def observe(self, iteration: int) -> tuple[float, ...]:
        """How many settings have solved each gate so far."""
        counts = tuple(float(count) for count in self.grid.counts[self._point])
        return (*counts, *(self.beside.observe(iteration) if self.beside else ()))

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
            self.grid, self._point, body.data.inputs, body.gates, beside, fires_at_zero=body.fires_at_zero
        )

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs (rows, outputs), loss, accuracy) of the network; without one, the answers of the setting tried."""
        if self.beside:
            return self.beside.evaluate(landed=landed)
        return self.grid.fires[self._point].astype(np.float64).reshape(-1, 1), None, None

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


MOST_SETTINGS = 200_000
MOST_ROWS = 16
MOST_INPUTS = 4
MOST_GATES = 16
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,23}")
"""Two characters or more: no gate is called E or b."""


class SearchTable(TomlTable):
    """`[search]`: which weights and biases are tried, and what is looked for among them."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {"targets": ("gates", "outputs"), "bias": ("biases",)}
    examples: ClassVar[Mapping[str, str]] = {
        "weights": "{ from = -1, to = 1, step = 0.5 }",
        "bias": "{ from = -1, to = 1, step = 0.5 }",
        "targets": "{ AND = [0, 0, 0, 1] }",
    }

    weights: dict[str, Any]
    bias: dict[str, Any]
    targets: Annotated[dict[str, list[Number]], Meta(min_length=1, max_length=MOST_GATES)]
    at_zero: Annotated[int, Meta(ge=0, le=1)] = 0


class RangeTable(TomlTable, rename={"first": "from", "last": "to"}):
    """From one number to another, both included, in equal steps."""

    examples: ClassVar[Mapping[str, str]] = {"from": "-1", "to": "1", "step": "0.5"}

    first: Number
    last: Number
    step: Number


class SearchKind:
    """See engine/kinds/__init__.py."""

    name = "search"
    tables: Mapping[str, type[TomlTable]] = {"search": SearchTable, **NETWORK.tables}

    def read(self, tables: Mapping[str, Any], source: Source) -> SearchBody:
        """`[search]` and `[data]`, and a network beside it with or without `[training]`."""
        return _read(tables, source)

    def judge(self, body: SearchBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist; what concerns the network is judged as in any network."""
        place = Place(source.file, key)
        model = SearchModel(body)
        of_network: dict[str, float] = {}
        for symbol, figure in expectation.values.items():
            ref = model.find(symbol)
            if ref is None and body.beside is None:
                names = ", ".join(body.gates)
                raise (place / "values" / symbol).error(
                    f"this search has no number called {symbol!r}", symbol, f"use w1, b, y(0,1), {names}"
                )
            if ref is None or not isinstance(ref.quantity, OfSearch):
                of_network[symbol] = figure
            elif not expectation.after:
                raise (place / "values" / symbol).error(
                    f"{symbol} belongs to an iteration, but after = 0 is before the first",
                    symbol,
                    "ask for it after = 1 or later: an iteration tries one setting",
                )
        if body.beside is not None:
            # That there is no training matters only for what is asked of the network: iterations there are anyway.
            after = expectation.after if body.training else 0
            NETWORK.judge(body.beside, replace(expectation, values=of_network, after=after), key, source)
            return
        parts = ("outputs", "loss", "loss_below", "accuracy")
        refuse_parts(expectation, place, parts, "a search by itself has no {}", "add [network], or use values")

    def build(self, body: SearchBody) -> SearchModel:
        """The search before its first setting."""
        return SearchModel(body)

    def quantities(self, body: SearchBody) -> Iterator[Quantity]:
        """See engine/kinds/__init__.py: Kind. With those of the network beside it."""
        yield from QUANTITIES
        if body.beside is not None:
            yield from NETWORK.quantities(body.beside)


def _read(tables: Mapping[str, Any], source: Source) -> SearchBody:
    """The validated body of a search; ScenarioError for anything that could not be run."""
    top = Place(source.file, "")
    for key in ("search", "data"):
        if key not in tables:
            raise (top / key).error(f"the table [{key}] is missing", None, f"add [{key}]")
    if "training" in tables and "network" not in tables:
        raise (top / "training").error("there is no [network] to train", None, "add [network], or remove [training]")
    beside = None
    if "network" in tables:
        beside = read_network({key: table for key, table in tables.items() if key != "search"}, source)
    data = beside.data if beside else read_data(tables["data"], top / "data", source, outputs=1)
    place = top / "search"
    table = convert(tables["search"], SearchTable, place)
    _refuse_data(data, top / "data")
    weights = _range(convert(table.weights, RangeTable, place / "weights"), place / "weights")
    biases = _range(convert(table.bias, RangeTable, place / "bias"), place / "bias")
    settings = len(weights) ** data.inputs.shape[1] * len(biases)
    if settings > MOST_SETTINGS:
        raise (place / "weights").error(
            f"the grid has {settings:,} settings", table.weights, f"take larger steps: at most {MOST_SETTINGS:,} fit"
        )
    rows = len(data.inputs)
    gates = {name: _gate(name, truth, rows, place / "targets" / name) for name, truth in table.targets.items()}
    return SearchBody(weights, biases, bool(table.at_zero), gates, data, beside)


def _range(table: RangeTable, place: Place) -> Array:
    """The numbers as one would write them: 0.3, never 0.30000000000000004."""
    first, last, step = (
        number(value, place / key) for key, value in (("from", table.first), ("to", table.last), ("step", table.step))
    )
    if step <= 0 or last < first:
        raise place.error(
            f"it goes from {general(first)} to {general(last)} in steps of {general(step)}",
            None,
            "go upwards, in steps > 0",
        )
    _refuse_inexact(np.array([first, last, step]), place)
    many = int((Decimal(repr(last)) - Decimal(repr(first))) / Decimal(repr(step))) + 1
    if many > MOST_SETTINGS:
        raise (place / "step").error(f"that makes {many:,} steps", table.step, "take larger ones")
    return frozen(np.array([float(Decimal(repr(first)) + n * Decimal(repr(step))) for n in range(many)]))


def _refuse_inexact(numbers: Array, place: Place) -> None:
    if decimals(numbers) is None or np.abs(numbers).max() > LARGEST:
        raise place.error(
            f"a search takes numbers up to {LARGEST:,.0f} with at most {DECIMALS} decimals",
            None,
            "so that a sum of exactly 0 is found",
        )


def _refuse_data(data: DataSpec, place: Place) -> None:
    rows, inputs = data.inputs.shape
    if rows > MOST_ROWS or inputs > MOST_INPUTS:
        raise place.error(
            f"{count(rows, 'row')} of {count(inputs, 'input')} are too many to search for",
            None,
            f"at most {MOST_ROWS} rows of {MOST_INPUTS}",
        )
    _refuse_inexact(data.inputs, place / "inputs")


def _gate(name: str, truth: list[Number], rows: int, place: Place) -> Array:
    if _NAME.fullmatch(name) is None or re.fullmatch(r"[A-Za-z]\d+", name):
        raise place.error(f"{shown(name)} is not a valid name", name, "use letters, for example AND")
    numbers = vector(truth, place)
    if len(numbers) != rows:
        raise place.error(
            f"found {count(len(numbers), 'number')} for {count(rows, 'row')}", truth, "give one for each row"
        )
    if not np.isin(numbers, (0.0, 1.0)).all():
        raise place.error(f"found {shown(truth)}", truth, "a step neuron answers 0 or 1")
    return numbers


SEARCH = SearchKind()
