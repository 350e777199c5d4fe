"""Every setting of a step neuron on a grid of weights and biases: what each of them answers, and what it solves.

Sums are made of whole numbers: on a grid in steps of 0.1 many are exactly 0, where > and ≥ part, and 0.1 + 0.2 − 0.3
in floating point is not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

DECIMALS = 6
"""Weights, biases and inputs have no more decimals than this."""
LARGEST = 1_000.0
"""None of them is larger: the sums are then exact."""


def decimals(numbers: Array) -> int | None:
    """How many decimals they have at most; None for more than are allowed."""
    for places in range(DECIMALS + 1):
        scaled = numbers * 10.0**places
        if np.all(np.abs(scaled - np.rint(scaled)) <= 1e-9 * np.maximum(np.abs(scaled), 1.0)):
            return places
    return None


class Grid(Struct, frozen=True):
    """`shape` is (values of weight 1, of weight 2, …, of the bias); the bias changes fastest."""

    weights: Array  # (steps,): what each weight is set to
    biases: Array  # (steps,): what the bias is set to
    shape: tuple[int, ...]
    fires: NDArray[np.bool_]  # (settings, rows)
    solves: NDArray[np.bool_]  # (settings, gates)
    counts: Whole  # (settings, gates): how many have solved it so far
    sums: Whole  # (settings, rows), in units of 1/scale
    scale: int

    def setting(self, number: int) -> tuple[float, ...]:
        """(weight 1, weight 2, …, bias) of the setting numbered `number`, from 0."""
        *places, last = np.unravel_index(number, self.shape)
        return (*(float(self.weights[place]) for place in places), float(self.biases[last]))


def search(weights: Array, biases: Array, inputs: Array, gates: Sequence[Array], *, fires_at_zero: bool) -> Grid:
    """Try every weight and bias on the inputs (rows, weights); a gate is the output wanted in each row."""
    of_grid = max(decimals(weights) or 0, decimals(biases) or 0)
    of_inputs = decimals(inputs) or 0
    shape = (len(weights),) * inputs.shape[1] + (len(biases),)
    places = np.indices(shape).reshape(len(shape), -1)  # (weights + 1, settings)
    all_weights = _whole(weights, of_grid)[places[:-1]].T  # (settings, weights)
    all_biases = _whole(biases, of_grid)[places[-1]]  # (settings,)
    sums = all_weights @ _whole(inputs, of_inputs).T + all_biases[:, np.newaxis] * 10**of_inputs
    fires = sums >= 0 if fires_at_zero else sums > 0
    wanted = np.array(gates) > 0.5  # (gates, rows)
    solves = (fires[:, np.newaxis, :] == wanted).all(axis=2)
    counts = np.cumsum(solves, axis=0, dtype=np.int64)
    return Grid(weights, biases, shape, fires, solves, counts, sums, 10 ** (of_grid + of_inputs))


def _whole(numbers: Array, places: int) -> Whole:
    return np.rint(numbers * 10.0**places).astype(np.int64)
