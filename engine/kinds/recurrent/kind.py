"""The kind "recurrent": simple recurrent networks over sequences, and a running one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from dlsim.engine.classes import accuracy, classes_of, no_accuracy
from dlsim.engine.functions.initialisers import initial_weights
from dlsim.engine.functions.losses import Loss
from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.layered.model import LayeredModel
from dlsim.engine.kinds.layered.probe import FlatProbe
from dlsim.engine.kinds.layered.quantities import T, batch_errors, layered_quantities
from dlsim.engine.kinds.recurrent import passes
from dlsim.engine.kinds.recurrent.arrays import (
    BatchOfSequences,
    RecurrentNaming,
    RecurrentStructure,
    sequence_arrays,
    work_size,
)
from dlsim.engine.kinds.recurrent.file import RecurrentBody, read_recurrent
from dlsim.engine.kinds.recurrent.program import RecurrentFinder, recurrent_program, recurrent_tables
from dlsim.engine.kinds.recurrent.tape import OF_STEPS, RecurrentTape
from dlsim.engine.kinds.shaking import Shake
from dlsim.engine.program import Op, first_trouble
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Expectation
from dlsim.engine.scenario.tables import Place


def recurrent_probe(
    structure: RecurrentStructure, naming: RecurrentNaming, tape: BatchOfSequences, loss: Loss
) -> FlatProbe:
    """The loss of the sequences on `tape` as a function of any one parameter: passes on arrays of complex numbers."""
    state = tape.before.astype(np.complex128)
    numbers = np.zeros(work_size(structure, tape.size), dtype=np.complex128)
    batch = sequence_arrays(structure, tape.size, numbers, state, state)
    batch.x, batch.t = tape.x, tape.t

    def loss_anew() -> complex:
        passes.forward(batch)
        return passes.loss(batch, loss)

    def shaken(shake: Shake) -> NDArray[Any]:
        state = shake(tape.before)
        batch = sequence_arrays(structure, tape.size, np.zeros(numbers.shape), state, state)
        batch.x, batch.t = shake(tape.x), shake(tape.t)
        for arrays in (batch.hidden, batch.output):
            activation = arrays.layer.activation
            arrays.layer = replace(arrays.layer, activation=replace(activation, value=shake.after(activation.value)))
        passes.forward(batch)
        passes.backward(batch, loss)
        return batch.gradients

    return FlatProbe(structure, naming, tape.gradients, state, (batch.hidden, batch.output), loss_anew, shaken)


Array = NDArray[np.float64]

RECURRENT_STREAM = 3
"""Layers 1 and 2 draw from streams of their own; so do the recurrent weights, whether there is feedback or not."""


class RecurrentModel(LayeredModel):
    """See engine/model.py: Model."""

    structure: RecurrentStructure
    curves = ()
    curve_numbers: Mapping[str, Ref] = {}
    _current: BatchOfSequences

    def __init__(self, body: RecurrentBody) -> None:
        self._body = body
        structure, sequences = RecurrentStructure(body), len(body.data.inputs)
        super().__init__(structure, body.training, sequences)
        self.naming = RecurrentNaming(structure)
        self.find = RecurrentFinder(structure, self.naming).find
        self.program = recurrent_program(structure)
        self.classes = classes_of(body.data, self.structure.output.units)
        self.tables = recurrent_tables(structure, self.naming, body.data)
        self._inputs = self._by_step(body.data.inputs, self.structure.inputs)
        self._targets = self._by_step(body.data.targets, self.structure.output.units)
        self._arrays: dict[tuple[int, int], BatchOfSequences] = {}
        self._kept: dict[int, BatchOfSequences] = {}  # over all sequences, by which state is present
        self._optimizer_work = np.zeros(self.structure.parameters)
        self._iteration = 1
        self._rows: Sequence[int] = range(self._batches.size)
        self._current = self._arrays_for(self._batches.size)

    def _by_step(self, rows: Array | None, width: int) -> Array:
        """(steps, sequences, width) from rows that hold step after step; no steps without rows."""
        if rows is None:
            return np.empty((0, len(self._body.data.inputs), width))
        steps = rows.reshape(len(rows), self.structure.steps, width)
        return np.ascontiguousarray(steps.transpose(1, 0, 2))

    # state

    def carry_over(self, before: RecurrentModel) -> None:
        """Matrices of the same shape keep their weights, and an optimizer of the same kind what it remembers."""
        state = self._initial.copy()
        after = before._state(landed=False)  # it has been accepted
        mine, others = self.structure, before.structure
        views = zip(mine.parameter_views(state), others.parameter_views(after), strict=True)
        for (weights, biases), (old_weights, old_biases) in views:
            if weights.shape == old_weights.shape:
                weights[:] = old_weights
            elif weights.shape[1] == old_weights.shape[1] and mine.inputs == others.inputs:
                weights[: mine.inputs] = old_weights[: mine.inputs]  # feedback was switched on or off
            if biases is not None and old_biases is not None and biases.shape == old_biases.shape:
                biases[:] = old_biases
        if mine.slots == others.slots and mine.state_size == others.state_size:
            state[mine.parameters :] = after[others.parameters :]
        self.restore(state)

    def _initial_state(self) -> Array:
        state = np.zeros(self.structure.state_size)
        structure, body = self.structure, self._body
        seed, inputs = body.network.seed, structure.inputs
        views = structure.parameter_views(state)
        senders = (inputs, structure.output.senders)
        for layer, of_layer, (weights, biases) in zip(structure.layers, senders, views, strict=True):
            given, spec = layer.spec.weights, layer.spec
            weights[:of_layer] = initial_weights(spec, of_layer, seed, layer.number) if given is None else given
            if biases is not None and spec.biases is not None:
                biases[:] = spec.biases
        if structure.fed_back:
            recurrent, spec = body.recurrent_weights, structure.hidden.spec
            if recurrent is None:
                recurrent = initial_weights(spec, structure.fed_back, seed, RECURRENT_STREAM)
            views[0][0][inputs:] = recurrent
        return state

    # one iteration

    def enter(self, iteration: int) -> float:
        """Compute the whole tape of `iteration`; the loss of its batch (NaN where nothing is trained)."""
        batch = self._fill_batch(iteration)
        passes.forward(batch)
        structure = self.structure
        if structure.loss is None or self._optimizer is None:
            return float("nan")
        batch.loss = passes.loss(batch, structure.loss)
        passes.backward(batch, structure.loss)
        self._optimizer.update_into(
            batch.gradients,
            structure.slot_views(batch.before),
            batch.before[: structure.parameters],
            self._update_number(iteration),
            structure.slot_views(batch.after),
            batch.after[: structure.parameters],
            self._optimizer_work,
        )
        return batch.loss

    def observe(self, iteration: int) -> tuple[float, ...]:
        """Nothing besides the loss."""
        return ()

    def _fill_batch(self, iteration: int) -> BatchOfSequences:
        """Lay in the batch of `iteration`."""
        rows, place = self._batches.of(iteration)
        batch = self._arrays_for(len(rows))
        self._iteration, self._current, self._rows = iteration, batch, rows
        batch.x, batch.t = self._inputs[:, place], self._targets[:, place]
        return batch

    def _arrays_for(self, size: int) -> BatchOfSequences:
        key = size, self._before
        if key not in self._arrays:
            other = self._arrays.get((size, 1 - self._before))
            numbers = other.numbers if other else np.zeros(work_size(self.structure, size))
            before, after = self._state(landed=False), self._state(landed=True)
            self._arrays[key] = sequence_arrays(self.structure, size, numbers, before, after)
        return self._arrays[key]

    # trouble

    def is_finite(self) -> bool:
        """Whether the tape and the new state hold only finite numbers."""
        batch = self._current
        return bool(np.isfinite(batch.numbers).all() and np.isfinite(batch.after).all())

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value, row of the batch) of the first number that is not finite."""
        return first_trouble(self.program, self.tape)

    # reading

    @property
    def tape(self) -> RecurrentTape:
        """The tape itself."""
        return self._reader(self._current)

    def freeze(self, *, landed: bool) -> RecurrentTape:
        """A copy of the tape."""
        batch = self._current
        numbers, before, after = batch.numbers.copy(), batch.before.copy(), batch.after.copy()
        copy = sequence_arrays(self.structure, batch.size, numbers, before, after)
        copy.x, copy.t = batch.x, batch.t
        return self._reader(copy, landed=landed)

    def _reader(self, batch: BatchOfSequences, *, landed: bool = False) -> RecurrentTape:
        update = self._update_number(self._iteration)
        return RecurrentTape(
            self.structure, self.naming, batch, self._body.data, self._rows, update, besides=batch_errors, landed=landed
        )

    def region(self, x: Array, y: Array, *, landed: bool) -> None:
        """Sequences do not lie in a plane."""
        return

    def probe(self) -> FlatProbe | None:
        """The loss on the tape as a function of each parameter."""
        loss = self.structure.loss
        return None if loss is None else recurrent_probe(self.structure, self.naming, self._current, loss)

    # the whole training set

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) at the present parameters; a row of outputs is a sequence, step after step."""
        batch = self._over_all(landed=landed)
        outputs = batch.output.a.transpose(1, 0, 2).reshape(batch.size, -1).copy()
        loss = float(batch.loss) if self.structure.loss is not None else None
        return outputs, loss, accuracy(self.classes, batch.output.a, batch.t)

    def loss(self, *, landed: bool) -> float | None:
        """Over all sequences."""
        return None if self.structure.loss is None else float(self._over_all(landed=landed).loss)

    def validate(self, *, landed: bool) -> tuple[None, None]:
        """No sequences are kept back."""
        return None, None

    def _over_all(self, *, landed: bool) -> BatchOfSequences:
        """A forward pass over all sequences, in arrays that are made once for each of the two states."""
        which = 1 - self._before if landed else self._before
        if which not in self._kept:
            self._kept[which] = self._scratch(slice(None), landed=landed)
            return self._kept[which]
        self._pass(self._kept[which])
        return self._kept[which]

    def _scratch(self, rows: slice, *, landed: bool) -> BatchOfSequences:
        """A forward pass in arrays of its own: the tape stays as it is."""
        state = self._state(landed=landed)
        x, t = self._inputs[:, rows], self._targets[:, rows]
        batch = sequence_arrays(
            self.structure, x.shape[1], np.zeros(work_size(self.structure, x.shape[1])), state, state
        )
        batch.x, batch.t = x, t
        self._pass(batch)
        return batch

    def _pass(self, batch: BatchOfSequences) -> None:
        with np.errstate(all="ignore"):
            passes.forward(batch)
            if self.structure.loss is not None:
                batch.loss = passes.loss(batch, self.structure.loss)

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model. Forward numbers are those of the first sequence."""
        if not ref.quantity.of_forward_pass:
            return self.tape.value(ref, 0)
        return self._reader(self._scratch(slice(1), landed=landed)).value(ref, 0)


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

    def quantities(self, body: RecurrentBody) -> Iterator[Quantity]:
        """See engine/kinds/kind.py: Kind."""
        yield from layered_quantities(RecurrentStructure(body))
        yield from OF_STEPS if body.training is not None else ()


RECURRENT = RecurrentKind()
