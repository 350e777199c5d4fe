"""The kind "search": its tables in a file, over the inputs of `[data]`, and what can be expected of it.

`[network]` and `[training]` beside it are read as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
from msgspec import Meta
from msgspec.structs import replace

from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.network import NETWORK
from dlsim.engine.kinds.network.file import read_data, read_network
from dlsim.engine.kinds.search.grid import DECIMALS, LARGEST, decimals
from dlsim.engine.kinds.search.model import SearchBody, SearchModel
from dlsim.engine.kinds.search.quantities import QUANTITIES, OfSearch
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Quantity
from dlsim.engine.scenario.spec import Array, DataSpec, Expectation
from dlsim.engine.scenario.tables import Number, Place, Table, convert, count, frozen, number, vector
from dlsim.engine.text import shown

MOST_SETTINGS = 200_000
MOST_ROWS = 16
MOST_INPUTS = 4
MOST_GATES = 16
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,23}")
"""Two characters or more: no gate is called E or b."""


class SearchTable(Table):
    """`[search]`: which weights and biases are tried, and what is looked for among them."""

    weights: dict[str, Any]
    bias: dict[str, Any]
    targets: Annotated[dict[str, list[Number]], Meta(min_length=1, max_length=MOST_GATES)]
    at_zero: Annotated[int, Meta(ge=0, le=1)] = 0


class RangeTable(Table, rename={"first": "from", "last": "to"}):
    """From one number to another, both included, in equal steps."""

    first: Number
    last: Number
    step: Number


class SearchKind:
    """See engine/kinds/kind.py."""

    name = "search"
    tables = ("search", "network", "data", "training")

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
        for part in ("outputs", "loss", "loss_below", "accuracy"):
            if getattr(expectation, part) is not None:
                raise (place / part).error(f"a search by itself has no {part}", None, "add [network], or use values")

    def build(self, body: SearchBody) -> SearchModel:
        """The search before its first setting."""
        return SearchModel(body)

    def quantities(self, body: SearchBody) -> Iterator[Quantity]:
        """See engine/kinds/kind.py: Kind. With those of the network beside it."""
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
