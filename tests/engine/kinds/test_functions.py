"""The kind "functions": a cursor on a sweep, each function and its slope there, files that are refused."""

import math
import warnings

import numpy as np
import pytest
from autograd import elementwise_grad
from autograd import numpy as anp

from dlsim.engine import ScenarioError, Simulator
from dlsim.engine.kinds.functions.quantities import evaluate
from dlsim.engine.scenario.load import load_tables
from dlsim.engine.scenario.spec import FunctionSpec

NOTES = {"from": -5, "to": 5, "step": 0.1}
CHANCES = {"from": 0.05, "to": 0.95, "step": 0.05}


def load(show, sweep=NOTES, vector=None, **tables):
    functions = {"show": show, "sweep": sweep} | ({} if vector is None else {"vector": vector})
    return load_tables({"schema": 1, "title": "a", "kind": "functions", "functions": functions, **tables})


def simulator(*show, sweep=NOTES, vector=None):
    return Simulator(load(list(show), sweep, vector))


# values and slopes

WRITTEN_OUT = [
    (FunctionSpec("sigmoid"), lambda x: 1 / (1 + anp.exp(-x))),
    (FunctionSpec("tanh"), anp.tanh),
    (FunctionSpec("relu"), lambda x: anp.where(x > 0, x, 0 * x)),
    (FunctionSpec("leaky_relu", {"alpha": 0.1}), lambda x: anp.where(x > 0, x, 0.1 * x)),
    (FunctionSpec("elu", {"alpha": 0.7}), lambda x: anp.where(x > 0, x, 0.7 * (anp.exp(x) - 1))),
    (FunctionSpec("softplus"), lambda x: anp.log(1 + anp.exp(x))),
    (FunctionSpec("swish", {"beta": 1.5}), lambda x: x / (1 + anp.exp(-1.5 * x))),
    (FunctionSpec("linear"), lambda x: 1.0 * x),
]
LOSSES = [
    ("mse", lambda p, t: (t - p) ** 2),
    ("half_squared_error", lambda p, t: (t - p) ** 2 / 2),
    ("binary_crossentropy", lambda p, t: -(t * anp.log(p) + (1 - t) * anp.log(1 - p))),
    ("categorical_crossentropy", lambda p, t: -t * anp.log(p)),
]


@pytest.mark.parametrize(("spec", "written_out"), WRITTEN_OUT)
def test_an_activations_value_and_slope_are_those_of_autograd(spec, written_out):
    x = np.linspace(-5, 5, 40)  # no x is 0, where two of them have a kink
    value, slope = evaluate(spec, x)
    np.testing.assert_allclose(value, written_out(x), rtol=1e-13)
    np.testing.assert_allclose(slope, elementwise_grad(written_out)(x), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("name", "written_out"), LOSSES)
def test_a_losss_value_and_slope_are_those_of_autograd(name, written_out, target):
    p = np.linspace(0.01, 0.99, 30)
    value, slope = evaluate(FunctionSpec(name, target=target), p)
    np.testing.assert_allclose(value, written_out(p, target), rtol=1e-12, atol=1e-15)
    expected = elementwise_grad(lambda p: written_out(p, target))(p)
    np.testing.assert_allclose(slope, expected, rtol=1e-12, atol=1e-14)
    assert not np.signbit(slope[slope == 0]).any()  # no −0 on screen


@pytest.mark.parametrize("place", [-3.0, -0.4, 0.7, 2.0])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "swish", "linear"])
def test_a_slope_agrees_with_the_difference_of_two_values(name, place):
    run = simulator(name)
    above, below = (run.look_up(f"{name}({place + offset!r})") for offset in (1e-6, -1e-6))
    assert run.look_up(f"{name}′({place})") == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-9)


