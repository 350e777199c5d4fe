"""Recurrent networks: the mathematics through time, checked independently; the same timeline as ever."""

import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given, settings
from hypothesis import strategies as st
from support import independent
from support.formulas import worked_out
from support.numbers import ref_to
from support.tables import changed_at
from support.travel import every_way_leads_to_the_same_bits, forward_and_back_restores_every_bit

from dlsim.engine import ScenarioError, Simulator, load
from dlsim.engine.check import check_gradients
from dlsim.engine.functions.losses import LOSSES
from dlsim.engine.scenario.load import load_tables

SMOOTH = ("sigmoid", "tanh", "softplus", {"name": "swish", "beta": 1.5}, "linear", "softmax")


def tables(recurrent, inputs, targets=None, **training):
    """A file's tables; without `training`, forward only."""
    found = {"schema": 1, "title": "test", "kind": "recurrent", "recurrent": recurrent, "data": {"inputs": inputs}}
    if targets is not None:
        found["data"]["targets"] = targets
    if training:
        found["training"] = training
    return found


def small(**changes):
    """One hidden unit, one output, two steps, every number written out."""
    recurrent = {
        "inputs": 1,
        "hidden": 1,
        "outputs": 1,
        "activation": "tanh",
        "output_activation": "linear",
        "weights": {"input": [[0.5]], "recurrent": [[-0.8]], "output": [[1.5]]},
        "biases": {"hidden": [0.1], "output": [-0.2]},
        **changes,
    }
    return load_tables(
        tables(
            recurrent,
            [[1.0, 0.5]],
            [[0.2, 0.4]],
            loss="half_squared_error",
            optimizer={"name": "sgd", "learning_rate": 0.1},
        )
    )


