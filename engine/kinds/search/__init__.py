"""A search over every setting of one step neuron, beside a network that is trained: `kind = "search"`."""

from dlsim.engine.kinds.search.kind import SEARCH

__all__ = ["SEARCH"]
