"""The `dlsim` command: opens the app, or answers without it (list, run, trace, check and the other verbs)."""

from __future__ import annotations

if __name__ != "dlsim.cli":  # python -m pytest makes a bare `cli` importable: a second copy of everything
    raise ImportError(f"import this package as dlsim.cli, not as {__name__}")

import sys
from collections.abc import Sequence

from dlsim.cli.startup import postpone_collection, resume_collection, shorten_waiting


def main(arguments: Sequence[str] | None = None) -> None:
    """What the installed command calls; leaves with the exit status."""
    postpone_collection()
    shorten_waiting()
    from dlsim.cli.command import run  # noqa: PLC0415 -- OpenBLAS reads its setting when NumPy is imported

    resume_collection()
    sys.exit(run(arguments))