@st.composite
def random_scenarios(draw, *, activations=(*SMOOTH, "relu"), optimizers=("sgd", "adam")):
    """A random recurrent network with random sequences; every loss with an output that goes with it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    inputs, hidden, outputs, steps = (draw(st.integers(1, most)) for most in (3, 4, 3, 5))
    sequences = draw(st.integers(1, 5))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    targets = random.uniform(0.05, 0.95, (sequences, steps, outputs))
    if loss == "categorical_crossentropy":
        targets /= targets.sum(axis=2, keepdims=True)
    weights = {
        "input": random.uniform(-1.2, 1.2, (inputs, hidden)).tolist(),
        "recurrent": random.uniform(-1.2, 1.2, (hidden, hidden)).tolist(),
        "output": random.uniform(-1.2, 1.2, (hidden, outputs)).tolist(),
    }
    bias = draw(st.booleans())
    recurrent = {
        "inputs": inputs,
        "hidden": hidden,
        "outputs": outputs,
        "activation": draw(st.sampled_from(activations)),
        "output_activation": LOSSES[loss].fused_with or draw(st.sampled_from(activations)),
        "feedback": draw(st.integers(0, 3)) > 0,
        "weights": weights,
        "bias": bias,
    }
    if bias:
        recurrent["biases"] = {"hidden": random.uniform(-0.5, 0.5, hidden).tolist()}
    optimizer = {"name": draw(st.sampled_from(optimizers)), "learning_rate": 0.05}
    if optimizer["name"] == "sgd":
        optimizer["momentum"] = draw(st.sampled_from([0.0, 0.9]))
    return load_tables(
        tables(
            recurrent,
            random.uniform(-2, 2, (sequences, steps, inputs)).tolist(),
            targets.tolist(),
            loss=loss,
            optimizer=optimizer,
            batch_size=draw(st.integers(1, sequences)),
            shuffle=draw(st.booleans()),
        )
    )


# the gradients


def independent_gradients(simulator):
    """By autograd, from the recurrence written out once more, over the sequences of the batch on the tape."""
    body = simulator.scenario.body
    rows = list(simulator.snapshot().tape.rows)
    inputs, hidden, outputs = body.network.widths
    x = body.data.inputs[rows].reshape(len(rows), body.steps, inputs)
    t = body.data.targets[rows].reshape(len(rows), body.steps, outputs)
    f, g = (independent.ACTIVATIONS[layer.activation.name] for layer in body.network.layers)

    def loss(parameters):
        (into_hidden, b), (into_output, c) = parameters
        h = anp.zeros((len(rows), hidden))
        errors = 0.0
        for step in range(body.steps):
            received = anp.concatenate([x[:, step], h], axis=1) if body.feedback else x[:, step]
            h = f(anp.dot(received, into_hidden) + b)
            o = g(anp.dot(h, into_output) + c)
            errors = errors + independent.LOSSES[body.training.loss](t[:, step], o)
        return anp.mean(errors)

    present = independent.parameters_of(simulator)
    return loss(present), grad(loss)(present)


@settings(max_examples=60, deadline=None)
@given(case=random_scenarios())
def test_every_gradient_through_time_agrees_with_autograd(case):
    simulator = Simulator(case)
    simulator.run(2)
    simulator.step()
    loss, expected = independent_gradients(simulator)
    simulator.step("iteration")
    assert simulator.losses[-1] == pytest.approx(loss, rel=1e-12)
    independent.assert_gradients_are(simulator, expected, atol=1e-13)


@settings(max_examples=50, deadline=None)
@given(case=random_scenarios(activations=SMOOTH))
def test_every_gradient_of_a_smooth_network_agrees_with_the_complex_step(case):
    simulator = Simulator(case)
    simulator.run(1)
    report = independent.assert_complex_steps_agree(simulator, size=1e-2)
    assert report.total == sum(weights.size + (0 if b is None else b.size) for weights, b in simulator.parameters)


@settings(max_examples=20, deadline=None)
@given(case=random_scenarios(activations=("relu", "tanh")))
def test_the_gradient_check_finds_no_difference_where_there_are_kinks(case):
    simulator = Simulator(case)
    simulator.run(1)
    assert check_gradients(simulator).ok


def test_a_sum_of_exactly_0_is_smooth_too():
    """Nothing has come in yet and the biases are 0: the cross-entropy has no kink there, and no gradient differs."""
    assert check_gradients(Simulator(load("feedforward-or-recurrent"))).worst.relative_error <= 1e-14


# the timeline


def bits(simulator):
    """Everything a place is made of, to the last bit."""
    tape = simulator.snapshot().tape
    return (
        simulator.position,
        [array.tobytes() for pair in simulator.parameters for array in pair if array is not None],
        [array.tobytes() for array in (tape.batch.numbers, tape.batch.before, tape.batch.after)],
        list(tape.rows),
        simulator.losses.tobytes(),
    )


@settings(max_examples=25, deadline=None)
@given(case=random_scenarios(), iterations=st.integers(1, 9))
def test_run_step_and_seek_reach_the_same_bits(case, iterations):
    every_way_leads_to_the_same_bits(case, iterations, bits)


@settings(max_examples=15, deadline=None)
@given(case=random_scenarios(), start=st.integers(0, 30))
def test_stepping_forward_and_back_by_value_restores_every_bit(case, start):
    simulator = Simulator(case)
    for _ in range(start):
        simulator.step()
    forward_and_back_restores_every_bit(simulator, bits)


@settings(max_examples=15, deadline=None)
@given(case=random_scenarios())
def test_exactly_what_has_been_revealed_is_on_screen(case):
    simulator = Simulator(case)
    refs = [ref for op in simulator.program for ref in op.refs]
    for cursor in range(0, len(refs) + 1, max(len(refs) // 12, 1)):
        simulator.seek(iteration=0, cursor=cursor)
        snapshot = simulator.snapshot()
        assert [snapshot.is_shown(ref) for ref in refs] == [place < cursor for place in range(len(refs))]


def test_an_edit_of_a_recurrent_weight_goes_on_from_there():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.run(20)
    simulator.edit(numbers={"Wh2": 0.25})
    simulator.run(1)
    assert simulator.iteration == 21
    simulator.edit(settings={"recurrent.feedback": False})
    kept = simulator.look_up("Wx1"), simulator.look_up("Wy1")
    simulator.seek(iteration=21)
    assert (simulator.look_up("Wx1"), simulator.look_up("Wy1")) == kept
    assert simulator.model.find("Wh2") is not None  # at 21 the feedback still is there
    simulator.run(1)
    assert simulator.model.find("Wh2") is None


def trained(network, sequence):
    """A file's tables; what is to come out has two numbers a step."""
    return load_tables(tables(network, [sequence], [[[0.2, 0.4]] * len(sequence)], loss="mse", optimizer="adam"))


