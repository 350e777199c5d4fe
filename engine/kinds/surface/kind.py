"""The kind "surface": its tables in a file, what can be expected, and a point on a surface, moved by an optimizer: the
same ops as in a network, with nothing in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from dlsim.engine.functions.optimizers import DEFAULT_OPTIMIZER, OPTIMIZERS, read_optimizer, setting_of_optimizer
from dlsim.engine.kinds import Source, check_symbols, refuse_parts
from dlsim.engine.kinds.probe import how_far
from dlsim.engine.kinds.surface.quantities import (
    COORDINATES,
    HEIGHT,
    LARGEST_POWER,
    POINT,
    PRESENT_HEIGHT,
    SLOPE,
    SURFACES,
    Polynomial,
    SurfaceTape,
    parse_term,
)
from dlsim.engine.kinds.updates import (
    CHANGE,
    OWN_RATE,
    PLUS,
    RATE,
    UPDATE,
    memory_columns,
    spare_columns,
    update_columns,
    update_quantities,
)
from dlsim.engine.model import Calendar, FlatState, LayerParameters, Row, Table
from dlsim.engine.numbers import general
from dlsim.engine.program import Op, Program, first_trouble
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Body, Expectation, OptimizerSpec
from dlsim.engine.scenario.tables import EPOCHS, Number, Place, TomlTable, convert, count, number

Array = NDArray[np.float64]


class SurfaceBody(Body, frozen=True):
    """`[surface]` and `[training]`; `name` is the surface's, "own" for one written out in the file."""

    name: str
    surface: Polynomial
    optimizer: OptimizerSpec
    epochs: int

    @property
    def coordinates(self) -> tuple[str, ...]:
        """x, or x and y."""
        return COORDINATES[: self.surface.dimensions]


