"""What a start does about garbage collection and about OpenBLAS's threads, before anything large is imported."""

from __future__ import annotations

import gc
import os

SPIN = "23"
"""OpenBLAS's other threads wait for work by going round in circles, 2²⁶ ticks long; on a busy machine a start loses
60 ms to them. 2²³ ticks last from one product to the next (docs/decisions/speed.md).
"""


def shorten_waiting() -> None:
    """Set how long OpenBLAS's threads wait, unless that is set; it reads the setting when NumPy is imported."""
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", SPIN)


def postpone_collection() -> None:
    """No garbage collection while modules are imported or the app starts: nothing that they make is garbage."""
    gc.disable()


def resume_collection() -> None:
    """Collect from now on, except what there is already: walking through all of it would hold up a key by 50 ms."""
    gc.freeze()
    gc.enable()
