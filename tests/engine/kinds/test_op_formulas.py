"""A whole op as matrices: what they are called, how they are made, and of which shapes they are."""

from __future__ import annotations

import pytest
from support.networks import layer, scenario
from support.scenarios import each_scenario

from dlsim.engine import Simulator, load
from dlsim.engine.scenario.load import load_tables


def told(name, variant=None):
    """(quantity, formula, shapes) of each op of the first iteration."""
    simulator = Simulator(load(name, variant=variant))
    while simulator.step("op") is not None and simulator.iteration < 2:
        snapshot = simulator.snapshot()
        yield snapshot.op.quantity.key, *snapshot.tape.op_formula(snapshot.op)[1:]


@each_scenario(kinds=["network", "recurrent"])
def test_no_matrix_has_two_shapes(name):
    shapes = {}
    for _, formula, sizes in told(name):
        left, result = formula.partition(" = ")[0], sizes.rpartition(" = ")[2]
        assert shapes.setdefault(left, result) == result, left


@pytest.mark.parametrize(
    ("name", "variant", "quantity", "formula"),
    [
        ("backprop-2-2-2", None, "dE_da", "∂E/∂Y[2] = −(T − Y[2])"),
        ("backprop-2-2-2", None, "new_W", "W[2]⁺ = W[2] − η·∂E/∂W[2]"),
        ("matrix-shapes", None, "dE_dz", "∂E/∂Z[3] = Y[3] − T"),
        ("optimizers-on-a-network", "Adam", "new_slot:m:W", "m_W[2]⁺ = β₁·m_W[2] + (1 − β₁)·∂E/∂W[2]"),
        ("feedforward-or-recurrent", None, "dE_dz", "∂E/∂Z_o⟨4⟩ = O⟨4⟩ − T⟨4⟩"),
        ("feedforward-or-recurrent", None, "part:own", "∂E⟨4⟩/∂H⟨4⟩ = ∂E/∂Z_o⟨4⟩·Wyᵀ"),
        ("feedforward-or-recurrent", None, "part:later", "∂E⟨4⟩/∂H⟨3⟩ = ∂E/∂Z_h⟨4⟩·Whᵀ"),
        ("feedforward-or-recurrent", "feed-forward", "new_W", "Wy⁺ = Wy − η·∂E/∂Wy"),
    ],
)
def test_an_op_is_written_as_its_matrices(name, variant, quantity, formula):
    assert next(each for kind, each, _ in told(name, variant) if kind == quantity) == formula


@pytest.mark.parametrize(("output", "part"), [("sigmoid", "∂E_o1/∂h1"), ("softmax", "∂E_z3/∂h1")])
def test_a_part_of_a_gradient_is_of_an_outputs_error_only_where_each_output_has_its_own(output, part):
    case = scenario([layer(2), layer(2, output)], [[0.1, 0.2]], [[0, 1]], loss="half_squared_error")
    symbols = [Simulator(case).model.tape.symbol(ref) for op in Simulator(case).program for ref in op.refs]
    assert [symbol for symbol in symbols if symbol in ("∂E_o1/∂h1", "∂E_z3/∂h1")] == [part]


