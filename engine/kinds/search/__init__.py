"""A search over every setting of one step neuron, beside a network that is trained: `kind = "search"`."""