class SurfaceModel(FlatState):
    """See engine/model.py: Model. The state is (1 + slots, dimensions): the point, then the optimizer's slots."""

    trains = True
    has_loss = True
    curve_numbers: Mapping[str, Ref] = {}
    classes = None

    def __init__(self, body: SurfaceBody) -> None:
        self.surface = body.surface
        self.epochs = body.epochs
        names = COORDINATES[: self.surface.dimensions]
        self.curves = (*names, *(f"{OWN_RATE}{name}" for name in names))
        self.layer_names = ((self.surface.dimensions, body.name),)
        optimizer = OPTIMIZERS[body.optimizer.name](body.optimizer.settings)
        initial = np.zeros((1 + len(optimizer.slots), self.surface.dimensions))
        initial[0] = self.surface.start
        super().__init__(initial, optimizer, Calendar(1))
        self.optimizer = optimizer
        self._slopes = tuple(self.surface.slope(axis) for axis in range(self.surface.dimensions))
        self.program = self._program()
        self.tables = tuple(self._tables())
        self._gradient, self._work = np.zeros(self.surface.dimensions), np.zeros(self.surface.dimensions)
        self._height = 0.0
        self._iteration = 1

    def _program(self) -> Program:
        def along(quantity: Quantity) -> Op:
            return Op(quantity, "backward", None, self.surface.dimensions, lambda axis: Ref(quantity, 0, (axis,)))

        ops = [Op(HEIGHT, "forward", None, 1, lambda _: Ref(HEIGHT)), along(SLOPE)]
        if self.optimizer.rate_notation:
            ops.append(Op(RATE, "backward", None, 1, lambda _: Ref(RATE)))
        ops += [along(POINT.new_slot(slot)) for slot in self.optimizer.slots]
        ops += [along(POINT.new), Op(UPDATE, "update", None, 1, lambda _: Ref(UPDATE))]
        return Program(ops)

    def _tables(self) -> Iterator[Table]:
        """The update of each coordinate; and what the optimizer has for its own, which hardly fits beside that."""
        line = (POINT, SLOPE, POINT.change, POINT.new)
        yield Table("weights", update_columns(None), self._rows(line), spare=spare_columns(None))
        has_own = bool(self.optimizer.own_rate_notation)
        memory = tuple(POINT.memory(self.optimizer))
        columns = memory_columns(self.optimizer)
        yield Table(
            "optimizer", columns if has_own else (*columns, "=η"), self._rows(memory, () if has_own else (RATE,))
        )

    def _rows(self, line: Sequence[Quantity], shared: Sequence[Quantity] = ()) -> tuple[Row, ...]:
        """A row for each coordinate, with numbers of its own and then those that all share."""
        return tuple(
            Row(COORDINATES[axis], (*(Ref(quantity, 0, (axis,)) for quantity in line), *map(Ref, shared)))
            for axis in range(self.surface.dimensions)
        )

    # state

    def carry_over(self, before: SurfaceModel) -> None:
        """The point stays where it is; an optimizer of the same kind keeps its memory."""
        state = self._initial.copy()
        after = before._state(landed=False)  # it has been accepted
        if self.surface.dimensions == before.surface.dimensions:
            state[0] = after[0]
            if self.optimizer.slots == before.optimizer.slots:
                state[:] = after
        self.restore(state)

    def is_parameter(self, ref: Ref) -> bool:
        """The coordinates."""
        return ref.quantity in (POINT, POINT.now)

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """The coordinates stand as the weights of a single layer."""
        return Ref(POINT, 0, index[1:])

    def set_number(self, ref: Ref, number: float) -> None:
        """Put a coordinate elsewhere."""
        self._state(landed=False)[0, ref.index[0]] = number

    def number_in(self, state: Array, ref: Ref) -> float:
        """A coordinate as a saved state (1 + slots, dimensions) has it."""
        return float(state[0, ref.index[0]]) if self.is_parameter(ref) else float("nan")

    # one iteration

    def enter(self, iteration: int) -> float:
        """Height and slopes at the point, then the optimizer's step; the height is the loss."""
        before, after = self._state(landed=False), self._state(landed=True)
        point = before[0]
        self._height = float(self.surface.value(*point))
        for axis, slope in enumerate(self._slopes):
            self._gradient[axis] = slope.value(*point)
        self.optimizer.update_into(
            self._gradient,
            tuple(before[1:]),
            point,
            self._update_number(iteration),
            tuple(after[1:]),
            after[0],
            self._work,
        )
        self._iteration = iteration
        return self._height

    def observe(self, iteration: int) -> tuple[float, ...]:
        """The point before the update, its way over the surface; and the rate that each coordinate is moved by."""
        before, after = self._state(landed=False), self._state(landed=True)
        rate = self.optimizer.own_rate(self._update_number(iteration), tuple(before[1:]), tuple(after[1:]))
        return (*before[0], *np.broadcast_to(rate, before[0].shape))

    def is_finite(self) -> bool:
        """Whether height, slopes and new state are finite."""
        numbers = (self._height, self._gradient, self._state(landed=True))
        return all(bool(np.isfinite(each).all()) for each in numbers)

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """The first number that is not finite."""
        return first_trouble(self.program, self.tape)

    # reading

    @property
    def tape(self) -> SurfaceTape:
        """The tape itself."""
        return self._reader(self._state(landed=False), self._state(landed=True), self._gradient, landed=False)

    def freeze(self, *, landed: bool) -> SurfaceTape:
        """A copy of it."""
        before, after = self._state(landed=False).copy(), self._state(landed=True).copy()
        return self._reader(before, after, self._gradient.copy(), landed=landed)

    def _reader(self, before: Array, after: Array, gradient: Array, *, landed: bool) -> SurfaceTape:
        update = self._update_number(self._iteration)
        return SurfaceTape(self.surface, self.optimizer, before, after, gradient, self._height, update, landed=landed)

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """The point, as the weights (1×dimensions) of a single layer."""
        view = self._state(landed=landed)[:1].view()
        view.flags.writeable = False
        return ((view, None),)

    def gradients(self) -> tuple[LayerParameters, ...]:
        """The slopes, shaped alike."""
        view = self._gradient.reshape(1, -1).view()
        view.flags.writeable = False
        return ((view, None),)

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """The present height, as output (1, 1) and as loss."""
        point = self._state(landed=landed)[0]
        with np.errstate(all="ignore"):
            height = float(self.surface.value(*point))
        return np.array([[height]]), height, None

    def loss(self, *, landed: bool) -> float | None:
        """The present height."""
        return self.evaluate(landed=landed)[1]

    def validate(self, *, landed: bool) -> tuple[None, None]:
        """There are no data."""
        return None, None

    def find(self, symbol: str) -> Ref | None:
        """x, y, f, ∂f/∂x, x⁺, Δx, v_x, v_x⁺."""
        known = {"f": Ref(HEIGHT), "E": Ref(HEIGHT)}
        for axis, name in enumerate(COORDINATES[: self.surface.dimensions]):
            known[name] = Ref(POINT.now, 0, (axis,))
            known[f"{name}{PLUS}"] = known[f"{name}+"] = Ref(POINT.new, 0, (axis,))
            known[f"{CHANGE}{name}"] = Ref(POINT.change, 0, (axis,))
            if self.optimizer.own_rate_notation:
                known[f"{OWN_RATE}{name}"] = Ref(POINT.own_rate, 0, (axis,))
            known[f"∂f/∂{name}"] = Ref(SLOPE, 0, (axis,))
            for slot in self.optimizer.slots:
                for written in (f"{slot}_{name}", f"{slot}_{name}{PLUS}", f"{slot}_{name}+"):
                    known[written] = Ref(POINT.new_slot(slot), 0, (axis,))
        return known.get(symbol.strip())

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Slopes, slots and new coordinates; the point and its height are there from the start."""
        return not ref.quantity.of_forward_pass and ref.quantity is not POINT.now

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model."""
        if ref.quantity is HEIGHT:
            return float(self.evaluate(landed=landed)[0][0, 0])
        return self.freeze(landed=landed).value(ref, 0)

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """(len(y), len(x)): the height over the plane; None on a line."""
        if self.surface.dimensions == 1:
            return None
        across, up = np.meshgrid(x, y)
        return np.asarray(self.surface.value(across, up), dtype=np.float64)

    def probe(self) -> SurfaceProbe:
        """The height as a function of each coordinate."""
        return SurfaceProbe(self)

    @property
    def point(self) -> Array:
        """(dimensions,): where the iteration on the tape begins."""
        point: Array = self._state(landed=False)[0]
        return point

    @property
    def slopes(self) -> Array:
        """(dimensions,): the slopes on the tape."""
        return self._gradient

    def slopes_at(self, point: Array) -> Array:
        """(dimensions,): the slopes anywhere."""
        return np.array([slope.value(*point) for slope in self._slopes])