def test_softmax_shares_out_a_sum_of_one_over_the_sweep_and_over_the_vector():
    run = simulator("softmax", vector=[1, 2, 3])
    x = np.array([round(-5 + 0.1 * k, 12) for k in range(101)])
    expected = np.exp(x) / np.exp(x).sum()
    np.testing.assert_allclose(run.outputs()[:, 0], expected, rtol=1e-13)
    assert run.look_up("softmax(5)") == pytest.approx(expected[-1])  # its share in the sweep
    assert run.look_up("softmax′(5)") == pytest.approx(expected[-1] * (1 - expected[-1]))
    total = math.e + math.e**2 + math.e**3
    assert [run.look_up(f"softmax(v){unit}") for unit in (1, 2, 3)] == pytest.approx(
        [math.e**unit / total for unit in (1, 2, 3)]
    )
    assert run.look_up("Σ softmax(v)") == pytest.approx(1, abs=1e-15)


# the cursor


def test_the_sweep_is_the_notes_own_without_their_rounding():
    x = load(["tanh"]).body.sweep
    assert len(x) == 101
    assert [str(place) for place in x[[0, 1, 49, 50, 53, 100]]] == ["-5.0", "-4.9", "-0.1", "0.0", "0.3", "5.0"]


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        ({"from": 0, "to": 0.3, "step": 0.1}, [0, 0.1, 0.2, 0.3]),
        ({"from": 0, "to": 1, "step": "1/3"}, [0, 0.333333333333, 0.666666666667, 1]),
        ({"from": 0, "to": 1, "step": 0.35}, [0, 0.35, 0.7]),  # never past its end
        ({"from": -1, "to": 1, "step": 2}, [-1, 1]),
        ({"from": 0, "to": 1, "step": 1e-4}, [round(k / 10_000, 4) for k in range(10_001)]),
    ],
)
def test_a_sweep_goes_in_whole_steps_up_to_its_end(sweep, expected):
    assert load(["tanh"], sweep).body.sweep.tolist() == expected


def test_every_iteration_is_the_next_x():
    run = simulator("sigmoid", "relu")
    for place, x in enumerate((-5.0, -4.9, -4.8), start=1):
        symbols = [run.step().symbol for _ in range(4)]
        assert symbols == ["sigmoid(x)", "relu(x)", "sigmoid′(x)", "relu′(x)"]
        assert (run.iteration, run.look_up("x")) == (place, x)
        assert run.look_up("sigmoid(x)") == pytest.approx(1 / (1 + math.exp(-x)))
    run.seek(iteration=101)
    assert run.look_up("x") == 5.0
    run.back("iteration")
    assert run.look_up("x") == 4.9


@pytest.mark.parametrize("grain", ["value", "op", "phase", "iteration"])
def test_stepping_and_seeking_find_the_same_numbers(grain):
    stepped, sought = simulator("tanh", "softmax", vector=[0, 1]), simulator("tanh", "softmax", vector=[0, 1])
    while stepped.iteration < 17:
        stepped.step(grain)
    sought.run(60)
    sought.seek(iteration=17)
    for symbol in ("x", "tanh(x)", "tanh′(x)", "softmax(x)", "softmax(v)2"):
        assert stepped.look_up(symbol) == sought.look_up(symbol)


def test_stepping_back_takes_every_event_back():
    run = simulator("tanh", "step", vector=[0, 1, 2])
    events = [run.step() for _ in range(3 * run.program.values)]
    for event in reversed(events[:-1]):
        assert run.back() == event
    assert run.back() is None


def test_the_words_go_by_whether_it_is_an_activation_or_a_loss():
    snapshot = simulator("tanh", {"name": "mse", "target": 1}, sweep=CHANCES).snapshot()
    said = {row.label: [snapshot.explain(cell).said.qualities for cell in row.cells] for row in snapshot.tables[0].rows}
    assert {label: {kind for each in cells for kind in each} for label, cells in said.items()} == {
        "tanh": {"activation", "tanh"},
        "mse[t=1]": {"loss", "mse"},
    }


def test_where_nothing_is_trained_there_is_neither_loss_nor_parameter():
    run = simulator("tanh")
    assert run.run() == 101
    assert (run.loss(), run.accuracy(), run.parameters, run.gradients) == (None, None, (), ())
    assert len(run.losses) == 0
    assert run.outputs().shape == (101, 1)


