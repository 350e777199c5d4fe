"""The kind "search": every setting of a step neuron tried in turn, and what can be expected of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.network import NETWORK
from dlsim.engine.kinds.search.body import SearchBody
from dlsim.engine.kinds.search.file import read_search
from dlsim.engine.kinds.search.model import SearchModel
from dlsim.engine.kinds.search.tape import OWN
from dlsim.engine.scenario.spec import Expectation, Scenario
from dlsim.engine.scenario.tables import Place


class SearchKind:
    """See engine/kinds/kind.py."""

    name = "search"
    tables = ("search", "network", "data", "training")

    def read(self, tables: Mapping[str, Any], source: Source) -> SearchBody:
        """`[search]` and `[data]`, and a network beside it with or without `[training]`."""
        return read_search(tables, source)

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
            if ref is None or ref.quantity not in OWN:
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

    def draws_weights(self, body: SearchBody) -> bool:
        """Those of the network beside it."""
        return body.beside is not None and NETWORK.draws_weights(body.beside)

    def build(self, scenario: Scenario) -> SearchModel:
        """The search before its first setting."""
        return SearchModel(scenario.body)


SEARCH = SearchKind()
