"""The kind "network": dense feed-forward networks, trained or only run forward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlsim.engine.classes import classes_of, no_accuracy
from dlsim.engine.errors import ScenarioError
from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.layered.quantities import E_O, E, T
from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.kinds.network.file import read_network
from dlsim.engine.kinds.network.finding import Finder
from dlsim.engine.kinds.network.model import NetworkModel
from dlsim.engine.kinds.network.structure import Naming, Structure
from dlsim.engine.scenario.spec import Expectation


class NetworkKind:
    """See engine/kinds/kind.py."""

    name = "network"
    tables = ("network", "data", "training")

    def read(self, tables: Mapping[str, Any], source: Source) -> NetworkBody:
        """`[network]`, `[data]` and `[training]`, checked against each other."""
        return read_network(tables, source)

    def judge(self, body: NetworkBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist, outputs must have the data's shape, what is asked must be there to ask."""
        structure = Structure(body)
        finder = Finder(structure, Naming(structure))

        def refuse(problem: str, part: str, value: object, remedy: str) -> ScenarioError:
            return ScenarioError(problem, file=source.file, key=f"{key}.{part}", value=value, remedy=remedy)

        for symbol in expectation.values:
            ref = finder.find(symbol)
            if ref is None:
                raise refuse(
                    f"this network has no number called {symbol!r}",
                    f"values.{symbol}",
                    symbol,
                    "use symbols such as x1, z1, h1, o1, E, W1, W[1][1,1], b1, ∂E/∂W1, W1⁺",
                )
            if expectation.after == 0 and not ref.quantity.of_forward_pass:
                raise refuse(
                    f"{symbol} belongs to an iteration, but after = 0 is before the first",
                    f"values.{symbol}",
                    symbol,
                    "ask for it after = 1 or later",
                )
            if ref.quantity in (T, E, E_O) and (body.data.targets is None or structure.loss is None):
                raise refuse(
                    f"{symbol} needs targets and a loss",
                    f"values.{symbol}",
                    symbol,
                    "add [training] with a loss",
                )
        shape = (len(body.data.inputs), structure.output.units)
        if expectation.outputs is not None and expectation.outputs.shape != shape:
            raise refuse(
                f"{_rows(expectation.outputs.shape)}, but the data and the network make {_rows(shape)}",
                "outputs",
                expectation.outputs,
                f"give {_rows(shape)}",
            )
        if body.training is None:
            if expectation.after:
                raise refuse(
                    "nothing is trained here, so there is no state after an iteration",
                    "after",
                    expectation.after,
                    "use after = 0 or add [training]",
                )
            if expectation.loss is not None or expectation.loss_below is not None:
                part = "loss" if expectation.loss is not None else "loss_below"
                raise refuse("there is no loss without [training]", part, None, "remove it or add [training]")
        problem = no_accuracy(classes_of(body.data), body.data.targets)
        if expectation.accuracy is not None and problem:
            raise refuse(problem, "accuracy", None, "add data.targets" if body.data.targets is None else "remove it")

    def build(self, body: NetworkBody) -> NetworkModel:
        """The running network."""
        return NetworkModel(body)


def _rows(shape: tuple[int, ...]) -> str:
    rows, columns = shape
    return f"{rows} {'row' if rows == 1 else 'rows'} of {columns}"


NETWORK = NetworkKind()
