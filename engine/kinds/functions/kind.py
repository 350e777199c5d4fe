"""The kind "functions": its table in a file, what can be expected, and a sweep: in each iteration x moves on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from msgspec import field
from msgspec.structs import replace

from dlsim.engine.functions.activations import ACTIVATION_NAMES, ACTIVATIONS
from dlsim.engine.functions.losses import LOSS_NAMES, LOSSES
from dlsim.engine.kinds import Source, check_symbols, refuse_parts
from dlsim.engine.kinds.functions.quantities import (
    SLOPE,
    SOFTMAX,
    SUM,
    TARGET,
    VALUE,
    FunctionsTape,
    V,
    X,
    setting,
    slope_at,
    value_at,
)
from dlsim.engine.model import Row, Sweep, Table
from dlsim.engine.numbers import general
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Array, Body, Expectation, FunctionSpec
from dlsim.engine.scenario.tables import Number, Place, TomlTable, convert, frozen, number, read_settings, vector
from dlsim.engine.text import shown


class FunctionsBody(Body, frozen=True):
    """`[functions]`: what is shown, over which x, and a vector for softmax (empty for none)."""

    functions: tuple[FunctionSpec, ...]
    sweep: Array  # (points,)
    vector: Array  # (units,)

    @property
    def wording(self) -> str:
        """An iteration is an x."""
        return "functions"


class FunctionsModel(Sweep):
    """See engine/model.py: Model. There is no state: what stands at an x depends on x alone."""

    epochs = 1
    curves = ()
    curve_numbers: Mapping[str, Ref] = {}
    no_parameters = "functions have no parameters"
    no_setting = "functions have no parameters; change the scenario's own values"

    def __init__(self, body: FunctionsBody) -> None:
        super().__init__(len(body.sweep))
        self._curves = FunctionsTape(body.functions, body.sweep, body.vector)
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

    def observe(self, iteration: int) -> tuple[float, ...]:
        """Nothing besides."""
        return ()

    @property
    def tape(self) -> FunctionsTape:
        """Values and slopes at the cursor."""
        return self._curves.at(self._point)

    def freeze(self, *, landed: bool) -> FunctionsTape:
        """The same: nothing of it is ever overwritten."""
        return self.tape

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(points, functions): every function over the whole sweep."""
        return self._curves.values.T, None, None

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names."""
        return self.tape.find(symbol.strip())

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Only what stands at the cursor does."""
        return ref.quantity in (VALUE, SLOPE, X)

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """The number at `ref`."""
        return self.tape.value(ref, 0)


MOST_POINTS = 10_001
FARTHEST = 1e6
SMALLEST_STEP = 1e-9


class SweepTable(TomlTable, rename={"start": "from", "stop": "to"}):
    """`sweep`: from one x to another, which is included where whole steps lead there."""

    examples: ClassVar[Mapping[str, str]] = {"from": "-6", "to": "6", "step": "0.5"}

    start: Number
    stop: Number
    step: Number


