"""Simple recurrent networks, trained by backpropagation through time: `kind = "recurrent"`."""
