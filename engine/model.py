"""What a kind of scenario brings to the timeline: a program, a tape, a state, and how to read them; and the calendar,
which says what epoch and what batch an iteration is.

The timeline, the simulator, the keys and the verbs know only what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.classes import Classes
from dlsim.engine.errors import WrongKindError
from dlsim.engine.functions.optimizers import Optimizer
from dlsim.engine.program import Op, Program, Tape
from dlsim.engine.quantity import Ref
from dlsim.engine.random import Random

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class Row(Struct, frozen=True):
    """A line of a table: a label, and a reference or nothing in each column."""

    label: str
    cells: tuple[Ref | None, ...]
    group: int | None = None  # the layer, where rows belong to one
    sample: int | None = None  # the row of the training data, from 0, where the line is one


class Table(Struct, frozen=True):
    """A table of numbers, listed by reference; `key`, `columns` and `labels` are keys of the words catalogue. What
    follows a "=" in a column is shown as it stands (a symbol, a feature's name), after the key's word if there is one.
    """

    key: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    labels: str = ""  # what the rows' labels are, where that is said
    per_sample: int = 1  # rows for each sample, in a table of data
    spare: tuple[str, ...] = ()  # columns that go, in this order, where there is little room


class Probe(Protocol):
    """A loss as a function of any one parameter, everything else as it is on the tape."""

    @property
    def size(self) -> int:
        """How many parameters there are."""

    def symbol(self, place: int) -> str:
        """What the parameter is called."""

    def gradient(self, place: int) -> float:
        """Its gradient on the tape."""

    def gradients(self) -> Array:
        """(size,): those of all, place by place."""

    def loss(self, place: int, offset: complex) -> complex:
        """The loss with `offset` added to it."""

    def is_at_kink(self) -> bool:
        """Whether the last evaluation began on a kink that the parameter leads away from."""

    def is_in_range(self) -> bool:
        """Whether an imaginary offset stayed so small in all that the last evaluation made of it that its square is
        nothing, and the numbers themselves small enough for the loss to be computed as it is written.
        """

    def rounding(self) -> Array:
        """(size,): how far rounding may have moved each gradient: as far as they move when the last bits of all that
        goes into them change.
        """


LayerParameters = tuple[Array, Array | None]
"""(weights (n×j), biases (j,) or None)."""


class Model(Protocol):
    """One running scenario. Its state has a before (at the start of the iteration on the tape) and an after.

    `landed` says which of the two counts as present: the after, once the update has been revealed.
    """

    @property
    def program(self) -> Program:
        """The ops of one iteration."""

    @property
    def trains(self) -> bool:
        """False: a single pass, one iteration that leads nowhere."""

    @property
    def has_loss(self) -> bool:
        """Whether iterations have a loss: what `enter` returns counts."""

    @property
    def classes(self) -> Classes | None:
        """When an answer is right; None where targets are no classes, and there is no accuracy."""

    @property
    def calendar(self) -> Calendar:
        """Which epoch and batch an iteration belongs to."""

    @property
    def data_calendar(self) -> Calendar:
        """The same of passes through the training data: where a batch is all of them, one batch each."""

    @property
    def epochs(self) -> int:
        """The scenario's own length; 0 where nothing is trained."""

    @property
    def tables(self) -> Sequence[Table]:
        """The tables of numbers, in the order in which they are offered."""

    @property
    def curves(self) -> Sequence[str]:
        """What is observed besides the loss, by the keys of the words catalogue."""

    @property
    def curve_numbers(self) -> Mapping[str, Ref]:
        """What each of `curves` goes through; and the loss "over_all" training data, where there is one."""

    @property
    def layer_names(self) -> Sequence[tuple[int, str]]:
        """(units, activation) of what `parameters` lists."""

    def start(self) -> None:
        """Put the state back to where the scenario begins."""

    def save(self) -> Any:
        """A copy of the state before the iteration on the tape."""

    def restore(self, state: Any) -> None:
        """Make a saved state the one before the next iteration."""

    def accept(self) -> None:
        """Let the after state take its place: it becomes the before of the next iteration."""

    def begin_at(self, iteration: int, before: Any) -> None:
        """Count epochs and the optimizer's updates as a run does that was `before`, of the same kind, until
        `iteration`.
        """

    def carry_over(self, before: Any) -> None:
        """Take over the state of the model that ran before, whose update has been accepted, as far as it fits."""

    def is_parameter(self, ref: Ref) -> bool:
        """Whether `set_number` can set it."""

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """The parameter at an index of what `parameters` has as weights (0) or biases (1) of a layer, from 1."""

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a parameter in the before state."""

    def number_in(self, state: Any, ref: Ref) -> float:
        """A parameter as a saved state has it; NaN for what is none."""

    @property
    def state_bytes(self) -> int:
        """What one saved state costs, in bytes."""

    def enter(self, iteration: int) -> float:
        """Compute the whole tape of `iteration` (from 1) from the state before it; return its loss."""

    def observe(self, iteration: int) -> Sequence[float]:
        """A number for each of `curves` at the iteration just entered; NaN where it is not due."""

    def is_finite(self) -> bool:
        """Whether every number on the tape and in the after state is finite."""

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value of the op, row of the batch) of the first number that is not finite, in program order."""

    @property
    def tape(self) -> Tape:
        """The tape itself, overwritten by the next `enter`."""

    def freeze(self, *, landed: bool) -> Tape:
        """A copy of the tape that stays as it is."""

    def parameters(self, *, landed: bool) -> Sequence[LayerParameters]:
        """Weights and biases by layer: read-only views."""

    def gradients(self) -> Sequence[LayerParameters]:
        """Their gradients on the tape: read-only views."""

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) over the whole training set at the present parameters; None where there is none."""

    def loss(self, *, landed: bool) -> float | None:
        """The same loss alone, which a run may ask for again and again."""

    def validate(self, *, landed: bool) -> tuple[float | None, float | None]:
        """(loss, accuracy) over the data kept back; None, None where there are none."""

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names, None where there is no such number."""

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """The number at `ref` as `expect` means it: present parameters, a forward pass there over the first
        sample, or what the iteration on the tape left.
        """

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Whether an iteration leaves the number at `ref` (gradients, new weights), so that none did at 0."""

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """(len(y), len(x)) outputs over a plane of two inputs at the present parameters; None where there is none."""

    def probe(self) -> Probe | None:
        """The loss on the tape as a function of each parameter; None where nothing is trained."""


class Calendar(Struct):
    """`batches` iterations make an epoch; epoch `epoch` (from 0) begins at iteration `start` (from 1)."""

    batches: int
    start: int = 1
    epoch: int = 0

    def of(self, iteration: int) -> tuple[int, int]:
        """(epoch, batch), both from 0."""
        epochs, batch = divmod(iteration - self.start, self.batches)
        return self.epoch + epochs, batch

    def first(self, epoch: int) -> int:
        """The first iteration of an epoch."""
        return self.start + (epoch - self.epoch) * self.batches

    def go_on(self, iteration: int, before: Calendar) -> None:
        """Count on from a run that was `before` until `iteration`: in step with it where its epochs were as long,
        else with a new epoch.
        """
        if self.batches == before.batches:
            self.start, self.epoch = before.start, before.epoch
            return
        epoch, batch = before.of(iteration)
        self.start, self.epoch = iteration, epoch + (batch > 0)


class Epochs(Struct, frozen=True):
    """How far a run has come in epochs: by a calendar for each of its segments, in order."""

    calendars: Sequence[Calendar]

    def done(self, updates: Array) -> Array:
        """How many epochs are done, parts of one included, after so many updates."""
        starts, epochs, batches = np.array([(each.start, each.epoch, each.batches) for each in self.calendars]).T
        # One that a run goes on with in the middle of an epoch begins where that epoch did: the last that has begun.
        which = np.maximum(np.searchsorted(starts, updates, side="right") - 1, 0)
        return np.asarray(epochs[which] + (updates - starts[which] + 1) / batches[which], dtype=np.float64)


class Batches:
    """The data cut into batches, in the order of the data or, with a `seed`, in another one every epoch."""

    def __init__(self, rows: int, size: int, seed: int | None) -> None:
        self.size = min(size, rows)
        self.calendar = Calendar(-(-rows // self.size))
        self._rows = rows
        self._seed = seed
        self._order: tuple[int, Indices] = (-1, np.arange(0))  # of an epoch; a run of many segments has many of these

    def of(self, iteration: int) -> tuple[Sequence[int], slice | Indices]:
        """(rows of its batch, the same to index arrays with); the last batch of an epoch may be shorter."""
        epoch, number = self.calendar.of(iteration)
        start = number * self.size
        stop = min(start + self.size, self._rows)
        if self._seed is None:
            return range(start, stop), slice(start, stop)  # a slice is not copied
        rows = self._order_of(epoch, self._seed)[start:stop]
        return rows, rows  # type: ignore[return-value]  # an array reads like a sequence

    def _order_of(self, epoch: int, seed: int) -> Indices:
        if self._order[0] != epoch:
            self._order = epoch, Random(seed, epoch).permutation(self._rows)
        return self._order[1]


class FlatState:
    """The part of a `Model` that holds its state as two arrays that trade places: before the update and after.

    `initial` holds the parameters, then the optimizer's slots, in whatever shape the kind gives them.
    """

    def __init__(self, initial: Array, optimizer: Optimizer | None, calendar: Calendar) -> None:
        self._optimizer = optimizer
        self.calendar = calendar
        self._initial = initial
        self._first_update = 1  # the optimizer's own count starts here
        self._states = (initial.copy(), initial.copy())
        self._before = 0  # which of the two is the one before the update

    def _state(self, *, landed: bool) -> Array:
        """The state after the update if that has landed, else the one before it."""
        return self._states[1 - self._before if landed else self._before]

    @property
    def data_calendar(self) -> Calendar:
        """An epoch is a pass through the data."""
        return self.calendar

    def start(self) -> None:
        """Put the initial state back."""
        self.restore(self._initial)

    def save(self) -> Array:
        """The parameters and the optimizer state before the iteration on the tape."""
        return self._states[self._before].copy()

    def restore(self, state: Array) -> None:
        """Make `state` the one before the next iteration."""
        for flat in self._states:  # what no update touches (frozen parameters) stands in both
            flat[:] = state

    def accept(self) -> None:
        """The new parameters take their places."""
        self._before = 1 - self._before

    @property
    def state_bytes(self) -> int:
        """What a saved state costs: its numbers, and the array object around them."""
        return self._initial.nbytes + 96 + 16 * self._initial.ndim

    def begin_at(self, iteration: int, before: FlatState | None) -> None:
        """Epochs of another length begin anew, and so does another optimizer's count; both where there was none
        `before`.
        """
        if before is None:
            self.calendar.start = self._first_update = iteration
            return
        self.calendar.go_on(iteration, before.calendar)
        is_same = type(self._optimizer) is type(before._optimizer)
        self._first_update = before._first_update if is_same else iteration

    def _update_number(self, iteration: int) -> int:
        """The optimizer's own count, from 1."""
        return iteration - self._first_update + 1


