"""The kinds of scenario: each brings its tables in the file, its program, its tape. `kind` in a file picks one."""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.kinds.kind import Kind
from dlsim.engine.kinds.network import NETWORK

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (NETWORK,)}

__all__ = ["KINDS", "Kind"]
