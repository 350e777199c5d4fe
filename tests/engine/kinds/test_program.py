"""The program of an iteration: the order of the lecture notes, known before anything runs."""

import pytest
from support.networks import layer, scenario, worked_example

from dlsim.engine import Simulator, program
from dlsim.engine.kinds.layered.model import KEPT_ROWS, LazyRows
from dlsim.engine.model import Row

WORKED_EXAMPLE = [
    ("forward", "z1 z2 h1 h2 z3 z4 o1 o2"),
    ("loss", "E_o1 E_o2 E"),
    ("backward", "∂E/∂o1 ∂E/∂o2 ∂o1/∂z3 ∂o2/∂z4 ∂z3/∂W5 ∂z3/∂W6 ∂z4/∂W7 ∂z4/∂W8"),
    ("backward", "∂E/∂W5 ∂E/∂W6 ∂E/∂W7 ∂E/∂W8 W5⁺ W6⁺ W7⁺ W8⁺"),
    ("backward", "∂E_o1/∂h1 ∂E_o2/∂h1 ∂E_o1/∂h2 ∂E_o2/∂h2 ∂E/∂h1 ∂E/∂h2 ∂h1/∂z1 ∂h2/∂z2"),
    ("backward", "∂z1/∂W1 ∂z1/∂W2 ∂z2/∂W3 ∂z2/∂W4 ∂E/∂W1 ∂E/∂W2 ∂E/∂W3 ∂E/∂W4 W1⁺ W2⁺ W3⁺ W4⁺"),
]


def walk(case):
    simulator = Simulator(case)
    return [(event.phase, event.symbol) for event in (simulator.step() for _ in range(simulator.program.values))]


def test_the_worked_example_goes_through_48_values_in_the_order_of_the_notes():
    expected = [(phase, symbol) for phase, symbols in WORKED_EXAMPLE for symbol in symbols.split()]
    assert walk(worked_example()) == [*expected, ("update", "W ← W⁺")]
    assert program(worked_example()).values == 48


@pytest.mark.parametrize(
    ("output", "loss", "backward"),
    [
        ("sigmoid", "binary_crossentropy", "∂E/∂z1 ∂E/∂z2 ∂z1/∂W1 ∂z2/∂W2 ∂z1/∂b1 ∂z2/∂b2"),
        ("softmax", "categorical_crossentropy", "∂E/∂z1 ∂E/∂z2 ∂z1/∂W1 ∂z2/∂W2 ∂z1/∂b1 ∂z2/∂b2"),
        (
            "softmax",
            "mse",
            "∂E/∂o1 ∂E/∂o2 ∂o1/∂z1 ∂o1/∂z2 ∂o2/∂z1 ∂o2/∂z2 ∂E/∂z1 ∂E/∂z2 ∂z1/∂W1 ∂z2/∂W2 ∂z1/∂b1 ∂z2/∂b2",
        ),
    ],
)
def test_a_fused_output_shows_its_gradient_directly_and_softmax_otherwise_its_whole_jacobian(output, loss, backward):
    case = scenario([layer(2, output, [[0.3, -0.4]], biases=[0.1, 0.2])], [[1.0]], [[0.2, 0.8]], loss=loss)
    symbols = [symbol for phase, symbol in walk(case) if phase == "backward"]
    gradients = "∂E/∂W1 ∂E/∂W2 ∂E/∂b1 ∂E/∂b2 W1⁺ W2⁺ b1⁺ b2⁺"
    assert symbols == [*backward.split(), *gradients.split()]


def test_momentum_shows_every_velocity_before_the_weights():
    case = scenario([layer(1, "linear", [[0.3]])], [[1.0]], [[0.0]], momentum=0.9, learning_rate=0.1)
    simulator = Simulator(case)
    simulator.run(1)
    told = {}
    for _ in range(simulator.program.values):
        event = simulator.step()
        told[event.symbol] = event
    assert told["v_W1⁺"].formula == "μ·v_W1 − η·∂E/∂W1"
    assert told["W1⁺"].formula == "W1 + v_W1⁺"
    assert told["v_W1⁺"].value == pytest.approx(0.9 * -0.03 - 0.1 * 0.27)


