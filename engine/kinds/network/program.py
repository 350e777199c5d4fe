"""The program of a network's iteration: its ops in the order of the lecture notes.

Forward layer by layer; each output's error, then E; backward from the output layer down, each layer's new
weights included; last the update, when all new weights take their places at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dlsim.engine.kinds.network.structure import Layer, Structure
from dlsim.engine.program import Op, Program
from dlsim.engine.reference import Ref


def network_program(structure: Structure) -> Program:
    """All ops of one iteration; the forward ones alone where nothing is trained."""
    ops = [op for layer in structure.layers for op in _forward(layer)]
    if structure.loss is not None:
        last = structure.output
        ops.append(_units("E_o", "loss", last.number, last.units))
        ops.append(Op("E", "loss", None, 1, lambda _: Ref("E")))
        rate_is_shown = False
        for layer in reversed(structure.layers):
            ops.extend(_backward(structure, layer))
            if not rate_is_shown and _is_trained(layer) and structure.optimizer and structure.optimizer.rate_notation:
                rate_is_shown = True
                ops.append(Op("rate", "backward", None, 1, lambda _: Ref("rate")))
            ops.extend(_new_parameters(structure, layer))
        ops.append(Op("update", "update", None, 1, lambda _: Ref("update")))
    return Program(ops)


def place_in_op(structure: Structure, ref: Ref) -> int:
    """Which value of its op `ref` is, from 0."""
    if len(ref.index) < 2:
        return ref.index[0] if ref.index else 0
    first, second = ref.index
    if ref.quantity == "part":
        return first * structure.layer(ref.layer + 1).units + second
    layer = structure.layer(ref.layer)
    return first * layer.units + second if ref.quantity == "da_dz" else second * layer.senders + first


def _forward(layer: Layer) -> Iterator[Op]:
    yield _units("z", "forward", layer.number, layer.units)
    yield _units("a", "forward", layer.number, layer.units)


def _backward(structure: Structure, layer: Layer) -> Iterator[Op]:
    number, units = layer.number, layer.units
    if layer.is_fused:
        yield _units("dE_dz", "backward", number, units)
    else:
        if not layer.is_output:
            above = structure.layer(number + 1).units
            yield _pairs("part", number, units * above, above)
        yield _units("dE_da", "backward", number, units)
        if layer.activation.couples_units:
            yield _pairs("da_dz", number, units * units, units)
            yield _units("dE_dz", "backward", number, units)
        else:
            yield _units("da_dz", "backward", number, units)
    for quantity in ("dz_d", "dE_d"):
        yield _weights(f"{quantity}W", layer)
        if layer.biases:
            yield _units(f"{quantity}b", "backward", number, units)


def _new_parameters(structure: Structure, layer: Layer) -> Iterator[Op]:
    slots = structure.slots
    if layer.spec.train_weights:
        for slot in slots:
            yield _weights(f"new_slot:{slot}:W", layer)
        yield _weights("new_W", layer)
    if layer.biases and layer.spec.train_biases:
        for slot in slots:
            yield _units(f"new_slot:{slot}:b", "backward", layer.number, layer.units)
        yield _units("new_b", "backward", layer.number, layer.units)


def _is_trained(layer: Layer) -> bool:
    return layer.spec.train_weights or (layer.biases is not None and layer.spec.train_biases)


def _units(quantity: str, phase: str, number: int, units: int) -> Op:
    return Op(quantity, phase, number, units, lambda unit: Ref(quantity, number, (unit,)))


def _pairs(quantity: str, number: int, size: int, inner: int) -> Op:
    return Op(quantity, "backward", number, size, _split(quantity, number, inner))


def _split(quantity: str, number: int, inner: int) -> Callable[[int], Ref]:
    return lambda value: Ref(quantity, number, divmod(value, inner))


def _weights(quantity: str, layer: Layer) -> Op:
    def ref(value: int) -> Ref:
        unit, sender = divmod(value, layer.senders)
        return Ref(quantity, layer.number, (sender, unit))

    return Op(quantity, "backward", layer.number, layer.units * layer.senders, ref)