DENSE = """
Z[1] = X·W[1] + b[1] | (4×2)·(2×3) + (1×3) = (4×3)
Y[1] = tanh(Z[1]) | (4×3)
Z[2] = Y[1]·W[2] | (4×3)·(3×5) = (4×5)
Y[2] = sigmoid(Z[2]) | (4×5)
E_o of each output | (4×5)
E = Σ E_o
∂E/∂Y[2] = −2·(T − Y[2])/5 | (4×5)
∂Y[2]/∂Z[2] = sigmoid′(Z[2]) | (4×5)
∂Z[2]/∂W[2] = Y[1] | (4×3)
∂E/∂W[2] = Y[1]ᵀ·∂E/∂Z[2] / 4 | (3×4)·(4×5) = (3×5)
v_W[2]⁺ = μ·v_W[2] − η·∂E/∂W[2] | (3×5)
W[2]⁺ = W[2] + v_W[2]⁺ | (3×5)
parts of ∂E/∂Y[1]: ∂E/∂Z[2] ⊙ W[2] | (4×5), (3×5)
∂E/∂Y[1] = ∂E/∂Z[2]·W[2]ᵀ | (4×5)·(5×3) = (4×3)
∂Y[1]/∂Z[1] = tanh′(Z[1]) | (4×3)
∂Z[1]/∂W[1] = X | (4×2)
∂Z[1]/∂b[1] = 1 | (4×1)
∂E/∂W[1] = Xᵀ·∂E/∂Z[1] / 4 | (2×4)·(4×3) = (2×3)
∂E/∂b[1] = 1ᵀ·∂E/∂Z[1] / 4 | (1×4)·(4×3) = (1×3)
v_W[1]⁺ = μ·v_W[1] − η·∂E/∂W[1] | (2×3)
W[1]⁺ = W[1] + v_W[1]⁺ | (2×3)
v_b[1]⁺ = μ·v_b[1] − η·∂E/∂b[1] | (1×3)
b[1]⁺ = b[1] + v_b[1]⁺ | (1×3)
W ← W⁺
"""
"""Four samples through a network 2-3-5 with biases in its first layer."""
THROUGH_TIME = """
Z_h⟨1⟩ = X⟨1⟩·Wx + H⟨0⟩·Wh + b_h | (4×1)·(1×3) + (4×3)·(3×3) + (1×3) = (4×3)
H⟨1⟩ = tanh(Z_h⟨1⟩) | (4×3)
Z_o⟨1⟩ = H⟨1⟩·Wy + b_o | (4×3)·(3×5) + (1×5) = (4×5)
O⟨1⟩ = softmax(Z_o⟨1⟩) | (4×5)
Z_h⟨2⟩ = X⟨2⟩·Wx + H⟨1⟩·Wh + b_h | (4×1)·(1×3) + (4×3)·(3×3) + (1×3) = (4×3)
H⟨2⟩ = tanh(Z_h⟨2⟩) | (4×3)
Z_o⟨2⟩ = H⟨2⟩·Wy + b_o | (4×3)·(3×5) + (1×5) = (4×5)
O⟨2⟩ = softmax(Z_o⟨2⟩) | (4×5)
E_o of each output at each step | (4×5)
E⟨t⟩ = Σ E_o⟨t⟩
E = Σ E⟨t⟩
∂E/∂O⟨2⟩ = −2·(T⟨2⟩ − O⟨2⟩)/5 | (4×5)
∂E/∂Z_o⟨2⟩ | (4×5)
∂E⟨2⟩/∂H⟨2⟩ = ∂E/∂Z_o⟨2⟩·Wyᵀ | (4×5)·(5×3) = (4×3)
∂E/∂H⟨2⟩ = ∂E⟨2⟩/∂H⟨2⟩ | (4×3)
∂H⟨2⟩/∂Z_h⟨2⟩ = tanh′(Z_h⟨2⟩) | (4×3)
∂E/∂Z_h⟨2⟩ = ∂E/∂H⟨2⟩ ⊙ ∂H⟨2⟩/∂Z_h⟨2⟩ | (4×3)
∂E/∂O⟨1⟩ = −2·(T⟨1⟩ − O⟨1⟩)/5 | (4×5)
∂E/∂Z_o⟨1⟩ | (4×5)
∂E⟨1⟩/∂H⟨1⟩ = ∂E/∂Z_o⟨1⟩·Wyᵀ | (4×5)·(5×3) = (4×3)
∂E⟨2⟩/∂H⟨1⟩ = ∂E/∂Z_h⟨2⟩·Whᵀ | (4×3)·(3×3) = (4×3)
∂E/∂H⟨1⟩ = ∂E⟨1⟩/∂H⟨1⟩ + ∂E⟨2⟩/∂H⟨1⟩ | (4×3)
∂H⟨1⟩/∂Z_h⟨1⟩ = tanh′(Z_h⟨1⟩) | (4×3)
∂E/∂Z_h⟨1⟩ = ∂E/∂H⟨1⟩ ⊙ ∂H⟨1⟩/∂Z_h⟨1⟩ | (4×3)
∂E/∂Wy = Σₜ H⟨t⟩ᵀ·∂E/∂Z_o⟨t⟩ / 4 | (3×4)·(4×5) = (3×5)
∂E/∂b_o = Σₜ 1ᵀ·∂E/∂Z_o⟨t⟩ / 4 | (1×4)·(4×5) = (1×5)
∂E/∂[Wx; Wh] = Σₜ [X⟨t⟩ H⟨t−1⟩]ᵀ·∂E/∂Z_h⟨t⟩ / 4 | (4×4)·(4×3) = (4×3)
∂E/∂b_h = Σₜ 1ᵀ·∂E/∂Z_h⟨t⟩ / 4 | (1×4)·(4×3) = (1×3)
v_Wy⁺ = μ·v_Wy − η·∂E/∂Wy | (3×5)
v_b_o⁺ = μ·v_b_o − η·∂E/∂b_o | (1×5)
Wy⁺ = Wy + v_Wy⁺ | (3×5)
b_o⁺ = b_o + v_b_o⁺ | (1×5)
v_[Wx; Wh]⁺ = μ·v_[Wx; Wh] − η·∂E/∂[Wx; Wh] | (4×3)
v_b_h⁺ = μ·v_b_h − η·∂E/∂b_h | (1×3)
[Wx; Wh]⁺ = [Wx; Wh] + v_[Wx; Wh]⁺ | (4×3)
b_h⁺ = b_h + v_b_h⁺ | (1×3)
W ← W⁺
"""
"""Four sequences of two steps through a network 1-3-5."""
WITHOUT_FEEDBACK = """
Z_h⟨1⟩ = X⟨1⟩·Wx + b_h | (4×1)·(1×3) + (1×3) = (4×3)
Z_h⟨2⟩ = X⟨2⟩·Wx + b_h | (4×1)·(1×3) + (1×3) = (4×3)
∂E/∂H⟨1⟩ = ∂E⟨1⟩/∂H⟨1⟩ | (4×3)
∂E/∂Wx = Σₜ X⟨t⟩ᵀ·∂E/∂Z_h⟨t⟩ / 4 | (1×4)·(4×3) = (1×3)
v_Wx⁺ = μ·v_Wx − η·∂E/∂Wx | (1×3)
Wx⁺ = Wx + v_Wx⁺ | (1×3)
"""
"""What is another formula there."""