@pytest.mark.parametrize("inputs", [1, 2, 4])
@pytest.mark.parametrize("hidden", [1, 3, 5])
def test_with_more_or_fewer_hidden_units_the_weights_into_and_out_of_them_begin_anew(inputs, hidden):
    network, sequence = {"inputs": inputs, "hidden": 2, "outputs": 2}, [[0.5] * inputs] * 3
    simulator = Simulator(trained(network, sequence))
    simulator.run(20)
    simulator.edit(settings={"recurrent.hidden": hidden})
    anew = Simulator(trained({**network, "hidden": hidden}, sequence))
    for (weights, _), (others, _) in zip(simulator.parameters, anew.parameters, strict=True):
        assert weights.tolist() == others.tolist()


@pytest.mark.parametrize("feedback", [True, False])
def test_with_another_input_the_weights_out_of_the_hidden_layer_stay_as_they_are_learnt(feedback):
    network = {"inputs": 1, "hidden": 2, "outputs": 2, "feedback": feedback}
    simulator = Simulator(trained(network, [[0.5]] * 3))
    simulator.run(20)
    learnt = simulator.parameters[1][0].tolist()
    simulator.edit(settings={"recurrent.inputs": 2, "data.inputs": [[[0.5, 0.1]] * 3]})
    anew = Simulator(trained({**network, "inputs": 2}, [[0.5, 0.1]] * 3))
    assert simulator.parameters[0][0].tolist() == anew.parameters[0][0].tolist()
    assert simulator.parameters[1][0].tolist() == learnt


def test_without_feedback_the_weights_of_the_inputs_stay_as_they_are_learnt():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.run(20)
    learnt = simulator.parameters[0][0].copy()
    simulator.edit(settings={"recurrent.feedback": False})
    assert simulator.parameters[0][0].tolist() == learnt[:1].tolist()
    simulator.run(1)
    learnt = simulator.parameters[0][0].copy()
    simulator.edit(settings={"recurrent.feedback": True})
    anew = Simulator(load("feedforward-or-recurrent")).parameters[0][0]
    assert simulator.parameters[0][0].tolist() == [*learnt[:1].tolist(), *anew[1:].tolist()]


# the program


PROGRAM = [
    ("forward", "z1⟨1⟩ h1⟨1⟩ z2⟨1⟩ o1⟨1⟩ z1⟨2⟩ h1⟨2⟩ z2⟨2⟩ o1⟨2⟩"),
    ("loss", "E_o1⟨1⟩ E_o1⟨2⟩ E⟨1⟩ E⟨2⟩ E"),
    ("backward", "∂E/∂o1⟨2⟩ ∂o1⟨2⟩/∂z2⟨2⟩ ∂E/∂z2⟨2⟩ ∂E⟨2⟩/∂h1⟨2⟩ ∂E/∂h1⟨2⟩ ∂h1⟨2⟩/∂z1⟨2⟩ ∂E/∂z1⟨2⟩"),
    ("backward", "∂E/∂o1⟨1⟩ ∂o1⟨1⟩/∂z2⟨1⟩ ∂E/∂z2⟨1⟩ ∂E⟨1⟩/∂h1⟨1⟩ ∂E⟨2⟩/∂h1⟨1⟩ ∂E/∂h1⟨1⟩ ∂h1⟨1⟩/∂z1⟨1⟩ ∂E/∂z1⟨1⟩"),
    ("backward", "∂E/∂Wy1 ∂E/∂b2 ∂E/∂Wx1 ∂E/∂Wh1 ∂E/∂b1 Wy1⁺ b2⁺ Wx1⁺ Wh1⁺ b1⁺"),
    ("update", "W←W⁺"),
]


