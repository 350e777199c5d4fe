"""Functions looked at by themselves: `kind = "functions"`, for activations and losses over a sweep."""

from dlsim.engine.kinds.functions.kind import FUNCTIONS

__all__ = ["FUNCTIONS"]
