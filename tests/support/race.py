"""The optimizers once more, in plain Python floats and with slopes written out by hand: nothing of the engine's."""

from __future__ import annotations

from math import sqrt

SLOPES = {
    "ravine": lambda x, y: (x / 10, 2 * y),
    "bowl": lambda x, y: (2 * x, 2 * y),
    "saddle": lambda x, y: (2 * x, y**3 - 2 * y),
    "two_valleys": lambda x, y: (4 * x**3 - 4 * x + 0.3, 2 * y),
    "double_well": lambda x: (4 * x**3 - 4 * x + 0.3,),
}
HEIGHTS = {
    "ravine": lambda x, y: x * x / 20 + y * y,
    "bowl": lambda x, y: x * x + y * y,
    "saddle": lambda x, y: x * x - y * y + y**4 / 4,
    "two_valleys": lambda x, y: x**4 - 2 * x * x + 0.3 * x + y * y,
    "double_well": lambda x: x**4 - 2 * x * x + 0.3 * x,
}


def way(surface, start, optimizer, updates):
    """The points that `optimizer` (a table as in a scenario file, every setting in it) visits, the start first."""
    points = [tuple(start)]
    memory = [{"v": 0.0, "a": 0.0, "m": 0.0, "largest": 0.0} for _ in start]
    for t in range(1, updates + 1):
        slopes = SLOPES[surface](*points[-1])
        moved = zip(points[-1], slopes, memory, strict=True)
        points.append(tuple(p + _step(g, kept, optimizer, t) for p, g, kept in moved))
    return points


def _step(g, kept, optimizer, t):
    rate = optimizer["learning_rate"]
    match optimizer["name"]:
        case "sgd":
            mu = optimizer.get("momentum", 0.0)
            kept["v"] = mu * kept["v"] - rate * g
            return mu * kept["v"] - rate * g if optimizer.get("nesterov") else kept["v"]
        case "adagrad":
            kept["a"] += g**2
            return -rate / (sqrt(kept["a"]) + 1e-6) * g
        case "rmsprop":
            kept["a"] = 0.9 * kept["a"] + 0.1 * g**2
            return -rate / (sqrt(kept["a"]) + 1e-6) * g
        case "adam":
            kept["m"] = 0.9 * kept["m"] + 0.1 * g
            kept["v"] = 0.999 * kept["v"] + 0.001 * g**2
            kept["largest"] = max(kept["largest"], kept["v"])
            square = kept["largest"] if optimizer.get("amsgrad") else kept["v"]
            return -rate * sqrt(1 - 0.999**t) / (1 - 0.9**t) * kept["m"] / (sqrt(square) + 1e-7)
