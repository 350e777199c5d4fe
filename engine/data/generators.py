"""Data sets to order: each generator is a name and a rule; the same numbers for a seed on every machine.

Samples come in random order, classes mixed and equally large (but for one). Noise is a standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.data.samples import Samples
from dlsim.engine.data.trigonometry import cosine_and_sine
from dlsim.engine.randomness import Random

Array = NDArray[np.float64]

STREAM = 3
"""The first word of the generators' streams."""
ORDER, PLACES, NOISE = range(3)
"""The last: noise does not move the places, nor more samples of another set these."""

INNER_RADIUS = 0.5
SPIRAL_TURNS = 1.25
SLOPE, INTERCEPT = 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Generator:
    """One entry of the table: `make(labels, classes, random places in [0, 1))` gives a point for each sample."""

    name: str
    make: Callable[[NDArray[np.intp], int, Array], Array]
    most_classes: int = 2
    is_regression: bool = False

    def samples(self, samples: int, noise: float, seed: int, classes: int = 2) -> Samples:
        """So many samples; noise is added to inputs, in a regression to targets."""
        labels = np.arange(samples) % (1 if self.is_regression else classes)
        labels = labels[Random(seed, STREAM, ORDER).permutation(samples)]
        points = self.make(labels, classes, Random(seed, STREAM, PLACES).uniforms(samples))
        normals = Random(seed, STREAM, NOISE).normals(2 * samples).reshape(samples, 2)
        if self.is_regression:
            normals[:, 0] = 0.0
        points = points + noise * normals
        if self.is_regression:
            return Samples(points[:, :1], targets=points[:, 1:], features=("x",))
        return Samples(points, labels=labels, classes=tuple(map(str, range(classes))), features=("x", "y"))


def _moons(labels: NDArray[np.intp], classes: int, places: Array) -> Array:
    """Two half circles, each with its end in the other's hollow."""
    cosine, sine = cosine_and_sine(places / 2)
    return np.where(labels[:, None] == 0, _points(cosine, sine), _points(1.0 - cosine, 0.5 - sine))


def _circles(labels: NDArray[np.intp], classes: int, places: Array) -> Array:
    """A circle within another."""
    cosine, sine = cosine_and_sine(places)
    return _points(cosine, sine) * np.where(labels == 0, 1.0, INNER_RADIUS)[:, None]


def _blobs(labels: NDArray[np.intp], classes: int, places: Array) -> Array:
    """A heap for each class, their middles evenly around the unit circle: noise alone spreads them."""
    return _points(*cosine_and_sine(labels / classes))


def _spiral(labels: NDArray[np.intp], classes: int, places: Array) -> Array:
    """An arm for each class, wound around the middle."""
    cosine, sine = cosine_and_sine(labels / classes + SPIRAL_TURNS * places)
    return _points(cosine, sine) * places[:, None]


def _line(labels: NDArray[np.intp], classes: int, places: Array) -> Array:
    """y = 2·x + 1 for x in [−1, 1): one input, one target."""
    x = 2.0 * places - 1.0
    return _points(x, SLOPE * x + INTERCEPT)


def _points(x: Array, y: Array) -> Array:
    return np.stack((x, y), axis=1)


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
