"""A network that runs: the ops of an iteration, the tables, the number that a symbol names, and the state."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.classes import classes_of
from dlsim.engine.kinds.layered.model import GRADIENTS, LETTERS, Finder, LayeredModel, single, unit_op, weight_op
from dlsim.engine.kinds.layered.quantities import (
    DA_DZ,
    DE_DA,
    DE_DB,
    DE_DW,
    DE_DZ,
    E_O,
    A,
    B,
    E,
    LayerParameter,
    W,
    X,
    Z,
)
from dlsim.engine.kinds.layered.tape import Layer
from dlsim.engine.kinds.network.data_summaries import HELD_READ, TRAINED, besides
from dlsim.engine.kinds.network.passes import (
    DENSE,
    DenseBatch,
    Losses,
    Naming,
    NetworkBody,
    Structure,
    answers,
    evaluate,
    watched_slice,
)
from dlsim.engine.kinds.network.quantities import (
    DEO_DA,
    DEO_DZ,
    DZ_DA,
    DZ_DB,
    DZ_DW,
    PART,
    SLOPE_BETWEEN,
    NetworkTape,
)
from dlsim.engine.kinds.updates import RATE, UPDATE
from dlsim.engine.model import LayerParameters
from dlsim.engine.program import Op, Program, first_trouble
from dlsim.engine.quantity import Quantity, Ref


def network_program(structure: Structure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    ops = [unit_op(quantity, "forward", layer) for layer in structure.layers for quantity in (Z, A)]
    if structure.loss is not None:
        ops += [unit_op(E_O, "loss", structure.output), single(E, "loss")]
        rate_is_shown = not (structure.optimizer and structure.optimizer.rate_notation)
        for layer in reversed(structure.layers):
            ops.extend(_backward(structure, layer))
            new_parameters = list(_new_parameters(structure, layer))
            if new_parameters and not rate_is_shown:
                rate_is_shown = True
                ops.append(single(RATE, "backward"))
            ops.extend(new_parameters)
        ops.append(single(UPDATE, "update"))
    return Program(ops)


def _backward(structure: Structure, layer: Layer) -> Iterator[Op]:
    if layer.is_fused:
        yield unit_op(DE_DZ, "backward", layer)
    else:
        if not layer.is_output:
            yield _pairs(PART, layer, structure.layer(layer.number + 1).units)
        yield unit_op(DE_DA, "backward", layer)
        if layer.activation.couples_units:
            yield _pairs(SLOPE_BETWEEN, layer, layer.units)
            yield unit_op(DE_DZ, "backward", layer)
        else:
            yield unit_op(DA_DZ, "backward", layer)
    for of_weights, of_biases in ((DZ_DW, DZ_DB), (DE_DW, DE_DB)):
        yield weight_op(of_weights, structure, layer)
        if layer.biases:
            yield unit_op(of_biases, "backward", layer)


def _new_parameters(structure: Structure, layer: Layer) -> Iterator[Op]:
    for of in (W, B):
        if of.is_trained(layer):
            for quantity in (*map(of.new_slot, structure.slots), of.new):
                yield weight_op(quantity, structure, layer) if of is W else unit_op(quantity, "backward", layer)


def _pairs(quantity: Quantity, layer: Layer, others: int) -> Op:
    """A number for each unit of a layer with each of so many others."""
    number = layer.number
    return Op(
        quantity, "backward", number, layer.units * others, lambda place: Ref(quantity, number, divmod(place, others))
    )


class NetworkFinder(Finder):
    """Finds the numbers of one network, by the short form of a symbol or the long one."""

    def __init__(self, structure: Structure, naming: Naming) -> None:
        self.structure: Structure = structure
        self._naming = naming

    def plain(self, symbol: str) -> Ref | None:
        """The input, unit, parameter or error that a symbol names."""
        if symbol == "E":
            return Ref(E)
        if match := re.fullmatch(r"W\[(\d{1,4})\]\[(\d{1,6}),\s*(\d{1,6})\]", symbol):
            layer, sender, unit = (int(part) for part in match.groups())
            if 1 <= layer <= self._naming.last:
                shape = self.structure.layer(layer)
                if 1 <= sender <= shape.senders and 1 <= unit <= shape.units:
                    return Ref(W, layer, (sender - 1, unit - 1))
            return None
        if match := re.fullmatch(r"W(\d{1,9})", symbol):
            number = int(match[1]) - 1
            if not 0 <= number < self._naming.first_weight[-1]:
                return None
            layer = bisect_right(self._naming.first_weight, number)
            place = number - self._naming.first_weight[layer - 1]
            return Ref(W, layer, self.structure.weight_at(layer, place))
        if match := re.fullmatch(r"(E_o|[xtzhob])(\d{1,9})", symbol):
            return self._unit_ref(LETTERS[match[1]], match[1][-1], int(match[2]))
        return None

    def _unit_ref(self, quantity: Quantity, letter: str, number: int) -> Ref | None:
        number -= 1
        if number < 0:
            return None
        if letter == "x":
            return Ref(X, 0, (number,)) if number < self.structure.widths[0] else None
        if letter in "to":
            return Ref(quantity, self._naming.last, (number,)) if number < self.structure.widths[-1] else None
        if number >= self._naming.first_unit[-1]:
            return None
        layer = bisect_right(self._naming.first_unit, number)
        if letter == "h" and layer == self._naming.last:
            return None
        if letter == "b" and self.structure.layer(layer).biases is None:
            return None
        return Ref(quantity, layer, (number - self._naming.first_unit[layer - 1],))

    def derivative(self, above: str, of: Ref) -> Ref | None:
        """∂above/∂`of`."""
        quantity, layer, index = of.quantity, of.layer, of.index
        shape = self.structure.layer(layer)
        if above == "E":
            gradient = GRADIENTS[quantity]
            return None if gradient is DE_DA and shape.is_fused else Ref(gradient, layer, index)
        if match := re.fullmatch(r"E_([oz]\d+)", above):
            reached = self.plain(match[1])
            if shape.has_errors_of_its_own and layer > 1 and reached == Ref(A, layer, index):
                return self._of_own_error(of)
            if quantity is not A or reached is None or reached.layer != layer + 1:
                return None
            ref = Ref(PART, layer, (*index, *reached.index))
            return ref if above == self._naming.part_of_error(layer + 1, ref.index[1]) else None
        top = self.plain(above)
        if top is not None and (top.quantity, quantity, top.layer) == (Z, A, layer + 1):
            return Ref(DZ_DA, layer, (*index, *top.index))
        if top is None or top.layer != layer:
            return None
        if top.quantity is A and quantity is Z:
            if shape.activation.couples_units:
                return None if shape.is_fused else Ref(SLOPE_BETWEEN, layer, (*top.index, *index))
            return Ref(DA_DZ, layer, index) if top.index == index and not shape.is_fused else None
        if top.quantity is Z and isinstance(quantity, LayerParameter) and top.index[-1] == index[-1]:
            return Ref(DZ_DW if quantity.is_weight else DZ_DB, layer, index)
        return None

    def _of_own_error(self, of: Ref) -> Ref | None:
        """∂E_o1/∂o1 or ∂E_o1/∂z3."""
        if of.quantity is A:
            return None if self.structure.layer(of.layer).is_fused else of._replace(quantity=DEO_DA)
        return of._replace(quantity=DEO_DZ) if of.quantity is Z else None


Array = NDArray[np.float64]


class NetworkModel(LayeredModel[NetworkTape, DenseBatch]):
    """See engine/model.py: Model."""

    structure: Structure
    naming: Naming
    arithmetic = DENSE
    reader = NetworkTape
    besides = staticmethod(besides)

    def __init__(self, body: NetworkBody) -> None:
        self.classes = classes_of(body.data)
        structure = Structure(body)
        naming = Naming(structure)
        super().__init__(structure, naming, body)
        self._finder = NetworkFinder(structure, naming)
        self.program = network_program(structure)
        self.curves = ("validation",) if self.trains and len(body.data.validation_inputs) else ()
        self.curve_numbers = {"validation": Ref(HELD_READ.loss), "over_all": Ref(TRAINED.loss)}
        size = self._batches.size
        self._watched = self._numbers_for(size)[watched_slice(structure, size)]
        self._losses = Losses(structure, self._states, body.data.inputs, body.data.targets)

    # state

    def _carry_layer(self, new: LayerParameters, old: LayerParameters, before: Structure) -> None:
        """Layers of the same shape keep their weights and biases."""
        (weights, biases), (old_weights, old_biases) = new, old
        if weights.shape == old_weights.shape:
            weights[:] = old_weights
            if biases is not None and old_biases is not None:
                biases[:] = old_biases

    def set_number(self, ref: Ref, number: float) -> None:
        """Set a weight or a bias."""
        super().set_number(ref, number)
        of = ref.quantity.before
        if isinstance(of, LayerParameter) and not of.is_trained(self.structure.layer(ref.layer)):
            self._state(landed=True)[:] = self._state(landed=False)  # a frozen parameter stands in both states

    # one iteration

    def _samples(self, place: Any) -> tuple[Array, Array | None]:
        """(rows, inputs) and (rows, outputs)."""
        targets = self._data.targets
        return self._data.inputs[place], None if targets is None else targets[place]

    def _numbers_for(self, size: int) -> Array:
        """Batches of all sizes share them."""
        return super()._numbers_for(self._batches.size)

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

    def region(self, x: Array, y: Array, *, landed: bool) -> Array | None:
        """(len(y), len(x)): the first output over the plane of two inputs; None where there are not two."""
        if self.structure.widths[0] != 2:
            return None
        grid = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
        return answers(self.structure, self._state(landed=landed), grid)[:, 0].reshape(len(y), len(x))

    def evaluate(self, *, landed: bool) -> tuple[Array, float | None, float | None]:
        """(outputs (rows, outputs), loss, accuracy) over the training set at the present parameters."""
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