def test_an_iteration_goes_forward_through_time_and_back():
    simulator = Simulator(small())
    events = [simulator.step() for _ in range(simulator.program.values)]
    told = [(event.phase, event.symbol.replace(" ", "")) for event in events]
    assert told == [(phase, symbol) for phase, symbols in PROGRAM for symbol in symbols.split()]


def test_without_feedback_no_step_knows_of_another():
    simulator = Simulator(small(feedback=False))
    symbols = [simulator.step().symbol for _ in range(simulator.program.values)]
    assert not any("Wh" in symbol or symbol == "∂E⟨2⟩/∂h1⟨1⟩" for symbol in symbols)
    simulator.seek(iteration=0, cursor=5)
    assert simulator.event.formula == "Wx1·x1⟨2⟩ + b1"


FORMULAS = [
    ("z1⟨1⟩", "Wx1·x1⟨1⟩ + Wh1·h1⟨0⟩ + b1", "0.5·1 + (-0.8)·0 + 0.1"),
    ("z1⟨2⟩", "Wx1·x1⟨2⟩ + Wh1·h1⟨1⟩ + b1", "0.5·0.5 + (-0.8)·0.53704957 + 0.1"),
    ("E", "E⟨1⟩ + E⟨2⟩", None),
    ("∂E/∂h1⟨1⟩", "∂E⟨1⟩/∂h1⟨1⟩ + ∂E⟨2⟩/∂h1⟨1⟩", None),
    ("∂E⟨2⟩/∂h1⟨1⟩", "∂E/∂z1⟨2⟩·Wh1", None),
    ("∂E/∂Wh1", "∂E/∂z1⟨1⟩·h1⟨0⟩ + ∂E/∂z1⟨2⟩·h1⟨1⟩", None),
    ("∂E/∂b2", "∂E/∂z2⟨1⟩ + ∂E/∂z2⟨2⟩", None),
    ("Wh1⁺", "Wh1 − η·∂E/∂Wh1", None),
]


@pytest.mark.parametrize(("symbol", "formula", "substituted"), FORMULAS)
def test_every_number_says_what_it_is_made_of(symbol, formula, substituted):
    simulator = Simulator(small())
    simulator.run(1)
    told = simulator.snapshot().explain(simulator.model.find(symbol))
    assert told.formula == formula
    assert substituted is None or told.substituted == substituted


def computed(tape, tokens, sample):
    """The number that a formula makes, read the way a student would."""
    return worked_out(
        "".join(token if isinstance(token, str) else f"({tape.value(token, sample)!r})" for token in tokens)
    )


@settings(max_examples=25, deadline=None)
@given(case=random_scenarios(activations=SMOOTH, optimizers=("sgd",)))
def test_every_formula_makes_the_number_that_it_stands_for(case):
    simulator = Simulator(case)
    simulator.run(2)
    tape = simulator.snapshot().tape
    sample = len(tape.rows) - 1
    for op in simulator.program:
        for ref in op.refs:
            tokens = tape.formula(ref, sample)
            if op.quantity.key not in ("update", "rate"):
                number = computed(tape, tokens, sample)
                assert number == pytest.approx(tape.value(ref, sample), rel=1e-9, abs=1e-12), tape.symbol(ref)


