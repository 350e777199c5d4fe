"""Dense feed-forward networks: `kind = "network"`, the default."""

from dlsim.engine.kinds.network.kind import NETWORK

__all__ = ["NETWORK"]
