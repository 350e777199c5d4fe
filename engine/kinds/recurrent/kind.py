"""The kind "recurrent": a simple recurrent network over sequences, and what can be expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlsim.engine.classes import classes_of, no_accuracy
from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.layered.quantities import T
from dlsim.engine.kinds.recurrent.body import RecurrentBody
from dlsim.engine.kinds.recurrent.file import read_recurrent
from dlsim.engine.kinds.recurrent.finding import RecurrentFinder
from dlsim.engine.kinds.recurrent.model import RecurrentModel
from dlsim.engine.kinds.recurrent.structure import RecurrentNaming, RecurrentStructure
from dlsim.engine.scenario.spec import Expectation
from dlsim.engine.scenario.tables import Place


class RecurrentKind:
    """See engine/kinds/kind.py."""

    name = "recurrent"
    tables = ("recurrent", "data", "training")

    def read(self, tables: Mapping[str, Any], source: Source) -> RecurrentBody:
        """`[recurrent]`, `[data]` and `[training]`, checked against each other."""
        return read_recurrent(tables, source)

    def judge(self, body: RecurrentBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist, outputs must have the data's shape, what is asked must be there to ask."""
        place = Place(source.file, key)
        structure = RecurrentStructure(body)
        finder = RecurrentFinder(structure, RecurrentNaming(structure))
        for symbol in expectation.values:
            where = place / "values" / symbol
            ref = finder.find(symbol)
            if ref is None:
                raise where.error(
                    f"this network has no number called {symbol!r}",
                    symbol,
                    "use symbols such as x1⟨1⟩, z1⟨1⟩, h1⟨2⟩, o1⟨2⟩, E⟨2⟩, E, Wx1, Wh1, Wy1, b1, ∂E/∂Wh1",
                )
            if expectation.after == 0 and not ref.quantity.of_forward_pass:
                raise where.error(
                    f"{symbol} belongs to an iteration, but after = 0 is before the first",
                    symbol,
                    "ask for it after = 1 or later",
                )
            if ref.quantity is T and body.data.targets is None:
                raise where.error(f"{symbol} needs targets", symbol, "add data.targets")
        shape = len(body.data.inputs), structure.steps * structure.output.units
        if expectation.outputs is not None and expectation.outputs.shape != shape:
            raise (place / "outputs").error(
                f"found {expectation.outputs.shape[0]} rows of {expectation.outputs.shape[1]}",
                expectation.outputs,
                f"give a row for each sequence, its steps one after the other: {shape[0]} rows of {shape[1]}",
            )
        if body.training is None:
            for part in ("loss", "loss_below"):
                if getattr(expectation, part) is not None:
                    raise (place / part).error("there is no loss without [training]", None, "add [training]")
            if expectation.after:
                raise (place / "after").error(
                    "nothing is trained here, so there is no state after an iteration",
                    expectation.after,
                    "use after = 0 or add [training]",
                )
        problem = no_accuracy(classes_of(body.data, body.network.layers[-1].units), body.data.targets)
        if expectation.accuracy is not None and problem:
            remedy = "add data.targets" if body.data.targets is None else "remove it"
            raise (place / "accuracy").error(problem, None, remedy)

    def build(self, body: RecurrentBody) -> RecurrentModel:
        """The running network."""
        return RecurrentModel(body)


RECURRENT = RecurrentKind()