@settings(max_examples=15, deadline=None)
@given(case=random_scenarios())
def test_every_symbol_finds_its_number_again(case):
    simulator = Simulator(case)
    tape = simulator.model.tape
    for op in simulator.program:
        for ref in op.refs:
            if op.quantity.key not in ("update", "rate"):
                assert simulator.model.find(tape.symbol(ref)) == ref
        assert tape.array(op, 0).size == op.size


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "z1",
        "z1⟨0⟩",
        "z1⟨3⟩",
        "h2⟨1⟩",
        "x2⟨1⟩",
        "o1⟨0⟩",
        "Wx2",
        "Wh[2,1]",
        "b3",
        "b1⟨1⟩",
        "E⟨3⟩",
        "∂E⟨1⟩/∂h1⟨2⟩",
        "∂E⟨3⟩/∂h1⟨2⟩",
        "∂E⟨3…2⟩/∂h1⟨2⟩",
        "W1",
    ],
)
def test_symbols_that_the_network_does_not_have_are_not_found(symbol):
    assert Simulator(small()).model.find(symbol) is None


def test_a_step_may_be_written_in_plain_brackets_and_the_first_has_zeros_before_it():
    simulator = Simulator(small())
    assert simulator.look_up("h1<1>") == simulator.look_up("h1⟨1⟩") == pytest.approx(math.tanh(0.6))
    assert simulator.look_up("h1⟨0⟩") == 0.0
    assert simulator.look_up("Wh[1,1]") == -0.8


# what it means


def test_without_feedback_it_is_a_feed_forward_network_that_sees_every_step_by_itself():
    case = small(feedback=False)
    network = load_tables(
        {
            "schema": 1,
            "title": "the same as a network",
            "network": {
                "inputs": 1,
                "layers": [
                    {"units": 1, "activation": "tanh", "weights": [[0.5]], "biases": [0.1]},
                    {"units": 1, "activation": "linear", "weights": [[1.5]], "biases": [-0.2]},
                ],
            },
            "data": {"inputs": [[1.0], [0.5]], "targets": [[0.2], [0.4]]},
            "training": {"loss": "half_squared_error", "optimizer": {"name": "sgd", "learning_rate": 0.1}},
        }
    )
    recurrent, plain = Simulator(case), Simulator(network)
    recurrent.run(1)
    plain.run(1)
    for ours, theirs in zip(recurrent.gradients, plain.gradients, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, 2 * other, rtol=1e-14)  # a sum over steps, a mean over samples


def test_the_order_of_what_came_in_matters_only_with_feedback():
    for feedback, alike in ((True, False), (False, True)):
        simulator = Simulator(load("feedforward-or-recurrent", overrides={"recurrent.feedback": feedback}))
        outputs = simulator.outputs()
        assert bool(outputs[1, 3] == outputs[0, 3]) is alike, "a 0 after a 1, a 0 after zeros"


def test_variants_begin_with_the_same_weights_but_for_those_that_are_gone():
    with_feedback = Simulator(load("feedforward-or-recurrent"))
    without = Simulator(load("feedforward-or-recurrent", variant="feed-forward"))
    for symbol in ("Wx1", "Wx2", "Wy1", "Wy2", "b1"):
        assert with_feedback.look_up(symbol) == without.look_up(symbol)


def test_remembering_is_learnt_from_any_first_weights_and_never_without_feedback():
    """No answer to a 0 alone can be better than the share of zeros that come after a 1: that is the least loss."""
    body = load("feedforward-or-recurrent").body
    answers_to_zero = body.data.targets[body.data.inputs == 0]
    share = answers_to_zero.mean()
    entropy = -(share * math.log(share) + (1 - share) * math.log(1 - share))
    least = answers_to_zero.size * entropy / len(body.data.inputs)
    assert (answers_to_zero.size, answers_to_zero.sum()) == (18, 8)  # as the lesson says
    assert least == pytest.approx(2.06, abs=0.005)
    for seed in range(6):
        learnt = Simulator(load("feedforward-or-recurrent", overrides={"recurrent.seed": seed}))
        learnt.run()
        assert learnt.loss() < 0.02
        assert learnt.accuracy() == 1.0
        stuck = Simulator(load("feedforward-or-recurrent", variant="feed-forward", overrides={"recurrent.seed": seed}))
        stuck.run()
        assert least <= stuck.loss() < least + 0.02
        assert stuck.accuracy() < 1.0


