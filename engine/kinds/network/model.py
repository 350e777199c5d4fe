"""A running network: data in batches, parameters before and after, the tape of one iteration."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.calendar import Calendar
from dlsim.engine.initialisers import initial_weights
from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import (
    BatchArrays,
    batch_arrays,
    parameter_views,
    watched_size,
    work_size,
)
from dlsim.engine.kinds.network.body import NetworkBody
from dlsim.engine.kinds.network.naming import Naming, is_of_an_iteration
from dlsim.engine.kinds.network.probe import NetworkProbe
from dlsim.engine.kinds.network.program import network_program
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.kinds.network.tables import network_tables
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.program import Op
from dlsim.engine.randomness import Random
from dlsim.engine.reference import Ref

Array = NDArray[np.float64]
LayerParameters = tuple[Array, Array | None]

EVALUATED_AT_ONCE = 4096
"""Rows of the training set that go through the network together when the whole set is evaluated."""


class NetworkModel:
    """See engine/model.py: Model."""

    def __init__(self, body: NetworkBody) -> None:
        self.structure = Structure(body)
        self.naming = Naming(self.structure)
        self.program = network_program(self.structure)
        self.tables = network_tables(self.structure, body.data)
        self.layer_names = tuple((layer.units, layer.activation.name) for layer in self.structure.layers)
        self._body = body
        self._data = body.data
        self._samples = len(body.data.inputs)
        training = body.training
        self.trains = self.has_loss = training is not None
        self.epochs = training.epochs if training else 0
        self._batch_size = min(training.batch_size, self._samples) if training else self._samples
        self.calendar = Calendar(-(-self._samples // self._batch_size))
        self._first_update = 1  # the optimizer's own count starts here
        self.curves = ("validation",) if self.trains and len(body.data.validation_inputs) else ()
        self._shuffles = training is not None and training.shuffle
        self._order: tuple[int, NDArray[np.intp]] = (-1, np.arange(self._samples))

        self._work = np.zeros(work_size(self.structure, self._batch_size))
        self._watched = self._work[: watched_size(self.structure, self._batch_size)]
        self._states = (np.zeros(self.structure.state_size), np.zeros(self.structure.state_size))
        self._before = 0  # which of the two states is the one before the update
        self._arrays: dict[tuple[int, int], BatchArrays] = {}
        self._iteration = 1
        self._rows: Sequence[int] = range(self._batch_size)
        self._initial = self._initial_state()
        self.start()
        self._current = self._arrays_for(self._batch_size)

    # state

    def start(self) -> None:
        """Put the initial parameters back."""
        self.restore(self._initial)

    def save(self) -> Array:
        """The parameters and the optimizer state before the iteration on the tape."""
        return self._states[self._before].copy()

    def restore(self, state: Array) -> None:
        """Make `state` the one before the next iteration."""
        for flat in self._states:  # frozen parameters stand in both
            flat[:] = state

    def accept(self) -> None:
        """The new parameters take their places."""
        self._before = 1 - self._before

    @property
    def state_bytes(self) -> int:
        """What a saved state costs: its numbers, and the array object around them."""
        return 8 * self.structure.state_size + 112

    def _initial_state(self) -> Array:
        state = np.zeros(self.structure.state_size)
        for layer, (weights, biases) in zip(self.structure.layers, parameter_views(self.structure, state), strict=True):
            given = layer.spec.weights
            seed = self._body.network.seed
            weights[:] = initial_weights(layer.spec, layer.senders, seed, layer.number) if given is None else given
            if biases is not None and layer.spec.biases is not None:
                biases[:] = layer.spec.biases
        return state

    def begin_at(self, iteration: int, before: NetworkModel) -> None:
        """Epochs of another length begin anew, and so does another optimizer's count."""
        self.calendar.go_on(iteration, before.calendar)
        mine, other = self.structure.optimizer, before.structure.optimizer
        self._first_update = before._first_update if type(mine) is type(other) else iteration

    def carry_over(self, before: NetworkModel) -> None:
        """Layers of the same shape keep their weights, and an optimizer of the same kind what it remembers."""
        state = self._initial.copy()
        after = before._states[before._before]
        mine, others = self.structure, before.structure
        old_parameters = parameter_views(others, after)
        for (weights, biases), (old_weights, old_biases) in zip(
            parameter_views(mine, state), old_parameters, strict=False
        ):
            if weights.shape == old_weights.shape:
                weights[:] = old_weights
                if biases is not None and old_biases is not None:
                    biases[:] = old_biases
        if mine.slots == others.slots and mine.state_size == others.state_size and mine.trained == others.trained:
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
        if ref.layer and not self._is_trained(ref):  # a frozen parameter stands in both states
            self._states[1 - self._before][:] = self._states[self._before]

    def _is_trained(self, ref: Ref) -> bool:
        spec = self.structure.layer(ref.layer).spec
        return spec.train_weights if ref.quantity.endswith("W") else spec.train_biases

    # one iteration

    def enter(self, iteration: int) -> float:
        """Compute the whole tape of `iteration`; the loss of its batch (NaN where nothing is trained)."""
        batch = self._fill_batch(iteration)
        passes.forward(batch)
        loss = self.structure.loss
        if loss is None:
            return float("nan")
        batch.loss = passes.loss(batch, loss)
        passes.backward(batch, loss)
        self.structure.optimizer.update_into(  # type: ignore[union-attr]
            batch.gradients[: self.structure.trained],
            batch.slots,
            batch.parameters,
            iteration - self._first_update + 1,
            batch.new_slots,
            batch.new_parameters,
            batch.work,
        )
        return batch.loss

    def _fill_batch(self, iteration: int) -> BatchArrays:
        """Point the arrays at the batch of `iteration`: a function of (seed, epoch), not of the way here."""
        epoch, number = self.calendar.of(iteration)
        start = number * self._batch_size
        stop = min(start + self._batch_size, self._samples)
        batch = self._arrays_for(stop - start)
        self._iteration, self._current = iteration, batch
        data = self._data
        if self._shuffles:
            rows = self._order_of(epoch)[start:stop]
            self._rows = rows  # type: ignore[assignment]
            batch.x = data.inputs[rows]
            batch.t = data.targets[rows]  # type: ignore[index]
        else:
            self._rows = range(start, stop)
            batch.x = data.inputs[start:stop]
            batch.t = None if data.targets is None else data.targets[start:stop]
        return batch

    def _order_of(self, epoch: int) -> NDArray[np.intp]:
        if self._order[0] != epoch:
            seed = self._body.training.seed  # type: ignore[union-attr]
            self._order = epoch, Random(seed, epoch).permutation(self._samples)
        return self._order[1]

    def _arrays_for(self, size: int) -> BatchArrays:
        key = size, self._before
        if key not in self._arrays:
            before, after = self._states[self._before], self._states[1 - self._before]
            self._arrays[key] = batch_arrays(self.structure, size, self._work, before, after)
        return self._arrays[key]

    # trouble

    def observe(self, iteration: int) -> tuple[float, ...]:
        """The loss over the data kept back, at the start of every epoch."""
        if not self.curves:
            return ()
        if self.calendar.of(iteration)[1]:
            return (float("nan"),)
        _, loss, _ = self._evaluate(self._data.validation_inputs, self._data.validation_targets, landed=False)
        return (float("nan") if loss is None else loss,)

    def is_finite(self) -> bool:
        """Whether the tape and the new state hold only finite numbers."""
        watched, after = self._watched, self._current.after
        if isfinite(watched.dot(watched)) and isfinite(after.dot(after)) and isfinite(self._current.loss):
            return True
        # A square may overflow where its number does not.
        return bool(np.isfinite(watched).all() and np.isfinite(after).all() and isfinite(self._current.loss))

    def first_trouble(self) -> tuple[Op, int, int | None] | None:
        """(op, value, row of the batch) of the first number that is not finite."""
        tape = self.tape
        for op in self.program:
            per_sample = tape.is_per_sample(op.ref(0))
            if per_sample and op.quantity in ("dz_dW", "dz_db"):
                continue  # what the layer below sent: seen there already
            for sample in range(self._current.size) if per_sample else (0,):
                array = [tape.value(ref, sample) for ref in op.refs]
                for place, number in enumerate(array):
                    if not isfinite(number):
                        return op, place, sample if per_sample else None
        return None

    # reading

    @property
    def tape(self) -> NetworkTape:
        """The tape itself."""
        return NetworkTape(
            self.structure, self.naming, self._current, self._data, self._rows, self._iteration - self._first_update + 1
        )

    def freeze(self, *, landed: bool) -> NetworkTape:
        """A copy of the tape."""
        batch = self._current
        copy = batch_arrays(self.structure, batch.size, self._work.copy(), batch.before.copy(), batch.after.copy())
        copy.x, copy.t = batch.x, batch.t
        return NetworkTape(
            self.structure,
            self.naming,
            copy,
            self._data,
            self._rows,
            self._iteration - self._first_update + 1,
            landed=landed,
        )

    def parameters(self, *, landed: bool) -> tuple[LayerParameters, ...]:
        """(weights, biases) of every layer, before or after the update; read-only views."""
        state = (self._current.after if landed else self._current.before).view()
        state.flags.writeable = False
        return parameter_views(self.structure, state)

    def gradients(self) -> tuple[LayerParameters, ...]:
        """(∂E/∂W, ∂E/∂b) of every layer on the tape; read-only views."""
        flat = self._current.gradients.view()
        flat.flags.writeable = False
        return parameter_views(self.structure, flat)

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """The first output over the plane of two inputs."""
        if self.structure.widths[0] != 2:
            return None
        grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
        return self._evaluate(grid, None, landed=landed)[0][:, 0].reshape(len(y), len(x))

    def probe(self) -> NetworkProbe | None:
        """The loss on the tape as a function of each parameter."""
        if self.structure.loss is None:
            return None
        return NetworkProbe(self.structure, self.naming, self._current)

    # the whole training set

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) over the training set at the present parameters."""
        return self._evaluate(self._data.inputs, self._data.targets, landed=landed)

    def _evaluate(
        self, inputs: Array, targets: Array | None, *, landed: bool
    ) -> tuple[Array, float | None, float | None]:
        """The same over any rows, some thousand of them at a time."""
        outputs = np.empty((len(inputs), self.structure.output.units))
        total = 0.0
        for start in range(0, len(inputs), EVALUATED_AT_ONCE):
            rows = slice(start, start + EVALUATED_AT_ONCE)
            batch = self._scratch(inputs[rows], None if targets is None else targets[rows], landed=landed)
            outputs[rows] = batch.layers[-1].a
            total += batch.loss * batch.size
        loss = float(total / len(inputs)) if self.structure.loss is not None else None
        return outputs, loss, None if targets is None else accuracy(outputs, targets)

    def find(self, symbol: str) -> Ref | None:
        """The reference that `symbol` names."""
        return self.naming.parse(symbol)

    def belongs_to_iteration(self, ref: Ref) -> bool:
        """Gradients, slopes, new weights, optimizer state."""
        return is_of_an_iteration(ref.quantity)

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model."""
        if is_of_an_iteration(ref.quantity):
            return self.tape.value(ref, 0)
        return self._forward_over_first_sample(landed=landed).value(ref, 0)

    def _forward_over_first_sample(self, *, landed: bool) -> NetworkTape:
        targets = None if self._data.targets is None else self._data.targets[:1]
        batch = self._scratch(self._data.inputs[:1], targets, landed=landed)
        return NetworkTape(self.structure, self.naming, batch, self._data, range(1), 1)

    def _scratch(self, inputs: Array, targets: Array | None, *, landed: bool) -> BatchArrays:
        """A forward pass in arrays of its own: the tape stays as it is."""
        state = self._current.after if landed else self._current.before
        work = np.zeros(work_size(self.structure, len(inputs)))
        batch = batch_arrays(self.structure, len(inputs), work, state, state)
        batch.x, batch.t = inputs, targets
        with np.errstate(all="ignore"):
            passes.forward(batch)
            if self.structure.loss is not None and targets is not None:
                batch.loss = passes.loss(batch, self.structure.loss)
        return batch


def accuracy(outputs: Array, targets: Array) -> float:
    """Share of rows answered right: at 0.5 for one output, by the largest for several."""
    if outputs.shape[1] == 1:
        right = (outputs[:, 0] > 0.5) == (targets[:, 0] > 0.5)
    else:
        right = outputs.argmax(axis=1) == targets.argmax(axis=1)
    return float(right.mean())
