"""A recurrent network that runs: the ops of an iteration, the tables, the number that a symbol names, and the state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import accuracy, classes_of
from dlsim.engine.functions.initialisers import initial_weights
from dlsim.engine.kinds.layered.model import GRADIENTS, LETTERS, Finder, LayeredModel, single, unit_op, weight_op
from dlsim.engine.kinds.layered.quantities import DA_DZ, DE_DA, DE_DB, DE_DW, DE_DZ, E_O, A, B, E, W, Z, batch_errors
from dlsim.engine.kinds.layered.tape import Layer
from dlsim.engine.kinds.recurrent.passes import (
    HIDDEN,
    OUTPUT,
    START,
    THROUGH_TIME,
    BatchOfSequences,
    RecurrentBody,
    RecurrentNaming,
    RecurrentStructure,
    at,
)
from dlsim.engine.kinds.recurrent.quantities import E_T, PART_LATER, PART_OWN, RecurrentTape
from dlsim.engine.kinds.updates import RATE, UPDATE
from dlsim.engine.model import LayerParameters
from dlsim.engine.program import Op, Program
from dlsim.engine.quantity import Quantity, Ref


def recurrent_program(structure: RecurrentStructure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    steps = structure.steps
    ops = [
        unit_op(quantity, "forward", layer, step)
        for step in range(steps)
        for layer in structure.layers
        for quantity in (Z, A)
    ]
    if structure.loss is not None:
        outputs = structure.output.units
        ops.append(
            Op(E_O, "loss", OUTPUT, steps * outputs, lambda place: Ref(E_O, OUTPUT, divmod(place, outputs)[::-1]))
        )
        ops.append(Op(E_T, "loss", None, steps, lambda step: Ref(E_T, 0, (step,))))
        ops.append(single(E, "loss"))
        for step in reversed(range(steps)):
            ops.extend(_backward(structure, step))
        ops.extend(_gradients(structure))
        ops.append(single(UPDATE, "update"))
    return Program(ops)


def _backward(structure: RecurrentStructure, step: int) -> Iterator[Op]:
    """One step: down from its own error, and back from the step after it."""
    hidden, output = structure.hidden, structure.output
    quantities: list[tuple[Quantity, Layer]] = []
    if not output.is_fused:
        quantities.append((DE_DA, output))
        if not output.activation.couples_units:
            quantities.append((DA_DZ, output))
    quantities += [(DE_DZ, output), (PART_OWN, hidden)]
    if structure.fed_back and step < structure.steps - 1:
        quantities.append((PART_LATER, hidden))
    quantities.append((DE_DA, hidden))
    if not hidden.activation.couples_units:
        quantities.append((DA_DZ, hidden))
    quantities.append((DE_DZ, hidden))
    return (unit_op(quantity, "backward", layer, step) for quantity, layer in quantities)


def _gradients(structure: RecurrentStructure) -> Iterator[Op]:
    """Each layer's gradients, from the output down; then state and new weights."""
    layers = tuple(reversed(structure.layers))
    for layer in layers:
        yield from _parameters(DE_DW, DE_DB, structure, layer)
    if structure.optimizer and structure.optimizer.rate_notation:
        yield single(RATE, "backward")
    for layer in layers:
        for slot in structure.slots:
            yield from _parameters(W.new_slot(slot), B.new_slot(slot), structure, layer)
        yield from _parameters(W.new, B.new, structure, layer)


def _parameters(of_weights: Quantity, of_biases: Quantity, structure: RecurrentStructure, layer: Layer) -> Iterator[Op]:
    yield weight_op(of_weights, structure, layer)
    if layer.biases:
        yield unit_op(of_biases, "backward", layer)


_UNIT = re.compile(r"(E_o|[xtzhob])(\d{1,6})(?:[⟨<](\d{1,6})[⟩>])?")
_WEIGHT = re.compile(r"W([xhy])(?:(\d{1,9})|\[(\d{1,6}),\s*(\d{1,6})\])")
_STEPS = re.compile(r"E[⟨<](\d{1,6})(?:…(\d{1,6}))?[⟩>]")