def recurrent(*, feedback):
    table = {"inputs": 1, "hidden": 3, "outputs": 5, "output_activation": "softmax", "feedback": feedback}
    data = {"inputs": [[[0.1], [0.2]]] * 4, "targets": [[[1, 0, 0, 0, 0]] * 2] * 4}
    training = {"loss": "mse", "optimizer": {"name": "sgd", "learning_rate": 0.5, "momentum": 0.9}}
    tables = {"schema": 1, "title": "test", "kind": "recurrent", "recurrent": table}
    return load_tables({**tables, "data": data, "training": training})


def dense():
    layers = [layer(3, "tanh", biases=[0, 0, 0]), layer(5)]
    return scenario(layers, [[1, 2]] * 4, [[0] * 5] * 4, loss="mse", momentum=0.9)


def written(case):
    """(formula | shapes) of each op, each once, in order."""
    simulator = Simulator(case)
    formulas = (simulator.model.tape.op_formula(op)[1:] for op in simulator.program)
    return list(dict.fromkeys(" | ".join(part for part in formula if part) for formula in formulas))


def test_every_op_is_written_with_its_shapes():
    assert written(dense()) == DENSE.strip().splitlines()
    with_feedback, without = written(recurrent(feedback=True)), written(recurrent(feedback=False))
    assert with_feedback == THROUGH_TIME.strip().splitlines()
    assert [line for line in without if line not in with_feedback] == WITHOUT_FEEDBACK.strip().splitlines()


def test_of_a_single_sample_no_mean_is_taken():
    case = scenario([layer(1, biases=[0.1])], [[1, 2]], [[0]], loss="mse")
    assert "∂E/∂W[1] = Xᵀ·∂E/∂Z[1] | (2×1)·(1×1) = (2×1)" in written(case)
    assert "∂E/∂b[1] = 1ᵀ·∂E/∂Z[1] | (1×1)·(1×1) = (1×1)" in written(case)


def test_what_is_not_trained_has_its_forward_pass_alone():
    dense = scenario([layer(2, "step", biases=[0, 0]), layer(1, "step")], [[1, 2]] * 4, None, loss=None)
    assert written(dense) == [
        "Z[1] = X·W[1] + b[1] | (4×2)·(2×2) + (1×2) = (4×2)",
        "Y[1] = step(Z[1]) | (4×2)",
        "Z[2] = Y[1]·W[2] | (4×2)·(2×1) = (4×1)",
        "Y[2] = step(Z[2]) | (4×1)",
    ]
    tables = {"schema": 1, "title": "test", "kind": "recurrent", "data": {"inputs": [[[0.1]]] * 4}}
    through_time = load_tables({**tables, "recurrent": {"inputs": 1, "hidden": 2, "outputs": 1, "feedback": False}})
    assert written(through_time) == [
        "Z_h⟨1⟩ = X⟨1⟩·Wx + b_h | (4×1)·(1×2) + (1×2) = (4×2)",
        "H⟨1⟩ = tanh(Z_h⟨1⟩) | (4×2)",
        "Z_o⟨1⟩ = H⟨1⟩·Wy + b_o | (4×2)·(2×1) + (1×1) = (4×1)",
        "O⟨1⟩ = sigmoid(Z_o⟨1⟩) | (4×1)",
    ]
