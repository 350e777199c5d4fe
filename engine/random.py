"""Random numbers that a seed determines on every machine: a few lines of our own over PCG64's raw words.

NumPy promises to keep the words of a bit generator and its seeding, not what its distributions make of them;
so the distributions are here, made of exactly rounded operations: +, ·, sorting.
O'Neill, PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms (2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FRACTION_BITS = 53
SHIFT = np.uint64(64 - FRACTION_BITS)
SUMMANDS = 12
"""So many uniforms have variance 1 in sum."""


class Random:
    """A stream of random numbers that (seed, stream) determines; the streams of one seed are independent.

    Random(7, 3, 0).uniforms(2)             # the same two numbers on every machine
    """

    def __init__(self, seed: int, *stream: int) -> None:
        self._bits: Any = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=stream))

    def words(self, n: int) -> NDArray[np.uint64]:
        """The next n raw words."""
        words: NDArray[np.uint64] = self._bits.random_raw(n)
        return words

    def uniforms(self, n: int) -> Array:
        """(n,) numbers in [0, 1): the top 53 bits of a word each."""
        return _scaled(self.words(n) >> SHIFT)

    def permutation(self, n: int) -> NDArray[np.intp]:
        """The numbers 0 … n − 1 in random order: sorted by a word each, equal words by number."""
        return np.argsort(self.words(n), kind="stable")

    def normals(self, n: int) -> Array:
        """(n,) numbers with mean 0 and variance 1: the sum of twelve uniforms less six, a bell within ±6.

        A logarithm or a cosine may differ in its last bit between machines; a sum of whole numbers does not.
        """
        words = self.words(n * SUMMANDS).reshape(n, SUMMANDS) >> SHIFT
        return _scaled(words.sum(axis=1, dtype=np.uint64)) - SUMMANDS / 2


def _scaled(words: NDArray[np.uint64]) -> Array:
    return words.astype(np.float64) * 2.0**-FRACTION_BITS