def test_adam_shows_its_bias_correction_and_state():
    case = scenario([layer(1, "linear", [[0.3]])], [[1.0]], [[0.0]], optimizer="adam", learning_rate=0.1)
    symbols = [symbol for _, symbol in walk(case)]
    assert symbols[symbols.index("∂E/∂W1") :] == ["∂E/∂W1", "η_t", "m_W1⁺", "v_W1⁺", "W1⁺", "W ← W⁺"]


def test_a_batch_gradient_is_the_mean_and_marks_the_sample_under_the_lens():
    case = scenario([layer(1, "linear", [[0.5]])], [[1.0], [2.0]], [[0.0], [0.0]], learning_rate=0.1)
    simulator = Simulator(case)
    simulator.sample = 1
    while (event := simulator.step()).symbol != "∂E/∂W1":
        pass
    assert event.formula == "1/2·(∂E₁/∂W1 + «∂E/∂o1·∂o1/∂z1·∂z1/∂W1»)"
    assert event.substituted == "1/2·(0.5 + «1·1·2»)"
    assert event.sample is None
    assert event.value == 1.25


def test_large_networks_use_the_long_form_of_a_weights_name():
    case = scenario([layer(10), layer(10)], [[0.1] * 10], [[0.5] * 10], learning_rate=0.1)
    simulator = Simulator(case)
    while (event := simulator.step()).op != "dE_dW":
        pass
    assert event.symbol == "∂E/∂W[2][1,1]"
    assert simulator.look_up("W[1][10,3]") == simulator.parameters[0][0][9, 2]


SYMBOLS = [
    ("z3", 0.44498412),
    ("o2", 0.66384491),
    ("E_o2", 0.00203809),
    ("W6", 0.4),
    ("W[2][2,1]", 0.4),
]


@pytest.mark.parametrize(("symbol", "figure"), SYMBOLS)
def test_a_symbol_names_its_figure(symbol, figure):
    assert Simulator(worked_example()).look_up(symbol) == pytest.approx(figure, abs=5e-9)


@pytest.mark.parametrize(
    "symbol", ["", "W9", "W0", "z5", "h3", "b1", "∂E/∂W9", "∂o1/∂z4", "∂z3/∂W1", "q", "W[3][1,1]", "E_o3"]
)
def test_symbols_that_the_network_does_not_have_are_not_found(symbol):
    assert Simulator(worked_example()).model.find(symbol) is None


@pytest.mark.parametrize(("inputs", "units", "symbol"), [(9, 11, "W99"), (10, 10, "W[1][10,10]")])
def test_up_to_99_weights_are_numbered_on(inputs, units, symbol):
    simulator = Simulator(scenario([layer(units)], [[0.1] * inputs], [[0.5] * units]))
    last = simulator.model.parameter_at(1, 0, (inputs - 1, units - 1))
    assert simulator.model.tape.symbol(last) == symbol
    assert simulator.model.find(symbol) == last


def test_rows_of_a_table_are_made_when_they_are_looked_at():
    made = []

    def make(place):
        made.append(place)
        return Row(str(place), ())

    rows = LazyRows(KEPT_ROWS + 10, make)
    assert len(rows) == KEPT_ROWS + 10
    assert (rows[3].label, rows[-1].label, rows[3].label) == ("3", str(KEPT_ROWS + 9), "3")
    assert made == [3, KEPT_ROWS + 9], "each once"
    assert [row.label for row in rows[2:8:2]] == ["2", "4", "6"]
    assert [row.label for row in rows[:-KEPT_ROWS]] == [str(place) for place in range(10)]
    for place in (len(rows), -len(rows) - 1):
        with pytest.raises(IndexError):
            rows[place]
    assert rows[-len(rows)].label == "0"
    del made[:]
    for place in range(len(rows)):
        assert rows[place].label == str(place)
        assert len(rows._made) <= KEPT_ROWS
    assert [row.label for row in rows] == [str(place) for place in range(len(rows))]
