"""The program of a network's iteration: its ops in the order of the lecture notes.

Forward layer by layer; each output's error, then E; backward from the output layer down, each layer's new
weights included; last the update, when all new weights take their places at once.
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
from dlsim.engine.kinds.network.structure import Structure
from dlsim.engine.kinds.network.tape import DZ_DB, DZ_DW, PART
from dlsim.engine.kinds.updates import RATE, UPDATE
from dlsim.engine.program import Op, Program
from dlsim.engine.reference import Quantity, Ref


def network_program(structure: Structure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    ops = [op for layer in structure.layers for op in _forward(layer)]
    if structure.loss is not None:
        last = structure.output
        ops.append(_units(E_O, "loss", last.number, last.units))
        ops.append(Op(E, "loss", None, 1, lambda _: Ref(E)))
        rate_is_shown = False
        for layer in reversed(structure.layers):
            ops.extend(_backward(structure, layer))
            if not rate_is_shown and _is_trained(layer) and structure.optimizer and structure.optimizer.rate_notation:
                rate_is_shown = True
                ops.append(Op(RATE, "backward", None, 1, lambda _: Ref(RATE)))
            ops.extend(_new_parameters(structure, layer))
        ops.append(Op(UPDATE, "update", None, 1, lambda _: Ref(UPDATE)))
    return Program(ops)


def _forward(layer: Layer) -> Iterator[Op]:
    yield _units(Z, "forward", layer.number, layer.units)
    yield _units(A, "forward", layer.number, layer.units)


def _backward(structure: Structure, layer: Layer) -> Iterator[Op]:
    number, units = layer.number, layer.units
    if layer.is_fused:
        yield _units(DE_DZ, "backward", number, units)
    else:
        if not layer.is_output:
            above = structure.layer(number + 1).units
            yield _pairs(PART, number, units * above, above)
        yield _units(DE_DA, "backward", number, units)
        if layer.activation.couples_units:
            yield _pairs(DA_DZ, number, units * units, units)
            yield _units(DE_DZ, "backward", number, units)
        else:
            yield _units(DA_DZ, "backward", number, units)
    for of_weights, of_biases in ((DZ_DW, DZ_DB), (DE_DW, DE_DB)):
        yield _weights(of_weights, layer)
        if layer.biases:
            yield _units(of_biases, "backward", number, units)


def _new_parameters(structure: Structure, layer: Layer) -> Iterator[Op]:
    for of in (W, B):
        if of.is_trained(layer):
            for quantity in (*map(of.new_slot, structure.slots), of.new):
                yield _weights(quantity, layer) if of is W else _units(quantity, "backward", layer.number, layer.units)


def _is_trained(layer: Layer) -> bool:
    return W.is_trained(layer) or B.is_trained(layer)


def _units(quantity: Quantity, phase: str, number: int, units: int) -> Op:
    return Op(quantity, phase, number, units, lambda unit: Ref(quantity, number, (unit,)))


def _pairs(quantity: Quantity, number: int, size: int, inner: int) -> Op:
    return Op(quantity, "backward", number, size, _split(quantity, number, inner))


def _split(quantity: Quantity, number: int, inner: int) -> Callable[[int], Ref]:
    return lambda value: Ref(quantity, number, divmod(value, inner))


def _weights(quantity: Quantity, layer: Layer) -> Op:
    def ref(value: int) -> Ref:
        unit, sender = divmod(value, layer.senders)
        return Ref(quantity, layer.number, (sender, unit))

    return Op(quantity, "backward", layer.number, layer.units * layer.senders, ref)