class Sweep:
    """The part of a `Model` that goes through so many points, one an iteration, and learns nothing by itself.

    What is learnt is a network's `beside` it, where there is one: state, parameters, gradients and loss are its own.
    """

    trains = True
    no_parameters: str
    """Why none can be named."""
    no_setting: str
    """Why what is looked at cannot be set, and what can be done instead."""

    def __init__(self, points: int, beside: Model | None = None) -> None:
        self.calendar = Calendar(points)
        self.beside = beside
        self.has_loss = beside is not None and beside.has_loss
        self.classes = beside.classes if beside else None
        self.layer_names = beside.layer_names if beside else ()
        self._point = 0

    def start(self) -> None:
        """Back to the first point, and the network to its first weights."""
        self._point = 0
        if self.beside:
            self.beside.start()

    def save(self) -> Any:
        """The network's state; by itself it has none that the number of the iteration does not tell."""
        return self.beside.save() if self.beside else None

    def restore(self, state: Any) -> None:
        """Make a saved state the one before the next iteration."""
        if self.beside:
            self.beside.restore(state)

    def accept(self) -> None:
        """The network's new weights take their places."""
        if self.beside:
            self.beside.accept()

    @property
    def state_bytes(self) -> int:
        """What a saved state costs."""
        return self.beside.state_bytes if self.beside else 16

    def begin_at(self, iteration: int, before: Sweep) -> None:
        """Count on."""
        self.calendar.go_on(iteration, before.calendar)
        if self.beside:
            self.beside.begin_at(iteration, before.beside)

    def carry_over(self, before: Sweep) -> None:
        """Keep what the network has learnt."""
        if self.beside and before.beside:
            self.beside.carry_over(before.beside)

    def is_parameter(self, ref: Ref) -> bool:
        """The network's are."""
        return self.beside is not None and self.beside.is_parameter(ref)

    def parameter_at(self, layer: int, which: int, index: tuple[int, ...]) -> Ref:
        """The network's. Raises WrongKindError without one."""
        if self.beside is None:
            raise WrongKindError(self.no_parameters)
        return self.beside.parameter_at(layer, which, index)

    def set_number(self, ref: Ref, number: float) -> None:
        """Set one of the network's parameters. Raises WrongKindError for any other number."""
        if self.beside is None or not self.beside.is_parameter(ref):
            raise WrongKindError(self.no_setting)
        self.beside.set_number(ref, number)

    def number_in(self, state: Any, ref: Ref) -> float:
        """One of the network's parameters as a saved state has it."""
        if self.beside is None or not self.beside.is_parameter(ref):
            return float("nan")
        return self.beside.number_in(state, ref)

    def enter(self, iteration: int) -> float:
        """On to the next point; past the last one it begins anew. The network's loss, NaN without one."""
        self._point = self.calendar.of(iteration)[1]
        return self.beside.enter(iteration) if self.beside else float("nan")

    def is_finite(self) -> bool:
        """Its own numbers always are: what would be infinite is refused when the file is read."""
        return self.beside is None or self.beside.is_finite()

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """The network's."""
        return self.beside.first_trouble() if self.beside else None

    def parameters(self, *, landed: bool) -> Sequence[LayerParameters]:
        """The network's."""
        return self.beside.parameters(landed=landed) if self.beside else ()

    def gradients(self) -> Sequence[LayerParameters]:
        """The network's."""
        return self.beside.gradients() if self.beside else ()

    def loss(self, *, landed: bool) -> float | None:
        """The network's."""
        return self.beside.loss(landed=landed) if self.beside else None

    def validate(self, *, landed: bool) -> tuple[float | None, float | None]:
        """The network's."""
        return self.beside.validate(landed=landed) if self.beside else (None, None)

    @property
    def data_calendar(self) -> Calendar:
        """The network's own, however many points there are."""
        return self.beside.data_calendar if self.beside else self.calendar

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """(len(y), len(x)): the network's output over the plane."""
        return self.beside.region(x, y, landed=landed) if self.beside else None

    def probe(self) -> Probe | None:
        """The network's loss as a function of each parameter."""
        return self.beside.probe() if self.beside else None
