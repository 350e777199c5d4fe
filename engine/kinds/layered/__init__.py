"""What networks have in common, dense or through time: their layers, numbers, tape, state and gradient check."""
