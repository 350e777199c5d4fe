"""The `dlsim` command: opens the app, or answers without it (list, run, trace, check and the other verbs).

Here is what a start does about garbage collection and about OpenBLAS's threads, before anything large is imported.
"""

from __future__ import annotations

if __name__ != "dlsim.cli":  # python -m pytest makes a bare `cli` importable: a second copy of everything
    raise ImportError(f"import this package as dlsim.cli, not as {__name__}")

import gc
import os
import sys
from collections.abc import Sequence

SPIN = "23"
"""OpenBLAS's other threads wait for work by going round in circles, 2²⁶ ticks long; on a busy machine a start loses
60 ms to them. 2²³ ticks last from one product to the next (docs/decisions/speed.md).
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """What the installed command calls; leaves with the exit status."""
    gc.disable()  # nothing that is made while modules are imported is garbage
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", SPIN)
    from dlsim.cli.command import resume_collection, run  # noqa: PLC0415 -- NumPy's import makes OpenBLAS read that

    resume_collection()
    sys.exit(run(arguments))
