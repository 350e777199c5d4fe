"""The one matrix that linear layers come to: K = W[1]·W[2]·…, and what it makes of a sample, X·K.

No op computes them. They are there where every layer is linear and has no biases, and are of the present weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlsim.engine.kinds.layered.quantities import W, X
from dlsim.engine.kinds.layered.tape import Array
from dlsim.engine.kinds.network.layer_summaries import Summary
from dlsim.engine.kinds.network.passes import Structure
from dlsim.engine.kinds.network.quantities import NetworkTape
from dlsim.engine.quantity import Formula, Ref, series


def is_one_matrix(structure: Structure) -> bool:
    """Whether a network is nothing but a product of matrices."""
    return all(layer.activation.name == "linear" and layer.biases is None for layer in structure.layers)


def matrix_of(tape: NetworkTape, layer: int) -> Array:
    """(inputs, units): the product of all matrices up to that of a layer."""
    if layer == 1:
        return tape.present_layers[0][0]
    return tape.remembered(
        (matrix_of, layer, tape.landed), lambda: matrix_of(tape, layer - 1) @ tape.present_layers[layer - 1][0]
    )


class ProductEntry(Summary):
    """K[3][1,2]: what the layers up to the third make of input 1 for unit 2; of single numbers k."""

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """Its entry in a row and a column, from the index."""
        return float(matrix_of(tape, ref.layer)[ref.index])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """K[layer][from,to]."""
        return f"K[{ref.layer}][{ref.index[0] + 1},{ref.index[1] + 1}]"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """A row of the product before it times a column of the layer's weights; of layer 1 the weight itself. Where all
        are single numbers, W·W·W.
        """
        row, column = ref.index
        if ref.layer == 1:
            return (Ref(W.now, 1, ref.index),)
        if tape.structure.layers[0].senders == 1 and all(each.units == 1 for each in tape.structure.layers):
            return series(lambda place: (Ref(W.now, place + 1, (0, 0)),), ref.layer, "·")
        return series(
            lambda via: (Ref(self, ref.layer - 1, (row, via)), "·", Ref(W.now, ref.layer, (via, column))),
            tape.structure.layer(ref.layer).senders,
        )


class ThroughProduct(Summary):
    """(X·K)1: what the one matrix makes of the sample, which is what all layers make of it one after the other."""

    def number(self, tape: NetworkTape, ref: Ref, sample: Any) -> float:
        """The inputs times a column of K."""
        inputs = np.array(
            [tape.value(Ref(X, 0, (place,)), sample) for place in range(tape.structure.layers[0].senders)]
        )
        return float(inputs @ matrix_of(tape, len(tape.structure.layers))[:, ref.index[0]])

    def symbol(self, tape: NetworkTape, ref: Ref) -> str:
        """(X·K)1."""
        return f"(X·K){ref.index[0] + 1}"

    def made_of(self, tape: NetworkTape, ref: Ref) -> Formula:
        """Term by term."""
        last = len(tape.structure.layers)
        return series(
            lambda place: (Ref(X, 0, (place,)), "·", Ref(ENTRY, last, (place, ref.index[0]))),
            tape.structure.layers[0].senders,
        )


ENTRY = ProductEntry("product")
THROUGH = ThroughProduct("through")


def product_numbers(tape: NetworkTape) -> Iterator[Ref]:
    """All of them, where there are any."""
    if not is_one_matrix(tape.structure):
        return
    inputs = tape.structure.layers[0].senders
    for layer in tape.structure.layers:
        yield from (Ref(ENTRY, layer.number, (row, unit)) for row in range(inputs) for unit in range(layer.units))
    yield from (Ref(THROUGH, 0, (unit,)) for unit in range(tape.structure.layers[-1].units))
