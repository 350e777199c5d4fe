"""Every figure printed in section 3.4, from the engine and from `dlsim trace`, at eight decimals."""

import json
from pathlib import Path

import pytest

from dlsim.cli.command import run
from dlsim.engine import Simulator, load

PRINTED = json.loads((Path(__file__).parent / "worked_example.json").read_text(encoding="utf-8"))
ITERATION = {**PRINTED["before"], **PRINTED["backward"], **PRINTED["updated"]}
AFTER = PRINTED["after"]


def shown(value):
    return f"{value:.8f}"


@pytest.fixture(scope="module")
def steps():
    """Symbol and value of every step of the first two iterations."""
    simulator = Simulator(load(PRINTED["scenario"]))
    return [(event.symbol, event.value) for event in (simulator.step() for _ in range(96))]


@pytest.fixture
def lines(capsys):
    """The lines of `dlsim trace --iterations 2 --json`."""
    assert run(["trace", PRINTED["scenario"], "--iterations", "2", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("symbol", ITERATION)
def test_stepping_shows_the_printed_figure(steps, symbol):
    assert shown(dict(steps[:48])[symbol]) == shown(ITERATION[symbol])


@pytest.mark.parametrize("symbol", AFTER)
def test_the_forward_pass_after_the_update_shows_the_printed_figure(steps, symbol):
    assert shown(dict(steps[48:])[symbol]) == shown(AFTER[symbol])


def test_trace_prints_every_figure(lines):
    first, second = ({line["symbol"]: line["value"] for line in part} for part in (lines[:48], lines[48:]))
    assert {symbol: shown(first[symbol]) for symbol in ITERATION} == {
        symbol: shown(value) for symbol, value in ITERATION.items()
    }
    assert {symbol: shown(second[symbol]) for symbol in AFTER} == {
        symbol: shown(value) for symbol, value in AFTER.items()
    }


@pytest.mark.parametrize(("after", "figures"), [(0, PRINTED["before"]), (1, {**AFTER, **PRINTED["backward"]})])
def test_a_figure_can_be_asked_for_by_its_symbol(after, figures):
    simulator = Simulator(load(PRINTED["scenario"]))
    simulator.run(iterations=after)
    assert {symbol: shown(simulator.look_up(symbol)) for symbol in figures} == {
        symbol: shown(value) for symbol, value in figures.items()
    }


def test_the_scenario_itself_expects_every_printed_figure():
    expected = {each.after: each.values for each in load(PRINTED["scenario"]).expectations}
    assert PRINTED["before"].items() <= expected[0].items()
    assert {**PRINTED["backward"], **PRINTED["updated"], **AFTER}.items() <= expected[1].items()


def test_the_formulas_are_the_notes_with_numbers_in(lines):
    told = {line["symbol"]: (line["formula"], line["substituted"]) for line in lines[:48]}
    assert told["z1"] == ("W1·x1 + W2·x2", "0.3·0.1 + 0.25·0.2")
    assert told["∂E/∂W5"] == ("∂E/∂o1·∂o1/∂z3·∂z3/∂W5", "0.20944600·0.23802157·0.51998934")
    assert told["∂E/∂h1"] == ("∂E_o1/∂h1 + ∂E_o2/∂h1", "0.02243370 + 0.00997311")
    assert told["W1⁺"] == ("W1 − η·∂E/∂W1", "0.3 − 0.5·0.00080888")  # the notes print 0.1 for the 0.3


def test_gradients_read_the_weights_from_before_the_update(steps):
    order = [symbol for symbol, _ in steps[:48]]
    assert order.index("W5⁺") < order.index("∂E_o1/∂h1")
    assert shown(dict(steps[:48])["∂E_o1/∂h1"]) == shown(0.20944600 * 0.23802157 * 0.45)


def test_with_two_outputs_mse_is_the_sum_of_halves_and_no_figure_changes(steps):
    simulator = Simulator(load(PRINTED["scenario"], overrides={"training.loss": "mse"}))
    events = [simulator.step() for _ in range(96)]
    assert [(event.symbol, event.value) for event in events] == steps
    for name in (PRINTED["scenario"], "losses"):
        assert "with two outputs" in " ".join(load(name).lesson[""].lower().split())
