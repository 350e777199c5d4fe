"""Initial weights: each initialiser is a limit, its notation and a name; weights are uniform within ±limit.

Glorot and Bengio 2010 (glorot_uniform), He et al. 2015 (he_uniform); names and limits as in Keras 2.2.4. Biases
start at 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.randomness import Random
from dlsim.engine.scenario import LayerSpec

Array = NDArray[np.float64]

UNIFORM_SCALE = 0.05
DEFAULT = "glorot_uniform"
WEIGHTS_STREAM = 1
"""The first word of the weights' streams, so that no other stream of the same seed is theirs."""


@dataclass(frozen=True, slots=True)
class Initialiser:
    """One entry of the table: `limit(senders, units, scale)`; `takes_scale` where a scenario may set the limit."""

    name: str
    limit: Callable[[int, int, float], float]
    notation: str
    takes_scale: bool = False


UNIFORM = Initialiser("uniform", lambda senders, units, scale: scale, "±{scale}", takes_scale=True)
GLOROT_UNIFORM = Initialiser(
    "glorot_uniform",
    lambda senders, units, scale: math.sqrt(6.0 / (senders + units)),
    "±√(6/({senders} + {units}))",
)
HE_UNIFORM = Initialiser(
    "he_uniform", lambda senders, units, scale: math.sqrt(6.0 / senders), "±√(6/{senders})"
)
ZEROS = Initialiser("zeros", lambda senders, units, scale: 0.0, "0")

INITIALISERS: Mapping[str, Initialiser] = {
    entry.name: entry for entry in (UNIFORM, GLOROT_UNIFORM, HE_UNIFORM, ZEROS)
}


def initial_weights(spec: LayerSpec, senders: int, seed: int, layer: int) -> Array:
    """(senders, units): a layer's weights before anything is learnt, drawn from a stream of the layer's own."""
    scale = UNIFORM_SCALE if spec.scale is None else spec.scale
    limit = INITIALISERS[spec.init].limit(senders, spec.units, scale)
    uniforms = Random(seed, WEIGHTS_STREAM, layer).uniforms(senders * spec.units)
    return ((2.0 * uniforms - 1.0) * limit).reshape(senders, spec.units)
