"""What networks are made of: activations, losses, optimizers, initialisers; a file each."""
