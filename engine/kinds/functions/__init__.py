"""Functions looked at by themselves: `kind = "functions"`, for activations and losses over a sweep."""