def test_a_forward_only_network_has_one_pass():
    recurrent = {"inputs": 1, "hidden": 1, "outputs": 1, "activation": "step", "output_activation": "step"}
    weights = {"input": [[1.0]], "recurrent": [[1.0]], "output": [[1.0]]}  # once on, always on
    case = load_tables(tables({**recurrent, "weights": weights, "bias": False}, [[0, 1, 0, 0]]))
    simulator = Simulator(case)
    while simulator.step():
        pass
    assert simulator.outputs().tolist() == [[0.0, 1.0, 1.0, 1.0]]
    assert (simulator.loss(), simulator.gradients, simulator.iteration) == (None, None, 0)


def test_the_run_stops_at_the_first_number_that_is_not_finite():
    case = load_tables(
        tables(
            {"inputs": 1, "hidden": 1, "outputs": 1, "activation": "linear", "output_activation": "linear"},
            [[1e200, 1e200]],
            [[0.0, 0.0]],
            loss="mse",
        )
    )
    simulator = Simulator(case)
    assert simulator.run(3) == 0
    assert simulator.trouble.symbol == "E_o1⟨1⟩"
    assert math.isfinite(simulator.back().value)


def test_the_tables_list_every_step_and_every_sequence():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.run(1)
    snapshot = simulator.snapshot()
    weights, layers, data = snapshot.tables
    assert " ".join(row.label for row in weights.rows) == "Wx1 Wx2 Wh1 Wh2 Wh3 Wh4 b1 b2 Wy1 Wy2 b3"
    assert [row.label for row in layers.rows][:4] == ["h1⟨1⟩", "h2⟨1⟩", "o1⟨1⟩", "h1⟨2⟩"]
    assert [row.label for row in data.rows][3:6] == ["1⟨4⟩", "2⟨1⟩", "2⟨2⟩"]
    assert data.columns == ("input=x1", "target=t1", "output=o1")
    for table in snapshot.tables:
        for row in table.rows:
            assert all(snapshot.value(ref) is not None for ref in row.cells if ref is not None)
    assert snapshot.value(ref_to("X", 0, (2, 0, 1))) == 1.0
    assert snapshot.symbol(ref_to("a", 1, (0,))) == "h1"


def test_a_row_of_data_holds_the_input_the_target_and_the_output_of_one_time():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.run(1)
    simulator.sample = 2
    snapshot = simulator.snapshot()
    inputs, targets = (snapshot.scenario.raw["data"][key] for key in ("inputs", "targets"))
    for number, row in enumerate(snapshot.tables[2].rows):
        sequence, step = divmod(number, 4)
        x, t, o = map(snapshot.value, row.cells)
        assert row.sample == sequence
        assert (x, t) == (inputs[sequence][step], targets[sequence][step])
        if sequence == simulator.sample:
            assert o == snapshot.value(ref_to("a", 2, (0, step)))
            error = -math.log(o if t else 1 - o)
            assert error == pytest.approx(snapshot.value(ref_to("E_t", 0, (step,))))


def test_data_without_targets_has_no_column_for_them():
    simulator = Simulator(load_tables(tables({"inputs": 1, "hidden": 1, "outputs": 1}, [[0.0, 1.0]])))
    assert simulator.snapshot().tables[2].columns == ("input=x1", "output=o1")


# what is refused


