"""A sweep: iteration by iteration the cursor x moves on, and every function is evaluated there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.errors import WrongKindError
from dlsim.engine.kinds.functions.quantities import SLOPE, SOFTMAX, SUM, VALUE, FunctionsTape, V, X
from dlsim.engine.model import Calendar, LayerParameters, Row, Table
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Ref
from dlsim.engine.scenario.spec import Body, FunctionSpec

Array = NDArray[np.float64]


class FunctionsBody(Body, frozen=True):
    """`[functions]`: what is shown, over which x, and a vector for softmax (empty for none)."""

    functions: tuple[FunctionSpec, ...]
    sweep: Array  # (points,)
    vector: Array  # (units,)

    @property
    def wording(self) -> str:
        """An iteration is an x."""
        return "functions"


class FunctionsModel:
    """See engine/model.py: Model. There is no state: what stands at an x depends on x alone."""

    trains = True
    has_loss = False
    classes = None
    epochs = 1
    state_bytes = 16
    layer_names = ()
    curves = ()
    curve_numbers: Mapping[str, Ref] = {}

    def __init__(self, body: FunctionsBody) -> None:
        self.calendar = Calendar(len(body.sweep))
        self._curves = FunctionsTape(body.functions, body.sweep, body.vector)
        self._point = 0
        self.program = self._program()
        self.tables = self._tables()

    def _program(self) -> Program:
        functions, sloped, units = len(self._curves.functions), self._curves.sloped, len(self._curves.vector)
        return Program(
            [
                Op(VALUE, "forward", None, functions, lambda number: Ref(VALUE, 0, (number,))),
                Op(SOFTMAX, "forward", None, units, lambda unit: Ref(SOFTMAX, 0, (unit,))),
                Op(SUM, "forward", None, 1 if units else 0, lambda _: Ref(SUM)),
                Op(SLOPE, "backward", None, len(sloped), lambda place: Ref(SLOPE, 0, (sloped[place],))),
            ]
        )

    def _tables(self) -> tuple[Table, ...]:
        rows = tuple(
            Row(
                spec.label,
                (Ref(VALUE, 0, (number,)), Ref(SLOPE, 0, (number,)) if number in self._curves.sloped else None),
            )
            for number, spec in enumerate(self._curves.functions)
        )
        tables = [Table("functions", ("function_value", "function_slope"), rows)]
        if len(self._curves.vector):
            units = range(len(self._curves.vector))
            rows = tuple(Row(f"{unit + 1}", (Ref(V, 0, (unit,)), Ref(SOFTMAX, 0, (unit,)))) for unit in units)
            tables.append(Table("vector", ("=v", "=softmax(v)"), (*rows, Row("Σ", (None, Ref(SUM))))))
        return tuple(tables)

    def start(self) -> None:
        """The cursor back to the first x."""
        self._point = 0

    def save(self) -> None:
        """Nothing to keep."""

    def restore(self, state: None) -> None:
        """Nothing to bring back."""

    def accept(self) -> None:
        """Nothing to carry on."""

    def begin_at(self, iteration: int, before: FunctionsModel) -> None:
        """The cursor moves on."""
        self.calendar.go_on(iteration, before.calendar)

    def carry_over(self, before: FunctionsModel) -> None:
        """Nothing to take over."""

    def is_parameter(self, ref: Ref) -> bool:
        """There are none."""
        return False

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """There are none."""
        raise WrongKindError("functions have no parameters")

    def set_number(self, ref: Ref, number: float) -> None:
        """Nothing to set: what can be edited stands in the scenario."""
        raise WrongKindError("functions have no parameters; change the scenario's own values")

    def number_in(self, state: None, ref: Ref) -> float:
        """There are no parameters."""
        return float("nan")

    def enter(self, iteration: int) -> float:
        """Move the cursor; past the end it begins anew."""
        self._point = self.calendar.of(iteration)[1]
        return float("nan")

    def observe(self, iteration: int) -> tuple[float, ...]:
        """Nothing besides."""
        return ()

    def is_finite(self) -> bool:
        """Functions are looked at where they are: an infinite loss at p = 0 is refused when the file is read."""
        return True

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """There is none."""
        return None

    @property
    def tape(self) -> FunctionsTape:
        """Values and slopes at the cursor."""
        return self._curves.at(self._point)

    def freeze(self, *, landed: bool) -> FunctionsTape:
        """The same: nothing of it is ever overwritten."""
        return self.tape

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """None to learn."""
        return ()

    def gradients(self) -> tuple[LayerParameters, ...]:
        """None either."""
        return ()

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(points, functions): every function over the whole sweep."""
        return self._curves.values.T, None, None

    def loss(self, *, landed: bool) -> None:
        """Nothing is trained."""
        return

    def validate(self, *, landed: bool) -> tuple[None, None]:
        """There are no data."""
        return None, None

    @property
    def data_calendar(self) -> Calendar:
        """There are no data: the sweep's."""
        return self.calendar

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names."""
        return self.tape.find(symbol.strip())

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Only what stands at the cursor does."""
        return ref.quantity in (VALUE, SLOPE, X)

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """The number at `ref`."""
        return self.tape.value(ref, 0)

    def region(self, x: Array, y: Array, *, landed: bool) -> None:
        """There is no plane of inputs."""
        return

    def probe(self) -> None:
        """Nothing is trained."""
        return
