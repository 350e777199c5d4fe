"""A running recurrent network: sequences in batches, parameters before and after, the tape of one iteration."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.calendar import Calendar
from dlsim.engine.initialisers import initial_weights
from dlsim.engine.kinds.recurrent import passes
from dlsim.engine.kinds.recurrent.arrays import (
    BatchOfSequences,
    parameter_views,
    sequence_arrays,
    slot_views,
    work_size,
)
from dlsim.engine.kinds.recurrent.body import RecurrentBody
from dlsim.engine.kinds.recurrent.naming import Naming, is_of_an_iteration
from dlsim.engine.kinds.recurrent.probe import RecurrentProbe
from dlsim.engine.kinds.recurrent.program import recurrent_program
from dlsim.engine.kinds.recurrent.structure import RecurrentStructure
from dlsim.engine.kinds.recurrent.tables import recurrent_tables
from dlsim.engine.kinds.recurrent.tape import RecurrentTape
from dlsim.engine.model import LayerParameters
from dlsim.engine.program import Op
from dlsim.engine.randomness import Random
from dlsim.engine.reference import Ref

Array = NDArray[np.float64]

RECURRENT_STREAM = 3
"""Layers 1 and 2 draw from streams of their own; so do the recurrent weights, whether there is feedback or not."""


class RecurrentModel:
    """See engine/model.py: Model."""

    curves = ()

    def __init__(self, body: RecurrentBody) -> None:
        self.structure = RecurrentStructure(body)
        self.naming = Naming(self.structure)
        self.program = recurrent_program(self.structure)
        self.layer_names = tuple((layer.units, layer.activation.name) for layer in self.structure.layers)
        self._body = body
        self._sequences = len(body.data.inputs)
        self.tables = recurrent_tables(self.structure, self.naming, self._sequences)
        training = body.training
        self.trains = self.has_loss = training is not None
        self.epochs = training.epochs if training else 0
        self._batch_size = training.batch_size if training else self._sequences
        self.calendar = Calendar(-(-self._sequences // self._batch_size))
        self._first_update = 1  # the optimizer's own count starts here
        self._inputs = self._by_step(body.data.inputs, self.structure.inputs)
        self._targets = self._by_step(body.data.targets, self.structure.output.units)
        self._states = (np.zeros(self.structure.state_size), np.zeros(self.structure.state_size))
        self._before = 0  # which of the two states is the one before the update
        self._arrays: dict[tuple[int, int], BatchOfSequences] = {}
        self._optimizer_work = np.zeros(self.structure.parameters)
        self._iteration = 1
        self._rows: Sequence[int] = range(self._batch_size)
        self._initial = self._initial_state()
        self.start()
        self._current = self._arrays_for(self._batch_size)

    def _by_step(self, rows: Array | None, width: int) -> Array:
        """(steps, sequences, width) from rows that hold step after step; no steps without rows."""
        if rows is None:
            return np.empty((0, self._sequences, width))
        steps = rows.reshape(len(rows), self.structure.steps, width)
        return np.ascontiguousarray(steps.transpose(1, 0, 2))

    # state

    def start(self) -> None:
        """Put the initial parameters back."""
        self.restore(self._initial)

    def save(self) -> Array:
        """The parameters and the optimizer state before the iteration on the tape."""
        return self._states[self._before].copy()

    def restore(self, state: Array) -> None:
        """Make `state` the one before the next iteration."""
        for flat in self._states:
            flat[:] = state

    def accept(self) -> None:
        """The new parameters take their places."""
        self._before = 1 - self._before

    @property
    def state_bytes(self) -> int:
        """What a saved state costs: its numbers, and the array object around them."""
        return 8 * self.structure.state_size + 112

    def begin_at(self, iteration: int, before: RecurrentModel) -> None:
        """Epochs of another length begin anew, and so does another optimizer's count."""
        self.calendar.go_on(iteration, before.calendar)
        mine, other = self.structure.optimizer, before.structure.optimizer
        self._first_update = before._first_update if type(mine) is type(other) else iteration

    def carry_over(self, before: RecurrentModel) -> None:
        """Matrices of the same shape keep their weights, and an optimizer of the same kind what it remembers."""
        state = self._initial.copy()
        after = before._states[before._before]  # it has been accepted
        mine, others = self.structure, before.structure
        views = zip(parameter_views(mine, state), parameter_views(others, after), strict=True)
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

    def is_parameter(self, ref: Ref) -> bool:
        """Weights and biases."""
        return ref.quantity in ("W", "b", "now_W", "now_b")

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias."""
        weights, biases = parameter_views(self.structure, self._states[self._before])[ref.layer - 1]
        if ref.quantity.endswith("W"):
            weights[ref.index] = number
        elif biases is not None:
            biases[ref.index] = number

    def _initial_state(self) -> Array:
        state = np.zeros(self.structure.state_size)
        structure, body = self.structure, self._body
        seed, inputs = body.network.seed, structure.inputs
        views = parameter_views(structure, state)
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
        if structure.loss is None or structure.optimizer is None:
            return float("nan")
        batch.loss = passes.loss(batch, structure.loss)
        passes.backward(batch, structure.loss)
        structure.optimizer.update_into(
            batch.gradients,
            slot_views(structure, batch.before),
            batch.before[: structure.parameters],
            self._update_number(iteration),
            slot_views(structure, batch.after),
            batch.after[: structure.parameters],
            self._optimizer_work,
        )
        return batch.loss

    def observe(self, iteration: int) -> tuple[float, ...]:
        """Nothing besides the loss."""
        return ()

    def _update_number(self, iteration: int) -> int:
        """The optimizer's own count, from 1."""
        return iteration - self._first_update + 1

    def _fill_batch(self, iteration: int) -> BatchOfSequences:
        """Lay in the batch of `iteration`: a function of (seed, epoch), not of the way here."""
        epoch, number = self.calendar.of(iteration)
        start = number * self._batch_size
        stop = min(start + self._batch_size, self._sequences)
        training = self._body.training
        if training is not None and training.shuffle:
            order = Random(training.seed, epoch).permutation(self._sequences)
            self._rows = order[start:stop].tolist()
        else:
            self._rows = range(start, stop)
        batch = self._arrays_for(stop - start)
        self._iteration, self._current = iteration, batch
        rows = slice(start, stop) if isinstance(self._rows, range) else self._rows  # a slice is not copied
        batch.x, batch.t = self._inputs[:, rows], self._targets[:, rows]
        return batch

    def _arrays_for(self, size: int) -> BatchOfSequences:
        key = size, self._before
        if key not in self._arrays:
            other = self._arrays.get((size, 1 - self._before))
            numbers = other.numbers if other else np.zeros(work_size(self.structure, size))
            before, after = self._states[self._before], self._states[1 - self._before]
            self._arrays[key] = sequence_arrays(self.structure, size, numbers, before, after)
        return self._arrays[key]

    # trouble

    def is_finite(self) -> bool:
        """Whether the tape and the new state hold only finite numbers."""
        batch = self._current
        return bool(np.isfinite(batch.numbers).all() and np.isfinite(batch.after).all())

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value, row of the batch) of the first number that is not finite."""
        tape = self.tape
        for op in self.program:
            per_sample = tape.is_per_sample(op.ref(0))
            for sample in range(self._current.size) if per_sample else (0,):
                for place, ref in enumerate(op.refs):
                    if not isfinite(tape.value(ref, sample)):
                        return op, place, sample if per_sample else None
        return None

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
        return RecurrentTape(self.structure, self.naming, batch, self._body.data, self._rows, update, landed=landed)

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """(weights, biases) of both layers, before or after the update; read-only views."""
        state = (self._current.after if landed else self._current.before).view()
        state.flags.writeable = False
        return parameter_views(self.structure, state)

    def gradients(self) -> tuple[LayerParameters, ...]:
        """(∂E/∂W, ∂E/∂b) of both layers on the tape; read-only views."""
        flat = self._current.gradients.view()
        flat.flags.writeable = False
        return parameter_views(self.structure, flat)

    def region(self, x: Array, y: Array, *, landed: bool) -> None:
        """Sequences do not lie in a plane."""
        return

    def probe(self) -> RecurrentProbe | None:
        """The loss on the tape as a function of each parameter."""
        loss = self.structure.loss
        return None if loss is None else RecurrentProbe(self.structure, self.naming, self._current, loss)

    # the whole training set

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) at the present parameters; a row of outputs is a sequence, step after step."""
        batch = self._scratch(slice(None), landed=landed)
        outputs = batch.output.a.transpose(1, 0, 2).reshape(batch.size, -1).copy()
        loss = float(batch.loss) if self.structure.loss is not None else None
        right = accuracy(batch.output.a, batch.t) if len(batch.t) else None
        return outputs, loss, right

    def _scratch(self, rows: slice, *, landed: bool) -> BatchOfSequences:
        """A forward pass in arrays of its own: the tape stays as it is."""
        state = self._current.after if landed else self._current.before
        x, t = self._inputs[:, rows], self._targets[:, rows]
        batch = sequence_arrays(
            self.structure, x.shape[1], np.zeros(work_size(self.structure, x.shape[1])), state, state
        )
        batch.x, batch.t = x, t
        with np.errstate(all="ignore"):
            passes.forward(batch)
            if self.structure.loss is not None:
                batch.loss = passes.loss(batch, self.structure.loss)
        return batch

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names."""
        return self.naming.parse(symbol)

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Gradients, slopes, new weights, optimizer state."""
        return is_of_an_iteration(ref.quantity)

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model. Forward numbers are those of the first sequence."""
        if is_of_an_iteration(ref.quantity):
            return self.tape.value(ref, 0)
        return self._reader(self._scratch(slice(1), landed=landed)).value(ref, 0)


def accuracy(outputs: Array, targets: Array) -> float:
    """Share of the steps answered right: at 0.5 for one output, by the largest for several."""
    if outputs.shape[2] == 1:
        return float(((outputs > 0.5) == (targets > 0.5)).mean())
    return float((outputs.argmax(axis=2) == targets.argmax(axis=2)).mean())
