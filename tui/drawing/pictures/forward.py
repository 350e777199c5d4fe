"""What the pictures of a network ask of its tape. No Textual here."""

from __future__ import annotations

from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.snapshot import Snapshot


def network_tape(snapshot: Snapshot) -> NetworkTape | None:
    """The network's tape, be it by itself or beside a search; None where there is none."""
    tape = getattr(snapshot.tape, "beside", snapshot.tape)
    return tape if isinstance(tape, NetworkTape) else None
