"""The engine's run loop beside the same mathematics as one would write it by hand in NumPy.

    python bench/engine_speed.py

Both run in one process, in turn; what counts is the ratio (below 1: the engine is faster). The machine's speed may
drift between rounds, the ratio within a round does not.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from dlsim.engine import Simulator, load
from dlsim.engine.scenario.load import load_tables

# (inputs, layers …), hidden activation, output activation, loss, batch, iterations a round
CASES = [
    ((2, 2, 2), "sigmoid", "sigmoid", "half_squared_error", 1, 4000),
    ((4, 8, 8, 3), "relu", "softmax", "categorical_crossentropy", 32, 2000),
    ((64, 128, 128, 10), "relu", "softmax", "categorical_crossentropy", 32, 300),
    ((256, 256, 10), "relu", "softmax", "categorical_crossentropy", 128, 80),
    ((784, 128, 10), "relu", "softmax", "categorical_crossentropy", 128, 60),
]
ROUNDS = 9
LEARNING_RATE = 0.1


def scenario(widths, hidden, output, loss, inputs, targets):
    """The case as a scenario, its weights drawn by the engine."""
    last = len(widths) - 2
    layers = [
        {"units": units, "activation": output if place == last else hidden} for place, units in enumerate(widths[1:])
    ]
    return load_tables(
        {
            "schema": 1,
            "title": "benchmark",
            "network": {"inputs": widths[0], "layers": layers},
            "data": {"inputs": inputs.tolist(), "targets": targets.tolist()},
            "training": {"loss": loss, "optimizer": {"name": "sgd", "learning_rate": LEARNING_RATE}},
        }
    )


def by_hand(weights, biases, hidden, loss, X, T):
    """One training step as a closure over lists of arrays: what a tutorial would show."""
    m = len(X)

    def step():
        outputs, a = [X], X
        for number, (W, b) in enumerate(zip(weights, biases, strict=True)):
            z = a @ W + b
            if number < len(weights) - 1 or loss == "half_squared_error":
                a = np.maximum(z, 0) if hidden == "relu" else 1 / (1 + np.exp(-z))
            else:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                a = e / e.sum(axis=1, keepdims=True)
            outputs.append(a)
        if loss == "half_squared_error":
            error = np.mean(np.sum(0.5 * (T - a) ** 2, axis=1))
            delta = (a - T) * a * (1 - a)
        else:
            error = -np.mean(np.sum(T * np.log(a), axis=1))
            delta = a - T
        gradients = []
        for number in range(len(weights) - 1, -1, -1):
            gradients.append((number, outputs[number].T @ delta / m, delta.sum(axis=0) / m))
            if number:
                a = outputs[number]
                slope = (a > 0) if hidden == "relu" else a * (1 - a)
                delta = (delta @ weights[number].T) * slope
        for number, dW, db in gradients:
            weights[number] = weights[number] - LEARNING_RATE * dW
            biases[number] = biases[number] - LEARNING_RATE * db
        return error

    return step


def main():
    load("backprop-2-2-2")  # warm up imports
    print(f"{'network':<18} {'batch':>5} {'engine µs':>10} {'by hand µs':>11} {'ratio':>6}   (medians of {ROUNDS})")
    for widths, hidden, output, loss, batch, iterations in CASES:
        random = np.random.default_rng(0)
        X = random.uniform(-1, 1, (batch, widths[0]))
        T = random.uniform(0, 1, (batch, widths[-1]))
        if loss == "categorical_crossentropy":
            T /= T.sum(axis=1, keepdims=True)
        simulator = Simulator(scenario(widths, hidden, output, loss, X, T))
        weights = [W.copy() for W, _ in simulator.parameters]
        biases = [b.copy() for _, b in simulator.parameters]
        step = by_hand(weights, biases, hidden, loss, X, T)
        simulator.run(20)
        for _ in range(20):
            step()
        difference = max(abs(W - V).max() for (W, _), V in zip(simulator.parameters, weights, strict=True))
        assert difference < 1e-9, "not the same mathematics"
        ours, theirs = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            simulator.run(iterations)
            ours.append((time.perf_counter() - start) / iterations * 1e6)
            start = time.perf_counter()
            for _ in range(iterations):
                step()
            theirs.append((time.perf_counter() - start) / iterations * 1e6)
        ratio = statistics.median(mine / his for mine, his in zip(ours, theirs, strict=True))
        name = "-".join(map(str, widths))
        print(
            f"{name:<18} {batch:>5} {statistics.median(ours):>10.1f} {statistics.median(theirs):>11.1f} {ratio:>6.2f}"
        )


if __name__ == "__main__":
    main()
