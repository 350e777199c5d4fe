"""Initial weights: each initialiser is a limit, its notation, a name and its rule; weights are uniform within ±limit.

Glorot and Bengio 2010 (glorot_uniform), He et al. 2015 (he_uniform); names and limits as in Keras 2.2.4.
Biases start at 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dlsim.engine.names import Names
from dlsim.engine.numbers import general
from dlsim.engine.random import Random
from dlsim.engine.scenario.spec import Convention, LayerSpec

Array = NDArray[np.float64]

UNIFORM_SCALE = 0.05
DEFAULT = "glorot_uniform"
WEIGHTS_STREAM = 1
"""The first word of the weights' streams, so that no other stream of the same seed is theirs."""


class DrawnLayer(Struct, frozen=True):
    """What the limit of a layer's weights may depend on: its senders and units, and the `scale` of a scenario."""

    senders: int
    units: int
    scale: float


class Initialiser(Struct, frozen=True):
    """One entry of the table; `also` is what Keras and PyTorch call it, `takes_scale` where a scenario may set the
    limit itself.
    """

    name: str
    limit: Callable[[DrawnLayer], float]
    notation: str
    also: tuple[str, ...] = ()
    takes_scale: bool = False

    def convention(self, layer: DrawnLayer, number: int, seed: int) -> Convention:
        """Its rule for the panel: where the first weights of the layer with that number come from."""
        limit = self.notation.format(senders=layer.senders, units=layer.units, scale=general(layer.scale))
        return Convention("initialiser", {"layer": number, "init": self.name, "limit": limit, "seed": seed})


UNIFORM = Initialiser(
    "uniform", lambda layer: layer.scale, "±{scale}", also=("random_uniform", "random"), takes_scale=True
)
GLOROT_UNIFORM = Initialiser(
    "glorot_uniform",
    lambda layer: math.sqrt(6.0 / (layer.senders + layer.units)),
    "±√(6/({senders} + {units}))",
    also=("glorot", "xavier", "xavier_uniform"),
)
HE_UNIFORM = Initialiser(
    "he_uniform",
    lambda layer: math.sqrt(6.0 / layer.senders),
    "±√(6/{senders})",
    also=("he", "kaiming", "kaiming_uniform"),
)
ZEROS = Initialiser("zeros", lambda _: 0.0, "0", also=("zero",))

INITIALISERS: Mapping[str, Initialiser] = {entry.name: entry for entry in (UNIFORM, GLOROT_UNIFORM, HE_UNIFORM, ZEROS)}
INITIALISER_NAMES = Names.of(
    INITIALISERS,
    absent=(
        *("normal", "random_normal", "truncated_normal", "trunc_normal", "glorot_normal", "xavier_normal", "he_normal"),
        *("kaiming_normal", "lecun_uniform", "lecun_normal", "variance_scaling", "orthogonal", "ones", "constant"),
        *("identity", "eye", "dirac", "sparse"),
    ),
)
"""What others call them, and what others have besides."""


def is_drawn(spec: LayerSpec, given: Array | None) -> bool:
    """Whether weights are drawn at random, if none are `given`: those of another seed are others."""
    return given is None and INITIALISERS[spec.init] is not ZEROS


def drawn_layer(spec: LayerSpec, senders: int) -> DrawnLayer:
    """What the limit of a layer's weights depends on."""
    return DrawnLayer(senders, spec.units, UNIFORM_SCALE if spec.scale is None else spec.scale)


def initial_weights(spec: LayerSpec, senders: int, seed: int, layer: int) -> Array:
    """(senders, units): weights before anything is learnt, each layer's from a stream of its own."""
    limit = INITIALISERS[spec.init].limit(drawn_layer(spec, senders))
    uniforms = Random(seed, WEIGHTS_STREAM, layer).uniforms(senders * spec.units)
    return ((2.0 * uniforms - 1.0) * limit).reshape(senders, spec.units)
