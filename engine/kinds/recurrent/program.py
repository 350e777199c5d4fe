"""The program of an iteration: forward through time, the errors, backward through time, then the weights.

Several ops have the same quantity and layer, one for each step: on screen their values are counted together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
    W,
    Z,
)
from dlsim.engine.kinds.layered.structure import Layer
from dlsim.engine.kinds.recurrent.structure import RecurrentStructure
from dlsim.engine.kinds.recurrent.tape import E_T, PART_LATER, PART_OWN
from dlsim.engine.kinds.updates import RATE, UPDATE
from dlsim.engine.program import Op, Program
from dlsim.engine.reference import Quantity, Ref


def recurrent_program(structure: RecurrentStructure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    steps = structure.steps
    ops = [
        _units(quantity, "forward", layer, step)
        for step in range(steps)
        for layer in structure.layers
        for quantity in (Z, A)
    ]
    if structure.loss is not None:
        output = structure.output
        ops.append(Op(E_O, "loss", output.number, steps * output.units, _step_by_step(E_O, output)))
        ops.append(Op(E_T, "loss", None, steps, lambda step: Ref(E_T, 0, (step,))))
        ops.append(Op(E, "loss", None, 1, lambda _: Ref(E)))
        for step in reversed(range(steps)):
            ops.extend(_backward(structure, step))
        ops.extend(_gradients(structure))
        ops.append(Op(UPDATE, "update", None, 1, lambda _: Ref(UPDATE)))
    return Program(ops)


def _backward(structure: RecurrentStructure, step: int) -> Iterator[Op]:
    """One step: down from its own error, and back from the step after it."""
    hidden, output = structure.hidden, structure.output
    if not output.is_fused:
        yield _units(DE_DA, "backward", output, step)
        if not output.activation.couples_units:
            yield _units(DA_DZ, "backward", output, step)
    yield _units(DE_DZ, "backward", output, step)
    yield _units(PART_OWN, "backward", hidden, step)
    if structure.fed_back and step < structure.steps - 1:
        yield _units(PART_LATER, "backward", hidden, step)
    yield _units(DE_DA, "backward", hidden, step)
    if not hidden.activation.couples_units:
        yield _units(DA_DZ, "backward", hidden, step)
    yield _units(DE_DZ, "backward", hidden, step)


def _gradients(structure: RecurrentStructure) -> Iterator[Op]:
    """Each layer's gradients, from the output down; then state and new weights."""
    layers = tuple(reversed(structure.layers))
    for layer in layers:
        yield from _parameters(DE_DW, DE_DB, structure, layer)
    if structure.optimizer and structure.optimizer.rate_notation:
        yield Op(RATE, "backward", None, 1, lambda _: Ref(RATE))
    for layer in layers:
        for slot in structure.slots:
            yield from _parameters(W.new_slot(slot), B.new_slot(slot), structure, layer)
        yield from _parameters(W.new, B.new, structure, layer)


def _parameters(of_weights: Quantity, of_biases: Quantity, structure: RecurrentStructure, layer: Layer) -> Iterator[Op]:
    number = layer.number
    count = layer.senders * layer.units
    yield Op(
        of_weights, "backward", number, count, lambda value: Ref(of_weights, number, structure.weight_at(number, value))
    )
    if layer.biases:
        yield Op(of_biases, "backward", number, layer.units, lambda unit: Ref(of_biases, number, (unit,)))


def _units(quantity: Quantity, phase: str, layer: Layer, step: int) -> Op:
    number = layer.number
    return Op(quantity, phase, number, layer.units, lambda unit: Ref(quantity, number, (unit, step)))


def _step_by_step(quantity: Quantity, layer: Layer) -> Callable[[int], Ref]:
    def ref(value: int) -> Ref:
        step, unit = divmod(value, layer.units)
        return Ref(quantity, layer.number, (unit, step))

    return ref