class RecurrentFinder(Finder):
    """Finds the numbers of one network."""

    def __init__(self, structure: RecurrentStructure, naming: RecurrentNaming) -> None:
        self.structure: RecurrentStructure = structure
        self._naming = naming

    def plain(self, symbol: str) -> Ref | None:
        """The input, unit, parameter or error that a symbol names."""
        if symbol == "E":
            return Ref(E) if self.structure.loss else None
        if (match := _STEPS.fullmatch(symbol)) and match[2] is None:
            step = int(match[1]) - 1
            is_there = self.structure.loss is not None and 0 <= step < self.structure.steps
            return Ref(E_T, 0, (step,)) if is_there else None
        return self._weight(symbol) or self._unit(symbol)

    def _weight(self, symbol: str) -> Ref | None:
        match = _WEIGHT.fullmatch(symbol)
        if match is None:
            return None
        layer = OUTPUT if match[1] == "y" else HIDDEN
        first = self.structure.inputs if match[1] == "h" else 0
        senders = {"x": self.structure.inputs, "h": self.structure.fed_back, "y": self.structure.output.senders}
        count = senders[match[1]]
        if match[2] is not None:
            unit, sender = divmod(int(match[2]) - 1, count) if count else (-1, -1)
        else:
            sender, unit = int(match[3]) - 1, int(match[4]) - 1
        if not (0 <= sender < count and 0 <= unit < self.structure.layer(layer).units):
            return None
        return Ref(W, layer, (first + sender, unit))

    def _unit(self, symbol: str) -> Ref | None:
        """A unit's number at a step; a bias, which has no step."""
        match = _UNIT.fullmatch(symbol)
        if match is None:
            return None
        structure, letter, unit = self.structure, match[1], int(match[2]) - 1
        hidden, outputs = structure.hidden.units, structure.output.units
        layer = {"x": 0, "h": HIDDEN}.get(letter, OUTPUT)
        if letter in "zb":
            layer, unit = (HIDDEN, unit) if unit < hidden else (OUTPUT, unit - hidden)
        count = {0: structure.inputs, HIDDEN: hidden, OUTPUT: outputs}[layer]
        if not 0 <= unit < count or (letter == "E_o" and structure.loss is None):
            return None
        if letter == "b":
            has_bias = match[3] is None and structure.layer(layer).biases is not None
            return Ref(B, layer, (unit,)) if has_bias else None
        first = START if letter == "h" and structure.fed_back else 0
        if match[3] is None or not first <= int(match[3]) - 1 < structure.steps:
            return None
        return Ref(LETTERS[letter], layer, (unit, int(match[3]) - 1))

    def derivative(self, above: str, of: Ref) -> Ref | None:
        """∂above/∂`of`."""
        if of.index[-1] == START:
            return None
        layer = self.structure.layer(of.layer)
        if above == "E":
            gradient = GRADIENTS[of.quantity]
            return None if gradient is DE_DA and layer.is_fused else of._replace(quantity=gradient)
        if (match := _STEPS.fullmatch(above)) and of.quantity is A and of.layer == HIDDEN:
            return self._part(of, match[0].replace("<", "⟨").replace(">", "⟩"))
        top = self._unit(above)
        if top is None or (top.quantity, of.quantity) != (A, Z):
            return None
        has_slope = not layer.is_fused and not layer.activation.couples_units
        return of._replace(quantity=DA_DZ) if top[1:] == of[1:] and has_slope else None

    def _part(self, of: Ref, errors: str) -> Ref | None:
        """The part of ∂E/∂h that comes from its own step's error, or from later ones."""
        step = of.index[1]
        if errors == f"E{at(step)}":
            return of._replace(quantity=PART_OWN)
        has_later = self.structure.fed_back and step + 1 < self.structure.steps
        return of._replace(quantity=PART_LATER) if has_later and errors == self._naming.later_steps(step) else None


