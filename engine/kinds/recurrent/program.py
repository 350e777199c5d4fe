"""The program of an iteration: forward through time, the errors, backward through time, then the weights.

Several ops have the same quantity and layer, one for each step: on screen their values are counted together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dlsim.engine.kinds.layers import Layer
from dlsim.engine.kinds.recurrent.structure import OUTPUT, RecurrentStructure
from dlsim.engine.program import Op, Program
from dlsim.engine.reference import Ref


def recurrent_program(structure: RecurrentStructure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    steps = structure.steps
    ops = [
        _units(quantity, "forward", layer, step)
        for step in range(steps)
        for layer in structure.layers
        for quantity in ("z", "a")
    ]
    if structure.loss is not None:
        output = structure.output
        ops.append(Op("E_o", "loss", output.number, steps * output.units, _step_by_step("E_o", output)))
        ops.append(Op("E_t", "loss", None, steps, lambda step: Ref("E_t", 0, (step,))))
        ops.append(Op("E", "loss", None, 1, lambda _: Ref("E")))
        for step in reversed(range(steps)):
            ops.extend(_backward(structure, step))
        ops.extend(_gradients(structure))
        ops.append(Op("update", "update", None, 1, lambda _: Ref("update")))
    return Program(ops)


def place_among_alike(structure: RecurrentStructure, ref: Ref) -> int:
    """How many values of the same quantity and layer are revealed before `ref`."""
    quantity, index, steps = ref.quantity, ref.index, structure.steps
    if quantity in ("E", "rate", "update"):
        return 0
    if quantity == "E_t":
        return index[0]
    layer = structure.layer(ref.layer)
    if quantity.endswith("b"):
        return index[0]
    if quantity.endswith("W"):
        sender, unit = index
        if layer.number == OUTPUT:
            return unit * layer.senders + sender
        first, senders = (0, structure.inputs) if sender < structure.inputs else (structure.inputs, structure.fed_back)
        return first * layer.units + unit * senders + sender - first
    unit, step = index
    if quantity in ("z", "a", "E_o"):
        return step * layer.units + unit
    first = steps - 2 if quantity == "part:later" else steps - 1
    return (first - step) * layer.units + unit


def _backward(structure: RecurrentStructure, step: int) -> Iterator[Op]:
    """One step: down from its own error, and back from the step after it."""
    hidden, output = structure.hidden, structure.output
    if not output.is_fused:
        yield _units("dE_da", "backward", output, step)
        if not output.activation.couples_units:
            yield _units("da_dz", "backward", output, step)
    yield _units("dE_dz", "backward", output, step)
    yield _units("part:own", "backward", hidden, step)
    if structure.fed_back and step < structure.steps - 1:
        yield _units("part:later", "backward", hidden, step)
    yield _units("dE_da", "backward", hidden, step)
    if not hidden.activation.couples_units:
        yield _units("da_dz", "backward", hidden, step)
    yield _units("dE_dz", "backward", hidden, step)


def _gradients(structure: RecurrentStructure) -> Iterator[Op]:
    """Each layer's gradients, from the output down; then state and new weights."""
    layers = tuple(reversed(structure.layers))
    for layer in layers:
        yield from _parameters("dE_d{}", structure, layer)
    if structure.optimizer and structure.optimizer.rate_notation:
        yield Op("rate", "backward", None, 1, lambda _: Ref("rate"))
    for layer in layers:
        for slot in structure.slots:
            yield from _parameters(f"new_slot:{slot}:{{}}", structure, layer)
        yield from _parameters("new_{}", structure, layer)


def _parameters(quantity: str, structure: RecurrentStructure, layer: Layer) -> Iterator[Op]:
    of_weights, of_biases, number = quantity.format("W"), quantity.format("b"), layer.number
    count = layer.senders * layer.units
    yield Op(
        of_weights, "backward", number, count, lambda value: Ref(of_weights, number, structure.weight_at(number, value))
    )
    if layer.biases:
        yield Op(of_biases, "backward", number, layer.units, lambda unit: Ref(of_biases, number, (unit,)))


def _units(quantity: str, phase: str, layer: Layer, step: int) -> Op:
    number = layer.number
    return Op(quantity, phase, number, layer.units, lambda unit: Ref(quantity, number, (unit, step)))


def _step_by_step(quantity: str, layer: Layer) -> Callable[[int], Ref]:
    def ref(value: int) -> Ref:
        step, unit = divmod(value, layer.units)
        return Ref(quantity, layer.number, (unit, step))

    return ref
