"""A whole op as matrices: what they are called, how they are made, and of which shapes they are."""

from __future__ import annotations

import pytest
from support.scenarios import each_scenario

from dlsim.engine import Simulator, load


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
