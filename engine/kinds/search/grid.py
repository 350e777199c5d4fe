"""Every setting of a step neuron on a grid of weights and biases: what each of them answers, and what it solves.

Sums are made of whole numbers: on a grid in steps of 0.1 many are exactly 0, where > and ≥ part, and 0.1 + 0.2 − 0.3
in floating point is not.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.kinds.search.body import SearchBody

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

    shape: tuple[int, ...]
    fires: NDArray[np.bool_]  # (settings, rows)
    solves: NDArray[np.bool_]  # (settings, gates)
    counts: Whole  # (settings, gates): how many have solved it so far
    sums: Whole  # (settings, rows), in units of 1/scale
    scale: int

    def setting(self, body: SearchBody, number: int) -> tuple[float, ...]:
        """(weight 1, weight 2, …, bias) of the setting numbered `number`, from 0."""
        *places, last = np.unravel_index(number, self.shape)
        return (*(float(body.weights[place]) for place in places), float(body.biases[last]))


def search(body: SearchBody) -> Grid:
    """Try them all."""
    inputs = body.data.inputs  # (rows, weights)
    of_grid = max(decimals(body.weights) or 0, decimals(body.biases) or 0)
    of_inputs = decimals(inputs) or 0
    shape = (len(body.weights),) * inputs.shape[1] + (len(body.biases),)
    places = np.indices(shape).reshape(len(shape), -1)  # (weights + 1, settings)
    weights = _whole(body.weights, of_grid)[places[:-1]].T  # (settings, weights)
    biases = _whole(body.biases, of_grid)[places[-1]]  # (settings,)
    sums = weights @ _whole(inputs, of_inputs).T + biases[:, np.newaxis] * 10**of_inputs
    fires = sums >= 0 if body.fires_at_zero else sums > 0
    wanted = np.array(list(body.gates.values())) > 0.5  # (gates, rows)
    solves = (fires[:, np.newaxis, :] == wanted).all(axis=2)
    counts = np.cumsum(solves, axis=0, dtype=np.int64)
    return Grid(shape, fires, solves, counts, sums, 10 ** (of_grid + of_inputs))


def _whole(numbers: Array, places: int) -> Whole:
    return np.rint(numbers * 10.0**places).astype(np.int64)
