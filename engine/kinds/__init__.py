"""The kinds of scenario: each brings its tables in the file, its program, its tape. `kind` in a file picks one."""

from __future__ import annotations

from collections.abc import Mapping

from dlsim.engine.kinds.functions import FUNCTIONS
from dlsim.engine.kinds.kind import Kind
from dlsim.engine.kinds.network import NETWORK
from dlsim.engine.kinds.recurrent import RECURRENT
from dlsim.engine.kinds.search import SEARCH
from dlsim.engine.kinds.surface import SURFACE

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (NETWORK, FUNCTIONS, SURFACE, RECURRENT, SEARCH)}

__all__ = ["KINDS", "Kind"]
