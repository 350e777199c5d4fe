"""What a start does about garbage collection, and about the threads of OpenBLAS."""

from __future__ import annotations

import gc
import os

SPIN = "23"
"""OpenBLAS's other threads wait for work by going round in circles, 2²⁶ ticks long; on a busy machine a start loses
60 ms to them. 2²³ ticks last from one product to the next (docs/decisions/speed.md).
"""


def shorten_waits() -> None:
    """Let the threads of OpenBLAS sleep sooner, unless the user has set that. It counts if NumPy comes afterwards."""
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", SPIN)


def postpone_collection() -> None:
    """No garbage collection while modules are imported or the app starts: nothing that they make is garbage."""
    gc.disable()


def resume_collection() -> None:
    """Collect from now on, except what there is already: walking through all of it would hold up a key by 50 ms."""
    gc.freeze()
    gc.enable()
