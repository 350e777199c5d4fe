"""Simple recurrent networks, trained by backpropagation through time: `kind = "recurrent"`."""

from dlsim.engine.kinds.recurrent.kind import RECURRENT

__all__ = ["RECURRENT"]
