"""Generated data sets: each generator is a name and a rule. A seed gives the same numbers on every machine.

Samples come in random order, classes mixed and equally large (but for one). Noise is a standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.random import Random
from dlsim.engine.scenario.spec import Samples

Array = NDArray[np.float64]

STREAM = 3
"""The first word of the generators' streams."""
ORDER, PLACES, NOISE = range(3)
"""The second words: more noise moves every sample on its own line, and no sample's place."""

INNER_RADIUS = 0.5
SPIRAL_TURNS = 1.25
SLOPE, INTERCEPT = 2.0, 1.0

TERMS = 14
"""With so many terms the error of Taylor's series within ±π is below 1e-13."""


class Draw(Struct, frozen=True):
    """What points are made from: the class of each sample, (samples,) of 0 … classes − 1, and a place in [0, 1)."""

    labels: NDArray[np.intp]
    classes: int
    places: Array


class Generator(Struct, frozen=True):
    """One entry of the table: `make` gives a point, (samples, 2), for each sample."""

    name: str
    make: Callable[[Draw], Array]
    most_classes: int = 2
    is_regression: bool = False

    def samples(self, samples: int, noise: float, seed: int, classes: int = 2) -> Samples:
        """Make `samples` samples of two inputs in `classes` classes, or of one input and one target in a regression.

        `noise` is the standard deviation of what is added to the inputs, in a regression to the targets; `seed` gives
        order, places and noise a stream of random numbers each.
        """
        labels = np.arange(samples) % (1 if self.is_regression else classes)
        labels = labels[Random(seed, STREAM, ORDER).permutation(samples)]
        points = self.make(Draw(labels, classes, Random(seed, STREAM, PLACES).uniforms(samples)))
        normals = Random(seed, STREAM, NOISE).normals(2 * samples).reshape(samples, 2)
        if self.is_regression:
            return Samples(points[:, :1], points[:, 1:] + noise * normals[:, 1:])
        names = tuple(map(str, range(classes)))
        return Samples(points + noise * normals, labels=labels, classes=names)


def _moons(draw: Draw) -> Array:
    """Two half circles, each with its end in the other's hollow."""
    cosine, sine = cosine_and_sine(draw.places / 2)
    return np.where(draw.labels[:, None] == 0, _points(cosine, sine), _points(1.0 - cosine, 0.5 - sine))


def _circles(draw: Draw) -> Array:
    """A circle, class 1, within another."""
    cosine, sine = cosine_and_sine(draw.places)
    return _points(cosine, sine) * np.where(draw.labels == 0, 1.0, INNER_RADIUS)[:, None]


def _blobs(draw: Draw) -> Array:
    """A heap for each class, their middles evenly around the unit circle: noise alone spreads them."""
    return _points(*cosine_and_sine(draw.labels / draw.classes))


def _spiral(draw: Draw) -> Array:
    """An arm for each class, wound around the middle."""
    cosine, sine = cosine_and_sine(draw.labels / draw.classes + SPIRAL_TURNS * draw.places)
    return _points(cosine, sine) * draw.places[:, None]


def _line(draw: Draw) -> Array:
    """One input x in [−1, 1), one target 2·x + 1."""
    x = 2.0 * draw.places - 1.0
    return _points(x, SLOPE * x + INTERCEPT)


def _points(x: Array, y: Array) -> Array:
    return np.stack((x, y), axis=1)


def cosine_and_sine(turns: Array) -> tuple[Array, Array]:
    """Of angles in whole turns, 0.25 being a right angle: the same to the last bit on every machine, which a C
    library's are not. It is Taylor's series with +, −, · and / only, which are exactly rounded everywhere.
    """
    angle = (turns - np.rint(turns)) * (2.0 * np.pi)
    square = angle * angle
    cosine = sine = np.ones_like(angle)
    for n in range(2 * TERMS, 0, -2):  # cos x = 1 − x²/(1·2)·(1 − x²/(3·4)·(…)), sin x = x·(1 − x²/(2·3)·(…))
        cosine = 1.0 - square / (n * (n - 1)) * cosine
        sine = 1.0 - square / (n * (n + 1)) * sine
    return cosine, angle * sine


GENERATORS: Mapping[str, Generator] = {
    entry.name: entry
    for entry in (
        Generator("moons", _moons),
        Generator("circles", _circles),
        Generator("blobs", _blobs, most_classes=10),
        Generator("spiral", _spiral, most_classes=10),
        Generator("line", _line, is_regression=True),
    )
}


@lru_cache(maxsize=4)
def generated(name: str, samples: int, noise: float, seed: int, classes: int) -> Samples:
    """What the generator called `name` makes. The last few results are kept: the variants and edits of a scenario
    mostly ask for the same.
    """
    return GENERATORS[name].samples(samples, noise, seed, classes)
