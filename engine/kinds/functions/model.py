"""A sweep: iteration by iteration the cursor x moves on, and every function is evaluated there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.calendar import Calendar
from dlsim.engine.errors import WrongKindError
from dlsim.engine.functions.activations import ACTIVATIONS
from dlsim.engine.kinds.functions.body import FunctionsBody
from dlsim.engine.kinds.functions.tape import FunctionsTape, evaluate
from dlsim.engine.model import LayerParameters, Row, Table
from dlsim.engine.program import Op, Program
from dlsim.engine.reference import Ref

Array = NDArray[np.float64]


class FunctionsModel:
    """See engine/model.py: Model. There is no state: what stands at an x depends on x alone."""

    trains = True
    has_loss = False
    classes = None
    epochs = 1
    state_bytes = 16
    layer_names = ()
    curves = ()

    def __init__(self, body: FunctionsBody) -> None:
        self._body = body
        self.calendar = Calendar(len(body.sweep))
        evaluated = [evaluate(spec, body.sweep) for spec in body.functions]
        self.values = np.array([value for value, _ in evaluated])  # (functions, points)
        self.slopes = np.array([slope for _, slope in evaluated])  # (functions, points)
        self._softmax = np.empty((1, len(body.vector)))
        if len(body.vector):
            ACTIVATIONS["softmax"].value(body.vector.reshape(1, -1), self._softmax, {})
        self._point = 0
        self.program = self._program()
        self.tables = self._tables()

    def _program(self) -> Program:
        functions = range(len(self._body.functions))
        sloped = [number for number in functions if np.isfinite(self.slopes[number]).any()]
        units = len(self._body.vector)
        return Program(
            [
                Op("f", "forward", None, len(functions), lambda number: Ref("f", 0, (number,))),
                Op("softmax", "forward", None, units, lambda unit: Ref("softmax", 0, (unit,))),
                Op("sum", "forward", None, 1 if units else 0, lambda _: Ref("sum")),
                Op("slope", "backward", None, len(sloped), lambda place: Ref("slope", 0, (sloped[place],))),
            ]
        )

    def _tables(self) -> tuple[Table, ...]:
        rows = tuple(
            Row(
                spec.label,
                (
                    Ref("f", 0, (number,)),
                    Ref("slope", 0, (number,)) if np.isfinite(self.slopes[number]).any() else None,
                ),
            )
            for number, spec in enumerate(self._body.functions)
        )
        tables = [Table("functions", ("function_value", "function_slope"), rows)]
        if len(self._body.vector):
            units = range(len(self._body.vector))
            rows = tuple(Row(f"{unit + 1}", (Ref("v", 0, (unit,)), Ref("softmax", 0, (unit,)))) for unit in units)
            tables.append(Table("vector", ("=v", "=softmax(v)"), (*rows, Row("Σ", (None, Ref("sum"))))))
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
        return FunctionsTape(self._body, self._point, self.values, self.slopes, self._softmax[0])

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
        return self.values.T, None, None

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
        return ref.quantity in ("f", "slope", "x")

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """The number at `ref`."""
        return self.tape.value(ref, 0)

    def region(self, x: Array, y: Array, *, landed: bool) -> None:
        """There is no plane of inputs."""
        return

    def probe(self) -> None:
        """Nothing is trained."""
        return