def changed(path, value):
    """The small network's tables with one value changed."""
    found = {
        "schema": 1,
        "title": "test",
        "kind": "recurrent",
        "recurrent": {"inputs": 1, "hidden": 2, "outputs": 1},
        "data": {"inputs": [[0, 1], [1, 0]], "targets": [[0, 1], [1, 1]]},
        "training": {"loss": "binary_crossentropy"},
    }
    return changed_at(path, value, found)


REFUSED = [
    ("recurrent.hiden", 2, "hidden"),
    ("recurrent.hidden", 257, "≤ 256"),
    ("recurrent.seed", -1, "≥ 0"),
    ("recurrent.weights.input", [[1]], "found 1×1, but it takes 1×2"),
    ("recurrent.weights.output", [[1, 2]], "found 1×2, but it takes 2×1"),
    ("recurrent.biases.output", [1, 2], "one per unit"),
    ("data.inputs", [[], []], "it takes 1 to 1,000"),
    ("data.inputs", [[0] * 1001, [1] * 1001], "it takes 1 to 1,000"),
    ("data.inputs", [[0, 1], [1, 0, 1]], "found 3 steps, and the others have 2"),
    ("data.targets", [[0, 1, 1], [1, 1, 1]], "found 3 steps, and the others have 2"),
    ("data.targets", [[-0.5, 1], [1, 1]], "from 0 to 1"),
    ("recurrent.hidden", 0, "≥ 1"),
    ("recurrent.activation", "tahn", "tanh"),
    ("recurrent.activation", "step", "no derivative"),
    ("recurrent.output_activation", "tanh", "needs a sigmoid output"),
    ("recurrent.weights.recurent", [[1]], "recurrent"),
    ("recurrent.weights.recurrent", [[1, 2]], "2×2"),
    ("recurrent.biases.hidden", [1], "one per unit"),
    ("recurrent.init", "glorot", "glorot_uniform"),
    ("recurrent.scale", 1, "no scale"),
    ("data.inputs", [[0, 1], [1]], "same length"),
    ("data.inputs", [[[0, 1], 1], [1, 0]], "1 number"),
    ("data.inputs", [["x", 1], [1, 0]], "number"),
    ("data.inputs", [], "≥ 1"),
    ("data", {"inputs": [[0, 1], [1, 0]]}, "data: training needs targets"),
    ("data.targets", [[0, 1]], "sequence of targets"),
    ("data.targets", [[0, 1], [2, 0]], "from 0 to 1"),
    ("training.loss", "bce", "binary_crossentropy"),
    ("expect", [{"after": 1, "values": {"h9⟨1⟩": 0}}], "h9"),
    ("expect", [{"after": 0, "values": {"∂E/∂Wx1": 0}}], "after = 1"),
    ("expect", [{"after": 1, "outputs": [[1], [1]]}], "2 rows of 2"),
]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("recurrent.hidden", 256),
        ("data", {"inputs": [[0] * 1000], "targets": [[1] * 1000]}),
        ("data", {"inputs": [[1]], "targets": [[0]]}),
        ("data", {"inputs": [[[0], 1]], "targets": [[1, [0.5]]]}),
        ("recurrent.weights.recurrent", [[1, 2], [3, 4]]),
        ("recurrent.biases", {"hidden": [1, 2], "output": [3]}),
    ],
)
def test_what_lies_at_a_limit_can_be_run(path, value):
    assert load_tables(changed(path, value)).kind == "recurrent"


def test_weights_and_biases_that_are_given_are_taken_and_the_others_drawn():
    given = {"recurrent": [[1, 2], [3, 4]], "output": [[5], [6]]}
    found = changed_at("recurrent.biases", {"output": [7]}, changed("recurrent.weights", given))
    run = Simulator(load_tables(found))
    (hidden, b), (output, c) = run.parameters
    assert (hidden[1:].tolist(), output.tolist(), b.tolist(), c.tolist()) == ([[1, 2], [3, 4]], [[5], [6]], [0, 0], [7])
    assert 0 < np.abs(hidden[0]).max() <= math.sqrt(6 / 3)
    assert run.scenario.body.draws_weights
    assert not load_tables(changed_at("recurrent.weights.input", [[1, 2]], found)).body.draws_weights