FORMULAS = [
    ("sigmoid", NOTES, "sigmoid(x)", "1/(1 + e^(−x))", "1/(1 + e^(−(-5)))"),
    ("tanh", NOTES, "tanh′(x)", "1 − tanh(x)²", None),
    ("relu", NOTES, "relu(x)", "max(0, x)", "max(0, -5)"),
    ({"name": "leaky_relu", "alpha": 0.1}, NOTES, "leaky_relu(x)", "max(a·x, x)", "max(0.1·(-5), -5)"),
    (
        {"name": "elu", "alpha": 0.5},
        NOTES,
        "elu(x)",
        "(x if x > 0 else a·(e^(x) − 1))",
        "(-5 if (-5) > 0 else 0.5·(e^(-5) − 1))",
    ),
    ("softplus", NOTES, "softplus(x)", "ln(1 + e^(x))", "ln(1 + e^(-5))"),
    ({"name": "swish", "beta": 1.5}, NOTES, "swish(x)", "x/(1 + e^(−β·x))", "-5/(1 + e^(−1.5·(-5)))"),
    ({"name": "step", "at_zero": 1}, NOTES, "step(x)", "(1 if x ≥ 0 else 0)", None),
    ({"name": "mse", "target": 1}, CHANCES, "mse[t=1](x)", "(t − x)²", "(1 − 0.05)²"),
    ({"name": "mse", "target": 1}, CHANCES, "mse[t=1]′(x)", "−2·(t − x)", "−2·(1 − 0.05)"),
    (
        {"name": "binary_crossentropy", "target": 0},
        CHANCES,
        "binary_crossentropy[t=0](x)",
        "−(t·ln x + (1 − t)·ln(1 − x))",
        "−(0·ln 0.05 + (1 − 0)·ln(1 − 0.05))",
    ),
    (
        {"name": "categorical_crossentropy", "target": 1},
        CHANCES,
        "categorical_crossentropy[t=1]′(x)",
        "−t/x",
        "−1/0.05",
    ),
]


@pytest.mark.parametrize(("function", "sweep", "symbol", "formula", "filled_in"), FORMULAS)
def test_a_formula_is_the_definition_with_the_x_of_the_cursor_in_it(function, sweep, symbol, formula, filled_in):
    run = simulator(function, sweep=sweep)
    told = {event.symbol: (event.formula, event.substituted) for event in (run.step(), run.step())}
    assert told[symbol][0] == formula
    assert filled_in is None or told[symbol][1].split(" = ")[0] == filled_in


def test_two_of_one_name_are_told_apart_by_their_settings():
    run = simulator("leaky_relu", {"name": "leaky_relu", "alpha": 0.1}, "tanh")
    assert run.look_up("leaky_relu[alpha=0.01](-2)") == pytest.approx(-0.02)
    assert run.look_up("leaky_relu[alpha=0.1](-2)") == pytest.approx(-0.2)
    assert run.look_up("leaky_relu[alpha=0.1]′(-2)") == 0.1


def test_nothing_warns_at_the_ends_of_a_loss_or_far_out():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = simulator(*(name for name, _ in LOSSES), sweep={"from": 1e-9, "to": 0.999999, "step": 1e-4})
        assert np.isfinite(run.outputs()).all()
        assert simulator("sigmoid").look_up("sigmoid(-1e308)") == pytest.approx(0)


# what is refused


