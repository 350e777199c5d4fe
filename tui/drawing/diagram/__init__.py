"""The picture of a network, as cells of text with roles."""
