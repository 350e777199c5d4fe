"""The kind "network": dense feed-forward networks, trained or only run forward, and a running one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import classes_of, no_accuracy
from dlsim.engine.errors import ScenarioError
from dlsim.engine.functions.initialisers import initial_weights
from dlsim.engine.kinds.kind import Source
from dlsim.engine.kinds.layered.model import LayeredModel
from dlsim.engine.kinds.layered.probe import FlatProbe
from dlsim.engine.kinds.layered.quantities import E_O, E, LayerParameter, T, layered_quantities
from dlsim.engine.kinds.network import passes
from dlsim.engine.kinds.network.arrays import (
    BatchArrays,
    Naming,
    Structure,
    batch_arrays,
    watched_slice,
    work_size,
)
from dlsim.engine.kinds.network.data_summaries import HELD_READ, TRAINED, besides, data_quantities
from dlsim.engine.kinds.network.evaluation import Losses, answers, evaluate, forward_pass, network_probe
from dlsim.engine.kinds.network.file import NetworkBody, read_network
from dlsim.engine.kinds.network.layer_summaries import layer_quantities
from dlsim.engine.kinds.network.program import Finder, network_program, network_tables
from dlsim.engine.kinds.network.tape import DZ_DB, DZ_DW, NetworkTape, backward_quantities
from dlsim.engine.program import Op, first_trouble
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Expectation

Array = NDArray[np.float64]


class NetworkModel(LayeredModel):
    """See engine/model.py: Model."""

    structure: Structure
    naming: Naming
    _current: BatchArrays

    def __init__(self, body: NetworkBody) -> None:
        self._body = body
        self._data = body.data
        self.classes = classes_of(body.data)
        structure = Structure(body)
        super().__init__(structure, body.training, len(body.data.inputs))
        self.naming = Naming(structure)
        self.find = Finder(structure, self.naming).find
        self.program = network_program(structure)
        self.tables = network_tables(structure, body.data)
        self.curves = ("validation",) if self.trains and len(body.data.validation_inputs) else ()
        self.curve_numbers = {"validation": Ref(HELD_READ.loss), "over_all": Ref(TRAINED.loss)}
        size = self._batches.size
        self._work = np.zeros(work_size(self.structure, size))
        self._watched = self._work[watched_slice(self.structure, size)]
        self._arrays: dict[tuple[int, int], BatchArrays] = {}
        self._losses = Losses(structure, self._states, body.data.inputs, body.data.targets)
        self._iteration = 1
        self._rows: Sequence[int] = range(size)
        self._current = self._arrays_for(size)

    # state

    def _initial_state(self) -> Array:
        state = np.zeros(self.structure.state_size)
        for layer, (weights, biases) in zip(self.structure.layers, self.structure.parameter_views(state), strict=True):
            given = layer.spec.weights
            seed = self._body.network.seed
            weights[:] = initial_weights(layer.spec, layer.senders, seed, layer.number) if given is None else given
            if biases is not None and layer.spec.biases is not None:
                biases[:] = layer.spec.biases
        return state

    def carry_over(self, before: NetworkModel) -> None:
        """Layers of the same shape keep their weights, and an optimizer of the same kind what it remembers."""
        state = self._initial.copy()
        after = before._state(landed=False)  # it has been accepted
        mine, others = self.structure, before.structure
        old_parameters = others.parameter_views(after)
        for (weights, biases), (old_weights, old_biases) in zip(
            mine.parameter_views(state), old_parameters, strict=False
        ):
            if weights.shape == old_weights.shape:
                weights[:] = old_weights
                if biases is not None and old_biases is not None:
                    biases[:] = old_biases
        if mine.slots == others.slots and mine.state_size == others.state_size and mine.trained == others.trained:
            state[mine.parameters :] = after[others.parameters :]
        self.restore(state)

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias."""
        super().set_number(ref, number)
        of = ref.quantity.before
        if isinstance(of, LayerParameter) and not of.is_trained(self.structure.layer(ref.layer)):
            self._state(landed=True)[:] = self._state(landed=False)  # a frozen parameter stands in both states

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
        self._optimizer.update_into(  # type: ignore[union-attr]
            batch.gradients[: self.structure.trained],
            batch.slots,
            batch.parameters,
            self._update_number(iteration),
            batch.new_slots,
            batch.new_parameters,
            batch.work,
        )
        return batch.loss

    def _fill_batch(self, iteration: int) -> BatchArrays:
        """Point the arrays at the batch of `iteration`."""
        rows, place = self._batches.of(iteration)
        batch = self._arrays_for(len(rows))
        self._iteration, self._current, self._rows = iteration, batch, rows
        data = self._data
        batch.x = data.inputs[place]
        batch.t = None if data.targets is None else data.targets[place]
        return batch

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
        data, state = self._data, self._state(landed=False)
        _, loss, _ = evaluate(self.structure, state, data.validation_inputs, data.validation_targets)
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
        # What the layer below sent has been seen there already.
        return first_trouble((op for op in self.program if op.quantity not in (DZ_DW, DZ_DB)), self.tape)

    # reading

    @property
    def tape(self) -> NetworkTape:
        """The tape itself."""
        return self._reader(self._current)

    def freeze(self, *, landed: bool) -> NetworkTape:
        """A copy of the tape."""
        batch = self._current
        copy = batch_arrays(self.structure, batch.size, self._work.copy(), batch.before.copy(), batch.after.copy())
        copy.x, copy.t = batch.x, batch.t
        return self._reader(copy, landed=landed)

    def _reader(self, batch: BatchArrays, *, landed: bool = False) -> NetworkTape:
        update = self._update_number(self._iteration)
        return NetworkTape(
            self.structure, self.naming, batch, self._data, self._rows, update, besides=besides, landed=landed
        )

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """The first output over the plane of two inputs."""
        if self.structure.widths[0] != 2:
            return None
        grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
        return answers(self.structure, self._state(landed=landed), grid)[:, 0].reshape(len(y), len(x))

    def probe(self) -> FlatProbe | None:
        """The loss on the tape as a function of each parameter."""
        loss = self.structure.loss
        return None if loss is None else network_probe(self.structure, self.naming, self._current, loss)

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs, loss, accuracy) over the training set at the present parameters."""
        data = self._data
        return evaluate(self.structure, self._state(landed=landed), data.inputs, data.targets, self.classes)

    def loss(self, *, landed: bool) -> float | None:
        """The same loss, to the last bit."""
        return self._losses.at(1 - self._before if landed else self._before)

    def validate(self, *, landed: bool) -> tuple[float | None, float | None]:
        """(loss, accuracy) over the data kept back."""
        data = self._data
        if not len(data.validation_inputs):
            return None, None
        state = self._state(landed=landed)
        return evaluate(self.structure, state, data.validation_inputs, data.validation_targets, self.classes)[1:]

    def figure(self, ref: Ref, *, landed: bool) -> float:
        """See engine/model.py: Model."""
        if not ref.quantity.of_forward_pass:
            return self.tape.value(ref, 0)
        data = self._data
        targets = None if data.targets is None else data.targets[:1]
        batch = forward_pass(self.structure, self._state(landed=landed), data.inputs[:1], targets)
        return NetworkTape(self.structure, self.naming, batch, data, range(1), 1, besides=besides).value(ref, 0)


class NetworkKind:
    """See engine/kinds/kind.py."""

    name = "network"
    tables = ("network", "data", "training")

    def read(self, tables: Mapping[str, Any], source: Source) -> NetworkBody:
        """`[network]`, `[data]` and `[training]`, checked against each other."""
        return read_network(tables, source)

    def judge(self, body: NetworkBody, expectation: Expectation, key: str, source: Source) -> None:
        """Symbols must exist, outputs must have the data's shape, what is asked must be there to ask."""
        structure = Structure(body)
        finder = Finder(structure, Naming(structure))

        def refuse(problem: str, part: str, value: object, remedy: str) -> ScenarioError:
            return ScenarioError(problem, file=source.file, key=f"{key}.{part}", value=value, remedy=remedy)

        for symbol in expectation.values:
            ref = finder.find(symbol)
            if ref is None:
                raise refuse(
                    f"this network has no number called {symbol!r}",
                    f"values.{symbol}",
                    symbol,
                    "use symbols such as x1, z1, h1, o1, E, W1, W[1][1,1], b1, ∂E/∂W1, W1⁺",
                )
            if expectation.after == 0 and not ref.quantity.of_forward_pass:
                raise refuse(
                    f"{symbol} belongs to an iteration, but after = 0 is before the first",
                    f"values.{symbol}",
                    symbol,
                    "ask for it after = 1 or later",
                )
            if ref.quantity in (T, E, E_O) and (body.data.targets is None or structure.loss is None):
                raise refuse(
                    f"{symbol} needs targets and a loss",
                    f"values.{symbol}",
                    symbol,
                    "add [training] with a loss",
                )
        shape = (len(body.data.inputs), structure.output.units)
        if expectation.outputs is not None and expectation.outputs.shape != shape:
            raise refuse(
                f"{_rows(expectation.outputs.shape)}, but the data and the network make {_rows(shape)}",
                "outputs",
                expectation.outputs,
                f"give {_rows(shape)}",
            )
        if body.training is None:
            if expectation.after:
                raise refuse(
                    "nothing is trained here, so there is no state after an iteration",
                    "after",
                    expectation.after,
                    "use after = 0 or add [training]",
                )
            if expectation.loss is not None or expectation.loss_below is not None:
                part = "loss" if expectation.loss is not None else "loss_below"
                raise refuse("there is no loss without [training]", part, None, "remove it or add [training]")
        problem = no_accuracy(classes_of(body.data), body.data.targets)
        if expectation.accuracy is not None and problem:
            raise refuse(problem, "accuracy", None, "add data.targets" if body.data.targets is None else "remove it")

    def build(self, body: NetworkBody) -> NetworkModel:
        """The running network."""
        return NetworkModel(body)

    def quantities(self, body: NetworkBody) -> Iterator[Quantity]:
        """See engine/kinds/kind.py: Kind."""
        structure, has_loss = Structure(body), body.training is not None
        yield from layered_quantities(structure)
        yield from backward_quantities(structure)
        yield from layer_quantities(structure)
        yield from data_quantities(body.data, has_loss=has_loss)


def _rows(shape: tuple[int, ...]) -> str:
    rows, columns = shape
    return f"{rows} {'row' if rows == 1 else 'rows'} of {columns}"


NETWORK = NetworkKind()