def test_biases_and_no_biases_is_refused():
    found = changed_at("recurrent.bias", False, changed("recurrent.biases", {"output": [7]}))
    with pytest.raises(ScenarioError, match="bias = false"):
        load_tables(found)
    assert Simulator(load_tables(changed("recurrent.bias", False))).parameters[0][1] is None


@pytest.mark.parametrize(("row", "fits"), [([0.25, 0.75], True), ([0.5, 0.75], False), ([0, 0.5], False)])
def test_the_targets_of_softmax_sum_to_1_at_each_step(row, fits):
    found = changed("recurrent", {"inputs": 1, "hidden": 2, "outputs": 2, "output_activation": "softmax"})
    found |= {
        "data": {"inputs": [[0, 1]], "targets": [[[1, 0], row]]},
        "training": {"loss": "categorical_crossentropy"},
    }
    if fits:
        assert load_tables(found).body.steps == 2
    else:
        with pytest.raises(ScenarioError, match="each time step to sum to 1"):
            load_tables(found)


@pytest.mark.parametrize(("path", "value", "message"), REFUSED)
def test_what_could_not_be_run_is_refused_with_its_place_and_a_remedy(path, value, message):
    with pytest.raises(ScenarioError) as refused:
        load_tables(changed(path, value))
    assert message in str(refused.value)
    assert refused.value.key


def test_the_update_brings_new_biases_too():
    simulator = Simulator(load("feedforward-or-recurrent"))
    simulator.step("iteration")
    assert simulator.event.formula.startswith("Wx1 ← Wx1⁺, ")
    assert "b1 ← b1⁺" in simulator.event.formula


def test_more_sequences_at_once_than_fit_in_memory_are_refused(monkeypatch):
    units = 4 * (2 + 2 + 1)  # four steps of inputs, hidden units and outputs at the most
    for most, is_refused in ((6 * units, False), (5, True)):
        monkeypatch.setattr("dlsim.engine.kinds.recurrent.kind.MOST_VALUES_AT_ONCE", most)
        if is_refused:
            with pytest.raises(ScenarioError, match=r"training\.batch_size: 6 sequences at once are too many"):
                load("feedforward-or-recurrent")
            with pytest.raises(ScenarioError, match="data: 1 sequence at once are too many"):
                load_tables(tables({"inputs": 1, "hidden": 2, "outputs": 1}, [[0, 1, 2]]))
        else:
            load("feedforward-or-recurrent")


def test_the_last_step_has_no_later_ones_that_anything_comes_back_from():
    find = Simulator(load("feedforward-or-recurrent")).model.find
    assert find("∂E⟨4⟩/∂h1⟨3⟩") == ref_to("part:later", 1, (0, 2), kind="recurrent")
    assert find("∂E⟨4⟩/∂h1⟨4⟩") == ref_to("part:own", 1, (0, 3), kind="recurrent")
    assert find("∂E⟨5⟩/∂h1⟨4⟩") is None


@pytest.mark.parametrize(("inputs", "hidden", "outputs", "symbol"), [(1, 9, 1, "Wh81"), (5, 5, 10, "Wh[5,5]")])
def test_up_to_99_weights_are_numbered_on_in_each_matrix(inputs, hidden, outputs, symbol):
    network = {"inputs": inputs, "hidden": hidden, "outputs": outputs}
    simulator = Simulator(load_tables(tables(network, [[[0.1] * inputs] * 2])))
    last = simulator.model.parameter_at(1, 0, (inputs + hidden - 1, hidden - 1))
    assert simulator.model.tape.symbol(last) == symbol
    assert simulator.model.find(symbol) == last
