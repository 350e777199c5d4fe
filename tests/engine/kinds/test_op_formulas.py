"""A whole op as matrices: what they are called, how they are made, and of which shapes they are."""

from __future__ import annotations

import pytest
from support.networks import layer, scenario
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


@pytest.mark.parametrize(("output", "part"), [("sigmoid", "∂E_o1/∂h1"), ("softmax", "∂E_z3/∂h1")])
def test_a_part_of_a_gradient_is_of_an_outputs_error_only_where_each_output_has_its_own(output, part):
    case = scenario([layer(2), layer(2, output)], [[0.1, 0.2]], [[0, 1]], loss="half_squared_error")
    symbols = [Simulator(case).model.tape.symbol(ref) for op in Simulator(case).program for ref in op.refs]
    assert [symbol for symbol in symbols if symbol in ("∂E_o1/∂h1", "∂E_z3/∂h1")] == [part]
