"""A point that rolls down a surface: `kind = "surface"`, for seeing optimizers by themselves."""

from dlsim.engine.kinds.surface.kind import SURFACE

__all__ = ["SURFACE"]
