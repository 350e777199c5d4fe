"""Three heaps of points to be told apart: a small scenario whose data come from a generator, in batches."""

from __future__ import annotations

HEAPS = {
    "schema": 1,
    "title": "Three heaps",
    "network": {"inputs": 2, "layers": [{"units": 3, "activation": "softmax"}]},
    "data": {"generator": "blobs", "classes": 3, "samples": 9},
    "training": {"loss": "categorical_crossentropy", "optimizer": "sgd", "batch_size": 4, "shuffle": True},
}