@pytest.mark.parametrize(
    ("show", "sweep", "said"),
    [
        ([], NOTES, ["functions.show", "nothing to show"]),
        (["sigmod"], NOTES, ["functions.show.0", "did you mean 'sigmoid'?"]),
        ([{"alpha": 1}], NOTES, ["functions.show.0.name", "no name"]),
        ([{"name": "relu", "target": 1}], NOTES, ["functions.show.0.target", "relu has no settings"]),
        ([{"name": "leaky_relu", "alpha": 1}], NOTES, ["functions.show.0.alpha", "[0, 1)"]),
        (["tanh", "relu", "tanh"], NOTES, ["functions.show.2", "tanh is there already"]),
        ([{"name": "mse", "target": 2}], CHANCES, ["functions.show.0.target", "from 0 to 1"]),
        (["mse"], {"from": 0, "to": 1, "step": 0.1}, ["functions.sweep", "between 0 and 1"]),
        (["mse"], {"from": 0.1, "to": 1, "step": 0.1}, ["functions.sweep", "between 0 and 1"]),
        (["mse"], {"from": 0, "to": 0.9, "step": 0.1}, ["functions.sweep", "between 0 and 1"]),
        (["tanh"], {"from": 0, "to": 1}, ["functions.sweep", "'step' is missing"]),
        (["tanh"], {"from": 1, "to": 0, "step": 0.1}, ["functions.sweep", "go upwards"]),
        (["tanh"], {"from": 1, "to": 1, "step": 0.1}, ["functions.sweep", "go upwards"]),
        (["tanh"], {"from": 0, "to": 1, "step": 0}, ["functions.sweep", "steps > 0"]),
        (["tanh"], {"from": 0, "to": 1, "step": 2}, ["functions.sweep", "to the whole range"]),
        (["tanh"], {"from": 0, "to": 1e-12, "step": 1e-13}, ["functions.sweep", "with steps from 1e-9"]),
        (["tanh"], {"from": -1e308, "to": 1e308, "step": 1e300}, ["functions.sweep", "±1,000,000"]),
        (["tanh"], {"from": 0, "to": 1, "step": 1e-5}, ["functions.sweep.step", "100,001 points", "10,001"]),
        (["tanh"], [-5, 5, 0.1], ["functions.sweep", "table"]),
        ("tanh", NOTES, ["functions.show", "list"]),
    ],
)
def test_functions_that_make_no_sense_are_refused(show, sweep, said):
    with pytest.raises(ScenarioError) as refused:
        load(show, sweep)
    for words in said:
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("symbol", "after", "said"),
    [
        ("sigmod(0.5)", 0, "nothing here is called"),
        ("sigmoid(x)", 0, "before the first x"),
        ("x", 0, "before the first x"),
        ("step′(0.5)", 0, "nothing here is called"),  # it has no slope
        ("step′(x)", 1, "nothing here is called"),
        ("softmax(0.55)", 0, "nothing here is called"),  # shared out over the x of the sweep
        ("mse[t=1](0)", 0, "nothing here is called"),  # no prediction
        ("mse[t=1](1.5)", 0, "nothing here is called"),
        ("sigmoid(1e400)", 0, "nothing here is called"),
        ("v1", 0, "nothing here is called"),
    ],
)
def test_an_expectation_of_a_number_that_is_not_there_is_refused_on_loading(symbol, after, said):
    expect = [{"after": after, "values": {symbol: 1}}]
    with pytest.raises(ScenarioError, match=said):
        load(["sigmoid", "step", "softmax", "mse"], {"from": 0.1, "to": 0.9, "step": 0.1}, expect=expect)


@pytest.mark.parametrize("part", [{"outputs": [[1]]}, {"loss": 1}, {"loss_below": 1}, {"accuracy": 1}])
def test_only_values_can_be_expected(part):
    with pytest.raises(ScenarioError, match=f"functions have no {next(iter(part))}"):
        load(["tanh"], expect=[{"after": 0, **part}])


def test_a_file_without_the_table_and_a_table_of_another_kind_are_refused():
    with pytest.raises(ScenarioError, match=r"the table \[functions\] is missing"):
        load_tables({"schema": 1, "title": "a", "kind": "functions"})
    with pytest.raises(ScenarioError, match="belongs to kind = 'network'"):
        load(["tanh"], training={"epochs": 2})


def test_only_an_activation_is_saturated_or_dead():
    tape = simulator("mse", sweep=CHANCES).model.tape
    assert not tape.saturated(0).any()
    assert not tape.dead(0).any()
    tape = simulator("relu", "sigmoid", sweep={"from": -20, "to": 20, "step": 1}).model.tape
    assert tape.dead(0).tolist() == [x <= 0 for x in tape.sweep]
    assert not tape.saturated(0).any()
    assert not tape.dead(1).any()
    assert tape.saturated(1)[[0, 20, 40]].tolist() == [True, False, True]
