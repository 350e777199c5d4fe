"""Brings the other variants to where the one under the lens is, a little at a time. No Textual here."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

from dlsim.engine import Simulator
from dlsim.engine.ensemble import Ensemble

SLICE_SECONDS = 0.003
"""About how long one goes on before the clock is looked at again."""


def follow(ensemble: Ensemble, seconds: float = math.inf, *, is_halted: Callable[[], bool] = lambda: False) -> bool:
    """Bring every other one to where it is at the lead's moment; whether all are there.

    One that meets trouble stays there. After `seconds`, or when halted, what is left is left for the next call.
    """
    end = perf_counter() + seconds
    burst = 1
    for name, simulator in ensemble.members:
        if name == ensemble.lead_name:
            continue
        done = ensemble.goal(name)
        while not is_there(simulator, done):
            begun = perf_counter()
            if begun >= end or is_halted():
                return False
            if simulator.iteration > done:
                simulator.seek(iteration=done)
                break
            simulator.run(min(burst, done - simulator.iteration))
            spent = perf_counter() - begun
            burst = max(1, 2 * burst if 2 * spent < SLICE_SECONDS else int(burst * SLICE_SECONDS / spent))
        ensemble.align(simulator)
    return True


def is_there(simulator: Simulator, done: int) -> bool:
    """Whether there is no way to go for one that should have done so many updates."""
    return simulator.iteration == done or (simulator.trouble is not None and simulator.iteration < done)
