"""A point that rolls down a surface: `kind = "surface"`, for seeing optimizers by themselves."""