Array = NDArray[np.float64]

RECURRENT_STREAM = 3
"""Layers 1 and 2 draw from streams of their own; so do the recurrent weights, whether there is feedback or not."""


class RecurrentModel(LayeredModel[RecurrentTape, BatchOfSequences]):
    """See engine/model.py: Model."""

    structure: RecurrentStructure
    naming: RecurrentNaming
    arithmetic = THROUGH_TIME
    reader = RecurrentTape
    besides = staticmethod(batch_errors)
    curves = ()
    curve_numbers: Mapping[str, Ref] = {}
    _body: RecurrentBody

    def __init__(self, body: RecurrentBody) -> None:
        structure = RecurrentStructure(body)
        naming = RecurrentNaming(structure)
        super().__init__(structure, naming, body)
        self._finder = RecurrentFinder(structure, naming)
        self.program = recurrent_program(structure)
        self.classes = classes_of(body.data, structure.output.units)
        self._inputs = self._by_step(body.data.inputs, structure.inputs)
        self._targets = self._by_step(body.data.targets, structure.output.units)
        self._kept: dict[int, BatchOfSequences] = {}  # over all sequences, by which state is present

    def _by_step(self, rows: Array | None, width: int) -> Array:
        """(steps, sequences, width) from rows that hold step after step; no steps without rows."""
        if rows is None:
            return np.empty((0, len(self._data.inputs), width))
        steps = rows.reshape(len(rows), self.structure.steps, width)
        return np.ascontiguousarray(steps.transpose(1, 0, 2))

    # state

    def _carry_layer(self, new: LayerParameters, old: LayerParameters, before: RecurrentStructure) -> None:
        """Matrices of the same shape keep their weights."""
        (weights, biases), (old_weights, old_biases) = new, old
        inputs, units = self.structure.inputs, self.structure.hidden.units
        if weights.shape == old_weights.shape:
            weights[:] = old_weights
        elif weights.shape[1] == old_weights.shape[1] and (inputs, units) == (before.inputs, before.hidden.units):
            weights[:inputs] = old_weights[:inputs]  # feedback was switched on or off
        if biases is not None and old_biases is not None and biases.shape == old_biases.shape:
            biases[:] = old_biases

    def _initial_state(self) -> Array:
        state, structure, recurrent = super()._initial_state(), self.structure, self._body.recurrent_weights
        if structure.fed_back:
            if recurrent is None:
                seed = self._body.network.seed
                recurrent = initial_weights(structure.hidden.spec, structure.fed_back, seed, RECURRENT_STREAM)
            structure.parameter_views(state)[0][0][structure.inputs :] = recurrent
        return state

    # one iteration

    def observe(self, iteration: int) -> tuple[float, ...]:
        """Nothing besides the loss."""
        return ()

    def _samples(self, place: Any) -> tuple[Array, Array]:
        """(steps, sequences, inputs) and (steps, sequences, outputs)."""
        return self._inputs[:, place], self._targets[:, place]

    # trouble

    def is_finite(self) -> bool:
        """Whether the tape and the new state hold only finite numbers."""
        batch = self._current
        return bool(np.isfinite(batch.numbers).all() and np.isfinite(batch.after).all())

    # reading

    def region(self, x: Array, y: Array, *, landed: bool) -> None:
        """Sequences do not lie in a plane."""
        return

    # the whole training set

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs (sequences, steps·outputs), loss, accuracy) over all sequences at the present parameters."""
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
        if which in self._kept:
            self.arithmetic.pass_again(self.structure, self._kept[which])
        else:
            state = self._states[which]
            self._kept[which] = self.arithmetic.forward_pass(self.structure, state, self._inputs, self._targets)
        return self._kept[which]