class FunctionsTable(TomlTable):
    """`[functions]`: what is shown, over which x; `vector` is what softmax is looked at with."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {"show": ("functions", "activations", "names")}
    examples: ClassVar[Mapping[str, str]] = {"show": "['sigmoid']", "sweep": "{ from = -6, to = 6, step = 0.5 }"}

    show: list[str | dict[str, Any]]
    sweep: dict[str, Any]
    vector: list[Number] = field(default_factory=list)


class FunctionsKind:
    """See engine/kinds/__init__.py."""

    name = "functions"
    tables: Mapping[str, type[TomlTable]] = {"functions": FunctionsTable}

    def read(self, tables: Mapping[str, Any], source: Source) -> FunctionsBody:
        """`[functions]`. Raises ScenarioError."""
        place = Place(source.file, "functions")
        if "functions" not in tables:
            raise place.error("the table [functions] is missing", None, "add [functions]")
        table = convert(tables["functions"], FunctionsTable, place)
        if not table.show:
            raise (place / "show").error("nothing to show", table.show, f"name some of {', '.join(_names())}")
        functions = _told_apart([_function(entry, place / "show" / n) for n, entry in enumerate(table.show)], place)
        sweep = _sweep(convert(table.sweep, SweepTable, place / "sweep"), place / "sweep")
        first, last = float(sweep[0]), float(sweep[-1])
        if any(spec.target is not None for spec in functions) and not (sweep.min() > 0 and sweep.max() < 1):
            raise (place / "sweep").error(
                f"a prediction lies between 0 and 1, but this goes from {general(first)} to {general(last)}",
                table.sweep,
                "set from above 0 and to below 1, for example 0.01 and 0.99",
            )
        return FunctionsBody(functions, sweep, vector(table.vector, place / "vector"))

    def judge(self, body: FunctionsBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist; there is no training, so only values can be expected."""
        place = Place(source.file, key)
        model = FunctionsModel(body)
        label = body.functions[0].label
        hint = f"use x, {label}(x), {label}(0.5), {label}′(0.5), v1, where such a value or slope exists"
        late = (
            "{} is read at the cursor, but after = 0 is before the first x",
            "ask for it after = 1 or later, or name the x in place of the letter",
        )
        unknown = ("nothing here is called {}", hint)
        check_symbols(expectation, place, model.find, model.belongs_to_iteration, unknown=unknown, late=late)
        refuse_parts(
            expectation, place, ("outputs", "loss", "loss_below", "accuracy"), "functions have no {}", "use values"
        )

    def build(self, body: FunctionsBody) -> FunctionsModel:
        """The cursor at the first x."""
        return FunctionsModel(body)

    def quantities(self, body: FunctionsBody) -> Iterator[Quantity]:
        """See engine/kinds/__init__.py: Kind. Of values and slopes elsewhere, those at the first x."""
        first = float(body.sweep[0])
        yield from (X, VALUE, SLOPE, value_at(first), slope_at(first))
        settings = (name for spec in body.functions for name in spec.settings)
        yield from map(setting, dict.fromkeys(settings))
        if any(spec.target is not None for spec in body.functions):
            yield TARGET
        if len(body.vector):
            yield from (V, SOFTMAX, SUM)


def _names() -> tuple[str, ...]:
    return (*ACTIVATIONS, *LOSSES)


def _function(entry: str | dict[str, Any], place: Place) -> FunctionSpec:
    table = {"name": entry} if isinstance(entry, str) else dict(entry)
    name = table.pop("name", None)
    if not isinstance(name, str):
        raise (place / "name").error("the function has no name", name, f"there are: {', '.join(_names())}")
    if name in ACTIVATIONS:
        return FunctionSpec(name, read_settings(table, name, ACTIVATIONS[name].settings, place))
    if name not in LOSSES:
        raise place.unknown("function", name, ACTIVATION_NAMES | LOSS_NAMES)
    target = number(table.pop("target", 1.0), place / "target")
    if not 0 <= target <= 1:
        raise (place / "target").error(f"found {shown(target)}", target, "this must be a number from 0 to 1")
    read_settings(table, name, (), place)
    return FunctionSpec(name, {}, target)


def _told_apart(functions: list[FunctionSpec], place: Place) -> tuple[FunctionSpec, ...]:
    """Two of one name show their settings; the same function twice is a slip."""
    names = [spec.name for spec in functions]
    told_apart = [
        replace(spec, shows_settings=bool(spec.settings) and names.count(spec.name) > 1) for spec in functions
    ]
    labels = [spec.label for spec in told_apart]
    for n, label in enumerate(labels):
        if label in labels[:n]:
            raise (place / "show" / n).error(f"{label} is there already", label, "remove one, or change its settings")
    return tuple(told_apart)


def _sweep(table: SweepTable, place: Place) -> Array:
    """Every x is a whole number of steps from the first, rounded to twelve decimals: 0.1, not 0.09999999999999964."""
    start, stop, step = (
        number(value, place / name) for name, value in (("from", table.start), ("to", table.stop), ("step", table.step))
    )
    way = f"it goes from {general(start)} to {general(stop)} in steps of {general(step)}"
    if step <= 0 or stop <= start:
        raise place.error(way, None, "go upwards, in steps > 0")
    if max(abs(start), abs(stop)) > FARTHEST or not SMALLEST_STEP <= step <= stop - start:
        raise place.error(
            way, None, f"stay within ±{FARTHEST:,.0f}, with steps from {general(SMALLEST_STEP)} to the whole range"
        )
    points = int((stop - start) / step + 1e-9) + 1  # 0.3/0.1 is 2.9999999999999996
    if points > MOST_POINTS:
        raise (place / "step").error(f"that makes {points:,} points", table.step, f"at most {MOST_POINTS:,}")
    return frozen(np.round(start + np.arange(points) * step, 12))


FUNCTIONS = FunctionsKind()
