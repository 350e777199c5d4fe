"""Scenarios that have every quantity between them, and all numbers of each."""

from __future__ import annotations

import math

from dlsim.engine import Simulator
from dlsim.engine.scenario.load import load_tables

INPUTS = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.9], [0.2, 0.4], [-1.1, -0.6]]


def tables(kind, data=None, training=None, **body):
    """A file's tables."""
    found = {"schema": 1, "title": "test", "kind": kind, **body}
    return found | {name: table for name, table in (("data", data), ("training", training)) if table}


def network(layers, data, training=None):
    return tables("network", data, training, network={"inputs": 2, "seed": 3, "layers": layers})


CLASSES = {
    "inputs": INPUTS,
    "targets": [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0], [1, 0, 0]],
    "validation_fraction": 0.4,
}
SIDES = {"inputs": INPUTS, "targets": [[1], [-1], [-1], [1], [-1]]}
SEQUENCES = {
    "inputs": [[[0.5, -1.2], [1.5, 0.3], [-0.7, 0.9]], [[0.2, 0.4], [-1.1, -0.6], [0.6, 0.1]]],
    "targets": [[[1, 0], [0, 1], [1, 0]], [[0, 1], [0, 1], [1, 0]]],
}
ADAM = {"name": "adam", "learning_rate": 0.1, "decay": 0.1}
NESTEROV = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}
SWEEP = {"from": 0.05, "to": 0.95, "step": 0.05}
GRID = {"from": -1, "to": 1, "step": 0.5}
GATES = {"AND": [0, 0, 0, 1], "XOR": [0, 1, 1, 0]}
ROWS = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}
FILES = {
    "several outputs": network(
        [
            {"units": 3, "activation": "softmax", "train_weights": False},
            {"units": 2, "activation": "tanh", "bias": False},
            {"units": 3, "activation": "softmax"},
        ],
        CLASSES,
        {"loss": "mse", "optimizer": ADAM, "batch_size": 3},
    ),
    "one output": network(
        [{"units": 3, "activation": {"name": "leaky_relu", "alpha": 0.2}}, {"units": 1, "activation": "tanh"}],
        SIDES,
        {"loss": "half_squared_error", "optimizer": NESTEROV},
    ),
    "fused": network(
        [{"units": 2, "activation": "relu"}, {"units": 3, "activation": "softmax"}],
        CLASSES,
        {"loss": "categorical_crossentropy", "optimizer": "adagrad", "batch_size": 1},
    ),
    "inputs alone": network([{"units": 2, "activation": "softmax"}], {"inputs": INPUTS}),
    "not trained": network([{"units": 3, "activation": "relu"}, {"units": 1, "activation": "step"}], SIDES),
    "through time": tables(
        "recurrent",
        SEQUENCES,
        {"loss": "mse", "optimizer": "adadelta"},
        recurrent={"inputs": 2, "hidden": 2, "outputs": 2, "activation": "elu", "output_activation": "softmax"},
    ),
    "without feedback": tables(
        "recurrent",
        SEQUENCES,
        {"loss": "categorical_crossentropy", "optimizer": "rmsprop", "batch_size": 1},
        recurrent={"inputs": 2, "hidden": 2, "outputs": 2, "output_activation": "softmax", "feedback": False},
    ),
    "sequences alone": tables(
        "recurrent", {"inputs": SEQUENCES["inputs"]}, recurrent={"inputs": 2, "hidden": 2, "outputs": 2}
    ),
    "a surface": tables("surface", None, {"optimizer": ADAM}, surface={"function": "two_valleys"}),
    "functions": tables(
        "functions",
        functions={"show": ["swish", "mse", "softplus", {"name": "leaky_relu", "alpha": 0.3}], "sweep": SWEEP},
    ),
    "softmax": tables("functions", functions={"show": ["tanh"], "sweep": SWEEP, "vector": [1, 2, 0.5]}),
    "a search": tables("search", {"inputs": ROWS["inputs"]}, search={"weights": GRID, "bias": GRID, "targets": GATES}),
    "a search beside a network": tables(
        "search",
        ROWS,
        {"loss": "mse", "optimizer": NESTEROV},
        search={"weights": GRID, "bias": GRID, "targets": GATES, "at_zero": 1},
        network={"inputs": 2, "seed": 3, "layers": [{"units": 1, "activation": "sigmoid"}]},
    ),
}


def shown(simulator):
    """Each number that an iteration, a picture or a table shows."""
    snapshot = simulator.snapshot()
    cells = (cell for table in snapshot.tables for row in table.rows for cell in row.cells if cell is not None)
    return [*(ref for op in simulator.program for ref in op.refs), *snapshot.tape.besides(), *cells]


def everything(simulator):
    """Each of these, and what they are made of; not what has no value here, nor what that is made of."""
    snapshot, asked, found = simulator.snapshot(), shown(simulator), {}
    while asked:
        ref = asked.pop()
        if ref not in found and snapshot.knows(ref):
            found[ref] = told = snapshot.explain(ref)
            asked += () if math.isnan(told.value) else told.operands
    return found


def run(name, *, has_landed):
    """Three updates done, or the third still to land; under the lens is the last sample."""
    simulator = Simulator(load_tables(FILES[name]))
    simulator.run(iterations=3)
    if not has_landed:
        simulator.back()
    simulator.sample = len(simulator.snapshot().tape.rows) - 1
    return simulator
