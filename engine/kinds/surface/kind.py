"""The kind "surface": its tables in a file, and what can be expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta

from dlsim.engine.functions.optimizers import DEFAULT_OPTIMIZER, OPTIMIZERS, read_optimizer
from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.surface.model import SurfaceBody, SurfaceModel
from dlsim.engine.kinds.surface.polynomial import COORDINATES, LARGEST_POWER, SURFACES, Polynomial, parse_term
from dlsim.engine.kinds.surface.quantities import HEIGHT, POINT, PRESENT_HEIGHT
from dlsim.engine.kinds.updates import update_quantities
from dlsim.engine.numbers import general
from dlsim.engine.quantity import Quantity
from dlsim.engine.scenario.spec import Expectation
from dlsim.engine.scenario.tables import Number, Place, Table, convert, count, number


class SurfaceTable(Table):
    """`[surface]`: one of the built-in surfaces by name, or `terms` of one's own."""

    function: str | None = None
    terms: dict[str, Number] | None = None
    start: list[Number] | None = None
    bounds: list[list[Number]] | None = None


class DescentTable(Table):
    """`[training]`: the optimizer, and how many updates it makes."""

    optimizer: str | dict[str, Any] = DEFAULT_OPTIMIZER
    epochs: Annotated[int, Meta(ge=1, le=10_000_000)] = 100


class SurfaceKind:
    """See engine/kinds/kind.py."""

    name = "surface"
    tables = ("surface", "training")

    def read(self, tables: Mapping[str, Any], source: Source) -> SurfaceBody:
        """`[surface]` and `[training]`. Raises ScenarioError."""
        top = Place(source.file, "")
        if "surface" not in tables:
            raise (top / "surface").error("the table [surface] is missing", None, "add [surface]")
        name, surface = _surface(convert(tables["surface"], SurfaceTable, top / "surface"), top / "surface")
        training = convert(tables.get("training", {}), DescentTable, top / "training")
        optimizer = read_optimizer(training.optimizer, top / "training" / "optimizer")
        return SurfaceBody(name, surface, optimizer, training.epochs)

    def judge(self, body: SurfaceBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist; there are no samples, so neither outputs nor accuracy."""
        place = Place(source.file, key)
        model = SurfaceModel(body)
        for symbol in expectation.values:
            ref = model.find(symbol)
            if ref is None:
                raise (place / "values" / symbol).error(
                    f"this surface has no number called {symbol!r}", symbol, f"use f, {_symbols(model)}"
                )
            if not expectation.after and model.belongs_to_iteration(ref):
                raise (place / "values" / symbol).error(
                    f"{symbol} belongs to an iteration, but after = 0 is before the first",
                    symbol,
                    "ask for it after = 1 or later",
                )
        for part in ("outputs", "accuracy"):
            if getattr(expectation, part) is not None:
                raise (place / part).error(f"a surface has no {part}", None, "use values, loss or loss_below")

    def build(self, body: SurfaceBody) -> SurfaceModel:
        """The point at its start."""
        return SurfaceModel(body)

    def quantities(self, body: SurfaceBody) -> Iterator[Quantity]:
        """See engine/kinds/kind.py: Kind."""
        optimizer = OPTIMIZERS[body.optimizer.name](body.optimizer.settings)
        yield from (HEIGHT, PRESENT_HEIGHT)
        yield from update_quantities(optimizer, POINT)


def _symbols(model: SurfaceModel) -> str:
    """What can be asked for of every coordinate."""
    names = []
    for axis in COORDINATES[: model.surface.dimensions]:
        names += [axis, f"∂f/∂{axis}", f"{axis}⁺", *(f"{slot}_{axis}⁺" for slot in model.optimizer.slots)]
    return ", ".join(names)


def _surface(table: SurfaceTable, place: Place) -> tuple[str, Polynomial]:
    if (table.function is None) == (table.terms is None):
        raise place.error(
            "a surface needs either a function or terms of its own",
            None,
            f"set function to one of {', '.join(SURFACES)}, or terms as in {{ 'x^2' = 1, 'y^2' = 0.5 }}",
        )
    if table.function is not None and table.function not in SURFACES:
        raise (place / "function").unknown("surface", table.function, SURFACES)
    given = SURFACES[table.function] if table.function is not None else _own(table.terms or {}, place / "terms")
    bounds = _bounds(table.bounds, given, place / "bounds")
    start = given.start
    if table.start is not None:
        start = tuple(number(value, place / "start" / axis) for axis, value in enumerate(table.start))
        if len(start) != given.dimensions:
            raise (place / "start").error(
                f"found {count(len(start), 'number')}", table.start, f"give {given.dimensions}, one per coordinate"
            )
    return table.function or "own", Polynomial(given.terms, start, bounds)


def _own(terms: Mapping[str, Number], place: Place) -> Polynomial:
    parsed: list[tuple[float, tuple[int, ...]]] = []
    for text, factor in terms.items():
        powers = parse_term(text)
        if powers is None:
            raise (place / text).error(
                f"{text!r} is not a term", text, f"write x^2, y, x*y^3 or 1, powers up to {LARGEST_POWER} in all"
            )
        parsed.append((number(factor, place / text), powers))
    if not any(any(powers) for _, powers in parsed):
        raise place.error("no term has an x or a y in it", dict(terms), "add one, for example 'x^2' = 1")
    dimensions = 2 if any(powers[1] for _, powers in parsed) else 1
    return Polynomial(
        tuple((factor, powers[:dimensions]) for factor, powers in parsed),
        (1.0,) * dimensions,
        ((-2.0, 2.0),) * dimensions,
    )


def _bounds(rows: list[list[Number]] | None, given: Polynomial, place: Place) -> tuple[tuple[float, float], ...]:
    if rows is None:
        return given.bounds
    if len(rows) != given.dimensions or any(len(row) != 2 for row in rows):
        raise place.error(
            "bounds do not fit the coordinates", rows, f"give {given.dimensions} rows of [least, greatest]"
        )
    bounds = []
    for axis, row in enumerate(rows):
        low, high = (number(value, place / axis / side) for side, value in enumerate(row))
        if low >= high:
            raise (place / axis).error(f"{general(low)} is not below {general(high)}", row, "give the lesser one first")
        bounds.append((low, high))
    return tuple(bounds)


SURFACE = SurfaceKind()