class SurfaceProbe:
    """See engine/model.py: Probe. Polynomials are smooth, and take complex numbers as they are."""

    def __init__(self, model: SurfaceModel) -> None:
        self._model = model
        self.size = model.surface.dimensions

    def symbol(self, place: int) -> str:
        """x or y."""
        return COORDINATES[place]

    def gradient(self, place: int) -> float:
        """The slope along it."""
        return float(self._model.slopes[place])

    def gradients(self) -> Array:
        """(size,): the slopes along all."""
        return self._model.slopes

    def loss(self, place: int, offset: complex) -> complex:
        """The height with `offset` added to the coordinate."""
        point = [complex(coordinate) for coordinate in self._model.point]
        point[place] += offset
        return complex(self._model.surface.value(*point))  # type: ignore[arg-type]

    def is_at_kink(self) -> bool:
        """There are none."""
        return False

    def is_in_range(self) -> bool:
        """A polynomial that is finite is."""
        return True

    def rounding(self) -> Array:
        """(size,): see engine/model.py: Probe."""
        model = self._model
        return how_far(model.slopes, lambda shake: model.slopes_at(shake(model.point)))


class SurfaceTable(TomlTable):
    """`[surface]`: one of the built-in surfaces by name, or `terms` of one's own."""

    function: str | None = None
    terms: dict[str, Number] | None = None
    start: list[Number] | None = None
    bounds: list[list[Number]] | None = None


class DescentTable(TomlTable):
    """`[training]`: the optimizer, and how many updates it makes."""

    also: ClassVar[Mapping[str, tuple[str, ...]]] = {"optimizer": ("optimiser", "solver"), "epochs": EPOCHS}

    optimizer: str | dict[str, Any] = DEFAULT_OPTIMIZER
    epochs: Annotated[int, Meta(ge=1, le=10_000_000)] = 100


class SurfaceKind:
    """See engine/kinds/__init__.py."""

    name = "surface"
    tables: Mapping[str, type[TomlTable]] = {"surface": SurfaceTable, "training": DescentTable}

    def read(self, tables: Mapping[str, Any], source: Source) -> SurfaceBody:
        """`[surface]` and `[training]`. Raises ScenarioError."""
        top = Place(source.file, "")
        if "surface" not in tables:
            raise (top / "surface").error("the table [surface] is missing", None, "add [surface]")
        name, surface = _surface(convert(tables["surface"], SurfaceTable, top / "surface"), top / "surface")
        written = tables.get("training", {})
        training = convert(written, DescentTable, top / "training", lambda key: setting_of_optimizer(key, written))
        optimizer = read_optimizer(training.optimizer, top / "training" / "optimizer")
        return SurfaceBody(name, surface, optimizer, training.epochs)

    def judge(self, body: SurfaceBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist; there are no samples, so neither outputs nor accuracy."""
        place = Place(source.file, key)
        model = SurfaceModel(body)
        unknown = ("this surface has no number called {}", f"use f, {_symbols(model)}")
        check_symbols(expectation, place, model.find, model.belongs_to_iteration, unknown=unknown)
        refuse_parts(
            expectation, place, ("outputs", "accuracy"), "a surface has no {}", "use values, loss or loss_below"
        )

    def build(self, body: SurfaceBody) -> SurfaceModel:
        """The point at its start."""
        return SurfaceModel(body)

    def quantities(self, body: SurfaceBody) -> Iterator[Quantity]:
        """See engine/kinds/__init__.py: Kind."""
        optimizer = OPTIMIZERS[body.optimizer.name](body.optimizer.settings)
        yield from (HEIGHT, PRESENT_HEIGHT)
        yield from update_quantities(optimizer, POINT)


def _symbols(model: SurfaceModel) -> str:
    """What can be asked for of every coordinate."""
    names = []
    for axis in COORDINATES[: model.surface.dimensions]:
        names += [axis, f"∂f/∂{axis}", f"{axis}⁺", *(f"{slot}_{axis}⁺" for slot in model.optimizer.slots)]
        names += [f"{OWN_RATE}{axis}"] if model.optimizer.own_rate_notation else []
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
